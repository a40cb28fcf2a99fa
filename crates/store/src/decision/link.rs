//! The place of an entry in a chain, and the hash that holds it there.

use std::fmt;
use std::str::FromStr;

use propenso_model::Sha256;
use sha2::Digest;

use super::id::unforetold;

/// What begins the bytes that are hashed: no other bytes of this program begin so.
const PURPOSE: &[u8] = b"propenso decision link 1\0";

/// The name of a chain: of what one writer wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainId(pub u64);

impl ChainId {
    /// Names a new chain.
    #[must_use]
    pub fn made() -> Self {
        let [a, b, c, d, e, f, g, h, ..] = unforetold();
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// An entry's place: which, in what chain, behind what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The chain.
    pub chain: ChainId,
    /// The place in it, from 1 on.
    pub place: u64,
    /// The hash of the entry before; that of no bytes at all for the first.
    pub before: Sha256,
}

/// The end of a chain, as it is told in logs: `<chain>:<place>:<hash>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The chain.
    pub chain: ChainId,
    /// The place of its last entry; 0 of an empty one.
    pub place: u64,
    /// That entry's hash.
    pub hash: Sha256,
}

/// A text that is no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a chain's end is written as in the log: chain:place:hash")]
pub struct NotAHead;

impl Link {
    /// The hash of the entry in this place with these contents.
    #[must_use]
    pub fn hash(&self, contents: &Sha256) -> Sha256 {
        let mut hash = sha2::Sha256::new();
        hash.update(PURPOSE);
        hash.update(self.chain.0.to_le_bytes());
        hash.update(self.place.to_le_bytes());
        hash.update(self.before.as_bytes());
        hash.update(contents.as_bytes());
        Sha256::from_bytes(hash.finalize().into())
    }
}

impl Head {
    /// The end of a chain that has no entry.
    #[must_use]
    pub fn empty(chain: ChainId) -> Self {
        Self {
            chain,
            place: 0,
            hash: Sha256::of(&[]),
        }
    }

    /// The place behind it.
    #[must_use]
    pub fn next(&self) -> Link {
        Link {
            chain: self.chain,
            place: self.place + 1,
            before: self.hash,
        }
    }

    /// The end of the chain once an entry is there.
    #[must_use]
    pub fn with(&self, contents: &Sha256) -> Self {
        let link = self.next();
        Self {
            chain: self.chain,
            place: link.place,
            hash: link.hash(contents),
        }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.chain, self.place, self.hash)
    }
}

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let mut parts = text.trim().split(':');
        let mut part = || parts.next().ok_or(NotAHead);
        let chain = u64::from_str_radix(part()?, 16).map_err(|_| NotAHead)?;
        let place = part()?.parse().map_err(|_| NotAHead)?;
        let hash = part()?.parse().map_err(|_| NotAHead)?;
        Ok(Self {
            chain: ChainId(chain),
            place,
            hash,
        })
    }
}
