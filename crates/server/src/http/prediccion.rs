//! `GET /prediccion`: the old system's contract. The caller needs no change: the body is `0` or `1`.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::RouteKind;
use propenso_lifecycle::opinion::Opinion;
use propenso_lifecycle::served::Served;
use propenso_lifecycle::shadow::Rescore;
use propenso_scoring::{
    Answered, Asked, FieldError, Language, Outcome, Raw, Row, Score, Scorer, Warning, WarningKind,
    WarningValue,
};
use propenso_store::decision::DecisionId;
use serde::Serialize;

use super::counterfactual::Contrafactual;
use super::explanation::Explicacion;
use super::options::{Format, Options};
use super::outcome::Resultado;
use super::problem::{FieldProblem, Problem};
use super::{App, Asker, decided, keep_one, named};
use crate::record::line::Line;
use crate::serving::{Champion, Unanswered};

/// Headers of most answers besides the decision's name: the type, the length, the model, the request's name, and what `safety` adds to all.
const HEADERS: usize = 6;

/// The media type of the plain form.
const TEXT: &str = "text/plain; charset=utf-8";

/// The route, as the record names it.
const ROUTE: &str = "/prediccion";

/// Answers one client.
///
/// # Errors
///
/// 503 while no model is in service; 422 with every parameter that cannot be used, in Spanish.
pub async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let served = app.champion_by(RouteKind::Prediccion, Language::Spanish)?;
    let query = query.unwrap_or_default();
    let answer = respond(&app, &served, query, headers, &asker).await;
    Ok(named(&served, answer))
}

/// Answers a query by one model.
async fn respond(
    app: &App,
    served: &Champion,
    query: String,
    headers: HeaderMap,
    asker: &Asker,
) -> Result<Response, Problem> {
    let (row, options) = read_query(&query, &served.scorer);
    let (asked, format) = match options.check(&headers, &served.scorer) {
        Ok(asked) => asked,
        Err(problems) => {
            // All is told at once: what is wrong with the inputs too.
            let score = app.serving.answer(served, &row, Asked::default()).await;
            return Err(match score {
                Ok(_) => refused(Vec::new(), problems),
                Err(unanswered) => refusal(unanswered, problems),
            });
        }
    };
    let answered = app.serving.answer(served, &row, asked).await;
    let answered = answered.map_err(|unanswered| refusal(unanswered, Vec::new()))?;
    let line = Line {
        row: &row,
        asked,
        answered: &answered,
        client: options.client(),
    };
    let request = asker.request(ROUTE);
    let decision = keep_one(app, served, request, &line, Language::Spanish).await?;
    let opinion = Opinion::from(&answered.score.outcome);
    let job = || (vec![opinion], rescore(query.clone()));
    app.serving.offer_to_shadow(served, query.len(), job);
    let response = match format {
        Format::Text => {
            let n_headers = HEADERS + usize::from(decision.is_some());
            text(plain(&served.scorer, &answered.score.outcome), n_headers)
        }
        Format::Json => {
            let prediccion = Prediccion::new(served, answered);
            Json(prediccion.decided(decision)).into_response()
        }
    };
    Ok(decided(response, decision))
}

/// An answer of the plain form, with room for the headers that it is given on its way: a map that grows for the last of them is
/// made twice.
fn text(plain: Cow<'static, str>, n_headers: usize) -> Response {
    let mut headers = HeaderMap::with_capacity(n_headers);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(TEXT));
    let mut response = Response::new(Body::from(plain));
    *response.headers_mut() = headers;
    response
}

/// Prepares to score an answered query with another scorer.
pub fn rescore(query: String) -> Rescore {
    Box::new(move |scorer, workspace| {
        let (row, _) = read_query(&query, scorer);
        let score = scorer.score(&row, workspace).ok();
        vec![score.map(|score| Opinion::from(&score.outcome))]
    })
}

fn refusal(unanswered: Unanswered, options: Vec<FieldProblem>) -> Problem {
    match unanswered {
        Unanswered::Fields(errors) => refused(errors, options),
        Unanswered::Busy(busy) => Problem::busy_in(busy, Language::Spanish),
    }
}

/// All that is wrong with a request: its inputs, then its options.
fn refused(errors: Vec<FieldError>, options: Vec<FieldProblem>) -> Problem {
    let fields = errors.into_iter();
    let mut problems: Vec<_> = fields
        .map(|error| FieldProblem::of_field(0, error, Language::Spanish))
        .collect();
    problems.extend(options);
    let total = problems.len();
    Problem::fields(problems, total, Language::Spanish)
}

/// A client's row from a query string, and the options in it. Percent-escapes that are no UTF-8 become
/// replacement characters, which no spelling accepts.
pub fn read_query<'q>(query: &'q str, scorer: &Scorer) -> (Row<'q>, Options) {
    let contract = scorer.contract();
    let mut row = Row::new(contract);
    let mut options = Options::default();
    let mut take = |name: Cow<'q, str>, value| {
        if let Some(value) = options.take(&name, value, contract) {
            row.set(contract, &name, Raw::Text(value));
        }
    };
    if query.contains(['%', '+']) {
        form_urlencoded::parse(query.as_bytes()).for_each(|(name, value)| take(name, value));
    } else {
        // As the parser would, less what finds escapes: this is how most clients ask.
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            take(name.into(), value.into());
        }
    }
    (row, options)
}

/// The plain form of an answer: `1` for a payer and `0` for a non-payer; without a contract's
/// decision the model's own label, or its number.
#[must_use]
pub fn plain(scorer: &Scorer, outcome: &Outcome) -> Cow<'static, str> {
    match outcome {
        Outcome::Payer { pays: true, .. } => Cow::Borrowed("1"),
        Outcome::Payer { pays: false, .. } => Cow::Borrowed("0"),
        Outcome::Class { .. } | Outcome::Value(_) => Cow::Owned(scorer.label(outcome).into_owned()),
    }
}

/// The JSON form of an answer, in the users' language.
#[derive(Debug, Serialize)]
pub struct Prediccion<'s> {
    #[serde(flatten)]
    resultado: Resultado<'s>,
    modelo: String,
    /// Its number in the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    /// Its name on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    avisos: Vec<Aviso>,
    #[serde(flatten)]
    explicacion: Option<Explicacion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contrafactual: Option<Contrafactual<'s>>,
}

/// A warning, in the users' language.
#[derive(Debug, Serialize)]
struct Aviso {
    dato: String,
    tipo: &'static str,
    valor: Option<WarningValue>,
    usado: Option<WarningValue>,
    mensaje: String,
}

impl<'s> Prediccion<'s> {
    /// Puts what was answered into the users' language.
    #[must_use]
    pub fn new(served: &'s Served, answered: Answered) -> Self {
        let scorer = &served.scorer;
        let Score { outcome, warnings } = answered.score;
        Self {
            resultado: Resultado::new(scorer, outcome),
            modelo: scorer.model().short(),
            version: served.version,
            decision: None,
            avisos: warnings.into_iter().map(Aviso::from).collect(),
            explicacion: answered.explanation.map(Explicacion::from),
            contrafactual: Contrafactual::new(scorer, answered.counterfactual),
        }
    }

    /// Says under which name it is on record.
    #[must_use]
    pub fn decided(self, decision: Option<DecisionId>) -> Self {
        Self {
            decision: decision.map(|decision| decision.to_string()),
            ..self
        }
    }
}

impl From<Warning> for Aviso {
    fn from(warning: Warning) -> Self {
        let tipo = match warning.kind {
            WarningKind::Imputed => "imputado",
            WarningKind::Clipped => "recortado",
            WarningKind::Ambiguous => "ambiguo",
            WarningKind::Unseen => "no_visto",
            WarningKind::Guessed => "interpretado",
            WarningKind::UnknownInput => "dato_desconocido",
        };
        Self {
            mensaje: warning.message(Language::Spanish),
            dato: warning.input.to_string(),
            tipo,
            valor: warning.value,
            usado: warning.used,
        }
    }
}
