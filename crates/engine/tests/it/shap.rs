//! Explanations against the definition of Shapley values, and against what adds up.

use propenso_engine::{ExplainScratch, Explanation, Predictor};
use propenso_model::forest::Precision;
use propenso_model::{Estimator, Forest, Node, Scoring, Tree};

use crate::engines::{estimators, rows_at_the_edges};
use crate::synthetic;

/// The expected score of a forest when only the features of a set are known.
fn expectation(forest: &Forest, score: usize, features: &[f64], known: u32) -> f64 {
    let mut sum = forest.offsets()[score];
    for (position, tree) in forest.trees().iter().enumerate() {
        let (only, scale) = forest.weight(position);
        let output = match only {
            Some(only) if only as usize != score => continue,
            Some(_) => 0,
            None => score,
        };
        sum += scale * expect(tree, 0, features, known, output);
    }
    sum
}

fn expect(tree: &Tree, at: u32, features: &[f64], known: u32, output: usize) -> f64 {
    let (feature, left, right) = match tree.nodes()[at as usize] {
        Node::Leaf(leaf) => return tree.leaf(leaf)[output],
        Node::Split(split) => (split.feature, split.left, split.right),
        Node::Categories(split) => (split.feature, split.left, split.right),
    };
    if known >> feature & 1 == 1 {
        return expect(tree, tree.next(at, features), features, known, output);
    }
    let covers = tree.covers().expect("the tree has covers");
    [left, right]
        .into_iter()
        .filter(|child| covers[*child as usize] > 0.0)
        .map(|child| {
            let share = covers[child as usize] / covers[at as usize];
            share * expect(tree, child, features, known, output)
        })
        .sum()
}

/// Shapley values by their definition: over all sets of the other features.
fn shapley(forest: &Forest, score: usize, features: &[f64]) -> Vec<f64> {
    let n = features.len() as u32;
    let values: Vec<f64> = (0..1_u32 << n)
        .map(|known| expectation(forest, score, features, known))
        .collect();
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    (0..n)
        .map(|feature| {
            let sets = (0..1_u32 << n).filter(|set| set >> feature & 1 == 0);
            sets.map(|set| {
                let size = set.count_ones();
                let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                weight * (values[(set | 1 << feature) as usize] - values[set as usize])
            })
            .sum()
        })
        .collect()
}

#[test]
fn contributions_are_the_shapley_values_of_their_definition() {
    let mut explained = 0;
    for (name, estimator) in synthetic::estimators() {
        let n_inputs = estimator.signature.n_inputs();
        let Scoring::Forest(forest) = &estimator.pipeline.scoring else {
            panic!("made-up estimators are forests");
        };
        if n_inputs > 8 {
            continue;
        }
        // The answer of a library that adds in f32 is not quite what its trees say.
        let tolerance = match forest.precision() {
            Precision::Single => 1e-6,
            Precision::Double => 1e-9,
        };
        let predictor = Predictor::compile(estimator.clone());
        let mut scratch = ExplainScratch::default();
        let mut explanation = Explanation::default();
        for row in rows_at_the_edges(&estimator, 12).chunks(n_inputs) {
            for score in 0..forest.n_values() {
                predictor
                    .explain(row, score, &mut scratch, &mut explanation)
                    .unwrap();
                let cast = |value: &f64| match forest.precision() {
                    Precision::Single => f64::from(*value as f32),
                    Precision::Double => *value,
                };
                let features: Vec<f64> = row.iter().map(cast).collect();
                let expected = shapley(forest, score, &features);
                let size = expected.iter().map(|value| value.abs()).fold(1.0, f64::max);
                for (found, expected) in explanation.contributions.iter().zip(&expected) {
                    let difference = (found - expected).abs() / size;
                    assert!(
                        difference < tolerance,
                        "{name}: {found} for {expected} of {row:?}"
                    );
                }
                explained += 1;
            }
        }
    }
    assert!(explained > 50);
}

#[test]
fn contributions_add_up_to_the_answer() {
    let mut explained = 0;
    for (name, estimator) in estimators() {
        explained += usize::from(adds_up(&name, &estimator));
    }
    assert!(explained > 40, "only {explained} models were explained");
}

/// Whether a model can be explained; if so, its explanations add up.
fn adds_up(name: &str, estimator: &Estimator) -> bool {
    let n_inputs = estimator.signature.n_inputs();
    let predictor = Predictor::compile(estimator.clone());
    let mut scratch = ExplainScratch::default();
    let mut explanation = Explanation::default();
    let mut any = false;
    for row in rows_at_the_edges(estimator, 20).chunks(n_inputs.max(1)) {
        let Ok(answer) = estimator.predict(row) else {
            continue;
        };
        for (class, value) in answer.values.iter().enumerate() {
            if predictor
                .explain(row, class, &mut scratch, &mut explanation)
                .is_err()
            {
                return false;
            }
            any = true;
            let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
            let difference = (sum - value).abs() / value.abs().max(1.0);
            assert!(difference < 1e-9, "{name}: {sum} for {value} of {row:?}");
        }
    }
    any
}
