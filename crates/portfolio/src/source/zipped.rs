//! Zip files: a workbook, or one table that was packed to be sent.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use zip::ZipArchive;

use super::bytes::becomes_too_much;
use super::workbook::{CONTENT, ENCRYPTED};
use crate::error::PortfolioError;
use crate::request::{Format, Limits};

/// Files that are told by name.
const MOST_TOLD: usize = 5;

/// What a zip file turned out to be.
#[derive(Debug)]
pub(super) enum Zipped {
    Workbook(Format),
    /// The one file in it, unpacked.
    Table(NamedTempFile),
}

/// Looks into a zip file, and unpacks the table in it.
pub(super) fn look(path: &Path, limits: Limits) -> Result<Zipped, PortfolioError> {
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    // What is no whole zip is told by the workbook's reader.
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else {
        return Ok(Zipped::Workbook(Format::Xlsx));
    };
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(Into::into))
        .collect();
    if names
        .iter()
        .any(|name| name == "[Content_Types].xml" || name.starts_with("xl/"))
    {
        return Ok(Zipped::Workbook(Format::Xlsx));
    }
    let is_document = |name: &String| [CONTENT, ENCRYPTED].contains(&name.as_str());
    if names.iter().any(is_document) {
        return Ok(Zipped::Workbook(Format::Ods));
    }
    let tables: Vec<&String> = names.iter().filter(|name| !is_aside(name)).collect();
    let [table] = tables[..] else {
        return Err(not_one(path, &tables));
    };
    let mut packed = archive
        .by_name(table)
        .map_err(|error| cannot_unpack(path, &error.to_string()))?;
    let mut unpacked = NamedTempFile::new().map_err(temporary)?;
    let mut buffer = vec![0; 1 << 16];
    let mut n_bytes = 0;
    loop {
        let read = packed
            .read(&mut buffer)
            .map_err(|error| cannot_unpack(path, &error.to_string()))?;
        if read == 0 {
            return Ok(Zipped::Table(unpacked));
        }
        n_bytes += read as u64;
        if !limits.may_become(length, n_bytes) {
            return Err(becomes_too_much(path));
        }
        unpacked.write_all(&buffer[..read]).map_err(temporary)?;
    }
}

/// Whether a name is a folder's, or of what systems put beside people's files.
fn is_aside(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.is_empty()
        || name.starts_with("__MACOSX/")
        || last.starts_with('.')
        || ["thumbs.db", "desktop.ini"]
            .iter()
            .any(|aside| last.eq_ignore_ascii_case(aside))
}

fn not_one(path: &Path, tables: &[&String]) -> PortfolioError {
    let told: Vec<&str> = tables
        .iter()
        .take(MOST_TOLD)
        .map(|name| name.as_str())
        .collect();
    let (n_tables, told) = (tables.len(), told.join(", "));
    let problem = match n_tables {
        0 => (
            "es un .zip sin nada dentro".to_owned(),
            "it is a .zip with nothing in it".to_owned(),
        ),
        _ => (
            format!("es un .zip con {n_tables} archivos ({told}); descomprímalo y envíe el que es"),
            format!(
                "it is a .zip of {n_tables} files ({told}); unpack it and send the one that is meant"
            ),
        ),
    };
    PortfolioError::unreadable(path, problem)
}

fn cannot_unpack(path: &Path, error: &str) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "es un .zip que no se puede descomprimir ({error}); envíelo sin contraseña, o sin comprimir"
            ),
            format!(
                "it is a .zip that cannot be unpacked ({error}); send it without a password, or unpacked"
            ),
        ),
    )
}

fn temporary(error: std::io::Error) -> PortfolioError {
    PortfolioError::Temporary {
        folder: std::env::temp_dir(),
        error,
    }
}
