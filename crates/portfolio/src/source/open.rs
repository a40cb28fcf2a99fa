//! What a file is, by its first bytes, and how it is read then.

use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use super::bytes::{Bytes, EMPTY};
use super::text::TextSource;
use super::{Source, parquet, workbook};
use crate::error::PortfolioError;
use crate::known_columns::KnownColumns;
use crate::request::{Format, Reading};

/// Opens a portfolio in any form; `None` is standard input.
///
/// # Errors
///
/// [`PortfolioError::Unreadable`] for what is no portfolio, with what to do about it.
pub(crate) fn open(
    input: Option<&Path>,
    reading: &Reading,
    known: &dyn KnownColumns,
) -> Result<Box<dyn Source>, PortfolioError> {
    let bytes = Bytes::open(input, reading.limits)?;
    let format = match reading.format {
        Some(format) => format,
        None => format(&bytes)?,
    };
    match (format, input) {
        (Format::Csv | Format::JsonLines, _) => {
            Ok(Box::new(TextSource::open(bytes, reading, known)?))
        }
        (Format::Xlsx, Some(path)) => workbook::open(path, reading, known),
        (Format::Parquet, Some(path)) => parquet::open(path, reading),
        (Format::Xlsx, None) => workbook::open(copy(bytes)?.path(), reading, known),
        (Format::Parquet, None) => parquet::open(copy(bytes)?.path(), reading),
    }
}

/// Tells what a file is.
fn format(bytes: &Bytes) -> Result<Format, PortfolioError> {
    let unreadable = |spanish: &str, english: &str| {
        Err(PortfolioError::unreadable(&bytes.path, (spanish, english)))
    };
    match *bytes.magic {
        [b'P', b'K', 3, 4, ..] => Ok(Format::Xlsx),
        [b'P', b'A', b'R', b'1', ..] => Ok(Format::Parquet),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => unreadable(
            "es un libro antiguo o cifrado; ábralo en Excel y guárdelo como .xlsx sin contraseña",
            "it is an old or an encrypted workbook; open it in Excel and save it as .xlsx without a password",
        ),
        [b'%', b'P', b'D', b'F', ..] => unreadable(
            "es un PDF; pida la cartera en .csv o .xlsx",
            "it is a PDF; ask for the portfolio as .csv or .xlsx",
        ),
        [b'{', ..] => unreadable(
            "es JSON; las carteras se leen de .csv, .xlsx y .parquet",
            "it is JSON; portfolios are read from .csv, .xlsx and .parquet",
        ),
        [b'<', ..] => unreadable(
            "es una página o XML, se llame como se llame; ábrala en Excel y guárdela como .xlsx",
            "it is a page or XML, whatever its name; open it in Excel and save it as .xlsx",
        ),
        [] => unreadable(EMPTY.0, EMPTY.1),
        _ => Ok(Format::Csv),
    }
}

/// Copies standard input into a file: some forms are not read from the first byte to the last. On Linux an open file
/// needs no name; elsewhere it goes when the program ends.
fn copy(mut bytes: Bytes) -> Result<NamedTempFile, PortfolioError> {
    let failed = |error| PortfolioError::io(Path::new("-"), error);
    let mut file = NamedTempFile::new().map_err(failed)?;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let has_more = bytes.read(1 << 18, &mut buffer)?;
        file.write_all(&buffer).map_err(failed)?;
        if !has_more {
            return Ok(file);
        }
    }
}
