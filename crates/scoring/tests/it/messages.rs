//! What people are told, in both languages. A change of a text shows up in review as a change of
//! these snapshots.

use std::fmt::Write;

use propenso_scoring::{Contract, Language, Raw};

use crate::client::{EXAMPLE, encode, encode_with, encode_without, flask, training};

const LANGUAGES: [Language; 2] = [Language::Spanish, Language::English];

#[test]
fn every_reason() {
    let contract = training();
    let mut text = String::new();
    for (parameter, sent) in [
        ("er", Raw::Missing),
        ("cf", Raw::Other("boolean")),
        ("cf", Raw::Other("array")),
        ("cf", Raw::Other("object")),
        ("cf", Raw::Other("?")),
        ("er", Raw::text("XXX")),
        ("er", Raw::text("Empresa")),
        ("ed", Raw::text("MAYOR 6")),
        ("im", Raw::text("doce")),
        ("im", Raw::text("1.00,5")),
        ("im", Raw::number("1e400")),
        ("ed", Raw::text("45.5")),
        ("cf", Raw::text("-1")),
        ("ed", Raw::text("150")),
        ("cp", Raw::text("53000")),
        ("fb", Raw::text("octubre")),
    ] {
        let errors = encode_with(&contract, parameter, sent).unwrap_err();
        describe(&mut text, &errors);
    }
    describe(&mut text, &encode_without(&contract, "po").unwrap_err());
    let twice = EXAMPLE
        .into_iter()
        .chain([("nl", "1")])
        .map(|(n, t)| (n, Raw::text(t)));
    describe(&mut text, &encode(&contract, twice).unwrap_err());
    let too_large = "9".repeat(80);
    describe(
        &mut text,
        &encode_with(&flask(), "cp", Raw::text(&*too_large)).unwrap_err(),
    );
    insta::assert_snapshot!(text);
}

fn describe(text: &mut String, errors: &[propenso_scoring::FieldError]) {
    let [error] = errors else {
        panic!("{errors:?}")
    };
    let value = error.value.as_deref().unwrap_or("(none)");
    writeln!(text, "{} {}={value}", error.fault.as_str(), error.parameter).unwrap();
    for language in LANGUAGES {
        writeln!(text, "  {}", error.message(language)).unwrap();
    }
}

#[test]
fn what_each_input_accepts() {
    let mut text = String::new();
    for contract in [training(), flask()] {
        writeln!(text, "# {}", contract.name()).unwrap();
        for language in LANGUAGES {
            writeln!(text, "{}", contract.description(language)).unwrap();
        }
        for input in contract.inputs() {
            writeln!(text, "{} ({})", input.name(), input.parameter()).unwrap();
            for language in LANGUAGES {
                writeln!(
                    text,
                    "  {} ({}): {}",
                    input.text(language),
                    input.help(language),
                    input.accepted(language)
                )
                .unwrap();
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_warning() {
    let mut text = String::new();
    let mut say = |contract: &Contract, changed: &[(&'static str, &'static str)]| {
        let values = EXAMPLE.into_iter().map(|(name, text)| {
            let text = changed
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(text, |&(_, t)| t);
            (name, Raw::text(text))
        });
        let (_, warnings) = encode(contract, values.chain([("zz", Raw::text("1"))])).unwrap();
        for warning in warnings {
            writeln!(text, "{}", warning.kind.as_str()).unwrap();
            for language in LANGUAGES {
                writeln!(text, "  {}", warning.message(language)).unwrap();
            }
        }
    };
    say(&training(), &[("cp", ""), ("im", "1.000")]);
    say(&training(), &[("er", "per"), ("ed", "mayor 65")]);
    say(&flask(), &[("dt", "inf"), ("nl", "1")]);
    insta::assert_snapshot!(text);
}

#[test]
fn long_values_are_cut() {
    let contract = training();
    let errors = encode_with(&contract, "er", Raw::text("é".repeat(10_000))).unwrap_err();
    assert_eq!(
        errors[0].value.as_deref(),
        Some(&*format!("{}…", "é".repeat(64)))
    );
    let long = "1".repeat(10_000);
    let values = EXAMPLE.into_iter().chain([(long.as_str(), "1")]);
    let (_, warnings) = encode(&contract, values.map(|(n, t)| (n, Raw::text(t)))).unwrap();
    assert_eq!(warnings.last().unwrap().input.chars().count(), 65);
}
