//! `GET /openapi.json`: every route, for programs: OpenAPI 3.1, with the inputs and answers of the contract in service.
//!
//! | part | of |
//! |---|---|
//! | `operation` | what all routes have in common: errors, roles, headers |
//! | `prediction`, `oip`, `platforms`, `portfolios`, `decisions`, `models`, `health` | a family of routes each |
//! | `fields` | a contract's inputs, in a query string and in JSON |
//! | `answers` | what is answered of a client |
//! | `components`, `schema` | what they refer to, and the words they are written with |
//!
//! The routes are those that are registered: one that is described nowhere is not in the document, which a test refuses.

mod answers;
mod components;
mod decisions;
mod fields;
mod health;
mod models;
mod oip;
mod operation;
mod platforms;
mod portfolios;
mod prediction;
mod schema;
mod whole_range;

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use propenso_lifecycle::keys::Role;
use propenso_lifecycle::served::Served;
use propenso_scoring::Scorer;
use utoipa::openapi::path::{HttpMethod, Operation, Paths};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use super::App;
use super::problem::Problem;
use super::route::{Listed, Routes};
use crate::access::visit::Visit;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// What the document says of the server as a whole.
const ABOUT: &str = "Serves scikit-learn models over HTTP.\n\n\
    A key goes as `Authorization: Bearer`, as `x-api-key`, or as the password of Basic. What each operation needs of its \
    holder is told there, and as `x-propenso-role`. On the server's own machine none is needed until there is one.\n\n\
    Every error is a `Problem`, `application/problem+json` (of `/v2`, whose protocol knows no other, `application/json`): programs go \
    by its `code`; which ones an answer may have is told there, and as `x-propenso-codes`. A method that a path does not take is answered 405, with `Allow`. Requests whose \
    head is too long or no HTTP are answered 400, 414 or 431, without a body.\n\n\
    Every answer has `x-request-id`. Bodies may come compressed, with `Content-Encoding`: gzip, deflate or zstd.";

/// The documents as they were written last: one for whoever may know the champion's inputs, by its name, and one for the others.
#[derive(Debug, Default)]
pub struct Written(Mutex<[Option<Document>; 2]>);

/// A document, and whose inputs are in it.
#[derive(Debug)]
struct Document {
    name: Option<String>,
    bytes: Bytes,
}

impl Written {
    /// The document for what answers now; written anew when that is another.
    fn of(&self, served: Option<&Served>) -> Result<Bytes, serde_json::Error> {
        let name = served.map(|served| served.name.clone());
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = &mut written[usize::from(name.is_some())];
        if let Some(known) = last.as_ref().filter(|known| known.name == name) {
            return Ok(known.bytes.clone());
        }
        let document = document(&super::routes(), served.map(|served| &*served.scorer));
        let bytes = Bytes::from(serde_json::to_vec(&document)?);
        let document = last.insert(Document { name, bytes });
        Ok(document.bytes.clone())
    }
}

/// Answers with the document. The inputs of the contract in service are told to who may be answered by it, or may read of models: where
/// keys are asked for, others get what holds for any contract.
///
/// # Errors
///
/// 500 when it cannot be written, which would be our bug.
pub async fn answer(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let visit = Visit::of(&request);
    let may_know = [Role::Puntuar, Role::Lectura]
        .into_iter()
        .any(|role| app.access.would_admit(role, &visit));
    let served = app.serving.live().champion().filter(|_| may_know);
    let bytes = app.document.of(served.as_deref());
    let bytes =
        bytes.map_err(|error| Problem::internal("the document cannot be written", &error))?;
    let headers = [
        (header::CONTENT_TYPE, JSON),
        (header::CACHE_CONTROL, NO_CACHE),
    ];
    Ok((headers, bytes).into_response())
}

/// Describes routes, for what `scorer` takes and answers.
fn document(routes: &Routes, scorer: Option<&Scorer>) -> OpenApi {
    let mut paths = Paths::new();
    for route in routes.listed() {
        let described = describe(route, scorer).zip(method(route.method));
        if let Some((operation, method)) = described {
            paths.add_path_operation(route.path, vec![method], operation);
        }
    }
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("propenso")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    OpenApiBuilder::new()
        .info(info.build())
        .paths(paths)
        .tags(Some(components::tags()))
        .components(Some(components::components(scorer)))
        .build()
}

fn describe(route: Listed, scorer: Option<&Scorer>) -> Option<Operation> {
    let described = prediction::describe(route, scorer)
        .or_else(|| oip::describe(route))
        .or_else(|| platforms::describe(route))
        .or_else(|| models::describe(route))
        .or_else(|| portfolios::describe(route))
        .or_else(|| decisions::describe(route))
        .or_else(|| health::describe(route))?;
    Some(described.into_operation(route))
}

fn method(name: &str) -> Option<HttpMethod> {
    match name {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::example::scorer as example;
    use crate::http::problem_kind::ProblemKind;
    use crate::http::route::Face;
    use crate::http::routes;

    fn written(scorer: Option<&Scorer>) -> Value {
        serde_json::to_value(document(&routes(), scorer)).unwrap()
    }

    /// The operations, by method and path.
    fn operations(document: &Value) -> BTreeMap<(String, String), &Value> {
        let paths = document["paths"].as_object().unwrap().iter();
        let of_path = paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods
                .map(move |(method, operation)| ((method.to_uppercase(), path.clone()), operation))
        });
        of_path.collect()
    }

    /// Each route is described, with its role and what it answers, and nothing else is.
    #[test]
    fn the_document_is_of_the_routes() {
        let scorer = example();
        for scorer in [None, Some(&scorer)] {
            let document = written(scorer);
            let operations = operations(&document);
            let all = routes();
            let listed: Vec<Listed> = all
                .listed()
                .filter(|route| route.face == Face::Http)
                .collect();
            assert_eq!(operations.len(), listed.len());
            let mut ids: Vec<&str> = Vec::new();
            for route in listed {
                let key = (route.method.to_owned(), route.path.to_owned());
                let operation = operations.get(&key).unwrap_or_else(|| panic!("{route:?}"));
                let role = route.role.map_or("none", Role::name);
                assert_eq!(operation["x-propenso-role"], role, "{route:?}");
                let ways = operation["security"].as_array().unwrap();
                assert_eq!(ways.is_empty(), route.role.is_none(), "{route:?}");
                let statuses = operation["responses"].as_object().unwrap();
                let has = |status: &str| statuses.contains_key(status);
                assert!(statuses.keys().any(|status| status.starts_with('2')));
                assert!(has("500"));
                for status in ["401", "403", "429", "503"] {
                    assert!(has(status) || route.role.is_none(), "{route:?} {status}");
                }
                for status in ["400", "408", "413", "415"] {
                    assert!(has(status) || route.method != "POST", "{route:?} {status}");
                }
                for part in ["summary", "description"] {
                    assert!(!operation[part].as_str().unwrap().is_empty());
                }
                ids.push(operation["operationId"].as_str().unwrap());
            }
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "every operation has its own id");
        }
    }

    /// Every code is an answer of some route, but for those of what is no route, or no route of HTTP.
    #[test]
    fn every_code_is_told_somewhere() {
        let document = written(None);
        let text = document["paths"].to_string();
        for kind in ProblemKind::ALL {
            let is_told = text.contains(&format!("\"{}\"", kind.code()));
            let is_elsewhere = matches!(
                kind,
                ProblemKind::MethodNotAllowed | ProblemKind::DeadlinePassed
            );
            assert!(is_told != is_elsewhere, "{kind:?}");
            assert!(!kind.meaning().is_empty());
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let scorer = example();
        for scorer in [None, Some(&scorer)] {
            let document = written(scorer);
            let text = document.to_string();
            for reference in text.split("\"$ref\":\"#").skip(1) {
                let (path, _) = reference.split_once('"').unwrap();
                assert!(document.pointer(path).is_some(), "{path}");
            }
        }
    }

    /// Paths and statuses as they are promised.
    #[test]
    fn what_is_promised() {
        let scorer = example();
        let document = written(Some(&scorer));
        let lines: Vec<String> = operations(&document)
            .into_iter()
            .map(|((method, path), operation)| {
                let role = operation["x-propenso-role"].as_str().unwrap();
                let statuses = operation["responses"].as_object().unwrap();
                let statuses: Vec<&str> = statuses.keys().map(String::as_str).collect();
                format!("{method} {path} ({role}): {}", statuses.join(" "))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    /// The inputs, as a query string and an object have them.
    #[test]
    fn the_inputs_of_the_example_contract() {
        let scorer = example();
        let document = written(Some(&scorer));
        insta::assert_json_snapshot!(serde_json::json!({
            "parameters": document["paths"]["/prediccion"]["get"]["parameters"],
            "InstanceByName": document["components"]["schemas"]["InstanceByName"],
            "Prediccion": document["components"]["schemas"]["Prediccion"],
        }));
    }

    /// The fields of a form are those that a form is taken with.
    #[test]
    fn the_options_of_a_portfolio() {
        let told: Vec<&str> = portfolios::options()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let not_sent = ["columns", "split", "suppress"];
        let taken: Vec<&str> = propenso_portfolio::options::names()
            .filter(|name| !not_sent.contains(name))
            .collect();
        assert_eq!(told, taken);
    }
}
