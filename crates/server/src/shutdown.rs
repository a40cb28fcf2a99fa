//! The signals that ask the process to stop.

/// Completes when one of these signals comes; never, where none of them can be waited for: then the process can still be killed,
/// and must not stop by itself.
macro_rules! first_of {
    ($($signal:ident),+) => {
        async move {
            tokio::select! {
                $(Some(()) = async { $signal.as_mut()?.recv().await } => {})+
                else => std::future::pending::<()>().await,
            }
        }
    };
}

/// Listens from now on, and gives what completes when the process is asked to stop: Ctrl-C anywhere; SIGTERM on Unix; closing
/// the console or shutting down on Windows. To be called within a runtime.
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
