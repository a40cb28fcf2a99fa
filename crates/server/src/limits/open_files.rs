//! Files and connections that the system lets this process have open at a time.

/// Handles that are kept for files, beside connections.
#[cfg(unix)]
const OF_FILES: u64 = 256;

/// Asks the system for as many as it gives, and tells how many connections that is enough for; `None` where nothing is said of
/// it.
#[must_use]
pub fn room_for_connections() -> Option<usize> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        let granted = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.maximum,
            Err(_) => limit.current,
        }?;
        let of_files = OF_FILES.min(granted / 2);
        usize::try_from(granted - of_files).ok()
    }
    // Windows counts handles by the million.
    #[cfg(not(unix))]
    None
}
