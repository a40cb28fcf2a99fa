//! What a portfolio was taken for, as people look at it.

use propenso_portfolio::{Decimal, Encoding, Format, Preview, PreviewRow, Separator, Trial};

use super::said_here;
use crate::http::pages::figure;
use crate::http::pages::words::DraftWords;

/// Columns that are not used whose names are shown.
const MOST_UNUSED: usize = 100;

/// Reasons to reject rows that are shown.
const MOST_REASONS: usize = 5;

/// What a portfolio was taken for.
pub(super) struct Recognised {
    /// What there is to know of the file: a name and a value each.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) has_names: bool,
    pub(super) columns: Vec<ColumnLine>,
    pub(super) unused: Vec<String>,
    pub(super) n_unused: usize,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<RowLine>,
    /// Columns that are not shown.
    pub(super) n_more: usize,
    pub(super) remarks: Vec<String>,
    pub(super) trial: Option<TrialView>,
}

/// What becomes of the rows that were looked at.
pub(super) struct TrialView {
    pub(super) sentence: String,
    pub(super) class: &'static str,
    /// What would be rejected: the input, the reason, the rows.
    pub(super) reasons: Vec<(String, String, String)>,
}

/// What the model looks for, and the column that it is.
pub(super) struct ColumnLine {
    pub(super) input: String,
    pub(super) column: Option<String>,
    pub(super) example: String,
    pub(super) tag: &'static str,
    pub(super) class: &'static str,
}

/// One of the first rows.
pub(super) struct RowLine {
    pub(super) number: String,
    pub(super) cells: Vec<String>,
    pub(super) odd: Option<String>,
}

impl Recognised {
    pub(super) fn new(preview: &Preview, words: DraftWords) -> Self {
        let unused: Vec<String> = preview.unused().map(str::to_owned).collect();
        let n_shown = preview.rows.iter().map(|row| row.cells.len()).max();
        let n_shown = n_shown.unwrap_or(preview.columns.len().min(60));
        Self {
            facts: facts(preview, words),
            has_names: preview.has_names,
            columns: columns(preview, words),
            n_unused: unused.len(),
            unused: unused.into_iter().take(MOST_UNUSED).collect(),
            header: preview.columns.iter().take(n_shown).cloned().collect(),
            rows: preview
                .rows
                .iter()
                .map(|row| row_line(row, words))
                .collect(),
            n_more: preview.n_columns.saturating_sub(n_shown),
            remarks: preview
                .remarks
                .iter()
                .map(|remark| said_here(remark, words))
                .collect(),
            trial: preview
                .trial
                .as_ref()
                .map(|trial| TrialView::new(trial, words)),
        }
    }
}

impl TrialView {
    fn new(trial: &Trial, words: DraftWords) -> Self {
        let count = |count: u64| figure::count(count, words.0);
        let (sentence, class) = match trial.rejected {
            0 => (words.none_rejected(&count(trial.rows)), "good"),
            rejected => (
                words.some_rejected(&count(trial.rows), &count(rejected)),
                "warning",
            ),
        };
        let reasons = trial.reasons.iter().take(MOST_REASONS);
        Self {
            sentence,
            class,
            reasons: reasons
                .map(|reason| {
                    (
                        reason.input.clone(),
                        reason.reason.clone(),
                        count(reason.rows),
                    )
                })
                .collect(),
        }
    }
}

fn row_line(row: &PreviewRow, words: DraftWords) -> RowLine {
    RowLine {
        number: figure::count(row.number, words.0),
        cells: row.cells.clone(),
        odd: row.odd_cells.map(|found| words.odd_row(found)),
    }
}

fn facts(preview: &Preview, words: DraftWords) -> Vec<(&'static str, String)> {
    let detected = &preview.detected;
    let mut form = match detected.format {
        Format::Csv => words.csv(),
        Format::Xlsx => words.xlsx(),
        Format::Xls => words.xls(),
        Format::Ods => words.ods(),
        Format::Parquet => words.parquet(),
        Format::JsonLines => words.json(),
    }
    .to_owned();
    if let Some(by) = detected.compression {
        form = format!("{form}, {}", words.compressed(by));
    }
    let has_header = !matches!(detected.format, Format::Parquet | Format::JsonLines);
    let is_text = detected.format == Format::Csv;
    let decimal = match preview.decimal {
        Some(decimal) => decimal_name(decimal, words),
        None => words.decimal_unknown(),
    };
    let facts = [
        (words.form(), Some(form)),
        (words.sheet(), detected.sheet.clone()),
        (
            words.header_row(),
            has_header.then(|| figure::count(detected.header_row, words.0)),
        ),
        (
            words.separator(),
            detected
                .separator
                .map(|mark| separator_name(mark, words).to_owned()),
        ),
        (
            words.encoding(),
            detected
                .encoding
                .map(|encoding| encoding_name(encoding).to_owned()),
        ),
        (words.decimal(), is_text.then(|| decimal.to_owned())),
        (
            words.rows(),
            preview.n_rows.map(|rows| figure::count(rows, words.0)),
        ),
        (
            words.columns_count(),
            Some(figure::count(preview.n_columns as u64, words.0)),
        ),
    ];
    let known = facts.into_iter();
    known
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn columns(preview: &Preview, words: DraftWords) -> Vec<ColumnLine> {
    let line = |input: &str, column: Option<usize>, absent: (&'static str, &'static str)| {
        let name = column.and_then(|column| preview.columns.get(column));
        let (tag, class) = match column {
            Some(_) => (words.found(), "is-good"),
            None => absent,
        };
        ColumnLine {
            input: input.to_owned(),
            column: name.cloned(),
            example: column.map_or_else(String::new, |column| example(preview, column)),
            tag,
            class,
        }
    };
    let mut lines = vec![
        line(words.id(), preview.id, (words.id_absent(), "is-quiet")),
        line(
            words.amount(),
            preview.amount,
            (words.amount_absent(), "is-quiet"),
        ),
    ];
    lines.extend(preview.inputs.iter().map(|input| {
        let absent = match (input.is_used, input.is_needed) {
            (_, true) => (words.missing(), "is-bad"),
            (true, false) => (words.not_there(), "is-warning"),
            (false, false) => (words.not_needed(), "is-quiet"),
        };
        let mut line = line(&input.name, input.column, absent);
        if !input.is_used && input.column.is_some() {
            (line.tag, line.class) = (words.not_needed(), "is-quiet");
        }
        line
    }));
    lines
}

/// The first cell of a column that says something.
fn example(preview: &Preview, column: usize) -> String {
    let cells = preview.rows.iter().filter_map(|row| row.cells.get(column));
    let mut said = cells.filter(|cell| !cell.trim().is_empty());
    said.next().cloned().unwrap_or_default()
}

fn decimal_name(decimal: Decimal, words: DraftWords) -> &'static str {
    match decimal {
        Decimal::Comma => words.decimal_comma(),
        Decimal::Point => words.decimal_point(),
    }
}

pub(super) fn separator_name(separator: Separator, words: DraftWords) -> &'static str {
    match separator {
        Separator::Semicolon => words.semicolon(),
        Separator::Comma => words.comma(),
        Separator::Tab => words.tab(),
        Separator::Pipe => words.pipe(),
    }
}

pub(super) fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf8Bom => "UTF-8 (BOM)",
        Encoding::Windows1252 => "Windows-1252",
        Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
    }
}
