//! LightGBM's text, taken apart: a head, trees, and what Python adds at the end.

use std::collections::HashMap;

use serde_json::Value;

use super::categories::CategoryList;
use super::{malformed, unsupported};
use crate::error::Error;

/// The most columns that any model here may have.
const MAX_FEATURES: usize = 65_536;

/// The text of a model.
pub(super) struct Document<'t> {
    /// Version of the format: `v3` up to LightGBM 3, `v4` from 4.
    pub(super) version: &'t str,
    pub(super) n_features: usize,
    /// Trees per iteration: one per score.
    pub(super) n_scores: usize,
    pub(super) n_classes: usize,
    /// `binary sigmoid:1`
    pub(super) objective: &'t str,
    /// Whether its rows come in a sparse matrix. The text does not say.
    pub(super) is_sparse: bool,
    /// Whether sums are divided by the number of iterations: random forests.
    pub(super) averages: bool,
    pub(super) trees: Vec<Section<'t>>,
    feature_names: Vec<&'t str>,
    feature_infos: Vec<&'t str>,
    /// `[categorical_feature: …]` of the parameters.
    categorical_parameter: Option<&'t str>,
    pandas_categorical: Option<&'t str>,
}

/// `key=value` lines between empty ones.
pub(super) struct Section<'t> {
    /// The line before its keys: `Tree=0`.
    pub(super) title: String,
    keys: HashMap<&'t str, &'t str>,
}

impl<'t> Section<'t> {
    /// The value of a key that must be there.
    pub(super) fn get(&self, key: &str) -> Result<&'t str, Error> {
        self.optional(key)
            .ok_or_else(|| malformed(&self.title, format!("it has no {key}")))
    }

    /// The value of a key, if it is there.
    pub(super) fn optional(&self, key: &str) -> Option<&'t str> {
        self.keys.get(key).copied()
    }

    /// A whole number.
    pub(super) fn count(&self, key: &str) -> Result<usize, Error> {
        let text = self.get(key)?;
        text.parse()
            .map_err(|_| malformed(&self.title, format!("{key}: {text:?} is not a count")))
    }

    /// A list of numbers of a length that is known.
    pub(super) fn list<T: std::str::FromStr>(
        &self,
        key: &str,
        length: usize,
    ) -> Result<Vec<T>, Error> {
        let text = self.get(key)?;
        let wrong = || {
            malformed(
                &self.title,
                format!("{key} is not a list of {length} numbers"),
            )
        };
        let list: Vec<T> = text
            .split_ascii_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        if list.len() == length {
            Ok(list)
        } else {
            Err(wrong())
        }
    }
}

impl<'t> Document<'t> {
    /// The path through it that is verified: its objective says how sums become answers; the numbers behind it are
    /// read whatever they are.
    pub(super) fn path(&self) -> String {
        let words: Vec<&str> = self
            .objective
            .split(' ')
            .filter(|word| !word.contains(':'))
            .collect();
        format!("objective={}", words.join(" "))
    }

    /// Takes a text apart.
    pub(super) fn parse(text: &'t str) -> Result<Self, Error> {
        let Some((body, end)) = text.split_once("\nend of trees") else {
            return Err(malformed("the end", "there is no `end of trees`"));
        };
        let mut sections = Vec::new();
        let mut current = Section {
            title: "the head".to_owned(),
            keys: HashMap::new(),
        };
        for line in body.lines() {
            if line.starts_with("Tree=") {
                let next = Section {
                    title: line.chars().take(32).collect(),
                    keys: HashMap::new(),
                };
                sections.push(std::mem::replace(&mut current, next));
            } else {
                let (key, value) = line.split_once('=').unwrap_or((line, ""));
                if !key.is_empty() && current.keys.insert(key, value).is_some() {
                    return Err(malformed(&current.title, format!("{key} is there twice")));
                }
            }
        }
        sections.push(current);
        let head = sections.remove(0);
        Self::from_sections(&head, sections, end)
    }

    fn from_sections(
        head: &Section<'t>,
        trees: Vec<Section<'t>>,
        end: &'t str,
    ) -> Result<Self, Error> {
        let last_feature = head.count("max_feature_idx")?;
        if last_feature >= MAX_FEATURES {
            return Err(unsupported(
                "max_feature_idx",
                "a model of this many features",
            ));
        }
        let n_features = last_feature + 1;
        let list = |key| -> Vec<&'t str> {
            let text: &'t str = head.optional(key).unwrap_or("");
            text.split(' ').filter(|word| !word.is_empty()).collect()
        };
        let feature_names = list("feature_names");
        if feature_names.len() != n_features {
            return Err(malformed(
                "feature_names",
                "there are not as many as features",
            ));
        }
        let after = |start: &str| {
            end.lines()
                .find_map(|line| line.strip_prefix(start))
                .map(str::trim)
        };
        Ok(Self {
            version: head.get("version")?,
            n_features,
            n_scores: head.count("num_tree_per_iteration")?,
            n_classes: head.count("num_class")?,
            objective: head.optional("objective").unwrap_or(""),
            is_sparse: false,
            averages: head.optional("average_output").is_some(),
            trees,
            feature_names,
            feature_infos: list("feature_infos"),
            categorical_parameter: after("[categorical_feature:")
                .map(|list| list.trim_end_matches(']')),
            pandas_categorical: after("pandas_categorical:"),
        })
    }

    /// The features' names; `None` where LightGBM made them up.
    pub(super) fn names(&self) -> Option<&[&'t str]> {
        let made_up = |(position, name): (usize, &&str)| *name == format!("Column_{position}");
        let all_made_up = self.feature_names.iter().enumerate().all(made_up);
        (!all_made_up).then_some(&self.feature_names)
    }

    /// A feature's name.
    pub(super) fn name(&self, position: usize) -> &'t str {
        self.feature_names.get(position).copied().unwrap_or("")
    }

    /// The lists of the columns that were pandas categories.
    pub(super) fn pandas_categories(&self) -> Result<Vec<CategoryList>, Error> {
        let text = match self.pandas_categorical {
            None | Some("null" | "" | "[]") => return Ok(Vec::new()),
            Some(text) => text,
        };
        let wrong = || malformed("pandas_categorical", "it is not a list of lists");
        let lists: Vec<Vec<Value>> = serde_json::from_str(text).map_err(|_| wrong())?;
        lists
            .into_iter()
            .map(|list| CategoryList::new(list).ok_or_else(wrong))
            .collect()
    }

    /// Positions of the categorical features: the parameter, or else the features whose
    /// `feature_infos` is a list of categories instead of a range.
    pub(super) fn categorical_features(&self) -> Vec<usize> {
        if let Some(list) = self.categorical_parameter.filter(|list| !list.is_empty()) {
            let parsed: Result<Vec<usize>, _> = list
                .split(',')
                .map(|position| position.trim().parse())
                .collect();
            if let Ok(positions) = parsed {
                return positions;
            }
        }
        let is_list = |position: &usize| matches!(self.seen(*position), Seen::Categories(_));
        (0..self.n_features).filter(is_list).collect()
    }

    /// What training saw of a feature.
    pub(super) fn seen(&self, position: usize) -> Seen<'t> {
        let info = self.feature_infos.get(position).copied();
        let info = info.unwrap_or("none");
        let range = info
            .strip_prefix('[')
            .and_then(|range| range.strip_suffix(']')?.split_once(':'));
        match range {
            _ if info == "none" => Seen::Nothing,
            Some((least, most)) => match (least.parse(), most.parse()) {
                (Ok(least), Ok(most)) => Seen::Range(least, most),
                _ => Seen::Nothing,
            },
            None => Seen::Categories(info),
        }
    }
}

/// What training saw of a feature (`feature_infos`).
pub(super) enum Seen<'t> {
    /// One value, or the text does not say.
    Nothing,
    /// The least and the largest number.
    Range(f64, f64),
    /// Category numbers between colons; -1 stands for missing ones.
    Categories(&'t str),
}
