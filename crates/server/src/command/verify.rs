//! `propenso verify`: golden rows through the scorer, compared with what the original answered.

mod golden;
mod report;

use std::io::Write;
use std::process::ExitCode;

use propenso_engine::Answer;
use propenso_scoring::{FieldError, Language, Raw, Row, Scorer, Workspace};

use super::{CommandError, PARTIAL};
use crate::cli::VerifyArgs;
use crate::load;
use golden::{Expectation, Golden};
use report::Report;

/// Compares every golden row.
///
/// # Errors
///
/// [`CommandError`] when a file cannot be used.
pub fn run(args: &VerifyArgs) -> Result<ExitCode, CommandError> {
    let wrong = |problem: String| CommandError::Golden {
        path: args.golden.clone(),
        problem,
    };
    let (file, estimator) = load::estimator(&args.model)?;
    let mut golden = Golden::open(&args.golden).map_err(wrong)?;
    let contract = args.contract.as_deref().or_else(|| {
        let own = golden.has_columns_of(&estimator.signature);
        own.then_some(load::MODEL_CONTRACT)
    });
    let scorer = load::bind(&args.model, &file, estimator, contract)?;
    let columns = golden.columns(&scorer).map_err(wrong)?;
    let mut report = Report::new(&scorer, args.tolerance);
    let mut workspace = Workspace::default();
    while let Some(line) = golden.next_line().map_err(wrong)? {
        let mut row = Row::new(scorer.contract());
        for (name, value) in columns.inputs(&line) {
            let value = match value {
                "" => Raw::Missing,
                text => Raw::text(text),
            };
            row.set(scorer.contract(), name, value);
        }
        let expected = columns.expectation(&line);
        let answer = scorer.answer(&row, &mut workspace, &mut Vec::new());
        report.add(line.number(), compare(&scorer, &expected, answer));
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        report.write_text(&mut out)?;
    }
    Ok(if report.is_proof() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    })
}

/// How a row's answer compares with what was expected of it.
#[derive(Debug)]
enum Verdict {
    /// Refused, as the original does.
    RefusedAsExpected,
    /// Answered; with the largest difference and the column it is in.
    Compared { worst: f64, column: String },
    /// Wrong in a way no tolerance excuses.
    Wrong(String),
}

fn compare(
    scorer: &Scorer,
    expected: &Expectation<'_>,
    answer: Result<&Answer, Vec<FieldError>>,
) -> Verdict {
    let answer = match (answer, expected.is_refusal()) {
        (Err(_), true) => return Verdict::RefusedAsExpected,
        (Ok(_), true) => return Verdict::Wrong("answered, where a refusal is expected".to_owned()),
        (Err(errors), false) => return Verdict::Wrong(refusal(&errors)),
        (Ok(answer), false) => answer,
    };
    if let Some(class) = expected.class {
        let answered = scorer.classes().get(answer.class);
        if !answered.is_some_and(|label| golden::is_label(label, class)) {
            let answered = answered.map_or_else(|| "none".to_owned(), ToString::to_string);
            return Verdict::Wrong(format!("class {answered}, where {class} is expected"));
        }
    }
    let mut verdict = (0.0, String::new());
    for number in &expected.numbers {
        let Some(got) = answer.values.get(number.position).copied() else {
            return Verdict::Wrong(format!("no number for {}", number.column));
        };
        let Ok(want) = number.text.parse::<f64>() else {
            return Verdict::Wrong(format!(
                "{} is not a number: {}",
                number.column, number.text
            ));
        };
        let difference = difference(got, want);
        if difference > verdict.0 {
            verdict = (
                difference,
                format!("{}: answered {got}, expected {want}", number.column),
            );
        }
    }
    let (worst, column) = verdict;
    Verdict::Compared { worst, column }
}

/// 0 for the same bits only.
fn difference(got: f64, want: f64) -> f64 {
    if got.to_bits() == want.to_bits() {
        return 0.0;
    }
    let difference = (got - want).abs() / want.abs().max(1.0);
    if difference.is_nan() {
        f64::INFINITY
    } else {
        difference.max(f64::MIN_POSITIVE)
    }
}

fn refusal(errors: &[FieldError]) -> String {
    let said = errors
        .iter()
        .map(|error| format!("{}: {}", error.input, error.reason(Language::English)));
    format!("refused: {}", said.collect::<Vec<_>>().join("; "))
}
