//! What PostgreSQL complains of, as what it means.

use std::error::Error;
use std::io;

use tokio_postgres::error::SqlState;

use crate::StoreError;

/// Codes that begin so are about the connection.
const CONNECTION: &str = "08";

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = told(&error);
        let Some(code) = error.code() else {
            let is_io = |cause: &(dyn Error + 'static)| cause.is::<io::Error>();
            return match error.is_closed() || error.source().is_some_and(is_io) {
                true => unreachable(text),
                false => Self::Failed(text.into()),
            };
        };
        match *code {
            SqlState::DISK_FULL => Self::DiskFull(text.into()),
            SqlState::LOCK_NOT_AVAILABLE
            | SqlState::QUERY_CANCELED
            | SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::TOO_MANY_CONNECTIONS => Self::Busy(text.into()),
            SqlState::READ_ONLY_SQL_TRANSACTION => Self::ReadOnly(text.into()),
            SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
            | SqlState::CANNOT_CONNECT_NOW
            | SqlState::DATABASE_DROPPED
            | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => unreachable(text),
            _ if code.code().starts_with(CONNECTION) => unreachable(text),
            _ => Self::Failed(text.into()),
        }
    }
}

/// Nothing answers.
pub(super) fn unreachable(text: String) -> StoreError {
    StoreError::Unreachable(text.into())
}

/// An error with what it came of. What the database adds in detail may hold values, and is left out.
pub(super) fn told(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        next = error.source();
        if let Some(error) = error.downcast_ref::<tokio_postgres::error::DbError>() {
            // What stands around it is "db error".
            return error.message().to_owned();
        }
        let said = error.to_string();
        if !text.ends_with(&said) {
            let colon = if text.is_empty() { "" } else { ": " };
            text = format!("{text}{colon}{said}");
        }
    }
    text
}
