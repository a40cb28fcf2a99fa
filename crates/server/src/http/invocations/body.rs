//! The JSON body of `POST /invocations`: one of four forms, and MLflow's words for what is none of them.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::http::envelope::Sent;
use crate::http::frame::{Columns, Frame, List, RowForm, Rows, misshapen};
use crate::http::method::Method;
use crate::http::object::Object;
use crate::http::predict_request::{BYTE_ORDER_MARK, no_json};
use crate::http::problem::Problem;
use crate::json_cell::Text;

/// What is wrong with a body of none of the four forms.
const FORMS: &str = "The input must be a JSON dictionary with exactly one of the input fields \
    {'dataframe_split', 'dataframe_records', 'instances', 'inputs'}";

/// A body; what it has besides is left alone, as MLflow does.
#[derive(Debug, Deserialize)]
struct Body<'b> {
    #[serde(borrow)]
    dataframe_split: Option<&'b RawValue>,
    #[serde(borrow)]
    dataframe_records: Option<&'b RawValue>,
    #[serde(borrow)]
    instances: Option<&'b RawValue>,
    #[serde(borrow)]
    inputs: Option<&'b RawValue>,
    #[serde(borrow)]
    params: Option<&'b RawValue>,
}

/// Takes a body apart.
///
/// # Errors
///
/// 400 for what is no JSON, or of another shape.
pub(super) fn read(bytes: &[u8]) -> Result<Sent<'_>, Problem> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let body = serde_json::from_slice::<Object<Body<'_>>>(bytes);
    let Object(body) = body.map_err(|error| match error.classify() {
        Category::Data if is_list(bytes) => misshapen(format!("{FORMS}. Received a list.")),
        Category::Data => misshapen(format!("{FORMS}: {error}")),
        _ => no_json(bytes, &error),
    })?;
    let method = Method::of(body.params)?;
    let frame = match (
        body.dataframe_split,
        body.dataframe_records,
        body.instances,
        body.inputs,
    ) {
        (Some(split), None, None, None) => split_frame(split)?,
        (None, Some(records), None, None) => records_frame(records)?,
        (None, None, Some(instances), None) => Frame::Rows(either(instances, "instances")?),
        (None, None, None, Some(inputs)) if is_object(inputs) => {
            Frame::Columns(Columns::read(inputs)?)
        }
        (None, None, None, Some(inputs)) => Frame::Rows(either(inputs, "inputs")?),
        _ => return Err(misshapen(format!("{FORMS}. Received {}", received(&body)))),
    };
    Ok(Sent { frame, method })
}

fn is_list(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"[")
}

fn is_object(json: &RawValue) -> bool {
    json.get().starts_with('{')
}

/// Names the forms that are there.
fn received(body: &Body<'_>) -> String {
    let forms = [
        ("dataframe_split", body.dataframe_split),
        ("dataframe_records", body.dataframe_records),
        ("instances", body.instances),
        ("inputs", body.inputs),
    ];
    let there = forms.iter().filter(|(_, json)| json.is_some());
    let names: Vec<String> = there.map(|(name, _)| format!("'{name}'")).collect();
    format!("dictionary with input fields: [{}]", names.join(", "))
}

/// `{"columns": […], "data": [[…], …]}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split<'b> {
    #[serde(borrow)]
    columns: Option<Vec<&'b RawValue>>,
    #[serde(borrow)]
    data: List<'b>,
    #[serde(rename = "index")]
    _index: Option<IgnoredAny>,
}

fn split_frame(json: &RawValue) -> Result<Frame<'_>, Problem> {
    if !is_object(json) {
        return Err(misshapen(format!(
            "Dataframe split format must be a dictionary. Got {}.",
            python_type(json)
        )));
    }
    let split: Split<'_> = serde_json::from_str(json.get()).map_err(|error| {
        misshapen(format!(
            "Dataframe split format must have 'data' field and optionally 'columns' and 'index' fields: {error}"
        ))
    })?;
    let names = split.columns.map(names).transpose()?.flatten();
    Ok(Frame::Rows(Rows {
        list: split.data,
        form: names.map_or(RowForm::Either, RowForm::Lists),
    }))
}

/// The name of a column, which pandas lets be a number.
fn name(json: &RawValue) -> Option<Cow<'_, str>> {
    match json.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(json.get()).map(|Text(name)| name).ok(),
        Some(b'0'..=b'9' | b'-') => Some(Cow::Borrowed(json.get())),
        _ => None,
    }
}

/// The names of columns; `None` where they are but counted, as pandas does when nobody names them.
fn names(columns: Vec<&RawValue>) -> Result<Option<Vec<Cow<'_, str>>>, Problem> {
    let mut counted = 0..;
    let is_count = |json: &&RawValue| {
        counted
            .next()
            .is_some_and(|n: usize| json.get() == n.to_string())
    };
    if !columns.is_empty() && columns.iter().all(is_count) {
        return Ok(None);
    }
    let names: Option<Vec<_>> = columns.into_iter().map(name).collect();
    let names = names.ok_or_else(|| misshapen("Dataframe split format has names in 'columns'"))?;
    Ok(Some(names))
}

fn records_frame(json: &RawValue) -> Result<Frame<'_>, Problem> {
    let list = List::read(json).map_err(|error| match json.get().starts_with('[') {
        true => misshapen(format!("Provided dataframe_records field is not a valid dataframe representation in 'records' format: {error}")),
        false => misshapen(format!(
            "Dataframe records format must be a list of records. Got {}.",
            python_type(json)
        )),
    })?;
    let form = RowForm::Objects;
    Ok(Frame::Rows(Rows { list, form }))
}

/// Clients in a list, each an object or a list.
fn either<'b>(json: &'b RawValue, field: &str) -> Result<Rows<'b>, Problem> {
    let list = List::read(json)
        .map_err(|error| misshapen(format!("\"{field}\" must be a list of clients: {error}")))?;
    let form = RowForm::Either;
    Ok(Rows { list, form })
}

/// What Python calls a value that stands where it should not.
fn python_type(json: &RawValue) -> &'static str {
    match json.get().as_bytes().first() {
        Some(b'[') => "list",
        Some(b'{') => "dictionary",
        Some(b'"') => "type <class 'str'>",
        Some(b't' | b'f') => "type <class 'bool'>",
        _ => "type <class 'float'>",
    }
}
