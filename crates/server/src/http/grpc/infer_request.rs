//! What is asked: a message's tensors as the clients of a contract.

use std::borrow::Cow;

use propenso_scoring::{Contract, Scorer};

use super::super::oip::infer_request::{
    AskedOutput, InferRequest, MAX_TENSORS, Room, table, wrong,
};
use super::super::problem::Problem;
use super::generated::inference::infer_parameter::ParameterChoice;
use super::generated::inference::model_infer_request::{
    InferInputTensor, InferRequestedOutputTensor,
};
use super::generated::inference::{InferTensorContents, ModelInferRequest};
use crate::open_inference::datatype::{Datatype, Width};
use crate::open_inference::table::TableError;
use crate::open_inference::tensor::{Cells, Tensor, TensorError, elements};

/// What an input without values has.
static NO_CONTENTS: InferTensorContents = InferTensorContents {
    bool_contents: Vec::new(),
    int_contents: Vec::new(),
    int64_contents: Vec::new(),
    uint_contents: Vec::new(),
    uint64_contents: Vec::new(),
    fp32_contents: Vec::new(),
    fp64_contents: Vec::new(),
    bytes_contents: Vec::new(),
};

/// Finds the clients in a message, and what is asked of them.
///
/// # Errors
///
/// 422, with what to send instead.
pub(super) fn read<'a>(
    message: &'a ModelInferRequest,
    scorer: &Scorer,
) -> Result<InferRequest<'a>, Problem> {
    let tensors = tensors(message, scorer.contract())?;
    let outputs = match &*message.outputs {
        [] => AskedOutput::usual(true, scorer),
        outputs => outputs
            .iter()
            .map(|output| AskedOutput::named(&output.name, classes(output), true, scorer))
            .collect::<Result<_, _>>()?,
    };
    Ok(InferRequest {
        id: Some(message.id.as_str())
            .filter(|id| !id.is_empty())
            .map(Cow::Borrowed),
        table: table(tensors, scorer.contract())?,
        outputs,
    })
}

/// How many classes are asked for, as texts.
fn classes(output: &InferRequestedOutputTensor) -> Option<u64> {
    let said = output.parameters.get("classification")?;
    match said.parameter_choice.as_ref()? {
        ParameterChoice::Int64Param(classes) => u64::try_from(*classes).ok(),
        ParameterChoice::Uint64Param(classes) => Some(*classes),
        _ => None,
    }
}

fn tensors<'a>(
    message: &'a ModelInferRequest,
    contract: &Contract,
) -> Result<Vec<Tensor<'a>>, Problem> {
    let ModelInferRequest {
        inputs,
        raw_input_contents: raw,
        ..
    } = message;
    if inputs.len() > MAX_TENSORS {
        return Err(wrong(format!(
            "there are {} inputs, and a request has at most {MAX_TENSORS}",
            inputs.len()
        )));
    }
    if !raw.is_empty() && raw.len() != inputs.len() {
        return Err(wrong(format!(
            "there are {} inputs and {} elements of `raw_input_contents`; send one for each input, or none and `contents`",
            inputs.len(),
            raw.len()
        )));
    }
    let mut raw = raw.iter();
    let mut room = Room::of(contract);
    let mut tensors = Vec::with_capacity(inputs.len());
    for input in inputs {
        let unusable = |error: TensorError| {
            let name = input.name.clone();
            wrong(TableError::Tensor { name, error }.to_string())
        };
        room.take(elements(&input.shape).map_err(unusable)?)?;
        let datatype = Datatype::named(&input.datatype)
            .ok_or_else(|| unusable(TensorError::Datatype(input.datatype.clone())))?;
        let (datatype, cells) = match (raw.next(), &input.contents) {
            (Some(bytes), None) => (datatype, Cells::of_bytes(datatype, &input.shape, bytes)),
            (None, Some(contents)) => typed(input, datatype, contents)?,
            (Some(_), Some(_)) => {
                return Err(wrong(format!(
                    "the input `{}` has `contents`, and `raw_input_contents` too; send one of them",
                    input.name
                )));
            }
            // Of no clients there are no values either.
            (None, None) => typed(input, datatype, &NO_CONTENTS)?,
        };
        tensors.push(Tensor {
            name: Cow::Borrowed(&input.name),
            datatype,
            shape: input.shape.clone(),
            cells: cells.map_err(unusable)?,
        });
    }
    Ok(tensors)
}

/// Elements that came in the list of their type.
fn typed<'a>(
    input: &InferInputTensor,
    datatype: Datatype,
    contents: &'a InferTensorContents,
) -> Result<(Datatype, Result<Cells<'a>, TensorError>), Problem> {
    let lists = [
        ("bool_contents", contents.bool_contents.len()),
        ("int_contents", contents.int_contents.len()),
        ("int64_contents", contents.int64_contents.len()),
        ("uint_contents", contents.uint_contents.len()),
        ("uint64_contents", contents.uint64_contents.len()),
        ("fp32_contents", contents.fp32_contents.len()),
        ("fp64_contents", contents.fp64_contents.len()),
        ("bytes_contents", contents.bytes_contents.len()),
    ];
    let own = match datatype {
        Datatype::Bool => "bool_contents",
        Datatype::Int(Width::Eight) => "int64_contents",
        Datatype::Int(_) => "int_contents",
        Datatype::Uint(Width::Eight) => "uint64_contents",
        Datatype::Uint(_) => "uint_contents",
        Datatype::Fp32 => "fp32_contents",
        Datatype::Fp64 => "fp64_contents",
        Datatype::Bytes => "bytes_contents",
        Datatype::Fp16 | Datatype::Bf16 => "raw_input_contents",
    };
    let other = lists.iter().find(|(name, n)| *name != own && *n > 0);
    if let Some((other, _)) = other {
        return Err(wrong(format!(
            "the input `{}` of {datatype} has its values in `{other}`; send them in `{own}`",
            input.name
        )));
    }
    // Lists of 32 bits have the values as they are: none is cut to fewer.
    let (kept, bytes) = match datatype {
        Datatype::Bool => {
            let values = contents.bool_contents.iter();
            (datatype, values.map(|value| u8::from(*value)).collect())
        }
        Datatype::Int(Width::Eight) => (
            datatype,
            bytes_of(&contents.int64_contents, i64::to_le_bytes),
        ),
        Datatype::Int(_) => (
            Datatype::Int(Width::Four),
            bytes_of(&contents.int_contents, i32::to_le_bytes),
        ),
        Datatype::Uint(Width::Eight) => (
            datatype,
            bytes_of(&contents.uint64_contents, u64::to_le_bytes),
        ),
        Datatype::Uint(_) => (
            Datatype::Uint(Width::Four),
            bytes_of(&contents.uint_contents, u32::to_le_bytes),
        ),
        Datatype::Fp32 => (
            datatype,
            bytes_of(&contents.fp32_contents, f32::to_le_bytes),
        ),
        Datatype::Fp64 => (
            datatype,
            bytes_of(&contents.fp64_contents, f64::to_le_bytes),
        ),
        Datatype::Fp16 | Datatype::Bf16 => (datatype, Vec::new()),
        Datatype::Bytes => {
            let texts = contents.bytes_contents.iter().map(|text| &**text);
            return Ok((datatype, Cells::of_texts(&input.shape, texts.collect())));
        }
    };
    Ok((kept, Cells::of_values(kept, &input.shape, bytes)))
}

fn bytes_of<V: Copy, const N: usize>(values: &[V], bytes: fn(V) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|value| bytes(*value)).collect()
}
