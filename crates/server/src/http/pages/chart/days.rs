//! Lines over days.

use jiff::civil::Date;
use propenso_scoring::Language;

use super::drawing::Drawing;
use super::scale::{Plot, labels, ticks};
use super::{Chart, Key, Tone, Unit};
use crate::http::pages::figure;
use crate::http::pages::words::ChartWords;

/// Days that have a spot each: of more, the line says enough.
const SPOTS: usize = 45;

/// Lines over days.
#[derive(Debug)]
pub(in crate::http::pages) struct Days {
    pub(in crate::http::pages) title: String,
    /// What the values are.
    pub(in crate::http::pages) value: String,
    pub(in crate::http::pages) unit: Unit,
    /// The days, in order; some may be missing.
    pub(in crate::http::pages) days: Vec<Date>,
    pub(in crate::http::pages) series: Vec<Series>,
}

/// A line: what was on each of the days, where that is known.
#[derive(Debug)]
pub(in crate::http::pages) struct Series {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) values: Vec<Option<f64>>,
}

impl Days {
    /// Draws them.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let words = ChartWords(language);
        let values = self.series.iter().flat_map(|series| &series.values);
        let highest = values.flatten().copied().fold(0.0, f64::max);
        let ticks = ticks(0.0, highest, self.unit);
        let tick_labels = labels(&ticks, self.unit, language);
        let plot = Plot::new(150.0, 1, &ticks, &tick_labels);
        let mut drawing = Drawing::new(plot.height);
        plot.draw_y(&mut drawing, &self.value, &ticks, &tick_labels);
        let places = places(&self.days);
        for at in labelled(self.days.len()) {
            let label = figure::short_day(self.days[at], language);
            plot.draw_x(&mut drawing, plot.x(places[at]), &label);
        }
        for (at, series) in self.series.iter().enumerate() {
            let known = || {
                let values = series.values.iter().zip(&places).zip(&self.days);
                values.filter_map(|((value, place), day)| Some(((*value)?, *place, *day)))
            };
            let points = known().map(|(value, place, _)| (plot.x(place), plot.y(value)));
            drawing.line(Tone::line(at), points);
            for (value, place, day) in known().filter(|_| self.days.len() <= SPOTS) {
                let day = figure::day(day, language);
                let about = format!("{day}: {}", self.unit.text(value, language));
                let point = (plot.x(place), plot.y(value));
                drawing.dot(Tone::Series(at).fill(), point, about);
            }
        }
        let legend = self.series.iter().enumerate();
        let legend = legend.map(|(at, series)| Key::line(Tone::line(at), &series.label));
        let heads = std::iter::once(words.day().to_owned());
        let rows = self.days.iter().enumerate().map(|(at, day)| {
            let values = self.series.iter().map(|series| {
                let value = series.values.get(at).copied().flatten();
                value.map_or_else(|| "–".to_owned(), |value| self.unit.text(value, language))
            });
            let day = figure::day(*day, language);
            std::iter::once(day).chain(values).collect()
        });
        Chart {
            words,
            title: self.title,
            drawing,
            legend: legend.collect(),
            heads: heads
                .chain(self.series.iter().map(|series| series.label.clone()))
                .collect(),
            rows: rows.collect(),
        }
    }
}

/// Where days are between the first and the last, 0 to 1.
fn places(days: &[Date]) -> Vec<f64> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    let since = |day: &Date| f64::from(day.duration_since(*first).as_hours() as i32);
    let all = since(last);
    let place = |day| if all > 0.0 { since(day) / all } else { 0.5 };
    days.iter().map(place).collect()
}

/// Which of the days are written below the lines: the first, the last, and one between.
fn labelled(n_days: usize) -> Vec<usize> {
    match n_days {
        0 => Vec::new(),
        1 => vec![0],
        2..=4 => vec![0, n_days - 1],
        _ => vec![0, n_days / 2, n_days - 1],
    }
}
