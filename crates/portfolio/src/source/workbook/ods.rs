//! `.ods`: a zip with a text of XML, `content.xml`, that has all sheets one behind the other (OpenDocument 1.3, part 3).
//!
//! It is unpacked once, and each sheet is read from where it begins.

mod cell;
mod rows;
mod xml;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use zip::ZipArchive;

use super::book::{Book, LONGEST_NAME, MOST_SHEETS, Rows, Sheet, SheetError};
use super::problems::{cannot_open, encrypted, no_workbook, too_many_sheets};
use crate::error::PortfolioError;
use crate::request::Limits;
use crate::source::bytes::becomes_too_much;
use rows::OdsRows;
use xml::{Node, Xml, attributes};

/// The part with the sheets.
pub(in crate::source) const CONTENT: &str = "content.xml";

/// The part that has all others, where LibreOffice encrypts them as a whole.
pub(in crate::source) const ENCRYPTED: &str = "encrypted-package";

/// Styles of hidden sheets that a workbook may have.
const MOST_HIDDEN: usize = 10_000;

/// A LibreOffice workbook.
struct OdsBook {
    content: File,
    limits: Limits,
    sheets: Vec<Sheet>,
    places: Vec<Place>,
}

/// Where a sheet is.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The byte that its tag begins at.
    begins: u64,
    /// Tags of rows that it has.
    n_rows: u32,
}

/// Opens a workbook.
pub(super) fn open(path: &Path, limits: Limits) -> Result<Box<dyn Book>, PortfolioError> {
    let content = unpacked(path, limits)?;
    let mut found = Found::default();
    let looked = Xml::from(&content, 0, limits.row_bytes).and_then(|xml| found.look(xml));
    looked.map_err(|error| cannot_open(path, &error))?;
    if !found.is_spreadsheet {
        return Err(no_workbook(path));
    }
    if found.sheets.len() > MOST_SHEETS {
        return Err(too_many_sheets(path));
    }
    Ok(Box::new(OdsBook {
        content,
        limits,
        sheets: found.sheets,
        places: found.places,
    }))
}

/// Unpacks the text into a file without a name.
fn unpacked(path: &Path, limits: Limits) -> Result<File, PortfolioError> {
    let temporary = |error| PortfolioError::Temporary {
        folder: std::env::temp_dir(),
        error,
    };
    let file = File::open(path).map_err(|error| PortfolioError::io(path, error))?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    // XML is hardly ever compressed forty times.
    let most = limits.expanded / 2 + limits.expansion / 4 * length;
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|error| cannot_open(path, &error))?;
    if archive.index_for_name(ENCRYPTED).is_some() {
        return Err(encrypted(path));
    }
    let mut content = archive
        .by_name(CONTENT)
        .map_err(|error| cannot_open(path, &error))?;
    let mut unpacked = tempfile::tempfile().map_err(temporary)?;
    let mut buffer = vec![0; 1 << 16];
    let mut n_bytes = 0;
    loop {
        let read = content
            .read(&mut buffer)
            .map_err(|error| cannot_open(path, &error))?;
        if read == 0 {
            return Ok(unpacked);
        }
        let mut bytes = &buffer[..read];
        if n_bytes == 0 {
            // Places in the file are counted without its mark.
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            if !bytes.trim_ascii_start().starts_with(b"<") {
                return Err(encrypted(path));
            }
        }
        n_bytes += read as u64;
        if n_bytes > most {
            return Err(becomes_too_much(path));
        }
        unpacked.write_all(bytes).map_err(temporary)?;
    }
}

/// What a look at the whole text finds.
#[derive(Debug, Default)]
struct Found {
    is_spreadsheet: bool,
    hidden_styles: HashSet<String>,
    sheets: Vec<Sheet>,
    places: Vec<Place>,
}

impl Found {
    fn look(&mut self, mut xml: Xml) -> Result<(), SheetError> {
        let (mut style, mut is_within, mut n_rows) = (String::new(), false, 0);
        loop {
            let (begins, within) = (xml.position(), xml.depth());
            match xml.next()? {
                Node::Begin(start) => match (within, start.name().as_ref()) {
                    (2, "office:spreadsheet") => (self.is_spreadsheet, is_within) = (true, true),
                    (3, "table:table") if is_within => {
                        n_rows = 0;
                        self.sheets.push(self.sheet(&start));
                        self.places.push(Place { begins, n_rows });
                        if self.sheets.len() > MOST_SHEETS {
                            return Ok(());
                        }
                    }
                    (4.., "table:table-row") => n_rows += 1,
                    (2, "style:style") => style = attribute(&start, "style:name"),
                    (3, "style:table-properties")
                        if attribute(&start, "table:display") == "false" =>
                    {
                        self.hidden_styles.insert(std::mem::take(&mut style));
                        if self.hidden_styles.len() > MOST_HIDDEN {
                            return Err(SheetError::damaged("it has too many styles"));
                        }
                    }
                    _ => {}
                },
                Node::End if within == 3 => is_within = false,
                Node::End if within == 4 && is_within => {
                    if let Some(place) = self.places.last_mut() {
                        place.n_rows = n_rows;
                    }
                }
                Node::Over if within > 0 => {
                    return Err(SheetError::damaged("its XML ends too early"));
                }
                Node::Over => return Ok(()),
                Node::End | Node::Text(_) => {}
            }
        }
    }

    /// A sheet by its tag. Its style, which says whether it is hidden, stands before it.
    fn sheet(&self, start: &quick_xml::events::BytesStart<'_>) -> Sheet {
        Sheet {
            name: attribute(start, "table:name"),
            is_hidden: self
                .hidden_styles
                .contains(&attribute(start, "table:style-name")),
        }
    }
}

/// An attribute's value, or nothing; no more of it than a name has.
fn attribute(start: &quick_xml::events::BytesStart<'_>, wanted: &str) -> String {
    attributes(start)
        .find(|(name, _)| *name == wanted)
        .map_or_else(String::new, |(_, value)| {
            value.chars().take(LONGEST_NAME).collect()
        })
}

impl Book for OdsBook {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(&mut self, sheet: usize) -> Result<Option<Box<dyn Rows + '_>>, SheetError> {
        let Some(Place { begins, n_rows }) = self.places.get(sheet).copied() else {
            return Ok(None);
        };
        let xml = Xml::from(&self.content, begins, self.limits.row_bytes)?;
        let rows = OdsRows::of(xml, self.limits, n_rows.checked_sub(1))?;
        Ok(Some(Box::new(rows)))
    }
}
