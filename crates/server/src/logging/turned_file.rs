//! A file that another is begun after when it is large: `propenso.log`, and before it `propenso.log.1`, `propenso.log.2` …

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use propenso_lifecycle::private;

use crate::settings::log::LogFileSettings;

/// How long after a turn, or an opening, that did not succeed it is tried again.
const REST: Duration = Duration::from_secs(1);

/// A file that grows to a size, and those of before.
#[derive(Debug)]
pub(super) struct TurnedFile {
    settings: LogFileSettings,
    /// None while it cannot be opened.
    file: Option<File>,
    /// What it holds, in bytes, in whole lines.
    length: u64,
    /// Whether it is a file on a disk, and no device or pipe that must keep its name.
    is_plain: bool,
    /// When something did not succeed.
    failed: Option<Instant>,
}

impl TurnedFile {
    /// Opens it to add to it, and makes the folder that it is in.
    pub(super) fn open(settings: LogFileSettings) -> io::Result<Self> {
        let folder = settings.path.parent();
        if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            private::create_folder(folder)?;
        }
        let file = open(&settings.path)?;
        let about = file.metadata()?;
        Ok(Self {
            settings,
            file: Some(file),
            length: about.len(),
            is_plain: about.is_file(),
            failed: None,
        })
    }

    /// Adds a line, in another file where this one has its size.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let more = line.len() as u64;
        let is_large = self.length > 0 && self.length + more > self.settings.max_bytes;
        if is_large && self.is_plain && self.has_rested() {
            self.turn();
        }
        if self.file.is_none() && self.has_rested() {
            self.reopen();
        }
        let Some(file) = &mut self.file else {
            return Err(io::Error::other("the file cannot be opened"));
        };
        file.write_all(line)?;
        self.length += more;
        Ok(())
    }

    /// Takes away what was written of a line that could not be written whole. Tells whether it is away.
    pub(super) fn mend(&mut self) -> bool {
        match &self.file {
            Some(file) if self.is_plain => file.set_len(self.length).is_ok(),
            _ => false,
        }
    }

    /// Begins another file. One that cannot be renamed, as while another program holds it open on Windows, grows on.
    fn turn(&mut self) {
        // Windows renames no open file that others look at.
        self.file = None;
        let turned = rename_all(&self.settings.path, self.settings.keep);
        self.reopen();
        if turned.is_err() {
            self.failed = Some(Instant::now());
        }
    }

    fn reopen(&mut self) {
        match open(&self.settings.path) {
            Ok(file) => {
                self.length = file.metadata().map_or(0, |about| about.len());
                self.file = Some(file);
            }
            Err(_) => self.failed = Some(Instant::now()),
        }
    }

    fn has_rested(&self) -> bool {
        self.failed.is_none_or(|failed| failed.elapsed() >= REST)
    }
}

/// Opens a file to add to it. The group of the account may read it: who looks after the machine does.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

/// Gives each file the number behind its own. The last one goes.
fn rename_all(path: &Path, keep: u32) -> io::Result<()> {
    if keep == 0 {
        return gone(fs::remove_file(path));
    }
    for number in (1..keep).rev() {
        gone(fs::rename(
            numbered(path, number),
            numbered(path, number + 1),
        ))?;
    }
    gone(fs::rename(path, numbered(path, 1)))
}

/// What is not there need not be renamed.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().flatten();
        let names = files.map(|file| file.file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_large_file_is_turned_and_only_so_many_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/propenso.log");
        let settings = LogFileSettings {
            path: path.clone(),
            max_bytes: 10,
            keep: 2,
        };
        let mut file = TurnedFile::open(settings.clone()).unwrap();
        for line in ["uno..\n", "dos\n", "tres\n", "cuatro\n", "cinco\n"] {
            file.write(line.as_bytes()).unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.path().join("logs").join(name)).unwrap();
        assert_eq!(
            names(&folder.path().join("logs")),
            ["propenso.log", "propenso.log.1", "propenso.log.2"]
        );
        assert_eq!(read("propenso.log"), "cinco\n");
        assert_eq!(read("propenso.log.1"), "cuatro\n");
        assert_eq!(read("propenso.log.2"), "tres\n");
        // What is there is added to by the next process.
        drop(file);
        let mut file = TurnedFile::open(settings).unwrap();
        file.write(b"seis\n").unwrap();
        assert_eq!(read("propenso.log.1"), "cinco\n");
    }

    #[test]
    fn a_line_that_is_larger_than_the_file_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("propenso.log");
        let settings = LogFileSettings {
            path: path.clone(),
            max_bytes: 10,
            keep: 0,
        };
        let mut file = TurnedFile::open(settings).unwrap();
        for line in ["a line of more than ten bytes\n", "another that is\n"] {
            file.write(line.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), line);
        }
        assert_eq!(names(folder.path()), ["propenso.log"]);
    }

    /// A folder in the way of the next name.
    #[test]
    fn what_cannot_be_turned_grows_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("propenso.log");
        fs::create_dir_all(folder.path().join("propenso.log.1/full")).unwrap();
        let settings = LogFileSettings {
            path: path.clone(),
            max_bytes: 10,
            keep: 1,
        };
        let mut file = TurnedFile::open(settings).unwrap();
        for line in ["uno....\n", "dos....\n", "tres...\n"] {
            file.write(line.as_bytes()).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "uno....\ndos....\ntres...\n");
    }
}
