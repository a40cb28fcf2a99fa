//! What a client sent for one input, as it is kept: the text itself, so that it can be scored again; or less, where policy
//! wants it so.

use propenso_scoring::{Contract, Raw, Slot};

use super::bytes::{Reader, put_number};
use super::error::DecisionError;
use super::pseudonym::{Pseudonym, PseudonymKey};

const ABSENT: u64 = 0;
const MISSING: u64 = 1;
const FALSE: u64 = 2;
const TRUE: u64 = 3;
const ARRAY: u64 = 4;
const OBJECT: u64 = 5;
const WITHHELD: u64 = 6;
const PSEUDONYM: u64 = 7;
/// From here on: twice the length of a text, and one more for a number's.
const TEXT: u64 = 8;

/// What a client sent for one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was not named.
    Absent,
    /// JSON's `null`, or an empty cell.
    Missing,
    /// A text.
    Text(String),
    /// A number, as it was written.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A JSON array or object.
    Other(&'static str),
    /// It was sent, and policy leaves it out.
    Withheld,
    /// It was sent, and policy keeps its pseudonym.
    Pseudonym(Pseudonym),
}

/// What is kept of an input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FieldRule {
    /// What was sent.
    #[default]
    Keep,
    /// That something was sent.
    Omit,
    /// A pseudonym of what was sent.
    Pseudonym,
}

/// What is kept of each input of a contract.
#[derive(Debug, Clone)]
pub struct FieldRules(Vec<FieldRule>);

impl FieldRules {
    /// Finds each input's rule by its long name or its query parameter.
    #[must_use]
    pub fn new<'r>(
        contract: &Contract,
        rules: impl IntoIterator<Item = (&'r str, FieldRule)>,
    ) -> Self {
        let mut found = vec![FieldRule::default(); contract.inputs().len()];
        for (name, rule) in rules {
            let index = contract.input_index(name);
            if let Some(place) = index.and_then(|index| found.get_mut(index)) {
                *place = rule;
            }
        }
        Self(found)
    }

    fn of(&self, index: usize) -> FieldRule {
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// Appends what was sent for each input, by its rule.
pub(super) fn put_slots(
    out: &mut Vec<u8>,
    slots: &[Slot<'_>],
    contract: &Contract,
    rules: &FieldRules,
    key: &PseudonymKey,
) {
    put_number(out, slots.len() as u64);
    for (index, (slot, input)) in slots.iter().zip(contract.inputs()).enumerate() {
        let (Slot::Given(raw) | Slot::Repeated(raw)) = slot else {
            put_number(out, ABSENT);
            continue;
        };
        match (rules.of(index), raw) {
            (FieldRule::Keep, _) | (_, Raw::Missing) => put_raw(out, raw),
            (FieldRule::Pseudonym, _) => match raw.as_text() {
                Some(text) => {
                    put_number(out, PSEUDONYM);
                    let pseudonym = key.of_value(input.parameter(), &text);
                    out.extend_from_slice(pseudonym.as_bytes());
                }
                None => put_number(out, WITHHELD),
            },
            (FieldRule::Omit, _) => put_number(out, WITHHELD),
        }
    }
}

fn put_raw(out: &mut Vec<u8>, raw: &Raw<'_>) {
    match raw {
        Raw::Missing => put_number(out, MISSING),
        Raw::Boolean(false) => put_number(out, FALSE),
        Raw::Boolean(true) => put_number(out, TRUE),
        Raw::Other("array") => put_number(out, ARRAY),
        Raw::Other(_) => put_number(out, OBJECT),
        Raw::Text(text) => put_text(out, text, 0),
        Raw::Number(text) => put_text(out, text, 1),
        Raw::Double(number) => put_text(out, &number.to_string(), 1),
    }
}

fn put_text(out: &mut Vec<u8>, text: &str, is_number: u64) {
    put_number(out, TEXT + text.len() as u64 * 2 + is_number);
    out.extend_from_slice(text.as_bytes());
}

impl Sent {
    /// Reads what `put_slots` wrote of all inputs.
    pub(super) fn read_all(reader: &mut Reader<'_>) -> Result<Vec<Self>, DecisionError> {
        let count = reader.count()?;
        (0..count).map(|_| Self::read(reader)).collect()
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecisionError> {
        Ok(match reader.number()? {
            ABSENT => Self::Absent,
            MISSING => Self::Missing,
            FALSE => Self::Boolean(false),
            TRUE => Self::Boolean(true),
            ARRAY => Self::Other("array"),
            OBJECT => Self::Other("object"),
            WITHHELD => Self::Withheld,
            PSEUDONYM => Self::Pseudonym(Pseudonym::from_bytes(reader.array()?)),
            text => {
                let size = usize::try_from((text - TEXT) / 2).map_err(|_| DecisionError::Cut)?;
                let bytes = reader.take(size)?.to_vec();
                let written = String::from_utf8(bytes)
                    .map_err(|_| DecisionError::Unknown("a text that is no UTF-8"))?;
                match text % 2 {
                    0 => Self::Text(written),
                    _ => Self::Number(written),
                }
            }
        })
    }

    /// What it was in a row; `None` where less is kept than was sent.
    #[must_use]
    pub fn as_slot(&self) -> Option<Slot<'_>> {
        Some(Slot::Given(match self {
            Self::Absent => return Some(Slot::Absent),
            Self::Missing => Raw::Missing,
            Self::Text(text) => Raw::text(text),
            Self::Number(text) => Raw::number(text),
            Self::Boolean(is_true) => Raw::Boolean(*is_true),
            Self::Other(kind) => Raw::Other(kind),
            Self::Withheld | Self::Pseudonym(_) => return None,
        }))
    }
}
