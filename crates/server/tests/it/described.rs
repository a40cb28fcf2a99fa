//! The description of the routes, and its page: what a client of either gets.

use serde_json::Value;

use crate::support::registry::Registry;
use crate::support::{EXAMPLE, Server, example_model, until};

fn names_of(document: &Value, path: &str) -> Vec<String> {
    let parameters = document["paths"][path]["get"]["parameters"].as_array();
    let names = parameters.unwrap().iter();
    names
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The fields are those of what answers at that moment.
#[test]
fn it_follows_the_champion() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let document = server.get("/openapi.json").json();
    assert_eq!(
        names_of(&document, "/prediccion"),
        ["formato", "explicar", "contrafactual", "id"]
    );
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    until(|| server.get("/health/ready").status == 200);
    let answer = server.get("/openapi.json");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    let names = names_of(&answer.json(), "/prediccion");
    let inputs = [
        "cf", "im", "er", "dt", "po", "vt", "cp", "nl", "ec", "vf", "vb", "fb", "ed",
    ];
    assert_eq!(names[..13], inputs);
}

/// Where keys are asked for, the fields of the contract are for who has one.
#[test]
fn its_fields_are_told_to_who_may_know_them() {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let key = registry.key("crm", "puntuar");
    let other = registry.key("vigia", "metricas");
    let server = registry.serve(&[]);
    let fields = |key: Option<&str>| {
        let headers: Vec<(&str, &str)> = key.map(|key| ("x-api-key", key)).into_iter().collect();
        let answer = server.request("GET", "/openapi.json", &headers, b"");
        names_of(&answer.json(), "/prediccion").len()
    };
    assert_eq!(fields(Some(&key)), 17);
    assert_eq!(fields(None), 4);
    assert_eq!(fields(Some(&other)), 4);
}

/// The example that the description gives is answered.
#[test]
fn its_example_is_in_order() {
    let server = Server::example();
    let document = server.get("/openapi.json").json();
    let body = &document["paths"]["/v1/predict"]["post"]["requestBody"]["content"];
    let body = body["application/json"]["example"].to_string();
    let answer = server.post("/v1/predict", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn its_page_is_served_by_this_server_alone() {
    let server = Server::example();
    let page = server.get("/docs");
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let script = "/docs/swagger-ui-bundle.js";
    let plain = server.get(script);
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.body.contains("SwaggerUIBundle"));
    let tag = plain.header("etag").unwrap();
    let again = server.request("GET", script, &[("if-none-match", tag)], b"");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let packed = server.request("HEAD", script, &[("accept-encoding", "gzip")], b"");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_ne!(packed.header("etag"), Some(tag));
    server.get("/docs/license").problem(404);
}

/// No answer is sniffed, and none is kept that does not say so.
#[test]
fn answers_are_taken_for_what_they_are() {
    let server = Server::example();
    for path in [EXAMPLE, "/prueba", "/nowhere", "/v1/models", "/prediccion"] {
        let answer = server.get(path);
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}
