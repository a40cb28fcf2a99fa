//! How two models' scores compare, and how well a model tells payers apart.
//!
//! - `stability`: whether scores have moved (PSI, with what chance alone makes of it)
//! - `homogeneity`: whether chance alone explains that two samples differ; `false_discovery`: which of many such answers to believe
//! - `discrimination`: AUC with its confidence interval, KS, log loss, Brier, accuracy
//! - `calibration`: whether as many pay as it says, by tenths; `jeffreys`: what interval a share is in
//! - `gains`: how many payers are reached by calling the first clients
//! - `deciles`: tenths of a portfolio by score, and who moves between them
//!
//! `gamma`: the functions of the tables that these need. Everything here is a pure function of scores and labels.

mod calibration;
mod deciles;
mod discrimination;
mod false_discovery;
mod gains;
mod gamma;
mod homogeneity;
mod jeffreys;
mod stability;

pub use calibration::{Calibration, CalibrationTenth};
pub use deciles::{Deciles, Migration};
pub use discrimination::{AucDifference, Discrimination, auc_difference};
pub use false_discovery::benjamini_hochberg;
pub use gains::Gains;
pub use homogeneity::homogeneity_p_value;
pub use jeffreys::jeffreys_interval;
pub use stability::{Stability, critical_psi};
