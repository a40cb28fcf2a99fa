//! What is wrong, as the package's exceptions. Their classes are written in Python (`propenso/errors.py`), where people read
//! about them.

use propenso_lifecycle::golden::GoldenError;
use propenso_lifecycle::load_error::LoadError;
use propenso_portfolio::PortfolioError;
use propenso_portfolio::options::OptionError;
use propenso_scoring::{AskedError, Language};
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(propenso.errors, ContractError);
import_exception!(propenso.errors, FileError);
import_exception!(propenso.errors, FrameError);
import_exception!(propenso.errors, ModelError);
import_exception!(propenso.errors, UnsupportedError);

/// A model file or a contract that cannot be used.
pub(crate) fn of_load(error: LoadError) -> PyErr {
    match error {
        LoadError::Unreadable { path, error } => unreadable(&path, error),
        LoadError::Model { error, .. } => of_model(&error),
        error @ LoadError::Memory { .. } => ModelError::new_err((error.to_string(), "memory")),
        error @ LoadError::Strict { .. } => ModelError::new_err((error.to_string(), "strict")),
        LoadError::Fit { model, error, .. } => ContractError::new_err(format!(
            "{model}: {error}\nto score by the model's own columns, load it with contract=\"model\""
        )),
        error => ContractError::new_err(error.to_string()),
    }
}

/// A file that is refused, with the stable name of why.
pub(crate) fn of_model(error: &propenso_model::Error) -> PyErr {
    ModelError::new_err((error.to_string(), error.code()))
}

/// A file that the system does not give, as Python says it.
fn unreadable(path: &std::path::Path, error: std::io::Error) -> PyErr {
    let number = error.raw_os_error();
    let raised = PyErr::from(error);
    match number {
        // With a number and a name Python makes the sentence itself.
        Some(number) => Python::attach(|py| {
            let kind = raised.get_type(py);
            let text = raised.value(py).to_string();
            match kind.call1((number, text, path)) {
                Ok(made) => PyErr::from_value(made),
                Err(_) => raised,
            }
        }),
        None => raised,
    }
}

/// Clients in memory that cannot be scored at all.
pub(crate) fn of_frame(error: PortfolioError) -> PyErr {
    let text = match error {
        PortfolioError::MissingColumns { inputs, columns } => format!(
            "no column for {}; the columns are {}; name them with columns={{\"COLUMN\": \"INPUT\"}}",
            inputs.join(", "),
            match columns.len() {
                0 => "without names".to_owned(),
                _ => columns.join(", "),
            }
        ),
        PortfolioError::Unexplained(error) => return UnsupportedError::new_err(error.to_string()),
        error => error.to_string().replace("--map", "columns="),
    };
    FrameError::new_err(text)
}

/// A file of clients that cannot be scored.
pub(crate) fn of_file(error: PortfolioError) -> PyErr {
    match error {
        PortfolioError::Io { path, error } => unreadable(&path, error),
        error => FileError::new_err(error.to_string()),
    }
}

pub(crate) fn of_option(error: OptionError) -> PyErr {
    match error {
        OptionError::Request(error) => of_file(error),
        error => pyo3::exceptions::PyTypeError::new_err(error.to_string()),
    }
}

pub(crate) fn of_golden(error: &GoldenError) -> PyErr {
    FileError::new_err(error.message(Language::English))
}

pub(crate) fn of_asked(error: &AskedError) -> PyErr {
    UnsupportedError::new_err(error.to_string())
}
