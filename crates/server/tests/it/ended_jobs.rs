//! Jobs that end with the process, or that the process ends with: each portfolio comes to an end, and nothing else
//! waits for it.

use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::{Registry, form};
use crate::support::{EXAMPLE, example_model, repository, until};

/// A registry with the example's model as its champion.
fn registry() -> Registry {
    let registry = Registry::new();
    let version = registry.add(&example_model()).to_string();
    registry.ok(&["promote", &version]);
    registry
}

/// The example's portfolio, so many times over.
fn portfolio(times: usize) -> Vec<u8> {
    let text = std::fs::read_to_string(repository("examples/cobranza/cartera.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    format!("{header}\n{}", rows.repeat(times)).into_bytes()
}

fn send(server: &Process, content: &[u8]) -> String {
    let (kind, body) = form(&[("file", Some("cartera.csv"), content)]);
    let answer = server.request("POST", "/v1/portfolios", &[("content-type", &kind)], &body);
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn job(server: &Process, id: &str) -> Value {
    server.get(&format!("/v1/portfolios/{id}")).json()
}

fn wait_for(server: &Process, id: &str, state: &str) {
    until(|| {
        let job = job(server, id);
        assert!(
            state == "failed" || job["state"] != "failed",
            "{job}\n{}",
            server.log()
        );
        job["state"] == state
    });
}

/// What a job's folder says of it.
fn record(registry: &Registry, id: &str) -> Value {
    let path = registry.data().join("portfolios").join(id);
    let text = std::fs::read(path.join("job.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn answers(server: &Process) {
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn a_portfolio_that_the_process_ends_with_twice_has_failed() {
    let registry = registry();
    let mut server = registry.serve(&[]);
    let hostile = send(&server, &portfolio(150));
    let small = send(&server, &portfolio(1));
    for attempt in 1..=2 {
        answers(&server);
        // The one that was never tried is done before it is tried again.
        if attempt == 2 {
            wait_for(&server, &small, "done");
        }
        wait_for(&server, &hostile, "running");
        let counted = record(&registry, &hostile);
        assert_eq!(counted["attempts"], attempt, "{counted}");
        server.kill();
        server = registry.serve(&[]);
    }
    answers(&server);
    let failed = job(&server, &hostile);
    assert_eq!(failed["state"], "failed", "{failed}");
    let error = failed["error"].as_str().unwrap();
    assert!(error.contains("ended twice"), "{error}");
    assert_eq!(record(&registry, &hostile)["state"], "failed");
    // Nothing half done is left of it.
    let folder = registry.data().join("portfolios").join(&hostile);
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = files.map(|file| file.file_name()).collect();
    names.sort();
    assert_eq!(names, ["input", "job.json"]);
    let later = send(&server, &portfolio(1));
    wait_for(&server, &later, "done");
    answers(&server);
}

#[cfg(unix)]
mod stopped {
    use std::process::Command;

    use super::*;

    fn terminate(mut server: Process) {
        let child = server.child.get_mut().unwrap();
        let id = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        until(|| child.try_wait().unwrap().is_some());
        let status = child.wait().unwrap();
        assert!(status.success(), "{status}\n{}", server.log());
    }

    #[test]
    fn a_portfolio_that_is_given_up_by_a_stop_is_not_to_blame() {
        let registry = registry();
        let server = registry.serve(&[]);
        let id = send(&server, &portfolio(150));
        let mut server = Some(server);
        for stops in 1..=3 {
            let server = server.take().unwrap_or_else(|| registry.serve(&[]));
            wait_for(&server, &id, "running");
            terminate(server);
            let given_back = record(&registry, &id);
            assert_eq!(given_back["state"], "queued", "{given_back}");
            assert_eq!(given_back["attempts"], 0);
            assert_eq!(given_back["starts"], stops);
        }
        let server = registry.serve(&[]);
        wait_for(&server, &id, "running");
        let target = format!("/v1/portfolios/{id}");
        assert_eq!(server.request("DELETE", &target, &[], b"").status, 204);
        until(|| server.get(&target).status == 404);
    }

    /// Puts a pipe that nobody writes into in the place of a portfolio: whoever reads it hears no call to end.
    fn make_endless(registry: &Registry, id: &str) {
        let folder = registry.data().join("portfolios").join(id);
        std::fs::remove_file(folder.join("input")).unwrap();
        let made = Command::new("mkfifo").arg(folder.join("input")).status();
        assert!(made.unwrap().success());
        let mut record = record(registry, id);
        record["state"] = "queued".into();
        record["ended"] = Value::Null;
        std::fs::write(folder.join("job.json"), record.to_string()).unwrap();
    }

    #[test]
    fn neither_a_stop_nor_a_cancelled_job_waits_for_what_does_not_end() {
        let registry = registry();
        let server = registry.serve(&[]);
        let id = send(&server, &portfolio(1));
        wait_for(&server, &id, "done");
        drop(server);
        make_endless(&registry, &id);

        let server = registry.serve(&["--shutdown-seconds", "1"]);
        wait_for(&server, &id, "running");
        answers(&server);
        terminate(server);
        let left = record(&registry, &id);
        assert_eq!(left["state"], "queued", "{left}");
        assert_eq!(left["attempts"], 0);

        let server = registry.serve(&["--shutdown-seconds", "1"]);
        wait_for(&server, &id, "running");
        let target = format!("/v1/portfolios/{id}");
        for _ in 0..2 {
            assert_eq!(server.request("DELETE", &target, &[], b"").status, 204);
            assert_eq!(job(&server, &id)["state"], "cancelling");
        }
        assert_eq!(record(&registry, &id)["state"], "cancelling");
        answers(&server);
        terminate(server);
        assert!(!registry.data().join("portfolios").join(&id).exists());

        // Killed, it does not come back either.
        let server = registry.serve(&[]);
        server.get(&target).problem(404);
    }
}
