//! What happened to versions: who, when, why.

use jiff::Timestamp;
use propenso_model::Sha256;
use serde::{Serialize, Serializer};

use super::State;

/// One transition. Events are only ever added.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// Its number, from 1.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The version.
    pub version: u32,
    /// Content hash of its model file.
    #[serde(serialize_with = "as_text")]
    pub model: Sha256,
    /// What was asked: `add`, `check`, `shadow`, `promote`, `overrule`, `rollback`, `retire`, or `fallback` when the champion could
    /// not be loaded and this version answers in its place.
    pub action: String,
    /// What the version did before; `None` when it arrived.
    pub from: Option<State>,
    /// What it does since.
    pub to: State,
    /// Who asked.
    pub who: String,
    /// Why, in their words.
    pub why: String,
    /// The champion before.
    pub previous_champion: Option<u32>,
}

impl Event {
    /// The name of the action that no state changes by: a version answers because the champion cannot be loaded.
    pub(super) const FALLBACK: &str = "fallback";

    /// Tells whether the version began to answer because the champion could not be loaded.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.action == Self::FALLBACK
    }
}

/// Who asked for something, and why.
#[derive(Debug, Clone)]
pub struct Cause {
    /// A person's name, or a part of the program.
    pub who: String,
    /// Their reason; may be empty.
    pub why: String,
}

impl Cause {
    /// What propenso does by its own rules.
    #[must_use]
    pub fn policy(why: &str) -> Self {
        Self {
            who: "propenso".to_owned(),
            why: why.to_owned(),
        }
    }
}

fn as_text<S: Serializer>(hash: &Sha256, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(hash)
}
