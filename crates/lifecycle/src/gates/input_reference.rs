//! What a version's inputs were in the reference portfolio: what days are held against.

use propenso_model::Sha256;
use propenso_portfolio::{PortfolioError, Table};
use propenso_scoring::{Binning, Contract, InputBins, Observed, Scorer};
use serde::{Deserialize, Serialize};

use super::importance::Importance;

/// Clients of the reference that are counted: more tell no more.
const MOST_CLIENTS: usize = 20_000;

/// Cells that are read for them: a model of thousands of columns is told of fewer clients.
const MOST_CELLS: usize = 2_000_000;

/// Inputs that are counted, those that move the model most.
const MOST_INPUTS: usize = 100;

/// What a version's inputs were in the reference portfolio when it was examined: counts in bins, no client's values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputReference {
    /// Clients that were counted: all, or some from all over a large portfolio.
    pub clients: u64,
    /// The inputs, those that move the model most first.
    pub inputs: Vec<ReferenceInput>,
}

/// An input in the reference portfolio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReferenceInput {
    /// Its long name.
    pub input: String,
    /// What it is counted in.
    pub bins: InputBins,
    /// Clients by bin.
    pub counts: Vec<u64>,
}

impl InputReference {
    /// Counts the inputs of a table's clients; `None` where none of them can be used. Of many inputs those that are important are.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] when the table lacks columns.
    pub(super) fn of(
        scorer: &Scorer,
        table: &Table,
        importance: Option<&Importance>,
    ) -> Result<Option<Self>, PortfolioError> {
        let contract = scorer.contract();
        let chosen = chosen(contract, importance);
        let most = MOST_CELLS / contract.inputs().len().max(1);
        let rows = table.some_clients(scorer, most.clamp(1, MOST_CLIENTS))?;
        let mut columns = vec![Vec::with_capacity(rows.len()); chosen.len()];
        let (mut features, mut warnings, mut observed) = (Vec::new(), Vec::new(), Vec::new());
        let mut clients = 0;
        for row in &rows {
            observed.clear();
            let observe = |input| observed.push(input);
            let encoded = contract.encode_observed(row, &mut features, &mut warnings, observe);
            if encoded.is_err() {
                continue;
            }
            clients += 1;
            for (column, index) in columns.iter_mut().zip(&chosen) {
                column.push(observed.get(*index).copied().unwrap_or(Observed::Missing));
            }
        }
        let inputs = chosen.iter().zip(&columns).filter_map(|(index, column)| {
            let input = contract.inputs().get(*index)?;
            let bins = InputBins::of(input, column)?;
            let mut counts = vec![0; bins.count()];
            for observed in column {
                if let Some(count) = counts.get_mut(bins.bin(*observed)) {
                    *count += 1;
                }
            }
            Some(ReferenceInput {
                input: input.name().to_owned(),
                bins,
                counts,
            })
        });
        let inputs: Vec<ReferenceInput> = inputs.collect();
        let is_known = clients > 0 && !inputs.is_empty();
        Ok(is_known.then_some(Self { clients, inputs }))
    }

    /// Tells these bins from others: what was counted in other ones cannot be held against it.
    #[must_use]
    pub fn id(&self) -> String {
        let bins: Vec<_> = self
            .inputs
            .iter()
            .map(|known| (&known.input, &known.bins))
            .collect();
        let text = serde_json::to_vec(&bins).unwrap_or_default();
        Sha256::of(&text).short()
    }

    /// The bins, beside the inputs of a contract.
    #[must_use]
    pub fn binning(&self, contract: &Contract) -> Binning {
        let inputs = self.inputs.iter();
        let inputs = inputs.map(|known| (&*known.input, &known.bins));
        Binning::new(contract, self.id(), inputs)
    }
}

/// The inputs that are counted, by their index in the contract.
fn chosen(contract: &Contract, importance: Option<&Importance>) -> Vec<usize> {
    let is_used = |index: &usize| {
        let input = contract.inputs().get(*index);
        input.is_some_and(propenso_scoring::Input::is_used)
    };
    let indices: Vec<usize> = match importance {
        Some(importance) => {
            let inputs = importance.inputs.iter();
            let known = inputs.filter_map(|known| contract.input_index(&known.input));
            known.filter(is_used).take(MOST_INPUTS).collect()
        }
        None => (0..contract.inputs().len())
            .filter(is_used)
            .take(MOST_INPUTS)
            .collect(),
    };
    indices
}
