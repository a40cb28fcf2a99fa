//! `GET /modelos/{version}`: what a version is worth, and what can be done with it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::gates::{Concern, Level, Verdict};
use propenso_lifecycle::registry::{State, Version, WayIn};

use super::act::{Act, Typed};
use super::gates::GateView;
use super::look::Look;
use super::shadow::ShadowView;
use super::tag::Tag;
use crate::http::pages::figure;
use crate::http::pages::frame::Frame;
use crate::http::pages::html::page as html;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;

#[derive(Template)]
#[template(path = "model.html")]
struct VersionPage {
    frame: Frame,
    words: ModelsWords,
    number: u32,
    state: Tag,
    verdict: Tag,
    conclusion: Conclusion,
    situation: String,
    concerns: Vec<ConcernView>,
    /// Whether what speaks against it is in another language than the page.
    is_foreign: bool,
    act: Option<Act>,
    cannot: Option<&'static str>,
    facts: Vec<(&'static str, String)>,
    gates: Vec<GateView>,
    shadow: Option<ShadowView>,
}

/// What all gates say together.
#[derive(Debug)]
struct Conclusion {
    class: &'static str,
    text: &'static str,
}

/// What speaks against a model and calls for the same.
#[derive(Debug)]
struct ConcernView {
    is_bad: bool,
    texts: Vec<String>,
    advice: &'static str,
}

/// Makes the page; `typed` is what came of its form.
pub(super) fn page(
    reader: &Reader,
    look: &Look,
    typed: Typed,
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let version = &look.version;
    let concerns = concerns(version);
    let is_stuck = look.is_refused() && !version.report.may_be_overruled();
    let page = VersionPage {
        frame: Frame::new(reader, words.version_of(version.number)),
        number: version.number,
        state: Tag::state(version.state, words),
        verdict: Tag::verdict(version.report.verdict(), words),
        conclusion: Conclusion::of(version, words),
        situation: look.situation(words),
        is_foreign: !concerns.is_empty() && !words.verdict_spanish().is_empty(),
        concerns,
        act: Act::of(look, reader, typed),
        cannot: is_stuck.then_some(words.cannot_overrule()),
        facts: facts(version, words),
        gates: GateView::all(version, words),
        shadow: ShadowView::of(&look.shadow, version.state, words),
        words,
    };
    Ok((status, html(&page)?).into_response())
}

impl Conclusion {
    fn of(version: &Version, words: ModelsWords) -> Self {
        let (class, text) = match (version.report.verdict(), version.state) {
            (Verdict::Passed, _) => ("good", words.passed()),
            (Verdict::Warned, _) => ("warning", words.warned()),
            (Verdict::Failed, State::Champion) => ("problem", words.failed_in_service()),
            (Verdict::Failed, _) => ("problem", words.failed()),
        };
        Self { class, text }
    }
}

/// What speaks against it, the worst first.
fn concerns(version: &Version) -> Vec<ConcernView> {
    let concerns = version.report.gates.iter().flat_map(|gate| &gate.concerns);
    let mut concerns: Vec<&Concern> = concerns.collect();
    concerns.sort_by_key(|concern| std::cmp::Reverse(concern.level()));
    let is_alike = |a: &&Concern, b: &&Concern| (a.level(), a.advice()) == (b.level(), b.advice());
    let alike = concerns.chunk_by(is_alike).filter_map(|alike| {
        let first = alike.first()?;
        Some(ConcernView {
            is_bad: first.level() == Level::Fail,
            texts: alike.iter().map(|concern| concern.text()).collect(),
            advice: first.advice(),
        })
    });
    alike.collect()
}

fn facts(version: &Version, words: ModelsWords) -> Vec<(&'static str, String)> {
    let origin = &version.origin;
    let way = match origin.way {
        WayIn::Command => words.way_command(),
        WayIn::Upload => words.way_upload(),
        WayIn::Inbox => words.way_inbox(),
    };
    let mut facts = vec![
        (words.file(), origin.file_name.clone()),
        (words.received(), figure::moment(origin.added_at, words.0)),
        (words.by(), origin.added_by.clone()),
        (words.way(), way.to_owned()),
        (words.contract(), version.content.contract.name().to_owned()),
        (words.hash(), version.content.model.short()),
    ];
    if !origin.note.is_empty() {
        facts.insert(1, (words.note(), origin.note.clone()));
    }
    facts
}
