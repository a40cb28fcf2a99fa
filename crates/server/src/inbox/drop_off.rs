//! A file that was taken from the inbox: in a folder of its own, with a note of what is known of it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use propenso_lifecycle::plain_file;
use serde::{Deserialize, Serialize};

use super::AT_WORK;
use super::place::free_name;
use crate::whole_file;

/// What the note is called.
const NOTE: &str = ".nota.json";

/// Bytes of a note.
const LONGEST_NOTE: u64 = 4 << 10;

/// A file's folder below `en_curso/`.
#[derive(Debug)]
pub(super) struct DropOff {
    folder: PathBuf,
}

/// What is known of a file, over restarts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Note {
    /// Its job.
    pub(super) job: Option<String>,
    /// How often it was made one and not brought back.
    #[serde(default)]
    pub(super) submissions: u32,
    /// What its list is called, without its end; taken before anything has that name.
    #[serde(default)]
    pub(super) list: Option<String>,
}

impl DropOff {
    /// Moves a file into a folder of its own.
    pub(super) fn claim(path: &Path) -> io::Result<Self> {
        let inbox = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().unwrap_or_default();
        let folder = free_name(&inbox.join(AT_WORK), Path::new(name));
        fs::create_dir(&folder)?;
        let moved = fs::rename(path, folder.join(name));
        if moved.is_err() {
            // Empty; else it goes at the next look.
            let _ = fs::remove_dir(&folder);
        }
        moved.map(|()| Self { folder })
    }

    /// One that is there.
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// All those of an inbox. Folders that have lost their file are removed.
    pub(super) fn all(inbox: &Path) -> Vec<Self> {
        let entries = fs::read_dir(inbox.join(AT_WORK));
        let entries = entries.into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut all: Vec<Self> = folders.map(|entry| Self::at(entry.path())).collect();
        all.retain(|drop| match drop.file() {
            Ok(Some(_)) => true,
            Ok(None) => {
                drop.end();
                false
            }
            // A share that goes away: nothing is known.
            Err(_) => false,
        });
        all.sort_by(|a, b| a.folder.cmp(&b.folder));
        all
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The inbox that it was dropped into.
    pub(super) fn inbox(&self) -> &Path {
        let inbox = self.folder.parent().and_then(Path::parent);
        inbox.unwrap_or(Path::new(""))
    }

    /// The file, where it is still there.
    pub(super) fn file(&self) -> io::Result<Option<PathBuf>> {
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Files with such names are not taken; these are the note, and what it is written as.
            if !is_hidden(&entry.file_name()) {
                return Ok(Some(entry.path()));
            }
        }
        Ok(None)
    }

    /// The file, which must be there.
    pub(super) fn dropped(&self) -> io::Result<PathBuf> {
        self.file()?.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// What is known of it; nothing where there is no note that can be read, or one that leads out of the inbox: others
    /// may write to it too.
    pub(super) fn note(&self) -> Note {
        let path = self.folder.join(NOTE);
        let text = plain_file::read(&path, LONGEST_NOTE).ok();
        let note: Option<Note> = text.and_then(|text| serde_json::from_slice(&text).ok());
        let note = note.filter(|note| note.list.as_deref().is_none_or(is_plain));
        note.unwrap_or_default()
    }

    pub(super) fn write(&self, note: &Note) -> io::Result<()> {
        whole_file::write(&self.folder.join(NOTE), &serde_json::to_vec(note)?)
    }

    /// Takes back that it was made a job.
    pub(super) fn give_back(&self) {
        let mut note = self.note();
        note.submissions = note.submissions.saturating_sub(1);
        if let Err(error) = self.write(&note) {
            tracing::warn!(%error, folder = %self.folder.display(), "that a portfolio is given up cannot be written down");
        }
    }

    /// Moves the file where it belongs, and removes the folder.
    pub(super) fn move_to(&self, target: &Path) -> io::Result<()> {
        fs::rename(self.dropped()?, target)?;
        self.end();
        Ok(())
    }

    /// Removes the folder, in which nothing is but the note, and those that a killed process has not finished.
    fn end(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| is_hidden(&entry.file_name())) {
            let _ = fs::remove_file(entry.path());
        }
        // If that cannot be done now, it is at the next look.
        let _ = fs::remove_dir(&self.folder);
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

/// Tells whether a text is a name in a folder, on any system.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_leads_nowhere_else() {
        let inbox = tempfile::tempdir().unwrap();
        let folder = inbox.path().join("en_curso/a.csv");
        fs::create_dir_all(&folder).unwrap();
        let drop = DropOff::at(folder.clone());
        assert_eq!(drop.note().job, None);
        let with = |list: &str| {
            let note = Note {
                job: Some("1".to_owned()),
                list: Some(list.to_owned()),
                submissions: 1,
            };
            drop.write(&note).unwrap();
            drop.note().list
        };
        assert_eq!(with("a-2").as_deref(), Some("a-2"));
        for list in ["../a", "/etc/a", "c:a", "..\\a", ".a", ""] {
            assert_eq!(with(list), None, "{list}");
        }
        fs::write(folder.join(NOTE), vec![b' '; 1 << 20]).unwrap();
        assert_eq!(drop.note().submissions, 0);
        // Without its file it is nothing.
        assert!(DropOff::all(inbox.path()).is_empty());
        assert!(!folder.exists());
    }
}
