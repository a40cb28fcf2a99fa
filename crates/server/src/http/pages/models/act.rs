//! `POST /modelos/{version}/poner`: another version answers, with who wants it and why.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::registry::{
    Action, Cause, Refusal, RegistryError, State as Doing, Version,
};
use propenso_lifecycle::steward::TakeError;

use super::version::{self, Look};
use super::{no_such_version, with_registry};
use crate::access::caller::Caller;
use crate::http::models::{Models, ModelsError, number_of};
use crate::http::pages::form::Form;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;
use crate::http::{App, caller_name};

/// Characters that are kept of a reason, or a name.
const LONGEST: usize = 500;

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
    reason: String,
    who: String,
    wrong: Option<String>,
    is_reason_wrong: bool,
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
        if version.state == Doing::Champion || !reader.may(Role::Modelos) {
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

impl Look {
    /// Whether it answered before, and was replaced.
    pub(super) fn is_former(&self) -> bool {
        let number = self.version.number;
        self.version.state == Doing::Retired && self.former.contains(&number)
    }

    /// Whether the gates refuse it, and it never answered.
    pub(super) fn is_refused(&self) -> bool {
        let Version { state, report, .. } = &self.version;
        let is_failed = report.verdict() == Verdict::Failed;
        *state == Doing::Rejected || (is_failed && !self.is_former())
    }
}

/// What a form asks for.
#[derive(Debug)]
struct Wish {
    reason: String,
    who: String,
    instead_of: String,
    is_despite: bool,
}

impl Wish {
    fn of(mut form: Form) -> Self {
        let mut text = |name| {
            let text = form.take_text(name).unwrap_or_default();
            text.chars().take(LONGEST).collect()
        };
        Self {
            reason: text("motivo"),
            who: text("quien"),
            instead_of: text("en_lugar_de"),
            is_despite: form.take("pese").is_some(),
        }
    }

    fn typed(self) -> Typed {
        Typed {
            reason: self.reason,
            who: self.who,
            ..Typed::default()
        }
    }
}

/// Makes a version answer, or shows the form again with what is wrong.
///
/// # Errors
///
/// 404 when there is no such version, 413 for a form that is none of this page's.
pub async fn promote(
    State(app): State<Arc<App>>,
    reader: Reader,
    number: Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let words = ModelsWords(reader.language);
    let number = number_of(&number).map_err(|_| no_such_version(words))?;
    let caller = request.extensions().get::<Caller>().cloned();
    let wish = Wish::of(Form::of(request.into_body()).await?);
    with_registry(app, words, move |models| {
        let look = Look::at(models, number)?;
        take(models, &reader, look, wish, caller.as_ref())
    })
    .await
}

fn take(
    models: &Models,
    reader: &Reader,
    look: Look,
    wish: Wish,
    caller: Option<&Caller>,
) -> Result<Response, ModelsError> {
    let words = ModelsWords(reader.language);
    let number = look.version.number;
    let champion = look.champion.map_or_else(String::new, |n| n.to_string());
    let again = |look: &Look, status, typed| Ok(version::page(reader, look, typed, status)?);
    // What answers is what the button named, or the answer is no.
    if wish.instead_of != champion {
        let now = look.champion.map_or_else(
            || words.no_version().to_owned(),
            |number| words.version_of(number).to_lowercase(),
        );
        let typed = Typed {
            wrong: Some(words.changed_meanwhile(&now)),
            ..wish.typed()
        };
        return again(&look, StatusCode::CONFLICT, typed);
    }
    let is_reason_needed = look.is_former() || look.is_refused();
    if wish.reason.is_empty() && is_reason_needed {
        let typed = Typed {
            is_reason_wrong: true,
            ..wish.typed()
        };
        return again(&look, StatusCode::UNPROCESSABLE_ENTITY, typed);
    }
    let action = match wish.is_despite {
        true => Action::Overrule(number),
        false => Action::Promote(number),
    };
    let cause = Cause {
        who: caller_name(caller, Some(&wish.who)),
        why: wish.reason.clone(),
    };
    let refused = match models.steward.take(action, &cause) {
        Ok(_) => {
            let version = format!("/modelos/{number}");
            return Ok(Redirect::to(&version).into_response());
        }
        Err(error) => refusal(error, words)?,
    };
    let typed = Typed {
        wrong: Some(refused),
        ..wish.typed()
    };
    again(&Look::at(models, number)?, StatusCode::CONFLICT, typed)
}

/// Why it was not done, for who asked; other errors are errors of the page.
fn refusal(error: TakeError, words: ModelsWords) -> Result<String, ModelsError> {
    let told = match &error {
        TakeError::Unloadable { number, .. } => words.refused_unloadable(*number),
        TakeError::Registry(RegistryError::Refused(refusal)) => match refusal {
            Refusal::NotOverruled(_) => words.refused_unread().to_owned(),
            _ => words.refused_state().to_owned(),
        },
        TakeError::Registry(RegistryError::NotKept(_)) => words.refused_not_kept().to_owned(),
        TakeError::Registry(_) => return Err(error.into()),
    };
    Ok(told)
}
