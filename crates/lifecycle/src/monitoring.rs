//! What is seen of versions at work, day by day: counts only, never a client's data.
//!
//! - [`day_counts`]: what is counted of a version in a day, by one way to ask it
//! - [`input_drift`]: which inputs have moved away from what they were when the version was examined, and whether that matters
//! - [`latency`]: how long answers took, as counts, and what half or nearly all of them took

pub mod day_counts;
pub mod input_drift;
pub mod latency;

pub use day_counts::{DayAggregate, DayCounts, RouteKind, SCORE_BINS, score_bin};
pub use input_drift::{Change, InputDrift, input_drifts};
pub use latency::LatencyCounts;
