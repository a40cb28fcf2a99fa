//! What is answered: outputs as a message, their elements as those of the inputs came.

use std::collections::BTreeMap;

use super::generated::inference::infer_parameter::ParameterChoice;
use super::generated::inference::model_infer_response::InferOutputTensor;
use super::generated::inference::{InferParameter, InferTensorContents, ModelInferResponse};
use crate::open_inference::MODEL;
use crate::open_inference::output::{OutputTensor, Values};

/// What an answer says of itself.
pub(super) struct Titles {
    /// The version that answered.
    pub(super) version: u32,
    /// The caller's name for the request.
    pub(super) id: String,
    /// The first answer's name on record.
    pub(super) decision: Option<String>,
    /// Whether elements go as bytes, not in the lists of their types.
    pub(super) is_raw: bool,
}

/// Puts outputs into a message.
pub(super) fn write(
    titles: Titles,
    outputs: impl Iterator<Item = OutputTensor>,
) -> ModelInferResponse {
    let mut raw = Vec::new();
    let outputs = outputs.map(|tensor| InferOutputTensor {
        name: tensor.name.as_str().to_owned(),
        datatype: tensor.datatype.to_string(),
        shape: tensor.shape.map(|size| size as i64).to_vec(),
        parameters: BTreeMap::new(),
        contents: match titles.is_raw {
            true => {
                let mut bytes = Vec::new();
                tensor.values.write(&mut bytes);
                raw.push(bytes.into());
                None
            }
            false => Some(contents(tensor.values)),
        },
    });
    let outputs = outputs.collect();
    let decision = titles.decision.map(|decision| {
        let parameter_choice = Some(ParameterChoice::StringParam(decision));
        ("decision".to_owned(), InferParameter { parameter_choice })
    });
    ModelInferResponse {
        model_name: MODEL.to_owned(),
        model_version: titles.version.to_string(),
        id: titles.id,
        parameters: decision.into_iter().collect(),
        outputs,
        raw_output_contents: raw,
    }
}

/// Elements in the list of their type.
fn contents(values: Values) -> InferTensorContents {
    let none = InferTensorContents::default();
    match values {
        Values::Bools(bool_contents) => InferTensorContents {
            bool_contents,
            ..none
        },
        Values::Ints(int64_contents) => InferTensorContents {
            int64_contents,
            ..none
        },
        Values::Floats(fp64_contents) => InferTensorContents {
            fp64_contents,
            ..none
        },
        Values::Texts(texts) => InferTensorContents {
            bytes_contents: texts.into_iter().map(Into::into).collect(),
            ..none
        },
    }
}
