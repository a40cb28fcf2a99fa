//! propenso as a service of systemd. What is done to the system is a plan that is told before it is carried out; the
//! `unit` and the configuration are those that the package ships.

pub(super) mod access;
mod unit;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use propenso_scoring::Language;

use super::plan::{Existing, Place, Plan, Step, run};
use super::{CommandError, ServiceError, carry_out, say, tell_answer};
use crate::cli::{
    FirewallArgs, InstallArgs, RunArgs, SERVICE_CONFIG, StartArgs, StatusArgs, StopArgs,
    UninstallArgs,
};
use crate::command::PARTIAL;
use access::{Access, Owner};
use unit::Unit;

/// The configuration that is written where there is none.
const CONFIG: &str = include_str!("../../../../../deploy/propenso.toml");
/// The account, as `systemd-sysusers` makes it.
const ACCOUNT: &str = include_str!("../../../../../deploy/systemd/propenso.sysusers");

const UNIT: &str = "/etc/systemd/system/propenso.service";
const SYSUSERS: &str = "/etc/sysusers.d/propenso.conf";
/// Where a program goes that the service would not see where it is.
const PROGRAM: &str = "/usr/local/bin/propenso";
/// Where the service's own folders are, and whose.
const FOLDERS: [(&str, u32, Owner); 3] = [
    ("/etc/propenso", 0o750, Owner::ReadBy),
    ("/var/lib/propenso", 0o700, Owner::Service),
    ("/var/log/propenso", 0o750, Owner::Service),
];
/// Where the unit of a package would be.
const PACKAGED: [&str; 2] = [
    "/usr/lib/systemd/system/propenso.service",
    "/lib/systemd/system/propenso.service",
];
/// Folders that the service sees nothing of.
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// Makes the service, or brings it to this program's version.
pub(super) fn install(args: &InstallArgs, language: Language) -> Result<ExitCode, CommandError> {
    let place = Place::new(args.doing.root.clone());
    refuse_packaged(&place)?;
    let program = std::env::current_exe()?;
    let plan = installation(&program, &args.config, &place)?;
    carry_out(&plan, &place, &args.doing, "install", language)?;
    if !args.doing.dry_run && !place.is_elsewhere() {
        say(language.pick(
            "\nEl servicio está en marcha. Para ver cómo va: sudo propenso service status; journalctl -u propenso",
            "\nThe service runs. To see how it is: sudo propenso service status; journalctl -u propenso",
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
    refuse_packaged(&place)?;
    let command = match args.purge {
        true => "uninstall --purge",
        false => "uninstall",
    };
    carry_out(&removal(args.purge), &place, &args.doing, command, language)?;
    if !args.purge {
        say(language.pick(
            "\nSe quedan /etc/propenso, /var/lib/propenso (modelos, claves, carteras), /var/log/propenso, la cuenta y el programa; \
             «--purge» borra lo demás, y el programa se quita con rm.",
            "\n/etc/propenso, /var/lib/propenso (models, keys, portfolios), /var/log/propenso, the account and the program stay; \
             `--purge` removes all but the program, which rm does.",
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells how the service is.
pub(super) fn status(args: &StatusArgs, language: Language) -> Result<ExitCode, CommandError> {
    let properties = "--property=LoadState,UnitFileState,ActiveState,SubState,MainPID";
    let told = run("systemctl", &["show", "propenso.service", properties])?;
    let value = |name: &str| {
        let mut lines = told.lines().filter_map(|line| line.split_once('='));
        lines
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    };
    if value("LoadState") != "loaded" {
        say(language.pick(
            "no hay servicio: «sudo propenso service install» lo crea",
            "there is no service: `sudo propenso service install` makes it",
        ))?;
        return Ok(ExitCode::from(PARTIAL));
    }
    let is_active = value("ActiveState") == "active";
    let (active, detail, at_start) = (
        value("ActiveState"),
        value("SubState"),
        value("UnitFileState"),
    );
    say(&match language {
        Language::Spanish => format!(
            "servicio    {active} ({detail}); al arrancar el equipo: {at_start}; proceso {}",
            value("MainPID")
        ),
        Language::English => format!(
            "service     {active} ({detail}); at start of the machine: {at_start}; process {}",
            value("MainPID")
        ),
    })?;
    let why = language.pick(
        "El porqué está en el diario: journalctl -u propenso -n 50",
        "Why is in the journal: journalctl -u propenso -n 50",
    );
    tell_answer(&args.config, is_active, why, language)
}

/// What installing does, in order.
fn installation(program: &Path, config: &Path, place: &Place) -> Result<Plan, ServiceError> {
    let seen = ["/usr", "/opt"]
        .iter()
        .any(|folder| program.starts_with(folder));
    let serving = if seen { program } else { Path::new(PROGRAM) };
    let unit = Unit::of(serving, config)?;
    let mut plan = Plan::default();
    if !seen {
        plan.push(Step::Program {
            from: program.to_owned(),
            to: PROGRAM.into(),
        });
    }
    plan.push(file(
        SYSUSERS,
        ACCOUNT,
        0o644,
        Owner::Root,
        Existing::Replaced,
    ));
    plan.run("systemd-sysusers", &[SYSUSERS]);
    for (folder, mode, owner) in FOLDERS {
        plan.push(Step::Folder {
            path: folder.into(),
            access: Access { mode, owner },
        });
    }
    if config == Path::new(SERVICE_CONFIG) {
        plan.push(file(
            SERVICE_CONFIG,
            CONFIG,
            0o640,
            Owner::ReadBy,
            Existing::Kept,
        ));
    } else if HIDDEN.iter().any(|folder| config.starts_with(folder)) && !place.is_elsewhere() {
        return Err(ServiceError::OutOfReach {
            path: config.to_owned(),
        });
    } else if !place.of(config).is_file() {
        return Err(ServiceError::NoConfig {
            path: config.to_owned(),
        });
    }
    plan.push(file(
        UNIT,
        unit.text(),
        0o644,
        Owner::Root,
        Existing::Replaced,
    ));
    plan.run("systemctl", &["daemon-reload"]);
    plan.run("systemctl", &["enable", "propenso.service"]);
    // What runs already, of an earlier version, must not stay.
    plan.run("systemctl", &["restart", "propenso.service"]);
    Ok(plan)
}

/// What taking away does, in order.
fn removal(purge: bool) -> Plan {
    let mut plan = Plan::default();
    plan.try_run("systemctl", &["disable", "--now", "propenso.service"]);
    plan.push(Step::Removed(UNIT.into()));
    plan.push(Step::Removed(SYSUSERS.into()));
    plan.run("systemctl", &["daemon-reload"]);
    plan.try_run("systemctl", &["reset-failed", "propenso.service"]);
    if purge {
        for (folder, ..) in FOLDERS {
            plan.push(Step::Removed(folder.into()));
        }
        plan.try_run("userdel", &["propenso"]);
    }
    plan
}

fn file(path: &str, text: &str, mode: u32, owner: Owner, existing: Existing) -> Step {
    Step::File {
        path: path.into(),
        text: text.to_owned(),
        access: Access { mode, owner },
        existing,
    }
}

/// Refuses what a package looks after.
fn refuse_packaged(place: &Place) -> Result<(), ServiceError> {
    let units = PACKAGED.iter().map(PathBuf::from);
    match units.into_iter().find(|unit| place.of(unit).exists()) {
        Some(unit) => Err(ServiceError::Packaged { unit }),
        None => Ok(()),
    }
}

/// Tells whether this process may change the system.
pub(super) fn may_change() -> bool {
    rustix::process::geteuid().is_root()
}

/// Says what has to be done before the system may be changed.
pub(super) fn not_allowed(command: &'static str) -> ServiceError {
    ServiceError::NotRoot { command }
}

/// Says who starts services here.
pub(super) fn start(_: &StartArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Systemd { command: "start" }.into())
}

/// Says who stops services here.
pub(super) fn stop(_: &StopArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Systemd { command: "stop" }.into())
}

/// Says where it stands what to do: each distribution has another.
pub(super) fn firewall(_: &FirewallArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::OwnFirewall.into())
}

/// Says that systemd starts `serve` itself.
pub(super) fn run_as_service(_: &RunArgs, _: Language) -> Result<ExitCode, CommandError> {
    Err(ServiceError::Systemd { command: "start" }.into())
}
