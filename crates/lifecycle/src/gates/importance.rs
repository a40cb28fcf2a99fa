//! How much each input moves a model's answers.

use propenso_portfolio::{PortfolioError, Table};
use propenso_scoring::{Asked, Scorer, Workspace};
use serde::Serialize;

/// Clients whose scores are taken apart: milliseconds each, so enough to see which inputs matter.
const CLIENTS: usize = 100;

/// How much each input moves a model's answers, in some clients of the reference portfolio.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Importance {
    /// Clients whose scores were taken apart.
    pub clients: usize,
    /// The inputs, those that move most first.
    pub inputs: Vec<InputImportance>,
}

/// How much an input moves a model's answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InputImportance {
    /// Its long name.
    pub input: String,
    /// The mean of what it adds to a probability or takes from it, without its sign, 0 to 1.
    pub mean: f64,
}

impl Importance {
    /// Takes some clients' scores apart; `None` of a model whose scores cannot be, or that has no probability.
    pub(super) fn of(scorer: &Scorer, table: &Table) -> Result<Option<Self>, PortfolioError> {
        if scorer.check_explanation().is_err() {
            return Ok(None);
        }
        let inputs = scorer.contract().inputs();
        let mut sums = vec![0.0; inputs.len()];
        let mut workspace = Workspace::default();
        let mut clients = 0_u32;
        let asked = Asked {
            reasons: Some(inputs.len()),
            counterfactual: false,
        };
        for row in table.some_clients(scorer, CLIENTS)? {
            let answered = scorer.answer(&row, asked, &mut workspace).ok();
            let Some(explanation) = answered.and_then(|answered| answered.explanation) else {
                continue;
            };
            clients += 1;
            for reason in &explanation.reasons {
                let known = inputs
                    .iter()
                    .position(|input| input.name() == &*reason.input);
                if let Some(sum) = known.and_then(|at| sums.get_mut(at)) {
                    *sum += reason.contribution.abs();
                }
            }
        }
        let mut inputs: Vec<InputImportance> = inputs
            .iter()
            .zip(sums)
            .map(|(input, sum)| InputImportance {
                input: input.name().to_owned(),
                mean: sum / f64::max(f64::from(clients), 1.0),
            })
            .collect();
        // Stable: of equals the contract's first.
        inputs.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        let is_known = clients > 0 && inputs.iter().all(|input| input.mean.is_finite());
        Ok(is_known.then_some(Self {
            clients: clients as usize,
            inputs,
        }))
    }
}
