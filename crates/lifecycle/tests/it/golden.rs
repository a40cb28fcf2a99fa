//! Golden rows: those that came along must come out equal, those of the champion must be answered.

use propenso_lifecycle::gates::golden::GoldenRows;
use propenso_lifecycle::gates::{Concern, Findings, GateOutcome};

use crate::trial::{Answered, BAGGING, TREE, Trial, csv};

const GOLDEN: usize = 2;
/// Columns, after the model's own.
const CLASS: usize = 16;
const PROBABILITY: usize = 17;

/// The library's answers to a model, each with its class and the probability of the second one.
fn answers(model: &str, change: impl Fn(&mut Vec<Vec<String>>)) -> String {
    let answered = Answered::of(model);
    let mut header = answered.header();
    let second = format!("expected_proba_{}", answered.labels()[1]);
    header.extend(["expected_class".to_owned(), second]);
    let mut rows = answered.rows();
    let expected = answered.classes().into_iter().zip(answered.probabilities());
    for (row, (class, probability)) in rows.iter_mut().zip(expected) {
        row.extend([class, probability.to_string()]);
    }
    change(&mut rows);
    csv(&header, &rows)
}

fn along(model: &str, change: impl Fn(&mut Vec<Vec<String>>)) -> Trial<'static> {
    Trial {
        golden: Some(answers(model, change)),
        ..Trial::of(model)
    }
}

fn of_champion(change: impl Fn(&mut Vec<Vec<String>>)) -> Trial<'static> {
    Trial {
        champion_golden: Some(answers(TREE, change)),
        ..Trial::of(TREE)
    }
}

type Told = (GateOutcome, Vec<Concern>, GoldenRows);

fn told(trial: &Trial<'_>) -> Told {
    let gate = trial.gate(GOLDEN);
    match gate.findings {
        Findings::Golden(rows) => (gate.outcome, gate.concerns, rows),
        other => panic!("{other:?}"),
    }
}

fn add(cell: &mut String, difference: f64) {
    *cell = (cell.parse::<f64>().unwrap() + difference).to_string();
}

/// The other class of the rows.
fn turn(rows: &mut [Vec<String>], at: usize) {
    let class = rows[at][CLASS].clone();
    let mut classes = rows.iter().map(|row| &row[CLASS]);
    rows[at][CLASS] = classes.find(|other| **other != class).unwrap().clone();
}

#[test]
fn rows_that_come_out_equal() {
    let (outcome, concerns, rows) = told(&along(TREE, |_| ()));
    assert_eq!((outcome, concerns), (GateOutcome::Pass, vec![]));
    assert!(rows.came_along);
    assert_eq!((rows.rows, rows.as_expected), (64, 64));
    assert_eq!((rows.rounded, rows.ties, rows.unanswered), (0, 0, 0));
    assert_eq!((rows.worst, rows.worst_rounding), (0.0, 0.0));
    assert!(rows.first.is_empty());
}

#[test]
fn no_rows_no_answer() {
    let (outcome, concerns, _) = told(&Trial::of(TREE));
    assert_eq!((outcome, concerns), (GateOutcome::Skipped, vec![]));
}

#[test]
fn differences_up_to_the_tolerance_are_rounding() {
    let mut trial = along(TREE, |rows| {
        add(&mut rows[3][PROBABILITY], 2e-10);
        add(&mut rows[5][PROBABILITY], -5e-10);
    });
    let (outcome, concerns, rows) = told(&trial);
    assert_eq!((outcome, concerns), (GateOutcome::Pass, vec![]));
    assert_eq!((rows.as_expected, rows.rounded), (64, 2));
    assert!((rows.worst_rounding - 5e-10).abs() < 1e-15);
    assert_eq!(rows.worst, rows.worst_rounding);
    assert!(rows.first.is_empty());
    // The tolerance itself is rounding, and what is above it is not.
    let worst = rows.worst;
    trial.limits.golden_tolerance = Some(worst);
    assert_eq!(told(&trial).0, GateOutcome::Pass);
    trial.limits.golden_tolerance = Some(worst.next_down());
    let (outcome, concerns, rows) = told(&trial);
    assert_eq!(outcome, GateOutcome::Fail);
    assert_eq!(concerns, [Concern::GoldenDiffers { rows: 1, of: 64 }]);
    assert_eq!((rows.as_expected, rows.rounded), (63, 1));
    assert_eq!(rows.worst, worst);
}

#[test]
fn rows_that_differ_are_counted_and_the_first_three_told() {
    let (outcome, concerns, rows) = told(&along(TREE, |rows| {
        for row in &mut rows[1..6] {
            add(&mut row[PROBABILITY], 0.25);
        }
    }));
    assert_eq!(outcome, GateOutcome::Fail);
    assert_eq!(concerns, [Concern::GoldenDiffers { rows: 5, of: 64 }]);
    assert_eq!((rows.rows, rows.as_expected), (64, 59));
    assert!((rows.worst - 0.25).abs() < 1e-12);
    let lines: Vec<u64> = rows.first.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(rows.first[0].1.contains("expected_proba_1"));
}

/// The client of this row is as likely to pay as not.
const EVEN: usize = 46;

#[test]
fn another_class_where_rounding_alone_decides_is_a_tie() {
    let (outcome, concerns, rows) = told(&along(BAGGING, |rows| turn(rows, EVEN)));
    assert_eq!(outcome, GateOutcome::Warn);
    assert_eq!(concerns, [Concern::GoldenTied { rows: 1, of: 64 }]);
    assert_eq!((rows.as_expected, rows.ties), (63, 1));
    assert_eq!(rows.first[0].0, EVEN as u64 + 2);

    let (outcome, concerns, rows) = told(&along(BAGGING, |rows| {
        turn(rows, EVEN);
        turn(rows, 0);
        turn(rows, 1);
    }));
    assert_eq!(outcome, GateOutcome::Fail);
    assert_eq!(
        concerns,
        [
            Concern::GoldenDiffers { rows: 2, of: 64 },
            Concern::GoldenTied { rows: 1, of: 64 },
        ]
    );
    assert_eq!((rows.as_expected, rows.ties), (61, 1));
}

#[test]
fn rows_that_the_original_refuses_are_to_be_refused() {
    let refuse = |rows: &mut Vec<Vec<String>>| {
        for row in &mut rows[..2] {
            row[3].clear();
            row[CLASS].clear();
            row[PROBABILITY].clear();
        }
    };
    let (outcome, _, rows) = told(&along(TREE, refuse));
    assert_eq!(outcome, GateOutcome::Pass);
    assert_eq!((rows.as_expected, rows.unanswered), (64, 0));
}

#[test]
fn rows_that_cannot_be_answered_count_whoevers_they_are() {
    let lose = |rows: &mut Vec<Vec<String>>| {
        rows[0][3].clear();
        rows[9][3].clear();
    };
    let (outcome, concerns, rows) = told(&along(TREE, lose));
    assert_eq!(outcome, GateOutcome::Fail);
    assert_eq!(concerns, [Concern::GoldenDiffers { rows: 2, of: 64 }]);
    assert_eq!((rows.as_expected, rows.unanswered), (62, 2));

    let (outcome, concerns, rows) = told(&of_champion(lose));
    assert_eq!(outcome, GateOutcome::Fail);
    assert_eq!(concerns, [Concern::GoldenUnanswered { rows: 2, of: 64 }]);
    assert!(!rows.came_along);
}

/// They are another model's answers, of columns that it was trained on.
#[test]
fn the_champions_rows_may_be_answered_otherwise() {
    let (outcome, concerns, rows) = told(&of_champion(|rows| {
        add(&mut rows[0][PROBABILITY], 0.25);
        turn(rows, 1);
    }));
    assert_eq!((outcome, concerns), (GateOutcome::Pass, vec![]));
    assert_eq!((rows.rows, rows.as_expected, rows.unanswered), (64, 62, 0));

    for other in [
        "otra,expected_class\n1,0\n".to_owned(),
        answers(TREE, Vec::clear),
    ] {
        let trial = Trial {
            champion_golden: Some(other),
            ..Trial::of(TREE)
        };
        let (outcome, concerns, rows) = told(&trial);
        assert_eq!((outcome, concerns), (GateOutcome::Pass, vec![]));
        assert_eq!(rows.rows, 0);
    }
}

#[test]
fn rows_that_came_along_and_cannot_be_used_are_refused() {
    let unusable = |golden: String| {
        let trial = Trial {
            golden: Some(golden),
            ..Trial::of(TREE)
        };
        let (outcome, mut concerns, _) = told(&trial);
        assert_eq!((outcome, concerns.len()), (GateOutcome::Fail, 1));
        match concerns.remove(0) {
            Concern::GoldenUnusable { problem } => problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(unusable(answers(TREE, Vec::clear)), "no hay ninguna fila");
    assert!(!unusable("CANTIDAD_FACTURAS\n1\n".to_owned()).is_empty());
}

/// Those that came along count where the champion has rows too.
#[test]
fn rows_that_came_along_come_first() {
    let trial = Trial {
        golden: Some(answers(TREE, |rows| rows.truncate(8))),
        ..of_champion(|_| ())
    };
    let (_, _, rows) = told(&trial);
    assert!(rows.came_along);
    assert_eq!(rows.rows, 8);
}

/// Under the shipped contract, which has other inputs: rows of the features are read by the model's own columns.
#[test]
fn rows_of_the_models_own_columns_need_no_contract() {
    let trial = Trial {
        contract: None,
        ..along(TREE, |_| ())
    };
    let examined = trial.examined();
    assert_eq!(examined.contract.name(), "casas-cobranzas");
    let (outcome, _, rows) = told(&trial);
    assert_eq!((outcome, rows.as_expected), (GateOutcome::Pass, 64));
}
