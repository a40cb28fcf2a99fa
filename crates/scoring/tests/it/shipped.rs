//! The table of the training-consistent contract, line by line.

use propenso_scoring::{Fault, Input, PositiveClass, Raw};

use crate::client::{EXAMPLE, encode, encode_with, encode_without, feature, training, warnings_of};

/// The feature `name` of the example with `parameter` changed, and the warnings about `input`.
#[track_caller]
fn made(parameter: &str, sent: Raw<'_>, name: &str) -> (f64, Vec<String>) {
    let contract = training();
    let input = contract.inputs()[contract.input_index(parameter).unwrap()].name();
    let (features, warnings) = encode_with(&contract, parameter, sent).unwrap();
    (
        feature(&contract, &features, name),
        warnings_of(&warnings, input),
    )
}

#[track_caller]
fn assert_clean(parameter: &str, sent: &str, name: &str, expected: f64) {
    let (value, warnings) = made(parameter, Raw::text(sent), name);
    assert_eq!(
        value.to_bits(),
        expected.to_bits(),
        "{parameter}={sent:?}: {value}"
    );
    assert!(warnings.is_empty(), "{parameter}={sent:?}: {warnings:?}");
}

#[track_caller]
fn assert_warned(parameter: &str, sent: &str, name: &str, expected: (f64, &str)) {
    let (value, warnings) = made(parameter, Raw::text(sent), name);
    assert_eq!(
        value.to_bits(),
        expected.0.to_bits(),
        "{parameter}={sent:?}: {value}"
    );
    assert_eq!(warnings, [expected.1], "{parameter}={sent:?}");
}

#[track_caller]
fn assert_refused(parameter: &str, sent: Raw<'_>, expected: Fault) {
    let request = format!("{parameter}={sent:?}");
    let errors = encode_with(&training(), parameter, sent).unwrap_err();
    assert_eq!(errors.len(), 1, "{request}: {errors:?}");
    assert_eq!(errors[0].parameter, parameter);
    assert_eq!(errors[0].fault, expected, "{request}");
}

/// Every way to write "missing", as it comes in a query or in JSON.
fn missing_spellings() -> Vec<Raw<'static>> {
    let texts = [
        "",
        " ",
        "NaN",
        "nan",
        "null",
        "None",
        "NULL",
        "N/A",
        "#N/D",
        "-",
        " NaN\u{a0}",
    ];
    texts
        .into_iter()
        .map(Raw::text)
        .chain([Raw::Missing])
        .collect()
}

#[track_caller]
fn assert_imputed(parameter: &str, name: &str, expected: f64, used: &str) {
    for sent in missing_spellings() {
        let (value, warnings) = made(parameter, sent.clone(), name);
        assert_eq!(value.to_bits(), expected.to_bits(), "{parameter}={sent:?}");
        assert_eq!(warnings.len(), 1, "{parameter}={sent:?}: {warnings:?}");
        assert!(warnings[0].starts_with("imputed "), "{warnings:?}");
        assert!(warnings[0].ends_with(&format!("-> {used}")), "{warnings:?}");
    }
}

#[test]
fn the_example_request() {
    let contract = training();
    let (features, warnings) = encode(
        &contract,
        EXAMPLE.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    let expected = [
        3.0 / 3.5,
        263.68 / 314.24,
        0.0,
        1.0,
        0.0,
        1.0,
        8.0 / 52.0,
        1.0,
        1.0,
        0.0,
        0.0,
        1.0,
        0.0,
        0.0,
        1.0,
        0.0,
    ];
    assert_eq!(features, expected);
    let kinds: Vec<_> = warnings
        .iter()
        .map(|w| (&*w.input, w.kind.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [
            ("DEUDA_TOTAL", "clipped"),
            ("NUM_LINEAS_ACTIVAS", "clipped"),
            ("EDAD", "imputed")
        ]
    );
}

#[test]
fn the_features_are_the_models_in_its_order() {
    let contract = training();
    assert_eq!(
        contract.feature_names(),
        [
            "CANTIDAD_FACTURAS",
            "IMPORTE_FACTURA",
            "ESCENARIO_RECOBRO",
            "DEUDA_TOTAL",
            "PORTADO",
            "VPT",
            "CODIGO_POSTAL",
            "NUM_LINEAS_ACTIVAS",
            "ESTADO_CLIENTE",
            "VAP_SCF",
            "VAP_OB",
            "BAJA",
            "0_30",
            "31_50",
            "51_65",
            "MAYOR_65",
        ]
    );
    let parameters: Vec<_> = contract.inputs().iter().map(Input::parameter).collect();
    assert_eq!(
        parameters,
        [
            "cf", "im", "er", "dt", "po", "vt", "cp", "nl", "ec", "vf", "vb", "fb", "ed"
        ]
    );
    let owners: Vec<_> = (0..16)
        .map(|i| contract.input_of_feature(i).unwrap())
        .collect();
    assert_eq!(
        owners,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 12, 12]
    );
    assert_eq!(contract.input_of_feature(16), None);
    let decision = contract.decision().expect("it has a decision");
    assert_eq!(decision.positive_class, PositiveClass::Int(1));
    assert_eq!(decision.threshold, None);
    assert_eq!(decision.labels.positive, "pagador");
    assert_eq!(decision.labels.negative, "no pagador");
}

#[test]
fn cantidad_facturas() {
    let name = "CANTIDAD_FACTURAS";
    for (sent, count) in [
        ("1", 1.0),
        ("2", 2.0),
        ("3.0", 3.0),
        ("+3", 3.0),
        (" 3 ", 3.0),
        ("2,5", 2.5),
        ("3.5", 3.5),
    ] {
        assert_clean("cf", sent, name, count / 3.5);
    }
    assert_warned("cf", "0", name, (1.0 / 3.5, "clipped 0 -> 1"));
    assert_warned("cf", "9", name, (1.0, "clipped 9 -> 3.5"));
    assert_warned("cf", "2.000", name, (2.0 / 3.5, "ambiguous 2.000 -> 2"));
    assert_imputed("cf", name, 2.0 / 3.5, "2");
    assert_refused("cf", Raw::text("-1"), Fault::BelowMinimum(0.0));
    assert_refused("cf", Raw::text("3€"), Fault::NotANumber);
    assert_refused("cf", Raw::number("1e400"), Fault::NotFinite);
}

#[test]
fn importe_factura() {
    let name = "IMPORTE_FACTURA";
    for sent in ["263.68", "263,68", "263,68 €", "€263.68", "\u{a0}263.680"] {
        assert_warned_or_clean(sent, name, 263.68 / 314.24);
    }
    for sent in [
        "1000.82",
        "1.000,82",
        "1000,82",
        "1 000,82",
        "1\u{a0}000,82 €",
        "1,000.82",
    ] {
        assert_warned("im", sent, name, (1.0, "clipped 1000.82 -> 314.24"));
    }
    assert_warned("im", "-5", name, (0.0, "clipped -5 -> 0"));
    assert_warned("im", "1.000", name, (1.0 / 314.24, "ambiguous 1.000 -> 1"));
    assert_warned("im", "1,000", name, (1.0 / 314.24, "ambiguous 1,000 -> 1"));
    let (_, warnings) = made("im", Raw::number("1.000"), name);
    assert!(
        warnings.is_empty(),
        "a JSON number has a decimal point: {warnings:?}"
    );
    assert_imputed("im", name, 71.99 / 314.24, "71.99");
    assert_refused("im", Raw::text("1.00,5"), Fault::Grouping);
    assert_refused("im", Raw::text("12%"), Fault::NotANumber);
}

/// `263.680` is ambiguous, its five siblings are not; all are the same amount.
#[track_caller]
fn assert_warned_or_clean(sent: &str, name: &str, expected: f64) {
    let (value, warnings) = made("im", Raw::text(sent), name);
    assert_eq!(value.to_bits(), expected.to_bits(), "{sent}");
    assert_eq!(
        warnings.is_empty(),
        !sent.ends_with("680"),
        "{sent}: {warnings:?}"
    );
}

#[test]
fn escenario_recobro() {
    for (sent, code) in [("PER", 1.0), ("FU", 1.0), ("EMP", 0.0), (" EMP ", 0.0)] {
        assert_clean("er", sent, "ESCENARIO_RECOBRO", code);
    }
    for sent in missing_spellings() {
        assert_refused("er", sent, Fault::Missing);
    }
    for (sent, code, warning) in [
        ("emp", 0.0, "guessed emp -> EMP"),
        (" Per", 1.0, "guessed  Per -> PER"),
        ("fú", 1.0, "guessed fú -> FU"),
    ] {
        assert_warned("er", sent, "ESCENARIO_RECOBRO", (code, warning));
    }
    for sent in ["PERM", "XXX", "PER,FU", "1"] {
        assert_refused("er", Raw::text(sent), Fault::UnknownSpelling);
    }
    assert_refused("er", Raw::number("1"), Fault::UnknownSpelling);
}

#[test]
fn deuda_total() {
    let name = "DEUDA_TOTAL";
    assert_clean("dt", "100.82", name, 100.82 / 628.83);
    assert_clean("dt", "628.83", name, 1.0);
    assert_warned("dt", "628.84", name, (1.0, "clipped 628.84 -> 628.83"));
    assert_imputed("dt", name, 125.61 / 628.83, "125.61");
}

#[test]
fn portado() {
    for sent in [
        "NO",
        "N",
        "N/A",
        "BAJAS_I",
        "BAJAS_II",
        "N/A ",
        "BAJAS_I ",
        "BAJAS_II\u{a0}",
    ] {
        assert_clean("po", sent, "PORTADO", 0.0);
    }
    assert_clean("po", "SI", "PORTADO", 1.0);
    for sent in ["", "NaN", "nan", "null", "None", "NULL", "#N/D", "-"] {
        assert_refused("po", Raw::text(sent), Fault::Missing);
    }
    assert_refused("po", Raw::Missing, Fault::Missing);
    assert_warned("po", "sí", "PORTADO", (1.0, "guessed sí -> SI"));
    // A kind of leaving is neither yes nor no, so other words for these are not taken for them.
    for sent in ["S", "true", "BAJA"] {
        assert_refused("po", Raw::text(sent), Fault::UnknownSpelling);
    }
}

#[test]
fn yes_or_no() {
    for (parameter, name) in [("vt", "VPT"), ("vf", "VAP_SCF"), ("vb", "VAP_OB")] {
        for (sent, code) in [
            ("S", 1.0),
            ("SI", 1.0),
            ("N", 0.0),
            ("NO", 0.0),
            ("N ", 0.0),
        ] {
            assert_clean(parameter, sent, name, code);
        }
        for (sent, code, warning) in [
            ("n", 0.0, "guessed n -> N"),
            ("Sí", 1.0, "guessed Sí -> SI"),
            ("verdadero", 1.0, "guessed verdadero -> S"),
            ("False", 0.0, "guessed False -> N"),
        ] {
            assert_warned(parameter, sent, name, (code, warning));
        }
        let (value, warnings) = made(parameter, Raw::Boolean(true), name);
        assert_eq!((value, &*warnings[0]), (1.0, "guessed True -> S"));
        assert_refused(parameter, Raw::text("quizá"), Fault::UnknownSpelling);
        assert_refused(
            parameter,
            Raw::Other("boolean"),
            Fault::WrongType("boolean"),
        );
    }
    assert_imputed("vt", "VPT", 1.0, "1");
    for sent in missing_spellings() {
        assert_refused("vf", sent.clone(), Fault::Missing);
        assert_refused("vb", sent, Fault::Missing);
    }
}

#[test]
fn codigo_postal() {
    let name = "CODIGO_POSTAL";
    for (sent, province) in [
        ("8029", 8.0),
        ("08029", 8.0),
        ("8029.0", 8.0),
        ("8029.00", 8.0),
        ("1001", 1.0),
        ("52999", 52.0),
        ("28000", 28.0),
        ("28", 28.0),
        ("08", 8.0),
        ("1", 1.0),
        ("52", 52.0),
    ] {
        assert_clean("cp", sent, name, province / 52.0);
        assert_eq!(made("cp", Raw::number(sent), name).0, province / 52.0);
    }
    assert_imputed("cp", name, 28.0 / 52.0, "28");
    for sent in ["0", "53", "1000", "53000", "-8029", "1e9"] {
        assert_refused("cp", Raw::text(sent), Fault::OutOfRange);
    }
    for sent in ["8.029", "8029.5", "8,029"] {
        assert_refused("cp", Raw::text(sent), Fault::NotWhole);
    }
    assert_refused("cp", Raw::text("AD500"), Fault::NotANumber);
}

#[test]
fn num_lineas_activas() {
    let name = "NUM_LINEAS_ACTIVAS";
    for (sent, count) in [("0", 0.0), ("1", 1.0), ("2.5", 2.5)] {
        assert_clean("nl", sent, name, count / 2.5);
    }
    assert_warned("nl", "91", name, (1.0, "clipped 91 -> 2.5"));
    assert_imputed("nl", name, 1.0 / 2.5, "1");
    assert_refused("nl", Raw::text("-0.5"), Fault::BelowMinimum(0.0));
}

#[test]
fn estado_cliente() {
    assert_clean("ec", "A", "ESTADO_CLIENTE", 1.0);
    assert_clean("ec", "B", "ESTADO_CLIENTE", 0.0);
    assert_refused("ec", Raw::text("C"), Fault::UnknownSpelling);
    for sent in missing_spellings() {
        assert_refused("ec", sent, Fault::Missing);
    }
}

#[test]
fn fecha_bpi() {
    for sent in ["202310", "202310.0", " 202310 "] {
        assert_clean("fb", sent, "BAJA", 1.0);
    }
    assert_eq!(made("fb", Raw::number("202310"), "BAJA"), (1.0, vec![]));
    for sent in missing_spellings() {
        assert_eq!(
            made("fb", sent, "BAJA"),
            (0.0, vec![]),
            "missing is what it tells"
        );
    }
    for sent in ["2023-10", "202313", "10/2023", "SI", "0"] {
        assert_refused("fb", Raw::text(sent), Fault::NotAYearMonth);
    }
}

#[test]
fn edad() {
    let contract = training();
    let bands = ["0_30", "31_50", "51_65", "MAYOR_65"];
    let hot = |sent: Raw<'_>| {
        let (features, _) = encode_with(&contract, "ed", sent).unwrap();
        let values = bands.map(|name| feature(&contract, &features, name));
        assert_eq!(values.iter().sum::<f64>(), 1.0);
        values.iter().position(|&value| value == 1.0).unwrap()
    };
    for (sent, band) in [
        ("0", 0),
        ("18", 0),
        ("30", 0),
        ("30.0", 0),
        ("31", 1),
        ("50", 1),
        ("51", 2),
        ("65", 2),
        ("66", 3),
        ("120", 3),
        ("0-30", 0),
        ("31-50", 1),
        ("51-65", 2),
        ("MAYOR 65", 3),
        (" MAYOR 65", 3),
    ] {
        assert_eq!(hot(Raw::text(sent)), band, "{sent}");
        assert_clean("ed", sent, bands[band], 1.0);
    }
    assert_eq!(hot(Raw::number("45")), 1);
    assert_imputed("ed", "51_65", 1.0, "51-65");
    assert_refused("ed", Raw::text("-1"), Fault::BelowMinimum(0.0));
    assert_refused("ed", Raw::text("121"), Fault::AboveMaximum(120.0));
    assert_refused("ed", Raw::text("45.5"), Fault::NotWhole);
    assert_warned(
        "ed",
        "mayor 65",
        "MAYOR_65",
        (1.0, "guessed mayor 65 -> MAYOR 65"),
    );
    assert_refused("ed", Raw::text("mayor de 65"), Fault::NotANumber);
}

#[test]
fn every_input_must_be_named() {
    let contract = training();
    for (parameter, _) in EXAMPLE {
        let errors = encode_without(&contract, parameter).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (&*errors[0].parameter, errors[0].fault),
            (parameter, Fault::Absent)
        );
        assert_eq!(errors[0].value, None);
    }
    let errors = encode(&contract, []).unwrap_err();
    let named: Vec<_> = errors.iter().map(|error| &*error.input).collect();
    let inputs: Vec<_> = contract.inputs().iter().map(Input::name).collect();
    assert_eq!(named, inputs, "all at once, in the contract's order");
}

#[test]
fn long_names_and_parameters_are_the_same_input() {
    let contract = training();
    let long = EXAMPLE.map(|(parameter, text)| {
        let input = &contract.inputs()[contract.input_index(parameter).unwrap()];
        (input.name(), Raw::text(text))
    });
    let short = EXAMPLE.map(|(parameter, text)| (parameter, Raw::text(text)));
    assert_eq!(encode(&contract, long), encode(&contract, short));
}

#[test]
fn an_input_given_twice_is_an_error_under_either_name() {
    let contract = training();
    for again in [("cp", "28001"), ("CODIGO_POSTAL", "8029")] {
        let values = EXAMPLE.into_iter().chain([again, again]);
        let values = values.map(|(name, text)| (name, Raw::text(text)));
        let errors = encode(&contract, values).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].fault, Fault::Repeated);
        assert_eq!(
            errors[0].value.as_deref(),
            Some("8029"),
            "the first one sent"
        );
    }
}

#[test]
fn unknown_names_are_warned_about_once_and_not_without_end() {
    let contract = training();
    let many: Vec<_> = (0..100).map(|i| format!("x{i}")).collect();
    let unknown = ["CP", "CP", "cp "]
        .into_iter()
        .chain(many.iter().map(String::as_str));
    let values = EXAMPLE.into_iter().chain(unknown.map(|name| (name, "1")));
    let (_, warnings) = encode(
        &contract,
        values.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    let unknown: Vec<_> = warnings
        .iter()
        .filter(|w| w.kind.as_str() == "unknown_input")
        .map(|w| &*w.input)
        .collect();
    assert_eq!(unknown.len(), 32);
    assert_eq!(unknown[..3], ["CP", "cp ", "x0"]);
}

#[test]
fn errors_leave_no_features_behind() {
    let contract = training();
    let row = propenso_scoring::Row::new(&contract);
    let (mut features, mut warnings) = (vec![1.0], Vec::new());
    assert!(contract.encode(&row, &mut features, &mut warnings).is_err());
    assert!(features.is_empty());
}

#[test]
fn warnings_on_the_wire() {
    let contract = training();
    let values = EXAMPLE.into_iter().chain([("zz", "1")]);
    let (_, warnings) = encode(
        &contract,
        values.map(|(name, text)| (name, Raw::text(text))),
    )
    .unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&warnings).unwrap());
}
