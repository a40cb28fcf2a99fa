//! What is counted of a version in a day, by one way to ask it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::latency::{LatencyCounts, add_bins};

/// Bins that probabilities are counted in, equally wide from 0 to 1.
pub const SCORE_BINS: usize = 20;

/// How a version was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteKind {
    /// `GET /prediccion`.
    Prediccion,
    /// `POST /v1/predict`.
    Predict,
    /// The page of one client.
    Page,
    /// A portfolio.
    Portfolio,
}

/// Counts of a day. Those of the same version and way add up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayCounts {
    /// Requests, or portfolios, that were answered.
    pub answered: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Clients that were answered.
    pub clients: u64,
    /// Clients that could not be scored; of requests known only where each was about one.
    pub rejected: u64,
    /// How long the answers to requests took.
    pub latency: LatencyCounts,
    /// Clients by what they were answered, in the contract's or the model's words.
    pub classes: BTreeMap<String, u64>,
    /// Clients by probability of paying, in [`SCORE_BINS`] bins.
    pub scores: Vec<u64>,
    /// Warnings by input and kind.
    pub warnings: BTreeMap<String, BTreeMap<String, u64>>,
    /// Inputs that could not be used, by input and what was wrong.
    pub rejections: BTreeMap<String, BTreeMap<String, u64>>,
    /// Clients by what each input was: by the [reference](crate::gates::input_reference::InputReference::id) whose bins they are, by input, by bin.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, BTreeMap<String, Vec<u64>>>,
}

/// A day of a version, by one way to ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayAggregate {
    /// The day, of the server's time zone.
    pub date: Date,
    /// The version's number.
    pub version: u32,
    /// How it was asked.
    pub route: RouteKind,
    /// What was counted.
    pub counts: DayCounts,
}

impl RouteKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Prediccion, Self::Predict, Self::Page, Self::Portfolio];

    /// Its name in the registry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prediccion => "prediccion",
            Self::Predict => "predict",
            Self::Page => "page",
            Self::Portfolio => "portfolio",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl DayCounts {
    /// Adds others of the same version.
    pub fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.refused += other.refused;
        self.clients += other.clients;
        self.rejected += other.rejected;
        self.latency.add(&other.latency);
        add_counts(&mut self.classes, &other.classes);
        add_bins(&mut self.scores, &other.scores);
        for (ours, theirs) in [
            (&mut self.warnings, &other.warnings),
            (&mut self.rejections, &other.rejections),
        ] {
            for (input, counts) in theirs {
                add_counts(ours.entry(input.clone()).or_default(), counts);
            }
        }
        for (reference, inputs) in &other.inputs {
            let ours = self.inputs.entry(reference.clone()).or_default();
            for (input, bins) in inputs {
                add_bins(ours.entry(input.clone()).or_default(), bins);
            }
        }
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Clients that have a probability.
    #[must_use]
    pub fn scored(&self) -> u64 {
        self.scores.iter().sum()
    }

    /// The probability that a share of the clients is at or below, 0 to 1, as if a bin's were spread evenly over it.
    #[must_use]
    pub fn score_quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * self.scored() as f64;
        let mut below = 0.0;
        for (at, count) in self.scores.iter().enumerate().filter(|bin| *bin.1 > 0) {
            let count = *count as f64;
            if below + count >= wanted {
                let part = ((wanted - below) / count).clamp(0.0, 1.0);
                return Some((at as f64 + part) / SCORE_BINS as f64);
            }
            below += count;
        }
        None
    }
}

/// The bin of a probability; what is none would still have one.
#[must_use]
pub fn score_bin(probability: f64) -> usize {
    ((probability * SCORE_BINS as f64) as usize).min(SCORE_BINS - 1)
}

fn add_counts(counts: &mut BTreeMap<String, u64>, others: &BTreeMap<String, u64>) {
    for (name, count) in others {
        *counts.entry(name.clone()).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> DayCounts {
        DayCounts {
            answered: 2,
            clients: 3,
            classes: BTreeMap::from([("Pagador".to_owned(), 1), ("No pagador".to_owned(), 2)]),
            scores: {
                let mut scores = vec![0; SCORE_BINS];
                scores[score_bin(0.12)] += 2;
                scores[score_bin(1.0)] += 1;
                scores
            },
            warnings: BTreeMap::from([(
                "EDAD".to_owned(),
                BTreeMap::from([("imputed".to_owned(), 1)]),
            )]),
            inputs: BTreeMap::from([(
                "0a1b".to_owned(),
                BTreeMap::from([("EDAD".to_owned(), vec![2, 0, 1])]),
            )]),
            ..DayCounts::default()
        }
    }

    #[test]
    fn counts_add_up_and_are_read_as_they_were_written() {
        let mut sum = DayCounts::default();
        assert!(sum.is_empty());
        sum.add(&counts());
        sum.add(&counts());
        assert_eq!((sum.answered, sum.clients, sum.scored()), (4, 6, 6));
        assert_eq!(sum.classes["No pagador"], 4);
        assert_eq!(sum.warnings["EDAD"]["imputed"], 2);
        assert_eq!(sum.inputs["0a1b"]["EDAD"], [4, 0, 2]);
        let json = serde_json::to_string(&sum).unwrap();
        assert_eq!(serde_json::from_str::<DayCounts>(&json).unwrap(), sum);
        // What a later program has beside is none of ours, what an earlier one has not is nothing.
        let other: DayCounts = serde_json::from_str(r#"{"answered":1,"later":[1]}"#).unwrap();
        assert_eq!(other.answered, 1);
        assert!(other.inputs.is_empty());
        // What was counted in other bins stands beside it.
        let mut others = counts();
        let bins = others.inputs.remove("0a1b").unwrap();
        others.inputs.insert("2c3d".to_owned(), bins);
        sum.add(&others);
        assert_eq!(sum.inputs["0a1b"]["EDAD"], [4, 0, 2]);
        assert_eq!(sum.inputs["2c3d"]["EDAD"], [2, 0, 1]);
    }

    #[test]
    fn quantiles_of_scores() {
        let counts = counts();
        let half = counts.score_quantile(0.5).unwrap();
        assert!((0.1..=0.15).contains(&half), "{half}");
        assert!(counts.score_quantile(0.9).unwrap() > 0.95);
        assert_eq!(DayCounts::default().score_quantile(0.5), None);
    }

    #[test]
    fn ways_are_found_by_name() {
        for kind in RouteKind::ALL {
            assert_eq!(RouteKind::named(kind.as_str()), Some(kind));
        }
    }
}
