//! A contract: what a client may send and how it becomes the model's features.

mod accepted;
mod compile;
mod error;
mod fit;
mod lines;
mod missing_spellings;
mod model;
mod name_index;
mod overlay;
mod read;
pub mod reserved;
mod shipped;
mod toml_text;
mod wire;

use std::sync::Arc;

pub use error::{ContractError, Problem};
pub use fit::{ContractMismatch, Difference};
use missing_spellings::{MissingSpellings, is_number};
use name_index::NameIndex;
pub use overlay::{ContractFile, Overlay};
use propenso_model::Sha256;
pub use shipped::{shipped_names, shipped_text};
pub(crate) use wire::Blanks;

use crate::{Bilingual, Decision, Input, Language};

/// Columns that portfolios usually have.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PortfolioColumns {
    /// The clients' ids.
    id: Option<String>,
    /// The debt, in euros.
    amount: Option<String>,
}

/// A contract, read from TOML once, checked as a whole, and immutable from then on.
#[derive(Debug, Clone)]
pub struct Contract {
    name: Arc<str>,
    /// Hash of the text it was read from.
    digest: Sha256,
    description: Bilingual,
    inputs: Vec<Input>,
    /// The inputs' long names and parameters.
    names: NameIndex,
    feature_names: Vec<String>,
    missing: MissingSpellings,
    decision: Option<Decision>,
    /// Columns of portfolios that are no inputs: the clients' ids, and the debt.
    portfolio: PortfolioColumns,
    pub(crate) blanks: Blanks,
    /// The first value of an input given more than once counts; otherwise that is an error.
    pub(crate) takes_first: bool,
    /// The inputs are the model's own columns, which take NaN for missing.
    pub(crate) is_models_own: bool,
    /// A feature beyond the range of f32 is an error here; else that is the model's business.
    pub(crate) checks_float32: bool,
}

impl Contract {
    /// Reads a contract from the text of its TOML file. The grammar is described in
    /// `docs/contracts.md`.
    ///
    /// # Errors
    ///
    /// [`ContractError::Invalid`] names *all* that is wrong, with its line: what is no TOML; else the keys and types that
    /// the grammar does not have, and the contradictions among the rest.
    pub fn parse(toml: &str) -> Result<Self, ContractError> {
        let read::Readable {
            file,
            mut problems,
            damaged,
            lines,
        } = read::read::<wire::ContractFile>(toml);
        let Some(mut file) = file else {
            return Err(ContractError::Invalid(lines.find(problems)));
        };
        let mut position = 0..;
        file.input
            .retain(|_| position.next().is_none_or(|at| !damaged.contains(&at)));
        match (Self::try_from(file), problems.is_empty()) {
            (Ok(mut contract), true) => {
                contract.digest = Sha256::of(toml.as_bytes());
                return Ok(contract);
            }
            (Ok(_), false) => {}
            (Err(ContractError::Invalid(others)), _) => {
                // What an input that could not be read makes is not missed.
                let depends = |problem: &Problem| {
                    let text = problem.text();
                    text.contains("there is no [[input]]") || text.contains("`days_since` is \"")
                };
                let is_complete = damaged.is_empty();
                problems.extend(
                    others
                        .into_iter()
                        .filter(|other| is_complete || !depends(other)),
                );
            }
        }
        Err(ContractError::Invalid(lines.find(problems)))
    }

    /// The contract that ships under `name`; see [`shipped_names`].
    pub fn shipped(name: &str) -> Option<Self> {
        // A test reads every shipped text, so the only `None` left is an unknown name.
        Self::parse(shipped_text(name)?).ok()
    }

    /// The name, such as `casas-cobranzas`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of the text it was read from; of a model's own columns, of the text `base = "model"`. Two contracts of
    /// one digest and one model mean the same.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// What the contract is for, for people.
    pub fn description(&self, language: Language) -> &str {
        self.description.in_language(language)
    }

    /// What a client sends, in the file's order.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What the model sees, in its order.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// How the model's answer becomes a label; `None` leaves it as the model gives it.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// The column of portfolios with the clients' ids.
    pub fn id_column(&self) -> Option<&str> {
        self.portfolio.id.as_deref()
    }

    /// The column of portfolios with the debt, in euros.
    pub fn amount_column(&self) -> Option<&str> {
        self.portfolio.amount.as_deref()
    }

    /// Whether the inputs are the model's own columns.
    pub fn is_models_own(&self) -> bool {
        self.is_models_own
    }

    /// The index in [`inputs`](Self::inputs) of the input with this long name or parameter.
    pub fn input_index(&self, name: &str) -> Option<usize> {
        self.names.get(name)
    }

    /// The index in [`inputs`](Self::inputs) of the input that a feature is made of.
    pub fn input_of_feature(&self, feature: usize) -> Option<usize> {
        if feature >= self.feature_names.len() {
            return None;
        }
        self.inputs
            .partition_point(|input| input.first_feature <= feature)
            .checked_sub(1)
    }

    /// Tells whether every text that [`number::plain`] reads is a number to the input, and the number it reads.
    ///
    /// [`number::plain`]: crate::number::plain
    pub fn reads_plain_numbers(&self, input: &Input) -> bool {
        let is_plain = |text: &str| crate::number::plain(text.as_bytes()).is_some();
        input.reading.reads_plain_numbers()
            && !input.band_labels().any(is_plain)
            && !self.missing.iter().any(is_plain)
    }

    /// Tells whether every finite number of a typed table is that number to the input: no spelling of a missing value, and no
    /// name of a band, is a number itself.
    pub fn reads_numbers(&self, input: &Input) -> bool {
        input.reading.reads_plain_numbers()
            && !self.missing.has_number
            && !input.band_labels().any(is_number)
    }

    /// Tells whether every finite number that is sent is a feature as it is, so that a row of numbers is a row of features.
    pub fn passes_numbers(&self) -> bool {
        let passes = |input: &Input| input.passes_numbers() && self.reads_numbers(input);
        !self.checks_float32 && self.inputs.iter().all(passes)
    }

    /// The texts that mean "missing" wherever they are not something that an input accepts.
    pub fn missing_spellings(&self) -> impl Iterator<Item = &str> {
        self.missing.iter()
    }

    /// Tells whether a text is one of the contract's spellings of a missing value.
    pub fn means_missing(&self, text: &str) -> bool {
        self.missing.contains(text)
    }
}
