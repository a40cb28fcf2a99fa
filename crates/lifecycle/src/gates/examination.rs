//! All gates, one after the other.

use propenso_model::{Blob, Limits, ModelFile};
use propenso_scoring::statistics::Deciles;
use propenso_scoring::{Contract, Scorer};

use super::clients::Clients;
use super::golden::GoldenScorer;
use super::holdout::Target;
use super::limits::GateLimits;
use super::report::{Findings, Gate, GateReport, Verdict};
use super::{drift, fit, golden, holdout, reading};
use crate::contract_source::ContractSource;
use crate::load;
use crate::load_error::LoadError;

/// A model that asks to come in.
#[derive(Debug)]
pub struct Candidate<'c> {
    /// The file's name.
    pub file_name: &'c str,
    /// The file.
    pub model: &'c Blob,
    /// Whether it has the hash that was announced.
    pub is_as_announced: bool,
    /// The key under which the file has its model, where it is a dict or a list.
    pub key: Option<&'c str>,
    /// The contract; `None` for the one that fits.
    pub contract: Option<&'c ContractSource>,
    /// Golden rows that came along.
    pub golden: Option<&'c [u8]>,
    /// Labelled clients to measure it on.
    pub holdout: Option<&'c Clients<'c>>,
}

/// What it is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Standard<'s> {
    /// The model in service, with its number; `None` also where it cannot be loaded.
    pub champion: Option<(u32, &'s Scorer)>,
    /// Whether there is a model in service.
    pub has_champion: bool,
    /// Its golden rows.
    pub champion_golden: Option<&'s [u8]>,
    /// Recent clients.
    pub reference: Option<&'s Clients<'s>>,
    /// How labelled clients say who paid.
    pub target: &'s Target,
    /// What the gates compare with.
    pub limits: &'s GateLimits,
    /// Whether the strict policy decides which files are served.
    pub is_strict: bool,
}

/// What came of an examination.
#[derive(Debug)]
pub struct Examined {
    /// What the gates say.
    pub report: GateReport,
    /// The contract it was examined under.
    pub contract: ContractSource,
    /// The model's tenths of the reference portfolio.
    pub deciles: Option<Deciles>,
    /// What scores, unless a gate failed.
    pub scorer: Option<Scorer>,
}

/// Runs the gates, as far as the model comes.
///
/// # Errors
///
/// [`LoadError`] when no contract can be had to examine it under.
pub fn examine(candidate: &Candidate<'_>, standard: Standard<'_>) -> Result<Examined, LoadError> {
    let limits = standard.limits;
    let asked = candidate.contract.cloned();
    let rejected = |gates, contract| {
        let contract = match contract {
            Some(contract) => contract,
            None => ContractSource::named(crate::contract_source::DEFAULT_CONTRACT)?,
        };
        Ok(Examined {
            report: GateReport { gates },
            contract,
            deciles: None,
            scorer: None,
        })
    };
    if !candidate.is_as_announced {
        return rejected(vec![Gate::of(reading::not_as_announced())], asked);
    }
    let file = match ModelFile::read(candidate.model.clone(), &Limits::default()) {
        Ok(file) => file.with_key(candidate.key),
        Err(error) => {
            let gate = reading::unreadable(&error, None, limits);
            return rejected(vec![Gate::of(gate)], asked);
        }
    };
    let estimator = match file.estimator() {
        Ok(estimator) => estimator,
        Err(error) => {
            let gate = reading::unreadable(&error, Some(&file), limits);
            return rejected(vec![Gate::of(gate)], asked);
        }
    };
    let mut gates = vec![Gate::of(reading::readable(
        &file,
        &estimator,
        (standard.is_strict, limits),
    ))];
    let contract = match asked {
        Some(contract) => contract,
        None => load::fitting_contract(&estimator)?,
    };
    let bound = load::bind_source(candidate.file_name, &file, estimator, &contract);
    let threshold = file.company().and_then(|company| company.threshold);
    gates.push(Gate::of(fit::gate(contract.name(), &bound, threshold)));
    let Ok(scorer) = bound else {
        return rejected(gates, Some(contract));
    };
    let rows = candidate.golden.map(|rows| (rows, true));
    let rows = rows.or(standard.champion_golden.map(|rows| (rows, false)));
    let own = rows.and_then(|_| by_own_columns(&scorer));
    let by = GoldenScorer {
        by_contract: &scorer,
        by_own_columns: own.as_ref(),
    };
    gates.push(Gate::of(golden::gate(rows, by, limits.golden_tolerance)));
    gates.push(Gate::of(drift::gate(
        &scorer,
        (standard.champion, standard.has_champion),
        standard.reference,
        limits,
    )));
    let labelled = (candidate.holdout, standard.target);
    gates.push(Gate::of(holdout::gate(
        &scorer,
        standard.champion,
        labelled,
        limits,
    )));
    let deciles = gates.iter().find_map(|gate| match &gate.findings {
        Findings::Drift(drift) => drift.deciles,
        _ => None,
    });
    let report = GateReport { gates };
    let is_rejected = report.verdict() == Verdict::Failed;
    Ok(Examined {
        report,
        contract,
        deciles,
        scorer: (!is_rejected).then_some(scorer),
    })
}

/// The model by its own columns, which golden rows often have.
fn by_own_columns(scorer: &Scorer) -> Option<Scorer> {
    let contract = Contract::of_model(scorer.predictor().signature()).ok()?;
    scorer.with_contract(contract).ok()
}
