//! A contract as its TOML file spells it: the grammar, and nothing checked yet but names and types.
//!
//! Every table refuses keys it does not know, so a misspelt option is an error and not an option
//! silently left at its default.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::Bilingual;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractFile {
    /// The name the contract is chosen and logged by.
    pub(super) name: String,
    /// What it is for: `{ es = "…", en = "…" }`, or one text for both languages.
    pub(super) description: Bilingual,
    /// The spellings that mean "missing", everywhere but where an input accepts one as a value.
    #[serde(default)]
    pub(super) missing: Vec<String>,
    /// Whether blanks around a value are `"ignored"` (the default) or `"kept"`.
    #[serde(default)]
    pub(super) blanks: Blanks,
    /// Whether an input given twice is an `"error"` (the default) or its `"first"` value counts.
    #[serde(default)]
    pub(super) repeated: Repeated,
    /// How the model's answer becomes a label.
    pub(super) decision: DecisionTable,
    /// The columns of portfolios that say who a client is and how much they owe.
    #[serde(default)]
    pub(super) portfolio: super::PortfolioColumns,
    /// The inputs. The features they make, in this order, are the model's features in its order.
    #[serde(default)]
    pub(super) input: Vec<InputTable>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Blanks {
    #[default]
    Ignored,
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Repeated {
    #[default]
    Error,
    First,
}

/// `[decision]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionTable {
    /// The model's class that pays: a whole number, a number, a text, or true or false.
    pub(super) positive_class: toml::Value,
    /// Probabilities from here on are positive. Left out, the model's likeliest class decides.
    pub(super) threshold: Option<f64>,
    /// What people call the outcomes.
    pub(super) labels: LabelTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelTable {
    pub(super) positive: String,
    pub(super) negative: String,
}

/// `[[input]]`: which keys go together depends on `kind`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputTable {
    /// The long name.
    pub(super) name: String,
    /// The query parameter.
    pub(super) parameter: String,
    /// What people call it, in a word or two; left out, its long name.
    pub(super) text: Option<Bilingual>,
    /// What it is, for people who have never seen it; left out, what they call it.
    pub(super) help: Option<Bilingual>,
    /// How it is read.
    pub(super) kind: Kind,

    /// `number`: how the text is parsed; left out, as described at [`Kind::Number`].
    pub(super) parse: Option<Parse>,
    /// `number`, `amount`: less is an error.
    pub(super) minimum: Option<f64>,
    /// `number`, `amount`: more is an error.
    pub(super) maximum: Option<f64>,
    /// `number`: decimals other than zeros are an error.
    pub(super) whole: Option<bool>,
    /// `number`: it counts things. Decimals are read, but never suggested.
    pub(super) counts: Option<bool>,
    /// `number`: what lies in none of them is an error.
    pub(super) ranges: Option<Vec<RangeTable>>,

    /// `codes`: each accepted spelling and its value, such as `{ PER = 1, EMP = 0 }`. `Spanned`
    /// because people are shown the spellings in the order of the file.
    pub(super) accept: Option<BTreeMap<String, Spanned<f64>>>,
    /// `codes`: the value of every other spelling; left out, those are errors.
    pub(super) otherwise: Option<f64>,

    /// `codes`, instead of `accept` and `features`: which spellings each feature is 1 for.
    pub(super) one_hot: Option<Vec<OneHotTable>>,
    /// What a text in none of the `one_hot` is: an `"error"` (the default), or `"zeros"`.
    pub(super) unknown: Option<Outside>,

    /// `date`: how a day may be written besides ISO's way, such as `%d/%m/%Y`.
    pub(super) formats: Option<Vec<String>>,

    /// The value that stands for a missing one: a number, a day, or the label of a band. Left out, a
    /// missing value is an error, unless all features only ask whether it `is_present`.
    pub(super) missing: Option<toml::Value>,
    /// The value taken when the request does not name the input; left out, that is an error.
    pub(super) absent: Option<f64>,
    /// The client cannot change it: it is never suggested as a change that would alter the answer.
    #[serde(default)]
    pub(super) immutable: bool,

    /// The features made of the value.
    pub(super) features: Option<Vec<FeatureTable>>,
    /// `number`, instead of `features`: ranges of whole numbers, one feature each.
    pub(super) bands: Option<Vec<BandTable>>,
    /// Whether a number in none of the `bands` is an `"error"` (the default) or leaves all
    /// their features at `"zeros"`.
    pub(super) outside: Option<Outside>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A number with a decimal point or comma and perhaps an exponent.
    Number,
    /// A number that may also have thousands separators and a euro sign.
    Amount,
    /// One of a list of spellings.
    Codes,
    /// A year and a month: `202310`, or `202310.0`.
    YearMonth,
    /// A day, of which features count from another.
    Date,
    /// Any text whatever; only its presence means anything.
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Parse {
    /// Reads as Python's `int()`.
    PythonInt,
    /// Reads as Python's `float()`.
    PythonFloat,
}

/// `{ from = 1001, to = 52999, floor_divide = 1000 }`: both ends belong to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RangeTable {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Numbers of this range are divided by this and rounded down before any feature sees them.
    pub(super) floor_divide: Option<f64>,
}

/// `{ name = "VPT", steps = [{ divide = 2 }] }`: without steps, the value as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureTable {
    pub(super) name: String,
    #[serde(default)]
    pub(super) steps: Vec<StepTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepTable {
    /// `"is_present"`: 1 if there is a value, 0 if it is missing. Only as the first step.
    IsPresent,
    /// `{ clip = [1, 3.5] }`: less becomes the first, more becomes the second. Not an array of two,
    /// which would let a third bound go unnoticed.
    Clip(Vec<f64>),
    /// `{ subtract = 71.99 }`
    Subtract(f64),
    /// `{ divide = 3.5 }`
    Divide(f64),
    /// `{ floor_divide = 1000 }`: divided and rounded down.
    FloorDivide(f64),
    /// `"log1p"`: the natural logarithm of 1 more.
    Log1p,
    /// `{ days_since = 2020-01-31 }`, or of the day that another input is: `{ days_since = "ALTA" }`. Only as the first
    /// step.
    DaysSince(toml::Value),
}

/// `{ feature = "ER_PER", accept = ["PER", "Persona"] }`: without `feature` the spellings are known, and all features 0.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneHotTable {
    pub(super) feature: Option<String>,
    pub(super) accept: Vec<String>,
}

/// `{ feature = "0_30", label = "0-30", from = 0, to = 30 }`: whole numbers, both ends belong to
/// it; without `from` or `to` it is open there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BandTable {
    pub(super) feature: String,
    /// A text that may be sent instead of a number and means the band itself.
    pub(super) label: Option<String>,
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outside {
    Error,
    Zeros,
}
