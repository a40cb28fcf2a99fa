//! `/seguimiento`: what is seen of the model at work, day by day, from the registry's counts.
//!
//! - `period`: which days and version are asked for, and what was counted in them
//! - `charts`: figures to look at; `inputs`: warnings and rejections by reason; `drift`: which inputs have changed
//! - [`export`]: the counts as CSV

mod charts;
mod drift;
pub mod export;
mod inputs;
mod period;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::chart::Chart;
use super::figure;
use super::form::Form;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::MonitoringWords;
use crate::blocking::blocking;
use crate::http::App;
use crate::http::problem::Problem;
use drift::{DriftState, Drifts};
use inputs::InputTable;
use period::{Asked, DAYS, Period, told};

#[derive(Template)]
#[template(path = "monitoring.html")]
struct MonitoringPage {
    frame: Frame,
    words: MonitoringWords,
    /// Whether there is a registry, which counts are kept in.
    is_counted: bool,
    asked: Asked,
    /// The lengths that may be asked for.
    days: [u16; 3],
    /// Versions that may be asked for.
    versions: Vec<u32>,
    seen: Option<Seen>,
    drifts: Option<Drifts>,
    shadow: Option<Shadow>,
}

/// What was seen, where anything was.
struct Seen {
    requests: String,
    refused: String,
    clients: String,
    not_scored: String,
    volumes: Vec<Chart>,
    latency: Option<Chart>,
    answers: Vec<Chart>,
    warnings: InputTable,
    rejections: InputTable,
}

/// How a shadow agreed with what was in service.
struct Shadow {
    number: u32,
    chart: Chart,
}

/// `GET /seguimiento`: what was seen of some days.
///
/// # Errors
///
/// 503 when the registry cannot be read.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::read(Form::read(query.unwrap_or_default().as_bytes()));
    blocking(move || html(&MonitoringPage::new(&app, &reader, asked)?)).await
}

impl MonitoringPage {
    fn new(app: &App, reader: &Reader, asked: Asked) -> Result<Self, Problem> {
        let words = MonitoringWords(reader.language);
        let mut page = Self {
            frame: Frame::new(reader, words.title()),
            words,
            is_counted: app.models.is_some(),
            days: DAYS,
            versions: Vec::new(),
            seen: None,
            drifts: None,
            shadow: None,
            asked,
        };
        let Some(models) = &app.models else {
            return Ok(page);
        };
        let period = Period::read(&models.registry, &page.asked);
        let period = period.map_err(|error| told(&error, words))?;
        page.shadow = period.shadow.as_ref().and_then(|shadow| {
            let chart = charts::agreement(&shadow.days, words)?;
            let number = shadow.number;
            Some(Shadow { number, chart })
        });
        page.drifts = Drifts::new(app, &period, words);
        page.seen = (!period.is_empty()).then(|| Seen::new(app, &period, words));
        page.versions = period.versions;
        Ok(page)
    }
}

impl Seen {
    fn new(app: &App, period: &Period, words: MonitoringWords) -> Self {
        let all = period.total();
        let requests = period.total_of_requests();
        let count = |of| figure::count(of, words.0);
        Self {
            requests: count(requests.answered + requests.refused),
            refused: count(requests.refused),
            clients: count(all.clients),
            not_scored: count(all.rejected),
            volumes: [
                charts::requests(period, words),
                charts::portfolios(period, words),
            ]
            .into_iter()
            .flatten()
            .collect(),
            latency: charts::latency(period, words),
            answers: [
                charts::classes(period, words),
                charts::scores(&all, words),
                charts::scores_by_day(period, words),
            ]
            .into_iter()
            .flatten()
            .collect(),
            warnings: InputTable::new(app, &all.warnings, all.clients, words),
            rejections: InputTable::new(app, &all.rejections, all.clients + all.rejected, words),
        }
    }
}
