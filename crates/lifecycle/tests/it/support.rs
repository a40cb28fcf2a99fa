//! A registry in a folder of its own, and files of the repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use propenso_lifecycle::admission::Arrival;
use propenso_lifecycle::registry::{Registry, WayIn};
use tempfile::TempDir;

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// An empty registry; its folder is removed when dropped.
pub(crate) fn registry() -> (TempDir, Arc<Registry>) {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    (folder, Arc::new(registry))
}

/// A model file that arrives alone.
pub(crate) fn arrival(path: &str) -> Arrival {
    let path = repository(path);
    Arrival {
        file_name: path.file_name().unwrap().to_string_lossy().into_owned(),
        model: std::fs::read(&path).unwrap().into(),
        announced: None,
        key: None,
        contract: None,
        golden: None,
        holdout: None,
        way: WayIn::Command,
        by: "Ana".to_owned(),
        note: String::new(),
    }
}
