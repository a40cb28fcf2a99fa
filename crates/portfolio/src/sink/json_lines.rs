//! A JSON object a line. Cells of text files are texts, as they were; typed cells keep their type.

use std::ops::Range;

use crate::batch::{Batch, CellKind};
use crate::day;
use crate::finished::{FinishedRows, OutputColumns, Slot, Value};
use crate::sink::LineStyle;
use crate::sink::text::shortest;

/// Writes rows as objects.
#[derive(Debug)]
pub(crate) struct JsonLinesStyle {
    /// Each column, and its name as it is written: in quotes, with a colon behind it.
    keys: Vec<(Slot, String)>,
}

impl JsonLinesStyle {
    pub(crate) fn new(columns: &OutputColumns) -> Self {
        let slots = columns.slots();
        let mut used: Vec<String> = Vec::new();
        for name in slots.iter().map(|slot| columns.name(*slot)) {
            // An object has each name once.
            let numbered = (2..).map(|number| format!("{name}_{number}"));
            let mut free = std::iter::once(name.to_owned())
                .chain(numbered)
                .filter(|name| !used.contains(name));
            let name = free.next().unwrap_or_default();
            drop(free);
            used.push(name);
        }
        let key = |name: String| {
            let mut key = String::new();
            push_text(&name, &mut key);
            key.push(':');
            key
        };
        Self {
            keys: slots.into_iter().zip(used.into_iter().map(key)).collect(),
        }
    }
}

impl LineStyle for JsonLinesStyle {
    fn write_header(&self, _: &mut Vec<u8>) {}

    fn write_rows(&self, rows: &dyn FinishedRows, some: Range<usize>, out: &mut Vec<u8>) {
        let cells = rows.cells();
        let n_rows = cells.n_rows().max(1);
        let mut line = String::with_capacity(cells.n_bytes() / n_rows * some.len() * 3);
        for row in some {
            for (at, (slot, key)) in self.keys.iter().enumerate() {
                line.push(if at == 0 { '{' } else { ',' });
                line.push_str(key);
                match *slot {
                    Slot::Original(column) => push_cell(cells, row, column, &mut line),
                    Slot::Added(column) => push_value(rows.added(row, column), &mut line),
                }
            }
            line.push_str("}\n");
        }
        out.extend_from_slice(line.as_bytes());
    }
}

fn push_cell(cells: &Batch, row: usize, column: usize, out: &mut String) {
    let text = cells.cell(row, column);
    match cells.kind(row, column) {
        CellKind::Number => push_number(text, out),
        CellKind::Boolean => out.push_str(if text == "VERDADERO" { "true" } else { "false" }),
        CellKind::Date => push_text(&day::iso(text).unwrap_or_default(), out),
        CellKind::Text => push_text(text, out),
    }
}

/// Writes a typed cell's number. JSON has none for infinities.
fn push_number(text: &str, out: &mut String) {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => out.push_str(text),
        _ => push_text(text, out),
    }
}

fn push_value(value: Value<'_>, out: &mut String) {
    match value {
        Value::Empty => out.push_str("null"),
        Value::Text(text) => push_text(text, out),
        Value::Number(number) => out.push_str(shortest(number, &mut zmij::Buffer::new())),
        Value::Count(count) => out.push_str(itoa::Buffer::new().format(count)),
    }
}

fn push_text(text: &str, out: &mut String) {
    // A text is always JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
