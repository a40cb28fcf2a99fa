//! What a body is, as its `Content-Type` says: what MLflow takes, and the words that it refuses others with.

use axum::http::HeaderValue;

use crate::http::body_form::PARQUET;
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// JSON, also where nothing is said.
    Json,
    /// Lines of text.
    Csv,
    /// A Parquet file.
    Parquet,
}

impl MediaType {
    /// Reads a `Content-Type`.
    ///
    /// # Errors
    ///
    /// 415 for other types, other charsets than UTF-8, and other parameters.
    pub(super) fn of(value: Option<&HeaderValue>) -> Result<Self, Problem> {
        let Some(value) = value else {
            return Ok(Self::Json);
        };
        let text = value.to_str().unwrap_or_default();
        let mut parts = text.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        for parameter in parts.filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if !name.trim().eq_ignore_ascii_case("charset") {
                return refused(format!(
                    "Unrecognized content type parameters: {name}; send charset=utf-8 at the most"
                ));
            }
            let charset = value.trim().trim_matches('"');
            if !charset.eq_ignore_ascii_case("utf-8") {
                return refused("The scoring server only supports UTF-8");
            }
        }
        if kind.eq_ignore_ascii_case("application/json") {
            return Ok(Self::Json);
        }
        if kind.eq_ignore_ascii_case("text/csv") {
            return Ok(Self::Csv);
        }
        if kind.eq_ignore_ascii_case(PARQUET) {
            return Ok(Self::Parquet);
        }
        refused(format!(
            "This predictor only supports the following content types: Types: ['text/csv', 'application/json', '{PARQUET}']. Got '{text}'."
        ))
    }
}

fn refused<T>(sentence: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::new(ProblemKind::UnknownMediaType, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<MediaType> {
        MediaType::of(Some(&HeaderValue::try_from(text).unwrap())).ok()
    }

    #[test]
    fn json_and_csv_in_utf_8_are_taken() {
        for text in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;Charset=\"UTF-8\";",
        ] {
            assert_eq!(of(text), Some(MediaType::Json), "{text}");
        }
        assert_eq!(of("text/csv; charset=utf-8"), Some(MediaType::Csv));
        assert_eq!(of(PARQUET), Some(MediaType::Parquet));
        assert_eq!(MediaType::of(None).ok(), Some(MediaType::Json));
        for text in [
            "",
            "text/plain",
            "application/json; charset=latin-1",
            "application/json; charset",
            "text/csv; header=present",
            "application/json; pandas-split",
            "application/vnd.apache.arrow.stream",
            "application/x-www-form-urlencoded",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
