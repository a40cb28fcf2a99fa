//! `POST /modelos/{version}/poner`: another version answers, with who wants it and why.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use propenso_lifecycle::registry::{Action, Cause, Refusal, RegistryError};
use propenso_lifecycle::steward::TakeError;

use super::act::Typed;
use super::look::Look;
use super::{no_such_version, version, with_registry};
use crate::access::caller::Caller;
use crate::http::models::{Models, ModelsError, number_of};
use crate::http::pages::form::Form;
use crate::http::pages::reader::Reader;
use crate::http::pages::words::ModelsWords;
use crate::http::problem::Problem;
use crate::http::{App, caller_name};

/// Characters that are kept of a reason, or a name.
const LONGEST: usize = 500;

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
        take(models, &reader, &look, wish, caller.as_ref())
    })
    .await
}

fn take(
    models: &Models,
    reader: &Reader,
    look: &Look,
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
        return again(look, StatusCode::CONFLICT, typed);
    }
    let is_reason_needed = look.is_former() || look.is_refused();
    if wish.reason.is_empty() && is_reason_needed {
        let typed = Typed {
            is_reason_wrong: true,
            ..wish.typed()
        };
        return again(look, StatusCode::UNPROCESSABLE_ENTITY, typed);
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
