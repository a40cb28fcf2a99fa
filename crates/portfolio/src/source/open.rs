//! What a file is, by its first bytes, and how it is read then.

use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use super::bytes::{Bytes, EMPTY};
use super::text::TextSource;
use super::workbook::MAGIC;
use super::zipped::Zipped;
use super::{Source, json, parquet, workbook, zipped};
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
    let form = match reading.format {
        Some(format) => Form::of(format),
        None => form(&bytes)?,
    };
    if form == Form::Text {
        return Ok(Box::new(TextSource::open(bytes, reading, known)?));
    }
    // Other forms are not read from the first byte to the last.
    match input {
        Some(path) => open_file(path, form, reading, known),
        None => open_file(copy(bytes)?.path(), form, reading, known),
    }
}

/// The forms that are read in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Zip,
    Compound,
    Parquet,
    Json,
}

impl Form {
    fn of(format: Format) -> Self {
        match format {
            Format::Csv => Self::Text,
            Format::Xlsx | Format::Ods => Self::Zip,
            Format::Xls => Self::Compound,
            Format::Parquet => Self::Parquet,
            Format::JsonLines => Self::Json,
        }
    }
}

fn open_file(
    path: &Path,
    form: Form,
    reading: &Reading,
    known: &dyn KnownColumns,
) -> Result<Box<dyn Source>, PortfolioError> {
    match form {
        Form::Compound => workbook::open(path, Format::Xls, reading, known),
        Form::Parquet => parquet::open(path, reading),
        Form::Json => json::open(path, reading),
        Form::Text => {
            let bytes = Bytes::open(Some(path), reading.limits)?;
            Ok(Box::new(TextSource::open(bytes, reading, known)?))
        }
        Form::Zip => match zipped::look(path, reading.limits)? {
            Zipped::Workbook(format) => workbook::open(path, format, reading, known),
            Zipped::Table(table) => {
                let inner = form_of_packed(table.path(), path, reading)?;
                let opened = open_file(table.path(), inner, reading, known);
                opened.map_err(|error| error.naming(table.path(), &path.to_string_lossy()))
            }
        },
    }
}

/// Tells what the table in a zip file is. One within another is not looked into.
fn form_of_packed(table: &Path, path: &Path, reading: &Reading) -> Result<Form, PortfolioError> {
    let form = form(&Bytes::open(Some(table), reading.limits)?);
    let form = form.map_err(|error| error.naming(table, &path.to_string_lossy()))?;
    let is_zip =
        form == Form::Zip && !matches!(zipped::look(table, reading.limits)?, Zipped::Workbook(_));
    match is_zip {
        true => Err(PortfolioError::unreadable(
            path,
            (
                "es un .zip dentro de otro; descomprímalo",
                "it is a .zip within another; unpack it",
            ),
        )),
        false => Ok(form),
    }
}

/// Tells what a file is.
fn form(bytes: &Bytes) -> Result<Form, PortfolioError> {
    let unreadable = |spanish: &str, english: &str| {
        Err(PortfolioError::unreadable(&bytes.path, (spanish, english)))
    };
    match *bytes.magic {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Form::Zip),
        [b'P', b'A', b'R', b'1', ..] => Ok(Form::Parquet),
        _ if bytes.magic.starts_with(&MAGIC) => Ok(Form::Compound),
        [b'%', b'P', b'D', b'F', ..] => unreadable(
            "es un PDF; pida la cartera en .csv o .xlsx",
            "it is a PDF; ask for the portfolio as .csv or .xlsx",
        ),
        [b'<', ..] => unreadable(
            "es una página o XML, se llame como se llame; ábrala en Excel y guárdela como .xlsx",
            "it is a page or XML, whatever its name; open it in Excel and save it as .xlsx",
        ),
        [] => unreadable(EMPTY.0, EMPTY.1),
        _ if is_json(&bytes.beginning) => Ok(Form::Json),
        _ => Ok(Form::Text),
    }
}

/// Tells JSON by its first bytes: an object, or an array of them.
fn is_json(magic: &[u8]) -> bool {
    let text = magic
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(magic)
        .trim_ascii_start();
    match text {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start().first(), None | Some(b'"' | b'}')),
        [b'[', rest @ ..] => matches!(
            rest.trim_ascii_start().first(),
            None | Some(b'{' | b']' | b'[')
        ),
        _ => false,
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
