//! Models on disk: a file, or MLflow's folder, which becomes one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use propenso_model::Blob;
use propenso_model::mlflow::{DESCRIPTION, Description, MAX_DESCRIPTION, pack};

use crate::load_error::LoadError;
use crate::memory;

/// Reads a model: a file's bytes, or those of an archive of what is read of MLflow's folder.
///
/// # Errors
///
/// [`LoadError::Unreadable`] or [`LoadError::Memory`]; [`LoadError::Model`] for a folder that is none of MLflow's, or whose model is
/// not in it.
pub fn model_blob(path: &Path) -> Result<Blob, LoadError> {
    match is_folder(path) {
        true => from_folder(path).map(Blob::from),
        false => file(path, Blob::of_file),
    }
}

/// Whether a path is a folder's, or that of the file which makes one a model of MLflow's.
#[must_use]
pub fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.file_name().is_some_and(|name| name == DESCRIPTION)
}

/// Reads a file, if there is memory for it.
fn file<T>(path: &Path, read: impl FnOnce(&Path) -> io::Result<T>) -> Result<T, LoadError> {
    let unreadable = |error| unreadable(path, error);
    let n_bytes = fs::metadata(path).map_err(unreadable)?.len();
    memory::check(path, n_bytes)?;
    read(path).map_err(unreadable)
}

fn from_folder(path: &Path) -> Result<Vec<u8>, LoadError> {
    let folder = match path.is_dir() {
        true => path,
        false => path.parent().unwrap_or(path),
    };
    let place = folder.join(DESCRIPTION);
    if !place.is_file() {
        let sentence = format!(
            "it is a folder without a file `{DESCRIPTION}`, which MLflow's have; name the model file in it"
        );
        return Err(unreadable(folder, io::Error::other(sentence)));
    }
    let n_bytes = fs::metadata(&place)
        .map_err(|error| unreadable(&place, error))?
        .len();
    if n_bytes > MAX_DESCRIPTION as u64 {
        let sentence = format!("it is longer than {MAX_DESCRIPTION} bytes");
        return Err(unreadable(&place, io::Error::other(sentence)));
    }
    let text = file(&place, |place| fs::read(place))?;
    let wrong = |error| LoadError::Model {
        path: place.clone(),
        error,
    };
    let description = Description::read(&text).map_err(wrong)?;
    let found = description
        .files
        .iter()
        .find_map(|file| Some((file, within(folder, file)?)));
    let (name, model) = found.ok_or_else(|| wrong(description.missing()))?;
    let bytes = file(&model, |model| fs::read(model))?;
    pack(&text, name, &bytes).map_err(|error| unreadable(&model, error))
}

/// A file of a folder; `None` where there is none, or where a link leads out of it.
fn within(folder: &Path, file: &str) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let place = folder.join(file).canonicalize().ok()?;
    (place.starts_with(&folder) && place.is_file()).then_some(place)
}

fn unreadable(path: &Path, error: io::Error) -> LoadError {
    LoadError::Unreadable {
        path: path.to_owned(),
        error,
    }
}
