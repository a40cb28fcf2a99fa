//! Each way out that a refusal tells is followed: the file of a mistake is refused with the message that tells
//! it, and the file that comes of following it gives the library's answers. `tools/make_ways_out.py` made both.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use propenso_model::{Estimator, InputKind, Limits, ModelFile, Output};

/// A mistake, and the file that its message leads to.
struct Way {
    dead: &'static str,
    code: &'static str,
    /// Words of the message: what the file is, and what to do.
    says: &'static [&'static str],
    out: &'static str,
}

#[rustfmt::skip]
const WAYS: &[Way] = &[
    Way { dead: "two_dumps.dead.pkl", code: "several-objects",
          says: &["2 objects", "LogisticRegression, StandardScaler", "make_pipeline"], out: "one_pipeline.joblib" },
    Way { dead: "lone_scaler.dead.joblib", code: "no-predictor",
          says: &["holds a StandardScaler alone", "make_pipeline"], out: "one_pipeline.joblib" },
    Way { dead: "lone_pipeline.dead.joblib", code: "no-predictor",
          says: &["a Pipeline that ends in a StandardScaler", "make_pipeline"], out: "one_pipeline.joblib" },
    Way { dead: "not_fitted.dead.joblib", code: "not-fitted",
          says: &["LogisticRegression", "was not fitted", "call fit"], out: "one_pipeline.joblib" },
    Way { dead: "not_fitted_pipeline.dead.joblib", code: "not-fitted",
          says: &["StandardScaler", "was not fitted", "call fit"], out: "one_pipeline.joblib" },
    Way { dead: "own_class.dead.joblib", code: "own-class",
          says: &["RatioAdder (__main__.RatioAdder", "the analysts' own class", "as columns of the data"],
          out: "own_columns.joblib" },
    Way { dead: "own_module.dead.joblib", code: "own-class",
          says: &["RatioAdder (cobros.features.RatioAdder", "the analysts' own", "as columns of the data"],
          out: "own_columns.joblib" },
    Way { dead: "category_encoders.dead.joblib", code: "other-library",
          says: &["category_encoders.one_hot.OneHotEncoder", "library category_encoders", "OneHotEncoder"],
          out: "one_hot.joblib" },
    Way { dead: "feature_engine.dead.joblib", code: "other-library",
          says: &["MeanMedianImputer", "library feature_engine"], out: "one_pipeline.joblib" },
    Way { dead: "bayes_search.dead.joblib", code: "other-library",
          says: &["BayesSearchCV", "scikit-optimize", "search.best_estimator_"], out: "best_estimator.joblib" },
    Way { dead: "series_columns.dead.joblib", code: "unsupported-variant",
          says: &["ColumnTransformer", "\"escala\"", "Series", "list("], out: "list_columns.joblib" },
    Way { dead: "xgb_dump.dead.json", code: "file-tree-dump", says: &["dump_model", "save_model"], out: "xgb_saved.json" },
    Way { dead: "xgb_dump.dead.txt", code: "file-tree-dump", says: &["dump_model", "save_model"], out: "xgb_saved.json" },
    Way { dead: "xgb_config.dead.json", code: "file-settings", says: &["save_config", "save_model"], out: "xgb_saved.json" },
    Way { dead: "xgb_old_binary.dead.model", code: "file-old-xgboost",
          says: &["old binary form", "save_model(\"modelo.json\")"], out: "xgb_old_saved.json" },
    Way { dead: "xgb_categories.dead.json", code: "unsupported-part",
          says: &["categories", "OneHotEncoder"], out: "xgb_one_hot.joblib" },
    Way { dead: "not_fitted_xgb.dead.joblib", code: "not-fitted", says: &["XGBClassifier", "was not fitted"], out: "xgb_saved.json" },
    Way { dead: "not_fitted_lgb.dead.joblib", code: "not-fitted", says: &["LGBMClassifier", "was not fitted"], out: "lgb_saved.txt" },
    Way { dead: "lgb_dump.dead.json", code: "file-tree-dump",
          says: &["LightGBM's dump_model", "save_model(\"modelo.txt\")"], out: "lgb_saved.txt" },
    Way { dead: "lgb_own_objective.dead.txt", code: "unsupported-part",
          says: &["objective of the analysts' own", "binary"], out: "lgb_saved.txt" },
    Way { dead: "catboost.dead.cbm", code: "unsupported-part", says: &["CatBoost", "format=\"onnx\""], out: "catboost_binary.onnx" },
    Way { dead: "catboost.dead.pkl", code: "other-library", says: &["CatBoost", "format=\"onnx\""], out: "catboost_text.onnx" },
    Way { dead: "catboost_bias.dead.onnx", code: "unsupported-part",
          says: &["boost_from_average=False"], out: "catboost_missing.onnx" },
];

/// Refusals whose way out is another model, or another way of making this one.
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &[&str])] = &[
    ("both_readings.dead.joblib", "unsupported-variant", &["the column \"codigo\"", "as numbers and another as text"]),
    ("none_is_commonest.dead.joblib", "unsupported-variant", &["missing_values", "of another type than its column"]),
    ("nan_to_num.dead.joblib", "unsupported-variant", &["numpy's function nan_to_num"]),
    ("select_from_model.dead.joblib", "unsupported-class", &["SelectFromModel"]),
    ("transformed_target.dead.joblib", "unsupported-class", &["TransformedTargetRegressor"]),
    ("one_class.dead.joblib", "inconsistent", &["GaussianNB", "one class"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/made/ways_out")
}

fn import(name: &str) -> Result<Estimator, propenso_model::Error> {
    let bytes = fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    ModelFile::read(bytes, &Limits::default())?.estimator()
}

fn check_refusal(name: &str, code: &str, says: &[&str]) -> Result<(), String> {
    let Err(error) = import(name) else {
        return Err(format!("{name} is served"));
    };
    let text = error.to_string();
    println!("{name}: {text}");
    if error.code() != code {
        return Err(format!("{name}: {} is not {code}: {text}", error.code()));
    }
    match says.iter().find(|words| !text.contains(**words)) {
        Some(words) => Err(format!("{name}: no word of {words:?}: {text}")),
        None => Ok(()),
    }
}

#[test]
fn what_is_sent_by_mistake_is_named_with_its_way_out() {
    let ways = WAYS
        .iter()
        .map(|way| check_refusal(way.dead, way.code, way.says));
    let refused = REFUSED
        .iter()
        .map(|(name, code, says)| check_refusal(name, code, says));
    let failures: Vec<_> = ways.chain(refused).filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_way_out_leads_to_the_librarys_answers() {
    let mut names: Vec<_> = WAYS.iter().map(|way| way.out).collect();
    names.push("catboost_three.onnx");
    names.sort_unstable();
    names.dedup();
    for name in names {
        let estimator = import(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let n_rows = check_answers(name, &estimator);
        assert!(n_rows >= 20, "{name}: {n_rows} rows");
    }
}

#[test]
fn a_zip_of_one_model_is_that_model() {
    for name in [
        "one_pipeline.joblib",
        "best_estimator.joblib",
        "xgb_saved.json",
        "lgb_saved.txt",
        "catboost_text.onnx",
    ] {
        let bytes = fs::read(folder().join(name)).unwrap();
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("carpeta/{name}"), options).unwrap();
        zip.write_all(&bytes).unwrap();
        let zip = zip.finish().unwrap().into_inner();
        let packed = ModelFile::read(zip.clone(), &Limits::default()).unwrap();
        assert!(packed.format().is_packed, "{name}");
        // The file as it came is what is kept and named by its hash.
        assert_eq!(
            (packed.n_bytes(), packed.sha256()),
            (zip.len(), propenso_model::Sha256::of(&zip))
        );
        assert_eq!(packed.estimator(), import(name), "{name}");
    }
}

#[test]
fn every_file_is_a_mistake_or_a_way_out() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_used = WAYS.iter().any(|way| way.dead == name || way.out == name)
            || REFUSED.iter().any(|(dead, ..)| *dead == name);
        let is_golden = name.ends_with(".golden.csv");
        assert!(
            is_used || is_golden || name == "catboost_three.onnx",
            "{name} is not used"
        );
    }
}

/// Compares the answers to the golden rows beside a file; gives how many they are.
fn check_answers(name: &str, estimator: &Estimator) -> usize {
    let golden = name.rsplit_once('.').unwrap().0.to_owned() + ".golden.csv";
    let golden = fs::read_to_string(folder().join(golden)).unwrap();
    let mut lines = golden
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let n_inputs = header
        .iter()
        .position(|name| *name == "expected_class")
        .unwrap();
    let Output::Classes { labels, .. } = &estimator.signature.output else {
        panic!("{name} is a regressor");
    };
    // Sums of float32 are the library's bits, the functions after them are not.
    let tolerance = if name.ends_with(".onnx") || name.starts_with("xgb") {
        1e-6
    } else {
        1e-12
    };
    let mut n_rows = 0;
    for cells in lines {
        n_rows += 1;
        let row: Vec<f64> = cells[..n_inputs]
            .iter()
            .enumerate()
            .map(|(position, cell)| value(estimator, position, cell))
            .collect();
        let answer = estimator.predict(&row).unwrap();
        assert_eq!(
            labels[answer.class].to_string(),
            cells[n_inputs],
            "{name}, row {n_rows}"
        );
        for (label, (found, wanted)) in answer.values.iter().zip(&cells[n_inputs + 1..]).enumerate()
        {
            let wanted: f64 = wanted.parse().unwrap();
            assert!(
                (found - wanted).abs() <= tolerance,
                "{name}, row {n_rows}, class {label}: {found} for {wanted}"
            );
        }
    }
    n_rows
}

/// A cell as the model takes it.
fn value(estimator: &Estimator, position: usize, cell: &str) -> f64 {
    match &estimator.signature.inputs[position].kind {
        _ if cell.is_empty() => f64::NAN,
        InputKind::Category { .. } => {
            let vocabulary = &estimator.signature.vocabulary;
            let code = (0..).find(|code| vocabulary.text(*code).is_none_or(|text| text == cell));
            f64::from(code.unwrap())
        }
        _ => cell.parse().unwrap(),
    }
}
