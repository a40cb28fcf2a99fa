//! Work that the log tells about when it takes long.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long nothing is said, and between two words.
const PATIENCE: Duration = Duration::from_secs(2);

/// Loads a model, and tells the log every other second that it still does.
pub(crate) fn loading<T>(model: &str, load: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let (working, done) = mpsc::channel::<()>();
    thread::scope(move |scope| {
        scope.spawn(move || {
            while done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let seconds = start.elapsed().as_secs();
                tracing::info!(model, seconds, "still loading the model");
            }
        });
        // Gone with this closure, also when the work panics.
        let _working = working;
        load()
    })
}
