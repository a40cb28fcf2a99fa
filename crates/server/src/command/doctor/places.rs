//! The data directory: who may look into it, and how much room there is.

use std::path::Path;

use crate::command::check_config::bytes;
use crate::command::checks;
use crate::command::findings::{Findings, Subject};
use crate::disk_room::DiskRoom;
use crate::settings::Settings;

/// Whether it is there, can be written to, and is nobody else's.
pub(super) fn data(settings: &Settings, found: &mut Findings) {
    let folder = &settings.models.data_dir;
    checks::folder(Subject::Data, folder, true, found);
    let open = open_to_others(folder);
    if let Some(path) = open.first() {
        let text = found.say(
            format!(
                "otras cuentas de este ordenador entran en {}; son modelos y deudas de personas",
                path.display()
            ),
            format!(
                "other accounts of this machine may look into {}: models, and people's debts",
                path.display()
            ),
        );
        let advice = format!("chmod -R go-rwx \"{}\"", folder.display());
        found.warning(Subject::Data, text, advice);
    }
}

/// What of a data directory others may read. What lies in a folder that they may not enter is safe.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> Vec<std::path::PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| {
        let about = std::fs::metadata(path).ok()?;
        Some(about.permissions().mode() & 0o077)
    };
    if mode(folder).is_none_or(|mode| mode & 0o055 == 0) {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| mode(path).is_some_and(|mode| mode & 0o044 != 0))
        .collect()
}

/// What of a data directory others may read: on Windows its folder says who.
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Vec<std::path::PathBuf> {
    Vec::new()
}

/// The room on the disks of the data directory and of the log.
pub(super) fn disk(settings: &Settings, found: &mut Findings) {
    let log = settings.log.file.as_ref();
    let log = log.and_then(|log| log.path.parent());
    let mut seen = Vec::new();
    for folder in [Some(settings.models.data_dir.as_path()), log] {
        let Some(DiskRoom { mount, free }) = folder.and_then(DiskRoom::of) else {
            continue;
        };
        if seen.contains(&mount) {
            continue;
        }
        let text = found.say(
            format!("{} libres en {}", bytes(free), mount.display()),
            format!("{} free on {}", bytes(free), mount.display()),
        );
        let advice = found.say(
            "borre carteras viejas ([portfolios] keep_days), copias o lo que no sea de propenso",
            "remove old portfolios ([portfolios] keep_days), backups, or what is not propenso's",
        );
        match free {
            ..DiskRoom::NONE => found.error(Subject::Disk, text, Some(advice)),
            DiskRoom::NONE..DiskRoom::LITTLE => found.warning(Subject::Disk, text, advice),
            _ => found.ok(Subject::Disk, text),
        }
        seen.push(mount);
    }
}
