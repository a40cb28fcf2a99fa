//! What each input of a contract may be changed to, whoever the client is.

use propenso_model::Thresholds;

use super::cell::Cell;
use super::numbers::Numbers;
use crate::date::{days_since_1970, iso};
use crate::encode::Value;
use crate::input::{Bands, Codes, Input, NumberReading, NumberSyntax, OnMissing, Output, Reading};
use crate::row::Slot;
use crate::{Contract, Raw, Row};

/// A year and month that stands for any other where only its presence counts.
const ANY_MONTH: &str = "202310";

/// A day that stands for any other where only its presence counts.
const ANY_DAY: &str = "2023-10-31";

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
    /// A day of another interval.
    Days(Numbers),
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
    /// Less than anybody would call a change.
    pub(super) is_slight: bool,
}

/// What an input is changed to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target<'m> {
    Number(f64),
    /// The days since 1970.
    Day(f64),
    Text(&'m str),
    /// Any value, such as this one.
    Present(&'m str),
    Missing,
}

impl<'m> Target<'m> {
    /// The value as a client would send it.
    pub(super) fn raw(self) -> Raw<'m> {
        match self {
            Self::Number(number) => Raw::Double(number),
            Self::Day(days) => Raw::text(iso(days)),
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
            (Reading::Number(reading), Output::Features(_) | Output::OneHot(_)) => {
                Self::Numbers(Numbers::of(input, reading, thresholds))
            }
            (Reading::Date(_), _) if input.missing == OnMissing::Tell => Self::Presence(ANY_DAY),
            // Of two days only their difference counts, and one alone says nothing of it.
            (Reading::Date(_), _) if takes_two_days(input, contract) => Self::None,
            (Reading::Date(_), _) => Self::Days(Numbers::of(input, &days(), thresholds)),
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
            is_slight: false,
        };
        match self {
            Self::None => Vec::new(),
            Self::Numbers(numbers) | Self::Days(numbers) => {
                let sent = number_sent(input, contract, row, value);
                // What stands for a missing value was not sent: any number is a change.
                let least = match (sent, value) {
                    (Some(sent), Value::Given(_)) => numbers.least_change(sent),
                    _ => 0.0,
                };
                let target = match self {
                    Self::Days(_) => Target::Day,
                    _ => Target::Number,
                };
                let moves = numbers.from(sent, least);
                moves
                    .map(|to| Move {
                        is_slight: to.is_slight,
                        ..step(to.distance, target(to.number))
                    })
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

/// A number of another interval.
struct Step {
    number: f64,
    /// How far the interval is.
    distance: f64,
    is_slight: bool,
}

impl Numbers {
    /// The moves from a number to each other interval: to its plainest number on the near side, `least` away where it
    /// reaches so far.
    fn from(&self, sent: Option<f64>, least: f64) -> impl Iterator<Item = Step> {
        let ends = self.cells.first().zip(self.cells.last());
        let sent = match (sent, ends) {
            // Python's infinities stand just beyond the numbers there are.
            (Some(sent), Some((first, last))) if sent.is_infinite() => {
                Some(sent.clamp(first.low, last.high))
            }
            _ => sent,
        };
        self.cells.iter().filter_map(move |cell| match sent {
            Some(sent) => self.step(*cell, sent, least),
            None => {
                let outside = if cell.is_open_below() {
                    f64::MAX
                } else {
                    f64::MIN
                };
                Some(Step {
                    number: cell.plainest(self.decimals, outside)?,
                    distance: 1.0,
                    is_slight: false,
                })
            }
        })
    }

    /// The move from a number to an interval; `None` where it is there already.
    fn step(&self, cell: Cell, sent: f64, least: f64) -> Option<Step> {
        if cell.contains(sent) {
            return None;
        }
        let far_enough = cell.away_from(sent, least);
        let far_enough = far_enough.and_then(|part| part.drawn_in(self.decimals));
        let cell = far_enough.unwrap_or(cell);
        Some(Step {
            number: cell.plainest(self.decimals, sent)?,
            distance: (cell.nearest(sent) - sent).abs() / self.scale,
            is_slight: far_enough.is_none(),
        })
    }
}

/// Whether a feature is made of the day of an input and that of another.
fn takes_two_days(input: &Input, contract: &Contract) -> bool {
    let mut others = contract.inputs().iter().flat_map(Input::counted_from);
    let is_counted_from = |at: usize| {
        contract
            .inputs()
            .get(at)
            .is_some_and(|other| other.name == input.name)
    };
    input.counted_from().next().is_some() || others.any(is_counted_from)
}

/// Days as numbers: whole, within what is read.
fn days() -> NumberReading {
    let [first, last] = [(1900, 1, 1), (2100, 12, 31)]
        .map(|(year, month, day)| days_since_1970(year, month, day).map(f64::from));
    NumberReading {
        syntax: NumberSyntax::Plain,
        takes_booleans: false,
        whole: true,
        counts: false,
        minimum: first,
        maximum: last,
        ranges: Vec::new(),
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
    let reading = match contract.inputs().get(input).map(|input| &input.reading) {
        Some(Reading::Number(reading)) => reading,
        Some(Reading::Date(_)) => return given(value),
        _ => return None,
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
    let text = raw.as_text()?;
    let text = text.trim_matches(crate::number::is_outer_blank);
    reading.syntax.parse(text).ok().map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_far_enough_to_be_a_change() {
        let cell = |low, high| Cell { low, high };
        let numbers = Numbers {
            cells: vec![
                cell(0.0, 1230.0),
                cell(1230.01, 1234.0),
                cell(1234.01, 5000.0),
            ],
            scale: 5000.0,
            decimals: 2,
            least: 1.0,
        };
        let moves = |sent, least| -> Vec<(f64, bool)> {
            let steps = numbers.from(Some(sent), least);
            steps.map(|step| (step.number, step.is_slight)).collect()
        };
        let least = numbers.least_change(1234.5);
        assert_eq!(least, 12.345);
        // The interval of a few euros holds no change, the one below it does.
        assert_eq!(moves(1234.5, least), [(1222.0, false), (1234.0, true)]);
        assert_eq!(moves(1234.5, 0.0), [(1230.0, false), (1234.0, false)]);
        assert_eq!(numbers.least_change(20.0), 1.0);
        assert_eq!(numbers.least_change(1e9), 50.0);
    }
}
