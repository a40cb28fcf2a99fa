//! Tables with bytes changed anywhere: each is read or refused, and no error holds a client's cell. Fuzz targets go further
//! (`fuzz/README.md`).

use std::io::{Cursor, Read, Write};
use std::path::Path;

use propenso_portfolio::Table;
use proptest::prelude::*;
use rust_xlsxwriter::{Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::SCORER;

/// A text that stands in each table, and in no error.
const PRIVATE: &str = "PRIVADO";

/// One change of some bytes.
#[derive(Debug, Clone)]
struct Edit {
    /// Where, as a part of the whole.
    at: f64,
    kind: u8,
    byte: u8,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = (
        0.0..1.0,
        0u8..6,
        prop_oneof![
            any::<u8>(),
            prop::sample::select(b"\"<>;,\n\r\0{}[]/0".to_vec())
        ],
    )
        .prop_map(|(at, kind, byte)| Edit { at, kind, byte });
    prop::collection::vec(edit, 0..6)
}

fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for Edit { at, kind, byte } in edits {
        let at = (bytes.len() as f64 * at) as usize;
        match kind {
            0 | 1 if at < bytes.len() => bytes[at] = *byte,
            2 => bytes.insert(at, *byte),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => bytes.truncate(at.max(8)),
            _ => {
                let end = (at + usize::from(*byte)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// A small workbook's parts.
fn parts() -> Vec<(String, Vec<u8>)> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet
        .write_row(0, 0, ["CUST_CODE", "DEUDA_TOTAL", "EDAD"])
        .unwrap();
    sheet
        .write_row(1, 0, [PRIVATE, "1.250,50", "51-65"])
        .unwrap();
    sheet
        .write_formula(2, 1, Formula::new("B2*2").set_result("5"))
        .unwrap();
    let mut archive = ZipArchive::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
    let parts = (0..archive.len()).map(|at| {
        let mut part = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        (part.name().unwrap().into_owned(), bytes)
    });
    parts.collect()
}

/// The workbook with one of its parts changed.
fn workbook(part: usize, edits: &[Edit]) -> Vec<u8> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = parts();
    let changed = part % parts.len();
    for (at, (name, bytes)) in parts.iter().enumerate() {
        book.start_file(name.as_str(), stored).unwrap();
        let bytes = if at == changed {
            edited(bytes, edits)
        } else {
            bytes.clone()
        };
        book.write_all(&bytes).unwrap();
    }
    book.finish().unwrap().into_inner()
}

/// A form's workbook of `tests/workbooks`.
fn made(form: &str) -> Vec<u8> {
    let name = format!("tests/workbooks/cartera.{form}");
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// LibreOffice's workbook with its sheets changed.
fn ods(edits: &[Edit]) -> Vec<u8> {
    let mut content = String::new();
    let mut archive = ZipArchive::new(Cursor::new(made("ods"))).unwrap();
    let mut part = archive.by_name("content.xml").unwrap();
    part.read_to_string(&mut content).unwrap();
    assert!(content.contains("O&apos;Brien"));
    let content = content.replace("O&apos;Brien", PRIVATE);
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    book.start_file("content.xml", stored).unwrap();
    book.write_all(&edited(content.as_bytes(), edits)).unwrap();
    book.finish().unwrap().into_inner()
}

/// The workbook of Excel 97–2003 with a name that is as long in place of another, and changed.
fn xls(edits: &[Edit]) -> Vec<u8> {
    let mut bytes = made("xls");
    let mut places = bytes.windows(PRIVATE.len());
    let at = places.position(|text| text == b"O'Brien").unwrap();
    bytes[at..at + PRIVATE.len()].copy_from_slice(PRIVATE.as_bytes());
    edited(&bytes, edits)
}

fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    match Table::read(bytes, SCORER.contract()) {
        Ok(table) => {
            for row in 0..table.n_rows() {
                let length = |column| table.cell(row, column).len();
                prop_assert!((0..table.header().len()).map(length).sum::<usize>() < 1 << 20);
            }
        }
        Err(error) => prop_assert!(!error.to_string().contains(PRIVATE), "{}", error),
    }
    Ok(())
}

proptest! {
    #[test]
    fn text(edits in edits(), is_json in any::<bool>()) {
        let text = format!("CUST_CODE;DEUDA_TOTAL;EDAD\n{PRIVATE};1.250,50;\"51-65\"\n2;3,5;\"0\n-30\"\n");
        let json = format!(r#"[{{"CUST_CODE": "{PRIVATE}", "EDAD": null}}, {{"CUST_CODE": 2, "DEUDA_TOTAL": 1.5}}]"#);
        read(&edited(if is_json { json.as_bytes() } else { text.as_bytes() }, &edits))?;
    }

    #[test]
    fn workbooks(edits in edits(), part in any::<usize>()) {
        read(&workbook(part, &edits))?;
    }

    #[test]
    fn workbooks_of_libreoffice(edits in edits()) {
        read(&ods(&edits))?;
    }

    #[test]
    fn workbooks_of_excel_97(edits in edits()) {
        read(&xls(&edits))?;
    }

    #[test]
    fn parquet(edits in edits()) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks/tables/parquet-rows-lie.parquet");
        read(&edited(&std::fs::read(path).unwrap(), &edits))?;
    }
}
