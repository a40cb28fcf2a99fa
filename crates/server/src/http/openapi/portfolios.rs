//! `/v1/portfolios…`.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{AdditionalProperties, ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required, ResponseBuilder};

use super::operation::{Described, bare, header, in_json};
use super::schema::{
    Piece, choice, closed, count, file, like, list, moment, named, nullable, of_any, or_null,
    record, text, told,
};
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "portfolios";

/// What the files of a portfolio may be.
const FILES: [&str; 6] = [
    "text/csv",
    "text/html",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.apache.parquet",
    "application/x-ndjson",
    "application/octet-stream",
];

/// `COLUMN=INPUT`; a column's name may have a `=` too.
const MAPPING: &str = "^\\s*\\S[\\s\\S]*=\\s*[^=\\s][^=]*$";

/// `0.05` or `5%`.
const SHARE: &str = "^(0([.,][0-9]{1,9})?|1([.,]0{1,9})?|[0-9]{1,2}([.,][0-9]{1,3})? ?%|100 ?%)$";

/// `2400` or `2.400`.
const CLIENTS: &str = "^([0-9]{1,9}|[1-9][0-9]{0,2}(\\.[0-9]{3}){1,2})$";

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let described = match (route.method, route.path) {
        ("GET", "/v1/portfolios") => all(),
        ("POST", "/v1/portfolios") => add(),
        ("GET", "/v1/portfolios/{id}") => show(),
        ("DELETE", "/v1/portfolios/{id}") => remove(),
        ("GET", "/v1/portfolios/{id}/{file}") => portfolio_file(),
        _ => return None,
    };
    Some(described)
}

fn all() -> Described {
    let body = record([("portfolios", list(named("Portfolio")))]);
    Described::new(
        TAG,
        "listPortfolios",
        "Lists all portfolios",
        "The last one first.",
    )
    .answers(200, in_json("The portfolios", body).build())
    .refuses(&[ProblemKind::NoPortfolios, ProblemKind::PortfoliosElsewhere])
}

fn add() -> Described {
    let accepted = in_json("It waits for its turn", named("Portfolio"))
        .header_ref("Location", header("Location"));
    Described::new(
        TAG,
        "addPortfolio",
        "Sends a portfolio",
        "It is scored in the background, one after the other. The fields beside `file` are the options of `propenso score`, with \
         `_` where those have `-`; options that need one another are refused alone: `only_fits` without `capacity`, \
         `control_share` without `seed_key`, `rank_by=net` without `fee`.",
    )
    .takes(form())
    .answers(202, accepted.build())
    .refuses(&[
        ProblemKind::WrongForm,
        ProblemKind::TooManyWaiting,
        ProblemKind::NoPortfolios,
        ProblemKind::PortfoliosElsewhere,
        ProblemKind::NoRoom,
    ])
}

fn show() -> Described {
    Described::new(
        TAG,
        "showPortfolio",
        "Tells how far a portfolio is",
        "And what it came to.",
    )
    .with([id()])
    .answers(200, in_json("The portfolio", named("Portfolio")).build())
    .refuses(&[
        ProblemKind::NoPortfolios,
        ProblemKind::PortfoliosElsewhere,
        ProblemKind::NoSuchPortfolio,
    ])
}

fn remove() -> Described {
    Described::new(
        TAG,
        "removePortfolio",
        "Ends a portfolio, and removes its files",
        "One that is being scored is removed as soon as that can be ended.",
    )
    .with([id()])
    .answers(204, bare("It is removed, or will be").build())
    .refuses(&[
        ProblemKind::NoPortfolios,
        ProblemKind::PortfoliosElsewhere,
        ProblemKind::NoSuchPortfolio,
        ProblemKind::NoRoom,
    ])
}

fn portfolio_file() -> Described {
    let names = ["output", "rejected", "suppressed", "summary"];
    let name = in_path("file", "Which file", choice(names).into());
    let contents = |response: ResponseBuilder| {
        let content = || ContentBuilder::new().schema(Some(file())).build();
        FILES
            .into_iter()
            .fold(response, |response, kind| response.content(kind, content()))
            .header_ref("Content-Disposition", header("ContentDisposition"))
            .build()
    };
    Described::new(
        TAG,
        "portfolioFile",
        "Gives a file of a portfolio",
        "`output` is the ranked list, `rejected` the rows that could not be scored, `suppressed` those left out, `summary` a page \
         for people. `Range` and `If-Modified-Since` are understood.",
    )
    .with([id(), name])
    .answers(200, contents(bare("The file")))
    .answers(206, contents(bare("The part of the file that `Range` asks for")))
    .answers(304, bare("It is as it was").build())
    .refuses(&[
        ProblemKind::NoPortfolios,
        ProblemKind::PortfoliosElsewhere,
        ProblemKind::NoSuchPortfolio,
        ProblemKind::NoSuchFile,
        ProblemKind::NotScored,
        ProblemKind::NoSuchRange,
    ])
}

fn id() -> Parameter {
    in_path("id", "The portfolio's id", text().into())
}

fn in_path(name: &str, description: &str, schema: Piece) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn form() -> RequestBody {
    let fields = record([
        (
            "file",
            told(
                file(),
                "The portfolio: CSV, a workbook, Parquet or JSON records, compressed or not",
            ),
        ),
        (
            "profile?",
            told(
                text(),
                "The name of a profile of the server's configuration",
            ),
        ),
        ("suppress?", told(file(), "Ids of clients who are left out")),
    ]);
    let fields = options()
        .into_iter()
        .fold(fields, |form, (name, piece)| form.property(name, piece));
    let content = ContentBuilder::new().schema(Some(closed(fields)));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("multipart/form-data", content.build())
        .build()
}

/// The options that are sent with a portfolio.
pub(super) fn options() -> Vec<(&'static str, Piece)> {
    let yes_or_no = || choice(["yes", "no", "true", "false", "1", "0"]);
    let share = || like(SHARE);
    let encoding = || {
        choice([
            "utf-8",
            "utf-8-bom",
            "windows-1252",
            "latin-1",
            "utf-16le",
            "utf-16be",
        ])
    };
    let separator = || choice([";", ",", "|", "tab"]);
    let decimal = || choice(["comma", "point"]);
    let mapping = list(like(MAPPING));
    vec![
        ("amount_column", told(text(), "The column with the debt")),
        (
            "capacity",
            told(like(CLIENTS), "How many clients can be called"),
        ),
        (
            "columns_first",
            told(
                yes_or_no(),
                "Whether the answer's columns come before the file's",
            ),
        ),
        (
            "contact_cost",
            told(
                like("^[0-9]{1,5}([.,][0-9]{1,2})?$"),
                "What a contact costs, in euros; with `rank_by=net`",
            ),
        ),
        (
            "control_share",
            told(
                share(),
                "The share of the clients put aside at random; with `seed_key`",
            ),
        ),
        (
            "decimal",
            told(decimal(), "What stands before the decimals of the file"),
        ),
        ("encoding", told(encoding(), "The file's encoding")),
        (
            "explain",
            told(
                like("^0*([1-9]|1[0-6])$"),
                "How many reasons each row comes with",
            ),
        ),
        (
            "fee",
            told(
                share(),
                "The share of what is paid that is kept; with `rank_by=net`",
            ),
        ),
        (
            "header_row",
            told(
                like("^0*[1-9][0-9]{0,5}$"),
                "The row with the columns' names",
            ),
        ),
        (
            "id_column",
            told(text(), "The column with the clients' ids"),
        ),
        (
            "input_format",
            told(
                choice(["csv", "xlsx", "ods", "xls", "parquet", "jsonl"]),
                "The file's form",
            ),
        ),
        (
            "map",
            mapping
                .description(Some(
                    "What a column is: `COLUMN=INPUT`; it may be there several times",
                ))
                .into(),
        ),
        (
            "one_per_client",
            told(yes_or_no(), "Whether each client has one place"),
        ),
        (
            "only_fits",
            told(
                yes_or_no(),
                "Whether only those who fit are written; with `capacity`",
            ),
        ),
        (
            "order",
            told(
                choice(["rank", "file"]),
                "The order that the list is written in",
            ),
        ),
        (
            "output_decimal",
            told(decimal(), "What is to stand before the decimals"),
        ),
        ("output_encoding", told(encoding(), "The list's encoding")),
        (
            "output_format",
            told(
                choice(["csv", "xlsx", "parquet", "jsonl"]),
                "The list's form",
            ),
        ),
        (
            "output_separator",
            told(separator(), "What is to stand between the list's cells"),
        ),
        (
            "rank_by",
            told(
                choice(["probability", "expected", "net"]),
                "The order of the clients",
            ),
        ),
        (
            "rank_direction",
            told(
                choice(["first", "last"]),
                "Who has the greatest number in `rango`",
            ),
        ),
        (
            "seed_key",
            told(
                text(),
                "The key that the control group is drawn with; with `control_share`",
            ),
        ),
        (
            "separator",
            told(separator(), "What stands between the file's cells"),
        ),
        ("sheet", told(text(), "The workbook's sheet")),
        (
            "suppress_missing",
            told(
                choice(["fail", "ok"]),
                "What follows from ids of the list that the portfolio does not have",
            ),
        ),
    ]
}

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components.schema("Portfolio", portfolio())
}

fn portfolio() -> ObjectBuilder {
    let states = ["queued", "running", "done", "failed", "cancelling"];
    let anything = [Type::Object, Type::Null];
    record([
        ("id", told(text(), "Its id")),
        ("state", told(choice(states), "What it is doing")),
        ("file", told(text(), "The file's name as it was sent")),
        ("created", told(moment(), "When it was sent")),
        (
            "ended",
            told(or_null(Type::String), "When it was done or failed"),
        ),
        (
            "restarts",
            told(count(), "How often a restart of the server began it again"),
        ),
        ("progress", nullable(progress())),
        ("error", told(or_null(Type::String), "Why it failed")),
        ("links", links().into()),
        (
            "report?",
            told(of_any(anything), "What it came to; without it in lists"),
        ),
    ])
    .description(Some("A portfolio that was sent, and what became of it"))
}

fn progress() -> ObjectBuilder {
    record([
        (
            "stage",
            told(choice(["scoring", "writing"]), "What is done with the rows"),
        ),
        ("rows", told(or_null(Type::Number), "Rows so far")),
        (
            "done",
            told(or_null(Type::Number), "How much of `total` is done"),
        ),
        ("total", told(or_null(Type::Number), "How much there is")),
    ])
}

fn links() -> ObjectBuilder {
    let each = AdditionalProperties::RefOr(text().into());
    record([("self", told(text(), "Where it is told about"))])
        .additional_properties(Some(each))
        .description(Some("Where its files are, once it is done"))
}
