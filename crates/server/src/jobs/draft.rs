//! A portfolio that is being sent.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use propenso_lifecycle::private;

use super::options::SUPPRESSION;
use super::room::Room;
use super::{Job, JobError, store};

/// The folder of a job that is being sent; gone when dropped, unless kept.
#[derive(Debug)]
pub struct Draft {
    id: String,
    folder: PathBuf,
    /// What a list is called while it arrives for a draft that is kept: half of one would let clients be called who must not be,
    /// and two may arrive at once.
    arriving: Option<String>,
    room: Arc<Room>,
    /// Counts those that are being sent: each has one.
    _turn: Option<Arc<()>>,
    is_kept: bool,
}

impl Draft {
    pub(super) fn create(all: &Path, room: &Arc<Room>, turn: Arc<()>) -> io::Result<Self> {
        let id = store::new_id()?;
        let folder = all.join(&id);
        private::create_folder(&folder)?;
        Ok(Self {
            id,
            folder,
            arriving: None,
            room: Arc::clone(room),
            _turn: Some(turn),
            is_kept: false,
        })
    }

    /// Opens the folder of one that is kept.
    pub(super) fn reopen(all: &Path, id: &str, room: &Arc<Room>) -> io::Result<Self> {
        Ok(Self {
            id: id.to_owned(),
            folder: all.join(id),
            arriving: Some(format!("suppress-{}.part", store::new_id()?)),
            room: Arc::clone(room),
            _turn: None,
            is_kept: true,
        })
    }

    /// Leaves the folder where it is when this is dropped.
    pub(super) fn stay(&mut self) {
        self.is_kept = true;
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder that its files go into.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name in the folder that a list has while it arrives. What has it when this is dropped was not wanted.
    #[must_use]
    pub fn arriving(&self) -> &str {
        self.arriving.as_deref().unwrap_or(SUPPRESSION)
    }

    /// Makes a file in the folder, which nobody else on this machine may read. What is written into it is taken by
    /// [`Self::take`] before.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`].
    pub fn create_file(&self, name: &str) -> Result<File, JobError> {
        Ok(private::create_file(&self.folder.join(name))?)
    }

    /// Takes room on disk for so many bytes.
    ///
    /// # Errors
    ///
    /// [`JobError::NoRoom`].
    pub fn take(&self, bytes: usize) -> Result<(), JobError> {
        let is_taken = self.room.take(&self.id, bytes as u64);
        if is_taken {
            Ok(())
        } else {
            Err(JobError::NoRoom)
        }
    }

    /// Makes it a job, over restarts too.
    pub(super) fn keep(&mut self, job: &Job) -> io::Result<()> {
        store::save(self.folder.parent().unwrap_or(&self.folder), job)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_dir_all(&self.folder);
            self.room.free(&self.id);
        } else if let Some(name) = &self.arriving {
            let _ = std::fs::remove_file(self.folder.join(name));
        }
    }
}
