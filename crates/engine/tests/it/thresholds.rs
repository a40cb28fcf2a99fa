//! Rows that the thresholds say a model cannot tell apart, it does not.

use std::path::{Path, PathBuf};

use propenso_engine::{Answer, Predictor, Scratch};
use propenso_model::{Limits, ModelFile, Thresholds};

/// Intervals looked at of each input.
const INTERVALS: usize = 40;

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if !path.to_string_lossy().ends_with(".json.gz") {
            into.push(path);
        }
    }
}

/// A model's answer with one input at a number, the others at one of their thresholds or 0.
fn answer(predictor: &Predictor, input: usize, number: f64) -> Option<Answer> {
    let other = |position: usize| {
        let list = predictor
            .thresholds()
            .of_input(position)
            .unwrap_or_default();
        list.get(list.len() / 2).copied().unwrap_or(0.0)
    };
    let n_inputs = predictor.signature().n_inputs();
    let mut row: Vec<f64> = (0..n_inputs).map(other).collect();
    row[input] = number;
    let mut answer = Answer::default();
    let predicted = predictor.predict(&row, &mut Scratch::default(), &mut answer);
    predicted.ok().map(|()| answer)
}

#[test]
fn both_ends_of_an_interval_have_one_answer() {
    let mut paths = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/models"),
        &mut paths,
    );
    let mut with_thresholds = 0;
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let read = ModelFile::read(bytes, &Limits::default()).and_then(|file| file.estimator());
        let Ok(estimator) = read else {
            continue;
        };
        let predictor = Predictor::compile(estimator);
        let mut has_some = false;
        for input in 0..predictor.signature().n_inputs() {
            let Some(list) = predictor.thresholds().of_input(input) else {
                continue;
            };
            assert!(list.is_sorted_by(|a, b| a < b), "{}", path.display());
            assert!(list.len() <= Thresholds::MAX_PER_INPUT);
            let every = list.len() / INTERVALS + 1;
            for pair in list.windows(2).step_by(every) {
                has_some = true;
                let low = answer(&predictor, input, pair[0].next_up());
                let high = answer(&predictor, input, pair[1]);
                assert_eq!(low, high, "{} input {input} {pair:?}", path.display());
            }
        }
        with_thresholds += usize::from(has_some);
    }
    assert!(with_thresholds > 40, "{with_thresholds}");
}
