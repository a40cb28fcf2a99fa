//! What was when.

use jiff::Timestamp;
use propenso_scoring::Language;

use super::Chart;
use super::drawing::{Anchor, Drawing, WIDTH, length};
use crate::http::pages::figure;
use crate::http::pages::words::ChartWords;

/// Height of the band.
const THICK: f64 = 34.0;

/// What was when, as a band.
#[derive(Debug)]
pub(in crate::http::pages) struct Spans {
    pub(in crate::http::pages) title: String,
    /// What the spans are: the head of their labels.
    pub(in crate::http::pages) of: String,
    /// Spans in order, each over when the next begins; gaps may be between.
    pub(in crate::http::pages) spans: Vec<Span>,
    /// The moment that the band ends at.
    pub(in crate::http::pages) now: Timestamp,
}

/// Something that was for a time.
#[derive(Debug)]
pub(in crate::http::pages) struct Span {
    pub(in crate::http::pages) label: String,
    /// The same, where there is little room.
    pub(in crate::http::pages) short: String,
    pub(in crate::http::pages) from: Timestamp,
    /// `None` of what still is.
    pub(in crate::http::pages) until: Option<Timestamp>,
}

impl Spans {
    /// Draws them.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let words = ChartWords(language);
        let mut drawing = Drawing::new(THICK + 22.0);
        let begin = self.spans.iter().map(|span| span.from).min();
        let until = |at: Option<Timestamp>| match at {
            Some(at) => figure::moment(at, language),
            None => words.now().to_owned(),
        };
        if let Some(begin) = begin {
            let end = self.now.max(begin);
            let all = seconds(begin, end).max(1.0);
            let place = |at| seconds(begin, at) / all * WIDTH;
            drawing.rect("fill-track", (0.0, 0.0), (WIDTH, THICK), "");
            for (at, span) in self.spans.iter().enumerate() {
                let (left, right) = (place(span.from), place(span.until.unwrap_or(end)));
                let width = (right - left - 1.0).max(1.0);
                let about = format!(
                    "{}: {} – {}",
                    span.label,
                    figure::moment(span.from, language),
                    until(span.until)
                );
                // Neighbours differ, and from all of them what still is.
                let is_now = span.until.is_none();
                let class = match (is_now, at % 2) {
                    (true, _) => "span-now",
                    (false, 0) => "span-even",
                    (false, _) => "span-odd",
                };
                drawing.rect(class, (left, 0.0), (width, THICK), about);
                if length(&span.short) + 4.0 <= width {
                    let class = if is_now { "span-now-text" } else { "value" };
                    let middle = (left + width / 2.0, THICK / 2.0 + 4.0);
                    drawing.text_of(class, middle, Anchor::Middle, &span.short);
                }
            }
            let day = |at: Timestamp| figure::day(figure::date_of(at), language);
            drawing.text((0.0, THICK + 16.0), Anchor::Start, day(begin));
            drawing.text((WIDTH, THICK + 16.0), Anchor::End, day(end));
        }
        let rows = self.spans.into_iter().rev().map(|span| {
            let from = figure::moment(span.from, language);
            vec![span.label, from, until(span.until)]
        });
        Chart {
            heads: vec![self.of, words.from().to_owned(), words.until().to_owned()],
            words,
            title: self.title,
            drawing,
            legend: Vec::new(),
            rows: rows.collect(),
        }
    }
}

fn seconds(from: Timestamp, until: Timestamp) -> f64 {
    until.duration_since(from).as_secs_f64()
}
