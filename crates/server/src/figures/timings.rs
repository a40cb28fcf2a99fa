//! How long something took, many times: a histogram that nobody waits for.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Upper bounds for whole requests, in nanoseconds: 10 µs to 10 s.
pub const REQUEST: &[u64] = &[
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// Upper bounds for the stages of one answer, in nanoseconds: 500 ns, which is a small model's, to 1 s.
pub const STAGE: &[u64] = &[
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];

/// A histogram of times. Its buckets are atomics: the library's own is a lock.
#[derive(Debug)]
pub struct Timings {
    bounds: &'static [u64],
    /// One for each bound, and one for what is above all of them.
    buckets: Box<[AtomicU64]>,
    /// Wraps around after 584 years of work.
    nanoseconds: AtomicU64,
}

impl Timings {
    /// Counts by upper bounds, in ascending nanoseconds.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            nanoseconds: AtomicU64::new(0),
        }
    }

    /// Counts one time.
    pub fn observe(&self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = self.bounds.partition_point(|bound| *bound < nanoseconds);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// Takes what was counted so far.
    #[must_use]
    pub fn taken(&self) -> Taken {
        let counts = self.buckets.iter();
        let counts: Vec<u64> = counts.map(|count| count.load(Ordering::Relaxed)).collect();
        Taken {
            count: counts.iter().sum(),
            nanoseconds: self.nanoseconds.load(Ordering::Relaxed),
            buckets: self
                .bounds
                .iter()
                .map(|bound| *bound as f64 / 1e9)
                .zip(counts)
                .collect(),
        }
    }
}

/// What a histogram had counted at some moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// How many times.
    pub count: u64,
    /// Their sum.
    pub nanoseconds: u64,
    /// Upper bounds in seconds, and how many times were under each but not under the one before.
    buckets: Vec<(f64, u64)>,
}

impl TypedMetric for Taken {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Taken {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let seconds = self.nanoseconds as f64 / 1e9;
        encoder.encode_histogram::<NoLabelSet>(seconds, self.count, &self.buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_under_its_upper_bound() {
        let timings = Timings::new(REQUEST);
        for nanoseconds in [0, 10_000, 10_001, 20_000, 10_000_000_001] {
            timings.observe(Duration::from_nanos(nanoseconds));
        }
        let taken = timings.taken();
        assert_eq!(taken.count, 5);
        assert_eq!(taken.nanoseconds, 10_000_040_002);
        assert_eq!(&taken.buckets[..3], [(1e-5, 2), (2e-5, 2), (5e-5, 0)]);
        assert!(REQUEST.is_sorted() && STAGE.is_sorted());
    }
}
