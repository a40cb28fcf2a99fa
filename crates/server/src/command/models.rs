//! `propenso models …`: the registry from the shell. A server that runs meanwhile follows within a second.

mod add;
mod compare;
mod diff;
mod list;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::Arc;

use propenso_lifecycle::registry::{Action, Cause, Registry, State};
use propenso_lifecycle::steward;
use propenso_lifecycle::verdict;
use propenso_scoring::Bilingual;
use serde::Serialize;

use super::CommandError;
use crate::cli::{CauseArgs, ExportArgs, ModelsArgs, ModelsCommand, PromoteArgs, ShowArgs};
use crate::settings::ModelsSettings;
use crate::view::{ShadowView, VersionView};

/// Does what was asked of the registry.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: &ModelsArgs) -> Result<ExitCode, CommandError> {
    let settings = ModelsSettings::resolve(&args.registry, &args.intake)?;
    // Two files need no registry.
    if let ModelsCommand::Diff(args) = &args.command {
        return diff::run(args, &settings);
    }
    let registry = Arc::new(Registry::open(&settings.place)?);
    match &args.command {
        ModelsCommand::List(args) => list::run(args, &registry),
        ModelsCommand::Show(args) => show(args, &registry),
        ModelsCommand::Add(args) => add::run(args, &registry, settings),
        ModelsCommand::Check(args) => add::check(args, &registry, settings),
        ModelsCommand::Promote(args) => promote(args, &registry),
        ModelsCommand::Rollback(args) => take(
            &registry,
            Action::Rollback(args.version),
            args.cause.parts(),
        ),
        ModelsCommand::Retire(args) => {
            take(&registry, Action::Retire(args.version), args.cause.parts())
        }
        ModelsCommand::Compare(args) => compare::run(args, &registry),
        ModelsCommand::Diff(args) => diff::run(args, &settings),
        ModelsCommand::Export(args) => export(args, &registry),
    }
}

fn show(args: &ShowArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    let version = registry.version(args.version)?;
    if args.json {
        let days = registry.shadow_days(args.version)?;
        let days = days.into_iter().map(ShadowView::from).collect();
        print_json(&VersionView::full(&version, days))?;
    } else {
        let champion = registry.holder(State::Champion)?;
        let text = verdict::text(&version, champion.map(|version| version.number));
        let mut out = std::io::stdout().lock();
        write!(out, "{text}")?;
        if version.state == State::Rejected && !registry.keeps(&version) {
            writeln!(
                out,
                "\nSu archivo ya no se guarda. Para examinarlo otra vez o ponerlo en servicio, envíelo de nuevo."
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn promote(args: &PromoteArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    let CauseArgs { why, by } = &args.cause;
    let (action, why) = match &args.despite {
        Some(why) => (Action::Overrule(args.version), why),
        None => (Action::Promote(args.version), why),
    };
    take(registry, action, (by.as_deref(), why))
}

fn take(
    registry: &Registry,
    action: Action,
    (by, why): (Option<&str>, &str),
) -> Result<ExitCode, CommandError> {
    let cause = Cause {
        who: who(by),
        why: why.to_owned(),
    };
    let steps = steward::take(registry, action, &cause)?;
    let mut out = std::io::stdout().lock();
    for step in steps {
        let sentence = match step.to {
            State::Champion => "está en servicio",
            State::Shadow => "se compara en la sombra",
            _ => "queda retirada",
        };
        writeln!(out, "La versión {} {sentence}.", step.number)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn export(args: &ExportArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    let version = registry.version(args.version)?;
    let model = registry.model(&version)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.output);
    let written = file.and_then(|mut file| file.write_all(model.bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CommandError::file(
            &args.output,
            Bilingual::new("ya existe; nombre otro", "it exists already; name another"),
        ),
        _ => CommandError::system(&args.output, &error),
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}  {}", version.content.model, args.output.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Who asks: the name given, or the user's.
pub(super) fn who(by: Option<&str>) -> String {
    let user = || {
        let names = ["USER", "USERNAME", "LOGNAME"].into_iter();
        names
            .filter_map(|name| std::env::var(name).ok())
            .find(|name| !name.is_empty())
    };
    by.map(str::to_owned)
        .or_else(user)
        .unwrap_or_else(|| "línea de comandos".to_owned())
}

pub(super) fn print_json(value: &impl Serialize) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
