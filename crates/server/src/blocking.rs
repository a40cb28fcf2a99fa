//! Work off the threads that serve connections. What takes long waits for a turn besides: [`crate::limits::lane`].

/// Runs work that waits for disks or databases.
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
