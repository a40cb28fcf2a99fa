//! Why the service cannot be made, asked or taken away.

use std::path::PathBuf;

use propenso_scoring::Language;

/// Why the service cannot be made, asked or taken away.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message(Language::English))]
pub enum ServiceError {
    /// Whoever asked may not change the system.
    NotRoot {
        /// What was asked, to be typed again.
        command: &'static str,
    },
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
            Self::Packaged { unit } => format!(
                "el servicio lo trajo el paquete ({}): arránquelo con «systemctl enable --now propenso» y quítelo con «apt remove propenso»",
                unit.display()
            ),
            Self::OutOfReach { path } => format!(
                "{}: el servicio no ve las carpetas personales ni /tmp; póngalo en /etc/propenso",
                path.display()
            ),
            Self::NoConfig { path } => format!(
                "{}: no existe; escríbalo antes, o no diga --config y se escribirá /etc/propenso/propenso.toml",
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
            Self::Elsewhere => format!(
                "en este sistema propenso todavía no se instala como servicio; en Windows llegará. Mientras tanto, en Windows lo arranca con el equipo \
                 el Programador de tareas; en PowerShell, como administrador:\n{WINDOWS}"
            ),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::NotRoot { command } => format!(
                "only root may change the system: `sudo propenso service {command}`; with --dry-run it tells what it would do"
            ),
            Self::Packaged { unit } => format!(
                "the package brought the service ({}): start it with `systemctl enable --now propenso`, remove it with `apt remove propenso`",
                unit.display()
            ),
            Self::OutOfReach { path } => format!(
                "{}: the service sees neither people's own folders nor /tmp; put it into /etc/propenso",
                path.display()
            ),
            Self::NoConfig { path } => format!(
                "{}: it does not exist; write it first, or leave --config out and /etc/propenso/propenso.toml is written",
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
            Self::Elsewhere => format!(
                "on this system propenso cannot be installed as a service yet; for Windows that is to come. Until then, on Windows, the Task Scheduler \
                 starts it with the machine; in PowerShell, as administrator:\n{WINDOWS}"
            ),
        }
    }
}

/// What to type on Windows. The account is named by its identifier, for its name is another in each language.
const WINDOWS: &str = r"  icacls C:\propenso /grant '*S-1-5-19:(OI)(CI)M'
  Register-ScheduledTask propenso -User 'NT AUTHORITY\LocalService' `
    -Trigger (New-ScheduledTaskTrigger -AtStartup) `
    -Action (New-ScheduledTaskAction C:\propenso\propenso.exe 'serve --config C:\propenso\propenso.toml') `
    -Settings (New-ScheduledTaskSettingsSet -ExecutionTimeLimit 0 -RestartCount 3 -RestartInterval (New-TimeSpan -Minutes 1))
  Start-ScheduledTask propenso";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_what_to_do() {
        let root = ServiceError::NotRoot { command: "install" };
        assert!(root.to_string().contains("sudo propenso service install"));
        let elsewhere = ServiceError::Elsewhere;
        for language in [Language::Spanish, Language::English] {
            assert!(
                elsewhere
                    .message(language)
                    .contains("Register-ScheduledTask")
            );
        }
    }
}
