//! The personal part of a decision: who, on what data, why, in which request. It can be forgotten: its digest, which the
//! chain covers, stays. The salt, which goes with it, keeps the digest from being guessed.

use propenso_model::Sha256;
use propenso_scoring::{
    Contract, Counterfactual, Outcome, Row, ScoreExplanation, Sought, WarningValue,
};
use sha2::Digest;

use super::bytes::{Reader, put_bytes, put_float, put_number};
use super::deciding::{Deciding, Keeping};
use super::error::DecisionError;
use super::id::salt;
use super::outcome::{PublicPart, RecordedOutcome};
use super::pseudonym::Pseudonym;
use super::request_name::RequestName;
use super::sent::{Sent, put_slots};

const SALT: usize = 16;

const HAS_CLIENT: u8 = 1;
const HAS_REFERENCE: u8 = 1 << 1;
const HAS_UNKNOWN: u8 = 1 << 2;
const HAS_REASONS: u8 = 1 << 3;
const HAS_REQUEST: u8 = 1 << 4;
const HAS_MADE_REQUEST: u8 = 1 << 5;
const SOUGHT: u8 = 3 << 6;
const SOUGHT_IN_VAIN: u8 = 1 << 6;
const FOUND: u8 = 2 << 6;

/// The personal part, or what is left of it.
#[derive(Debug, Clone, PartialEq)]
pub enum PersonalPart {
    /// What is known.
    Known(Box<Personal>),
    /// It was forgotten.
    Forgotten,
}

/// Who was decided on, on what data, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Personal {
    /// The client's pseudonym, where a reference was given.
    pub client: Option<Pseudonym>,
    /// The reference itself, where policy keeps it.
    pub reference: Option<String>,
    /// What was sent, in the contract's order.
    pub inputs: Vec<Sent>,
    /// Names that were sent and that the contract does not know.
    pub unknown: Vec<String>,
    /// What each input added, where that was asked.
    pub reasons: Option<RecordedReasons>,
    /// The smallest change that flips the class, where that was asked.
    pub counterfactual: RecordedSought,
    /// The request's id.
    pub request: Option<String>,
}

/// What each input added to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedReasons {
    /// How many were asked for.
    pub asked: usize,
    /// What the model says when no input is known.
    pub base: f64,
    /// The inputs, by their places in the contract, and what each added; the strongest first.
    pub contributions: Vec<(usize, f64)>,
}

/// What became of the search for a change that flips the class.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedSought {
    /// It was not asked for.
    Not,
    /// No change was found.
    InVain,
    /// A change was found.
    Found {
        /// The inputs, by their places in the contract, and what each would have to be; `None` for no value.
        changes: Vec<(usize, Option<String>)>,
        /// What the model says then.
        outcome: Outcome,
    },
}

impl Deciding<'_> {
    /// Appends all that is personal. The client's pseudonym stands beside the entry, where it can be searched for.
    pub(super) fn put_personal(&self, keeping: &Keeping<'_>, out: &mut Vec<u8>) {
        let reference = self.client.filter(|_| keeping.references);
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let sought = match self.counterfactual {
            Sought::Not => 0,
            Sought::InVain => SOUGHT_IN_VAIN,
            Sought::Found(_) => FOUND,
        };
        let unknown = self.row.unknown();
        out.push(
            flag(keeping.client_of(self).is_some(), HAS_CLIENT)
                | flag(reference.is_some(), HAS_REFERENCE)
                | flag(!unknown.is_empty(), HAS_UNKNOWN)
                | flag(self.reasons.is_some(), HAS_REASONS)
                | flag(
                    matches!(self.request, Some(RequestName::Given(_))),
                    HAS_REQUEST,
                )
                | flag(
                    matches!(self.request, Some(RequestName::Made { .. })),
                    HAS_MADE_REQUEST,
                )
                | sought,
        );
        out.extend_from_slice(&salt());
        if let Some(reference) = reference {
            put_bytes(out, reference.trim().as_bytes());
        }
        let slots = self.row.slots();
        put_slots(out, slots, keeping.contract, keeping.fields, keeping.key);
        if !unknown.is_empty() {
            put_number(out, unknown.len() as u64);
            unknown
                .iter()
                .for_each(|name| put_bytes(out, name.as_bytes()));
        }
        if let Some((asked, explanation)) = self.reasons {
            put_number(out, asked as u64);
            put_reasons(out, explanation, keeping.contract);
        }
        if let Sought::Found(found) = self.counterfactual {
            put_change(out, found, keeping.contract);
        }
        if let Some(request) = self.request {
            request.put(out);
        }
    }
}

fn put_reasons(out: &mut Vec<u8>, explanation: &ScoreExplanation, contract: &Contract) {
    put_float(out, explanation.base);
    put_number(out, explanation.reasons.len() as u64);
    for reason in &explanation.reasons {
        let input = contract.input_index(&reason.input);
        put_number(out, input.map_or(0, |input| input as u64 + 1));
        put_float(out, reason.contribution);
    }
}

fn put_change(out: &mut Vec<u8>, found: &Counterfactual, contract: &Contract) {
    put_number(out, found.changes.len() as u64);
    for change in &found.changes {
        let input = contract.input_index(&change.input);
        put_number(out, input.map_or(0, |input| input as u64 + 1));
        let proposed = change.proposed.as_ref().map(|value| match value {
            WarningValue::Number(number) => number.to_string(),
            WarningValue::Text(text) => text.clone(),
        });
        put_number(out, u64::from(proposed.is_some()));
        if let Some(proposed) = proposed {
            put_bytes(out, proposed.as_bytes());
        }
    }
    let public = PublicPart {
        outcome: &found.outcome,
        warnings: &[],
        control: None,
        row: None,
    };
    public.put(out);
}

impl Personal {
    /// The digest of a personal part's bytes, which the chain covers.
    pub(super) fn digest(client: Option<Pseudonym>, bytes: &[u8]) -> Sha256 {
        let mut hash = sha2::Sha256::new();
        hash.update([1]);
        hash.update(bytes);
        if let Some(client) = client {
            hash.update(client.as_bytes());
        }
        Sha256::from_bytes(hash.finalize().into())
    }

    /// Reads what was put; `client` stands beside the entry.
    pub(super) fn read(bytes: &[u8], client: Option<Pseudonym>) -> Result<Self, DecisionError> {
        let mut reader = Reader::new(bytes);
        let flags = reader.byte()?;
        let has = |flag: u8| flags & flag != 0;
        reader.take(SALT)?;
        let reference = has(HAS_REFERENCE).then(|| reader.text()).transpose()?;
        let inputs = Sent::read_all(&mut reader)?;
        let unknown = match has(HAS_UNKNOWN) {
            true => read_names(&mut reader)?,
            false => Vec::new(),
        };
        let reasons = has(HAS_REASONS).then(|| RecordedReasons::read(&mut reader));
        let reasons = reasons.transpose()?;
        let counterfactual = match flags & SOUGHT {
            0 => RecordedSought::Not,
            SOUGHT_IN_VAIN => RecordedSought::InVain,
            FOUND => RecordedSought::read(&mut reader)?,
            _ => return Err(DecisionError::Unknown("a counterfactual")),
        };
        let request = match (has(HAS_REQUEST), has(HAS_MADE_REQUEST)) {
            (true, _) => Some(reader.text()?),
            (_, true) => Some(RequestName::read_made(&mut reader)?.to_string()),
            _ => None,
        };
        Ok(Self {
            client: client.filter(|_| has(HAS_CLIENT)),
            reference,
            inputs,
            unknown,
            reasons,
            counterfactual,
            request,
        })
    }

    /// The row as it was sent; `None` where less was kept of it.
    #[must_use]
    pub fn row(&self, contract: &Contract) -> Option<Row<'_>> {
        let slots: Option<Vec<_>> = self.inputs.iter().map(Sent::as_slot).collect();
        Some(Row::of_slots(contract, slots?, self.unknown.clone()))
    }
}

fn read_names(reader: &mut Reader<'_>) -> Result<Vec<String>, DecisionError> {
    let count = reader.count()?;
    (0..count).map(|_| reader.text()).collect()
}

fn read_input(reader: &mut Reader<'_>) -> Result<usize, DecisionError> {
    let unknown = DecisionError::Unknown("an input");
    reader.size()?.checked_sub(1).ok_or(unknown)
}

impl RecordedReasons {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecisionError> {
        let asked = reader.size()?;
        let base = reader.float()?;
        let count = reader.count()?;
        let contributions = (0..count).map(|_| Ok((read_input(reader)?, reader.float()?)));
        Ok(Self {
            asked,
            base,
            contributions: contributions.collect::<Result<_, DecisionError>>()?,
        })
    }
}

impl RecordedSought {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecisionError> {
        let count = reader.count()?;
        let changes = (0..count).map(|_| {
            let input = read_input(reader)?;
            let proposed = match reader.byte()? {
                0 => None,
                _ => Some(reader.text()?),
            };
            Ok((input, proposed))
        });
        let changes = changes.collect::<Result<_, DecisionError>>()?;
        let RecordedOutcome { outcome, .. } = RecordedOutcome::read(reader, 0)?;
        Ok(Self::Found { changes, outcome })
    }
}
