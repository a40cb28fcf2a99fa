//! `propenso serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use tokio::net::TcpListener;

use super::CommandError;
use crate::cli::ServeArgs;
use crate::http::{self, App};
use crate::settings::Settings;
use crate::{PROGRAM, listen, load, logging, shutdown};

/// Loads the model, then listens until the process is asked to stop.
///
/// # Errors
///
/// [`CommandError`] when it cannot start.
pub fn run(args: ServeArgs) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let settings = Settings::resolve(args)?;
    logging::start(&settings.log).map_err(CommandError::Log)?;
    let load = if settings.strict {
        load::strict_scorer
    } else {
        load::scorer
    };
    let scorer = load(&settings.model, settings.contract.as_deref())?;
    tracing::info!(
        model = %settings.model.display(),
        hash = %scorer.model().short(),
        class = scorer.predictor().signature().class,
        engine = scorer.predictor().engine_name(),
        contract = scorer.contract().name(),
        millis = start.elapsed().as_millis(),
        "{PROGRAM}: model loaded"
    );
    let app = Arc::new(App {
        scorer,
        settings: settings.http,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let cannot_listen = |error| CommandError::Listen {
            address: settings.listen.clone(),
            error,
        };
        let listener = TcpListener::bind(&settings.listen)
            .await
            .map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        tracing::info!(%address, "listening; try http://{address}/prueba");
        listen::serve(
            listener,
            http::router(app),
            shutdown::signal(),
            settings.http.shutdown,
        )
        .await;
        Ok(ExitCode::SUCCESS)
    })
}
