//! The public part of a decision: what came out, and nothing that says of whom.

use propenso_scoring::{Contract, Outcome, Warning, WarningKind};
use smallvec::SmallVec;

use super::bytes::{Reader, put_float, put_number};
use super::error::DecisionError;

const WITHOUT_CONTROL: u8 = 0;
const OUTSIDE_CONTROL: u8 = 1 << 4;
const IN_CONTROL: u8 = 2 << 4;
const CONTROL: u8 = 3 << 4;
const HAS_WARNINGS: u8 = 1 << 6;
const HAS_ROW: u8 = 1 << 7;
const KIND: u8 = 0x0f;

const NO: u8 = 0;
const YES: u8 = 1;
const NO_OF_UNKNOWN_PROBABILITY: u8 = 2;
const YES_OF_UNKNOWN_PROBABILITY: u8 = 3;
const CLASS: u8 = 4;
const VALUE: u8 = 5;

/// Every kind of warning, by the number it is kept under. New ones are added at the end.
const WARNINGS: [WarningKind; 6] = [
    WarningKind::Imputed,
    WarningKind::Clipped,
    WarningKind::Ambiguous,
    WarningKind::Unseen,
    WarningKind::Guessed,
    WarningKind::UnknownInput,
];

/// What came out of one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedOutcome {
    /// What the model said.
    pub outcome: Outcome,
    /// What the contract did to the inputs on the way.
    pub warnings: RecordedWarnings,
    /// Whether the client was put aside to measure against; `None` where nobody was.
    pub control: Option<bool>,
    /// The row of the file, from 1 on, where there was one.
    pub row: Option<u64>,
}

/// A warning: of which input, and what kind. Its values are among the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedWarning {
    /// The place of the input in the contract; `None` for a name that it does not know.
    pub input: Option<usize>,
    /// What happened.
    pub kind: WarningKind,
}

/// The warnings of one decision, in order: most have few.
pub type RecordedWarnings = SmallVec<[RecordedWarning; 4]>;

impl RecordedWarning {
    /// What is kept of the warnings of a row.
    #[must_use]
    pub fn of_all(warnings: &[Warning], contract: &Contract) -> RecordedWarnings {
        let all = warnings.iter().map(|warning| Self {
            input: contract.input_index(&warning.input),
            kind: warning.kind,
        });
        Self::in_order(all)
    }

    /// Puts warnings into the one order that they are kept in, each once.
    #[must_use]
    pub fn in_order(warnings: impl IntoIterator<Item = Self>) -> RecordedWarnings {
        let mut all: RecordedWarnings = warnings.into_iter().collect();
        all.sort_unstable_by_key(|warning| (warning.input, number_of(warning.kind)));
        all.dedup();
        all
    }
}

/// Tells whether two outcomes have the same bits.
#[must_use]
pub fn has_same_bits(one: &Outcome, other: &Outcome) -> bool {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    put_outcome(&mut first, one, 0);
    put_outcome(&mut second, other, 0);
    first == second
}

/// What is put of a decision that anybody may know.
#[derive(Debug)]
pub(super) struct PublicPart<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) warnings: &'a [RecordedWarning],
    pub(super) control: Option<bool>,
    /// The row of the file, and the one before it in this entry.
    pub(super) row: Option<(u64, u64)>,
}

impl PublicPart<'_> {
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let control = match self.control {
            None => WITHOUT_CONTROL,
            Some(false) => OUTSIDE_CONTROL,
            Some(true) => IN_CONTROL,
        };
        let warnings = if self.warnings.is_empty() {
            0
        } else {
            HAS_WARNINGS
        };
        let row = if self.row.is_some() { HAS_ROW } else { 0 };
        put_outcome(out, self.outcome, control | warnings | row);
        if !self.warnings.is_empty() {
            put_number(out, self.warnings.len() as u64);
            for RecordedWarning { input, kind } in self.warnings {
                put_number(out, input.map_or(0, |input| input as u64 + 1));
                put_number(out, number_of(*kind) as u64);
            }
        }
        if let Some((row, before)) = self.row {
            put_number(out, row.wrapping_sub(before));
        }
    }
}

/// The number that a kind of warning is kept under.
fn number_of(kind: WarningKind) -> usize {
    let number = WARNINGS.iter().position(|known| *known == kind);
    number.unwrap_or(WARNINGS.len())
}

fn put_outcome(out: &mut Vec<u8>, outcome: &Outcome, flags: u8) {
    match outcome {
        Outcome::Payer { pays, probability } => {
            let kind = match (pays, probability) {
                (false, Some(_)) => NO,
                (true, Some(_)) => YES,
                (false, None) => NO_OF_UNKNOWN_PROBABILITY,
                (true, None) => YES_OF_UNKNOWN_PROBABILITY,
            };
            out.push(kind | flags);
            if let Some(probability) = probability {
                put_float(out, *probability);
            }
        }
        Outcome::Class {
            class,
            probabilities,
        } => {
            out.push(CLASS | flags);
            put_number(out, *class as u64);
            put_number(out, probabilities.len() as u64);
            probabilities
                .iter()
                .for_each(|probability| put_float(out, *probability));
        }
        Outcome::Value(value) => {
            out.push(VALUE | flags);
            put_float(out, *value);
        }
    }
}

impl RecordedOutcome {
    /// Reads what [`PublicPart::put`] wrote. `before` is the row of the decision before.
    pub(super) fn read(reader: &mut Reader<'_>, before: u64) -> Result<Self, DecisionError> {
        let flags = reader.byte()?;
        let outcome = read_outcome(reader, flags & KIND)?;
        let control = match flags & CONTROL {
            WITHOUT_CONTROL => None,
            OUTSIDE_CONTROL => Some(false),
            IN_CONTROL => Some(true),
            _ => return Err(DecisionError::Unknown("a control group")),
        };
        let warnings = match flags & HAS_WARNINGS {
            0 => RecordedWarnings::new(),
            _ => read_warnings(reader)?,
        };
        let row = match flags & HAS_ROW {
            0 => None,
            _ => Some(before.wrapping_add(reader.number()?)),
        };
        Ok(Self {
            outcome,
            warnings,
            control,
            row,
        })
    }
}

fn read_outcome(reader: &mut Reader<'_>, kind: u8) -> Result<Outcome, DecisionError> {
    Ok(match kind {
        NO | YES => Outcome::Payer {
            pays: kind == YES,
            probability: Some(reader.float()?),
        },
        NO_OF_UNKNOWN_PROBABILITY | YES_OF_UNKNOWN_PROBABILITY => Outcome::Payer {
            pays: kind == YES_OF_UNKNOWN_PROBABILITY,
            probability: None,
        },
        CLASS => {
            let class = reader.size()?;
            let count = reader.count()?;
            let probabilities = (0..count).map(|_| reader.float());
            Outcome::Class {
                class,
                probabilities: probabilities.collect::<Result<_, _>>()?,
            }
        }
        VALUE => Outcome::Value(reader.float()?),
        _ => return Err(DecisionError::Unknown("an outcome")),
    })
}

fn read_warnings(reader: &mut Reader<'_>) -> Result<RecordedWarnings, DecisionError> {
    let count = reader.count()?;
    let warnings = (0..count).map(|_| {
        let input = reader.size()?.checked_sub(1);
        let kind = WARNINGS.get(reader.size()?).copied();
        let kind = kind.ok_or(DecisionError::Unknown("a kind of warning"))?;
        Ok(RecordedWarning { input, kind })
    });
    warnings.collect()
}
