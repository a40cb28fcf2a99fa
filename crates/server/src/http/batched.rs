//! What came of all clients of a request, and how such a request ends, whichever face answers it: kept on record, offered to the shadow,
//! and sent within bounds.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::Language;
use propenso_store::decision::DecisionId;

use super::problem::Problem;
use super::{App, answer_body, decided, keep};
use crate::record::page::Page;
use crate::serving::Champion;

/// What came of all clients of a request.
#[derive(Debug)]
pub struct Batched {
    /// What was said of each that was answered.
    pub opinions: Vec<Opinion>,
    /// The places of those that were not, where others were.
    pub refused: Vec<usize>,
    /// What is to be kept of it.
    pub page: Option<Page>,
    /// The first name on that page.
    pub first: Option<DecisionId>,
}

/// An answer as it is sent.
#[derive(Debug)]
pub(super) struct Written {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// What they are.
    pub(super) media_type: HeaderValue,
}

impl Written {
    /// An answer in JSON.
    ///
    /// # Errors
    ///
    /// 500 where it cannot be written, which would be our bug.
    pub(super) fn json(answer: &impl serde::Serialize) -> Result<Self, Problem> {
        let bytes = serde_json::to_vec(answer).map_err(|error| {
            Problem::internal(
                "the answer could not be written",
                &format!("an answer could not be written as JSON: {error}"),
            )
        })?;
        Ok(Self {
            bytes,
            media_type: HeaderValue::from_static("application/json"),
        })
    }
}

/// How the shadow may score the clients of a request again.
#[derive(Debug)]
pub(super) struct Again<F> {
    /// Bytes that the request takes while it waits for that.
    pub(super) bytes: usize,
    /// Prepares it.
    pub(super) rescore: F,
}

impl Batched {
    /// Ends a request: what was answered is kept first, where that is required.
    ///
    /// # Errors
    ///
    /// 503 for what cannot be kept, or while other large answers take up the room.
    pub(super) async fn end(
        self,
        app: &App,
        served: &Champion,
        answer: Written,
        again: Again<impl FnOnce() -> Rescore>,
    ) -> Result<Response, Problem> {
        let first = self.keep(app, served, again).await?;
        let bytes = answer_body::bounded(answer.bytes, &app.limits)?;
        let response = ([(header::CONTENT_TYPE, answer.media_type)], bytes).into_response();
        Ok(decided(response, first))
    }

    /// Keeps what was answered, where that is required, and offers its clients to the shadow; gives the first name on record.
    ///
    /// # Errors
    ///
    /// 503 for what cannot be kept.
    pub(super) async fn keep(
        self,
        app: &App,
        served: &Champion,
        again: Again<impl FnOnce() -> Rescore>,
    ) -> Result<Option<DecisionId>, Problem> {
        keep(self.page, Language::English).await?;
        let job = || (self.opinions, but(self.refused, (again.rescore)()));
        app.serving.offer_to_shadow(served, again.bytes, job);
        Ok(self.first)
    }
}

/// What another scorer says of all clients but those that were not answered.
fn but(refused: Vec<usize>, rescore: Rescore) -> Rescore {
    if refused.is_empty() {
        return rescore;
    }
    Box::new(move |scorer, workspace| {
        let mut places = 0..;
        let mut opinions = rescore(scorer, workspace);
        opinions.retain(|_| {
            places
                .next()
                .is_some_and(|at| refused.binary_search(&at).is_err())
        });
        opinions
    })
}
