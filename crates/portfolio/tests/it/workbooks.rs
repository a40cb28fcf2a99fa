//! Workbooks of LibreOffice and of Excel 97–2003 are read as those of Excel are: one portfolio gives one list in all forms.
//! `tests/workbooks/make.py` makes the files.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use propenso_portfolio::{
    Decimal, Format, PortfolioError, PortfolioRequest, Reading, Report, Silent, Table,
    score_portfolio,
};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{HEADER, SCORER};

fn path(form: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/workbooks/cartera.{form}"))
}

/// The report on a file, and the list.
fn score(path: &Path, reading: Reading) -> Result<(Report, String), PortfolioError> {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("lista.csv");
    let mut request = PortfolioRequest::new(Some(path.to_owned()), Some(output.clone()));
    request.reading = reading;
    // Text would have its own.
    request.writing.decimal = Some(Decimal::Comma);
    let report = score_portfolio(&SCORER, &request, &Silent)?;
    Ok((report, std::fs::read_to_string(output).unwrap()))
}

#[test]
fn one_portfolio_gives_one_list_in_all_forms() {
    let (_, expected) = score(&path("csv"), Reading::default()).unwrap();
    for (form, format) in [
        ("xlsx", Format::Xlsx),
        ("ods", Format::Ods),
        ("xls", Format::Xls),
    ] {
        let (report, list) = score(&path(form), Reading::default()).unwrap();
        assert_eq!(list, expected, "{form}");
        assert_eq!(report.detected.format, format);
        assert_eq!(report.detected.sheet.as_deref(), Some("Madrid, Sevilla"));
        let (summary, aside) = (&report.summary, &report.summary.aside);
        assert_eq!((summary.read.rows, summary.scored.rows), (5, 5), "{form}");
        // A title, the row below it, and one among the clients.
        assert_eq!(
            (aside.headers, aside.titles, aside.empty),
            (2, 1, 2),
            "{form}"
        );
        assert!(
            summary
                .remarks
                .iter()
                .any(|remark| remark.contains("«Antigua»") && remark.contains("oculta")),
            "{form}: {:?}",
            summary.remarks
        );
    }
}

#[test]
fn cells_are_what_people_see() {
    for form in ["csv", "xlsx", "ods", "xls"] {
        let (_, list) = score(&path(form), Reading::default()).unwrap();
        for seen in [
            "0000101;",
            "1234567;",
            ";08001;",
            ";28001;",
            ";31/12/2023;",
            ";29/02/2024 14:05:09;",
            ";VERDADERO;",
            ";FALSO;",
            "\"Muñoz Ávila, José\"",
            "O'Brien & Hijos <S.L.>",
            "Peña «la Niña» €",
            "\"una línea\ny otra\"",
            ";poco",
            ";2501;",
        ] {
            let seen = seen.trim_matches('"');
            assert!(list.contains(seen), "{form}: {seen} in {list}");
        }
    }
}

#[test]
fn sheets_are_named_in_any_form() {
    for form in ["xlsx", "ods", "xls"] {
        let sheet = |name: &str| Reading {
            sheet: Some(name.to_owned()),
            ..Reading::default()
        };
        let (report, _) = score(&path(form), sheet("antigua")).unwrap();
        assert_eq!(report.summary.read.rows, 1, "{form}");
        let error = score(&path(form), sheet("Bilbao")).unwrap_err().to_string();
        assert!(
            error.contains("Portada, Madrid, Sevilla, Antigua"),
            "{error}"
        );
    }
}

#[test]
fn forms_are_told_by_what_is_in_files() {
    let folder = tempfile::tempdir().unwrap();
    for form in ["xlsx", "ods", "xls"] {
        let renamed = folder.path().join("cartera.csv");
        std::fs::copy(path(form), &renamed).unwrap();
        let (_, list) = score(&renamed, Reading::default()).unwrap();
        assert_eq!(list.lines().count(), 7, "{form}");
    }
}

#[test]
fn tables_of_models_are_one_in_all_forms() {
    let expected = Table::open(&path("csv"), SCORER.contract()).unwrap();
    for form in ["xlsx", "ods", "xls"] {
        let table = Table::open(&path(form), SCORER.contract()).unwrap();
        assert_eq!(table.header(), expected.header(), "{form}");
        assert_eq!(table.n_rows(), expected.n_rows(), "{form}");
        for row in 0..table.n_rows() {
            let cells = (0..table.header().len())
                .map(|column| (table.cell(row, column), expected.cell(row, column)));
            for (cell, expected) in cells {
                assert_eq!(cell, expected, "{form}");
            }
        }
    }
}

#[test]
fn small_workbooks_are_in_a_stream_of_their_own() {
    let small = path("xls").with_file_name("small.xls");
    let (report, _) = score(&small, Reading::default()).unwrap();
    assert_eq!(report.summary.scored.rows, 1);
    assert_eq!(report.summary.read.debt.euros(), 10.0);
}

#[test]
fn texts_go_on_over_records() {
    let continued = path("xls").with_file_name("continued.xls");
    let (_, list) = score(&continued, Reading::default()).unwrap();
    assert!(
        list.contains("\n7€8;") && list.contains(";ñandú€uros y más;"),
        "{list}"
    );
}

/// A workbook of LibreOffice with one sheet of these rows.
fn ods(rows: &str) -> (TempDir, PathBuf) {
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content><office:body><office:spreadsheet>
        <table:table table:name="Hoja1">{rows}</table:table>
        </office:spreadsheet></office:body></office:document-content>"#
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cartera.ods");
    let mut book = ZipWriter::new(Cursor::new(Vec::new()));
    book.start_file("content.xml", SimpleFileOptions::default())
        .unwrap();
    book.write_all(content.as_bytes()).unwrap();
    std::fs::write(&path, book.finish().unwrap().into_inner()).unwrap();
    (folder, path)
}

fn row(cells: &[&str]) -> String {
    let cells = cells.iter().map(|cell| match cell.starts_with('<') {
        true => (*cell).to_owned(),
        false => format!("<table:table-cell><text:p>{cell}</text:p></table:table-cell>"),
    });
    let cells: Vec<String> = cells.collect();
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

fn client<'c>(id: &'c str, debt: &'c str) -> [&'c str; 14] {
    [
        id, "1", "5", "PER", debt, "NO", "S", "29151", "2", "A", "N", "N", "", "51-65",
    ]
}

#[test]
fn nothing_repeated_costs_nothing() {
    let nothing = r#"<table:table-cell table:number-columns-repeated="16384"/>"#;
    let far = format!(
        r#"<table:table-row table:number-rows-repeated="1000000">{nothing}</table:table-row>"#
    );
    let rows = format!(
        "{}{}{far}{}{far}",
        row(&HEADER),
        row(&client("1", "10")),
        row(&client("2", "20"))
    );
    let (_folder, path) = ods(&rows);
    let (report, _) = score(&path, Reading::default()).unwrap();
    assert_eq!(report.summary.read.rows, 2);
    assert_eq!(report.summary.aside.empty, 1_000_000);
}

#[test]
fn rows_that_say_the_same_are_read_as_often_as_they_are_there() {
    let again = row(&client("1", "10")).replace(
        "<table:table-row>",
        r#"<table:table-row table:number-rows-repeated="3">"#,
    );
    let group = format!("<table:table-row-group>{again}</table:table-row-group>");
    let (_folder, path) = ods(&(row(&HEADER) + &group + &row(&client("2", "20"))));
    let (report, _) = score(&path, Reading::default()).unwrap();
    assert_eq!(report.summary.read.rows, 4);
    assert_eq!(report.summary.read.debt.euros(), 50.0);
}

#[test]
fn notes_are_no_text_of_cells() {
    let id = "<table:table-cell><office:annotation><text:p>9</text:p></office:annotation><text:p>00<text:span>1</text:span>\
              <text:s text:c=\"2\"/>A&amp;<![CDATA[B]]></text:p><draw:frame><text:p>9</text:p></draw:frame></table:table-cell>";
    let mut cells = client("", "10");
    cells[0] = id;
    let (_folder, path) = ods(&(row(&HEADER) + &row(&cells)));
    let (_, list) = score(&path, Reading::default()).unwrap();
    assert!(list.contains("001  A&B;"), "{list}");
}

#[test]
fn formulas_that_nobody_calculated_are_no_empty_cells() {
    let formula = r#"<table:table-cell table:formula="of:=[.B2]*2"/>"#;
    let (_folder, ods) = ods(&(row(&HEADER) + &row(&client("1", formula))));
    for path in [ods, path("xls").with_file_name("formulas.xls")] {
        let error = score(&path, Reading::default()).unwrap_err().to_string();
        assert!(
            error.contains("never calculated") && error.contains("row 2"),
            "{error}"
        );
    }
}
