//! The forms of a request of many clients, and of its answer.

use axum::http::{HeaderMap, HeaderValue, header};

use super::problem::Problem;
use super::problem_kind::ProblemKind;

/// A stream of Arrow record batches.
pub(super) const ARROW_STREAM: &str = "application/vnd.apache.arrow.stream";

/// The same as a file, which has a table of contents at its end.
const ARROW_FILE: &str = "application/vnd.apache.arrow.file";

/// A Parquet file.
pub(super) const PARQUET: &str = "application/vnd.apache.parquet";

/// A form of many clients, or of their answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyForm {
    /// JSON, also where nothing is said.
    Json,
    /// A stream of Arrow record batches.
    ArrowStream,
}

impl BodyForm {
    /// What came, as `Content-Type` says. What is no table is taken for JSON, which many clients do not call by its name.
    ///
    /// # Errors
    ///
    /// 415 for tables of other forms.
    pub(super) fn sent(headers: &HeaderMap) -> Result<Self, Problem> {
        let kind = headers.get(header::CONTENT_TYPE).map(kind);
        match kind.unwrap_or_default() {
            kind if kind.eq_ignore_ascii_case(ARROW_STREAM) => Ok(Self::ArrowStream),
            kind if [ARROW_FILE, PARQUET]
                .iter()
                .any(|other| kind.eq_ignore_ascii_case(other)) =>
            {
                Err(Problem::new(
                    ProblemKind::UnknownMediaType,
                    format!(
                        "{kind} is not taken here; send {ARROW_STREAM}, JSON, or a file of clients to /v1/portfolios"
                    ),
                ))
            }
            _ => Ok(Self::Json),
        }
    }

    /// What is to be answered, as `Accept` says: of these two the one that is named first. Without either, what came.
    pub(super) fn answered(headers: &HeaderMap, sent: Self) -> Self {
        let values = headers.get_all(header::ACCEPT).iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        let mut named = texts.flat_map(|text| text.split(',')).filter_map(|part| {
            let mut parameters = part.split(';').map(str::trim);
            let kind = parameters.next()?;
            let is_refused = parameters.any(|one| matches!(one, "q=0" | "q=0.0"));
            match kind {
                _ if is_refused => None,
                _ if kind.eq_ignore_ascii_case(ARROW_STREAM) => Some(Self::ArrowStream),
                _ if kind.eq_ignore_ascii_case("application/json") => Some(Self::Json),
                _ => None,
            }
        });
        named.next().unwrap_or(sent)
    }
}

/// A media type without its parameters.
fn kind(value: &HeaderValue) -> &str {
    let text = value.to_str().unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
    }

    #[test]
    fn tables_are_told_by_their_names_alone() {
        let sent = |value| BodyForm::sent(&headers(header::CONTENT_TYPE, value)).ok();
        assert_eq!(sent(ARROW_STREAM), Some(BodyForm::ArrowStream));
        assert_eq!(
            sent("Application/vnd.apache.arrow.Stream; x=1"),
            Some(BodyForm::ArrowStream)
        );
        for json in [
            "",
            "application/json",
            "text/plain",
            "application/octet-stream",
        ] {
            assert_eq!(sent(json), Some(BodyForm::Json), "{json}");
        }
        assert_eq!(BodyForm::sent(&HeaderMap::new()).ok(), Some(BodyForm::Json));
        assert_eq!(sent(ARROW_FILE), None);
        assert_eq!(sent(PARQUET), None);
    }

    #[test]
    fn the_answer_is_as_it_is_accepted() {
        let answered =
            |value: &str, sent| BodyForm::answered(&headers(header::ACCEPT, value), sent);
        for sent in [BodyForm::Json, BodyForm::ArrowStream] {
            assert_eq!(answered("*/*", sent), sent);
            assert_eq!(answered("text/html, */*;q=0.8", sent), sent);
            assert_eq!(BodyForm::answered(&HeaderMap::new(), sent), sent);
            assert_eq!(answered("application/json, */*", sent), BodyForm::Json);
            assert_eq!(answered(ARROW_STREAM, sent), BodyForm::ArrowStream);
            let both = format!("{ARROW_STREAM};q=0, application/json");
            assert_eq!(answered(&both, sent), BodyForm::Json);
        }
    }
}
