//! Files with every defect at once: each client comes out in exactly one of the written, the rejected and the suppressed,
//! with its row, and the money is the file's, as other readers have it.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader};
use propenso_portfolio::{PortfolioRequest, Report, Silent, SuppressMissing, score_portfolio};
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::support::{HEADER, SCORER};

/// The columns, of which no input has the second.
fn header() -> Vec<&'static str> {
    let mut header = HEADER.to_vec();
    header.insert(1, "NOMBRE");
    header
}

#[derive(Debug, Clone)]
struct Client {
    /// Of the debt.
    cents: u64,
    /// How the debt is written.
    style: u8,
    name: &'static str,
    defect: Defect,
    is_listed: bool,
    /// What stands before its row.
    before: Before,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    None,
    CellTooMany,
    CellTooFew,
    WrongWord,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    EmptyRow,
    Separators,
    Sums,
}

fn client() -> impl Strategy<Value = Client> {
    let names = [
        "Ana",
        "\"Ana",
        "Ana\"",
        "Ana \"la\" Alta",
        "\"Eva\"",
        "12\" TV",
        "\"\"",
        "",
    ];
    let defects = prop_oneof![
        6 => Just(Defect::None),
        1 => Just(Defect::CellTooMany),
        1 => Just(Defect::CellTooFew),
        1 => Just(Defect::WrongWord),
    ];
    let before = prop_oneof![
        6 => Just(Before::Nothing),
        1 => Just(Before::EmptyRow),
        1 => Just(Before::Separators),
        1 => Just(Before::Sums),
    ];
    let what = (
        0u64..30_000_000,
        any::<u8>(),
        prop::sample::select(names.to_vec()),
    );
    (what, defects, any::<bool>(), before).prop_map(
        |((cents, style, name), defect, is_listed, before)| Client {
            cents,
            style,
            name,
            defect,
            is_listed,
            before,
        },
    )
}

/// The debt in a file of decimal commas.
fn debt(client: &Client) -> String {
    let (euros, cents) = (client.cents / 100, client.cents % 100);
    let grouped = match euros {
        1_000.. => format!("{}.{:03}", euros / 1_000, euros % 1_000),
        _ => euros.to_string(),
    };
    match (client.style % 4, cents) {
        (0, 0) => grouped,
        (1, 0) => euros.to_string(),
        (2, _) => format!("{grouped},{cents:02} €"),
        _ => format!("{euros},{cents:02}"),
    }
}

fn id(at: usize) -> String {
    format!("{:07}", at + 1)
}

fn cells(at: usize, client: &Client) -> Vec<String> {
    let word = if client.defect == Defect::WrongWord {
        "quizá"
    } else {
        "S"
    };
    let (id, debt) = (id(at), debt(client));
    let cells = [
        &id,
        client.name,
        "1",
        "5,25",
        "PER",
        &debt,
        "NO",
        word,
        "29151",
        "2",
        "A",
        "N",
        "N",
        "",
        "51-65",
    ];
    cells.map(str::to_owned).to_vec()
}

fn sums() -> Vec<String> {
    let mut cells = vec![String::new(); header().len()];
    (cells[0], cells[5]) = ("Total".to_owned(), "123,45".to_owned());
    cells
}

/// The row of each client, and whether it is one on its own.
fn text(clients: &[Client], path: &Path) -> Vec<u64> {
    let mut lines = vec!["Cartera; de hoy".to_owned(), header().join(";")];
    let mut rows = Vec::new();
    for (at, client) in clients.iter().enumerate() {
        match client.before {
            Before::Nothing => {}
            Before::EmptyRow => lines.push(String::new()),
            Before::Separators => lines.push(";;;".to_owned()),
            Before::Sums => lines.push(sums().join(";")),
        }
        let mut cells = cells(at, client);
        match client.defect {
            Defect::CellTooMany => cells.push("más".to_owned()),
            Defect::CellTooFew => drop(cells.pop()),
            Defect::None | Defect::WrongWord => {}
        }
        lines.push(cells.join(";"));
        rows.push(lines.len() as u64);
    }
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
    rows
}

/// Two sheets, the clients divided among them. Debts are numbers or texts.
fn workbook(clients: &[Client], path: &Path) -> Vec<String> {
    let mut book = Workbook::new();
    let half = clients.len() / 2;
    let mut rows = Vec::new();
    for (name, range) in [("Madrid", 0..half), ("Sevilla", half..clients.len())] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_row(0, 0, header()).unwrap();
        let mut row = 0;
        for at in range {
            row += 1;
            match clients[at].before {
                Before::Nothing => {}
                Before::EmptyRow | Before::Separators => row += 1,
                Before::Sums => {
                    sheet.write_row(row, 0, sums()).unwrap();
                    row += 1;
                }
            }
            sheet.write_row(row, 0, cells(at, &clients[at])).unwrap();
            if clients[at].style > 128 {
                sheet
                    .write_number(row, 5, clients[at].cents as f64 / 100.0)
                    .unwrap();
            }
            rows.push(format!("{name}!{}", row + 1));
        }
    }
    book.save(path).unwrap();
    rows
}

/// The money of a text file, as the csv crate has it when no quote means anything.
fn money_of_text(path: &Path) -> f64 {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .quoting(false)
        .flexible(true)
        .has_headers(false)
        .from_path(path)
        .unwrap();
    let rows = reader.records().map(Result::unwrap);
    let debts = rows
        .filter(|row| row[0].starts_with('0'))
        .map(|row| euros(&row[5]));
    debts.sum()
}

/// The money of a workbook, as calamine has it.
fn money_of_workbook(path: &Path) -> f64 {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let sheets = book.worksheets();
    let rows = sheets.iter().flat_map(|(_, sheet)| sheet.rows());
    let of_clients = rows.filter(|row| row[0].to_string().starts_with('0'));
    of_clients
        .map(|row| match &row[5] {
            Data::Float(number) => *number,
            other => euros(&other.to_string()),
        })
        .sum()
}

fn euros(text: &str) -> f64 {
    let text = text.replace(" €", "").replace('.', "").replace(',', ".");
    text.parse().unwrap()
}

fn score(path: &Path, has_list: bool) -> Report {
    let request = PortfolioRequest {
        suppress: has_list.then(|| path.with_file_name("no_llamar.txt")),
        suppress_missing: SuppressMissing::Ok,
        ..PortfolioRequest::new(
            Some(path.to_owned()),
            Some(path.with_file_name("lista.csv")),
        )
    };
    score_portfolio(&SCORER, &request, &Silent).unwrap()
}

/// The rows and ids of a file that lies beside the list, each once.
fn beside(path: Option<&Path>) -> BTreeMap<String, String> {
    let Some(path) = path else {
        return BTreeMap::new();
    };
    let bytes = std::fs::read(path).unwrap();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| (row[1].to_owned(), row[0].to_owned()))
        .collect()
}

fn ids(list: &Path) -> Vec<String> {
    let bytes = std::fs::read(list).unwrap();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name == "CUST_CODE").unwrap();
    let rows = reader.records().map(Result::unwrap);
    let mut ids: Vec<String> = rows.map(|row| row[at].to_owned()).collect();
    ids.sort();
    ids
}

fn check(
    clients: &[Client],
    path: &Path,
    rows: &[String],
    money: f64,
) -> Result<(), TestCaseError> {
    let is_text = path.extension().is_some_and(|extension| extension == "csv");
    let is_rejected = |client: &Client| match client.defect {
        Defect::None => false,
        Defect::WrongWord => true,
        Defect::CellTooMany | Defect::CellTooFew => is_text,
    };
    let listed = clients
        .iter()
        .enumerate()
        .filter(|(_, client)| client.is_listed);
    let list: Vec<String> = listed.map(|(at, _)| id(at)).collect();
    std::fs::write(path.with_file_name("no_llamar.txt"), list.join("\n")).unwrap();
    let report = score(path, !list.is_empty());
    let summary = &report.summary;
    prop_assert!(summary.is_reconciled());
    prop_assert_eq!(summary.read.rows, clients.len() as u64);
    prop_assert_eq!(
        (summary.read.debt.euros() * 100.0).round(),
        (money * 100.0).round()
    );
    let sums = clients
        .iter()
        .filter(|client| client.before == Before::Sums)
        .count();
    prop_assert_eq!(summary.aside.totals, sums as u64);
    let (mut written, mut rejected, mut suppressed) =
        (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for (at, client) in clients.iter().enumerate() {
        let row = rows[at].clone();
        match (is_rejected(client), client.is_listed) {
            (true, _) => drop(rejected.insert(id(at), row)),
            (false, true) => drop(suppressed.insert(id(at), row)),
            (false, false) => written.push(id(at)),
        }
    }
    prop_assert_eq!(beside(report.rejected_file.as_deref()), rejected);
    prop_assert_eq!(beside(report.suppressed_file.as_deref()), suppressed);
    prop_assert_eq!(ids(&path.with_file_name("lista.csv")), written);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn each_client_comes_out_once(mut clients in prop::collection::vec(client(), 1..24)) {
        // Something must tell a thousand from one.
        (clients[0].cents, clients[0].style) = (9_825, 3);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cartera.csv");
        let rows: Vec<String> = text(&clients, &path).iter().map(u64::to_string).collect();
        check(&clients, &path, &rows, money_of_text(&path))?;
        let path = folder.path().join("cartera.xlsx");
        let rows = workbook(&clients, &path);
        check(&clients, &path, &rows, money_of_workbook(&path))?;
    }
}
