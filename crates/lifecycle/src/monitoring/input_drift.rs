//! Which inputs have moved away from the reference, and whether that matters.
//!
//! Three things must come together before an input is called changed: the move is large (PSI, by the trade's limits of 0.1 and 0.25),
//! chance does not explain it (PSI above what it exceeds once in a thousand times with so many clients, and the chi-square test among
//! those that Benjamini and Hochberg would believe), and it comes first in the list if the model goes by that input.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use propenso_scoring::statistics::{Stability, benjamini_hochberg, homogeneity_p_value};

use crate::gates::importance::Importance;
use crate::gates::input_reference::{InputReference, ReferenceInput};

/// PSI from which an input has moved somewhat, and from which it is another.
const SOME: f64 = 0.1;
const MUCH: f64 = 0.25;

/// The share of the inputs called changed that may be chance.
const FALSE_SHARE: f64 = 0.05;

/// How an input compares with the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDrift<'r> {
    /// What it was in the reference.
    pub reference: &'r ReferenceInput,
    /// Clients by bin.
    pub counts: Vec<u64>,
    /// PSI, and what chance makes of it.
    pub stability: Stability,
    /// The probability that chance alone explains the difference.
    pub p_value: f64,
    /// Its share of what moves the model's answers, 0 to 1; `None` where that is not known.
    pub weight: Option<f64>,
    /// What it comes to.
    pub change: Change,
}

/// What the comparison of an input comes to, what matters most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is another than it was.
    Changed,
    /// It has moved.
    Some,
    /// Nothing to be seen.
    Stable,
    /// Too few clients to tell: so many make a PSI of 0.1 by chance.
    TooFew,
}

impl Change {
    fn of(stability: &Stability, is_believed: bool) -> Self {
        let is_chance = !is_believed || !stability.is_significant();
        match stability.psi {
            psi if psi >= MUCH && !is_chance => Self::Changed,
            psi if psi >= SOME && !is_chance => Self::Some,
            _ if stability.critical > SOME => Self::TooFew,
            _ => Self::Stable,
        }
    }
}

impl InputDrift<'_> {
    /// Clients that were compared.
    #[must_use]
    pub fn clients(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How much the change may matter: PSI times weight.
    fn matters(&self) -> f64 {
        self.stability.psi * self.weight.unwrap_or(1.0)
    }
}

/// Compares counts by input and bin with the reference's: inputs that have changed first, of them those that move the model most.
/// An input of which nothing was counted is left out.
#[must_use]
pub fn input_drifts<'r>(
    reference: &'r InputReference,
    importance: Option<&Importance>,
    counts: &BTreeMap<String, Vec<u64>>,
) -> Vec<InputDrift<'r>> {
    let weights = importance.map(|importance| {
        let all: f64 = importance.inputs.iter().map(|input| input.mean).sum();
        let inputs = importance.inputs.iter();
        let shares = inputs.map(|input| (&*input.input, input.mean / all));
        shares.filter(|(_, share)| share.is_finite()).collect()
    });
    let weights: BTreeMap<&str, f64> = weights.unwrap_or_default();
    let mut drifts: Vec<InputDrift<'_>> = reference
        .inputs
        .iter()
        .filter_map(|known| {
            let mut counts = counts.get(&known.input)?.clone();
            counts.resize(known.counts.len(), 0);
            (counts.iter().sum::<u64>() > 0).then(|| InputDrift {
                stability: Stability::of_counts(&known.counts, &counts),
                p_value: homogeneity_p_value(&known.counts, &counts),
                weight: weights.get(&*known.input).copied(),
                change: Change::TooFew,
                reference: known,
                counts,
            })
        })
        .collect();
    let p_values: Vec<f64> = drifts.iter().map(|drift| drift.p_value).collect();
    let believed = benjamini_hochberg(&p_values, FALSE_SHARE);
    for (drift, is_believed) in drifts.iter_mut().zip(believed) {
        drift.change = Change::of(&drift.stability, is_believed);
    }
    drifts.sort_by(order);
    drifts
}

/// Those that moved first, whether much or somewhat: of them those that matter most.
fn order(a: &InputDrift<'_>, b: &InputDrift<'_>) -> Ordering {
    let has_not_moved = |drift: &InputDrift<'_>| drift.change >= Change::Stable;
    let moved = has_not_moved(a).cmp(&has_not_moved(b));
    moved.then(b.matters().total_cmp(&a.matters()))
}

#[cfg(test)]
mod tests {
    use propenso_scoring::{BinUnit, InputBins};

    use super::*;
    use crate::gates::importance::InputImportance;

    fn input(name: &str, counts: [u64; 4]) -> ReferenceInput {
        ReferenceInput {
            input: name.to_owned(),
            bins: InputBins::Numbers {
                unit: BinUnit::Number,
                cuts: vec![1.0],
            },
            counts: counts.to_vec(),
        }
    }

    fn reference(names: &[&str]) -> InputReference {
        let inputs = names.iter();
        let inputs = inputs.map(|name| input(name, [2_500, 2_500, 0, 0]));
        InputReference {
            clients: 5_000,
            inputs: inputs.collect(),
        }
    }

    fn counts(of: &[(&str, [u64; 4])]) -> BTreeMap<String, Vec<u64>> {
        let counts = of.iter();
        counts
            .map(|(name, counts)| ((*name).to_owned(), counts.to_vec()))
            .collect()
    }

    fn importance(of: &[(&str, f64)]) -> Importance {
        let inputs = of.iter().map(|(name, mean)| InputImportance {
            input: (*name).to_owned(),
            mean: *mean,
        });
        Importance {
            clients: 100,
            inputs: inputs.collect(),
        }
    }

    #[test]
    fn what_moved_and_weighs_comes_first() {
        let reference = reference(&["A", "B", "C", "D"]);
        let weights = importance(&[("A", 0.02), ("B", 0.05), ("C", 0.12), ("D", 0.01)]);
        let counted = counts(&[
            ("A", [900, 100, 0, 0]),
            ("B", [700, 300, 0, 0]),
            ("C", [510, 490, 0, 0]),
            ("D", [500, 500, 0, 0]),
        ]);
        let found = input_drifts(&reference, Some(&weights), &counted);
        let seen: Vec<_> = found
            .iter()
            .map(|drift| (&*drift.reference.input, drift.change))
            .collect();
        assert_eq!(
            seen,
            [
                ("A", Change::Changed),
                ("B", Change::Some),
                ("C", Change::Stable),
                ("D", Change::Stable),
            ]
        );
        let weight = found[0].weight.unwrap();
        assert!((weight - 0.1).abs() < 1e-12, "{weight}");
        assert!(found[0].p_value < 1e-9 && found[2].p_value > 0.05);
        // The same move of an input that moves the model ten times as much is the first.
        let weights = importance(&[("A", 0.02), ("B", 0.9), ("C", 0.12), ("D", 0.01)]);
        let found = input_drifts(&reference, Some(&weights), &counted);
        assert_eq!(found[0].reference.input, "B");
    }

    #[test]
    fn few_clients_tell_nothing_but_of_great_moves() {
        let reference = reference(&["A", "B"]);
        let counted = counts(&[("A", [18, 12, 0, 0]), ("B", [0, 0, 0, 30])]);
        let found = input_drifts(&reference, None, &counted);
        assert_eq!(found[0].reference.input, "B");
        assert_eq!(found[0].change, Change::Changed);
        assert_eq!(found[1].change, Change::TooFew);
        assert_eq!(found[1].clients(), 30);
    }

    #[test]
    fn what_was_not_counted_is_not_compared() {
        let reference = reference(&["A"]);
        assert!(input_drifts(&reference, None, &BTreeMap::new()).is_empty());
        assert!(input_drifts(&reference, None, &counts(&[("A", [0; 4])])).is_empty());
    }
}
