//! What a model takes and gives, as clients ask for it before they send anything.

use propenso_model::Label;
use propenso_model::Output;
use propenso_scoring::{Contract, Scorer};
use serde::Serialize;

use super::datatype::Datatype;
use super::output_name::OutputName;

/// A tensor's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TensorSignature {
    /// Its name.
    pub name: String,
    /// What its elements are.
    #[serde(serialize_with = "by_name")]
    pub datatype: Datatype,
    /// Its dimensions; −1 for as many as there are clients.
    pub shape: [i64; 2],
}

fn by_name<S: serde::Serializer>(datatype: &Datatype, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(datatype.as_str())
}

impl TensorSignature {
    fn new(name: &str, datatype: Datatype, columns: usize) -> Self {
        Self {
            name: name.to_owned(),
            datatype,
            shape: [-1, i64::try_from(columns).unwrap_or(i64::MAX)],
        }
    }
}

/// The inputs of a contract: numbers as FP64, all else as texts.
#[must_use]
pub fn inputs(contract: &Contract) -> Vec<TensorSignature> {
    let inputs = contract.inputs().iter();
    let inputs = inputs.map(|input| {
        let datatype = match input.is_number() {
            true => Datatype::Fp64,
            false => Datatype::Bytes,
        };
        TensorSignature::new(input.name(), datatype, 1)
    });
    inputs.collect()
}

/// What a model gives without being asked for more.
#[must_use]
pub fn outputs(scorer: &Scorer) -> Vec<TensorSignature> {
    let usual = OutputName::usual(scorer).into_iter();
    usual.map(|name| output(name, scorer)).collect()
}

/// The description of one output.
#[must_use]
pub fn output(name: OutputName, scorer: &Scorer) -> TensorSignature {
    let (datatype, columns) = match name {
        OutputName::Predict => (predicted(scorer), 1),
        OutputName::Probability => (Datatype::Fp64, 1),
        OutputName::PredictProba => (Datatype::Fp64, scorer.classes().len()),
        OutputName::Explain => (Datatype::Fp64, scorer.contract().inputs().len()),
        OutputName::Decision => (Datatype::Bytes, 1),
    };
    TensorSignature::new(name.as_str(), datatype, columns)
}

/// The type of what is predicted: a decision is 0 or 1, a class has the type of its label.
fn predicted(scorer: &Scorer) -> Datatype {
    if scorer.contract().decision().is_some() {
        return Datatype::INT64;
    }
    if matches!(scorer.predictor().signature().output, Output::Value) {
        return Datatype::Fp64;
    }
    match scorer.classes().first() {
        Some(Label::Int(_)) => Datatype::INT64,
        Some(Label::Float(_)) => Datatype::Fp64,
        Some(Label::Bool(_)) => Datatype::Bool,
        Some(Label::Text(_)) | None => Datatype::Bytes,
    }
}
