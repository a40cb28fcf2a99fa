//! Calls of libraries that panic on some damaged files.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls a library. What it was working on must not be used again when it panics; `None` says that it did.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}
