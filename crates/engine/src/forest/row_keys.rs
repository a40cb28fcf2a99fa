//! Keys of rows, row by row, as walks through sparse trees read them.

/// The keys of some rows: of each row one for every column, and a zero. Fields are private so that the zeros are there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowKeys<'k> {
    keys: &'k [u32],
    n_keys: usize,
}

impl<'k> RowKeys<'k> {
    /// Takes rows of so many keys each, and panics unless the last of each is 0: else leaves would lead on.
    pub(crate) fn new(keys: &'k [u32], n_keys: usize) -> Self {
        assert!(n_keys > 0 && keys.len().is_multiple_of(n_keys));
        let zeros = keys.iter().skip(n_keys - 1).step_by(n_keys);
        assert!(zeros.fold(0, |any, key| any | key) == 0);
        Self { keys, n_keys }
    }

    /// Number of rows.
    #[inline(always)]
    pub(crate) fn n_rows(self) -> usize {
        self.keys.len() / self.n_keys
    }

    /// Keys of a row.
    #[inline(always)]
    pub(crate) fn n_keys(self) -> usize {
        self.n_keys
    }

    /// The keys, row after row.
    #[inline(always)]
    pub(crate) fn all(self) -> &'k [u32] {
        self.keys
    }

    /// Some consecutive rows.
    #[inline(always)]
    pub(crate) fn part(self, first: usize, n_rows: usize) -> Self {
        let keys = &self.keys[first * self.n_keys..][..n_rows * self.n_keys];
        Self { keys, ..self }
    }
}
