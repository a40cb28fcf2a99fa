//! How much room there is on the disk that a folder is on.

use std::path::{Path, PathBuf};

use sysinfo::Disks;

/// A disk, and the room on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskRoom {
    /// Where it is mounted.
    pub mount: PathBuf,
    /// Bytes that are free.
    pub free: u64,
}

impl DiskRoom {
    /// Room from which on there is little left: a month's models and portfolios.
    pub const LITTLE: u64 = 1 << 30;
    /// Room with which soon nothing works.
    pub const NONE: u64 = 100 << 20;

    /// Looks at the disk that a folder is on, or will be; `None` where the system does not tell.
    #[must_use]
    pub fn of(folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).ok()?;
        let there = folder.ancestors().find(|folder| folder.exists())?;
        let there = there.canonicalize().ok()?;
        let disks = Disks::new_with_refreshed_list().ok()?;
        let disk = disks
            .iter()
            .filter(|disk| there.starts_with(disk.mount_point()))
            .max_by_key(|disk| disk.mount_point().components().count())?;
        Some(Self {
            mount: disk.mount_point().to_owned(),
            free: disk.available_space(),
        })
    }
}
