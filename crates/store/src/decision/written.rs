//! One decision written down, before it is known which entry it goes into, and where.

use std::mem;

use propenso_model::Sha256;

use super::buffers;
use super::deciding::{Deciding, Keeping};
use super::outcome::PublicPart;
use super::personal::Personal;
use super::pseudonym::Pseudonym;

/// One decision written down, where this thread wrote one before.
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
        Self::of_row(deciding, keeping, None)
    }

    /// Writes a decision down. `row` is the row of its file, and the one before it in its entry.
    pub(super) fn of_row(
        deciding: &Deciding<'_>,
        keeping: &Keeping<'_>,
        row: Option<(u64, u64)>,
    ) -> Self {
        let mut bytes = buffers::take_room();
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

    pub(super) fn public(&self) -> &[u8] {
        &self.bytes[..self.public_end]
    }

    pub(super) fn personal(&self) -> &[u8] {
        &self.bytes[self.public_end..]
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        buffers::give_room(mem::take(&mut self.bytes));
    }
}
