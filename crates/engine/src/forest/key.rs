//! The integers that keys are stored in.

use super::Scratch;

/// An unsigned integer that holds a row's key in a column.
pub(crate) trait Key: Copy + Default + PartialOrd + Send + Sync + 'static {
    /// The largest key, above every rank: rows that go right at every split of a column. Also the
    /// rank of leaves, which no key is above.
    const LARGEST: u32;
    /// The most thresholds a column may have, so that every rank is below [`Self::LARGEST`].
    const MAX_THRESHOLDS: usize = Self::LARGEST as usize - 1;

    /// From an integer that is at most [`Self::LARGEST`].
    fn of(key: u32) -> Self;

    /// As an integer.
    fn get(self) -> u32;

    /// The room for keys of this width.
    fn room(scratch: &mut Scratch) -> &mut Vec<Self>;
}

/// 15 bits, so that signed vector comparisons order them too.
impl Key for u16 {
    const LARGEST: u32 = 0x7fff;

    #[inline(always)]
    fn of(key: u32) -> Self {
        debug_assert!(key <= Self::LARGEST);
        key as Self
    }

    #[inline(always)]
    fn get(self) -> u32 {
        u32::from(self)
    }

    fn room(scratch: &mut Scratch) -> &mut Vec<Self> {
        &mut scratch.narrow_keys
    }
}

/// 24 bits, what a sparse node has room for.
impl Key for u32 {
    const LARGEST: u32 = 0x00ff_ffff;

    #[inline(always)]
    fn of(key: u32) -> Self {
        debug_assert!(key <= Self::LARGEST);
        key
    }

    #[inline(always)]
    fn get(self) -> u32 {
        self
    }

    fn room(scratch: &mut Scratch) -> &mut Vec<Self> {
        &mut scratch.wide_keys
    }
}
