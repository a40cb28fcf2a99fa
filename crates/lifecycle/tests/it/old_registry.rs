//! A registry that the program of November 2026 wrote, before reports had a numbered form: champions, rejected models,
//! every gate's findings. What it keeps must be read as it was told then, whatever the gates have become.

use std::io::Read;
use std::path::Path;

use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::keys::{Role, Roles};
use propenso_lifecycle::registry::{Action, Cause, Grant, KeyStore, Registry, State};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::repository;

fn unpacked(name: &str) -> Vec<u8> {
    let file = std::fs::File::open(repository("testdata/registry").join(name)).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn old() -> (TempDir, Registry) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("registry.db"), unpacked("2026-11.db.gz")).unwrap();
    let registry = Registry::open(folder.path()).unwrap();
    (folder, registry)
}

#[test]
fn every_version_is_told_as_it_was() {
    let (_folder, registry) = old();
    let told: Vec<Value> = serde_json::from_slice(&unpacked("2026-11.json.gz")).unwrap();
    let versions = registry.versions().unwrap();
    assert_eq!(versions.len(), told.len());
    for (version, told) in versions.iter().zip(&told) {
        let json = |value| serde_json::to_value(value).unwrap();
        assert_eq!(
            serde_json::to_value(&version.report.gates).unwrap(),
            told["gates"],
            "version {}",
            version.number
        );
        assert_eq!(json(version.report.verdict()), told["verdict"]);
        assert_eq!(version.state.name(), told["state"]);
        assert_eq!(version.content.model.to_string(), told["hash"]);
        let deciles = version.content.deciles;
        assert_eq!(serde_json::to_value(deciles).unwrap(), told["deciles"]);
    }
    let holdout = &told[1]["gates"][4];
    assert!(holdout["difference"]["high"].is_number(), "{holdout}");
}

#[test]
fn it_is_worked_with_as_before() {
    let (folder, registry) = old();
    let events = registry.events(100).unwrap();
    assert_eq!(events.len(), 12);
    let cause = Cause {
        who: "Ana".to_owned(),
        why: "prueba".to_owned(),
    };
    registry.take(Action::Rollback(Some(2)), &cause).unwrap();
    drop(registry);
    let registry = Registry::open(folder.path()).unwrap();
    let champion = registry.holder(State::Champion).unwrap().unwrap();
    assert_eq!(champion.number, 2);
    assert!(registry.events(100).unwrap().len() > events.len());
    assert_eq!(champion.report.verdict(), Verdict::Passed);
}

/// It gets the tables that came later.
#[test]
fn it_lets_nobody_in_until_somebody_gets_a_key() {
    let (folder, registry) = old();
    let keys = KeyStore::open_existing(folder.path()).unwrap().unwrap();
    assert!(keys.holders().unwrap().is_empty());
    let grant = Grant {
        expires: None,
        by: "Ana".to_owned(),
    };
    let name = "crm".parse().unwrap();
    keys.add(&name, Roles::of(Role::Puntuar), &grant).unwrap();
    assert_eq!(keys.holders().unwrap().len(), 1);
    assert_eq!(registry.events(100).unwrap().len(), 12);
}

/// A report of a later form, or of none, is not guessed at: a person looks, and the version can be used.
#[test]
fn a_report_that_cannot_be_read_is_no_pass() {
    let (folder, registry) = old();
    for report in ["{\"form\": 2, \"gates\": []}", "{", "{\"gates\": [{}]}"] {
        replace_report(folder.path(), report);
        let version = registry.version(2).unwrap();
        assert_eq!(version.report.verdict(), Verdict::Warned, "{report}");
        let gates = serde_json::to_value(&version.report.gates).unwrap();
        let detail = gates[0]["detail"].as_str().unwrap();
        assert!(detail.contains("cannot be read"), "{detail}");
        registry
            .take(Action::Rollback(Some(2)), &Cause::policy(""))
            .unwrap();
        registry
            .take(Action::Rollback(Some(1)), &Cause::policy(""))
            .unwrap();
    }
}

fn replace_report(folder: &Path, report: &str) {
    let database = rusqlite::Connection::open(folder.join("registry.db")).unwrap();
    let sql = "UPDATE versions SET report = ?1 WHERE number = 2";
    assert_eq!(database.execute(sql, [report]).unwrap(), 1);
}
