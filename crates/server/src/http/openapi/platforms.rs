//! `/invocations` and its company, `/v1/models/{name}:predict`, `/vertex/…`: routes that others have made up.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{
    AdditionalProperties, ComponentsBuilder, ObjectBuilder, OneOfBuilder, Type,
};
use utoipa::openapi::{ContentBuilder, Required, Response};

use super::operation::{Described, bare, header, in_json};
use super::schema::{
    Piece, any, choice, closed, like, list, named, nullable, number, of, of_any, record, told,
};
use crate::http::body_form::PARQUET;
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;
use crate::http::vertex;

/// Their family.
pub(super) const TAG: &str = "platforms";

/// What scoring may be refused with.
const SCORING: &[ProblemKind] = &[
    ProblemKind::InvalidJson,
    ProblemKind::InvalidRequest,
    ProblemKind::InvalidInputs,
    ProblemKind::CannotBeAsked,
    ProblemKind::TooManyInstances,
    ProblemKind::NoChampion,
    ProblemKind::TookTooLong,
    ProblemKind::NotRecorded,
];

/// What is answered, in words.
const ANSWERED: &str = "By `predict_method` \"predict\" each answer is 1 for a payer and 0 for a non-payer, the class's label where \
    the contract decides nothing, or a regressor's number; by \"predict_proba\" P(paying), or the probabilities of all classes. All \
    clients are answered, or none. A row may be an object of inputs, or a list of values in the contract's order. A bare `NaN` is \
    taken for null.";

/// All that JSON has.
const ANYTHING: [Type; 6] = [
    Type::Array,
    Type::Object,
    Type::Number,
    Type::String,
    Type::Boolean,
    Type::Null,
];

/// Describes a route of this family.
pub(super) fn describe(route: Listed) -> Option<Described> {
    let described = match (route.method, route.path) {
        ("POST", "/invocations") => invocations(),
        ("POST", "/v1/models/{version}") => kserve(),
        ("POST", vertex::PREDICT) => vertex_predict(),
        ("GET", "/ping") => ping("ping"),
        ("GET", "/health") => ping("health"),
        ("GET", vertex::HEALTH) => ping("vertexHealth"),
        ("GET", "/version") => version(),
        _ => return None,
    };
    Some(described)
}

fn invocations() -> Described {
    Described::new(
        TAG,
        "invocations",
        "Scores many clients, as MLflow and SageMaker ask",
        format!("One of MLflow's four forms, CSV, or a Parquet file. {ANSWERED}"),
    )
    .takes(
        RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/json", content(named("InvocationsRequest")))
            // Any text will do for a schema, and anything is a text.
            .content("text/csv", ContentBuilder::new().build())
            .content(PARQUET, ContentBuilder::new().build())
            .build(),
    )
    .answers(200, predicted("PredictionsAnswer"))
    .refuses(SCORING)
    .refuses(&[ProblemKind::UnknownMediaType, ProblemKind::WrongBody])
}

fn kserve() -> Described {
    let name: Parameter = ParameterBuilder::new()
        .name("version")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(
            "`propenso`, `champion` or the number of the version in service; a colon; `predict`, or `explain` for what each input added",
        ))
        .schema(Some(like("^(propenso|champion|[0-9]{1,9}):(predict|explain)$")))
        .example(Some("propenso:predict".into()))
        .build();
    Described::new(
        TAG,
        "kserve",
        "Scores many clients, as KServe's first protocol asks",
        ANSWERED,
    )
    .with([name])
    .takes(instances())
    .answers(200, predicted("PredictionsAnswer"))
    .refuses(SCORING)
    .refuses(&[ProblemKind::NoSuchModel])
}

fn vertex_predict() -> Described {
    Described::new(
        TAG,
        "vertexPredict",
        "Scores many clients, as Vertex AI asks",
        format!("Under the name that `AIP_PREDICT_ROUTE` gives it, too. {ANSWERED}"),
    )
    .takes(instances())
    .answers(200, predicted("PredictionsAnswer"))
    .refuses(SCORING)
}

fn ping(id: &'static str) -> Described {
    Described::new(
        TAG,
        id,
        "Says whether a model answers, as platforms ask",
        "An empty line.",
    )
    .answers(200, plain("A model answers"))
    .refuses(&[ProblemKind::NoChampion])
}

fn version() -> Described {
    Described::new(
        TAG,
        "mlflowVersion",
        "Says which MLflow's protocol is spoken",
        "Bare digits and points, whatever the media type says: MLflow's own server answers so.",
    )
    .answers(200, plain("The version of MLflow"))
}

/// What is called JSON, and is none.
fn plain(description: &str) -> Response {
    let content = ContentBuilder::new().build();
    bare(description)
        .content("application/json", content)
        .build()
}

fn content(body: Piece) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(body)).build()
}

fn instances() -> RequestBody {
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", content(named("InstancesRequest")))
        .build()
}

fn predicted(body: &str) -> Response {
    in_json("What the model says of each client", named(body))
        .header_ref("x-propenso-model", header("Model"))
        .header_ref("x-propenso-decision", header("Decision"))
        .build()
}

/// Adds the schemas of what is sent and answered.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    let forms = [
        ("dataframe_split", split().into()),
        ("dataframe_records", list(named("Instance")).into()),
        ("instances", clients()),
        ("inputs", any([clients(), columns().into()]).into()),
    ];
    let forms = forms
        .into_iter()
        .fold(OneOfBuilder::new(), |forms, (name, form): (_, Piece)| {
            forms.item(record([(name, form), ("params?", nullable(parameters()))]))
        });
    let instances = record([
        ("instances", clients()),
        ("parameters?", nullable(parameters())),
    ]);
    components
        .schema("InvocationsRequest", forms)
        .schema("InstancesRequest", instances)
        .schema("PredictionsAnswer", answer())
}

/// Clients one after the other.
fn clients() -> Piece {
    list(any([named("Instance"), list(cell()).into()])).into()
}

fn cell() -> ObjectBuilder {
    of_any([Type::Number, Type::String, Type::Boolean, Type::Null])
}

fn columns() -> ObjectBuilder {
    of(Type::Object)
        .additional_properties(Some(AdditionalProperties::RefOr(list(cell()).into())))
        .description(Some("A list for each column, all of one length"))
}

fn split() -> ObjectBuilder {
    // pandas lets a column's name be any number.
    let names = list(of_any([Type::String, Type::Number]));
    closed(record([
        ("columns?", nullable(names)),
        ("index?", told(of_any(ANYTHING), "It is not used")),
        ("data", list(list(cell())).into()),
    ]))
}

fn parameters() -> ObjectBuilder {
    record([("predict_method?", choice(["predict", "predict_proba"]))])
}

fn answer() -> ObjectBuilder {
    let value = of_any([Type::Integer, Type::Number, Type::String, Type::Boolean]);
    let shares = list(number());
    let contributions =
        of(Type::Object).additional_properties(Some(AdditionalProperties::RefOr(number().into())));
    let explained = record([("base", number()), ("contributions", contributions)]);
    record::<Piece>([
        (
            "predictions",
            list(any([value.into(), shares.into()])).into(),
        ),
        (
            "explanations?",
            list(explained)
                .description(Some("With `:explain`: what each input added to the base"))
                .into(),
        ),
    ])
}
