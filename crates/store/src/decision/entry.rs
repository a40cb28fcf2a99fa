//! An entry as it is kept: decisions that were answered together, in their place of a chain.

use std::cell::RefCell;
use std::sync::Arc;

use jiff::civil::Date;
use propenso_model::Sha256;
use sha2::Digest;
use zstd::bulk::Compressor;

use super::bytes::{Reader, put_bytes};
use super::context::Context;
use super::error::DecisionError;
use super::id::{DecisionId, MOST_TOGETHER};
use super::link::Link;
use super::outcome::RecordedOutcome;
use super::personal::{Personal, PersonalPart};
use super::pseudonym::Pseudonym;

/// What stands before a personal part.
pub(super) const KNOWN: u8 = 0;
/// What stands before the digest of one that was forgotten.
const FORGOTTEN: u8 = 1;

/// First byte of a body: decisions as they are.
const PLAIN: u8 = 1;
/// First byte of a body: their length, then decisions compressed by zstd.
const COMPRESSED: u8 = 2;

/// Shorter bodies are not worth compressing.
const WORTH_COMPRESSING: usize = 512;

/// The fastest that is told by a number.
const LEVEL: i32 = 1;

/// After larger bodies, what compressed them is not kept for the next: a portfolio's parts are smaller.
const LARGE: usize = 1 << 18;

/// Larger bodies are not unpacked: none is so large.
const MOST_BYTES: usize = 1 << 30;

/// What begins the bytes whose hash stands for an entry's contents.
const PURPOSE: &[u8] = b"propenso decision contents 1\0";

/// Decisions as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(Vec<u8>);

impl Body {
    /// Begins the bytes that [`Self::pack`] takes, in the room of others.
    pub(super) fn begin(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.clear();
        bytes.push(PLAIN);
        bytes
    }

    /// Packs decisions that were put behind [`Self::begin`], where that makes them smaller.
    pub(super) fn pack(bytes: Vec<u8>) -> Self {
        let plain = bytes.get(1..).unwrap_or_default();
        let packed = match u32::try_from(plain.len()) {
            Ok(size) if plain.len() >= WORTH_COMPRESSING => packed(plain, size),
            _ => None,
        };
        Self(packed.unwrap_or(bytes))
    }

    /// Takes bytes that were kept.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Gives up the bytes, for others to be written where they were.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The bytes to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn unpack(&self) -> Result<std::borrow::Cow<'_, [u8]>, DecisionError> {
        let (form, rest) = self.0.split_first().ok_or(DecisionError::Cut)?;
        match *form {
            PLAIN => Ok(rest.into()),
            COMPRESSED => {
                let (size, packed) = rest.split_first_chunk().ok_or(DecisionError::Cut)?;
                let size = u32::from_le_bytes(*size) as usize;
                if size > MOST_BYTES {
                    return Err(DecisionError::Packed);
                }
                let plain = zstd::bulk::decompress(packed, size);
                Ok(plain.map_err(|_| DecisionError::Packed)?.into())
            }
            _ => Err(DecisionError::Unknown("a form")),
        }
    }
}

/// Compresses decisions that take `size` bytes, if that makes them smaller.
fn packed(plain: &[u8], size: u32) -> Option<Vec<u8>> {
    thread_local! {
        /// What compresses, and where to: both take longer to make than most entries take to compress.
        static PACKER: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
    }
    PACKER.with_borrow_mut(|packer| {
        let (compressor, room) = match packer {
            Some(packer) => packer,
            None => packer.insert((Compressor::new(LEVEL).ok()?, Vec::new())),
        };
        room.clear();
        room.reserve(zstd::zstd_safe::compress_bound(plain.len()));
        compressor.compress_to_buffer(plain, room).ok()?;
        let length = 1 + size_of::<u32>() + room.len();
        let packed = (length <= plain.len()).then(|| {
            let mut bytes = Vec::with_capacity(length);
            bytes.push(COMPRESSED);
            bytes.extend_from_slice(&size.to_le_bytes());
            bytes.extend_from_slice(room);
            bytes
        });
        if plain.len() > LARGE {
            *packer = None;
        }
        packed
    })
}

/// What the chain covers of decisions, while they are added.
#[derive(Debug, Clone)]
pub(super) struct Contents(sha2::Sha256);

impl Contents {
    pub(super) fn new(first: DecisionId, context: &Sha256) -> Self {
        let mut hash = sha2::Sha256::new();
        hash.update(PURPOSE);
        hash.update(first.as_bytes());
        hash.update(context.as_bytes());
        Self(hash)
    }

    pub(super) fn add(&mut self, public: &[u8], personal: &Sha256) {
        self.0.update((public.len() as u64).to_le_bytes());
        self.0.update(public);
        self.0.update(personal.as_bytes());
    }

    pub(super) fn hash(mut self, count: usize) -> Sha256 {
        self.0.update((count as u64).to_le_bytes());
        Sha256::from_bytes(self.0.finalize().into())
    }
}

/// An entry as it is kept.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The month in which it was kept, by its first day.
    pub month: Date,
    /// Its place.
    pub link: Link,
    /// Its hash.
    pub hash: Sha256,
    /// The name of its first decision.
    pub first: DecisionId,
    /// How many decisions it has.
    pub count: usize,
    /// What they have in common.
    pub context: Arc<Context>,
    /// The hash of that, as it was written.
    pub context_digest: Sha256,
    /// All of them.
    pub body: Body,
    /// Their clients' pseudonyms, 16 bytes each, zeros where there is none; empty where none has one.
    pub clients: Vec<u8>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Its name.
    pub id: DecisionId,
    /// What came out.
    pub public: RecordedOutcome,
    /// Who, on what data, why.
    pub personal: PersonalPart,
}

/// The bytes of one decision.
struct Part<'b> {
    public: &'b [u8],
    outcome: RecordedOutcome,
    personal: Result<&'b [u8], Sha256>,
}

impl Entry {
    /// Its decisions, in order.
    ///
    /// # Errors
    ///
    /// [`DecisionError`] for an entry that was damaged, or written by a later program.
    pub fn decisions(&self) -> Result<Vec<Decision>, DecisionError> {
        self.decisions_where(|_| true)
    }

    /// Those of its decisions whose places, from 0 on, are wanted.
    ///
    /// # Errors
    ///
    /// As [`Self::decisions`].
    pub fn decisions_where(
        &self,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Result<Vec<Decision>, DecisionError> {
        let mut decisions = Vec::new();
        self.each(|place, part| {
            if !is_wanted(place) {
                return Ok(());
            }
            let personal = match part.personal {
                Ok(bytes) => {
                    let personal = Personal::read(bytes, self.client(place))?;
                    PersonalPart::Known(Box::new(personal))
                }
                Err(_) => PersonalPart::Forgotten,
            };
            decisions.push(Decision {
                id: self.first.plus(place),
                public: part.outcome,
                personal,
            });
            Ok(())
        })?;
        Ok(decisions)
    }

    /// One of its decisions; `None` where the name is none of them.
    ///
    /// # Errors
    ///
    /// As [`Self::decisions`].
    pub fn decision(&self, id: DecisionId) -> Result<Option<Decision>, DecisionError> {
        match id.minus(self.first) {
            Some(wanted) if wanted < self.count => {
                Ok(self.decisions_where(|place| place == wanted)?.pop())
            }
            _ => Ok(None),
        }
    }

    /// Whether it is what was written in its place.
    ///
    /// # Errors
    ///
    /// As [`Self::decisions`].
    pub fn is_whole(&self) -> Result<bool, DecisionError> {
        let mut contents = Contents::new(self.first, &self.context_digest);
        self.each(|place, part| {
            let digest = match part.personal {
                Ok(bytes) => Personal::digest(self.client(place), bytes),
                Err(digest) => digest,
            };
            contents.add(part.public, &digest);
            Ok(())
        })?;
        Ok(self.link.hash(&contents.hash(self.count)) == self.hash)
    }

    /// Forgets the personal parts of a client's decisions; tells how many. The hash stays what it is.
    ///
    /// # Errors
    ///
    /// As [`Self::decisions`].
    pub fn forget(&mut self, client: Pseudonym) -> Result<usize, DecisionError> {
        self.forget_where(|of| of == Some(client))
    }

    /// Forgets the personal parts of all decisions but those on some clients.
    ///
    /// # Errors
    ///
    /// As [`Self::decisions`].
    pub fn keep_only(&mut self, clients: &[Pseudonym]) -> Result<usize, DecisionError> {
        self.forget_where(|of| of.is_none_or(|client| !clients.contains(&client)))
    }

    fn forget_where(
        &mut self,
        is_forgotten: impl Fn(Option<Pseudonym>) -> bool,
    ) -> Result<usize, DecisionError> {
        let mut forgotten = Vec::new();
        let mut body = Body::begin(Vec::with_capacity(self.body.as_bytes().len()));
        self.each(|place, part| {
            body.extend_from_slice(part.public);
            match part.personal {
                Ok(bytes) if is_forgotten(self.client(place)) => {
                    forgotten.push(place);
                    body.push(FORGOTTEN);
                    let digest = Personal::digest(self.client(place), bytes);
                    body.extend_from_slice(digest.as_bytes());
                }
                Ok(bytes) => {
                    body.push(KNOWN);
                    put_bytes(&mut body, bytes);
                }
                Err(digest) => {
                    body.push(FORGOTTEN);
                    body.extend_from_slice(digest.as_bytes());
                }
            }
            Ok(())
        })?;
        for place in &forgotten {
            let size = size_of::<Pseudonym>();
            if let Some(bytes) = self.clients.get_mut(place * size..(place + 1) * size) {
                bytes.fill(0);
            }
        }
        self.body = Body::pack(body);
        Ok(forgotten.len())
    }

    /// The pseudonym of a decision's client.
    #[must_use]
    pub fn client(&self, place: usize) -> Option<Pseudonym> {
        let size = size_of::<Pseudonym>();
        let bytes = self.clients.get(place * size..(place + 1) * size)?;
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        (bytes != [0; 16]).then(|| Pseudonym::from_bytes(bytes))
    }

    /// Whether one of its decisions is on a client.
    #[must_use]
    pub fn has_client(&self, client: Pseudonym) -> bool {
        self.clients
            .chunks_exact(size_of::<Pseudonym>())
            .any(|bytes| bytes == client.as_bytes())
    }

    fn each(
        &self,
        mut take: impl FnMut(usize, Part<'_>) -> Result<(), DecisionError>,
    ) -> Result<(), DecisionError> {
        let plain = self.body.unpack()?;
        let mut reader = Reader::new(&plain);
        let mut row = 0;
        for place in 0..self.count.min(MOST_TOGETHER) {
            let before = reader.rest();
            let outcome = RecordedOutcome::read(&mut reader, row)?;
            row = outcome.row.unwrap_or(row);
            let public = &before[..before.len() - reader.rest().len()];
            let personal = match reader.byte()? {
                KNOWN => Ok(reader.bytes()?),
                FORGOTTEN => Err(Sha256::from_bytes(reader.array()?)),
                _ => return Err(DecisionError::Unknown("a part")),
            };
            let part = Part {
                public,
                outcome,
                personal,
            };
            take(place, part)?;
        }
        match reader.is_at_end() {
            true => Ok(()),
            false => Err(DecisionError::Unknown("more decisions")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many decisions' worth of bytes, which are alike.
    fn body(size: usize) -> Vec<u8> {
        let mut bytes = Body::begin(Vec::new());
        bytes.extend((0..size).map(|at| (at / 7 % 11) as u8));
        bytes
    }

    #[test]
    fn what_compressed_one_body_compresses_the_next() {
        for size in [100, 5_000, LARGE + 1, 600, 2 * LARGE, 70_000, 5_000] {
            let plain = body(size);
            let packed = Body::pack(plain.clone());
            assert_eq!(*packed.unpack().unwrap(), plain[1..]);
            assert_eq!(
                packed.as_bytes()[0] == COMPRESSED,
                size >= WORTH_COMPRESSING
            );
        }
    }

    #[test]
    fn what_does_not_become_smaller_stays_as_it_is() {
        let mut plain = Body::begin(Vec::new());
        let mut state = 1_u32;
        plain.extend(
            std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .take(2_000),
        );
        assert_eq!(Body::pack(plain.clone()).as_bytes(), plain);
    }
}
