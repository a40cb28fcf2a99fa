//! Who may use a file or a folder: whom the folder that it is in lets. What the service's own folder lets, `icacls` says, a command of
//! the plan.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use super::super::ServiceError;
use super::super::plan::Place;

/// As the folder that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Access;

impl Access {
    /// What everybody may start.
    pub(in super::super) const PROGRAM: Self = Self;

    /// Says nothing: there is nothing of its own.
    pub(in super::super) fn message(self) -> String {
        String::new()
    }

    /// Makes a file.
    pub(in super::super) fn create(path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    /// Leaves it as its folder has it.
    pub(in super::super) fn set(self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Leaves it as its folder has it.
    pub(in super::super) fn own(self, _: &Path, _: &Place) -> Result<(), ServiceError> {
        Ok(())
    }
}
