//! Any bytes at all behind the first bytes of each container: decompressors stay within their budgets, and so do
//! the archives around a model and the recognition of what is none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::small_limits;

/// What each container begins with; the first byte of the input picks one.
const STARTS: [&[u8]; 8] = [
    b"",
    b"\x78\x9c",
    b"\x1f\x8b\x08\0",
    b"BZh9",
    b"\x5d\0\0",
    b"\xfd7zXZ\0",
    b"\x04\x22\x4d\x18",
    b"PK\x03\x04",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let start = STARTS[usize::from(*choice) % STARTS.len()];
    let (bytes, limits) = ([start, rest].concat(), small_limits());
    let _ = propenso_model::FileKind::of(&bytes, &limits);
    if let Ok(Some(mut packed)) = propenso_pickle::Packed::open(&bytes)
        && let Ok(unpacked) = packed.unpack(&limits)
    {
        assert!(unpacked.len() <= limits.output_bytes);
    }
    let _ = propenso_model::ModelFile::read(bytes.clone(), &limits);
    let _ = propenso_pickle::read(bytes, &limits);
});
