//! Whether the file can be read and its model served.

use propenso_model::foreign::Origin;
use propenso_model::{Error, Estimator, GlobalUse, ModelFile, is_foreign, strict};
use serde::Serialize;

use super::checked::Checked;
use super::concern::{Concern, Level};
use super::limits::GateLimits;
use super::reading_problem::{self, ReadingProblem};
use super::standard::Standard;

/// Foreign names that are listed.
const MAX_NAMES: usize = 5;

/// What was found of the file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reading {
    /// The model's class, if it can be served.
    pub class: Option<String>,
    /// The library that wrote it, with its version.
    pub writer: Option<String>,
    /// What it takes.
    pub n_inputs: Option<usize>,
    /// What is wrong, in the words of the reader.
    pub detail: Option<String>,
}

/// What is to be said of a file that is not the one that was sent.
pub(super) fn not_as_announced() -> Checked<Reading> {
    Checked::new(Reading::default(), [Concern::WrongHash])
}

/// What stands for a report that cannot be read any more: nobody knows what was in it.
pub(super) fn unreadable_report() -> Checked<Reading> {
    let findings = Reading {
        detail: Some("the gates' report of this version cannot be read".to_owned()),
        ..Reading::default()
    };
    Checked::new(findings, [Concern::NotCompared])
}

/// What speaks against a file that cannot be read.
pub(crate) fn unreadable_concern(error: &Error) -> Concern {
    Concern::Unreadable {
        problem: ReadingProblem::of(error),
        subject: reading_problem::subject(error),
    }
}

/// What is wrong with a file that cannot be served.
pub(super) fn unreadable(
    error: &Error,
    file: Option<&ModelFile>,
    limits: &GateLimits,
) -> Checked<Reading> {
    let findings = Reading {
        detail: Some(error.to_string()),
        ..Reading::default()
    };
    let foreign = file.and_then(|file| foreign(file, limits));
    let problem = unreadable_concern(error);
    Checked::new(findings, foreign.into_iter().chain([problem]))
}

/// What is to be said of a file that can be served.
pub(super) fn readable(
    file: &ModelFile,
    estimator: &Estimator,
    standard: &Standard<'_>,
) -> Checked<Reading> {
    let limits = standard.limits;
    let violations = if standard.is_strict {
        strict::violations(file, estimator)
    } else {
        Vec::new()
    };
    let signature = &estimator.signature;
    let findings = Reading {
        class: Some(signature.class.clone()),
        writer: Some(signature.writer.to_string()),
        n_inputs: Some(signature.n_inputs()),
        detail: (!violations.is_empty()).then(|| violations.join("; ")),
    };
    let strict = (!violations.is_empty()).then_some(Concern::Strict);
    let concerns = foreign(file, limits)
        .into_iter()
        .chain(own_code(file, limits))
        .chain(strict);
    Checked::new(findings, concerns)
}

/// Names that no model needs: functions of Python itself, and those of numpy and joblib that run or read things.
fn foreign(file: &ModelFile, limits: &GateLimits) -> Option<Concern> {
    let is_hostile = |origin| matches!(origin, Origin::Python | Origin::Model);
    let names = names(file, is_hostile)?;
    let level = level(limits);
    Some(Concern::Foreign { names, level })
}

/// Names of code that is the analysts' own or another library's, and that the answer does not need: no attack,
/// though nobody knows what it is for.
fn own_code(file: &ModelFile, limits: &GateLimits) -> Option<Concern> {
    let is_own = |origin| !matches!(origin, Origin::Python | Origin::Model);
    let found = names(file, is_own)?;
    let is_unknown = names(file, |origin| origin == Origin::Unknown).is_some();
    let level = if is_unknown {
        level(limits)
    } else {
        Level::Warn
    };
    Some(Concern::OwnCode {
        names: found,
        level,
    })
}

fn level(limits: &GateLimits) -> Level {
    if limits.refuse_foreign {
        Level::Fail
    } else {
        Level::Warn
    }
}

/// The foreign names of some origins, the first ones.
fn names(file: &ModelFile, is_meant: impl Fn(Origin) -> bool) -> Option<Vec<String>> {
    let is_meant = |global: &&GlobalUse| is_foreign(global) && is_meant(Origin::of(&global.module));
    let names: Vec<String> = file
        .globals()
        .iter()
        .filter(is_meant)
        .map(|global| format!("{}.{}", global.module, global.name))
        .take(MAX_NAMES)
        .collect();
    (!names.is_empty()).then_some(names)
}
