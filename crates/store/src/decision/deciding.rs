//! One client's answer, as it is about to be kept, and what is kept of it.

use propenso_scoring::{Contract, Outcome, Row, ScoreExplanation, Sought};

use super::outcome::RecordedWarning;
use super::pseudonym::PseudonymKey;
use super::request_name::RequestName;
use super::sent::FieldRules;

/// What is kept of clients.
#[derive(Debug, Clone, Copy)]
pub struct Keeping<'k> {
    /// The contract of the rows.
    pub contract: &'k Contract,
    /// What is kept of each input.
    pub fields: &'k FieldRules,
    /// What pseudonyms are made with.
    pub key: &'k PseudonymKey,
    /// Whether pseudonyms of clients' references are kept.
    pub clients: bool,
    /// Whether the references themselves are kept.
    pub references: bool,
}

impl Keeping<'_> {
    pub(super) fn client_of<'c>(&self, deciding: &Deciding<'c>) -> Option<&'c str> {
        let client = deciding.client.map(str::trim);
        client.filter(|client| self.clients && !client.is_empty())
    }
}

/// One client's answer, as it is about to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Deciding<'a> {
    /// What was sent.
    pub row: &'a Row<'a>,
    /// What came out.
    pub outcome: &'a Outcome,
    /// What the contract did to the inputs.
    pub warnings: &'a [RecordedWarning],
    /// The client's reference, where one was given.
    pub client: Option<&'a str>,
    /// How many reasons were asked for, and what they are.
    pub reasons: Option<(usize, &'a ScoreExplanation)>,
    /// The smallest change that flips the class, where that was asked.
    pub counterfactual: &'a Sought,
    /// The request's name.
    pub request: Option<RequestName<'a>>,
    /// Whether the client was put aside to measure against; `None` where nobody is.
    pub control: Option<bool>,
    /// The row of the file, from 1 on.
    pub file_row: Option<u64>,
}
