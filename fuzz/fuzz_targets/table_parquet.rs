//! Any bytes between a Parquet file's marks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read;

fuzz_target!(|bytes: &[u8]| {
    let inner = bytes.strip_prefix(b"PAR1").unwrap_or(bytes);
    let inner = inner.strip_suffix(b"PAR1").unwrap_or(inner);
    read(&[b"PAR1", inner, b"PAR1"].concat());
});
