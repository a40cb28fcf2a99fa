//! Decisions as people ask for them: shown, found, scored again, written into files, forgotten, held. The commands and the
//! routes do it here, so that whoever looks is written down by either way, before anything is given.
//!
//! - [`asked`]: who asks and why, of which days, from where on
//! - [`found`]: a decision with the model of its day; [`view`]: for programs; [`page`]: for people
//! - [`export`]: a row each

pub mod asked;
pub mod export;
pub mod found;
pub mod page;
pub mod view;

use std::sync::Arc;

use propenso_scoring::Workspace;
use propenso_store::StoreError;
use propenso_store::access_log::{Access, AccessLog, Action, Hold, Subject};
use propenso_store::decision::{DecisionError, DecisionId, Pseudonym};
use propenso_store::decision_log::pages::Pages;
use propenso_store::decision_log::{DecisionLog, Query};
use propenso_store::erasure::{self, Erased};

use crate::record::Record;
use crate::record::archive::Archive;
use crate::record::replay::{self, Replayed};
use asked::{Cursor, Days, Visit};
use found::Found;

/// Entries that are read at a time.
const PAGE: usize = 64;

/// The decisions of a data directory, for those who may see them.
#[derive(Debug)]
pub struct Decisions {
    log: Arc<dyn DecisionLog>,
    accesses: Arc<dyn AccessLog>,
    /// The models of former days, where there is a registry.
    archive: Option<Archive>,
}

/// Why something could not be done with decisions.
#[derive(Debug, thiserror::Error)]
pub enum DecisionsError {
    /// There is none of that name.
    #[error(
        "there is no decision {0} here: it is another server's, its time was over, or it was never kept"
    )]
    NoSuch(DecisionId),
    /// The client is held.
    #[error(
        "this client is held since {since} by {by} ({why}): nothing of it is forgotten until that hold is released",
        since = .0.since.at.strftime("%Y-%m-%d"), by = .0.since.by, why = .0.since.why
    )]
    Held(Box<Hold>),
    /// The client is not held.
    #[error("this client is not held")]
    NotHeld,
    /// The client is held already.
    #[error("this client is held already")]
    HeldAlready,
    /// The database could not do it.
    #[error("the record of decisions cannot be used: {0}")]
    Store(#[from] StoreError),
    /// A decision cannot be read.
    #[error("the decision cannot be read: {0}")]
    Unreadable(#[from] DecisionError),
}

/// Which decisions are looked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search {
    /// Those on this client.
    pub client: Option<Pseudonym>,
    /// Those of these days.
    pub days: Days,
    /// Those behind this one.
    pub after: Option<Cursor>,
    /// At most so many.
    pub most: usize,
}

/// What was found.
#[derive(Debug)]
pub struct FoundPage {
    /// The decisions, in the order in which they were kept.
    pub decisions: Vec<Found>,
    /// Where to go on, where there may be more.
    pub next: Option<Cursor>,
}

impl Decisions {
    /// Works on what two logs have.
    #[must_use]
    pub fn new(
        log: Arc<dyn DecisionLog>,
        accesses: Arc<dyn AccessLog>,
        archive: Option<Archive>,
    ) -> Self {
        Self {
            log,
            accesses,
            archive,
        }
    }

    /// Works on what a record keeps.
    #[must_use]
    pub fn of(record: &Record, archive: Option<Archive>) -> Self {
        let log = Arc::clone(record.writer().log());
        Self::new(log, Arc::clone(record.accesses()), archive)
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &dyn DecisionLog {
        &*self.log
    }

    /// Who has seen what.
    #[must_use]
    pub fn accesses(&self) -> &dyn AccessLog {
        &*self.accesses
    }

    /// The models of former days, where there is a registry.
    #[must_use]
    pub fn archive(&self) -> Option<&Archive> {
        self.archive.as_ref()
    }

    /// Shows one decision.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::NoSuch`], or that it could not be written down who asks.
    pub fn show(&self, id: DecisionId, visit: &Visit) -> Result<Found, DecisionsError> {
        self.one(id, Action::Show, visit)
    }

    /// Finds decisions.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::Store`], also when it could not be written down who asks.
    pub fn search(&self, search: &Search, visit: &Visit) -> Result<FoundPage, DecisionsError> {
        let subject = match search.client {
            Some(client) => Subject::Client(client),
            None => search.days.subject(),
        };
        self.note(Action::Search, subject, visit)?;
        let query = Query {
            client: search.client,
            ..search.days.query()
        };
        let mut found = Vec::new();
        let after = search.after.map(Cursor::before);
        for page in Pages::of(&*self.log, &query, PAGE).behind(after) {
            for entry in page? {
                let entry = Arc::new(entry);
                let scorer = self.scorer(&entry.context);
                let is_wanted = |place| {
                    let at = Cursor::of(&entry, place);
                    search.after.is_none_or(|after| at > after)
                        && (query.client.is_none() || entry.client(place) == query.client)
                };
                for decision in entry.decisions_where(is_wanted)? {
                    if found.len() == search.most {
                        let next = found.last().map(Found::cursor);
                        return Ok(FoundPage {
                            decisions: found,
                            next,
                        });
                    }
                    let entry = Arc::clone(&entry);
                    found.push(Found::new(entry, decision, scorer.clone()));
                }
            }
        }
        Ok(FoundPage {
            decisions: found,
            next: None,
        })
    }

    /// Scores one decision again.
    ///
    /// # Errors
    ///
    /// As [`Self::show`].
    pub fn replay(
        &self,
        id: DecisionId,
        visit: &Visit,
    ) -> Result<(Found, Replayed), DecisionsError> {
        let found = self.one(id, Action::Replay, visit)?;
        let replayed = match &self.archive {
            Some(archive) => replay::replay(
                &found.entry,
                &found.decision,
                archive,
                &mut Workspace::default(),
            ),
            None => Replayed::NoModel("no registry is here that could have it".to_owned()),
        };
        Ok((found, replayed))
    }

    /// Forgets a client. Tells how many decisions it were.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::Held`].
    pub fn forget(&self, client: Pseudonym, visit: &Visit) -> Result<u64, DecisionsError> {
        self.note(Action::Forget, Subject::Client(client), visit)?;
        match erasure::forget(&*self.log, &*self.accesses, client, &visit.act())? {
            Erased::Forgotten(decisions) => Ok(decisions),
            Erased::Held(hold) => Err(DecisionsError::Held(hold)),
        }
    }

    /// Holds a client.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::HeldAlready`].
    pub fn hold(&self, client: Pseudonym, visit: &Visit) -> Result<(), DecisionsError> {
        self.note(Action::Hold, Subject::Client(client), visit)?;
        match self.accesses.hold(client, &visit.act())? {
            true => Ok(()),
            false => Err(DecisionsError::HeldAlready),
        }
    }

    /// Ends a client's hold.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::NotHeld`].
    pub fn release(&self, client: Pseudonym, visit: &Visit) -> Result<(), DecisionsError> {
        self.note(Action::Release, Subject::Client(client), visit)?;
        match self.accesses.release(client, &visit.act())? {
            true => Ok(()),
            false => Err(DecisionsError::NotHeld),
        }
    }

    /// Writes down that somebody does something.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then it must not be done.
    pub fn note(&self, action: Action, subject: Subject, visit: &Visit) -> Result<(), StoreError> {
        self.accesses.note(&Access {
            at: visit.at,
            who: visit.who.clone(),
            way: visit.way.clone(),
            action,
            subject,
            why: visit.why.clone(),
        })
    }

    fn one(&self, id: DecisionId, action: Action, visit: &Visit) -> Result<Found, DecisionsError> {
        let none = DecisionsError::NoSuch(id);
        let Some(entry) = self.log.find(id)? else {
            return Err(none);
        };
        let decision = entry.decision(id)?.ok_or(none)?;
        self.note(action, Subject::Decision(id), visit)?;
        let scorer = self.scorer(&entry.context);
        Ok(Found::new(Arc::new(entry), decision, scorer))
    }

    fn scorer(&self, context: &propenso_store::decision::Context) -> found::Loaded {
        match &self.archive {
            Some(archive) => archive.scorer(context).ok(),
            None => None,
        }
    }
}
