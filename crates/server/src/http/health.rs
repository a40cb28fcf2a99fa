//! Whether the process lives, whether it can answer, and who it is.

/// `GET /health/live`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// `GET /health/ready`: a scorer is loaded. The server does not listen before it is.
pub async fn ready() -> &'static str {
    "ok"
}

/// `GET /prueba`: the old system's smoke test, kept for whoever polls it.
pub async fn prueba() -> String {
    format!(
        "Funcionando: {}, servidor de predicción de pago",
        crate::PROGRAM
    )
}
