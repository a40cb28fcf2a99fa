//! What a run came to, for people and for programs.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::money::grouped;
use crate::request::{Decimal, Encoding, Format, Separator};
use crate::source::Detected;
use crate::summary::{Summary, Total};

/// Reasons to reject rows that a text lists.
const MOST_REJECTIONS: usize = 8;

/// Files of a list that a text names, besides the last.
const MOST_PARTS: usize = 20;

/// The outcome of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What the file turned out to be.
    pub detected: Detected,
    /// What was counted.
    pub summary: Summary,
    /// The ranked file; `None` for standard output, and for a list in several files.
    pub output: Option<PathBuf>,
    /// The files of a list that was cut into several, who is called first in the first.
    pub parts: Vec<PathBuf>,
    /// The rejected rows, where there are any.
    pub rejected_file: Option<PathBuf>,
    /// The rows the suppression list left out, where there are any.
    pub suppressed_file: Option<PathBuf>,
    /// The ids of the suppression list that are not in the portfolio, where there are any.
    pub unmatched_file: Option<PathBuf>,
    /// The summary page, where it was asked for.
    pub page: Option<PathBuf>,
    /// How long it took.
    pub seconds: f64,
}

impl Report {
    /// Tells people, in Spanish, what was found out, whether everything is accounted for, and where things are.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("Entrada: {}\n", self.detected.sentence());
        self.write_columns(&mut text);
        self.write_totals(&mut text);
        self.write_inputs(&mut text);
        self.write_rejections(&mut text);
        for remark in &self.summary.remarks {
            line(&mut text, format_args!("Atención: {remark}"));
        }
        self.write_files(&mut text);
        text
    }

    fn write_columns(&self, text: &mut String) {
        let summary = &self.summary;
        let columns = [
            ("Sin columna en el archivo", &summary.missing_columns),
            ("Columnas sin uso", &summary.unused_columns),
        ];
        for (name, columns) in columns {
            if !columns.is_empty() {
                line(text, format_args!("{name}: {}", columns.join(", ")));
            }
        }
    }

    fn write_totals(&self, text: &mut String) {
        let summary = &self.summary;
        let mut rows = vec![
            ("leídos", summary.read),
            ("puntuados", summary.scored),
            ("rechazados", summary.rejected),
        ];
        let more = [
            ("excluidos por la lista", summary.suppressed),
            ("grupo de control", summary.control),
        ];
        rows.extend(more.into_iter().filter(|(_, total)| total.rows > 0));
        if summary.capacity.is_some() {
            rows.push(("caben en la capacidad", summary.fits));
        }
        rows.extend(
            summary
                .left_out
                .map(|total| ("no caben, sin listar", total)),
        );
        text.push('\n');
        for (name, Total { rows, debt }) in rows {
            let debt = summary
                .amount_column
                .as_ref()
                .map_or(String::new(), |_| debt.to_string());
            line(
                text,
                format_args!("  {name:<24}{:>14}{debt:>24}", grouped(rows)),
            );
        }
        line(text, format_args!("  {}\n", reconciliation(summary)));
        let aside = summary.aside;
        if aside.rows() > aside.headers {
            line(
                text,
                format_args!("Filas del archivo: {}", rows_of_file(summary)),
            );
        }
    }

    fn write_inputs(&self, text: &mut String) {
        let counted =
            |count: u64, what: &str| (count > 0).then(|| format!("{} {what}", grouped(count)));
        for input in &self.summary.inputs {
            let counts: Vec<String> = [
                counted(input.missing, "sin valor"),
                counted(input.unseen, "desconocidos"),
                counted(input.clipped, "fuera de los límites del modelo"),
                counted(input.ambiguous, "que pueden leerse de dos maneras"),
            ]
            .into_iter()
            .flatten()
            .collect();
            if !counts.is_empty() {
                line(
                    text,
                    format_args!("Aviso: {}: {}", input.input, counts.join(", ")),
                );
            }
        }
    }

    fn write_rejections(&self, text: &mut String) {
        for rejection in self.summary.rejections.iter().take(MOST_REJECTIONS) {
            let input = match rejection.input.as_str() {
                "" => "fila",
                input => input,
            };
            let rows = grouped(rejection.rows);
            line(
                text,
                format_args!("Rechazo: {input} {} ({rows})", rejection.reason),
            );
        }
        let others = self
            .summary
            .rejections
            .len()
            .saturating_sub(MOST_REJECTIONS);
        if others > 0 {
            line(text, format_args!("Rechazo: {others} motivos más"));
        }
    }

    fn write_files(&self, text: &mut String) {
        for (at, part) in self.parts.iter().enumerate() {
            if at < MOST_PARTS || at + 1 == self.parts.len() {
                line(text, format_args!("Lista {}: {}", at + 1, part.display()));
            }
        }
        let files = [
            ("Lista", &self.output),
            ("Rechazados", &self.rejected_file),
            ("Excluidos", &self.suppressed_file),
            ("De la lista, sin encontrar", &self.unmatched_file),
            ("Resumen", &self.page),
        ];
        for (name, file) in files {
            if let Some(file) = file {
                line(text, format_args!("{name}: {}", file.display()));
            }
        }
        let rate = self.summary.read.rows as f64 / self.seconds.max(1e-3);
        let seconds = format!("{:.1}", self.seconds).replace('.', ",");
        line(
            text,
            format_args!("{seconds} s, {} filas por segundo", grouped(rate.round())),
        );
    }
}

/// Appends a line.
fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{words}");
}

/// Says whether everything that was read is accounted for.
pub(super) fn reconciliation(summary: &Summary) -> &'static str {
    match summary.is_reconciled() {
        true => "Cuadra: leídos = puntuados + rechazados",
        false => "NO CUADRA: leídos ≠ puntuados + rechazados",
    }
}

/// Says which rows the file is made of.
fn rows_of_file(summary: &Summary) -> String {
    let aside = summary.aside;
    let parts = [
        (aside.headers, "de cabecera"),
        (aside.titles, "encima de ella"),
        (summary.read.rows, "de clientes"),
        (aside.totals, "de totales"),
        (aside.empty, "vacías"),
    ];
    let said = parts.iter().filter(|(rows, _)| *rows > 0);
    let said: Vec<String> = said
        .map(|(rows, what)| format!("{} {what}", grouped(*rows)))
        .collect();
    format!(
        "{} = {}",
        grouped(aside.rows() + summary.read.rows),
        said.join(" + ")
    )
}

impl Detected {
    /// Says what the file turned out to be, in Spanish, without a full stop.
    pub(crate) fn sentence(&self) -> String {
        let mut parts = vec![
            match self.format {
                Format::Csv => "texto",
                Format::JsonLines => "registros JSON",
                Format::Xlsx => "libro de Excel",
                Format::Ods => "libro de LibreOffice",
                Format::Xls => "libro de Excel 97–2003",
                Format::Parquet => "Parquet",
            }
            .to_owned(),
        ];
        parts.extend(
            self.compression
                .map(|name| format!("comprimido con {name}")),
        );
        parts.extend(
            self.encoding
                .map(|encoding| encoding_name(encoding).to_owned()),
        );
        parts.extend(
            self.separator
                .map(|separator| format!("separador {}", separator_name(separator))),
        );
        parts.extend(self.decimal.map(|decimal| match decimal {
            Decimal::Point => "decimales con punto".to_owned(),
            Decimal::Comma => "decimales con coma".to_owned(),
        }));
        parts.extend(self.sheet.as_ref().map(|sheet| format!("hoja «{sheet}»")));
        if !matches!(self.format, Format::Parquet | Format::JsonLines) {
            parts.push(format!("cabecera en la fila {}", self.header_row));
        }
        parts.join(", ")
    }
}

fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Utf8Bom => "UTF-8 con BOM",
        Encoding::Windows1252 => "Windows-1252",
        Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
    }
}

fn separator_name(separator: Separator) -> &'static str {
    match separator {
        Separator::Semicolon => "punto y coma",
        Separator::Comma => "coma",
        Separator::Tab => "tabulador",
        Separator::Pipe => "barra",
    }
}

/// A file's own name.
pub(super) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
