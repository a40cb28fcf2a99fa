//! What each input of a contract may be changed to, whoever the client is.

use propenso_model::Thresholds;

use super::numbers::Numbers;
use crate::encode::Value;
use crate::input::{Bands, Codes, Input, OnMissing, Output, Reading};
use crate::row::Slot;
use crate::{Contract, Raw, Row};

/// A year and month that stands for any other where only its presence counts.
const ANY_MONTH: &str = "202310";

/// A text that stands for any other where only its presence counts.
const ANY_TEXT: &str = "X";

/// What an input may be changed to.
#[derive(Debug)]
pub(super) enum Moves {
    /// Nothing: it is immutable, or the model does not look at it.
    None,
    /// A number of another interval.
    Numbers(Numbers),
    /// A number of another band, or its label.
    Bands(Vec<Place>),
    /// A text of another meaning, the first of its spellings each.
    Texts(Vec<(Box<str>, f64)>),
    /// A value where there is none, such as this one, or none where there is one.
    Presence(&'static str),
}

/// A band.
#[derive(Debug)]
pub(super) struct Place {
    label: Option<Box<str>>,
    from: f64,
    to: f64,
}

/// One change of one input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move<'m> {
    /// Position of the input in the contract.
    pub(super) input: usize,
    /// How far it goes; see the [module above](super).
    pub(super) distance: f64,
    pub(super) to: Target<'m>,
}

/// What an input is changed to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'m> {
    Number(f64),
    Text(&'m str),
    /// Any value, such as this one.
    Present(&'m str),
    Missing,
}

impl<'m> Target<'m> {
    /// The value as a client would send it.
    pub(super) fn raw(self) -> Raw<'m> {
        match self {
            Self::Number(number) => Raw::number(number.to_string()),
            Self::Text(text) | Self::Present(text) => Raw::text(text),
            Self::Missing => Raw::Missing,
        }
    }
}

impl Moves {
    pub(super) fn of(input: &Input, contract: &Contract, thresholds: &Thresholds) -> Self {
        if input.is_immutable() {
            return Self::None;
        }
        match (&input.reading, &input.output) {
            (Reading::Number(_), Output::Bands(bands)) => Self::Bands(places(bands)),
            (Reading::Number(reading), Output::Features(_)) => {
                Self::Numbers(Numbers::of(input, reading, thresholds))
            }
            (Reading::Codes(codes), _) => Self::Texts(meanings(codes)),
            (Reading::Category(categories), _) => {
                let known = categories.known.iter();
                // Having no value is not a change that a person makes.
                let given = known.filter(|(text, _)| !contract.means_missing(text));
                Self::Texts(given.cloned().collect())
            }
            (Reading::YearMonth, _) if input.missing == OnMissing::Tell => {
                Self::Presence(ANY_MONTH)
            }
            (Reading::AnyText, _) if input.missing == OnMissing::Tell => Self::Presence(ANY_TEXT),
            (Reading::YearMonth | Reading::AnyText | Reading::Ignored, _) => Self::None,
        }
    }

    /// The moves away from what a row says of the input at a position, in the order of the contract
    /// or of the numbers.
    pub(super) fn from<'m>(
        &'m self,
        input: usize,
        contract: &Contract,
        row: &Row<'_>,
    ) -> Vec<Move<'m>> {
        let Some(value) = contract.value(input, row) else {
            return Vec::new();
        };
        let step = |distance, to| Move {
            input,
            distance,
            to,
        };
        match self {
            Self::None => Vec::new(),
            Self::Numbers(numbers) => {
                let sent = number_sent(input, contract, row, value);
                let moves = numbers.from(sent);
                moves
                    .map(|(distance, number)| step(distance, Target::Number(number)))
                    .collect()
            }
            Self::Bands(places) => {
                let moves = from_band(places, value);
                moves.map(|(distance, to)| step(distance, to)).collect()
            }
            Self::Texts(texts) => texts
                .iter()
                .filter(|(_, code)| given(value) != Some(*code))
                .map(|(text, _)| step(1.0, Target::Text(text)))
                .collect(),
            Self::Presence(any) => vec![step(
                1.0,
                match value {
                    Value::Missing => Target::Present(any),
                    _ => Target::Missing,
                },
            )],
        }
    }
}

impl Numbers {
    /// The moves from a number: how far each interval is, and its plainest number on the near side.
    fn from(&self, sent: Option<f64>) -> impl Iterator<Item = (f64, f64)> {
        let ends = self.cells.first().zip(self.cells.last());
        let sent = match (sent, ends) {
            // Python's infinities stand just beyond the numbers there are.
            (Some(sent), Some((first, last))) if sent.is_infinite() => {
                Some(sent.clamp(first.low, last.high))
            }
            _ => sent,
        };
        self.cells.iter().filter_map(move |cell| {
            let Some(sent) = sent else {
                let outside = if cell.is_open_below() {
                    f64::MAX
                } else {
                    f64::MIN
                };
                return Some((1.0, cell.plainest(self.decimals, outside)?));
            };
            if cell.contains(sent) {
                return None;
            }
            let distance = (cell.nearest(sent) - sent).abs() / self.scale;
            Some((distance, cell.plainest(self.decimals, sent)?))
        })
    }
}

/// Bands are whole steps apart, of as many as there are.
fn from_band(places: &[Place], value: Value) -> impl Iterator<Item = (f64, Target<'_>)> {
    let number = given(value);
    let here = match value {
        Value::Band(band) => Some(band),
        _ => number.and_then(|number| {
            places
                .iter()
                .position(|place| place.from <= number && number <= place.to)
        }),
    };
    let others = places.iter().enumerate();
    others
        .filter(move |(band, _)| Some(*band) != here)
        .map(move |(band, place)| {
            let apart = here.map_or(1.0, |here| here.abs_diff(band) as f64 / places.len() as f64);
            (apart, place.target(number.unwrap_or(0.0)))
        })
}

impl Place {
    /// The band's label, or its number nearest to another.
    fn target(&self, number: f64) -> Target<'_> {
        match &self.label {
            Some(label) => Target::Text(label),
            None if number > self.to => Target::Number(self.to),
            None if number < self.from => Target::Number(self.from),
            None => Target::Number(number),
        }
    }
}

fn places(bands: &Bands) -> Vec<Place> {
    let place = |band: &crate::input::Band| Place {
        label: band.label.clone(),
        from: band.from,
        to: band.to,
    };
    bands.bands.iter().map(place).collect()
}

/// The first spelling of each meaning.
fn meanings(codes: &Codes) -> Vec<(Box<str>, f64)> {
    let mut meanings: Vec<(Box<str>, f64)> = Vec::new();
    for (spelling, code) in &codes.accept {
        if !meanings.iter().any(|(_, known)| known == code) {
            meanings.push((spelling.clone(), *code));
        }
    }
    meanings
}

/// The number a value stands for.
fn given(value: Value) -> Option<f64> {
    match value {
        Value::Given(number) | Value::Imputed(number) => Some(number).filter(|x| !x.is_nan()),
        Value::Band(_) | Value::Missing => None,
    }
}

/// The number a client sent, before the ranges of the contract divide it. What stands for a missing
/// one has no place among undivided ones.
fn number_sent(input: usize, contract: &Contract, row: &Row<'_>, value: Value) -> Option<f64> {
    let Some(Reading::Number(reading)) = contract.inputs().get(input).map(|input| &input.reading)
    else {
        return None;
    };
    if reading
        .ranges
        .iter()
        .all(|range| range.floor_divide.is_none())
    {
        return given(value);
    }
    let (Slot::Given(raw) | Slot::Repeated(raw)) = row.slot(input) else {
        return None;
    };
    let text = raw.as_text()?.trim_matches(crate::number::is_outer_blank);
    reading.syntax.parse(text).ok().map(|(number, _)| number)
}
