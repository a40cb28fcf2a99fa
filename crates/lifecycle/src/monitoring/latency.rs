//! How long answers took, as counts under upper bounds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Upper bounds in nanoseconds, five a decade (Renard's R5) from 10 µs to 10 s.
const BOUNDS: [u64; 31] = [
    10_000,
    16_000,
    25_000,
    40_000,
    63_000,
    100_000,
    160_000,
    250_000,
    400_000,
    630_000,
    1_000_000,
    1_600_000,
    2_500_000,
    4_000_000,
    6_300_000,
    10_000_000,
    16_000_000,
    25_000_000,
    40_000_000,
    63_000_000,
    100_000_000,
    160_000_000,
    250_000_000,
    400_000_000,
    630_000_000,
    1_000_000_000,
    1_600_000_000,
    2_500_000_000,
    4_000_000_000,
    6_300_000_000,
    10_000_000_000,
];

/// Counts of answers by how long they took.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LatencyCounts(Vec<u64>);

impl LatencyCounts {
    /// Buckets: one for each bound, and one for what is above all of them.
    pub const BUCKETS: usize = BOUNDS.len() + 1;

    /// The bucket of a time.
    #[must_use]
    pub fn bucket(took: Duration) -> usize {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        BOUNDS.partition_point(|bound| *bound < nanoseconds)
    }

    /// Counts in buckets.
    #[must_use]
    pub fn of(counts: Vec<u64>) -> Self {
        Self(counts)
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        add_bins(&mut self.0, &other.0);
    }

    /// The seconds that a share of the answers took at most, 0 to 1: between the bounds of a bucket as if its answers were
    /// spread evenly over the logarithm. `None` where nothing was counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let all: u64 = self.0.iter().sum();
        let wanted = share * all as f64;
        let mut below = 0.0;
        for (at, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            let count = *count as f64;
            if below + count >= wanted {
                // Below the first bound and above the last, the bound itself.
                let last = BOUNDS[BOUNDS.len() - 1];
                let high = BOUNDS.get(at).copied().unwrap_or(last) as f64;
                let low = match at {
                    0 => high,
                    at => BOUNDS.get(at - 1).copied().unwrap_or(last) as f64,
                };
                let part = ((wanted - below) / count).clamp(0.0, 1.0);
                return Some(low * (high / low).powf(part) / 1e9);
            }
            below += count;
        }
        None
    }
}

/// Adds counts bin by bin; missing bins are 0.
pub(super) fn add_bins(bins: &mut Vec<u64>, others: &[u64]) {
    if bins.len() < others.len() {
        bins.resize(others.len(), 0);
    }
    for (bin, other) in bins.iter_mut().zip(others) {
        *bin += other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_between_the_bounds_of_their_bucket() {
        let mut counts = vec![0; LatencyCounts::BUCKETS];
        for millis in [1, 1, 2, 2, 2, 2, 2, 2, 2, 300] {
            counts[LatencyCounts::bucket(Duration::from_millis(millis))] += 1;
        }
        let counts = LatencyCounts::of(counts);
        let half = counts.quantile(0.5).unwrap();
        assert!((0.0016..=0.0025).contains(&half), "{half}");
        let most = counts.quantile(0.99).unwrap();
        assert!((0.25..=0.4).contains(&most), "{most}");
        assert_eq!(LatencyCounts::default().quantile(0.5), None);
        assert!(BOUNDS.is_sorted());
    }

    #[test]
    fn what_is_beyond_the_bounds_is_the_bound() {
        let mut counts = vec![0; LatencyCounts::BUCKETS];
        counts[LatencyCounts::bucket(Duration::from_secs(3600))] += 1;
        assert_eq!(LatencyCounts::of(counts).quantile(0.5), Some(10.0));
        let mut counts = vec![0; LatencyCounts::BUCKETS];
        counts[LatencyCounts::bucket(Duration::ZERO)] += 1;
        assert_eq!(LatencyCounts::of(counts).quantile(0.5), Some(1e-5));
    }
}
