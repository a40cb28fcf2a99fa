//! How many of the payers are reached by calling the first of the clients.
//!
//! The same counts make two curves: of gains (share of the clients called, share of the payers reached) and ROC (share of the
//! others called in vain, share of the payers reached).

/// Places of a curve, besides its beginning.
const PLACES: usize = 100;

/// How many clients are called, and how many payers are among them, the most probable first: at the beginning, after about each
/// hundredth, and at the end. Clients of the same probability are called together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Gains(Vec<(u64, u64)>);

impl Gains {
    /// Counts who paid, by the probabilities of paying; `None` unless there are payers and others, and every probability is a
    /// number.
    #[must_use]
    pub fn of(probabilities: &[f64], paid: &[bool]) -> Option<Self> {
        let n_payers = paid.iter().filter(|paid| **paid).count();
        let has_nan = probabilities.iter().any(|p| p.is_nan());
        if probabilities.len() != paid.len() || has_nan || [0, paid.len()].contains(&n_payers) {
            return None;
        }
        let mut order: Vec<usize> = (0..paid.len()).collect();
        order.sort_unstable_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let (mut called, mut payers) = (0, 0);
        let mut counts = vec![(0, 0)];
        for tied in order.chunk_by(|a, b| probabilities[*a] == probabilities[*b]) {
            let place = |called: usize| called * PLACES / paid.len();
            let before = place(called);
            called += tied.len();
            payers += tied.iter().filter(|client| paid[**client]).count();
            if place(called) > before {
                counts.push((called as u64, payers as u64));
            }
        }
        Some(Self(counts))
    }

    /// Clients called, and payers among them.
    #[must_use]
    pub fn counts(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// The share of the clients called, and that of the payers reached.
    pub fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        let (n, n_payers) = self.all();
        let counts = self.0.iter();
        counts.map(move |(called, payers)| (share(*called, n), share(*payers, n_payers)))
    }

    /// The share of those called who do not pay, and that of the payers reached.
    pub fn roc(&self) -> impl Iterator<Item = (f64, f64)> {
        let (n, n_payers) = self.all();
        let counts = self.0.iter();
        counts.map(move |(called, payers)| {
            let in_vain = called.saturating_sub(*payers);
            let others = n.saturating_sub(n_payers);
            (share(in_vain, others), share(*payers, n_payers))
        })
    }

    fn all(&self) -> (u64, u64) {
        self.0.last().copied().unwrap_or_default()
    }
}

fn share(part: u64, all: u64) -> f64 {
    part as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payers_are_counted_from_the_most_probable_on() {
        let gains = Gains::of(&[0.9, 0.1, 0.5, 0.5], &[true, false, false, true]).unwrap();
        assert_eq!(gains.counts(), [(0, 0), (1, 1), (3, 2), (4, 2)]);
        let curve: Vec<_> = gains.curve().collect();
        assert_eq!(curve, [(0.0, 0.0), (0.25, 0.5), (0.75, 1.0), (1.0, 1.0)]);
        let roc: Vec<_> = gains.roc().collect();
        assert_eq!(roc, [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
    }

    #[test]
    fn a_curve_has_a_hundred_places_at_most() {
        let probabilities: Vec<f64> = (0..12_345).map(|n| f64::from(n) / 12_345.0).collect();
        let paid: Vec<bool> = (0..12_345).map(|n| n % 3 == 0).collect();
        let gains = Gains::of(&probabilities, &paid).unwrap();
        assert_eq!(gains.counts().len(), 101);
        assert_eq!(gains.counts()[100], (12_345, 4_115));
        assert_eq!(gains.counts()[50].0, 6_173);
    }

    #[test]
    fn what_has_no_curve() {
        assert_eq!(Gains::of(&[], &[]), None);
        assert_eq!(Gains::of(&[0.5, 0.6], &[true, true]), None);
        assert_eq!(Gains::of(&[0.5, f64::NAN], &[true, false]), None);
    }
}
