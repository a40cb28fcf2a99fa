//! propenso as a service of Windows. What is done to the system is a plan that is told before it is carried out.
//!
//! - `access`: who may use what is made
//! - `request`: what the service manager is asked for
//! - `running`: this process as the service

pub(super) mod access;
mod request;
mod running;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use propenso_scoring::Language;
use propenso_windows::question;
use propenso_windows::services::{self, Condition};

use super::plan::{Existing, Place, Plan, Step};
use super::{CommandError, ServiceError, carry_out, say, serve_args, tell_answer};
use crate::cli::{
    FirewallArgs, InstallArgs, RunArgs, SERVICE_CONFIG, StartArgs, StatusArgs, StopArgs,
    UninstallArgs,
};
use crate::command::PARTIAL;
use crate::settings::Settings;
use access::Access;
use request::Asked;

/// The service's name, and the rule's of the firewall, and that of its events.
const NAME: &str = "propenso";
/// The configuration that is written where there is none.
const CONFIG: &str = include_str!("../../../../../deploy/windows/propenso.toml");
/// Where a program goes that is not among the installed ones.
const PROGRAM: &str = r"C:\Program Files\propenso\propenso.exe";
/// Where installed programs are.
const PROGRAMS: &str = r"C:\Program Files";
/// The service's own folder.
const DATA: &str = r"C:\ProgramData\propenso";
/// Where its events are declared.
const EVENTS: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\propenso";
/// What has the texts of its events.
const EVENT_TEXTS: &str = r"%SystemRoot%\System32\EventCreate.exe";
/// The service's own identity, `NT SERVICE\propenso`, as `sc showsid propenso` says it: names of accounts are others in each language.
const IDENTITY: &str = "*S-1-5-80-1023301940-2243999101-3172100454-4116343935-3000063808";
/// The system's identity, and that of the administrators.
const SYSTEM: &str = "*S-1-5-18";
const ADMINISTRATORS: &str = "*S-1-5-32-544";

/// How long it is waited for an answer.
const ANSWER: Duration = Duration::from_secs(120);

/// Makes the service, or brings it to this program's version.
pub(super) fn install(args: &InstallArgs, language: Language) -> Result<ExitCode, CommandError> {
    let place = Place::new(args.doing.root.clone());
    let program = std::env::current_exe()?;
    let config = std::path::absolute(&args.config)?;
    let mut plan = installation(&program, &config, &place, language)?;
    if !args.no_start {
        plan.push(Step::Asked(Box::new(Asked::Start)));
    }
    carry_out(&plan, &place, &args.doing, "install", language)?;
    if !(args.no_start || args.doing.dry_run || place.is_elsewhere()) {
        say(language.pick(
            "\nEl servicio está en marcha. Para ver cómo va: propenso service status, y el Visor de eventos, Registros de Windows, Aplicación",
            "\nThe service runs. To see how it is: propenso service status, and the Event Viewer, Windows Logs, Application",
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes the service away, and with `--purge` all that it kept.
pub(super) fn uninstall(
    args: &UninstallArgs,
    language: Language,
) -> Result<ExitCode, CommandError> {
    let place = Place::new(args.doing.root.clone());
    let purge = args.purge || (args.ask && !args.doing.dry_run && is_all_to_go(language));
    let command = match purge {
        true => "uninstall --purge",
        false => "uninstall",
    };
    carry_out(&removal(purge), &place, &args.doing, command, language)?;
    if !purge {
        say(language.pick(
            "\nSe quedan C:\\ProgramData\\propenso (configuración, modelos, claves, carteras) y el programa; «--purge» borra lo primero.",
            "\nC:\\ProgramData\\propenso (configuration, models, keys, portfolios) and the program stay; `--purge` removes the former.",
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks whether models, keys and portfolios go too.
fn is_all_to_go(language: Language) -> bool {
    let text = language.pick(
        "¿Borrar también los datos de propenso: modelos, claves, carteras y configuración?\n\n\
         «No» los deja en C:\\ProgramData\\propenso, y otra instalación los encuentra. «Sí» los borra, y no hay vuelta atrás.",
        "Remove propenso's data too: models, keys, portfolios and configuration?\n\n\
         \"No\" leaves them in C:\\ProgramData\\propenso, where another installation finds them. \"Yes\" removes them, and there is no way back.",
    );
    question::is_yes("propenso", text, ANSWER)
}

/// Starts the service.
pub(super) fn start(_: &StartArgs, language: Language) -> Result<ExitCode, CommandError> {
    ask(Asked::Start, "start", language)
}

/// Stops the service.
pub(super) fn stop(_: &StopArgs, language: Language) -> Result<ExitCode, CommandError> {
    ask(Asked::Stop, "stop", language)
}

fn ask(asked: Asked, command: &'static str, language: Language) -> Result<ExitCode, CommandError> {
    let mut plan = Plan::default();
    plan.push(Step::Asked(Box::new(asked)));
    let doing = crate::cli::DoingArgs::default();
    carry_out(&plan, &Place::new(None), &doing, command, language)?;
    Ok(ExitCode::SUCCESS)
}

/// Lets other machines reach the service through Windows's firewall, in networks that are no public ones.
pub(super) fn firewall(args: &FirewallArgs, language: Language) -> Result<ExitCode, CommandError> {
    let settings = Settings::resolve(serve_args(&args.config))?;
    let (_, port) = settings.listen.rsplit_once(':').unwrap_or_default();
    let mut plan = Plan::default();
    plan.try_run("netsh", &rule(&["delete"]));
    let (port, program) = (format!("localport={port}"), std::env::current_exe()?);
    let program = format!("program={}", program.display());
    let more = [
        "dir=in",
        "action=allow",
        "protocol=TCP",
        &port,
        &program,
        "profile=domain,private",
    ];
    plan.run("netsh", &[&rule(&["add"])[..], &more].concat());
    let doing = crate::cli::DoingArgs {
        dry_run: args.dry_run,
        root: None,
    };
    carry_out(&plan, &Place::new(None), &doing, "firewall", language)?;
    Ok(ExitCode::SUCCESS)
}

/// Is the service: what its manager starts.
pub(super) fn run_as_service(args: &RunArgs, language: Language) -> Result<ExitCode, CommandError> {
    running::run(args.config.clone(), language)
}

/// Tells how the service is.
pub(super) fn status(args: &StatusArgs, language: Language) -> Result<ExitCode, CommandError> {
    let Some(condition) = services::condition(NAME).map_err(refused("status"))? else {
        say(language.pick(
            "no hay servicio: «propenso service install», como administrador, lo crea",
            "there is no service: `propenso service install`, as administrator, makes it",
        ))?;
        return Ok(ExitCode::from(PARTIAL));
    };
    say(&match (condition, language) {
        (Condition::Running(process), Language::Spanish) => {
            format!("servicio    en marcha, proceso {process}")
        }
        (Condition::Running(process), Language::English) => {
            format!("service     runs, process {process}")
        }
        (Condition::Between, _) => language
            .pick(
                "servicio    arranca o se para",
                "service     starts or stops",
            )
            .to_owned(),
        (Condition::Stopped, _) => language
            .pick("servicio    parado", "service     stopped")
            .to_owned(),
    })?;
    let runs = matches!(condition, Condition::Running(_));
    let why = language.pick(
        "El porqué está en el Visor de eventos: Registros de Windows, Aplicación, origen propenso",
        "Why is in the Event Viewer: Windows Logs, Application, source propenso",
    );
    tell_answer(&args.config, runs, why, language)
}

/// What installing does, in order.
fn installation(
    program: &Path,
    config: &Path,
    place: &Place,
    language: Language,
) -> Result<Plan, ServiceError> {
    let mut plan = Plan::default();
    // What runs already, of an earlier version, holds its program open.
    plan.push(Step::Asked(Box::new(Asked::StopIfThere)));
    let is_installed = is_below(program, Path::new(PROGRAMS));
    let serving = if is_installed {
        program
    } else {
        Path::new(PROGRAM)
    };
    if !is_installed {
        plan.push(Step::Program {
            from: program.to_owned(),
            to: PROGRAM.into(),
        });
    }
    plan.push(Step::Folder {
        path: DATA.into(),
        access: Access,
    });
    if is_same(config, Path::new(SERVICE_CONFIG)) {
        plan.push(Step::File {
            path: SERVICE_CONFIG.into(),
            // As Windows's own programs write it.
            text: CONFIG.replace('\n', "\r\n"),
            access: Access,
            existing: Existing::Kept,
        });
    } else if !place.of(config).is_file() {
        return Err(ServiceError::NoConfig {
            path: config.to_owned(),
        });
    }
    let run = ["service", "run", "--config"].map(Into::into);
    let mut arguments = Vec::from(run);
    arguments.extend([
        config.into(),
        "--lang".into(),
        language.pick("es", "en").into(),
    ]);
    plan.push(Step::Asked(Box::new(Asked::Install {
        program: serving.to_owned(),
        arguments,
    })));
    // Nobody but the service, the system and the administrators: there are models in it, and people's debts.
    let all = |who: &str, what: &str| format!("{who}:(OI)(CI){what}");
    let (system, administrators) = (all(SYSTEM, "F"), all(ADMINISTRATORS, "F"));
    let grant = [
        "/inheritance:r",
        "/grant:r",
        &system,
        &administrators,
        &all(IDENTITY, "M"),
        "/q",
    ];
    plan.run("icacls", &[&[DATA], &grant[..]].concat());
    plan.run(
        "reg",
        &[
            "add",
            EVENTS,
            "/v",
            "EventMessageFile",
            "/t",
            "REG_EXPAND_SZ",
            "/d",
            EVENT_TEXTS,
            "/f",
        ],
    );
    plan.run(
        "reg",
        &[
            "add",
            EVENTS,
            "/v",
            "TypesSupported",
            "/t",
            "REG_DWORD",
            "/d",
            "7",
            "/f",
        ],
    );
    Ok(plan)
}

/// What taking away does, in order.
fn removal(purge: bool) -> Plan {
    let mut plan = Plan::default();
    plan.push(Step::Asked(Box::new(Asked::StopIfThere)));
    plan.push(Step::Asked(Box::new(Asked::Uninstall)));
    plan.try_run("netsh", &rule(&["delete"]));
    plan.try_run("reg", &["delete", EVENTS, "/f"]);
    if purge {
        plan.push(Step::Removed(DATA.into()));
    }
    plan
}

/// What is typed about the rule of the firewall.
fn rule<'w>(what: &[&'w str]) -> Vec<&'w str> {
    [
        &["advfirewall", "firewall"],
        what,
        &["rule", "name=propenso"],
    ]
    .concat()
}

/// Tells whether this process may change the system.
pub(super) fn may_change() -> bool {
    services::may_change()
}

/// Says what has to be done before the system may be changed.
pub(super) fn not_allowed(command: &'static str) -> ServiceError {
    ServiceError::NotAdministrator { command }
}

/// What to say of what the service manager said.
fn refused(command: &'static str) -> impl FnOnce(std::io::Error) -> ServiceError {
    move |error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => ServiceError::NotAdministrator { command },
        _ => ServiceError::Failed {
            line: format!("service {command}"),
            said: error.to_string(),
        },
    }
}

/// Tells whether two paths are the same, of which Windows does not care how letters are written.
fn is_same(one: &Path, other: &Path) -> bool {
    lower(one) == lower(other)
}

/// Tells whether a path is within a folder.
fn is_below(path: &Path, folder: &Path) -> bool {
    lower(path).starts_with(lower(folder))
}

fn lower(path: &Path) -> PathBuf {
    path.to_string_lossy().to_lowercase().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_paths_are_all_alike() {
        assert!(is_same(
            Path::new(r"c:\PROGRAMDATA\propenso\propenso.toml"),
            Path::new(SERVICE_CONFIG)
        ));
        assert!(is_below(
            Path::new(r"c:\program files\propenso\propenso.exe"),
            Path::new(PROGRAMS)
        ));
        assert!(!is_below(
            Path::new(r"C:\Program Files (x86)\p.exe"),
            Path::new(PROGRAMS)
        ));
    }
}
