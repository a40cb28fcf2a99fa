//! Any bytes as an Arrow stream: behind a schema's, too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read_stream;

fuzz_target!(|bytes: &[u8]| read_stream(bytes));
