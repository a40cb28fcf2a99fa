//! Who has looked at whose decisions and why, which clients are held, what was forgotten and what was let go. It is kept
//! beside the decisions, and outlives them: it says what was there, and names clients by their pseudonyms alone.
//!
//! What is noted is on the disk when the call ends: faces note first, and show then.
//!
//! - [`access`]: one look, or one act; [`hold`]: clients whose decisions stay; [`gone`]: what is not there any more
//! - [`sqlite`]: a file beside the months

pub mod access;
pub mod gone;
pub mod hold;
pub mod sqlite;

use std::fmt::Debug;

pub use access::{Access, AccessQuery, Action, NotedAccess, Subject};
pub use gone::{Begun, Forgetting, Forgotten, LetGo};
pub use hold::{Act, Hold};

use crate::decision::Pseudonym;
use crate::error::StoreError;

/// Keeps accesses, holds, and what is gone.
pub trait AccessLog: Debug + Send + Sync {
    /// Notes an access.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then nothing may be shown.
    fn note(&self, access: &Access) -> Result<(), StoreError>;

    /// Gives accesses behind the one with a number, the oldest first: at most so many. An empty page is the end.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn accesses(
        &self,
        query: &AccessQuery,
        after: u64,
        most: usize,
    ) -> Result<Vec<NotedAccess>, StoreError>;

    /// Holds a client: nothing of it is forgotten, nor let go with its month. Tells whether it was not held before; the
    /// hold that is on stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn hold(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError>;

    /// Ends a client's hold. Tells whether there was one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn release(&self, client: Pseudonym, act: &Act) -> Result<bool, StoreError>;

    /// All holds, also those that have ended, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn holds(&self) -> Result<Vec<Hold>, StoreError>;

    /// Writes down that a client is about to be forgotten, unless it is held.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn begin_forgetting(&self, client: Pseudonym, act: &Act) -> Result<Begun, StoreError>;

    /// Writes down how many decisions were forgotten.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn end_forgetting(&self, forgetting: Forgetting, decisions: u64) -> Result<(), StoreError>;

    /// What was forgotten, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError>;

    /// Writes down that a month was let go.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn let_go(&self, month: &LetGo) -> Result<(), StoreError>;

    /// The months that were let go, the oldest of these acts first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn months_let_go(&self) -> Result<Vec<LetGo>, StoreError>;

    /// The clients that are held now.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn held(&self) -> Result<Vec<Pseudonym>, StoreError> {
        let holds = self.holds()?.into_iter();
        let standing = holds.filter(|hold| hold.released.is_none());
        Ok(standing.map(|hold| hold.client).collect())
    }
}
