//! The contract in service as a table: how each input is read.

use propenso_scoring::{Contract, Language};

use super::words::SettingsWords;

/// The contract in service.
#[derive(Debug)]
pub(super) struct ContractView {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) digest: String,
    pub(super) inputs: Vec<InputLine>,
}

/// An input.
#[derive(Debug)]
pub(super) struct InputLine {
    pub(super) name: String,
    pub(super) parameter: String,
    pub(super) text: String,
    pub(super) help: String,
    pub(super) accepted: String,
    /// What becomes of it when it is not known.
    pub(super) missing: &'static str,
    pub(super) is_used: bool,
}

impl ContractView {
    pub(super) fn new(contract: &Contract, language: Language) -> Self {
        let words = SettingsWords(language);
        let inputs = contract.inputs().iter();
        Self {
            name: contract.name().to_owned(),
            description: contract.description(language).to_owned(),
            digest: contract.digest().short(),
            inputs: inputs
                .map(|input| InputLine {
                    name: input.name().to_owned(),
                    parameter: input.parameter().to_owned(),
                    text: input.text_at_start(language).into_owned(),
                    help: input.help(language).to_owned(),
                    accepted: input.accepted(language).to_owned(),
                    missing: match (input.must_be_sent(), input.may_be_missing()) {
                        (false, _) => words.may_be_left_out(),
                        (true, true) => words.may_be_empty(),
                        (true, false) => words.must_be_there(),
                    },
                    is_used: input.is_used(),
                })
                .collect(),
        }
    }
}
