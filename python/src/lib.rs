//! Model files inside Python: the half of the package that is not Python. What people call is in `propenso/`, which makes
//! of what they have a `Frame`, and of what comes back arrays and tables.
//!
//! # Map, in reading order
//!
//! - `errors`: what is wrong, as the package's exceptions
//! - `frame`: clients in whatever form Python has them, as a frame of [`propenso_portfolio`]
//! - `model`: a model file and a contract, ready to score
//! - `answers`: what comes back of a frame
//! - `files`: what needs files alone: `inspect`, a draft of a contract, golden rows, a whole portfolio
//!
//! Nothing here reads a value, encodes or scores: that is the house's one path.

#![forbid(unsafe_code)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "pyo3 hands values over: what a function does not take is dropped with them"
)]

mod answers;
mod errors;
mod files;
mod frame;
mod model;

/// The extension module; `propenso` is made of it.
#[pyo3::pymodule]
mod _propenso {
    #[pymodule_export]
    use crate::files::{contract_draft, control_group, inspect, score_file, verify};
    #[pymodule_export]
    use crate::frame::PyFrame;
    #[pymodule_export]
    use crate::model::PyModel;

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
