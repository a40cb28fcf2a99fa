//! `/seguimiento/{file}`: the counts as CSV, as the reader's spreadsheet opens it: in Spanish with semicolons and decimal commas.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::monitoring::{DayAggregate, SCORE_BINS};
use propenso_portfolio::guard;

use super::period::{Asked, Period, ShadowPeriod, told};
use crate::blocking::blocking;
use crate::http::App;
use crate::http::pages::form::Form;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::MonitoringWords;
use crate::http::problem::Problem;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");

/// By which a spreadsheet knows that it is UTF-8.
const MARK: &str = "\u{feff}";

/// A file that is made of the counts.
type Made = fn(&Period, &mut Text);

const FILES: [(&str, Made); 6] = [
    ("dias.csv", days),
    ("resultados.csv", classes),
    ("probabilidades.csv", scores),
    ("datos.csv", inputs),
    ("cambios.csv", drifts),
    ("sombra.csv", shadow),
];

/// Gives one of the files.
///
/// # Errors
///
/// 404 when there is none of that name, or no registry; 503 when it cannot be read.
pub async fn file(
    State(app): State<Arc<App>>,
    reader: Reader,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::read(Form::read(query.unwrap_or_default().as_bytes()));
    let found = FILES.iter().find(|(known, _)| *known == name);
    let Some((name, made)) = found.filter(|_| app.models.is_some()) else {
        return Err(Problem::not_found(reader.language));
    };
    let make = move || {
        let mut text = Text::new(MonitoringWords(reader.language));
        if let Some(models) = &app.models {
            let period = Period::read(&models.registry, &asked);
            made(
                &period.map_err(|error| told(&error, text.words))?,
                &mut text,
            );
        }
        let disposition = format!("attachment; filename=\"seguimiento_{name}\"");
        let mut response = ([(header::CONTENT_TYPE, CSV)], text.text).into_response();
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        Ok(response)
    };
    blocking(make).await
}

/// A table as text.
struct Text {
    words: MonitoringWords,
    text: String,
}

impl Text {
    fn new(words: MonitoringWords) -> Self {
        Self {
            words,
            text: MARK.to_owned(),
        }
    }

    fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        let mark = self.words.0.pick(';', ',');
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.text.push(mark);
            }
            // Names of classes and inputs are a model's: a spreadsheet must not calculate them.
            let guard = guard(cell);
            match cell.contains(['"', mark, '\n', '\r']) {
                true => {
                    let cell = cell.replace('"', "\"\"");
                    self.text.extend(["\"", guard, &cell, "\""]);
                }
                false => self.text.extend([guard, cell]),
            }
        }
        self.text.push_str("\r\n");
    }

    /// A number with so many decimals; nothing where there is none.
    fn number(&self, value: Option<f64>, decimals: usize) -> String {
        let text = value.map_or_else(String::new, |value| format!("{value:.decimals$}"));
        text.replace('.', self.words.0.pick(",", "."))
    }

    /// What every row of the counts begins with.
    fn place(&self, day: &DayAggregate) -> [String; 3] {
        let route = self.words.of_route(day.route).to_owned();
        [day.date.to_string(), day.version.to_string(), route]
    }

    /// A row that begins with its place.
    fn placed<const N: usize>(&mut self, day: &DayAggregate, cells: &[String; N]) {
        let place = self.place(day);
        self.row(place.iter().chain(cells).map(String::as_str));
    }

    /// The heads of rows that begin with their place.
    fn heads<const N: usize>(&mut self, heads: [&'static str; N]) {
        let words = self.words;
        let place = [
            words.column_day(),
            words.column_version(),
            words.column_route(),
        ];
        self.row(place.into_iter().chain(heads));
    }
}

fn days(period: &Period, text: &mut Text) {
    let words = text.words;
    text.heads([
        words.column_answered(),
        words.column_refused(),
        words.column_clients(),
        words.column_not_scored(),
        words.column_half(),
        words.column_nearly_all(),
    ]);
    for day in &period.counted {
        let counts = &day.counts;
        let millis = |share| Some(counts.latency.quantile(share)? * 1e3);
        let cells = [
            counts.answered.to_string(),
            counts.refused.to_string(),
            counts.clients.to_string(),
            counts.rejected.to_string(),
            text.number(millis(0.5), 3),
            text.number(millis(0.99), 3),
        ];
        text.placed(day, &cells);
    }
}

fn classes(period: &Period, text: &mut Text) {
    let words = text.words;
    text.heads([words.column_class(), words.column_clients()]);
    for day in &period.counted {
        for (class, clients) in &day.counts.classes {
            text.placed(day, &[class.clone(), clients.to_string()]);
        }
    }
}

fn scores(period: &Period, text: &mut Text) {
    let words = text.words;
    text.heads([
        words.column_from(),
        words.column_to(),
        words.column_clients(),
    ]);
    for day in &period.counted {
        for (at, clients) in day.counts.scores.iter().enumerate() {
            let edge = |bin: usize| Some(bin as f64 / SCORE_BINS as f64);
            let (from, to) = (text.number(edge(at), 2), text.number(edge(at + 1), 2));
            text.placed(day, &[from, to, clients.to_string()]);
        }
    }
}

fn inputs(period: &Period, text: &mut Text) {
    let words = text.words;
    text.heads([
        words.column_input(),
        words.column_effect(),
        words.column_reason(),
        words.column_times(),
    ]);
    for day in &period.counted {
        for (effect, counts) in [
            (words.warned(), &day.counts.warnings),
            (words.rejected(), &day.counts.rejections),
        ] {
            for (input, reasons) in counts {
                for (reason, times) in reasons {
                    let reason = words.of_reason(reason).unwrap_or(reason);
                    let cells = [input, effect, reason].map(str::to_owned);
                    let [input, effect, reason] = cells;
                    text.placed(day, &[input, effect, reason, times.to_string()]);
                }
            }
        }
    }
}

fn drifts(period: &Period, text: &mut Text) {
    let words = text.words;
    text.row([
        words.column_version(),
        words.column_input(),
        words.column_bin(),
        words.column_reference(),
        words.column_period(),
        words.column_psi(),
        words.column_critical(),
        words.column_p_value(),
        words.column_weight(),
        words.column_change(),
    ]);
    let Some(compared) = &period.compared else {
        return;
    };
    for drift in compared.drifts() {
        let known = drift.reference;
        let counts = known.counts.iter().zip(&drift.counts).enumerate();
        for (bin, (before, after)) in counts.filter(|(_, counts)| *counts != (&0, &0)) {
            let cells = [
                compared.number.to_string(),
                known.input.clone(),
                known.bins.label(bin, words.0),
                before.to_string(),
                after.to_string(),
                text.number(Some(drift.stability.psi), 6),
                text.number(Some(drift.stability.critical), 6),
                text.number(Some(drift.p_value), 6),
                text.number(drift.weight, 4),
                words.of_change(drift.change).to_owned(),
            ];
            text.row(cells.iter().map(String::as_str));
        }
    }
}

fn shadow(period: &Period, text: &mut Text) {
    let words = text.words;
    text.row([
        words.column_day(),
        words.column_version(),
        words.column_champion(),
        words.column_clients(),
        words.column_agreed(),
        words.column_to_payer(),
        words.column_to_non_payer(),
        words.column_failed(),
        words.column_dropped(),
        words.column_difference(),
    ]);
    let Some(ShadowPeriod { number, days }) = &period.shadow else {
        return;
    };
    for day in days {
        let tally = &day.tally;
        let cells = [
            day.date.to_string(),
            number.to_string(),
            day.champion.to_string(),
            tally.scored.to_string(),
            tally.agreed.to_string(),
            tally.to_payer.to_string(),
            tally.to_non_payer.to_string(),
            tally.failed.to_string(),
            tally.dropped.to_string(),
            text.number(tally.mean_difference(), 4),
        ];
        text.row(cells.iter().map(String::as_str));
    }
}
