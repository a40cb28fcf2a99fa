//! Where in its text each part of a contract is.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;

/// The lines of a contract's parts, counted from 1.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    /// Where each line begins.
    starts: Vec<usize>,
    /// The parts, by the names that problems call them by, such as `input VPT`.
    parts: HashMap<String, Part>,
    /// The features, bands and columns, by their names.
    features: HashMap<String, usize>,
}

/// A table.
#[derive(Debug, Clone, Default)]
struct Part {
    line: usize,
    keys: HashMap<String, usize>,
}

impl Lines {
    pub(super) fn of(text: &str, document: &DeTable<'_>) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut lines = Self {
            starts: [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect(),
            ..Self::default()
        };
        lines.add("contract".to_owned(), 0, document);
        for (key, value) in document.iter() {
            match value.get_ref() {
                DeValue::Table(table) => {
                    lines.add(key.get_ref().to_string(), value.span().start, table);
                }
                DeValue::Array(tables) if key.get_ref() == "input" => {
                    tables.iter().for_each(|table| lines.add_input(table));
                }
                _ => {}
            }
        }
        lines
    }

    fn add(&mut self, name: String, start: usize, table: &DeTable<'_>) {
        let keys = table.iter();
        let keys = keys.map(|(key, _)| (key.get_ref().to_string(), self.at(key.span().start)));
        let part = Part {
            keys: keys.collect(),
            line: self.at(start),
        };
        self.parts.insert(name, part);
    }

    fn add_input(&mut self, table: &Spanned<DeValue<'_>>) {
        let start = table.span().start;
        let Some(table) = table.get_ref().as_table() else {
            return;
        };
        let name = table.get("name").and_then(|name| name.get_ref().as_str());
        // Of two inputs of one name the second is told about.
        self.add(format!("input {}", name.unwrap_or_default()), start, table);
        for list in ["features", "bands", "one_hot"] {
            let list = table.get(list).and_then(|list| list.get_ref().as_array());
            for feature in list.into_iter().flat_map(|list| list.iter()) {
                let keys = feature.get_ref().as_table();
                let key = |key: &str| keys.and_then(|keys| keys.get(key)?.get_ref().as_str());
                if let Some(name) = key("name").or(key("feature")) {
                    let line = self.at(feature.span().start);
                    self.features.insert(name.to_owned(), line);
                }
            }
        }
    }

    /// The line of a position in the text.
    pub(super) fn at(&self, position: usize) -> usize {
        self.starts.partition_point(|start| *start <= position)
    }

    /// Tells problems their lines: that of the feature or of the key they name, else that of their part.
    pub(super) fn find(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let found = problems.into_iter().map(|problem| {
            let line = problem.line().or_else(|| self.line_of(&problem));
            problem.at_line(line)
        });
        let mut found: Vec<Problem> = found.collect();
        found.sort_by_key(|problem| problem.line().unwrap_or(0));
        found
    }

    fn line_of(&self, problem: &Problem) -> Option<usize> {
        if let Some(feature) = problem.place().strip_prefix("feature ") {
            return self.features.get(feature).copied();
        }
        let text = problem.text();
        let named = text.strip_prefix("feature ").or(text.strip_prefix("band "));
        let named = named.and_then(|rest| self.features.get(rest.split_once(": ")?.0));
        if let Some(line) = named {
            return Some(*line);
        }
        let part = self.parts.get(problem.place())?;
        // Texts put the key that they are about in backquotes, the first of all.
        let key = text.split('`').nth(1);
        let key = key.and_then(|key| part.keys.get(key.split('.').next()?));
        Some(key.copied().unwrap_or(part.line))
    }
}
