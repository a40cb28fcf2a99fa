//! `/v1/models…`.

use propenso_lifecycle::registry::State;
use utoipa::Number;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required};

use super::operation::{Described, in_json};
use super::schema::{
    Piece, any, choice, closed, count, file, like, list, moment, named, number, of, or_null,
    record, text, told,
};
use crate::http::kserve;
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "models";

/// What may go wrong wherever the registry is changed.
const CHANGING: &[ProblemKind] = &[
    ProblemKind::NoRegistry,
    ProblemKind::NoSuchVersion,
    ProblemKind::AgainstTheRules,
    ProblemKind::ModelUnusable,
    ProblemKind::NoRoom,
    ProblemKind::StoreUnreachable,
];

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let described = match (route.method, route.path) {
        ("GET", "/v1/models") => versions(),
        ("POST", "/v1/models") => add(),
        ("GET", "/v1/models/events") => events(),
        ("POST", "/v1/models/rollback") => rollback(),
        ("GET", "/v1/models/{version}") => version(),
        ("POST", "/v1/models/{version}/promote") => promote(),
        _ => return None,
    };
    Some(described)
}

fn versions() -> Described {
    let models = list(text()).description(Some("The names that KServe's clients may ask by"));
    let body = record([("versions", list(named("Version"))), ("models", models)]);
    Described::new(
        TAG,
        "listModels",
        "Lists all versions",
        "Without their gates.",
    )
    .answers(200, in_json("The versions", body).build())
    .refuses(&[
        ProblemKind::NoRegistry,
        ProblemKind::NoRoom,
        ProblemKind::StoreUnreachable,
    ])
}

fn version() -> Described {
    let ready = record([("name", text()), ("ready", of(Type::Boolean))]);
    Described::new(
        TAG,
        "showModel",
        "Tells all of a version",
        "With its gates, and, of a shadow, how its answers compare with the champion's day by day. By a name in place of a \
         number, whether that model is ready, as KServe's clients ask.",
    )
    .with([name_in_path()])
    .answers(200, in_json("The version, or whether the model is ready", any([named("Version"), ready.into()])).build())
    .refuses(&[
        ProblemKind::NoChampion,
        ProblemKind::NoRegistry,
        ProblemKind::NoSuchVersion,
        ProblemKind::NoRoom,
        ProblemKind::StoreUnreachable,
    ])
}

fn events() -> Described {
    let body = record([("events", list(named("Event")))]);
    Described::new(
        TAG,
        "listModelEvents",
        "Tells what happened",
        "The last 1,000 events, oldest first.",
    )
    .answers(200, in_json("The events", body).build())
    .refuses(&[
        ProblemKind::NoRegistry,
        ProblemKind::NoRoom,
        ProblemKind::StoreUnreachable,
    ])
}

fn add() -> Described {
    Described::new(
        TAG,
        "addModel",
        "Sends a model",
        "It is examined by the gates, and becomes a candidate; what fails one is kept as a rejected version, and answered with \
         422 and its number. Nothing in the file is executed.",
    )
    .takes(form())
    .answers(201, in_json("The new version", named("Version")).build())
    .answers(200, in_json("The registry has it already, or has examined it again", named("Version")).build())
    .refuses(&[
        ProblemKind::WrongForm,
        ProblemKind::ModelRejected,
        ProblemKind::ModelUnusable,
        ProblemKind::NoRegistry,
        ProblemKind::NoSuchVersion,
        ProblemKind::AgainstTheRules,
        ProblemKind::NoRoom,
    ProblemKind::StoreUnreachable,
    ])
}

fn promote() -> Described {
    Described::new(
        TAG,
        "promoteModel",
        "Makes a version the champion",
        "It answers from the next request on. A version that gates refused is promoted with `despite`, if it could be read and \
         its contract fits.",
    )
    .with([number_in_path()])
    .takes(cause("PromotionCause"))
    .answers(200, in_json("What changed", named("Steps")).build())
    .refuses(&[ProblemKind::WrongBody])
    .refuses(CHANGING)
}

fn rollback() -> Described {
    Described::new(
        TAG,
        "rollBackModel",
        "Goes back to a former champion",
        "To the last one, or to `version`. It answers from the next request on.",
    )
    .takes(cause("RollbackCause"))
    .answers(200, in_json("What changed", named("Steps")).build())
    .refuses(&[ProblemKind::WrongBody])
    .refuses(CHANGING)
}

fn version_number() -> ObjectBuilder {
    count().maximum(Some(Number::UInt(u32::MAX as usize)))
}

fn number_in_path() -> Parameter {
    in_path("The version's number", version_number())
}

fn name_in_path() -> Parameter {
    let names = choice(kserve::NAMES);
    in_path(
        "The version's number, or a name of whatever model answers",
        any([version_number().into(), names.into()]),
    )
}

fn in_path(description: &str, schema: impl Into<Piece>) -> Parameter {
    ParameterBuilder::new()
        .name("version")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .example(Some(1.into()))
        .build()
}

fn cause(name: &str) -> RequestBody {
    let content = ContentBuilder::new().schema(Some(named(name)));
    RequestBodyBuilder::new()
        .required(Some(Required::False))
        .content("application/json", content.build())
        .build()
}

fn form() -> RequestBody {
    let form = closed(record([
        ("file", told(file(), "The model file")),
        (
            "key?",
            told(
                text(),
                "Of a file that is a dict or a list: the key, or the position, of the model in it",
            ),
        ),
        (
            "golden?",
            told(file(), "Answers that the original gave, to compare with"),
        ),
        (
            "holdout?",
            told(file(), "Clients of whom it is known whether they paid"),
        ),
        (
            "contract?",
            told(
                text(),
                "The name of a contract that ships, or a contract's file",
            ),
        ),
        (
            "sha256?",
            told(
                like("^[0-9a-f]{64}$"),
                "The file's SHA-256, to be compared with",
            ),
        ),
        ("by?", told(text(), "Who sends it")),
        ("note?", told(text(), "What is to be known of it")),
    ]));
    let content = ContentBuilder::new().schema(Some(form));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("multipart/form-data", content.build())
        .build()
}

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema("Version", version_schema())
        .schema("Gate", gate())
        .schema("ShadowDay", shadow_day())
        .schema("Event", event())
        .schema("Steps", steps())
        .schema("PromotionCause", promotion_cause())
        .schema("RollbackCause", rollback_cause())
}

fn state() -> ObjectBuilder {
    let states = [
        State::Candidate,
        State::Shadow,
        State::Champion,
        State::Retired,
        State::Rejected,
    ];
    choice(states.map(State::name))
}

fn version_schema() -> ObjectBuilder {
    record([
        ("version", told(count(), "Its number")),
        ("state", told(state(), "What it is doing now")),
        (
            "verdict",
            told(
                choice(["passed", "warned", "failed"]),
                "What the gates say together",
            ),
        ),
        ("hash", told(text(), "The model file's SHA-256")),
        ("contract", told(text(), "The contract's name")),
        ("file_name", told(text(), "The file's name when it arrived")),
        (
            "way",
            told(choice(["command", "upload", "inbox"]), "The way it came in"),
        ),
        ("added_at", told(moment(), "When")),
        ("added_by", told(text(), "Who added it")),
        ("note", told(text(), "What they said of it")),
        (
            "deciles?",
            list(number())
                .description(Some(
                    "The scores that cut the reference portfolio into tenths, highest first",
                ))
                .into(),
        ),
        ("gates?", list(named("Gate")).into()),
        (
            "shadow?",
            list(named("ShadowDay"))
                .description(Some("How its answers compare with the champion's"))
                .into(),
        ),
        (
            "fallback?",
            told(fallback(), "Of a champion that cannot be loaded"),
        ),
    ])
    .description(Some(
        "A version of the registry: a model file and its contract",
    ))
}

fn fallback() -> ObjectBuilder {
    record([
        ("champion", told(count(), "The version that should answer")),
        (
            "answering",
            told(or_null(Type::Integer), "The version that does"),
        ),
        ("since", told(moment(), "Since when")),
        ("reason", told(text(), "Why")),
    ])
}

fn gate() -> ObjectBuilder {
    record::<Piece>([
        (
            "gate",
            choice(["reading", "fit", "golden", "drift", "holdout"]).into(),
        ),
        (
            "outcome",
            choice(["pass", "warn", "fail", "skipped"]).into(),
        ),
        ("concerns", concerns().into()),
    ])
    .description(Some("What a gate says, with its numbers beside it"))
}

fn concerns() -> ArrayBuilder {
    let concern = record([(
        "concern",
        told(text(), "Its name; its numbers are beside it"),
    )]);
    list(concern).description(Some("What speaks against the model"))
}

fn shadow_day() -> ObjectBuilder {
    let counts = [
        "scored",
        "agreed",
        "to_payer",
        "to_non_payer",
        "failed",
        "dropped",
    ];
    let shares = ["agreement", "mean_difference", "psi", "psi_critical"];
    let day = record::<Piece>([("day", text().into()), ("champion", count().into())]);
    let day = counts
        .into_iter()
        .fold(day, |day, name| day.property(name, count()).required(name));
    shares
        .into_iter()
        .fold(day, |day, name| day.property(name, or_null(Type::Number)))
        .description(Some(
            "What came of a day of comparing a shadow with a champion",
        ))
}

fn event() -> ObjectBuilder {
    let from = any([state().into(), of(Type::Null).into()]);
    record([
        ("id", told(count(), "Its number, from 1")),
        ("at", told(moment(), "When")),
        ("version", told(count(), "The version")),
        ("model", told(text(), "Its model file's SHA-256")),
        (
            "action",
            told(
                text(),
                "What was asked: `add`, `check`, `shadow`, `promote`, `overrule`, `rollback`, `retire`; or `fallback`",
            ),
        ),
        ("from", from.into()),
        ("to", told(state(), "What the version does since")),
        ("who", told(text(), "Who asked")),
        ("why", told(text(), "Why, in their words")),
        (
            "previous_champion",
            told(or_null(Type::Integer), "The champion before"),
        ),
    ])
}

fn steps() -> ObjectBuilder {
    let step = record::<Piece>([
        ("version", count().into()),
        ("from", state().into()),
        ("to", state().into()),
    ]);
    record([(
        "steps",
        list(step).description(Some("What each version did before, and does since")),
    )])
}

fn reason(description: &str) -> Piece {
    told(or_null(Type::String), description)
}

fn promotion_cause() -> Piece {
    let plain = record([
        ("why?", reason("The reason, for the registry's record")),
        ("by?", reason("Who wants it")),
        ("despite?", of(Type::Null).into()),
    ]);
    let despite = like("\\S");
    let overruling = record([
        (
            "despite",
            told(
                despite,
                "Why the version is promoted although gates refused it",
            ),
        ),
        ("by?", reason("Who wants it")),
        ("why?", of(Type::Null).into()),
    ]);
    any([closed(plain).into(), closed(overruling).into()]).into()
}

fn rollback_cause() -> ObjectBuilder {
    let version = or_null(Type::Integer)
        .minimum(Some(Number::UInt(0)))
        .maximum(Some(Number::UInt(u32::MAX as usize)));
    closed(record([
        ("why?", reason("The reason, for the registry's record")),
        ("by?", reason("Who wants it")),
        (
            "version?",
            told(version, "The former champion to go back to"),
        ),
        ("despite?", of(Type::Null).into()),
    ]))
}
