//! The integers that keys are stored in.

use super::Scratch;

/// An unsigned integer that holds a row's key in a column.
pub(crate) trait Key: Copy + Default + PartialOrd + Send + Sync + 'static {
    /// The largest key, above every rank: rows that go right at every split of a column.
    const LARGEST: u32;
    /// The most thresholds a column may have, so that every rank is below [`Self::LARGEST`].
    const MAX_THRESHOLDS: usize = Self::LARGEST as usize - 1;

    /// Makes a key of an integer that is at most [`Self::LARGEST`].
    fn of(key: u32) -> Self;

    /// The key as an integer.
    fn get(self) -> u32;

    /// The keys, if they have 16 bits.
    fn narrow(keys: &[Self]) -> Option<&[u16]>;

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

    #[inline(always)]
    fn narrow(keys: &[Self]) -> Option<&[u16]> {
        Some(keys)
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

    #[inline(always)]
    fn narrow(_: &[Self]) -> Option<&[u16]> {
        None
    }

    fn room(scratch: &mut Scratch) -> &mut Vec<Self> {
        &mut scratch.wide_keys
    }
}
