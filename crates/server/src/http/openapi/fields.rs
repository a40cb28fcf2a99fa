//! What a contract's inputs are in a query string and in JSON.

use propenso_scoring::{Contract, Input, Language, NumberShape, Shape, reserved};
use serde_json::{Value, json};
use utoipa::Number;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};

use super::schema::{Piece, any, choice, like, number, of, of_any, text};
use super::whole_range;

/// Inputs that are described one by one: a model's own columns may be many thousands.
pub(super) const MOST_INPUTS: usize = 300;

/// Texts of an input that are listed.
const MOST_TEXTS: usize = 500;

/// A year and a month, also as pandas prints them after a missing value.
const YEAR_MONTH: &str = "^(19[0-9]{2}|20[0-9]{2}|2100)(0[1-9]|1[0-2])(\\.0)?$";

/// Numbers in a text: of any sign, and without one.
const ANY_NUMBER: &str = "^-?[0-9]{1,15}([.,][0-9]{1,15})?$";
const UNSIGNED: &str = "^[0-9]{1,15}([.,][0-9]{1,15})?$";

/// Amounts as people write them.
const ANY_AMOUNT: &str = "^-?[0-9]{1,3}(\\.[0-9]{3}){0,4}(,[0-9]{1,2})?( ?€)?$";
const UNSIGNED_AMOUNT: &str = "^[0-9]{1,3}(\\.[0-9]{3}){0,4}(,[0-9]{1,2})?( ?€)?$";

/// Which way a value comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Query,
    Json,
}

/// The query parameters of a contract's inputs.
pub(super) fn parameters(contract: &Contract) -> Vec<Parameter> {
    // Such an input of an old contract can be sent as JSON alone; one that is called as a client's reference is counts as it.
    let is_taken = |name: &str| name != reserved::CLIENT && reserved::ALL.contains(&name);
    let can_be_sent = |input: &&Input| !is_taken(input.parameter());
    let inputs = contract.inputs().iter().take(MOST_INPUTS);
    let inputs = inputs.filter(can_be_sent);
    let parameter = |input: &Input| {
        let required = match input.must_be_sent() {
            true => Required::True,
            false => Required::False,
        };
        ParameterBuilder::new()
            .name(input.parameter())
            .parameter_in(ParameterIn::Query)
            .required(required)
            .description(Some(described(input)))
            .schema(Some(schema(contract, input, Way::Query)))
            .example(Some(example(input)))
            .build()
    };
    inputs.map(parameter).collect()
}

/// A client's object, with the inputs by their long names, or by their parameters.
pub(super) fn instance(contract: &Contract, by_parameter: bool) -> ObjectBuilder {
    let inputs = contract.inputs().iter();
    let empty = of(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true)));
    inputs.take(MOST_INPUTS).fold(empty, |object, input| {
        let name = match by_parameter {
            true => input.parameter(),
            false => input.name(),
        };
        let object = object.property(name, schema(contract, input, Way::Json));
        match input.must_be_sent() {
            true => object.required(name),
            false => object,
        }
    })
}

/// A client whom the contract accepts, for people to begin with.
pub(super) fn example_instance(contract: &Contract) -> Value {
    let inputs = contract.inputs().iter().take(MOST_INPUTS);
    let fields = inputs.map(|input| (input.name().to_owned(), example(input)));
    Value::Object(fields.collect())
}

/// Whether each input has a name besides its parameter.
pub(super) fn has_two_names(contract: &Contract) -> bool {
    let mut inputs = contract.inputs().iter();
    inputs.any(|input| input.name() != input.parameter())
}

fn described(input: &Input) -> String {
    let (help, accepted) = (
        input.help(Language::English),
        input.accepted(Language::English),
    );
    let name = input.name();
    if name == input.parameter() {
        return format!("{help}. Accepted: {accepted}.");
    }
    format!("`{name}`: {help}. Accepted: {accepted}.")
}

fn schema(contract: &Contract, input: &Input, way: Way) -> Piece {
    let mut pieces = pieces(&input.shape(), way);
    if input.may_be_missing() {
        let missing: Vec<&str> = contract.missing_spellings().collect();
        pieces.push(choice(missing).description(Some("It is not known")).into());
        if way == Way::Json {
            pieces.push(of(Type::Null).description(Some("It is not known")).into());
        }
    }
    let description = (way == Way::Json).then(|| described(input));
    any(pieces).description(description).into()
}

fn pieces(shape: &Shape<'_>, way: Way) -> Vec<Piece> {
    match shape {
        Shape::Number(number) => numbers(number, way),
        Shape::Choice {
            takes_others: true, ..
        } => anything(way),
        Shape::Choice {
            known, booleans, ..
        } => texts(known, booleans, way),
        Shape::YearMonth => vec![like(YEAR_MONTH).into()],
        Shape::Date { patterns, .. } => patterns
            .iter()
            .map(|pattern| like(pattern).into())
            .collect(),
        Shape::Text if way == Way::Json => {
            vec![text().min_length(Some(1)).into(), number().into()]
        }
        Shape::Text => vec![text().min_length(Some(1)).into()],
        Shape::Unused => anything(way),
    }
}

fn anything(way: Way) -> Vec<Piece> {
    let scalar = [Type::String, Type::Number, Type::Boolean, Type::Null];
    match way {
        Way::Query => vec![text().into()],
        Way::Json => vec![of_any(scalar).into()],
    }
}

fn texts(known: &[&str], booleans: &[bool], way: Way) -> Vec<Piece> {
    if known.len() > MOST_TEXTS {
        return anything(way);
    }
    let mut pieces: Vec<Piece> = vec![choice(known.iter().copied()).into()];
    if !booleans.is_empty() {
        let spellings = booleans.iter().map(|is_true| match is_true {
            true => "true",
            false => "false",
        });
        pieces.push(choice(spellings).into());
    }
    if way == Way::Json {
        let numbers: Vec<i64> = known.iter().filter_map(|text| text.parse().ok()).collect();
        if !numbers.is_empty() {
            pieces.push(of(Type::Integer).enum_values(Some(numbers)).into());
        }
        if !booleans.is_empty() {
            pieces.push(
                of(Type::Boolean)
                    .enum_values(Some(booleans.to_vec()))
                    .into(),
            );
        }
    }
    pieces
}

fn numbers(shape: &NumberShape<'_>, way: Way) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = shape
        .ranges
        .iter()
        .map(|range| within(*range, shape.is_whole))
        .collect();
    if !shape.labels.is_empty() {
        pieces.push(choice(shape.labels.iter().copied()).into());
    }
    let holds = |value: f64| {
        shape
            .ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&value))
    };
    if shape.takes_booleans && holds(0.0) && holds(1.0) {
        pieces.push(choice(["true", "false", "verdadero", "falso"]).into());
        if way == Way::Json {
            pieces.push(of(Type::Boolean).description(Some("1 or 0")).into());
        }
    }
    match (shape.is_whole, way) {
        (false, _) => pieces.extend(written(shape)),
        // In a query all of them are texts.
        (true, Way::Query) => {}
        (true, Way::Json) => {
            let ranges = shape.ranges.iter();
            let patterns = ranges.filter_map(|(low, high)| whole_range::pattern(*low, *high));
            pieces.extend(patterns.map(|pattern| like(&pattern).into()));
        }
    }
    pieces
}

fn within((low, high): (f64, f64), is_whole: bool) -> Piece {
    let kind = if is_whole {
        Type::Integer
    } else {
        Type::Number
    };
    let finite = |end: f64| end.is_finite().then_some(Number::Float(end));
    of(kind).minimum(finite(low)).maximum(finite(high)).into()
}

/// Numbers as people write them, where any of them is taken.
fn written(shape: &NumberShape<'_>) -> Vec<Piece> {
    let patterns = match shape.ranges[..] {
        [(f64::NEG_INFINITY, f64::INFINITY)] => [ANY_NUMBER, ANY_AMOUNT],
        [(0.0, f64::INFINITY)] => [UNSIGNED, UNSIGNED_AMOUNT],
        _ => return Vec::new(),
    };
    let patterns = patterns
        .into_iter()
        .take(if shape.is_amount { 2 } else { 1 });
    patterns.map(|pattern| like(pattern).into()).collect()
}

/// A value that the contract accepts.
fn example(input: &Input) -> Value {
    match input.shape() {
        Shape::Number(number) => example_number(&number),
        Shape::Choice { known, .. } => known.first().map_or(json!("…"), |text| json!(text)),
        Shape::YearMonth => json!("202310"),
        Shape::Date { examples, .. } => json!(examples.first()),
        Shape::Text => json!("…"),
        Shape::Unused => json!(""),
    }
}

fn example_number(shape: &NumberShape<'_>) -> Value {
    // Of bands the second: it is somebody's age, not a child's.
    let preferred = usize::from(!shape.labels.is_empty());
    let ranges = &shape.ranges;
    let range = ranges.get(preferred).or(ranges.first()).copied();
    let (low, high) = range.unwrap_or((0.0, 1.0));
    let plain = if shape.is_amount { 125.5 } else { 2.0 };
    let value = if low > high {
        plain
    } else {
        f64::clamp(plain, low, high)
    };
    match value.fract() == 0.0 && value.abs() < 1e15 {
        true => json!(value as i64),
        false => json!(value),
    }
}
