//! What a model file may take of the machine's memory.

use std::path::Path;

use propenso_model::Limits;
use sysinfo::System;

use crate::load_error::LoadError;

/// Files below this are read whatever there is.
const SMALL: u64 = 64 << 20;

/// Bytes that a file may hold for each of its own, beyond what any may.
const MOST_PER_BYTE: u64 = 4;

/// Memory that is available to this process, in bytes; `None` where the system does not tell.
fn available() -> Option<u64> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let available = system.available_memory();
    // What a container has left counts the files it has read as used, so only its limit is asked.
    let limit = system.cgroup_limits().map(|limits| limits.total_memory);
    let available = available.min(limit.filter(|limit| *limit > 0).unwrap_or(u64::MAX));
    (available > 0).then_some(available)
}

/// Memory that a model file takes until it is loaded: measured are one and a half times its bytes.
fn needed(n_bytes: u64) -> u64 {
    n_bytes.saturating_add(n_bytes / 2)
}

/// What a file of so many bytes may ask for. A large one may hold more than others, as far as it is large itself and there
/// is memory: what is small gets no more than it ever does.
#[must_use]
pub fn limits(n_bytes: usize) -> Limits {
    let limits = Limits::default();
    let wanted = (n_bytes as u64).saturating_mul(MOST_PER_BYTE);
    if wanted <= limits.output_bytes as u64 {
        return limits;
    }
    let room = available().map_or(0, |available| available / 3 * 2);
    let output_bytes = usize::try_from(wanted.min(room)).unwrap_or(usize::MAX);
    Limits {
        output_bytes: output_bytes.max(limits.output_bytes),
        ..limits
    }
}

/// Checks that there is memory for a file of so many bytes, before it is read.
///
/// # Errors
///
/// [`LoadError::Memory`], with what it takes and what there is.
pub(crate) fn check(path: &Path, n_bytes: u64) -> Result<(), LoadError> {
    if n_bytes < SMALL {
        return Ok(());
    }
    let needed = needed(n_bytes);
    match available() {
        Some(available) if available < needed => Err(LoadError::Memory {
            path: path.to_owned(),
            needed: needed >> 20,
            available: available >> 20,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_get_no_more_than_ever() {
        assert_eq!(limits(541), Limits::default());
        assert_eq!(limits(200 << 20), Limits::default());
        assert!(limits(1 << 30).output_bytes >= Limits::default().output_bytes);
    }

    #[test]
    fn what_does_not_fit_is_refused_before_it_is_read() {
        assert!(check(Path::new("m.pkl"), 541).is_ok());
        let error = check(Path::new("m.pkl"), 1 << 60).unwrap_err().to_string();
        assert!(
            error.starts_with("m.pkl: loading it takes about 1649267441664 MiB"),
            "{error}"
        );
    }
}
