//! What contracts make of values, against what Python makes of them: each expected number was printed by CPython 3 with the
//! expression beside it (`math.log1p`, `datetime.date`); numpy and pandas do the same operations on doubles.

use propenso_scoring::{Contract, Fault, Language, Raw, Row, Shape, WarningKind};

const HEAD: &str = r#"
name = "prueba"
description = "prueba"
missing = ["", "NaN"]
[decision]
positive_class = 1
labels = { positive = "sí", negative = "no" }
"#;

const DAYS: &str = r#"
[[input]]
name = "ALTA"
parameter = "al"
kind = "date"
formats = ["%d/%m/%Y"]
missing = 2020-01-01
features = [{ name = "ANTIGUEDAD", steps = [{ days_since = 2015-06-30 }, { divide = 365 }] }]
[[input]]
name = "BAJA"
parameter = "ba"
kind = "date"
features = [
    { name = "DURACION", steps = [{ days_since = "ALTA" }] },
    { name = "LOG_DURACION", steps = [{ days_since = "ALTA" }, "log1p"] },
]
[[input]]
name = "ULTIMO_PAGO"
parameter = "up"
kind = "date"
features = [{ name = "HA_PAGADO", steps = ["is_present"] }]
"#;

const ONE_HOT: &str = r#"
[[input]]
name = "ESCENARIO"
parameter = "er"
kind = "codes"
one_hot = [
    { feature = "ER_PER", accept = ["PER", "Persona"] },
    { feature = "ER_FU", accept = ["FU"] },
    { accept = ["EMP"] },
]
"#;

fn contract(inputs: &str) -> Contract {
    match Contract::parse(&format!("{HEAD}{inputs}")) {
        Ok(contract) => contract,
        Err(error) => panic!("{error}"),
    }
}

/// The features of a row, or what is wrong with it.
type Encoded = Result<Vec<f64>, Vec<Fault>>;

/// The features of a row, or the faults; and the kinds and texts of warnings.
#[track_caller]
fn encode(contract: &Contract, values: &[(&str, &str)]) -> (Encoded, Vec<(WarningKind, String)>) {
    let mut row = Row::new(contract);
    for (name, value) in values {
        row.set(contract, name, Raw::text(*value));
    }
    let (mut features, mut warnings) = (Vec::new(), Vec::new());
    let encoded = contract.encode(&row, &mut features, &mut warnings);
    let faults = |errors: Vec<propenso_scoring::FieldError>| {
        errors.iter().map(|error| error.fault).collect()
    };
    let warnings = warnings.iter();
    let warnings = warnings.map(|warning| (warning.kind, warning.message(Language::Spanish)));
    (
        encoded.map(|()| features).map_err(faults),
        warnings.collect(),
    )
}

#[test]
fn z_scores_and_logarithms() {
    let contract = contract(
        r#"
[[input]]
name = "IMPORTE"
parameter = "im"
kind = "amount"
features = [
    { name = "Z", steps = [{ subtract = 71.99 }, { divide = 104.33 }] },
    { name = "LOG", steps = ["log1p"] },
    { name = "ZLOG", steps = ["log1p", { subtract = 4.2 }, { divide = 1.7 }] },
]
"#,
    );
    // (263.68 - 71.99) / 104.33, math.log1p(263.68), (math.log1p(263.68) - 4.2) / 1.7
    let (features, _) = encode(&contract, &[("im", "263,68 €")]);
    let features = features.unwrap();
    assert_eq!(features[0], 1.837_343_046_103_709_5);
    // A logarithm's last bit is the C library's affair.
    let close = |x: f64, y: f64| (x - y).abs() <= 2.0 * f64::EPSILON * y.abs();
    assert!(close(features[1], 5.578_521_549_143_859), "{features:?}");
    assert!(close(features[2], 0.810_895_028_908_152_1), "{features:?}");
    for sent in ["-1", "-2,5"] {
        let (features, _) = encode(&contract, &[("im", sent)]);
        assert_eq!(features, Err(vec![Fault::NoLogarithm]));
    }
}

#[test]
fn days_between() {
    let contract = contract(DAYS);
    assert_eq!(
        contract.feature_names(),
        ["ANTIGUEDAD", "DURACION", "LOG_DURACION", "HA_PAGADO"]
    );
    let sent = [
        ("al", "29/02/2020"),
        ("ba", "2023-10-31 00:00:00"),
        ("up", ""),
    ];
    let (features, warnings) = encode(&contract, &sent);
    // (date(2020, 2, 29) - date(2015, 6, 30)).days / 365; (date(2023, 10, 31) - date(2020, 2, 29)).days
    assert_eq!(
        features.as_deref().map(|features| &features[..2]),
        Ok(&[1705.0 / 365.0, 1340.0][..])
    );
    assert!(warnings.is_empty(), "{warnings:?}");
    let log = features.unwrap()[2];
    assert!((log - 7.201_170_883_281_678).abs() < 1e-14, "{log}");

    // What stands for the missing day stands for it in every difference, and is told once.
    let (features, warnings) = encode(
        &contract,
        &[("al", "NaN"), ("ba", "2020-01-31"), ("up", "2020-02-01")],
    );
    assert_eq!(features.unwrap()[1], 30.0);
    let expected = (
        WarningKind::Imputed,
        "ALTA: falta el valor; se usa 2020-01-01".to_owned(),
    );
    assert_eq!(warnings, [expected]);

    // A day that is wrong is told once too.
    let (features, _) = encode(
        &contract,
        &[("al", "31/02/2020"), ("ba", "2020-01-31"), ("up", "x")],
    );
    assert_eq!(features, Err(vec![Fault::NotADate, Fault::NotADate]));
    let (features, _) = encode(
        &contract,
        &[("al", "2020-01-31"), ("ba", "2020-01-30"), ("up", "")],
    );
    assert_eq!(
        features,
        Err(vec![Fault::NoLogarithm]),
        "the last is before the first"
    );
    let shape = contract.inputs()[0].shape();
    let Shape::Date { examples, patterns } = shape else {
        panic!("{shape:?}")
    };
    assert_eq!(examples, ["31/10/2023", "2023-10-31"]);
    assert_eq!(patterns[0], "^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$");
    let accepted = contract.inputs()[0].accepted(Language::Spanish);
    assert_eq!(
        accepted,
        "fecha, como 31/10/2023 o 2023-10-31;  si no se conoce".replace(";  ", "; vacío ")
    );
}

#[test]
fn a_feature_of_two_days_belongs_to_the_input_it_stands_under() {
    let contract = contract(
        r#"
[[input]]
name = "BAJA"
parameter = "ba"
kind = "date"
features = [{ name = "DURACION", steps = [{ days_since = "ALTA" }] }]
[[input]]
name = "ALTA"
parameter = "al"
kind = "date"
"#,
    );
    assert_eq!(contract.input_of_feature(0), Some(0));
    let (features, _) = encode(&contract, &[("al", "2020-01-01"), ("ba", "2019-12-31")]);
    assert_eq!(features, Ok(vec![-1.0]));
    let (features, _) = encode(&contract, &[("al", ""), ("ba", "2019-12-31")]);
    assert_eq!(features, Err(vec![Fault::Missing]));
}

#[test]
fn one_feature_a_code() {
    let contract = contract(ONE_HOT);
    assert_eq!(contract.feature_names(), ["ER_PER", "ER_FU"]);
    for (sent, expected) in [
        ("PER", [1.0, 0.0]),
        ("Persona", [1.0, 0.0]),
        ("FU", [0.0, 1.0]),
        ("EMP", [0.0, 0.0]),
        ("fu ", [0.0, 1.0]),
    ] {
        let (features, _) = encode(&contract, &[("er", sent)]);
        assert_eq!(features, Ok(expected.to_vec()), "{sent}");
    }
    let (features, _) = encode(&contract, &[("er", "OTRO")]);
    assert_eq!(features, Err(vec![Fault::UnknownSpelling]));
    let (features, _) = encode(&contract, &[("er", "NaN")]);
    assert_eq!(features, Err(vec![Fault::Missing]));
    let shape = contract.inputs()[0].shape();
    assert!(
        matches!(&shape, Shape::Choice { known, takes_others: false, .. } if known.len() == 4),
        "{shape:?}"
    );
}

#[test]
fn unknown_and_missing_codes_by_choice() {
    let zeros = contract(&format!(
        "{ONE_HOT}unknown = \"zeros\"\nmissing = \"zeros\"\n"
    ));
    let (features, warnings) = encode(&zeros, &[("er", "OTRO")]);
    assert_eq!(features, Ok(vec![0.0, 0.0]));
    let unknown =
        "ESCENARIO: OTRO no estaba en el entrenamiento; el modelo lo trata como desconocido";
    assert_eq!(warnings, [(WarningKind::Unseen, unknown.to_owned())]);
    let (features, warnings) = encode(&zeros, &[("er", "")]);
    assert_eq!(features, Ok(vec![0.0, 0.0]));
    assert_eq!(warnings[0].0, WarningKind::Imputed);
    let stands_in = contract(&format!("{ONE_HOT}missing = \"FU\"\n"));
    let (features, warnings) = encode(&stands_in, &[("er", "")]);
    assert_eq!(features, Ok(vec![0.0, 1.0]));
    let expected = (
        WarningKind::Imputed,
        "ESCENARIO: falta el valor; se usa FU".to_owned(),
    );
    assert_eq!(warnings, [expected]);
}

/// Every key that is known where one is not has its place in the documentation.
#[test]
fn the_grammar_is_documented_whole() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/contracts.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let decision =
        "[decision]\npositive_class = 1\nlabels = { positive = \"a\", negative = \"b\" }\n";
    let head = "name = \"a\"\ndescription = \"a\"\n";
    let input = "[[input]]\nname = \"A\"\nparameter = \"a\"\n";
    let mut keys = std::collections::BTreeSet::new();
    for text in [
        format!("{head}nada = 1\n{decision}"),
        format!("base = \"model\"\n{head}nada = 1\n"),
        format!("{head}{decision}nada = 1\n"),
        format!("{head}{decision}[portfolio]\nnada = 1\n"),
        format!("{head}{decision}{input}nada = 1\nkind = \"nada\"\n"),
        format!("base = \"model\"\n{head}{input}nada = 1\n"),
        format!("{head}{decision}{input}kind = \"number\"\nbands = [{{ nada = 1 }}]\n"),
        format!("{head}{decision}{input}kind = \"number\"\nranges = [{{ nada = 1 }}]\n"),
        format!("{head}{decision}{input}kind = \"number\"\none_hot = [{{ nada = 1 }}]\n"),
        format!("{head}{decision}{input}kind = \"number\"\nfeatures = [{{ nada = 1 }}]\n"),
        format!(
            "{head}{decision}{input}kind = \"number\"\nfeatures = [{{ name = \"A\", steps = [\"nada\"] }}]\n"
        ),
        format!("{head}{decision}{input}kind = \"number\"\nparse = \"nada\"\n"),
    ] {
        let error = propenso_scoring::ContractFile::parse(&text).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("`nada`"), "{told}");
        let known = told.split('`').skip(1).step_by(2).map(str::to_owned);
        keys.extend(known.filter(|key| key != "nada"));
    }
    assert!(keys.len() > 45, "{keys:?}");
    let is_documented = |key: &&String| {
        [
            format!("`{key}`"),
            format!("`[{key}]`"),
            format!("`\"{key}\"`"),
            format!("{key} = "),
        ]
        .iter()
        .chain(&[
            format!("{{ {key}, "),
            format!(" {key}, "),
            format!(", {key} "),
        ])
        .any(|form| docs.contains(form.as_str()))
    };
    let missing: Vec<&String> = keys.iter().filter(|key| !is_documented(key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_does_not_go_together() {
    let text = format!(
        "{HEAD}{}",
        r#"
[[input]]
name = "A"
parameter = "a"
kind = "date"
absent = 3
formats = ["%d/%m/%Y", "%m/%d/%Y"]
missing = 12
features = [{ name = "A1" }, { name = "A2", steps = [{ divide = 2 }, { days_since = 2020-01-01 }] }]
[[input]]
name = "B"
parameter = "b"
kind = "number"
formats = ["%Y"]
features = [{ name = "B1", steps = [{ days_since = 2020-01-01 }, { subtract = inf }] }]
[[input]]
name = "C"
parameter = "c"
kind = "codes"
one_hot = [{ feature = "C1", accept = ["X", "X"] }, { feature = "C2", accept = [] }]
accept = { X = 1 }
missing = "Y"
[[input]]
name = "D"
parameter = "d"
kind = "date"
features = [{ name = "D1", steps = [{ days_since = "B" }] }, { name = "D2", steps = [{ days_since = 2020-02-28T10:00:00 }] }]
"#
    );
    insta::assert_snapshot!(Contract::parse(&text).unwrap_err().to_string());
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = r#"name = "prueba"
description = { en = "test" }
mising = [""]
[decision]
positive_class = 1
labels = { positive = "sí" }
[[input]]
name = "A"
kind = "numero"
minimum = "0"
features = [{ name = "A", steps = [{ clipp = [0, 1] }, "presente", { divide = "x" }] }]
[[input]]
parameter = "b"
kind = "number"
maximun = 3
features = [{ nombre = "B" }]
[[input]]
name = "C"
parameter = "c"
kind = "number"
minimum = 2
maximum = 1
features = [{ name = "C", steps = [{ divide = 0 }] }]
"#;
    insta::assert_snapshot!(
        "all_at_once",
        Contract::parse(text).unwrap_err().to_string()
    );
    let text = "name = \"a\nkind == 3\n[[input]\nx = 1\nx = 2\n";
    insta::assert_snapshot!("no_toml", Contract::parse(text).unwrap_err().to_string());
}
