//! What was typed on one client, and how it is answered.

use propenso_lifecycle::opinion::Opinion;
use propenso_scoring::reserved::CLIENT;
use propenso_scoring::{Answered, Asked, FieldError, Language};
use propenso_store::decision::DecisionId;

use super::super::form::Form;
use super::super::reader::Reader;
use crate::http::prediccion::{read_query, rescore};
use crate::http::problem::Problem;
use crate::http::{self, App, Asker};
use crate::record::line::Line;
use crate::serving::{Champion, Unanswered};

/// The routes, as the record names them.
pub(super) const ROUTE: &str = "/cliente";
pub(super) const CHANGE_ROUTE: &str = "/cliente/cambio";
pub(super) const WHAT_IF_ROUTE: &str = "/cliente/y-si";

/// Who asks, and what answers.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    app: &'a App,
    served: &'a Champion,
    asker: &'a Asker,
    language: Language,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        app: &'a App,
        served: &'a Champion,
        asker: &'a Asker,
        reader: &Reader,
    ) -> Self {
        Self {
            app,
            served,
            asker,
            language: reader.language,
        }
    }
}

/// What was typed on one client.
pub(super) struct Sheet {
    /// Names and values, the inputs of the contract and what else was sent.
    pub(super) values: Vec<(String, String)>,
    /// The client's reference.
    pub(super) client: Option<String>,
    /// Whether the contract leaves that name to the reference.
    pub(super) takes_reference: bool,
    pub(super) route: &'static str,
}

/// What was answered and its name on record, or every input that cannot be used.
pub(super) type Answer = Result<(Answered, Option<DecisionId>), Vec<FieldError>>;

impl Sheet {
    /// Reads a form. An input that need not be sent was not, where its field is blank.
    pub(super) fn of(mut form: Form, served: &Champion, route: &'static str) -> Self {
        let contract = served.scorer.contract();
        let takes_reference = contract.input_index(CLIENT).is_none();
        let client = match takes_reference {
            true => form.take_text(CLIENT),
            false => None,
        };
        let is_sent = |(name, value): &&(String, String)| {
            let input = contract
                .input_index(name)
                .and_then(|at| contract.inputs().get(at));
            input.is_none_or(|input| input.must_be_sent() || !value.trim().is_empty())
        };
        Self {
            values: form.pairs().iter().filter(is_sent).cloned().collect(),
            client,
            takes_reference,
            route,
        }
    }

    /// What was typed, as `/prediccion` would be asked.
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.values).finish()
    }

    /// Asks the model, and keeps what it answers on record.
    pub(super) async fn answer(&self, of: &Asking<'_>, asked: Asked) -> Result<Answer, Problem> {
        let Asking {
            app,
            served,
            asker,
            language,
        } = *of;
        let query = self.query();
        let (row, _) = read_query(&query, &served.scorer);
        let answered = match app.serving.answer(served, &row, asked).await {
            Ok(answered) => answered,
            Err(Unanswered::Fields(errors)) => return Ok(Err(errors)),
            Err(Unanswered::Busy(busy)) => return Err(Problem::busy_in(busy, language)),
        };
        let line = Line {
            row: &row,
            asked,
            answered: &answered,
            client: self.client.as_deref(),
        };
        let request = asker.request(self.route);
        let decision = http::keep_one(app, served, request, &line, language).await?;
        let opinion = Opinion::from(&answered.score.outcome);
        // What is tried out is nobody's: no other model is compared on it.
        if self.route == ROUTE {
            let job = || (vec![opinion], rescore(query.clone()));
            app.serving.offer_to_shadow(served, query.len(), job);
        }
        Ok(Ok((answered, decision)))
    }
}
