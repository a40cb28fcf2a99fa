//! All that is known of one decision, as people read it.

use propenso_scoring::{Language, Outcome};
use propenso_store::decision::Sent;
use propenso_store::decision::personal::RecordedSought;

use super::super::figure::{machine_moment, moment, number, percent};
use super::super::words::DecisionWords;
use super::listed::{figure, way, who};
use crate::decisions::found::Found;

/// One decision.
#[derive(Debug)]
pub(super) struct OneView {
    pub(super) id: String,
    pub(super) at: String,
    pub(super) at_machine: String,
    pub(super) label: String,
    pub(super) pays: Option<bool>,
    pub(super) figure: String,
    pub(super) is_value: bool,
    /// Who asked, by which way, what answered: a name and a text each.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) inputs: Vec<(String, String)>,
    pub(super) is_forgotten: bool,
    pub(super) has_client: bool,
    pub(super) warnings: Vec<String>,
    pub(super) reasons: Vec<(String, String)>,
    pub(super) change: Option<Vec<(String, String)>>,
    pub(super) chain: Vec<(&'static str, String)>,
}

impl OneView {
    pub(super) fn new(found: &Found, language: Language) -> Self {
        let words = DecisionWords(language);
        let decision = &found.decision;
        let outcome = &decision.public.outcome;
        let personal = found.personal();
        let link = found.entry.link;
        Self {
            id: decision.id.to_string(),
            at: moment(decision.id.at(), language),
            at_machine: machine_moment(decision.id.at()),
            label: found.label(),
            pays: match outcome {
                Outcome::Payer { pays, .. } => Some(*pays),
                Outcome::Class { .. } | Outcome::Value(_) => None,
            },
            figure: figure(outcome, language),
            is_value: matches!(outcome, Outcome::Value(_)),
            facts: facts(found, words),
            inputs: inputs(found, words),
            is_forgotten: personal.is_none(),
            has_client: personal.is_some_and(|known| known.client.is_some()),
            warnings: found.warnings(language),
            reasons: reasons(found, language),
            change: change(found, words),
            chain: vec![
                (words.chain_name(), link.chain.to_string()),
                (words.chain_place(), link.place.to_string()),
                (words.chain_hash(), found.entry.hash.to_string()),
                (words.chain_before(), link.before.to_string()),
            ],
        }
    }
}

fn facts(found: &Found, words: DecisionWords) -> Vec<(&'static str, String)> {
    let context = &found.entry.context;
    let language = words.0;
    let asked_by = match &context.who.key {
        Some(key) => format!("{} ({key})", who(&context.who.name, language)),
        None => who(&context.who.name, language),
    };
    let version = context.version.map_or_else(
        || words.one_file().to_owned(),
        |version| version.to_string(),
    );
    let mut facts = vec![
        (words.asked_by(), asked_by),
        (words.way(), way(&context.channel, language)),
        (words.version(), version),
        (words.model(), context.model.short()),
        (words.contract(), context.contract_name.clone()),
        (words.program(), context.program.clone()),
    ];
    if let Some(row) = found.decision.public.row {
        facts.push((words.file_row(), row.to_string()));
    }
    if let Some(is_in) = found.decision.public.control {
        let told = if is_in { words.yes() } else { words.no() };
        facts.push((words.control(), told.to_owned()));
    }
    let Some(personal) = found.personal() else {
        return facts;
    };
    if let Some(request) = &personal.request {
        facts.push((words.request(), request.clone()));
    }
    let client = match (&personal.client, &personal.reference) {
        (_, Some(reference)) => reference.clone(),
        (Some(_), None) => words.pseudonym_only().to_owned(),
        (None, None) => words.no_client().to_owned(),
    };
    facts.push((words.client(), client));
    facts
}

fn inputs(found: &Found, words: DecisionWords) -> Vec<(String, String)> {
    let inputs = found.inputs(words.0).map(|input| {
        let name = match input.text == input.parameter {
            true => input.parameter.to_owned(),
            false => format!("{} ({})", input.text, input.parameter),
        };
        (name, sent(input.sent, words))
    });
    let unknown = found.personal().map_or(&[][..], |known| &known.unknown);
    let unknown = unknown
        .iter()
        .map(|name| (name.clone(), words.not_an_input().to_owned()));
    inputs.chain(unknown).collect()
}

fn sent(sent: &Sent, words: DecisionWords) -> String {
    match sent {
        Sent::Absent => words.not_sent().to_owned(),
        Sent::Missing => words.empty().to_owned(),
        Sent::Text(text) | Sent::Number(text) => text.clone(),
        Sent::Boolean(is_true) => if *is_true { words.yes() } else { words.no() }.to_owned(),
        Sent::Other(kind) => format!("({kind})"),
        Sent::Withheld => words.withheld().to_owned(),
        Sent::Pseudonym(pseudonym) => words.pseudonym(&pseudonym.to_string()),
    }
}

/// The reasons that were given, in points; of a number in its own measure.
fn reasons(found: &Found, language: Language) -> Vec<(String, String)> {
    let personal = found.personal();
    let Some(reasons) = personal.and_then(|known| known.reasons.as_ref()) else {
        return Vec::new();
    };
    let is_value = matches!(found.decision.public.outcome, Outcome::Value(_));
    let shown = |added: f64| {
        let text = match is_value {
            true => number(added, 2, language),
            false => number(added * 100.0, 1, language),
        };
        if added > 0.0 {
            format!("+{text}")
        } else {
            text
        }
    };
    let base = match is_value {
        true => number(reasons.base, 2, language),
        false => percent(reasons.base, language),
    };
    let base = (DecisionWords(language).base().to_owned(), base);
    let reasons = reasons.contributions.iter();
    let reasons =
        reasons.map(|(index, added)| (found.text(*index, language).to_owned(), shown(*added)));
    std::iter::once(base).chain(reasons).collect()
}

/// The change that was proposed; an empty list where none was found.
fn change(found: &Found, words: DecisionWords) -> Option<Vec<(String, String)>> {
    match &found.personal()?.counterfactual {
        RecordedSought::Not => None,
        RecordedSought::InVain => Some(Vec::new()),
        RecordedSought::Found { changes, outcome } => {
            let changes = changes.iter().map(|(index, proposed)| {
                let proposed = proposed.clone();
                let name = found.text(*index, words.0).to_owned();
                (name, proposed.unwrap_or_else(|| words.empty().to_owned()))
            });
            let then = (words.then().to_owned(), figure(outcome, words.0));
            Some(changes.chain(std::iter::once(then)).collect())
        }
    }
}
