//! The registry: its database, its keys, and the model that would answer.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use propenso_lifecycle::keys::{Holder, KeyState};
use propenso_lifecycle::registry::{KeyStore, Registry, State, condition};
use propenso_lifecycle::served::Served;
use propenso_scoring::{Language, Scorer};

use super::{SECONDS_OF_A_DAY, SOON, day};
use crate::access::admin_token;
use crate::command::chosen::Chosen;
use crate::command::findings::{Findings, Subject};
use crate::settings::Settings;
use crate::settings::choice::ModelSource;

/// The database: whether it is whole, and in which layout. Gives whether it can be opened without changing it.
pub(in crate::command) fn database(
    settings: &Settings,
    found: &mut Findings,
) -> Option<condition::Condition> {
    let place = &settings.models.place;
    let looked = match condition::look(place) {
        Ok(Some(looked)) => looked,
        Ok(None) => {
            let text = found.say(
                format!("no hay registro en {place}"),
                format!("there is no registry in {place}"),
            );
            if settings.model.is_some() {
                found.ok(Subject::Database, text);
            } else {
                let advice = found.say(
                    "se crea con el primer «propenso models add ARCHIVO»",
                    "the first `propenso models add FILE` makes it",
                );
                found.warning(Subject::Database, text, advice);
            }
            return None;
        }
        Err(error) => {
            let advice = match place.url.is_shared() {
                true => found.say(
                    "compruebe que PostgreSQL está en marcha y que este ordenador llega a él; véase docs/postgresql.md",
                    "check that PostgreSQL runs and that this machine reaches it; see docs/postgresql.md",
                ),
                false => found.say(
                    "compruebe los permisos de la carpeta, o recupere una copia: «propenso restore ARCHIVO --data-dir CARPETA --force»",
                    "check the folder's permissions, or restore a backup: `propenso restore FILE --data-dir FOLDER --force`",
                ),
            };
            found.error(Subject::Database, error.to_string(), Some(advice));
            return None;
        }
    };
    if !looked.damage.is_empty() {
        let text = found.say(
            format!("está dañada: {}", looked.damage.join("; ")),
            format!("it is damaged: {}", looked.damage.join("; ")),
        );
        let advice = found.say(
            "pare el servidor y recupere una copia: «propenso restore ARCHIVO --data-dir CARPETA --force»",
            "stop the server and restore a backup: `propenso restore FILE --data-dir FOLDER --force`",
        );
        found.error(Subject::Database, text, Some(advice));
        return None;
    }
    let (layout, known) = (looked.layout, looked.known);
    let text = found.say(
        format!("íntegra, formato {layout} de {known}"),
        format!("whole, layout {layout} of {known}"),
    );
    let text = match place.url.is_shared() {
        true => found.say(
            format!("{place}: responde, formato {layout} de {known}"),
            format!("{place}: it answers, layout {layout} of {known}"),
        ),
        false => text,
    };
    match layout.cmp(&known) {
        Ordering::Equal => {
            found.ok(Subject::Database, text);
            return Some(looked);
        }
        Ordering::Less => {
            let advice = found.say(
                "el próximo arranque la pone al día; haga antes una copia con «propenso backup»",
                "the next start brings it up to date; make a backup before with `propenso backup`",
            );
            found.warning(Subject::Database, text, advice);
        }
        Ordering::Greater => {
            let advice = found.say(
                "use el propenso más nuevo que la escribió",
                "use the newer propenso that wrote it",
            );
            found.error(Subject::Database, text, Some(advice));
        }
    }
    None
}

/// Who may call. Gives whether there is a key or a token.
pub(in crate::command) fn keys(settings: &Settings, can_open: bool, found: &mut Findings) -> bool {
    let mut has_keys = false;
    if let Some(path) = &settings.admin_token_file {
        match admin_token::read(path) {
            Ok(_) => {
                has_keys = true;
                let text = found.say(
                    format!("token de administración en {}", path.display()),
                    format!("admin token in {}", path.display()),
                );
                found.ok(Subject::Keys, text);
            }
            Err(error) => found.error(Subject::Keys, error.to_string(), None),
        }
    }
    if !can_open && settings.models.place.is_there().unwrap_or(true) {
        // What is wrong with the database was told.
        return has_keys;
    }
    let store = can_open.then(|| KeyStore::open_existing(&settings.models.place));
    let holders = match store.transpose().map(Option::flatten) {
        Ok(store) => store.map(|store| store.holders()).transpose(),
        Err(error) => Err(error),
    };
    match holders {
        Ok(holders) => {
            let holders = holders.unwrap_or_default();
            has_keys |= !holders.is_empty();
            live_keys(&holders, found);
        }
        Err(error) => found.error(Subject::Keys, error.to_string(), None),
    }
    has_keys
}

fn live_keys(holders: &[Holder], found: &mut Findings) {
    let now = Timestamp::now();
    let keys = holders
        .iter()
        .flat_map(|holder| holder.keys.iter().map(move |key| (holder, key)));
    let live: Vec<_> = keys
        .filter(|(holder, key)| holder.state_of(key, now) == KeyState::Live)
        .collect();
    if holders.is_empty() {
        let text = found.say(
            "nadie tiene clave: solo se responde a este ordenador",
            "nobody has a key: this machine alone is answered",
        );
        return found.ok(Subject::Keys, text);
    }
    if live.is_empty() {
        let text = found.say("ninguna clave vale ya", "no key works any more");
        let advice = found.say(
            "dé una nueva: «propenso keys rotate NOMBRE»",
            "give a new one: `propenso keys rotate NAME`",
        );
        return found.error(Subject::Keys, text, Some(advice));
    }
    let text = found.say(
        format!("claves que valen: {}", live.len()),
        format!("keys that work: {}", live.len()),
    );
    let is_soon = |end: Timestamp| end.as_second() - now.as_second() < SOON * SECONDS_OF_A_DAY;
    let ending = live
        .iter()
        .filter_map(|(holder, key)| Some((key.expires.filter(|end| is_soon(*end))?, holder)))
        .min_by_key(|(end, _)| *end);
    match ending {
        Some((end, holder)) => {
            let name = holder.name.as_str();
            let text = found.say(
                format!("{text}; la de «{name}» acaba el {}", day(end)),
                format!("{text}; that of `{name}` ends on {}", day(end)),
            );
            let advice = found.say(
                format!("«propenso keys rotate {name}» da otra"),
                format!("`propenso keys rotate {name}` gives another"),
            );
            found.warning(Subject::Keys, text, advice);
        }
        None => found.ok(Subject::Keys, text),
    }
}

/// The model that would answer: the file, or the registry's champion. Gives the version that it is of, with its scorer.
pub(in crate::command) fn model(
    settings: &Settings,
    can_open: bool,
    found: &mut Findings,
) -> Option<(Option<u32>, Arc<Scorer>)> {
    if let Some(path) = &settings.model {
        let source = ModelSource::File {
            path: path.clone(),
            key: settings.key.clone(),
            contract: settings.contract.clone(),
            strict: settings.strict,
        };
        return match Chosen::load(source) {
            Ok(chosen) => {
                found.ok(
                    Subject::Model,
                    told_of(&path.display().to_string(), &chosen.scorer, found.language),
                );
                Some((None, chosen.scorer))
            }
            Err(error) => {
                found.error(Subject::Model, error.message(found.language), None);
                None
            }
        };
    }
    if !can_open {
        return None;
    }
    match champion(settings) {
        Ok(Some((number, scorer))) => {
            let name = found.say(format!("versión {number}"), format!("version {number}"));
            found.ok(Subject::Model, told_of(&name, &scorer, found.language));
            Some((Some(number), scorer))
        }
        Ok(None) => {
            let text = found.say("no hay ninguno en servicio", "none is in service");
            let advice = found.say(
                "«propenso models list» muestra las versiones y «propenso models promote N» pone una",
                "`propenso models list` shows the versions, and `propenso models promote N` puts one into service",
            );
            found.warning(Subject::Model, text, advice);
            None
        }
        Err(text) => {
            let advice = found.say(
                "ponga otra versión con «propenso models rollback», o añada otra vez el archivo",
                "put another version into service with `propenso models rollback`, or add the file again",
            );
            found.error(Subject::Model, text, Some(advice));
            None
        }
    }
}

/// The registry's champion, loaded.
fn champion(settings: &Settings) -> Result<Option<(u32, Arc<Scorer>)>, String> {
    let registry = Registry::open(&settings.models.place).map_err(|error| error.to_string())?;
    let champion = registry.holder(State::Champion);
    let Some(champion) = champion.map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let number = champion.number;
    match Served::load(&registry, &champion) {
        Ok(served) => Ok(Some((number, served.scorer))),
        Err(error) => Err(format!("{number}: {error}")),
    }
}

fn told_of(name: &str, scorer: &Scorer, language: Language) -> String {
    let (hash, contract) = (scorer.model().short(), scorer.contract().name());
    let words = language.pick(["huella", "contrato"], ["hash", "contract"]);
    format!("{name} ({} {hash}), {} {contract}", words[0], words[1])
}
