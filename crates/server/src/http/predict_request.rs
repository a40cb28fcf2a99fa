//! The body of `POST /v1/predict`, taken apart without rounding anything, and what is wrong with one that cannot be.

use std::fmt;

use propenso_scoring::Asked;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::problem::Problem;
use super::problem_kind::ProblemKind;
use super::whole;

/// Most instances of a request, of any model: each takes memory, however short it is.
pub(super) const MAX_INSTANCES: usize = 100_000;

/// What some programs put before a text, and JSON does not have.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What programs write for numbers that JSON does not have, or in place of its words; and what to send instead.
const NO_JSON: &[(&str, &str)] = &[
    ("NaN", "null, which is a missing value"),
    ("nan", "null, which is a missing value"),
    ("-Infinity", "a number, or null for a missing value"),
    ("Infinity", "a number, or null for a missing value"),
    ("-inf", "a number, or null for a missing value"),
    ("inf", "a number, or null for a missing value"),
    ("None", "null"),
    ("undefined", "null"),
    ("True", "true"),
    ("False", "false"),
    ("'", "texts in double quotes"),
];

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PredictRequest<'a> {
    #[serde(borrow, deserialize_with = "so_many")]
    pub(super) instances: Vec<&'a RawValue>,
    /// Whether each prediction comes with the smallest change that flips its class.
    #[serde(default)]
    counterfactual: bool,
    /// How many of the inputs that moved it most each prediction comes with.
    #[serde(default, deserialize_with = "whole::read")]
    explain: Option<usize>,
}

impl<'a> PredictRequest<'a> {
    /// Takes a body apart.
    ///
    /// # Errors
    ///
    /// 400 for what is no JSON, 422 for JSON of the wrong shape.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let shape = "{\"instances\": [{…}, …]}";
        serde_json::from_slice(bytes).map_err(|error| malformed(bytes, &error, shape))
    }

    /// What each instance is asked for.
    pub(super) fn asked(&self) -> Asked {
        Asked {
            reasons: self.explain,
            counterfactual: self.counterfactual,
        }
    }
}

/// Reads a list that ends where it is too long: a body of millions of `{}` would take many times its size.
pub(super) fn so_many<'de: 'a, 'a, D: Deserializer<'de>>(
    json: D,
) -> Result<Vec<&'a RawValue>, D::Error> {
    struct Instances;

    impl<'de> Visitor<'de> for Instances {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MAX_INSTANCES} instances")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut instances = Vec::new();
            while let Some(instance) = list.next_element()? {
                if instances.len() == MAX_INSTANCES {
                    return Err(serde::de::Error::invalid_length(MAX_INSTANCES + 1, &self));
                }
                instances.push(instance);
            }
            Ok(instances)
        }
    }

    json.deserialize_seq(Instances)
}

/// Answers 400 for what is no JSON and 422 for JSON of the wrong shape. serde's messages may repeat a
/// value of the body, which is the caller's own.
pub(super) fn malformed(bytes: &[u8], error: &serde_json::Error, shape: &str) -> Problem {
    if error.classify() == Category::Data {
        return Problem::new(
            ProblemKind::WrongBody,
            format!("the body must be {shape}: {error}"),
        );
    }
    no_json(bytes, error)
}

/// Answers 400 for what is no JSON, naming what stands where reading ended if that is often taken for it.
pub(super) fn no_json(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let sentence = match no_json_at(bytes, error) {
        Some((found, instead)) => format!(
            "the body is not valid JSON: `{found}` at line {} is not JSON; send {instead}",
            error.line()
        ),
        None => format!("the body is not valid JSON: {error}"),
    };
    Problem::new(ProblemKind::InvalidJson, sentence)
}

/// Tells what stands where reading ended, if it is one of the things that are often taken for JSON.
fn no_json_at(
    bytes: &[u8],
    error: &serde_json::Error,
) -> Option<&'static (&'static str, &'static str)> {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .nth(error.line().checked_sub(1)?)?;
    let end = error.column().min(line.len());
    // serde says how many bytes it had taken: the word begins there, or it is in its first letters.
    let longest = NO_JSON.iter().map(|(found, _)| found.len()).max()?;
    (end.saturating_sub(longest)..=end).find_map(|start| {
        let (before, rest) = line.split_at_checked(start)?;
        let is_value = before
            .iter()
            .rev()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_none_or(|byte| matches!(byte, b':' | b',' | b'[' | b'{'));
        let found = NO_JSON
            .iter()
            .find(|(found, _)| rest.starts_with(found.as_bytes()));
        found.filter(|_| is_value)
    })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    fn status(body: &[u8]) -> u16 {
        let read = PredictRequest::read(body);
        read.map_or_else(|problem| problem.into_response().status().as_u16(), |_| 200)
    }

    fn sentence(body: &str) -> String {
        format!("{:?}", PredictRequest::read(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn a_mark_before_the_text_is_left_out() {
        assert_eq!(status(b"\xef\xbb\xbf{\"instances\": []}"), 200);
        assert_eq!(status(b"\xef\xbb\xbf\xef\xbb\xbf{\"instances\": []}"), 400);
    }

    #[test]
    fn what_is_no_json_is_named_with_what_to_send() {
        let body = |value: &str| format!("{{\"instances\": [\n {{\"a\": 1,\n \"b\": {value}}}]}}");
        for (found, instead) in NO_JSON {
            let said = sentence(&body(found));
            assert!(said.contains(&format!("`{found}` at line 3")), "{said}");
            assert!(said.contains(instead), "{said}");
        }
        assert!(sentence(&body("NaN, \"c\": NaN")).contains("`NaN`"));
        assert!(sentence("{'instances': []}").contains("double quotes"));
    }

    #[test]
    fn other_errors_keep_their_own_words() {
        for body in ["", "{", "[1, 2", "{\"instances\": [}", "{\"a\": x}", "nada"] {
            let said = sentence(body);
            assert!(!said.contains("is not JSON; send"), "{body}: {said}");
        }
        // Inside a text it is a text.
        assert!(!sentence("{\"a\": \": NaN\" x").contains("send null"));
    }

    /// JSON has one kind of number: what is whole is whole, however it is written.
    #[test]
    fn whole_numbers_may_have_a_point() {
        let explain = |text: &str| {
            let body = format!("{{\"instances\": [], \"explain\": {text}}}");
            let request = PredictRequest::read(body.as_bytes());
            request.map(|request| request.explain).map_err(|_| ())
        };
        for text in ["3", "3.0", "0.3e1"] {
            assert_eq!(explain(text), Ok(Some(3)), "{text}");
        }
        assert_eq!(explain("null"), Ok(None));
        assert_eq!(explain("18446744073709551615"), Ok(Some(usize::MAX)));
        for text in ["-1", "-1.0", "3.5", "1e30", "\"3\"", "true", "[3]"] {
            assert_eq!(explain(text), Err(()), "{text}");
        }
    }

    #[test]
    fn a_list_ends_where_it_is_too_long() {
        let list = |n: usize| format!("{{\"instances\": [{}]}}", vec!["{}"; n].join(","));
        assert_eq!(status(list(MAX_INSTANCES).as_bytes()), 200);
        assert_eq!(status(list(MAX_INSTANCES + 1).as_bytes()), 422);
    }
}
