//! A champion whose file is damaged or gone: told loudly, and the one before it answers.

use std::fs;
use std::path::PathBuf;

use crate::support::registry::{Registry, small};
use crate::support::{EXAMPLE, until};

/// A registry whose second version is champion, and where that one's file lies.
fn in_service() -> (Registry, PathBuf) {
    let registry = Registry::new();
    for (number, model) in ["a_rf_bin.pkl", "a_ada.pkl"].into_iter().enumerate() {
        registry.add(&small(model));
        registry.ok(&["promote", &(number + 1).to_string()]);
    }
    let versions = registry.json(&["list"]);
    let hash = versions[1]["hash"].as_str().unwrap();
    let file = registry.data().join("files").join(hash);
    assert!(file.exists());
    (registry, file)
}

#[test]
fn a_missing_champion() {
    let (registry, file) = in_service();
    fs::remove_file(&file).unwrap();
    let server = registry.serve(&[]);
    assert_eq!(server.champion(), Some(1));
    let log = server.log();
    assert!(log.contains("THE CHAMPION CANNOT BE LOADED"), "{log}");
    let events = server.get("/v1/models/events").json();
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (
            &last["action"],
            &last["version"],
            &last["previous_champion"]
        ),
        (&"fallback".into(), &1.into(), &2.into())
    );
    // Who watches it is told, and may not take it for well.
    let ready = server.get("/health/ready");
    assert_eq!(ready.status, 200);
    assert!(ready.body.starts_with("degraded: "), "{}", ready.body);
    assert!(!ready.body.contains("ok"), "{}", ready.body);
    let figures = server.get("/metrics").body;
    assert!(figures.contains("\npropenso_degraded 1.0\n"), "{figures}");
    assert!(
        figures.contains("\npropenso_champion_version 1.0\n"),
        "{figures}"
    );
    for versions in [
        server.get("/v1/models").json()["versions"].clone(),
        registry.json(&["list"]),
    ] {
        assert_eq!(versions[0]["fallback"], serde_json::Value::Null);
        let fallback = &versions[1]["fallback"];
        assert_eq!(
            (&fallback["champion"], &fallback["answering"]),
            (&2.into(), &1.into())
        );
    }
    let list = registry.ok(&["list"]);
    assert!(
        list.contains("DEGRADADO: la versión 2 no se puede cargar"),
        "{list}"
    );
    assert!(list.contains("contesta la versión 1"), "{list}");
    // The registry still says who should answer, and the reason is on record.
    assert_eq!(registry.states(), ["retired", "champion"]);
    assert!(
        last["why"]
            .as_str()
            .unwrap()
            .contains(&*file.file_name().unwrap().to_string_lossy())
    );
}

#[test]
fn a_damaged_champion() {
    let (registry, file) = in_service();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let server = registry.serve(&[]);
    assert_eq!(server.champion(), Some(1));
    let log = server.log();
    assert!(log.contains("is damaged"), "{log}");
    // Added again, the file is whole again, and its version answers.
    registry.add(&small("a_ada.pkl"));
    until(|| server.champion() == Some(2));
    until(|| server.get("/health/ready").body == "ok");
    assert!(
        server
            .get("/metrics")
            .body
            .contains("\npropenso_degraded 0.0\n")
    );
    assert!(!registry.ok(&["list"]).contains("DEGRADADO"));
}

#[test]
fn nothing_left_to_answer() {
    let (registry, file) = in_service();
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
    let server = registry.serve(&[]);
    assert_eq!(server.get(EXAMPLE).status, 503);
    assert_eq!(server.get("/health/ready").status, 503);
}

#[test]
fn a_version_that_cannot_be_loaded_is_not_promoted() {
    let (registry, file) = in_service();
    let server = registry.serve(&[]);
    registry.add(&small("a_dt_bin.joblib.xz"));
    let versions = registry.json(&["list"]);
    let hash = versions[2]["hash"].as_str().unwrap();
    fs::remove_file(file.with_file_name(hash)).unwrap();
    let (status, error) = registry.error(&["promote", "3"]);
    assert_eq!(status, 1);
    assert!(error.contains("nothing was changed"), "{error}");
    assert_eq!(server.champion(), Some(2));
    assert_eq!(registry.states(), ["retired", "champion", "shadow"]);
}

#[test]
fn the_registry_of_a_later_program_is_left_alone() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    let database = rusqlite::Connection::open(registry.data().join("registry.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    let (status, error) = registry.error(&["list"]);
    assert_eq!(status, 1);
    assert!(error.contains("newer propenso"), "{error}");
}
