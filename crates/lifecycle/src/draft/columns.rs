//! What a sample's header is known by.

use std::collections::BTreeSet;

use propenso_model::Signature;
use propenso_portfolio::KnownColumns;
use propenso_scoring::plain_name;

/// The names of a model's inputs, as people write them.
#[derive(Debug)]
pub struct SampleColumns {
    names: BTreeSet<String>,
}

impl SampleColumns {
    /// Takes a model's inputs.
    #[must_use]
    pub fn of(signature: &Signature) -> Self {
        let names = signature.inputs.iter().map(|input| plain_name(&input.name));
        Self {
            names: names.collect(),
        }
    }
}

impl KnownColumns for SampleColumns {
    fn count(&self, cells: &[String]) -> usize {
        let known = cells
            .iter()
            .filter(|cell| self.names.contains(&plain_name(cell)));
        known.count()
    }

    /// Lists all columns: which are numbers is what the sample is to show.
    fn number_columns(&self, header: &[String]) -> Vec<usize> {
        (0..header.len()).collect()
    }
}
