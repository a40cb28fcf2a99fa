//! The signals that ask the process to stop.

/// Completes when the process is asked to stop: Ctrl-C anywhere; SIGTERM on Unix; closing the
/// console, logging off or shutting down on Windows.
pub async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => wait_for_ctrl_c().await,
        }
    }
    #[cfg(windows)]
    {
        use tokio::signal::windows;
        match (
            windows::ctrl_close(),
            windows::ctrl_shutdown(),
            windows::ctrl_break(),
        ) {
            (Ok(mut close), Ok(mut shutdown), Ok(mut ctrl_break)) => {
                tokio::select! {
                    () = wait_for_ctrl_c() => {}
                    _ = close.recv() => {}
                    _ = shutdown.recv() => {}
                    _ = ctrl_break.recv() => {}
                }
            }
            _ => wait_for_ctrl_c().await,
        }
    }
    #[cfg(not(any(unix, windows)))]
    wait_for_ctrl_c().await;
}

async fn wait_for_ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without signals the process can still be killed; it must not stop by itself.
        std::future::pending::<()>().await;
    }
}
