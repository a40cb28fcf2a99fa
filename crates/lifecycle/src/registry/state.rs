//! What a version is doing now, and which steps may follow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a version is doing now. States only move forward; a rollback makes a retired version champion
/// again, and an examination a rejected one that passes a candidate, as events of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It may be promoted.
    Candidate,
    /// It scores live traffic beside the champion, and its answers are only compared.
    Shadow,
    /// It answers.
    Champion,
    /// It has been replaced, or will not be used.
    Retired,
    /// A gate failed.
    Rejected,
}

/// All states, in the order a version may pass through them.
const STATES: [(State, &str); 5] = [
    (State::Candidate, "candidate"),
    (State::Shadow, "shadow"),
    (State::Champion, "champion"),
    (State::Retired, "retired"),
    (State::Rejected, "rejected"),
];

impl State {
    /// The name it is stored and shown by.
    #[must_use]
    pub fn name(self) -> &'static str {
        STATES[self as usize].1
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no state has.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no state of a version")]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        STATES
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(state, _)| state)
            .ok_or_else(|| UnknownState(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_as_it_is_written() {
        for (state, name) in STATES {
            assert_eq!(state.name(), name);
            assert_eq!(name.parse::<State>().unwrap(), state);
        }
        assert!("king".parse::<State>().is_err());
    }
}
