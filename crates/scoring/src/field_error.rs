//! Why one input of a row cannot be used.

use crate::excerpt::excerpt;
use crate::input::Input;
use crate::number::NumberError;
use crate::quantity::Quantity;
use crate::row::Slot;
use crate::warning::did_you_mean;
use crate::{Bilingual, Language};

/// One input that cannot be used: what is wrong with it, and what may be sent instead.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// The input's long name.
    pub input: String,
    /// Its query parameter.
    pub parameter: String,
    /// What was sent, cut to 64 characters; `None` where nothing was, or nothing printable.
    pub value: Option<String>,
    /// What is wrong.
    pub fault: Fault,
    /// A text that may be sent and is near to what was.
    pub did_you_mean: Option<String>,
    accepted: Bilingual,
}

/// What is wrong with an input.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request does not name it.
    Absent,
    /// It is named, but missing, and the contract has no value to stand for it.
    Missing,
    /// It is given more than once.
    Repeated,
    /// A JSON value that is neither text nor number, by its kind.
    WrongType(&'static str),
    /// None of the accepted spellings.
    UnknownSpelling,
    /// Not a number.
    NotANumber,
    /// Thousands separators that are not between groups of three digits.
    Grouping,
    /// Infinite, or beyond what a double holds.
    NotFinite,
    /// A number with decimals where a whole one is needed.
    NotWhole,
    /// Less than the minimum.
    BelowMinimum(f64),
    /// More than the maximum.
    AboveMaximum(f64),
    /// A number in none of the accepted ranges.
    OutOfRange,
    /// Not a year and a month.
    NotAYearMonth,
    /// Not a day.
    NotADate,
    /// −1 or less, where the contract takes the logarithm of 1 more.
    NoLogarithm,
    /// Zero or less, where the model takes a logarithm.
    NotPositive,
    /// The model answers NaN to the row that it is part of.
    NoAnswer,
    /// The feature made of it does not fit the 32-bit floats a model reads.
    TooLarge,
}

impl FieldError {
    pub(crate) fn new(input: &Input, slot: &Slot<'_>, fault: Fault) -> Self {
        let sent = match slot {
            Slot::Absent => None,
            Slot::Given(raw) | Slot::Repeated(raw) => raw.as_text(),
        };
        Self::of_text(input, sent.as_deref(), fault)
    }

    /// Says what is wrong with an input whose value is at hand as text only.
    pub fn of_text(input: &Input, sent: Option<&str>, fault: Fault) -> Self {
        Self {
            input: input.name().to_owned(),
            parameter: input.parameter().to_owned(),
            value: sent.map(excerpt),
            did_you_mean: match fault {
                Fault::UnknownSpelling | Fault::NotANumber => {
                    sent.and_then(|sent| input.did_you_mean(sent)).map(excerpt)
                }
                _ => None,
            },
            fault,
            accepted: input.accepted.clone(),
        }
    }

    /// What is wrong, as a sentence without its full stop, and what was perhaps meant. It never repeats the value.
    pub fn message(&self, language: Language) -> String {
        let fault = match language {
            Language::Spanish => self.fault.in_spanish(),
            Language::English => self.fault.in_english(),
        };
        match &self.did_you_mean {
            Some(meant) => format!("{fault}; {}", did_you_mean(meant, language)),
            None => fault,
        }
    }

    /// What may be sent.
    pub fn accepted(&self, language: Language) -> String {
        self.accepted.in_language(language).to_owned()
    }
}

impl Fault {
    /// The names of all kinds.
    pub const NAMES: [&'static str; 18] = [
        "absent",
        "missing",
        "repeated",
        "wrong_type",
        "unknown_spelling",
        "not_a_number",
        "grouping",
        "not_finite",
        "not_whole",
        "below_minimum",
        "above_maximum",
        "out_of_range",
        "not_a_year_month",
        "not_a_date",
        "no_logarithm",
        "not_positive",
        "no_answer",
        "too_large",
    ];

    /// A stable snake_case name, for counters and tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Missing => "missing",
            Self::Repeated => "repeated",
            Self::WrongType(_) => "wrong_type",
            Self::UnknownSpelling => "unknown_spelling",
            Self::NotANumber => "not_a_number",
            Self::Grouping => "grouping",
            Self::NotFinite => "not_finite",
            Self::NotWhole => "not_whole",
            Self::BelowMinimum(_) => "below_minimum",
            Self::AboveMaximum(_) => "above_maximum",
            Self::OutOfRange => "out_of_range",
            Self::NotAYearMonth => "not_a_year_month",
            Self::NotADate => "not_a_date",
            Self::NoLogarithm => "no_logarithm",
            Self::NotPositive => "not_positive",
            Self::NoAnswer => "no_answer",
            Self::TooLarge => "too_large",
        }
    }

    fn in_spanish(self) -> String {
        let spanish = |number| Quantity::plain(number).in_language(Language::Spanish);
        let text = match self {
            Self::Absent => "no está en la petición",
            Self::Missing => "falta el valor y es obligatorio",
            Self::Repeated => "está repetido en la petición",
            Self::WrongType("boolean") => "es un valor lógico y se espera un texto o un número",
            Self::WrongType("array") => "es una lista y se espera un texto o un número",
            Self::WrongType("object") => "es un objeto y se espera un texto o un número",
            Self::WrongType(_) => "no es un texto ni un número",
            Self::UnknownSpelling => "no es ninguno de los valores admitidos",
            Self::NotANumber => "no es un número",
            Self::Grouping => "los separadores de millares no forman grupos de tres cifras",
            Self::NotFinite => "es un número infinito o demasiado grande",
            Self::NotWhole => "no es un número entero",
            Self::BelowMinimum(minimum) => return format!("es menor que {}", spanish(minimum)),
            Self::AboveMaximum(maximum) => return format!("es mayor que {}", spanish(maximum)),
            Self::OutOfRange => "está fuera de los intervalos admitidos",
            Self::NotAYearMonth => "no es un año y un mes",
            Self::NotADate => "no es una fecha",
            Self::NoLogarithm => "es demasiado pequeño: no tiene logaritmo",
            Self::NotPositive => "no es mayor que 0",
            Self::NoAnswer => {
                "con estos datos el modelo no da ningún resultado (el original contesta NaN)"
            }
            Self::TooLarge => "es demasiado grande para el modelo",
        };
        text.to_owned()
    }

    fn in_english(self) -> String {
        let english = |number| Quantity::plain(number).in_language(Language::English);
        let text = match self {
            Self::Absent => "it is not in the request",
            Self::Missing => "the value is missing and is required",
            Self::Repeated => "it is given more than once",
            Self::WrongType("boolean") => "it is a boolean; a text or a number is expected",
            Self::WrongType("array") => "it is an array; a text or a number is expected",
            Self::WrongType("object") => "it is an object; a text or a number is expected",
            Self::WrongType(_) => "it is neither a text nor a number",
            Self::UnknownSpelling => "it is none of the accepted values",
            Self::NotANumber => "it is not a number",
            Self::Grouping => "its thousands separators do not make groups of three digits",
            Self::NotFinite => "it is infinite or too large a number",
            Self::NotWhole => "it is not a whole number",
            Self::BelowMinimum(minimum) => return format!("it is less than {}", english(minimum)),
            Self::AboveMaximum(maximum) => return format!("it is more than {}", english(maximum)),
            Self::OutOfRange => "it is in none of the accepted ranges",
            Self::NotAYearMonth => "it is not a year and a month",
            Self::NotADate => "it is not a date",
            Self::NoLogarithm => "it is too small to have a logarithm",
            Self::NotPositive => "it is not greater than 0",
            Self::NoAnswer => {
                "with these data the model gives no result (the original answers NaN)"
            }
            Self::TooLarge => "it is too large for the model",
        };
        text.to_owned()
    }
}

impl From<NumberError> for Fault {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::NotANumber => Self::NotANumber,
            NumberError::Grouping => Self::Grouping,
            NumberError::NotFinite => Self::NotFinite,
            NumberError::NotWhole => Self::NotWhole,
        }
    }
}
