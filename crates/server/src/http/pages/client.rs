//! `/cliente`: one client, typed or by a link: the answer, why, what would change it, and what if.
//!
//! - `fields`: the form, made from the contract; `sheet`: what was typed, and how it is answered; `result`: the answer as
//!   people read it
//!
//! It answers as `/prediccion` does, by the same path: a form is read as a query string would be. What is tried out is answered and
//! kept on record by a route of its own, and is nobody's.

mod fields;
mod result;
mod sheet;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::monitoring::RouteKind;
use propenso_scoring::Asked;

use super::form::Form;
use super::frame::Frame;
use super::html::page as html;
use super::reader::Reader;
use super::words::ClientWords;
use crate::http::problem::Problem;
use crate::http::{self, App, Asker};
use fields::{Control, Field};
use result::{Change, ResultView};
use sheet::{Asking, CHANGE_ROUTE, ROUTE, Sheet, WHAT_IF_ROUTE};

/// Reasons that are shown.
const MOST_REASONS: usize = 64;

#[derive(Template)]
#[template(path = "client.html")]
struct ClientPage {
    frame: Frame,
    words: ClientWords,
    fields: Vec<Field>,
    /// The client's reference, where the contract has no input of that name.
    reference: Option<String>,
    /// Inputs that cannot be used, or the one that is not in the form.
    n_wrong: usize,
    result: Option<ResultView>,
    /// Whether what was answered was on a client, of whom there may be more on record.
    may_see_history: bool,
}

#[derive(Template)]
#[template(path = "client_change.html")]
struct ChangePart<'a> {
    words: ClientWords,
    change: &'a Change,
}

/// The same, where nothing can put it into a page.
#[derive(Template)]
#[template(path = "client_change_page.html")]
struct ChangePage {
    frame: Frame,
    words: ClientWords,
    change: Change,
}

#[derive(Template)]
#[template(path = "client_what_if.html")]
struct WhatIfPart<'a> {
    words: ClientWords,
    result: &'a Option<ResultView>,
    wrong: &'a [String],
    difference: &'a Option<String>,
}

/// The same, where nothing can put it into a page.
#[derive(Template)]
#[template(path = "client_what_if_page.html")]
struct WhatIfPage {
    frame: Frame,
    words: ClientWords,
    result: Option<ResultView>,
    wrong: Vec<String>,
    /// How many points it is away from what was answered.
    difference: Option<String>,
}

/// `GET /cliente`: the form; with inputs in the query string, the answer too.
///
/// # Errors
///
/// 503 while no model is in service, or while the answer cannot be kept on record where that is required.
pub async fn page(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
    asker: Asker,
) -> Result<Response, Problem> {
    let form = Form::read(query.unwrap_or_default().as_bytes());
    answer(&app, &reader, form, asker).await
}

/// `POST /cliente`: the answer to the form.
///
/// # Errors
///
/// As [`page`].
pub async fn ask(
    State(app): State<Arc<App>>,
    reader: Reader,
    asker: Asker,
    request: Request,
) -> Result<Response, Problem> {
    let form = Form::of(request.into_body()).await?;
    answer(&app, &reader, form, asker).await
}

/// `POST /cliente/cambio`: what would change the answer, as a part of the page.
///
/// # Errors
///
/// As [`page`].
pub async fn change(
    State(app): State<Arc<App>>,
    reader: Reader,
    asker: Asker,
    request: Request,
) -> Result<Response, Problem> {
    let form = Form::of(request.into_body()).await?;
    // What somebody tries is no volume of the day.
    let served = app.champion(reader.language)?;
    let asked = Asked {
        reasons: None,
        counterfactual: true,
    };
    let scorer = &served.scorer;
    let sheet = Sheet::of(form, &served, CHANGE_ROUTE);
    let of = Asking::new(&app, &served, &asker, &reader);
    let change = match scorer.check(asked) {
        Err(error) => Change::impossible(&error, reader.language),
        Ok(()) => match sheet.answer(&of, asked).await? {
            Ok((answered, _)) => Change::of(scorer, &answered.counterfactual, reader.language),
            Err(_) => Change::default(),
        },
    };
    let words = ClientWords(reader.language);
    let answer = match reader.is_part {
        true => html(&ChangePart {
            words,
            change: &change,
        }),
        false => html(&ChangePage {
            frame: Frame::new(&reader, words.change()),
            words,
            change,
        }),
    };
    Ok(http::named(&served, answer))
}

/// `POST /cliente/y-si`: what the answer would be, as a part of the page.
///
/// # Errors
///
/// As [`page`].
pub async fn what_if(
    State(app): State<Arc<App>>,
    reader: Reader,
    RawQuery(query): RawQuery,
    asker: Asker,
    request: Request,
) -> Result<Response, Problem> {
    let form = Form::of(request.into_body()).await?;
    // What somebody tries is no volume of the day.
    let served = app.champion(reader.language)?;
    // The form has nothing but inputs, which may have any name.
    let mut query = Form::read(query.unwrap_or_default().as_bytes());
    let before = query
        .take("antes")
        .and_then(|text| text.parse::<f64>().ok());
    let words = ClientWords(reader.language);
    let sheet = Sheet {
        client: None,
        ..Sheet::of(form, &served, WHAT_IF_ROUTE)
    };
    let asked = Asked::default();
    let of = Asking::new(&app, &served, &asker, &reader);
    let contract = served.scorer.contract();
    let (mut result, mut wrong, mut difference) = (None, Vec::new(), None);
    match sheet.answer(&of, asked).await? {
        Ok((answered, decision)) => {
            let view = ResultView::new(&served, answered, decision, reader.language);
            difference = view.difference(before, reader.language);
            result = Some(view);
        }
        Err(errors) => {
            let complaints = errors.iter();
            wrong = complaints
                .map(|error| fields::complaint(contract, error, reader.language))
                .collect();
        }
    }
    let answer = match reader.is_part {
        true => html(&WhatIfPart {
            words,
            result: &result,
            wrong: &wrong,
            difference: &difference,
        }),
        false => html(&WhatIfPage {
            frame: Frame::new(&reader, words.what_if()),
            words,
            result,
            wrong,
            difference,
        }),
    };
    Ok(http::named(&served, answer))
}

/// Answers a form, or shows it where there is nothing in it.
async fn answer(app: &App, reader: &Reader, form: Form, asker: Asker) -> Result<Response, Problem> {
    let served = app.champion_by(RouteKind::Page, reader.language)?;
    let is_empty = form.pairs().is_empty();
    let sheet = Sheet::of(form, &served, ROUTE);
    let of = Asking::new(app, &served, &asker, reader);
    let mut errors = Vec::new();
    let mut result = None;
    if !is_empty {
        let reasons = served.scorer.check_explanation().ok();
        let asked = Asked {
            reasons: reasons.map(|()| MOST_REASONS),
            counterfactual: false,
        };
        match sheet.answer(&of, asked).await? {
            Ok((answered, decision)) => {
                let view = ResultView::new(&served, answered, decision, reader.language);
                result = Some(view);
            }
            Err(found) => errors = found,
        }
    }
    let words = ClientWords(reader.language);
    let decision = result.as_ref().and_then(|result| result.decision);
    let contract = served.scorer.contract();
    let may_see = reader.may(Role::Resultados);
    let page = html(&ClientPage {
        frame: Frame::new(reader, words.title()),
        words,
        fields: fields::of(contract, &sheet.values, &errors, reader.language),
        reference: sheet
            .takes_reference
            .then(|| sheet.client.clone().unwrap_or_default()),
        n_wrong: errors.len(),
        may_see_history: may_see && app.decisions.is_some() && result.is_some(),
        result,
    });
    if is_empty {
        return page;
    }
    let is_answered = errors.is_empty();
    served.ended(is_answered);
    let mut response = http::decided(page?, decision);
    if !is_answered {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
