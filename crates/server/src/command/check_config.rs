//! `propenso check-config`: what `serve` would understand, and what would stand in its way, without starting anything.

use std::process::ExitCode;

use propenso_lifecycle::registry::Registry;
use propenso_scoring::Language;

use super::findings::{Findings, Subject};
use super::{CommandError, checks};
use crate::cli::CheckConfigArgs;
use crate::settings::Settings;

/// Says what `serve` would read, and each problem with what to do.
///
/// # Errors
///
/// [`CommandError::Io`] when it cannot be printed.
pub fn run(args: CheckConfigArgs, language: Language) -> Result<ExitCode, CommandError> {
    let mut found = Findings::new(language);
    let is_json = args.json;
    look(args, &mut found);
    found.print(is_json)?;
    Ok(found.exit_code())
}

/// Looks at what `serve` would be given.
pub(super) fn look(args: CheckConfigArgs, found: &mut Findings) {
    let file = args.serve.registry.config.clone();
    let settings = match Settings::resolve(args.serve) {
        Ok(settings) => settings,
        Err(error) => {
            let text = CommandError::from(error).message(found.language);
            return found.error(Subject::Configuration, text, None);
        }
    };
    let named = match file {
        Some(path) => path.display().to_string(),
        None => found.say(
            "ningún archivo (--config, PROPENSO_CONFIG)",
            "no file (--config, PROPENSO_CONFIG)",
        ),
    };
    found.ok(Subject::Configuration, named);
    if let Some(tls) = &settings.tls {
        checks::certificate(tls, found);
    }
    let can_open = checks::database(&settings, found).is_some();
    let has_keys = checks::keys(&settings, can_open, found);
    checks::address(&settings, has_keys, found);
    let model = checks::model(&settings, can_open, found);
    if model.is_none() && is_nothing(&settings, can_open) {
        let text = CommandError::NothingToServe.message(found.language);
        found.error(Subject::Model, text, None);
    }
    if settings.model.is_none() {
        checks::folder(Subject::Data, &settings.models.data_dir, true, found);
    }
    checks::inboxes(&settings, found);
    if let Some(reference) = &settings.models.rules.reference {
        checks::file(Subject::Portfolios, reference, found);
    }
    if let Some(log) = &settings.log.file {
        let folder = log.path.parent().filter(|path| path.is_dir());
        if let Some(folder) = folder {
            checks::folder(Subject::Log, folder, false, found);
        }
    }
    log(&settings, found);
    limits(&settings, found);
}

/// Tells whether `serve` would say that there is nothing to serve.
fn is_nothing(settings: &Settings, can_open: bool) -> bool {
    let versions = || {
        let registry = Registry::open(&settings.models.place).ok()?;
        Some(registry.versions().ok()?.len())
    };
    settings.model.is_none()
        && !settings.is_registry_meant()
        && (!can_open || versions() == Some(0))
}

fn log(settings: &Settings, found: &mut Findings) {
    let log = &settings.log;
    let place = match &log.file {
        Some(file) => format!(
            "{} ({} × {})",
            file.path.display(),
            bytes(file.max_bytes),
            file.keep + 1
        ),
        None => found.say("salida de errores", "standard error"),
    };
    found.ok(Subject::Log, format!("{}: {place}", log.level.as_str()));
}

fn limits(settings: &Settings, found: &mut Findings) {
    let body = bytes(settings.http.max_body_bytes as u64);
    let seconds = settings.http.shutdown.as_secs();
    let text = found.say(
        format!("peticiones de hasta {body}; {seconds} s para terminar al parar"),
        format!("requests of up to {body}; {seconds} s to finish when it stops"),
    );
    found.ok(Subject::Limits, text);
    let (connections, work) = (settings.http.connections.max, settings.http.work);
    let rate = work
        .rate
        .map_or_else(|| "-".to_owned(), |rate| rate.to_string());
    let text = found.say(
        format!(
            "conexiones: {connections}; peticiones a la vez: {}; por segundo y clave: {rate}",
            work.max_requests
        ),
        format!(
            "connections: {connections}; requests at a time: {}; a second and key: {rate}",
            work.max_requests
        ),
    );
    found.ok(Subject::Limits, text);
    if let Some(traces) = &settings.traces {
        found.ok(Subject::Traces, traces.endpoint.clone());
    }
    let portfolios = &settings.portfolios;
    let (one, all) = (
        bytes(portfolios.max_upload_bytes),
        bytes(portfolios.max_disk_bytes),
    );
    let days = portfolios.keep_days;
    let text = found.say(
        format!("de hasta {one}, {all} entre todas, {days} días"),
        format!("of up to {one}, {all} all of them, for {days} days"),
    );
    found.ok(Subject::Portfolios, text);
}

/// A number of bytes, as people read it.
pub(super) fn bytes(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
