//! One look at a person's data, or one act on it.

use jiff::Timestamp;

use crate::decision::{DecisionId, Pseudonym};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// One decision was shown.
    Show,
    /// A client's decisions, or those of some days, were listed.
    Search,
    /// Decisions were scored again.
    Replay,
    /// Decisions were written into a file.
    Export,
    /// A client was forgotten.
    Forget,
    /// The letter owed to a person was written.
    Letter,
    /// A client was held.
    Hold,
    /// A client's hold was ended.
    Release,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Show,
        Self::Search,
        Self::Replay,
        Self::Export,
        Self::Forget,
        Self::Letter,
        Self::Hold,
        Self::Release,
    ];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Search => "search",
            Self::Replay => "replay",
            Self::Export => "export",
            Self::Forget => "forget",
            Self::Letter => "letter",
            Self::Hold => "hold",
            Self::Release => "release",
        }
    }

    /// Reads [`Self::word`] back.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
}

/// Whose data it was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// That of one decision.
    Decision(DecisionId),
    /// A client's.
    Client(Pseudonym),
    /// Everybody's, of some days; all of them where nothing bounds them.
    Span {
        /// From here on.
        from: Option<Timestamp>,
        /// Before this.
        until: Option<Timestamp>,
    },
}

/// One look, or one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Who: a holder's name, or a user's.
    pub who: String,
    /// By which way: a command or a route.
    pub way: String,
    /// What was done.
    pub action: Action,
    /// Whose data it was about.
    pub subject: Subject,
    /// Why, in the words of whoever it was.
    pub why: String,
}

/// An access with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedAccess {
    /// Its number: later ones have higher ones.
    pub number: u64,
    /// What it was.
    pub access: Access,
}

/// Which accesses are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccessQuery {
    /// Those to this client's data.
    pub client: Option<Pseudonym>,
    /// Those to this decision.
    pub decision: Option<DecisionId>,
}
