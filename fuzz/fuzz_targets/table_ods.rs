//! Any text as the sheets of a LibreOffice workbook.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

fuzz_target!(|bytes: &[u8]| {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    book.start_file("content.xml", stored).expect("a name that is new");
    book.write_all(bytes).expect("memory");
    read(&book.finish().expect("memory").into_inner());
});
