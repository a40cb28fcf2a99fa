//! Upright bars.

use propenso_scoring::Language;

use super::drawing::{Drawing, length};
use super::scale::{Plot, labels, ticks};
use super::{Chart, Key, Tone, Unit};
use crate::http::pages::words::ChartWords;

/// Upright bars, of one series or of several side by side.
#[derive(Debug)]
pub(in crate::http::pages) struct Columns {
    pub(in crate::http::pages) title: String,
    /// What the columns are: the head of their labels.
    pub(in crate::http::pages) of: String,
    /// What the values are, where there is one series.
    pub(in crate::http::pages) value: String,
    pub(in crate::http::pages) unit: Unit,
    /// What the series are, where there are several.
    pub(in crate::http::pages) series: Vec<String>,
    pub(in crate::http::pages) columns: Vec<Column>,
    pub(in crate::http::pages) rule: Option<Rule>,
}

/// A column: a value of each series.
#[derive(Debug)]
pub(in crate::http::pages) struct Column {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) values: Vec<f64>,
}

/// A value that the others are held against.
#[derive(Debug)]
pub(in crate::http::pages) struct Rule {
    pub(in crate::http::pages) label: String,
    pub(in crate::http::pages) value: f64,
}

impl Columns {
    /// Draws them.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let values = self.columns.iter().flat_map(|column| &column.values);
        let rule = self.rule.as_ref().map(|rule| rule.value);
        let highest = values.copied().chain(rule).fold(0.0, f64::max);
        let ticks = ticks(0.0, highest, self.unit);
        let tick_labels = labels(&ticks, self.unit, language);
        let plot = Plot::new(150.0, 1, &ticks, &tick_labels);
        let mut drawing = Drawing::new(plot.height);
        plot.draw_y(&mut drawing, &self.value, &ticks, &tick_labels);
        self.draw(&plot, &mut drawing, language);
        let mut legend = Vec::new();
        for (at, series) in self.series.iter().enumerate() {
            legend.push(Key::bar(Tone::Series(at), series));
        }
        if let Some(rule) = self.rule {
            let y = plot.y(rule.value);
            drawing.line("limit", [(plot.left, y), (plot.right, y)]);
            let value = self.unit.text(rule.value, language);
            legend.push(Key::line("limit", format!("{}: {value}", rule.label)));
        }
        let mut heads = vec![self.of];
        match self.series.is_empty() {
            true => heads.push(self.value),
            false => heads.extend(self.series),
        }
        let rows = self.columns.into_iter().map(|column| {
            let values = column.values.into_iter();
            let values = values.map(|value| self.unit.text(value, language));
            std::iter::once(column.label).chain(values).collect()
        });
        Chart {
            words: ChartWords(language),
            title: self.title,
            drawing,
            legend,
            heads,
            rows: rows.collect(),
        }
    }

    fn draw(&self, plot: &Plot, drawing: &mut Drawing, language: Language) {
        let step = plot.width() / self.columns.len().max(1) as f64;
        let gap = (step * 0.15).min(4.0);
        let widest = self.columns.iter().map(|column| length(&column.label));
        let widest = widest.fold(1.0, f64::max) + 8.0;
        let every = (widest / step).ceil().max(1.0) as usize;
        for (at, column) in self.columns.iter().enumerate() {
            let left = plot.left + at as f64 * step;
            let width = (step - gap) / column.values.len().max(1) as f64;
            for (series, value) in column.values.iter().enumerate() {
                let y = plot.y(*value);
                let x = left + gap / 2.0 + series as f64 * width;
                let text = self.unit.text(*value, language);
                let about = format!("{}: {text}", column.label);
                let size = (width, plot.bottom - y);
                drawing.rect(Tone::Series(series).fill(), (x, y), size, about);
            }
            if at.is_multiple_of(every) {
                plot.draw_x(drawing, left + step / 2.0, &column.label);
            }
        }
    }
}
