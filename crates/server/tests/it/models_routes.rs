//! The registry over HTTP: `/v1/models…`.

use serde_json::{Value, json};

use crate::support::process::Process;
use crate::support::registry::{Registry, form, month_2, small};
use crate::support::{Answer, EXAMPLE, example_model, read_text, until};

fn upload(server: &Process, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let (content_type, body) = form(fields);
    let headers = [("content-type", content_type.as_str())];
    server.request("POST", "/v1/models", &headers, &body)
}

fn read(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn a_month_over_http() {
    let registry = Registry::with_reference("");
    let server = registry.serve(&[]);
    // Nothing is in service yet, and that is told.
    let problem = server.get(EXAMPLE).problem(503);
    assert!(
        problem["error"].as_str().unwrap().contains("modelo"),
        "{problem}"
    );
    assert_eq!(server.get("/health/ready").status, 503);
    assert_eq!(server.get("/health/live").status, 200);

    let first = read(&example_model());
    let note = ("note", None, &b"noviembre"[..]);
    let file = ("file", Some("modelo_final.pkl"), &first[..]);
    let answer = upload(&server, &[file, note, ("by", None, b"Ana")]);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let added = answer.json();
    assert_eq!(
        (&added["version"], &added["state"], &added["note"]),
        (&json!(1), &json!("candidate"), &json!("noviembre"))
    );
    assert_eq!(added["added_by"], "Ana (127.0.0.1)");
    // The same again is the same version.
    assert_eq!(upload(&server, &[file]).status, 200);

    let promoted = server.post(
        "/v1/models/1/promote",
        r#"{"why": "el primero", "by": "Ana"}"#,
    );
    assert_eq!(
        promoted.json(),
        json!({ "steps": [{ "version": 1, "from": "candidate", "to": "champion" }] })
    );
    // Served before the promotion was answered.
    let answer = server.get(EXAMPLE);
    assert_eq!((answer.status, answer.body.as_str()), (200, "0"));
    let name = answer.header("x-propenso-model").unwrap().to_owned();
    assert!(name.starts_with("1 "), "{name}");
    let answer = server.get(&format!("{EXAMPLE}&formato=json")).json();
    assert_eq!(answer["version"], 1);
    assert_eq!(server.get("/health/ready").status, 200);

    let second = read(&month_2());
    let answer = upload(&server, &[("file", Some("modelo_2.pkl"), &second)]);
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["state"], "shadow");
    let steps = server.post("/v1/models/2/promote", "").json();
    assert_eq!(steps["steps"].as_array().unwrap().len(), 2);
    assert_eq!(server.champion(), Some(2));
    let steps = server.post("/v1/models/rollback", r#"{"why": "quejas"}"#);
    assert_eq!(steps.status, 200, "{}", steps.body);
    assert_eq!(server.champion(), Some(1));

    let versions = server.get("/v1/models").json();
    let states: Vec<&Value> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["state"])
        .collect();
    assert_eq!(states, ["champion", "retired"]);
    let events = server.get("/v1/models/events").json();
    let last = events["events"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (
            &last["action"],
            &last["version"],
            &last["why"],
            &last["who"]
        ),
        (
            &json!("rollback"),
            &json!(1),
            &json!("quejas"),
            &json!("127.0.0.1")
        )
    );
    let mut shown = server.get("/v1/models/2").json();
    assert!(shown["added_at"].take().is_string());
    insta::assert_json_snapshot!("version_2", shown);
}

#[test]
fn what_is_not_possible_is_told() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    let server = registry.serve(&[]);
    let error = |answer: Answer, status| {
        let problem = answer.problem(status);
        problem["error"].as_str().unwrap().to_owned()
    };
    assert!(error(server.get("/v1/models/9"), 404).contains("no version 9"));
    assert!(error(server.get("/v1/models/first"), 404).contains("number"));
    error(server.post("/v1/models/9/promote", ""), 404);
    error(server.post("/v1/models/rollback", ""), 409);
    assert_eq!(server.post("/v1/models/1/promote", "{}").status, 200);
    error(server.post("/v1/models/1/promote", "{}"), 409);
    error(server.post("/v1/models/1/promote", "[]"), 422);
    error(
        server.post("/v1/models/1/promote", r#"{"because": 1}"#),
        422,
    );
    error(server.request("DELETE", "/v1/models/1", &[], b""), 405);

    error(server.post("/v1/models", "{}"), 422);
    assert!(error(upload(&server, &[]), 422).contains("`file`"));
    let unknown = upload(&server, &[("fichero", Some("m.pkl"), b"x")]);
    assert!(error(unknown, 422).contains("`fichero`"));
    // Only contracts that ship can be named: files of the server are not read.
    let foreign = upload(
        &server,
        &[
            ("file", Some("m.pkl"), b"x"),
            ("contract", None, b"/etc/passwd"),
        ],
    );
    assert!(error(foreign, 422).contains("casas-cobranzas"));
    let refused = upload(&server, &[("file", Some("m.pkl"), b"not a model")]);
    let refused = error(refused, 422);
    assert!(refused.contains("version 2 was rejected"), "{refused}");
    assert_eq!(server.get("/v1/models/2").json()["state"], "rejected");
}

#[test]
fn too_large_an_upload_is_refused() {
    let registry = Registry::with("max_upload_bytes = 1000");
    let server = registry.serve(&[]);
    let answer = upload(&server, &[("file", Some("m.pkl"), &[0; 2_000])]);
    answer.problem(413);
}

#[test]
fn an_uploaded_contract_is_the_versions_own() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let model = read(&small("a_rf_bin.pkl"));
    let file = ("file", Some("m.pkl"), &model[..]);
    let shipped = std::fs::read(crate::support::repository("contracts/casas-cobranzas.toml"));
    let by_name = upload(
        &server,
        &[file, ("contract", None, b"casas-cobranzas-flask")],
    );
    assert_eq!(by_name.json()["contract"], "casas-cobranzas-flask");
    let own = ("contract", Some("propio.toml"), &shipped.unwrap()[..]);
    let own = upload(&server, &[file, own]).json();
    assert_eq!(
        (&own["version"], &own["contract"]),
        (&json!(2), &json!("propio.toml"))
    );
    let wrong = upload(
        &server,
        &[file, ("contract", Some("x.toml"), b"inputs = 3")],
    );
    assert!(matches!(wrong.status, 409 | 422), "{}", wrong.body);
}

#[test]
fn a_damaged_upload_is_noticed() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let model = read(&small("a_rf_bin.pkl"));
    let file = ("file", Some("m.pkl"), &model[..]);
    let hash = "0".repeat(64);
    let answer = upload(&server, &[file, ("sha256", None, hash.as_bytes())]);
    let problem = answer.problem(422);
    assert!(
        problem["error"].as_str().unwrap().contains(".sha256"),
        "{problem}"
    );
}

#[test]
fn others_than_this_machine_need_the_token() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let passed_on = [("x-forwarded-for", "10.0.0.7")];
    let answer = server.request("GET", "/v1/models", &passed_on, b"");
    let problem = answer.problem(403);
    assert!(
        problem["error"]
            .as_str()
            .unwrap()
            .contains("--admin-token-file")
    );
    // What the platform asks is for everybody.
    assert_eq!(server.request("GET", EXAMPLE, &passed_on, b"").status, 503);
    drop(server);

    let token = registry.path("token");
    std::fs::write(&token, "una-clave-bastante-larga\n").unwrap();
    let server = registry.serve(&["--admin-token-file", token.to_str().unwrap()]);
    server.get("/v1/models").problem(401);
    let ask = |token: &str, more: &[(&str, &str)]| {
        let token = format!("Bearer {token}");
        let headers = [&[("authorization", token.as_str())], more].concat();
        server.request("GET", "/v1/models", &headers, b"").status
    };
    assert_eq!(ask("otra-clave-bastante-larga", &[]), 401);
    assert_eq!(ask("una-clave-bastante-larga", &passed_on), 200);
}

#[test]
fn a_server_of_one_file_asks_for_the_token_too() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "una-clave-bastante-larga\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let model = small("a_rf_bin.pkl");
    let server = Process::serve(&[
        model.to_str().unwrap(),
        "--admin-token-file",
        token.to_str().unwrap(),
    ]);
    server.get("/v1/portfolios").problem(401);
    let known = [("authorization", "Bearer una-clave-bastante-larga")];
    let answer = server.request("GET", "/v1/portfolios", &known, b"");
    assert_eq!(answer.status, 200, "{}", answer.body);
    // What the platform asks is for everybody.
    assert_eq!(server.get(EXAMPLE).status, 200);
    let is_told = server
        .log()
        .contains("others on this machine may read the admin token");
    assert_eq!(is_told, cfg!(unix));
}

#[test]
fn a_contract_is_the_same_with_a_byte_order_mark_and_by_any_door() {
    let registry =
        Registry::with("inbox = \"entrada\"\npoll_seconds = 0.02\nsettle_seconds = 0.02");
    let server = registry.serve(&[]);
    let model = std::fs::read(small("a_rf_bin.pkl")).unwrap();
    let contract = read_text("contracts/casas-cobranzas.toml");
    let marked = format!("\u{feff}{contract}");
    let upload = |contract: &str| {
        let fields: [(&str, Option<&str>, &[u8]); 2] = [
            ("file", Some("m.pkl"), &model),
            ("contract", Some("c.toml"), contract.as_bytes()),
        ];
        let (content_type, body) = form(&fields);
        let headers = [("content-type", content_type.as_str())];
        let answer = server.request("POST", "/v1/models", &headers, &body);
        answer.json()["version"].clone()
    };
    assert_eq!(upload(&marked), 1);
    assert_eq!(upload(&contract), 1);
    let inbox = registry.path("entrada");
    std::fs::write(inbox.join("m.pkl.contract.toml"), &marked).unwrap();
    std::fs::write(inbox.join("m.pkl"), &model).unwrap();
    until(|| inbox.join("accepted/m.pkl").exists());
    assert_eq!(registry.states().len(), 1);
}

#[test]
fn a_server_of_one_file_has_no_registry() {
    let model = small("a_rf_bin.pkl");
    let server = Process::serve(&[model.to_str().unwrap()]);
    let problem = server.get("/v1/models").problem(404);
    assert!(
        problem["error"]
            .as_str()
            .unwrap()
            .contains("propenso serve")
    );
    // It names the model that answers all the same.
    let answer = server.get(EXAMPLE);
    assert_eq!(answer.header("x-propenso-model").unwrap().len(), 12);
}

#[test]
fn what_another_process_does_is_served_within_a_second() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    assert_eq!(server.champion(), None);
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    crate::support::until(|| server.champion() == Some(1));
    registry.add(&small("a_ada.pkl"));
    registry.ok(&["promote", "2"]);
    crate::support::until(|| server.champion() == Some(2));
    registry.ok(&["rollback"]);
    crate::support::until(|| server.champion() == Some(1));
}
