//! A client is forgotten: the personal part of every decision on it goes, the chain and the counts stay.

use crate::access_log::{AccessLog, Act, Begun, Hold};
use crate::decision::Pseudonym;
use crate::decision_log::pages::Pages;
use crate::decision_log::{DecisionLog, Query};
use crate::error::StoreError;

/// Entries that are read at a time.
const PAGE: usize = 256;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erased {
    /// So many decisions were forgotten.
    Forgotten(u64),
    /// The client is held: nothing was.
    Held(Box<Hold>),
}

/// Forgets a client, unless it is held. It is written down before anything is forgotten, and how many it were behind it: who
/// was interrupted asks again.
///
/// # Errors
///
/// [`StoreError`]; then some of it may be forgotten.
pub fn forget(
    log: &dyn DecisionLog,
    accesses: &dyn AccessLog,
    client: Pseudonym,
    act: &Act,
) -> Result<Erased, StoreError> {
    let forgetting = match accesses.begin_forgetting(client, act)? {
        Begun::Yes(forgetting) => forgetting,
        Begun::Held(hold) => return Ok(Erased::Held(hold)),
    };
    let query = Query {
        client: Some(client),
        ..Query::default()
    };
    let mut forgotten = 0;
    for page in Pages::of(log, &query, PAGE) {
        for mut entry in page? {
            let unreadable = |error| StoreError::row("entries", error);
            forgotten += entry.forget(client).map_err(unreadable)? as u64;
            log.replace(&entry)?;
        }
    }
    accesses.end_forgetting(forgetting, forgotten)?;
    Ok(Erased::Forgotten(forgotten))
}
