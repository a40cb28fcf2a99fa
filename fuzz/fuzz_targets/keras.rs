//! Any bytes at all, seeded with a Keras archive or HDF5 file: whatever is imported answers,
//! and the engine agrees with the reference predictor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::import_and_answer;

fuzz_target!(|bytes: &[u8]| import_and_answer(bytes));
