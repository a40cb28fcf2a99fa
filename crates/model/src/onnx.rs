//! ONNX files, as skl2onnx and onnxmltools write them.
//!
//! - `wire`: protobuf, read in place; `proto`, `node`: ONNX's messages
//! - `chain`: what a graph computes, gathered node by node; `operators`, `layers`, `shapes`: what
//!   each operator does to it; `finish`: what the graph's outputs are
//! - `models`: the operators that predict; `trees`, `weights`: their trees
//!
//! The graph is not executed: it is recognised, and becomes the forms that all models have. What is
//! not recognised as a whole is refused by the operator's name.

mod chain;
mod finish;
mod layers;
mod models;
mod node;
mod operators;
mod proto;
mod shapes;
mod trees;
mod weights;
mod wire;

use std::collections::HashMap;

use propenso_pickle::Limits;

use crate::error::Error;
use crate::estimator::{Estimator, Signature};
use crate::input::{InputKind, ModelInput, OnMissing, Vocabulary};
use crate::pipeline::Pipeline;
use crate::single::SingleStep;
use crate::transform::Transform;
use crate::verified::Part;
use crate::writer::{Library, Writer};

use chain::{Chain, Role};
use node::{ML, Node, malformed, quoted, unsupported};
use proto::{Graph, Input, Model, Tensor, data_type};

/// Nodes of a graph. What is understood has a few dozen.
const MAX_NODES: usize = 4_096;

/// Inputs of a model: a file states their number without paying for it.
const MAX_INPUTS: usize = 65_536;

/// Versions of the machine-learning operators whose definitions were looked at.
const ML_VERSIONS: std::ops::RangeInclusive<i64> = 1..=5;

/// Whether bytes begin as an ONNX file does: a small `ir_version`, then another of `ModelProto`'s
/// fields.
pub(crate) fn looks_native(bytes: &[u8]) -> bool {
    // Keys of the fields 2, 3, 4, 5, 6, 7 and 8; all but the fifth are length-delimited.
    const NEXT: [u8; 7] = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42];
    matches!(bytes, [0x08, 1..=0x40, next, ..] if NEXT.contains(next))
}

/// Reads an ONNX file.
///
/// # Errors
///
/// [`Error::Malformed`] or [`Error::UnsupportedPart`], naming the operator and the node.
pub(crate) fn import_native(bytes: &[u8], limits: &Limits) -> Result<Estimator, Error> {
    import(bytes, limits).map_err(|error| match way_out(bytes) {
        Some(way_out) if !matches!(error, Error::Advised { .. }) => error.advised(way_out),
        _ => error,
    })
}

/// What to do about a file that is refused, by the program that wrote it: most converters start from a model
/// that is read itself.
fn way_out(bytes: &[u8]) -> Option<&'static str> {
    let model = Model::read(bytes).ok()?;
    match model.producer {
        "skl2onnx" => Some(
            "Save the scikit-learn model itself, joblib.dump(model, \"modelo.joblib\"): that is read without a conversion",
        ),
        "OnnxMLTools" => Some(
            "Save the model itself, joblib.dump(model, \"modelo.joblib\"): XGBoost's and LightGBM's are read without a \
             conversion",
        ),
        _ => None,
    }
}

fn import(bytes: &[u8], limits: &Limits) -> Result<Estimator, Error> {
    if bytes.len() > limits.output_bytes {
        let what = format!("a file of more than {} bytes", limits.output_bytes);
        return Err(unsupported("the file", what));
    }
    let broken = |place: &'static str| move |what: &'static str| malformed(place, what);
    let model = Model::read(bytes).map_err(broken("the file"))?;
    let graph = model
        .graph
        .ok_or_else(|| malformed("the file", "there is no graph"))?;
    let graph = Graph::read(graph).map_err(broken("the graph"))?;
    check_kind(&model, &graph)?;
    let constants = read_constants(&graph)?;
    // Files before IR version 4 list the constants among the inputs.
    let is_input = |input: &&Input<'_>| !constants.contains_key(input.name);
    let inputs: Vec<_> = graph.inputs.iter().filter(is_input).collect();
    let (names, width) = columns(&inputs)?;
    let mut chain = Chain::new(constants, width, bytes.len());
    match &inputs[..] {
        [input] => drop(chain.roles.insert(input.name, Role::Row(0))),
        _ => {
            let named = inputs.iter().enumerate();
            chain
                .roles
                .extend(named.map(|(position, input)| (input.name, Role::Column(position))));
        }
    }
    for bytes in &graph.nodes {
        let node = Node::read(bytes).map_err(broken("a node"))?;
        chain.take(&node)?;
    }
    let finished = chain.finish(&graph.outputs)?;
    let part = Part {
        path: String::new(),
        library: Library::Onnx,
        class: finished.class.clone(),
        version: model.opset(ML).unwrap_or(0).to_string(),
    };
    Ok(Estimator {
        signature: Signature {
            class: finished.class,
            wrappers: Vec::new(),
            writer: writer(&model),
            parts: vec![part],
            inputs: model_inputs(names, &finished.pipeline),
            is_named: inputs.len() > 1,
            vocabulary: Vocabulary::default(),
            output: finished.output,
        },
        pipeline: finished.pipeline,
    })
}

/// Refuses what the rest of the importer does not look at.
fn check_kind(model: &Model<'_>, graph: &Graph<'_>) -> Result<(), Error> {
    let what = match model.opset(ML) {
        Some(version) if !ML_VERSIONS.contains(&version) => {
            format!("version {version} of the domain {ML}")
        }
        _ if model.has_functions => "a file with functions of its own".to_owned(),
        _ if graph.has_sparse_constants => "a sparse constant".to_owned(),
        _ if graph.nodes.len() > MAX_NODES => format!("a graph of more than {MAX_NODES} nodes"),
        _ => return Ok(()),
    };
    Err(unsupported("the file", what))
}

fn read_constants<'a>(graph: &Graph<'a>) -> Result<HashMap<&'a str, Tensor<'a>>, Error> {
    let mut constants = HashMap::new();
    for bytes in &graph.constants {
        let tensor = Tensor::read(bytes).map_err(|what| malformed("a constant", what))?;
        let place = || format!("constant {}", quoted(tensor.name));
        if constants.contains_key(tensor.name) {
            return Err(malformed(place(), "it is there twice"));
        }
        constants.insert(tensor.name, tensor);
    }
    Ok(constants)
}

/// The names of a row's values and their number: one input of many columns, or many of one.
fn columns(inputs: &[&Input<'_>]) -> Result<(Vec<String>, usize), Error> {
    let mut seen = std::collections::HashSet::new();
    for input in inputs {
        let place = || format!("input {}", quoted(input.name));
        if !seen.insert(input.name) {
            return Err(malformed(place(), "it is there twice"));
        }
        match input.element {
            data_type::FLOAT => {}
            data_type::TEXT => return Err(unsupported(place(), "an input of texts")),
            data_type::DOUBLE => return Err(unsupported(place(), "an input of float64")),
            other => {
                return Err(unsupported(
                    place(),
                    format!("an input of the type {other}"),
                ));
            }
        }
        let width = match input.shape[..] {
            [_, Some(width)] => usize::try_from(width).unwrap_or(usize::MAX),
            _ => return Err(unsupported(place(), "an input without a number of columns")),
        };
        if width > MAX_INPUTS {
            return Err(unsupported(
                place(),
                format!("a row of more than {MAX_INPUTS} values"),
            ));
        }
        if let [_] = inputs {
            return Ok(((0..width).map(ModelInput::name_of).collect(), width));
        }
        if width != 1 {
            return Err(unsupported(
                place(),
                "several inputs of more than one column",
            ));
        }
    }
    if inputs.is_empty() || inputs.len() > MAX_INPUTS {
        return Err(unsupported("the graph", format!("{} inputs", inputs.len())));
    }
    Ok((
        inputs.iter().map(|input| input.name.to_owned()).collect(),
        inputs.len(),
    ))
}

/// Each input, with what becomes of its missing values.
fn model_inputs(names: Vec<String>, pipeline: &Pipeline) -> Vec<ModelInput> {
    let (selected, steps) = match &pipeline.transforms[..] {
        [Transform::Select(columns), steps @ ..] => (Some(columns), steps),
        steps => (None, steps),
    };
    let is_imputed = |step: &Transform| matches!(step, Transform::Single(SingleStep::Impute(_)));
    let otherwise = if pipeline.accepts.missing || steps.iter().any(is_imputed) {
        OnMissing::Accepted
    } else {
        OnMissing::Refused
    };
    let mut inputs: Vec<_> = names.into_iter().map(ModelInput::number).collect();
    if selected.is_some() {
        for input in &mut inputs {
            input.kind = InputKind::Unused;
            input.missing = OnMissing::Accepted;
        }
    }
    let values = match steps {
        [Transform::Single(SingleStep::Impute(values)), ..] => &values[..],
        _ => &[],
    };
    let n_values = selected.map_or(inputs.len(), Vec::len);
    for position in 0..n_values {
        let input = &mut inputs[selected.map_or(position, |columns| columns[position])];
        input.kind = InputKind::Number;
        let imputed = values.get(position).filter(|value| !value.is_nan());
        input.missing = imputed.map_or(otherwise, |value| OnMissing::Imputed(f64::from(*value)));
    }
    inputs
}

/// The program that wrote the file, and the operator sets it used.
fn writer(model: &Model<'_>) -> Writer {
    let sets = [("", "opset"), (ML, "ml")];
    let sets = sets.iter().filter_map(|(domain, name)| {
        let version = model.opset(domain)?;
        Some(format!("{name} {version}"))
    });
    let sets = sets.collect::<Vec<_>>().join(", ");
    let program = [model.producer, model.producer_version].map(printable);
    let version = format!("{} {} ({sets})", program[0], program[1]);
    Writer {
        library: Library::Onnx,
        version,
    }
}

/// A text out of the file, cut short and without control characters: it is shown as it is.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn onnx_is_told_by_its_first_fields() {
        assert!(looks_native(b"\x08\x08\x12\x08skl2onnx"));
        assert!(looks_native(b"\x08\x03:\x02"));
        for other in [
            &b""[..],
            b"\x08\x08",
            b"\x80\x04\x95",
            b"PK\x03\x04",
            b"{\"learner\": {}}",
            b"tree\nversion=v4",
            b"\x08\x08\x08\x08",
            b"\x08\x80\x12",
        ] {
            assert!(!looks_native(other), "{other:?}");
        }
    }
}
