//! An entry before it has its place in a chain: what was just answered.

use std::sync::Arc;

use jiff::Timestamp;
use propenso_model::Sha256;

use super::buffers::Buffers;
use super::bytes::{Reader, put_bytes, put_number};
use super::context::Context;
use super::deciding::{Deciding, Keeping};
use super::entry::{Body, Contents, KNOWN};
use super::error::DecisionError;
use super::id::{DecisionId, MOST_TOGETHER};
use super::pseudonym::Pseudonym;
use super::written::Written;

/// What decisions have in common, as it is written down.
#[derive(Debug, Clone)]
pub struct WrittenContext {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Their hash.
    pub digest: Sha256,
}

impl WrittenContext {
    /// Writes one down.
    ///
    /// # Errors
    ///
    /// As [`Context::to_bytes`].
    pub fn new(context: &Context) -> Result<Self, DecisionError> {
        let bytes = context.to_bytes()?;
        Ok(Self {
            digest: Sha256::of(&bytes),
            bytes: bytes.into(),
        })
    }
}

/// An entry that is being filled.
#[derive(Debug)]
pub struct Draft {
    context: WrittenContext,
    first: DecisionId,
    count: usize,
    body: Vec<u8>,
    clients: Vec<u8>,
    contents: Contents,
    /// The row of the file that was put last.
    last_row: u64,
}

/// An entry that only wants its place.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// What its decisions have in common.
    pub context: WrittenContext,
    /// The name of the first.
    pub first: DecisionId,
    /// How many there are.
    pub count: usize,
    /// All of them.
    pub body: Body,
    /// Their clients' pseudonyms, 16 bytes each, zeros where there is none; empty where none has one.
    pub clients: Vec<u8>,
    /// Hash of all that the chain covers of them.
    pub contents: Sha256,
}

impl Draft {
    /// Begins an entry.
    #[must_use]
    pub fn new(context: WrittenContext, at: Timestamp) -> Self {
        let first = DecisionId::first_at(at);
        let Buffers { body, clients } = Buffers::take();
        Self {
            contents: Contents::new(first, &context.digest),
            context,
            first,
            count: 0,
            body: Body::begin(body),
            clients,
            last_row: 0,
        }
    }

    /// What its decisions have in common.
    #[must_use]
    pub fn context(&self) -> &WrittenContext {
        &self.context
    }

    /// When it was begun, in milliseconds.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.first.at()
    }

    /// Tells whether no more decisions go into it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.count == MOST_TOGETHER
    }

    /// How many decisions are in it.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Bytes that it takes so far.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.body.len() + self.clients.len()
    }

    /// Adds a decision, and names it. One too many is named as those of another entry might be: ask [`Self::is_full`].
    pub fn push(&mut self, deciding: &Deciding<'_>, keeping: &Keeping<'_>) -> DecisionId {
        let row = deciding.file_row.map(|row| (row, self.last_row));
        self.last_row = deciding.file_row.unwrap_or(self.last_row);
        self.append(&Written::of_row(deciding, keeping, row))
    }

    /// Adds a decision that is written down already, as [`Self::push`] does.
    pub fn append(&mut self, written: &Written) -> DecisionId {
        let id = self.first.plus(self.count);
        self.contents.add(written.public(), &written.digest);
        self.body.extend_from_slice(written.public());
        self.body.push(KNOWN);
        put_bytes(&mut self.body, written.personal());
        self.put_client(written.client);
        self.count += 1;
        id
    }

    fn put_client(&mut self, client: Option<Pseudonym>) {
        let size = size_of::<Pseudonym>();
        match client {
            Some(client) => {
                // Those before had none.
                self.clients.resize(self.count * size, 0);
                self.clients.extend_from_slice(client.as_bytes());
            }
            None if self.clients.is_empty() => {}
            None => self.clients.resize((self.count + 1) * size, 0),
        }
    }

    /// Closes it.
    #[must_use]
    pub fn seal(self) -> Sealed {
        Sealed {
            contents: self.contents.hash(self.count),
            context: self.context,
            first: self.first,
            count: self.count,
            body: Body::pack(self.body),
            clients: self.clients,
        }
    }
}

impl Sealed {
    /// Writes it down, to wait on disk; what its decisions have in common is not among that.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.first.as_bytes());
        out.extend_from_slice(self.contents.as_bytes());
        put_number(out, self.count as u64);
        put_bytes(out, self.body.as_bytes());
        put_bytes(out, &self.clients);
    }

    /// Reads back what [`Self::write`] wrote.
    ///
    /// # Errors
    ///
    /// [`DecisionError`] for anything else.
    pub fn read(bytes: &[u8], context: WrittenContext) -> Result<Self, DecisionError> {
        let mut reader = Reader::new(bytes);
        Ok(Self {
            context,
            first: DecisionId::from_bytes(reader.array()?),
            contents: Sha256::from_bytes(reader.array()?),
            count: reader.size()?,
            body: Body::from_bytes(reader.bytes()?.to_vec()),
            clients: reader.bytes()?.to_vec(),
        })
    }

    /// Leaves the memory that it takes to the next entry that this thread begins: for who has appended it.
    pub fn recycle(self) {
        let buffers = Buffers {
            body: self.body.into_bytes(),
            clients: self.clients,
        };
        buffers.give();
    }

    /// Bytes that it takes while it waits.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.body.as_bytes().len() + self.clients.len()
    }
}
