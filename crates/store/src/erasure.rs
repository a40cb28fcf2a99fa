//! A client is forgotten: the personal part of every decision on it goes, the chain and the counts stay.

use crate::access_log::{AccessLog, Act, Begun, Hold};
use crate::decision::{Entry, Pseudonym};
use crate::decision_log::pages::Pages;
use crate::decision_log::{DecisionLog, Query};
use crate::error::StoreError;

/// Entries that are read at a time.
const PAGE: usize = 256;

/// Times that an entry may be changed by others while a client is forgotten in it: one for each of them.
const MOST_TRIES: usize = 1_000;

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
        for entry in page? {
            forgotten += forget_in(log, client, entry)?;
        }
    }
    accesses.end_forgetting(forgetting, forgotten)?;
    Ok(Erased::Forgotten(forgotten))
}

/// Forgets a client in an entry, of which others may be forgotten at the same time; tells how many decisions it were.
fn forget_in(
    log: &dyn DecisionLog,
    client: Pseudonym,
    mut entry: Entry,
) -> Result<u64, StoreError> {
    for _ in 0..MOST_TRIES {
        let was = entry.body.clone();
        let forgotten = entry.forget(client);
        let forgotten = forgotten.map_err(|error| StoreError::row("entries", error))?;
        if forgotten == 0 || log.replace(&entry, &was)? {
            return Ok(forgotten as u64);
        }
        match log.find(entry.first)? {
            Some(changed) => entry = changed,
            // Its month was let go.
            None => return Ok(0),
        }
    }
    Err(StoreError::Failed(
        "an entry changes again and again while a client is forgotten in it".into(),
    ))
}
