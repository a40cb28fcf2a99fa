//! Protocols 0 and 1: no header, values spelt as text. Programs are what Python writes, or one step
//! beside it.

use std::io::Write;

use propenso_pickle::{Container, Document, Limits, read};

fn document(program: &[u8]) -> Document {
    read(program.to_vec(), &Limits::default()).unwrap()
}

fn refusal(program: &[u8]) -> (&'static str, usize) {
    let error = read(program.to_vec(), &Limits::default()).expect_err("it must be refused");
    (error.code(), error.offset())
}

/// The refusal of an opcode in a program that has already shown to be one.
fn refused(opcode: &[u8]) -> &'static str {
    refusal(&[b"(lp0\nNa", opcode, b"."].concat()).0
}

/// `pickle.dumps([1, -5000000000, True, 0.1, 'año\\', {'k': None}], protocol=0)` of Python 3.11.
const VALUES_0: &[u8] =
    b"(lp0\nI1\naL-5000000000L\naI01\naF0.1\naVa\xf1o\\u005c\np1\na(dp2\nVk\np3\nNsa.";

/// The same with protocol 1.
const VALUES_1: &[u8] =
    b"]q\x00(K\x01L-5000000000L\nI01\nG?\xb9\x99\x99\x99\x99\x99\x9aX\x05\x00\x00\x00a\xc3\xb1o\\q\x01}q\x02X\x01\x00\x00\x00kq\x03Nse.";

#[test]
fn values() {
    for (program, protocol) in [(VALUES_0, 0), (VALUES_1, 1)] {
        let document = document(program);
        assert_eq!(document.protocol(), protocol);
        assert_eq!(document.container(), Container::Raw);
        let meter = document.meter();
        let items: Vec<_> = document.root(&meter).items().unwrap().collect();
        assert_eq!(items[0].integer().unwrap(), 1);
        assert_eq!(items[1].integer().unwrap(), -5_000_000_000);
        assert!(items[2].boolean().unwrap());
        assert_eq!(items[3].float().unwrap().to_bits(), 0.1_f64.to_bits());
        assert_eq!(items[4].text().unwrap(), "año\\");
        assert!(items[5].entry("k").unwrap().unwrap().is_none());
    }
}

#[test]
fn arrays_with_data_as_escaped_text() {
    // `numpy.array([1.5, -2.0])`, protocol 0, numpy 1.24, without its memo.
    let program = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntc_codecs\nencode\n\
        (Vb\nVlatin1\ntRtR(I1\n(I2\ntcnumpy\ndtype\n(Vf8\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbI00\n\
        c_codecs\nencode\n(V\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\xf8?\\u0000\\u0000\\u0000\
        \\u0000\\u0000\\u0000\\u0000\xc0\nVlatin1\ntRtb.";
    let document = document(program);
    let meter = document.meter();
    let array = document.root(&meter).array().unwrap();
    assert_eq!(array.f64s().unwrap(), [1.5, -2.0]);
}

#[test]
fn python_2_strings_are_bytes() {
    let document = document(b"(S'a\\x00\\n\\''\nS\"b\"\nS''\nl.");
    let meter = document.meter();
    let items: Vec<_> = document.root(&meter).items().unwrap().collect();
    assert_eq!(items[0].bytes().unwrap(), b"a\0\n'");
    assert_eq!(items[1].bytes().unwrap(), b"b");
    assert_eq!(items[2].bytes().unwrap(), b"");
}

#[test]
fn objects_have_their_class_and_attributes() {
    let programs: [(&[u8], u8); 3] = [
        (
            b"ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR(dVa\nI7\nsb.",
            0,
        ),
        (b"(im\nC\np0\n(dp1\nVa\nI7\nsb.", 0),
        (b"(cm\nC\noq\x00}X\x01\x00\x00\x00aK\x07sb.", 1),
    ];
    for (program, protocol) in programs {
        let document = document(program);
        let meter = document.meter();
        let root = document.root(&meter);
        assert_eq!(root.class().unwrap().to_string(), "m.C");
        assert_eq!(root.attribute("a").unwrap().integer().unwrap(), 7);
        assert_eq!(document.protocol(), protocol);
    }
}

#[test]
fn the_memo_by_text() {
    let program = document(b"((lp0\np7\ng0\ng7\nt.");
    let meter = program.meter();
    assert_eq!(program.root(&meter).items().unwrap().len(), 3);
    assert_eq!(refused(b"p0\n"), "memo-redefined");
    assert_eq!(refused(b"g1\n"), "memo-missing");
    for bad in [&b"g-0\n"[..], b"g00\n", b"g\n", b"g4294967296\n", b"gx\n"] {
        assert_eq!(refused(bad), "invalid-text", "{bad:?}");
    }
}

#[test]
fn spellings_that_python_does_not_write() {
    let lines = [
        "I+0",
        "I 0",
        "I0x10",
        "I1_0",
        "I010",
        "I",
        "I1\r",
        "L5",
        "LL",
        "L 5L",
        "F1e999",
        "F0x1p3",
        "Finfinity",
        "F1_0.0",
        "F",
        "Sa",
        "S'a",
        "S'a\"",
        "S'",
        "S'a'b'",
        "S'\\q'",
        "S'\\x1'",
        "V\\u12",
        "V\\U00110000",
    ];
    for line in lines {
        assert_eq!(
            refused(format!("{line}\n").as_bytes()),
            "invalid-text",
            "{line}"
        );
    }
    let digits = "1".repeat(2_000);
    assert_eq!(refused(format!("I{digits}\n").as_bytes()), "limit-integer");
    assert_eq!(refused(b"V\\ud83d\n"), "leftovers"); // Taken, but as no text.
    assert_eq!(refused(b"o"), "mark-missing");
    assert_eq!(refused(b"(o"), "stack-underflow");
}

#[test]
fn later_opcodes_need_a_header() {
    for opcode in [&b"\x88"[..], b"\x8c\x01a", b"\x80\x02", b"C\x01a", b"\x94"] {
        assert_eq!(refused(opcode), "not-a-pickle", "{opcode:?}");
    }
}

#[test]
fn what_is_no_pickle_is_told_so() {
    let beginnings: [&[u8]; 16] = [
        b"{\"a\": [1, 2]}",
        b"[1, 2, 3]",
        b"<!DOCTYPE html><html></html>",
        b"client,age\n1,2\n3,4\n5,6\n",
        b"codigo;edad\n1;2\n2;3\n2;4\n",
        b"Name,Age\n1,2\n",
        b"ID,AGE\n1,2\n",
        b"Some text. And more of it.\nAnd more.\n",
        b"The model is in another file.\n",
        b"import pickle\n",
        b"\x89HDF\r\n\x1a\n\0\0\0\0",
        b"\x7fELF\x02\x01\x01\0",
        b"%PDF-1.7",
        b"(see the other file)\n",
        b"\xef\xbb\xbfa,b\n",
        b"LICENSE\n",
    ];
    for bytes in beginnings {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(refusal(bytes).0, "not-a-pickle", "{text}");
    }
    let long = [b"I".to_vec(), b"x".repeat(100_000)].concat();
    assert_eq!(refusal(&long).0, "not-a-pickle");
}

#[test]
fn cut_and_damaged_anywhere() {
    for program in [VALUES_0, VALUES_1] {
        for end in 0..program.len() {
            assert!(
                read(program[..end].to_vec(), &Limits::default()).is_err(),
                "cut at {end}"
            );
        }
        for position in 0..program.len() * 8 {
            let mut damaged = program.to_vec();
            damaged[position / 8] ^= 1 << (position % 8);
            let _ = read(damaged, &Limits::default());
        }
    }
}

#[test]
fn decoded_text_is_on_the_budget_of_derived_bytes() {
    let limits = Limits {
        owned_bytes: 1_000,
        ..Limits::default()
    };
    let program = [
        b"(".to_vec(),
        b"S'\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n'\n".repeat(200),
        b"l.".to_vec(),
    ];
    let error = read(program.concat(), &limits).unwrap_err();
    assert_eq!(error.code(), "limit-owned");
}

/// A wrapper made by a call instead of `NEWOBJ` must not start a third level of programs either.
#[test]
fn nested_programs_never_nest_deeper() {
    let state = b"(dVdtype\ncnumpy\ndtype\n(VO8\nI00\nI01\ntR(I3\nV|\nNNNI-1\nI-1\nI63\ntbsVshape\n(I1\ntsVorder\nVC\nsb";
    let wrapper = b"ccopy_reg\n_reconstructor\n(cjoblib.numpy_pickle\nNumpyArrayWrapper\nc__builtin__\nobject\nNtR";
    let level = [&b"\x80\x02"[..], wrapper, state].concat();
    let program = level.repeat(20_000);
    assert_eq!(refusal(&program).0, "wrapper-nested");
}

#[test]
fn lines_of_a_compressed_stream_and_of_a_frame() {
    let text = "a".repeat(300_000);
    let program = format!("(lp0\nV{text}\na.");
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(program.as_bytes()).unwrap();
    let zlib = document(&encoder.finish().unwrap());
    let meter = zlib.meter();
    let item = zlib.root(&meter).items().unwrap().next().unwrap();
    assert_eq!(item.text().unwrap(), text);
    assert_eq!(refusal(&program.as_bytes()[..200_000]), ("truncated", 5));
    // A line that begins in a frame must end in it.
    let framed = |length: u8| {
        let program = [
            &b"\x80\x04\x95"[..],
            &[length, 0, 0, 0, 0, 0, 0, 0],
            b"cm\nC\n.",
        ]
        .concat();
        read(program, &Limits::default()).map_err(|error| error.code())
    };
    assert!(framed(6).is_ok());
    assert_eq!(framed(4).unwrap_err(), "frame-straddled");
    assert_eq!(framed(2).unwrap_err(), "frame-straddled");
}
