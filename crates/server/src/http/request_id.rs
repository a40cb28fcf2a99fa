//! The name of a request, by which its caller, its answer and the log can be brought together.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderValue;

/// Characters of a given id that are kept: a UUID has 36.
const LONGEST: usize = 128;

/// A request's name: the caller's, or one that no other request of any process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// Takes the id that a caller gave, if it is one: letters, digits and `-_.:/+=~`, 128 at the most, so that it can
    /// stand in a log as it is. Makes one otherwise.
    #[must_use]
    pub fn of(given: Option<&HeaderValue>) -> Self {
        let is_id = |given: &&HeaderValue| {
            let bytes = given.as_bytes();
            (1..=LONGEST).contains(&bytes.len())
                && bytes
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=~".contains(byte))
        };
        given
            .filter(is_id)
            .map_or_else(Self::made, |given| Self(given.clone()))
    }

    fn made() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:016x}-{request:x}", *PROCESS);
        Self(HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("-")))
    }

    /// The id as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }

    /// The id as a header's value.
    #[must_use]
    pub fn into_header(self) -> HeaderValue {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ids_are_kept_if_they_can_stand_in_a_log() {
        let of = |text: &str| RequestId::of(Some(&HeaderValue::try_from(text).unwrap()));
        assert_eq!(of("b1c8-42_x.y:z/1+2=~").as_str(), "b1c8-42_x.y:z/1+2=~");
        let longest = "x".repeat(LONGEST);
        assert_eq!(of(&longest).as_str(), longest);
        for no_id in ["", "a b", "a\tb", "a\"b", &"x".repeat(LONGEST + 1)] {
            assert_ne!(of(no_id).as_str(), no_id);
        }
    }

    #[test]
    fn made_ids_differ() {
        assert_ne!(RequestId::of(None), RequestId::of(None));
    }
}
