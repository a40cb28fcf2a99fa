//! What honest opcodes make, seen through views.

use std::io::Write;

use propenso_pickle::{Calls, Container, Limits, read};

fn document(program: &[u8]) -> propenso_pickle::Document {
    read([b"\x80\x04", program].concat(), &Limits::default()).unwrap()
}

#[test]
fn plain_values() {
    let document = document(
        b"(N\x88K\x07M\x00\x01J\xff\xff\xff\xff\x8a\x01\x80G\x3f\xf8\0\0\0\0\0\0\x8c\x02\xc3\xadt.",
    );
    let meter = document.meter();
    let items: Vec<_> = document.root(&meter).items().unwrap().collect();
    assert!(items[0].is_none());
    assert!(items[1].boolean().unwrap());
    let integers: Vec<_> = items[2..6]
        .iter()
        .map(|item| item.integer().unwrap())
        .collect();
    assert_eq!(integers, [7, 256, -1, -128]);
    assert_eq!(items[6].float().unwrap(), 1.5);
    assert_eq!(items[7].text().unwrap(), "í");
    assert_eq!(items[7].offset(), 27);
    let error = items[7].integer().unwrap_err().to_string();
    assert_eq!(error, "byte 27: expected an integer, found text");
}

#[test]
fn calls_stay_inert() {
    // os.system('rm -rf /'), as a REDUCE: a node, with its class and its argument.
    let document = document(b"\x8c\x02os\x8c\x06system\x93\x8c\x08rm -rf /\x85R.");
    let meter = document.meter();
    let root = document.root(&meter);
    assert_eq!(root.class().unwrap().to_string(), "os.system");
    assert_eq!(
        root.arguments().unwrap().next().unwrap().text().unwrap(),
        "rm -rf /"
    );
    let named: Vec<_> = document
        .globals()
        .iter()
        .map(|g| (&*g.module, &*g.name))
        .collect();
    assert_eq!(named, [("os", "system")]);
}

#[test]
fn attributes() {
    let document = document(b"cm\nC\n)\x81}(\x8c\x01aK\x01\x8c\x01bN\x8c\x01bNub.");
    let meter = document.meter();
    let root = document.root(&meter);
    assert_eq!(root.attribute("a").unwrap().integer().unwrap(), 1);
    assert!(root.optional_attribute("c").unwrap().is_none());
    assert_eq!(
        root.attribute("c").unwrap_err().to_string(),
        "m.C at byte 8 has no attribute `c`"
    );
    assert_eq!(
        root.attribute("b").unwrap_err().code(),
        "duplicate-attribute"
    );
    let error = root.attribute("a").unwrap().text().unwrap_err().to_string();
    assert_eq!(
        error,
        "attribute `a` of m.C (byte 14): expected text, found an integer"
    );
}

#[test]
fn deep_nesting_and_cycles_are_harmless() {
    let deep = [b"]".repeat(900_000), b"a".repeat(899_999), b".".to_vec()].concat();
    drop(document(&deep));
    // A list that contains itself, and a tuple that contains a list that contains the tuple.
    drop(document(b"]\x94h\x00a."));
    drop(document(b"]\x94h\x00\x85\x94a."));
}

#[test]
fn the_meter_bounds_what_a_decoder_may_do() {
    let limits = Limits {
        decode_steps: 5,
        ..Limits::default()
    };
    let document = read(b"\x80\x04](K\x01K\x02K\x03e.".to_vec(), &limits).unwrap();
    let meter = document.meter();
    assert!(document.root(&meter).items().is_ok());
    let Err(error) = document.root(&meter).items() else {
        panic!("the meter must have run out")
    };
    assert_eq!(error.code(), "limit-decode-steps");
}

#[test]
fn zlib_and_gzip_streams() {
    let pickle = b"\x80\x04\x8c\x05hello.";
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(pickle).unwrap();
    let document = read(zlib.finish().unwrap(), &Limits::default()).unwrap();
    assert_eq!(document.container(), Container::Zlib);
    // Two members, which follow each other in the output.
    let mut gzip = Vec::new();
    for part in [&pickle[..5], &pickle[5..]] {
        let mut member = flate2::write::GzEncoder::new(gzip, flate2::Compression::fast());
        member.write_all(part).unwrap();
        gzip = member.finish().unwrap();
    }
    let document = read(gzip, &Limits::default()).unwrap();
    assert_eq!(document.container(), Container::Gzip);
    assert!(!document.has_trailing_bytes());
}

#[test]
fn bytes_behind_the_end_are_told() {
    assert!(!document(b"N.").has_trailing_bytes());
    assert!(document(b"N.PK").has_trailing_bytes());
}

#[test]
fn protocols_0_and_1() {
    // pickle.dumps({'a': [1, True, -1.5, 'ñ\u20ac', 10**20]}, 0), and the same by hand in protocol 1.
    let zero =
        b"(dp0\nVa\np1\n(lp2\nI1\naI01\naF-1.5\naV\xf1\\u20ac\np3\naL100000000000000000000L\nas.";
    let one = b"}q\x00X\x01\0\0\0aq\x01]q\x02(K\x01I01\nG\xbf\xf8\0\0\0\0\0\0X\x05\0\0\0\xc3\xb1\xe2\x82\xacq\x03L100000000000000000000L\nes.";
    for (program, protocol) in [(&zero[..], 0), (&one[..], 1)] {
        let document = read(program.to_vec(), &Limits::default()).unwrap();
        assert_eq!(document.protocol(), protocol);
        let meter = document.meter();
        let list = document.root(&meter).entry("a").unwrap().unwrap();
        let items: Vec<_> = list.items().unwrap().collect();
        assert_eq!(items[0].integer().unwrap(), 1);
        assert!(items[1].boolean().unwrap());
        assert_eq!(items[2].float().unwrap(), -1.5);
        assert_eq!(items[3].text().unwrap(), "ñ€");
        assert!(items[4].integer().is_err());
    }
}

#[test]
fn instances_of_protocol_0_stay_inert() {
    for program in [&b"(Va\nios\nsystem\n."[..], b"(cos\nsystem\nVa\no."] {
        let document = read(program.to_vec(), &Limits::default()).unwrap();
        let meter = document.meter();
        let root = document.root(&meter);
        assert_eq!(root.class().unwrap().to_string(), "os.system");
        assert_eq!(root.arguments().unwrap().next().unwrap().text(), Ok("a"));
    }
}

#[test]
fn what_dill_and_keras_say_in_a_roundabout_way() {
    // dill: _load_type('slice')
    let program = b"cdill._dill\n_load_type\n\x8c\x05slice\x85R.";
    let document = document(program);
    let meter = document.meter();
    let slice = document.root(&meter).global().unwrap().to_string();
    assert_eq!(slice, "builtins.slice");
}

#[test]
fn an_array_of_dill() {
    let program = [
        &b"cdill._dill\n_create_array\n(cnumpy.core.multiarray\n_reconstruct\n"[..],
        b"cnumpy\nndarray\nK\x00\x85C\x01b\x87(K\x01K\x02\x85",
        b"cnumpy\ndtype\n\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
        b"\x89C\x10",
        &1.5_f64.to_le_bytes(),
        &2.5_f64.to_le_bytes(),
        b"ttR.",
    ]
    .concat();
    let document = document(&program);
    let meter = document.meter();
    let array = document.root(&meter).array().unwrap();
    assert_eq!(array.f64s().unwrap(), [1.5, 2.5]);
}

#[test]
fn a_method_of_keras_is_a_name_and_no_other_attribute_is() {
    let getattr = |method: &str| {
        let length = u8::try_from(method.len()).unwrap();
        let class = b"cbuiltins\ngetattr\nckeras.src.models.sequential\nSequential\n\x8c";
        let program = [&class[..], &[length], method.as_bytes(), b"\x86R."].concat();
        let document = document(&program);
        let meter = document.meter();
        let named = document.root(&meter).global().map(|name| name.to_string());
        (named, document.globals()[0].calls)
    };
    let name = "keras.src.models.sequential.Sequential._unpickle_model";
    let named = Some(name.to_owned());
    assert_eq!(getattr("_unpickle_model"), (named, Calls::Understood));
    assert_eq!(getattr("from_config"), (None, Calls::Opaque));
}

#[test]
fn a_class_with_its_code_in_the_file_is_the_analysts_own() {
    let program = b"ccloudpickle.cloudpickle\n_make_skeleton_class\n(cbuiltins\ntype\n\x8c\x05Ratio)}NNtR)\x81.";
    let document = document(program);
    let meter = document.meter();
    let class = document.root(&meter).class().unwrap().to_string();
    assert_eq!(class, "__main__.Ratio");
}
