//! `/prediccion` and `/v1/predict`.

use propenso_scoring::{Contract, Scorer, reserved};
use serde_json::json;
use utoipa::Number;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required, Response};

use super::operation::{Described, answer, header, in_json};
use super::schema::{
    Piece, any, choice, closed, count, list, named, of, or_null, record, text, told,
};
use super::{answers, fields};
use crate::http::body_form::ARROW_STREAM;
use crate::http::problem_kind::ProblemKind;
use crate::http::route::Listed;

/// Their family.
pub(super) const TAG: &str = "prediction";

/// Describes a route of this family.
pub(super) fn describe(route: Listed, scorer: Option<&Scorer>) -> Option<Described> {
    match (route.method, route.path) {
        ("GET", "/prediccion") => Some(prediccion(scorer)),
        ("POST", "/v1/predict") => Some(predict(scorer)),
        _ => None,
    }
}

fn prediccion(scorer: Option<&Scorer>) -> Described {
    let told = "The inputs, in any order, each once, by their parameters or their long names. What the contract does not know \
        is not used, and warned about. The answer is a text; with `Accept: application/json`, `formato=json`, `explicar` or \
        `contrafactual=1` it is JSON. Texts for people are Spanish.";
    let contract = scorer.map(Scorer::contract);
    let json = ContentBuilder::new()
        .schema(Some(named("Prediccion")))
        .build();
    let answered = answer("The client's class", "text/plain", answers::plain(scorer))
        .content("application/json", json)
        .header_ref("x-propenso-model", header("Model"))
        .header_ref("x-propenso-decision", header("Decision"))
        .build();
    Described::new(
        TAG,
        "prediccion",
        "Scores one client",
        about(contract, told),
    )
    .with(contract.map(fields::parameters).unwrap_or_default())
    .with(options(scorer))
    .with(client(contract))
    .answers(200, answered)
    .refuses(&[
        ProblemKind::InvalidInputs,
        ProblemKind::NoChampion,
        ProblemKind::NotRecorded,
    ])
}

/// Says whose fields these are.
fn about(contract: Option<&Contract>, told: &str) -> String {
    let Some(contract) = contract else {
        return format!(
            "{told}\n\nNo model is in service: which inputs there are is told when one is."
        );
    };
    let (name, n_inputs) = (contract.name(), contract.inputs().len());
    let left_out = match n_inputs.checked_sub(fields::MOST_INPUTS) {
        None | Some(0) => String::new(),
        Some(more) => format!(
            " The first {} are described; there are {more} more.",
            fields::MOST_INPUTS
        ),
    };
    format!(
        "{told}\n\nThe fields are those of the contract `{name}`, which is in service now.{left_out}"
    )
}

/// The client's reference, where the contract leaves its name free.
fn client(contract: Option<&Contract>) -> Vec<Parameter> {
    let is_taken =
        contract.is_some_and(|contract| contract.input_index(reserved::CLIENT).is_some());
    let parameter = ParameterBuilder::new()
        .name(reserved::CLIENT)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "The client's reference, which is no input: where decisions are kept, they are found again by it",
        ))
        .schema(Some(text()))
        .build();
    (!is_taken).then_some(parameter).into_iter().collect()
}

/// What may be asked of `/prediccion` besides; what the model cannot give is not offered.
fn options(scorer: Option<&Scorer>) -> Vec<Parameter> {
    let option = |name: &str, description: &str, schema: Piece| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(schema))
            .build()
    };
    let explained = scorer.is_none_or(|scorer| scorer.check_explanation().is_ok());
    let sought = scorer.is_none_or(|scorer| scorer.check_counterfactual().is_ok());
    let mut options = vec![option(
        reserved::FORMAT,
        "The answer's form; `texto` does not go with `explicar` or `contrafactual=1`",
        choice(["json", "texto"]).into(),
    )];
    if explained {
        let description = "How many of the inputs that moved the answer most it comes with";
        options.push(option(reserved::EXPLAIN, description, count().into()));
    }
    let values: &[&str] = if sought { &["0", "1"] } else { &["0"] };
    let description = "`1` adds the smallest change that gives the client another class";
    options.push(option(
        reserved::COUNTERFACTUAL,
        description,
        choice(values.iter().copied()).into(),
    ));
    options
}

fn predict(scorer: Option<&Scorer>) -> Described {
    let told = "All instances are answered, or none: one field that cannot be used refuses the request and names every such \
        field of every row. Long names and parameters may be mixed in an instance, but no input is there twice. Up to 1,000 \
        instances go with `explain`, and 100 with `counterfactual`. Whatever the `Content-Type`, the body is read as JSON, unless it says \
        that it is an Arrow stream: a column for each input. The answer is in the form that came, or that `Accept` names. An Arrow \
        stream has a row for each client, with the columns of the answers in JSON (`warnings`, `reasons` and `counterfactual` as the \
        text of theirs), and those that cannot be answered have in `error` what is wrong with them.";
    let contract = scorer.map(Scorer::contract);
    Described::new(TAG, "predict", "Scores many clients", about(contract, told))
        .takes(body(contract))
        .answers(200, predicted())
        .refuses(&[
            ProblemKind::InvalidJson,
            ProblemKind::WrongBody,
            ProblemKind::InvalidInputs,
            ProblemKind::InvalidRequest,
            ProblemKind::CannotBeAsked,
            ProblemKind::TooManyInstances,
            ProblemKind::UnknownMediaType,
            ProblemKind::NoChampion,
            ProblemKind::TookTooLong,
            ProblemKind::NotRecorded,
        ])
}

fn predicted() -> Response {
    in_json("What the model says of each client", named("PredictAnswer"))
        // Bytes, which no schema is of.
        .content(ARROW_STREAM, ContentBuilder::new().build())
        .header_ref("x-propenso-model", header("Model"))
        .header_ref("x-propenso-decision", header("Decision"))
        .build()
}

fn body(contract: Option<&Contract>) -> RequestBody {
    let instance = contract.map_or(json!({}), fields::example_instance);
    let content = ContentBuilder::new()
        .schema(Some(named("PredictRequest")))
        .example(Some(json!({ "instances": [instance] })));
    RequestBodyBuilder::new()
        .required(Some(Required::True))
        .content("application/json", content.build())
        .content(ARROW_STREAM, ContentBuilder::new().build())
        .build()
}

/// Adds the schemas of what is sent.
pub(super) fn schemas(components: ComponentsBuilder, scorer: Option<&Scorer>) -> ComponentsBuilder {
    let components = components.schema("PredictRequest", request(scorer));
    let Some(contract) = scorer.map(Scorer::contract) else {
        let nothing = of(Type::Object).description(Some(
            "One client: names and values of the contract's inputs",
        ));
        return components.schema("Instance", nothing);
    };
    let by_name = fields::instance(contract, false)
        .description(Some("One client, by the inputs' long names"));
    if !fields::has_two_names(contract) {
        return components.schema("Instance", by_name);
    }
    let by_parameter =
        fields::instance(contract, true).description(Some("One client, by the inputs' parameters"));
    components
        .schema(
            "Instance",
            any([named("InstanceByName"), named("InstanceByParameter")]),
        )
        .schema("InstanceByName", by_name)
        .schema("InstanceByParameter", by_parameter)
}

fn request(scorer: Option<&Scorer>) -> ObjectBuilder {
    let explained = scorer.is_none_or(|scorer| scorer.check_explanation().is_ok());
    let sought = scorer.is_none_or(|scorer| scorer.check_counterfactual().is_ok());
    let instances = list(named("Instance")).description(Some("The clients, 100,000 at the most"));
    let mut fields: Vec<(&str, Piece)> = vec![("instances", instances.into())];
    if explained {
        let explain = or_null(Type::Integer)
            .minimum(Some(Number::UInt(0)))
            .maximum(Some(Number::UInt(usize::MAX)));
        fields.push((
            "explain?",
            told(
                explain,
                "How many of the inputs that moved it most each prediction comes with",
            ),
        ));
    }
    let flag = of(Type::Boolean);
    let flag = match sought {
        true => flag,
        false => flag.enum_values(Some([false])),
    };
    fields.push((
        "counterfactual?",
        told(flag, "Whether each prediction comes with the smallest change that gives the client another class"),
    ));
    closed(record(fields))
}
