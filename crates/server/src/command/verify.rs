//! `propenso verify`: golden rows through the scorer, compared with what the original answered.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use propenso_lifecycle::contract_source::MODEL_CONTRACT;
use propenso_lifecycle::golden::report::Report;
use propenso_lifecycle::golden::{Golden, GoldenError};
use propenso_lifecycle::load;
use propenso_scoring::{Language, Scorer};

use super::{CommandError, PARTIAL};
use crate::cli::VerifyArgs;

/// Compares every golden row.
///
/// # Errors
///
/// [`CommandError`] when a file cannot be used.
pub fn run(args: &VerifyArgs, language: Language) -> Result<ExitCode, CommandError> {
    // Programs read one language.
    let language = match args.json {
        true => Language::English,
        false => language,
    };
    let wrong = |problem: String| CommandError::Golden {
        path: args.golden.clone(),
        problem,
    };
    let (file, estimator) = load::estimator(args.model.path())?;
    let unusable = |error: GoldenError| wrong(error.message(language));
    let golden = Golden::open(&args.golden).map_err(unusable)?;
    let contract = args.contract.named.as_deref().or_else(|| {
        let own = golden.has_columns_of(&estimator.signature);
        own.then_some(MODEL_CONTRACT)
    });
    let scorer = load::bind(&args.model.file, file.sha256(), estimator, contract)?;
    let report = Report::of(&golden, &scorer, args.tolerance, language);
    let report = report.map_err(unusable)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        report.write_text(&mut out)?;
    }
    Ok(if report.is_proof() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    })
}

/// Compares the golden rows of a file with what a scorer answers, and tells whether they are a proof.
pub(super) fn prove(
    scorer: &Scorer,
    path: &Path,
    language: Language,
    out: &mut impl Write,
) -> Result<bool, CommandError> {
    let unusable = |error: GoldenError| CommandError::Golden {
        path: path.to_owned(),
        problem: error.message(language),
    };
    let golden = Golden::open(path).map_err(unusable)?;
    let report = Report::of(&golden, scorer, None, language).map_err(unusable)?;
    report.write_text(out)?;
    Ok(report.is_proof())
}
