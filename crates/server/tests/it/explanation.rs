//! What moved a score, through every face.

use serde_json::{Value, json};

use crate::support::{EXAMPLE, Server, example_model, propenso, read_text, repository};

fn client() -> Value {
    json!({
        "er": "EMP", "po": "NO", "vt": "S", "cp": "8029", "ec": "A", "vf": "N", "vb": "N",
        "fb": "202310", "ed": null, "cf": 3, "im": 263.68, "dt": 1000.82, "nl": 12
    })
}

/// Floats are cut to what every machine's mathematics agrees on.
fn rounded(mut value: Value) -> Value {
    match &mut value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
                return json!((float * 1e9).round() / 1e9);
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = rounded(item.take());
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                *field = rounded(field.take());
            }
        }
        _ => {}
    }
    value
}

#[test]
fn prediccion_with_reasons_is_json() {
    let server = Server::example();
    let answer = server.get(&format!("{EXAMPLE}&explicar=3"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!(rounded(answer.json()));
    let plain = server.get(&format!("{EXAMPLE}&formato=json")).json();
    assert_eq!(plain["probabilidad"], answer.json()["probabilidad"]);
    assert_eq!(plain.get("motivos"), None);
    let none = server.get(&format!("{EXAMPLE}&explicar=0")).json();
    assert_eq!(none["motivos"], json!([]));
    assert_eq!(none["base"], answer.json()["base"]);
    let both = server
        .get(&format!("{EXAMPLE}&explicar=1&contrafactual=1"))
        .json();
    assert_eq!(both["motivos"][0], answer.json()["motivos"][0]);
    assert!(both["contrafactual"]["cambios"].is_array());
}

#[test]
fn all_reasons_add_up_to_the_probability() {
    let server = Server::example();
    for (sent, instead) in [("er=EMP", "er=FU"), ("er=EMP", "er=PER"), ("cf=3", "cf=1")] {
        let query = EXAMPLE.replace(sent, instead);
        let answer = server.get(&format!("{query}&explicar=13")).json();
        let reasons = answer["motivos"].as_array().unwrap();
        assert_eq!(reasons.len(), 13);
        let sum: f64 = reasons
            .iter()
            .map(|reason| reason["contribucion"].as_f64().unwrap())
            .sum();
        let total = answer["base"].as_f64().unwrap() + sum;
        let probability = answer["probabilidad"].as_f64().unwrap();
        assert!(
            (total - probability).abs() < 1e-9,
            "{total} for {probability}"
        );
    }
}

#[test]
fn prediccion_says_why_there_can_be_no_reasons() {
    let server = Server::example();
    let ask = |options: &str| {
        let answer = server.get(&format!("{EXAMPLE}&{options}"));
        answer.problem(422)["errors"].clone()
    };
    insta::assert_json_snapshot!([
        ask("explicar=tres"),
        ask("explicar=-1"),
        ask("explicar=3&formato=texto"),
    ]);
    let server = Server::start(&linear(), "casas-cobranzas");
    let answer = server.get(&format!("{EXAMPLE}&explicar=3"));
    insta::assert_json_snapshot!(
        "prediccion_of_a_linear_model",
        answer.problem(422)["errors"]
    );
    assert_eq!(server.get(EXAMPLE).status, 200);
}

/// A model that is not made of trees, on the example's features.
fn linear() -> std::path::PathBuf {
    repository("testdata/models/0.24.2/a_lr_bin.joblib.lzma")
}

#[test]
fn v1_predict_adds_reasons_to_each_prediction() {
    let server = Server::example();
    let mut other = client();
    other["cf"] = json!("1");
    other["im"] = json!(null);
    let body = json!({ "instances": [client(), other], "explain": 2 });
    let answer = server.post("/v1/predict", &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    insta::assert_json_snapshot!(rounded(answer.json()));
    let many = json!({ "instances": vec![client(); 1_001], "explain": 1 });
    let problem = server.post("/v1/predict", &many.to_string()).problem(422);
    insta::assert_json_snapshot!("v1_predict_bounds_what_it_explains", problem["error"]);
    let wrong = json!({ "instances": [], "explain": "all" });
    server.post("/v1/predict", &wrong.to_string()).problem(422);
}

#[test]
fn predict_prints_reasons() {
    let model = example_model();
    let model = model.to_str().unwrap();
    let query = EXAMPLE.split_once('?').unwrap().1;
    let pairs: Vec<&str> = query.split('&').collect();
    let output = propenso(
        &[&["predict", model, "--explain", "2"], &pairs[..]].concat(),
        "",
    );
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let reasons: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("motivo"))
        .collect();
    insta::assert_json_snapshot!(reasons);
    let linear = linear();
    let arguments = ["predict", linear.to_str().unwrap(), "--explain", "2"];
    let output = propenso(&[&arguments[..], &pairs[..]].concat(), "");
    assert_ne!(output.status.code(), Some(0));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("only a model of trees"), "{error}");
}

/// A regressor's value and a class of several: the measure is named in the sentence.
#[test]
fn other_models_are_explained_in_their_own_measure() {
    for (model, word) in [
        ("a_dt_regressor", "el valor"),
        ("a_dt_3class_text", "la probabilidad de"),
    ] {
        let path = repository(&format!("testdata/models/1.9.1/{model}.pkl"));
        let server = Server::start(&path, "model");
        let names = server.get("/prediccion?explicar=1");
        let errors = names.problem(422)["errors"].clone();
        let inputs: Vec<String> = errors
            .as_array()
            .unwrap()
            .iter()
            .map(|error| format!("{}=1", error["parameter"].as_str().unwrap()))
            .collect();
        let answer = server
            .get(&format!("/prediccion?{}&explicar=1", inputs.join("&")))
            .json();
        let text = answer["motivos"][0]["texto"].as_str().unwrap();
        assert!(text.contains(word), "{text}");
    }
}

/// A pipeline's columns are called by their names, and one that it drops is not called missing.
#[test]
fn columns_are_called_by_their_names() {
    let path = repository("testdata/models/1.9.1/b_pipe_single_column.pkl");
    let answers = read_text("testdata/models/1.9.1/b_pipe_single_column.json.gz");
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let names = answers["columns"].as_array().unwrap().iter();
    let names = names.map(|name| name.as_str().unwrap().to_owned());
    let values = answers["rows"][0].as_array().unwrap().iter().cloned();
    let mut instance: serde_json::Map<_, _> = names.zip(values).collect();
    instance.insert("DEUDA_TOTAL".into(), json!("1500"));
    instance.insert("ESCENARIO_RECOBRO".into(), Value::Null);
    let server = Server::start(&path, "model");
    let body = json!({ "instances": [instance], "explain": 100 });
    let answer = server.post("/v1/predict", &body.to_string()).json();
    let reasons = answer["predictions"][0]["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), instance.len());
    let text = |input: &str| {
        let reason = reasons.iter().find(|reason| reason["input"] == input);
        reason.unwrap()["text"].as_str().unwrap()
    };
    let facts = text("CANTIDAD_FACTURAS");
    assert!(facts.starts_with("CANTIDAD_FACTURAS = "), "{facts}");
    let missing = text("ESCENARIO_RECOBRO");
    assert!(
        missing.starts_with("Without ESCENARIO_RECOBRO: "),
        "{missing}"
    );
    assert_eq!(
        text("DEUDA_TOTAL"),
        "DEUDA_TOTAL: the model does not use it"
    );
    let unused = reasons
        .iter()
        .find(|reason| reason["input"] == "DEUDA_TOTAL");
    assert_eq!(unused.unwrap()["value"], "1500");
}
