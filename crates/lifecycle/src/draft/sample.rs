//! What a sample of clients shows of its columns.

use std::collections::{BTreeMap, BTreeSet};

use propenso_model::ModelInput;
use propenso_portfolio::{Decimal, Table};
use propenso_scoring::number::{self, Notation};
use propenso_scoring::plain_name;

/// Rows that are looked at; a sample of a month says no more than these.
const MAX_ROWS: usize = 20_000;

/// Different texts that are kept of a column; with more it is no list of codes.
pub(super) const MAX_TEXTS: usize = 30;

/// Texts that mean "no value" wherever they are.
const MISSING: [&str; 12] = [
    "", "nan", "null", "none", "na", "n/a", "#n/a", "n/d", "#n/d", "nd", "-", "<na>",
];

/// Ways to write a day that are tried.
const DAYS: [(&str, [usize; 3], char); 4] = [
    ("%d/%m/%Y", [2, 1, 0], '/'),
    ("%d-%m-%Y", [2, 1, 0], '-'),
    ("%d.%m.%Y", [2, 1, 0], '.'),
    ("%Y-%m-%d", [0, 1, 2], '-'),
];

/// A sample, column by column.
pub(super) struct Sample<'t> {
    table: &'t Table,
    columns: Vec<Column>,
}

/// What is in a column.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub(super) n_rows: usize,
    pub(super) n_missing: usize,
    /// What it has for "no value".
    missing: BTreeSet<String>,
    /// Its different texts, each with how often it is there, up to one more than [`MAX_TEXTS`].
    pub(super) texts: BTreeMap<String, usize>,
    /// All values seen differ.
    pub(super) is_unique: bool,
    pub(super) kind: ColumnKind,
    pub(super) decimal: Option<Decimal>,
}

/// What the values of a column are.
#[derive(Debug, Default, PartialEq)]
pub(super) enum ColumnKind {
    #[default]
    Empty,
    Numbers {
        least: f64,
        most: f64,
        is_whole: bool,
    },
    /// A format that reads all of them.
    Days(&'static str),
    Texts,
}

impl<'t> Sample<'t> {
    pub(super) fn of(table: &'t Table) -> Self {
        let columns = 0..table.header().len();
        Self {
            columns: columns.map(|at| Column::of(table, at)).collect(),
            table,
        }
    }

    /// Each column with its name.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.table
            .header()
            .iter()
            .map(String::as_str)
            .zip(&self.columns)
    }

    /// The column that a name means.
    pub(super) fn find(&self, name: &str) -> Option<(&str, &Column)> {
        let at = self.table.column(name).ok().flatten()?;
        Some((self.table.header().get(at)?, self.columns.get(at)?))
    }

    /// What it has for "no value", in all columns.
    pub(super) fn missing_spellings(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self
            .columns
            .iter()
            .flat_map(|column| &column.missing)
            .collect();
        all.into_iter().cloned().collect()
    }

    /// The first column that is no input and repeats nothing.
    pub(super) fn id_column(&self, inputs: &[ModelInput]) -> Option<&str> {
        let names: BTreeSet<String> = inputs.iter().map(|input| plain_name(&input.name)).collect();
        let mut others = self
            .columns()
            .filter(|(name, _)| !names.contains(&plain_name(name)));
        let found = others.find(|(name, column)| {
            !name.is_empty() && column.is_unique && column.n_missing == 0 && column.n_rows > 1
        });
        found.map(|(name, _)| name)
    }
}

impl Column {
    fn of(table: &Table, at: usize) -> Self {
        let mut column = Self {
            decimal: table.decimal(at),
            ..Self::default()
        };
        let mut seen = BTreeSet::new();
        let mut texts = Vec::new();
        for row in 0..table.n_rows().min(MAX_ROWS) {
            let text = table.cell(row, at).trim_matches(number::is_outer_blank);
            column.n_rows += 1;
            if MISSING.contains(&&*text.to_lowercase()) {
                column.n_missing += 1;
                column.missing.insert(text.to_owned());
                continue;
            }
            seen.insert(text);
            texts.push(text);
            if column.texts.len() <= MAX_TEXTS || column.texts.contains_key(text) {
                *column.texts.entry(text.to_owned()).or_default() += 1;
            }
        }
        column.is_unique = seen.len() == texts.len() && !texts.is_empty();
        column.kind = column.kind_of(&texts);
        column
    }

    fn kind_of(&self, texts: &[&str]) -> ColumnKind {
        if texts.is_empty() {
            return ColumnKind::Empty;
        }
        let numbers: Option<Vec<f64>> = texts.iter().map(|text| self.number(text)).collect();
        if let Some(numbers) = numbers {
            return ColumnKind::Numbers {
                // Which of two zeros is the least is the processor's matter: there is one.
                least: numbers.iter().copied().fold(f64::INFINITY, f64::min) + 0.0,
                most: numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 0.0,
                is_whole: numbers.iter().all(|number| number.fract() == 0.0),
            };
        }
        let format = DAYS
            .iter()
            .find(|(_, order, mark)| texts.iter().all(|text| is_day(text, *order, *mark)));
        match format {
            Some((format, ..)) => ColumnKind::Days(format),
            None => ColumnKind::Texts,
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        let text = match self.decimal {
            Some(decimal) => number::without_thousands(text, decimal),
            None => text.into(),
        };
        number::parse(&text, Notation::Money)
            .ok()
            .map(|number| number.value)
    }

    /// Whether there are few enough different texts to be codes.
    pub(super) fn is_list(&self) -> bool {
        !self.texts.is_empty() && self.texts.len() <= MAX_TEXTS
    }
}

fn is_day(text: &str, [year, month, day]: [usize; 3], mark: char) -> bool {
    let text = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<Option<u32>> = text.split(mark).map(|part| part.parse().ok()).collect();
    let part = |at: usize| parts.get(at).copied().flatten();
    parts.len() == 3
        && part(year).is_some_and(|year| (1700..=2200).contains(&year))
        && part(month).is_some_and(|month| (1..=12).contains(&month))
        && part(day).is_some_and(|day| (1..=31).contains(&day))
}
