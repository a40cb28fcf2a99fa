//! Which paths of which versions were verified: files that take them were read and every answer compared
//! with the original's.
//!
//! A path is a class, the options of it that choose how it computes, and the kind of matrix it reads: what a step gives
//! the next is columns of a matrix and nothing else, so a file is answered by the paths of its steps, one
//! after the other. `OneHotEncoder` before a forest and before XGBoost are the same class and two paths of XGBoost.
//!
//! The conformance corpus is what verifies. Its runner fails when a file it reproduces is not in the
//! table, and, run on the whole corpus, when the table has a line that no file stands behind.

mod formats;
mod table;

use std::fmt;

pub use formats::FORMATS;
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
    /// The options and the matrix that choose how it computes; empty where there is nothing to choose.
    pub path: String,
    /// The version as the file states it.
    pub version: String,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.class, self.library.name())?;
        if !self.version.is_empty() {
            write!(f, " {}", self.version)?;
        }
        if !self.path.is_empty() {
            write!(f, " ({})", self.path)?;
        }
        Ok(())
    }
}

impl Part {
    /// Whether this path was verified for this version: for one that has the same first two
    /// numbers.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        let version = self.short_version();
        TABLE.iter().any(|line| {
            line.library == self.library
                && line.class == self.class
                && line.path == self.path
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
    /// The path through it, as [`Part::path`].
    pub path: &'static str,
    /// The verified versions, as [`Part::short_version`]; `""` for files that do not state one.
    pub versions: &'static [&'static str],
}
