//! What the service manager is asked for.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use propenso_scoring::Language;
use propenso_windows::services::{self, Condition, Definition};

use super::super::ServiceError;
use super::super::plan::Request;
use super::{NAME, refused};

/// What people read in the list of services.
const TITLE: &str = "propenso";
const DESCRIPTION: &str =
    "Responde por HTTP a la plataforma de cobros con la propensión de pago de cada cliente";

/// How long a service may take to start or stop, as the unit of systemd has it.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(45);

/// What is asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// The service is there, as this program.
    Install {
        program: PathBuf,
        arguments: Vec<OsString>,
    },
    /// It works.
    Start,
    /// It does not work.
    Stop,
    /// It does not work, if it is there at all.
    StopIfThere,
    /// It is not there.
    Uninstall,
}

impl Request for Asked {
    fn message(&self, language: Language) -> String {
        let pick = |spanish: &str, english: &str| language.pick(spanish, english).to_owned();
        match self {
            Self::Install { program, arguments } => {
                let words = arguments.iter().map(|word| word.to_string_lossy());
                let words = words.collect::<Vec<_>>().join(" ");
                let how = language.pick(
                    "arranca con el equipo y otra vez si falla, como LocalService",
                    "starts with the machine and again when it fails, as LocalService",
                );
                format!("{NAME}: \"{}\" {words}; {how}", program.display())
            }
            Self::Start => pick("propenso: se arranca", "propenso: is started"),
            Self::Stop => pick("propenso: se para", "propenso: is stopped"),
            Self::StopIfThere => pick(
                "propenso: se para, si lo hay",
                "propenso: is stopped, if it is there",
            ),
            Self::Uninstall => pick("propenso: se quita", "propenso: is taken away"),
        }
    }

    fn make(&self) -> Result<(), ServiceError> {
        match self {
            Self::Install { program, arguments } => {
                let definition = Definition {
                    name: NAME,
                    title: TITLE,
                    description: DESCRIPTION,
                    program: program.clone(),
                    arguments: arguments.clone(),
                };
                services::install(&definition).map_err(refused("install"))
            }
            Self::Start => match services::start(NAME, START).map_err(refused("start"))? {
                Condition::Running(_) => Ok(()),
                Condition::Stopped | Condition::Between => Err(ServiceError::DidNotStart),
            },
            Self::Stop => stop(),
            Self::StopIfThere => match services::condition(NAME).map_err(refused("stop"))? {
                Some(_) => stop(),
                None => Ok(()),
            },
            Self::Uninstall => services::uninstall(NAME).map_err(refused("uninstall")),
        }
    }
}

fn stop() -> Result<(), ServiceError> {
    match services::stop(NAME, STOP).map_err(refused("stop"))? {
        Condition::Stopped => Ok(()),
        Condition::Between | Condition::Running(_) => Err(ServiceError::DidNotStop),
    }
}
