//! The name of a request, by which its caller, its answer, the log and the record of decisions can be brought together.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use axum::http::HeaderValue;
use propenso_store::decision::RequestName;

/// Characters of a given id that are kept: a UUID has 36.
const LONGEST: usize = 128;

/// A request's name: the caller's, or one that no other request of any process has.
#[derive(Debug, Clone)]
pub struct RequestId(Id);

#[derive(Debug, Clone)]
enum Id {
    /// The caller's.
    Given(Arc<str>),
    /// The number of the request in this process. It is written down where it is told: most requests bring no name, and it
    /// is told once.
    Made(u64),
}

impl RequestId {
    /// Takes the id that a caller gave, if it is one: letters, digits and `-_.:/+=~`, 128 at the most, so that it can
    /// stand in a log as it is. Makes one otherwise.
    #[must_use]
    pub fn of(given: Option<&HeaderValue>) -> Self {
        let is_id = |given: &&str| {
            (1..=LONGEST).contains(&given.len())
                && given
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=~".contains(&byte))
        };
        let given = given.and_then(|given| given.to_str().ok());
        given
            .filter(is_id)
            .map_or_else(Self::made, |given| Self(Id::Given(given.into())))
    }

    fn made() -> Self {
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        Self(Id::Made(REQUESTS.fetch_add(1, Ordering::Relaxed)))
    }

    /// The id as the record of decisions has it.
    #[must_use]
    pub fn name(&self) -> RequestName<'_> {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| getrandom::u64().unwrap_or_default());
        match &self.0 {
            Id::Given(given) => RequestName::of(given),
            Id::Made(request) => RequestName::Made {
                process: *PROCESS,
                request: *request,
            },
        }
    }

    /// The id as a header's value.
    #[must_use]
    pub fn to_header(&self) -> HeaderValue {
        let mut room = [0; LONGEST];
        let mut rest = room.as_mut_slice();
        let _ = write!(rest, "{self}");
        let n_left = rest.len();
        let written = HeaderValue::from_bytes(&room[..LONGEST - n_left]);
        written.unwrap_or(HeaderValue::from_static("-"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Id::Given(given) => f.write_str(given),
            Id::Made(_) => self.name().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ids_are_kept_if_they_can_stand_in_a_log() {
        let of = |text: &str| RequestId::of(Some(&HeaderValue::try_from(text).unwrap()));
        let longest = "x".repeat(LONGEST);
        for id in ["b1c8-42_x.y:z/1+2=~", "0123456789abcdef-2a", &longest] {
            assert_eq!(of(id).to_string(), id);
            assert_eq!(of(id).to_header(), id);
        }
        for no_id in ["", "a b", "a\tb", "a\"b", &"x".repeat(LONGEST + 1)] {
            assert!(matches!(of(no_id).0, Id::Made(_)), "{no_id}");
        }
    }

    #[test]
    fn made_ids_differ() {
        let (one, other) = (RequestId::of(None), RequestId::of(None));
        assert_ne!(one.to_header(), other.to_header());
        assert_eq!(one.to_header(), one.to_string());
        let name = RequestId(Id::Made(0x2a)).to_string();
        assert_eq!(name.split_once('-').unwrap().1, "2a");
    }
}
