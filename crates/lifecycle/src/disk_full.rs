//! A disk without room: no bug, and nothing that a caller sent wrongly.

use std::io::{Error, ErrorKind};

/// Tells whether the system refused to write for want of room.
#[must_use]
pub fn is_disk_full(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_errors() {
        assert!(is_disk_full(&ErrorKind::StorageFull.into()));
        assert!(!is_disk_full(&ErrorKind::NotFound.into()));
        // ENOSPC and EDQUOT.
        #[cfg(target_os = "linux")]
        for number in [28, 122] {
            assert!(is_disk_full(&Error::from_raw_os_error(number)), "{number}");
        }
    }
}
