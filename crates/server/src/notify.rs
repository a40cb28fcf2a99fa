//! Whoever wants to know of verdicts: a command of theirs gets each as JSON.
//!
//! It is started as it is written, by no shell, and what comes of it changes nothing: a command that fails, or does not
//! end in time, is told of.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use propenso_lifecycle::registry::{Registry, RegistryError, State};
use propenso_lifecycle::verdict;
use serde::Serialize;

use crate::view::VersionView;

/// Verdicts that wait for the command to be done with those before.
const WAITING: usize = 64;

/// How often a command that runs is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The command, and how long it may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifySettings {
    /// The program and its arguments; at least the program.
    pub command: Vec<String>,
    /// How long it may take, before it is ended.
    pub limit: Duration,
}

/// Why a verdict was not told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The registry cannot say what the verdict is.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The command cannot be started or waited for.
    #[error("`{program}` cannot be run: {error}")]
    Unstartable {
        /// The program.
        program: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// It failed.
    #[error("`{program}` failed: {status}")]
    Failed {
        /// The program.
        program: String,
        /// What it ended with.
        status: ExitStatus,
    },
    /// It took too long, and was ended.
    #[error("`{program}` did not end within {limit:?}, and was ended")]
    Slow {
        /// The program.
        program: String,
        /// How long it may take.
        limit: Duration,
    },
}

/// A verdict as the command gets it.
#[derive(Debug, Serialize)]
struct Told<'v> {
    event: &'static str,
    #[serde(flatten)]
    version: VersionView<'v>,
    /// The verdict as people read it.
    text: String,
}

impl NotifySettings {
    /// Tells the command of the verdict on a version, and waits for it.
    ///
    /// # Errors
    ///
    /// [`NotifyError`], which changes nothing.
    pub fn tell(&self, registry: &Registry, number: u32) -> Result<(), NotifyError> {
        let version = registry.version(number)?;
        let champion = registry.holder(State::Champion)?;
        let told = Told {
            event: "verdict",
            text: verdict::text(&version, champion.map(|champion| champion.number)),
            version: VersionView::full(&version, Vec::new()),
        };
        let json = serde_json::to_vec(&told);
        self.run(json.unwrap_or_default())
    }

    fn run(&self, input: Vec<u8>) -> Result<(), NotifyError> {
        let (program, arguments) = match self.command.split_first() {
            Some((program, arguments)) => (program.clone(), arguments),
            None => return Ok(()),
        };
        let unstartable = |error| NotifyError::Unstartable {
            program: program.clone(),
            error,
        };
        let child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.map_err(unstartable)?;
        // From a thread of its own: a command that does not read must not be waited for longer than any other. One
        // that does not want to read has a broken pipe, which is no failure.
        if let Some(mut stdin) = child.stdin.take() {
            std::thread::spawn(move || stdin.write_all(&input));
        }
        match wait(&mut child, self.limit).map_err(unstartable)? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(NotifyError::Failed { program, status }),
            None => Err(NotifyError::Slow {
                program,
                limit: self.limit,
            }),
        }
    }
}

/// Waits for a command to end; `None` for one that did not in time, and was ended.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

/// Tells a command of verdicts, one after the other, off the threads that give them.
#[derive(Debug, Clone)]
pub struct Notifier(Option<SyncSender<u32>>);

impl Notifier {
    /// Starts what tells of a registry's verdicts; without settings nobody is told. What is not told when the process ends
    /// is not told any more.
    #[must_use]
    pub fn start(settings: Option<NotifySettings>, registry: Arc<Registry>) -> Self {
        let Some(settings) = settings else {
            return Self(None);
        };
        let (waiting, numbers) = mpsc::sync_channel(WAITING);
        std::thread::spawn(move || {
            for number in numbers {
                match settings.tell(&registry, number) {
                    Ok(()) => tracing::info!(version = number, "the command of [notify] was told"),
                    Err(error) => tracing::error!(
                        version = number,
                        %error,
                        "the command of [notify] was not told of the verdict; nothing else is changed by that"
                    ),
                }
            }
        });
        Self(Some(waiting))
    }

    /// Tells of the verdict on a version, soon.
    pub fn tell(&self, number: u32) {
        let sent = self.0.as_ref().map(|waiting| waiting.try_send(number));
        if let Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) = sent {
            tracing::error!(
                version = number,
                "too many verdicts wait for the command of [notify]; it is not told of this one"
            );
        }
    }
}
