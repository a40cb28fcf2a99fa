//! A list of a body that may have very many members, taken apart and no further.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::predict_request::so_many;

/// A list's members, each as its own JSON; it ends where it is too long.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(in crate::http) struct List<'b>(
    #[serde(borrow, deserialize_with = "so_many")] pub(in crate::http) Vec<&'b RawValue>,
);

impl<'b> List<'b> {
    /// Takes a list apart.
    ///
    /// # Errors
    ///
    /// What is no list, or a list that is too long.
    pub(in crate::http) fn read(json: &'b RawValue) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json.get())
    }
}
