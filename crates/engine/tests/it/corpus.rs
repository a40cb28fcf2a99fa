//! Every model file of a corpus folder: supported ones reproduce scikit-learn's answers bit for bit,
//! through the reference predictor and through the engine; others are refused by name.
//!
//! Runs on `testdata/models`, and on the folder that `PROPENSO_CORPUS` names when it is set.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use propenso_engine::{Predictor, Scratch};
use propenso_model::{Error, Label, Limits, ModelFile, Output};
use serde::Deserialize;
use serde_json::Value;

/// The answers beside a model file.
#[derive(Deserialize)]
struct Answers {
    model_file: String,
    estimator: String,
    note: String,
    sklearn: Option<String>,
    columns: Vec<String>,
    fitted_on: String,
    rows: Vec<Vec<Value>>,
    classes: Option<Vec<Value>>,
    predict: Vec<Value>,
    predict_proba: Option<Vec<Vec<f64>>>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Refused {
    row: Vec<Value>,
    error: String,
}

impl Answers {
    /// Whether today's importers must take this file.
    fn must_be_supported(&self) -> bool {
        let trees = ["DecisionTree", "ExtraTree", "RandomForest"];
        let searches = [
            "search_grid",
            "search_grid_multi",
            "search_random",
            "search_random_ints",
        ];
        trees.iter().any(|tree| self.estimator.starts_with(tree))
            || searches.contains(&self.note.as_str())
    }
}

#[test]
fn the_committed_corpus_is_reproduced() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/models");
    let supported = run(&folder);
    assert!(
        supported >= 40,
        "only {supported} supported files were found"
    );
}

#[test]
fn the_whole_corpus_is_reproduced() {
    match std::env::var_os("PROPENSO_CORPUS") {
        Some(folder) => assert!(run(Path::new(&folder)) > 0, "no supported file was found"),
        None => println!("PROPENSO_CORPUS is not set: only the committed part was run"),
    }
}

/// Checks every file below a folder; gives the number of supported ones.
fn run(folder: &Path) -> usize {
    let mut failures = Vec::new();
    let mut tally: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for path in answer_files(folder) {
        let Some(answers) = read_answers(&path) else {
            continue;
        };
        let version = answers
            .sklearn
            .clone()
            .unwrap_or_else(|| "other".to_owned());
        let counts = tally.entry(version).or_default();
        match check(&path, &answers) {
            Ok(true) => counts.0 += 1,
            Ok(false) => counts.1 += 1,
            Err(failure) => failures.push(format!("{}: {failure}", path.display())),
        }
    }
    for (version, (reproduced, refused)) in &tally {
        println!("{version}: {reproduced} reproduced bit for bit, {refused} refused by name");
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    tally.values().map(|(reproduced, _)| reproduced).sum()
}

/// Whether the file is supported and right; `Ok(false)` when it is rightly refused.
fn check(path: &Path, answers: &Answers) -> Result<bool, String> {
    let model_path = path.with_file_name(&answers.model_file);
    let bytes = fs::read(&model_path).map_err(|error| error.to_string())?;
    let estimator = ModelFile::read(bytes, &Limits::default()).and_then(|file| file.estimator());
    let estimator = match estimator {
        Ok(estimator) => estimator,
        Err(error) if answers.must_be_supported() => return Err(error.to_string()),
        Err(error) => return refused_by_name(&error, answers).map(|()| false),
    };
    if !answers.must_be_supported() {
        return Err("imported, though nothing says it is supported".to_owned());
    }
    let signature = estimator.signature.clone();
    let names = answers.fitted_on == "DataFrame" && signature.version.major >= 1;
    let expected_names = names.then(|| answers.columns.clone());
    if signature.feature_names != expected_names {
        return Err(format!("feature names {:?}", signature.feature_names));
    }
    let predictor = Predictor::compile(estimator.clone());
    if predictor.engine_name() != "lockstep" {
        return Err(format!(
            "compiled to the engine {}",
            predictor.engine_name()
        ));
    }

    let mut scratch = Scratch::default();
    let mut output = vec![0.0; signature.n_values()];
    for (row, features) in answers.rows.iter().enumerate() {
        let features = numbers(features);
        let reference = estimator
            .predict(&features)
            .map_err(|e| format!("row {row}: {e}"))?;
        predictor
            .predict(&features, &mut scratch, &mut output)
            .map_err(|e| format!("row {row}: {e}"))?;
        if !same_bits(&reference, &output) {
            return Err(format!(
                "row {row}: reference {reference:?}, engine {output:?}"
            ));
        }
        check_row(&signature.output, &output, row, answers)?;
    }
    for refused in &answers.refused {
        if predictor
            .predict(&numbers(&refused.row), &mut scratch, &mut output)
            .is_ok()
        {
            return Err(format!(
                "a row is answered that scikit-learn refuses: {}",
                refused.error
            ));
        }
    }
    Ok(true)
}

fn check_row(kind: &Output, output: &[f64], row: usize, answers: &Answers) -> Result<(), String> {
    let expected = &answers.predict[row];
    match kind {
        Output::Value => {
            let expected = expected.as_f64().ok_or("predict is no number")?;
            if !same_bits(output, &[expected]) {
                return Err(format!("row {row}: {output:?} instead of {expected:?}"));
            }
        }
        Output::Classes(classes) => {
            let expected_classes = answers.classes.as_ref().ok_or("no classes")?;
            if classes.len() != expected_classes.len()
                || !classes
                    .iter()
                    .zip(expected_classes)
                    .all(|(label, value)| same_label(label, value))
            {
                return Err(format!(
                    "classes {classes:?} instead of {expected_classes:?}"
                ));
            }
            let probabilities = &answers.predict_proba.as_ref().ok_or("no predict_proba")?[row];
            if !same_bits(output, probabilities) {
                return Err(format!(
                    "row {row}: {output:?} instead of {probabilities:?}"
                ));
            }
            let label = &classes[propenso_model::decide(output)];
            if !same_label(label, expected) {
                return Err(format!("row {row}: class {label} instead of {expected}"));
            }
        }
    }
    Ok(())
}

/// A file that is not supported must be refused for that reason, with the class it holds.
fn refused_by_name(error: &Error, answers: &Answers) -> Result<(), String> {
    match error.code() {
        "unsupported-class" if error.to_string().contains(inner_class(answers)) => Ok(()),
        "not-a-pickle" if !is_pickle(&answers.model_file) => Ok(()),
        code => Err(format!("refused as {code}: {error}")),
    }
}

/// The class that keeps a file from being supported; for a search it is what was searched.
fn inner_class(answers: &Answers) -> &str {
    match answers.estimator.as_str() {
        "GridSearchCV" if answers.note == "search_grid_lr" => "LogisticRegression",
        "GridSearchCV" | "RandomizedSearchCV" => "Pipeline",
        class => class,
    }
}

fn is_pickle(name: &str) -> bool {
    name.contains(".pkl") || name.contains(".joblib")
}

fn same_bits(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(left, right)| left.to_bits() == right.to_bits())
}

fn same_label(label: &Label, value: &Value) -> bool {
    match label {
        Label::Int(label) => value.as_i64() == Some(*label),
        Label::Float(label) => value.as_f64() == Some(*label),
        Label::Bool(label) => value.as_bool() == Some(*label),
        Label::Text(label) => value.as_str() == Some(label),
    }
}

/// A row's values; `null` is missing.
fn numbers(row: &[Value]) -> Vec<f64> {
    row.iter()
        .map(|value| value.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn answer_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the corpus folder is readable") {
            let path = entry.expect("the corpus folder is readable").path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".json") || name.ends_with(".json.gz") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The answers in a file; `None` for a model that is itself a `.json` file.
fn read_answers(path: &Path) -> Option<Answers> {
    let bytes = fs::read(path).expect("the answers are readable");
    let text = if path.extension().is_some_and(|extension| extension == "gz") {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut text)
            .expect("the answers are a gzip file");
        text
    } else {
        bytes
    };
    let value: Value = serde_json::from_slice(&text).expect("the answers are JSON");
    value.get("model_file")?;
    Some(serde_json::from_value(value).expect("the answers have the documented form"))
}
