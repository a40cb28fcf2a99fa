//! What a model's answers are, as tensors: a row for each client.

use propenso_model::Label;
use propenso_scoring::{Answered, Outcome, Scorer};
use propenso_store::decision::DecisionId;
use serde::ser::Serializer;

use super::datatype::Datatype;
use super::output_name::OutputName;
use super::signature;

/// An answer's tensor.
#[derive(Debug)]
pub struct OutputTensor {
    /// Which it is.
    pub name: OutputName,
    /// What its elements are.
    pub datatype: Datatype,
    /// Clients, and elements of each.
    pub shape: [usize; 2],
    /// Its elements, a client's beside each other.
    pub values: Values,
}

/// Elements of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// True or false.
    Bools(Vec<bool>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Numbers.
    Floats(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

impl OutputTensor {
    /// An output of a model, for so many clients, with none in it yet.
    #[must_use]
    pub fn empty(name: OutputName, scorer: &Scorer, n_clients: usize) -> Self {
        let signature = signature::output(name, scorer);
        let columns = usize::try_from(signature.shape[1]).unwrap_or_default();
        let values = match signature.datatype {
            Datatype::Bool => Values::Bools(Vec::with_capacity(n_clients)),
            Datatype::Fp64 => Values::Floats(Vec::with_capacity(n_clients * columns)),
            Datatype::Bytes => Values::Texts(Vec::with_capacity(n_clients)),
            _ => Values::Ints(Vec::with_capacity(n_clients)),
        };
        Self {
            name,
            datatype: signature.datatype,
            shape: [n_clients, columns],
            values,
        }
    }

    /// Adds what one client was answered.
    pub fn push(&mut self, answered: &Answered, decision: Option<DecisionId>, scorer: &Scorer) {
        let outcome = &answered.score.outcome;
        match self.name {
            OutputName::Predict => self.values.push_predicted(outcome, scorer),
            OutputName::Probability => {
                if let (Values::Floats(values), Outcome::Payer { probability, .. }) =
                    (&mut self.values, outcome)
                {
                    values.push(probability.unwrap_or(f64::NAN));
                }
            }
            OutputName::PredictProba => {
                if let (Values::Floats(values), Outcome::Class { probabilities, .. }) =
                    (&mut self.values, outcome)
                {
                    values.extend_from_slice(probabilities);
                }
            }
            OutputName::Explain => {
                if let Values::Floats(values) = &mut self.values {
                    values.extend(contributions(answered, scorer));
                }
            }
            OutputName::Decision => {
                let text = decision.map(|decision| decision.to_string());
                self.values.push_text(text.unwrap_or_default());
            }
        }
    }

    /// Gives, of each client, the `most` classes with the highest probabilities, as texts `value:index:label`.
    #[must_use]
    pub fn classified(self, most: usize, scorer: &Scorer) -> Self {
        let Values::Floats(values) = &self.values else {
            return self;
        };
        let columns = self.shape[1].max(1);
        let most = most.min(columns);
        let mut texts = Vec::with_capacity(self.shape[0] * most);
        for client in values.chunks(columns) {
            let mut order: Vec<_> = client.iter().enumerate().collect();
            // Stable: of equals the first.
            order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            let named = order.iter().take(most).map(|(index, value)| {
                let label = scorer.classes().get(*index).map(Label::to_string);
                format!("{value}:{index}:{}", label.unwrap_or_default())
            });
            texts.extend(named);
        }
        Self {
            datatype: Datatype::Bytes,
            shape: [self.shape[0], most],
            values: Values::Texts(texts),
            ..self
        }
    }
}

impl Values {
    fn push_predicted(&mut self, outcome: &Outcome, scorer: &Scorer) {
        let label = match outcome {
            Outcome::Payer { pays, .. } => return self.push_int(i64::from(*pays)),
            Outcome::Value(value) => {
                if let Self::Floats(values) = self {
                    values.push(*value);
                }
                return;
            }
            Outcome::Class { class, .. } => scorer.classes().get(*class),
        };
        match (self, label) {
            (Self::Ints(values), Some(Label::Int(label))) => values.push(*label),
            (Self::Floats(values), Some(Label::Float(label))) => values.push(*label),
            (Self::Bools(values), Some(Label::Bool(label))) => values.push(*label),
            (Self::Texts(values), label) => {
                values.push(label.map(Label::to_string).unwrap_or_default());
            }
            // A model's labels are of one type.
            (_, _) => {}
        }
    }

    fn push_int(&mut self, value: i64) {
        if let Self::Ints(values) = self {
            values.push(value);
        }
    }

    fn push_text(&mut self, text: String) {
        if let Self::Texts(values) = self {
            values.push(text);
        }
    }

    /// Writes the elements as bytes, the lowest first; before each text its length in four.
    pub fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Bools(values) => to.extend(values.iter().map(|value| u8::from(*value))),
            Self::Ints(values) => to.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Self::Floats(values) => to.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Self::Texts(values) => {
                for text in values {
                    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
                    to.extend_from_slice(&length.to_le_bytes());
                    to.extend_from_slice(text.as_bytes());
                }
            }
        }
    }
}

impl serde::Serialize for Values {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bools(values) => values.serialize(to),
            Self::Ints(values) => values.serialize(to),
            Self::Floats(values) => values.serialize(to),
            Self::Texts(values) => values.serialize(to),
        }
    }
}

/// What each input added, in the contract's order; NaN where the model cannot tell.
fn contributions(answered: &Answered, scorer: &Scorer) -> Vec<f64> {
    let contract = scorer.contract();
    let missing = match answered.explanation {
        Some(_) => 0.0,
        None => f64::NAN,
    };
    let mut contributions = vec![missing; contract.inputs().len()];
    let reasons = answered.explanation.iter().flat_map(|found| &found.reasons);
    for reason in reasons {
        let place = contract.input_index(&reason.input);
        if let Some(contribution) = place.and_then(|place| contributions.get_mut(place)) {
            *contribution = reason.contribution;
        }
    }
    contributions
}
