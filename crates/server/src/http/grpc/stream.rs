//! `ModelStreamInfer`: as `ModelInfer`, message by message in one call. What is wrong with one is said in its place, and the next is
//! answered.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use propenso_scoring::Language;
use tokio::time::timeout;

use super::super::problem::Problem;
use super::super::route::count;
use super::super::{App, Asker, grpc_status};
use super::call::Call;
use super::generated::inference::{
    ModelInferRequest, ModelInferResponse, ModelStreamInferResponse,
};
use super::infer::{champion, respond_to};
use super::message::{Bound, Messages};
use super::message_weight;
use super::open_stream::{self, Answers, IDLE};
use crate::access::caller::Caller;
use crate::listen::Stopping;

/// Bytes of a message: many calls stay open, and each holds one. A larger one is for `ModelInfer`.
const LARGEST: usize = 1 << 20;

/// Answers messages until the caller has no more.
///
/// # Errors
///
/// 415 for what is no call, 503 while too many stay open.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    asker: Asker,
    request: Request,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let stopping = request.extensions().get::<Stopping>().cloned();
    let call = Call::of(request)?;
    let bound = Bound {
        bytes: LARGEST.min(app.limits.settings().max_body_bytes),
        weigh: message_weight::weigh,
    };
    let messages = Messages::of(call.body, call.compression, bound);
    let (answers, response) = open_stream::open(call.compression)?;
    let conversation = Conversation {
        app,
        asker,
        caller,
        messages,
    };
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = conversation.hold(&answers) => ended,
            () = Stopping::begun(stopping) => Err(open_stream::stopping()),
        };
        answers.end(ended).await;
    });
    Ok(response)
}

/// A call that stays open.
struct Conversation {
    app: Arc<App>,
    asker: Asker,
    caller: Option<Caller>,
    messages: Messages<ModelInferRequest>,
}

impl Conversation {
    /// Answers message by message, to the end.
    async fn hold(mut self, answers: &Answers) -> Result<(), Problem> {
        loop {
            let message = tokio::select! {
                message = timeout(IDLE, self.messages.next()) => message,
                () = answers.closed() => return Ok(()),
            };
            let message = message.map_err(|_| open_stream::idle())??;
            let Some(message) = message else {
                return Ok(());
            };
            let id = message.id.clone();
            let answer = match self.answer_one(message).await {
                Ok(answer) => ModelStreamInferResponse {
                    error_message: String::new(),
                    infer_response: Some(answer),
                },
                // Named, so that the caller knows which it is of.
                Err(problem) => ModelStreamInferResponse {
                    error_message: grpc_status::sentence(problem.sentence(), problem.errors()),
                    infer_response: Some(ModelInferResponse {
                        id,
                        ..ModelInferResponse::default()
                    }),
                },
            };
            if !answers.send(&answer).await {
                return Ok(());
            }
        }
    }

    /// Answers one, as if it were a call of its own.
    async fn answer_one(&self, message: ModelInferRequest) -> Result<ModelInferResponse, Problem> {
        let app = &self.app;
        let _counted = match &self.caller {
            Some(caller) => Some(count(app, caller, || Language::English)?),
            None => None,
        };
        let served = champion(app, &message)?;
        let answered = respond_to(app, &served, &Arc::new(message), &self.asker).await;
        served.ended(answered.is_ok());
        Ok(answered?.message)
    }
}
