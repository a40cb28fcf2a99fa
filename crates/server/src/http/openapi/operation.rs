//! What one method of one path takes and answers, told once and completed with what all routes have in common.

use std::collections::BTreeMap;

use propenso_lifecycle::keys::Role;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::AllOfBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::schema::{self, Piece};
use crate::http::problem::media_type;
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// The error's schema.
pub(super) const PROBLEM: &str = "Problem";

/// A key as `Authorization: Bearer`.
pub(super) const BEARER: &str = "bearer";

/// A key as `x-api-key`.
pub(super) const API_KEY: &str = "apiKey";

/// A key as a password.
pub(super) const BASIC: &str = "basic";

/// What a route with a role may be refused with, whatever it is asked.
const GUARDED: &[ProblemKind] = &[
    ProblemKind::Unauthorized,
    ProblemKind::Forbidden,
    ProblemKind::RoleMissing,
    ProblemKind::TooManyRequests,
    ProblemKind::Busy,
];

/// What may be wrong with any body.
const WITH_BODY: &[ProblemKind] = &[
    ProblemKind::BodyBrokenOff,
    ProblemKind::BodyTooSlow,
    ProblemKind::BodyTooLarge,
    ProblemKind::UnknownEncoding,
];

/// A method of a path, described.
pub(super) struct Described {
    tag: &'static str,
    id: &'static str,
    summary: &'static str,
    description: String,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Vec<(u16, Response)>,
    problems: Vec<ProblemKind>,
    /// Whether what is 422 elsewhere is 400.
    is_bad_request: bool,
}

impl Described {
    /// Begins with what it is called.
    pub(super) fn new(
        tag: &'static str,
        id: &'static str,
        summary: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self {
            tag,
            id,
            summary,
            description: description.into(),
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: vec![ProblemKind::Internal],
            is_bad_request: false,
        }
    }

    /// Adds parameters.
    pub(super) fn with(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// Says what is sent with it.
    pub(super) fn takes(mut self, body: RequestBody) -> Self {
        self.body = Some(body);
        self
    }

    /// Adds an answer that is no error.
    pub(super) fn answers(mut self, status: u16, response: Response) -> Self {
        self.answers.push((status, response));
        self
    }

    /// Adds what it may be refused for, besides what any route may.
    pub(super) fn refuses(mut self, kinds: &[ProblemKind]) -> Self {
        self.problems.extend(kinds);
        self
    }

    /// Says that what is refused with 422 elsewhere is refused with 400.
    pub(super) fn in_one_status(mut self) -> Self {
        self.is_bad_request = true;
        self
    }

    /// Completes it with what a route of this method and role has.
    pub(super) fn into_operation(mut self, route: Listed) -> Operation {
        if route.role.is_some() {
            self.problems.extend(GUARDED);
        }
        if route.method == "POST" {
            self.problems.extend(WITH_BODY);
        }
        if route.path.contains('{') {
            self.problems.push(ProblemKind::InvalidRequest);
        }
        let role = route.role.map_or("none", Role::name);
        let need = match route.role {
            Some(role) => format!("Needs the role `{role}`."),
            None => "Open to everybody: no key is needed.".to_owned(),
        };
        let mut operation = OperationBuilder::new()
            .tag(self.tag)
            .operation_id(Some(self.id))
            .summary(Some(self.summary))
            .description(Some(format!("{}\n\n{need}", self.description)))
            .request_body(self.body)
            .securities(Some(ways_in(route.role)))
            .extensions(Some(
                ExtensionsBuilder::new()
                    .add("x-propenso-role", role)
                    .build(),
            ));
        if !self.parameters.is_empty() {
            operation = operation.parameters(Some(self.parameters));
        }
        for (status, response) in self.answers {
            operation = operation.response(status.to_string(), response);
        }
        for (status, kinds) in by_status(&self.problems, self.is_bad_request) {
            operation = operation.response(
                status.to_string(),
                refusal(status, &kinds, media_type(route.path)),
            );
        }
        operation.build()
    }
}

/// The ways to show a key, any of which will do; none where none is needed.
fn ways_in(role: Option<Role>) -> Vec<SecurityRequirement> {
    let none = role.is_none();
    let schemes = [BEARER, API_KEY, BASIC];
    let schemes = schemes.into_iter().filter(|_| !none);
    schemes
        .map(|scheme| SecurityRequirement::new::<_, [&str; 0], _>(scheme, []))
        .collect()
}

fn by_status(kinds: &[ProblemKind], is_bad_request: bool) -> BTreeMap<u16, Vec<ProblemKind>> {
    let mut statuses: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        let status = match kind.status().as_u16() {
            422 if is_bad_request => 400,
            status => status,
        };
        let same = statuses.entry(status).or_default();
        if !same.contains(kind) {
            same.push(*kind);
        }
    }
    statuses
}

/// An error answer: which codes it may have, and what they mean.
fn refusal(status: u16, kinds: &[ProblemKind], media_type: &str) -> Response {
    let codes: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
    let told: Vec<String> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}", kind.code(), kind.meaning()))
        .collect();
    let own = schema::record::<Piece>([
        ("code", schema::choice(codes.iter().copied()).into()),
        ("status", schema::count().enum_values(Some([status])).into()),
    ]);
    let body = AllOfBuilder::new().item(schema::named(PROBLEM)).item(own);
    let content = ContentBuilder::new().schema(Some(body)).build();
    let response = ResponseBuilder::new()
        .description(told.join("\n\n"))
        .content(media_type, content)
        .header_ref("x-request-id", header("RequestId"));
    let response = match status {
        401 => response.header_ref("WWW-Authenticate", header("WwwAuthenticate")),
        429 | 503 => response.header_ref("Retry-After", header("RetryAfter")),
        _ => response,
    };
    let codes = ExtensionsBuilder::new().add("x-propenso-codes", json!(codes));
    response.extensions(Some(codes.build())).build()
}

/// Where a header stands among the components.
pub(super) fn header(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// An answer in JSON.
pub(super) fn in_json(description: &str, body: impl Into<Piece>) -> ResponseBuilder {
    answer(description, "application/json", body)
}

/// An answer of one media type.
pub(super) fn answer(
    description: &str,
    media_type: &str,
    body: impl Into<Piece>,
) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(body)).build();
    bare(description).content(media_type, content)
}

/// An answer without a body.
pub(super) fn bare(description: &str) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .header_ref("x-request-id", header("RequestId"))
}

/// The answer to a method that a path does not take.
pub(super) fn method_not_allowed() -> Response {
    let kind = ProblemKind::MethodNotAllowed;
    let mut response = refusal(kind.status().as_u16(), &[kind], media_type(""));
    let allow = RefOr::Ref(header("Allow"));
    response.headers.insert("Allow".to_owned(), allow);
    response
}
