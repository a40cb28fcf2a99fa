//! A model that is kept together with other values: in a dict, a list or a tuple.
//!
//! It is served when it is the only one and nothing else in the file is needed for its answers. Texts, numbers,
//! lists, dates and names of features are facts about it. Any other object may be what prepared its rows: whether
//! it did is in the analysts' script, so the model is not served without it.

use std::collections::HashSet;

use propenso_pickle::{Kind, View, ViewError};

use crate::bundle_error::{BundleError, Threshold};
use crate::error::Error;
use crate::sklearn;

/// Values of a file that are looked through before giving up.
const MAX_VALUES: usize = 100_000;

/// Values that are listed in a message.
const MAX_LISTED: usize = 6;

/// Words that begin the names of what prepares rows, in English and Spanish. Numbers under them are no facts.
const PREPARATION: [&str; 19] = [
    "binning",
    "bins",
    "codif",
    "dumm",
    "enc",
    "escal",
    "fill",
    "imput",
    "map",
    "mean",
    "media",
    "norm",
    "preproc",
    "rellen",
    "scal",
    "sigma",
    "std",
    "transform",
    "woe",
];

/// Words that name a threshold of the decision.
const THRESHOLD: [&str; 5] = ["threshold", "umbral", "cutoff", "corte", "thr"];

/// Which of a file's values is the model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Pick {
    /// The file's one value.
    #[default]
    Root,
    /// The one under this key of its dict, or at this place of its list.
    Key(String),
    /// The only model in it, under whatever key.
    Only,
}

/// What a file holds besides its model.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// The model's key.
    pub key: String,
    /// The keys of the facts about it.
    pub facts: Vec<String>,
    /// A threshold among them.
    pub threshold: Option<Threshold>,
}

/// The value of a file that is its model. A file that is the model needs no key, and one is ignored.
pub(crate) fn model<'d>(root: View<'d>, pick: &Pick) -> Result<View<'d>, Error> {
    let Some(bundle) = Bundle::of(root)? else {
        return Ok(root);
    };
    let (key, model) = bundle.only_model()?;
    let is_named = match pick {
        Pick::Root => false,
        Pick::Key(named) => *named == key,
        Pick::Only => true,
    };
    if is_named {
        return Ok(model);
    }
    // What is wrong with the model itself comes first.
    sklearn::import(model, None)?;
    Err(Error::Bundle(BundleError::Unnamed {
        kind: bundle.kind,
        key,
        threshold: threshold(&bundle.values),
    }))
}

/// What a file holds besides its model; `None` for a file that is the model.
pub(crate) fn company(root: View<'_>) -> Option<Company> {
    let bundle = Bundle::of(root).ok()??;
    let (key, _) = bundle.only_model().ok()?;
    let keys = bundle.values.iter().map(|(key, _)| key.clone());
    Some(Company {
        facts: keys.filter(|other| *other != key).collect(),
        threshold: threshold(&bundle.values),
        key,
    })
}

/// The values of a dict, list or tuple, by key.
struct Bundle<'d> {
    kind: String,
    values: Vec<(String, View<'d>)>,
}

impl<'d> Bundle<'d> {
    fn of(root: View<'d>) -> Result<Option<Self>, ViewError> {
        let kind = root.describe();
        let values = if is_dict(root) {
            root.entries()?
                .map(|(key, value)| (key_text(key), value))
                .collect()
        } else if let Ok(items) = root.items() {
            let place = |(place, value): (usize, View<'d>)| (place.to_string(), value);
            items.enumerate().map(place).collect()
        } else {
            return Ok(None);
        };
        Ok(Some(Self { kind, values }))
    }

    /// The one model, where nothing else is needed.
    fn only_model(&self) -> Result<(String, View<'d>), Error> {
        // Python would take the last, other readers the first.
        let mut seen = HashSet::new();
        if let Some((key, value)) = self.values.iter().find(|(key, _)| !seen.insert(key)) {
            return Err(Error::Inconsistent {
                class: self.kind.clone(),
                offset: value.offset(),
                what: format!("the key `{key}` is there twice"),
            });
        }
        let (mut models, mut lost) = (Vec::new(), Vec::new());
        let mut left = MAX_VALUES;
        for (key, value) in &self.values {
            if sklearn::is_predictor(*value) {
                models.push((key, *value));
            } else if let Some(what) = not_a_fact(key, *value, &mut left)? {
                lost.push((key, *value, what));
            }
        }
        match models[..] {
            [] => Err(self.no_model(&lost)),
            [(key, model)] if lost.is_empty() => Ok((key.clone(), model)),
            [(key, _)] => {
                let lost = lost
                    .iter()
                    .map(|(key, _, what)| format!("`{key}` ({what})"));
                Err(Error::Bundle(BundleError::Incomplete {
                    kind: self.kind.clone(),
                    key: key.clone(),
                    lost: listed(lost),
                    threshold: threshold(&self.values).map(Box::new),
                }))
            }
            _ => {
                let models = models
                    .iter()
                    .map(|(key, model)| format!("`{key}`: {}", short(*model)));
                Err(Error::Bundle(BundleError::Several {
                    kind: self.kind.clone(),
                    models: listed(models),
                }))
            }
        }
    }

    /// The error where nothing in it can be served: about the one object in it, if there is one.
    fn no_model(&self, lost: &[(&String, View<'d>, String)]) -> Error {
        if let [(_, only, _)] = lost
            && only.class().is_some()
        {
            return sklearn::unsupported(*only);
        }
        let values = self
            .values
            .iter()
            .map(|(key, value)| format!("`{key}`: {}", short(*value)));
        let values = listed(values);
        Error::NotAnEstimator {
            found: match values[..] {
                [] => self.kind.clone(),
                _ => format!("{} ({})", self.kind, values.join(", ")),
            },
        }
    }
}

fn is_dict(value: View<'_>) -> bool {
    match value.class() {
        Some(class) => matches!(
            (class.module, class.name),
            ("collections", "OrderedDict" | "defaultdict")
        ),
        // What is made by no class that the file names has entries too, and is none.
        None => value.arguments().is_err() && value.entries().is_ok(),
    }
}

fn key_text(key: View<'_>) -> String {
    match (key.text(), key.integer()) {
        (Ok(text), _) => text.to_owned(),
        (_, Ok(number)) => number.to_string(),
        _ => key.describe(),
    }
}

/// The first few, and how many more there are.
fn listed(values: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let n_values = values.len();
    let mut list: Vec<String> = values.take(MAX_LISTED).collect();
    if n_values > list.len() {
        list.push(format!("{} more", n_values - list.len()));
    }
    list
}

/// What a value is, by the short name of its class.
fn short(value: View<'_>) -> String {
    match (value.class(), value.global()) {
        (Some(class), _) => class.name.to_owned(),
        (None, Some(global)) => format!("the class or function {}", global.name),
        (None, None) => value.describe(),
    }
}

/// What there is in a value that is more than a fact about the model; `None` for facts.
fn not_a_fact(key: &str, value: View<'_>, left: &mut usize) -> Result<Option<String>, ViewError> {
    let mut to_do = vec![(key.to_owned(), value)];
    let mut numbers = None;
    let inside = |found: View<'_>, what: String| {
        // Dicts of encoders, lists of steps.
        if found.offset() == value.offset() {
            what
        } else {
            format!("{} with {what}", value.describe())
        }
    };
    while let Some((key, value)) = to_do.pop() {
        let Some(rest) = left.checked_sub(1) else {
            return Ok(Some("too many values to look through".to_owned()));
        };
        *left = rest;
        if numbers.is_none() && prepares(&key) && is_collection_of_numbers(value)? {
            numbers = Some(inside(value, format!("numbers named {key}")));
        }
        if is_dict(value) {
            let entries = value.entries()?;
            to_do.extend(entries.map(|(key, value)| (key_text(key), value)));
        } else if let Ok(items) = value.members() {
            to_do.extend(items.map(|item| (String::new(), item)));
        } else if let Ok(array) = value.array() {
            if array.dtype().kind() == Kind::Object {
                to_do.extend(
                    array
                        .objects()?
                        .into_iter()
                        .map(|item| (String::new(), item)),
                );
            }
        } else if !is_plain(value) {
            return Ok(Some(inside(value, short(value))));
        }
    }
    Ok(numbers)
}

/// Whether a value that holds no others says something, and does nothing.
fn is_plain(value: View<'_>) -> bool {
    if let Some(global) = value.global() {
        return global.module == "numpy"
            || global.module == "builtins"
            || global.module.starts_with("sklearn.metrics");
    }
    let Some(class) = value.class() else {
        // An object that is made by no class that the file names is somebody's own.
        return value.arguments().is_err();
    };
    match class.module {
        "datetime" | "pathlib" | "uuid" | "decimal" | "fractions" => true,
        "pandas._libs.tslibs.timestamps" | "pandas._libs.tslibs.timedeltas" => true,
        "pandas.core.indexes.base" => class.name == "_new_Index",
        "numpy.core.multiarray" | "numpy._core.multiarray" => class.name == "scalar",
        "builtins" | "__builtin__" => matches!(
            class.name,
            "set" | "frozenset" | "complex" | "slice" | "range"
        ),
        _ => false,
    }
}

/// The words of a key, in lower case.
fn words(key: &str) -> impl Iterator<Item = String> {
    key.split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase)
}

fn prepares(key: &str) -> bool {
    words(key).any(|word| PREPARATION.iter().any(|stem| word.starts_with(stem)))
}

/// Whether a value is a dict, or a list or array that is not of texts only.
fn is_collection_of_numbers(value: View<'_>) -> Result<bool, ViewError> {
    if is_dict(value) {
        return Ok(value.entries()?.len() > 0);
    }
    if let Ok(array) = value.array() {
        return Ok(
            !matches!(array.dtype().kind(), Kind::Text | Kind::Object) && array.n_items() > 1
        );
    }
    match value.members() {
        Ok(mut items) => Ok(items.any(|item| item.text().is_err())),
        Err(_) => Ok(false),
    }
}

fn threshold(values: &[(String, View<'_>)]) -> Option<Threshold> {
    values.iter().find_map(|(key, value)| {
        let value = value.float().ok()?;
        let names_one = words(key).any(|word| THRESHOLD.contains(&word.as_str()));
        names_one.then(|| Threshold {
            key: key.clone(),
            value,
        })
    })
}
