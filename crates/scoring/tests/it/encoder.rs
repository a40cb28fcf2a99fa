//! One input alone, as columns of files are read: its bounds, its bands, and what a point is in the file.

use propenso_scoring::number::Decimal;
use propenso_scoring::{Contract, Fault, InputEncoder, Raw, Slot, Warning, WarningKind};

/// A contract of one input with these keys.
fn contract(keys: &str) -> Contract {
    let text = format!(
        r#"
name = "prueba"
description = {{ es = "prueba", en = "test" }}
missing = ["", "NaN"]
[decision]
positive_class = 1
labels = {{ positive = "sí", negative = "no" }}
[[input]]
name = "X"
parameter = "x"
text = {{ es = "x", en = "x" }}
{keys}
"#
    );
    Contract::parse(&text).unwrap()
}

const AMOUNT: &str = "kind = \"amount\"\nfeatures = [{ name = \"X\" }]";

type Made = Result<(Vec<f64>, Vec<Warning>), Fault>;

fn made_in(contract: &Contract, decimal: Option<Decimal>, raw: Raw<'_>) -> Made {
    let (mut features, mut warnings) = (Vec::new(), Vec::new());
    let input = &contract.inputs()[0];
    let encoder = InputEncoder::new(contract, input, &mut warnings).in_file(decimal);
    encoder.encode(&Slot::Given(raw), &mut features)?;
    Ok((features, warnings))
}

fn made(contract: &Contract, raw: Raw<'_>) -> Made {
    made_in(contract, None, raw)
}

fn features(contract: &Contract, text: &str) -> Result<Vec<f64>, Fault> {
    made(contract, Raw::text(text)).map(|(features, _)| features)
}

fn of_number(contract: &Contract, number: f64) -> Made {
    let (mut features, mut warnings) = (Vec::new(), Vec::new());
    let encoder = InputEncoder::new(contract, &contract.inputs()[0], &mut warnings);
    encoder.encode_number(number, &mut features)?;
    Ok((features, warnings))
}

#[test]
fn what_a_point_is_depends_on_the_file() {
    let contract = contract(AMOUNT);
    for (text, decimal, expected) in [
        ("1.000", Some(Decimal::Comma), 1000.0),
        ("1.000", Some(Decimal::Point), 1.0),
        ("1,000", Some(Decimal::Point), 1000.0),
        ("1,000", Some(Decimal::Comma), 1.0),
        ("1.00", Some(Decimal::Comma), 1.0),
        ("1.000,5", Some(Decimal::Comma), 1000.5),
    ] {
        let (features, warnings) = made_in(&contract, decimal, Raw::text(text)).unwrap();
        assert_eq!(features, [expected], "{text} {decimal:?}");
        assert!(warnings.is_empty(), "{text} {decimal:?} {warnings:?}");
    }
    let (features, warnings) = made(&contract, Raw::text("1.000")).unwrap();
    assert_eq!(features, [1.0]);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, WarningKind::Ambiguous);
    let (_, warnings) = made(&contract, Raw::text("1.0000")).unwrap();
    assert!(warnings.is_empty());
}

/// JSON has no thousands: whatever the texts of the file write, the point of a number is a decimal point.
#[test]
fn the_point_of_a_json_number_is_never_ambiguous() {
    let contract = contract(AMOUNT);
    for decimal in [None, Some(Decimal::Comma), Some(Decimal::Point)] {
        let (features, warnings) = made_in(&contract, decimal, Raw::number("1.000")).unwrap();
        assert_eq!(features, [1.0], "{decimal:?}");
        assert!(warnings.is_empty(), "{decimal:?}");
    }
}

#[test]
fn a_number_of_a_typed_table_is_checked_as_its_text_is() {
    let contract =
        contract("kind = \"number\"\nminimum = 1\nmaximum = 9\nfeatures = [{ name = \"X\" }]");
    for (number, expected) in [
        (0.5, Err(Fault::BelowMinimum(1.0))),
        (1.0, Ok(1.0)),
        (9.0, Ok(9.0)),
        (9.5, Err(Fault::AboveMaximum(9.0))),
    ] {
        let of_number = of_number(&contract, number).map(|(features, _)| features);
        assert_eq!(of_number, expected.map(|value| vec![value]));
        assert_eq!(of_number, features(&contract, &number.to_string()));
    }
}

#[test]
fn a_number_is_no_spelling() {
    let contract = contract("kind = \"codes\"\naccept = { A = 1 }\nfeatures = [{ name = \"X\" }]");
    assert_eq!(of_number(&contract, 1.0), Err(Fault::NotANumber));
    assert_eq!(features(&contract, "A"), Ok(vec![1.0]));
    assert_eq!(features(&contract, "B"), Err(Fault::UnknownSpelling));
    assert_eq!(features(&contract, "NaN"), Err(Fault::Missing));
}

#[test]
fn other_spellings_stand_for_one_where_the_contract_says_so() {
    let contract = contract(
        "kind = \"codes\"\naccept = { A = 1 }\notherwise = 0\nfeatures = [{ name = \"X\" }]",
    );
    let (features, warnings) = made(&contract, Raw::text("B")).unwrap();
    assert_eq!(features, [0.0]);
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].kind, WarningKind::Unseen);
    assert_eq!(warnings[0].used.as_ref().unwrap().to_string(), "0");
}

const BANDS: &str = r#"kind = "number"
bands = [
  { feature = "A", label = "joven", from = 18, to = 30 },
  { feature = "B", from = 31, to = 65 },
]
"#;

#[test]
fn each_band_has_both_its_ends() {
    let contract = contract(BANDS);
    for (text, expected) in [
        ("18", [1.0, 0.0]),
        ("30", [1.0, 0.0]),
        ("31", [0.0, 1.0]),
        ("65", [0.0, 1.0]),
        ("joven", [1.0, 0.0]),
    ] {
        assert_eq!(features(&contract, text), Ok(expected.to_vec()), "{text}");
    }
}

#[test]
fn what_is_in_no_band_is_told_by_which_side_it_is_on() {
    let bands = contract(BANDS);
    for (text, fault) in [
        ("17", Fault::BelowMinimum(18.0)),
        ("66", Fault::AboveMaximum(65.0)),
    ] {
        assert_eq!(features(&bands, text), Err(fault), "{text}");
    }
    let zeros = contract(&format!("{BANDS}outside = \"zeros\""));
    assert_eq!(features(&zeros, "17"), Ok(vec![0.0; 2]));
    assert_eq!(features(&zeros, "66"), Ok(vec![0.0; 2]));
    assert_eq!(features(&zeros, "18"), Ok(vec![1.0, 0.0]));
}

/// Warned about once: what the contract itself puts in the place of a missing value is not told again for being
/// clipped.
#[test]
fn what_is_clipped_is_told_of_values_that_were_sent() {
    let clip = "kind = \"amount\"\nmissing = 10\n\
        features = [{ name = \"X\", steps = [{ clip = [0, 5] }, { divide = 2 }] }]";
    let contract = contract(clip);
    let told = |text| {
        let (features, warnings) = made(&contract, Raw::text(text)).unwrap();
        let kinds: Vec<_> = warnings.iter().map(|warning| warning.kind).collect();
        (features, kinds)
    };
    assert_eq!(told("6"), (vec![2.5], vec![WarningKind::Clipped]));
    assert_eq!(told("-1"), (vec![0.0], vec![WarningKind::Clipped]));
    assert_eq!(told("5"), (vec![2.5], vec![]));
    assert_eq!(told("4"), (vec![2.0], vec![]));
    assert_eq!(told("NaN"), (vec![2.5], vec![WarningKind::Imputed]));
}

#[test]
fn a_clipped_nan_is_nan_and_no_news() {
    let contract = contract(
        "kind = \"number\"\nparse = \"python_float\"\n\
         features = [{ name = \"X\", steps = [{ clip = [0, 5] }] }]",
    );
    let (features, warnings) = made(&contract, Raw::text("nan")).unwrap();
    assert!(features[0].is_nan());
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn what_no_32_bit_float_holds_is_an_error() {
    let contract = contract(AMOUNT);
    // The greatest one, half a step above it, and the next double below that.
    for (number, fits) in [
        (f64::from(f32::MAX), true),
        (3.402_823_567_797_336_6e38, false),
        (3.402_823_567_797_336_2e38, true),
        (-1e39, false),
    ] {
        let expected = if fits {
            Ok(vec![number])
        } else {
            Err(Fault::TooLarge)
        };
        let made = of_number(&contract, number).map(|(features, _)| features);
        assert_eq!(made, expected, "{number}");
    }
}
