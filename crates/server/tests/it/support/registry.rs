//! A registry in a folder of its own, and models to put into it.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use super::process::Process;
use super::{propenso, repository};

/// A registry with its configuration; removed when dropped.
pub(crate) struct Registry {
    folder: TempDir,
}

impl Registry {
    /// An empty one, with the default configuration.
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// An empty one; `models` is what stands below `[models]`.
    pub(crate) fn with(models: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("data_dir = \"data\"\n[models]\n{models}\n");
        std::fs::write(folder.path().join("propenso.toml"), config).unwrap();
        Self { folder }
    }

    /// With the example's portfolio to compare on.
    pub(crate) fn with_reference(more: &str) -> Self {
        Self::with(&format!("{}\n{more}", reference()))
    }

    /// A path beside the configuration.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// `propenso models …`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let config = self.path("propenso.toml");
        let config = ["models", "--config", config.to_str().unwrap()];
        propenso(&[&config, arguments].concat(), "")
    }

    /// `propenso keys …`.
    pub(crate) fn keys(&self, arguments: &[&str]) -> Output {
        let config = self.path("propenso.toml");
        let config = ["keys", "--config", config.to_str().unwrap()];
        propenso(&[&config, arguments].concat(), "")
    }

    /// Gives somebody a key.
    pub(crate) fn key(&self, name: &str, roles: &str) -> String {
        let output = self.keys(&["add", name, "--roles", roles]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What `propenso models …` prints when it succeeds.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// What `propenso models …` complains of, with its exit status.
    pub(crate) fn error(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), error)
    }

    /// Adds a model and gives its version.
    pub(crate) fn add(&self, model: &Path) -> u64 {
        let added = self.json(&["add", model.to_str().unwrap(), "--by", "Ana"]);
        added["version"].as_u64().unwrap()
    }

    /// What each version is doing, in the order of their numbers.
    pub(crate) fn states(&self) -> Vec<String> {
        let versions = self.json(&["list"]);
        let states = versions.as_array().unwrap().iter();
        states
            .map(|version| version["state"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Serves it.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Process {
        let config = self.path("propenso.toml");
        Process::serve(&[&["--config", config.to_str().unwrap()], arguments].concat())
    }
}

/// The setting that compares models on the example's portfolio.
fn reference() -> String {
    let portfolio = repository("examples/cobranza/cartera.csv");
    let portfolio = portfolio.canonicalize().unwrap();
    // In single quotes a backslash is a backslash.
    format!("reference = '{}'", portfolio.display())
}

/// The example's second month.
pub(crate) fn month_2() -> PathBuf {
    repository("testdata/cobranza/modelo_2.pkl")
}

/// A small model that scikit-learn 1.2.2 wrote.
pub(crate) fn small(name: &str) -> PathBuf {
    repository("testdata/models/1.2.2").join(name)
}

/// A text whose times are always the same.
pub(crate) fn without_times(text: &str) -> String {
    let shape = "00/00/0000 00:00";
    let mut text = text.to_owned();
    let is_time = |at: &str| {
        at.len() == shape.len()
            && at.bytes().zip(shape.bytes()).all(|(a, b)| match b {
                b'0' => a.is_ascii_digit(),
                _ => a == b,
            })
    };
    for at in 0..text.len().saturating_sub(shape.len()) {
        if text.get(at..at + shape.len()).is_some_and(is_time) {
            text.replace_range(at..at + shape.len(), shape);
        }
    }
    text
}

/// The fields of a form: name, file name, content. Gives the content type and the body.
pub(crate) fn form(fields: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "----a-boundary-that-no-model-holds";
    let mut body = Vec::new();
    for (name, file_name, content) in fields {
        let file_name = file_name.map_or(String::new(), |name| format!("; filename=\"{name}\""));
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}
