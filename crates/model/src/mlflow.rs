//! MLflow's model folder: a file `MLmodel` that says which of the files beside it is the model, and what its columns are called.
//!
//! The folder comes as a zip archive, or is on disk, where whoever reads it from there puts the two files together by [`pack`]. Nothing else
//! of it is read: no environment, no code, no example. What `MLmodel` says is never used as a path of the system's.
//!
//! - `yaml`: as much of the language as MLflow writes
//!
//! Source: <https://mlflow.org/docs/latest/ml/model/>, and what MLflow 3.17 writes.

mod yaml;

use std::io::{Cursor, Write};

use propenso_pickle::{Limits, archive};
use serde::Deserialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::Error;
use crate::estimator::Estimator;
use yaml::Yaml;

/// The file that makes a folder a model of MLflow's.
pub const DESCRIPTION: &str = "MLmodel";

/// Most bytes of a description: those of very wide tables have some hundred kilobytes.
pub const MAX_DESCRIPTION: usize = 4 << 20;

/// What this is called in errors.
const FORMAT: &str = "MLmodel";

/// Flavours whose file is read, and the keys that name it.
const FLAVORS: [(&str, &str); 6] = [
    ("sklearn", "pickled_model"),
    ("xgboost", "data"),
    ("lightgbm", "data"),
    ("onnx", "data"),
    ("keras", "data"),
    ("tensorflow", "data"),
];

/// What a folder of Keras's has its model in.
const IN_FOLDER: [&str; 2] = ["model.keras", "model.h5"];

/// What a folder's description says of its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The files, below the folder, one of which the model is in: the first that is there.
    pub files: Vec<String>,
    /// What the columns are called that it takes, where that is told.
    columns: Option<Vec<String>>,
}

impl Description {
    /// Reads `MLmodel`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for what is no description, or of no model that is read here.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_DESCRIPTION {
            return Err(wrong(
                "file",
                format!("it is longer than {MAX_DESCRIPTION} bytes"),
            ));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("file", "it is no UTF-8 text"))?;
        let yaml =
            Yaml::read(text).map_err(|error| wrong(format!("line {}", error.line), error.what))?;
        let named = FLAVORS.iter().find_map(|(flavor, key)| {
            let file = yaml.get(&["flavors", flavor, key])?;
            Some((*flavor, file))
        });
        let Some((flavor, file)) = named else {
            return Err(no_flavor(&yaml));
        };
        let file = below(file).ok_or_else(|| {
            wrong(
                format!("flavors.{flavor}"),
                format!("`{}` is no file within the folder", shown(file)),
            )
        })?;
        let files = match flavor {
            "keras" | "tensorflow" => {
                let inner = IN_FOLDER.map(|inner| format!("{file}/{inner}"));
                std::iter::once(file).chain(inner).collect()
            }
            _ => vec![file],
        };
        let columns = yaml.get(&["signature", "inputs"]).and_then(columns);
        Ok(Self { files, columns })
    }

    /// Says that none of the files is there.
    #[must_use]
    pub fn missing(&self) -> Error {
        let file = self
            .files
            .last()
            .map(|file| shown(file))
            .unwrap_or_default();
        wrong(
            "flavors",
            format!("the model is in `{file}`, which is not in the folder; send all of it"),
        )
    }

    /// Gives a model that has no names the columns' names, where there is one for each of its inputs.
    pub(crate) fn name(&self, estimator: &mut Estimator) {
        let signature = &mut estimator.signature;
        let columns = self.columns.as_ref();
        let columns = columns.filter(|columns| columns.len() == signature.inputs.len());
        if let (false, Some(columns)) = (signature.is_named, columns) {
            for (input, name) in signature.inputs.iter_mut().zip(columns) {
                input.name.clone_from(name);
            }
            signature.is_named = true;
        }
    }
}

fn no_flavor(yaml: &Yaml) -> Error {
    let flavors = yaml.keys(&["flavors"]);
    let found: Vec<String> = flavors.iter().take(8).map(|flavor| shown(flavor)).collect();
    if found.is_empty() {
        return wrong("flavors", "it has none: it describes no model of MLflow's");
    }
    wrong(
        "flavors",
        format!(
            "it has {}; read are sklearn (with a pickle or skops), xgboost, lightgbm, onnx and keras: log the model by one of them, \
             as in mlflow.sklearn.log_model",
            found.join(", ")
        ),
    )
}

/// A file below the folder; `None` for what leads out of it.
fn below(path: &str) -> Option<String> {
    let path = path.trim_end_matches('/');
    let is_plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':', '\0'])
    };
    path.split('/').all(is_plain).then(|| path.to_owned())
}

/// A name out of the file, cut short and without control characters: it is shown as it is.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Names of columns, as a signature has them in JSON; `None` for tensors, which have none.
fn columns(json: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Column {
        name: String,
    }
    let columns: Vec<Column> = serde_json::from_str(json).ok()?;
    let mut names: Vec<String> = columns.into_iter().map(|column| column.name).collect();
    let n = names.len();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    // Two of one name tell no inputs apart.
    if sorted.len() != n || n == 0 || names.iter().any(String::is_empty) {
        names.clear();
    }
    (!names.is_empty()).then_some(names)
}

fn wrong(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

/// The model of a zip archive of a folder, and what is said of it; `None` for any other file.
///
/// # Errors
///
/// [`Error::Malformed`] for a description that is of none, [`Error::Read`] for what is damaged or beyond the limits.
pub(crate) fn unpack(
    bytes: &[u8],
    limits: &Limits,
) -> Result<Option<(Vec<u8>, Description)>, Error> {
    let Some(top) = top(bytes) else {
        return Ok(None);
    };
    let small = Limits {
        output_bytes: limits.output_bytes.min(MAX_DESCRIPTION),
        ..*limits
    };
    let Some(text) = archive::member(bytes, &format!("{top}{DESCRIPTION}"), &small)? else {
        return Ok(None);
    };
    let description = Description::read(&text)?;
    for file in &description.files {
        if let Some(model) = archive::member(bytes, &format!("{top}{file}"), limits)? {
            return Ok(Some((model, description)));
        }
    }
    Err(description.missing())
}

/// Whether a file is a zip archive of a folder.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    top(bytes).is_some()
}

/// What stands before the names of a folder's files in its archive: nothing, or the folder's name. One description is in it.
fn top(bytes: &[u8]) -> Option<String> {
    let names = archive::names(bytes)?;
    let mut tops = names
        .iter()
        .filter_map(|name| name.strip_suffix(DESCRIPTION));
    let is_top = |top: &&str| top.is_empty() || top.ends_with('/');
    let top = tops.find(is_top)?;
    let is_alone = !tops.any(|top| is_top(&top));
    (is_alone && top.matches('/').count() <= 1).then(|| top.to_owned())
}

/// Puts a description and the model's file into an archive that is read as the folder is, always to the same bytes.
///
/// # Errors
///
/// What the archive's writer says.
pub fn pack(description: &[u8], file: &str, model: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(
        model.len() + description.len() + 512,
    )));
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Stored)
        .large_file(u32::try_from(model.len()).is_err());
    for (name, bytes) in [(DESCRIPTION, description), (file, model)] {
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKLEARN: &str = "artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.4
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.5.0
mlflow_version: 3.17.2
signature:
  inputs: '[{\"type\": \"double\", \"name\": \"EDAD\", \"required\": true}, {\"type\":
    \"string\", \"name\": \"A\\u00f1o\", \"required\": true}]'
  outputs: '[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"int64\", \"shape\": [-1]}}]'
  params: null
utc_time_created: '2026-11-03 10:01:02.000000'
";

    fn said(text: &str) -> String {
        Description::read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_mlflow_writes() {
        let description = Description::read(SKLEARN.as_bytes()).unwrap();
        assert_eq!(description.files, ["model.pkl"]);
        assert_eq!(
            description.columns,
            Some(vec!["EDAD".to_owned(), "Año".to_owned()])
        );
        let keras = "flavors:\n  tensorflow:\n    data: data\n";
        let description = Description::read(keras.as_bytes()).unwrap();
        assert_eq!(
            description.files,
            ["data", "data/model.keras", "data/model.h5"]
        );
        assert_eq!(description.columns, None);
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        for path in [
            "../model.pkl",
            "/etc/passwd",
            "a/../../b",
            "a//b",
            "C:/x",
            "a\\b",
            ".",
            "a/./b",
        ] {
            let text = format!("flavors:\n  sklearn:\n    pickled_model: {path}\n");
            let said = said(&text);
            assert!(said.contains("within the folder"), "{path}: {said}");
        }
    }

    #[test]
    fn models_that_are_not_read_are_told_by_their_flavors() {
        let said_of = said(
            "flavors:\n  python_function:\n    loader_module: x\n  spark:\n    model_data: sparkml\n",
        );
        assert!(
            said_of.contains("it has python_function, spark; read are sklearn"),
            "{said_of}"
        );
        assert!(said("hola: 1\n").contains("it has none"));
        assert!(said("{\"a\": 1}").contains("MLmodel"));
        assert!(said("flavors:\n\tsklearn:\n").contains("line 2"));
    }

    #[test]
    fn a_packed_folder_is_read_again() {
        let packed = pack(SKLEARN.as_bytes(), "model.pkl", b"x").unwrap();
        assert_eq!(packed, pack(SKLEARN.as_bytes(), "model.pkl", b"x").unwrap());
        assert!(is_packed(&packed));
        let (model, _) = unpack(&packed, &Limits::default()).unwrap().unwrap();
        assert_eq!(model, b"x");
        let packed = pack(SKLEARN.as_bytes(), "other.pkl", b"x").unwrap();
        let error = unpack(&packed, &Limits::default()).unwrap_err().to_string();
        assert!(
            error.contains("`model.pkl`, which is not in the folder"),
            "{error}"
        );
    }
}
