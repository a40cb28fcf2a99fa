//! What becomes of ONNX files that are broken, hostile or not supported.

use std::fs;

use crate::onnx::{committed, committed_model, import};

#[test]
fn every_truncation_is_refused() {
    for case in committed() {
        let bytes = fs::read(&case.path).unwrap();
        let kept = bytes.len().min(3_000);
        for length in (0..kept).chain((kept..bytes.len()).step_by(7)) {
            // What follows the graph is the list of operator sets, which may be cut between two.
            if let Ok(estimator) = import(&bytes[..length]) {
                let rest = bytes.len() - length;
                assert!(rest < 64, "{}: {rest} bytes missing", case.path.display());
                let _ = estimator.predict(&vec![0.5; estimator.signature.n_inputs()]);
            }
        }
    }
}

#[test]
fn no_flipped_bit_breaks_the_importer() {
    for case in committed() {
        let bytes = fs::read(&case.path).unwrap();
        let step = (bytes.len() / 1_000).max(1);
        for position in (0..bytes.len()).step_by(step) {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[position] ^= 1 << bit;
                if let Ok(estimator) = import(&flipped) {
                    // Whatever it has become: it must answer or refuse, and not hang.
                    let _ = estimator.predict(&vec![0.5; estimator.signature.n_inputs()]);
                }
            }
        }
    }
}

/// The file with a text replaced by one as long, wherever it stands.
fn patched(name: &str, old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = committed_model(name);
    let found = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(old.as_bytes()));
    let found: Vec<_> = found.collect();
    assert!(!found.is_empty(), "{name} has no {old}");
    for at in found {
        bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
    }
    bytes
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let message = |name: &str, old: &str, new: &str| {
        let error = import(&patched(name, old, new)).unwrap_err();
        assert_eq!(error.code(), "unsupported-part", "{error}");
        error.to_string()
    };
    let forest = "c_onnx_rf_bin.onnx";
    let operator = message(forest, "TreeEnsembleClassifier", "TreeEnsembleClassifieR");
    assert!(
        operator.contains("ai.onnx.ml.TreeEnsembleClassifieR"),
        "{operator}"
    );
    let mode = message(forest, "BRANCH_LEQ", "BRANCH_NEQ");
    assert!(mode.contains("BRANCH_NEQ"), "{mode}");
    let link = message("c_onnx_gb_bin.onnx", "LOGISTIC", "SOFTPLUS");
    assert!(link.contains("SOFTPLUS"), "{link}");
    let domain = message("linear_regression.onnx", "ai.onnx.ml", "ai.myown.m");
    assert!(domain.contains("ai.myown.m.LinearRegressor"), "{domain}");
    let activation = message("scaler_mlp.onnx", "Relu", "Mish");
    assert!(activation.contains("ai.onnx.Mish"), "{activation}");
}

/// A length-delimited protobuf field.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut length = bytes.len();
    let mut field = vec![number << 3 | 2];
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    [field, bytes.to_vec()].concat()
}

/// A graph of one input with so many columns, nodes and constants, and one output.
fn file(n_columns: &[u8], parts: &[Vec<u8>], output: &str) -> Vec<u8> {
    let column = |size: &[u8]| field(1, &[&[0x08], size].concat());
    let shape = [field(1, &[]), column(n_columns)].concat();
    let tensor = [vec![0x08, 0x01], field(2, &shape)].concat();
    let input = [field(1, b"X"), field(2, &field(1, &tensor))].concat();
    let graph = [
        parts.concat(),
        field(11, &input),
        field(12, &field(1, output.as_bytes())),
    ];
    [vec![0x08, 0x08], field(7, &graph.concat())].concat()
}

#[test]
fn a_constant_named_often_is_not_copied_without_bound() {
    let n_columns = 60_000_u32;
    let values = vec![0_u8; 4 * n_columns as usize];
    let size = [0xe0, 0xd4, 0x03];
    let shape = field(1, &size);
    let constant = [shape, vec![0x10, 0x01], field(8, b"c"), field(9, &values)].concat();
    let mut parts = vec![field(5, &constant)];
    let mut last = "X".to_owned();
    for position in 0..4_000 {
        let next = format!("x{position}");
        let names = [
            field(1, last.as_bytes()),
            field(1, b"c"),
            field(2, next.as_bytes()),
        ];
        parts.push(field(1, &[names.concat(), field(4, b"Add")].concat()));
        last = next;
    }
    let bytes = file(&size, &parts, &last);
    let usage = allocation_counter::measure(|| {
        let error = import(&bytes).unwrap_err();
        assert_eq!(error.code(), "unsupported-part", "{error}");
    });
    assert!(
        usage.bytes_max < 64 * bytes.len() as u64,
        "{}",
        usage.bytes_max
    );
}

#[test]
fn an_input_of_countless_columns_is_refused() {
    let bytes = file(&[0xff, 0xff, 0xff, 0xff, 0x7f], &[], "X");
    assert_eq!(import(&bytes).unwrap_err().code(), "unsupported-part");
}

#[test]
fn memory_stays_in_proportion_to_the_file() {
    for case in committed() {
        let bytes = fs::read(&case.path).unwrap();
        let usage = allocation_counter::measure(|| drop(import(&bytes)));
        let allowed = 64 * bytes.len() as u64 + (1 << 16);
        assert!(
            usage.bytes_max <= allowed,
            "{}: {}",
            case.path.display(),
            usage.bytes_max
        );
    }
}
