//! What is done to a system, step by step: told first, then taken.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use propenso_scoring::Language;

use super::ServiceError;

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
            Some(root) => root.join(path.strip_prefix("/").unwrap_or(path)),
            None => path.to_owned(),
        }
    }
}

/// Whose a file or a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The system's.
    Root,
    /// The system's, and the service may read it.
    ReadBy,
    /// The service's.
    Service,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Self::Root => "root:root",
            Self::ReadBy => "root:propenso",
            Self::Service => "propenso:propenso",
        }
    }
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays: somebody may have written into it.
    Kept,
    /// It is replaced.
    Replaced,
}

/// One change of a system.
#[derive(Debug)]
pub(super) enum Step {
    /// The program is copied to where the service sees it.
    Program { from: PathBuf, to: PathBuf },
    /// A folder is there, with this mode and owner.
    Folder {
        path: PathBuf,
        mode: u32,
        owner: Owner,
    },
    /// A file is there, with this mode and owner.
    File {
        path: PathBuf,
        text: String,
        mode: u32,
        owner: Owner,
        existing: Existing,
    },
    /// A file or a folder is no longer there.
    Removed(PathBuf),
    /// A command has run; where it may fail, whatever it says is left aside.
    Ran {
        program: &'static str,
        arguments: Vec<&'static str>,
        may_fail: bool,
    },
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
    pub(super) fn run(&mut self, program: &'static str, arguments: &[&'static str]) {
        self.command(program, arguments, false);
    }

    /// Adds a command that may find nothing to do.
    pub(super) fn try_run(&mut self, program: &'static str, arguments: &[&'static str]) {
        self.command(program, arguments, true);
    }

    fn command(&mut self, program: &'static str, arguments: &[&'static str], may_fail: bool) {
        let arguments = arguments.to_vec();
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
            Self::Folder { path, mode, owner } => format!(
                "{}  {} ({mode:04o}, {})",
                language.pick("carpeta ", "folder  "),
                place.of(path).display(),
                owner.name()
            ),
            Self::File {
                path,
                mode,
                owner,
                existing,
                ..
            } => {
                let path = place.of(path);
                let is_kept = *existing == Existing::Kept && path.exists();
                let kept = language.pick("; se queda el que hay", "; the one that is there stays");
                format!(
                    "{}  {} ({mode:04o}, {}){}",
                    language.pick("archivo ", "file    "),
                    path.display(),
                    owner.name(),
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
                let skipped = language.pick(" (aquí no)", " (not here)");
                format!(
                    "{}  {}{}",
                    language.pick("orden   ", "command "),
                    line(program, arguments),
                    if place.is_elsewhere() { skipped } else { "" }
                )
            }
        }
    }

    /// Takes it.
    pub(super) fn take(&self, place: &Place) -> Result<(), ServiceError> {
        match self {
            Self::Program { from, to } => {
                let to = place.of(to);
                copy_program(from, &to).map_err(|error| ServiceError::File { path: to, error })
            }
            Self::Folder { path, mode, owner } => {
                let path = place.of(path);
                let made = fs::create_dir_all(&path)
                    .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(*mode)));
                made.map_err(in_file(&path))?;
                own(&path, *owner, place)
            }
            Self::File {
                path,
                text,
                mode,
                owner,
                existing,
            } => {
                let path = place.of(path);
                if *existing == Existing::Kept && path.exists() {
                    return Ok(());
                }
                write(&path, text, *mode).map_err(in_file(&path))?;
                own(&path, *owner, place)
            }
            Self::Removed(path) => {
                let path = place.of(path);
                remove(&path).map_err(in_file(&path))
            }
            Self::Ran { .. } if place.is_elsewhere() => Ok(()),
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
pub(super) fn run(program: &str, arguments: &[&str]) -> Result<String, ServiceError> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| ServiceError::NotFound {
        program: program.to_owned(),
        error,
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(ServiceError::Failed {
            line: line(program, arguments),
            said: if said.is_empty() {
                output.status.to_string()
            } else {
                said
            },
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn line(program: &str, arguments: &[&str]) -> String {
    [&[program], arguments].concat().join(" ")
}

fn in_file(path: &Path) -> impl FnOnce(io::Error) -> ServiceError {
    let path = path.to_owned();
    move |error| ServiceError::File { path, error }
}

/// Gives a file or folder to its owner; in a folder that is no system, there are no accounts.
fn own(path: &Path, owner: Owner, place: &Place) -> Result<(), ServiceError> {
    if place.is_elsewhere() {
        return Ok(());
    }
    let path = path.to_string_lossy();
    run("chown", &["--no-dereference", owner.name(), "--", &path]).map(drop)
}

/// Writes a file that is whole or not there; nobody reads it before it has its mode.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = beside(path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// Copies a program. One that runs goes on with the file it was started from.
fn copy_program(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = beside(to);
    fs::copy(from, &new)?;
    fs::set_permissions(&new, Permissions::from_mode(0o755))?;
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
