//! Where the lines of the log go, each whole. What cannot be written stops nobody: it is counted, and told when it can be
//! written again.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

use super::LogFileError;
use super::turned_file::TurnedFile;
use crate::settings::log::LogFileSettings;

/// Where lines go. Threads take turns.
#[derive(Debug)]
pub struct Sink {
    state: Mutex<State>,
    is_json: bool,
}

#[derive(Debug)]
struct State {
    out: Out,
    /// Lines that could not be written, and why the last could not.
    lost: u64,
    why: String,
    /// Whether what is there may end in the middle of a line.
    is_torn: bool,
}

#[derive(Debug)]
enum Out {
    StandardError,
    File(TurnedFile),
}

/// Gives a sink to whoever formats lines.
#[derive(Debug, Clone)]
pub(super) struct SinkWriter(pub(super) Arc<Sink>);

/// One line on its way.
#[derive(Debug)]
pub(super) struct Line<'s>(&'s Sink);

impl Sink {
    /// Opens the file, or standard error.
    pub(super) fn open(file: Option<LogFileSettings>, is_json: bool) -> Result<Self, LogFileError> {
        let state = State {
            out: Out::open(file)?,
            lost: 0,
            why: String::new(),
            is_torn: false,
        };
        Ok(Self {
            state: Mutex::new(state),
            is_json,
        })
    }

    /// Goes on in another file, or in the same one opened anew.
    pub(super) fn redirect(&self, file: Option<LogFileSettings>) -> Result<(), LogFileError> {
        let out = Out::open(file)?;
        let mut state = self.lock();
        state.out = out;
        state.is_torn = false;
        Ok(())
    }

    /// Writes a line, with what is to be told of those that were lost before it.
    fn write(&self, line: &[u8]) {
        let state = &mut *self.lock();
        let told = (state.lost > 0).then(|| self.of_lost(state));
        if let Some(told) = told {
            match state.write(told.as_bytes()) {
                Ok(()) => state.lost = 0,
                Err(error) => return state.lose(&error),
            }
        }
        if let Err(error) = state.write(line) {
            state.lose(&error);
        }
    }

    fn of_lost(&self, state: &State) -> String {
        let State { lost, why, .. } = state;
        let at = jiff::Timestamp::now();
        let message =
            format!("lines of the log could not be written, and are lost: {lost} ({why})");
        match self.is_json {
            true => {
                let line = serde_json::json!({
                    "timestamp": at.to_string(), "level": "WARN", "message": message, "lost": lost,
                });
                format!("{line}\n")
            }
            false => format!("{at}  WARN {message}\n"),
        }
    }

    /// A thread that panicked has left no line half written.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.out.write(b"\n")?;
            self.is_torn = false;
        }
        self.out.write(line).inspect_err(|_| {
            self.is_torn = !self.out.is_mended();
        })
    }

    fn lose(&mut self, error: &io::Error) {
        self.lost += 1;
        self.why = error.to_string();
    }
}

impl Out {
    fn open(file: Option<LogFileSettings>) -> Result<Self, LogFileError> {
        let Some(settings) = file else {
            return Ok(Self::StandardError);
        };
        let path = settings.path.clone();
        let opened = TurnedFile::open(settings);
        opened
            .map(Self::File)
            .map_err(|error| LogFileError { path, error })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::StandardError => io::stderr().lock().write_all(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    /// Whether what was written of a line that could not be is away again.
    fn is_mended(&mut self) -> bool {
        match self {
            Self::StandardError => false,
            Self::File(file) => file.mend(),
        }
    }
}

impl<'w> MakeWriter<'w> for SinkWriter {
    type Writer = Line<'w>;

    fn make_writer(&'w self) -> Line<'w> {
        Line(&self.0)
    }
}

impl Write for Line<'_> {
    /// Takes a line, which comes in one piece.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn settings(path: &std::path::Path) -> LogFileSettings {
        LogFileSettings {
            path: path.to_owned(),
            max_bytes: 1 << 20,
            keep: 2,
        }
    }

    /// `/dev/full` says of every write that the disk is full.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_full_disk_takes_away_is_counted_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let full = std::path::Path::new("/dev/full");
        for (is_json, expected) in [(false, " WARN lines of the log"), (true, "\"lost\":3")] {
            let path = folder.path().join(format!("{is_json}.log"));
            let sink = Sink::open(Some(settings(full)), is_json).unwrap();
            for _ in 0..3 {
                sink.write(b"lost\n");
            }
            sink.redirect(Some(settings(&path))).unwrap();
            sink.write(b"kept\n");
            sink.write(b"kept too\n");
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[0].contains(expected), "{text}");
            assert_eq!(lines[1..], ["kept", "kept too"]);
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let sink = Sink::open(Some(settings(&path)), false).unwrap();
        let error = sink.redirect(Some(settings(folder.path()))).unwrap_err();
        assert!(error.to_string().contains("--log-file"), "{error}");
        sink.write(b"on\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "on\n");
    }
}
