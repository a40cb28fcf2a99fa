//! The smallest change that flips a class, through every face.

use std::path::PathBuf;

use propenso_lifecycle::load;
use serde_json::{Value, json};

use crate::support::{EXAMPLE, Server, example_model, propenso, read_text, repository};

fn regressor() -> PathBuf {
    repository("testdata/models/1.9.1/a_dt_regressor.pkl")
}

/// Clients of the example's portfolio, as the old platform asks for them.
fn queries(step: usize) -> Vec<String> {
    const NAMES: [&str; 13] = [
        "ESCENARIO_RECOBRO",
        "PORTADO",
        "VPT",
        "CODIGO_POSTAL",
        "ESTADO_CLIENTE",
        "VAP_SCF",
        "VAP_OB",
        "FECHA_BPI",
        "EDAD",
        "CANTIDAD_FACTURAS",
        "IMPORTE_FACTURA",
        "DEUDA_TOTAL",
        "NUM_LINEAS_ACTIVAS",
    ];
    let path = repository("examples/cobranza/cartera.csv");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(path)
        .unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let records = reader.records().step_by(step).map(Result::unwrap);
    records
        .map(|record| {
            // What is missing is written so that either contract reads it.
            let cell = |name: &str| match &record[place(name)] {
                "" => "NaN".to_owned(),
                text => text.replace(' ', "+"),
            };
            let pair = |name: &str| format!("{name}={}", cell(name));
            NAMES.map(pair).join("&")
        })
        .collect()
}

/// A query with one parameter changed.
fn with(query: &str, name: &str, value: &str) -> String {
    let pairs = query.split('&').map(|pair| {
        let is_it = pair.split_once('=').is_some_and(|(known, _)| known == name);
        if is_it {
            format!("{name}={}", value.replace(' ', "+"))
        } else {
            pair.to_owned()
        }
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[test]
fn prediccion_with_a_counterfactual_is_json() {
    let server = Server::example();
    let answer = server.get(&format!("{EXAMPLE}&contrafactual=1"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!(answer.json());
    let with_format = server.get(&format!("{EXAMPLE}&formato=json&contrafactual=1"));
    assert_eq!(with_format.body, answer.body);
    assert_eq!(server.get(&format!("{EXAMPLE}&contrafactual=0")).body, "0");
    let without = server.get(&format!("{EXAMPLE}&contrafactual=0&formato=json"));
    assert_eq!(without.json().get("contrafactual"), None);
}

#[test]
fn what_is_proposed_flips_the_class_when_it_is_sent() {
    for contract in ["casas-cobranzas", "casas-cobranzas-flask"] {
        let server = Server::start(&example_model(), contract);
        let queries = queries(1_200);
        let flipped = queries
            .iter()
            // The old script read no band of ages.
            .filter(|query| flips_when_sent(&server, &with(query, "EDAD", "40")));
        assert!(flipped.count() > 2, "{contract}");
    }
}

/// Whether a counterfactual was found, after sending what it proposes.
fn flips_when_sent(server: &Server, query: &str) -> bool {
    let asked = server.get(&format!("/prediccion?{query}&contrafactual=1"));
    assert_eq!(asked.status, 200, "{query} {}", asked.body);
    let before = asked.json();
    let found = &before["contrafactual"];
    let Some(changes) = found["cambios"].as_array() else {
        return false;
    };
    let mut changed = query.to_owned();
    for change in changes {
        let proposed = match &change["propuesto"] {
            Value::Null => "NaN".to_owned(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        };
        changed = with(&changed, change["dato"].as_str().unwrap(), &proposed);
    }
    let after = server
        .get(&format!("/prediccion?{changed}&formato=json"))
        .json();
    assert_ne!(before["clase"], after["clase"], "{query} {found}");
    assert_eq!(found["clase"], after["clase"], "{query} {found}");
    assert_eq!(
        found["probabilidad"], after["probabilidad"],
        "{query} {found}"
    );
    true
}

#[test]
fn prediccion_says_why_there_can_be_none() {
    let server = Server::example();
    let problem = |target: &str, accept: &str| {
        let answer = server.request("GET", target, &[("accept", accept)], b"");
        answer.problem(422)["errors"].clone()
    };
    let ask = |options: &str| problem(&format!("{EXAMPLE}&{options}"), "*/*");
    insta::assert_json_snapshot!([
        ask("contrafactual=2"),
        ask("contrafactual="),
        ask("contrafactual=1&formato=texto"),
        ask("contrafactual=si&formato=xml"),
        problem(&format!("{EXAMPLE}&contrafactual=1"), "text/plain"),
    ]);
    let wrong = ask("contrafactual=1&cf=4");
    assert_eq!(wrong[0]["input"], "CANTIDAD_FACTURAS");
    let server = Server::start(&regressor(), "model");
    let inputs = (0..30).map(|i| format!("f{i}=1")).collect::<Vec<_>>();
    let answer = server.get(&format!("/prediccion?{}&contrafactual=1", inputs.join("&")));
    let errors = &answer.problem(422)["errors"];
    let about = errors.as_array().unwrap().iter();
    let mut about = about.filter(|error| error["input"] == "contrafactual");
    insta::assert_json_snapshot!("prediccion_of_a_regressor", about.next().unwrap());
}

#[test]
fn where_nothing_may_change_the_answer_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fijo.toml");
    let shipped = std::fs::read_to_string(repository("contracts/casas-cobranzas.toml")).unwrap();
    let fixed = shipped
        .replace("immutable = true\nfeatures", "features")
        .replace("immutable = true\nbands", "bands")
        .replace("\nkind = ", "\nimmutable = true\nkind = ");
    std::fs::write(&path, fixed).unwrap();
    let scorer = load::scorer(&example_model(), path.to_str()).unwrap();
    let server = Server::start_with_scorer(scorer);
    let answer = server.get(&format!("{EXAMPLE}&contrafactual=1")).json();
    assert_eq!(
        answer["contrafactual"],
        json!({
            "cambios": null,
            "texto":
                "No se ha encontrado ningún cambio de uno o dos datos que cambie el resultado.",
        })
    );
}

/// A client that is in order, by query parameter.
fn client() -> Value {
    json!({
        "er": "PER", "po": "NO", "vt": "S", "cp": "29151", "ec": "A", "vf": "N", "vb": "N",
        "fb": null, "ed": "MAYOR 65", "cf": 1, "im": 62.83, "dt": 62.83, "nl": 2,
    })
}

#[test]
fn v1_predict_adds_a_counterfactual_to_each_prediction() {
    let server = Server::example();
    let mut other = client();
    other["cf"] = json!("3");
    other["im"] = json!(null);
    let body = json!({ "instances": [client(), other], "counterfactual": true });
    let answer = server.post("/v1/predict", &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_json_snapshot!(answer.json());
    // A body that is scored elsewhere anyway.
    let long = body.to_string() + " ".repeat(40_000).as_str();
    assert_eq!(server.post("/v1/predict", &long).body, answer.body);
    let body = json!({ "instances": [client()], "counterfactual": false });
    let answer = server.post("/v1/predict", &body.to_string()).json();
    assert_eq!(answer["predictions"][0].get("counterfactual"), None);
}

#[test]
fn v1_predict_bounds_what_it_searches() {
    let server = Server::example();
    let ask = |instances: Value, asked: Value| {
        let body = json!({ "instances": instances, "counterfactual": asked });
        server.post("/v1/predict", &body.to_string()).problem(422)
    };
    let many = ask(json!(vec![client(); 101]), json!(true));
    insta::assert_json_snapshot!(many["error"]);
    ask(json!([client()]), json!(1));
    let wrong = ask(json!([client(), { "er": "PER" }]), json!(true));
    assert_eq!(wrong["errors"].as_array().unwrap().len(), 12);
    let server = Server::start(&regressor(), "model");
    let body = json!({ "instances": [], "counterfactual": true });
    let problem = server.post("/v1/predict", &body.to_string()).problem(422);
    insta::assert_json_snapshot!("v1_predict_of_a_regressor", problem["error"]);
}

/// A pipeline on raw columns: texts become other categories, numbers without bounds stay.
#[test]
fn a_model_by_its_own_columns() {
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("fijo.toml");
    let toml = "name = \"fijo\"\nbase = \"model\"\n\
                [[input]]\nname = \"EDAD\"\nimmutable = true\n\
                [[input]]\nname = \"CANTIDAD_FACTURAS\"\ncounts = true\n";
    std::fs::write(&overlay, toml).unwrap();
    let model = repository("testdata/models/1.9.1/b_pipe_ohe_gaps.pkl");
    let scorer = load::scorer(&model, overlay.to_str()).unwrap();
    let server = Server::start_with_scorer(scorer);
    let answers = read_text("testdata/models/1.9.1/b_pipe_ohe_gaps.json.gz");
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let columns = answers["columns"].as_array().unwrap();
    let instance = |row: &Value| -> Value {
        let names = columns.iter().map(|name| name.as_str().unwrap().to_owned());
        Value::Object(names.zip(row.as_array().unwrap().iter().cloned()).collect())
    };
    let ask = |instances: &[Value]| {
        let body = json!({ "instances": instances, "counterfactual": true });
        server.post("/v1/predict", &body.to_string()).json()["predictions"].clone()
    };
    let rows = answers["rows"].as_array().unwrap();
    let mut instances: Vec<Value> = rows.iter().take(20).map(instance).collect();
    let before = ask(&instances);
    let mut flipped = 0;
    for (instance, prediction) in instances.iter_mut().zip(before.as_array().unwrap()) {
        let changes = prediction["counterfactual"]["changes"].as_array();
        for change in changes.into_iter().flatten() {
            assert_ne!(change["input"], "EDAD");
            instance[change["input"].as_str().unwrap()] = change["proposed"].clone();
        }
    }
    let after = ask(&instances);
    for (before, after) in before
        .as_array()
        .unwrap()
        .iter()
        .zip(after.as_array().unwrap())
    {
        let found = &before["counterfactual"];
        if !found["changes"].is_null() {
            assert_ne!(before["class"], after["class"], "{found}");
            assert_eq!(found["class"], after["class"], "{found}");
            flipped += 1;
        }
    }
    assert!(flipped > 5, "{flipped}");
    let wrong = toml.replace("CANTIDAD_FACTURAS", "ESCENARIO_RECOBRO");
    std::fs::write(&overlay, wrong).unwrap();
    let error = load::scorer(&model, overlay.to_str())
        .unwrap_err()
        .to_string();
    assert!(error.contains("`counts` is for numbers"), "{error}");
}

#[test]
fn predict_prints_it() {
    let model = example_model();
    let model = model.to_str().unwrap();
    let query = EXAMPLE.split_once('?').unwrap().1;
    let pairs: Vec<&str> = query.split('&').collect();
    let run = |arguments: &[&str], input: &str| {
        let output = propenso(
            &[&["predict", model, "--counterfactual"], arguments].concat(),
            input,
        );
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout)
            .unwrap()
            .replace("\r\n", "\n")
    };
    insta::assert_snapshot!(run(&pairs, ""));
    let json: Value = serde_json::from_str(&run(&[&["--json"], &pairs[..]].concat(), "")).unwrap();
    insta::assert_json_snapshot!(json["counterfactual"]);
    let line: Value = serde_json::from_str(&run(&["-"], &format!("{query}\n"))).unwrap();
    assert_eq!(line, json);
    let model = regressor();
    let arguments = [
        "predict",
        model.to_str().unwrap(),
        "--contract",
        "model",
        "f0=1",
    ];
    let output = propenso(&[&arguments[..], &["--counterfactual"]].concat(), "");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("--counterfactual: the model predicts a number"),
        "{error}"
    );
}
