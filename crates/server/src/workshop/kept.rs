//! Contracts in the making on disk: each is a folder with its record, its text, its model where that was sent, and its golden
//! rows where there are some.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use propenso_lifecycle::private;
use propenso_scoring::Language;
use propenso_store::decision::Who;
use serde::{Deserialize, Serialize};

use crate::whole_file;

/// Files of a folder.
const RECORD: &str = "record.json";
const TEXT: &str = "contract.toml";
const MODEL: &str = "model";
const GOLDEN: &str = "golden";

/// Bytes of an id, which has two characters a byte.
const ID_BYTES: usize = 12;

/// How long a contract may be without its record while it is kept.
const HALF_WRITTEN: Duration = Duration::from_secs(3600);

/// Where a model comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It was sent.
    Sent,
    /// It is that of a version.
    Version(u32),
}

/// Why a sample could not be read, in both languages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unread {
    es: String,
    en: String,
}

impl Unread {
    /// Asks for the reason in each language.
    #[must_use]
    pub fn of(say: impl Fn(Language) -> String) -> Self {
        Self {
            es: say(Language::Spanish),
            en: say(Language::English),
        }
    }

    /// The reason in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        language.pick(&self.es, &self.en)
    }
}

/// A contract in the making.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptContract {
    /// Its id.
    pub id: String,
    /// What its model's file is called.
    pub model_name: String,
    /// Where the model comes from.
    pub origin: Origin,
    /// The key under which the file has its model.
    pub key: Option<String>,
    /// The name of the file of golden rows, where there is one.
    pub golden: Option<String>,
    /// Why the sample that was sent last could not be read.
    #[serde(default)]
    pub unread: Option<Unread>,
    /// Bytes of the model that was sent.
    pub bytes: u64,
    /// Whose it is.
    pub who: Who,
    /// When it was begun.
    pub created: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

impl KeptContract {
    /// Whether it is somebody's own. A key that was renewed is the same holder's.
    #[must_use]
    pub fn is_of(&self, who: &Who) -> bool {
        self.who.name == who.name && self.who.key.is_some() == who.key.is_some()
    }
}

/// A contract to keep.
#[derive(Debug)]
pub struct Begun<'b> {
    /// Where the model comes from.
    pub origin: Origin,
    /// What its file is called.
    pub model_name: String,
    /// The file; of a version it is not kept twice.
    pub model: &'b [u8],
    /// The key under which it has its model.
    pub key: Option<String>,
    /// What is written of it so far.
    pub text: &'b str,
    /// Why the sample could not be read.
    pub unread: Option<Unread>,
}

impl Begun<'_> {
    pub(super) fn bytes(&self) -> u64 {
        match self.origin {
            Origin::Sent => self.model.len() as u64,
            Origin::Version(_) => 0,
        }
    }
}

/// All that are kept.
pub(super) fn all(all: &Path) -> Vec<KeptContract> {
    ids(all).filter_map(|id| find(all, &id)).collect()
}

/// The contract of an id.
pub(super) fn find(all: &Path, id: &str) -> Option<KeptContract> {
    if !is_id(id) {
        return None;
    }
    let record = std::fs::read(all.join(id).join(RECORD)).ok()?;
    let contract: KeptContract = serde_json::from_slice(&record).ok()?;
    (contract.id == id).then_some(contract)
}

/// Removes what was not kept whole: what has been without a record for longer than any is written.
pub(super) fn remove_broken(all: &Path) {
    for id in ids(all).filter(|id| find(all, id).is_none()) {
        let changed = all
            .join(&id)
            .metadata()
            .and_then(|folder| folder.modified());
        let age = changed.ok().and_then(|changed| changed.elapsed().ok());
        if age.is_some_and(|age| age > HALF_WRITTEN) {
            let removed = remove(all, &id);
            tracing::warn!(
                id,
                ?removed,
                "a contract in the making is removed: it was not kept whole"
            );
        }
    }
}

fn ids(all: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(all).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| is_id(name))
}

/// Keeps a contract; its record is written last.
pub(super) fn begin(all: &Path, begun: Begun<'_>, who: &Who) -> io::Result<KeptContract> {
    let mut random = [0; ID_BYTES];
    getrandom::fill(&mut random)?;
    let bytes = begun.bytes();
    let contract = KeptContract {
        id: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        model_name: begun.model_name,
        origin: begun.origin,
        key: begun.key,
        golden: None,
        unread: begun.unread,
        bytes,
        who: who.clone(),
        created: Timestamp::now(),
        changed: Timestamp::now(),
    };
    let folder = all.join(&contract.id);
    private::create_folder(&folder)?;
    let written = || {
        if begun.origin == Origin::Sent {
            private::create_file(&folder.join(MODEL))?.write_all(begun.model)?;
        }
        write(all, &contract, begun.text)?;
        save(all, &contract)
    };
    if let Err(error) = written() {
        // What cannot go now goes when the process begins anew.
        let _ = std::fs::remove_dir_all(&folder);
        return Err(error);
    }
    Ok(contract)
}

/// Writes a record, whole or not at all.
pub(super) fn save(all: &Path, contract: &KeptContract) -> io::Result<()> {
    let bytes = serde_json::to_vec_pretty(contract)?;
    whole_file::write(&file(all, contract, RECORD), &bytes)
}

pub(super) fn text(all: &Path, contract: &KeptContract) -> io::Result<String> {
    std::fs::read_to_string(file(all, contract, TEXT))
}

pub(super) fn write(all: &Path, contract: &KeptContract, text: &str) -> io::Result<()> {
    whole_file::write(&file(all, contract, TEXT), text.as_bytes())
}

pub(super) fn model(all: &Path, contract: &KeptContract) -> io::Result<Vec<u8>> {
    std::fs::read(file(all, contract, MODEL))
}

pub(super) fn golden(all: &Path, contract: &KeptContract) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(file(all, contract, GOLDEN)) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn set_golden(
    all: &Path,
    contract: &KeptContract,
    golden: Option<&[u8]>,
) -> io::Result<()> {
    let path = file(all, contract, GOLDEN);
    let Some(rows) = golden else {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    };
    whole_file::write(&path, rows)
}

pub(super) fn remove(all: &Path, id: &str) -> io::Result<()> {
    match std::fs::remove_dir_all(all.join(id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file(all: &Path, contract: &KeptContract, name: &str) -> PathBuf {
    all.join(&contract.id).join(name)
}

/// Whether a name is one that [`begin`] gives.
fn is_id(name: &str) -> bool {
    name.len() == 2 * ID_BYTES && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
