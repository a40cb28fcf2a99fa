//! Traces: what became of a request, and how long each part of the work took, sent to a collector in the OpenTelemetry
//! protocol (OTLP, protobuf over HTTP).
//!
//! Spans wait in a bounded queue for the SDK's own thread, which sends them with the blocking [`collector`]. What finds no
//! room there, or no collector, is dropped: nobody who asks waits for it. No span holds what a client sent.
//!
//! - [`request_span`]: the span of a request, and those of the stages of its answer
//! - [`collector`]: the way to the collector

pub mod collector;
pub mod request_span;

use std::path::PathBuf;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};

use collector::{Collector, CollectorError};

/// How long spans wait for others to be sent with.
const DELAY: Duration = Duration::from_secs(1);

/// How long the last spans may take when the server stops.
const LAST: Duration = Duration::from_secs(5);

/// Where spans go.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceSettings {
    /// The collector's address: `http://collector:4318`.
    pub endpoint: String,
    /// What this server is called there.
    pub service: String,
    /// Share of the requests that are traced, 0 to 1; whoever asks with a trace of its own decides itself.
    pub ratio: f64,
    /// Certificates (PEM) of who vouches for the collector; without them, those of the system.
    pub authorities: Option<PathBuf>,
}

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The collector's address cannot be used.
    #[error(transparent)]
    Collector(#[from] CollectorError),
    /// The SDK's settings, which are read of the environment too, cannot be used.
    #[error("traces cannot be sent: {0}; look at the environment's OTEL_… variables")]
    Exporter(String),
}

/// The sending of traces.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// Begins to send spans on a thread of its own. The collector need not be there.
    ///
    /// # Errors
    ///
    /// [`TracesError`] when the settings cannot be used.
    pub fn start(settings: &TraceSettings) -> Result<Self, TracesError> {
        let collector = Collector::new(&settings.endpoint, settings.authorities.as_deref())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(collector.url())
            .with_timeout(collector::LIMIT)
            .with_http_client(collector)
            .build();
        let exporter = exporter.map_err(|error| TracesError::Exporter(error.to_string()))?;
        let batches = BatchConfigBuilder::default().with_scheduled_delay(DELAY);
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches.build())
            .build();
        let service = Resource::builder()
            .with_service_name(settings.service.clone())
            .build();
        let sampler = Sampler::TraceIdRatioBased(settings.ratio);
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_resource(service)
            .build();
        Ok(Self {
            tracer: provider.tracer("propenso"),
            provider,
        })
    }

    /// Sends what waits, but takes no longer than `patience`: a collector that hangs keeps nobody.
    pub fn end_within(&self, patience: Duration) {
        let ended = self.provider.shutdown_with_timeout(patience.min(LAST));
        if let Err(error) = ended {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}
