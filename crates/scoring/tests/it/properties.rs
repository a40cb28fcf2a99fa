//! What holds for every row.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use propenso_scoring::{Language, Raw};

use crate::client::{EXAMPLE, encode, flask, training};

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

proptest! {
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
