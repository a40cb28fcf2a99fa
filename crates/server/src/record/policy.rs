//! What is kept, of whom, by which way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use propenso_store::decision::FieldRule;
use serde::Deserialize;

/// The name of portfolios among routes.
pub const PORTFOLIO: &str = "portfolio";

/// What becomes of decisions that come by one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// An answer is given once it is kept, or not at all.
    Required,
    /// An answer is given at once, and kept if it can be; what is lost is counted.
    BestEffort,
    /// Nothing is kept.
    Off,
}

/// What is kept of a client's reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRule {
    /// Its pseudonym.
    #[default]
    Pseudonym,
    /// Its pseudonym, and itself.
    Both,
    /// Nothing.
    None,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordSettings {
    /// What becomes of decisions of which nothing else is said.
    pub mode: Mode,
    /// What becomes of those of some routes, and of portfolios.
    pub routes: BTreeMap<String, Mode>,
    /// What is kept of clients' references.
    pub client: ClientRule,
    /// What is kept of inputs that are not kept as they were sent, by their names.
    pub fields: BTreeMap<String, FieldRule>,
    /// Months for which decisions are kept besides the current one; `None` for ever.
    pub keep_months: Option<u32>,
    /// Bytes of decisions that may wait to be kept.
    pub max_waiting_bytes: usize,
    /// The file with the key for pseudonyms, where it is not the data directory's.
    pub pseudonym_key_file: Option<PathBuf>,
}

impl RecordSettings {
    /// Keeps nothing.
    #[must_use]
    pub fn off() -> Self {
        Self::of(Mode::Off)
    }

    /// Keeps in one mode whatever comes, in the usual way.
    #[must_use]
    pub fn of(mode: Mode) -> Self {
        Self {
            mode,
            routes: BTreeMap::new(),
            client: ClientRule::default(),
            fields: BTreeMap::new(),
            keep_months: None,
            max_waiting_bytes: 64 << 20,
            pseudonym_key_file: None,
        }
    }

    /// Tells whether nothing is kept, whatever comes.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.mode == Mode::Off && self.routes.values().all(|mode| *mode == Mode::Off)
    }

    /// What becomes of decisions of a route, or of portfolios.
    #[must_use]
    pub fn mode_of(&self, route: &str) -> Mode {
        self.routes.get(route).copied().unwrap_or(self.mode)
    }

    /// What is kept of inputs that are not kept as they were sent.
    pub fn fields(&self) -> impl Iterator<Item = (&str, FieldRule)> {
        self.fields
            .iter()
            .map(|(name, rule)| (name.as_str(), *rule))
    }
}
