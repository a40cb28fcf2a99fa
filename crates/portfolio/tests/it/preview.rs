//! What a file is taken for, before it is scored.

use std::io::Write;
use std::time::{Duration, Instant};

use propenso_portfolio::{
    Decimal, Doubt, PortfolioRequest, Preview, Silent, Sought, score_portfolio,
};
use tempfile::NamedTempFile;

use crate::support::SCORER;

const HEADER: &str = "ESCENARIO_RECOBRO;PORTADO;VPT;CODIGO_POSTAL;ESTADO_CLIENTE;VAP_SCF;VAP_OB;FECHA_BPI;EDAD;\
                      CANTIDAD_FACTURAS;IMPORTE_FACTURA;DEUDA_TOTAL;NUM_LINEAS_ACTIVAS";

fn preview(text: &str, ask: impl FnOnce(&mut PortfolioRequest)) -> Preview {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let mut request = PortfolioRequest::new(Some(file.path().to_owned()), None);
    ask(&mut request);
    Preview::of(&SCORER, &request).unwrap()
}

fn row(debt: &str) -> String {
    format!("PER;NO;S;29151;A;N;N;;MAYOR 65;1;62.83;{debt};2\n")
}

#[test]
fn a_file_is_told_by_its_beginning() {
    let text = format!(
        "{HEADER};NOTA\n{}",
        row("62.83").replace(";2\n", ";2;<b>\n")
    );
    let seen = preview(&text, |_| {});
    assert!(
        seen.doubts.is_empty() && !seen.must_be_answered(),
        "{:?}",
        seen.doubts
    );
    assert_eq!((seen.n_rows, seen.n_columns), (Some(1), 14));
    assert_eq!(seen.unused().collect::<Vec<_>>(), ["NOTA"]);
    assert_eq!(seen.decimal, Some(Decimal::Point));
    assert_eq!((seen.amount, seen.id), (Some(11), None));
    assert_eq!(seen.rows[0].cells[13], "<b>");
    assert_eq!(seen.rows[0].number, 2);
    assert!(seen.sentence().contains("separador punto y coma"));
    let trial = seen.trial.unwrap();
    assert_eq!((trial.rows, trial.rejected), (1, 0));
}

#[test]
fn what_is_not_clear_is_a_question() {
    // A missing column, and numbers that can be read in two ways.
    let text = format!(
        "{}\n{}",
        HEADER.replace("EDAD", "AÑOS"),
        row("1.250").replace("62.83", "3.250")
    );
    let seen = preview(&text, |_| {});
    let missing = Doubt::Column {
        sought: Sought::Input("EDAD".to_owned()),
        candidates: Vec::new(),
    };
    assert!(seen.doubts.contains(&missing), "{:?}", seen.doubts);
    let decimal = seen.doubts.iter().find_map(|doubt| match doubt {
        Doubt::Decimal {
            columns,
            is_certain,
        } => Some((columns.clone(), *is_certain)),
        Doubt::Column { .. } => None,
    });
    let (columns, is_certain) = decimal.unwrap();
    assert!(is_certain && seen.must_be_answered());
    let told = columns.iter().find(|column| column.name == "DEUDA_TOTAL");
    assert_eq!(told.unwrap().examples, ["1.250"]);

    // Answered, there is nothing to ask.
    let seen = preview(&text, |request| {
        request.reading.decimal = Some(Decimal::Comma);
        request.mapping = vec!["AÑOS=EDAD".parse().unwrap()];
    });
    assert!(seen.doubts.is_empty(), "{:?}", seen.doubts);

    // Two columns of which neither is written exactly.
    let text = text
        .replace("DEUDA_TOTAL", "deuda total;Deuda-Total")
        .replace("1.250;", "1.250;9;");
    let seen = preview(&text, |_| {});
    let both = ["deuda total", "Deuda-Total"].map(str::to_owned);
    let is_both =
        |doubt: &&Doubt| matches!(doubt, Doubt::Column { candidates, .. } if *candidates == both);
    assert!(seen.doubts.iter().any(|doubt| is_both(&doubt)));
}

#[test]
fn of_a_large_file_the_beginning_is_read() {
    let text = format!("{HEADER}\n{}", row("1.250").repeat(200_000));
    let start = Instant::now();
    let seen = preview(&text, |_| {});
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!((seen.n_rows, seen.rows.len()), (None, 8));
    let clients = preview("1;2;3\n4;5;6\n", |_| {});
    assert!(!clients.has_names && !clients.doubts.is_empty());
    let wide = "x;".repeat(9_000) + "y\n1\n";
    let wide = preview(&wide, |_| {});
    assert_eq!((wide.columns.len(), wide.n_columns), (500, 9_001));
    assert_eq!(wide.rows[0].cells.len(), 60);
}

/// A row with the sums of others is no client, before as after.
#[test]
fn rows_that_would_be_rejected_are_told_before() {
    let bad = row("62.83").replace("MAYOR 65", "viejo");
    let text = format!("{HEADER}\n{}{bad}{bad};;TOTAL\n1;2\n", row("62.83"));
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| Some(folder.path().join(name));
    std::fs::write(folder.path().join("in.csv"), text).unwrap();
    let request = PortfolioRequest::new(place("in.csv"), place("out.csv"));
    let trial = Preview::of(&SCORER, &request).unwrap().trial.unwrap();
    assert_eq!((trial.rows, trial.rejected), (4, 3));
    let summary = score_portfolio(&SCORER, &request, &Silent).unwrap().summary;
    assert_eq!(trial.rows, summary.read.rows);
    assert_eq!(trial.rejected, summary.rejected.rows);
    assert_eq!(trial.reasons, summary.rejections);
}
