//! `POST /v2/models/{model}[/versions/{version}]/infer`: clients as tensors, answers as tensors.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{Asked, Contract, Raw};

use super::super::batch::{Batch, Client, Clients, opinions};
use super::super::batched::{Again, Batched, Written as Encoded};
use super::super::predict::INLINE_BYTES;
use super::super::problem::Problem;
use super::super::{App, Asker, body, named, page};
use super::infer_answer::{Titles, Written, write};
use super::infer_request::{AskedOutput, InferRequest, wrong};
use super::{Chosen, number_of};
use crate::limits::lane::Wanted;
use crate::open_inference::output::OutputTensor;
use crate::open_inference::table::Table;
use crate::record::page::Page;
use crate::serving::Champion;

/// The route, as the record names it.
const ROUTE: &str = "/v2";

/// How many bytes of a body are JSON, where others follow.
const JSON_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Answers all clients, or refuses the request with every field that cannot be used.
///
/// # Errors
///
/// 400 for what cannot be understood or used, 404 for another model, 413 for a body that is too long, 503 when there is too
/// much other work.
pub async fn answer(
    State(app): State<Arc<App>>,
    chosen: Chosen,
    asker: Asker,
    headers: HeaderMap,
    request: Body,
) -> Result<Response, Problem> {
    let served = chosen.champion(&app)?;
    let asking = Asking {
        head: head_length(&headers).map_err(Problem::into_bad_request)?,
        max_walks: app.limits.settings().work.max_tree_walks,
        page: page(&app, &served, ROUTE, &asker),
    };
    let answered = respond_to(&app, &served, request, asking).await;
    Ok(named(&served, answered.map_err(Problem::into_bad_request)))
}

/// What is known of a request before its body is read.
struct Asking {
    /// Bytes of JSON, where that is said.
    head: Option<usize>,
    max_walks: usize,
    page: Option<Page>,
}

impl Asking {
    fn work(self) -> Work {
        Work {
            max_walks: self.max_walks,
            page: self.page,
        }
    }
}

fn head_length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let Some(said) = headers.get(JSON_LENGTH) else {
        return Ok(None);
    };
    let length = said.to_str().ok().and_then(|said| said.parse().ok());
    match length {
        // Triton's raw request: it is for models of one input.
        Some(0) => Err(wrong(
            "a request without JSON is not taken here; send the inputs' names, shapes and datatypes as JSON before their bytes",
        )),
        Some(length) => Ok(Some(length)),
        None => Err(wrong(
            "`Inference-Header-Content-Length` is no number of bytes",
        )),
    }
}

/// Answers a body by one model.
async fn respond_to(
    app: &App,
    served: &Champion,
    request: Body,
    asking: Asking,
) -> Result<Response, Problem> {
    // A large one keeps its place until it is answered.
    let received = body::read(request, &app.limits).await?;
    let bytes = &received.bytes;
    let head = asking.head;
    let quick = match bytes.len() <= INLINE_BYTES {
        true => Some(InferRequest::read(bytes, head, &served.scorer)?),
        false => None,
    };
    let responded = match quick.filter(|request| !request.is_explained()) {
        Some(request) => respond(served, &request, asking.work(), &Wanted::always())?,
        None => {
            let (served, bytes) = (served.clone(), bytes.clone());
            let work = move |wanted: &Wanted| {
                let request = InferRequest::read(&bytes, head, &served.scorer)?;
                respond(&served, &request, asking.work(), wanted)
            };
            app.limits.batch.run(work).await.map_err(Problem::busy)??
        }
    };
    let Responded { written, batched } = responded;
    let again = Again {
        bytes: bytes.len(),
        rescore: || rescore(bytes.clone(), head),
    };
    let json = written.json;
    let answer = Encoded {
        bytes: written.bytes,
        media_type: if json.is_some() { BINARY } else { JSON },
    };
    let mut response = batched.end(app, served, answer, again).await?;
    if let Some(json) = json {
        let headers = response.headers_mut();
        headers.insert(JSON_LENGTH, HeaderValue::from(json));
    }
    Ok(response)
}

/// An answered body.
struct Responded {
    written: Written,
    batched: Batched,
}

/// Answers what was read of a body, and writes it.
fn respond(
    served: &Champion,
    request: &InferRequest<'_>,
    work: Work,
    wanted: &Wanted,
) -> Result<Responded, Problem> {
    let Inferred { outputs, batched } = infer(served, request, work, wanted)?;
    let titles = Titles {
        version: number_of(served),
        id: request.id.as_deref(),
        decision: batched.first.map(|first| first.to_string()),
    };
    let written = write(titles, &outputs)?;
    Ok(Responded { written, batched })
}

/// What a request may take, and where it is kept.
pub(in crate::http) struct Work {
    pub(in crate::http) max_walks: usize,
    pub(in crate::http) page: Option<Page>,
}

/// What was answered, however it came and goes.
pub(in crate::http) struct Inferred {
    pub(in crate::http) outputs: Vec<(AskedOutput, OutputTensor)>,
    pub(in crate::http) batched: Batched,
}

/// Answers all clients of a request.
///
/// # Errors
///
/// As [`Batch`].
pub(in crate::http) fn infer(
    served: &Champion,
    request: &InferRequest<'_>,
    work: Work,
    wanted: &Wanted,
) -> Result<Inferred, Problem> {
    let scorer = &served.scorer;
    let asked = match request.is_explained() {
        true => Asked {
            reasons: Some(usize::MAX),
            counterfactual: false,
        },
        false => Asked::default(),
    };
    let batch = Batch {
        served,
        asked,
        wanted,
    };
    let n_clients = request.table.n_clients();
    batch.check(n_clients, work.max_walks)?;
    let empty = |output: &AskedOutput| {
        let tensor = OutputTensor::empty(output.name, scorer, n_clients);
        (*output, tensor)
    };
    let mut outputs: Vec<_> = request.outputs.iter().map(empty).collect();
    let batched = batch.answer(&request.table, work.page, |answered, decision| {
        for (_, tensor) in &mut outputs {
            tensor.push(&answered, decision, scorer);
        }
    })?;
    let outputs = outputs.into_iter().map(|(asked, tensor)| {
        let tensor = match asked.classes {
            Some(classes) => tensor.classified(classes, scorer),
            None => tensor,
        };
        (asked, tensor)
    });
    Ok(Inferred {
        outputs: outputs.collect(),
        batched,
    })
}

impl Clients for Table<'_> {
    fn count(&self) -> usize {
        self.n_clients()
    }

    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>> {
        Some(Client {
            row: self.row(place, contract),
            reference: self.reference(place).and_then(Raw::into_text),
        })
    }
}

/// Prepares to score an answered body with another scorer.
fn rescore(bytes: Bytes, head: Option<usize>) -> Rescore {
    Box::new(
        move |scorer, workspace| match InferRequest::read(&bytes, head, scorer) {
            Ok(request) => opinions(&request.table, scorer, workspace),
            Err(_) => Vec::new(),
        },
    )
}
