//! How much room there is on the disk that a folder is on.

use std::path::{Component, Path, PathBuf, Prefix};

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
        let there = without_verbatim(&there.canonicalize().ok()?);
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

/// A path as disks are named: Windows puts `\\?\` before what it makes canonical, which makes another disk of it.
fn without_verbatim(path: &Path) -> PathBuf {
    let mut components = path.components();
    let prefix = match components.next() {
        Some(Component::Prefix(prefix)) => Some(prefix.kind()),
        _ => None,
    };
    match prefix {
        Some(Prefix::VerbatimDisk(letter)) => {
            let disk = format!("{}:", char::from(letter));
            Path::new(&disk).join(components.as_path())
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_of_a_folder_is_found_before_the_folder_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let room = DiskRoom::of(&folder.path().join("not/yet")).unwrap();
        assert!(room.mount.is_absolute());
        assert!(without_verbatim(&folder.path().canonicalize().unwrap()).starts_with(room.mount));
    }

    #[cfg(windows)]
    #[test]
    fn a_drive_is_one_drive() {
        let plain = without_verbatim(Path::new(r"\\?\C:\modelos\año"));
        assert_eq!(plain, Path::new(r"C:\modelos\año"));
        assert!(plain.starts_with("C:\\"));
        let share = Path::new(r"\\?\UNC\servidor\modelos");
        assert_eq!(without_verbatim(share), share);
    }
}
