//! The ports that platforms tell by their environment, and what they tell wrongly.

use std::net::Ipv4Addr;

use serde_json::json;

use super::{client, predictions};
use crate::support::process::Process;
use crate::support::{Answer, command, example_model};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// It listens where the platform asks, and answers others only as any server does: with keys.
#[test]
fn the_port_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "una-clave-bastante-larga").unwrap();
    for variables in [
        [("SAGEMAKER_BIND_TO_PORT", "PORT"), ("AIP_MODE", "")],
        [("AIP_HTTP_PORT", "PORT"), ("AIP_MODE", "PREDICTION")],
    ] {
        let port = free_port().to_string();
        let variables = variables.map(|(name, value)| (name, value.replace("PORT", &port)));
        let mut command = command();
        command
            .args([
                "serve",
                example_model().to_str().unwrap(),
                "--log-format",
                "json",
            ])
            .args([
                "--insecure-lan",
                "--admin-token-file",
                token.to_str().unwrap(),
            ])
            .envs(variables);
        let server = Process::start(command);
        assert_eq!(server.address.port().to_string(), port);
        assert_eq!(server.get("/ping").status, 200);
        let body = json!({ "instances": [client()] }).to_string();
        server.post("/invocations", &body).problem(401);
        let key = [("x-api-key", "una-clave-bastante-larga")];
        let ask = |path| -> Answer { server.request("POST", path, &key, body.as_bytes()) };
        for path in ["/invocations", "/vertex/predict"] {
            assert_eq!(predictions(&ask(path)).len(), 1, "{path}");
        }
    }
}

#[test]
fn what_is_no_port() {
    let mut command = command();
    let model = example_model();
    command.args(["serve", model.to_str().unwrap()]);
    let output = command
        .env("SAGEMAKER_BIND_TO_PORT", "many")
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(error.contains("SAGEMAKER_BIND_TO_PORT = many"), "{error}");
}
