use super::*;

fn kind(bytes: &[u8]) -> Option<FileKind> {
    FileKind::of(bytes, &Limits::default())
}

#[test]
fn told_by_signature() {
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    let old_xgboost = b"\0\0\0\x3f\x04\0\0\0binary:logistic\x06\0\0\0\0\0\0\0gbtree";
    for (bytes, expected) in [
        (&b""[..], FileKind::Empty),
        (&[0; 100], FileKind::Zeros),
        (b"7z\xbc\xaf\x27\x1c\0\x04", FileKind::Archive("7z")),
        (b"Rar!\x1a\x07\x01\0", FileKind::Archive("RAR")),
        (&tar, FileKind::Archive("tar")),
        (b"\x28\xb5\x2f\xfd\x04", FileKind::Archive("zstd")),
        (b"PAR1\x15\x04", FileKind::Table("Parquet")),
        (b"\x93NUMPY\x01\0", FileKind::Arrays(".npy")),
        (b"%PDF-1.7\n", FileKind::Document("PDF")),
        (b"binf\0\0\0\x3f", FileKind::OldXgboost),
        (old_xgboost, FileKind::OldXgboost),
        (
            b"\x1c\0\0\0TFL3\0\0",
            FileKind::OtherModel("TensorFlow Lite"),
        ),
        (
            b"\x08\x01\x12\x91\xd2\x03\x0a\xd0\x0e\x12",
            FileKind::OtherModel("TensorFlow (SavedModel)"),
        ),
        (
            b"\x40\0\0\0\0\0\0\0{\"__metadata__\":{}",
            FileKind::OtherModel("safetensors"),
        ),
    ] {
        assert_eq!(kind(bytes), Some(expected));
    }
}

#[test]
fn told_by_what_the_text_says() {
    let base64 = "gASVKAAAAAAAAACMCF9fbWFpbl9flIwKUmF0aW9BZGRlcpSTlCmBlH2UYi4=\n".repeat(3);
    for (text, expected) in [
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 12\n",
            FileKind::Pointer("Git LFS"),
        ),
        (
            "outs:\n- md5: 4d7a\n  path: modelo.pkl\n",
            FileKind::Pointer("DVC"),
        ),
        (
            "[InternetShortcut]\r\nURL=https://x\r\n",
            FileKind::Pointer("Windows shortcut"),
        ),
        ("\u{feff}  <!DOCTYPE html>\n<html>", FileKind::WebPage),
        (
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            FileKind::WebPage,
        ),
        (
            "<?xml version=\"1.0\"?>\n<PMML version=\"4.4\">",
            FileKind::OtherModel("PMML"),
        ),
        (
            "[\n  { \"nodeid\": 0, \"leaf\": 0.5 }\n]",
            FileKind::TreeDump(Booster::XGBoost),
        ),
        (
            "booster[0]:\n0:[f0<1] yes=1,no=2\n",
            FileKind::TreeDump(Booster::XGBoost),
        ),
        (
            "{\"name\": \"tree\", \"version\": \"v4\", \"tree_info\": []}",
            FileKind::TreeDump(Booster::LightGbm),
        ),
        (
            "{\n \"cells\": [\n  {\"cell_type\": \"code\"}]}",
            FileKind::Program("notebook"),
        ),
        ("[{\"id\": 1}, {\"id\": 2}]", FileKind::Table("JSON")),
        ("id;deuda\n1;2,5\n2;3,5\n", FileKind::Table("CSV")),
        ("id,deuda\n1,2\n", FileKind::Table("CSV")),
        (
            "# train\nimport joblib\nimport pandas as pd\n",
            FileKind::Program("Python"),
        ),
        (
            "\"\"\"Entrena.\"\"\"\nfrom sklearn.svm import SVC\n",
            FileKind::Program("Python"),
        ),
        ("#!/bin/sh\necho\n", FileKind::Program("script")),
        (
            "library(caret)\nfit <- train(y ~ x)\n",
            FileKind::Program("R"),
        ),
        (base64.as_str(), FileKind::Base64),
        ("-----BEGIN PGP MESSAGE-----\n", FileKind::Encrypted),
        ("Not Found", FileKind::Document("plain text")),
        (
            "artifact_path: m\nflavors:\n  python_function:\n    model_path: model.pkl\n",
            FileKind::Description("MLflow's description of a model (MLmodel)"),
        ),
    ] {
        assert_eq!(kind(text.as_bytes()), Some(expected), "{text:?}");
    }
    // As Excel and PowerShell write it.
    let utf16: Vec<u8> = "\u{feff}id,deuda\r\n1,2\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(kind(&utf16), Some(FileKind::Table("CSV")));
    // As Spanish Excel does.
    assert_eq!(
        kind(b"a\xf1o;deuda\r\n1;2\r\n"),
        Some(FileKind::Table("CSV"))
    );
}

#[test]
fn a_model_is_none_of_these_by_its_signature() {
    for bytes in [
        &b"\x80\x04\x95\x0b\0\0\0\0\0\0\0"[..],
        b"\x08\x08\x12\x08skl2onnx",
        b"tree\nversion=v4\n",
        b"{\"learner\":{\"attributes\":{}}}",
        b"\x89HDF\r\n\x1a\n",
        b"CBM1",
    ] {
        assert_eq!(FileKind::of_signature(bytes), None, "{bytes:?}");
    }
}

#[test]
fn what_is_inside_a_compression_is_told() {
    use std::io::Write;
    let gzip = |content: &[u8]| {
        let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        file.write_all(content).unwrap();
        file.finish().unwrap()
    };
    let mut tar = vec![b'a'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    assert_eq!(kind(&gzip(&tar)), Some(FileKind::Archive("tar.gz")));
    assert_eq!(
        kind(&gzip(b"X\n\0\0\0\x03\0\x04")),
        Some(FileKind::OtherModel("R"))
    );
    assert_eq!(
        kind(&gzip(b"tree\nversion=v4\n")),
        Some(FileKind::Compressed("LightGBM text"))
    );
    assert_eq!(kind(&gzip(&[0; 1 << 20])), None);
}

#[test]
fn every_message_says_what_to_do() {
    for kind in [
        FileKind::Empty,
        FileKind::Zeros,
        FileKind::Pointer("Git LFS"),
        FileKind::Pointer("Windows shortcut"),
        FileKind::WebPage,
        FileKind::Archive("7z"),
        FileKind::Table("CSV"),
        FileKind::Program("Python"),
        FileKind::OtherModel("PyTorch"),
    ] {
        let text = format!("this file is {kind}");
        let (what, advice) = text.split_once([':', ';']).unwrap();
        assert!(!what.is_empty() && advice.len() > 20, "{text}");
    }
}
