//! What was found out about a contract's text: what is wrong with it, what is asked, how each input is read.

use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::draft::questions;
use propenso_lifecycle::golden::Golden;
use propenso_lifecycle::golden::report::Report;
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::workbench::Workbench;
use propenso_scoring::{FitError, Language, Scorer, Shape};

use super::super::contract_view::{ContractView, InputLine};
use super::super::figure;
use super::super::words::WorkshopWords;

/// Letters of a line that is shown.
const MOST_LETTERS: usize = 120;

/// What was found out.
#[derive(Debug)]
pub(super) struct Checked {
    /// The outcome in a sentence, and how it looks.
    pub(super) summary: String,
    pub(super) class: &'static str,
    /// What is wrong with the text.
    pub(super) errors: Vec<ErrorLine>,
    /// In what it differs from the model.
    pub(super) misfits: Vec<String>,
    /// What is asked beside the inputs.
    pub(super) questions: Vec<QuestionLine>,
    pub(super) golden: Option<GoldenView>,
    pub(super) inputs: Vec<InputView>,
}

/// Something that is wrong with the text.
#[derive(Debug)]
pub(super) struct ErrorLine {
    pub(super) line: Option<usize>,
    pub(super) place: String,
    pub(super) text: Vec<Piece>,
    /// The line as it is.
    pub(super) written: Option<String>,
}

/// A piece of a text: of the grammar, or plain.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_code: bool,
}

/// A question.
#[derive(Debug)]
pub(super) struct QuestionLine {
    pub(super) line: usize,
    /// The input that it is about.
    pub(super) input: Option<String>,
    pub(super) text: String,
}

/// How golden rows came out.
#[derive(Debug)]
pub(super) struct GoldenView {
    pub(super) file: String,
    pub(super) result: String,
    pub(super) is_good: bool,
    pub(super) figures: Vec<(&'static str, String)>,
    /// The rows that differ.
    pub(super) rows: Vec<(String, String)>,
    pub(super) more: Option<String>,
}

/// An input, field by field.
#[derive(Debug)]
pub(super) struct InputView {
    pub(super) line: InputLine,
    /// How it is read.
    pub(super) kind: &'static str,
    /// The features it makes, each with its steps.
    pub(super) features: Vec<(String, String)>,
    pub(super) n_questions: usize,
}

/// Golden rows, by the name of their file.
pub(super) type Rows = Option<(String, Vec<u8>)>;

impl Checked {
    /// Tries a text on a model.
    pub(super) fn of(bench: &Workbench, text: &str, golden: &Rows, words: WorkshopWords) -> Self {
        let source = ContractSource::with_text(words.this_contract().to_owned(), text.to_owned());
        let asked = asked(text);
        let n_questions = asked.len();
        let mut checked = Self {
            summary: String::new(),
            class: "problem",
            errors: Vec::new(),
            misfits: Vec::new(),
            questions: asked,
            golden: None,
            inputs: Vec::new(),
        };
        let scorer = match bench.bind(&source) {
            Ok(scorer) => scorer,
            Err(error) => {
                checked.refuse(&error, text, words);
                return checked;
            }
        };
        checked.inputs = inputs(&scorer, text, &checked.questions, words.0);
        checked.golden = golden
            .as_ref()
            .map(|(file, rows)| GoldenView::of(&scorer, file, rows, words));
        let differs = checked
            .golden
            .as_ref()
            .is_some_and(|golden| !golden.is_good);
        (checked.class, checked.summary) = match (differs, n_questions) {
            (true, _) => ("warning", words.fits_but_differs().to_owned()),
            (false, 0) => ("good", words.fits().to_owned()),
            (false, 1) => ("note", words.fits_with_one().to_owned()),
            (false, n) => ("note", words.fits_with(n)),
        };
        checked
    }

    fn refuse(&mut self, error: &LoadError, text: &str, words: WorkshopWords) {
        let language = words.0;
        match error {
            LoadError::Contract { error, .. } => {
                let problems = error.problems();
                self.summary = match problems.len() {
                    1 => words.one_error().to_owned(),
                    n => words.errors(n),
                };
                self.errors = problems
                    .iter()
                    .map(|problem| ErrorLine {
                        line: problem.line(),
                        place: problem.place_in(language),
                        text: pieces(problem.text_in(language)),
                        // Where something is missing, the line has nothing of it.
                        written: problem
                            .line()
                            .filter(|_| !is_of_what_is_missing(problem.text()))
                            .and_then(|line| written(text, line)),
                    })
                    .collect();
            }
            LoadError::Fit { error, .. } => {
                words.does_not_fit().clone_into(&mut self.summary);
                self.misfits = match error {
                    FitError::Features(mismatch) => mismatch
                        .differences()
                        .iter()
                        .map(|difference| difference.message(language))
                        .collect(),
                    other => vec![other.message(language)],
                };
            }
            other => self.summary = other.to_string(),
        }
    }
}

fn is_of_what_is_missing(problem: &str) -> bool {
    ["missing field", "there is no "]
        .iter()
        .any(|beginning| problem.starts_with(beginning))
}

/// The questions of a text, each with the name of its input.
fn asked(text: &str) -> Vec<QuestionLine> {
    let names = input_names(text);
    questions(text)
        .map(|question| QuestionLine {
            line: question.line,
            input: question
                .n_inputs
                .checked_sub(1)
                .and_then(|at| names.get(at).cloned().flatten()),
            text: question.text.to_owned(),
        })
        .collect()
}

/// A contract's text as far as it is one.
fn document(text: &str) -> toml::Table {
    toml::from_str(text).unwrap_or_default()
}

fn input_tables(document: &toml::Table) -> impl Iterator<Item = &toml::Table> {
    let inputs = document.get("input").and_then(toml::Value::as_array);
    inputs
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table)
}

fn input_names(text: &str) -> Vec<Option<String>> {
    let name = |table: &toml::Table| Some(table.get("name")?.as_str()?.to_owned());
    input_tables(&document(text)).map(name).collect()
}

/// A line of a text, in so many letters.
fn written(text: &str, line: usize) -> Option<String> {
    let line = text.lines().nth(line.checked_sub(1)?)?.trim();
    let mut letters = line.chars();
    let mut shown: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() {
        shown.push('…');
    }
    (!shown.is_empty()).then_some(shown)
}

/// Takes a text apart at its backquotes, which are around what is of the grammar.
fn pieces(text: &str) -> Vec<Piece> {
    let pieces = text.split('`').enumerate().map(|(at, piece)| Piece {
        text: piece.to_owned(),
        is_code: at % 2 == 1,
    });
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

fn inputs(
    scorer: &Scorer,
    text: &str,
    questions: &[QuestionLine],
    language: Language,
) -> Vec<InputView> {
    let contract = scorer.contract();
    let words = WorkshopWords(language);
    let document = document(text);
    let mut features = vec![Vec::new(); contract.inputs().len()];
    for (at, feature) in contract.feature_names().iter().enumerate() {
        let of = contract.input_of_feature(at);
        if let Some(of) = of.and_then(|input| features.get_mut(input)) {
            of.push((feature.clone(), steps_of(&document, feature)));
        }
    }
    let lines = ContractView::new(contract, language).inputs;
    let all = contract.inputs().iter().zip(lines).zip(features);
    all.map(|((input, line), features)| InputView {
        kind: kind(&input.shape(), words),
        features,
        n_questions: questions
            .iter()
            .filter(|question| question.input.as_deref() == Some(&*line.name))
            .count(),
        line,
    })
    .collect()
}

fn kind(shape: &Shape<'_>, words: WorkshopWords) -> &'static str {
    match shape {
        Shape::Choice { .. } => words.kind_choice(),
        Shape::Number(number) if number.is_amount => words.kind_amount(),
        Shape::Number(number) if !number.labels.is_empty() => words.kind_bands(),
        Shape::Number(_) => words.kind_number(),
        Shape::YearMonth => words.kind_month(),
        Shape::Date { .. } => words.kind_day(),
        Shape::Text => words.kind_text(),
        Shape::Unused => words.kind_unused(),
    }
}

/// The steps that a feature is made by, as they are written.
fn steps_of(document: &toml::Table, feature: &str) -> String {
    let features = input_tables(document)
        .filter_map(|table| table.get("features")?.as_array())
        .flatten()
        .filter_map(toml::Value::as_table);
    let mut found = features
        .filter(|table| table.get("name").and_then(toml::Value::as_str) == Some(feature))
        .filter_map(|table| table.get("steps")?.as_array());
    let steps = found.next().into_iter().flatten();
    let steps: Vec<String> = steps.map(step).collect();
    steps.join(", ")
}

fn step(step: &toml::Value) -> String {
    match step {
        toml::Value::String(name) => name.clone(),
        toml::Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{key} {value}"));
            pairs.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

impl GoldenView {
    fn of(scorer: &Scorer, file: &str, rows: &[u8], words: WorkshopWords) -> Self {
        let empty = Self {
            file: file.to_owned(),
            result: String::new(),
            is_good: false,
            figures: Vec::new(),
            rows: Vec::new(),
            more: None,
        };
        let report =
            Golden::read(rows).and_then(|golden| Report::of(&golden, scorer, None, words.0));
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                let result = words.golden_unusable(&error.message(words.0));
                return Self { result, ..empty };
            }
        };
        let count = |count: u64| figure::count(count, words.0);
        let good = report.equal + report.within_tolerance + report.refused_as_expected;
        let unlisted = report.unlisted();
        Self {
            result: words.golden_result(report.result()),
            is_good: report.is_proof(),
            figures: vec![
                (words.golden_rows(), count(report.rows)),
                (words.golden_good(), count(good)),
                (
                    words.golden_different(),
                    count(report.different + report.ties),
                ),
            ],
            more: (unlisted > 0).then(|| words.golden_more(&count(unlisted))),
            rows: report
                .listed
                .into_iter()
                .map(|listed| (listed.place.name(words.0), listed.what))
                .collect(),
            ..empty
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_their_inputs_own() {
        let text = "# PREGUNTA: ¿para qué?\n[[input]]\nname = \"A\"\n# PREGUNTA: ¿qué es?\n[[input]]\n# QUESTION: which?\nname = \"B\"\n";
        let asked = asked(text);
        let found: Vec<_> = asked
            .iter()
            .map(|question| (question.line, question.input.as_deref(), &*question.text))
            .collect();
        assert_eq!(
            found,
            [
                (1, None, "¿para qué?"),
                (4, Some("A"), "¿qué es?"),
                (6, Some("B"), "which?")
            ]
        );
    }

    #[test]
    fn texts_fall_into_pieces_and_lines_have_an_end() {
        let pieces = pieces("la clave `minimun` no existe");
        let shown: Vec<_> = pieces
            .iter()
            .map(|piece| (&*piece.text, piece.is_code))
            .collect();
        assert_eq!(
            shown,
            [
                ("la clave ", false),
                ("minimun", true),
                (" no existe", false)
            ]
        );
        let long = format!("a\n  {}", "ñ".repeat(200));
        assert_eq!(written(&long, 2).unwrap().chars().count(), MOST_LETTERS + 1);
        assert_eq!((written(&long, 0), written(&long, 3)), (None, None));
    }
}
