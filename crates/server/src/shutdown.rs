//! What asks the process to stop: signals of the system, and whatever within it speaks for another that does.

use tokio::sync::Notify;

/// Whether it was asked within the process.
static ASKED: Notify = Notify::const_new();

/// Asks the process to stop, as a signal does: for who has no signals, as the service manager of Windows.
pub fn ask() {
    // That is kept until somebody waits.
    ASKED.notify_one();
}

/// Completes when one of these signals comes, or the process asks itself; where no signal can be waited for, it can still be
/// killed, and must not stop by itself.
macro_rules! first_of {
    ($($signal:ident),+) => {
        async move {
            tokio::select! {
                $(Some(()) = async { $signal.as_mut()?.recv().await } => {})+
                () = ASKED.notified() => {}
            }
        }
    };
}

/// Listens from now on, and gives what completes when the process is asked to stop: Ctrl-C anywhere; SIGTERM on Unix; closing
/// the console or shutting down on Windows; [`ask`]. To be called within a runtime.
///
/// From the call on none of them ends the process by itself: what is told of as ready is stopped in order from its first moment,
/// whether or not anybody waits yet.
pub fn signal() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).ok();
        let mut terminate = signal(SignalKind::terminate()).ok();
        first_of!(interrupt, terminate)
    }
    #[cfg(windows)]
    {
        use tokio::signal::windows;
        let mut interrupt = windows::ctrl_c().ok();
        let mut interrupt_all = windows::ctrl_break().ok();
        let mut close = windows::ctrl_close().ok();
        let mut shutdown = windows::ctrl_shutdown().ok();
        first_of!(interrupt, interrupt_all, close, shutdown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks_before_anybody_waits_is_heard() {
        let stop = signal();
        ask();
        stop.await;
    }
}
