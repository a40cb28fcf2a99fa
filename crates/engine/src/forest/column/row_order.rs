//! Where the key of each column is among a row's keys.
//!
//! Two columns of one feature that differ in nothing but the side of missing values are **twins**. Where keys are the values
//! themselves, a row without missing values has the same key in both: it is enough to write one. scikit-learn's forests have two
//! columns of nearly every feature since 1.4, whether or not anything was missing in training, and half the keys are twice
//! the rows in the near caches.
//!
//! ```text
//! plain   firsts of twins | other columns | zero
//! whole   firsts of twins | other columns | zero | seconds, in the order of their firsts
//! ```

use super::RankedColumn;

/// A column without a key of its own.
const NONE: u32 = u32::MAX;

/// Where the keys of a row are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowOrder {
    /// By column.
    places: Vec<u32>,
    /// Of the key that is always 0.
    zero: usize,
    n_keys: usize,
}

/// The same, for rows without missing values and for others.
#[derive(Debug)]
pub(crate) struct RowOrders {
    /// For rows without missing values.
    plain: RowOrder,
    /// For all rows; `None` where there are no twins, so that the plain one is for all.
    whole: Option<RowOrder>,
}

/// Where a column's key is, whichever the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowPlace {
    /// In the plain order; for a second of twins, its first's.
    pub(crate) plain: u32,
    /// In the whole order it is behind all plain ones, as far as its first is from the beginning.
    pub(crate) is_second: bool,
}

impl RowOrder {
    /// The columns' own order, with the zero behind them.
    pub(super) fn of_columns(n_columns: usize) -> Self {
        Self {
            // Fits: columns are numbered so.
            places: (0..n_columns as u32).collect(),
            zero: n_columns,
            n_keys: n_columns + 1,
        }
    }

    /// Number of keys.
    #[inline(always)]
    pub(crate) fn n_keys(&self) -> usize {
        self.n_keys
    }

    /// The place of the key that is always 0.
    #[inline(always)]
    pub(crate) fn zero(&self) -> usize {
        self.zero
    }

    /// The place of a column's key, if it has one.
    #[inline(always)]
    pub(super) fn place(&self, column: usize) -> Option<usize> {
        let place = self.places[column];
        (place != NONE).then_some(place as usize)
    }
}

impl RowOrders {
    /// Those of ranked columns, some of them twins where `may_have_twins`, and so many others behind them.
    pub(super) fn of(ranked: &[RankedColumn], n_others: usize, may_have_twins: bool) -> Self {
        let n_columns = ranked.len() + n_others;
        let mut firsts = vec![None; n_columns];
        if may_have_twins {
            for (second, column) in ranked.iter().enumerate() {
                let first = ranked[..second]
                    .iter()
                    .rposition(|other| other.is_twin(column));
                firsts[second] = first;
            }
        }
        let twins: Vec<_> = firsts.iter().flatten().copied().collect();
        if twins.is_empty() {
            return Self {
                plain: RowOrder::of_columns(n_columns),
                whole: None,
            };
        }
        let mut places = vec![NONE; n_columns];
        let is_other = |column: &usize| firsts[*column].is_none() && !twins.contains(column);
        let others = (0..n_columns).filter(is_other);
        for (place, column) in twins.iter().copied().chain(others).enumerate() {
            // Fits: columns are numbered so.
            places[column] = place as u32;
        }
        let zero = n_columns - twins.len();
        let plain = RowOrder {
            places: places.clone(),
            zero,
            n_keys: zero + 1,
        };
        for (second, first) in firsts.iter().enumerate() {
            if let Some(first) = first {
                places[second] = (zero + 1) as u32 + places[*first];
            }
        }
        let whole = RowOrder {
            places,
            zero,
            n_keys: zero + 1 + twins.len(),
        };
        Self {
            plain,
            whole: Some(whole),
        }
    }

    /// The order for rows some of which miss values, or none.
    #[inline(always)]
    pub(crate) fn for_rows(&self, has_missing: bool) -> &RowOrder {
        match (&self.whole, has_missing) {
            (Some(whole), true) => whole,
            _ => &self.plain,
        }
    }

    /// Whether one of these orders is for rows that miss values, too.
    #[inline(always)]
    pub(crate) fn is_for_all(&self, order: &RowOrder) -> bool {
        self.for_rows(true).n_keys() == order.n_keys()
    }

    /// The place of the key that is always 0, in both orders.
    pub(crate) fn zero(&self) -> usize {
        self.plain.zero
    }

    /// Number of keys in the plain order.
    #[inline(always)]
    pub(crate) fn n_plain(&self) -> usize {
        self.plain.n_keys
    }

    /// Whether rows have a key in such a place.
    pub(crate) fn have(&self, place: RowPlace) -> bool {
        let plain = place.plain as usize;
        match place.is_second {
            false => plain < self.n_plain(),
            true => self.n_plain() + plain < self.for_rows(true).n_keys(),
        }
    }

    /// Where a column's key is.
    pub(crate) fn place(&self, column: u32) -> RowPlace {
        let n_plain = self.plain.n_keys as u32;
        let whole = self.whole.as_ref().unwrap_or(&self.plain);
        let place = whole.places[column as usize];
        RowPlace {
            plain: if place < n_plain {
                place
            } else {
                place - n_plain
            },
            is_second: place >= n_plain,
        }
    }
}

impl RankedColumn {
    /// Whether it has the keys of another column where nothing is missing, and they are the values themselves.
    fn is_twin(&self, other: &Self) -> bool {
        let is_plain = !self.zero_is_missing && !other.zero_is_missing;
        is_plain && self.feature == other.feature && self.missing != other.missing
    }
}

#[cfg(test)]
mod tests {
    use propenso_model::Side;

    use super::*;

    fn column(feature: u32, missing: Side, zero_is_missing: bool) -> RankedColumn {
        RankedColumn {
            feature,
            missing,
            zero_is_missing,
            thresholds: Vec::new(),
        }
    }

    #[test]
    fn seconds_of_twins_lie_behind_all_others_in_the_order_of_their_firsts() {
        let ranked = [
            column(0, Side::Right, false),
            column(1, Side::Right, false),
            column(1, Side::Right, true),
            column(1, Side::Left, false),
            column(2, Side::Left, true),
            column(3, Side::Right, false),
            column(3, Side::Left, false),
        ];
        let orders = RowOrders::of(&ranked, 1, true);
        let whole = orders.whole.as_ref().unwrap();
        assert_eq!((orders.plain.n_keys(), whole.n_keys()), (7, 9));
        assert_eq!((orders.plain.zero(), whole.zero()), (6, 6));
        let plain: Vec<_> = (0..8).map(|column| orders.plain.place(column)).collect();
        let (one, three) = (Some(0), Some(1));
        let of_others = [Some(2), Some(3), Some(4), Some(5)];
        let [zero, zeros_missing, two, category] = of_others;
        assert_eq!(
            plain,
            [zero, one, zeros_missing, None, two, three, None, category]
        );
        for column in 0..8 {
            let RowPlace { plain, is_second } = orders.place(column);
            let place = plain as usize + usize::from(is_second) * 7;
            assert_eq!(whole.place(column as usize), Some(place), "{column}");
            let first = orders.plain.place(column as usize);
            assert_eq!(first.is_none(), is_second, "{column}");
            assert!(orders.have(orders.place(column)));
        }
    }

    #[test]
    fn places_that_no_row_has_are_none() {
        let ranked = [column(0, Side::Right, false), column(0, Side::Left, false)];
        let place = |plain, is_second| RowPlace { plain, is_second };
        let orders = RowOrders::of(&ranked, 0, true);
        assert!(orders.have(place(1, false)) && !orders.have(place(2, false)));
        assert!(orders.have(place(0, true)) && !orders.have(place(1, true)));
        let orders = RowOrders::of(&ranked, 0, false);
        assert!(orders.have(place(2, false)) && !orders.have(place(0, true)));
    }

    #[test]
    fn without_twins_columns_are_in_their_own_order() {
        let ranked = [column(0, Side::Right, false), column(0, Side::Left, false)];
        let orders = RowOrders::of(&ranked, 1, false);
        assert_eq!(orders.plain, RowOrder::of_columns(3));
        assert_eq!(orders.whole, None);
        let place = RowPlace {
            plain: 1,
            is_second: false,
        };
        assert_eq!(orders.place(1), place);
    }
}
