//! Versions, what happened to them, and what their shadows were compared with, as rows.
//!
//! Moments are texts in RFC 3339, hashes are hexadecimal digits, and what is no column's business is JSON.

use crate::StoreError;

/// A version of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number, from 1; never given twice.
    pub number: u32,
    /// What it is doing.
    pub state: String,
    /// What it is made of, and where it came from.
    pub content: VersionContent,
    /// What was found of it.
    pub findings: VersionFindings,
}

/// What never changes of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionContent {
    /// Hash of the model file.
    pub model_hash: String,
    /// The contract's name.
    pub contract_name: String,
    /// Its text; `None` where it is the model's own columns.
    pub contract_text: Option<String>,
    /// The file's name when it arrived.
    pub file_name: String,
    /// The way it came in.
    pub way_in: String,
    /// When.
    pub added_at: String,
    /// Who added it.
    pub added_by: String,
    /// What they said of it.
    pub note: String,
}

/// What was found of a version when it was examined last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFindings {
    /// Hash of the golden rows that came along.
    pub golden_hash: Option<String>,
    /// Nine scores, as JSON.
    pub deciles: Option<String>,
    /// What the gates said, as JSON.
    pub report: String,
}

/// Something that happened to a version. Events are only ever added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number, from 1; what it is when it is added does not matter.
    pub id: i64,
    /// When.
    pub at: String,
    /// The version.
    pub version: u32,
    /// Hash of its model file; what it is when the event is added does not matter.
    pub model_hash: String,
    /// What was asked.
    pub action: String,
    /// What the version did before; `None` when it arrived.
    pub from_state: Option<String>,
    /// What it does since.
    pub to_state: String,
    /// Who asked.
    pub who: String,
    /// Why.
    pub why: String,
    /// The champion before.
    pub previous_champion: Option<u32>,
}

/// A day of a shadow beside a champion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowDayRow {
    /// The champion.
    pub champion: u32,
    /// The day.
    pub day: String,
    /// The counts, as JSON.
    pub tally: String,
}

/// What was counted of a version in a day, by one way to ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// The day.
    pub day: String,
    /// The version.
    pub version: u32,
    /// How it was asked.
    pub route: String,
    /// The counts, as JSON.
    pub counts: String,
}

/// A contract that a version is looked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractSought<'a> {
    /// Any.
    Any,
    /// The model's own columns.
    Own,
    /// One of this text.
    Text(&'a str),
}

/// What is done with versions inside one transaction.
pub trait RegistryRows {
    /// All versions, by number.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn versions(&self) -> Result<Vec<VersionRow>, StoreError>;

    /// One version.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn version(&self, number: u32) -> Result<Option<VersionRow>, StoreError>;

    /// The number of the newest version, or 0.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn newest_version(&self) -> Result<u32, StoreError>;

    /// The version in a state that one alone can be in.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn version_in(&self, state: &str) -> Result<Option<VersionRow>, StoreError>;

    /// The last version of a model under a contract that was not rejected.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn find_version(
        &self,
        model_hash: &str,
        contract: ContractSought<'_>,
    ) -> Result<Option<VersionRow>, StoreError>;

    /// Adds a version, and gives its number.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn insert_version(
        &self,
        state: &str,
        content: &VersionContent,
        findings: &VersionFindings,
    ) -> Result<u32, StoreError>;

    /// Replaces what was found of a version.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn set_findings(&self, number: u32, findings: &VersionFindings) -> Result<(), StoreError>;

    /// Says what a version is doing.
    ///
    /// # Errors
    ///
    /// [`StoreError`], also when it would be a second champion or shadow.
    fn set_state(&self, number: u32, state: &str) -> Result<(), StoreError>;

    /// Adds to what happened.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn insert_event(&self, event: &EventRow) -> Result<(), StoreError>;

    /// The last events, oldest first; `limit` at most.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn events(&self, limit: u32) -> Result<Vec<EventRow>, StoreError>;

    /// The number of the last event, or 0.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn last_event(&self) -> Result<i64, StoreError>;

    /// Versions that were made champion, last one first, each once.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn former_champions(&self) -> Result<Vec<u32>, StoreError>;

    /// When a version was last made champion.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn promoted_at(&self, number: u32) -> Result<Option<String>, StoreError>;

    /// Hashes of files that rejected versions alone have, of which nothing was said since a moment.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn expired_files(&self, before: &str) -> Result<Vec<String>, StoreError>;

    /// The days that are known of a shadow, by day and champion.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn shadow_days(&self, version: u32) -> Result<Vec<ShadowDayRow>, StoreError>;

    /// What is known of a shadow's day beside a champion, as JSON.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn shadow_day(
        &self,
        version: u32,
        champion: u32,
        day: &str,
    ) -> Result<Option<String>, StoreError>;

    /// Replaces what is known of a shadow's day.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn set_shadow_day(&self, version: u32, day: &ShadowDayRow) -> Result<(), StoreError>;

    /// What was counted since a day, that one too; by day, version and way.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn days_since(&self, day: &str) -> Result<Vec<DayRow>, StoreError>;

    /// What was counted of a version in a day by one way to ask it, as JSON.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn day(&self, day: &str, version: u32, route: &str) -> Result<Option<String>, StoreError>;

    /// Replaces what was counted. Several servers count: whoever adds to it has read it in the same transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    fn set_day(&self, row: &DayRow) -> Result<(), StoreError>;
}
