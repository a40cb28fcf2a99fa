//! `propenso predict`: the same scorer, from the shell.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use propenso_scoring::{
    Answered, Asked, Counterfactual, FieldError, Language, Outcome, Raw, Row, Scorer, Sought,
    Workspace,
};
use serde::Serialize;

use super::chosen::Chosen;
use super::{CommandError, PARTIAL};
use crate::cli::PredictArgs;
use crate::http::prediccion::read_query;
use crate::http::prediction::{ModelName, Prediction};
use crate::http::problem::FieldProblem;
use crate::settings::choice::ModelChoice;

/// Scores the client on the command line, or those on standard input.
///
/// # Errors
///
/// [`CommandError`] when it cannot start, or standard input or output fails.
pub fn run(args: &PredictArgs) -> Result<ExitCode, CommandError> {
    let (named, inputs) = args.parts();
    if inputs.is_empty() {
        return Err(CommandError::NoInputs);
    }
    let named = named.map(Path::to_owned);
    let choice = ModelChoice::resolve(named, &args.registry, &args.intake)?;
    let Chosen {
        scorer, version, ..
    } = Chosen::load(choice.source)?;
    let mut answerer = Answerer {
        scorer: &scorer,
        version,
        workspace: Workspace::default(),
        asked: Asked {
            reasons: args.explain,
            counterfactual: args.counterfactual,
        },
    };
    scorer.check(answerer.asked)?;
    let mut out = std::io::stdout().lock();
    if inputs == ["-"] {
        return score_lines(&mut answerer, std::io::stdin().lock(), &mut out);
    }
    let row = read_pairs(&inputs, &scorer)?;
    let answer = answerer.answer(&row);
    let code = exit_code(answer.is_err());
    if args.json {
        write_json(&answerer, answer, &mut out)?;
    } else {
        match answer {
            Ok(answer) => write_text(&answerer, &answer, &mut out)?,
            Err(errors) => write_errors(&scorer, &errors, &mut std::io::stderr())?,
        }
    }
    Ok(code)
}

/// A scorer and what is asked of its answers.
struct Answerer<'s> {
    scorer: &'s Scorer,
    /// The registry's version; `None` for a file.
    version: Option<u32>,
    workspace: Workspace,
    asked: Asked,
}

impl Answerer<'_> {
    fn answer(&mut self, row: &Row<'_>) -> Result<Answered, Vec<FieldError>> {
        self.scorer.answer(row, self.asked, &mut self.workspace)
    }
}

/// Reads one query string a line and writes one JSON object a line.
fn score_lines(
    answerer: &mut Answerer<'_>,
    input: impl BufRead,
    out: &mut impl Write,
) -> Result<ExitCode, CommandError> {
    let mut out = std::io::BufWriter::new(out);
    let mut any_failed = false;
    for line in input.lines() {
        let line = line?;
        let (row, _) = read_query(line.trim_start_matches('?'), answerer.scorer);
        let answer = answerer.answer(&row);
        any_failed |= answer.is_err();
        write_json(answerer, answer, &mut out)?;
    }
    out.flush()?;
    Ok(exit_code(any_failed))
}

fn exit_code(failed: bool) -> ExitCode {
    if failed {
        ExitCode::from(PARTIAL)
    } else {
        ExitCode::SUCCESS
    }
}

fn read_pairs<'a>(pairs: &[&'a str], scorer: &Scorer) -> Result<Row<'a>, CommandError> {
    let mut row = Row::new(scorer.contract());
    for pair in pairs {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| CommandError::NotAPair((*pair).to_owned()))?;
        row.set(scorer.contract(), name, Raw::text(value));
    }
    Ok(row)
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    model: ModelName<'a>,
    #[serde(flatten)]
    prediction: Prediction<'a>,
}

#[derive(Serialize)]
struct JsonErrors {
    errors: Vec<FieldProblem>,
}

fn write_json(
    answerer: &Answerer<'_>,
    answer: Result<Answered, Vec<FieldError>>,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let scorer = answerer.scorer;
    let json = match answer {
        Ok(answer) => serde_json::to_string(&JsonAnswer {
            model: ModelName::of(scorer, answerer.version),
            prediction: Prediction::new(scorer, answer),
        }),
        Err(errors) => serde_json::to_string(&JsonErrors {
            errors: errors
                .into_iter()
                .map(|error| FieldProblem::of_field(0, error, Language::English))
                .collect(),
        }),
    };
    writeln!(out, "{}", json.map_err(std::io::Error::from)?)?;
    Ok(())
}

fn write_text(
    answerer: &Answerer<'_>,
    answer: &Answered,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let (scorer, score) = (answerer.scorer, &answer.score);
    writeln!(out, "{}", scorer.label(&score.outcome))?;
    match &score.outcome {
        Outcome::Payer {
            probability: Some(probability),
            ..
        } => writeln!(out, "probabilidad de pago: {probability}")?,
        Outcome::Class { probabilities, .. } => {
            for (label, probability) in scorer.classes().iter().zip(probabilities) {
                writeln!(out, "probabilidad de {label}: {probability}")?;
            }
        }
        Outcome::Payer { .. } | Outcome::Value(_) => {}
    }
    for warning in &score.warnings {
        writeln!(out, "aviso: {}", warning.message(Language::Spanish))?;
    }
    if let Some(explanation) = &answer.explanation {
        writeln!(out, "base: {}", explanation.base)?;
        for reason in &explanation.reasons {
            writeln!(out, "motivo: {}", reason.message(Language::Spanish))?;
        }
    }
    let text = match &answer.counterfactual {
        Sought::Not => None,
        Sought::InVain => Some(Counterfactual::none_message(Language::Spanish).to_owned()),
        Sought::Found(found) => Some(found.message(scorer, Language::Spanish)),
    };
    if let Some(text) = text {
        writeln!(out, "contrafactual: {text}")?;
    }
    let version = answerer.version;
    let version = version.map_or(String::new(), |number| format!("versión {number}, "));
    writeln!(
        out,
        "{version}modelo {}, contrato {}",
        scorer.model().short(),
        scorer.contract().name()
    )
}

fn write_errors(
    scorer: &Scorer,
    errors: &[FieldError],
    out: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(out, "no se puede puntuar este cliente:")?;
    for error in errors {
        let value = error
            .value
            .as_ref()
            .map_or(String::new(), |value| format!(" «{value}»"));
        writeln!(
            out,
            "  {}{value}{}: {}; se admite: {}",
            name_of(error),
            help(scorer, error),
            error.message(Language::Spanish),
            error.accepted(Language::Spanish),
        )?;
    }
    Ok(())
}

/// What the input is, where the contract says more than its name.
fn help(scorer: &Scorer, error: &FieldError) -> String {
    let contract = scorer.contract();
    let index = contract.input_index(&error.input);
    let input = index.and_then(|index| contract.inputs().get(index));
    let help = input.map(|input| input.help(Language::Spanish));
    let help = help.filter(|help| *help != error.input);
    help.map_or(String::new(), |help| format!(", {help}"))
}

/// The long name, with the parameter where it has one of its own.
fn name_of(error: &FieldError) -> String {
    if error.input == error.parameter {
        error.input.clone()
    } else {
        format!("{} ({})", error.input, error.parameter)
    }
}
