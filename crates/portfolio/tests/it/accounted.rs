//! Portfolios with every defect that real files have: whatever is in them, each row comes out once, scored as it would be
//! alone, or is rejected with a reason, and the sums agree.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;

use propenso_portfolio::{
    Control, Decimal, Encoding, ListOrder, PortfolioRequest, RankBy, Report, Separator, Silent,
    SuppressMissing, Writing, score_portfolio,
};
use propenso_scoring::{Outcome, Raw, Row, Workspace};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::SCORER;

/// A request of the whole file, into a folder.
fn request(folder: &Path, input: &str, output: &str) -> PortfolioRequest {
    PortfolioRequest {
        threads: NonZeroUsize::new(2).unwrap(),
        ..PortfolioRequest::new(Some(folder.join(input)), Some(folder.join(output)))
    }
}

/// Columns of the made-up files: the thirteen inputs, an id, and one that no model looks at.
const COLUMNS: [&str; 15] = [
    "CUST_CODE",
    "CANTIDAD FACTURAS",
    "importe_factura",
    "ESCENARIO_RECOBRO",
    "Deuda Total",
    "PORTADO",
    "VPT",
    "CÓDIGO POSTAL",
    "NUM_LINEAS_ACTIVAS",
    "ESTADO_CLIENTE",
    "VAP_SCF",
    "VAP_OB",
    "FECHA_BPI",
    "EDAD",
    "OBSERVACIÓN",
];

/// A client as it is meant, before a file's notation.
#[derive(Debug, Clone)]
struct Client {
    /// In cents; `None` is missing.
    debt: Option<u32>,
    /// Written in one of some ways.
    style: u8,
    /// The other cells, of which some cannot be used.
    cells: [String; 13],
    remark: String,
    defect: Defect,
}

/// What is wrong with a whole row.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    None,
    CellTooMany,
    CellTooFew,
    /// An empty cell behind the last, as Excel leaves it: nothing is wrong.
    EmptyCells,
    /// A blank line comes before it.
    BlankLine,
}

/// How a file is written.
#[derive(Debug, Clone)]
struct Notation {
    separator: Separator,
    encoding: Encoding,
    decimal: Decimal,
    crlf: bool,
    quotes: csv::QuoteStyle,
    titles: usize,
    ends_in_line_end: bool,
}

fn sample(values: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    prop::sample::select(values.to_vec()).prop_map(str::to_owned)
}

fn client() -> impl Strategy<Value = Client> {
    let cells = (
        sample(&["1", "2", "3", "", "2.0", "x", "-1"]),
        sample(&["", "A", "B"]),
        sample(&["PER", "FU", "EMP", "EMP", "OTRO"]),
        sample(&["SI", "NO", "N/A ", "BAJAS_I ", "N"]),
        sample(&["S", "N", "", "SI"]),
        sample(&["28013", "08029", "8029.0", "", "99999", "AD500"]),
        sample(&["0", "1", "2", "91", ""]),
        sample(&["A", "B", "A", "C"]),
        sample(&["202311", "", "202312.0", "2023-13"]),
        sample(&["0-30", "31-50", "51-65", "MAYOR 65", "45", "", "150"]),
        sample(&["N", "S"]),
    );
    let remark = prop_oneof![
        Just(String::new()),
        sample(&[
            "=1+1",
            "@SUM(A1)",
            "+34 600",
            "-x",
            "dos\nlíneas",
            "a;b|c\td,e",
            "con \"comillas\"",
            "€ ñ",
            " "
        ]),
        "[a-zñé;,\"\n\r|=@-]{0,12}",
    ];
    let defect = prop_oneof![
        12 => Just(Defect::None),
        1 => Just(Defect::CellTooMany),
        1 => Just(Defect::CellTooFew),
        1 => Just(Defect::EmptyCells),
        1 => Just(Defect::BlankLine),
    ];
    let debt = prop_oneof![1 => Just(None), 9 => (0u32..9_999_999).prop_map(Some)];
    (debt, any::<u8>(), cells, remark, defect).prop_map(|(debt, style, cells, remark, defect)| {
        let (count, _, scenario, ported, vpt, code, lines, state, month, age, vap) = cells;
        let cells = [
            count,
            String::new(),
            scenario,
            String::new(),
            ported,
            vpt,
            code,
            lines,
            state,
            vap.clone(),
            vap,
            month,
            age,
        ];
        Client {
            debt,
            style,
            cells,
            remark,
            defect,
        }
    })
}

fn notation() -> impl Strategy<Value = Notation> {
    use Encoding::{Utf8, Utf8Bom, Utf16Be, Utf16Le, Windows1252};
    (
        prop::sample::select(Separator::ALL.to_vec()),
        prop::sample::select(vec![Utf8, Utf8Bom, Windows1252, Utf16Le, Utf16Be]),
        prop::sample::select(vec![Decimal::Point, Decimal::Comma]),
        any::<bool>(),
        prop::bool::weighted(0.3),
        0usize..4,
        any::<bool>(),
    )
        .prop_map(
            |(separator, encoding, decimal, crlf, always, titles, ends)| Notation {
                separator,
                encoding,
                decimal,
                crlf,
                quotes: if always {
                    csv::QuoteStyle::Always
                } else {
                    csv::QuoteStyle::Necessary
                },
                titles,
                ends_in_line_end: ends,
            },
        )
}

/// An amount in one of the ways people write it, none of which can be read in two ways.
fn amount(cents: u32, style: u8, decimal: Decimal) -> String {
    let (mark, thousands) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (euros, cents) = (cents / 100, cents % 100);
    let plain = format!("{euros}{mark}{cents:02}");
    let grouped = match euros {
        1_000.. => format!(
            "{}{thousands}{:03}{mark}{cents:02}",
            euros / 1000,
            euros % 1000
        ),
        _ => plain.clone(),
    };
    match style % 5 {
        0 | 1 => plain,
        2 => grouped,
        3 => format!("{grouped} €"),
        _ => format!(" {plain}\u{a0}€"),
    }
}

/// A row's cells as the file has them.
fn cells(at: usize, client: &Client, notation: &Notation) -> Vec<String> {
    let debt = client
        .debt
        .map(|cents| amount(cents, client.style, notation.decimal));
    let debt = debt.unwrap_or_default();
    let mut cells = vec![format!("00{at}")];
    cells.extend(client.cells.iter().cloned());
    cells.push(client.remark.clone());
    cells[2].clone_from(&debt);
    cells[4] = debt;
    match client.defect {
        Defect::CellTooMany => cells.push("de más".to_owned()),
        Defect::CellTooFew => drop(cells.pop()),
        Defect::EmptyCells => cells.extend([String::new(), String::new()]),
        Defect::None | Defect::BlankLine => {}
    }
    cells
}

fn file(clients: &[Client], notation: &Notation) -> Vec<u8> {
    let line_end = if notation.crlf { "\r\n" } else { "\n" };
    let mut text = String::new();
    for title in 0..notation.titles {
        text.push_str(if title == 1 {
            ""
        } else {
            "Cartera de noviembre"
        });
        text.push_str(line_end);
    }
    let row = |cells: &[String]| {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(notation.separator.byte())
            .quote_style(notation.quotes)
            .terminator(if notation.crlf {
                csv::Terminator::CRLF
            } else {
                csv::Terminator::Any(b'\n')
            })
            .flexible(true)
            .from_writer(Vec::new());
        writer.write_record(cells).unwrap();
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    text.push_str(&row(&COLUMNS.map(str::to_owned)));
    for (at, client) in clients.iter().enumerate() {
        if client.defect == Defect::BlankLine {
            text.push_str(line_end);
        }
        text.push_str(&row(&cells(at, client, notation)));
    }
    if !notation.ends_in_line_end {
        text.truncate(text.len() - line_end.len());
    }
    encoded(&text, notation.encoding)
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => format!("\u{feff}{text}").into_bytes(),
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        Encoding::Utf16Le => utf_16(text, u16::to_le_bytes),
        Encoding::Utf16Be => utf_16(text, u16::to_be_bytes),
    }
}

fn utf_16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(bytes)
        .collect()
}

/// A written table, by column.
struct Table {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    /// Of a file in UTF-8 with semicolons.
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(text.as_bytes());
        let header = reader
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let rows = reader.records().map(Result::unwrap).collect();
        Self { header, rows }
    }

    fn column(&self, name: &str) -> Vec<&str> {
        let column = self
            .header
            .iter()
            .position(|column| column == name)
            .unwrap();
        self.rows.iter().map(|row| &row[column]).collect()
    }
}

/// What a client alone would get: a probability, or nothing.
fn alone(client: &Client) -> Option<f64> {
    if matches!(client.defect, Defect::CellTooMany | Defect::CellTooFew) {
        return None;
    }
    let contract = SCORER.contract();
    let mut row = Row::new(contract);
    let debt = client.debt.map(|cents| amount(cents, 0, Decimal::Point));
    for (input, cell) in contract.inputs().iter().zip(&client.cells) {
        let name = input.name();
        let text = match name {
            "IMPORTE_FACTURA" | "DEUDA_TOTAL" => debt.clone().unwrap_or_default(),
            _ => cell.clone(),
        };
        let raw = if text.is_empty() {
            Raw::Missing
        } else {
            Raw::text(text)
        };
        row.set(contract, name, raw);
    }
    match SCORER.score(&row, &mut Workspace::default()).ok()?.outcome {
        Outcome::Payer { probability, .. } => probability,
        _ => None,
    }
}

fn run(request: &PortfolioRequest) -> Report {
    score_portfolio(&SCORER, request, &Silent).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_row_comes_out_once(
        clients in prop::collection::vec(client(), 1..60),
        notation in notation(),
        rank_by in prop::sample::select(vec![
            RankBy::Probability, RankBy::Expected, RankBy::Net { fee: 0.2, contact_cost: 0.5 },
        ]),
        suppressed in prop::collection::btree_set(0usize..60, 0..6),
        has_control in any::<bool>(),
        order in prop::sample::select(ListOrder::ALL.to_vec()),
    ) {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("cartera.csv"), file(&clients, &notation)).unwrap();
        let list: String = suppressed.iter().map(|id| format!("00{id}\r\n")).collect();
        std::fs::write(path("lista.csv"), format!("CUST_CODE\r\n{list}")).unwrap();
        let mut request = request(folder.path(), "cartera.csv", "salida.csv");
        request.rank_by = rank_by;
        request.order = order;
        request.suppress = (!suppressed.is_empty()).then(|| path("lista.csv"));
        request.suppress_missing = SuppressMissing::Ok;
        request.control = has_control.then(|| Control { share: 0.3, key: "noviembre".to_owned() });
        request.capacity = Some(5);
        request.writing = Writing {
            separator: Some(Separator::Semicolon),
            encoding: Some(Encoding::Utf8),
            decimal: Some(Decimal::Point),
            ..Writing::default()
        };
        let report = run(&request);
        let summary = &report.summary;
        prop_assert!(summary.is_reconciled(), "{:?}", summary);
        prop_assert_eq!(summary.read.rows, clients.len() as u64);
        // Of rows whose cells moved, nothing is known for certain but that they are there.
        if clients.iter().all(|client| client.defect != Defect::CellTooFew) {
            let cents: u64 = clients.iter().filter_map(|client| client.debt).map(u64::from).sum();
            prop_assert!((summary.read.debt.euros() - cents as f64 / 100.0).abs() < 1e-4);
        }

        let expected: BTreeMap<String, f64> = clients
            .iter()
            .enumerate()
            .filter_map(|(at, client)| Some((format!("00{at}"), alone(client)?)))
            .collect();
        let out = Table::read(&path("salida.csv"));
        let written: Vec<&str> = out.column("CUST_CODE");
        let in_order: Vec<&str> = expected
            .keys()
            .map(String::as_str)
            .filter(|id| !suppressed.contains(&id[2..].parse().unwrap()))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let sorted: BTreeSet<&str> = written.iter().copied().collect();
        prop_assert_eq!(sorted.into_iter().collect::<Vec<_>>(), in_order);
        prop_assert_eq!(written.len() as u64, summary.scored.rows - summary.suppressed.rows);
        let numbers: Vec<usize> = written.iter().map(|id| id[2..].parse().unwrap()).collect();
        let ranks: Vec<u64> = out.column("rango").iter().map(|rank| rank.parse().unwrap_or(u64::MAX)).collect();
        match order {
            ListOrder::File => prop_assert!(numbers.is_sorted()),
            // Those without a place are last, as the file has them.
            ListOrder::Rank => {
                let in_line: Vec<_> = ranks.iter().zip(&numbers).collect();
                prop_assert!(in_line.is_sorted());
            }
        }

        let rejected: BTreeSet<String> = if report.rejected_file.is_some() {
            let table = Table::read(&path("salida.csv.rechazados.csv"));
            prop_assert!(table.column("motivo").iter().all(|reason| !reason.is_empty()));
            table.column("id").into_iter().map(str::to_owned).collect()
        } else {
            BTreeSet::new()
        };
        let unscored: BTreeSet<String> = (0..clients.len())
            .map(|at| format!("00{at}"))
            .filter(|id| !expected.contains_key(id))
            .collect();
        prop_assert_eq!(&rejected, &unscored);
        prop_assert_eq!(summary.rejected.rows, unscored.len() as u64);

        for (id, probability) in written.iter().zip(out.column("prob_pago")) {
            let probability: f64 = probability.parse().unwrap();
            prop_assert_eq!(probability.to_bits(), expected[*id].to_bits(), "{}", id);
        }
        let ranks: BTreeSet<u64> = out.column("rango").iter().filter_map(|rank| rank.parse().ok()).collect();
        let n_ranked = summary.scored.rows - summary.suppressed.rows - summary.control.rows;
        prop_assert_eq!(ranks, (1..=n_ranked).collect::<BTreeSet<_>>());
        let fits = out.column("cabe").iter().filter(|fits| **fits == "SI").count() as u64;
        prop_assert_eq!(fits, n_ranked.min(5));
        for (at, remark) in written.iter().zip(out.column("OBSERVACIÓN")) {
            let sent = &clients[at[2..].parse::<usize>().unwrap()].remark;
            prop_assert_eq!(remark.strip_prefix('\'').unwrap_or(remark), sent.strip_prefix('\'').unwrap_or(sent));
        }
    }

}

proptest! {
    // Each case is thousands of rows, three times.
    #![proptest_config(ProptestConfig::with_cases(6))]

    /// The bytes do not depend on how many threads there are.
    #[test]
    fn any_number_of_threads_writes_the_same(
        clients in prop::collection::vec(client(), 1..20),
        notation in notation(),
        order in prop::sample::select(ListOrder::ALL.to_vec()),
    ) {
        let folder = TempDir::new().unwrap();
        // Enough rows for several pieces.
        let many: Vec<Client> = clients.iter().cycle().take(9_000).cloned().collect();
        std::fs::write(folder.path().join("cartera.csv"), file(&many, &notation)).unwrap();
        let mut outputs = Vec::new();
        for threads in [1, 2, 5] {
            let mut request = request(folder.path(), "cartera.csv", "salida.csv");
            request.order = order;
            request.threads = NonZeroUsize::new(threads).unwrap();
            let report = run(&request);
            let bytes = std::fs::read(folder.path().join("salida.csv")).unwrap();
            let rejected = report.rejected_file.map(|path| std::fs::read(path).unwrap());
            let mut summary = report.summary;
            summary.at.clear();
            outputs.push((bytes, rejected, summary));
        }
        prop_assert_eq!(&outputs[0], &outputs[1]);
        prop_assert_eq!(&outputs[0], &outputs[2]);
    }
}
