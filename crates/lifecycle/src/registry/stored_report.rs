//! The gates' reports as the database keeps them: a form of its own, with a number.
//!
//! What a version was told when it arrived must be readable for as long as the version is. So the names in the
//! database are written down here, once: a type of the gates that changes no longer fits its form, the compiler says so,
//! and whoever changes it adds a form, or says here how the old one is read. Reports of before forms had numbers are
//! form 1.
//!
//! The statistics inside (`Stability`, `Migration`, `Deciles`, `Discrimination`, `AucDifference`, `Gains`, `Calibration`) are kept as they
//! serialize; a registry of November 2026, among the tests, holds all of them.

use propenso_scoring::statistics::{
    AucDifference, Calibration, Deciles, Discrimination, Gains, Migration, Stability,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::gates::drift::Drift;
use crate::gates::fit::Fit;
use crate::gates::golden::GoldenRows;
use crate::gates::holdout::{Curves, Holdout};
use crate::gates::importance::{Importance, InputImportance};
use crate::gates::input_reference::InputReference;
use crate::gates::reading::Reading;
use crate::gates::reading_problem::ReadingProblem;
use crate::gates::{Concern, Evidence, Findings, Gate, GateOutcome, GateReport, Level};

/// The form that is written.
const FORM: u32 = 1;

/// Writes a report for the database.
pub(super) fn to_json(report: &GateReport) -> serde_json::Result<String> {
    let gates = report.gates.iter().map(|gate| StoredGate {
        outcome: gate.outcome,
        concerns: gate.concerns.iter().cloned().map(StoredConcern).collect(),
        findings: gate.findings.clone(),
    });
    serde_json::to_string(&StoredReport {
        form: FORM,
        gates: gates.collect(),
        evidence: report.evidence.clone().map(StoredEvidence),
    })
}

/// Reads a report. Whatever it has become, the version it is of can still be used and shown.
pub(super) fn of_json(json: &str) -> GateReport {
    let stored: Option<StoredReport> = serde_json::from_str(json).ok();
    let Some(stored) = stored.filter(|stored| stored.form == FORM) else {
        return GateReport::unreadable();
    };
    let gates = stored.gates.into_iter().map(|gate| Gate {
        outcome: gate.outcome,
        concerns: gate.concerns.into_iter().map(|stored| stored.0).collect(),
        findings: gate.findings,
    });
    GateReport {
        gates: gates.collect(),
        evidence: stored.evidence.map(|stored| stored.0),
    }
}

#[derive(Serialize, Deserialize)]
struct StoredReport {
    #[serde(default = "first")]
    form: u32,
    gates: Vec<StoredGate>,
    /// Written since December 2026; programs of before leave it aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<StoredEvidence>,
}

#[derive(Serialize, Deserialize)]
struct StoredEvidence(#[serde(with = "EvidenceForm")] Evidence);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Evidence")]
struct EvidenceForm {
    golden: Option<String>,
    holdout: Option<String>,
    reference: Option<String>,
    rules: Option<String>,
}

fn first() -> u32 {
    1
}

#[derive(Serialize, Deserialize)]
struct StoredGate {
    #[serde(with = "GateOutcomeForm")]
    outcome: GateOutcome,
    concerns: Vec<StoredConcern>,
    #[serde(flatten, with = "FindingsForm")]
    findings: Findings,
}

#[derive(Serialize, Deserialize)]
struct StoredConcern(#[serde(with = "ConcernForm")] Concern);

#[derive(Serialize, Deserialize)]
#[serde(remote = "GateOutcome", rename_all = "lowercase")]
enum GateOutcomeForm {
    Pass,
    Warn,
    Fail,
    Skipped,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Level", rename_all = "lowercase")]
enum LevelForm {
    Warn,
    Fail,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Findings", tag = "gate", rename_all = "lowercase")]
enum FindingsForm {
    Reading(#[serde(with = "ReadingForm")] Reading),
    Fit(#[serde(with = "FitForm")] Fit),
    Golden(#[serde(with = "GoldenRowsForm")] GoldenRows),
    Drift(#[serde(with = "boxed_drift")] Box<Drift>),
    Holdout(#[serde(with = "boxed_holdout")] Box<Holdout>),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reading")]
struct ReadingForm {
    class: Option<String>,
    writer: Option<String>,
    n_inputs: Option<usize>,
    detail: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Fit")]
struct FitForm {
    contract: String,
    detail: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "GoldenRows")]
struct GoldenRowsForm {
    came_along: bool,
    rows: u64,
    as_expected: u64,
    #[serde(default)]
    rounded: u64,
    #[serde(default)]
    worst_rounding: f64,
    #[serde(default)]
    ties: u64,
    unanswered: u64,
    worst: f64,
    first: Vec<(u64, String)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_row: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Drift")]
struct DriftForm {
    reference: Option<String>,
    clients: usize,
    unscored: usize,
    champion: Option<u32>,
    compared: usize,
    mean: Option<f64>,
    champion_mean: Option<f64>,
    to_payer: usize,
    to_non_payer: usize,
    stability: Option<Stability>,
    migration: Option<Migration>,
    deciles: Option<Deciles>,
    /// Written since December 2026; programs of before leave it aside. So are a holdout's curves.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "optional_importance"
    )]
    importance: Option<Importance>,
    /// Kept as it serializes, as the statistics are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<InputReference>,
}

#[derive(Serialize, Deserialize)]
struct StoredImportance(#[serde(with = "ImportanceForm")] Importance);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Importance")]
struct ImportanceForm {
    clients: usize,
    #[serde(with = "input_importances")]
    inputs: Vec<InputImportance>,
}

#[derive(Serialize, Deserialize)]
struct StoredInputImportance(#[serde(with = "InputImportanceForm")] InputImportance);

#[derive(Serialize, Deserialize)]
#[serde(remote = "InputImportance")]
struct InputImportanceForm {
    input: String,
    mean: f64,
}

#[derive(Serialize, Deserialize)]
struct StoredCurves(#[serde(with = "CurvesForm")] Curves);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Curves")]
struct CurvesForm {
    gains: Gains,
    calibration: Calibration,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Holdout")]
struct HoldoutForm {
    file: Option<String>,
    left_out: usize,
    candidate: Option<Discrimination>,
    champion: Option<(u32, Discrimination)>,
    difference: Option<AucDifference>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "optional_curves"
    )]
    curves: Option<Curves>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "optional_curves"
    )]
    champion_curves: Option<Curves>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Concern", tag = "concern", rename_all = "snake_case")]
enum ConcernForm {
    Unreadable {
        #[serde(with = "ReadingProblemForm")]
        problem: ReadingProblem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
    },
    WrongHash,
    Foreign {
        names: Vec<String>,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    OwnCode {
        names: Vec<String>,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    Strict,
    Misfit,
    ThresholdBeside {
        key: String,
        value: f64,
    },
    GoldenDiffers {
        rows: u64,
        of: u64,
    },
    GoldenTied {
        rows: u64,
        of: u64,
    },
    GoldenUnanswered {
        rows: u64,
        of: u64,
    },
    ContractUnusable,
    GoldenUnusable {
        problem: String,
    },
    NotCompared,
    TableUnusable {
        file: String,
        problem: String,
    },
    ChampionUnmeasured {
        problem: String,
    },
    Unscored {
        share: f64,
        limit: f64,
    },
    Psi {
        psi: f64,
        limit: f64,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    Flips {
        share: f64,
        limit: f64,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    Mean {
        change: f64,
        limit: f64,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    AucLoss {
        loss: f64,
        limit: f64,
        #[serde(with = "LevelForm")]
        level: Level,
    },
    Chance {
        #[serde(with = "LevelForm")]
        level: Level,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ReadingProblem", rename_all = "snake_case")]
enum ReadingProblemForm {
    Incomplete,
    NotAModel,
    Damaged,
    Excessive,
    Unsupported,
    Unnamed,
    NotAlone,
    Empty,
    Pointer,
    WebPage,
    Archive,
    Encrypted,
    Encoded,
    TreeDump,
    OldForm,
    HalfNetwork,
    Table,
    Document,
    OtherModel,
    SeveralObjects,
    NoPredictor,
    NotFitted,
    OwnClass,
    OtherLibrary,
}

mod boxed_drift {
    use super::{Deserializer, Drift, DriftForm, Serializer};

    pub(super) fn serialize<S: Serializer>(found: &Drift, to: S) -> Result<S::Ok, S::Error> {
        DriftForm::serialize(found, to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Box<Drift>, D::Error> {
        DriftForm::deserialize(from).map(Box::new)
    }
}

mod boxed_holdout {
    use super::{Deserializer, Holdout, HoldoutForm, Serializer};

    pub(super) fn serialize<S: Serializer>(found: &Holdout, to: S) -> Result<S::Ok, S::Error> {
        HoldoutForm::serialize(found, to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Box<Holdout>, D::Error> {
        HoldoutForm::deserialize(from).map(Box::new)
    }
}

/// Fields that are there or not, each by the form of what is in them.
macro_rules! optional {
    ($name:ident, $of:ty, $stored:ident) => {
        mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            use super::*;

            pub(super) fn serialize<S: Serializer>(
                value: &Option<$of>,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                value.clone().map($stored).serialize(to)
            }

            pub(super) fn deserialize<'d, D: Deserializer<'d>>(
                from: D,
            ) -> Result<Option<$of>, D::Error> {
                let stored = Option::<$stored>::deserialize(from)?;
                Ok(stored.map(|stored| stored.0))
            }
        }
    };
}

optional!(optional_importance, Importance, StoredImportance);
optional!(optional_curves, Curves, StoredCurves);

mod input_importances {
    use super::StoredInputImportance as Stored;
    use super::{Deserialize, Deserializer, InputImportance, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        inputs: &[InputImportance],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let stored: Vec<Stored> = inputs.iter().cloned().map(Stored).collect();
        stored.serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Vec<InputImportance>, D::Error> {
        let stored = Vec::<Stored>::deserialize(from)?;
        Ok(stored.into_iter().map(|stored| stored.0).collect())
    }
}
