//! `POST /decisiones/exportar`: the decisions of some days as a file.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::super::download::download;
use super::super::form::Form;
use super::super::reader::Reader;
use super::super::words::DecisionWords;
use super::{Asked, DecisionsPage, parts, visit};
use crate::access::caller::Caller;
use crate::blocking::blocking;
use crate::decisions::asked::Days;
use crate::http::problem::Problem;
use crate::http::{App, caller_name};

/// The file's name.
const NAME: &str = "decisiones.csv";

/// Days that are written at once: someone waits for them. `propenso decisions export` takes any number.
const MOST: SignedDuration = SignedDuration::from_hours(93 * 24);

/// Gives the file.
///
/// # Errors
///
/// 404 where there is no record; 507 when there is no room for it.
pub async fn export(
    State(app): State<Arc<App>>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let caller = request.extensions().get::<Caller>().cloned();
    let mut form = Form::of(request.into_body()).await?;
    let asked = Asked::of(&mut form);
    let who = caller_name(caller.as_ref(), None);
    let words = DecisionWords(reader.language);
    let checked = asked
        .days(words)
        .and_then(|days| bounded(days, words))
        .and_then(|days| Ok((days, visit(&who, &asked.why, words)?)));
    let (days, visit) = match checked {
        Ok(checked) => checked,
        Err((_, text)) => {
            return DecisionsPage {
                exported_wrong: Some(text),
                ..DecisionsPage::new(&reader, Asked::default())
            }
            .refused();
        }
    };
    let folder = tempfile::tempdir().map_err(|error| failed(&error, words))?;
    let path = folder.path().join(NAME);
    let written = {
        let (app, path) = (Arc::clone(&app), path.clone());
        move || {
            let (decisions, _) = parts(&app, reader.language)?;
            let written = decisions.export(&path, days, &visit, |_| {});
            written.map_err(|error| failed(&error, words))
        }
    };
    blocking(written).await?;
    let response = download(&path).await;
    // The file is open, and is gone when it was sent.
    drop(folder);
    Ok(response)
}

/// Days with a beginning, and not too many.
fn bounded(days: Days, words: DecisionWords) -> Result<Days, (&'static str, String)> {
    let until = days.until.unwrap_or_else(Timestamp::now);
    match days.from {
        Some(from) if until.duration_since(from) <= MOST => Ok(days),
        _ => Err(("desde", words.too_many_days().to_owned())),
    }
}

fn failed(error: &impl ToString, words: DecisionWords) -> Problem {
    Problem::internal(words.not_written(), error)
}
