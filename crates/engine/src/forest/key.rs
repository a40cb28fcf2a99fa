//! The integers that keys are stored in, column by column.

/// An unsigned integer that holds a row's key in a column.
pub(crate) trait Key: Copy + Default + PartialOrd + Send + Sync + 'static {
    /// The largest key, above every rank: rows that go right at every split of a column.
    const LARGEST: u32;
    /// The most thresholds a column may have, so that every rank is below [`Self::LARGEST`].
    const MAX_THRESHOLDS: usize = Self::LARGEST as usize - 1;

    /// Makes a key of an integer that is at most [`Self::LARGEST`].
    fn of(key: u32) -> Self;
}

/// 15 bits, so that signed vector comparisons order them too.
impl Key for u16 {
    const LARGEST: u32 = 0x7fff;

    #[inline(always)]
    fn of(key: u32) -> Self {
        debug_assert!(key <= Self::LARGEST);
        key as Self
    }
}

/// 24 bits, what a sparse node has room for whatever the columns.
impl Key for u32 {
    const LARGEST: u32 = 0x00ff_ffff;

    #[inline(always)]
    fn of(key: u32) -> Self {
        debug_assert!(key <= Self::LARGEST);
        key
    }
}
