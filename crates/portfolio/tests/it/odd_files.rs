//! Files as people really send them: several sheets, lone quotes, marks that change from column to column, rows of sums,
//! formulas that nobody calculated. No client is lost and no euro is read as another.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use propenso_portfolio::{
    PortfolioError, PortfolioRequest, RankBy, Reading, Report, Silent, score_portfolio,
};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use tempfile::TempDir;

use crate::support::{HEADER, SCORER};

/// A client's cells, with a debt and an invoice as they are written.
fn client<'c>(id: &'c str, invoice: &'c str, debt: &'c str) -> [&'c str; 14] {
    [
        id, "1", invoice, "PER", debt, "NO", "S", "29151", "2", "A", "N", "N", "", "51-65",
    ]
}

/// A text file in a folder of its own.
fn text(rows: &[&[&str]]) -> (TempDir, PathBuf) {
    let lines: Vec<String> = rows.iter().map(|row| row.join(";")).collect();
    written("cartera.csv", |path| {
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    })
}

fn written(name: &str, write: impl FnOnce(&Path)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write(&path);
    (folder, path)
}

fn workbook(make: impl FnOnce(&mut Workbook)) -> (TempDir, PathBuf) {
    written("cartera.xlsx", |path| {
        let mut workbook = Workbook::new();
        make(&mut workbook);
        workbook.save(path).unwrap();
    })
}

fn write_rows(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (at, row) in (0..).zip(rows) {
        sheet.write_row(at, 0, row.iter().copied()).unwrap();
    }
}

fn request(path: &Path) -> PortfolioRequest {
    PortfolioRequest::new(
        Some(path.to_owned()),
        Some(path.with_file_name("lista.csv")),
    )
}

fn run(request: &PortfolioRequest) -> Result<Report, PortfolioError> {
    score_portfolio(&SCORER, request, &Silent)
}

fn score(path: &Path) -> Report {
    run(&request(path)).unwrap()
}

/// The text of one column of the ranked file, by id.
fn column(path: &Path, name: &str) -> Vec<(String, String)> {
    column_by(path, "CUST_CODE", name)
}

/// The text of one column of the ranked file, by that of another.
fn column_by(path: &Path, key: &str, name: &str) -> Vec<(String, String)> {
    let list = std::fs::read(path.with_file_name("lista.csv")).unwrap();
    let list = list.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&list);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(list);
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (id, wanted) = (at(key), at(name));
    let rows = reader.records().map(Result::unwrap);
    let mut cells: Vec<_> = rows
        .map(|row| (row[id].to_owned(), row[wanted].to_owned()))
        .collect();
    cells.sort();
    cells
}

fn has_remark(report: &Report, words: &[&str]) -> bool {
    let mut remarks = report.summary.remarks.iter();
    remarks.any(|remark| words.iter().all(|word| remark.contains(word)))
}

#[test]
fn sheets_with_the_same_columns_are_read_one_after_the_other() {
    let (madrid, sevilla) = (client("1", "5", "10"), client("2", "5", "20"));
    let (_folder, path) = workbook(|book| {
        write_rows(
            book.add_worksheet().set_name("Portada").unwrap(),
            &[&["Cartera de hoy"], &["DEUDA_TOTAL"]],
        );
        write_rows(
            book.add_worksheet().set_name("Madrid").unwrap(),
            &[&HEADER, &madrid],
        );
        let wrong = client("x", "5", "mucho");
        write_rows(
            book.add_worksheet().set_name("Sevilla").unwrap(),
            &[&["Sur"], &HEADER, &sevilla, &wrong],
        );
        let old = book
            .add_worksheet()
            .set_name("Antigua")
            .unwrap()
            .set_hidden(true);
        write_rows(old, &[&HEADER, &madrid]);
    });
    let report = score(&path);
    assert_eq!(report.detected.sheet.as_deref(), Some("Madrid, Sevilla"));
    assert_eq!(
        (report.summary.read.rows, report.summary.scored.debt.euros()),
        (3, 30.0)
    );
    assert_eq!(
        (report.summary.aside.headers, report.summary.aside.titles),
        (2, 1)
    );
    assert!(
        has_remark(&report, &["«Antigua»", "oculta"]),
        "{:?}",
        report.summary.remarks
    );
    let rejected = std::fs::read_to_string(report.rejected_file.unwrap()).unwrap();
    assert!(rejected.contains("Sevilla!4"), "{rejected}");
    let only = Reading {
        sheet: Some("antigua".to_owned()),
        ..Reading::default()
    };
    let report = run(&PortfolioRequest {
        reading: only,
        ..request(&path)
    })
    .unwrap();
    assert_eq!(report.summary.read.rows, 1);
}

#[test]
fn sheets_of_clients_in_another_order_are_asked_about() {
    let mut turned = HEADER;
    turned.reverse();
    let (_folder, path) = workbook(|book| {
        write_rows(
            book.add_worksheet().set_name("A").unwrap(),
            &[&HEADER, &client("1", "5", "10")],
        );
        write_rows(book.add_worksheet().set_name("B").unwrap(), &[&turned]);
    });
    let error = run(&request(&path)).unwrap_err().to_string();
    assert!(
        error.contains("«A»") && error.contains("«B»") && error.contains("--sheet"),
        "{error}"
    );
}

#[test]
fn a_lone_quote_swallows_nobody() {
    let (mut first, second, mut last) = (
        client("1", "5", "10"),
        client("2", "5", "20"),
        client("3", "5", "30"),
    );
    // In a column that no input has.
    let header = HEADER.map(|name| if name == "EDAD" { "\"EDAD\"" } else { name });
    first[13] = "\"51-65";
    last[13] = "51-65\"";
    for end in [last, client("3", "5", "30")] {
        let (_folder, path) = text(&[
            &header,
            &first,
            &second,
            &end,
            &[""],
            &client("4", "5", "40"),
        ]);
        let report = score(&path);
        assert_eq!(report.summary.read.rows, 4);
        assert_eq!(report.summary.read.debt.euros(), 100.0);
        assert!(
            has_remark(&report, &["fila 2", "comillas"]),
            "{:?}",
            report.summary.remarks
        );
        assert_eq!(report.summary.aside.empty, 1);
    }
}

#[test]
fn each_column_decides_on_its_marks() {
    let rows = [
        client("1", "62.83", "1.250"),
        client("2", "7.5", "98,25"),
        client("3", "8", "1.250,00"),
    ];
    let (_folder, path) = text(&[&HEADER, &rows[0], &rows[1], &rows[2]]);
    let report = score(&path);
    assert_eq!(report.summary.read.debt.euros(), 2598.25);
    // What tells may come long after what is told, and in any form.
    let many: Vec<[&str; 14]> = std::iter::repeat_n(client("1", "5", "1.250"), 9_000).collect();
    let mut rows: Vec<&[&str]> = vec![&HEADER];
    rows.extend(many.iter().map(|row| &row[..]));
    let last = client("2", "5", "98,25");
    rows.push(&last);
    let (_folder, path) = text(&rows);
    assert_eq!(
        score(&path).summary.read.debt.euros(),
        1250.0 * 9_000.0 + 98.25
    );
    let (_folder, path) =
        workbook(|book| write_rows(book.add_worksheet(), &[&HEADER, &many[0], &last]));
    assert_eq!(score(&path).summary.read.debt.euros(), 1348.25);
}

#[test]
fn numbers_that_nothing_tells_about_are_asked_about() {
    let rows = [
        client("1", "5", "1.250"),
        client("2", "5", "980"),
        client("3", "5", "2.300"),
    ];
    let (_folder, path) = text(&[&HEADER, &rows[0], &rows[1], &rows[2]]);
    let error = run(&request(&path)).unwrap_err();
    assert!(
        matches!(&error, PortfolioError::UnclearNumbers { columns } if columns == &["DEUDA_TOTAL"])
    );
    assert!(error.to_string().contains("--decimal"), "{error}");
    assert!(!path.with_file_name("lista.csv").exists());
    let comma = Reading {
        decimal: Some(propenso_portfolio::Decimal::Comma),
        ..Reading::default()
    };
    let report = run(&PortfolioRequest {
        reading: comma,
        ..request(&path)
    })
    .unwrap();
    assert_eq!(report.summary.read.debt.euros(), 4530.0);
}

#[test]
fn rows_of_sums_are_no_clients() {
    let rows = [client("1", "5", "10"), client("2", "5", "20")];
    let mut total = [""; 14];
    (total[0], total[4]) = ("TOTAL GENERAL:", "30");
    let mut below = [""; 14];
    (below[3], below[4]) = ("Total", "30");
    let (_folder, path) = text(&[&HEADER, &rows[0], &rows[1], &total, &below]);
    let report = score(&path);
    assert_eq!(
        (report.summary.read.rows, report.summary.rejected.rows),
        (2, 0)
    );
    assert_eq!(report.summary.read.debt.euros(), 30.0);
    assert_eq!(report.summary.aside.totals, 2);
    assert!(
        has_remark(&report, &["4, 5", "totales"]),
        "{:?}",
        report.summary.remarks
    );
    assert!(
        report
            .text()
            .contains("Filas del archivo: 5 = 1 de cabecera + 2 de clientes + 2 de totales")
    );
}

/// Takes the values of a workbook's formulas out of it: programs that write formulas do not calculate them.
fn forget_values(path: &Path) {
    let mut book = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut without = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..book.len() {
        let mut part = book.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name.contains("sheet1.xml") {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains("</f><v>10</v>"), "{text}");
            bytes = text.replace("</f><v>10</v>", "</f><v></v>").into_bytes();
        }
        without
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        without.write_all(&bytes).unwrap();
    }
    std::fs::write(path, without.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn formulas_that_nobody_calculated_are_no_empty_cells() {
    for is_calculated in [true, false] {
        let (_folder, path) = workbook(|book| {
            let sheet = book.add_worksheet();
            write_rows(sheet, &[&HEADER, &client("1", "5", "10")]);
            let formula = Formula::new("B2*2").set_result("10");
            sheet.write_formula(1, 4, formula).unwrap();
        });
        if !is_calculated {
            forget_values(&path);
        }
        match is_calculated {
            true => assert_eq!(score(&path).summary.read.debt.euros(), 10.0),
            false => {
                let error = run(&request(&path)).unwrap_err().to_string();
                assert!(
                    error.contains("never calculated") && error.contains("row 2"),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn ids_are_what_excel_shows() {
    let (_folder, path) = workbook(|book| {
        let sheet = book.add_worksheet();
        write_rows(
            sheet,
            &[&HEADER, &client("", "5", "10"), &client("", "5", "20")],
        );
        let filled = Format::new().set_num_format("0000000");
        sheet.write_number_with_format(1, 0, 101, &filled).unwrap();
        sheet
            .write_number_with_format(2, 0, 12_345_678, &filled)
            .unwrap();
    });
    let list = path.with_file_name("no_llamar.csv");
    std::fs::write(&list, "CUST_CODE\n=\"0000101\"\n").unwrap();
    let report = run(&PortfolioRequest {
        suppress: Some(list),
        ..request(&path)
    })
    .unwrap();
    assert_eq!(report.summary.suppressed.debt.euros(), 10.0);
    assert_eq!(
        column(&path, "rango"),
        [("12345678".to_owned(), "1".to_owned())]
    );
}

#[test]
fn a_client_with_several_rows_has_one_place() {
    let rows = [
        client("1", "5", "10"),
        client("2", "5", "20"),
        client(" 1", "5", "300"),
        client("", "5", "1"),
        client("", "5", "2"),
    ];
    let rows: Vec<&[&str]> = std::iter::once(&HEADER[..])
        .chain(rows.iter().map(|row| &row[..]))
        .collect();
    let (_folder, path) = text(&rows);
    let by_debt = PortfolioRequest {
        rank_by: RankBy::Expected,
        capacity: Some(2),
        ..request(&path)
    };
    let report = run(&by_debt).unwrap();
    assert_eq!((report.summary.repeated, report.summary.fits.rows), (1, 2));
    assert!(has_remark(&report, &["1 filas", "un solo puesto"]));
    let ranks = column_by(&path, "DEUDA_TOTAL", "rango");
    let ranks: Vec<(&str, &str)> = ranks
        .iter()
        .map(|(debt, rank)| (&**debt, &**rank))
        .collect();
    assert_eq!(
        ranks,
        [
            ("1", "4"),
            ("10", ""),
            ("2", "3"),
            ("20", "2"),
            ("300", "1")
        ]
    );
    for (one_per_client, n_fit) in [(true, 2), (false, 2)] {
        let fits = PortfolioRequest {
            only_fits: true,
            one_per_client,
            ..by_debt.clone()
        };
        let report = run(&fits).unwrap();
        assert_eq!(
            (report.summary.fits.rows, column(&path, "cabe").len()),
            (n_fit, 2)
        );
        let debts: Vec<String> = column(&path, "DEUDA_TOTAL")
            .into_iter()
            .map(|(_, debt)| debt)
            .collect();
        assert_eq!(debts, ["300", "20"], "{one_per_client}");
    }
}

/// Two clients as JSON objects, keys in another order in the second, which lacks one.
const OBJECTS: [&str; 2] = [
    r#"{"CUST_CODE": 12345678901234567890, "CANTIDAD_FACTURAS": 1, "IMPORTE_FACTURA": 62.83, "ESCENARIO_RECOBRO": "PER", "DEUDA_TOTAL": 62.5, "PORTADO": "NO", "VPT": "S", "CODIGO_POSTAL": "29151", "NUM_LINEAS_ACTIVAS": 2, "ESTADO_CLIENTE": "A", "VAP_SCF": "N", "VAP_OB": "N", "FECHA_BPI": null, "EDAD": "51-65"}"#,
    r#"{"EDAD": "51-65", "VAP_OB": "N", "VAP_SCF": "N", "ESTADO_CLIENTE": "A", "NUM_LINEAS_ACTIVAS": 2, "CODIGO_POSTAL": 29151, "VPT": "S", "PORTADO": "NO", "DEUDA_TOTAL": "1.250,50", "ESCENARIO_RECOBRO": "PER", "IMPORTE_FACTURA": 5, "CANTIDAD_FACTURAS": 1, "CUST_CODE": "0002", "NOTA": "a\"}\u00f1"}"#,
];

#[test]
fn json_records_are_a_table() {
    let [first, second] = OBJECTS;
    let texts = [
        format!("[{first},\n {second}]"),
        format!("{first}\n{second}\n"),
        format!("\u{feff}[\n{first}\n,{second}\n]\n"),
    ];
    for (text, is_packed) in texts.iter().flat_map(|text| [(text, false), (text, true)]) {
        let (_folder, path) = written("cartera.txt", |path| {
            let bytes = match is_packed {
                true => zstd::encode_all(text.as_bytes(), 0).unwrap(),
                false => text.clone().into_bytes(),
            };
            std::fs::write(path, bytes).unwrap();
        });
        let report = score(&path);
        assert_eq!(
            (report.summary.read.rows, report.summary.scored.rows),
            (2, 2),
            "{text}"
        );
        assert_eq!(report.summary.read.debt.euros(), 1313.0);
        assert_eq!(report.summary.unused_columns, ["NOTA"]);
        let ids: Vec<String> = column(&path, "NOTA")
            .into_iter()
            .map(|(id, note)| id + &note)
            .collect();
        assert_eq!(ids, ["0002a\"}ñ", "12345678901234567890"]);
    }
}

#[test]
fn what_is_no_table_is_told_without_a_client() {
    let marked = client("PRIVADO", "5", "10").join(";");
    let headless = format!("0000101;{marked}\n");
    for (text, told) in [
        (
            r#"{"data": [{"CUST_CODE": "PRIVADO"}]}"#,
            "a list or an object",
        ),
        (r#"[{"CUST_CODE": "PRIVADO", "EDAD": NaN}]"#, "write null"),
        (r#"[{"CUST_CODE": "PRIVADO""#, "in the middle of a record"),
        (r#"[["PRIVADO"]]"#, "no list of records"),
        (headless.as_str(), "no column for"),
    ] {
        let (_folder, path) = written("cartera.json", |path| std::fs::write(path, text).unwrap());
        let error = run(&request(&path)).unwrap_err().to_string();
        assert!(
            error.contains(told) && !error.contains("PRIVADO"),
            "{text}: {error}"
        );
    }
}

/// A zip file of these files.
fn zip(files: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
    written("cartera.zip", |path| {
        let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    })
}

#[test]
fn a_zip_with_one_table_is_the_table() {
    let table = format!(
        "{}\n{}\n",
        HEADER.join(";"),
        client("1", "5", "10").join(";")
    );
    let (_inner, book) =
        workbook(|book| write_rows(book.add_worksheet(), &[&HEADER, &client("1", "5", "10")]));
    let book = std::fs::read(book).unwrap();
    for (name, bytes) in [
        ("enero/cartera.csv", table.as_bytes()),
        ("cartera.xlsx", &book),
    ] {
        let (_folder, path) = zip(&[
            (name, bytes),
            ("__MACOSX/._cartera.csv", b"x"),
            ("enero/.DS_Store", b"y"),
        ]);
        assert_eq!(score(&path).summary.read.debt.euros(), 10.0, "{name}");
    }
    let (_packed, packed) = zip(&[("cartera.csv", table.as_bytes())]);
    let packed = std::fs::read(packed).unwrap();
    for (files, told) in [
        (
            &[("a.csv", table.as_bytes()), ("b.csv", table.as_bytes())][..],
            "2 files (a.csv, b.csv)",
        ),
        (&[][..], "nothing in it"),
        (&[("dentro.zip", &packed[..])][..], "within another"),
        (&[("content.xml", &b"<x/>"[..])][..], "LibreOffice"),
    ] {
        let (_folder, path) = zip(files);
        let error = run(&request(&path)).unwrap_err().to_string();
        assert!(
            error.contains(told) && error.starts_with(&*path.to_string_lossy()),
            "{error}"
        );
    }
}
