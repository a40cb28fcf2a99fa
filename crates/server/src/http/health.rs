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

/// `GET /health/ready`: a model answers.
///
/// # Errors
///
/// 503 while there is no champion.
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    app.champion(Language::English).map(|_| "ok")
}

/// `GET /prueba`: the old system's smoke test, kept for whoever polls it.
pub async fn prueba() -> String {
    format!(
        "Funcionando: {}, servidor de predicción de pago",
        crate::PROGRAM
    )
}
