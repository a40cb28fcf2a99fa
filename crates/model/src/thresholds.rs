//! The numbers at which a model of trees may change its answer, input by input.
//!
//! Whoever asks how another value of an input would have changed an answer need not try every
//! number: between two neighbouring thresholds the trees cannot tell one from another.

use crate::committee::Member;
use crate::forest::{Forest, Precision};
use crate::pipeline::{Pipeline, Scoring};
use crate::transform::Transform;
use crate::tree::{MISSING_ZERO, Node, Split};

/// The thresholds of each input of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thresholds {
    /// `None` for an input that more than trees look at.
    of_input: Vec<Option<Vec<f64>>>,
}

impl Thresholds {
    /// Most thresholds kept of an input. Of more, as many are kept, evenly, which bounds the memory
    /// a model file can ask for (128 KiB an input).
    pub const MAX_PER_INPUT: usize = 16_384;

    /// The thresholds of a model of `n_inputs` inputs.
    ///
    /// Known are those of forests, of committees and of calibrated classifiers made of forests. What
    /// a transform makes of an input is not traced back: behind an encoder or a scaler no
    /// threshold is known.
    #[must_use]
    pub fn of(pipeline: &Pipeline, n_inputs: usize) -> Self {
        let mut thresholds = Self {
            of_input: vec![Some(Vec::new()); n_inputs],
        };
        let inputs: Vec<usize> = (0..n_inputs).collect();
        thresholds.add(pipeline, &inputs);
        for list in thresholds.of_input.iter_mut().flatten() {
            list.sort_unstable_by(f64::total_cmp);
            list.dedup();
            *list = thin(list);
        }
        thresholds
    }

    /// The thresholds of the input at a position, rising, each once and finite: the model answers
    /// the same for any two numbers with no threshold `t` between them, that is with the same ones
    /// `<= t`. `None` where they are not known.
    #[must_use]
    pub fn of_input(&self, position: usize) -> Option<&[f64]> {
        self.of_input.get(position)?.as_deref()
    }

    /// Adds what a pipeline compares, which sees the model's inputs at the positions `inputs`.
    fn add(&mut self, pipeline: &Pipeline, inputs: &[usize]) {
        let mut inputs = inputs.to_vec();
        for transform in &pipeline.transforms {
            match transform {
                Transform::Check(_) => {}
                Transform::Select(columns) => inputs = pick(&inputs, columns),
                _ => return self.forget(&inputs),
            }
        }
        match &pipeline.scoring {
            Scoring::Forest(forest) => self.add_forest(forest, &inputs),
            Scoring::Constant(_) => {}
            Scoring::Committee(committee) => {
                for Member {
                    pipeline, columns, ..
                } in committee.members()
                {
                    match columns {
                        Some(columns) => self.add(pipeline, &pick(&inputs, columns)),
                        None => self.add(pipeline, &inputs),
                    }
                }
            }
            Scoring::Calibration(calibration) => {
                for member in calibration.members() {
                    self.add(&member.pipeline, &inputs);
                }
            }
            Scoring::Linear(_) | Scoring::Network(_) | Scoring::NaiveBayes(_) => {
                self.forget(&inputs);
            }
        }
    }

    fn forget(&mut self, inputs: &[usize]) {
        for input in inputs {
            if let Some(list) = self.of_input.get_mut(*input) {
                *list = None;
            }
        }
    }

    fn add_forest(&mut self, forest: &Forest, inputs: &[usize]) {
        let single = forest.precision() == Precision::Single;
        for tree in forest.trees() {
            for node in tree.splits() {
                match node {
                    Node::Split(split) => self.add_split(&split, inputs, single),
                    // Categories have no order in which two are neighbours.
                    Node::Categories(split) => {
                        let input = inputs.get(split.feature as usize).copied();
                        self.forget(input.as_slice());
                    }
                    Node::Leaf(_) => {}
                }
            }
        }
    }

    fn add_split(&mut self, split: &Split, inputs: &[usize], single: bool) {
        let list = inputs
            .get(split.feature as usize)
            .and_then(|input| self.of_input.get_mut(*input));
        let Some(Some(list)) = list else {
            return;
        };
        let mut add = |threshold: f64| {
            let edge = if single {
                edge_of_single(threshold)
            } else {
                threshold
            };
            if edge.is_finite() {
                list.push(edge);
            }
        };
        add(split.threshold);
        if split.zero_is_missing {
            add((-MISSING_ZERO).next_down());
            add(MISSING_ZERO);
        }
    }
}

fn pick(inputs: &[usize], columns: &[usize]) -> Vec<usize> {
    let known = columns.iter().map(|column| inputs.get(*column));
    // A column that does not exist is refused when a row comes; here it is nobody's.
    known
        .map(|input| input.copied().unwrap_or(usize::MAX))
        .collect()
}

/// The largest f64 that, rounded to f32, is not above the threshold.
fn edge_of_single(threshold: f64) -> f64 {
    let nearest = threshold as f32;
    let below = if f64::from(nearest) > threshold {
        nearest.next_down()
    } else {
        nearest
    };
    if !below.is_finite() || below == f32::MAX {
        return f64::INFINITY;
    }
    // Exact: both have 24 bits, the sum needs one or two more.
    let middle = f64::midpoint(f64::from(below), f64::from(below.next_up()));
    if middle as f32 <= below {
        middle
    } else {
        middle.next_down()
    }
}

/// Thins a sorted list evenly to at most [`Thresholds::MAX_PER_INPUT`], and keeps the first and the last.
fn thin(list: &[f64]) -> Vec<f64> {
    let max = Thresholds::MAX_PER_INPUT;
    if list.len() <= max {
        return list.to_vec();
    }
    (0..max)
        .map(|at| list[at * (list.len() - 1) / (max - 1)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_the_last_number_that_passes() {
        let passes = |value: f64, threshold: f64| f64::from(value as f32) <= threshold;
        for threshold in [
            0.0,
            -0.0,
            0.5,
            0.1,
            -0.1,
            1.0,
            16_777_216.0,
            1e-60,
            -1e-60,
            1e-44,
            314.24,
            -314.24,
            3e38,
        ] {
            let edge = edge_of_single(threshold);
            assert!(passes(edge, threshold), "{threshold:e}: {edge:e}");
            assert!(
                !passes(edge.next_up(), threshold),
                "{threshold:e}: {edge:e}"
            );
        }
        for threshold in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN] {
            assert!(!edge_of_single(threshold).is_finite(), "{threshold:e}");
        }
    }

    #[test]
    fn long_lists_keep_their_ends() {
        let list: Vec<f64> = (0..100_000).map(f64::from).collect();
        let thinned = thin(&list);
        assert_eq!(thinned.len(), Thresholds::MAX_PER_INPUT);
        assert_eq!((thinned[0], thinned.last()), (0.0, Some(&99_999.0)));
        assert!(thinned.is_sorted_by(|a, b| a < b));
    }
}
