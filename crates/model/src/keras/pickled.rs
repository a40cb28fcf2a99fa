//! Keras models inside pickles: a call that is asked for, with a file of Keras's own as its argument.
//!
//! Sources: `keras/saving/pickle_utils.py` of 2.9 to 2.15, `keras/src/saving/keras_saveable.py` of Keras 3, and
//! `scikeras/_saving_utils.py` of 0.9 to 0.12.

use propenso_pickle::View;

use super::{import, looks_native, unsupported};
use crate::error::Error;
use crate::estimator::Estimator;

/// Bytes that an archive's weights may have, for each of the archive's own. Weights hardly compress.
const MAX_INFLATION: u64 = 16;

/// Bytes that they may have however small the archive is.
const SMALL_WEIGHTS: u64 = 1 << 20;

/// Where a pickle keeps the file.
enum Place {
    /// The first argument: bytes, or an array of them.
    Argument,
    /// The `io.BytesIO` that is the first argument.
    Buffer,
}

/// Whether an object is a Keras model that was pickled.
pub(crate) fn is_pickled(object: View<'_>) -> bool {
    place(object).is_some()
}

fn place(object: View<'_>) -> Option<Place> {
    let class = object.class()?;
    match (class.module, class.name) {
        (
            "keras.saving.pickle_utils"
            | "keras.src.saving.pickle_utils"
            | "tf_keras.src.saving.pickle_utils",
            "deserialize_model_from_bytecode",
        )
        | ("scikeras._saving_utils", "unpack_keras_model") => Some(Place::Argument),
        (module, name) if module.starts_with("keras.") && name.ends_with("._unpickle_model") => {
            Some(Place::Buffer)
        }
        _ => None,
    }
}

/// The estimator of a Keras model that was pickled.
pub(crate) fn read_pickled(object: View<'_>) -> Result<Estimator, Error> {
    let first = object.arguments()?.next();
    let first = first.ok_or_else(|| unsupported("the pickle", "a model without its bytes"))?;
    let file = match place(object) {
        // Its state is the bytes, the position in them, and attributes of its own.
        Some(Place::Buffer) => first
            .state()
            .and_then(|state| state.items().ok()?.next())
            .ok_or_else(|| first.wrong_type("a buffer of bytes"))?,
        Some(Place::Argument) | None => first,
    };
    let bytes = file.embedded_file()?;
    if looks_native(&bytes) {
        let most = (bytes.len() as u64).saturating_mul(MAX_INFLATION);
        return import(&bytes, most.saturating_add(SMALL_WEIGHTS));
    }
    if is_saved_model(&bytes) {
        return Err(unsupported(
            "the pickle",
            "a network as TensorFlow's SavedModel, which Keras up to 2.11 and scikeras up to 0.12 pickle; save the \
             network alone with model.save(\"modelo.h5\") (scikeras: model.model_.save): this form",
        ));
    }
    Err(unsupported("the pickle", "a Keras model of another form"))
}

/// Whether some bytes are an archive, tar or zip, of TensorFlow's SavedModel.
fn is_saved_model(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"saved_model.pb";
    let is_archive = bytes.starts_with(b"PK\x03\x04") || bytes.get(257..262) == Some(b"ustar");
    is_archive && bytes.windows(NAME.len()).any(|window| window == NAME)
}
