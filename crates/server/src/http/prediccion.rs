//! `GET /prediccion`: the old system's contract. The caller needs no change: the body is `0` or `1`.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use propenso_scoring::{
    Language, Outcome, Raw, Row, Score, Scorer, Warning, WarningKind, WarningValue,
};
use serde::Serialize;

use super::outcome::{ClassLabel, Probabilities};
use super::problem::{FieldProblem, Problem};
use super::{App, with_workspace};

/// The parameter that chooses the form of the answer; it is not an input.
const FORMAT: &str = "formato";

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
    let query = query.unwrap_or_default();
    let (row, format) = read_query(&query, &app.scorer);
    let form = match &format {
        Some(name) => Format::parse(name),
        None => Some(Format::of_header(&headers)),
    };
    let score = with_workspace(|workspace| app.scorer.score(&row, workspace));
    match (score, form) {
        (Ok(score), Some(form)) => Ok(form.render(&app.scorer, score)),
        (score, form) => {
            let fields = score.err().unwrap_or_default().into_iter();
            let mut problems: Vec<_> = fields
                .map(|error| FieldProblem::of_field(0, error, Language::Spanish))
                .collect();
            if form.is_none() {
                problems.push(unknown_format(&format.unwrap_or_default()));
            }
            let total = problems.len();
            Err(Problem::fields(problems, total, Language::Spanish))
        }
    }
}

fn unknown_format(name: &str) -> FieldProblem {
    FieldProblem {
        row: 0,
        input: Some(FORMAT.to_owned()),
        parameter: Some(FORMAT.to_owned()),
        value: Some(name.chars().take(64).collect()),
        reason: "no es ninguno de los valores admitidos".to_owned(),
        accepted: "json, texto".to_owned(),
    }
}

/// A client's row from a query string, and the format it asks for. Percent-escapes that are no
/// UTF-8 become replacement characters, which no spelling accepts.
pub fn read_query<'q>(query: &'q str, scorer: &Scorer) -> (Row<'q>, Option<String>) {
    let contract = scorer.contract();
    let mut row = Row::new(contract);
    let mut format = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == FORMAT {
            format.get_or_insert_with(|| value.into_owned());
        } else {
            row.set(contract, &name, Raw::Text(value));
        }
    }
    (row, format)
}

/// Form of the answer.
#[derive(Debug, Clone, Copy)]
enum Format {
    Text,
    Json,
}

impl Format {
    fn of_header(headers: &HeaderMap) -> Self {
        let accepts_json = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.contains("application/json"));
        if accepts_json { Self::Json } else { Self::Text }
    }

    fn parse(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "texto" => Some(Self::Text),
            _ => None,
        }
    }

    fn render(self, scorer: &Scorer, score: Score) -> Response {
        match self {
            Self::Text => plain(scorer, &score.outcome).into_response(),
            Self::Json => Json(Prediccion::new(scorer, score)).into_response(),
        }
    }
}

/// The plain form of an answer: `1` for a payer and `0` for a non-payer; without a contract's
/// decision the model's own label, or its number.
#[must_use]
pub fn plain(scorer: &Scorer, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Payer { pays: true, .. } => "1".to_owned(),
        Outcome::Payer { pays: false, .. } => "0".to_owned(),
        Outcome::Class { .. } | Outcome::Value(_) => scorer.label(outcome).into_owned(),
    }
}

/// The JSON form of an answer, in the users' language.
#[derive(Debug, Serialize)]
pub struct Prediccion<'s> {
    #[serde(flatten)]
    resultado: Resultado<'s>,
    modelo: String,
    avisos: Vec<Aviso>,
}

/// An outcome, in the users' language.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Resultado<'s> {
    Pagador {
        clasificacion: Cow<'s, str>,
        clase: u8,
        probabilidad: Option<f64>,
    },
    Clase {
        clasificacion: Cow<'s, str>,
        clase: ClassLabel<'s>,
        #[serde(skip_serializing_if = "Option::is_none")]
        probabilidades: Option<Probabilities<'s>>,
    },
    Valor {
        valor: f64,
    },
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
    pub fn new(scorer: &'s Scorer, score: Score) -> Self {
        let clasificacion = scorer.label(&score.outcome);
        let resultado = match score.outcome {
            Outcome::Payer { pays, probability } => Resultado::Pagador {
                clasificacion,
                clase: u8::from(pays),
                probabilidad: probability,
            },
            Outcome::Class {
                class,
                probabilities,
            } => Resultado::Clase {
                clasificacion,
                clase: ClassLabel::of(scorer, class),
                probabilidades: Probabilities::of(scorer, probabilities),
            },
            Outcome::Value(valor) => Resultado::Valor { valor },
        };
        Self {
            resultado,
            modelo: scorer.model().short(),
            avisos: score.warnings.into_iter().map(Aviso::from).collect(),
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
            _ => "otro",
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
