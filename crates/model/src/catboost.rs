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

/// The refusal.
pub(crate) fn refuse(_: &[u8], _: &Limits) -> Result<Estimator, Error> {
    Err(Error::UnsupportedPart {
        format: "CatBoost",
        place: "the file".to_owned(),
        what:
            "CatBoostClassifier or any other CatBoost model; train with scikit-learn, XGBoost or \
            LightGBM instead: it"
                .to_owned(),
    })
}
