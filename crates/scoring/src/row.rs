//! What one client sent, untouched.

use std::borrow::Cow;

use crate::Contract;

/// Unknown names beyond this many are not kept: no honest client has so many, and the answer names
/// each of them.
const MAX_UNKNOWN: usize = 32;

/// One value as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    /// JSON `null`, or an empty cell of a typed table: known to be missing.
    Missing,
    /// Text, from a query string, a CSV cell or a JSON string.
    Text(Cow<'a, str>),
    /// A JSON number's own text, such as `1e400` or `12.50`: nothing is rounded before the contract
    /// has seen it.
    Number(Cow<'a, str>),
    /// A number that came as a double, in a typed table or a tensor. It means what the shortest text that reads back as it
    /// means.
    Double(f64),
    /// JSON's `true` or `false`, or a boolean cell of a typed table.
    Boolean(bool),
    /// A JSON value that is none of these: `"array"` or `"object"`.
    Other(&'static str),
}

impl<'a> Raw<'a> {
    /// [`Raw::Text`], borrowed or owned.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// [`Raw::Number`], borrowed or owned.
    pub fn number(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Number(text.into())
    }

    /// [`Raw::Double`]; NaN is missing.
    #[must_use]
    pub fn double(number: f64) -> Self {
        match number.is_nan() {
            true => Self::Missing,
            false => Self::Double(number),
        }
    }

    /// A whole number: [`Raw::Double`] where that is it to the last digit, its text where not.
    #[must_use]
    pub fn whole(number: impl Into<i128>) -> Self {
        const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
        let number = number.into();
        match number.unsigned_abs() <= EXACT {
            true => Self::Double(number as f64),
            false => Self::number(number.to_string()),
        }
    }

    /// The text as sent, where there is one; that of a number, where it came as one.
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            other => Some(other.as_text()?.into_owned().into()),
        }
    }

    /// [`Self::into_text`], borrowed where it can be.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(Cow::Borrowed(text)),
            Self::Double(number) => Some(number.to_string().into()),
            Self::Missing | Self::Boolean(_) | Self::Other(_) => None,
        }
    }

    /// Copies what is borrowed, so that the value may outlive it.
    pub fn into_owned(self) -> Raw<'static> {
        match self {
            Self::Missing => Raw::Missing,
            Self::Text(text) => Raw::text(text.into_owned()),
            Self::Number(text) => Raw::number(text.into_owned()),
            Self::Double(number) => Raw::Double(number),
            Self::Boolean(is_true) => Raw::Boolean(is_true),
            Self::Other(kind) => Raw::Other(kind),
        }
    }
}

/// What is known of one input.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Slot<'a> {
    /// The request did not name it.
    #[default]
    Absent,
    /// Named once, with this value.
    Given(Raw<'a>),
    /// Named again after this first value.
    Repeated(Raw<'a>),
}

/// The raw values of one client, by input. Build it for a [`Contract`], fill it with
/// [`set`](Row::set), encode it, [`clear`](Row::clear) it, fill it again: nothing is allocated
/// after the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    slots: Vec<Slot<'a>>,
    unknown: Vec<String>,
}

impl<'a> Row<'a> {
    /// An empty row with a place for each of the contract's inputs.
    pub fn new(contract: &Contract) -> Self {
        let mut slots = Vec::new();
        slots.resize_with(contract.inputs().len(), Slot::default);
        Self {
            slots,
            unknown: Vec::new(),
        }
    }

    /// Reads back what [`Self::slots`] and [`Self::unknown`] gave, of a row of the same contract.
    #[must_use]
    pub fn of_slots(contract: &Contract, mut slots: Vec<Slot<'a>>, unknown: Vec<String>) -> Self {
        slots.resize_with(contract.inputs().len(), Slot::default);
        Self { slots, unknown }
    }

    /// What is known of each input, in the contract's order.
    #[must_use]
    pub fn slots(&self) -> &[Slot<'a>] {
        &self.slots
    }

    /// Puts a value in its place. `name` is an input's long name or its query parameter, compared
    /// exactly. A name given twice becomes a field error and an unknown one a warning, both when
    /// the row is encoded. `contract` must be the one the row was made for.
    pub fn set(&mut self, contract: &Contract, name: &str, value: Raw<'a>) {
        let Some(slot) = contract
            .input_index(name)
            .and_then(|index| self.slots.get_mut(index))
        else {
            if self.unknown.len() < MAX_UNKNOWN && !self.unknown.iter().any(|known| known == name) {
                self.unknown.push(name.to_owned());
            }
            return;
        };
        *slot = match std::mem::take(slot) {
            Slot::Absent => Slot::Given(value),
            Slot::Given(first) | Slot::Repeated(first) => Slot::Repeated(first),
        };
    }

    /// Empties the row and keeps its memory.
    pub fn clear(&mut self) {
        self.slots.fill_with(Slot::default);
        self.unknown.clear();
    }

    /// Copies what is borrowed, so that the row may outlive it.
    #[must_use]
    pub fn into_owned(self) -> Row<'static> {
        let slots = self.slots.into_iter().map(|slot| match slot {
            Slot::Absent => Slot::Absent,
            Slot::Given(raw) => Slot::Given(raw.into_owned()),
            Slot::Repeated(raw) => Slot::Repeated(raw.into_owned()),
        });
        Row {
            slots: slots.collect(),
            unknown: self.unknown,
        }
    }

    /// Puts another value in the place of the input at `index`.
    pub fn replace(&mut self, index: usize, value: Raw<'a>) {
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = Slot::Given(value);
        }
    }

    /// The place of the input at `index`; absent where the row was made for a smaller contract.
    pub(crate) fn slot(&self, index: usize) -> &Slot<'a> {
        self.slots.get(index).unwrap_or(&Slot::Absent)
    }

    /// Names that the contract does not know, as they were sent.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}
