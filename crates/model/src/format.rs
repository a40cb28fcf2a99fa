//! What kind of model file some bytes are: told by content, never by a file's name.

use propenso_pickle::Limits;

use crate::error::Error;
use crate::estimator::Estimator;
use crate::{catboost, keras, lightgbm, onnx, xgboost};

/// A format that is no pickle: one library's own.
#[derive(Clone, Copy)]
pub struct NativeFormat {
    /// Its name, for people.
    pub name: &'static str,
    looks: fn(&[u8]) -> bool,
    import: fn(&[u8], &Limits) -> Result<Estimator, Error>,
}

/// Every native format, in the order they are tried. To add one: its line here.
const NATIVE: &[NativeFormat] = &[
    NativeFormat {
        name: "CatBoost",
        looks: catboost::looks_native,
        import: catboost::refuse,
    },
    NativeFormat {
        name: "XGBoost JSON",
        looks: xgboost::looks_json,
        import: xgboost::import_native,
    },
    NativeFormat {
        name: "XGBoost UBJSON",
        looks: xgboost::looks_ubjson,
        import: xgboost::import_native,
    },
    NativeFormat {
        name: "LightGBM text",
        looks: lightgbm::looks_native,
        import: lightgbm::import_native,
    },
    NativeFormat {
        name: "Keras",
        looks: keras::looks_native,
        import: keras::import_native,
    },
    NativeFormat {
        name: "ONNX",
        looks: onnx::looks_native,
        import: onnx::import_native,
    },
];

impl NativeFormat {
    /// The format of some bytes; `None` for pickles, and for what nothing here reads.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        NATIVE.iter().copied().find(|format| (format.looks)(bytes))
    }

    /// The estimator that a file of this format holds.
    ///
    /// # Errors
    ///
    /// An [`Error`] that names the part and the place for everything that is not supported or not
    /// sound.
    pub fn import(self, bytes: &[u8], limits: &Limits) -> Result<Estimator, Error> {
        if bytes.len() > limits.output_bytes {
            return Err(Error::Malformed {
                format: self.name,
                place: "the file".to_owned(),
                what: format!("it is larger than {} bytes", limits.output_bytes),
            });
        }
        (self.import)(bytes, limits)
    }
}

impl std::fmt::Debug for NativeFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
