//! `ModelInfer`: clients as tensors, answers as tensors.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use propenso_lifecycle::shadow::Rescore;
use propenso_store::decision::DecisionId;
use prost::Message;

use super::super::batch::opinions;
use super::super::batched::Again;
use super::super::oip::infer::{Inferred, Work, infer};
use super::super::oip::{Chosen, number_of};
use super::super::predict::INLINE_BYTES;
use super::super::problem::Problem;
use super::super::{App, Asker, body, decided, named, page};
use super::call::{self, Call};
use super::generated::inference::{ModelInferRequest, ModelInferResponse};
use super::message::{Bound, Messages};
use super::{ROUTE, infer_request, infer_response, message_weight};
use crate::limits::lane::Wanted;
use crate::serving::Champion;

/// Answers all clients, or refuses the request with what cannot be used.
///
/// # Errors
///
/// 4xx for what cannot be understood or used, 503 when there is too much other work.
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    asker: Asker,
    request: Request,
) -> Result<Response, Problem> {
    let call = Call::of(request)?;
    let bound = Bound {
        bytes: app.limits.settings().max_body_bytes,
        weigh: message_weight::weigh,
    };
    let answered = async {
        // A large one keeps its place until it is answered.
        let received = body::read(call.body, &app.limits).await?;
        let messages = Messages::of(Body::from(received.bytes.clone()), call.compression, bound);
        let message: Arc<ModelInferRequest> = Arc::new(messages.only().await?);
        let served = champion(&app, &message)?;
        let responded = respond_to(&app, &served, &message, &asker).await;
        let response = responded.and_then(|answer| {
            let response = call::respond(&app, &answer.message, call.compression)?;
            Ok(decided(response, answer.first))
        });
        Ok(named(&served, response))
    };
    call.deadline.bound(answered).await
}

/// What answers a message to its end.
///
/// # Errors
///
/// 404 for another model, or a version that is not at work; 503 while none is.
pub(super) fn champion(app: &App, message: &ModelInferRequest) -> Result<Champion, Problem> {
    let (name, version) = (&message.model_name, &message.model_version);
    Chosen::new(name.clone(), version.clone()).champion(app)
}

/// An answered message.
pub(super) struct Responded {
    pub(super) message: ModelInferResponse,
    /// The first answer's name on record.
    pub(super) first: Option<DecisionId>,
}

/// Answers a message by one model, and keeps what was answered.
///
/// # Errors
///
/// As [`answer`].
pub(super) async fn respond_to(
    app: &App,
    served: &Champion,
    message: &Arc<ModelInferRequest>,
    asker: &Asker,
) -> Result<Responded, Problem> {
    let work = Work {
        max_walks: app.limits.settings().work.max_tree_walks,
        page: page(app, served, ROUTE, asker),
    };
    let length = message.encoded_len();
    let quick = match length <= INLINE_BYTES {
        true => Some(infer_request::read(message, &served.scorer)?),
        false => None,
    };
    let inferred = match quick.filter(|request| !request.is_explained()) {
        Some(request) => infer(served, &request, work, &Wanted::always())?,
        None => {
            let (served, message) = (served.clone(), Arc::clone(message));
            let work = move |wanted: &Wanted| {
                let request = infer_request::read(&message, &served.scorer)?;
                infer(&served, &request, work, wanted)
            };
            app.limits.batch.run(work).await.map_err(Problem::busy)??
        }
    };
    let Inferred { outputs, batched } = inferred;
    let again = Again {
        bytes: length,
        rescore: || rescore(Arc::clone(message)),
    };
    let first = batched.keep(app, served, again).await?;
    let titles = infer_response::Titles {
        version: number_of(served),
        id: message.id.clone(),
        decision: first.map(|first| first.to_string()),
        is_raw: !message.raw_input_contents.is_empty(),
    };
    let outputs = outputs.into_iter().map(|(_, tensor)| tensor);
    Ok(Responded {
        message: infer_response::write(titles, outputs),
        first,
    })
}

/// Prepares to score an answered message with another scorer.
fn rescore(message: Arc<ModelInferRequest>) -> Rescore {
    Box::new(
        move |scorer, workspace| match infer_request::read(&message, scorer) {
            Ok(request) => opinions(&request.table, scorer, workspace),
            Err(_) => Vec::new(),
        },
    )
}
