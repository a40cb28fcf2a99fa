//! Any bytes at all, as a table of clients: text in any dialect, JSON records.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::table::read;

fuzz_target!(|bytes: &[u8]| read(bytes));
