//! Which inputs of a contract are days, and which of them others are counted from.

use std::collections::BTreeSet;

use crate::contract::wire::{InputTable, Kind, StepTable};

/// The days among the inputs, before any input is compiled: a feature may count from a day further down.
pub(super) struct Dates {
    /// The name of each input that is a day, by the input's index.
    names: Vec<Option<String>>,
    /// The names that features count from.
    counted_from: BTreeSet<String>,
}

impl Dates {
    pub(super) fn of(inputs: &[InputTable]) -> Self {
        let name = |input: &InputTable| (input.kind == Kind::Date).then(|| input.name.clone());
        let features = inputs
            .iter()
            .flat_map(|input| input.features.iter().flatten());
        let since = features.filter_map(|feature| match feature.steps.first() {
            Some(StepTable::DaysSince(toml::Value::String(name))) => Some(name.clone()),
            _ => None,
        });
        Self {
            names: inputs.iter().map(name).collect(),
            counted_from: since.collect(),
        }
    }

    /// The index of the input that is the day of this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        let is_it = |known: &Option<String>| known.as_deref() == Some(name);
        self.names.iter().position(is_it)
    }

    /// Whether a feature counts from the day of this name.
    pub(super) fn is_counted_from(&self, name: &str) -> bool {
        self.counted_from.contains(name)
    }
}
