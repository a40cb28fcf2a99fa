//! All gates, one after the other.

use propenso_model::{Blob, Estimator, ModelFile};
use propenso_scoring::statistics::Deciles;
use propenso_scoring::{Contract, Scorer};

use super::clients::Clients;
use super::golden::{GoldenFile, GoldenScorer};
use super::progress::{Progress, Step};
use super::report::{Gate, GateReport, Verdict};
use super::standard::Standard;
use super::{drift, fit, golden, holdout, reading};
use crate::contract_source::{ContractSource, DEFAULT_CONTRACT};
use crate::load;
use crate::load_error::LoadError;
use crate::memory;

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
    /// Whether the file was examined before, and its model found: there is no other in it.
    pub is_known: bool,
    /// The contract; `None` for the one that fits.
    pub contract: Option<&'c ContractSource>,
    /// Golden rows that came along.
    pub golden: Option<&'c [u8]>,
    /// Labelled clients to measure it on.
    pub holdout: Option<&'c Clients<'c>>,
    /// Who is told how far it is.
    pub progress: &'c Progress,
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
pub fn examine(candidate: &Candidate<'_>, standard: &Standard<'_>) -> Result<Examined, LoadError> {
    candidate.progress.begin(Step::Reading);
    let (file, estimator) = match read(candidate, standard) {
        Ok(read) => read,
        Err(gate) => return Examined::unread(*gate, candidate.contract),
    };
    let mut gates = vec![Gate::of(reading::readable(&file, &estimator, standard))];
    candidate.progress.begin(Step::Fit);
    let contract = match candidate.contract {
        Some(contract) => contract.clone(),
        None => load::fitting_contract(&estimator)?,
    };
    let bound = load::bind_source(candidate.file_name, file.sha256(), estimator, &contract);
    let threshold = file.company().and_then(|company| company.threshold);
    gates.push(Gate::of(fit::gate(contract.name(), &bound, threshold)));
    if let Ok(scorer) = &bound {
        gates.extend(judge(scorer, candidate, standard)?);
    }
    Ok(Examined::new(gates, contract, bound.ok()))
}

/// Reads the model, or gives the gate that it does not pass.
fn read(
    candidate: &Candidate<'_>,
    standard: &Standard<'_>,
) -> Result<(ModelFile, Estimator), Box<Gate>> {
    if !candidate.is_as_announced {
        return Err(Box::new(Gate::of(reading::not_as_announced())));
    }
    let refused = |error, file: Option<&ModelFile>| {
        let gate = reading::unreadable(&error, file, standard.limits);
        Box::new(Gate::of(gate))
    };
    let file = ModelFile::read(
        candidate.model.clone(),
        &memory::limits(candidate.model.bytes().len()),
    );
    let file = file.map_err(|error| refused(error, None))?;
    let file = match (candidate.key, candidate.is_known) {
        (None, true) => file.with_only_model(),
        (key, _) => file.with_key(key),
    };
    match file.estimator() {
        Ok(estimator) => Ok((file, estimator)),
        Err(error) => Err(refused(error, Some(&file))),
    }
}

/// Passes a model that can answer through the gates of its answers.
fn judge(
    scorer: &Scorer,
    candidate: &Candidate<'_>,
    standard: &Standard<'_>,
) -> Result<[Gate; 3], LoadError> {
    let progress = candidate.progress;
    progress.begin(Step::Golden);
    let file = |came_along| move |bytes| GoldenFile { bytes, came_along };
    let rows = candidate.golden.map(file(true));
    let rows = rows.or(standard.champion_golden.map(file(false)));
    let own = rows.and_then(|_| by_own_columns(scorer));
    let by = GoldenScorer {
        by_contract: scorer,
        by_own_columns: own.as_ref(),
    };
    let golden = golden::gate(rows, by, standard.limits.golden_tolerance)?;
    progress.begin(Step::Drift);
    let drift = drift::gate(scorer, standard);
    progress.begin(Step::Holdout);
    let holdout = holdout::gate(scorer, candidate.holdout, standard);
    Ok([Gate::of(golden), Gate::of(drift), Gate::of(holdout)])
}

/// The model by its own columns, which golden rows often have.
fn by_own_columns(scorer: &Scorer) -> Option<Scorer> {
    let contract = Contract::of_model(scorer.predictor().signature()).ok()?;
    scorer.with_contract(contract).ok()
}

impl Examined {
    fn new(gates: Vec<Gate>, contract: ContractSource, scorer: Option<Scorer>) -> Self {
        let report = GateReport {
            gates,
            evidence: None,
        };
        let deciles = report.drift().and_then(|drift| drift.deciles);
        let is_rejected = report.verdict() == Verdict::Failed;
        Self {
            report,
            contract,
            deciles,
            scorer: scorer.filter(|_| !is_rejected),
        }
    }

    /// Rejects a model that could not be read. Without a contract asked for, it is kept with the usual one.
    fn unread(gate: Gate, contract: Option<&ContractSource>) -> Result<Self, LoadError> {
        let contract = match contract {
            Some(contract) => contract.clone(),
            None => ContractSource::named(DEFAULT_CONTRACT)?,
        };
        Ok(Self::new(vec![gate], contract, None))
    }
}
