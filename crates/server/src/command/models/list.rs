//! `propenso models list`.

use std::io::Write;
use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use propenso_lifecycle::fallback::Fallback;
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::plain_text::in_one_line;
use propenso_lifecycle::registry::{Registry, State};

use super::{CommandError, print_json};
use crate::cli::ListArgs;
use crate::view::VersionView;

/// Events that are listed.
const MAX_EVENTS: u32 = 100;

/// Lists versions, or what happened to them.
pub(super) fn run(args: &ListArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    match (args.events, args.json) {
        (false, false) => versions(registry)?,
        (false, true) => {
            let versions = registry.versions()?;
            let fallback = fallback(registry)?;
            let views: Vec<_> = versions
                .iter()
                .map(|version| VersionView::brief(version).with_fallback(fallback.as_ref()))
                .collect();
            print_json(&views)?;
        }
        (true, true) => print_json(&registry.events(MAX_EVENTS)?)?,
        (true, false) => events(registry)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn versions(registry: &Registry) -> Result<(), CommandError> {
    let versions = registry.versions()?;
    let mut out = std::io::stdout().lock();
    if versions.is_empty() {
        writeln!(
            out,
            "El registro está vacío. Añada un modelo: propenso models add modelo.pkl"
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{:>7}  {:<12}  {:<10}  {:<16}  {:<12}  archivo",
        "versión", "estado", "veredicto", "recibido", "huella"
    )?;
    for version in versions {
        let verdict = match version.report.verdict() {
            Verdict::Passed => "bien",
            Verdict::Warned => "con avisos",
            Verdict::Failed => "rechazado",
        };
        writeln!(
            out,
            "{:>7}  {:<12}  {verdict:<10}  {:<16}  {:<12}  {}",
            version.number,
            state(version.state),
            local(version.origin.added_at),
            version.content.model.short(),
            in_one_line(&version.origin.file_name)
        )?;
    }
    if let Some(fallback) = fallback(registry)? {
        writeln!(out, "\n{}", in_spanish(&fallback))?;
    }
    Ok(())
}

/// Finds out whether a former champion has to answer.
fn fallback(registry: &Registry) -> Result<Option<Fallback>, CommandError> {
    Ok(Fallback::find(registry, &registry.events(MAX_EVENTS)?)?)
}

fn in_spanish(fallback: &Fallback) -> String {
    let Fallback {
        champion,
        answering,
        since,
        reason,
    } = fallback;
    let answering = answering.map_or_else(
        || "otra versión".to_owned(),
        |number| format!("la versión {number}"),
    );
    format!(
        "ATENCIÓN, SERVICIO DEGRADADO: la versión {champion} no se puede cargar, y desde el {} contesta {answering} en su \
         lugar. Motivo: {reason}. Vuelva a añadir su archivo (propenso models add), o pase a otra versión (propenso models \
         promote N).",
        local(*since)
    )
}

fn events(registry: &Registry) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    for event in registry.events(MAX_EVENTS)? {
        let before = event
            .from
            .map_or_else(String::new, |from| format!("{} → ", state(from)));
        let why = match event.why.as_str() {
            "" => String::new(),
            why => format!(": {why}"),
        };
        writeln!(
            out,
            "{}  versión {:<4} {before}{} ({}, {}{why})",
            local(event.at),
            event.version,
            state(event.to),
            event.action,
            event.who,
        )?;
    }
    Ok(())
}

fn state(state: State) -> &'static str {
    match state {
        State::Candidate => "candidata",
        State::Shadow => "en la sombra",
        State::Champion => "EN SERVICIO",
        State::Retired => "retirada",
        State::Rejected => "rechazada",
    }
}

fn local(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system())
        .strftime("%d/%m/%Y %H:%M")
        .to_string()
}
