//! Until when a caller waits.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};

use super::super::problem::Problem;
use super::super::problem_kind::ProblemKind;

/// How long a caller waits, from when it sent the call: up to eight digits and a unit.
const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// How long a caller waits; `None` where it does not say, or says what is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Option<Duration>);

impl Deadline {
    /// What the headers of a call say.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let said = headers.get(TIMEOUT).and_then(|said| said.to_str().ok());
        Self(said.and_then(duration))
    }

    /// Does some work for as long as the caller waits.
    ///
    /// # Errors
    ///
    /// The work's own, and 408 when the caller waits no longer: then the work is given up.
    pub(super) async fn bound<T>(
        self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let Some(longest) = self.0 else {
            return work.await;
        };
        let worked = tokio::time::timeout(longest, work).await;
        worked.unwrap_or_else(|_| {
            Err(Problem::new(
                ProblemKind::DeadlinePassed,
                "the call took longer than its deadline; give it more time, or send fewer clients",
            ))
        })
    }
}

/// A time as gRPC writes it.
fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let n = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(n * 3_600)),
        "M" => Some(Duration::from_secs(n * 60)),
        "S" => Some(Duration::from_secs(n)),
        "m" => Some(Duration::from_millis(n)),
        "u" => Some(Duration::from_micros(n)),
        "n" => Some(Duration::from_nanos(n)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_digits_and_a_unit() {
        let cases = [
            ("2H", Some(Duration::from_secs(7_200))),
            ("99999999H", Some(Duration::from_secs(99_999_999 * 3_600))),
            ("3M", Some(Duration::from_secs(180))),
            ("0S", Some(Duration::ZERO)),
            ("15m", Some(Duration::from_millis(15))),
            ("7u", Some(Duration::from_micros(7))),
            ("8n", Some(Duration::from_nanos(8))),
            ("", None),
            ("S", None),
            ("5", None),
            ("5s", None),
            ("-5S", None),
            ("+5S", None),
            ("123456789S", None),
            ("5é", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
