//! Days, and codes with a feature each, in files of every form: a client gets what it would get alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use propenso_portfolio::{PortfolioRequest, Silent, score_portfolio};
use propenso_scoring::{Contract, Outcome, Raw, Row, Scorer, Workspace};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::scorer;

/// The example with a day that is counted from another one, and ages that are codes.
static SCORER: LazyLock<Scorer> = LazyLock::new(|| {
    let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    let (before, _) = shipped
        .split_once("[[input]]\nname = \"FECHA_BPI\"")
        .unwrap();
    let text = before.to_owned()
        + r#"
[[input]]
name = "FECHA_ALTA"
parameter = "fa"
kind = "date"
formats = ["%d/%m/%Y"]
missing = 2020-01-01

[[input]]
name = "FECHA_BPI"
parameter = "fb"
kind = "date"
formats = ["%d/%m/%Y", "%Y%m%d"]
missing = 2020-01-01
features = [{ name = "BAJA", steps = [{ days_since = "FECHA_ALTA" }, { clip = [0, 3650] }, { divide = 3650 }] }]

[[input]]
name = "EDAD"
parameter = "ed"
kind = "codes"
one_hot = [
    { feature = "0_30", accept = ["0-30", "joven"] },
    { feature = "31_50", accept = ["31-50"] },
    { feature = "51_65", accept = ["51-65"] },
    { feature = "MAYOR_65", accept = ["MAYOR 65"] },
]
unknown = "zeros"
missing = "51-65"
"#;
    scorer(Contract::parse(&text).unwrap())
});

/// What is the same of every client.
const REST: [(&str, &str); 11] = [
    ("CANTIDAD_FACTURAS", "1"),
    ("IMPORTE_FACTURA", "62,83"),
    ("ESCENARIO_RECOBRO", "PER"),
    ("DEUDA_TOTAL", "62,83"),
    ("PORTADO", "NO"),
    ("VPT", "S"),
    ("CODIGO_POSTAL", "29151"),
    ("NUM_LINEAS_ACTIVAS", "2"),
    ("ESTADO_CLIENTE", "A"),
    ("VAP_SCF", "N"),
    ("VAP_OB", "N"),
];

/// The two days as ISO writes them, and the age, of each client.
const CLIENTS: [[&str; 3]; 8] = [
    ["2015-06-30", "2023-10-31", "0-30"],
    ["2023-10-30", "2023-10-31", "31-50"],
    ["2012-02-29", "2024-02-29", "MAYOR 65"],
    ["", "2023-10-31", "joven"],
    ["2015-06-30", "", "otra"],
    ["", "", ""],
    ["1999-12-31", "2000-01-01", "mayor 65"],
    ["2023-12-31", "2024-01-01", "51-65"],
];

/// What each client gets alone.
fn alone() -> Vec<Option<f64>> {
    let mut workspace = Workspace::default();
    let contract = SCORER.contract();
    let score = |client: &[&'static str; 3]| {
        let mut row = Row::new(contract);
        let own = ["FECHA_ALTA", "FECHA_BPI", "EDAD"].into_iter().zip(*client);
        for (name, value) in REST.into_iter().chain(own) {
            row.set(contract, name, Raw::text(value));
        }
        let score = SCORER.score(&row, &mut workspace).unwrap();
        match score.outcome {
            Outcome::Payer { probability, .. } => probability,
            other => panic!("{other:?}"),
        }
    };
    CLIENTS.iter().map(score).collect()
}

/// The probabilities of a file, in its order.
fn scored(path: &Path) -> Vec<Option<f64>> {
    let output = path.with_extension("lista.csv");
    let request = PortfolioRequest::new(Some(path.to_owned()), Some(output.clone()));
    let report = score_portfolio(&SCORER, &request, &Silent).unwrap();
    assert_eq!(
        report.summary.scored.rows,
        CLIENTS.len() as u64,
        "{}: {:?}",
        path.display(),
        report.summary
    );
    let list = std::fs::read_to_string(output).unwrap();
    let list = list.trim_start_matches('\u{feff}');
    let mut lines = list.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let at = |name: &str| {
        let place = header.iter().position(|known| *known == name);
        place.unwrap_or_else(|| panic!("no {name} in {header:?}"))
    };
    let (id, probability) = (at("CUST_CODE"), at("prob_pago"));
    let found: BTreeMap<usize, Option<f64>> = lines
        .map(|cells| {
            let number = cells[probability].replace(',', ".").parse().ok();
            (cells[id].parse().unwrap(), number)
        })
        .collect();
    (0..CLIENTS.len()).map(|client| found[&client]).collect()
}

#[track_caller]
fn assert_alike(scored: &[Option<f64>], what: &str) {
    let alone = alone();
    let is_near = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-6,
        _ => false,
    };
    assert!(
        scored.iter().zip(&alone).all(is_near),
        "{what}: {scored:?}, alone {alone:?}"
    );
}

/// How a day is written.
type Written = fn(&str) -> String;

fn spanish(day: &str) -> String {
    match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => day.to_owned(),
    }
}

#[test]
fn what_clients_get_alone_depends_on_days_and_codes() {
    let alone = alone();
    let mut different: Vec<u64> = alone.iter().flatten().map(|p| p.to_bits()).collect();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() > 3, "{alone:?}");
}

#[test]
fn days_of_text_files_are_read_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let written: [(&str, Written); 4] = [
        ("iso", str::to_owned),
        ("español", spanish),
        ("medianoche", |day| match day {
            "" => String::new(),
            day => format!("{} 00:00:00", spanish(day)),
        }),
        ("comillas", |day| format!("\"{}\"", spanish(day))),
    ];
    for (name, day) in written {
        let names = REST.map(|(name, _)| name).join(";");
        let rest = REST.map(|(_, value)| value).join(";");
        let mut text = format!("CUST_CODE;FECHA_ALTA;{names};FECHA_BPI;EDAD\n");
        for (id, [alta, bpi, age]) in CLIENTS.iter().enumerate() {
            text += &format!("{id};{};{rest};{};{age}\n", day(alta), day(bpi));
        }
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, text).unwrap();
        assert_alike(&scored(&path), name);
    }
}

#[test]
fn days_of_workbooks_are_days() {
    let folder = tempfile::tempdir().unwrap();
    // As Excel shows them; with a time; as a text; and as the number that a program wrote for the day.
    for form in ["dd/mm/yyyy", "yyyy-mm-dd hh:mm", "text", "compact"] {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let header = ["CUST_CODE", "FECHA_ALTA", "FECHA_BPI", "EDAD"];
        let names = header.into_iter().chain(REST.map(|(name, _)| name));
        for (column, name) in (0..).zip(names) {
            sheet.write(0, column, name).unwrap();
        }
        let format = Format::new().set_num_format(form);
        for (row, (id, client)) in (1..).zip(CLIENTS.iter().enumerate()) {
            sheet.write(row, 0, id as u32).unwrap();
            for (column, day) in [(1, client[0]), (2, client[1])] {
                if day.is_empty() {
                    continue;
                }
                match form {
                    "text" => sheet.write(row, column, spanish(day)).unwrap(),
                    // The contract has that format for the second day alone.
                    "compact" if column == 2 => {
                        let number: f64 = day.replace('-', "").parse().unwrap();
                        sheet.write(row, column, number).unwrap()
                    }
                    "compact" => sheet.write(row, column, spanish(day)).unwrap(),
                    _ => {
                        let day = ExcelDateTime::parse_from_str(day).unwrap();
                        sheet
                            .write_datetime_with_format(row, column, &day, &format)
                            .unwrap()
                    }
                };
            }
            sheet.write(row, 3, client[2]).unwrap();
            for (column, (_, value)) in (4..).zip(REST) {
                sheet.write(row, column, value).unwrap();
            }
        }
        let path = folder.path().join("cartera.xlsx");
        workbook.save(&path).unwrap();
        assert_alike(&scored(&path), form);
    }
}

#[test]
fn what_is_no_day_is_told_with_the_way_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let names = REST.map(|(name, _)| name).join(";");
    let rest = REST.map(|(_, value)| value).join(";");
    let text = format!(
        "CUST_CODE;FECHA_ALTA;{names};FECHA_BPI;EDAD\n1;31/02/2023;{rest};31/10/2023;0-30\n2;01/02/2023;{rest};31/10/2023 12:30;0-30\n3;01/02/2023;{rest};31/10/2023;0-30\n"
    );
    let path = folder.path().join("cartera.csv");
    std::fs::write(&path, text).unwrap();
    let output = folder.path().join("lista.csv");
    let request = PortfolioRequest::new(Some(path), Some(output.clone()));
    let report = score_portfolio(&SCORER, &request, &Silent).unwrap();
    assert_eq!(
        (report.summary.scored.rows, report.summary.rejected.rows),
        (1, 2)
    );
    let rejected = std::fs::read_to_string(report.rejected_file.unwrap()).unwrap();
    assert!(rejected.contains("31/02/2023"), "{rejected}");
    assert!(rejected.to_lowercase().contains("fecha"), "{rejected}");
}
