//! What an analyst is told about a contract that cannot be used.

use propenso_scoring::{Contract, ContractError, PositiveClass, shipped_names};

const HEAD: &str = r#"
name = "prueba"
description = { es = "prueba", en = "test" }
missing = ["", "NaN"]
[decision]
positive_class = 1
labels = { positive = "sí", negative = "no" }
"#;

/// An input that is in order but for what `keys` say.
fn input(name: &str, keys: &str) -> String {
    format!(
        "[[input]]\nname = \"{name}\"\nparameter = \"{}\"\ntext = {{ es = \"x\", en = \"x\" }}\n{keys}\n",
        name.to_lowercase()
    )
}

fn number(keys: &str) -> String {
    input(
        "X",
        &format!("kind = \"number\"\nfeatures = [{{ name = \"X\" }}]\n{keys}"),
    )
}

fn codes(keys: &str) -> String {
    input(
        "X",
        &format!("kind = \"codes\"\nfeatures = [{{ name = \"X\" }}]\n{keys}"),
    )
}

fn steps(steps: &str) -> String {
    let keys = format!("kind = \"number\"\nfeatures = [{{ name = \"X\", steps = {steps} }}]");
    input("X", &keys)
}

fn bands(keys: &str) -> String {
    input("X", &format!("kind = \"number\"\n{keys}"))
}

/// The problems of a contract with these inputs, one a line.
#[track_caller]
fn problems(inputs: &str) -> String {
    match Contract::parse(&format!("{HEAD}{inputs}")) {
        Err(ContractError::Invalid(problems)) => {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn syntax(inputs: &str) -> String {
    match Contract::parse(&format!("{HEAD}{inputs}")) {
        Err(error @ ContractError::Invalid(_)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_smallest_contract() {
    let contract = Contract::parse(&format!("{HEAD}{}", number(""))).unwrap();
    assert_eq!(contract.feature_names(), ["X"]);
    assert_eq!(contract.input_index("X"), contract.input_index("x"));
    assert_eq!(contract.input_index("y"), None);
}

#[test]
fn what_an_input_is_called() {
    use propenso_scoring::Language::{English, Spanish};
    let called = |keys: &str| {
        let text = format!(
            "{HEAD}[[input]]\nname = \"FECHA\"\nparameter = \"f\"\nkind = \"number\"\n\
             features = [{{ name = \"F\" }}]\n{keys}"
        );
        let contract = Contract::parse(&text).unwrap();
        let input = &contract.inputs()[0];
        [Spanish, English].map(|language| {
            (
                input.text(language).to_owned(),
                input.help(language).to_owned(),
            )
        })
    };
    let own = |es: &str, en: &str| (es.to_owned(), en.to_owned());
    // Nothing is required; English may be left out; a file from before `help` says all in `text`.
    assert_eq!(called(""), [own("FECHA", "FECHA"), own("FECHA", "FECHA")]);
    for text in ["\"fecha\"", "{ es = \"fecha\" }"] {
        let keys = format!("text = {text}");
        assert_eq!(
            called(&keys),
            [own("fecha", "fecha"), own("fecha", "fecha")]
        );
    }
    let keys = "text = { es = \"mes, si lo hay\", en = \"month, if any\" }";
    assert_eq!(
        called(keys),
        [
            own("mes, si lo hay", "mes, si lo hay"),
            own("month, if any", "month, if any")
        ]
    );
    let keys = "text = { es = \"fecha\", en = \"date\" }\nhelp = \"mes de la fecha\"";
    assert_eq!(
        called(keys),
        [
            own("fecha", "mes de la fecha"),
            own("date", "mes de la fecha")
        ]
    );
}

#[test]
fn all_problems_at_once() {
    let text = r#"
name = " "
description = { es = "", en = "" }
missing = [" NaN"]
[decision]
positive_class = [1]
threshold = 1.5
labels = { positive = "", negative = "no" }
[[input]]
name = "A"
parameter = "a"
text = { es = "", en = "" }
kind = "codes"
accept = { }
features = [{ name = "F", steps = [{ divide = 0 }] }]
[[input]]
name = "B"
parameter = "a"
text = { es = "b", en = "b" }
kind = "amount"
whole = true
features = [{ name = "F" }]
"#;
    insta::assert_snapshot!(Contract::parse(text).unwrap_err().to_string());
}

#[test]
fn keys_and_types_the_grammar_does_not_have() {
    let mut text = String::new();
    for bad in [
        number("minimun = 0"),
        number("minimum = \"0\""),
        input("X", "kind = \"numero\"\nfeatures = []"),
        input("X", "help = 1\nkind = \"number\"\nfeatures = []"),
        input(
            "X",
            "help = { en = \"x\" }\nkind = \"number\"\nfeatures = []",
        ),
        steps("[{ clipp = [0, 1] }]"),
        steps("[\"presente\"]"),
        codes("accept = { A = 1, A = 2 }"),
        "[[input]]\nname = \"X\"\n".to_owned(),
        "esto no es TOML".to_owned(),
    ] {
        text.push_str(&syntax(&bad));
        text.push_str("\n---\n");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_problem() {
    let mut text = String::new();
    let twice = format!(
        "{}{}",
        number(""),
        input("x", "kind = \"year_month\"\nfeatures = []")
    );
    let same = format!(
        "{}{}",
        number(""),
        input("Y", "kind = \"number\"\nfeatures = [{ name = \"X\" }]")
    );
    for (title, inputs) in [
        ("no inputs", String::new()),
        ("a name twice", twice),
        ("a feature twice", same),
        (
            "no name",
            input("", "kind = \"number\"\nfeatures = [{ name = \"\" }]"),
        ),
        ("no features", input("X", "kind = \"number\"")),
        (
            "accept of a number",
            number("accept = { A = 1 }\notherwise = 1"),
        ),
        (
            "ranges of a code",
            codes("accept = { A = 1 }\nranges = []\nparse = \"python_int\""),
        ),
        ("nothing accepted", codes("")),
        ("accept empty", codes("accept = {}")),
        ("spelling with blanks", codes("accept = { \"A \" = 1 }")),
        (
            "code not finite",
            codes("accept = { A = nan }\notherwise = inf"),
        ),
        ("minimum over maximum", number("minimum = 2\nmaximum = 1")),
        (
            "limits not finite",
            number("minimum = nan\nmaximum = inf\nabsent = nan\nmissing = nan"),
        ),
        (
            "minimum and ranges",
            number("minimum = 1\nranges = [{ from = 1, to = 2 }]"),
        ),
        ("ranges empty", number("ranges = []")),
        ("range backwards", number("ranges = [{ from = 2, to = 1 }]")),
        (
            "ranges overlap",
            number("ranges = [{ from = 1, to = 2 }, { from = 2, to = 3 }]"),
        ),
        (
            "range by 0",
            number("ranges = [{ from = 1, to = 2, floor_divide = 0 }]"),
        ),
        ("divide by 0", steps("[{ divide = 0 }]")),
        ("divide by nan", steps("[{ divide = nan }]")),
        ("floor_divide by inf", steps("[{ floor_divide = inf }]")),
        ("clip backwards", steps("[{ clip = [2, 1] }]")),
        ("clip of three", steps("[{ clip = [0, 1, 2] }]")),
        ("clip nan", steps("[{ clip = [nan, 1] }]")),
        ("present last", steps("[{ divide = 2 }, \"is_present\"]")),
        (
            "present and missing",
            steps("[\"is_present\"]") + "missing = 0",
        ),
        ("missing a label", number("missing = \"A\"")),
        ("missing true", number("missing = true")),
        (
            "text as a value",
            input("X", "kind = \"text\"\nfeatures = [{ name = \"X\" }]"),
        ),
        ("bands empty", bands("bands = []")),
        (
            "bands and features",
            number("bands = [{ feature = \"B\", from = 0, to = 1 }]"),
        ),
        ("outside alone", number("outside = \"zeros\"")),
        (
            "bands overlap",
            bands("bands = [{ feature = \"A\", to = 30 }, { feature = \"B\", from = 30 }]"),
        ),
        (
            "bands with a hole",
            bands("bands = [{ feature = \"A\", to = 29 }, { feature = \"B\", from = 31 }]"),
        ),
        (
            "band backwards",
            bands("bands = [{ feature = \"A\", from = 3, to = 1 }]"),
        ),
        (
            "band not whole",
            bands("bands = [{ feature = \"A\", from = 0.5, to = inf }]"),
        ),
        (
            "label twice",
            bands(
                "bands = [{ feature = \"A\", label = \"a\", to = 1 }, \
                 { feature = \"B\", label = \"a\", from = 2 }]",
            ),
        ),
        (
            "missing in no band",
            bands("missing = 7\nbands = [{ feature = \"A\", from = 0, to = 1 }]"),
        ),
        (
            "missing no label",
            bands(
                "missing = \"b\"\nbands = [{ feature = \"A\", label = \"a\", from = 0, to = 1 }]",
            ),
        ),
    ] {
        text.push_str(&format!("# {title}\n{}\n", problems(&inputs)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn decisions() {
    for (class, expected) in [
        ("0", PositiveClass::Int(0)),
        ("1.0", PositiveClass::Float(1.0)),
        ("true", PositiveClass::Bool(true)),
        ("\"SI\"", PositiveClass::Text("SI".to_owned())),
    ] {
        let head = HEAD.replace("positive_class = 1", &format!("positive_class = {class}"));
        let text = format!("{head}threshold = 0.3\n{}", number(""));
        let contract = Contract::parse(&text).unwrap();
        assert_eq!(contract.decision().unwrap().positive_class, expected);
        assert_eq!(contract.decision().unwrap().threshold, Some(0.3));
    }
    for bad in ["nan", "-0.1", "1.1", "inf"] {
        let text = format!("{HEAD}threshold = {bad}\n{}", number(""));
        assert!(Contract::parse(&text).is_err(), "{bad}");
    }
}

#[test]
fn shipped_by_name() {
    let names: Vec<_> = shipped_names().collect();
    assert_eq!(names, ["casas-cobranzas", "casas-cobranzas-flask"]);
    for name in names {
        assert_eq!(Contract::shipped(name).unwrap().name(), name);
    }
    assert!(Contract::shipped("casas").is_none());
}

#[test]
fn what_cannot_be_changed_and_what_is_a_count() {
    let contract = Contract::parse(&format!(
        "{HEAD}{}",
        number("immutable = true\ncounts = true")
    ));
    assert!(contract.unwrap().inputs()[0].is_immutable());
    let contract = Contract::parse(&format!("{HEAD}{}", number(""))).unwrap();
    assert!(!contract.inputs()[0].is_immutable());
    insta::assert_snapshot!(
        problems(&codes("accept = { A = 1 }\ncounts = true")),
        @"line 15: input X: `counts` does not go with kind codes; remove it"
    );
}
