//! What an archive says of itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use propenso_lifecycle::registry::condition::LAYOUT;
use serde::{Deserialize, Serialize};

use super::{ArchiveError, DATABASE, member};

/// The form of archives that this program writes.
pub const FORMAT: u32 = 2;

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The archive's form.
    pub format: u32,
    /// Who wrote it, by name and version.
    pub program: String,
    /// When.
    pub made: Timestamp,
    /// The layout of the database.
    pub layout: usize,
    /// The models, as they were then.
    pub versions: Vec<VersionLine>,
    /// How many holders of keys there were.
    pub holders: usize,
    /// What is in it.
    pub members: Vec<Member>,
}

/// A version of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionLine {
    /// Its number.
    pub number: u32,
    /// What it was doing.
    pub state: String,
    /// Its model's hash.
    pub model: String,
}

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, with `/` between folders.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its hash.
    pub sha256: String,
}

impl Manifest {
    /// Refuses what this program cannot restore, whoever wrote it.
    pub(super) fn check(&self) -> Result<(), ArchiveError> {
        if !(1..=FORMAT).contains(&self.format) || self.layout > LAYOUT {
            return Err(ArchiveError::Newer {
                program: self.program.clone(),
            });
        }
        let mut names = BTreeSet::new();
        for member in &self.members {
            // What a system takes for the same name would be written over.
            let is_new = names.insert(member.name.to_lowercase());
            if !is_new || !member::is_name(&member.name) {
                return Err(ArchiveError::Name(member.name.clone()));
            }
        }
        match names.contains(DATABASE) {
            true => Ok(()),
            false => Err(ArchiveError::Missing(DATABASE.to_owned())),
        }
    }

    /// Bytes of all that is in it.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let sizes = self.members.iter().map(|member| member.bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// The version that was in service.
    #[must_use]
    pub fn champion(&self) -> Option<u32> {
        let mut versions = self.versions.iter();
        let champion = versions.find(|version| version.state == "champion");
        champion.map(|version| version.number)
    }
}
