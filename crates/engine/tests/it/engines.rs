//! Which engine each test model gets, and that every way through an engine gives the reference's bits.

use std::fmt::Write as _;
use std::fs;

use propenso_engine::{Answer, Answers, Instructions, Predictor, RowError, Rows, Scratch};
use propenso_model::{Estimator, Limits, ModelFile, Node, Scoring, Tree};

use crate::corpus::{answer_files, committed, read_answers};
use crate::synthetic;

/// The estimators of the committed test models, by file name.
pub(crate) fn estimators() -> Vec<(String, Estimator)> {
    let mut found = Vec::new();
    for folder in ["models", "made"] {
        for path in answer_files(&committed().join(folder)) {
            let Some(answers) = read_answers(&path) else {
                continue;
            };
            let path = path.with_file_name(&answers.model_file);
            let bytes = fs::read(&path).expect("the model file is there");
            let read = ModelFile::read(bytes, &Limits::default()).and_then(|file| file.estimator());
            if let Ok(estimator) = read {
                let parent = path.parent().and_then(|parent| parent.file_name());
                let folder = parent.unwrap_or_default().to_string_lossy().into_owned();
                found.push((format!("{folder}/{}", answers.model_file), estimator));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn the_engine_of_each_test_model() {
    let mut table = String::new();
    for (name, estimator) in estimators() {
        let class = estimator.signature.class.clone();
        let engine = Predictor::compile(estimator).engine_name();
        writeln!(table, "{engine:<10} {class:<32} {name}").unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_kernel_gives_the_references_bits() {
    let mut scratches = vec![Scratch::default(); 3];
    for (name, estimator) in estimators() {
        agree(&name, &estimator, &mut scratches);
    }
}

/// Shapes that no library happened to write: deep and lopsided trees, more thresholds than fit narrow
/// keys, more columns than a heap's node can name.
#[test]
fn made_up_forests_give_the_references_bits() {
    let mut scratches = vec![Scratch::default(); 3];
    for (name, estimator) in synthetic::estimators() {
        agree(name, &estimator, &mut scratches);
    }
}

/// Every number of levels that heaps may have, with as many columns as vectors hold, and with more.
#[test]
fn complete_trees_of_every_depth_give_the_references_bits() {
    let mut scratches = vec![Scratch::default(); 3];
    for depth in 1..=14 {
        for n_columns in [16, 40] {
            let name = format!("{depth} levels, {n_columns} columns");
            agree(
                &name,
                &synthetic::complete(depth, n_columns),
                &mut scratches,
            );
        }
    }
}

/// Rows of calls, at the edges of how many walk at a time; the last are enough for several threads.
const EDGES: [usize; 13] = [
    2, 5, 16, 17, 119, 239, 240, 241, 320, 481, 700, 1_111, 3_000,
];

/// The differential test of deep forests: so many, each with another number of rows, threads and instructions.
fn agree_on_deep_forests(seeds: std::ops::Range<u64>) {
    let mut scratches = vec![Scratch::default(); 4];
    for seed in seeds {
        let estimator = synthetic::deep(seed);
        let n_inputs = estimator.signature.n_inputs();
        let n_rows = EDGES[seed as usize % EDGES.len()];
        let mut rows = rows_at_the_edges(&estimator, n_rows);
        // Rows go another way where none of a call misses a value; now and then the last one alone does.
        let n_filled = match seed % 3 {
            0 => 0,
            1 => rows.len() - n_inputs,
            _ => rows.len(),
        };
        rows[..n_filled]
            .iter_mut()
            .filter(|value| value.is_nan())
            .for_each(|value| *value = 0.25);
        let instructions = [
            Instructions::Portable,
            Instructions::Avx2,
            Instructions::detect(),
        ];
        let predictor = Predictor::compile_for(estimator.clone(), instructions[seed as usize % 3]);
        let mut answers = Answers::default();
        let n_threads = 1 + seed as usize % 4;
        let block = Rows::new(&rows, n_rows).unwrap();
        let taken = predictor.predict_rows(block, &mut scratches[..n_threads], &mut answers);
        taken.unwrap();
        let mut answer = Answer::default();
        for (row, values) in rows.chunks_exact(n_inputs).enumerate() {
            let reference = expected(&estimator.predict(values));
            let among = answers
                .get(row)
                .map(|(class, values)| (class, bits(values)));
            assert_eq!(among, reference, "seed {seed}: row {row} of {n_rows}");
            let alone = predictor.predict(values, &mut scratches[0], &mut answer);
            let alone = alone.map(|()| (answer.class, bits(&answer.values)));
            assert_eq!(alone, reference, "seed {seed}: row {row} alone");
        }
    }
}

#[test]
fn deep_forests_give_the_references_bits() {
    agree_on_deep_forests(0..60);
}

/// Takes a minute or two.
#[test]
#[ignore = "the same with a thousand forests; run it when a kernel changes"]
fn a_thousand_deep_forests_give_the_references_bits() {
    agree_on_deep_forests(60..1_060);
}

/// Compares every way to an answer with the reference, bit for bit, errors too. What other models left in
/// the scratches is no matter.
fn agree(name: &str, estimator: &Estimator, scratches: &mut [Scratch]) {
    let n_inputs = estimator.signature.n_inputs();
    let rows = rows_at_the_edges(estimator, 333);
    let n_rows = rows.len() / n_inputs.max(1);
    let reference: Vec<_> = rows
        .chunks(n_inputs.max(1))
        .map(|row| estimator.predict(row))
        .collect();
    for instructions in [
        Instructions::Portable,
        Instructions::Avx2,
        Instructions::detect(),
    ] {
        let predictor = Predictor::compile_for(estimator.clone(), instructions);
        let mut answer = Answer::default();
        for (row, reference) in rows.chunks(n_inputs.max(1)).zip(&reference) {
            let taken = predictor.predict(row, &mut scratches[0], &mut answer);
            let answer = taken.map(|()| (answer.class, bits(&answer.values)));
            assert_eq!(answer, expected(reference), "{name}: {row:?}");
        }
        for (n_threads, n_rows) in [
            (1, n_rows),
            (3, n_rows),
            (1, 1),
            (1, 5),
            (1, 7),
            (1, 16),
            (1, 80),
            (2, 81),
        ] {
            let n_rows = n_rows.min(reference.len());
            let block = Rows::new(&rows[..n_rows * n_inputs], n_rows).unwrap();
            let mut answers = Answers::default();
            predictor
                .predict_rows(block, &mut scratches[..n_threads], &mut answers)
                .unwrap();
            assert_eq!(answers.n_rows(), n_rows);
            for (row, reference) in reference[..n_rows].iter().enumerate() {
                let answer = answers
                    .get(row)
                    .map(|(class, values)| (class, bits(values)));
                assert_eq!(answer, expected(reference), "{name}: row {row} of {n_rows}");
            }
        }
    }
}

fn expected(reference: &Result<Answer, RowError>) -> Result<(usize, Vec<u64>), RowError> {
    match reference {
        Ok(answer) => Ok((answer.class, bits(&answer.values))),
        Err(error) => Err(*error),
    }
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Rows of values on thresholds, beside them, and at the ends of every range.
pub(crate) fn rows_at_the_edges(estimator: &Estimator, n_rows: usize) -> Vec<f64> {
    let mut edges = vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        -0.5,
        3.0,
        7.5,
        1e-35,
        1e-36,
        1e9,
        1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    if let Scoring::Forest(forest) = &estimator.pipeline.scoring {
        let splits = forest
            .trees()
            .iter()
            .flat_map(Tree::nodes)
            .filter_map(|node| match node {
                Node::Split(split) => Some(split.threshold),
                Node::Categories(_) | Node::Leaf(_) => None,
            });
        for threshold in splits.take(5_000).step_by(3) {
            let single = threshold as f32;
            edges.extend([threshold, threshold.next_up(), threshold.next_down()]);
            edges.extend([single.next_up(), single, single.next_down()].map(f64::from));
        }
    }
    let n_inputs = estimator.signature.n_inputs();
    let mut random = synthetic::Random::new(n_inputs as u64 + 1);
    let mut rows: Vec<f64> = (0..n_rows * n_inputs)
        .map(|_| match random.below(40) {
            // Rare, as one is enough for most models to refuse the row.
            0 => edges[random.below(14)],
            _ => edges[random.below(edges.len())],
        })
        .collect();
    // Most rows without what most models refuse.
    for row in rows.chunks_mut(n_inputs.max(1)).step_by(2) {
        for value in row.iter_mut().filter(|v| v.is_nan() || v.abs() > 1e30) {
            *value = 0.25;
        }
    }
    rows
}
