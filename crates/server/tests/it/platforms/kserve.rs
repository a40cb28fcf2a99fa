//! `POST /v1/models/{name}:predict` and `:explain`, and the names that KServe asks by.

use serde_json::json;

use super::{client, in_order, mlflow_problem, objects, plain, portfolio, predictions};
use crate::support::Server;
use crate::support::registry::{Registry, small};

const PREDICT: &str = "/v1/models/propenso:predict";

#[test]
fn the_whole_portfolio() {
    let server = Server::example();
    let clients = portfolio();
    let (classes, probabilities) = plain(&server, &clients);
    let body = json!({ "instances": objects(&clients) }).to_string();
    for name in ["propenso", "champion", "1"] {
        let answer = server.post(&format!("/v1/models/{name}:predict"), &body);
        assert_eq!(predictions(&answer), classes, "{name}");
    }
    let body = json!({ "instances": objects(&clients), "parameters": { "predict_method": "predict_proba" } });
    assert_eq!(
        predictions(&server.post(PREDICT, &body.to_string())),
        probabilities
    );
}

/// What each input added: with the base it makes the probability.
#[test]
fn explained() {
    let server = Server::example();
    let body = json!({ "instances": [client(), in_order()] }).to_string();
    let answer = server.post("/v1/models/propenso:explain", &body);
    assert_eq!(
        predictions(&answer),
        [1, 1].map(|_| predictions(&server.post(PREDICT, &body))[0].clone())
    );
    let explanations = answer.json()["explanations"].as_array().unwrap().clone();
    assert_eq!(explanations.len(), 2);
    assert_eq!(explanations[0], explanations[1]);
    let contributions = explanations[0]["contributions"].as_object().unwrap();
    assert_eq!(contributions.len(), 13);
    let sum: f64 = contributions
        .values()
        .map(|value| value.as_f64().unwrap())
        .sum();
    let probability = server.post(
        "/v1/predict",
        &json!({ "instances": [client()] }).to_string(),
    );
    let probability = probability.json()["predictions"][0]["probability"]
        .as_f64()
        .unwrap();
    let base = explanations[0]["base"].as_f64().unwrap();
    assert!(
        (base + sum - probability).abs() < 1e-12,
        "{base} {sum} {probability}"
    );
    let many = json!({ "instances": vec![client(); 1_001] }).to_string();
    let answer = server.post("/v1/models/propenso:explain", &many);
    assert_eq!(answer.problem(422)["code"], "too-many-instances");
}

#[test]
fn other_names_and_bodies() {
    let server = Server::example();
    let body = json!({ "instances": [client()] }).to_string();
    for path in [
        "propenso",
        "propenso:classify",
        "otro:predict",
        "2:predict",
        ":predict",
        "propenso:predict:predict",
    ] {
        let answer = server.post(&format!("/v1/models/{path}"), &body);
        assert_eq!(answer.problem(404)["code"], "no-such-model", "{path}");
    }
    for (body, phrase) in [
        ("{}", "Expected key \"instances\" in request body"),
        (
            r#"{"instances": {}}"#,
            "Expected \"instances\" to be a list",
        ),
        ("[[], null]", "expected an object"),
        ("7", "the body must be"),
        ("{", "not valid JSON"),
        (r#"{"instances": [], "parameters": 7}"#, "predict_method"),
    ] {
        let message = mlflow_problem(&server.post(PREDICT, body), 400, "BAD_REQUEST");
        assert!(message.contains(phrase), "{body}: {message}");
    }
    let answer = server.post(PREDICT, r#"{"instances": [{"EDAD": 1}, 7]}"#);
    mlflow_problem(&answer, 422, "INVALID_PARAMETER_VALUE");
}

/// A name in place of a number; the numbers go on as before.
#[test]
fn names_that_are_ready() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    server.get("/v1/models/propenso").problem(503);
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    crate::support::until(|| server.champion() == Some(1));
    for name in ["propenso", "champion"] {
        let ready = server.get(&format!("/v1/models/{name}")).json();
        assert_eq!(ready, json!({ "name": name, "ready": true }));
    }
    assert_eq!(server.get("/v1/models/1").json()["state"], "champion");
    assert_eq!(
        server.get("/v1/models/otro").problem(404)["code"],
        "no-such-version"
    );
    let list = server.get("/v1/models").json();
    assert_eq!(list["models"], json!(["propenso"]));
    assert_eq!(list["versions"].as_array().unwrap().len(), 1);
    // What is served is asked by its number, and by no other.
    let body = json!({ "instances": [client()] }).to_string();
    assert_eq!(server.post("/v1/models/1:predict", &body).status, 200);
    server.post("/v1/models/2:predict", &body).problem(404);
}

/// What comes as an event goes as one, and nothing else does.
#[test]
fn cloud_events() {
    let server = Server::example();
    let body = json!({ "instances": [client()] }).to_string();
    let event = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "36077800-0c23-4f38-a0b4-01f4369f670a"),
        ("ce-source", "com.example.source"),
        ("ce-type", "com.example.request"),
    ];
    let tensor =
        json!({ "name": "all", "datatype": "BYTES", "shape": [1, 13], "data": [in_order()] });
    let tensors = json!({ "inputs": [tensor] }).to_string();
    for (path, body) in [
        (PREDICT, &body),
        ("/v1/models/1:explain", &body),
        ("/v2/models/propenso/infer", &tensors),
    ] {
        let answer = server.request("POST", path, &event, body.as_bytes());
        assert_eq!(answer.status, 200, "{path} {}", answer.body);
        let of = |name| {
            answer
                .header(name)
                .unwrap_or_else(|| panic!("{path}: {name}"))
        };
        assert_eq!(of("ce-specversion"), "1.0");
        assert_eq!(of("ce-id"), event[2].1);
        assert_eq!(of("ce-source"), "io.kserve.inference.propenso");
        assert_eq!(of("ce-type"), "io.kserve.inference.response");
        assert!(of("ce-time").ends_with('Z'));
        assert_eq!(
            answer.body,
            server
                .request("POST", path, &event[..1], body.as_bytes())
                .body
        );
    }
    for headers in [
        &event[..1],
        &event[..3],
        &[("ce-specversion", "9.9"), event[2], event[3], event[4]],
    ] {
        let answer = server.request("POST", PREDICT, headers, body.as_bytes());
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ce-id"), None);
    }
    assert_eq!(
        server
            .request("POST", PREDICT, &event, b"{")
            .header("ce-id"),
        None
    );
    assert_eq!(
        server
            .request("POST", "/v1/predict", &event, body.as_bytes())
            .header("ce-id"),
        None
    );
}
