//! `{"instances": […]}`, as KServe's first protocol and Vertex send it.

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::envelope::Sent;
use super::frame::{Frame, List, RowForm, Rows, misshapen};
use super::method::Method;
use super::object::Object;
use super::predict_request::{BYTE_ORDER_MARK, no_json};
use super::problem::Problem;

/// A body; what it has besides is left alone, as those do whose protocols these are.
#[derive(Debug, Deserialize)]
struct InstancesRequest<'b> {
    #[serde(borrow)]
    instances: Option<&'b RawValue>,
    #[serde(borrow)]
    parameters: Option<&'b RawValue>,
}

/// Takes a body apart.
///
/// # Errors
///
/// 400 for what is no JSON, or of another shape.
pub(super) fn read(bytes: &[u8]) -> Result<Sent<'_>, Problem> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let Object(request): Object<InstancesRequest<'_>> =
        serde_json::from_slice(bytes).map_err(|error| match error.classify() {
            Category::Data => {
                misshapen(format!("the body must be {{\"instances\": […]}}: {error}"))
            }
            _ => no_json(bytes, &error),
        })?;
    let list = request.instances.map(List::read).transpose();
    let list =
        list.map_err(|error| misshapen(format!("Expected \"instances\" to be a list: {error}")))?;
    let list = list.ok_or_else(|| misshapen("Expected key \"instances\" in request body"))?;
    Ok(Sent {
        frame: Frame::Rows(Rows {
            list,
            form: RowForm::Either,
        }),
        method: Method::of(request.parameters)?,
    })
}

/// Takes a body apart whose clients are to be explained.
///
/// # Errors
///
/// As [`read`].
pub(super) fn read_explained(bytes: &[u8]) -> Result<Sent<'_>, Problem> {
    Ok(Sent {
        method: Method::Explain,
        ..read(bytes)?
    })
}
