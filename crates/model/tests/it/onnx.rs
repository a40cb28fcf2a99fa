//! ONNX files against ONNX Runtime's answers.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use propenso_model::{Estimator, Label, Limits, ModelFile, Output};
use serde_json::Value;

/// An ONNX file and the answers beside it.
pub(crate) struct Case {
    pub(crate) path: PathBuf,
    answers: Value,
}

fn read_answers(model: &Path) -> Value {
    let plain = model.with_extension("json");
    if plain.exists() {
        return serde_json::from_slice(&fs::read(plain).unwrap()).unwrap();
    }
    let packed = fs::read(model.with_extension("json.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn cases_in(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "onnx")
        })
        .collect();
    paths.sort();
    let case = |path: PathBuf| Case {
        answers: read_answers(&path),
        path,
    };
    paths.into_iter().map(case).collect()
}

pub(crate) fn committed() -> Vec<Case> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut cases = cases_in(&testdata.join("models/boosters-new"));
    cases.extend(cases_in(&testdata.join("made/onnx")));
    cases
}

pub(crate) fn import(bytes: &[u8]) -> Result<Estimator, propenso_model::Error> {
    ModelFile::read(bytes.to_vec(), &Limits::default())?.estimator()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn label(value: &Value) -> Label {
    match value {
        Value::String(text) => Label::Text(text.clone()),
        other => Label::Int(other.as_i64().unwrap()),
    }
}

/// The answers' numbers for a row; a two-class decision is one number here, and may be two there.
fn wanted(answers: &Value, row: usize, is_classifier: bool, count: usize) -> Vec<f64> {
    if !is_classifier {
        return vec![number(&answers["predict"][row])];
    }
    let key = if answers["predict_proba"].is_null() {
        "decision_function"
    } else {
        "predict_proba"
    };
    match &answers[key][row] {
        Value::Array(values) => values[values.len() - count..].iter().map(number).collect(),
        value => vec![number(value)],
    }
}

/// The largest difference from the answers, having checked it and every label.
fn compare(case: &Case) -> f64 {
    let name = case.path.display();
    let estimator =
        import(&fs::read(&case.path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let labels = match &estimator.signature.output {
        Output::Classes { labels, .. } => Some(labels),
        Output::Value => None,
    };
    let mut worst = 0.0_f64;
    for (row, inputs) in case.answers["rows"].as_array().unwrap().iter().enumerate() {
        let inputs: Vec<f64> = inputs.as_array().unwrap().iter().map(number).collect();
        let answer = estimator
            .predict(&inputs)
            .unwrap_or_else(|error| panic!("{name}, row {row}: {error}"));
        if let Some(labels) = labels {
            assert_eq!(
                labels[answer.class],
                label(&case.answers["predict"][row]),
                "{name}, row {row}"
            );
        }
        let found = if answer.values.is_empty() {
            answer.decision
        } else {
            answer.values
        };
        let wanted = wanted(&case.answers, row, labels.is_some(), found.len());
        assert_eq!(found.len(), wanted.len(), "{name}, row {row}");
        for (found, wanted) in found.iter().zip(&wanted) {
            let difference = (found - wanted).abs() / wanted.abs().max(1.0);
            let tolerance = number(&case.answers["tolerance"]);
            assert!(
                difference <= tolerance,
                "{name}, row {row}: {found} for {wanted}"
            );
            worst = worst.max(difference);
        }
    }
    worst
}

fn compare_all(cases: &[Case]) {
    for case in cases {
        println!(
            "{}: {:e}",
            case.path.file_name().unwrap().display(),
            compare(case)
        );
    }
}

#[test]
fn committed_files_give_the_runtimes_answers() {
    let cases = committed();
    assert!(cases.len() >= 16, "{} files", cases.len());
    compare_all(&cases);
}

#[test]
fn the_corpus_gives_the_runtimes_answers() {
    let Some(corpus) = std::env::var_os("PROPENSO_CORPUS") else {
        println!("PROPENSO_CORPUS is not set");
        return;
    };
    compare_all(&cases_in(&Path::new(&corpus).join("boosters-new")));
}

pub(crate) fn committed_model(name: &str) -> Vec<u8> {
    let cases = committed();
    let case = cases.iter().find(|case| case.path.ends_with(name)).unwrap();
    fs::read(&case.path).unwrap()
}

#[test]
fn signatures_say_what_a_file_holds() {
    let forest = import(&committed_model("c_onnx_rf_3class_text.onnx"))
        .unwrap()
        .signature;
    assert_eq!(forest.class, "TreeEnsembleClassifier");
    assert_eq!(
        forest.writer.to_string(),
        "ONNX skl2onnx 1.20.0 (opset 15, ml 1)"
    );
    assert_eq!(forest.n_inputs(), 16);
    assert_eq!(forest.names(), None);
    assert_eq!(forest.n_values(), 3);
    let network = import(&committed_model("scaler_mlp.onnx"))
        .unwrap()
        .signature;
    assert_eq!(network.class, "Network");
    let names = ["edad", "deuda", "saldo", "cuota", "uno", "dos"];
    assert_eq!(network.names(), Some(names.to_vec()));
}

#[test]
fn only_trees_and_imputers_take_missing_values() {
    let answer = |name: &str, row: &[f64]| import(&committed_model(name)).unwrap().predict(row);
    let missing = [f64::NAN; 6];
    assert!(answer("linear_regression.onnx", &missing).is_err());
    assert!(answer("scaler_mlp.onnx", &missing).is_err());
    assert!(answer("impute_lr.onnx", &missing).is_ok());
    assert!(answer("lgb_bin_nan.onnx", &missing).is_ok());
    assert!(answer("linear_regression.onnx", &[f64::INFINITY; 6]).is_err());
    assert!(answer("lgb_bin_nan.onnx", &[f64::INFINITY; 6]).is_ok());
}
