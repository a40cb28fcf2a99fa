//! Every model file of a corpus folder: what the importers take reproduces the original's answers,
//! through the reference predictor and through the engine; the rest is refused by name.
//!
//! Runs on `testdata/models` and `testdata/made`, and on the folder that `PROPENSO_CORPUS` names when it
//! is set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use propenso_engine::{Answer, Predictor, Scratch};
use propenso_model::{
    Error, Estimator, InputKind, Label, Library, Limits, ModelFile, Output, Part, Signature,
    Version, verified,
};
use serde::Deserialize;
use serde_json::Value;

/// The answers beside a model file. Made by hand, some say less than the corpus does.
#[derive(Deserialize)]
pub(crate) struct Answers {
    pub(crate) model_file: String,
    /// The key under which the file has its model.
    key: Option<String>,
    #[serde(default)]
    estimator: String,
    #[serde(default)]
    note: String,
    sklearn: Option<String>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    fitted_on: String,
    rows: Vec<Vec<Value>>,
    classes: Option<Vec<Value>>,
    predict: Vec<Value>,
    predict_proba: Option<Vec<Vec<f64>>>,
    decision_function: Option<Vec<Value>>,
    #[serde(default)]
    refused: Vec<Refused>,
    tolerance: f64,
    #[serde(default)]
    tolerance_libm: f64,
    #[serde(default = "supported")]
    expected: String,
}

fn supported() -> String {
    "supported".to_owned()
}

#[derive(Deserialize)]
struct Refused {
    row: Vec<Value>,
    error: String,
}

/// How a folder went.
#[derive(Default)]
struct Tally {
    /// All answers had the original's bits.
    exact: usize,
    /// All answers were within the corpus's tolerance.
    close: usize,
    refused: usize,
    /// The largest relative difference of all.
    worst: f64,
}

pub(crate) fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

fn run_committed() -> (usize, BTreeSet<Part>) {
    let (selected, mut parts) = run(&committed().join("models"));
    let (made, more) = run(&committed().join("made"));
    parts.extend(more);
    (selected + made, parts)
}

#[test]
fn the_committed_corpus_is_reproduced() {
    let (supported, _) = run_committed();
    assert!(
        supported >= 200,
        "only {supported} supported files were found"
    );
}

#[test]
fn the_whole_corpus_is_reproduced() {
    let Some(folder) = std::env::var_os("PROPENSO_CORPUS") else {
        println!("PROPENSO_CORPUS is not set: only the committed part was run");
        return;
    };
    let (supported, mut parts) = run(Path::new(&folder));
    assert!(supported > 0, "no supported file was found");
    parts.extend(run_committed().1);
    for line in verified::TABLE {
        for version in line.versions {
            let stands = parts.iter().any(|part| {
                part.library == line.library
                    && part.class == line.class
                    && part.path == line.path
                    && part.short_version() == *version
            });
            assert!(stands, "no file stands behind {version} of {line:?}");
        }
    }
}

/// The lines of `verified/table.rs` and `verified/formats.rs` for what a corpus reproduces: to be pasted there.
#[test]
#[ignore = "writes the table anew; run it by hand when an importer is added"]
fn print_the_verified_table() {
    let folder = std::env::var_os("PROPENSO_CORPUS").expect("PROPENSO_CORPUS names the corpus");
    let mut lines: BTreeMap<(Library, String, String), BTreeSet<String>> = BTreeMap::new();
    let mut formats = BTreeSet::new();
    let mut files = answer_files(Path::new(&folder));
    files.extend(
        ["models", "made"]
            .iter()
            .flat_map(|part| answer_files(&committed().join(part))),
    );
    for path in files {
        let Some(answers) = read_answers(&path) else {
            continue;
        };
        let bytes = fs::read(path.with_file_name(&answers.model_file)).unwrap();
        let key = answers.key.as_deref();
        let Ok(file) = ModelFile::read(bytes, &Limits::default()) else {
            continue;
        };
        let format = file.format();
        let Ok(estimator) = file.with_key(key).estimator() else {
            continue;
        };
        formats.insert((format.writer, format.container));
        for part in estimator.signature.parts {
            let version = part.short_version();
            lines
                .entry((part.library, part.class, part.path))
                .or_default()
                .insert(version);
        }
    }
    println!("FORMATS {formats:?}");
    println!("&[");
    for ((library, class, path), versions) in lines {
        let mut versions: Vec<String> = versions.into_iter().collect();
        versions.sort_by_key(|version| (Version::parse(version), version.clone()));
        println!(
            "    Line {{ library: Library::{library:?}, class: {class:?}, path: {path:?}, versions: &{versions:?} }},",
        );
    }
    println!("];");
}

/// Checks every file below a folder; gives the number of supported ones.
fn run(folder: &Path) -> (usize, BTreeSet<Part>) {
    let mut failures = Vec::new();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut parts = BTreeSet::new();
    for path in answer_files(folder) {
        let Some(answers) = read_answers(&path) else {
            continue;
        };
        let version = path
            .parent()
            .and_then(Path::file_name)
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let tally = tallies.entry(version).or_default();
        match check(&path, &answers, &mut parts) {
            Ok(Some(0.0)) => tally.exact += 1,
            Ok(Some(worst)) => {
                tally.close += 1;
                tally.worst = tally.worst.max(worst);
            }
            Ok(None) => tally.refused += 1,
            Err(failure) => failures.push(format!("{}: {failure}", path.display())),
        }
    }
    for (version, tally) in &tallies {
        println!(
            "{version}: {} reproduced bit for bit, {} within tolerance (worst {:.1e}), {} refused by name",
            tally.exact, tally.close, tally.worst, tally.refused
        );
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let supported = tallies
        .values()
        .map(|tally| tally.exact + tally.close)
        .sum();
    (supported, parts)
}

/// The largest difference of a supported file; `None` when it is rightly refused.
fn check(
    path: &Path,
    answers: &Answers,
    parts: &mut BTreeSet<Part>,
) -> Result<Option<f64>, String> {
    let model_path = path.with_file_name(&answers.model_file);
    let bytes = fs::read(&model_path).map_err(|error| error.to_string())?;
    let read = ModelFile::read(bytes, &Limits::default());
    let format = read.as_ref().map(ModelFile::format).ok();
    let key = answers.key.as_deref();
    let estimator = read.and_then(|file| file.with_key(key).estimator());
    let estimator = match estimator {
        Ok(estimator) => estimator,
        Err(error) if answers.expected == "supported" => return Err(error.to_string()),
        Err(error) => return refused_by_name(&error, answers).map(|()| None),
    };
    check_names(&estimator.signature, answers)?;
    if let Some(format) = format.filter(|format| !format.is_verified()) {
        return Err(format!(
            "({:?}, {:?}) is missing in the verified formats",
            format.writer, format.container
        ));
    }
    for part in &estimator.signature.parts {
        if !part.is_verified() {
            return Err(format!("{part} is missing in the verified table"));
        }
    }
    parts.extend(estimator.signature.parts.iter().cloned());
    let mut worst: f64 = 0.0;
    let predictor = Predictor::compile(estimator.clone());
    let mut scratch = Scratch::default();
    let mut answer = Answer::default();
    for (position, row) in answers.rows.iter().enumerate() {
        let at_row = |error: &dyn std::fmt::Display| format!("row {position}: {error}");
        let row = values(row, &estimator.signature);
        let reference = estimator.predict(&row).map_err(|error| at_row(&error))?;
        predictor
            .predict(&row, &mut scratch, &mut answer)
            .map_err(|error| at_row(&error))?;
        if !same_bits(&reference.values, &answer.values) || reference.class != answer.class {
            return Err(at_row(&format!(
                "reference {reference:?}, engine {answer:?}"
            )));
        }
        let difference =
            check_answer(&estimator, &reference, position, answers).map_err(|e| at_row(&e))?;
        worst = worst.max(difference);
    }
    for refused in &answers.refused {
        let row = values(&refused.row, &estimator.signature);
        if predictor.predict(&row, &mut scratch, &mut answer).is_ok() {
            return Err(format!(
                "a row is answered that the original refuses: {}",
                refused.error
            ));
        }
    }
    Ok(Some(worst))
}

fn check_names(signature: &Signature, answers: &Answers) -> Result<(), String> {
    if answers.columns.is_empty() {
        return Ok(());
    }
    // A Dummy may not know how many columns it takes.
    if ![0, answers.columns.len()].contains(&signature.n_inputs()) {
        return Err(format!("{} inputs", signature.n_inputs()));
    }
    let has_names = answers.fitted_on == "DataFrame" && answers.sklearn.as_deref() > Some("1.");
    let named_by_model = signature.names().map_or(!has_names, |names| {
        // LightGBM has no blanks in its names.
        let same =
            |(ours, theirs): (&&str, &String)| *ours == theirs || *ours == theirs.replace(' ', "_");
        names.iter().zip(&answers.columns).all(same)
    });
    let is_native = answers.model_file.contains(".onnx") || answers.estimator == "Net";
    if named_by_model || is_native || signature.inputs.is_empty() {
        Ok(())
    } else {
        Err(format!("names {:?}", signature.names()))
    }
}

/// The largest difference of an answer from the original's.
fn check_answer(
    estimator: &Estimator,
    answer: &Answer,
    row: usize,
    answers: &Answers,
) -> Result<f64, String> {
    let expected = &answers.predict[row];
    let mut worst = 0.0;
    let mut compare = |name: &str, got: &[f64], want: &[f64]| {
        let difference = difference(got, want).ok_or_else(|| format!("{name} {got:?}"))?;
        worst = f64::max(worst, difference);
        if difference <= answers.tolerance.max(answers.tolerance_libm) {
            Ok(())
        } else {
            Err(format!("{name} {got:?} instead of {want:?}"))
        }
    };
    let labels = match &estimator.signature.output {
        Output::Value => {
            let expected = expected.as_f64().ok_or("predict is no number")?;
            compare("value", &answer.values, &[expected])?;
            return Ok(worst);
        }
        Output::Classes { labels, .. } => labels,
    };
    let classes = answers.classes.as_ref().ok_or("no classes")?;
    let same = |(label, value): (&Label, &Value)| same_label(label, value);
    if labels.len() != classes.len() || !labels.iter().zip(classes).all(same) {
        return Err(format!("classes {labels:?} instead of {classes:?}"));
    }
    match &answers.predict_proba {
        Some(probabilities) => compare("probabilities", &answer.values, &probabilities[row])?,
        None if answer.values.is_empty() => {}
        None => return Err("probabilities, where the original has none".to_owned()),
    }
    if let Some(decision) = &answers.decision_function {
        compare("decision", &answer.decision, &numbers(&decision[row]))?;
    }
    let label = &labels[answer.class];
    if !same_label(label, expected) {
        return Err(format!("class {label} instead of {expected}"));
    }
    Ok(worst)
}

/// The largest `|got - want| / max(1, |want|)`; 0 only for the same bits.
fn difference(got: &[f64], want: &[f64]) -> Option<f64> {
    if got.len() != want.len() {
        return None;
    }
    let one = |(got, want): (&f64, &f64)| {
        if got.to_bits() == want.to_bits() {
            0.0
        } else {
            ((got - want).abs() / want.abs().max(1.0)).max(f64::MIN_POSITIVE)
        }
    };
    let worst = got.iter().zip(want).map(one).fold(0.0, |worst: f64, next| {
        if next.is_nan() {
            f64::INFINITY
        } else {
            worst.max(next)
        }
    });
    Some(worst)
}

/// A file that is not supported must be refused for that reason, with the class it holds.
fn refused_by_name(error: &Error, answers: &Answers) -> Result<(), String> {
    let text = error.to_string();
    let names = [answers.estimator.as_str()];
    let inner = answers.note.split(" > ");
    let is_named = names
        .into_iter()
        .chain(inner)
        .any(|name| text.contains(name));
    match error.code() {
        "unsupported-class"
        | "unsupported-variant"
        | "unsupported-part"
        | "other-library"
        | "own-class"
        | "no-predictor"
        | "bundle-incomplete"
        | "bundle-several"
            if is_named =>
        {
            Ok(())
        }
        code => Err(format!("refused as {code}: {error}")),
    }
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

/// A row as the model takes it: texts by their code, `null` as NaN.
fn values(row: &[Value], signature: &Signature) -> Vec<f64> {
    let inputs = signature.inputs.iter();
    row.iter()
        .zip(inputs)
        .map(|(value, input)| match (value, &input.kind) {
            (Value::String(_), InputKind::Unused) => f64::NAN,
            (Value::String(text), _) => signature.vocabulary.value(text),
            _ => value.as_f64().unwrap_or(f64::NAN),
        })
        .collect()
}

/// One number or a list of them.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|v| v.as_f64().unwrap_or(f64::NAN))
            .collect(),
        _ => vec![value.as_f64().unwrap_or(f64::NAN)],
    }
}

pub(crate) fn answer_files(folder: &Path) -> Vec<PathBuf> {
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
pub(crate) fn read_answers(path: &Path) -> Option<Answers> {
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
