//! `/v2…`: the Open Inference Protocol.

use serde_json::json;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ContentBuilder, Required, Response};

use super::operation::{Described, answer, header, in_json};
use super::schema::{Piece, any, choice, list, of, record, text};
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "open inference protocol";

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let rest = route.path.strip_prefix("/v2")?;
    let (rest, has_version) = match rest.strip_prefix("/models/{model}/versions/{version}") {
        Some(rest) => (format!("/models/{{model}}{rest}"), true),
        None => (rest.to_owned(), false),
    };
    let described = match (route.method, &*rest, has_version) {
        ("GET", "", _) => server("v2"),
        ("GET", "/", _) => server("v2Slash"),
        ("GET", "/health/live", _) => told("v2Live", "Says whether the process lives"),
        ("GET", "/health/ready", _) => {
            told("v2Ready", "Says whether a model answers").refuses(&[ProblemKind::NoChampion])
        }
        ("GET", "/models/stats", _) => told(
            "v2AllStatistics",
            "Tells what all versions at work have done",
        ),
        ("GET", "/models/{model}", false) => of_model("v2Model", "Describes the model"),
        ("GET", "/models/{model}", true) => of_model("v2Version", "Describes a version"),
        ("GET", "/models/{model}/ready", false) => {
            of_model("v2ModelReady", "Says whether the model answers")
        }
        ("GET", "/models/{model}/ready", true) => {
            of_model("v2VersionReady", "Says whether a version answers")
        }
        ("GET", "/models/{model}/config", false) => of_model("v2Config", "Tells the configuration"),
        ("GET", "/models/{model}/config", true) => {
            of_model("v2VersionConfig", "Tells a version's configuration")
        }
        ("GET", "/models/{model}/stats", false) => {
            of_model("v2Statistics", "Tells what was done so far")
        }
        ("GET", "/models/{model}/stats", true) => of_model(
            "v2VersionStatistics",
            "Tells what a version has done so far",
        ),
        ("POST", "/models/{model}/infer", false) => infer("v2Infer"),
        ("POST", "/models/{model}/infer", true) => infer("v2VersionInfer"),
        ("POST", "/repository/index", _) => index(),
        ("POST", "/repository/models/{model}/load", _) => load(),
        ("POST", "/repository/models/{model}/unload", _) => unload(),
        _ => return None,
    };
    let described = described.with(path_parameters(route.path));
    Some(described.in_one_status())
}

fn object(description: &str) -> Response {
    in_json(description, of(Type::Object)).build()
}

fn told(id: &'static str, summary: &'static str) -> Described {
    let description = "As the protocol has it.";
    Described::new(TAG, id, summary, description).answers(200, object("What there is to tell"))
}

fn server(id: &'static str) -> Described {
    told(id, "Names the server and the extensions it understands")
}

fn of_model(id: &'static str, summary: &'static str) -> Described {
    told(id, summary).refuses(&[
        ProblemKind::NoSuchModel,
        ProblemKind::NoSuchVersion,
        ProblemKind::NoChampion,
    ])
}

fn path_parameters(path: &str) -> Vec<Parameter> {
    let parameter = |name: &str, description: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(text()))
            .build()
    };
    let all = [
        ("model", "The model: `propenso`"),
        (
            "version",
            "A number of the registry that is at work, `champion` or `shadow`; of a served file, 1",
        ),
    ];
    let all = all.into_iter();
    all.filter(|(name, _)| path.contains(&format!("{{{name}}}")))
        .map(|(name, description)| parameter(name, description))
        .collect()
}

fn infer(id: &'static str) -> Described {
    let description = "An input comes as a tensor of its name, `[n]` or `[n, 1]`, or all inputs as the columns of one, `[n, k]`, in the \
        order of the model's metadata. Numbers of any datatype; texts as `BYTES`; what is missing is `null`, NaN or an empty text. A \
        tensor `id` has the clients' references. Outputs: `predict`, `probability` or `predict_proba` (with `classification`), \
        `explain`, `decision`. Tensors may come, and go, as bytes behind the JSON, whose length the header \
        `Inference-Header-Content-Length` then tells.";
    let answered = in_json("What the model says of each client", of(Type::Object))
        .content(
            "application/octet-stream",
            ContentBuilder::new().schema(Some(of(Type::String))).build(),
        )
        .header_ref("x-propenso-model", header("Model"))
        .header_ref("x-propenso-decision", header("Decision"))
        .build();
    Described::new(TAG, id, "Scores many clients, as tensors", description)
        .takes(infer_body())
        .answers(200, answered)
        .refuses(&[
            ProblemKind::InvalidJson,
            ProblemKind::WrongBody,
            ProblemKind::InvalidInputs,
            ProblemKind::CannotBeAsked,
            ProblemKind::TooManyInstances,
            ProblemKind::NoSuchModel,
            ProblemKind::NoSuchVersion,
            ProblemKind::NoChampion,
            ProblemKind::TookTooLong,
            ProblemKind::NotRecorded,
        ])
}

fn infer_body() -> RequestBody {
    let tensor = record::<Piece>([
        ("name", text().into()),
        ("shape", list(of(Type::Integer)).into()),
        ("datatype", text().into()),
        ("data?", of(Type::Array).into()),
        ("parameters?", of(Type::Object).into()),
    ]);
    let body = record::<Piece>([
        ("id?", text().into()),
        ("inputs", list(tensor).into()),
        ("outputs?", list(of(Type::Object)).into()),
        ("parameters?", of(Type::Object).into()),
    ]);
    let example =
        json!({ "inputs": [{ "name": "x", "shape": [1], "datatype": "FP64", "data": [0.5] }] });
    let content = ContentBuilder::new()
        .schema(Some(body))
        .example(Some(example));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", content.build())
        .build()
}

fn optional_body(fields: impl IntoIterator<Item = (&'static str, Piece)>) -> RequestBody {
    // An empty text is what Triton's clients send where they have nothing to say.
    let body = any([record(fields).into(), choice([""]).into()]);
    let content = ContentBuilder::new().schema(Some(body));
    RequestBodyBuilder::new()
        .required(Some(Required::False))
        .content("application/json", content.build())
        .build()
}

fn index() -> Described {
    let listed = answer("All versions", "application/json", list(of(Type::Object)));
    Described::new(
        TAG,
        "v2Index",
        "Lists all versions",
        "`READY` are those at work; `reason` is a version's state in the registry.",
    )
    .takes(optional_body([("ready?", of(Type::Boolean).into())]))
    .answers(200, listed.build())
    .refuses(&[ProblemKind::InvalidJson, ProblemKind::StoreUnreachable])
}

fn load() -> Described {
    Described::new(
        TAG,
        "v2Load",
        "Promotes a version",
        "Without `parameters.version`, tells whether one answers.",
    )
    .takes(optional_body([("parameters?", of(Type::Object).into())]))
    .answers(200, object("It answers from the next request on"))
    .refuses(&[
        ProblemKind::InvalidJson,
        ProblemKind::WrongBody,
        ProblemKind::NoRegistry,
        ProblemKind::NoSuchModel,
        ProblemKind::NoSuchVersion,
        ProblemKind::AgainstTheRules,
        ProblemKind::ModelUnusable,
        ProblemKind::NoChampion,
        ProblemKind::StoreUnreachable,
    ])
}

fn unload() -> Described {
    Described::new(
        TAG,
        "v2Unload",
        "Is refused",
        "The model that answers is not unloaded.",
    )
    .answers(200, object("Is never answered"))
    .refuses(&[ProblemKind::NoSuchModel, ProblemKind::AgainstTheRules])
}
