//! What the columns of a model itself make of a value: no contract was written for them, so what is missing or unknown
//! is the model's business wherever it has a mind of its own about it.

use propenso_model::{
    InputKind, Library, ModelInput, OnMissing, Output, Signature, Vocabulary, Writer,
};
use propenso_scoring::{Contract, Fault, Language, Raw, Warning};

use crate::client::{Encoded, encode, warnings_of};

/// Columns of every kind: `SEXO` refuses texts that it does not know, `ZONA` takes them.
fn signature() -> Signature {
    let mut vocabulary = Vocabulary::default();
    let sexes = ["H", "M"].map(|text| vocabulary.intern(text));
    let zones = ["NORTE", "SUR"].map(|text| vocabulary.intern(text));
    let flags = ["True", "False"].map(|text| vocabulary.intern(text));
    let column = |name: &str, kind, missing| ModelInput {
        name: name.to_owned(),
        kind,
        missing,
    };
    let category = |known: [u32; 2], refuses_unknown| InputKind::Category {
        known: known.into(),
        refuses_unknown,
    };
    let inputs = vec![
        ModelInput::number("DEUDA"),
        column("EDAD", InputKind::Number, OnMissing::Accepted),
        column("LINEAS", InputKind::Number, OnMissing::Imputed(2.0)),
        column("SEXO", category(sexes, true), OnMissing::Refused),
        column("ZONA", category(zones, false), OnMissing::Unseen),
        column("ALTA", category(flags, true), OnMissing::Refused),
        column("NOTA", InputKind::Unused, OnMissing::Refused),
    ];
    Signature {
        class: "LogisticRegression".to_owned(),
        wrappers: Vec::new(),
        writer: Writer {
            library: Library::ScikitLearn,
            version: "1.2.2".to_owned(),
        },
        parts: Vec::new(),
        inputs,
        is_named: true,
        vocabulary,
        output: Output::Value,
    }
}

const CLIENT: [(&str, &str); 7] = [
    ("DEUDA", "1000.82"),
    ("EDAD", "40"),
    ("LINEAS", "1"),
    ("SEXO", "M"),
    ("ZONA", "NORTE"),
    ("ALTA", "True"),
    ("NOTA", "llamar"),
];

/// Places in the row.
const DEUDA: usize = 0;
const EDAD: usize = 1;
const LINEAS: usize = 2;
const ZONA: usize = 4;
const ALTA: usize = 5;
const NOTA: usize = 6;

pub(crate) fn contract() -> Contract {
    Contract::of_model(&signature()).unwrap()
}

fn with(name: &str, value: Raw<'_>) -> Encoded {
    let rest = CLIENT.into_iter().filter(|(other, _)| *other != name);
    let rest = rest.map(|(name, text)| (name, Raw::text(text)));
    encode(&contract(), rest.chain([(name, value)]))
}

fn without(name: &str) -> Encoded {
    let rest = CLIENT.into_iter().filter(|(other, _)| *other != name);
    encode(
        &contract(),
        rest.map(|(name, text)| (name, Raw::text(text))),
    )
}

#[track_caller]
fn made(name: &str, value: Raw<'_>) -> (Vec<f64>, Vec<Warning>) {
    with(name, value).unwrap()
}

#[track_caller]
fn fault(encoded: Encoded) -> (String, Fault) {
    let errors = encoded.unwrap_err();
    assert_eq!(errors.len(), 1);
    (errors[0].input.clone(), errors[0].fault)
}

#[test]
fn a_client_in_order() {
    let (features, warnings) = made("DEUDA", Raw::text("1000.82"));
    assert_eq!(features[..6], [1000.82, 40.0, 1.0, 1.0, 2.0, 4.0]);
    assert!(features[NOTA].is_nan());
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_column_that_the_model_does_not_look_at_may_hold_anything_or_be_left_out() {
    for value in [
        Raw::text("x"),
        Raw::text(""),
        Raw::text("NaN"),
        Raw::number("1e999"),
        Raw::Boolean(true),
        Raw::Missing,
    ] {
        let (features, warnings) = made("NOTA", value.clone());
        assert!(features[NOTA].is_nan(), "{value:?}");
        assert!(warnings.is_empty(), "{value:?} {warnings:?}");
    }
    let (features, warnings) = without("NOTA").unwrap();
    assert!(features[NOTA].is_nan());
    assert!(warnings.is_empty());
}

#[test]
fn every_column_that_it_looks_at_must_be_named() {
    for (name, _) in &CLIENT[..6] {
        assert_eq!(fault(without(name)), ((*name).to_owned(), Fault::Absent));
    }
}

#[test]
fn what_is_missing_is_refused_passed_on_imputed_or_never_seen() {
    for value in [Raw::Missing, Raw::text(""), Raw::text(" NaN ")] {
        let refused = with("DEUDA", value.clone());
        assert_eq!(fault(refused), ("DEUDA".to_owned(), Fault::Missing));
        let refused = with("SEXO", value.clone());
        assert_eq!(fault(refused), ("SEXO".to_owned(), Fault::Missing));

        let (features, warnings) = made("EDAD", value.clone());
        assert!(features[EDAD].is_nan());
        assert!(warnings.is_empty(), "{warnings:?}");

        // The model imputes by itself: what it is given is still nothing.
        let (features, warnings) = made("LINEAS", value.clone());
        assert!(features[LINEAS].is_nan());
        assert!(warnings_of(&warnings, "LINEAS")[0].ends_with("-> 2"));

        let (features, warnings) = made("ZONA", value.clone());
        assert!(features[ZONA].is_nan());
        assert!(warnings_of(&warnings, "ZONA")[0].starts_with("unseen"));
        assert_eq!(warnings.len(), 1);
    }
}

#[test]
fn an_unknown_category_is_refused_only_where_the_model_refuses_it() {
    let refused = with("SEXO", Raw::text("X"));
    assert_eq!(fault(refused), ("SEXO".to_owned(), Fault::UnknownSpelling));
    let (features, warnings) = made("ZONA", Raw::text("ESTE"));
    assert_eq!(features[ZONA], Vocabulary::UNKNOWN);
    assert_eq!(warnings_of(&warnings, "ZONA"), ["unseen ESTE -> none"]);
    // A text of another column: it has a number of its own, and this column never saw it either.
    let (features, warnings) = made("ZONA", Raw::text("M"));
    assert_eq!(features[ZONA], 1.0);
    assert_eq!(warnings_of(&warnings, "ZONA"), ["unseen M -> none"]);
}

#[test]
fn categories_are_told_apart_to_the_last_blank_and_letter() {
    for text in ["NORTE ", " NORTE", "norte"] {
        let (features, warnings) = made("ZONA", Raw::text(text));
        assert_eq!(features[ZONA], Vocabulary::UNKNOWN, "{text:?}");
        assert_eq!(warnings.len(), 1, "{text:?}");
        let told = warnings[0].message(Language::Spanish);
        assert!(
            told.ends_with("como desconocido; ¿quiso decir NORTE?"),
            "{told}"
        );
    }
    let told = made("ZONA", Raw::text("ESTE")).1[0].message(Language::Spanish);
    assert!(told.ends_with("como desconocido"), "{told}");
    // Where the model refuses what it does not know, so do we, and ask.
    let errors = with("SEXO", Raw::text("m ")).unwrap_err();
    assert_eq!(errors[0].fault, Fault::UnknownSpelling);
    let told = errors[0].message(Language::English);
    assert!(told.ends_with("; did you mean M?"), "{told}");
}

#[test]
fn true_and_false_are_the_texts_that_say_so() {
    for value in [Raw::Boolean(false), Raw::text("FALSE"), Raw::text("falso")] {
        let (features, warnings) = made("ALTA", value);
        assert_eq!(features[ALTA], 5.0);
        assert!(warnings.is_empty());
    }
    for value in [Raw::Boolean(true), Raw::text("VERDADERO")] {
        assert_eq!(made("ALTA", value).0[ALTA], 4.0);
    }
    // No category of these says so.
    let refused = with("SEXO", Raw::Boolean(true));
    assert_eq!(
        fault(refused),
        ("SEXO".to_owned(), Fault::WrongType("boolean"))
    );
    let (features, warnings) = made("ZONA", Raw::Boolean(true));
    assert_eq!(features[ZONA], 4.0);
    assert_eq!(warnings_of(&warnings, "ZONA"), ["unseen True -> none"]);
}

#[test]
fn true_and_false_are_one_and_nought_where_a_number_is_wanted() {
    assert_eq!(made("DEUDA", Raw::Boolean(true)).0[DEUDA], 1.0);
    assert_eq!(made("DEUDA", Raw::Boolean(false)).0[DEUDA], 0.0);
    let refused = with("DEUDA", Raw::Other("array"));
    assert_eq!(fault(refused).1, Fault::WrongType("array"));
}

/// What a model makes of numbers beyond its own range, it says itself.
#[test]
fn numbers_beyond_32_bits_are_the_models_business() {
    for (text, expected) in [("1e39", 1e39), ("-1e39", -1e39)] {
        assert_eq!(made("DEUDA", Raw::text(text)).0[DEUDA], expected);
    }
}

#[test]
fn a_column_given_twice_is_an_error() {
    let twice = CLIENT.map(|(name, text)| (name, Raw::text(text)));
    let twice = twice.into_iter().chain([("EDAD", Raw::text("40"))]);
    let refused = encode(&contract(), twice);
    assert_eq!(fault(refused), ("EDAD".to_owned(), Fault::Repeated));
}
