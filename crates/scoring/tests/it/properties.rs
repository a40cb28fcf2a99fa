//! What holds for every row.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use propenso_scoring::{Contract, Language, Raw, Row};

use crate::client::{EXAMPLE, Encoded, encode, flask, training};
use crate::own_columns;

/// Texts near what clients send, and texts far from it.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+0-9.,eE €]{0,12}",
        "\\PC{0,20}",
        prop::sample::select(vec![
            "SI", "NO", "N", "S", "PER", "EMP", "A", "NaN", "", "202310", "0-30", "nan", "inf",
            "8029.0", "1e400", "N/A ", "true",
        ])
        .prop_map(str::to_owned),
    ]
}

#[derive(Debug, Clone)]
enum AnyRaw {
    Missing,
    Text(String),
    Number(String),
    Other,
}

impl AnyRaw {
    fn as_raw(&self) -> Raw<'_> {
        match self {
            Self::Missing => Raw::Missing,
            Self::Text(text) => Raw::text(text),
            Self::Number(text) => Raw::number(text),
            Self::Other => Raw::Other("array"),
        }
    }
}

fn any_raw() -> impl Strategy<Value = AnyRaw> {
    prop_oneof![
        Just(AnyRaw::Missing),
        Just(AnyRaw::Other),
        any_text().prop_map(AnyRaw::Text),
        any_text().prop_map(AnyRaw::Number),
    ]
}

/// Numbers of a typed table: those that inputs take, those that nobody would, and what is none.
fn any_double() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-2i32..=130).prop_map(f64::from),
        (0u32..300_000).prop_map(f64::from),
        -1e4..1e4,
        any::<f64>(),
        prop::sample::select(vec![
            -0.0,
            202_310.0,
            8029.0,
            1e15,
            1e16,
            1e22,
            5e-324,
            f64::INFINITY
        ]),
    ]
}

/// A contract to which a band is `31` and a number or two mean that there is none.
fn with_numbers_for_words() -> Contract {
    let text = include_str!("../../../../contracts/casas-cobranzas.toml");
    let text = text
        .replace("missing = [", "missing = [\"-1\", \"1e3\", ")
        .replace("\"31-50\"", "\"31\"");
    Contract::parse(&text).unwrap()
}

/// Bits, so that NaN equals itself and zero has its sign.
fn bits(encoded: Encoded) -> Result<(Vec<u64>, String), String> {
    match encoded {
        Ok((features, warnings)) => Ok((
            features.into_iter().map(f64::to_bits).collect(),
            format!("{warnings:?}"),
        )),
        Err(errors) => Err(format!("{errors:?}")),
    }
}

proptest! {
    /// A double is what its text is, to every input: its features, its warnings, what is wrong with it, how it is shown.
    #[test]
    fn a_double_is_what_its_text_is(number in any_double()) {
        let text = number.to_string();
        for contract in [training(), flask(), with_numbers_for_words(), own_columns::contract()] {
            for (index, input) in contract.inputs().iter().enumerate() {
                let [double, number] = [Raw::double(number), Raw::number(&text)].map(|raw| {
                    let mut row = Row::new(&contract);
                    row.replace(index, raw.clone());
                    let shown = contract.shown(index, &row, Language::Spanish);
                    (bits(encode(&contract, [(input.name(), raw)])), shown)
                });
                prop_assert_eq!(double, number, "{} of {}", input.name(), contract.name());
            }
        }
    }

    /// So is a whole number, however long.
    #[test]
    fn a_whole_number_is_what_its_text_is(number in any::<i64>(), fewer in 0u32..64) {
        let number = number >> fewer;
        let text = number.to_string();
        prop_assert_eq!(Raw::whole(number).into_text(), Some(text.as_str().into()));
        for input in training().inputs() {
            let [whole, number] = [Raw::whole(number), Raw::number(&text)]
                .map(|raw| bits(encode(&training(), [(input.name(), raw)])));
            prop_assert_eq!(whole, number);
        }
    }

    /// Any row gives 16 features or errors that speak; nothing panics, and features are finite for
    /// the contract that promises it.
    #[test]
    fn every_row_is_answered(
        values in vec(option::weighted(0.9, any_raw()), EXAMPLE.len()),
        extra in vec((any_text(), any_raw()), 0..3),
    ) {
        for contract in [training(), flask()] {
            let named = EXAMPLE.iter().zip(&values);
            let known = named.filter_map(|((name, _), raw)| Some((*name, raw.as_ref()?.as_raw())));
            let unknown = extra.iter().map(|(name, raw)| (name.as_str(), raw.as_raw()));
            match encode(&contract, known.chain(unknown)) {
                Ok((features, warnings)) => {
                    prop_assert_eq!(features.len(), 16);
                    let strict = contract.name() == "casas-cobranzas";
                    prop_assert!(!strict || features.iter().all(|x| (0.0..=1.0).contains(x)));
                    for warning in warnings {
                        prop_assert!(!warning.message(Language::Spanish).is_empty());
                        prop_assert!(serde_json::to_string(&warning).is_ok());
                    }
                }
                Err(errors) => {
                    prop_assert!(!errors.is_empty());
                    for error in errors {
                        for language in [Language::Spanish, Language::English] {
                            prop_assert!(!error.message(language).is_empty());
                            prop_assert!(!error.accepted(language).is_empty());
                        }
                    }
                }
            }
        }
    }

    /// One bad field is one error, whatever the others are.
    #[test]
    fn errors_are_independent(bad in vec(any::<bool>(), EXAMPLE.len())) {
        let values = EXAMPLE.iter().zip(&bad).map(|((name, text), &bad)| {
            (*name, if bad { Raw::Other("object") } else { Raw::text(*text) })
        });
        let n_bad = bad.iter().filter(|&&bad| bad).count();
        let n_errors = encode(&training(), values).map_or_else(|errors| errors.len(), |_| 0);
        prop_assert_eq!(n_errors, n_bad);
    }

    /// A contract is a file somebody edits by hand: any change of one byte is read or refused.
    #[test]
    fn a_damaged_contract_never_panics(at in 0usize..10_000, with in "\\PC?") {
        let text = include_str!("../../../../contracts/casas-cobranzas.toml");
        let at = text.char_indices().map(|(i, _)| i).find(|&i| i >= at % text.len());
        let at = at.unwrap_or(0);
        let rest: String = text[at..].chars().skip(1).collect();
        let _ = propenso_scoring::Contract::parse(&format!("{}{with}{rest}", &text[..at]));
    }
}
