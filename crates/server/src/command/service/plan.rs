//! What is done to a system, step by step: told first, then taken.

use std::fmt::Debug;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use propenso_scoring::Language;

use super::ServiceError;
use super::system::access::Access;

/// The system that is changed, or a folder that is written as if it were one.
#[derive(Debug)]
pub(super) struct Place {
    root: Option<PathBuf>,
}

impl Place {
    /// Names it: the system itself, unless there is a folder.
    pub(super) fn new(root: Option<PathBuf>) -> Self {
        Self { root }
    }

    /// Tells whether it is a folder, of which no account and no service manager knows.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.root.is_some()
    }

    /// Finds where a path of the system is.
    pub(super) fn of(&self, path: &Path) -> PathBuf {
        match &self.root {
            // What names the system's own root, a drive among it, is left out.
            Some(root) => path
                .components()
                .fold(root.clone(), |place, part| match part {
                    Component::Normal(name) => place.join(name),
                    _ => place,
                }),
            None => path.to_owned(),
        }
    }
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays: somebody may have written into it.
    Kept,
    /// It is replaced.
    #[cfg_attr(
        windows,
        allow(dead_code, reason = "no file of a service is its own there")
    )]
    Replaced,
}

/// One change of a system.
#[derive(Debug)]
pub(super) enum Step {
    /// The program is copied to where the service sees it.
    Program { from: PathBuf, to: PathBuf },
    /// A folder is there, which these may use.
    Folder { path: PathBuf, access: Access },
    /// A file is there, which these may use.
    File {
        path: PathBuf,
        text: String,
        access: Access,
        existing: Existing,
    },
    /// A file or a folder is no longer there.
    Removed(PathBuf),
    /// A command has run; where it may fail, whatever it says is left aside.
    Ran {
        program: &'static str,
        arguments: Vec<String>,
        may_fail: bool,
    },
    /// The service manager was asked without a command.
    #[cfg_attr(unix, allow(dead_code, reason = "systemd is asked by commands"))]
    Asked(Box<dyn Request>),
}

/// What the service manager is asked for without a command.
pub(super) trait Request: Debug {
    /// Says what it does.
    fn message(&self, language: Language) -> String;

    /// Does it.
    fn make(&self) -> Result<(), ServiceError>;
}

/// Changes of a system, in order.
#[derive(Debug, Default)]
pub(super) struct Plan(Vec<Step>);

impl Plan {
    /// Adds a step.
    pub(super) fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Adds a command that has to succeed.
    pub(super) fn run(&mut self, program: &'static str, arguments: &[&str]) {
        self.command(program, arguments, false);
    }

    /// Adds a command that may find nothing to do.
    pub(super) fn try_run(&mut self, program: &'static str, arguments: &[&str]) {
        self.command(program, arguments, true);
    }

    fn command(&mut self, program: &'static str, arguments: &[&str], may_fail: bool) {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        self.push(Step::Ran {
            program,
            arguments,
            may_fail,
        });
    }

    /// Gives the steps.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl Step {
    /// Says what it does, in a line.
    pub(super) fn message(&self, place: &Place, language: Language) -> String {
        match self {
            Self::Program { from, to } => format!(
                "{}  {} -> {}",
                language.pick("programa", "program "),
                from.display(),
                place.of(to).display()
            ),
            Self::Folder { path, access } => format!(
                "{}  {}{}",
                language.pick("carpeta ", "folder  "),
                place.of(path).display(),
                access.message()
            ),
            Self::File {
                path,
                access,
                existing,
                ..
            } => {
                let path = place.of(path);
                let is_kept = *existing == Existing::Kept && path.exists();
                let kept = language.pick("; se queda el que hay", "; the one that is there stays");
                format!(
                    "{}  {}{}{}",
                    language.pick("archivo ", "file    "),
                    path.display(),
                    access.message(),
                    if is_kept { kept } else { "" }
                )
            }
            Self::Removed(path) => format!(
                "{}  {}",
                language.pick("borra   ", "remove  "),
                place.of(path).display()
            ),
            Self::Ran {
                program, arguments, ..
            } => {
                format!(
                    "{}  {}{}",
                    language.pick("orden   ", "command "),
                    line(program, arguments),
                    skipped(place, language)
                )
            }
            Self::Asked(request) => format!(
                "{}  {}{}",
                language.pick("servicio", "service "),
                request.message(language),
                skipped(place, language)
            ),
        }
    }

    /// Takes it.
    pub(super) fn take(&self, place: &Place) -> Result<(), ServiceError> {
        match self {
            Self::Program { from, to } => {
                let to = place.of(to);
                copy_program(from, &to).map_err(|error| ServiceError::File { path: to, error })
            }
            Self::Folder { path, access } => {
                let path = place.of(path);
                let made = fs::create_dir_all(&path).and_then(|()| access.set(&path));
                made.map_err(in_file(&path))?;
                access.own(&path, place)
            }
            Self::File {
                path,
                text,
                access,
                existing,
            } => {
                let path = place.of(path);
                if *existing == Existing::Kept && path.exists() {
                    return Ok(());
                }
                write(&path, text, *access).map_err(in_file(&path))?;
                access.own(&path, place)
            }
            Self::Removed(path) => {
                let path = place.of(path);
                remove(&path).map_err(in_file(&path))
            }
            Self::Ran { .. } | Self::Asked(_) if place.is_elsewhere() => Ok(()),
            Self::Asked(request) => request.make(),
            Self::Ran {
                program,
                arguments,
                may_fail,
            } => match run(program, arguments) {
                Err(ServiceError::Failed { .. }) if *may_fail => Ok(()),
                ran => ran.map(drop),
            },
        }
    }
}

/// Runs a command of the system to its end, and gives what it printed.
pub(super) fn run<A: AsRef<str>>(program: &str, arguments: &[A]) -> Result<String, ServiceError> {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let output = Command::new(program).args(&arguments).output();
    let output = output.map_err(|error| ServiceError::NotFound {
        program: program.to_owned(),
        error,
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ServiceError::Failed {
            line: line(program, &arguments),
            said: if said.is_empty() {
                output.status.to_string()
            } else {
                said
            },
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as it would be typed.
fn line(program: &str, arguments: &[impl AsRef<str>]) -> String {
    let mut line = program.to_owned();
    for argument in arguments.iter().map(AsRef::as_ref) {
        let quote = if argument.contains(' ') { "\"" } else { "" };
        line += &format!(" {quote}{argument}{quote}");
    }
    line
}

fn skipped(place: &Place, language: Language) -> &'static str {
    match place.is_elsewhere() {
        true => language.pick(" (aquí no)", " (not here)"),
        false => "",
    }
}

fn in_file(path: &Path) -> impl FnOnce(io::Error) -> ServiceError {
    let path = path.to_owned();
    move |error| ServiceError::File { path, error }
}

/// Writes a file that is whole or not there; nobody reads it before it has its mode.
fn write(path: &Path, text: &str, access: Access) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = beside(path);
    let mut file = Access::create(&new)?;
    file.write_all(text.as_bytes())?;
    access.set(&new)?;
    file.sync_all()?;
    // Windows renames no file that is open.
    drop(file);
    fs::rename(&new, path)
}

/// Copies a program. One that runs goes on with the file it was started from.
fn copy_program(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = beside(to);
    fs::copy(from, &new)?;
    Access::PROGRAM.set(&new)?;
    fs::rename(&new, to)
}

/// Names the file that another is written as until it is whole; what an interrupted run left there goes.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let path = PathBuf::from(name);
    let _ = fs::remove_file(&path);
    path
}

/// Removes a file, or a folder with all that is in it; one that is not there is no error.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
