//! One decision written down, before it is known which entry it goes into, and where.

use propenso_model::Sha256;

use super::deciding::{Deciding, Keeping};
use super::outcome::PublicPart;
use super::personal::Personal;
use super::pseudonym::Pseudonym;

/// Bytes that most decisions fit in.
const ROOM: usize = 256;

/// One decision written down.
#[derive(Debug)]
pub struct Written {
    /// The public part, then the personal one.
    bytes: Vec<u8>,
    public_end: usize,
    pub(super) client: Option<Pseudonym>,
    /// The digest of the personal part.
    pub(super) digest: Sha256,
}

impl Written {
    /// Writes down a decision that is of no file.
    #[must_use]
    pub fn new(deciding: &Deciding<'_>, keeping: &Keeping<'_>) -> Self {
        Self::in_room(Vec::with_capacity(ROOM), deciding, keeping, None)
    }

    /// Writes a decision down in the room of another. `row` is the row of its file, and the one before it in its entry.
    pub(super) fn in_room(
        mut bytes: Vec<u8>,
        deciding: &Deciding<'_>,
        keeping: &Keeping<'_>,
        row: Option<(u64, u64)>,
    ) -> Self {
        bytes.clear();
        let public = PublicPart {
            outcome: deciding.outcome,
            warnings: deciding.warnings,
            control: deciding.control,
            row,
        };
        public.put(&mut bytes);
        let public_end = bytes.len();
        let client = keeping.client_of(deciding);
        let client = client.map(|client| keeping.key.of_client(client));
        deciding.put_personal(keeping, &mut bytes);
        Self {
            digest: Personal::digest(client, &bytes[public_end..]),
            client,
            public_end,
            bytes,
        }
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + size_of::<Pseudonym>()
    }

    /// Gives up the room.
    pub(super) fn into_room(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn public(&self) -> &[u8] {
        &self.bytes[..self.public_end]
    }

    pub(super) fn personal(&self) -> &[u8] {
        &self.bytes[self.public_end..]
    }
}
