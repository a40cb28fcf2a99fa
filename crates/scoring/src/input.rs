//! One input of a contract, compiled: how its text is read and what is made of the value.
//!
//! Everything here has been checked; `contract::check` is the only place that builds it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use propenso_model::Vocabulary;

use crate::date::DateReading;
use crate::known_texts::{KnownTexts, nearest};
use crate::number::{self, Notation, NumberError};
use crate::quantity::Quantity;
use crate::short_name::ShortName;
use crate::step::{Step, floor_divide};
use crate::{Bilingual, Fault, Language, WarningValue, python};

/// One thing the business sends.
#[derive(Debug, Clone)]
pub struct Input {
    pub(crate) name: Arc<str>,
    pub(crate) parameter: Arc<str>,
    pub(crate) short_name: ShortName,
    /// What it is, where the contract says more than the short name.
    pub(crate) help: Option<Bilingual>,
    pub(crate) accepted: Bilingual,
    pub(crate) reading: Reading,
    pub(crate) missing: OnMissing,
    /// What the model itself puts in a missing value's place, where it is known.
    pub(crate) imputes: Option<WarningValue>,
    /// The value taken when the request does not name the input; without one that is an error.
    pub(crate) absent: Option<f64>,
    /// The client cannot change it.
    pub(crate) immutable: bool,
    pub(crate) output: Output,
    /// The features made of it are the contract's from this index on.
    pub(crate) first_feature: usize,
}

impl Input {
    /// The long name, as in the analysts' table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The query parameter.
    pub fn parameter(&self) -> &str {
        &self.parameter
    }

    /// Whether the model looks at it.
    pub fn is_used(&self) -> bool {
        !matches!(self.reading, Reading::Ignored)
    }

    /// Whether it is read as a number.
    pub fn is_number(&self) -> bool {
        matches!(self.reading, Reading::Number(_))
    }

    /// Whether it is read as a year and a month.
    pub fn is_year_month(&self) -> bool {
        matches!(self.reading, Reading::YearMonth)
    }

    /// Whether it is read as a day.
    pub fn is_date(&self) -> bool {
        matches!(self.reading, Reading::Date(_))
    }

    /// Whether any number is its one feature as it is.
    pub(crate) fn passes_numbers(&self) -> bool {
        let Reading::Number(number) = &self.reading else {
            return false;
        };
        let has_no_bounds = number.minimum.is_none()
            && number.maximum.is_none()
            && number.ranges.is_empty()
            && !number.whole;
        let is_kept = |feature: &Feature| {
            feature.steps.is_empty() && !feature.is_present && feature.since.is_none()
        };
        has_no_bounds
            && matches!(&self.output, Output::Features(features) if matches!(&features[..], [feature] if is_kept(feature)))
    }

    /// The texts that mean one of its bands, where it has bands.
    pub(crate) fn band_labels(&self) -> impl Iterator<Item = &str> {
        let bands = match &self.output {
            Output::Bands(bands) => &bands.bands[..],
            Output::Features(_) | Output::OneHot(_) => &[],
        };
        bands.iter().filter_map(|band| band.label.as_deref())
    }

    /// The inputs, by their index in the contract, that are days its features count from.
    pub fn counted_from(&self) -> impl Iterator<Item = usize> {
        let features = match &self.output {
            Output::Features(features) => &features[..],
            Output::Bands(_) | Output::OneHot(_) => &[],
        };
        features.iter().filter_map(|feature| feature.since)
    }

    /// Whether a request that does not name it is wrong.
    pub fn must_be_sent(&self) -> bool {
        self.is_used() && self.absent.is_none()
    }

    /// Whether the contract says that a client cannot change it, such as their age.
    pub fn is_immutable(&self) -> bool {
        self.immutable
    }

    /// What people call it, in a word or two.
    pub fn text(&self, language: Language) -> &str {
        self.short_name.within(language)
    }

    /// The same, as it stands at the beginning of a sentence.
    pub fn text_at_start(&self, language: Language) -> Cow<'_, str> {
        self.short_name.at_start(language)
    }

    /// What it is, for people who have never seen it; where the contract does not say, what they call it.
    pub fn help(&self, language: Language) -> &str {
        match &self.help {
            Some(help) => help.in_language(language),
            None => self.text(language),
        }
    }

    /// A number of it, as a person reads it.
    pub(crate) fn quantity(&self, value: f64) -> Quantity {
        match &self.reading {
            Reading::Number(reading) if reading.syntax == NumberSyntax::Money => {
                Quantity::euros(value)
            }
            _ => Quantity::plain(value),
        }
    }

    /// The text that was probably meant by one that cannot be used.
    pub(crate) fn did_you_mean(&self, text: &str) -> Option<&str> {
        match (&self.reading, &self.output) {
            (Reading::Codes(codes), _) => nearest_of(&codes.accept, text),
            (Reading::Category(categories), _) => categories
                .alike(text)
                .or_else(|| nearest_of(&categories.known, text)),
            (_, Output::Bands(bands)) => {
                let labels: Vec<_> = bands.labels().collect();
                let labels = labels.into_iter();
                nearest(labels.map(|(band, label)| (label, band as f64)), text)
            }
            _ => None,
        }
    }

    /// What may be sent, for people.
    pub fn accepted(&self, language: Language) -> &str {
        self.accepted.in_language(language)
    }
}

fn nearest_of<'k>(known: &'k [(Box<str>, f64)], text: &str) -> Option<&'k str> {
    nearest(known.iter().map(|(known, value)| (&**known, *value)), text)
}

/// How the text of an input is read.
#[derive(Debug, Clone)]
pub(crate) enum Reading {
    Number(NumberReading),
    Codes(Codes),
    /// A category of the model itself.
    Category(CategoryReading),
    /// The model does not look at it.
    Ignored,
    YearMonth,
    /// A day, worth the days since 1970.
    Date(DateReading),
    /// Any text is present, and worth 1.
    AnyText,
}

impl Reading {
    /// Whether it is of numbers, and what [`number::plain`] reads is read alike.
    pub(crate) fn reads_plain_numbers(&self) -> bool {
        matches!(self, Self::Number(number) if number.syntax.reads_plain_numbers())
    }

    /// The number of the text that says true or false to this input, where it is clear which one does.
    pub(crate) fn find_boolean(&self, is_true: bool) -> Option<f64> {
        let known = match self {
            Self::Category(categories) => &categories.known[..],
            Self::Codes(codes) => &codes.accept[..],
            _ => &[],
        };
        let says_so = |text: &str| number::boolean(text) == Some(is_true);
        let mut found = known.iter().filter(|(text, _)| says_so(text));
        let (_, first) = found.next()?;
        found.all(|(_, value)| value == first).then_some(*first)
    }
}

/// A number and what is allowed of it.
#[derive(Debug, Clone)]
pub(crate) struct NumberReading {
    pub(crate) syntax: NumberSyntax,
    /// True is 1 and false is 0.
    pub(crate) takes_booleans: bool,
    pub(crate) whole: bool,
    /// It counts things: decimals are read, but never suggested.
    pub(crate) counts: bool,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    /// Ranges, one of which the number must be in, where there are any.
    pub(crate) ranges: Vec<Range>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberSyntax {
    Plain,
    Money,
    /// A number of a model's own column: it may be an amount, and the model does not say so.
    Any,
    PythonInt,
    PythonFloat,
}

/// Numbers from `from` to `to`, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) floor_divide: Option<f64>,
}

/// Spellings and their codes.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    /// Spellings in the order of the file, which is the order people are shown.
    pub(crate) accept: Vec<(Box<str>, f64)>,
    /// The same as people write them.
    pub(crate) texts: KnownTexts,
    pub(crate) otherwise: Option<f64>,
}

/// Texts as a model knows them.
#[derive(Debug, Clone)]
pub(crate) struct CategoryReading {
    /// The categories seen in training, in order, each with the number it stands as.
    pub(crate) known: Vec<(Box<str>, f64)>,
    /// Where each is in `known`, and other ways to write them.
    pub(crate) index: HashMap<Box<str>, usize>,
    /// The same as people write them, for telling what they may have meant.
    pub(crate) texts: KnownTexts,
    /// The number of any other text.
    pub(crate) others: Arc<Vocabulary>,
    pub(crate) refuses_unknown: bool,
}

impl CategoryReading {
    /// The category that a text nearly is: it differs only in case, accents or the blanks around it. It is another all
    /// the same, as to the encoder.
    pub(crate) fn alike(&self, text: &str) -> Option<&str> {
        let (category, _) = self.known.get(self.texts.alike(text)?)?;
        Some(category)
    }

    /// The number of a category seen in training.
    pub(crate) fn find(&self, text: &str) -> Option<f64> {
        self.index
            .get(text)
            .and_then(|at| self.known.get(*at))
            .map(|(_, value)| *value)
    }
}

/// What stands for a missing value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum OnMissing {
    /// Nothing: it is an error.
    Refuse,
    /// Nothing: the model takes it as it is, or puts a value of its own in its place.
    Pass,
    /// Nothing: the model takes it for a value that it never saw in training.
    Unseen,
    /// Nothing is needed: all features only ask whether the value is there.
    Tell,
    Number(f64),
    /// The band with this index.
    Band(usize),
}

/// The code of a spelling that all features are 0 for.
pub(crate) const NO_FEATURE: f64 = -1.0;

/// What is made of an input's value.
#[derive(Debug, Clone)]
pub(crate) enum Output {
    Features(Vec<Feature>),
    Bands(Bands),
    /// So many features, of which the one that the value is the index of is 1, and the others are 0.
    OneHot(usize),
}

/// One feature and the steps to it.
#[derive(Debug, Clone)]
pub(crate) struct Feature {
    /// Start from 1 when the value is there and 0 when it is missing, not from the value.
    pub(crate) is_present: bool,
    /// Start from the days since the day that this input of the contract is.
    pub(crate) since: Option<usize>,
    pub(crate) steps: Vec<Step>,
}

/// Ranges of whole numbers, each a feature that is 1 in its range and 0 elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Bands {
    pub(crate) bands: Vec<Band>,
    /// A number in no band makes all features 0; otherwise it is an error.
    pub(crate) zeros_outside: bool,
}

/// Whole numbers from `from` to `to`, both included; infinite where open.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    /// A text that means the band itself.
    pub(crate) label: Option<Box<str>>,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl NumberReading {
    /// The number of a text and whether the text is ambiguous.
    pub(crate) fn read(&self, text: &str) -> Result<(f64, bool), Fault> {
        match (self.syntax.parse(text), number::boolean(text)) {
            (Ok((value, ambiguous)), _) => Ok((self.check(value)?, ambiguous)),
            (Err(_), Some(is_true)) if self.takes_booleans => Ok((self.boolean(is_true)?, false)),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// What true or false stands for, where it is allowed.
    pub(crate) fn boolean(&self, is_true: bool) -> Result<f64, Fault> {
        if !self.takes_booleans {
            return Err(Fault::WrongType("boolean"));
        }
        self.check(f64::from(u8::from(is_true)))
    }

    /// What a number stands for, where it is allowed.
    pub(crate) fn check(&self, value: f64) -> Result<f64, Fault> {
        if self.whole && value.fract() != 0.0 {
            return Err(Fault::NotWhole);
        }
        if let Some(minimum) = self.minimum.filter(|&minimum| value < minimum) {
            return Err(Fault::BelowMinimum(minimum));
        }
        if let Some(maximum) = self.maximum.filter(|&maximum| value > maximum) {
            return Err(Fault::AboveMaximum(maximum));
        }
        if self.ranges.is_empty() {
            return Ok(value);
        }
        let range = self
            .ranges
            .iter()
            .find(|range| range.from <= value && value <= range.to);
        let range = range.ok_or(Fault::OutOfRange)?;
        let divided = range.floor_divide.map(|by| floor_divide(value, by));
        Ok(divided.unwrap_or(value))
    }
}

impl NumberSyntax {
    /// Whether what [`number::plain`] reads is read alike.
    fn reads_plain_numbers(self) -> bool {
        matches!(self, Self::Plain | Self::Money | Self::Any)
    }

    pub(crate) fn parse(self, text: &str) -> Result<(f64, bool), NumberError> {
        let notation = match self {
            Self::Plain => Notation::Plain,
            Self::Money | Self::Any => Notation::Money,
            Self::PythonInt => return python::int(text).map(|value| (value, false)),
            Self::PythonFloat => return python::float(text).map(|value| (value, false)),
        };
        number::parse(text, notation).map(|number| (number.value, number.ambiguous))
    }
}

impl Codes {
    /// The spelling meant by a text that is written otherwise, and its code.
    pub(crate) fn meant(&self, text: &str) -> Option<(&str, f64)> {
        let (spelling, code) = self.accept.get(self.texts.meant(text)?)?;
        Some((spelling, *code))
    }

    pub(crate) fn find(&self, text: &str) -> Option<f64> {
        self.accept
            .iter()
            .find(|(spelling, _)| **spelling == *text)
            .map(|&(_, code)| code)
    }
}

impl Bands {
    pub(crate) fn labelled(&self, text: &str) -> Option<usize> {
        self.bands
            .iter()
            .position(|band| band.label.as_deref() == Some(text))
    }

    /// The band whose label differs from a text only in case, accents or the blanks around it.
    pub(crate) fn alike(&self, text: &str) -> Option<(usize, &str)> {
        let labels = self
            .labels()
            .map(|(band, label)| (label.into(), band as f64));
        let labels: Vec<(Box<str>, f64)> = labels.collect();
        let alike = KnownTexts::new(&labels).alike(text)?;
        self.labels().nth(alike)
    }

    /// The bands' labels, each with its band.
    fn labels(&self) -> impl Iterator<Item = (usize, &str)> {
        let bands = self.bands.iter().enumerate();
        bands.filter_map(|(at, band)| Some((at, band.label.as_deref()?)))
    }

    pub(crate) fn containing(&self, value: f64) -> Option<usize> {
        self.bands
            .iter()
            .position(|band| band.from <= value && value <= band.to)
    }

    /// The lowest and highest number in any band.
    pub(crate) fn extent(&self) -> (f64, f64) {
        self.bands
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), band| {
                (low.min(band.from), high.max(band.to))
            })
    }
}

/// The year and month in `YYYYMM` or, as pandas prints it after a missing value, `YYYYMM.0`.
pub(crate) fn year_month(text: &str) -> Result<f64, Fault> {
    let (digits, rest) = text.split_at_checked(6).ok_or(Fault::NotAYearMonth)?;
    let no_decimals = rest.is_empty()
        || rest
            .strip_prefix(['.', ','])
            .is_some_and(|zeros| !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0'));
    if !no_decimals || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::NotAYearMonth);
    }
    let number: u32 = digits.parse().map_err(|_| Fault::NotAYearMonth)?;
    let (year, month) = (number / 100, number % 100);
    if (1900..=2100).contains(&year) && (1..=12).contains(&month) {
        Ok(f64::from(number))
    } else {
        Err(Fault::NotAYearMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::year_month;

    #[test]
    fn years_and_months() {
        for text in ["202310", "202310.0", "202310.000", "202310,0"] {
            assert_eq!(year_month(text), Ok(202_310.0), "{text}");
        }
        assert!(year_month("190001").is_ok() && year_month("210012").is_ok());
        for text in [
            "",
            "2023",
            "20231",
            "202300",
            "202313",
            "189912",
            "210101",
            "2023-10",
            "20231001",
            "202310.",
            "202310.5",
            "+20231",
            "２０２３１０",
            "2.0231",
            "202.31",
            "20231ñ",
            "ñññ",
        ] {
            assert!(year_month(text).is_err(), "{text}");
        }
    }
}
