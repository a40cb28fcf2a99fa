//! Pandas columns of categories, and which of a model's columns they are.
//!
//! The text has the lists of all category columns in the order of the columns, and the positions of the columns
//! that were split by category. With `categorical_feature="auto"` the latter are the former, less ordered
//! ones. With a list of columns of the user's they need not have one in common, and the text does not say
//! which it was (`_data_from_pandas` of `python-package/lightgbm/basic.py`).

use serde_json::Value;

use super::document::{Document, Seen};
use super::unsupported;
use crate::error::Error;
use crate::input::Vocabulary;

/// The categories of a pandas column, in the order of their codes.
pub(super) enum CategoryList {
    Texts(Vec<String>),
    Numbers(Vec<f64>),
}

impl CategoryList {
    pub(super) fn new(list: Vec<Value>) -> Option<Self> {
        if list.iter().all(Value::is_string) {
            let text = |value: Value| value.as_str().map(str::to_owned);
            return list
                .into_iter()
                .map(text)
                .collect::<Option<_>>()
                .map(Self::Texts);
        }
        let number = |value: Value| match value {
            Value::Bool(flag) => Some(f64::from(u8::from(flag))),
            other => other.as_f64(),
        };
        list.into_iter()
            .map(number)
            .collect::<Option<_>>()
            .map(Self::Numbers)
    }

    /// What each category stands as in a row, and whether they are texts.
    pub(super) fn values(&self, vocabulary: &mut Vocabulary) -> (Vec<f64>, bool) {
        match self {
            Self::Texts(texts) => {
                let code = |text: &String| f64::from(vocabulary.intern(text));
                (texts.iter().map(code).collect(), true)
            }
            Self::Numbers(numbers) => (numbers.clone(), false),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether training may have seen codes of this list in a column.
    fn fits(&self, seen: &Seen<'_>) -> bool {
        let n_codes = self.len() as f64;
        let is_code = |code: f64| code >= 0.0 && code < n_codes && code.fract() == 0.0;
        match seen {
            Seen::Nothing => true,
            Seen::Range(least, most) => is_code(*least) && is_code(*most),
            Seen::Categories(list) => list.split(':').all(|code| match code.parse::<f64>() {
                Ok(code) => code == -1.0 || is_code(code),
                Err(_) => false,
            }),
        }
    }

    /// Whether a column of numbers looks like this list's: its codes from the first to the last.
    fn spans(&self, seen: &Seen<'_>) -> bool {
        let last = self.len() as f64 - 1.0;
        matches!(seen, Seen::Range(least, most) if *least == 0.0 && *most == last)
    }

    /// Whether a row is refused that has one of these in a column that is taken for one of numbers.
    fn is_no_number(&self) -> bool {
        match self {
            Self::Numbers(_) => false,
            Self::Texts(texts) => texts.iter().all(|text| is_word(text)),
        }
    }
}

/// Whether a text can be no number, truth value or missing value, however it is written.
fn is_word(text: &str) -> bool {
    /// Words that are read as something else than themselves.
    const READ: [&str; 12] = [
        "true",
        "false",
        "verdadero",
        "falso",
        "nan",
        "none",
        "null",
        "na",
        "inf",
        "infinity",
        "si",
        "no",
    ];
    let text = text.trim().to_lowercase();
    let has_letter = text.chars().any(char::is_alphabetic);
    has_letter && text.parse::<f64>().is_err() && !READ.contains(&text.as_str())
}

/// The column of each list, in order: the only ones that training can have seen its codes in; or else the columns
/// that were split by category, if there are as many. Of the latter a doubt remains where another column looks like
/// the list's too. It may stand where the rows of a model that is taken wrong would be refused, all of them: words
/// in a column of numbers.
pub(super) fn columns(
    document: &Document<'_>,
    lists: &[CategoryList],
) -> Result<Vec<usize>, Error> {
    let mut forwards = 0..document.n_features;
    let first: Option<Vec<usize>> = lists
        .iter()
        .map(|list| forwards.find(|at| list.fits(&document.seen(*at))))
        .collect();
    let mut backwards = (0..document.n_features).rev();
    let last: Option<Vec<usize>> = lists
        .iter()
        .rev()
        .map(|list| backwards.find(|at| list.fits(&document.seen(*at))))
        .collect();
    let (Some(first), Some(mut last)) = (first, last) else {
        return Err(unsupported(
            "pandas_categorical",
            "a model whose pandas categories are not those of its columns",
        ));
    };
    last.reverse();
    if first == last {
        return Ok(first);
    }
    let usual = document.categorical_features();
    let fits = |(list, at): (&CategoryList, &usize)| list.fits(&document.seen(*at));
    if usual.len() == lists.len()
        && usual.is_sorted()
        && usual.iter().all(|at| *at < document.n_features)
        && lists.iter().zip(&usual).all(fits)
    {
        let doubt = lists
            .iter()
            .zip(&usual)
            .enumerate()
            .find_map(|(k, (list, at))| {
                let mut others = (first[k]..=last[k]).filter(|other| other != at);
                let other = others.find(|other| list.spans(&document.seen(*other)));
                other
                    .filter(|_| !list.is_no_number())
                    .map(|other| [*at, other])
            });
        return match doubt {
            None => Ok(usual),
            Some(columns) => Err(ambiguous(document, columns)),
        };
    }
    let mut ends = first.into_iter().zip(last);
    let (one, other) = ends.find(|(one, other)| one != other).unwrap_or((0, 0));
    Err(ambiguous(document, [one, other]))
}

/// The text does not say which of two columns had some categories.
fn ambiguous(document: &Document<'_>, columns: [usize; 2]) -> Error {
    let [one, other] = columns.map(|column| document.name(column));
    unsupported(
        "pandas_categorical",
        format!(
            "a model whose text does not say whether {one} or {other} had the pandas categories (put an OrdinalEncoder \
             for them before it in a Pipeline); as it is, it"
        ),
    )
}
