//! `[notify]`: a command that is told of each verdict, by whichever way a model comes.

#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::registry::{Registry, form, small};
use crate::support::until;

/// A registry whose command is a script; `[notify]` ends what stands in its configuration.
fn with_command(script: &str, more: &str) -> Registry {
    let registry = Registry::with("inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 0.1");
    let path = registry.path("propenso.toml");
    let folder = registry.path("");
    let command = format!(
        "[\"sh\", \"-c\", '{script}', \"sh\", '{}']",
        folder.display()
    );
    let config = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("{config}[notify]\ncommand = {command}\n{more}"),
    )
    .unwrap();
    registry
}

/// Keeps each verdict in a file of its own, which has its name when it is whole.
const KEEP: &str = "f=$(mktemp \"$1/told.XXXXXX\") && cat > \"$f\" && mv \"$f\" \"$f.json\"";

fn told(registry: &Registry) -> Vec<Value> {
    let files = fs::read_dir(registry.path("")).unwrap().flatten();
    let files = files.map(|entry| entry.path());
    let kept = |path: &PathBuf| path.extension().is_some_and(|end| end == "json");
    let read = |path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    files.filter(kept).map(read).collect()
}

#[test]
fn a_command_is_told_of_each_verdict() {
    let registry = with_command(KEEP, "");
    registry.add(&small("a_rf_bin.pkl"));
    let first = told(&registry);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["event"], "verdict");
    assert_eq!(
        (&first[0]["version"], &first[0]["verdict"]),
        (&1.into(), &"passed".into())
    );
    assert!(first[0]["gates"].is_array());
    assert!(
        first[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("VEREDICTO: ADMITIDO.")
    );
    // What says nothing new is no verdict; an examination is.
    registry.add(&small("a_rf_bin.pkl"));
    assert_eq!(told(&registry).len(), 1);
    registry.ok(&["check", "1"]);
    assert_eq!(told(&registry).len(), 2);
    // While a server runs: from the folder, and over HTTP.
    let server = registry.serve(&[]);
    fs::write(registry.path("entrada/nota.pkl"), "Feliz Navidad").unwrap();
    until(|| told(&registry).len() == 3);
    let model = fs::read(small("a_ada.pkl")).unwrap();
    let (content_type, body) = form(&[("file", Some("m.pkl"), &model)]);
    let headers = [("content-type", content_type.as_str())];
    assert_eq!(
        server.request("POST", "/v1/models", &headers, &body).status,
        201
    );
    until(|| told(&registry).len() == 4);
    let rejected = told(&registry);
    let rejected = rejected.iter().find(|told| told["version"] == 2).unwrap();
    assert_eq!(rejected["state"], "rejected");
}

#[test]
fn a_command_that_fails_changes_nothing() {
    let registry = with_command("exit 3", "");
    let model = small("a_rf_bin.pkl");
    let output = registry.run(&["add", model.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("[notify]: `sh` failed"), "{error}");
    assert_eq!(registry.states(), ["candidate"]);
    let server = registry.serve(&[]);
    fs::write(registry.path("entrada/nota.pkl"), "Feliz Navidad").unwrap();
    until(|| server.log().contains("was not told of the verdict"));
    assert_eq!(registry.states(), ["candidate", "rejected"]);
}

/// One that neither reads nor ends is ended.
#[test]
fn a_command_that_takes_too_long_is_ended() {
    let registry = with_command("exec sleep 600", "timeout_seconds = 0.3\n");
    let model = small("a_rf_bin.pkl");
    let start = Instant::now();
    let output = registry.run(&["add", model.to_str().unwrap()]);
    assert!(start.elapsed() < Duration::from_secs(60));
    assert_eq!(output.status.code(), Some(0));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("did not end within 300ms"), "{error}");
}

#[test]
fn a_command_that_cannot_be_is_refused() {
    for (command, word) in [
        ("command = []", "notify.command"),
        ("command = [\"\"]", "notify.command"),
        ("command = \"sh -c x\"", "propenso.toml"),
        ("comand = [\"sh\"]", "comand"),
        (
            "command = [\"sh\"]\ntimeout_seconds = -1",
            "notify.timeout_seconds",
        ),
    ] {
        let registry = Registry::new();
        let path = registry.path("propenso.toml");
        let config = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{config}[notify]\n{command}\n")).unwrap();
        let (status, error) = registry.error(&["list"]);
        assert_eq!(status, 1, "{command}");
        assert!(error.contains(word), "{command}: {error}");
    }
}
