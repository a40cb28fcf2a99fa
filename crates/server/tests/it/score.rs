//! `propenso score`: the example's portfolio in every form that people send, scored as scikit-learn scored it.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{command, example_model, propenso, read_text, repository};

/// P(pays) and class of each client, as scikit-learn answered.
fn expected() -> Vec<(f64, String)> {
    let text = read_text("testdata/cobranza/expected.csv.gz");
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|record| {
            let record = record.unwrap();
            (record[2].parse().unwrap(), record[3].to_owned())
        })
        .collect()
}

pub(super) fn example() -> PathBuf {
    repository("examples/cobranza/cartera.csv")
}

/// Runs `propenso score` with the example's model.
pub(super) fn score(input: &Path, output: &Path, more: &[&str]) -> Output {
    let model = example_model();
    let arguments = [
        "score",
        input.to_str().unwrap(),
        "-o",
        output.to_str().unwrap(),
        "--model",
        model.to_str().unwrap(),
    ];
    propenso(&[&arguments, more].concat(), "")
}

pub(super) fn scored(input: &Path, output: &Path, more: &[&str]) {
    let run = score(input, output, more);
    let error = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{error}");
}

/// The added columns of a text file with semicolons, by name.
pub(super) fn column(path: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    column_of(&text, b';', name)
}

fn column_of(text: &str, separator: u8, name: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|column| column == name).unwrap();
    reader
        .records()
        .map(|row| row.unwrap()[at].to_owned())
        .collect()
}

fn check(probabilities: &[String], classes: &[String]) {
    let expected = expected();
    assert_eq!(probabilities.len(), expected.len());
    for (row, ((found, class), (probability, expected_class))) in
        probabilities.iter().zip(classes).zip(&expected).enumerate()
    {
        let found: f64 = found.replace(',', ".").parse().unwrap();
        assert_eq!(found.to_bits(), probability.to_bits(), "row {row}");
        assert_eq!(class, expected_class, "row {row}");
    }
}

#[test]
fn the_example_comes_back_in_its_own_order_and_dialect() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("salida.csv");
    scored(&example(), &output, &["--order", "file"]);
    check(&column(&output, "prob_pago"), &column(&output, "clase"));
    // What was there is still there, to the last byte.
    let before = std::fs::read_to_string(example()).unwrap();
    let after = std::fs::read_to_string(&output).unwrap();
    for (before, after) in before.lines().zip(after.lines()) {
        assert!(after.starts_with(&format!("{before};")), "{after}");
    }
    let mut ranks: Vec<usize> = column(&output, "rango")
        .iter()
        .map(|rank| rank.parse().unwrap_or(0))
        .collect();
    let probabilities = column(&output, "prob_pago");
    let first = ranks.iter().position(|rank| *rank == 1).unwrap();
    let highest = expected()
        .iter()
        .map(|(probability, _)| *probability)
        .fold(0.0, f64::max);
    assert_eq!(probabilities[first].parse::<f64>().unwrap(), highest);
    ranks.sort_unstable();
    // Of 7,339 rows, 101 are of clients who have a better one.
    assert!(ranks[..101].iter().all(|rank| *rank == 0));
    assert!(ranks.into_iter().skip(101).eq(1..=7_238));
    let debts = column(&output, "DEUDA_TOTAL");
    let hoped = column(&output, "recuperacion_esperada");
    for ((debt, probability), hoped) in debts.iter().zip(&probabilities).zip(&hoped) {
        let product = debt.parse::<f64>().unwrap() * probability.parse::<f64>().unwrap();
        assert_eq!(hoped.parse::<f64>().unwrap(), product);
    }
    assert!(!folder.path().join("salida.csv.rechazados.csv").exists());
}

/// The example in another notation, scored.
fn in_notation(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join(name);
    std::fs::write(&input, bytes).unwrap();
    let output = folder.path().join("salida.csv");
    scored(
        &input,
        &output,
        &[
            "--output-separator",
            ";",
            "--output-encoding",
            "utf-8",
            "--output-decimal",
            "point",
            "--order",
            "file",
        ],
    );
    (folder, output)
}

/// The example's cells, with commas for points in its amounts.
fn with_commas() -> String {
    let text = std::fs::read_to_string(example()).unwrap();
    let amounts = ["IMPORTE_FACTURA", "DEUDA_TOTAL"];
    let header: Vec<&str> = text.lines().next().unwrap().split(';').collect();
    let is_amount: Vec<bool> = header.iter().map(|name| amounts.contains(name)).collect();
    let lines = text.lines().map(|line| {
        let cells = line
            .split(';')
            .zip(&is_amount)
            .map(|(cell, is_amount)| match is_amount {
                true => cell.replace('.', ","),
                false => cell.to_owned(),
            });
        cells.collect::<Vec<_>>().join(";")
    });
    lines.collect::<Vec<_>>().join("\r\n") + "\r\n"
}

#[test]
fn windows_1252_with_decimal_commas() {
    let text = with_commas()
        .replace("CODIGO_POSTAL", "Código Postal")
        .replace("FEU", "ÑANDÚ");
    let bytes = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
    let (_folder, output) = in_notation("cartera.csv", &bytes);
    check(&column(&output, "prob_pago"), &column(&output, "clase"));
    assert_eq!(column(&output, "ÑANDÚ").len(), 7_339);
}

#[test]
fn utf_16_with_tabs() {
    let text = std::fs::read_to_string(example())
        .unwrap()
        .replace(';', "\t");
    let bytes: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let (_folder, output) = in_notation("cartera.txt", &bytes);
    check(&column(&output, "prob_pago"), &column(&output, "clase"));
}

#[test]
fn compressed_and_piped() {
    let text = std::fs::read(example()).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &text).unwrap();
    let (_folder, output) = in_notation("cartera.csv.gz", &gzip.finish().unwrap());
    check(&column(&output, "prob_pago"), &column(&output, "clase"));
    // From standard input to standard output, as JSON.
    let model = example_model();
    let arguments = [
        "score",
        "-",
        "-o",
        "-",
        "--output-format",
        "jsonl",
        "--order",
        "file",
        "--quiet",
        "--model",
    ];
    let arguments = [&arguments[..], &[model.to_str().unwrap()]].concat();
    let run = propenso(&arguments, &String::from_utf8(text).unwrap());
    assert_eq!(run.status.code(), Some(0));
    let out = String::from_utf8(run.stdout).unwrap();
    assert_eq!(out.lines().count(), 7_339);
    for (line, (probability, _)) in out.lines().zip(expected()) {
        let client: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            client["prob_pago"].as_f64().unwrap().to_bits(),
            probability.to_bits()
        );
        assert!(client["CUST_CODE"].is_string());
    }
}

/// Into a workbook and a Parquet file, and from there back into text: nothing changes.
#[test]
fn workbooks_and_parquet_there_and_back() {
    for form in ["xlsx", "parquet"] {
        let folder = TempDir::new().unwrap();
        let between = folder.path().join(format!("cartera.{form}"));
        let output = folder.path().join("salida.csv");
        scored(&example(), &between, &["--order", "file"]);
        scored(&between, &output, &["--order", "file"]);
        let probabilities = column(&output, "prob_pago_2");
        check(&probabilities, &column(&output, "clase_2"));
        let first: Vec<f64> = column(&output, "prob_pago")
            .iter()
            .map(|p| p.replace(',', ".").parse().unwrap())
            .collect();
        let second: Vec<f64> = probabilities
            .iter()
            .map(|p| p.replace(',', ".").parse().unwrap())
            .collect();
        assert_eq!(first, second);
        for name in [
            "CUST_CODE",
            "NUMERO_FACTURA",
            "FECHA_ENVIO",
            "EDAD",
            "PORTADO",
            "CODIGO_POSTAL",
        ] {
            let before = column_of(&std::fs::read_to_string(example()).unwrap(), b';', name);
            assert_eq!(column(&output, name), before, "{form} {name}");
        }
    }
}

#[test]
fn a_workbook_with_blank_rows_on_top_and_days() {
    use rust_xlsxwriter::{Format, Workbook};
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("cartera.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("Notas")
        .unwrap()
        .write(0, 0, "Cartera de noviembre")
        .unwrap();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet().set_name("Datos").unwrap();
    let text = std::fs::read_to_string(example()).unwrap();
    for (row, line) in (3..).zip(text.lines()) {
        for (column, cell) in (0..).zip(line.split(';')) {
            // Amounts as numbers, days as days, all else as text.
            match (column, cell) {
                (_, "") => {}
                (5 | 8, number) if row > 3 => {
                    sheet
                        .write_number(row, column, number.parse::<f64>().unwrap())
                        .unwrap();
                }
                (2, date) if row > 3 => {
                    let parts: Vec<u32> =
                        date.split('/').map(|part| part.parse().unwrap()).collect();
                    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(
                        u16::try_from(parts[2]).unwrap(),
                        u8::try_from(parts[1]).unwrap(),
                        u8::try_from(parts[0]).unwrap(),
                    );
                    sheet
                        .write_datetime_with_format(row, column, date.unwrap(), &day)
                        .unwrap();
                }
                (_, text) => {
                    sheet.write_string(row, column, text).unwrap();
                }
            }
        }
    }
    book.save(&input).unwrap();
    let output = folder.path().join("salida.csv");
    let run = score(&input, &output, &["--report", "json", "--order", "file"]);
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["detected"]["sheet"], "Datos");
    assert_eq!(report["detected"]["header_row"], 4);
    check(&column(&output, "prob_pago"), &column(&output, "clase"));
    assert_eq!(column(&output, "FECHA_ENVIO")[0], "16/03/2023");
}

/// A portfolio of people who write `emp` and `Sí` is scored as one of those who write what the contract says.
#[test]
fn codes_are_read_as_people_write_them() {
    let folder = TempDir::new().unwrap();
    let text = std::fs::read_to_string(example()).unwrap();
    let lines: Vec<&str> = text.lines().take(60).collect();
    let run = |name: &str, text: String| {
        let (input, output) = (
            folder.path().join(name),
            folder.path().join(format!("de_{name}")),
        );
        std::fs::write(&input, text).unwrap();
        scored(&input, &output, &[]);
        output
    };
    let exact = run("exacta.csv", lines.join("\n"));
    let (header, rows) = lines.split_first().unwrap();
    let as_written = |line: &&str| {
        let line = line.replace(";EMP;", ";Emp ;").replace(";PER;", ";per;");
        line.replace(";S;", ";sí;").replace(";FU;", ";fú;")
    };
    let rows: Vec<String> = rows.iter().map(as_written).collect();
    let written = run("escrita.csv", format!("{header}\n{}", rows.join("\n")));
    assert_eq!(column(&written, "prob_pago"), column(&exact, "prob_pago"));
    let notes = column(&written, "avisos");
    assert!(
        notes
            .iter()
            .any(|note| note.contains("se ha leído «per» como «PER»")),
        "{notes:?}"
    );
}

#[test]
fn the_report_and_what_is_rejected() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("cartera.csv");
    let text = std::fs::read_to_string(example()).unwrap();
    let mut lines: Vec<String> = text.lines().take(40).map(str::to_owned).collect();
    lines[3] = lines[3].replace(";FU;", ";OTRO;");
    lines[5].push_str(";de más");
    lines.insert(7, String::new());
    std::fs::write(&input, lines.join("\n")).unwrap();
    let output = folder.path().join("salida.csv");
    let page = folder.path().join("resumen.html");
    let run = score(
        &input,
        &output,
        &[
            "--resumen",
            page.to_str().unwrap(),
            "--explain",
            "2",
            "--capacity",
            "10",
        ],
    );
    assert_eq!(run.status.code(), Some(2));
    let report = String::from_utf8(run.stdout).unwrap();
    let report = report
        .replace(&*folder.path().to_string_lossy(), "")
        .replace('\\', "/");
    let (report, _seconds) = report.trim_end().rsplit_once('\n').unwrap();
    insta::assert_snapshot!(report);
    let rejected = folder.path().join("salida.csv.rechazados.csv");
    insta::assert_snapshot!(std::fs::read_to_string(rejected).unwrap());
    assert_eq!(
        column(&output, "cabe")
            .iter()
            .filter(|fits| *fits == "SI")
            .count(),
        10
    );
    assert!(column(&output, "motivo_1")[0].contains(" puntos"));
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("<html lang=\"es\">")
            && page.contains("Cuadra")
            && !page.contains("1.759658")
    );
    // The next run has nothing to reject, and leaves no file that says otherwise.
    std::fs::write(&input, text).unwrap();
    scored(&input, &output, &[]);
    assert!(!folder.path().join("salida.csv.rechazados.csv").exists());
}

#[test]
fn a_reference_that_cannot_be_read_is_told_and_stops_nothing() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("salida.csv");
    let page = folder.path().join("resumen.html");
    let page = page.to_str().unwrap();
    let more = ["--resumen", page, "--reference", "no-such-file.csv"];
    scored(&example(), &output, &more);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("No se ha podido comparar"), "{page}");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("salida.csv");
    let mut told = String::new();
    for more in [
        &["--rank-by", "net", "--fee", "20%"][..],
        &["--fee", "0.2"],
        &["--control-share", "5%"],
        &["--map", "Nada=CODIGO_POSTAL"],
        &["--map", "CUST_CODE=NADA"],
        &["--amount-column", "NADA"],
        &["--sheet", "x", "--input-format", "xlsx"],
        &["--header-row", "9000"],
    ] {
        let run = score(&example(), &output, more);
        assert!(matches!(run.status.code(), Some(1 | 64)), "{more:?}");
        let error = String::from_utf8_lossy(&run.stderr);
        let error = error.replace(repository("").to_str().unwrap(), "");
        told.push_str(error.lines().next().unwrap());
        told.push('\n');
        assert!(!output.exists());
    }
    let run = score(&example(), &example(), &[]);
    assert_eq!(run.status.code(), Some(1));
    insta::assert_snapshot!(told.replace('\\', "/"));
}

/// A run that is killed leaves what was there before.
#[test]
fn killed_in_the_middle_nothing_half_is_left() {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("cartera.csv");
    let text = std::fs::read_to_string(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    std::fs::write(&input, format!("{header}\n{}", rows.repeat(12))).unwrap();
    let output = folder.path().join("salida.csv");
    let mut was_killed = 0;
    for millis in [20, 60, 120, 200, 300, 450, 700, 1_000] {
        std::fs::write(&output, "before").unwrap();
        let mut child = command()
            .args(["score", "--quiet", "--model"])
            .args([&example_model(), &input])
            .arg("-o")
            .arg(&output)
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let left = std::fs::read(&output).unwrap();
        if left == b"before" {
            was_killed += 1;
        } else {
            assert_eq!(column(&output, "rango").len(), 7_339 * 12, "{status}");
        }
    }
    assert!(was_killed > 0);
}

#[test]
fn a_text_file_begins_with_one_mark_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let header = "\u{feff}CUST_CODE";
    let little: Vec<u8> = header.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = header.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (encoding, beginning) in [
        ("utf-8", &b"CUST_CODE"[..]),
        ("utf-8-bom", header.as_bytes()),
        ("utf-16le", &little),
        ("utf-16be", &big),
    ] {
        let output = folder.path().join(format!("{encoding}.csv"));
        scored(&example(), &output, &["--output-encoding", encoding]);
        let bytes = std::fs::read(&output).unwrap();
        let start = &bytes[..beginning.len()];
        assert_eq!(start, beginning, "{encoding}");
    }
}

#[test]
fn no_number_of_threads_is_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let (one, many) = (folder.path().join("1.csv"), folder.path().join("n.csv"));
    scored(&example(), &one, &["--threads", "1"]);
    scored(&example(), &many, &["--threads", "1000000000"]);
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(many).unwrap());
}
