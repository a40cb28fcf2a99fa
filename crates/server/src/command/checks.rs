//! What `check-config` and `doctor` look at, a function each. None of them changes anything that is there.
//!
//! - `address`: where it would listen; `certificate`: what encrypts it there; `registry`: database, keys and model

mod address;
mod certificate;
mod registry;

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::findings::{Findings, Subject};
use crate::settings::Settings;
pub(super) use address::address;
pub(super) use certificate::certificate;
pub(super) use registry::{database, keys, model};

/// Days before the end of a certificate or key from which it is told.
const SOON: i64 = 30;

const SECONDS_OF_A_DAY: i64 = 24 * 3600;

/// A folder that must be there, or that is made, and that can be written to.
pub(super) fn folder(subject: Subject, path: &Path, is_made: bool, found: &mut Findings) {
    let told = path.display();
    if !path.exists() && is_made {
        let text = found.say(
            format!("{told} se crea al arrancar"),
            format!("{told} is made at the start"),
        );
        return found.ok(subject, text);
    }
    let written = tempfile::Builder::new()
        .prefix(".propenso-")
        .tempfile_in(path);
    match written {
        Ok(_) => found.ok(subject, told.to_string()),
        Err(error) => {
            let text = found.say(
                format!("{told}: no se puede escribir ({error})"),
                format!("{told}: it cannot be written to ({error})"),
            );
            let advice = found.say(
                "créela, o dé permiso de escritura a la cuenta con la que se ejecuta propenso",
                "make it, or let the account write there that propenso runs as",
            );
            found.error(subject, text, Some(advice));
        }
    }
}

/// The folders that are looked at.
pub(super) fn inboxes(settings: &Settings, found: &mut Findings) {
    let models = settings.models.inbox.as_ref();
    // A server of one file looks into no inbox of models.
    let models = models.filter(|_| settings.model.is_none());
    for inbox in models.into_iter().chain(&settings.portfolio_inbox) {
        folder(Subject::Inbox, &inbox.folder, true, found);
    }
}

/// A file that the configuration names.
pub(super) fn file(subject: Subject, path: &Path, found: &mut Findings) {
    match fs::File::open(path) {
        Ok(_) => found.ok(subject, path.display().to_string()),
        Err(error) => {
            let advice = found.say(
                "corrija la ruta en la configuración; las relativas parten de su carpeta",
                "mend the path in the configuration; a relative one begins in its folder",
            );
            let text = format!("{}: {error}", path.display());
            found.error(subject, text, Some(advice));
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
