//! Why the service cannot be made, asked or taken away.

use std::path::PathBuf;

use propenso_scoring::Language;

use crate::cli::SERVICE_CONFIG;

/// Why the service cannot be made, asked or taken away.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message(Language::English))]
pub enum ServiceError {
    /// Whoever asked may not change the system.
    NotRoot {
        /// What was asked, to be typed again.
        command: &'static str,
    },
    /// Whoever asked may not change a Windows.
    NotAdministrator {
        /// What was asked, to be typed again.
        command: &'static str,
    },
    /// Nobody but Windows's service manager starts the service itself.
    NotStartedByManager {
        /// What the system said.
        error: std::io::Error,
    },
    /// The service ended when it had begun, or never got ready.
    DidNotStart,
    /// The service did not stop in its time.
    DidNotStop,
    /// systemd does it.
    Systemd {
        /// What it is asked.
        command: &'static str,
    },
    /// Each Linux has another firewall.
    OwnFirewall,
    /// The package brought the service, and looks after it.
    Packaged {
        /// The package's unit.
        unit: PathBuf,
    },
    /// A file where the service would not see it, or may not be.
    OutOfReach {
        /// The file.
        path: PathBuf,
    },
    /// A configuration file that is not there, and is none that would be written.
    NoConfig {
        /// The file.
        path: PathBuf,
    },
    /// A path that a unit cannot hold as it is.
    Unwritable {
        /// The path.
        path: PathBuf,
    },
    /// A file or a folder could not be made or removed.
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A command of the system could not be run.
    NotFound {
        /// The command's name.
        program: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A command of the system did not do what it was asked.
    Failed {
        /// The command, as it would be typed.
        line: String,
        /// What it said.
        said: String,
    },
    /// This system's services are not known to propenso.
    Elsewhere,
}

impl ServiceError {
    /// Says what is wrong and what to do.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Spanish => self.in_spanish(),
            Language::English => self.in_english(),
        }
    }

    fn in_spanish(&self) -> String {
        match self {
            Self::NotRoot { command } => format!(
                "hace falta ser root para cambiar el sistema: «sudo propenso service {command}»; con --dry-run dice lo que haría"
            ),
            Self::NotAdministrator { command } => format!(
                "hace falta ser administrador: abra «Terminal» o «Símbolo del sistema» con «Ejecutar como administrador» y repita \
                 «propenso service {command}»"
            ),
            Self::NotStartedByManager { error } => format!(
                "esta orden es del administrador de servicios de Windows ({error}); el servicio se arranca con «propenso service start»"
            ),
            Self::DidNotStart => {
                "el servicio no arranca, y lo intenta otra vez cada minuto; el porqué está en el Visor de eventos (Registros de Windows, Aplicación, \
                 origen propenso), y lo dice también «propenso check-config»"
                    .to_owned()
            }
            Self::DidNotStop => {
                "el servicio no se ha parado en su tiempo; mire «propenso service status», y si sigue, termínelo en el Administrador de tareas".to_owned()
            }
            Self::Systemd { command } => format!(
                "de eso se encarga systemd: «sudo systemctl {command} propenso»; véase docs/instalar.md"
            ),
            Self::OwnFirewall => {
                "cada Linux tiene su cortafuegos: docs/instalar.md, «El cortafuegos», dice qué escribir en cada uno".to_owned()
            }
            Self::Packaged { unit } => format!(
                "el servicio lo trajo el paquete ({}): arránquelo con «systemctl enable --now propenso» y quítelo con «apt remove propenso»",
                unit.display()
            ),
            Self::OutOfReach { path } => format!(
                "{}: el servicio no ve las carpetas personales ni /tmp; póngalo en /etc/propenso",
                path.display()
            ),
            Self::NoConfig { path } => format!(
                "{}: no existe; escríbalo antes, o no diga --config y se escribirá {SERVICE_CONFIG}",
                path.display()
            ),
            Self::Unwritable { path } => format!(
                "{}: un servicio de systemd necesita una ruta completa, con letras, cifras y . _ - @ + solamente",
                path.display()
            ),
            Self::File { path, error } => format!("{}: {error}", path.display()),
            Self::NotFound { program, error } => format!(
                "no se puede ejecutar «{program}» ({error}); el servicio necesita un Linux con systemd. Sin él, arranque «propenso serve» como arranque lo demás"
            ),
            Self::Failed { line, said } => format!("«{line}» no pudo: {said}"),
            Self::Elsewhere => {
                "en este sistema propenso no se instala como servicio: arranque «propenso serve» como arranque lo demás".to_owned()
            }
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::NotRoot { command } => format!(
                "only root may change the system: `sudo propenso service {command}`; with --dry-run it tells what it would do"
            ),
            Self::NotAdministrator { command } => format!(
                "only administrators may change the system: open a terminal with \"Run as administrator\", and say \
                 `propenso service {command}` again"
            ),
            Self::NotStartedByManager { error } => format!(
                "Windows's service manager alone says this ({error}); start the service with `propenso service start`"
            ),
            Self::DidNotStart => {
                "the service does not start, and tries again every minute; why is in the Event Viewer (Windows Logs, Application, source propenso), \
                 and `propenso check-config` says it too"
                    .to_owned()
            }
            Self::DidNotStop => {
                "the service has not stopped in its time; see `propenso service status`, and if it is still there, end it in the Task Manager".to_owned()
            }
            Self::Systemd { command } => format!(
                "systemd does that: `sudo systemctl {command} propenso`; see docs/install.md"
            ),
            Self::OwnFirewall => {
                "each Linux has another firewall: docs/install.md says what to type for each".to_owned()
            }
            Self::Packaged { unit } => format!(
                "the package brought the service ({}): start it with `systemctl enable --now propenso`, remove it with `apt remove propenso`",
                unit.display()
            ),
            Self::OutOfReach { path } => format!(
                "{}: the service sees neither people's own folders nor /tmp; put it into /etc/propenso",
                path.display()
            ),
            Self::NoConfig { path } => format!(
                "{}: it does not exist; write it first, or leave --config out and {SERVICE_CONFIG} is written",
                path.display()
            ),
            Self::Unwritable { path } => format!(
                "{}: a service of systemd needs a whole path of letters, digits and . _ - @ + alone",
                path.display()
            ),
            Self::File { path, error } => format!("{}: {error}", path.display()),
            Self::NotFound { program, error } => format!(
                "cannot run `{program}` ({error}); the service needs a Linux with systemd. Without it, start `propenso serve` as the rest is started"
            ),
            Self::Failed { line, said } => format!("`{line}` failed: {said}"),
            Self::Elsewhere => {
                "on this system propenso cannot be installed as a service: start `propenso serve` as the rest is started".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_what_to_do() {
        let root = ServiceError::NotRoot { command: "install" };
        assert!(root.to_string().contains("sudo propenso service install"));
        for language in [Language::Spanish, Language::English] {
            let told = |error: ServiceError| error.message(language);
            assert!(
                told(ServiceError::Systemd { command: "stop" }).contains("systemctl stop propenso")
            );
            let command = "install";
            assert!(
                told(ServiceError::NotAdministrator { command })
                    .contains("propenso service install")
            );
        }
    }
}
