//! Errors of a service go to Windows's event log too, which administrators look into first.

use std::fmt::{self, Write};

use propenso_windows::event_log::{self, Severity};
use propenso_windows::running;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// The name of the source that `propenso service install` declares.
const SOURCE: &str = "propenso";

/// Reports what is logged as an error or a warning, of a process that is a service.
#[derive(Debug)]
pub(super) struct EventLog;

impl<S: Subscriber> Layer<S> for EventLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let severity = match *event.metadata().level() {
            Level::ERROR => Severity::Error,
            Level::WARN => Severity::Warning,
            _ => return,
        };
        if running::is_service() {
            let mut text = Text::default();
            event.record(&mut text);
            // Who cannot be told of it cannot be told that.
            let _ = event_log::report(SOURCE, severity, &(text.message + &text.fields));
        }
    }
}

/// What an event says, and its fields behind that.
#[derive(Debug, Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a text does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
