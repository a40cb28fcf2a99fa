//! A client: the example request with some of its values changed.

use propenso_scoring::{Contract, FieldError, Raw, Row, Warning};

/// The documented example of `GET /prediccion`.
pub(crate) const EXAMPLE: [(&str, &str); 13] = [
    ("er", "EMP"),
    ("po", "NO"),
    ("vt", "S"),
    ("cp", "8029"),
    ("ec", "A"),
    ("vf", "N"),
    ("vb", "N"),
    ("fb", "202310"),
    ("ed", "NaN"),
    ("cf", "3"),
    ("im", "263.68"),
    ("dt", "1000.82"),
    ("nl", "12"),
];

pub(crate) type Encoded = Result<(Vec<f64>, Vec<Warning>), Vec<FieldError>>;

pub(crate) fn training() -> Contract {
    Contract::shipped("casas-cobranzas").unwrap()
}

pub(crate) fn flask() -> Contract {
    Contract::shipped("casas-cobranzas-flask").unwrap()
}

/// Encodes exactly these values.
pub(crate) fn encode<'a>(
    contract: &Contract,
    values: impl IntoIterator<Item = (&'a str, Raw<'a>)>,
) -> Encoded {
    let mut row = Row::new(contract);
    for (name, value) in values {
        row.set(contract, name, value);
    }
    let (mut features, mut warnings) = (Vec::new(), Vec::new());
    contract.encode(&row, &mut features, &mut warnings)?;
    Ok((features, warnings))
}

/// Encodes the example with one parameter changed.
pub(crate) fn encode_with(contract: &Contract, parameter: &str, value: Raw<'_>) -> Encoded {
    let rest = EXAMPLE.into_iter().filter(|(name, _)| *name != parameter);
    let rest = rest.map(|(name, text)| (name, Raw::text(text)));
    encode(contract, rest.chain([(parameter, value)]))
}

/// Encodes the example without one parameter.
pub(crate) fn encode_without(contract: &Contract, parameter: &str) -> Encoded {
    let values = EXAMPLE.into_iter().filter(|(name, _)| *name != parameter);
    encode(contract, values.map(|(name, text)| (name, Raw::text(text))))
}

/// The value of a feature in an encoded row.
pub(crate) fn feature(contract: &Contract, features: &[f64], name: &str) -> f64 {
    let index = contract
        .feature_names()
        .iter()
        .position(|known| known == name)
        .unwrap();
    features[index]
}

/// The warnings about an input, as kind, value and used value.
pub(crate) fn warnings_of(warnings: &[Warning], input: &str) -> Vec<String> {
    let text = |value: &Option<_>| {
        value
            .as_ref()
            .map_or("none".to_owned(), ToString::to_string)
    };
    let about = warnings.iter().filter(|warning| &*warning.input == input);
    about
        .map(|w| {
            format!(
                "{} {} -> {}",
                w.kind.as_str(),
                text(&w.value),
                text(&w.used)
            )
        })
        .collect()
}
