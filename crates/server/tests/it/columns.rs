//! Values and columns that are easily taken for others: booleans, names that differ in accents only, amounts among a
//! model's own numbers, missing values that an encoder never saw. Through every face, against scikit-learn's answers.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::{Server, propenso, read_text, repository};

/// A contract that says who pays, and nothing else of the model's own columns.
const CONTRACT: &str = "name = \"propio\"\nbase = \"model\"\n[decision]\npositive_class = 1\n\
    labels = { positive = \"pagador\", negative = \"no pagador\" }\n";

const VERSIONS: [&str; 2] = ["1.2.2", "1.9.1"];

/// A model with rows that scikit-learn answered.
struct Case {
    folder: TempDir,
    stem: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// P(1) of each row.
    expected: Vec<f64>,
}

impl Case {
    fn new(version: &str, name: &str) -> Self {
        let stem = format!("testdata/made/columns/{version}/{name}");
        let text = read_text(&format!("{stem}.csv"));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let names: Vec<String> = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let n_inputs = names
            .iter()
            .position(|name| name == "expected_class")
            .unwrap();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let cells =
            |row: &csv::StringRecord| row.iter().take(n_inputs).map(str::to_owned).collect();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("propio.toml"), CONTRACT).unwrap();
        Self {
            folder,
            stem,
            header: names[..n_inputs].to_vec(),
            rows: records.iter().map(cells).collect(),
            expected: records
                .iter()
                .map(|row| row[n_inputs + 2].parse().unwrap())
                .collect(),
        }
    }

    fn model(&self) -> PathBuf {
        repository(&format!("{}.pkl", self.stem))
    }

    /// Another contract file than the plain one.
    fn with_contract(self, more: &str) -> Self {
        let path = self.folder.path().join("propio.toml");
        std::fs::write(path, format!("{CONTRACT}{more}")).unwrap();
        self
    }

    fn contract(&self) -> String {
        self.folder
            .path()
            .join("propio.toml")
            .to_str()
            .unwrap()
            .to_owned()
    }

    fn server(&self) -> Server {
        Server::start(&self.model(), &self.contract())
    }

    /// A row as a JSON object of texts.
    fn instance(&self, row: usize) -> Map<String, Value> {
        let cells = self.header.iter().zip(&self.rows[row]);
        cells
            .map(|(name, cell)| (name.clone(), json!(cell)))
            .collect()
    }

    /// All rows under another header, with something done to each cell, as a text file.
    fn table(&self, header: &[&str], write: impl Fn(&str, &str) -> String) -> String {
        let mut lines = vec![header.join(";")];
        for row in &self.rows {
            let cells = self.header.iter().zip(row);
            let cells: Vec<String> = cells.map(|(name, cell)| write(name, cell)).collect();
            lines.push(cells.join(";"));
        }
        lines.join("\n") + "\n"
    }

    fn own_header(&self) -> Vec<&str> {
        self.header.iter().map(String::as_str).collect()
    }

    /// Scores a file. Gives the exit status, what was told, and the columns `prob_pago` and `avisos`.
    fn score(&self, input: &Path, more: &[&str]) -> (i32, String, Vec<(f64, String)>) {
        let output = self.folder.path().join("salida.csv");
        let _ = std::fs::remove_file(&output);
        let (model, contract) = (self.model(), self.contract());
        let mut arguments = vec![
            "score",
            input.to_str().unwrap(),
            "-o",
            output.to_str().unwrap(),
        ];
        arguments.extend(["--model", model.to_str().unwrap(), "--contract", &contract]);
        arguments.extend(["--output-separator", ";", "--output-decimal", "point"]);
        arguments.extend(["--order", "file"]);
        arguments.extend(more);
        let run = propenso(&arguments, "");
        let told = [run.stdout, run.stderr].concat();
        let told = String::from_utf8(told).unwrap();
        let scores = match std::fs::read_to_string(&output) {
            Ok(text) => scores(&text),
            Err(_) => Vec::new(),
        };
        (run.status.code().unwrap(), told, scores)
    }

    fn score_text(&self, table: &str, more: &[&str]) -> (i32, String, Vec<(f64, String)>) {
        let input = self.folder.path().join("cartera.csv");
        std::fs::write(&input, table).unwrap();
        self.score(&input, more)
    }

    /// Checks that a file comes back with scikit-learn's probabilities, and nothing to say of its cells.
    fn check(&self, (status, told, scores): (i32, String, Vec<(f64, String)>)) {
        assert_eq!(status, 0, "{}: {told}", self.stem);
        let expected: Vec<(f64, String)> =
            self.expected.iter().map(|p| (*p, String::new())).collect();
        assert_eq!(scores, expected, "{}: {told}", self.stem);
    }
}

fn scores(text: &str) -> Vec<(f64, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (probability, notes) = (column("prob_pago"), column("avisos"));
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| (row[probability].parse().unwrap(), row[notes].to_owned()))
        .collect()
}

/// The words for true and false that people and programs write.
const BOOLEANS: [[&str; 2]; 5] = [
    ["True", "False"],
    ["TRUE", "FALSE"],
    ["true", "false"],
    ["VERDADERO", "FALSO"],
    ["Verdadero", "Falso"],
];

/// A cell with its boolean written otherwise.
fn reworded(cell: &str, [yes, no]: [&str; 2]) -> String {
    match cell {
        "True" => yes.to_owned(),
        "False" => no.to_owned(),
        other => other.to_owned(),
    }
}

fn boolean_cases() -> impl Iterator<Item = Case> {
    let names = ["dummies_bool", "encoders_bool"];
    VERSIONS
        .into_iter()
        .flat_map(move |version| names.map(|name| Case::new(version, name)))
}

#[test]
fn booleans_are_proved_by_golden_rows() {
    for case in boolean_cases() {
        let golden = repository(&format!("{}.csv", case.stem));
        let model = case.model();
        let paths = [model.to_str().unwrap(), golden.to_str().unwrap()];
        let run = propenso(
            &[
                "verify",
                paths[0],
                paths[1],
                "--contract",
                "model",
                "--json",
            ],
            "",
        );
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(run.status.code(), Some(0), "{report}");
        assert_eq!(report["equal"], case.rows.len(), "{report}");
    }
}

#[test]
fn booleans_in_text_files() {
    for case in boolean_cases() {
        for words in BOOLEANS {
            let table = case.table(&case.own_header(), |_, cell| reworded(cell, words));
            case.check(case.score_text(&table, &[]));
        }
    }
    // Where a number is wanted, they are 1 and 0.
    let case = Case::new("1.9.1", "dummies_bool");
    let table = case.table(&case.own_header(), |_, cell| reworded(cell, ["1", "0"]));
    case.check(case.score_text(&table, &[]));
}

#[test]
fn boolean_cells_of_workbooks_and_parquet() {
    for case in boolean_cases() {
        let input = case.folder.path().join("cartera.xlsx");
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (column, name) in (0..).zip(&case.header) {
            sheet.write_string(0, column, name).unwrap();
        }
        for (row, cells) in (1..).zip(&case.rows) {
            for (column, cell) in (0..).zip(cells) {
                match (cell.parse::<f64>(), &**cell) {
                    (_, "True") => sheet.write_boolean(row, column, true),
                    (_, "False") => sheet.write_boolean(row, column, false),
                    (Ok(number), _) => sheet.write_number(row, column, number),
                    (Err(_), text) => sheet.write_string(row, column, text),
                }
                .unwrap();
            }
        }
        book.save(&input).unwrap();
        case.check(case.score(&input, &[]));
        let parquet = repository(&format!("{}.parquet", case.stem));
        if parquet.exists() {
            case.check(case.score(&parquet, &[]));
        }
    }
}

#[test]
fn booleans_over_http_and_from_the_shell() {
    for case in boolean_cases() {
        let server = case.server();
        let instances: Vec<Value> = (0..case.rows.len())
            .map(|row| {
                let cells = case.instance(row).into_iter();
                let typed = cells.map(|(name, cell)| match cell.as_str() {
                    Some("True") => (name, json!(true)),
                    Some("False") => (name, json!(false)),
                    _ => (name, cell),
                });
                Value::Object(typed.collect())
            })
            .collect();
        let answer = server.post(
            "/v1/predict",
            &json!({ "instances": instances }).to_string(),
        );
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer = answer.json();
        for (row, expected) in case.expected.iter().enumerate() {
            let prediction = &answer["predictions"][row];
            assert_eq!(
                prediction["probability"].as_f64(),
                Some(*expected),
                "{}",
                case.stem
            );
            assert_eq!(prediction["warnings"], json!([]), "{}", case.stem);
        }
        for (row, words) in BOOLEANS.into_iter().enumerate() {
            let pairs = case.header.iter().zip(&case.rows[row]);
            let pairs: Vec<(String, String)> = pairs
                .map(|(name, cell)| (name.clone(), reworded(cell, words)))
                .collect();
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&pairs)
                .finish();
            let answer = server
                .get(&format!("/prediccion?formato=json&{query}"))
                .json();
            assert_eq!(answer["probabilidad"].as_f64(), Some(case.expected[row]));
            assert_eq!(answer["avisos"], json!([]));
            let (model, contract) = (case.model(), case.contract());
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(name, cell)| format!("{name}={cell}"))
                .collect();
            let mut arguments = vec!["predict", model.to_str().unwrap()];
            arguments.extend(["--contract", &contract, "--json"]);
            arguments.extend(pairs.iter().map(String::as_str));
            let answer = propenso(&arguments, "").stdout;
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(
                answer["probability"].as_f64(),
                Some(case.expected[row]),
                "{answer}"
            );
            assert_eq!(answer["warnings"], json!([]));
        }
    }
}

/// A boolean is no other thing than it is.
#[test]
fn booleans_where_none_is_meant() {
    let case = Case::new("1.9.1", "own_numbers")
        .with_contract("[[input]]\nname = \"deuda\"\nkind = \"amount\"\n");
    let server = case.server();
    let mut instance = case.instance(0);
    instance.insert("deuda".into(), json!(true));
    instance.insert("provincia".into(), json!(true));
    let body = |instance: &Map<String, Value>| json!({ "instances": [instance] }).to_string();
    let refused = server.post("/v1/predict", &body(&instance)).problem(422);
    assert_eq!(refused["errors"].as_array().unwrap().len(), 1, "{refused}");
    assert_eq!(refused["errors"][0]["input"], "deuda");
    instance.insert("deuda".into(), json!("TRUE"));
    let refused = server.post("/v1/predict", &body(&instance)).problem(422);
    assert_eq!(refused["errors"][0]["reason"], "it is not a number");
    // A text that the encoder never saw, as any other.
    instance.insert("deuda".into(), json!(1));
    let answer = server.post("/v1/predict", &body(&instance)).json();
    let warnings = &answer["predictions"][0]["warnings"];
    assert_eq!(warnings[0]["kind"], "unseen", "{answer}");
    assert_eq!(warnings[0]["value"], "True", "{answer}");
}

#[test]
fn columns_that_differ_in_accents_only_are_themselves() {
    for version in VERSIONS {
        let case = Case::new(version, "accents");
        case.check(case.score_text(
            &case.table(&case.own_header(), |_, cell| cell.to_owned()),
            &[],
        ));
        // As macOS writes accents, with blanks around, and in another case where nothing else is alike.
        let header: Vec<String> = case
            .header
            .iter()
            .map(|name| match name.as_str() {
                "PROV_Málaga" => " PROV_Ma\u{301}laga".to_owned(),
                "importe" => "IMPORTE".to_owned(),
                other => other.to_owned(),
            })
            .collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        case.check(case.score_text(&case.table(&header, |_, cell| cell.to_owned()), &[]));
    }
}

#[test]
fn columns_that_could_be_others_are_refused() {
    let case = Case::new("1.9.1", "accents");
    let under = |from: &str, to: &str| {
        let header = case
            .header
            .iter()
            .map(|name| if name == from { to } else { name });
        case.table(&header.collect::<Vec<_>>(), |_, cell| cell.to_owned())
    };
    // Neither PROV_León nor PROV_Leon for sure, though one of them is there.
    let (status, told, _) = case.score_text(&under("PROV_León", "prov_leon"), &[]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("PROV_Leon, PROV_León") && told.contains("«prov_leon»"),
        "{told}"
    );
    let mapped = case.score_text(
        &under("PROV_León", "prov_leon"),
        &["--map", "prov_leon=PROV_León"],
    );
    case.check(mapped);
    // Twice the same name.
    let (status, told, _) = case.score_text(&under("facturas", "deuda"), &[]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("2 columns have the same name, «deuda»"),
        "{told}"
    );
    // Two columns for one name.
    let twice = |name: &str| {
        let table = case.table(&case.own_header(), |_, cell| cell.to_owned());
        let mut lines = table.lines();
        let header = lines.next().unwrap().replace("facturas", name);
        let rows: Vec<String> = lines.map(|line| format!("{line};7")).collect();
        format!("{header};FACTURAS\n{}\n", rows.join("\n"))
    };
    let (status, told, _) = case.score_text(&twice("Facturas"), &[]);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("«Facturas», «FACTURAS»"), "{told}");
    // The exact one is it, and that there is another is told.
    let (status, told, scores) = case.score_text(&twice("facturas"), &[]);
    assert!(
        told.contains("«FACTURAS», que se llama casi igual, no se usa"),
        "{told}"
    );
    case.check((status, told, scores));
}

#[test]
fn a_header_with_an_inputs_name_twice_is_refused() {
    let text = std::fs::read_to_string(repository("examples/cobranza/cartera.csv")).unwrap();
    let folder = TempDir::new().unwrap();
    let (input, output) = (
        folder.path().join("cartera.csv"),
        folder.path().join("salida.csv"),
    );
    let lines: Vec<&str> = text.lines().take(3).collect();
    let table = format!("{};DEUDA_TOTAL\n{};1\n{};1\n", lines[0], lines[1], lines[2]);
    std::fs::write(&input, table).unwrap();
    let model = repository("examples/cobranza/modelo_final.pkl");
    let paths = [&input, &output, &model].map(|path| path.to_str().unwrap());
    let run = propenso(
        &["score", paths[0], "-o", paths[1], "--model", paths[2]],
        "",
    );
    let told = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{told}");
    assert!(
        told.contains("2 columns have the same name, «DEUDA_TOTAL»"),
        "{told}"
    );
    assert!(!output.exists());
}

/// A number with thousands points and a decimal comma, as a Spanish Excel writes it.
fn spanish(number: &str) -> String {
    let number: f64 = number.parse().unwrap();
    let cents = format!("{number:.2}");
    let (whole, decimals) = cents.split_once('.').unwrap();
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    format!("{text},{decimals}")
}

#[test]
fn own_numbers_with_thousands_and_decimal_commas() {
    for version in VERSIONS {
        let case = Case::new(version, "own_numbers");
        let is_amount = |name: &str| matches!(name, "importe" | "deuda");
        let written = |mark: &'static str| {
            move |name: &str, cell: &str| match is_amount(name) {
                true => format!("{}{mark}", spanish(cell)),
                false => cell.to_owned(),
            }
        };
        for mark in ["", " €"] {
            let table = case.table(&case.own_header(), written(mark));
            assert!(table.contains('.'), "{table}");
            case.check(case.score_text(&table, &[]));
        }
        let server = case.server();
        let mut instance = case.instance(0);
        for name in ["importe", "deuda"] {
            let cell = spanish(instance[name].as_str().unwrap());
            instance.insert(name.to_owned(), json!(cell));
        }
        assert!(instance["deuda"].as_str().unwrap().contains('.'));
        let body = json!({ "instances": [instance] }).to_string();
        let answer = server.post("/v1/predict", &body).json();
        let prediction = &answer["predictions"][0];
        assert_eq!(
            prediction["probability"].as_f64(),
            Some(case.expected[0]),
            "{answer}"
        );
        assert_eq!(prediction["warnings"], json!([]));
        // One mark before three digits can be read in two ways, and is told of.
        instance.insert("deuda".to_owned(), json!("1.250"));
        let body = json!({ "instances": [instance] }).to_string();
        let answer = server.post("/v1/predict", &body).json();
        let warning = &answer["predictions"][0]["warnings"][0];
        assert_eq!(
            (&warning["kind"], &warning["used"]),
            (&json!("ambiguous"), &json!(1.25))
        );
    }
}

/// Where the rest of the file has decimal commas, `1.250` is 1250.
#[test]
fn the_files_other_numbers_say_what_a_point_is() {
    let case = Case::new("1.9.1", "own_numbers");
    let row = |debt: &str, mark: &str| format!("129{mark}23;{debt};3;León\n");
    let table = |debt: &str, mark: &str| {
        let rows = row(debt, mark) + row("9999", mark).as_str();
        format!("importe;deuda;facturas;provincia\n{rows}")
    };
    let (_, _, plain) = case.score_text(&table("1250", ","), &[]);
    let (status, told, points) = case.score_text(&table("1.250", ","), &[]);
    assert_eq!((status, &points), (0, &plain), "{told}");
    let (_, _, small) = case.score_text(&table("1.25", "."), &[]);
    let (_, _, points) = case.score_text(&table("1.250", "."), &[]);
    assert_eq!(points, small);
    assert_ne!(plain, small);
}

/// Rows whose province was missing before it became the text `nan`.
fn with_gaps(case: &Case) -> (String, Vec<bool>) {
    let province = case.header.iter().position(|name| name == "provincia");
    let is_gap = case.rows.iter().map(|row| row[province.unwrap()] == "nan");
    let table = case.table(&case.own_header(), |name, cell| match (name, cell) {
        ("provincia", "nan") => String::new(),
        _ => cell.to_owned(),
    });
    (table, is_gap.collect())
}

#[test]
fn a_missing_value_that_an_encoder_never_saw_is_told() {
    for version in VERSIONS {
        let case = Case::new(version, "missing_text");
        // As the encoder saw them: the text is a category, and so is the value that was missing in `escenario`.
        case.check(case.score_text(
            &case.table(&case.own_header(), |_, cell| cell.to_owned()),
            &[],
        ));
        let (table, gaps) = with_gaps(&case);
        let (status, told, scores) = case.score_text(&table, &[]);
        assert_eq!(status, 0, "{told}");
        assert!(gaps.iter().any(|gap| *gap) && !gaps.iter().all(|gap| *gap));
        for (row, gap) in gaps.iter().enumerate() {
            let (probability, notes) = &scores[row];
            let told =
                notes.contains("provincia: falta el valor, y en el entrenamiento no faltaba nunca");
            assert_eq!(told, *gap, "{notes}");
            assert_eq!(notes.is_empty(), !gap, "{notes}");
            assert!(*gap || *probability == case.expected[row]);
        }
        assert!(told.contains("provincia"), "{told}");
        let server = case.server();
        let mut instance = case.instance(0);
        for name in ["provincia", "escenario", "zona", "lineas"] {
            instance.insert(name.to_owned(), Value::Null);
        }
        let body = json!({ "instances": [instance] }).to_string();
        let answer = server.post("/v1/predict", &body).json();
        let warnings = answer["predictions"][0]["warnings"]
            .as_array()
            .unwrap()
            .clone();
        let warned: Vec<&str> = warnings
            .iter()
            .map(|w| w["input"].as_str().unwrap())
            .collect();
        assert_eq!(warned, ["provincia", "zona", "lineas"], "{answer}");
        assert!(warnings.iter().all(|warning| warning["kind"] == "unseen"));
    }
}

#[test]
fn a_contract_says_which_category_stands_for_a_missing_value() {
    for version in VERSIONS {
        let case = Case::new(version, "missing_text")
            .with_contract("[[input]]\nname = \"provincia\"\nmissing = \"nan\"\n");
        let (table, gaps) = with_gaps(&case);
        let (status, told, scores) = case.score_text(&table, &[]);
        assert_eq!(status, 0, "{told}");
        for (row, gap) in gaps.iter().enumerate() {
            assert_eq!(scores[row].0, case.expected[row]);
            assert_eq!(scores[row].1.contains("falta el valor; se usa nan"), *gap);
        }
    }
    let case = Case::new("1.9.1", "missing_text");
    let more = "[[input]]\nname = \"zona\"\nmissing = \"nan\"\n[[input]]\nname = \"deuda\"\nmissing = \"nan\"\n\
        [[input]]\nname = \"provincia\"\nkind = \"amount\"\n";
    let case = case.with_contract(more);
    let (status, told, _) = case.score_text("importe\n1\n", &[]);
    assert_eq!(status, 1);
    for problem in [
        "the model knows no category \"nan\" to stand for a missing value",
        "`missing` are for texts",
        "`kind` is for numbers",
    ] {
        assert!(told.contains(problem), "{told}");
    }
}
