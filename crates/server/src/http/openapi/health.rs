//! Health, figures, the document itself and its page.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Required, Response};

use super::operation::{Described, answer, bare, header, in_json};
use super::schema::{choice, of, text};
use crate::http::docs;
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "server";

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let described = match (route.method, route.path) {
        ("GET", "/prueba") => Described::new(
            TAG,
            "prueba",
            "Says that the server works",
            "The old system's smoke test: program and version, in Spanish.",
        )
        .answers(200, plain("The program and its version")),
        ("GET", "/health/live") => Described::new(
            TAG,
            "live",
            "Says whether the process lives",
            "`ok` while it answers at all.",
        )
        .answers(200, plain("`ok`")),
        ("GET", "/health/ready") => Described::new(
            TAG,
            "ready",
            "Says whether a model answers",
            "`ok` while one does; `degraded: …` while a former champion answers because the champion cannot be loaded, or while decisions cannot be kept.",
        )
        .answers(200, plain("`ok`, or `degraded: …`"))
        .refuses(&[ProblemKind::NoChampion]),
        ("GET", "/metrics") => Described::new(
            TAG,
            "metrics",
            "Tells the figures",
            "As Prometheus reads them.",
        )
        .answers(200, plain("The figures")),
        ("GET", "/openapi.json") => document(),
        ("GET", "/docs") => page(),
        ("GET", "/docs/{file}") => asset(),
        _ => return None,
    };
    Some(described)
}

fn plain(description: &str) -> Response {
    answer(description, "text/plain", text()).build()
}

fn document() -> Described {
    let body = in_json("The document", of(Type::Object))
        .header_ref("Cache-Control", header("CacheControl"));
    Described::new(
        TAG,
        "openapi",
        "Describes the routes",
        "This document: with the inputs and answers of the contract that is in service at that moment.",
    )
    .answers(200, body.build())
}

fn page() -> Described {
    let body = answer("The page", "text/html", text());
    Described::new(
        TAG,
        "docs",
        "Shows this document to people",
        "Swagger UI, which is in the program.",
    )
    .answers(200, body.header_ref("ETag", header("ETag")).build())
    .answers(304, bare("It is as it was").build())
}

fn asset() -> Described {
    let name: Parameter = ParameterBuilder::new()
        .name("file")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The file's name"))
        .schema(Some(choice(docs::names())))
        .build();
    let script = answer("The file", "text/javascript", text());
    let style = utoipa::openapi::ContentBuilder::new()
        .schema(Some(text()))
        .build();
    let body = script
        .content("text/css", style)
        .header_ref("ETag", header("ETag"));
    Described::new(
        TAG,
        "docsFile",
        "Gives a file of that page",
        "Its scripts and its style.",
    )
    .with([name])
    .answers(200, body.build())
    .answers(304, bare("It is as it was").build())
    .refuses(&[ProblemKind::NoSuchPath])
}
