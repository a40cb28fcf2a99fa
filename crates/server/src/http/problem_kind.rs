//! What can be wrong with a request, by names that programs may go by: a name, once released, keeps its meaning.

use axum::http::StatusCode;

/// Writes the kinds from one table: what they mean, the code, and the status, 4xx for what the caller can mend and 5xx
/// for what only the server's side can.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident: $code:literal, $status:ident;)*) => {
        /// A kind of error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl ProblemKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// The name that programs may go by.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($doc),*).trim_ascii(),)*
                }
            }

            /// When to ask again, in seconds, where that is known beforehand: of what ends by itself.
            #[must_use]
            pub fn retry_after(self) -> Option<u64> {
                match self {
                    Self::Busy | Self::TooManyRequests => Some(1),
                    Self::PortfoliosElsewhere => Some(5),
                    Self::NoChampion
                    | Self::TookTooLong
                    | Self::NotRecorded
                    | Self::StoreUnreachable => Some(10),
                    Self::TooManyWaiting => Some(30),
                    _ => None,
                }
            }

            /// The status of its answers.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status,)*
                }
            }
        }
    };
}

kinds! {
    /// There is no such path.
    NoSuchPath: "no-such-path", NOT_FOUND;
    /// The path does not take the method.
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED;
    /// Inputs of clients, or options beside them, cannot be used.
    InvalidInputs: "invalid-inputs", UNPROCESSABLE_ENTITY;
    /// The request cannot be understood.
    InvalidRequest: "invalid-request", BAD_REQUEST;
    /// The body is no JSON.
    InvalidJson: "invalid-json", BAD_REQUEST;
    /// The body is JSON of another shape.
    WrongBody: "wrong-body", UNPROCESSABLE_ENTITY;
    /// The form, or a field of it, is wrong.
    WrongForm: "wrong-form", UNPROCESSABLE_ENTITY;
    /// This model cannot give what is asked besides the answer.
    CannotBeAsked: "cannot-be-asked", UNPROCESSABLE_ENTITY;
    /// The request has more clients than what is asked of each allows.
    TooManyInstances: "too-many-instances", UNPROCESSABLE_ENTITY;
    /// The body is too large.
    BodyTooLarge: "body-too-large", PAYLOAD_TOO_LARGE;
    /// The body is compressed in a way that is not known here.
    UnknownEncoding: "unknown-encoding", UNSUPPORTED_MEDIA_TYPE;
    /// The body is of a media type, or with a charset, that the route does not take.
    UnknownMediaType: "unknown-media-type", UNSUPPORTED_MEDIA_TYPE;
    /// The body did not arrive in time.
    BodyTooSlow: "body-too-slow", REQUEST_TIMEOUT;
    /// The body broke off before its end.
    BodyBrokenOff: "body-broken-off", BAD_REQUEST;
    /// The key is missing or wrong, or does not work any more.
    Unauthorized: "unauthorized", UNAUTHORIZED;
    /// The caller may not do this from where it is.
    Forbidden: "forbidden", FORBIDDEN;
    /// The key's holder may do other things only.
    RoleMissing: "role-missing", FORBIDDEN;
    /// No model is in service yet.
    NoChampion: "no-champion", SERVICE_UNAVAILABLE;
    /// The server serves one file, not a registry.
    NoRegistry: "no-registry", NOT_FOUND;
    /// The server keeps no record of decisions.
    NoRecord: "no-record", NOT_FOUND;
    /// There is no decision of that name, or its time was over.
    NoSuchDecision: "no-such-decision", NOT_FOUND;
    /// It is not said why decisions are looked at.
    CauseMissing: "cause-missing", UNPROCESSABLE_ENTITY;
    /// The client is held: nothing of it is forgotten.
    ClientHeld: "client-held", CONFLICT;
    /// There is no model of that name.
    NoSuchModel: "no-such-model", NOT_FOUND;
    /// There is no version of that number.
    NoSuchVersion: "no-such-version", NOT_FOUND;
    /// The rules of the registry do not allow it.
    AgainstTheRules: "against-the-rules", CONFLICT;
    /// The version, or its contract, cannot be loaded.
    ModelUnusable: "model-unusable", CONFLICT;
    /// The model that was sent failed a gate.
    ModelRejected: "model-rejected", UNPROCESSABLE_ENTITY;
    /// The server takes no portfolios.
    NoPortfolios: "no-portfolios", NOT_FOUND;
    /// Another process on the same data directory has the portfolios.
    PortfoliosElsewhere: "portfolios-elsewhere", SERVICE_UNAVAILABLE;
    /// There is no portfolio of that id.
    NoSuchPortfolio: "no-such-portfolio", NOT_FOUND;
    /// The portfolio has no such file.
    NoSuchFile: "no-such-file", NOT_FOUND;
    /// The file has no such bytes.
    NoSuchRange: "no-such-range", RANGE_NOT_SATISFIABLE;
    /// The portfolio is not scored, or not yet.
    NotScored: "not-scored", CONFLICT;
    /// One caller makes more requests a second than it may.
    TooManyRequests: "too-many-requests", TOO_MANY_REQUESTS;
    /// There are too many requests of this kind at a time.
    Busy: "busy", SERVICE_UNAVAILABLE;
    /// What is asked takes longer than it may.
    TookTooLong: "took-too-long", SERVICE_UNAVAILABLE;
    /// The caller's own deadline passed before the answer.
    DeadlinePassed: "deadline-passed", REQUEST_TIMEOUT;
    /// The answer cannot be kept on record, and is not given without that.
    NotRecorded: "not-recorded", SERVICE_UNAVAILABLE;
    /// Too many portfolios wait already.
    TooManyWaiting: "too-many-waiting", TOO_MANY_REQUESTS;
    /// There is no room on disk for what was sent.
    NoRoom: "no-room", INSUFFICIENT_STORAGE;
    /// The database of the registry cannot be reached.
    StoreUnreachable: "store-unreachable", SERVICE_UNAVAILABLE;
    /// propenso failed: always our fault.
    Internal: "internal", INTERNAL_SERVER_ERROR;
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
