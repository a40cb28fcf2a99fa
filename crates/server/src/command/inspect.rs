//! `propenso inspect`: what a model file holds.

mod text;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use propenso_lifecycle::load;

use super::{CommandError, PARTIAL};
use crate::cli::InspectArgs;
use propenso_lifecycle::inspection::Report;

/// Tells what a file holds; what cannot be served is told too.
///
/// # Errors
///
/// [`CommandError`] when the file cannot be read.
pub fn run(args: &InspectArgs) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let file = load::model_file(args.model.path())?;
    let estimator = file.estimator();
    let millis = start.elapsed().as_secs_f64() * 1e3;
    let report = Report::new(&file, estimator, millis);
    let refused = args.strict && !report.strict_violations.is_empty();
    let code = if report.error.is_none() && !refused {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        text::write(&report, &mut out)?;
        if args.strict {
            text::write_strict(&report.strict_violations, &mut out)?;
        }
    }
    Ok(code)
}
