//! Counterfactuals on the wire, and the threads they are searched on.

use std::sync::{Arc, LazyLock};

use propenso_scoring::{Change, Counterfactual, Language, Scorer, WarningValue};
use serde::{Serialize, Serializer};
use tokio::sync::Semaphore;

use super::prediccion::Resultado;
use super::prediction::PredictionAnswer;

/// Most instances of one request whose counterfactuals are searched: at a tenth of a second each, ten
/// seconds of a thread.
pub const MAX_INSTANCES: usize = 100;

/// The smallest change that flips a client's class, in the users' language.
#[derive(Debug, Serialize)]
pub struct Contrafactual<'s> {
    /// `None` where no change was found.
    cambios: Option<Vec<Cambio>>,
    #[serde(flatten)]
    resultado: Option<Resultado<'s>>,
    texto: String,
}

/// One input with another value, in the users' language.
#[derive(Debug, Serialize)]
struct Cambio {
    dato: Arc<str>,
    valor: Option<WarningValue>,
    #[serde(serialize_with = "as_sent")]
    propuesto: Option<WarningValue>,
    texto: String,
}

/// The smallest change that flips a client's class, in its wire form.
#[derive(Debug, Serialize)]
pub struct CounterfactualAnswer<'s> {
    /// `None` where no change was found.
    changes: Option<Vec<ChangeAnswer>>,
    #[serde(flatten)]
    answer: Option<PredictionAnswer<'s>>,
    text: String,
}

/// One input with another value, in its wire form.
#[derive(Debug, Serialize)]
struct ChangeAnswer {
    input: Arc<str>,
    value: Option<WarningValue>,
    #[serde(serialize_with = "as_sent")]
    proposed: Option<WarningValue>,
    text: String,
}

impl<'s> Contrafactual<'s> {
    /// What was found, in the users' language.
    #[must_use]
    pub fn new(scorer: &'s Scorer, found: Option<Counterfactual>) -> Self {
        let Some(found) = found else {
            return Self {
                cambios: None,
                resultado: None,
                texto: Counterfactual::none_message(Language::Spanish).to_owned(),
            };
        };
        Self {
            texto: found.message(scorer, Language::Spanish),
            cambios: Some(found.changes.into_iter().map(Cambio::from).collect()),
            resultado: Some(Resultado::new(scorer, found.outcome)),
        }
    }
}

impl From<Change> for Cambio {
    fn from(change: Change) -> Self {
        Self {
            texto: change.message(Language::Spanish),
            dato: change.input,
            valor: change.value,
            propuesto: change.proposed,
        }
    }
}

impl<'s> CounterfactualAnswer<'s> {
    /// What was found, in its wire form.
    #[must_use]
    pub fn new(scorer: &'s Scorer, found: Option<Counterfactual>) -> Self {
        let Some(found) = found else {
            return Self {
                changes: None,
                answer: None,
                text: Counterfactual::none_message(Language::English).to_owned(),
            };
        };
        Self {
            text: found.message(scorer, Language::English),
            changes: Some(found.changes.into_iter().map(ChangeAnswer::from).collect()),
            answer: Some(PredictionAnswer::new(scorer, found.outcome)),
        }
    }
}

impl From<Change> for ChangeAnswer {
    fn from(change: Change) -> Self {
        Self {
            text: change.message(Language::English),
            input: change.input,
            value: change.value,
            proposed: change.proposed,
        }
    }
}

/// Whole numbers without `.0`, which not every contract reads back as one.
fn as_sent<S: Serializer>(proposed: &Option<WarningValue>, to: S) -> Result<S::Ok, S::Error> {
    /// Up to here a double holds every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match proposed {
        Some(WarningValue::Number(number)) if number.fract() == 0.0 && number.abs() <= EXACT => {
            to.serialize_i64(*number as i64)
        }
        other => other.serialize(to),
    }
}

/// Runs a search off the threads that serve connections, and no more of them at a time than half the
/// processor's threads: the others wait for their turn, and plain answers do not wait for either.
///
/// # Panics
///
/// When the search does; the layer around every handler catches, logs and answers that.
pub async fn elsewhere<T: Send + 'static>(search: impl FnOnce() -> T + Send + 'static) -> T {
    static TURNS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Semaphore::new((threads / 2).max(1)))
    });
    // Nobody closes it. The turn ends with the search, even when the client has gone before.
    let turn = Arc::clone(&TURNS).acquire_owned().await.ok();
    let searching = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        search()
    });
    match searching.await {
        Ok(found) => found,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
