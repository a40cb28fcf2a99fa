//! Who wrote a model: the library and its version.

use std::fmt;

/// A library that models come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is the library of that name")]
pub enum Library {
    ScikitLearn,
    XGBoost,
    LightGbm,
    Keras,
    Onnx,
}

impl Library {
    /// Its name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ScikitLearn => "scikit-learn",
            Self::XGBoost => "XGBoost",
            Self::LightGbm => "LightGBM",
            Self::Keras => "Keras",
            Self::Onnx => "ONNX",
        }
    }
}

/// A library and the version that wrote a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The library.
    pub library: Library,
    /// Its version as the file states it; empty where the file does not.
    pub version: String,
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.library.name())?;
        match self.version.as_str() {
            "" => Ok(()),
            version => write!(f, " {version}"),
        }
    }
}
