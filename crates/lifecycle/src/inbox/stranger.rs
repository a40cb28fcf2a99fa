//! Files among models that are none and were not meant to be: a note, a document, a table, an archive of something
//! else. They are told beside them, and make no version.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use propenso_model::{ErrorKind, FileKind, Limits, ModelFile};

use super::name::{NOTICE, beside, companions};
use crate::gates::Concern;
use crate::gates::reading::unreadable_concern;
use crate::plain_file;
use crate::verdict;

/// Endings that models do not have, or not they alone. A file of any other name was meant as one, and gets a verdict.
const ENDINGS: [&str; 44] = [
    "txt", "md", "rst", "log", "rtf", "doc", "docx", "odt", "pdf", "ppt", "pptx", "csv", "tsv",
    "xls", "xlsx", "xlsm", "ods", "parquet", "html", "htm", "eml", "msg", "png", "jpg", "jpeg",
    "gif", "svg", "py", "ipynb", "r", "sql", "yml", "yaml", "toml", "ini", "cfg", "xml", "url",
    "lnk", "zip", "7z", "rar", "tar", "tgz",
];

/// Bytes of a notice.
const LONGEST_NOTICE: u64 = 64 << 10;

/// What is said of a file that is no model.
#[derive(Debug)]
pub(super) struct Stranger(Concern);

/// Whether a kind is not what somebody sends who has saved a model in a wrong way.
fn is_no_try_at_a_model(kind: FileKind) -> bool {
    matches!(
        kind,
        FileKind::Empty
            | FileKind::Zeros
            | FileKind::Pointer(_)
            | FileKind::WebPage
            | FileKind::Archive(_)
            | FileKind::Encrypted
            | FileKind::Table(_)
            | FileKind::Document(_)
            | FileKind::Program(_)
            | FileKind::Description(_)
    )
}

/// How a file was when it was looked at, as its notice has it: another file of its name is looked at again, whatever
/// its time is.
fn look(path: &Path) -> io::Result<String> {
    let metadata = plain_file::metadata(path)?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH);
    let seconds = modified.unwrap_or_default().as_secs_f64();
    Ok(format!("[{} bytes, {seconds}]", metadata.len()))
}

impl Stranger {
    /// Whether a file of this name may be one.
    pub(super) fn may_be(name: &str) -> bool {
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending.to_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    }

    /// Looks at a file: `None` for a model, or for what was meant as one.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Option<Self> {
        if !Self::may_be(name) {
            return None;
        }
        let error = ModelFile::read(bytes.to_vec(), &Limits::default()).err()?;
        let is_other = match error.kind() {
            ErrorKind::Archive | ErrorKind::Encrypted | ErrorKind::NotAModel => true,
            ErrorKind::OtherFile(kind) => is_no_try_at_a_model(kind),
            _ => false,
        };
        is_other.then(|| Self(unreadable_concern(&error)))
    }

    /// Looks at a file in the inbox, and tells beside it what it is, if it is no model, and none that `can_be_opened`.
    /// Tells whether that is so.
    pub(super) fn tell(
        path: &Path,
        max_bytes: u64,
        can_be_opened: impl FnOnce(&[u8]) -> bool,
    ) -> io::Result<bool> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // Whoever sends something along means a model. What is too large is told so as any other.
        let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
        let is_meant = companions(path).iter().any(is_there);
        if !Self::may_be(&name) || is_meant || plain_file::metadata(path)?.len() > max_bytes {
            return Ok(false);
        }
        let look = look(path)?;
        let bytes = plain_file::read(path, max_bytes)?;
        let stranger = Self::of(&name, &bytes).filter(|_| !can_be_opened(&bytes));
        let Some(Self(concern)) = stranger else {
            return Ok(false);
        };
        let text = verdict::notice(&name, &concern);
        let text = format!("{text}\n{look}\n");
        plain_file::write(&beside(path, NOTICE), text.as_bytes())?;
        Ok(true)
    }

    /// Whether a file is there as it was when it was told of.
    pub(super) fn was_told(path: &Path) -> bool {
        let notice = plain_file::read(&beside(path, NOTICE), LONGEST_NOTICE);
        let is_of = |look: String| {
            notice.is_ok_and(|text| text.trim_ascii_end().ends_with(look.as_bytes()))
        };
        look(path).is_ok_and(is_of)
    }
}
