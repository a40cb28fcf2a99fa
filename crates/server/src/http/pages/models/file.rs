//! `GET /modelos/{version}/archivo`: what `propenso inspect` says of a version's file.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use propenso_lifecycle::memory;
use propenso_model::ModelFile;

use super::{no_such_version, with_registry};
use crate::http::App;
use crate::http::models::number_of;
use crate::http::pages::figure;
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use propenso_lifecycle::inspection::{EstimatorReport, InputReport, Report};

/// Inputs that are listed.
const MAX_INPUTS: usize = 200;

/// Values of an input that are listed.
const MAX_VALUES: usize = 12;

#[derive(Template)]
#[template(path = "model_file.html")]
struct FilePage {
    frame: Frame,
    words: ModelsWords,
    number: u32,
    facts: Vec<(&'static str, String)>,
    not_served: Option<String>,
    inputs: Vec<InputView>,
    more_inputs: usize,
}

/// An input of the model.
#[derive(Debug)]
struct InputView {
    name: String,
    kind: &'static str,
    missing: String,
    values: String,
}

/// Shows what is in a version's file. It is read again: one at a time, as those that are sent.
///
/// # Errors
///
/// 404 when there is no such version, 409 when its file is kept no longer, 503 while others are read.
pub async fn show(
    State(app): State<Arc<App>>,
    reader: Reader,
    number: Path<String>,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let number = number_of(&number).map_err(|_| no_such_version(words))?;
    let turn = app.limits.uploads.turn().await;
    let turn = turn.map_err(|busy| Problem::busy_in(busy, reader.language))?;
    with_registry(app, words, move |models| {
        let _alone = turn;
        let version = models.registry.version(number)?;
        if !models.registry.keeps(&version) {
            let told = Problem::new(ProblemKind::ModelUnusable, words.refused_not_kept());
            return Err(told.into());
        }
        let start = Instant::now();
        let file = {
            let file = models.registry.model(&version)?;
            let limits = memory::limits(file.bytes().len());
            ModelFile::read(file, &limits)
        };
        let title = words.file_title(number);
        let empty = FilePage {
            frame: Frame::new(&reader, title),
            words,
            number,
            facts: Vec::new(),
            not_served: None,
            inputs: Vec::new(),
            more_inputs: 0,
        };
        let page = match file {
            Err(error) => FilePage {
                not_served: Some(error.to_string()),
                ..empty
            },
            Ok(file) => {
                let estimator = file.estimator();
                let millis = start.elapsed().as_secs_f64() * 1e3;
                let report = Report::new(&file, estimator, millis);
                FilePage {
                    facts: facts(&report, words),
                    inputs: inputs(report.estimator.as_ref(), words),
                    more_inputs: report.estimator.as_ref().map_or(0, |estimator| {
                        estimator.inputs.len().saturating_sub(MAX_INPUTS)
                    }),
                    not_served: report.error,
                    ..empty
                }
            }
        };
        Ok(html(&page)?)
    })
    .await
}

fn facts(report: &Report, words: ModelsWords) -> Vec<(&'static str, String)> {
    let packed = match report.packed {
        true => format!(", {}", words.file_zip()),
        false => String::new(),
    };
    let form = match report.protocol {
        Some(protocol) => format!("{}, {} {protocol}", report.container, report.writer),
        None => report.writer.to_owned(),
    };
    let mut facts = vec![
        (
            words.file_size(),
            figure::bytes(report.bytes as u64, words.0),
        ),
        (words.hash(), report.sha256.clone()),
        (words.file_form(), format!("{form}{packed}")),
    ];
    if let Some(company) = &report.beside {
        let others = words.file_not_used(&company.others.join(", "));
        facts.push((words.file_beside(), others));
    }
    if let Some(estimator) = &report.estimator {
        facts.extend(estimator_facts(estimator, words));
    }
    let foreign: Vec<&str> = report
        .names
        .iter()
        .filter(|name| name.foreign)
        .map(|name| name.name.as_str())
        .collect();
    let foreign = match foreign[..] {
        [] => words.file_none().to_owned(),
        _ => foreign.join(", "),
    };
    facts.push((words.file_foreign(), foreign));
    if report.trailing_bytes || !report.following.is_empty() {
        facts.push((words.file_more(), words.file_trailing().to_owned()));
    }
    facts
}

fn estimator_facts(estimator: &EstimatorReport, words: ModelsWords) -> Vec<(&'static str, String)> {
    let count = |n: usize| figure::count(n as u64, words.0);
    let wrappers = estimator.wrappers.iter();
    let class: String = wrappers.map(|wrapper| format!("{wrapper} › ")).collect();
    let mut facts = vec![
        (words.file_class(), format!("{class}{}", estimator.class)),
        (
            words.file_library(),
            format!("{} {}", estimator.library, estimator.version),
        ),
    ];
    if let Some(trees) = &estimator.trees {
        let [n, nodes, depth] = [trees.trees, trees.nodes, trees.depth].map(count);
        facts.push((words.file_trees(), words.file_trees_of(&n, &nodes, &depth)));
    }
    if estimator.transforms > 0 {
        facts.push((words.file_steps(), count(estimator.transforms)));
    }
    let classes = match &estimator.classes {
        None => words.file_no_classes().to_owned(),
        Some(classes) if estimator.has_probabilities => classes.join(", "),
        Some(classes) => format!(
            "{} ({})",
            classes.join(", "),
            words.file_without_probabilities()
        ),
    };
    facts.push((words.file_classes(), classes));
    let verified = match estimator.not_verified[..] {
        [] => words.file_verified_yes().to_owned(),
        _ => words.file_verified_no(&estimator.not_verified.join("; ")),
    };
    facts.push((words.file_verified(), verified));
    facts
}

fn inputs(estimator: Option<&EstimatorReport>, words: ModelsWords) -> Vec<InputView> {
    let inputs = estimator
        .into_iter()
        .flat_map(|estimator| &estimator.inputs);
    inputs
        .take(MAX_INPUTS)
        .map(|input| InputView {
            name: input.name.clone(),
            kind: match input.kind {
                "text" => words.kind_text(),
                "unused" => words.kind_unused(),
                _ => words.kind_number(),
            },
            missing: missing(input, words),
            values: values(input),
        })
        .collect()
}

fn missing(input: &InputReport, words: ModelsWords) -> String {
    match (input.kind, input.missing.as_str()) {
        ("unused", _) => String::new(),
        (_, "refused") => words.missing_refused().to_owned(),
        (_, "accepted") => words.missing_accepted().to_owned(),
        (_, "taken for unknown") => words.missing_unknown().to_owned(),
        (_, value) => words.missing_value(value),
    }
}

/// The values that an input knows, the first ones.
fn values(input: &InputReport) -> String {
    let known = input.categories.as_deref().unwrap_or_default();
    let shown = known[..known.len().min(MAX_VALUES)].join(", ");
    match known.len() > MAX_VALUES {
        true => format!("{shown} … ({})", known.len()),
        false => shown,
    }
}
