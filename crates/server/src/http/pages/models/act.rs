//! The form that makes a version answer.

use propenso_lifecycle::keys::Role;
use propenso_lifecycle::registry::State;

use super::look::Look;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;

/// A form that makes a version answer. Its button says which, and in place of which.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) id: &'static str,
    pub(super) action: String,
    pub(super) button: String,
    /// The version that answers while the form is read; empty where none does.
    pub(super) instead_of: String,
    pub(super) reason: String,
    pub(super) who: String,
    pub(super) is_reason_needed: bool,
    pub(super) is_reason_wrong: bool,
    /// Whether the gates said no.
    pub(super) is_despite: bool,
    /// Whether who reads it has no name here.
    pub(super) is_unnamed: bool,
    pub(super) wrong: Option<String>,
}

/// What was typed, and why nothing came of it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) reason: String,
    pub(super) who: String,
    pub(super) wrong: Option<String>,
    pub(super) is_reason_wrong: bool,
}

impl Act {
    /// Goes back to a version that answered before.
    pub(super) fn back(
        number: u32,
        champion: Option<u32>,
        reader: &Reader,
        words: ModelsWords,
    ) -> Self {
        Self {
            id: "volver",
            button: champion.map_or_else(
                || words.act_back_alone(number),
                |champion| words.act_back(number, champion),
            ),
            is_reason_needed: true,
            ..Self::promote(number, champion, reader, words)
        }
    }

    fn promote(number: u32, champion: Option<u32>, reader: &Reader, words: ModelsWords) -> Self {
        Self {
            id: "poner",
            action: format!("/modelos/{number}/poner"),
            button: champion.map_or_else(
                || words.act_promote(number),
                |champion| words.act_promote_over(number, champion),
            ),
            instead_of: champion.map_or_else(String::new, |number| number.to_string()),
            reason: String::new(),
            who: String::new(),
            is_reason_needed: false,
            is_reason_wrong: false,
            is_despite: false,
            is_unnamed: reader.who.is_none(),
            wrong: None,
        }
    }

    /// What can be done with a version, by whom may.
    pub(super) fn of(look: &Look, reader: &Reader, typed: Typed) -> Option<Self> {
        let words = ModelsWords(reader.language);
        let Look {
            version, champion, ..
        } = look;
        let number = version.number;
        if version.state == State::Champion || !reader.may(Role::Modelos) {
            return None;
        }
        let is_despite = look.is_refused();
        if is_despite && !version.report.may_be_overruled() {
            return None;
        }
        let act = match look.is_former() {
            true => Self::back(number, *champion, reader, words),
            false => Self::promote(number, *champion, reader, words),
        };
        Some(Self {
            is_reason_needed: act.is_reason_needed || is_despite,
            is_despite,
            reason: typed.reason,
            who: typed.who,
            wrong: typed.wrong,
            is_reason_wrong: typed.is_reason_wrong,
            ..act
        })
    }
}
