//! A contract file that adds to a model's own contract: query parameters, spellings, labels.

use std::collections::BTreeMap;
use std::sync::Arc;

use propenso_model::{Sha256, Signature};
use serde::Deserialize;
use toml::de::DeTable;

use super::compile::{compile_decision, index_names};
use super::error::Problem;
use super::lines::Lines;
use super::read::{Readable, read};
use super::wire::DecisionTable;
use super::{Contract, ContractError, model};
use crate::input::{NumberSyntax, OnMissing, Reading};
use crate::short_name::ShortName;
use crate::{Bilingual, WarningValue};

/// A contract file: one that says everything, or one that adds to a model's own.
#[derive(Debug)]
pub enum ContractFile {
    /// It stands by itself.
    Complete(Box<Contract>),
    /// It begins with `base = "model"`.
    Overlay(Box<Overlay>),
}

impl ContractFile {
    /// Reads the text of a contract file of either kind.
    ///
    /// # Errors
    ///
    /// As [`Contract::parse`]. What an overlay gets wrong about its model shows in
    /// [`Overlay::apply`].
    pub fn parse(toml: &str) -> Result<Self, ContractError> {
        let (document, _) = DeTable::parse_recoverable(toml);
        if !document.get_ref().contains_key("base") {
            return Contract::parse(toml).map(|contract| Self::Complete(Box::new(contract)));
        }
        let Readable {
            file,
            problems,
            lines,
            ..
        } = read::<Overlay>(toml);
        match file {
            Some(overlay) if problems.is_empty() => Ok(Self::Overlay(Box::new(Overlay {
                digest: Some(Sha256::of(toml.as_bytes())),
                lines,
                ..overlay
            }))),
            _ => Err(ContractError::Invalid(lines.find(problems))),
        }
    }
}

/// What a contract file adds to a model's own contract.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// Hash of its text.
    #[serde(skip)]
    digest: Option<Sha256>,
    #[serde(skip)]
    lines: Lines,
    /// The name the contract is logged by.
    name: String,
    /// Always `"model"`.
    base: Base,
    description: Option<Bilingual>,
    /// Replaces what means "missing" wherever it is not one of the model's categories.
    missing: Option<Vec<String>>,
    /// Which class of a model of two pays, and what people call both.
    decision: Option<DecisionTable>,
    /// The columns of portfolios that say who a client is and how much they owe.
    #[serde(default)]
    portfolio: super::PortfolioColumns,
    #[serde(default)]
    input: Vec<InputOverlay>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Base {
    Model,
}

/// What is added to one of the model's columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputOverlay {
    /// The column.
    name: String,
    /// Its query parameter; left out, its name.
    parameter: Option<String>,
    /// What people call it, in a word or two; left out, its name.
    text: Option<Bilingual>,
    /// What it is, for people who have never seen it; left out, what they call it.
    help: Option<Bilingual>,
    /// Other ways to write the model's categories: `{ "Empresa" = "EMP" }`.
    #[serde(default)]
    spellings: BTreeMap<String, String>,
    /// What its numbers are, where the column is one of numbers.
    kind: Option<Kind>,
    /// The category that stands for a missing value.
    missing: Option<String>,
    /// The client cannot change it.
    #[serde(default)]
    immutable: bool,
    /// It counts things: decimals are read, but never suggested.
    #[serde(default)]
    counts: bool,
}

/// What the numbers of a column are.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Amounts of money.
    Amount,
}

impl Overlay {
    /// The contract of a model with this added.
    ///
    /// # Errors
    ///
    /// [`ContractError::Invalid`] with every column and category the model does not have.
    pub fn apply(self, signature: &Signature) -> Result<Contract, ContractError> {
        let Base::Model = self.base;
        let mut contract = Contract::of_model(signature)?;
        let mut problems = Vec::new();
        if self.name.trim().is_empty() || self.name == model::NAME {
            problems.push(Problem::new(
                "contract",
                Bilingual::new(
                    "`name` está vacío o es `model`; dé al contrato un nombre propio",
                    "`name` is empty or `model`; give the contract a name of its own",
                ),
            ));
        }
        contract.name = self.name.into();
        contract.digest = self.digest.unwrap_or(contract.digest);
        if let Some(description) = self.description {
            contract.description = description;
        }
        if let Some(missing) = self.missing {
            contract.missing = missing.into_iter().collect();
        }
        contract.decision = self
            .decision
            .map(|table| compile_decision(table, &mut problems));
        contract.portfolio = self.portfolio;
        for table in self.input {
            add(&mut contract, table, &mut problems);
        }
        contract.names = index_names(&contract.inputs, &mut problems);
        if problems.is_empty() {
            Ok(contract)
        } else {
            Err(ContractError::Invalid(self.lines.find(problems)))
        }
    }
}

fn add(contract: &mut Contract, table: InputOverlay, problems: &mut Vec<Problem>) {
    let place = format!("input {}", table.name);
    let mut problem = |text: Bilingual| problems.push(Problem::new(place.clone(), text));
    let found = contract
        .inputs
        .iter_mut()
        .find(|input| *input.name == *table.name);
    let Some(input) = found else {
        problem(Bilingual::new(
            "el modelo no tiene esa columna; use uno de sus propios nombres",
            "the model has no such column; use one of its own names",
        ));
        return;
    };
    if let Some(parameter) = table.parameter {
        if parameter.trim().is_empty() {
            problem(Bilingual::new(
                "`parameter` está vacío; un cliente no podría enviarlo",
                "`parameter` is empty; a client could not send it",
            ));
        }
        input.parameter = Arc::from(parameter);
    }
    for (key, text) in [("text", &table.text), ("help", &table.help)] {
        if text.as_ref().is_some_and(Bilingual::is_blank) {
            problem(Bilingual::new(
                format!("`{key}` está vacío; quítelo, o dígalo"),
                format!("`{key}` is empty; leave it out, or say it"),
            ));
        }
    }
    if let Some(words) = table.text {
        input.short_name = ShortName::words(words);
    }
    input.help = table.help;
    input.immutable = table.immutable;
    if table.counts {
        match &mut input.reading {
            Reading::Number(reading) => reading.counts = true,
            other => problem(no_number("counts", other)),
        }
    }
    if let Some(Kind::Amount) = table.kind {
        match &mut input.reading {
            Reading::Number(reading) => {
                reading.syntax = NumberSyntax::Money;
                reading.takes_booleans = false;
            }
            other => problem(no_number("kind", other)),
        }
        input.accepted = model::accepted(&input.reading, &input.output, input.missing);
    }
    if table.spellings.is_empty() && table.missing.is_none() {
        return;
    }
    let Reading::Category(categories) = &mut input.reading else {
        problem(Bilingual::new(
            "`spellings` y `missing` son para textos, y esta columna no lo es",
            "`spellings` and `missing` are for texts, and this column is not one",
        ));
        return;
    };
    if let Some(category) = table.missing {
        match categories.find(&category) {
            Some(value) => {
                input.missing = OnMissing::Number(value);
                input.imputes = Some(WarningValue::text(&category));
            }
            None => problem(Bilingual::new(
                format!(
                    "el modelo no conoce ninguna categoría {category:?} que represente un valor ausente"
                ),
                format!("the model knows no category {category:?} to stand for a missing value"),
            )),
        }
    }
    for (spelling, category) in table.spellings {
        match categories.index.get(category.as_str()).copied() {
            Some(at) => {
                categories.index.entry(spelling.into()).or_insert(at);
            }
            None => problem(Bilingual::new(
                format!(
                    "el modelo no conoce ninguna categoría {category:?} para la grafía {spelling:?}"
                ),
                format!("the model knows no category {category:?} for the spelling {spelling:?}"),
            )),
        }
    }
}

/// Why a key for numbers has no effect on a column.
fn no_number(key: &str, reading: &Reading) -> Bilingual {
    match reading {
        Reading::Ignored => Bilingual::new(
            format!("`{key}` no tiene efecto, porque el modelo no mira esta columna; quítelo"),
            format!(
                "`{key}` has no effect, because the model does not look at this column; remove it"
            ),
        ),
        _ => Bilingual::new(
            format!("`{key}` es para números, y esta columna no lo es"),
            format!("`{key}` is for numbers, and this column is not one"),
        ),
    }
}
