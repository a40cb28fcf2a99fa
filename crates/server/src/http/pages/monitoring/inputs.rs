//! Warnings and rejections by input and reason.

use std::collections::BTreeMap;

use crate::http::App;
use crate::http::pages::figure;
use crate::http::pages::words::MonitoringWords;

/// Rows that are shown, the commonest first.
const SHOWN: usize = 40;

/// What stands for inputs that have no name among what is counted, as [`crate::figures`] has it.
const OTHER: &str = "(other)";
const UNKNOWN: &str = "(unknown)";

/// What was noticed of inputs, the commonest first.
pub(super) struct InputTable {
    pub(super) rows: Vec<InputRow>,
    /// How many more there are.
    pub(super) more: Option<String>,
}

/// What was noticed of an input, for one reason.
pub(super) struct InputRow {
    pub(super) input: String,
    pub(super) reason: String,
    pub(super) times: String,
    pub(super) per_client: String,
}

impl InputTable {
    /// Puts counts by input and reason in order; `clients` is of how many.
    pub(super) fn new(
        app: &App,
        counts: &BTreeMap<String, BTreeMap<String, u64>>,
        clients: u64,
        words: MonitoringWords,
    ) -> Self {
        let mut all: Vec<(&str, &str, u64)> = counts
            .iter()
            .flat_map(|(input, reasons)| {
                let reasons = reasons.iter();
                reasons.map(move |(reason, count)| (&**input, &**reason, *count))
            })
            .collect();
        all.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        let more = all.len().saturating_sub(SHOWN);
        let rows = all
            .iter()
            .take(SHOWN)
            .map(|(input, reason, count)| InputRow {
                input: name_of(app, input, words),
                reason: words.of_reason(reason).unwrap_or(reason).to_owned(),
                times: figure::count(*count, words.0),
                per_client: per_hundred(*count, clients, words),
            });
        Self {
            rows: rows.collect(),
            more: (more > 0).then(|| figure::count(more as u64, words.0)),
        }
    }
}

/// How many of a hundred; what is there at all is not 0.
fn per_hundred(count: u64, of: u64, words: MonitoringWords) -> String {
    let share = count as f64 * 100.0 / of as f64;
    if share < 0.05 {
        return format!("< {}", figure::number(0.1, 1, words.0));
    }
    figure::number(share, 1, words.0)
}

/// What people call an input: as the contract in service does, where it has it.
pub(super) fn name_of(app: &App, input: &str, words: MonitoringWords) -> String {
    match input {
        OTHER => return words.other_inputs().to_owned(),
        UNKNOWN => return words.unknown_inputs().to_owned(),
        _ => {}
    }
    let champion = app.serving.live().champion();
    let named = champion.and_then(|champion| {
        let contract = champion.scorer.contract();
        let known = contract.inputs().get(contract.input_index(input)?)?;
        Some(known.text_at_start(words.0).into_owned())
    });
    named.unwrap_or_else(|| input.to_owned())
}
