//! The signal that asks for the configuration to be read again: SIGHUP. On Windows there is none.

use std::io::{self, IsTerminal};

/// What SIGHUP asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// To read the configuration again.
    Reload,
    /// To stop: the terminal that this process was started in is closed.
    TerminalClosed,
}

/// The signals that come. From when it is made, none of them ends the process.
#[derive(Debug)]
pub struct Hangups {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
    had_terminal: bool,
}

impl Hangups {
    /// Waits for signals from now on; to be called within a runtime.
    #[must_use]
    pub fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signals: {
                use tokio::signal::unix::{SignalKind, signal};
                signal(SignalKind::hangup()).ok()
            },
            had_terminal: io::stderr().is_terminal(),
        }
    }

    /// Gives the next one.
    pub async fn next(&mut self) -> Hangup {
        self.signal().await;
        match self.had_terminal && !io::stderr().is_terminal() {
            true => Hangup::TerminalClosed,
            false => Hangup::Reload,
        }
    }

    #[cfg(unix)]
    async fn signal(&mut self) {
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }

    #[cfg(not(unix))]
    async fn signal(&mut self) {
        std::future::pending::<()>().await;
    }
}
