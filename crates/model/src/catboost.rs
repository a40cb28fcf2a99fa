//! CatBoost models: detected, and refused with what to do instead.

use propenso_pickle::Limits;

use crate::error::Error;
use crate::estimator::Estimator;

/// Whether some bytes are a CatBoost file: the binary form, or the JSON one.
pub(crate) fn looks_native(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let has = |needle: &[u8]| start.windows(needle.len()).any(|window| window == needle);
    bytes.starts_with(b"CBM1")
        || (bytes.starts_with(b"{")
            && (has(b"\"oblivious_trees\"")
                || has(b"\"catboost_version")
                || has(b"\"features_info\"")))
}

/// What to do with a CatBoost model.
pub(crate) const WAY_OUT: &str = "If it was trained on numbers alone, save it with \
    model.save_model(\"modelo.onnx\", format=\"onnx\"); otherwise train with scikit-learn, XGBoost or LightGBM";

/// The refusal.
pub(crate) fn refuse(_: &[u8], _: &Limits) -> Result<Estimator, Error> {
    let error = Error::UnsupportedPart {
        format: "CatBoost",
        place: "the file".to_owned(),
        what: "a model in CatBoost's own form".to_owned(),
    };
    Err(error.advised(WAY_OUT))
}
