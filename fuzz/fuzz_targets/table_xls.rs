//! Any bytes behind those that a compound file begins with, as a workbook of Excel 97–2003.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read;

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

fuzz_target!(|bytes: &[u8]| {
    let inner = bytes.strip_prefix(MAGIC).unwrap_or(bytes);
    read(&[MAGIC, inner].concat());
});
