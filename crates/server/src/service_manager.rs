//! What is told the service manager that started this process: systemd with `Type=notify` or `notify-reload`, or that of
//! Windows. Where there is none nothing is told.

use std::time::Duration;

/// How often it is looked whether what is said of this process is still so.
const LOOK: Duration = Duration::from_secs(5);

/// What there is to tell.
#[derive(Debug, Clone, Copy)]
pub enum Told<'s> {
    /// It answers.
    Ready,
    /// It reads its configuration again; [`Self::Ready`] follows.
    Reloading,
    /// It was asked to stop.
    Stopping,
    /// It lives.
    Alive,
    /// What it does, in a line.
    Status(&'s str),
}

/// Tells the service manager, if there is one. What cannot be told is no reason not to serve.
#[cfg(unix)]
pub fn tell(all: &[Told<'_>]) {
    use sd_notify::NotifyState;
    let mut states = Vec::new();
    for told in all {
        match told {
            Told::Ready => states.push(NotifyState::Ready),
            Told::Reloading => {
                states.push(NotifyState::Reloading);
                // What was sent before it does not count.
                states.extend(NotifyState::monotonic_usec_now());
            }
            Told::Stopping => states.push(NotifyState::Stopping),
            Told::Alive => states.push(NotifyState::Watchdog),
            Told::Status(text) => states.push(NotifyState::Status(text)),
        }
    }
    if let Err(error) = sd_notify::notify(&states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}

/// How long stopping may take until something is said again; that is as long as the process may live.
#[cfg(windows)]
const STOP: Duration = Duration::from_secs(600);

/// Tells the service manager, if this process is a service. It has no line for what a service does, and wants no signs of life.
#[cfg(windows)]
pub fn tell(all: &[Told<'_>]) {
    use propenso_windows::running::{self, State};
    for told in all {
        match told {
            Told::Ready => running::tell(State::Running),
            Told::Stopping => running::tell(State::Stopping(STOP)),
            Told::Reloading | Told::Alive | Told::Status(_) => {}
        }
    }
}

/// Tells nobody.
#[cfg(not(any(unix, windows)))]
pub fn tell(_: &[Told<'_>]) {}

/// How long the service manager waits for a sign of life, where it wants one.
#[cfg(unix)]
fn patience() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|patience| !patience.is_zero())
}

#[cfg(not(unix))]
fn patience() -> Option<Duration> {
    None
}

/// Tells what this process does whenever that changes, and, where it is asked for, that it lives: as long as its runtime
/// still works on tasks. Never completes.
pub async fn report(status: impl Fn() -> String) {
    let patience = patience();
    // Twice in that time: a sign may be late.
    let pause = patience.map_or(LOOK, |patience| LOOK.min(patience / 2));
    let mut before = String::new();
    loop {
        // Another task is taken up and done: the runtime works.
        let lives = tokio::spawn(async {}).await.is_ok();
        if lives && patience.is_some() {
            tell(&[Told::Alive]);
        }
        let now = status();
        if now != before {
            tell(&[Told::Status(&now)]);
            before = now;
        }
        tokio::time::sleep(pause).await;
    }
}
