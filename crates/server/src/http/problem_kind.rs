//! What can be wrong with a request, by names that programs may go by: a name, once released, keeps its meaning.

use axum::http::StatusCode;

/// A kind of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is no such path.
    NoSuchPath,
    /// The path does not take the method.
    MethodNotAllowed,
    /// Inputs of clients, or options beside them, cannot be used.
    InvalidInputs,
    /// The request cannot be understood.
    InvalidRequest,
    /// The body is no JSON.
    InvalidJson,
    /// The body is JSON of another shape.
    WrongBody,
    /// The form, or a field of it, is wrong.
    WrongForm,
    /// This model cannot give what is asked besides the answer.
    CannotBeAsked,
    /// The request has more clients than what is asked of each allows.
    TooManyInstances,
    /// The body is too large.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body broke off before its end.
    BodyBrokenOff,
    /// The token is missing or wrong.
    Unauthorized,
    /// The caller may not do this from where it is.
    Forbidden,
    /// No model is in service yet.
    NoChampion,
    /// The server serves one file, not a registry.
    NoRegistry,
    /// There is no version of that number.
    NoSuchVersion,
    /// The rules of the registry do not allow it.
    AgainstTheRules,
    /// The version, or its contract, cannot be loaded.
    ModelUnusable,
    /// The model that was sent failed a gate.
    ModelRejected,
    /// The server takes no portfolios.
    NoPortfolios,
    /// There is no portfolio of that id.
    NoSuchPortfolio,
    /// The portfolio has no such file.
    NoSuchFile,
    /// The file has no such bytes.
    NoSuchRange,
    /// The portfolio is not scored, or not yet.
    NotScored,
    /// Too many portfolios wait already.
    TooManyWaiting,
    /// propenso failed: always our fault.
    Internal,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 27] = [
        Self::NoSuchPath,
        Self::MethodNotAllowed,
        Self::InvalidInputs,
        Self::InvalidRequest,
        Self::InvalidJson,
        Self::WrongBody,
        Self::WrongForm,
        Self::CannotBeAsked,
        Self::TooManyInstances,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::BodyBrokenOff,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NoChampion,
        Self::NoRegistry,
        Self::NoSuchVersion,
        Self::AgainstTheRules,
        Self::ModelUnusable,
        Self::ModelRejected,
        Self::NoPortfolios,
        Self::NoSuchPortfolio,
        Self::NoSuchFile,
        Self::NoSuchRange,
        Self::NotScored,
        Self::TooManyWaiting,
        Self::Internal,
    ];

    /// The name that programs may go by.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// The status of its answers: 4xx for what the caller can mend, 5xx for what only the server's side can.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.entry().1
    }

    fn entry(self) -> (&'static str, StatusCode) {
        match self {
            Self::NoSuchPath => ("no-such-path", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::InvalidInputs => ("invalid-inputs", StatusCode::UNPROCESSABLE_ENTITY),
            Self::InvalidRequest => ("invalid-request", StatusCode::BAD_REQUEST),
            Self::InvalidJson => ("invalid-json", StatusCode::BAD_REQUEST),
            Self::WrongBody => ("wrong-body", StatusCode::UNPROCESSABLE_ENTITY),
            Self::WrongForm => ("wrong-form", StatusCode::UNPROCESSABLE_ENTITY),
            Self::CannotBeAsked => ("cannot-be-asked", StatusCode::UNPROCESSABLE_ENTITY),
            Self::TooManyInstances => ("too-many-instances", StatusCode::UNPROCESSABLE_ENTITY),
            Self::BodyTooLarge => ("body-too-large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::BodyTooSlow => ("body-too-slow", StatusCode::REQUEST_TIMEOUT),
            Self::BodyBrokenOff => ("body-broken-off", StatusCode::BAD_REQUEST),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN),
            Self::NoChampion => ("no-champion", StatusCode::SERVICE_UNAVAILABLE),
            Self::NoRegistry => ("no-registry", StatusCode::NOT_FOUND),
            Self::NoSuchVersion => ("no-such-version", StatusCode::NOT_FOUND),
            Self::AgainstTheRules => ("against-the-rules", StatusCode::CONFLICT),
            Self::ModelUnusable => ("model-unusable", StatusCode::CONFLICT),
            Self::ModelRejected => ("model-rejected", StatusCode::UNPROCESSABLE_ENTITY),
            Self::NoPortfolios => ("no-portfolios", StatusCode::NOT_FOUND),
            Self::NoSuchPortfolio => ("no-such-portfolio", StatusCode::NOT_FOUND),
            Self::NoSuchFile => ("no-such-file", StatusCode::NOT_FOUND),
            Self::NoSuchRange => ("no-such-range", StatusCode::RANGE_NOT_SATISFIABLE),
            Self::NotScored => ("not-scored", StatusCode::CONFLICT),
            Self::TooManyWaiting => ("too-many-waiting", StatusCode::TOO_MANY_REQUESTS),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let codes: HashSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            let status = kind.status();
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{kind:?}"
            );
        }
    }

    /// The table of docs/http.md has every code, and no other.
    #[test]
    fn every_code_is_documented() {
        let docs = include_str!("../../../../docs/http.md");
        let docs = docs.replace("\r\n", "\n");
        let (_, table) = docs.split_once("| code | status | when |\n").unwrap();
        let rows = table
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with('|'));
        let rows = rows.map(|row| row.splitn(4, '|').take(3).collect::<Vec<_>>().join("|"));
        let row = |kind: &ProblemKind| {
            let status = kind.status().as_u16();
            format!("| `{}` | {status} ", kind.code())
        };
        let known: HashSet<String> = ProblemKind::ALL.iter().map(row).collect();
        assert_eq!(rows.collect::<HashSet<_>>(), known);
    }
}
