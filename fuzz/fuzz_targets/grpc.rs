//! Any bytes as the messages of gRPC.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::calls::call;

fuzz_target!(|bytes: &[u8]| call(bytes));
