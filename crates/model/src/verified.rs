//! Which classes of which versions were verified: their files were read and every answer compared
//! with the original's.
//!
//! The conformance corpus is what verifies. Its runner fails when a file it reproduces is not in the
//! table, and, run on the whole corpus, when the table has a line that no file stands behind.

mod table;

use std::fmt;

pub use table::TABLE;

use crate::version::Version;
use crate::writer::Library;

/// A class inside a model, with the version that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The library it is of.
    pub library: Library,
    /// Its name, without its module.
    pub class: String,
    /// The version as the file states it.
    pub version: String,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.class, self.library.name())?;
        match self.version.as_str() {
            "" => Ok(()),
            version => write!(f, " {version}"),
        }
    }
}

impl Part {
    /// Whether this class was verified for this version: for one that has the same first two
    /// numbers.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        let version = self.short_version();
        TABLE.iter().any(|line| {
            line.library == self.library
                && line.class == self.class
                && line.versions.contains(&version.as_str())
        })
    }

    /// The version as the table has it: its first two numbers, or the whole of what is no number.
    #[must_use]
    pub fn short_version(&self) -> String {
        match Version::parse(&self.version) {
            Some(version) => version.to_string(),
            None => self.version.clone(),
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// The library.
    pub library: Library,
    /// The class.
    pub class: &'static str,
    /// The verified versions, as [`Part::short_version`]; `""` for files that do not state one.
    pub versions: &'static [&'static str],
}
