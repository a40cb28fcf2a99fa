//! Damaged and random programs: an answer or an error, never a panic, and work within the budgets.

use propenso_pickle::{Document, Error, Limits, read};
use proptest::prelude::*;

/// A program with a bit of everything: frame, memo, names, state, a dtype, an array.
fn honest() -> Vec<u8> {
    let body: &[u8] = b"cm\nC\n)\x81}(\x8c\x01a](K\x01\x88G\x3f\xf8\0\0\0\0\0\0e\x94\x8c\x01b\
        cnumpy.core.numeric\n_frombuffer\n(C\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
        cnumpy\ndtype\n\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\
        K\x02\x85\x8c\x01CtR\x8c\x01ch\x00ub.";
    let frame = [b"\x95", &(body.len() as u64).to_le_bytes()[..]].concat();
    [b"\x80\x04", &frame[..], body].concat()
}

fn small() -> Limits {
    Limits {
        output_bytes: 1 << 20,
        opcodes: 10_000,
        nodes: 10_000,
        memo_entries: 1_000,
        stack_depth: 1_000,
        owned_bytes: 1 << 16,
        ..Limits::default()
    }
}

fn try_read(bytes: &[u8]) -> Result<Document, Error> {
    let outcome = read(bytes.to_vec(), &small());
    if let Ok(document) = &outcome {
        let meter = document.meter();
        let root = document.root(&meter);
        let _ = (
            root.describe(),
            root.attribute("a"),
            root.attribute("b").map(propenso_pickle::View::array),
        );
    }
    outcome
}

#[test]
fn the_honest_program_is_read() {
    let document = try_read(&honest()).unwrap();
    let meter = document.meter();
    let array = document
        .root(&meter)
        .attribute("b")
        .unwrap()
        .array()
        .unwrap();
    assert_eq!(array.f64s().unwrap(), [0.0, 0.0]);
}

#[test]
fn cut_at_every_byte() {
    let program = honest();
    for end in 0..program.len() {
        assert!(try_read(&program[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn every_single_bit_flipped() {
    let program = honest();
    for position in 0..program.len() * 8 {
        let mut damaged = program.clone();
        damaged[position / 8] ^= 1 << (position % 8);
        let _ = try_read(&damaged);
    }
}

proptest! {
    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = try_read(&bytes);
        let _ = try_read(&[b"\x80\x04", &bytes[..]].concat());
    }

    /// Random programs of opcodes that need no long argument, which get further than random bytes.
    #[test]
    fn random_programs(
        opcodes in proptest::collection::vec(
            prop::sample::select(b"(]})N\x88\x8902e1tuasdlR\x81\x85\x86\x87\x94\x8f\x90\x91\x92\x93b".to_vec()),
            0..300,
        )
    ) {
        let _ = try_read(&[b"\x80\x04cnumpy\ndtype\n", &opcodes[..], b"."].concat());
        let _ = try_read(&[b"\x80\x04cnumpy.core.multiarray\n_reconstruct\n", &opcodes[..], b"."].concat());
    }
}
