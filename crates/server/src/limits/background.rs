//! Threads that let others go first: the system gives them the processor when those that answer plain requests do not want it.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

/// How much others go first: the system's scale of niceness goes to 19, and this is a tenth of a usual thread's share.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Their own runtime: priorities are lowered for ever, and its threads are nobody else's.
static THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("propenso-background")
        .on_thread_start(let_others_go_first)
        .build()
        .map_err(|error| tracing::error!(%error, "no threads can be started for longer work"))
        .ok()
});

/// Runs work on them.
///
/// # Panics
///
/// When the work does, back on the task that asked.
pub async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = match &*THREADS {
        Some(threads) => threads.spawn_blocking(work),
        // Then those of everybody will do.
        None => tokio::task::spawn_blocking(work),
    };
    match done.await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Lets other threads go before this one from now on. Where that cannot be said, it is as others are.
pub fn let_others_go_first() {
    #[cfg(target_os = "linux")]
    {
        // For this thread alone, as Linux takes it.
        let _ = rustix::process::setpriority_process(None, NICENESS);
    }
}
