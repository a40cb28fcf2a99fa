//! The one path from a question to its answer, for every face:
//!
//! ```text
//! face: decodes -> champion, one counted reference held to the end -> Scorer::answer -> shadow, after -> face: encodes
//! ```
//!
//! A row is encoded and predicted once, however much is asked of it. Work of milliseconds waits for its turn off the
//! threads that serve connections.

use std::cell::RefCell;
use std::sync::Arc;

use propenso_lifecycle::live::Live;
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::served::Served;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{Answered, Asked, FieldError, Row, Workspace};

use crate::limits::{Busy, Limits};

/// What answers, whichever face asks.
#[derive(Debug)]
pub struct Serving {
    live: Arc<Live>,
    limits: Arc<Limits>,
}

/// Why a client was not answered.
#[derive(Debug)]
pub enum Unanswered {
    /// Inputs that cannot be used, all of them.
    Fields(Vec<FieldError>),
    /// What takes longer did not get its turn.
    Busy(Busy),
}

impl Serving {
    /// Serves whatever `live` holds, within limits.
    #[must_use]
    pub fn new(live: Arc<Live>, limits: Arc<Limits>) -> Self {
        Self { live, limits }
    }

    /// What answers, for one request to keep to its end; `None` while nothing does.
    #[must_use]
    pub fn champion(&self) -> Option<Arc<Served>> {
        self.live.champion()
    }

    /// Answers one client.
    ///
    /// # Errors
    ///
    /// Every input that cannot be used, all at once; or that there is too much other work of this kind.
    pub async fn answer(
        &self,
        served: &Arc<Served>,
        row: Row<'_>,
        asked: Asked,
    ) -> Result<Answered, Unanswered> {
        let answered = if asked.takes_longer() {
            let (served, row) = (Arc::clone(served), row.into_owned());
            let answer = move |_: &_| {
                with_workspace(|workspace| served.scorer.answer(&row, asked, workspace))
            };
            let answered = self.limits.single.run(answer).await;
            answered.map_err(Unanswered::Busy)?
        } else {
            with_workspace(|workspace| served.scorer.answer(&row, asked, workspace))
        };
        answered.map_err(Unanswered::Fields)
    }

    /// Lets the shadow, if there is one, score clients again that the champion has answered. `bytes` are what the request
    /// takes while it waits; `job` makes what the champion said of each client, and how another scorer scores them, and
    /// is called only then.
    pub fn offer_to_shadow(
        &self,
        champion: &Served,
        bytes: usize,
        job: impl FnOnce() -> (Vec<Opinion>, Rescore),
    ) {
        // Just promoted, a shadow is the champion for a moment.
        let shadow = self
            .live
            .shadow()
            .filter(|shadow| Some(shadow.number()) != champion.version);
        if let (Some(shadow), Some(number)) = (shadow, champion.version) {
            let (opinions, rescore) = job();
            shadow.offer(number, opinions, bytes, rescore);
        }
    }
}

/// Lends this thread's workspace to a scoring, so that warm threads allocate nothing for it.
pub fn with_workspace<T>(score: impl FnOnce(&mut Workspace) -> T) -> T {
    thread_local! {
        static WORKSPACE: RefCell<Workspace> = RefCell::default();
    }
    WORKSPACE.with_borrow_mut(score)
}
