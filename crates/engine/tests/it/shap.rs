//! Explanations against the definition of Shapley values, against the `shap` package, and against what
//! adds up.

use std::fs;
use std::io::Read;

use flate2::read::GzDecoder;
use propenso_engine::{Case, ExplainScratch, Explanation, Instructions, Predictor};
use propenso_model::forest::Precision;
use propenso_model::{Estimator, Forest, Node, Scoring, Tree};

use propenso_model::{Limits, ModelFile};
use serde::Deserialize;

use crate::corpus::committed;
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
    let (feature, left, right) = match tree.node(at) {
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
        .filter(|child| covers.of(*child) > 0.0)
        .map(|child| {
            let share = covers.of(child) / covers.of(at);
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

/// Sums in another order and products that are rounded once more change the last digits and nothing else.
/// Slopes are measured over 1e-5, which makes 1e-11 of the last digit.
#[test]
fn all_instructions_give_one_explanation() {
    let made_up = synthetic::estimators();
    let made_up = made_up.map(|(name, estimator)| (name.to_owned(), estimator));
    let mut compared = 0;
    for (name, estimator) in made_up.chain(estimators()) {
        compared += usize::from(levels_agree(&name, &estimator));
    }
    assert!(compared > 40, "only {compared} models were compared");
}

/// Whether a model can be explained; if so, its explanations by all instructions agree.
fn levels_agree(name: &str, estimator: &Estimator) -> bool {
    let levels = [
        Instructions::Portable,
        Instructions::Avx2,
        Instructions::detect(),
    ];
    let predictors = levels.map(|level| Predictor::compile_for(estimator.clone(), level));
    let mut scratch = ExplainScratch::default();
    let mut found = levels.map(|_| Explanation::default());
    let mut any = false;
    let n_inputs = estimator.signature.n_inputs();
    for row in rows_at_the_edges(estimator, 12).chunks(n_inputs.max(1)) {
        for class in 0..estimator.signature.n_values() {
            let explain = |(predictor, found): (&Predictor, &mut Explanation)| {
                predictor.explain(row, class, &mut scratch, found).is_ok()
            };
            if !predictors.iter().zip(&mut found).all(explain) {
                continue;
            }
            any = true;
            let [portable, others @ ..] = &found;
            let values = portable.contributions.iter();
            let size = values.map(|value| value.abs()).fold(1.0, f64::max);
            for other in others {
                assert_eq!(other.base, portable.base, "{name}: {row:?}");
                for (value, expected) in other.contributions.iter().zip(&portable.contributions) {
                    let difference = (value - expected).abs() / size;
                    assert!(
                        difference < 1e-10,
                        "{name}: {value} for {expected} of {row:?}"
                    );
                }
            }
        }
    }
    any
}

/// Rows that go through the trees together are explained as one by one, to the last digits, and to the very bits
/// whatever the other rows are.
#[test]
fn many_rows_are_explained_as_one_is() {
    let made_up = synthetic::estimators();
    let made_up = made_up.map(|(name, estimator)| (name.to_owned(), estimator));
    let mut compared = 0;
    for (name, estimator) in made_up.chain(estimators()) {
        for level in [Instructions::Portable, Instructions::detect()] {
            compared += usize::from(rows_agree(&name, &estimator, level));
        }
    }
    assert!(compared > 80, "only {compared} models were compared");
}

/// Whether a model can be explained; if so, many rows are as one is.
fn rows_agree(name: &str, estimator: &Estimator, level: Instructions) -> bool {
    let predictor = Predictor::compile_for(estimator.clone(), level);
    let n_inputs = estimator.signature.n_inputs().max(1);
    let rows = rows_at_the_edges(estimator, 37);
    let answered: Vec<_> = rows
        .chunks(n_inputs)
        .filter_map(|row| Some((row, estimator.predict(row).ok()?)))
        .collect();
    let n_classes = estimator.signature.n_values();
    let cases = answered.iter().enumerate().map(|(at, (row, answer))| {
        // Classes by turns, as a portfolio's rows have.
        Case::new(row, at % n_classes.max(1), &answer.values)
    });
    let cases: Vec<Case<'_>> = cases.collect();
    let mut scratch = ExplainScratch::default();
    let mut found = Vec::new();
    if cases.is_empty()
        || predictor
            .explain_answers(&cases, &mut scratch, &mut found)
            .is_err()
    {
        return false;
    }
    assert_eq!(found.len(), cases.len(), "{name}");
    let mut one = Explanation::default();
    for (case, found) in cases.iter().zip(&found) {
        predictor
            .explain_answer(*case, &mut scratch, &mut one)
            .unwrap();
        let values = one.contributions.iter();
        let size = values.map(|value| value.abs()).fold(1.0, f64::max);
        assert_eq!(found.base, one.base, "{name}");
        for (value, expected) in found.contributions.iter().zip(&one.contributions) {
            let difference = (value - expected).abs() / size;
            assert!(difference < 1e-10, "{name}: {value} for {expected}");
        }
    }
    let mut again = Vec::new();
    let backwards: Vec<Case<'_>> = cases.iter().rev().skip(3).copied().collect();
    predictor
        .explain_answers(&backwards, &mut scratch, &mut again)
        .unwrap();
    for (again, found) in again.iter().zip(found.iter().rev().skip(3)) {
        assert_eq!(again, found, "{name}");
    }
    true
}

/// What the `shap` package says of a test model (`tools/make_shap.py`).
#[derive(Deserialize)]
struct Explained {
    model_file: String,
    class: usize,
    rows: Vec<Vec<Option<f64>>>,
    base: f64,
    contributions: Vec<Vec<f64>>,
    tolerance: f64,
}

#[test]
fn contributions_are_those_of_the_shap_package() {
    let folder = committed().join("shap");
    let mut n_models = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let file = fs::File::open(entry.unwrap().path()).unwrap();
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        compare(&serde_json::from_str(&text).expect("the file is JSON"));
        n_models += 1;
    }
    assert!(n_models >= 18, "only {n_models} models");
}

fn compare(explained: &Explained) {
    let name = &explained.model_file;
    let bytes = fs::read(committed().join(name)).expect("the model is there");
    let file = ModelFile::read(bytes, &Limits::default()).unwrap();
    let predictor = Predictor::compile(file.estimator().unwrap());
    let mut scratch = ExplainScratch::default();
    let mut explanation = Explanation::default();
    assert!(!explained.rows.is_empty(), "{name} has no rows");
    for (row, expected) in explained.rows.iter().zip(&explained.contributions) {
        let row: Vec<f64> = row.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        predictor
            .explain(&row, explained.class, &mut scratch, &mut explanation)
            .unwrap();
        let found = std::iter::once(&explanation.base).chain(&explanation.contributions);
        let expected = std::iter::once(&explained.base).chain(expected);
        for (found, expected) in found.zip(expected) {
            let difference = (found - expected).abs() / expected.abs().max(1.0);
            assert!(
                difference <= explained.tolerance,
                "{name}: {found} for {expected} of {row:?}"
            );
        }
    }
}
