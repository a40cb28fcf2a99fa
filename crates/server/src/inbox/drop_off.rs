//! One file's way from the inbox into the registry, and out of the inbox.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use propenso_model::Sha256;

use super::name::{CONTRACT, GOLDEN, HOLDOUT, VERDICT, beside, companions, expected_hash};
use crate::admission::{Admission, AdmissionError, Arrival};
use crate::contract_source::ContractSource;
use crate::gates::{Verdict, verdict};
use crate::registry::{Registry, State, WayIn};

/// Where accepted files go.
pub(super) const ACCEPTED: &str = "accepted";
/// Where rejected files go.
pub(super) const REJECTED: &str = "rejected";

/// Larger files are not read: no model is so large.
const MAX_BYTES: u64 = 2 << 30;

/// A file that was taken.
#[derive(Debug)]
pub(super) struct Taken {
    /// Its version; 0 for a file too large to be read.
    pub(super) version: u32,
    pub(super) verdict: Verdict,
    /// Where it lies now.
    path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum DropOffError {
    #[error(transparent)]
    Admission(#[from] AdmissionError),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// Takes a file into the registry and moves it away; `None` if it cannot be opened yet.
pub(super) fn take(path: &Path, admission: &Admission) -> Result<Option<Taken>, DropOffError> {
    let mut bytes = Vec::new();
    let file = match File::open(path) {
        Ok(file) => file,
        // Windows refuses while somebody writes.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        let path = move_away(path, REJECTED, 0)?;
        let text = "VEREDICTO: RECHAZADO. El archivo ocupa más de 2 GB: no es un modelo.\n";
        fs::write(beside(&path, VERDICT), text)?;
        return Ok(Some(Taken {
            version: 0,
            verdict: Verdict::Failed,
            path,
        }));
    }
    let arrival = arrival(path, bytes)?;
    let admitted = admission.admit(&arrival)?;
    let verdict = admitted.version.report.verdict();
    let folder = if verdict == Verdict::Failed {
        REJECTED
    } else {
        ACCEPTED
    };
    let number = admitted.version.number;
    let path = move_away(path, folder, number)?;
    Ok(Some(Taken {
        version: number,
        verdict,
        path,
    }))
}

fn arrival(path: &Path, bytes: Vec<u8>) -> io::Result<Arrival> {
    let name = path.file_name().unwrap_or_default();
    let read = |ending: &str| match fs::read(beside(path, ending)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let name = name.to_string_lossy().into_owned();
    let contract = read(CONTRACT)?.map(|text| {
        let text = String::from_utf8_lossy(&text);
        let text = text.trim_start_matches('\u{feff}').to_owned();
        ContractSource::stored(format!("{name}{CONTRACT}"), Some(text))
    });
    Ok(Arrival {
        announced: expected_hash(path),
        contract,
        golden: read(GOLDEN)?,
        holdout: read(HOLDOUT)?.map(|bytes| (format!("{name}{HOLDOUT}"), bytes)),
        file_name: name,
        bytes,
        way: WayIn::Inbox,
        by: "la carpeta de entrada".to_owned(),
        note: String::new(),
    })
}

/// Moves a model and what came along to another folder, under another name where that is taken.
fn move_away(path: &Path, folder: &str, version: u32) -> io::Result<PathBuf> {
    let parent = path.parent().unwrap_or(Path::new("")).join(folder);
    let name = path.file_name().unwrap_or_default();
    let mut target = parent.join(name);
    let mut attempt = 0;
    while target.exists() {
        let name = Path::new(name);
        let stem = name.file_stem().unwrap_or_default().to_string_lossy();
        let end = name
            .extension()
            .map_or(String::new(), |end| format!(".{}", end.to_string_lossy()));
        let suffix = if attempt == 0 {
            String::new()
        } else {
            format!("-{attempt}")
        };
        target = parent.join(format!("{stem}.v{version}{suffix}{end}"));
        attempt += 1;
    }
    // The model last: while it is there, all of this is done again.
    for (from, to) in companions(path).iter().zip(companions(&target)) {
        match fs::rename(from, to) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    fs::rename(path, &target)?;
    Ok(target)
}

/// Writes the verdict beside a file, once it is known what the version does.
pub(super) fn write_verdict(taken: &Taken, registry: &Registry) {
    if taken.version == 0 {
        return;
    }
    let written = registry.version(taken.version).and_then(|version| {
        let champion = registry
            .holder(State::Champion)?
            .map(|champion| champion.number);
        Ok(verdict::text(&version, champion))
    });
    let path = beside(&taken.path, VERDICT);
    let written = written
        .map_err(|error| error.to_string())
        .and_then(|text| fs::write(&path, text).map_err(|error| error.to_string()));
    if let Err(error) = written {
        tracing::error!(error, file = %path.display(), "the verdict could not be written");
    }
}

/// Whether a file is what a hash says.
pub(super) fn has_hash(path: &Path, expected: Sha256) -> bool {
    fs::read(path).is_ok_and(|bytes| Sha256::of(&bytes) == expected)
}
