//! Work off the threads that serve connections.

use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;

/// Runs work that waits for disks or databases, or takes long enough that connections would wait for it.
///
/// # Panics
///
/// When the work does, back on the task that asked: the layer around every handler catches, logs and answers that.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Runs work of milliseconds or more for one client, such as a search, and no more of it at a time than half the
/// processor's threads: the rest waits for its turn, and plain answers wait for neither.
///
/// # Panics
///
/// When the work does, as [`blocking`].
pub async fn heavy<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Semaphore::new((threads / 2).max(1)))
    });
    // Nobody closes it. The turn ends with the work, even when the client has gone before.
    let turn = Arc::clone(&TURNS).acquire_owned().await.ok();
    blocking(move || {
        let _turn = turn;
        work()
    })
    .await
}
