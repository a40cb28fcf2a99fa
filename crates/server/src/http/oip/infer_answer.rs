//! What is answered: JSON, and behind it the bytes of those outputs that were asked for so.

use serde::Serialize;

use super::super::problem::Problem;
use super::infer_request::AskedOutput;
use crate::open_inference::MODEL;
use crate::open_inference::output::{OutputTensor, Values};

#[derive(Serialize)]
struct Answer<'a> {
    model_name: &'static str,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<AnswerParameters>,
    outputs: Vec<OutputAnswer<'a>>,
}

#[derive(Serialize)]
struct AnswerParameters {
    /// The first answer's name on record.
    decision: String,
}

#[derive(Serialize)]
struct OutputAnswer<'a> {
    name: &'static str,
    datatype: &'static str,
    shape: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<OutputParameters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Values>,
}

#[derive(Serialize)]
struct OutputParameters {
    binary_data_size: usize,
}

/// A written answer.
pub(super) struct Written {
    /// All bytes.
    pub(super) bytes: Vec<u8>,
    /// How many of them are JSON, where others follow.
    pub(super) json: Option<usize>,
}

/// What an answer says of itself.
pub(super) struct Titles<'a> {
    /// The version that answered.
    pub(super) version: u32,
    /// The caller's name for the request.
    pub(super) id: Option<&'a str>,
    /// The first answer's name on record.
    pub(super) decision: Option<String>,
}

/// Puts outputs into bytes.
///
/// # Errors
///
/// 500 where they cannot be written, which would be our bug.
pub(super) fn write(
    titles: Titles<'_>,
    outputs: &[(AskedOutput, OutputTensor)],
) -> Result<Written, Problem> {
    let mut behind = Vec::new();
    let answers = outputs.iter().map(|(asked, tensor)| {
        let before = behind.len();
        if asked.is_binary {
            tensor.values.write(&mut behind);
        }
        let binary_data_size = behind.len() - before;
        OutputAnswer {
            name: tensor.name.as_str(),
            datatype: tensor.datatype.as_str(),
            shape: tensor.shape,
            parameters: asked
                .is_binary
                .then_some(OutputParameters { binary_data_size }),
            data: (!asked.is_binary).then_some(&tensor.values),
        }
    });
    let answer = Answer {
        model_name: MODEL,
        model_version: titles.version.to_string(),
        id: titles.id,
        parameters: titles
            .decision
            .map(|decision| AnswerParameters { decision }),
        outputs: answers.collect(),
    };
    let mut bytes = serde_json::to_vec(&answer)
        .map_err(|error| Problem::internal("the answer could not be written", &error))?;
    let has_binary = outputs.iter().any(|(asked, _)| asked.is_binary);
    let json = has_binary.then_some(bytes.len());
    bytes.extend_from_slice(&behind);
    Ok(Written { bytes, json })
}
