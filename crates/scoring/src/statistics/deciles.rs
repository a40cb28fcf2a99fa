//! Tenths of a portfolio by score. The first tenth is the one to call first: the highest scores.

/// Tenths in a portfolio.
pub(super) const TENTHS: usize = 10;

/// Nine scores that cut a portfolio into tenths, highest first.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Deciles([f64; TENTHS - 1]);

impl Deciles {
    /// What people call the fifths, the highest first.
    pub const BANDS: [&'static str; 5] = ["A", "B", "C", "D", "E"];

    /// The cuts of some scores; `None` when there are none, or one is not a finite number. Equal scores are never
    /// cut apart, so tenths of a model with few different scores differ in size.
    #[must_use]
    pub fn of(scores: &[f64]) -> Option<Self> {
        if scores.is_empty() || scores.iter().any(|score| !score.is_finite()) {
            return None;
        }
        let mut sorted = scores.to_vec();
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        let last_of = |tenth: usize| (sorted.len() * tenth).div_ceil(TENTHS) - 1;
        Some(Self(std::array::from_fn(|i| sorted[last_of(i + 1)])))
    }

    /// The lowest score of each of the first nine tenths.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        &self.0
    }

    /// The tenth a score is in, 1 (highest) to 10.
    #[must_use]
    pub fn decile(&self, score: f64) -> u8 {
        let above = self.0.partition_point(|cut| score < *cut);
        u8::try_from(above + 1).unwrap_or(u8::MAX)
    }

    /// The fifth a score is in, from 0, the highest.
    #[must_use]
    pub fn fifth(&self, score: f64) -> usize {
        usize::from(self.decile(score).saturating_sub(1) / 2)
    }

    /// The band a score is in: the letter of its fifth.
    #[must_use]
    pub fn band(&self, score: f64) -> &'static str {
        Self::BANDS[self.fifth(score)]
    }
}

/// Who moves from which tenth to which, when a portfolio is scored by another model: row by the tenth
/// before, column by the tenth after.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Migration([[u64; TENTHS]; TENTHS]);

impl Migration {
    /// Compares two models' scores of the same clients, each cut into its own tenths.
    #[must_use]
    pub fn of(before: &[f64], after: &[f64]) -> Option<Self> {
        let (from, to) = (Deciles::of(before)?, Deciles::of(after)?);
        let mut counts = Self::default();
        for (before, after) in before.iter().zip(after) {
            let (row, column) = (from.decile(*before), to.decile(*after));
            counts.0[usize::from(row) - 1][usize::from(column) - 1] += 1;
        }
        Some(counts)
    }

    /// Clients per tenth before (rows) and after (columns).
    #[must_use]
    pub fn counts(&self) -> &[[u64; TENTHS]; TENTHS] {
        &self.0
    }

    /// Share of the clients, 0 to 1, that move by so many tenths or more.
    #[must_use]
    pub fn share_moving(&self, tenths: usize) -> f64 {
        let mut moving = 0;
        let mut all = 0;
        for (row, counts) in self.0.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                all += count;
                moving += if row.abs_diff(column) >= tenths {
                    *count
                } else {
                    0
                };
            }
        }
        if all == 0 {
            0.0
        } else {
            moving as f64 / all as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_of_a_hundred_scores() {
        let scores: Vec<f64> = (0..100).map(f64::from).collect();
        let deciles = Deciles::of(&scores).unwrap();
        assert_eq!(deciles.cuts()[0], 90.0);
        let tenths: Vec<u8> = scores.iter().map(|score| deciles.decile(*score)).collect();
        for tenth in 1..=10 {
            assert_eq!(
                tenths.iter().filter(|t| **t == tenth).count(),
                10,
                "{tenth}"
            );
        }
        assert_eq!((tenths[99], tenths[0]), (1, 10));
    }

    #[test]
    fn equal_scores_share_a_tenth() {
        let deciles = Deciles::of(&[0.5; 7]).unwrap();
        assert_eq!(deciles.decile(0.5), 1);
        assert_eq!(deciles.decile(0.4), 10);
        assert_eq!(Deciles::of(&[]), None);
        assert_eq!(Deciles::of(&[0.1, f64::NAN]), None);
    }

    #[test]
    fn migration_counts_every_client() {
        let before: Vec<f64> = (0..50).map(f64::from).collect();
        let after: Vec<f64> = before.iter().map(|score| -score).collect();
        let stay = Migration::of(&before, &before).unwrap();
        assert_eq!(stay.share_moving(1), 0.0);
        let turned = Migration::of(&before, &after).unwrap();
        assert_eq!(turned.counts().iter().flatten().sum::<u64>(), 50);
        assert_eq!(turned.counts()[0][9], 5);
        assert_eq!(turned.share_moving(1), 1.0);
    }
}
