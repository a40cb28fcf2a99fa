//! What is answered of a client: by the champion's contract and model, or in all the ways there are while there is none.

use propenso_model::Label;
use propenso_scoring::Scorer;
use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, ComponentsBuilder, ObjectBuilder, SchemaFormat, Type,
};

use super::schema::{
    Piece, any, choice, count, list, named, nullable, number, of, of_any, record, share, text, told,
};

/// What a model says of a client.
enum Kind<'s> {
    /// Whether they pay, by the contract's decision.
    Payer { labels: [&'s str; 2] },
    /// One of the model's own classes.
    Classes(&'s [Label]),
    /// A number.
    Number,
}

impl<'s> Kind<'s> {
    fn of(scorer: &'s Scorer) -> Self {
        if let Some(decision) = scorer.contract().decision() {
            let labels = &decision.labels;
            return Self::Payer {
                labels: [&labels.positive, &labels.negative],
            };
        }
        match scorer.classes() {
            [] => Self::Number,
            classes => Self::Classes(classes),
        }
    }
}

/// Adds the answers' schemas.
pub(super) fn schemas(components: ComponentsBuilder, scorer: Option<&Scorer>) -> ComponentsBuilder {
    let kind = scorer.map(Kind::of);
    components
        .schema("Prediction", english(kind.as_ref()))
        .schema("Prediccion", spanish(kind.as_ref()))
        .schema("Warning", warning())
        .schema("Aviso", aviso())
        .schema("Reason", reason())
        .schema("Motivo", motivo())
        .schema("Counterfactual", counterfactual(kind.as_ref()))
        .schema("Contrafactual", contrafactual(kind.as_ref()))
        .schema("ModelName", model_name())
        .schema("PredictAnswer", predict_answer())
}

/// The plain answer of `/prediccion`.
pub(super) fn plain(scorer: Option<&Scorer>) -> ObjectBuilder {
    match scorer.map(Kind::of) {
        Some(Kind::Payer { .. }) => {
            choice(["0", "1"]).description(Some("`1` is a payer, `0` a non-payer"))
        }
        Some(Kind::Classes(_)) => text().description(Some("The class's label")),
        Some(Kind::Number) => text().description(Some("The number")),
        None => text().description(Some("`0` or `1`, the class's label, or the number")),
    }
}

fn predict_answer() -> ObjectBuilder {
    record::<Piece>([
        ("model", named("ModelName")),
        (
            "predictions",
            list(named("Prediction"))
                .description(Some("One of each instance, in their order"))
                .into(),
        ),
    ])
}

fn model_name() -> ObjectBuilder {
    record([
        (
            "version?",
            told(count(), "Its number in the registry, where one is served"),
        ),
        (
            "hash",
            told(
                text().pattern(Some("^[0-9a-f]{64}$")),
                "The model file's SHA-256",
            ),
        ),
        ("contract", told(text(), "The contract's name")),
    ])
    .description(Some("Which model and contract answered"))
}

/// One piece of each kind; that of `kind`, where it is known.
fn by_kind(kind: Option<&Kind<'_>>, of: impl Fn(&Kind<'_>) -> ObjectBuilder) -> Piece {
    if let Some(kind) = kind {
        return of(kind).into();
    }
    let labels = ["pagador", "no pagador"];
    let any_label = [Label::Text("…".into())];
    let kinds = [
        Kind::Payer { labels },
        Kind::Classes(&any_label),
        Kind::Number,
    ];
    any(kinds.iter().map(|kind| loosened(of(kind)).into())).into()
}

/// While there is no champion, nobody knows its labels.
fn loosened(object: ObjectBuilder) -> ObjectBuilder {
    let mut object = object.build();
    for name in ["label", "clasificacion"] {
        if object.properties.contains_key(name) {
            object.properties.insert(name.to_owned(), text().into());
        }
    }
    for name in ["class", "clase"] {
        if object.properties.contains_key(name) {
            object
                .properties
                .insert(name.to_owned(), any_class().into());
        }
    }
    object.into()
}

fn any_class() -> ObjectBuilder {
    of_any([Type::Integer, Type::Number, Type::String, Type::Boolean])
}

fn english(kind: Option<&Kind<'_>>) -> Piece {
    by_kind(kind, |kind| {
        outcome(kind)
            .property("decision", decision())
            .property("warnings", list(named("Warning")))
            .required("warnings")
            .property(
                "base",
                told(
                    number(),
                    "With `explain`: what the model expects when it knows nothing of a client",
                ),
            )
            .property(
                "reasons",
                list(named("Reason")).description(Some("With `explain`: the strongest first")),
            )
            .property("counterfactual", named("Counterfactual"))
    })
}

fn spanish(kind: Option<&Kind<'_>>) -> Piece {
    by_kind(kind, |kind| {
        resultado(kind)
            .property(
                "modelo",
                told(text(), "The beginning of the model file's SHA-256"),
            )
            .required("modelo")
            .property(
                "version",
                told(
                    count(),
                    "The version's number in the registry, where one is served",
                ),
            )
            .property("decision", decision())
            .property("avisos", list(named("Aviso")))
            .required("avisos")
            .property(
                "base",
                told(
                    number(),
                    "With `explicar`: what the model expects when it knows nothing of a client",
                ),
            )
            .property(
                "motivos",
                list(named("Motivo")).description(Some("With `explicar`: the strongest first")),
            )
            .property("contrafactual", named("Contrafactual"))
    })
}

/// The name on record.
fn decision() -> Piece {
    let name = of(Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())));
    told(name, "Its name on record, where decisions are kept")
}

/// What every answer of a kind has, in English.
fn outcome(kind: &Kind<'_>) -> ObjectBuilder {
    match kind {
        Kind::Payer { labels } => record([
            ("class", pays()),
            (
                "label",
                told(choice(*labels), "The contract's word for the class"),
            ),
            ("probability", nullable(probability())),
        ]),
        Kind::Classes(labels) => record([
            ("class", class(labels).into()),
            ("label", told(class_name(labels), "The class as a text")),
            (
                "probability?",
                told(share(), "Of the second class, where there are two"),
            ),
            ("probabilities?", probabilities(labels)),
        ]),
        Kind::Number => record([("value", told(number(), "The model's number"))]),
    }
}

/// The same in Spanish.
fn resultado(kind: &Kind<'_>) -> ObjectBuilder {
    match kind {
        Kind::Payer { labels } => record([
            (
                "clasificacion",
                told(choice(*labels), "The contract's word for the class"),
            ),
            ("clase", pays()),
            ("probabilidad", nullable(probability())),
        ]),
        Kind::Classes(labels) => record([
            (
                "clasificacion",
                told(class_name(labels), "The class as a text"),
            ),
            ("clase", class(labels).into()),
            (
                "probabilidad?",
                told(share(), "Of the second class, where there are two"),
            ),
            ("probabilidades?", probabilities(labels)),
        ]),
        Kind::Number => record([("valor", told(number(), "The model's number"))]),
    }
}

fn pays() -> Piece {
    told(
        of(Type::Integer).enum_values(Some([0, 1])),
        "1 is a payer, 0 a non-payer",
    )
}

fn probability() -> ObjectBuilder {
    share().description(Some("The probability that the client pays: always P(pays)"))
}

fn class(labels: &[Label]) -> ObjectBuilder {
    let values = labels.iter().map(|label| match label {
        Label::Int(label) => Value::from(*label),
        Label::Float(label) => Value::from(*label),
        Label::Bool(label) => Value::from(*label),
        Label::Text(label) => Value::from(&**label),
    });
    any_class()
        .enum_values(Some(values))
        .description(Some("The class, as the training data had it"))
}

fn class_name(labels: &[Label]) -> ObjectBuilder {
    let names: Vec<String> = labels.iter().map(ToString::to_string).collect();
    choice(names.iter().map(String::as_str))
}

fn probabilities(labels: &[Label]) -> Piece {
    let of_each = AdditionalProperties::RefOr(share().into());
    let names: Vec<String> = labels.iter().map(ToString::to_string).collect();
    of(Type::Object)
        .additional_properties(Some(of_each))
        .description(Some(format!(
            "The probability of each class by its label: {}",
            names.join(", ")
        )))
        .into()
}

/// A value as it was sent or used.
fn value() -> ObjectBuilder {
    of_any([Type::Number, Type::String, Type::Boolean, Type::Null])
}

fn warning() -> ObjectBuilder {
    let kinds = [
        "imputed",
        "clipped",
        "ambiguous",
        "unseen",
        "guessed",
        "unknown_input",
    ];
    record([
        ("input", told(text(), "The input's long name")),
        ("kind", told(choice(kinds), "What happened")),
        ("value", told(value(), "What was sent")),
        ("used", told(value(), "What was used instead")),
        (
            "did_you_mean?",
            told(text(), "A known text that is nearly the one sent"),
        ),
    ])
    .description(Some(
        "Something that was put right, or is not known, of an input",
    ))
}

fn aviso() -> ObjectBuilder {
    let tipos = [
        "imputado",
        "recortado",
        "ambiguo",
        "no_visto",
        "interpretado",
        "dato_desconocido",
    ];
    record([
        ("dato", told(text(), "The input's long name")),
        ("tipo", told(choice(tipos), "What happened")),
        ("valor", told(value(), "What was sent")),
        ("usado", told(value(), "What was used instead")),
        ("mensaje", told(text(), "The same as a sentence")),
    ])
    .description(Some(
        "Something that was put right, or is not known, of an input",
    ))
}

fn reason() -> ObjectBuilder {
    record([
        ("input", told(text(), "The input's long name")),
        ("value", told(value(), "What was sent")),
        (
            "contribution",
            told(number(), "What it added to the answer"),
        ),
        (
            "direction",
            told(choice(["raises", "lowers", "leaves"]), "Which way"),
        ),
        ("text", told(text(), "The same as a sentence")),
    ])
    .description(Some("What one input added to the answer"))
}

fn motivo() -> ObjectBuilder {
    record([
        ("dato", told(text(), "The input's long name")),
        ("valor", told(value(), "What was sent")),
        (
            "contribucion",
            told(number(), "What it added to the answer"),
        ),
        (
            "sentido",
            told(choice(["aumenta", "reduce", "no cambia"]), "Which way"),
        ),
        ("texto", told(text(), "The same as a sentence")),
    ])
    .description(Some("What one input added to the answer"))
}

fn counterfactual(kind: Option<&Kind<'_>>) -> ObjectBuilder {
    let change = record([
        ("input", told(text(), "The input's long name")),
        ("value", told(value(), "What was sent")),
        (
            "proposed",
            told(
                value(),
                "What would have changed the class; null is no value",
            ),
        ),
        ("text", told(text(), "The same as a sentence")),
    ]);
    let found = record([
        ("changes", list(change).into()),
        ("text", told(text(), "The same as a sentence")),
    ]);
    sought(kind, "changes", "text", found, outcome)
}

fn contrafactual(kind: Option<&Kind<'_>>) -> ObjectBuilder {
    let change = record([
        ("dato", told(text(), "The input's long name")),
        ("valor", told(value(), "What was sent")),
        (
            "propuesto",
            told(
                value(),
                "What would have changed the class; null is no value",
            ),
        ),
        ("texto", told(text(), "The same as a sentence")),
    ]);
    let found = record([
        ("cambios", list(change).into()),
        ("texto", told(text(), "The same as a sentence")),
    ]);
    sought(kind, "cambios", "texto", found, resultado)
}

/// The smallest change and what it leads to; without a change none of it but the sentence is there.
fn sought(
    kind: Option<&Kind<'_>>,
    changes: &'static str,
    sentence: &'static str,
    found: ObjectBuilder,
    outcome: impl Fn(&Kind<'_>) -> ObjectBuilder,
) -> ObjectBuilder {
    let mut object = found.build();
    if let Some(list) = object.properties.remove(changes) {
        object.properties.insert(changes.to_owned(), nullable(list));
    }
    if let Some(kind) = kind {
        object.properties.extend(outcome(kind).build().properties);
    }
    object.required = vec![changes.to_owned(), sentence.to_owned()];
    ObjectBuilder::from(object).description(Some(
        "The smallest change that gives the client another class; null where none was found",
    ))
}
