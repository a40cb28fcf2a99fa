//! A data directory as one file, and back: `propenso backup` and `propenso restore`.
//!
//! ```text
//! registry.db                  a copy of the database at one moment: versions, events, holders and hashes of their keys
//! files/<sha256>               model files and golden rows
//! profiles/NAME.toml           saved profiles
//! portfolios/<id>/…            portfolios that were sent, and what came of them
//! decisions/2026-11.db         decisions of a month, a copy at one moment; decisions/access.db  who has seen what
//! pseudonym.key                what clients' pseudonyms are made with
//! manifest.json                what is in there, with lengths and hashes, and who wrote it
//! ```
//!
//! It is a zip archive, which any program opens. Its names are checked one by one, not cleaned: what is none of the above is
//! refused, so that nothing is written elsewhere.
//!
//! - [`manifest`]: what an archive says of itself; `member`: the names that there are
//! - [`writing`], [`restoring`]: into it, and out of it; [`error`]: why not

pub mod error;
pub mod manifest;
mod member;
pub mod restoring;
pub mod writing;

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use crate::record::key_file;
pub use error::ArchiveError;
pub use manifest::Manifest;

/// What the manifest is called.
const MANIFEST: &str = "manifest.json";

/// The database, in the archive and in the data directory.
const DATABASE: &str = "registry.db";

/// The folder of decisions, in the archive and in the data directory.
const DECISIONS: &str = "decisions";

/// The key for clients' pseudonyms, in the archive and in the data directory.
const PSEUDONYM_KEY: &str = key_file::NAME;

/// Told how many bytes of how many are done.
pub type Advance<'a> = &'a mut dyn FnMut(u64, u64);

/// Copies to the end, and gives the length and the hash of what was copied. `tell` is told of each piece.
fn copy(
    from: &mut impl Read,
    to: &mut impl Write,
    mut tell: impl FnMut(u64),
) -> io::Result<(u64, String)> {
    let (mut hasher, mut length) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 16];
    loop {
        let n_bytes = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(n_bytes) => n_bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = &piece[..n_bytes];
        hasher.update(bytes);
        to.write_all(bytes)?;
        length += n_bytes as u64;
        tell(n_bytes as u64);
    }
    let hash = hasher.finalize();
    let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((length, hash))
}
