//! Decisions that were found, a line each.

use propenso_scoring::{Language, Outcome};
use propenso_store::decision::Channel;

use super::super::figure::{machine_moment, moment, number, percent};
use super::super::words::DecisionWords;
use crate::decisions::found::Found;

/// A decision in a list.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) at: String,
    pub(super) at_machine: String,
    pub(super) label: String,
    pub(super) figure: String,
    pub(super) version: String,
    pub(super) who: String,
    pub(super) way: String,
    pub(super) is_forgotten: bool,
}

impl Line {
    pub(super) fn new(found: &Found, language: Language) -> Self {
        let context = &found.entry.context;
        let id = found.decision.id;
        Self {
            id: id.to_string(),
            at: moment(id.at(), language),
            at_machine: machine_moment(id.at()),
            label: found.label(),
            figure: figure(&found.decision.public.outcome, language),
            version: context
                .version
                .map_or_else(|| "–".to_owned(), |version| version.to_string()),
            who: who(&context.who.name, language),
            way: way(&context.channel, language),
            is_forgotten: found.personal().is_none(),
        }
    }
}

/// The figure that people compare by.
pub(super) fn figure(outcome: &Outcome, language: Language) -> String {
    match outcome {
        Outcome::Payer { probability, .. } => {
            probability.map_or_else(|| "–".to_owned(), |share| percent(share, language))
        }
        Outcome::Class {
            class,
            probabilities,
        } => probabilities
            .get(*class)
            .map_or_else(|| "–".to_owned(), |share| percent(*share, language)),
        Outcome::Value(value) => number(*value, 2, language),
    }
}

/// Who asked, in the reader's words where it was nobody in particular.
pub(super) fn who(name: &str, language: Language) -> String {
    let words = DecisionWords(language);
    match name {
        "anyone" => words.anyone().to_owned(),
        "this machine" => words.this_machine().to_owned(),
        name => name.to_owned(),
    }
}

/// By which way it was asked.
pub(super) fn way(channel: &Channel, language: Language) -> String {
    match channel {
        Channel::Route(route) => route.clone(),
        Channel::Portfolio { job, .. } => DecisionWords(language).portfolio(job),
    }
}
