//! Whose a file or a folder is, and who else may use it.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::super::ServiceError;
use super::super::plan::{Place, run};

/// Whose a file or a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Owner {
    /// The system's.
    Root,
    /// The system's, and the service may read it.
    ReadBy,
    /// The service's.
    Service,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Self::Root => "root:root",
            Self::ReadBy => "root:propenso",
            Self::Service => "propenso:propenso",
        }
    }
}

/// An owner, and the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Access {
    /// Who may do what.
    pub(in super::super) mode: u32,
    /// Whose it is.
    pub(in super::super) owner: Owner,
}

impl Access {
    /// What everybody may start.
    pub(in super::super) const PROGRAM: Self = Self {
        mode: 0o755,
        owner: Owner::Root,
    };

    /// Says it, to stand behind a path.
    pub(in super::super) fn message(self) -> String {
        format!(" ({:04o}, {})", self.mode, self.owner.name())
    }

    /// Makes a file that nobody else reads before it has its mode.
    pub(in super::super) fn create(path: &Path) -> io::Result<File> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
    }

    /// Gives a file or folder its mode.
    pub(in super::super) fn set(self, path: &Path) -> io::Result<()> {
        std::fs::set_permissions(path, Permissions::from_mode(self.mode))
    }

    /// Gives a file or folder to its owner; in a folder that is no system, there are no accounts.
    pub(in super::super) fn own(self, path: &Path, place: &Place) -> Result<(), ServiceError> {
        if place.is_elsewhere() {
            return Ok(());
        }
        let path = path.to_string_lossy();
        run(
            "chown",
            &["--no-dereference", self.owner.name(), "--", &path],
        )
        .map(drop)
    }
}
