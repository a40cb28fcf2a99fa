//! `propenso models add`, and `propenso models check`.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use propenso_lifecycle::admission::{Admission, Arrival, Proofs, Reception};
use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::inbox::name::{GOLDEN, HOLDOUT, beside};
use propenso_lifecycle::model_folder::{is_folder, model_blob};
use propenso_lifecycle::registry::{Cause, Registry, State, WayIn};
use propenso_lifecycle::verdict;
use propenso_model::Blob;

use super::{CommandError, print_json, who};
use crate::cli::{AddArgs, CheckArgs};
use crate::command::PARTIAL;
use crate::notify::NotifySettings;
use crate::settings::ModelsSettings;
use crate::view::VersionView;

/// Examines a file and stores it.
pub(super) fn run(
    args: &AddArgs,
    registry: &Arc<Registry>,
    settings: ModelsSettings,
) -> Result<ExitCode, CommandError> {
    let (promotion, notify) = (settings.promotion, settings.notify);
    let model = match is_folder(&args.file) {
        true => model_blob(&args.file)?,
        false => {
            Blob::of_file(&args.file).map_err(|error| CommandError::system(&args.file, &error))?
        }
    };
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
        model,
    };
    let admitted = Admission::new(Arc::clone(registry), settings.rules).admit(&arrival)?;
    registry.follow_policy(promotion)?;
    let before = match admitted.reception {
        Reception::New => "",
        Reception::ExaminedAgain => {
            "Este modelo ya estaba en el registro, y se ha examinado otra vez.\n\n"
        }
        Reception::Known => "Este modelo ya estaba en el registro.\n\n",
    };
    let number = admitted.version.number;
    let notify = notify.filter(|_| admitted.reception != Reception::Known);
    let told = tell(number, registry, before, args.json);
    notify_of(number, registry, notify);
    told
}

/// Examines a version again, with what there is now to go by.
pub(super) fn check(
    args: &CheckArgs,
    registry: &Arc<Registry>,
    settings: ModelsSettings,
) -> Result<ExitCode, CommandError> {
    let (promotion, notify) = (settings.promotion, settings.notify);
    let named = |path: &PathBuf| Ok::<_, CommandError>((name_of(path), read(path)?));
    let holdout = args.holdout.as_ref().map(named).transpose()?;
    let golden = args.golden.as_deref().map(read).transpose()?;
    let golden = golden.map(Blob::from);
    let cause = Cause {
        who: who(args.cause.by.as_deref()),
        why: args.cause.why.clone(),
    };
    let proofs = Proofs {
        golden: golden.as_ref(),
        holdout: holdout.as_ref(),
    };
    let admission = Admission::new(Arc::clone(registry), settings.rules);
    let number = admission.check(args.version, proofs, &cause)?.number;
    registry.follow_policy(promotion)?;
    let told = tell(number, registry, "", args.json);
    notify_of(number, registry, notify);
    told
}

/// Tells whoever wants to know of verdicts. What comes of that changes nothing of what was done.
fn notify_of(number: u32, registry: &Registry, notify: Option<NotifySettings>) {
    let told = notify.map(|notify| notify.tell(registry, number));
    if let Some(Err(error)) = told {
        eprintln!("[notify]: {error}");
    }
}

/// Prints the verdict on a version; a rejected one is told by the exit status too.
fn tell(
    number: u32,
    registry: &Registry,
    before: &str,
    is_json: bool,
) -> Result<ExitCode, CommandError> {
    let version = registry.version(number)?;
    if is_json {
        print_json(&VersionView::full(&version, Vec::new()))?;
    } else {
        let champion = registry.holder(State::Champion)?;
        let text = verdict::text(&version, champion.map(|version| version.number));
        write!(std::io::stdout().lock(), "{before}{text}")?;
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
        Err(error) => Err(CommandError::system(&path, &error)),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|error| CommandError::system(path, &error))
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
