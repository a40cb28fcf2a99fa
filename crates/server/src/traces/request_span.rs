//! The span of a request, and those of the stages of its answer.
//!
//! A request's span is that of the task that answers it, so that whoever answers finds it without being handed it. It goes
//! on where the caller's trace is, which the header `traceparent` names ([W3C](https://www.w3.org/TR/trace-context/)).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;
use propenso_scoring::{Stage, Stages};

use super::Traces;
use crate::request_id::RequestId;

/// The header that names a trace and a span of it.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Clients of a request whose stages have spans: a request may have thousands.
const MOST_CLIENTS: i64 = 8;

/// Methods that are named. Others, which anybody can invent, are not.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

tokio::task_local! {
    static CURRENT: RequestSpan;
}

/// The span of a request. It ends when it is answered, or with the last copy of it.
#[derive(Debug, Clone)]
pub struct RequestSpan(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tracer: SdkTracer,
    context: Context,
    /// Clients whose stages have had spans.
    clients: AtomicI64,
}

/// The spans of the stages of one client's answer.
#[derive(Debug)]
pub struct StageSpans<'r> {
    request: &'r Inner,
    client: i64,
    last: SystemTime,
}

impl RequestSpan {
    /// Begins the span of a request to a route, below the caller's where it names one.
    #[must_use]
    pub fn begin(traces: &Traces, method: &str, route: Option<&str>, headers: &HeaderMap) -> Self {
        let propagator = TraceContextPropagator::new();
        let parent = propagator.extract_with_context(&Context::new(), &HeaderExtractor(headers));
        let method = METHODS.iter().find(|known| **known == method);
        let name = match (method, route) {
            (Some(method), Some(route)) => format!("{method} {route}"),
            (Some(method), None) => (*method).to_owned(),
            (None, _) => "HTTP".to_owned(),
        };
        let mut attributes = vec![KeyValue::new(
            "http.request.method",
            *method.unwrap_or(&"_OTHER"),
        )];
        attributes.extend(route.map(|route| KeyValue::new("http.route", route.to_owned())));
        let tracer = traces.tracer.clone();
        let span = tracer
            .span_builder(name)
            .with_kind(SpanKind::Server)
            .with_attributes(attributes)
            .start_with_context(&tracer, &parent);
        Self(Arc::new(Inner {
            tracer,
            context: parent.with_span(span),
            clients: AtomicI64::new(0),
        }))
    }

    /// Gives the span of the request that this task answers; `None` where it is not traced.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Does a request's work with this as its span.
    pub async fn around<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// Names the model that was chosen for the request.
    pub fn chose(&self, model: &str) {
        let span = self.0.context.span();
        if span.is_recording() {
            span.set_attribute(KeyValue::new("propenso.model", model.to_owned()));
        }
    }

    /// Ends the span with the answer's status, and the request's id.
    pub fn answered(&self, status: u16, id: &RequestId) {
        let span = self.0.context.span();
        span.set_attribute(KeyValue::new(
            "http.response.status_code",
            i64::from(status),
        ));
        span.set_attribute(KeyValue::new("propenso.request_id", id.to_string()));
        if status >= 500 {
            span.set_attribute(KeyValue::new("error.type", status.to_string()));
            span.set_status(Status::error(""));
        }
        span.end();
    }

    /// Names the trace and this span of it, for whoever asked.
    #[must_use]
    pub fn traceparent(&self) -> Option<HeaderValue> {
        let span = self.0.context.span();
        let context = span.span_context();
        let header = format!(
            "00-{}-{}-{:02x}",
            context.trace_id(),
            context.span_id(),
            context.trace_flags()
        );
        HeaderValue::try_from(header).ok()
    }

    /// The trace's id, for the log.
    #[must_use]
    pub fn trace_id(&self) -> String {
        let span = self.0.context.span();
        span.span_context().trace_id().to_string()
    }

    /// Begins to make spans of the stages of one client's answer, of the first clients of a request that is recorded.
    #[must_use]
    pub fn stages(&self) -> Option<StageSpans<'_>> {
        if !self.0.context.span().is_recording() {
            return None;
        }
        let client = self.0.clients.fetch_add(1, Ordering::Relaxed);
        (client < MOST_CLIENTS).then(|| StageSpans {
            request: &self.0,
            client,
            last: SystemTime::now(),
        })
    }
}

impl StageSpans<'_> {
    /// Makes a span of what has passed since the last one.
    fn span(&mut self, stage: Stage, of: KeyValue) {
        let now = SystemTime::now();
        let Inner {
            tracer, context, ..
        } = self.request;
        let mut span = tracer
            .span_builder(stage.as_str())
            .with_start_time(self.last)
            .with_attributes([of])
            .start_with_context(tracer, context);
        span.end_with_timestamp(now);
        self.last = now;
    }
}

impl Stages for StageSpans<'_> {
    fn ended(&mut self, stage: Stage) {
        self.span(stage, KeyValue::new("propenso.client", self.client));
    }

    fn ended_together(&mut self, stage: Stage, n_clients: usize) {
        let n_clients = i64::try_from(n_clients).unwrap_or(i64::MAX);
        self.span(stage, KeyValue::new("propenso.clients", n_clients));
    }
}
