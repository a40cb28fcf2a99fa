//! One literal program per kind of error: the code, and where it points.

use propenso_pickle::{Limits, read};

/// Protocol 4 header.
const P4: &[u8] = b"\x80\x04";

fn program(parts: &[&[u8]]) -> Vec<u8> {
    [&[P4], parts].concat().concat()
}

/// Code and offset of the error that a program gives under some limits.
fn refusal_with(parts: &[&[u8]], limits: &Limits) -> (&'static str, usize) {
    let error = read(program(parts), limits).expect_err("the program must be refused");
    (error.code(), error.offset())
}

fn refusal(parts: &[&[u8]]) -> (&'static str, usize) {
    refusal_with(parts, &Limits::default())
}

#[test]
fn not_a_pickle() {
    for bytes in [&b""[..], b"\x80", b"hello", b"\x89PNG", b"{\"a\": 1}"] {
        assert_eq!(
            read(bytes.to_vec(), &Limits::default()).unwrap_err().code(),
            "not-a-pickle"
        );
    }
}

#[test]
fn protocols() {
    for protocol in [0, 1, 6, 255] {
        let error = read(vec![0x80, protocol, b'N', b'.'], &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "protocol");
    }
    assert_eq!(refusal(&[P4, b"N."]), ("refused-opcode", 2));
}

#[test]
fn truncated_anywhere() {
    assert_eq!(refusal(&[]), ("truncated", 2));
    assert_eq!(refusal(&[b"N"]), ("truncated", 3));
    assert_eq!(refusal(&[b"\x8c"]), ("truncated", 2));
    assert_eq!(refusal(&[b"\x8c\x05abc"]), ("truncated", 2));
    assert_eq!(refusal(&[b"G\0\0"]), ("truncated", 2));
    assert_eq!(refusal(&[b"X\xff\xff\xff\xffa"]), ("truncated", 2));
    assert_eq!(
        refusal(&[b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff"]),
        ("truncated", 2)
    );
    assert_eq!(
        refusal(&[b"\x96\xff\xff\xff\xff\xff\xff\xff\x7f"]),
        ("truncated", 2)
    );
    assert_eq!(refusal(&[b"csys\nexit"]), ("truncated", 2));
}

#[test]
fn opcodes_that_are_none_or_refused() {
    assert_eq!(refusal(&[b"\xff"]), ("unknown-opcode", 2));
    let outside: [&[u8]; 7] = [b"\x82\x01", b"\x83", b"\x84", b"P", b"NQ", b"\x97", b"\x98"];
    for opcode in outside {
        assert_eq!(
            refusal(&[opcode, b"...."]).0,
            "refused-opcode",
            "{opcode:?}"
        );
    }
}

#[test]
fn protocol_0_as_python_does_not_write_it() {
    for text in [
        &b"I+1\n."[..],
        b"I 1\n.",
        b"I0x1\n.",
        b"L1\n.",
        b"Finfinity\n.",
        b"S'a\n.",
        b"S'\\q'\n.",
        b"V\\u12\n.",
        b"Np+1\n.",
        b"g-1\n.",
    ] {
        assert_eq!(refusal(&[text]).0, "invalid-text", "{text:?}");
    }
    assert_eq!(refusal(&[b"g0\n."]).0, "memo-missing");
    assert_eq!(refusal(&[b"S'abc"]).0, "truncated");
    assert_eq!(refusal(&[b"(o."]).0, "stack-underflow");
}

/// Files without a header must be protocol 0 or 1 throughout, and no other kind of text.
#[test]
fn files_that_begin_like_protocol_0() {
    let code = |bytes: &[u8]| {
        let error = propenso_pickle::read(bytes.to_vec(), &propenso_pickle::Limits::default());
        error.expect_err("the file must be refused").code()
    };
    for text in [
        &b"Nombre;Importe\n1;2\n"[..],
        b"Ventas de enero",
        b"(c) 2026, all rights reserved",
        b"]]]]]]]",
        b"N\x95\0\0\0\0\0\0\0\0.",
        b"}\n",
        b"\x7fELF",
        b"<html>",
        b"{\"a\": 1}",
    ] {
        let code = code(text);
        let expected = ["not-a-pickle", "truncated"];
        assert!(expected.contains(&code), "{text:?}: {code}");
    }
}

#[test]
fn frames() {
    // An argument, then an opcode, beyond the end of the frame.
    assert_eq!(
        refusal(&[b"\x95\x02\0\0\0\0\0\0\0\x8c\x01a."]),
        ("frame-straddled", 11)
    );
    assert_eq!(
        refusal(&[b"\x95\x01\0\0\0\0\0\0\0M\x01\x01."]),
        ("frame-straddled", 11)
    );
    let inner = b"\x95\x01\0\0\0\0\0\0\0";
    assert_eq!(
        refusal(&[b"\x95\x0b\0\0\0\0\0\0\0", inner, b"N."]).0,
        "frame-nested"
    );
    assert_eq!(
        refusal(&[b"\x95\xff\0\0\0\0\0\0\0N."]),
        ("frame-too-long", 2)
    );
    assert_eq!(
        refusal(&[b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN."]),
        ("frame-too-long", 2)
    );
    // STOP before the end of the frame.
    assert_eq!(
        refusal(&[b"\x95\x03\0\0\0\0\0\0\0N.N"]),
        ("frame-unfinished", 12)
    );
    assert!(read(program(&[b"\x95\x02\0\0\0\0\0\0\0N."]), &Limits::default()).is_ok());
}

#[test]
fn the_stack() {
    assert_eq!(refusal(&[b"0"]), ("stack-underflow", 2));
    assert_eq!(refusal(&[b"2"]), ("stack-underflow", 2));
    assert_eq!(refusal(&[b"N\x86"]), ("stack-underflow", 3));
    assert_eq!(refusal(&[b"N(0"]), ("stack-underflow", 4));
    assert_eq!(refusal(&[b"NN(N\x87"]), ("stack-underflow", 6));
    assert_eq!(refusal(&[b"Nt"]), ("mark-missing", 3));
    assert_eq!(refusal(&[b"1"]), ("mark-missing", 2));
    assert_eq!(refusal(&[b"]Ne"]), ("mark-missing", 4));
    assert_eq!(refusal(&[b"."]), ("leftovers", 2));
    assert_eq!(refusal(&[b"NN."]), ("leftovers", 4));
    assert_eq!(refusal(&[b"N(."]), ("leftovers", 4));
}

#[test]
fn the_memo() {
    assert_eq!(refusal(&[b"h\x07"]), ("memo-missing", 2));
    assert_eq!(refusal(&[b"j\xff\xff\xff\xff"]), ("memo-missing", 2));
    assert_eq!(refusal(&[b"Nq\x00Nq\x00"]), ("memo-redefined", 6));
    assert_eq!(refusal(&[b"\x94"]), ("stack-underflow", 2));
    // A huge slot number costs one entry, not a table that long.
    assert!(read(program(&[b"Nr\xff\xff\xff\xff."]), &Limits::default()).is_ok());
}

#[test]
fn wrong_types() {
    assert_eq!(refusal(&[b"NNa"]), ("wrong-type", 4));
    assert_eq!(refusal(&[b"N(e"]), ("wrong-type", 4));
    assert_eq!(refusal(&[b"](NNu"]), ("wrong-type", 6));
    assert_eq!(refusal(&[b"](N\x90"]), ("wrong-type", 5));
    assert_eq!(refusal(&[b"]}b"]), ("wrong-type", 4));
    assert_eq!(refusal(&[b"K\x01K\x02\x93"]), ("wrong-type", 6));
    assert_eq!(
        refusal(&[b"\x8c\x02os\x8c\x06system\x93NR"]).0,
        "wrong-type"
    );
    assert_eq!(refusal(&[b"}(Nu"]), ("odd-items", 5));
    assert_eq!(refusal(&[b"(Nd"]), ("odd-items", 4));
}

#[test]
fn budgets() {
    let small = Limits {
        opcodes: 10,
        nodes: 8,
        memo_entries: 2,
        stack_depth: 4,
        globals: 2,
        name_bytes: 8,
        integer_bytes: 16,
        ..Limits::default()
    };
    let refused = |parts: &[&[u8]]| refusal_with(parts, &small);
    assert_eq!(refused(&[b"N0N0N0N0N0N0"]), ("limit-opcodes", 12));
    assert_eq!(refused(&[b"]0]0]0]0]0]0"]).0, "limit-opcodes");
    assert_eq!(refused(&[b"]]a]a]a]a]a]a"]).0, "limit-nodes");
    assert_eq!(refused(&[b"N\x94\x94\x94"]), ("limit-memo", 5));
    assert_eq!(refused(&[b"NNNNN"]), ("limit-stack", 6));
    assert_eq!(refused(&[b"((((("]), ("limit-stack", 6));
    assert_eq!(refused(&[b"ca\nb\n0ca\nc\n0ca\nd\n"]).0, "limit-globals");
    assert_eq!(refused(&[b"cabcdefghij\nb\n"]).0, "limit-name");
    assert_eq!(
        refused(&[b"\x8c\x09abcdefghi\x8c\x01b\x93"]).0,
        "limit-name"
    );
    assert_eq!(refused(&[b"\x8a\x11", &[1; 17]]).0, "limit-integer");
    assert_eq!(refused(&[b"\x8b\xff\xff\xff\x7f"]).0, "limit-integer");
    let output = Limits {
        output_bytes: 3,
        ..Limits::default()
    };
    assert_eq!(refusal_with(&[b"NN"], &output).0, "limit-output");
}

/// `numpy.dtype(text, False, True)` followed by its state.
fn dtype(text: &[u8], state: &[u8]) -> Vec<u8> {
    let length = [text.len() as u8];
    [
        b"cnumpy\ndtype\n\x8c",
        &length[..],
        text,
        b"\x89\x88\x87R",
        state,
    ]
    .concat()
}

const F8_STATE: &[u8] = b"(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb";

#[test]
fn dtypes() {
    let bad = |text: &[u8], state: &[u8]| refusal(&[&dtype(text, state)]).0;
    assert_eq!(bad(b"f3", b""), "invalid-dtype");
    assert_eq!(bad(b"", b""), "invalid-dtype");
    assert_eq!(bad(b"f8", b"(K\x03tb"), "invalid-dtype");
    assert_eq!(
        bad(b"f8", b"(K\x09\x8c\x01<NNNK\x08K\x08K\x00tb"),
        "invalid-dtype"
    );
    assert_eq!(
        bad(b"f8", b"(K\x03\x8c\x01?NNNK\x08K\x08K\x00tb"),
        "invalid-dtype"
    );
    assert_eq!(
        bad(b"f8", b"(K\x03\x8c\x01<)NNK\x08K\x08K\x00tb"),
        "invalid-dtype"
    );
    assert_eq!(
        bad(b"f8", b"(K\x03\x8c\x01<NNNK\x07K\x08K\x00tb"),
        "invalid-dtype"
    );
    assert_eq!(
        bad(b"V8", b"(K\x03\x8c\x01|N)NK\x08K\x01K\x10tb"),
        "invalid-dtype"
    );
    let twice = [&dtype(b"f8", F8_STATE)[..], b"Nb"].concat();
    assert_eq!(refusal(&[&twice]).0, "second-build");
}

#[test]
fn records() {
    let record = |field: &[u8], size: u8| {
        let f8 = dtype(b"f8", F8_STATE);
        let parts: [&[u8]; 9] = [
            b"(K\x03\x8c\x01|N\x8c\x01a\x85}\x8c\x01a",
            field,
            &f8,
            b"K",
            &[size],
            b"\x86s",
            b"K\x08K\x01K\x10t",
            b"b",
            b"",
        ];
        let state = parts.concat();
        refusal(&[&dtype(b"V8", &state), b"XX"]).0
    };
    assert_eq!(record(b"", 4), "invalid-dtype");
    // At offset 0 the field fits; what is refused is the garbage behind it.
    assert_eq!(record(b"", 0), "truncated");
}

#[test]
fn arrays() {
    let from_buffer = |shape: &[u8], order: &[u8], n_bytes: u8| {
        let f8 = dtype(b"f8", F8_STATE);
        let data = vec![0; n_bytes.into()];
        let parts: [&[u8]; 9] = [
            b"cnumpy.core.numeric\n_frombuffer\n(C",
            &[n_bytes],
            &data,
            &f8,
            shape,
            b"\x8c\x01",
            order,
            b"tR",
            b".",
        ];
        read(program(&parts), &Limits::default()).map_err(|error| error.code())
    };
    assert!(from_buffer(b"K\x02\x85", b"C", 16).is_ok());
    assert!(from_buffer(b"K\x01K\x02\x86", b"F", 16).is_ok());
    assert_eq!(
        from_buffer(b"K\x03\x85", b"C", 16).unwrap_err(),
        "invalid-array"
    );
    assert_eq!(
        from_buffer(b"J\xff\xff\xff\xff\x85", b"C", 16).unwrap_err(),
        "invalid-array"
    );
    assert_eq!(from_buffer(b"\x88\x85", b"C", 8).unwrap_err(), "wrong-type");
    assert_eq!(
        from_buffer(b"K\x02\x85", b"Z", 16).unwrap_err(),
        "invalid-array"
    );
    let huge = b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
    let shape = [&huge[..], huge, b"\x86"].concat();
    assert_eq!(from_buffer(&shape, b"C", 16).unwrap_err(), "invalid-array");
    let deep = [b"(".to_vec(), b"K\x01".repeat(40), b"t".to_vec()].concat();
    assert_eq!(from_buffer(&deep, b"C", 8).unwrap_err(), "limit-dimensions");
}

#[test]
fn containers() {
    let code = |bytes: &[u8]| read(bytes.to_vec(), &Limits::default()).unwrap_err().code();
    assert_eq!(code(b"\x1f\x8b\x08garbage-garbage"), "decompression");
    assert_eq!(code(b"\x78\x9cgarbage"), "decompression");
    assert_eq!(code(b"BZh9garbage"), "decompression");
    assert_eq!(code(b"\xfd7zXZ\0garbage-garbage"), "decompression");
    assert_eq!(code(b"\x04\x22\x4d\x18garbage"), "decompression");
    assert_eq!(code(b"ZF0x10               x\x9c"), "legacy-joblib");
    assert_eq!(
        code(b"\x80\x02cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81"),
        "legacy-joblib"
    );
}

#[test]
fn messages_tell_the_place_and_what_to_do() {
    let message = |parts: &[&[u8]]| {
        read(program(parts), &Limits::default())
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(message(&[b"h\x07"]), @"byte 2 (BINGET): memo slot 7 was never set");
    insta::assert_snapshot!(
        message(&[b"\x8c\x05abc"]),
        @"byte 2 (SHORT_BINUNICODE): the file ends here but 2 more bytes were announced; it was probably cut short, copy it again"
    );
    insta::assert_snapshot!(
        message(&[b"N("  , b"."]),
        @"byte 4 (STOP): the program stops with 1 values and 1 marks on the stack instead of one value"
    );
}
