//! The one path from a question to its answer, for every face:
//!
//! ```text
//! face: decodes -> champion, one counted reference held to the end -> Scorer::answer -> the record -> shadow, after -> face: encodes
//! ```
//!
//! A row is encoded and predicted once, however much is asked of it. Work of milliseconds waits for its turn off the
//! threads that serve connections.

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use propenso_lifecycle::live::Live;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::served::Served;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{
    Answered, Asked, FieldError, Observed, Row, Score, Stage, Stages, Workspace,
};

use crate::figures::Figures;
use crate::figures::input_tally::InputTally;
use crate::figures::scorings::{Clock, Scoring};
use crate::limits::{Busy, Limits};
use crate::traces::request_span::{RequestSpan, StageSpans};

/// What answers, whichever face asks.
#[derive(Debug)]
pub struct Serving {
    live: Arc<Live>,
    limits: Arc<Limits>,
    figures: Arc<Figures>,
}

/// What answers one request, to its end, and where that is counted.
#[derive(Debug, Clone)]
pub struct Champion {
    served: Arc<Served>,
    scoring: Arc<Scoring>,
    /// What its clients' inputs are counted by, where they are.
    inputs: Option<Arc<InputTally>>,
    /// Of the request, where it is traced.
    span: Option<RequestSpan>,
    /// The way it was asked, where its answers are counted by day.
    route: Option<RouteKind>,
    began: Instant,
}

/// Why a client was not answered.
#[derive(Debug)]
pub enum Unanswered {
    /// Inputs that cannot be used, all of them.
    Fields(Vec<FieldError>),
    /// What takes longer did not get its turn.
    Busy(Busy),
}

/// Hears of the stages of one answer.
#[derive(Debug)]
struct Listeners<'c> {
    clock: Clock<'c>,
    spans: Option<StageSpans<'c>>,
    inputs: Option<(&'c InputTally, RouteKind)>,
}

impl Stages for Listeners<'_> {
    fn ended(&mut self, stage: Stage) {
        self.clock.ended(stage);
        if let Some(spans) = &mut self.spans {
            spans.ended(stage);
        }
    }

    fn ended_together(&mut self, stage: Stage, n_clients: usize) {
        self.clock.ended_together(stage, n_clients);
        if let Some(spans) = &mut self.spans {
            spans.ended_together(stage, n_clients);
        }
    }

    fn scored(&mut self, observed: &[Observed]) {
        if let Some((inputs, route)) = self.inputs {
            inputs.count(route, observed);
        }
    }
}

impl Deref for Champion {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.served
    }
}

impl Champion {
    /// Answers one client, here and now.
    ///
    /// # Errors
    ///
    /// Every input that cannot be used, all at once.
    pub fn answer(&self, row: &Row<'_>, asked: Asked) -> Result<Answered, Vec<FieldError>> {
        let scorer = &self.served.scorer;
        let mut listeners = Listeners {
            clock: self.scoring.clock(),
            spans: self.span.as_ref().and_then(RequestSpan::stages),
            inputs: self.inputs.as_deref().zip(self.route),
        };
        let answered = with_workspace(|workspace| {
            scorer.answer_in_stages(row, asked, workspace, &mut listeners)
        });
        self.count(answered.as_ref().map(|answered| &answered.score));
        answered
    }

    /// Scores clients together, on this thread.
    ///
    /// # Errors
    ///
    /// Of each client as [`Self::answer`].
    pub fn score_together(&self, rows: &[&Row<'_>]) -> Vec<Result<Score, Vec<FieldError>>> {
        let mut listeners = Listeners {
            clock: self.scoring.clock(),
            spans: self.span.as_ref().and_then(RequestSpan::stages),
            inputs: self.inputs.as_deref().zip(self.route),
        };
        let scores = with_workspace(|workspace| {
            let scorer = &self.served.scorer;
            scorer.score_together(rows, workspace, &mut listeners)
        });
        for score in &scores {
            self.count(score.as_ref());
        }
        scores
    }

    /// Counts one client's score, or what was wrong with its inputs.
    fn count(&self, score: Result<&Score, &Vec<FieldError>>) {
        let contract = self.served.scorer.contract();
        match score {
            Ok(score) => self.scoring.scored(contract, score, self.route),
            Err(errors) => self.scoring.rejected(contract, errors, self.route),
        }
    }

    /// Counts the request as answered, or refused.
    pub fn ended(&self, is_answered: bool) {
        match is_answered {
            true => self.scoring.answered(self.began.elapsed(), self.route),
            false => self.scoring.refused(self.route),
        }
    }
}

impl Serving {
    /// Serves whatever `live` holds, within limits, and counts it.
    #[must_use]
    pub fn new(live: Arc<Live>, limits: Arc<Limits>, figures: Arc<Figures>) -> Self {
        Self {
            live,
            limits,
            figures,
        }
    }

    /// What is live.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// What answers, for one request to keep to its end; `None` while nothing does. It is no volume of the day.
    #[must_use]
    pub fn champion(&self) -> Option<Champion> {
        self.champion_by(None)
    }

    /// What answers, for one request to keep to its end, which is counted by day where it was asked by a route.
    #[must_use]
    pub fn champion_by(&self, route: Option<RouteKind>) -> Option<Champion> {
        Some(self.with(self.live.champion()?, route))
    }

    /// What was chosen to answer one request, to its end, which is counted by day where it was asked by a route.
    #[must_use]
    pub fn with(&self, served: Arc<Served>, route: Option<RouteKind>) -> Champion {
        let span = RequestSpan::current();
        if let Some(span) = &span {
            span.chose(&served.name);
        }
        Champion {
            scoring: self.figures.scorings.of(&served),
            inputs: route.and_then(|_| self.figures.inputs.of(&served)),
            span,
            served,
            route,
            began: Instant::now(),
        }
    }

    /// Answers one client.
    ///
    /// # Errors
    ///
    /// Every input that cannot be used, all at once; or that there is too much other work of this kind.
    pub async fn answer(
        &self,
        champion: &Champion,
        row: &Row<'_>,
        asked: Asked,
    ) -> Result<Answered, Unanswered> {
        let answered = if asked.takes_longer() {
            let (champion, row) = (champion.clone(), row.clone().into_owned());
            let answered = self
                .limits
                .single
                .run(move |_| champion.answer(&row, asked));
            answered.await.map_err(Unanswered::Busy)?
        } else {
            champion.answer(row, asked)
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
