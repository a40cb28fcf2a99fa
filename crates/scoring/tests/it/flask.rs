//! The contract that repeats the old script, defects included. Numbers are those of the list of
//! differences between training and serving.

use propenso_scoring::{Fault, Raw};

use crate::client::{
    EXAMPLE, Encoded, encode, encode_with, encode_without, feature, flask, training,
};

#[track_caller]
fn value(encoded: Encoded, name: &str) -> f64 {
    feature(&flask(), &encoded.unwrap().0, name)
}

/// The feature `name` when the example is sent with one text changed.
#[track_caller]
fn sent(parameter: &str, text: &str, name: &str) -> f64 {
    value(encode_with(&flask(), parameter, Raw::text(text)), name)
}

#[track_caller]
fn assert_refused(parameter: &str, text: &str, expected: Fault) {
    let errors = encode_with(&flask(), parameter, Raw::text(text)).unwrap_err();
    assert_eq!(errors.len(), 1, "{parameter}={text:?}");
    assert_eq!(
        (&*errors[0].parameter, errors[0].fault),
        (parameter, expected),
        "{text:?}"
    );
}

fn ages(text: &str) -> [f64; 4] {
    ["0_30", "31_50", "51_65", "MAYOR_65"].map(|name| sent("ed", text, name))
}

#[test]
fn the_example_request() {
    let contract = flask();
    let (features, _) = encode(
        &contract,
        EXAMPLE.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    let (right, _) = encode(
        &training(),
        EXAMPLE.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    let wrong: Vec<_> = (0..16).filter(|&i| features[i] != right[i]).collect();
    assert_eq!(contract.feature_names(), training().feature_names());
    assert_eq!(wrong, [5, 6], "VPT and CODIGO_POSTAL");
    assert_eq!(features[5], 0.0);
    assert_eq!(features[6], 8029.0 / 52.0);
}

#[test]
fn d1_the_postal_code_is_not_a_province() {
    assert_eq!(sent("cp", "8029", "CODIGO_POSTAL"), 8029.0 / 52.0);
    assert_eq!(sent("cp", "08029", "CODIGO_POSTAL"), 8029.0 / 52.0);
    assert_eq!(sent("cp", "28", "CODIGO_POSTAL"), 28.0 / 52.0);
    assert_eq!(sent("cp", "NaN", "CODIGO_POSTAL"), 28.0 / 52.0);
    assert_eq!(sent("cp", "-5", "CODIGO_POSTAL"), -5.0 / 52.0);
}

#[test]
fn d2_to_d6_only_exactly_si_is_a_yes() {
    for (parameter, name) in [("vt", "VPT"), ("vf", "VAP_SCF"), ("vb", "VAP_OB")] {
        for text in ["S", "N", "NO", "N ", "n", "SI ", "si", "", "NaN", "nan"] {
            assert_eq!(sent(parameter, text, name), 0.0, "{parameter}={text:?}");
        }
        assert_eq!(sent(parameter, "SI", name), 1.0);
        assert_eq!(value(encode_without(&flask(), parameter), name), 0.0);
        assert_eq!(
            value(encode_with(&flask(), parameter, Raw::Missing), name),
            0.0
        );
    }
}

#[test]
fn d7_to_d9_what_is_unknown_is_ported() {
    for text in ["NO", "N", "BAJAS_I", "BAJAS_II", "N/A"] {
        assert_eq!(sent("po", text, "PORTADO"), 0.0, "{text}");
    }
    for text in [
        "SI",
        "N/A ",
        "BAJAS_I ",
        "BAJAS_II ",
        "no",
        "",
        "NaN",
        "ÑÑ\u{fffd}",
    ] {
        assert_eq!(sent("po", text, "PORTADO"), 1.0, "{text:?}");
    }
    assert_eq!(value(encode_without(&flask(), "po"), "PORTADO"), 1.0);
}

#[test]
fn d10_only_exactly_nan_is_no_baja() {
    assert_eq!(sent("fb", "NaN", "BAJA"), 0.0);
    for text in ["202310", "", "nan", "null", " NaN", "cualquiera"] {
        assert_eq!(sent("fb", text, "BAJA"), 1.0, "{text:?}");
    }
    assert_eq!(value(encode_without(&flask(), "fb"), "BAJA"), 1.0);
    assert_eq!(
        value(encode_with(&flask(), "fb", Raw::Missing), "BAJA"),
        0.0
    );
}

#[test]
fn d11_age_bands_are_errors() {
    for text in ["0-30", "31-50", "51-65", "MAYOR 65"] {
        assert_refused("ed", text, Fault::NotANumber);
    }
}

#[test]
fn d12_to_d14_ages() {
    assert_eq!(ages("30"), [0.0; 4]);
    assert_eq!(ages("29"), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(ages("-7"), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(ages("31"), [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(ages("50"), [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(ages("51"), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(ages("65"), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(ages("NaN"), [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(ages("66"), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(ages("150"), [0.0, 0.0, 0.0, 1.0]);
    for text in ["nan", "", "null", " NaN"] {
        assert_refused("ed", text, Fault::NotANumber);
    }
}

#[test]
fn d15_to_d17_constants() {
    assert_eq!(sent("dt", "NaN", "DEUDA_TOTAL"), 71.99 / 628.83);
    assert_eq!(sent("im", "NaN", "IMPORTE_FACTURA"), 71.99 / 314.24);
    assert_eq!(sent("cf", "NaN", "CANTIDAD_FACTURAS"), 2.0 / 3.5);
    assert_eq!(sent("nl", "NaN", "NUM_LINEAS_ACTIVAS"), 1.0 / 2.5);
    assert_eq!(sent("dt", "700", "DEUDA_TOTAL"), 1.0);
    assert_eq!(sent("cf", "0", "CANTIDAD_FACTURAS"), 1.0 / 3.5);
}

#[test]
fn d18_unseen_missing_and_misspelt_are_zero() {
    for text in ["emp", "PER ", "per", "", "NaN", "XX", "EMP"] {
        assert_eq!(sent("er", text, "ESCENARIO_RECOBRO"), 0.0, "{text:?}");
    }
    for text in ["a", "A ", "", "B", "Z"] {
        assert_eq!(sent("ec", text, "ESTADO_CLIENTE"), 0.0, "{text:?}");
    }
    assert_eq!(
        value(encode_without(&flask(), "er"), "ESCENARIO_RECOBRO"),
        0.0
    );
    assert_eq!(value(encode_without(&flask(), "ec"), "ESTADO_CLIENTE"), 0.0);
    assert_eq!(sent("er", "FU", "ESCENARIO_RECOBRO"), 1.0);
    assert_eq!(sent("ec", "A", "ESTADO_CLIENTE"), 1.0);
}

#[test]
fn d19_counts_are_whole_numbers_in_pythons_eyes() {
    for parameter in ["cf", "nl", "cp", "ed"] {
        for text in ["3.0", "8029.0", "45.5", "1e3"] {
            assert_refused(parameter, text, Fault::NotWhole);
        }
        for text in ["1e400", "inf", "-inf", "Infinity"] {
            assert_refused(parameter, text, Fault::NotFinite);
        }
        assert_refused(parameter, &"9".repeat(4301), Fault::NotFinite);
    }
}

/// What the old script answered with 500.
#[test]
fn what_made_500_is_an_error_that_names_the_field() {
    for parameter in ["cp", "ed", "cf", "nl", "im", "dt"] {
        let errors = encode_without(&flask(), parameter).unwrap_err();
        assert_eq!(errors[0].fault, Fault::Absent);
        for text in [
            "",
            "null",
            "NULL",
            "None",
            "N/A",
            "true",
            "texto",
            "12,5",
            "1.234,56",
            "1,234.56",
            "12€",
            "12%",
            "0x1F",
            "1d3",
            "\u{2212}5",
            "1 2",
            "5\0",
            "--5",
            "AD500",
        ] {
            assert_refused(parameter, text, Fault::NotANumber);
        }
    }
    for text in [
        format!("18{}", "0".repeat(39)),
        "9".repeat(310),
        "9".repeat(4300),
    ] {
        assert_refused("cp", &text, Fault::TooLarge);
    }
    assert!(sent("cp", &format!("17{}", "0".repeat(39)), "CODIGO_POSTAL").is_finite());
    let errors = encode(&flask(), []).unwrap_err();
    let named: Vec<_> = errors.iter().map(|error| &*error.parameter).collect();
    assert_eq!(
        named,
        ["cf", "im", "dt", "cp", "nl", "ed"],
        "the other seven never failed"
    );
}

/// The script passed these on as NaN; whether that is an answer is for the model to say.
#[test]
fn other_spellings_of_nan_are_floats() {
    for text in ["nan", "-nan", "+nan", "NAN", " NaN "] {
        assert!(sent("im", text, "IMPORTE_FACTURA").is_nan(), "{text}");
        assert!(sent("dt", text, "DEUDA_TOTAL").is_nan(), "{text}");
    }
}

/// Nonsense the script answered with 200.
#[test]
fn nonsense_it_accepted() {
    assert_eq!(sent("im", "-5", "IMPORTE_FACTURA"), 0.0);
    assert_eq!(sent("im", "inf", "IMPORTE_FACTURA"), 1.0);
    assert_eq!(sent("dt", "1e400", "DEUDA_TOTAL"), 1.0);
    assert_eq!(sent("dt", "-Infinity", "DEUDA_TOTAL"), 0.0);
    assert_eq!(sent("nl", " 12 ", "NUM_LINEAS_ACTIVAS"), 1.0);
    assert_eq!(sent("nl", "+1", "NUM_LINEAS_ACTIVAS"), 1.0 / 2.5);
    assert_eq!(sent("cp", "1_000", "CODIGO_POSTAL"), 1000.0 / 52.0);
    assert_eq!(sent("cp", "１２", "CODIGO_POSTAL"), 12.0 / 52.0);
    assert_eq!(sent("cf", "٣", "CANTIDAD_FACTURAS"), 3.0 / 3.5);
    assert_eq!(ages(&"9".repeat(400)), [0.0, 0.0, 0.0, 1.0]);
    assert_eq!(ages(&format!("-{}", "9".repeat(400))), [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(sent("cf", &"9".repeat(400), "CANTIDAD_FACTURAS"), 1.0);
    assert_eq!(sent("nl", &"9".repeat(4300), "NUM_LINEAS_ACTIVAS"), 1.0);
}

#[test]
fn of_duplicates_the_first_counts() {
    let again = |values: [(&'static str, &'static str); 2]| {
        let rest = EXAMPLE.into_iter().filter(|(name, _)| *name != "nl");
        let values = rest.chain(values);
        encode(&flask(), values.map(|(name, text)| (name, Raw::text(text))))
    };
    assert_eq!(
        value(again([("nl", "1"), ("nl", "x")]), "NUM_LINEAS_ACTIVAS"),
        1.0 / 2.5
    );
    let errors = again([("nl", "x"), ("nl", "1")]).unwrap_err();
    assert_eq!(errors[0].fault, Fault::NotANumber);
}

#[test]
fn what_it_took_for_something_else_is_warned_about() {
    let contract = flask();
    let (_, warnings) = encode(
        &contract,
        EXAMPLE.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    let told: Vec<_> = warnings
        .iter()
        .map(|w| (&*w.input, w.kind.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("DEUDA_TOTAL", "clipped"),
            ("VPT", "unseen"),
            ("NUM_LINEAS_ACTIVAS", "clipped"),
            ("EDAD", "imputed"),
        ]
    );
}
