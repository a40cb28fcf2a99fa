//! What the running binary logs.

use crate::support::process::Process;
use crate::support::{EXAMPLE, example_model};

/// The example, with everything logged.
fn example() -> Process {
    let model = example_model();
    Process::serve(&[model.to_str().unwrap(), "--log-level", "trace"])
}

#[test]
fn the_log_never_holds_an_input() {
    let process = example();
    let secrets = ["SECRETO1", "54321", "SECRETO2", "98765.43", "SECRETO3"];
    process.get("/prediccion?er=SECRETO1&cp=54321");
    process.get("/SECRETO2/x?er=SECRETO1");
    process.get(&EXAMPLE.replace("1000.82", "98765.43"));
    let body = r#"{"instances":[{"er":"SECRETO3","im":98765.43}],"SECRETO1":1}"#;
    process.post("/v1/predict", body);
    let log = process.kill();
    assert!(
        log.contains("/v1/predict"),
        "requests are logged at this level: {log}"
    );
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
