//! What a file in the inbox is, told by its name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use propenso_model::Sha256;

use crate::plain_file;
use crate::watched_folder::is_left_alone;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A model.
    Model,
    /// What comes along with one: `<file>.golden.csv` …
    Companion,
    /// Not finished, or not ours.
    Ignored,
}

/// Golden rows of `<file>`.
pub const GOLDEN: &str = ".golden.csv";
/// Labelled clients to measure `<file>` on.
pub const HOLDOUT: &str = ".holdout.csv";
/// The contract of `<file>`.
pub const CONTRACT: &str = ".contract.toml";
/// The hash of `<file>`, as `sha256sum` or `Get-FileHash` write it.
pub const HASH: &str = ".sha256";
/// What is told of `<file>`, which is no model.
pub const NOTICE: &str = ".aviso.txt";
/// The verdict on `<file>`.
pub const VERDICT: &str = ".veredicto.txt";

const COMPANIONS: [&str; 4] = [GOLDEN, HOLDOUT, CONTRACT, HASH];

/// What a file is.
#[must_use]
pub fn kind_of(name: &str) -> Kind {
    let lower = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|end| lower.ends_with(end));
    if is_left_alone(name) || ends(&[VERDICT, NOTICE]) {
        Kind::Ignored
    } else if ends(&COMPANIONS) {
        Kind::Companion
    } else {
        Kind::Model
    }
}

/// A path with something added to its name.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What may come along with a model.
#[must_use]
pub fn companions(model: &Path) -> [PathBuf; 4] {
    COMPANIONS.map(|ending| beside(model, ending))
}

/// The hash that a model should have, if a file beside it says so. A file that says none is as if it said
/// another: whoever sent it wanted the model to be checked.
#[must_use]
pub fn expected_hash(model: &Path) -> Option<Sha256> {
    const LONGEST: u64 = 64 << 10;
    let path = beside(model, HASH);
    std::fs::symlink_metadata(&path).ok()?;
    hash_in(&plain_file::read(&path, LONGEST).unwrap_or_default())
}

/// The hash that some bytes say; as of a file that says none, see [`expected_hash`].
#[must_use]
pub fn hash_in(bytes: &[u8]) -> Option<Sha256> {
    // PowerShell writes UTF-16, `sha256sum` the name after the hash.
    let (text, _, _) = encoding_rs::UTF_8.decode(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let hash = text.split_whitespace().find_map(|word| word.parse().ok());
    hash.or_else(|| "0".repeat(64).parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_files_are() {
        for name in [
            "modelo_2.pkl",
            "m.joblib",
            "Modelo Final.PKL",
            "m.skops",
            "csv",
        ] {
            assert_eq!(kind_of(name), Kind::Model, "{name}");
        }
        for name in ["m.pkl.golden.csv", "m.pkl.SHA256", "m.pkl.contract.toml"] {
            assert_eq!(kind_of(name), Kind::Companion, "{name}");
        }
        for name in [
            ".m.pkl",
            "~$m.pkl",
            "m.pkl.part",
            "m.pkl.filepart",
            "Thumbs.db",
            "m.pkl.veredicto.txt",
            "LEEME.txt.aviso.txt",
        ] {
            assert_eq!(kind_of(name), Kind::Ignored, "{name}");
        }
    }

    #[test]
    fn hashes_as_programs_write_them() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("m.pkl");
        let hash = Sha256::of(b"model");
        assert_eq!(expected_hash(&model), None);
        for text in [
            format!("{hash}  m.pkl\n"),
            format!("\u{feff}{}\r\n", hash.to_string().to_uppercase()),
            format!("Algorithm Hash\nSHA256    {hash}"),
        ] {
            let wide = format!("\u{feff}{text}");
            let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for bytes in [text.into_bytes(), wide] {
                std::fs::write(beside(&model, HASH), bytes).unwrap();
                assert_eq!(expected_hash(&model), Some(hash));
            }
        }
        std::fs::write(beside(&model, HASH), "none").unwrap();
        assert!(expected_hash(&model).is_some_and(|other| other != hash));
    }
}
