//! One file's way from the inbox into the registry, and out of the inbox.
//!
//! A model and what came along are first moved into a folder of their own, so that what is examined is what is moved
//! in the end, whatever is dropped meanwhile. What was decided is written down there before anything is moved
//! on: a move that fails, or is interrupted, is taken up without another examination.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use propenso_model::{Blob, Sha256};

use super::name::{CONTRACT, GOLDEN, HOLDOUT, VERDICT, beside, companions, expected_hash};
use super::package::Package;
use super::refused::{self, MAX_BYTES, MAX_COMPANION_BYTES};
use crate::admission::{Admission, AdmissionError, Admitted, Arrival};
use crate::contract_source::ContractSource;
use crate::gates::Verdict;
use crate::plain_file;
use crate::registry::{Registry, RegistryError, State, WayIn};
use crate::verdict;

/// Where accepted files go.
pub(super) const ACCEPTED: &str = "accepted";
/// Where rejected files go.
pub(super) const REJECTED: &str = "rejected";
/// Where files are that are being examined.
pub(super) const AT_WORK: &str = "en_curso";

/// What has been decided of the file in this folder: where it goes, and its version.
const DECISION: &str = ".decision";

/// Bytes of it.
const LONGEST_DECISION: u64 = 1 << 10;

#[derive(Debug, thiserror::Error)]
pub(super) enum DropOffError {
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// Where a file goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decision {
    is_accepted: bool,
    /// Its version; 0 for a file that was not read.
    version: u32,
}

/// Moves a model and what came along into a folder of their own; gives the model's place there. The model comes
/// last: while it is in the inbox, this is done again.
pub(super) fn claim(path: &Path) -> io::Result<PathBuf> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().unwrap_or_default();
    let folder = parent.join(AT_WORK).join(name);
    make_folder(&folder)?;
    let claimed = folder.join(name);
    if claimed.symlink_metadata().is_ok() {
        return Err(io::Error::other(
            "the file of this name before is still being examined",
        ));
    }
    move_companions(path, &claimed)?;
    fs::rename(path, &claimed)?;
    Ok(claimed)
}

/// Models that were claimed and are still there.
pub(super) fn claimed(inbox: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(inbox.join(AT_WORK))
        .into_iter()
        .flatten()
        .flatten();
    // Who may write to the inbox must not lead out of it.
    let folders = folders.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let models = folders.map(|folder| folder.path().join(folder.file_name()));
    models
        .filter(|model| model.symlink_metadata().is_ok())
        .collect()
}

/// Takes a claimed model into the registry, and moves it on with its verdict. `follow` makes what is served
/// follow, and tells whoever wants to know.
pub(super) fn process(
    claimed: &Path,
    admission: &Admission,
    follow: impl FnOnce(Admitted),
) -> Result<(), DropOffError> {
    let decision = match read_decision(claimed) {
        Some(decision) => decision,
        None => decide(claimed, admission, follow)?,
    };
    tracing::info!(file = %claimed.display(), version = decision.version, accepted = decision.is_accepted, "taken from the inbox");
    move_on(claimed, decision)?;
    Ok(())
}

/// Examines a model, writes the verdict, and writes down what was decided.
fn decide(
    claimed: &Path,
    admission: &Admission,
    follow: impl FnOnce(Admitted),
) -> Result<Decision, DropOffError> {
    let (text, decision) = if let Some(text) = refused::unread(claimed)? {
        let decision = Decision {
            is_accepted: false,
            version: 0,
        };
        (text, decision)
    } else {
        let bytes = plain_file::read(claimed, MAX_BYTES)?;
        let admitted = admission.admit(&arrival(claimed, bytes.into())?)?;
        let number = admitted.version.number;
        let decision = Decision {
            is_accepted: admitted.version.report.verdict() != Verdict::Failed,
            version: number,
        };
        follow(admitted);
        (verdict_text(number, admission.registry())?, decision)
    };
    plain_file::write(&beside(claimed, VERDICT), text.as_bytes())?;
    write_decision(claimed, decision)?;
    Ok(decision)
}

/// The verdict, once it is known what the version does.
fn verdict_text(number: u32, registry: &Registry) -> Result<String, RegistryError> {
    let version = registry.version(number)?;
    let champion = registry.holder(State::Champion)?;
    Ok(verdict::text(
        &version,
        champion.map(|champion| champion.number),
    ))
}

fn arrival(path: &Path, model: Blob) -> io::Result<Arrival> {
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let contract = read_companion(path, CONTRACT)?.map(|text| {
        let text = String::from_utf8_lossy(&text).into_owned();
        ContractSource::with_text(format!("{name}{CONTRACT}"), text)
    });
    let holdout = read_companion(path, HOLDOUT)?;
    let package = Package::open(model.bytes());
    let arrival = Arrival {
        announced: expected_hash(path),
        key: None,
        contract,
        golden: read_companion(path, GOLDEN)?.map(Blob::from),
        holdout: holdout.map(|bytes| (format!("{name}{HOLDOUT}"), bytes)),
        file_name: name,
        model,
        way: WayIn::Inbox,
        by: "la carpeta de entrada".to_owned(),
        note: String::new(),
    };
    Ok(match package {
        Some(package) => package.unpack_into(arrival),
        None => arrival,
    })
}

fn read_companion(model: &Path, ending: &str) -> io::Result<Option<Vec<u8>>> {
    match plain_file::read(&beside(model, ending), MAX_COMPANION_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn decision_path(claimed: &Path) -> PathBuf {
    claimed.with_file_name(DECISION)
}

fn read_decision(claimed: &Path) -> Option<Decision> {
    let text = plain_file::read(&decision_path(claimed), LONGEST_DECISION).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (kind, version) = text.trim_end().split_once(' ')?;
    Some(Decision {
        is_accepted: kind == ACCEPTED,
        version: version.parse().ok()?,
    })
}

/// Written under another name first: half a decision is none.
fn write_decision(claimed: &Path, decision: Decision) -> io::Result<()> {
    let text = format!("{} {}\n", folder_of(decision), decision.version);
    plain_file::write(&decision_path(claimed), text.as_bytes())
}

fn folder_of(decision: Decision) -> &'static str {
    if decision.is_accepted {
        ACCEPTED
    } else {
        REJECTED
    }
}

/// Moves a model and what belongs to it where it was decided, under another name where that is taken.
fn move_on(claimed: &Path, decision: Decision) -> io::Result<()> {
    let at_work = claimed.parent().unwrap_or(Path::new(""));
    let inbox = at_work
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new(""));
    let target = free_name(&inbox.join(folder_of(decision)), claimed, decision.version);
    move_companions(claimed, &target)?;
    fs::rename(beside(claimed, VERDICT), beside(&target, VERDICT)).or_else(unless_gone)?;
    // The model last: while it is there, this is done again.
    fs::rename(claimed, &target)?;
    fs::remove_dir_all(at_work)
}

/// A name in a folder that no file has.
fn free_name(folder: &Path, model: &Path, version: u32) -> PathBuf {
    let name = Path::new(model.file_name().unwrap_or_default());
    let stem = name.file_stem().unwrap_or_default().to_string_lossy();
    let end = name
        .extension()
        .map_or(String::new(), |end| format!(".{}", end.to_string_lossy()));
    let mut target = folder.join(name);
    let mut attempt = 0;
    while target.symlink_metadata().is_ok() {
        let suffix = if attempt == 0 {
            String::new()
        } else {
            format!("-{attempt}")
        };
        target = folder.join(format!("{stem}.v{version}{suffix}{end}"));
        attempt += 1;
    }
    target
}

fn move_companions(from: &Path, to: &Path) -> io::Result<()> {
    for (from, to) in companions(from).iter().zip(companions(to)) {
        fs::rename(from, to).or_else(unless_gone)?;
    }
    Ok(())
}

fn unless_gone(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

/// Makes a folder in the inbox, where there is none. Who may write to the inbox must not lead out of it.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    if fs::symlink_metadata(folder)?.is_dir() {
        return Ok(());
    }
    let folder = folder.display();
    Err(io::Error::other(format!(
        "{folder} is a link, and links are not followed"
    )))
}

/// Whether a file is what a hash says. One that is too large for a model is not read.
pub(super) fn has_hash(path: &Path, expected: Sha256) -> bool {
    let hash = plain_file::open(path).and_then(|file| match file.metadata()?.len() {
        0..=MAX_BYTES => Sha256::of_rest(file.take(MAX_BYTES)),
        _ => Err(ErrorKind::FileTooLarge.into()),
    });
    hash.is_ok_and(|hash| hash == expected)
}
