//! `propenso models add`.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use propenso_lifecycle::admission::{Admission, Arrival};
use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::inbox::name::{GOLDEN, HOLDOUT, beside};
use propenso_lifecycle::registry::{Registry, WayIn};
use propenso_lifecycle::verdict;

use super::{CommandError, by_system, print_json, unusable, who};
use crate::cli::AddArgs;
use crate::command::PARTIAL;
use crate::settings::ModelsSettings;
use crate::view::VersionView;

/// Examines a file and stores it.
pub(super) fn run(
    args: &AddArgs,
    registry: &Arc<Registry>,
    settings: ModelsSettings,
) -> Result<ExitCode, CommandError> {
    let promotion = settings.promotion;
    let bytes = read(&args.file)?;
    let contract = args.contract.as_deref().map(ContractSource::named);
    let file_name = name_of(&args.file);
    let holdout = companion(args.holdout.as_ref(), &args.file, HOLDOUT)?;
    let golden = companion(args.golden.as_ref(), &args.file, GOLDEN)?;
    let arrival = Arrival {
        announced: None,
        key: args.key.clone(),
        contract: contract.transpose()?,
        golden: golden.map(|(_, bytes)| bytes.into()),
        holdout,
        way: WayIn::Command,
        by: who(args.by.as_deref()),
        note: args.note.clone(),
        file_name,
        model: bytes.into(),
    };
    let admitted = Admission::new(Arc::clone(registry), settings.rules).admit(&arrival)?;
    registry.follow_policy(promotion)?;
    let version = registry.version(admitted.version.number)?;
    let champion = registry.holder(propenso_lifecycle::registry::State::Champion)?;
    if args.json {
        print_json(&VersionView::full(&version, Vec::new()))?;
    } else {
        let mut out = std::io::stdout().lock();
        if !admitted.is_new {
            writeln!(out, "Este modelo ya estaba en el registro.\n")?;
        }
        let champion = champion.map(|version| version.number);
        write!(out, "{}", verdict::text(&version, champion))?;
    }
    Ok(match version.report.verdict() {
        Verdict::Failed => ExitCode::from(PARTIAL),
        Verdict::Passed | Verdict::Warned => ExitCode::SUCCESS,
    })
}

/// A file that is named, or lies beside the model under its usual name.
fn companion(
    named: Option<&PathBuf>,
    model: &Path,
    ending: &str,
) -> Result<Option<(String, Vec<u8>)>, CommandError> {
    if let Some(path) = named {
        return Ok(Some((name_of(path), read(path)?)));
    }
    let path = beside(model, ending);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some((name_of(&path), bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&path, by_system(&error))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|error| unusable(path, by_system(&error)))
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
