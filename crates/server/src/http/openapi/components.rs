//! What the routes' descriptions have in common: the error, headers, and how a key is shown.

use propenso_scoring::Scorer;
use utoipa::openapi::header::Header;
use utoipa::openapi::schema::{Components, ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};

use super::operation::{self, API_KEY, BASIC, BEARER, PROBLEM};
use super::schema::{choice, count, list, named, or_null, record, text, told};
use super::{answers, decisions, models, platforms, portfolios, prediction};
use crate::http::problem_kind::ProblemKind;

/// Families of routes, in the order that they are shown in.
pub(super) fn tags() -> Vec<Tag> {
    let tags = [
        (
            prediction::TAG,
            "Clients, scored while they are asked about",
        ),
        (
            super::oip::TAG,
            "The same by the Open Inference Protocol (V2), for clients that speak it",
        ),
        (
            platforms::TAG,
            "Clients, as the programs of MLflow, KServe, SageMaker and Vertex AI send them",
        ),
        (
            portfolios::TAG,
            "Whole portfolios, scored in the background",
        ),
        (
            decisions::TAG,
            "What was answered, for those who may see it",
        ),
        (
            models::TAG,
            "The registry: which models there are, and which one answers",
        ),
        (
            super::health::TAG,
            "Whether the server works, and this document",
        ),
    ];
    tags.map(|(name, description)| {
        TagBuilder::new()
            .name(name)
            .description(Some(description))
            .build()
    })
    .into()
}

/// All that the routes refer to.
pub(super) fn components(scorer: Option<&Scorer>) -> Components {
    let components = ComponentsBuilder::new()
        .schema(PROBLEM, problem())
        .schema("FieldProblem", field_problem())
        .header("RequestId", told_header("The request's name: the `x-request-id` that it brought (1 to 128 letters, digits and `-_.:/+=~`), or a new one. The server's log has it as `id`."))
        .header("Model", told_header("The version that was chosen for the request, and the beginning of its model's SHA-256: `2 0123456789ab`. Without a registry, the hash alone."))
        .header("Decision", told_header("The name on record of the answer, or of the first of a request, where decisions are kept. Those of the others follow it, and stand in the answer."))
        .header("RetryAfter", Header::builder().schema(Some(count())).description(Some("Seconds to wait before asking again.")).build())
        .header("WwwAuthenticate", told_header("How to show a key."))
        .header("Location", told_header("Where the portfolio is told about."))
        .header("Allow", told_header("The methods that the path takes."))
        .header("ContentDisposition", told_header("The name to keep the file under."))
        .header("CacheControl", told_header("Whether the answer may be kept."))
        .header("ETag", told_header("Tells one edition of a file from another."))
        .response("MethodNotAllowed", operation::method_not_allowed());
    let components = models::schemas(components);
    let components = portfolios::schemas(components);
    let components = decisions::schemas(components);
    let components = answers::schemas(components, scorer);
    let components = prediction::schemas(components, scorer);
    let components = platforms::schemas(components);
    with_security(components).build()
}

fn told_header(description: &str) -> Header {
    Header::builder()
        .schema(Some(text()))
        .description(Some(description))
        .build()
}

fn with_security(components: ComponentsBuilder) -> ComponentsBuilder {
    let http = |scheme, description: &str| {
        let http = HttpBuilder::new().scheme(scheme);
        SecurityScheme::Http(http.description(Some(description)).build())
    };
    let key = ApiKeyValue::with_description("x-api-key", "The key, as it was handed out");
    components
        .security_scheme(
            BEARER,
            http(HttpAuthScheme::Bearer, "The key, as it was handed out"),
        )
        .security_scheme(API_KEY, SecurityScheme::ApiKey(ApiKey::Header(key)))
        .security_scheme(
            BASIC,
            http(
                HttpAuthScheme::Basic,
                "The key as the password, of any user name",
            ),
        )
}

/// Every error's body.
fn problem() -> ObjectBuilder {
    let codes = ProblemKind::ALL.iter().map(|kind| kind.code());
    record([
        (
            "type",
            told(
                choice(["about:blank"]),
                "There is no page about it: `code` says what it is",
            ),
        ),
        ("title", told(text(), "The status in words")),
        ("status", told(count(), "The answer's status")),
        (
            "code",
            told(
                choice(codes),
                "What programs go by: it keeps its meaning from version to version",
            ),
        ),
        ("error", told(text(), "A sentence that says what to do")),
        (
            "errors",
            list(named("FieldProblem"))
                .description(Some("Every input that cannot be used: the first 1,000"))
                .into(),
        ),
        (
            "error_code?",
            told(text(), "As MLflow names it, where its clients ask"),
        ),
        (
            "message?",
            told(text(), "The sentence again, where MLflow's clients ask"),
        ),
    ])
    .description(Some("An error (RFC 9457)"))
}

fn field_problem() -> ObjectBuilder {
    record([
        (
            "row",
            told(count(), "Position of the client in the request, from 0"),
        ),
        (
            "input",
            told(
                or_null(Type::String),
                "The input's long name; null when the whole row is wrong",
            ),
        ),
        (
            "parameter",
            told(or_null(Type::String), "Its query parameter"),
        ),
        (
            "value",
            told(
                or_null(Type::String),
                "What was sent, cut to a readable length",
            ),
        ),
        ("reason", told(text(), "What is wrong with it")),
        ("accepted", told(text(), "What may be sent")),
    ])
    .description(Some("One input that cannot be used"))
}
