//! `GET /prediccion`: the old system's contract. The caller needs no change: the body is `0` or `1`.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use propenso_scoring::{
    Language, Outcome, Raw, Row, Score, Scorer, Warning, WarningKind, WarningValue, Workspace,
};
use serde::Serialize;

use super::counterfactual::{self, Contrafactual};
use super::explanation::Explicacion;
use super::options::{Asked, Format, Options};
use super::outcome::{ClassLabel, Probabilities};
use super::problem::{FieldProblem, Problem};
use super::{App, MODEL_HEADER, with_workspace};
use crate::live::Served;
use crate::opinion::Opinion;

/// Answers one client.
///
/// # Errors
///
/// 422 with every parameter that cannot be used, in Spanish.
pub async fn answer(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let served = app.champion(Language::Spanish)?;
    let query = query.unwrap_or_default();
    let (score, asked) = score(&query, &headers, &served.scorer)?;
    app.offer_to_shadow(&served, query.len(), || {
        let query = query.clone();
        let rescore = move |scorer: &Scorer, workspace: &mut Workspace| {
            let (row, _) = read_query(&query, scorer);
            let score = scorer.score(&row, workspace).ok();
            vec![score.map(|score| Opinion::from(&score.outcome))]
        };
        (vec![Opinion::from(&score.outcome)], Box::new(rescore))
    });
    let name = (MODEL_HEADER, served.name.clone());
    if asked.counterfactual || asked.explain.is_some() {
        let explore = move || explore(&query, score, asked, &served);
        let answer = counterfactual::elsewhere(explore).await;
        return Ok(([name], answer).into_response());
    }
    Ok(match asked.format {
        Format::Text => ([name], plain(&served.scorer, &score.outcome)).into_response(),
        Format::Json => ([name], Json(Prediccion::new(&served, score))).into_response(),
    })
}

/// A client's score and what is asked of the answer, or everything that cannot be used.
fn score(query: &str, headers: &HeaderMap, scorer: &Scorer) -> Result<(Score, Asked), Problem> {
    let (row, options) = read_query(query, scorer);
    let asked = options.check(headers, scorer);
    let score = with_workspace(|workspace| scorer.score(&row, workspace));
    match (score, asked) {
        (Ok(score), Ok(asked)) => Ok((score, asked)),
        (score, asked) => {
            let fields = score.err().unwrap_or_default().into_iter();
            let mut problems: Vec<_> = fields
                .map(|error| FieldProblem::of_field(0, error, Language::Spanish))
                .collect();
            problems.extend(asked.err().unwrap_or_default());
            let total = problems.len();
            Err(Problem::fields(problems, total, Language::Spanish))
        }
    }
}

/// The answer with what takes longer: its reasons, and the smallest change that flips the class.
fn explore(query: &str, score: Score, asked: Asked, served: &Served) -> Response {
    let scorer = &served.scorer;
    let (row, _) = read_query(query, scorer);
    // Whether the model can be explained, and there is a class to flip, has been checked with the
    // options.
    let (explanation, found) = with_workspace(|workspace| {
        let mut explain = |most| scorer.explain(&row, &score, most, workspace).ok();
        let explanation = asked.explain.and_then(&mut explain);
        let mut search = || {
            scorer
                .counterfactual(&row, &score, workspace)
                .ok()
                .flatten()
        };
        (explanation, asked.counterfactual.then(&mut search))
    });
    let mut answer = Prediccion::new(served, score);
    answer.explicacion = explanation.map(Explicacion::from);
    answer.contrafactual = found.map(|found| Contrafactual::new(scorer, found));
    Json(answer).into_response()
}

/// A client's row from a query string, and the options in it. Percent-escapes that are no UTF-8 become
/// replacement characters, which no spelling accepts.
pub fn read_query<'q>(query: &'q str, scorer: &Scorer) -> (Row<'q>, Options) {
    let contract = scorer.contract();
    let mut row = Row::new(contract);
    let mut options = Options::default();
    let mut take = |name: Cow<'q, str>, value| {
        if let Some(value) = options.take(&name, value) {
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
    avisos: Vec<Aviso>,
    #[serde(flatten)]
    explicacion: Option<Explicacion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contrafactual: Option<Contrafactual<'s>>,
}

/// An outcome, in the users' language.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Resultado<'s> {
    /// By the contract's decision.
    Pagador {
        /// Its label.
        clasificacion: Cow<'s, str>,
        /// 1 for a payer, 0 for a non-payer.
        clase: u8,
        /// P(pays).
        probabilidad: Option<f64>,
    },
    /// By the model's own classes.
    Clase {
        /// The class as text.
        clasificacion: Cow<'s, str>,
        /// The class.
        clase: ClassLabel<'s>,
        /// Of each class.
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilidades: Option<Probabilities<'s>>,
    },
    /// A regressor's.
    Valor {
        /// The number.
        valor: f64,
    },
}

impl<'s> Resultado<'s> {
    /// An outcome, in the users' language.
    #[must_use]
    pub fn new(scorer: &'s Scorer, outcome: Outcome) -> Self {
        let clasificacion = scorer.label(&outcome);
        match outcome {
            Outcome::Payer { pays, probability } => Self::Pagador {
                clasificacion,
                clase: u8::from(pays),
                probabilidad: probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => Self::Clase {
                clasificacion,
                clase: ClassLabel::of(scorer, class),
                probabilidades: Probabilities::of(scorer, probabilities),
            },
            Outcome::Value(valor) => Self::Valor { valor },
        }
    }
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
    /// A score, in the users' language.
    #[must_use]
    pub fn new(served: &'s Served, score: Score) -> Self {
        let scorer = &served.scorer;
        Self {
            resultado: Resultado::new(scorer, score.outcome),
            modelo: scorer.model().short(),
            version: served.version,
            avisos: score.warnings.into_iter().map(Aviso::from).collect(),
            explicacion: None,
            contrafactual: None,
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
