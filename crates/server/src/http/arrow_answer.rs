//! Answers to `POST /v1/predict` as an Arrow stream: a row for each client, with the columns that the answers in JSON have.
//!
//! Clients that cannot be answered have nulls, and in `error` what is wrong with them.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::http::HeaderValue;
use propenso_model::Label;
use propenso_portfolio::{AnswerColumn, write_stream};
use propenso_scoring::{Answered, Asked, Outcome, Scorer};
use propenso_store::decision::DecisionId;

use super::batch::Sheet;
use super::batched::Written;
use super::body_form::ARROW_STREAM;
use super::prediction::{ModelName, Prediction};
use super::problem::{FieldProblem, MAX_LISTED, Problem};

/// The schema's metadata has what answered under this name, as the answers in JSON have it.
const MODEL: &str = "propenso.model";

/// Answers, column by column.
#[derive(Debug)]
pub(super) struct ArrowAnswer<'s> {
    scorer: &'s Scorer,
    asked: Asked,
    classes: Vec<Option<usize>>,
    labels: Vec<Option<Cow<'s, str>>>,
    /// P(paying), or a regressor's number.
    numbers: Vec<Option<f64>>,
    probabilities: Vec<Vec<Option<f64>>>,
    decisions: Vec<Option<Cow<'s, str>>>,
    warnings: Vec<Option<Cow<'s, str>>>,
    errors: Vec<Option<Cow<'s, str>>>,
    /// What was asked besides, as JSON.
    more: Vec<serde_json::Map<String, serde_json::Value>>,
    n_problems: usize,
}

impl<'s> ArrowAnswer<'s> {
    /// Begins with none.
    pub(super) fn new(scorer: &'s Scorer, asked: Asked, n_clients: usize) -> Self {
        let n_classes = match scorer.contract().decision().is_some() {
            true => 0,
            false => scorer.classes().len(),
        };
        Self {
            scorer,
            asked,
            classes: Vec::with_capacity(n_clients),
            labels: Vec::with_capacity(n_clients),
            numbers: Vec::with_capacity(n_clients),
            probabilities: vec![Vec::with_capacity(n_clients); n_classes],
            decisions: Vec::with_capacity(n_clients),
            warnings: Vec::with_capacity(n_clients),
            errors: Vec::with_capacity(n_clients),
            more: Vec::new(),
            n_problems: 0,
        }
    }

    fn push_outcome(&mut self, outcome: Option<Outcome>) {
        let label = outcome
            .as_ref()
            .filter(|outcome| !matches!(outcome, Outcome::Value(_)));
        self.labels
            .push(label.map(|outcome| self.scorer.label(outcome)));
        let (class, number, probabilities) = match outcome {
            None => (None, None, Vec::new()),
            Some(Outcome::Payer { pays, probability }) => {
                (Some(usize::from(pays)), probability, Vec::new())
            }
            Some(Outcome::Class {
                class,
                probabilities,
            }) => {
                let second = match probabilities[..] {
                    [_, second] => Some(second),
                    _ => None,
                };
                (Some(class), second, probabilities)
            }
            Some(Outcome::Value(value)) => (None, Some(value), Vec::new()),
        };
        self.classes.push(class);
        self.numbers.push(number);
        for (place, column) in self.probabilities.iter_mut().enumerate() {
            column.push(probabilities.get(place).copied());
        }
    }

    /// Writes them as a stream.
    ///
    /// # Errors
    ///
    /// 500 where they cannot be written, which would be our bug.
    pub(super) fn written(self, version: Option<u32>) -> Result<Written, Problem> {
        let scorer = self.scorer;
        let failed = |detail: String| Problem::internal("the answer could not be written", &detail);
        let model = serde_json::to_string(&ModelName::of(scorer, version));
        let model = model.map_err(|error| failed(error.to_string()))?;
        let metadata = HashMap::from([(MODEL.to_owned(), model)]);
        let bytes = write_stream(self.columns(), metadata).map_err(failed)?;
        Ok(Written {
            bytes,
            media_type: HeaderValue::from_static(ARROW_STREAM),
        })
    }

    fn columns(self) -> Vec<(String, AnswerColumn<'s>)> {
        let scorer = self.scorer;
        let is_payer = scorer.contract().decision().is_some();
        let is_number = !is_payer && scorer.classes().is_empty();
        let mut columns = Vec::new();
        let mut add = |name: &str, column| columns.push((name.to_owned(), column));
        if is_number {
            add("value", AnswerColumn::Number(self.numbers));
        } else {
            let classes = match is_payer {
                true => AnswerColumn::Whole(whole(&self.classes)),
                false => by_label(&self.classes, scorer.classes()),
            };
            add("class", classes);
            add("label", AnswerColumn::Text(self.labels));
            if is_payer || scorer.classes().len() == 2 {
                add("probability", AnswerColumn::Number(self.numbers));
            }
            let has_any = |column: &Vec<Option<f64>>| column.iter().any(Option::is_some);
            if self.probabilities.iter().any(has_any) {
                let labels = scorer.classes().iter().map(ToString::to_string);
                let values = self.probabilities.into_iter().map(AnswerColumn::Number);
                add(
                    "probabilities",
                    AnswerColumn::Columns(labels.zip(values).collect()),
                );
            }
        }
        if self.decisions.iter().any(Option::is_some) {
            add("decision", AnswerColumn::Text(self.decisions));
        }
        add("warnings", AnswerColumn::Text(self.warnings));
        if self.asked.reasons.is_some() {
            let base = |more: &serde_json::Map<_, _>| more.get("base")?.as_f64();
            add(
                "base",
                AnswerColumn::Number(self.more.iter().map(base).collect()),
            );
            add("reasons", texts(&self.more, "reasons"));
        }
        if self.asked.counterfactual {
            add("counterfactual", texts(&self.more, "counterfactual"));
        }
        add("error", AnswerColumn::Text(self.errors));
        columns
    }
}

impl Sheet for ArrowAnswer<'_> {
    fn answered(&mut self, answered: Answered, decision: Option<DecisionId>) {
        self.decisions
            .push(decision.map(|decision| decision.to_string().into()));
        let warnings = &answered.score.warnings;
        let written = (!warnings.is_empty()).then(|| serde_json::to_string(warnings));
        self.warnings
            .push(written.and_then(|written| Some(written.ok()?.into())));
        self.errors.push(None);
        if self.asked.takes_longer() {
            let json = serde_json::to_value(Prediction::new(self.scorer, answered.clone()));
            self.more.push(match json {
                Ok(serde_json::Value::Object(fields)) => fields,
                _ => serde_json::Map::new(),
            });
        }
        self.push_outcome(Some(answered.score.outcome));
    }

    fn refused(&mut self, problems: Vec<FieldProblem>) {
        self.n_problems += problems.len();
        // Beyond those that any answer lists, no more than names.
        let is_long = self.n_problems <= MAX_LISTED;
        let told: Vec<String> = problems.iter().map(|one| told(one, is_long)).collect();
        self.errors.push(Some(told.join("; ").into()));
        self.decisions.push(None);
        self.warnings.push(None);
        if self.asked.takes_longer() {
            self.more.push(serde_json::Map::new());
        }
        self.push_outcome(None);
    }
}

fn told(problem: &FieldProblem, is_long: bool) -> String {
    let input = problem.input.as_deref().unwrap_or("the row");
    match is_long {
        true => format!(
            "{input}: {}; accepted: {}",
            problem.reason, problem.accepted
        ),
        false => format!("{input} cannot be used"),
    }
}

/// What was asked besides, as the text of its JSON.
fn texts(more: &[serde_json::Map<String, serde_json::Value>], name: &str) -> AnswerColumn<'static> {
    let text = |more: &serde_json::Map<String, serde_json::Value>| {
        Some(more.get(name)?.to_string().into())
    };
    AnswerColumn::Text(more.iter().map(text).collect())
}

fn whole(classes: &[Option<usize>]) -> Vec<Option<i64>> {
    let whole = |class: &Option<usize>| class.and_then(|class| i64::try_from(class).ok());
    classes.iter().map(whole).collect()
}

/// Classes by their own labels, which are all of one type.
fn by_label<'l>(classes: &[Option<usize>], labels: &'l [Label]) -> AnswerColumn<'l> {
    fn each<'l, T>(
        classes: &[Option<usize>],
        labels: &'l [Label],
        read: impl Fn(&'l Label) -> Option<T>,
    ) -> Vec<Option<T>> {
        let one = |class: &Option<usize>| labels.get((*class)?).and_then(&read);
        classes.iter().map(one).collect()
    }
    match labels.first() {
        Some(Label::Int(_)) => AnswerColumn::Whole(each(classes, labels, |label| match label {
            Label::Int(label) => Some(*label),
            _ => None,
        })),
        Some(Label::Float(_)) => AnswerColumn::Number(each(classes, labels, |label| match label {
            Label::Float(label) => Some(*label),
            _ => None,
        })),
        Some(Label::Bool(_)) => AnswerColumn::Flag(each(classes, labels, |label| match label {
            Label::Bool(label) => Some(*label),
            _ => None,
        })),
        Some(Label::Text(_)) | None => {
            AnswerColumn::Text(each(classes, labels, |label| match label {
                Label::Text(label) => Some(Cow::Borrowed(&**label)),
                label => Some(label.to_string().into()),
            }))
        }
    }
}
