//! Models that are kept in a dict: the key that is named, what they would lose, and the registry that keeps them.

use propenso_lifecycle::load;
use serde_json::{Value, json};

use crate::support::registry::Registry;
use crate::support::{Answer, propenso, repository};

fn wrapped(name: &str) -> String {
    let path = repository("testdata/made/wrapped").join(name);
    path.to_str().unwrap().to_owned()
}

/// What `propenso inspect` says of a file, with its exit status.
fn inspect(arguments: &[&str]) -> (i32, String) {
    let output = propenso(&[&["inspect"], arguments].concat(), "");
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// A text without the ends of its lines.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn post(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["predictions"][0].clone()
}

#[test]
fn the_key_is_named_and_taken() {
    let file = wrapped("bundle_facts_boost_new.pkl");
    let (code, text) = inspect(&[&file]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("add --key modelo"), "{text}");
    let (code, text) = inspect(&[&file, "--key", "modelo"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("`modelo`, beside version, trained"), "{text}");
    let row = ["f0=120.5", "f1=40", "f2=3", "f3=200"];
    let command = [
        "predict",
        &file,
        "--key",
        "modelo",
        "--contract",
        "model",
        "--json",
    ];
    let output = propenso(&[&command[..], &row].concat(), "");
    assert!(output.status.success(), "{output:?}");
    let list = wrapped("bundle_list_boost_new.pkl");
    let (code, text) = inspect(&[&list, "--key", "0"]);
    assert!(code == 2 && text.contains("add --key 1"), "{text}");
    assert_eq!(inspect(&[&list, "--key", "1"]).0, 0);
}

#[test]
fn what_a_model_would_lose_is_named() {
    let losses = [
        ("bundle_scaler_boost_new.pkl", "`scaler` (StandardScaler)"),
        (
            "bundle_encoders_boost_new.pkl",
            "`encoders` (a dict with LabelEncoder)",
        ),
        (
            "bundle_medians_boost_new.pkl",
            "`medianas` (numbers named medianas)",
        ),
    ];
    for (name, loss) in losses {
        let file = wrapped(name);
        for arguments in [
            &[file.as_str()][..],
            &[&file, "--key", "model"],
            &[&file, "--key", "modelo"],
        ] {
            let (code, text) = inspect(arguments);
            assert!(code == 2 && text.contains(loss), "{text}");
        }
    }
}

#[test]
fn the_registry_keeps_the_model_of_a_key() {
    let registry = Registry::new();
    let file = wrapped("bundle_threshold_boost_new.pkl");
    let add = ["add", &file, "--contract", "model"];
    let refused = registry.run(&add);
    let verdict = unwrapped(&String::from_utf8(refused.stdout).unwrap());
    assert_eq!(refused.status.code(), Some(2), "{verdict}");
    assert!(verdict.contains("bajo qué clave está"), "{verdict}");
    assert!(verdict.contains("--key CLAVE"), "{verdict}");

    let verdict = unwrapped(&registry.ok(&[&add[..], &["--key", "model"]].concat()));
    assert!(verdict.contains("«umbral»: 0,370"), "{verdict}");
    registry.ok(&["promote", "2"]);
    let server = registry.serve(&[]);
    let row = json!({"f0": 120.5, "f1": 40, "f2": 3, "f3": 200});
    let body = json!({ "instances": [row] }).to_string();
    let mut served = post(&server.post("/v1/predict", &body));
    // A registry's answers are on record, and named.
    let decision = served.as_object_mut().unwrap().remove("decision");
    assert!(decision.is_some_and(|name| name.is_string()));
    let file = load::ModelPath::new(file.as_ref(), Some("model"));
    let scorer = load::scorer(file, Some("model")).unwrap();
    let alone = crate::support::Server::start_with_scorer(scorer);
    assert_eq!(served, post(&alone.post("/v1/predict", &body)));
}
