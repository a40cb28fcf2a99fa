//! Who may call, as rows.

use crate::StoreError;

/// Who has keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderRow {
    /// The name.
    pub name: String,
    /// Names of roles, with commas between them.
    pub roles: String,
    /// Since when it is known.
    pub created: String,
    /// Since when it is disabled; `None`: it is not.
    pub disabled: Option<String>,
    /// Its keys, oldest first.
    pub keys: Vec<KeyRow>,
}

/// A key, of which a hash is kept alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// What tells it apart.
    pub id: String,
    /// Hash of the whole key.
    pub hash: String,
    /// When it was made.
    pub created: String,
    /// When it stops working.
    pub expires: Option<String>,
    /// Since when it is disabled.
    pub disabled: Option<String>,
    /// When it was used last, to the second.
    pub last_used: Option<String>,
}

/// Something that happened to a holder or a key. Events are only ever added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEventRow<'e> {
    /// When.
    pub at: &'e str,
    /// To whom.
    pub holder: &'e str,
    /// To which key, if to one.
    pub key: Option<&'e str>,
    /// What.
    pub action: &'e str,
    /// Who did it.
    pub who: &'e str,
}

/// What is done with holders and keys inside one transaction.
pub trait KeyRows {
    /// All holders, by name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn holders(&self) -> Result<Vec<HolderRow>, StoreError>;

    /// One holder.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn holder(&self, name: &str) -> Result<Option<HolderRow>, StoreError>;

    /// The name of a key's holder.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn holder_of(&self, key: &str) -> Result<Option<String>, StoreError>;

    /// Adds a holder, or lets one in again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn enrol(&self, name: &str, roles: &str, at: &str) -> Result<(), StoreError>;

    /// Adds a key of a holder that is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`], also when another key has its id.
    fn insert_key(&self, holder: &str, key: &KeyRow) -> Result<(), StoreError>;

    /// Disables a holder, and all of its keys for good.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn disable_holder(&self, name: &str, at: &str) -> Result<(), StoreError>;

    /// Disables a key.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn disable_key(&self, id: &str, at: &str) -> Result<(), StoreError>;

    /// Says when a key stops working.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn set_end(&self, id: &str, end: &str) -> Result<(), StoreError>;

    /// Says when a key was used, unless a later moment is known. Moments are whole seconds.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn set_used(&self, id: &str, at: &str) -> Result<(), StoreError>;

    /// Adds to what happened.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn insert_key_event(&self, event: &KeyEventRow<'_>) -> Result<(), StoreError>;

    /// The number of what happened last, or 0.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn last_key_event(&self) -> Result<i64, StoreError>;
}
