//! A table's outcomes, worked out in blocks by all threads, against each of its rows alone.

use propenso_portfolio::{Table, TableColumns};
use propenso_scoring::{Outcome, Workspace};

use crate::support::SCORER;

#[test]
fn each_row_gets_what_it_would_get_alone() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/cobranza/cartera.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut text: String = text.split_inclusive('\n').take(2_500).collect();
    // A row with a cell too few, and one with a value that is refused.
    text.push_str("1;2;3\n");
    let good = text.lines().nth(1).unwrap().replace(";NO;", ";QUIZÁ;");
    text.push_str(&good);
    let table = Table::read(text.as_bytes(), SCORER.contract()).unwrap();
    let outcomes = table.outcomes(&SCORER).unwrap();
    assert_eq!((outcomes.len(), table.n_rows()), (2_501, 2_501));

    let inputs = SCORER.contract().inputs().iter();
    let columns = inputs.map(|input| table.column(input.name()).unwrap());
    let columns = TableColumns::new(columns.collect());
    let mut workspace = Workspace::default();
    for (at, outcome) in outcomes.iter().enumerate() {
        let row = table.row(at, &columns, SCORER.contract());
        let alone = row
            .ok()
            .and_then(|row| SCORER.score(&row, &mut workspace).ok());
        let alone = alone.map(|score| score.outcome);
        assert_eq!(outcome, &alone, "row {at}");
        let has_probability = |outcome: &Outcome| matches!(outcome, Outcome::Payer { probability, .. } if probability.is_some());
        assert!(at > 2_498 || outcome.as_ref().is_some_and(has_probability));
    }
    assert_eq!(outcomes[2_499..], [None, None]);
}

#[test]
fn columns_that_are_missing_are_named() {
    let table = Table::read(b"EDAD;PORTADO\n30;NO\n", SCORER.contract()).unwrap();
    let missing = table.outcomes(&SCORER).unwrap_err();
    assert!(missing.to_string().contains("VPT"), "{missing}");
}
