//! Any text as the parts of a workbook: its sheet, its list of texts and its styles, with a NUL between them.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const PARTS: [(&str, &str); 3] = [
    ("_rels/.rels", r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
    ("xl/workbook.xml", r#"<workbook><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>"#),
    ("xl/_rels/workbook.xml.rels", r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
];

fuzz_target!(|bytes: &[u8]| {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    let mut write = |name: &str, bytes: &[u8]| {
        book.start_file(name, stored).expect("a name that is new");
        book.write_all(bytes).expect("memory");
    };
    for (name, text) in PARTS {
        write(name, text.as_bytes());
    }
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    for name in ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"] {
        if let Some(part) = parts.next() {
            write(name, part);
        }
    }
    read(&book.finish().expect("memory").into_inner());
});
