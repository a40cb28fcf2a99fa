//! Where `serve` sends what became of requests.

use clap::Args;

/// Where `serve` sends traces.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Traces")]
pub struct TracesArgs {
    /// An OpenTelemetry collector that spans are sent to (OTLP over HTTP): http://collector:4318
    #[arg(
        long,
        value_name = "URL",
        env = "OTEL_EXPORTER_OTLP_ENDPOINT",
        hide_env_values = true
    )]
    pub traces_endpoint: Option<String>,

    /// What this server is called there [default: propenso]
    #[arg(
        long,
        value_name = "NAME",
        env = "OTEL_SERVICE_NAME",
        hide_env_values = true
    )]
    pub traces_service: Option<String>,

    /// Share of the requests that are traced, 0 to 1; callers with a trace of their own decide themselves [default: 1]
    #[arg(
        long,
        value_name = "SHARE",
        env = "PROPENSO_TRACES_RATIO",
        hide_env_values = true
    )]
    pub traces_ratio: Option<f64>,
}
