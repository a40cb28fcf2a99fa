//! Lines over two shares.

use propenso_scoring::Language;

use super::drawing::{Anchor, Drawing};
use super::scale::{Plot, labels};
use super::{Chart, Key, Tone, Unit};
use crate::http::pages::words::ChartWords;

const TICKS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Half of an interval's foot.
const FOOT: f64 = 3.0;

/// Lines over two shares, 0 to 1.
#[derive(Debug)]
pub(in crate::http::pages) struct Curves {
    pub(in crate::http::pages) title: String,
    /// What the lying axis is of.
    pub(in crate::http::pages) x: Axis,
    /// What the upright axis is of.
    pub(in crate::http::pages) y: Axis,
    pub(in crate::http::pages) curves: Vec<Curve>,
    /// What it would mean to be on the diagonal.
    pub(in crate::http::pages) diagonal: Option<String>,
}

/// An axis from 0 to 1.
#[derive(Debug)]
pub(in crate::http::pages) struct Axis {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) unit: Unit,
}

/// A line.
#[derive(Debug)]
pub(in crate::http::pages) struct Curve {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) points: Vec<Point>,
}

/// A point of a line, with what is known of its height.
#[derive(Debug, Clone, Copy)]
pub(in crate::http::pages) struct Point {
    pub(in crate::http::pages) x: f64,
    pub(in crate::http::pages) y: f64,
    /// The interval that the height is in; its point is drawn then.
    pub(in crate::http::pages) interval: Option<(f64, f64)>,
}

impl Curves {
    /// Draws them.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let words = ChartWords(language);
        let ticks = labels(&TICKS, self.y.unit, language);
        let plot = Plot::new(250.0, 2, &TICKS, &ticks);
        let mut drawing = Drawing::new(plot.height);
        plot.draw_y(&mut drawing, &self.y.label, &TICKS, &ticks);
        for (tick, label) in TICKS.iter().zip(labels(&TICKS, self.x.unit, language)) {
            plot.draw_x(&mut drawing, plot.x(*tick), &label);
        }
        let middle = plot.x(0.5);
        drawing.text((middle, plot.bottom + 33.0), Anchor::Middle, &self.x.label);
        let mut legend = Vec::new();
        for (at, curve) in self.curves.iter().enumerate() {
            legend.push(Key::line(Tone::line(at), &curve.label));
        }
        if let Some(diagonal) = self.diagonal {
            let ends = [0.0, 1.0].map(|share| (plot.x(share), plot.y(share)));
            drawing.line("rule", ends);
            legend.push(Key::line("rule", diagonal));
        }
        for (at, curve) in self.curves.iter().enumerate() {
            let class = Tone::line(at);
            let points = curve.points.iter();
            drawing.line(
                class,
                points.map(|point| (plot.x(point.x), plot.y(point.y))),
            );
            for point in &curve.points {
                let Some((low, high)) = point.interval else {
                    continue;
                };
                let (x, low, high) = (plot.x(point.x), plot.y(low), plot.y(high));
                let (left, right) = (x - FOOT, x + FOOT);
                let foot = [
                    (left, high),
                    (right, high),
                    (x, high),
                    (x, low),
                    (left, low),
                    (right, low),
                ];
                drawing.line(Tone::thin_line(at), foot);
                let about = self.y.unit.text(point.y, language);
                drawing.dot(Tone::Series(at).fill(), (x, plot.y(point.y)), about);
            }
        }
        let has_intervals = self
            .curves
            .iter()
            .any(|curve| curve.points.iter().any(|point| point.interval.is_some()));
        let mut heads = vec![words.line().to_owned(), self.x.label, self.y.label];
        heads.extend(has_intervals.then(|| words.interval().to_owned()));
        let mut rows = Vec::new();
        for curve in self.curves {
            for point in curve.points {
                let mut row = vec![
                    curve.label.clone(),
                    self.x.unit.text(point.x, language),
                    self.y.unit.text(point.y, language),
                ];
                let ends = point
                    .interval
                    .map(|(low, high)| [low, high].map(|end| self.y.unit.text(end, language)));
                let interval =
                    ends.map_or_else(String::new, |[low, high]| format!("{low} – {high}"));
                row.extend(has_intervals.then_some(interval));
                rows.push(row);
            }
        }
        Chart {
            words,
            title: self.title,
            drawing,
            legend,
            heads,
            rows,
        }
    }
}
