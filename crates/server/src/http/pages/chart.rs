//! Charts, drawn here as SVG, each with the figures behind it as a table.
//!
//! - [`Curves`]: lines over two shares, 0 to 1, with intervals: ROC, gains, calibration
//! - [`Columns`]: upright bars side by side, with a value as a rule: a histogram, volumes by day
//! - [`Bars`]: lying bars with room for a long name, to both sides of zero, each with a mark: reasons, importance, PSI of each input
//! - [`Days`]: lines over days
//! - [`HeatMap`]: counts by row and column
//! - [`Spans`]: what was when
//!
//! A chart is 360 units wide, so that its texts are read on a phone; a wide screen shows it larger, within limits of the style.
//! Colours are classes of `page.css`. Lines of one chart differ by their dashes too, and bars say their figures.
//! `{{ chart }}` in a template shows the drawing, its legend, and the table.

mod bars;
mod columns;
mod curves;
mod days;
mod drawing;
mod heat_map;
mod scale;
mod spans;

use askama::Template;
use propenso_scoring::Language;

pub(super) use bars::{Bar, Bars};
pub(super) use columns::{Column, Columns, Rule};
pub(super) use curves::{Axis, Curve, Curves, Point};
pub(super) use days::{Days, Series};
pub(super) use heat_map::HeatMap;
pub(super) use spans::{Span, Spans};

use super::figure;
use super::words::ChartWords;
use drawing::{Drawing, Shape};

/// A chart: a drawing, what its colours mean, and the figures that it was drawn from.
#[derive(Debug, Template)]
#[template(path = "chart.html")]
pub(super) struct Chart {
    words: ChartWords,
    title: String,
    drawing: Drawing,
    legend: Vec<Key>,
    /// Heads of the table.
    heads: Vec<String>,
    /// Its rows, each headed by its first cell.
    rows: Vec<Vec<String>>,
}

/// The template escapes what it is given.
impl askama::filters::HtmlSafe for Chart {}

/// An entry of a legend.
#[derive(Debug)]
struct Key {
    class: &'static str,
    is_line: bool,
    label: String,
}

impl Key {
    fn line(class: &'static str, label: impl Into<String>) -> Self {
        Self {
            class,
            is_line: true,
            label: label.into(),
        }
    }

    fn bar(tone: Tone, label: impl Into<String>) -> Self {
        Self {
            class: tone.fill(),
            is_line: false,
            label: label.into(),
        }
    }
}

/// What a value is of, and so how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A whole number of something.
    Count,
    /// A share, 0 to 1, written as a percentage.
    Percent,
    /// A number with so many decimals.
    Number(usize),
}

impl Unit {
    fn text(self, value: f64, language: Language) -> String {
        match self {
            Self::Count => figure::number(value, 0, language),
            Self::Percent => figure::percent(value, language),
            Self::Number(decimals) => figure::number(value, decimals, language),
        }
    }

    /// A value on an axis, without more decimals than it needs.
    fn tick(self, value: f64, language: Language) -> String {
        match self {
            Self::Percent => {
                let percent = value * 100.0;
                let decimals = usize::from((percent - percent.round()).abs() > 1e-6);
                let number = figure::number(percent, decimals, language);
                format!("{number}{}%", language.pick("\u{a0}", ""))
            }
            Self::Count => figure::number(value, 0, language),
            Self::Number(decimals) => {
                let needed = (0..decimals).find(|few| {
                    let scaled = value * 10_f64.powi(i32::try_from(*few).unwrap_or(0));
                    (scaled - scaled.round()).abs() < 1e-6
                });
                figure::number(value, needed.unwrap_or(decimals), language)
            }
        }
    }
}

/// What the colour of a bar means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// One of several series, from 0; of more than four, the fifth looks like the first.
    Series(usize),
    /// Something good, or upwards.
    Good,
    /// Something bad, or downwards.
    Bad,
    /// Something beside the point.
    Quiet,
}

impl Tone {
    fn fill(self) -> &'static str {
        const FILLS: [&str; 4] = ["fill-1", "fill-2", "fill-3", "fill-4"];
        match self {
            Self::Series(at) => FILLS[at % FILLS.len()],
            Self::Good => "fill-good",
            Self::Bad => "fill-bad",
            Self::Quiet => "fill-quiet",
        }
    }

    /// The class of a line of a series.
    fn line(at: usize) -> &'static str {
        const LINES: [&str; 4] = [
            "line series-1",
            "line series-2",
            "line series-3",
            "line series-4",
        ];
        LINES[at % LINES.len()]
    }

    /// The class of the thin, undashed lines that belong to a series.
    fn thin_line(at: usize) -> &'static str {
        const LINES: [&str; 4] = [
            "thin series-1",
            "thin series-2",
            "thin series-3",
            "thin series-4",
        ];
        LINES[at % LINES.len()]
    }
}

#[cfg(test)]
mod tests;
