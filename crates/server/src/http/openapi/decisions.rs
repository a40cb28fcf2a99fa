//! `/v1/decisions…`.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Required};

use super::operation::{Described, in_json};
use super::schema::{
    Piece, any, choice, closed, count, like, list, moment, named, nullable, of, of_any, or_null,
    record, text, told,
};
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "decisions";

/// A text that says something.
const SAYS_SOMETHING: &str = "\\S";

/// What any of them may be refused for.
const ALWAYS: &[ProblemKind] = &[
    ProblemKind::NoRecord,
    ProblemKind::CauseMissing,
    ProblemKind::NoRoom,
];

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let described = match (route.method, route.path) {
        ("GET", "/v1/decisions") => search(),
        ("GET", "/v1/decisions/{id}") => show(),
        ("POST", "/v1/decisions/{id}/replay") => replay(),
        ("POST", "/v1/decisions/forget") => forget(),
        ("GET", "/v1/decisions/holds") => holds(),
        ("POST", "/v1/decisions/holds") => hold(),
        ("POST", "/v1/decisions/holds/release") => release(),
        _ => return None,
    };
    Some(described)
}

/// What `next` of a page is: month, chain, place in it, place in the entry.
const CURSOR: &str = "^20[0-9]{2}-(0[1-9]|1[0-2])\\.[0-9a-f]{1,16}\\.[0-9]{1,15}\\.[0-9]{1,6}$";

fn day_or_moment() -> Piece {
    let of_format = |format: &str| text().format(Some(SchemaFormat::Custom(format.to_owned())));
    any([of_format("date").into(), of_format("date-time").into()]).into()
}

fn search() -> Described {
    let body = record([
        ("decisions", list(named("DecisionLine")).into()),
        (
            "next",
            told(
                or_null(Type::String),
                "What `after` is for the next page; null at the end",
            ),
        ),
    ]);
    Described::new(
        TAG,
        "searchDecisions",
        "Finds decisions",
        "On a client, or of some days, in the order in which they were kept. A day is meant from its beginning to its end, where \
         the server's clock is. Who asks and why is written down first.",
    )
    .with([
        in_query("client", "The client's reference, as it came with the question", text()),
        in_query("from", "From this day or moment on: 2026-11-01", day_or_moment()),
        in_query("until", "To the end of this day, or before this moment", day_or_moment()),
        in_query("after", "The `next` of the page before", like(CURSOR)),
        in_query("limit", "At most so many, 1 to 1,000; 100 unless it is said", like("^0*([1-9][0-9]{0,2}|1000)$")),
        why(),
        by(),
    ])
    .answers(200, in_json("A page", body).build())
    .refuses(&[ProblemKind::InvalidRequest])
    .refuses(ALWAYS)
}

fn show() -> Described {
    Described::new(
        TAG,
        "showDecision",
        "Tells all of a decision",
        "Who asked, on what data, what came out, by which model, and its place in the chain. Who asks and why is written down first.",
    )
    .with([id(), why(), by()])
    .answers(200, in_json("The decision", named("Decision")).build())
    .refuses(&[ProblemKind::NoSuchDecision])
    .refuses(ALWAYS)
}

fn replay() -> Described {
    let outcomes = [
        "same",
        "other",
        "refused",
        "forgotten",
        "withheld",
        "no model",
        "unreadable",
    ];
    let body = record([
        ("id", told(text(), "The decision")),
        ("outcome", told(choice(outcomes), "What it came to")),
        (
            "is_wrong",
            told(
                of(Type::Boolean),
                "Whether something is wrong: what was forgotten or withheld is not",
            ),
        ),
        ("recorded", told(of(Type::Object), "What was answered")),
        (
            "now",
            told(
                anything(),
                "What the model of its day says now, where that is another thing",
            ),
        ),
    ]);
    Described::new(
        TAG,
        "replayDecision",
        "Scores a decision again",
        "With the model and contract of its day, and compares the bits.",
    )
    .with([id()])
    .takes(act("ReplayCause"))
    .answers(200, in_json("What it came to", body).build())
    .refuses(&[ProblemKind::NoSuchDecision, ProblemKind::WrongBody])
    .refuses(ALWAYS)
}

fn forget() -> Described {
    let body = record([("forgotten", told(count(), "Decisions that were forgotten"))]);
    Described::new(
        TAG,
        "forgetClient",
        "Forgets a client",
        "The personal part of every decision on it goes, for good; the counts and the chain stay.",
    )
    .takes(act("ClientAct"))
    .answers(200, in_json("It is forgotten", body).build())
    .refuses(&[ProblemKind::WrongBody, ProblemKind::ClientHeld])
    .refuses(ALWAYS)
}

fn holds() -> Described {
    let hold = record([
        ("client", told(text(), "The client's pseudonym")),
        ("since", told(moment(), "Since when")),
        ("by", told(text(), "By whom")),
        ("why", told(text(), "Why")),
        (
            "released",
            told(
                of_any([Type::Object, Type::Null]),
                "When, by whom and why it ended",
            ),
        ),
    ]);
    let body = record([("holds", list(hold))]);
    Described::new(
        TAG,
        "listHolds",
        "Lists the clients that are held, and were",
        "By their pseudonyms.",
    )
    .answers(200, in_json("The holds", body).build())
    .refuses(&[ProblemKind::NoRecord, ProblemKind::NoRoom])
}

fn hold() -> Described {
    Described::new(
        TAG,
        "holdClient",
        "Holds a client",
        "Its decisions stay, whatever is asked and however old they are, until it is released.",
    )
    .takes(act("ClientAct"))
    .answers(200, in_json("It is held", did_change()).build())
    .refuses(&[ProblemKind::WrongBody])
    .refuses(ALWAYS)
}

fn release() -> Described {
    Described::new(
        TAG,
        "releaseClient",
        "Ends a client's hold",
        "Its decisions go with their months, and may be forgotten.",
    )
    .takes(act("ClientAct"))
    .answers(200, in_json("It is not held", did_change()).build())
    .refuses(&[ProblemKind::WrongBody])
    .refuses(ALWAYS)
}

fn did_change() -> ObjectBuilder {
    record([(
        "changed",
        told(of(Type::Boolean), "Whether it was otherwise before"),
    )])
}

fn id() -> Parameter {
    ParameterBuilder::new()
        .name("id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The decision, as `x-propenso-decision` names it"))
        .schema(Some(text()))
        .build()
}

fn why() -> Parameter {
    let parameter = ParameterBuilder::new()
        .name("why")
        .parameter_in(ParameterIn::Query)
        .required(Required::True)
        .description(Some("Why, in 1 to 500 characters"));
    parameter.schema(Some(cause())).build()
}

fn by() -> Parameter {
    in_query("by", "Who asks, beside the key's holder", text())
}

fn in_query(name: &str, description: &str, schema: impl Into<Piece>) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema.into()))
        .build()
}

fn cause() -> ObjectBuilder {
    like(SAYS_SOMETHING).max_length(Some(500))
}

fn act(name: &str) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(named(name)));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", content.build())
        .build()
}

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    let why = || told(cause(), "Why");
    let by = || told(or_null(Type::String), "Who asks, beside the key's holder");
    let replay = closed(record([("why", why()), ("by?", by())]));
    let client = like(SAYS_SOMETHING);
    let client = told(
        client,
        "The client's reference, as it came with the questions",
    );
    let act = closed(record([("client", client), ("why", why()), ("by?", by())]));
    components
        .schema("ReplayCause", replay)
        .schema("ClientAct", act)
        .schema("DecisionLine", line())
        .schema("Decision", decision())
}

fn anything() -> ObjectBuilder {
    of_any([Type::Object, Type::String, Type::Null])
}

/// What a list says of a decision.
fn line() -> ObjectBuilder {
    record([
        ("id", told(text(), "Its name")),
        ("time", told(moment(), "When it was answered")),
        ("holder", told(text(), "Who asked")),
        (
            "channel",
            told(
                of(Type::Object),
                "By which way: `route`, or `portfolio` with `file` and `row`",
            ),
        ),
        (
            "version",
            told(or_null(Type::Integer), "The version that answered"),
        ),
        (
            "prediction",
            told(
                of(Type::Object),
                "What came out; `bits` are those of its numbers",
            ),
        ),
        (
            "forgotten",
            told(of(Type::Boolean), "Whether the person was forgotten"),
        ),
    ])
    .description(Some("A decision in a list"))
}

fn decision() -> ObjectBuilder {
    let text_or_null = || or_null(Type::String);
    let object_or_null = || of_any([Type::Object, Type::Null]);
    let input = record([
        ("parameter", told(text(), "The query parameter")),
        ("text", told(text(), "What people call it")),
        (
            "state",
            told(
                choice([
                    "sent",
                    "number",
                    "absent",
                    "missing",
                    "withheld",
                    "pseudonym",
                    "array",
                    "object",
                ]),
                "Whether it was sent, and what is kept of it",
            ),
        ),
        (
            "value",
            told(
                of_any([Type::String, Type::Boolean, Type::Null]),
                "As it was sent",
            ),
        ),
    ]);
    let warning = record([
        ("parameter", told(text_or_null(), "Of which input")),
        ("kind", told(text(), "What happened")),
        ("text", told(text(), "The same as a sentence")),
    ]);
    let contract = record([
        ("name", told(text(), "Its name")),
        ("hash", told(text(), "Its SHA-256")),
    ]);
    let chain = record([
        ("chain", told(text(), "Which")),
        ("place", told(count(), "The place of its entry")),
        ("hash", told(text(), "The entry's hash")),
        ("before", told(text(), "The hash of the entry before")),
        ("decisions", told(count(), "Decisions in the entry")),
    ]);
    let more: Vec<(&'static str, Piece)> = vec![
        ("key", told(text_or_null(), "The key's id")),
        ("model", told(text(), "The model file's SHA-256")),
        ("contract", contract.into()),
        ("program", told(text(), "The program's version")),
        (
            "control",
            told(
                or_null(Type::Boolean),
                "Whether the client was put aside to measure against",
            ),
        ),
        ("warnings", list(warning).into()),
        (
            "client",
            told(
                object_or_null(),
                "The client's `pseudonym`, and `reference` where it is kept; null where forgotten",
            ),
        ),
        ("request", told(text_or_null(), "The request's id")),
        ("inputs", nullable(list(input))),
        ("unknown_inputs", nullable(list(text()))),
        (
            "reasons",
            told(
                object_or_null(),
                "What each input added, where that was asked",
            ),
        ),
        (
            "counterfactual",
            told(
                object_or_null(),
                "The change that would have changed the class, where that was asked",
            ),
        ),
        ("chain", chain.into()),
    ];
    let whole = more.into_iter().fold(line(), |whole, (name, piece)| {
        whole.property(name, piece).required(name)
    });
    whole.description(Some("A decision, with all that is known of it"))
}
