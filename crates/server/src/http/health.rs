//! Whether the process lives, whether it can answer, and who it is.

use std::sync::Arc;

use axum::extract::State;
use propenso_scoring::Language;

use super::App;
use super::problem::Problem;

/// `GET /health/live`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// What is answered while a former champion does the champion's work. Everybody may read it, so it names no version.
///
/// Monitors look for words: `ok` must not be in it.
pub const DEGRADED: &str =
    "degraded: a former champion answers, because the champion cannot be read; see the log";

/// What is answered while decisions cannot be kept, as the last try has shown.
pub const NOT_RECORDING: &str =
    "degraded: what is answered cannot be written into the record of decisions; see the log";

/// `GET /health/ready`: a model answers; `ok`, or [`DEGRADED`] where it is not the one that should, or [`NOT_RECORDING`].
///
/// # Errors
///
/// 503 while there is no champion.
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let live = app.serving.live();
    live.champion()
        .ok_or_else(|| Problem::no_champion(Language::English))?;
    let record = app.record.as_ref();
    let is_failing = record.is_some_and(|record| record.writer().trouble().is_some());
    Ok(match live.fallback() {
        Some(_) => DEGRADED,
        None if is_failing => NOT_RECORDING,
        None => "ok",
    })
}

/// `GET /prueba`: the old system's smoke test, kept for whoever polls it.
pub async fn prueba() -> String {
    format!(
        "Funcionando: {}, servidor de predicción de pago",
        crate::PROGRAM
    )
}
