//! The record of decisions: whether it can be written, where its chains are, what there is of it, and the key for pseudonyms.

use propenso_lifecycle::private::is_open_to_others;

use crate::command::check_config::bytes;
use crate::command::checks;
use crate::command::findings::{Findings, Subject};
use crate::record::{self, key_file};
use crate::settings::Settings;

/// Looks at the record, where there is one or is to be one.
pub(super) fn look(settings: &Settings, found: &mut Findings) {
    let folder = &settings.models.data_dir;
    if !record::has_decisions(folder) {
        if !settings.record.is_off() {
            let text = found.say(
                "el registro de decisiones empieza con la primera",
                "the record of decisions begins with the first",
            );
            found.ok(Subject::Decisions, text);
        }
        return;
    }
    checks::folder(Subject::Decisions, &record::folder(folder), true, found);
    kept(settings, found);
    key(settings, found);
}

/// The months that there are, and the chains' ends.
fn kept(settings: &Settings, found: &mut Findings) {
    let read = || -> Result<_, String> {
        let log = record::open_log(&settings.models.place).map_err(|error| error.to_string())?;
        let months = log.months().map_err(|error| error.to_string())?;
        let heads = log.heads().map_err(|error| error.to_string())?;
        Ok((months, heads))
    };
    let (months, heads) = match read() {
        Ok(read) => read,
        Err(error) => {
            let advice = found.say(
                "compruebe los permisos y el disco, o recupere una copia: «propenso restore»",
                "check permissions and the disk, or restore a backup: `propenso restore`",
            );
            return found.error(Subject::Decisions, error, Some(advice));
        }
    };
    let decisions: u64 = months.iter().map(|month| month.decisions).sum();
    let size = bytes(months.iter().map(|month| month.bytes).sum());
    let n_months = months.len();
    let text = found.say(
        format!("{decisions} decisiones de {n_months} meses ({size})"),
        format!("{decisions} decisions of {n_months} months ({size})"),
    );
    found.ok(Subject::Decisions, text);
    for head in heads {
        let text = found.say(
            format!("final de la cadena {head}; compruébela con «propenso decisions verify»"),
            format!("end of the chain {head}; `propenso decisions verify` goes through it"),
        );
        found.ok(Subject::Decisions, text);
    }
}

/// The key for pseudonyms, which nobody else may read.
fn key(settings: &Settings, found: &mut Findings) {
    let other = settings.record.pseudonym_key_file.as_deref();
    let path = key_file::path(&settings.models.data_dir, other);
    let shown = path.display();
    if let Err(error) = key_file::read(&settings.models.place, other) {
        let advice = found.say(
            "recupérela de una copia de seguridad: sin ella no se encuentra a ningún cliente",
            "restore it from a backup: without it no client is found",
        );
        return found.error(Subject::Decisions, error.to_string(), Some(advice));
    }
    if is_open_to_others(&path) {
        let text = found.say(
            format!("otras cuentas de este ordenador leen la clave de los seudónimos, {shown}"),
            format!("other accounts of this machine read the key for pseudonyms, {shown}"),
        );
        let advice = format!("chmod go-rwx \"{shown}\"");
        return found.warning(Subject::Decisions, text, advice);
    }
    let text = found.say(
        format!("la clave de los seudónimos está en {shown}"),
        format!("the key for pseudonyms is in {shown}"),
    );
    found.ok(Subject::Decisions, text);
}
