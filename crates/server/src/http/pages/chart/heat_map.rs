//! Counts by row and column.

use propenso_scoring::Language;

use super::Chart;
use super::drawing::{Anchor, At, Drawing, Shape, WIDTH, length};
use crate::http::pages::figure;
use crate::http::pages::words::ChartWords;

/// Height of a row.
const ROW: f64 = 26.0;
/// Room above, for the columns' labels and what they are.
const ABOVE: f64 = 38.0;
/// The strongest colour, of 100: a count is read on it.
const STRONGEST: f64 = 45.0;

/// Counts by row and column, the more the stronger its colour.
#[derive(Debug)]
pub(in crate::http::pages) struct HeatMap {
    pub(in crate::http::pages) title: String,
    /// What the rows are.
    pub(in crate::http::pages) down: String,
    /// What the columns are.
    pub(in crate::http::pages) across: String,
    pub(in crate::http::pages) row_labels: Vec<String>,
    pub(in crate::http::pages) column_labels: Vec<String>,
    pub(in crate::http::pages) counts: Vec<Vec<u64>>,
}

impl HeatMap {
    /// Draws it.
    pub(in crate::http::pages) fn chart(self, language: Language) -> Chart {
        let widest = self.row_labels.iter().map(|label| length(label));
        let left = widest.fold(0.0, f64::max) + 8.0;
        let step = (WIDTH - left) / self.column_labels.len().max(1) as f64;
        let most = self.counts.iter().flatten().copied().max().unwrap_or(0);
        let mut drawing = Drawing::new(ABOVE + ROW * self.counts.len() as f64 + 4.0);
        drawing.text((0.0, 11.0), Anchor::Start, format!("↓ {}", self.down));
        drawing.text((WIDTH, 11.0), Anchor::End, format!("{} →", self.across));
        for (column, label) in self.column_labels.iter().enumerate() {
            let x = left + (column as f64 + 0.5) * step;
            drawing.text((x, ABOVE - 6.0), Anchor::Middle, label);
        }
        for (row, counts) in self.counts.iter().enumerate() {
            let y = ABOVE + row as f64 * ROW;
            let label = self.row_labels.get(row).cloned().unwrap_or_default();
            drawing.text((left - 6.0, y + 17.0), Anchor::End, &label);
            for (column, count) in counts.iter().enumerate() {
                let x = left + column as f64 * step;
                let share = *count as f64 / most.max(1) as f64;
                drawing.shapes.push(Shape::Rect {
                    class: "fill-1",
                    x: At(x + 0.5),
                    y: At(y + 0.5),
                    width: At(step - 1.0),
                    height: At(ROW - 1.0),
                    opacity: Some(opacity(share)),
                    about: format!(
                        "{label} → {}: {}",
                        self.column_labels.get(column).map_or("", String::as_str),
                        figure::count(*count, language)
                    ),
                });
                if *count > 0 {
                    let text = short(*count, step, language);
                    drawing.text_of(
                        "value small",
                        (x + step / 2.0, y + 17.0),
                        Anchor::Middle,
                        text,
                    );
                }
            }
        }
        let heads = std::iter::once(format!("{} / {}", self.down, self.across));
        let rows = self.row_labels.into_iter().zip(self.counts);
        let rows = rows.map(|(label, counts)| {
            let counts = counts
                .into_iter()
                .map(|count| figure::count(count, language));
            std::iter::once(label).chain(counts).collect()
        });
        Chart {
            words: ChartWords(language),
            title: self.title,
            drawing,
            legend: Vec::new(),
            heads: heads.chain(self.column_labels).collect(),
            rows: rows.collect(),
        }
    }
}

/// How strong the colour of a share of the largest count is: seen as soon as there is anybody.
fn opacity(share: f64) -> u8 {
    if share <= 0.0 {
        return 3;
    }
    (6.0 + (STRONGEST - 6.0) * share.sqrt()).round() as u8
}

/// A count within a cell; its title and the table have the whole of it.
fn short(count: u64, room: f64, language: Language) -> String {
    let whole = figure::count(count, language);
    if length(&whole) * 0.85 <= room {
        return whole;
    }
    match count {
        0..1_000_000 => format!("{}k", figure::number(count as f64 / 1e3, 0, language)),
        _ => format!("{}M", figure::number(count as f64 / 1e6, 0, language)),
    }
}
