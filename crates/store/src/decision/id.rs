//! Names of decisions: UUIDs of version 7, which begin with the time ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562)).
//!
//! The decisions of one entry have consecutive names: the last twenty bits count them. What a name leaves over of
//! chance, 54 bits for each millisecond, tells entries apart.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::str::FromStr;

use jiff::Timestamp;
use propenso_model::Sha256;
use uuid::fmt::Hyphenated;
use uuid::{Builder, Uuid};

use super::pseudonym::random;

/// The bits that count the decisions of one entry.
const COUNTING: u128 = MOST_TOGETHER as u128 - 1;

/// Most decisions of one entry.
pub const MOST_TOGETHER: usize = 1 << 20;

/// The name of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(Uuid);

/// A text that is no name of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a decision is named as in x-propenso-decision: 01234567-89ab-7cde-8f01-23456789abcd")]
pub struct NotADecisionId;

impl DecisionId {
    /// Bytes of its text.
    pub const TEXT_LENGTH: usize = Hyphenated::LENGTH;

    /// Names the first decision of a new entry.
    #[must_use]
    pub fn first_at(at: Timestamp) -> Self {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let id = Builder::from_unix_timestamp_millis(millis, &chance()).into_uuid();
        Self(Uuid::from_u128(id.as_u128() & !COUNTING))
    }

    /// Names the decision that is so many behind this one in its entry.
    #[must_use]
    pub fn plus(self, place: usize) -> Self {
        Self(Uuid::from_u128(
            self.0.as_u128().wrapping_add(place as u128),
        ))
    }

    /// How many decisions this one is behind another.
    #[must_use]
    pub fn minus(self, first: Self) -> Option<usize> {
        let behind = self.0.as_u128().checked_sub(first.0.as_u128())?;
        usize::try_from(behind).ok()
    }

    /// When the entry was made.
    #[must_use]
    pub fn at(self) -> Timestamp {
        let millis = i64::try_from(self.0.as_u128() >> 80).unwrap_or_default();
        Timestamp::from_millisecond(millis).unwrap_or_default()
    }

    /// The lowest name of a moment: what was named before it is lower, what after it higher.
    #[must_use]
    pub fn lowest_at(at: Timestamp) -> Self {
        let millis = u128::try_from(at.as_millisecond()).unwrap_or(0);
        Self(Uuid::from_u128(millis << 80))
    }

    /// Writes it down as [`fmt::Display`] does, without taking memory for it.
    pub fn write_in<'r>(&self, room: &'r mut [u8; Self::TEXT_LENGTH]) -> &'r str {
        self.0.hyphenated().encode_lower(room)
    }

    /// Its bytes, which are in the order of time.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Reads back [`Self::as_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for DecisionId {
    type Err = NotADecisionId;

    fn from_str(text: &str) -> Result<Self, NotADecisionId> {
        let id = Uuid::try_parse(text.trim()).map_err(|_| NotADecisionId)?;
        match id.get_version_num() {
            7 => Ok(Self(id)),
            _ => Err(NotADecisionId),
        }
    }
}

/// Ten bytes that nobody foretells: hashes of a secret of this thread and a count. A question to the system for each
/// would take as long as a score.
fn chance() -> [u8; 10] {
    let mut chance = [0; 10];
    chance.copy_from_slice(&unforetold()[..10]);
    chance
}

/// Sixteen bytes that nobody foretells: one hash is enough for two.
pub(super) fn salt() -> [u8; 16] {
    thread_local! {
        static OTHER_HALF: Cell<Option<[u8; 16]>> = const { Cell::new(None) };
    }
    OTHER_HALF.take().unwrap_or_else(|| {
        let whole = unforetold();
        let (halves, _) = whole.as_chunks::<16>();
        OTHER_HALF.set(Some(halves[1]));
        halves[0]
    })
}

/// Thirty-two bytes that nobody foretells.
pub(super) fn unforetold() -> [u8; 32] {
    thread_local! {
        static SECRET: [u8; 32] = random().unwrap_or_else(|_| of_this_process());
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }
    let count = COUNT.get();
    COUNT.set(count.wrapping_add(1));
    SECRET.with(|secret| {
        let mut bytes = [0; 40];
        bytes[..32].copy_from_slice(secret);
        bytes[32..].copy_from_slice(&count.to_le_bytes());
        *Sha256::of(&bytes).as_bytes()
    })
}

/// What the standard library keeps secret of this process, for systems that give no random bytes at the moment.
fn of_this_process() -> [u8; 32] {
    let mut secret = [0; 32];
    for (part, bytes) in secret.chunks_exact_mut(8).enumerate() {
        bytes.copy_from_slice(&RandomState::new().hash_one(part).to_le_bytes());
    }
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_order_of_time_and_say_it() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        let early = DecisionId::first_at(at(1_764_000_000_123));
        let late = DecisionId::first_at(at(1_764_000_000_124));
        assert!(early < late);
        assert_eq!(early.at(), at(1_764_000_000_123));
        assert!(DecisionId::lowest_at(at(1_764_000_000_124)) < late);
        assert!(DecisionId::lowest_at(at(1_764_000_000_124)) > early);
    }

    #[test]
    fn the_decisions_of_an_entry_have_consecutive_names() {
        let first = DecisionId::first_at(Timestamp::now());
        let last = first.plus(MOST_TOGETHER - 1);
        assert_eq!(last.minus(first), Some(MOST_TOGETHER - 1));
        assert_eq!(first.minus(last), None);
        assert_eq!(last.to_string().parse(), Ok(last));
        let mut room = [0; DecisionId::TEXT_LENGTH];
        assert_eq!(last.write_in(&mut room), last.to_string());
        assert_eq!(first.at(), last.at());
    }

    #[test]
    fn no_two_entries_have_one_name() {
        let now = Timestamp::now();
        let names: std::collections::HashSet<_> =
            (0..10_000).map(|_| DecisionId::first_at(now)).collect();
        assert_eq!(names.len(), 10_000);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "hola", "9b2f1c3e-5a4d-4c2b-8d1e-0f2a3b4c5d6e"] {
            assert_eq!(text.parse::<DecisionId>(), Err(NotADecisionId), "{text}");
        }
    }
}
