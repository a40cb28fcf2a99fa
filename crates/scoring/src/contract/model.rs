//! The contract a model brings with it: its own columns, by their own names.

use std::collections::HashMap;
use std::sync::Arc;

use propenso_model::{InputKind, ModelInput, OnMissing as ModelMissing, Sha256, Signature};

use super::compile::index_names;
use super::{Blanks, Contract, ContractError, accepted};
use crate::input::{
    CategoryReading, Feature, Input, NumberReading, NumberSyntax, OnMissing, Output, Reading,
};
use crate::known_texts::KnownTexts;
use crate::short_name::ShortName;
use crate::{Bilingual, WarningValue};

/// The name it is chosen by.
pub(super) const NAME: &str = "model";

/// What means "missing" wherever it is not one of the model's categories.
const MISSING: [&str; 8] = ["", "NaN", "nan", "null", "None", "NULL", "N/A", "#N/D"];

impl Contract {
    /// The contract of a model's own columns: numbers as they are, texts among the categories it
    /// was trained on, and missing values where it knows what to do with them.
    ///
    /// # Errors
    ///
    /// [`ContractError::Invalid`] when two columns have the same name.
    pub fn of_model(signature: &Signature) -> Result<Self, ContractError> {
        let columns = signature.inputs.iter().enumerate();
        let inputs: Vec<Input> = columns
            .map(|(position, column)| input(position, column, signature))
            .collect();
        let mut problems = Vec::new();
        let names = index_names(&inputs, &mut problems);
        if !problems.is_empty() {
            return Err(ContractError::Invalid(problems));
        }
        Ok(Self {
            name: NAME.into(),
            description: Bilingual::new(
                "Las columnas del propio modelo".to_owned(),
                "The model's own columns".to_owned(),
            ),
            feature_names: inputs.iter().map(|input| input.name().to_owned()).collect(),
            inputs,
            names,
            missing: MISSING.into_iter().collect(),
            decision: None,
            portfolio: super::PortfolioColumns::default(),
            blanks: Blanks::Ignored,
            takes_first: false,
            digest: Sha256::of(b"base = \"model\""),
            is_models_own: true,
            checks_float32: false,
        })
    }
}

fn input(position: usize, column: &ModelInput, signature: &Signature) -> Input {
    let reading = reading(column, signature);
    let missing = match (&column.kind, column.missing) {
        (InputKind::Unused, _) | (_, ModelMissing::Accepted | ModelMissing::Imputed(_)) => {
            OnMissing::Pass
        }
        (_, ModelMissing::Unseen) => OnMissing::Unseen,
        (_, ModelMissing::Refused) => OnMissing::Refuse,
    };
    let output = Output::Features(vec![Feature {
        is_present: false,
        since: None,
        steps: Vec::new(),
    }]);
    let name: Arc<str> = column.name.as_str().into();
    Input {
        parameter: Arc::clone(&name),
        // `f1` of a model that knows its columns by position says nothing to people.
        short_name: match signature.is_named {
            true => ShortName::own(&name),
            false => ShortName::words(Bilingual::new(
                format!("columna {} del modelo", position + 1),
                format!("the model's column {}", position + 1),
            )),
        },
        help: None,
        name,
        accepted: accepted(&reading, &output, missing),
        reading,
        missing,
        imputes: imputes(column, signature),
        absent: None,
        // A model does not say what a person can change; an overlay does.
        immutable: false,
        output,
        first_feature: position,
    }
}

/// What may be sent for one of a model's own columns, in words.
pub(super) fn accepted(reading: &Reading, output: &Output, missing: OnMissing) -> Bilingual {
    accepted::describe(reading, output, missing, &[String::new()])
}

fn reading(column: &ModelInput, signature: &Signature) -> Reading {
    match &column.kind {
        InputKind::Unused => Reading::Ignored,
        InputKind::Number => Reading::Number(NumberReading {
            syntax: NumberSyntax::Any,
            takes_booleans: true,
            whole: false,
            counts: false,
            minimum: None,
            maximum: None,
            ranges: Vec::new(),
        }),
        InputKind::Category {
            known,
            refuses_unknown,
        } => {
            let text = |code: &u32| {
                let text = signature.vocabulary.text(*code)?;
                Some((Box::from(text), f64::from(*code)))
            };
            let known: Vec<(Box<str>, f64)> = known.iter().filter_map(text).collect();
            let index: HashMap<Box<str>, usize> = known
                .iter()
                .enumerate()
                .map(|(at, (text, _))| (text.clone(), at))
                .collect();
            Reading::Category(CategoryReading {
                texts: KnownTexts::new(&known),
                known,
                index,
                others: Arc::new(signature.vocabulary.clone()),
                refuses_unknown: *refuses_unknown,
            })
        }
    }
}

/// What the model itself puts in a missing value's place, for the warning that says so.
fn imputes(column: &ModelInput, signature: &Signature) -> Option<WarningValue> {
    let ModelMissing::Imputed(value) = column.missing else {
        return None;
    };
    match column.kind {
        InputKind::Number => Some(WarningValue::number(value)),
        InputKind::Category { .. } => {
            let text = signature.vocabulary.text(value as u32)?;
            Some(WarningValue::text(text))
        }
        InputKind::Unused => None,
    }
}
