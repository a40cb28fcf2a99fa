//! Any bytes as the tensors of `/v2`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::tensors::read;

fuzz_target!(|bytes: &[u8]| read(bytes));
