//! The forms a portfolio comes in.

mod aside;
mod bytes;
mod dialect;
mod encoding;
mod guarded;
mod json;
mod noticed;
mod open;
pub(crate) mod parquet;
mod row_names;
mod rows;
mod text;
mod workbook;
mod zipped;

use serde::Serialize;

use crate::batch::Batch;
use crate::decimals::Decimals;
use crate::error::PortfolioError;
use crate::request::{Decimal, Encoding, Format, Separator};
pub(crate) use aside::Aside;
pub(crate) use guarded::guarded;
pub(crate) use open::open;
pub(crate) use row_names::RowNames;
pub(crate) use rows::count_line_ends;
use text::TextPiece;

/// A portfolio that is read piece by piece. One thread at a time asks for the next piece, so what can be done later
/// is left to [`Piece::read`].
pub(crate) trait Source: Send {
    /// The columns' names as the file spells them.
    fn header(&self) -> &[String];

    /// Tells what was found out about the file, and what was said of it.
    fn detected(&self) -> &Detected;

    /// The next rows; `None` behind the last.
    fn next(&mut self) -> Result<Option<Piece>, PortfolioError>;

    /// Tells what numbers that are written as text have before their decimals, as far as that is known by now.
    fn decimals(&self) -> Decimals {
        Decimals::said(self.detected().decimal)
    }

    /// Counts the rows so far that hold no client.
    fn aside(&self) -> Aside {
        Aside::default()
    }

    /// Tells what the rows are called, by their numbers.
    fn row_names(&self) -> RowNames {
        RowNames::default()
    }

    /// The names of a workbook's sheets, read or not.
    fn sheets(&self) -> &[String] {
        &[]
    }

    /// The types of a typed table's columns.
    fn schema(&self) -> Option<arrow_schema::SchemaRef> {
        None
    }

    /// Lists what the reader of the summary should know of how the file was read. Each is a sentence in Spanish.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// The line of a text file that the first row behind the header begins on, from 1; quoted line ends count too.
    fn first_line(&self) -> Option<u64> {
        None
    }

    /// Bytes of the file read so far, and how many it has, where that is known.
    fn position(&self) -> (u64, Option<u64>);
}

/// Some rows on their way.
#[derive(Debug)]
pub(crate) enum Piece {
    /// Rows of a text file, not yet taken apart.
    Text(TextPiece),
    /// Rows of a typed table.
    Rows(Batch),
}

impl Piece {
    /// Reads the rows.
    pub(crate) fn read(self, batch: &mut Batch) {
        match self {
            Self::Rows(rows) => *batch = rows,
            Self::Text(piece) => piece.read(batch),
        }
    }
}

/// The form that a file turned out to have. Everything here can be said beforehand instead.
#[derive(Debug, Clone, Serialize)]
pub struct Detected {
    /// The file's form.
    pub format: Format,
    /// `gzip` or `zstd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<&'static str>,
    /// The encoding of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// The mark between the cells of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
    /// The mark before the decimals of a text file, where its numbers tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// Whether a text file's lines end as on Windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crlf: Option<bool>,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row with the columns' names, as a spreadsheet counts, from 1.
    pub header_row: u64,
}
