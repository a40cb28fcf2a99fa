//! A zip archive around a model file: people pack what mail or a shared folder would not take as it is.
//!
//! An archive that holds one file, and nothing else but what operating systems leave behind, stands for that
//! file. Any other is refused, with what is in it: which of several files was meant is not guessed. Who can tell them
//! apart by their names may have all of a few.
//!
//! # Promise
//!
//! As for [`crate::read`]: no panic, no allocation beyond what is there and what [`Limits`] allows. A member is
//! unpacked only as far as it is asked for, whatever size the archive states. A member's name is read to be shown,
//! and never used as a path.

use std::fmt;
use std::io::{Cursor, Read};

use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, ErrorKind};
use crate::limits::{Limit, Limits};

/// Members that a message names.
const MAX_NAMES: usize = 3;

/// Files that are unpacked together.
const MAX_FILES: usize = 16;

/// Characters of a name that a message shows.
const MAX_NAME: usize = 60;

/// Why a zip archive does not stand for the one model in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveProblem {
    /// There is no file in it.
    Empty,
    /// There are several.
    Several {
        /// How many.
        n: usize,
        /// What the first ones are called.
        names: Vec<String>,
    },
    /// It asks for a password.
    Encrypted,
    /// It was packed by a method that is not read.
    Method,
    /// An archive in the archive.
    Nested,
    /// Its directory or its contents are damaged.
    Damaged,
}

impl ArchiveProblem {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Empty => "archive-empty",
            Self::Several { .. } => "archive-several",
            Self::Encrypted => "archive-encrypted",
            Self::Method => "archive-method",
            Self::Nested => "archive-nested",
            Self::Damaged => "archive-damaged",
        }
    }
}

impl fmt::Display for ArchiveProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("this zip archive holds no file; send the model file"),
            Self::Several { n, names } => {
                let more = if *n > names.len() { ", …" } else { "" };
                let names = names.join(", ");
                write!(
                    f,
                    "this zip archive holds {n} files ({names}{more}); unpack it and use the model file alone"
                )
            }
            Self::Encrypted => f.write_str(
                "this zip archive asks for a password; unpack it and use the model file itself",
            ),
            Self::Method => f.write_str(
                "this zip archive is packed by a method that is not read here; unpack it and use the model file itself",
            ),
            Self::Nested => f.write_str(
                "this zip archive holds another archive; unpack both and use the model file itself",
            ),
            Self::Damaged => f.write_str(
                "this zip archive is damaged or was cut short; copy it again, or unpack it where it was made and \
                 use the model file itself",
            ),
        }
    }
}

/// A zip archive that holds one file.
pub struct Packed<'f> {
    archive: ZipArchive<Cursor<&'f [u8]>>,
    index: usize,
}

impl<'f> Packed<'f> {
    /// The archive that some bytes are; `None` for anything but a zip archive.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Archive`] for all that is not one file packed by deflate, or not at all.
    pub fn open(file: &'f [u8]) -> Result<Option<Self>, Error> {
        if !is_zip(file) {
            return Ok(None);
        }
        let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|error| refusal(&error))?;
        let files = files(&mut archive)?;
        match files[..] {
            [] => Err(problem(ArchiveProblem::Empty)),
            [File { is_read: false, .. }] => Err(problem(ArchiveProblem::Method)),
            [File { index, .. }] => Ok(Some(Self { archive, index })),
            _ => Err(several(&files)),
        }
    }

    /// The first bytes of the file in it: enough to tell what it is, and all that a bomb is unpacked to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Archive`] when it is damaged or packed by another method.
    pub fn head(&mut self, n_bytes: u64) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        let member = self
            .archive
            .by_index(self.index)
            .map_err(|error| refusal(&error))?;
        member
            .take(n_bytes)
            .read_to_end(&mut head)
            .map_err(|_| problem(ArchiveProblem::Damaged))?;
        Ok(head)
    }

    /// The whole file in it, its checksum compared.
    ///
    /// # Errors
    ///
    /// As [`Self::head`], and [`ErrorKind::LimitExceeded`] for a file of more than
    /// [`Limits::output_bytes`].
    pub fn unpack(&mut self, limits: &Limits) -> Result<Vec<u8>, Error> {
        let allowed = u64::try_from(limits.output_bytes).unwrap_or(u64::MAX);
        let bytes = self.head(allowed.saturating_add(1))?;
        if bytes.len() > limits.output_bytes {
            let kind = ErrorKind::limit(Limit::OutputBytes, allowed);
            return Err(Error::new(kind, 0, None));
        }
        Ok(bytes)
    }
}

/// The files of an archive, each with its name, as it is written there. Together they may be as large as one file.
///
/// # Errors
///
/// [`ErrorKind::Archive`] for more than a few, for what is packed by other methods than deflate, and for what is
/// damaged; [`ErrorKind::LimitExceeded`] for more than [`Limits::output_bytes`].
pub fn unpack_all(file: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|error| refusal(&error))?;
    let files = files(&mut archive)?;
    if files.len() > MAX_FILES {
        return Err(several(&files));
    }
    let mut left = limits.output_bytes;
    let mut unpacked = Vec::new();
    for File {
        index,
        is_read,
        name,
    } in files
    {
        if !is_read {
            return Err(problem(ArchiveProblem::Method));
        }
        let mut packed = Packed { archive, index };
        let within = Limits {
            output_bytes: left,
            ..*limits
        };
        let bytes = packed.unpack(&within)?;
        left = left.saturating_sub(bytes.len());
        unpacked.push((name, bytes));
        archive = packed.archive;
    }
    Ok(unpacked)
}

/// The names of the files in a zip archive, as they are written there; `None` for what is none, or is damaged.
#[must_use]
pub fn names(file: &[u8]) -> Option<Vec<String>> {
    if !is_zip(file) {
        return None;
    }
    let mut archive = ZipArchive::new(Cursor::new(file)).ok()?;
    let files = files(&mut archive).ok()?;
    Some(files.into_iter().map(|file| file.name).collect())
}

/// One file of a zip archive by its name, as it is written there; `None` where there is none of that name.
///
/// # Errors
///
/// [`ErrorKind::Archive`] for what is damaged, there twice, or packed by other methods than deflate; [`ErrorKind::LimitExceeded`]
/// for more than [`Limits::output_bytes`].
pub fn member(file: &[u8], name: &str, limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|error| refusal(&error))?;
    let mut files = files(&mut archive)?;
    files.retain(|file| file.name == name);
    match files[..] {
        [] => Ok(None),
        [File { is_read: false, .. }] => Err(problem(ArchiveProblem::Method)),
        [File { index, .. }] => Packed { archive, index }.unpack(limits).map(Some),
        _ => Err(several(&files)),
    }
}

/// A file in an archive.
struct File {
    index: usize,
    name: String,
    /// Whether it is packed by a method that is read.
    is_read: bool,
}

/// All that people packed; what is encrypted is refused.
fn files(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for index in 0..archive.len() {
        // Raw: nothing is unpacked, and what is encrypted can be seen to be.
        let member = archive
            .by_index_raw(index)
            .map_err(|error| refusal(&error))?;
        let name = String::from_utf8_lossy(member.name_raw()).into_owned();
        if member.is_dir() || is_left_behind(&name) {
            continue;
        }
        if member.encrypted() {
            return Err(problem(ArchiveProblem::Encrypted));
        }
        let is_read = matches!(
            member.compression(),
            CompressionMethod::Stored | CompressionMethod::Deflated
        );
        files.push(File {
            index,
            name,
            is_read,
        });
    }
    Ok(files)
}

fn several(files: &[File]) -> Error {
    let named = files.iter().take(MAX_NAMES);
    problem(ArchiveProblem::Several {
        n: files.len(),
        names: named.map(|file| printable(&file.name)).collect(),
    })
}

impl fmt::Debug for Packed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").finish_non_exhaustive()
    }
}

/// Whether some bytes are a zip archive, be it one without a member.
#[must_use]
pub fn is_zip(file: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06"]
        .iter()
        .any(|signature| file.starts_with(*signature))
}

/// The error of an archive that holds another.
#[must_use]
pub fn nested() -> Error {
    problem(ArchiveProblem::Nested)
}

/// Whether an operating system put the file next to those that people packed.
fn is_left_behind(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/")
        || last.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&last)
}

/// A name out of the file, cut short and without control characters: it is shown as it is.
fn printable(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control());
    shown.take(MAX_NAME).collect()
}

fn refusal(error: &ZipError) -> Error {
    problem(match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ArchiveProblem::Method
        }
        _ => ArchiveProblem::Damaged,
    })
}

fn problem(problem: ArchiveProblem) -> Error {
    Error::new(ErrorKind::Archive(problem), 0, None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// An archive of files that are all of this many zeros.
    fn archive(n_files: usize, n_bytes: usize) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for n in 0..n_files {
            let options = SimpleFileOptions::default();
            zip.start_file(format!("{n}.csv"), options).unwrap();
            zip.write_all(&vec![0; n_bytes]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn limits(output_bytes: usize) -> Limits {
        Limits {
            output_bytes,
            ..Limits::default()
        }
    }

    #[test]
    fn all_files_together_are_within_the_limit_of_one() {
        let file = archive(3, 1_000);
        let unpacked = unpack_all(&file, &limits(3_000)).unwrap();
        let names: Vec<&str> = unpacked.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["0.csv", "1.csv", "2.csv"]);
        assert!(unpacked.iter().all(|(_, bytes)| bytes.len() == 1_000));
        let error = unpack_all(&file, &limits(2_999)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::LimitExceeded { .. }));
    }

    #[test]
    fn more_than_a_few_files_are_not_unpacked() {
        assert_eq!(unpack_all(&archive(16, 1), &limits(16)).unwrap().len(), 16);
        let error = unpack_all(&archive(17, 1), &limits(100)).unwrap_err();
        let several = ArchiveProblem::Several {
            n: 17,
            names: ["0.csv", "1.csv", "2.csv"].map(str::to_owned).into(),
        };
        assert_eq!(error.kind(), &ErrorKind::Archive(several));
    }
}
