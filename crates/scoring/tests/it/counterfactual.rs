//! The smallest change that flips a client's class, on the example's model and portfolio.

use std::path::Path;
use std::sync::LazyLock;

use propenso_engine::Predictor;
use propenso_model::{Limits, ModelFile};
use propenso_scoring::{
    Contract, ContractFile, Counterfactual, CounterfactualError, Language, Outcome, Raw, Row,
    Scorer, WarningValue, Workspace,
};

use crate::client::EXAMPLE;

type Client = Vec<(String, String)>;

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

fn model(path: &str) -> (Predictor, propenso_model::Sha256) {
    let bytes = std::fs::read(repository(path)).unwrap();
    let file = ModelFile::read(bytes, &Limits::default()).unwrap();
    (Predictor::compile(file.estimator().unwrap()), file.sha256())
}

fn scorer(path: &str, contract: impl FnOnce(&Predictor) -> Contract) -> Scorer {
    let (predictor, hash) = model(path);
    let contract = contract(&predictor);
    Scorer::new(contract, predictor, hash).unwrap()
}

static SHIPPED: LazyLock<Scorer> = LazyLock::new(|| {
    scorer("examples/cobranza/modelo_final.pkl", |_| {
        Contract::shipped("casas-cobranzas").unwrap()
    })
});

/// Every so many clients of the example's portfolio.
fn clients(step: usize) -> Vec<Client> {
    let text = std::fs::read_to_string(repository("examples/cobranza/cartera.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(';'));
    let header: Vec<&str> = lines.next().unwrap().collect();
    let inputs = SHIPPED.contract().inputs().iter();
    let places: Vec<(&str, usize)> = inputs
        .map(|input| {
            let place = header.iter().position(|name| *name == input.name());
            (input.name(), place.unwrap())
        })
        .collect();
    let client = |line: std::str::Split<'_, char>| {
        let cells: Vec<&str> = line.collect();
        let cell = |(name, at): &(&str, usize)| ((*name).to_owned(), cells[*at].to_owned());
        places.iter().map(cell).collect()
    };
    lines.step_by(step).map(client).collect()
}

fn row<'a>(contract: &Contract, client: &'a [(String, String)]) -> Row<'a> {
    let mut row = Row::new(contract);
    for (name, value) in client {
        row.set(contract, name, Raw::text(value.as_str()));
    }
    row
}

fn outcome(scorer: &Scorer, client: &[(String, String)]) -> Outcome {
    let row = row(scorer.contract(), client);
    scorer
        .score(&row, &mut Workspace::default())
        .unwrap()
        .outcome
}

fn ask(scorer: &Scorer, client: &[(String, String)]) -> Option<Counterfactual> {
    let row = row(scorer.contract(), client);
    let mut workspace = Workspace::default();
    let score = scorer.score(&row, &mut workspace).unwrap();
    scorer.counterfactual(&row, &score, &mut workspace).unwrap()
}

/// The client who sends what a counterfactual proposes.
fn changed(client: &[(String, String)], counterfactual: &Counterfactual) -> Client {
    let mut client = client.to_vec();
    for change in &counterfactual.changes {
        let cell = client
            .iter_mut()
            .find(|(name, _)| **name == *change.input)
            .unwrap();
        cell.1 = change
            .proposed
            .as_ref()
            .map_or(String::new(), WarningValue::to_string);
    }
    client
}

fn pays(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Payer { pays, .. } => *pays,
        other => panic!("{other:?}"),
    }
}

fn example() -> Client {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    EXAMPLE.into_iter().map(pair).collect()
}

#[test]
fn every_answer_flips_the_class_and_leaves_the_immutable_alone() {
    let contract = SHIPPED.contract();
    let mut answered = [0, 0, 0];
    for client in clients(600) {
        let before = outcome(&SHIPPED, &client);
        let Some(found) = ask(&SHIPPED, &client) else {
            answered[0] += 1;
            continue;
        };
        answered[found.changes.len()] += 1;
        let after = outcome(&SHIPPED, &changed(&client, &found));
        assert_ne!(pays(&before), pays(&after), "{client:?} {found:?}");
        assert_eq!(after, found.outcome, "{client:?} {found:?}");
        for change in &found.changes {
            let input = &contract.inputs()[contract.input_index(&change.input).unwrap()];
            assert!(!input.is_immutable(), "{found:?}");
        }
    }
    assert!(answered[1] > 5, "{answered:?}");
}

/// The inputs that are numbers: what is neither refused nor clipped (counts reach one beyond), and
/// what stands for a missing one.
const NUMBERS: [(&str, f64, f64, f64); 4] = [
    ("CANTIDAD_FACTURAS", 1.0, 4.0, 2.0),
    ("IMPORTE_FACTURA", 0.0, 314.24, 71.99),
    ("DEUDA_TOTAL", 0.0, 628.83, 125.61),
    ("NUM_LINEAS_ACTIVAS", 0.0, 3.0, 1.0),
];

/// The least that is a change of an amount or a count that was sent: 1, and 1 % of it or of all that it may be.
fn least_change(sent: f64, low: f64, high: f64) -> f64 {
    (sent.abs().min(high - low) * 0.01).max(1.0)
}

/// Whether a change of one input nearer than `distance` flips the class, by trying every number `step`
/// hundredths apart that is a change, and every accepted code.
fn flips_nearer(client: &[(String, String)], distance: f64, step: usize) -> bool {
    let before = pays(&outcome(&SHIPPED, client));
    let flips = |name: &str, value: String| {
        let mut client = client.to_vec();
        client.iter_mut().find(|(n, _)| n == name).unwrap().1 = value;
        pays(&outcome(&SHIPPED, &client)) != before
    };
    let sent = |name: &str| &client.iter().find(|(n, _)| n == name).unwrap().1;
    let numbers = NUMBERS.iter().any(|(name, low, high, imputed)| {
        let given: Option<f64> = sent(name).parse().ok();
        let from = given.unwrap_or(*imputed);
        let least = given.map_or(0.0, |given| least_change(given, *low, *high));
        let is_count = high.fract() == 0.0;
        ((low * 100.0) as u32..=(high * 100.0) as u32)
            .step_by(if is_count { 100 } else { step })
            .map(|cents| f64::from(cents) / 100.0)
            .filter(|number| (number - from).abs() / (high - low) < distance)
            .filter(|number| (number - from).abs() >= least)
            .any(|number| flips(name, number.to_string()))
    });
    let codes = [
        ("ESCENARIO_RECOBRO", ["PER", "EMP"]),
        ("PORTADO", ["SI", "NO"]),
        ("VPT", ["S", "N"]),
        ("ESTADO_CLIENTE", ["A", "B"]),
        ("VAP_SCF", ["S", "N"]),
        ("VAP_OB", ["S", "N"]),
        ("FECHA_BPI", ["202310", ""]),
    ];
    let mut texts = codes
        .iter()
        .flat_map(|(name, texts)| texts.map(|text| (name, text)));
    numbers || (distance > 1.0 && texts.any(|(name, text)| flips(name, text.to_owned())))
}

#[test]
fn no_smaller_change_of_one_input_exists() {
    let mut compared = 0;
    for client in clients(1_800) {
        let found = ask(&SHIPPED, &client);
        let changes = found.map_or(Vec::new(), |found| found.changes);
        let [change] = &changes[..] else {
            assert!(!flips_nearer(&client, f64::INFINITY, 250), "{client:?}");
            continue;
        };
        let number = NUMBERS.iter().find(|(name, ..)| *name == &*change.input);
        let (Some((_, low, high, imputed)), Some(WarningValue::Number(proposed))) =
            (number, &change.proposed)
        else {
            assert!(!flips_nearer(&client, 1.0, 250), "{client:?} {change:?}");
            continue;
        };
        let sent = match &change.value {
            Some(value) => value.to_string().parse().unwrap(),
            None => *imputed,
        };
        let is_slight =
            change.value.is_some() && (proposed - sent).abs() < least_change(sent, *low, *high);
        if is_slight {
            assert!(!flips_nearer(&client, f64::INFINITY, 250), "{client:?}");
            continue;
        }
        // What is proposed is the plainest number of its interval, and less than one further than the
        // nearest, which is what counts.
        let distance = ((proposed - sent).abs() - 1.0).max(0.0) / (high - low);
        assert!(!flips_nearer(&client, distance, 1), "{client:?} {change:?}");
        compared += 1;
    }
    assert!(compared > 1, "{compared}");
}

#[test]
fn in_words() {
    let found = ask(&SHIPPED, &example()).unwrap();
    let mut texts = vec![
        found.message(&SHIPPED, Language::Spanish),
        found.message(&SHIPPED, Language::English),
    ];
    for change in &found.changes {
        texts.push(change.message(Language::Spanish));
        texts.push(change.message(Language::English));
    }
    insta::assert_snapshot!(texts.join("\n"));
}

/// What is proposed is a change, or told to be less than that.
#[test]
fn a_few_cents_are_no_advice() {
    let mut compared = 0;
    for client in clients(60) {
        let Some(found) = ask(&SHIPPED, &client) else {
            continue;
        };
        let is_told = found
            .message(&SHIPPED, Language::Spanish)
            .starts_with("Está justo en el límite: si «");
        let is_slight = found.changes.iter().any(|change| {
            let Some((_, low, high, _)) = NUMBERS.iter().find(|(name, ..)| *name == &*change.input)
            else {
                return false;
            };
            let (Some(value), Some(WarningValue::Number(proposed))) =
                (&change.value, &change.proposed)
            else {
                return false;
            };
            compared += 1;
            let sent: f64 = value.to_string().parse().unwrap();
            (proposed - sent).abs() < least_change(sent, *low, *high)
        });
        assert_eq!(is_told, is_slight, "{client:?} {found:?}");
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn a_contract_where_nothing_may_change_has_no_answer() {
    let text = include_str!("../../../../contracts/casas-cobranzas.toml");
    let fixed = text.replace("immutable = true\nfeatures", "features");
    let fixed = fixed
        .replace("immutable = true\nbands", "bands")
        .replace("kind = ", "immutable = true\nkind = ");
    let fixed = fixed.replace("# immutable = true\nkind", "# kind");
    let scorer = scorer("examples/cobranza/modelo_final.pkl", |_| {
        Contract::parse(&fixed).unwrap()
    });
    let mut inputs = scorer.contract().inputs().iter();
    assert!(inputs.all(propenso_scoring::Input::is_immutable));
    assert_eq!(ask(&scorer, &example()), None);
}

#[test]
fn a_threshold_is_what_must_be_crossed() {
    let text = include_str!("../../../../contracts/casas-cobranzas.toml");
    let with = |threshold: &str| {
        let toml = text.replace(
            "positive_class = 1",
            &format!("positive_class = 1\nthreshold = {threshold}"),
        );
        scorer("examples/cobranza/modelo_final.pkl", |_| {
            Contract::parse(&toml).unwrap()
        })
    };
    let low = with("0.3");
    for client in clients(2_500) {
        let Some(found) = ask(&low, &client) else {
            continue;
        };
        let Outcome::Payer { pays, probability } = found.outcome else {
            panic!("{found:?}");
        };
        assert_eq!(pays, probability.unwrap() >= 0.3);
    }
    assert_eq!(ask(&with("0"), &example()), None);
}

#[test]
fn a_model_by_its_own_columns_and_an_overlay() {
    let overlay = r#"
        name = "cartera"
        base = "model"
        [[input]]
        name = "EDAD"
        immutable = true
    "#;
    let overlaid = |predictor: &Predictor| match ContractFile::parse(overlay).unwrap() {
        ContractFile::Overlay(overlay) => overlay.apply(predictor.signature()).unwrap(),
        ContractFile::Complete(_) => panic!("it is an overlay"),
    };
    let path = "testdata/models/1.9.1/b_pipe_ohe_gaps.pkl";
    let scorer = scorer(path, overlaid);
    let immutable = |name: &str| {
        let at = scorer.contract().input_index(name).unwrap();
        scorer.contract().inputs()[at].is_immutable()
    };
    assert!(immutable("EDAD") && !immutable("ESCENARIO_RECOBRO"));
}

/// The example with a day in place of the month: days from a fixed one, over ten years.
fn with_days() -> Scorer {
    let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    let day = "kind = \"date\"\nformats = [\"%d/%m/%Y\"]\nmissing = 2014-01-01\n\
               features = [{ name = \"BAJA\", steps = [{ days_since = 2014-01-01 }, { clip = [0, 3650] }, { divide = 3650 }] }]";
    let month = "kind = \"year_month\"\nfeatures = [{ name = \"BAJA\", steps = [\"is_present\"] }]";
    let text = shipped.replacen(month, day, 1);
    assert_ne!(text, shipped);
    scorer("examples/cobranza/modelo_final.pkl", |_| {
        Contract::parse(&text).unwrap()
    })
}

#[test]
fn days_are_suggested_as_the_contract_writes_them() {
    let scorer = with_days();
    let mut suggested = 0;
    for mut client in clients(60) {
        let (_, day) = client
            .iter_mut()
            .find(|(name, _)| name == "FECHA_BPI")
            .unwrap();
        "31/12/2014".clone_into(day);
        let before = pays(&outcome(&scorer, &client));
        let Some(counterfactual) = ask(&scorer, &client) else {
            continue;
        };
        let after = pays(&outcome(&scorer, &changed(&client, &counterfactual)));
        assert_ne!(before, after, "{client:?}: {counterfactual:?}");
        let mut changes = counterfactual.changes.iter();
        let Some(change) = changes.find(|change| &*change.input == "FECHA_BPI") else {
            continue;
        };
        suggested += 1;
        let told = change.message(Language::Spanish);
        let (proposed, now) = told
            .trim_start_matches("Fecha BPI: ")
            .split_once(" en lugar de ")
            .unwrap();
        let is_spanish = |day: &str| day.len() == 10 && day.split('/').count() == 3;
        assert!(is_spanish(proposed) && now == "31/12/2014", "{told}");
    }
    assert!(suggested > 0);
}

#[test]
fn a_regressor_has_no_class_to_change() {
    let scorer = scorer("testdata/models/1.9.1/a_dt_regressor.pkl", |predictor| {
        Contract::of_model(predictor.signature()).unwrap()
    });
    assert_eq!(
        scorer.check_counterfactual(),
        Err(CounterfactualError::NoClass)
    );
    let contract = scorer.contract();
    let mut row = Row::new(contract);
    for input in contract.inputs() {
        row.set(contract, input.name(), Raw::number("1"));
    }
    let mut workspace = Workspace::default();
    let score = scorer.score(&row, &mut workspace).unwrap();
    let asked = scorer.counterfactual(&row, &score, &mut workspace);
    assert_eq!(asked, Err(CounterfactualError::NoClass));
}

#[test]
fn several_classes_become_another_one() {
    let scorer = scorer("testdata/models/1.9.1/a_dt_3class_text.pkl", |predictor| {
        Contract::of_model(predictor.signature()).unwrap()
    });
    let contract = scorer.contract();
    let mut row = Row::new(contract);
    for input in contract.inputs() {
        row.set(contract, input.name(), Raw::number("0.5"));
    }
    let mut workspace = Workspace::default();
    let score = scorer.score(&row, &mut workspace).unwrap();
    let found = scorer.counterfactual(&row, &score, &mut workspace);
    let found = found.unwrap().unwrap();
    assert_ne!(scorer.label(&found.outcome), scorer.label(&score.outcome));
}
