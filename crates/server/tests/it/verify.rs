//! `propenso verify`, from golden files made of the committed corpus.

use std::path::Path;

use serde_json::Value;

use crate::support::{propenso, read_text, repository};

/// The answers of a corpus file as golden rows, and the model's path.
pub(crate) fn golden(name: &str, separator: &str) -> (String, String) {
    let answers = read_text(&format!("testdata/models/{name}.json.gz"));
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let classes = list(&answers["classes"]);
    let mut header: Vec<String> = list(&answers["columns"]).iter().map(cell).collect();
    let mut n_expected = 1;
    header.push(if classes.is_empty() {
        "expected_value".to_owned()
    } else {
        "expected_class".to_owned()
    });
    if answers["predict_proba"].is_array() {
        n_expected += classes.len();
        header.extend(
            classes
                .iter()
                .map(|class| format!("expected_proba_{}", cell(class))),
        );
    }
    let mut lines = vec![header.join(separator)];
    for (row, inputs) in list(&answers["rows"]).iter().enumerate() {
        let mut cells: Vec<String> = list(inputs).iter().map(cell).collect();
        cells.push(cell(&answers["predict"][row]));
        cells.extend(list(&answers["predict_proba"][row]).iter().map(cell));
        lines.push(cells.join(separator));
    }
    for refused in list(&answers["refused"]) {
        let mut cells: Vec<String> = list(&refused["row"]).iter().map(cell).collect();
        cells.extend(vec![String::new(); n_expected]);
        lines.push(cells.join(separator));
    }
    let folder = repository("testdata/models").join(name);
    let model = folder.with_file_name(answers["model_file"].as_str().unwrap());
    (lines.join("\n") + "\n", model.to_str().unwrap().to_owned())
}

/// Exit status and report.
fn verify(model: &str, golden: impl AsRef<[u8]>, more: &[&str]) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("golden.csv");
    std::fs::write(&path, golden).unwrap();
    let mut arguments = vec!["verify", model, path.to_str().unwrap(), "--json"];
    arguments.extend(more);
    let output = propenso(&arguments, "");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&output.stderr).into_owned()));
    (output.status.code().unwrap(), report)
}

#[test]
fn equality_is_proved() {
    for (name, separator) in [
        ("1.9.1/a_rf_bin", ","),
        ("1.9.1/b_pipe_ohe_gaps", ";"),
        ("1.9.1/a_gb_bin", "\t"),
        ("1.2.2/a_linsvc", ","),
        ("1.9.1/a_dt_regressor", ","),
        // Without names of its own: columns by position.
        ("0.24.2/a_rf_bin", ","),
        ("1.4.2/a_dt_3class_text", ","),
    ] {
        let (golden, model) = golden(name, separator);
        let (status, report) = verify(&model, &golden, &[]);
        assert_eq!(status, 0, "{name}: {report}");
        assert_eq!(report["different"], 0, "{name}");
        assert_eq!(report["contract"], "model", "{name}");
        let rows = golden.lines().count() as u64 - 1;
        assert_eq!(report["rows"], rows, "{name}");
    }
}

#[test]
fn a_forest_is_equal_bit_for_bit_and_its_refusals_are_too() {
    let (golden, model) = golden("1.9.1/a_rf_bin", ",");
    let (_, report) = verify(&model, &golden, &[]);
    assert_eq!(report["equal"], 64);
    assert_eq!(report["within_tolerance"], 0);
    assert!(
        report["refused_as_expected"].as_u64().unwrap() > 0,
        "{report}"
    );
}

#[test]
fn a_difference_is_found_and_placed() {
    let (golden, model) = golden("1.9.1/a_rf_bin", ",");
    let mut lines: Vec<String> = golden.lines().map(str::to_owned).collect();
    let (inputs, _) = lines[5].rsplit_once(',').unwrap();
    lines[5] = format!("{inputs},0.123");
    let mut cells: Vec<&str> = lines[7].split(',').collect();
    let flipped = if cells[16] == "1" { "0" } else { "1" };
    cells[16] = flipped;
    lines[7] = cells.join(",");
    let (status, report) = verify(&model, lines.join("\n"), &[]);
    assert_eq!(status, 2);
    assert_eq!(report["different"], 2);
    assert_eq!(report["listed"][0]["line"], 6);
    assert_eq!(report["listed"][1]["line"], 8);
    assert_eq!(report["worst"]["line"], 6);
    // What differs by less than one is excused by a tolerance, another class is not.
    let (status, report) = verify(&model, lines.join("\n"), &["--tolerance", "1"]);
    assert_eq!((status, &report["different"]), (2, &Value::from(1)));
}

#[test]
fn an_answer_where_a_refusal_is_expected_is_different() {
    let (golden, model) = golden("1.9.1/a_rf_bin", ",");
    let inputs = golden.lines().nth(1).unwrap();
    let inputs: Vec<&str> = inputs.split(',').take(16).collect();
    let header = golden.lines().next().unwrap();
    let file = format!("{header}\n{},,,\n", inputs.join(","));
    let (status, report) = verify(&model, &file, &[]);
    assert_eq!(status, 2, "{report}");
    assert!(
        report["listed"][0]["what"]
            .as_str()
            .unwrap()
            .contains("refusal")
    );
}

#[test]
fn the_shipped_contract_is_verified_by_its_inputs() {
    let model = repository("examples/cobranza/modelo_final.pkl");
    let golden = "er;po;vt;cp;ec;vf;vb;fb;ed;cf;im;dt;nl;expected_class\n\
        EMP;NO;S;8029;A;N;N;202310;;3;263.68;1000.82;12;0\n";
    let (status, report) = verify(model.to_str().unwrap(), golden, &[]);
    assert_eq!(status, 0, "{report}");
    assert_eq!(report["contract"], "casas-cobranzas");
}

#[test]
fn files_that_cannot_be_used_say_why() {
    let (_, model) = golden("1.9.1/a_rf_bin", ",");
    let refused = |golden: &str| {
        let (status, report) = verify(&model, golden, &["--contract", "model"]);
        assert_eq!(status, 1, "{report}");
        report.as_str().unwrap().to_owned()
    };
    assert!(refused("CANTIDAD_FACTURAS\n1\n").contains("expected_class"));
    assert!(refused("CANTIDAD_FACTURAS,expected_class\n1,1\n").contains("IMPORTE_FACTURA"));
    assert!(refused("expected_proba_7\n1\n").contains("classes are 0, 1"));
    assert!(Path::new(&model).exists());
}

#[test]
fn the_report_as_people_read_it() {
    let (golden, model) = golden("1.9.1/a_gb_bin", ",");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("golden.csv");
    std::fs::write(&path, golden).unwrap();
    let output = propenso(&["verify", &model, path.to_str().unwrap()], "");
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

/// The golden rows that `tools/write_golden.py` wrote of a model, and the model's path.
fn written(name: &str) -> (String, String) {
    let golden = read_text(&format!("testdata/made/golden/{name}.golden.csv"));
    let model = ["joblib", "ubj"]
        .map(|end| repository(&format!("testdata/made/golden/{name}.{end}")))
        .into_iter()
        .find(|path| path.exists());
    (golden, model.unwrap().to_str().unwrap().to_owned())
}

#[test]
fn what_the_script_writes_is_proved() {
    let mut n_files = 0;
    for folder in ["numpy1", "numpy2"] {
        let files = std::fs::read_dir(repository("testdata/made/golden").join(folder)).unwrap();
        for file in files {
            let file = file.unwrap().file_name().into_string().unwrap();
            let Some(name) = file.strip_suffix(".golden.csv") else {
                continue;
            };
            let (golden, model) = written(&format!("{folder}/{name}"));
            let (status, report) = verify(&model, &golden, &["--contract", "model"]);
            assert_eq!(status, 0, "{folder}/{name}: {report}");
            assert_eq!(report["rows"], 40, "{folder}/{name}");
            n_files += 1;
        }
    }
    assert!(n_files >= 30, "only {n_files} files were found");
}

#[test]
fn rows_that_the_original_refused_are_written_without_an_answer() {
    let (golden, model) = written("numpy2/raw_columns");
    let (_, report) = verify(&model, &golden, &[]);
    assert_eq!(report["refused_as_expected"], 3, "{report}");
}

#[test]
fn rounding_is_told_from_error() {
    for (name, arithmetic) in [
        ("keras-3/c_keras_small_tanh_v3", "float32 arithmetic"),
        ("boosters-new/c_xgb_bin_nan", "float32 arithmetic"),
        ("1.9.1/a_lr_l1", "float64 arithmetic"),
        ("1.9.1/a_rf_bin", "the expected number's own digits"),
    ] {
        let (golden, model) = golden(name, ",");
        let (status, report) = verify(&model, &golden, &[]);
        assert_eq!(status, 0, "{name}: {report}");
        assert_eq!(report["arithmetic"], arithmetic, "{name}");
    }
    let (golden, model) = golden("keras-3/c_keras_small_tanh_v3", ",");
    let (_, report) = verify(&model, &golden, &[]);
    let worst = report["worst_rounding"].as_f64().unwrap();
    assert!(0.0 < worst && worst < 1e-6, "{report}");
    // What is asked for stands in place of the model's own.
    let (status, report) = verify(&model, &golden, &["--tolerance", "0"]);
    assert_eq!(status, 2, "{report}");
    assert_eq!(report["arithmetic"], Value::Null);
}

#[test]
fn lines_are_numbered_as_an_editor_does() {
    let (golden, model) = golden("1.9.1/a_rf_bin", ",");
    let mut lines: Vec<String> = golden.lines().map(str::to_owned).collect();
    let (inputs, _) = lines[5].rsplit_once(',').unwrap();
    lines[5] = format!("{inputs},0.123");
    let report = |text: String| verify(&model, &text, &[]).1;
    let at = |report: &Value| report["listed"][0]["line"].clone();
    assert_eq!(at(&report(lines.join("\n"))), 6);
    assert_eq!(at(&report(lines.join("\r\n"))), 6);
    assert_eq!(at(&report(lines.join("\r"))), 6);
    // A column nobody reads, with a line break inside quotes, and an empty line.
    let noted = |(at, line): (usize, &String)| match at {
        0 => format!("{line},nota"),
        2 => format!("{line},\"una\r\nnota\"\r\n"),
        _ => format!("{line},"),
    };
    let noted: Vec<String> = lines.iter().enumerate().map(noted).collect();
    assert_eq!(at(&report(noted.join("\r\n"))), 8);
    // So are lines that are no rows.
    lines[3] = "1,2".to_owned();
    let wrong = report(lines.join("\r\n"));
    assert!(
        wrong.as_str().unwrap().contains("line 4 has 2 fields"),
        "{wrong}"
    );
}

#[test]
fn columns_are_called_as_the_original_reads_them() {
    let (golden, model) = written("numpy2/lgb_blank_names");
    let (header, rows) = golden.split_once('\n').unwrap();
    assert!(header.starts_with("importe factura (€),deuda total,"));
    let (status, report) = verify(&model, &golden, &[]);
    assert_eq!(
        (status, &report["contract"]),
        (0, &Value::from("model")),
        "{report}"
    );
    // As LightGBM keeps them.
    let kept = header.replacen("importe factura", "importe_factura", 1);
    let (status, report) = verify(&model, format!("{kept}\n{rows}"), &[]);
    assert_eq!(status, 0, "{report}");
    // Two columns that could be the same one.
    let twice = header.replacen("edad", "deuda_total", 1);
    let (status, report) = verify(&model, format!("{twice}\n{rows}"), &["--contract", "model"]);
    let said = report.as_str().unwrap();
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("deuda total, deuda_total"), "{said}");
}

#[test]
fn a_regressor_says_what_is_expected_of_one() {
    let (golden, model) = golden("1.9.1/a_dt_regressor", ",");
    let classes = golden.replacen("expected_value", "expected_proba_1", 1);
    let (status, report) = verify(&model, &classes, &[]);
    let said = report.as_str().unwrap();
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("regressor") && said.contains("expected_value"),
        "{said}"
    );
}

/// Bytes that say the same as a CSV file of golden rows, in the forms that tables come in.
fn other_forms(golden: &str) -> [(&'static str, Vec<u8>); 3] {
    let units = golden.encode_utf16().flat_map(u16::to_le_bytes);
    let utf16 = [0xff, 0xfe].into_iter().chain(units).collect();
    let spanish = golden.replace(',', ";").replace('.', ",");
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&spanish);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(golden.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            let written = match cell.parse::<f64>() {
                _ if cell.is_empty() => continue,
                Ok(number) => sheet.write_number(row, column, number),
                Err(_) => sheet.write_string(row, column, cell),
            };
            written.unwrap();
        }
    }
    [
        ("UTF-16", utf16),
        ("Windows-1252", windows.into_owned()),
        ("a workbook", book.save_to_buffer().unwrap()),
    ]
}

#[test]
fn golden_rows_may_be_any_table() {
    for name in ["numpy2/lgb_blank_names", "numpy2/raw_columns"] {
        let (golden, model) = written(name);
        let (status, expected) = verify(&model, &golden, &["--contract", "model"]);
        assert_eq!(status, 0, "{name}: {expected}");
        for (form, bytes) in other_forms(&golden) {
            let (status, report) = verify(&model, &bytes, &["--contract", "model"]);
            assert_eq!((status, &report), (0, &expected), "{name}, {form}");
        }
    }
}

#[test]
fn places_are_told_as_the_file_has_them() {
    let (golden, model) = written("numpy2/raw_columns");
    let wrong = golden.lines().enumerate().map(|(at, line)| match at {
        3 => {
            let (inputs, _) = line.rsplit_once(',').unwrap();
            format!("{inputs},0.123")
        }
        _ => line.to_owned(),
    });
    let wrong = wrong.collect::<Vec<_>>().join("\n");
    let [(_, utf16), (_, windows), (_, workbook)] = other_forms(&wrong);
    for (bytes, place) in [(utf16, "line"), (windows, "line"), (workbook, "row")] {
        let (status, report) = verify(&model, &bytes, &["--contract", "model"]);
        assert_eq!(status, 2, "{report}");
        assert_eq!(report["listed"][0][place], 4, "{report}");
        assert_eq!(report["worst"][place], 4, "{report}");
    }
}

#[test]
fn decimal_commas_are_told_from_thousands() {
    let model = repository("examples/cobranza/modelo_final.pkl");
    let golden = |invoice: &str, debt: &str, probability: &str| {
        format!(
            "er;po;vt;cp;ec;vf;vb;fb;ed;cf;im;dt;nl;expected_proba_1\n\
             EMP;NO;S;8029;A;N;N;202310;;3;{invoice};{debt};12;{probability}\n"
        )
    };
    let answered = |golden: String| {
        let (_, report) = verify(model.to_str().unwrap(), &golden, &[]);
        let what = report["worst"]["what"].as_str().unwrap();
        let numbers = what.split_once("answered ").unwrap().1;
        numbers.replace(" expected ", "")
    };
    let points = answered(golden("263.68", "1000", "0.5"));
    assert_eq!(answered(golden("263,68", "1.000", "0,5")), points);
    assert!(points.ends_with(",0.5"), "{points}");
}
