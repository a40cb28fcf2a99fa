//! Keys of rows, row by row, as walks through sparse trees read them.

use super::column::row_order::RowOrder;

/// The keys of some rows, and a zero among those of each. Fields are private so that the zeros are there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowKeys<'k> {
    keys: &'k [u32],
    n_keys: usize,
    /// The place of the zero.
    zero: usize,
}

impl<'k> RowKeys<'k> {
    /// Takes rows of keys in an order, and panics unless the zero of each is 0: else leaves would lead on.
    pub(crate) fn new(keys: &'k [u32], order: &RowOrder) -> Self {
        let (n_keys, zero) = (order.n_keys(), order.zero());
        assert!(zero < n_keys && keys.len().is_multiple_of(n_keys));
        let zeros = keys.iter().skip(zero).step_by(n_keys);
        assert!(zeros.fold(0, |any, key| any | key) == 0);
        Self { keys, n_keys, zero }
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

    /// The place of the key that is 0.
    #[inline(always)]
    pub(crate) fn zero(self) -> usize {
        self.zero
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
