//! `POST /vertex/predict`, and the paths that Vertex AI gives it.

use serde_json::json;

use super::{client, in_order, objects, plain, portfolio, predictions};
use crate::support::process::Process;
use crate::support::{Server, example_model};

#[test]
fn the_whole_portfolio() {
    let server = Server::example();
    let clients = portfolio();
    let (classes, _) = plain(&server, &clients);
    let body = json!({ "instances": objects(&clients) }).to_string();
    assert_eq!(predictions(&server.post("/vertex/predict", &body)), classes);
}

/// The environment names the paths; what stood there before is still asked by other methods.
#[test]
fn the_paths_of_the_environment() {
    let health = "/v1/endpoints/7/deployedModels/9";
    let predict = "/v1/endpoints/7/deployedModels/9:predict";
    let server = Process::serve_with(
        &[example_model().to_str().unwrap()],
        &[
            ("AIP_MODE", "PREDICTION"),
            ("AIP_HTTP_PORT", "8080"),
            ("AIP_HEALTH_ROUTE", health),
            ("AIP_PREDICT_ROUTE", predict),
        ],
    );
    let answer = server.get(health);
    assert_eq!((answer.status, &*answer.body), (200, "\n"));
    let body = json!({ "instances": [client(), in_order()] }).to_string();
    let answer = server.post(predict, &body);
    assert_eq!(predictions(&answer).len(), 2);
    assert!(answer.header("x-request-id").is_some());
    server.post(health, &body).problem(404);
    server.get(predict).problem(404);
    assert_eq!(server.get("/health/ready").body, "ok");
    let metrics = server.get("/metrics").body;
    assert!(metrics.contains("route=\"/vertex/predict\""), "{metrics}");
}

/// Without the mode nobody asks for them; with one path for both, the method says which is meant.
#[test]
fn no_mode_and_one_path() {
    let variables = [("AIP_HEALTH_ROUTE", "/x"), ("AIP_PREDICT_ROUTE", "/x")];
    let model = example_model();
    let server = Process::serve_with(&[model.to_str().unwrap()], &variables);
    server.get("/x").problem(404);
    drop(server);
    let variables = [&variables[..], &[("AIP_MODE", "PREDICTION")]].concat();
    let server = Process::serve_with(&[model.to_str().unwrap()], &variables);
    assert_eq!(server.get("/x").status, 200);
    let body = json!({ "instances": [client()] }).to_string();
    assert_eq!(predictions(&server.post("/x", &body)).len(), 1);
}
