//! The record of decisions, as those use it who answer for it: from the shell and over HTTP.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::Registry;
use crate::support::{EXAMPLE, command, example_model, propenso};

/// A registry with the example in service.
fn in_service() -> Registry {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

/// Asks about a client, and gives the decision's name.
fn ask(server: &Process, client: &str) -> String {
    let answer = server.get(&format!("{EXAMPLE}&id={client}"));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("x-propenso-decision").unwrap().to_owned()
}

fn run(registry: &Registry, arguments: &[&str]) -> Output {
    let config = registry.path("propenso.toml");
    let config = ["decisions", "--config", config.to_str().unwrap()];
    propenso(&[&config, arguments].concat(), "")
}

fn ok(registry: &Registry, arguments: &[&str]) -> String {
    let output = run(registry, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(registry: &Registry, arguments: &[&str]) -> Value {
    serde_json::from_str(&ok(registry, &[arguments, &["--json"]].concat())).unwrap()
}

/// What it complains of, with its exit status.
fn error(registry: &Registry, arguments: &[&str]) -> (i32, String) {
    let output = run(registry, arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), error)
}

#[test]
fn a_decision_is_shown_to_who_says_why() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let id = ask(&server, "1.759658");
    let why = ["--why", "claim 2026-114", "--by", "Ana"];

    let (status, told) = error(&registry, &["show", &id]);
    assert_eq!(status, 64, "{told}");
    let (status, told) = error(&registry, &["show", &id, "--why", "  "]);
    assert_eq!(status, 64, "{told}");
    assert_eq!(json(&registry, &["accesses"]), Value::Array(Vec::new()));

    let page = ok(&registry, &[&["show", &id], &why[..]].concat());
    for part in [
        &*id,
        "/prediccion",
        "263.68",
        "1000.82",
        "Place in the chain",
        "pseudonym ",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("1.759658"), "{page}");
    let shown = json(&registry, &[&["show", &id], &why[..]].concat());
    assert_eq!(shown["version"], 1);
    assert_eq!(shown["channel"]["route"], "/prediccion");
    let bits = shown["prediction"]["bits"].as_str().unwrap();
    let probability = shown["prediction"]["probability"].as_f64().unwrap();
    assert_eq!(format!("{:016x}", probability.to_bits()), bits);
    let inputs = shown["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 13);
    assert!(
        inputs
            .iter()
            .all(|input| input["text"] != input["parameter"])
    );

    // In Spanish, for the compliance person.
    let mut spanish = command();
    spanish
        .args(["--lang", "es", "decisions", "--data-dir"])
        .arg(registry.data());
    let spanish = spanish.args(["show", &id]).args(why).output().unwrap();
    let spanish = String::from_utf8(spanish.stdout).unwrap();
    assert!(spanish.contains("Datos que se enviaron"), "{spanish}");

    let accesses = json(&registry, &["accesses"]);
    let accesses = accesses.as_array().unwrap();
    assert_eq!(accesses.len(), 3);
    assert_eq!(accesses[0]["who"], "Ana");
    assert_eq!(accesses[0]["why"], "claim 2026-114");
    assert_eq!(accesses[0]["decision"], *id);
    let none = "01993a7c-0000-7000-8000-000000000000";
    let (status, told) = error(&registry, &[&["show", none], &why[..]].concat());
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("there is no decision"), "{told}");
}

#[test]
fn a_client_is_found_held_and_forgotten() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let ids = [
        ask(&server, "A-7"),
        ask(&server, "B-1"),
        ask(&server, "A-7"),
    ];
    let why = ["--why", "petición"];
    let search = |client: &str| {
        let arguments = [&["search", "--client", client], &why[..]].concat();
        json(&registry, &arguments)["decisions"].clone()
    };
    let found = search(" A-7");
    let found: Vec<&str> = { found.as_array().unwrap().iter() }
        .map(|decision| decision["id"].as_str().unwrap())
        .collect();
    assert_eq!(found, [&*ids[0], &*ids[2]]);
    let first = json(
        &registry,
        &[&["search", "--client", "A-7", "--limit", "1"], &why[..]].concat(),
    );
    assert_eq!(first["more"], true);
    let before = ["search", "--client", "A-7", "--until", "2020-01-01"];
    let none = json(&registry, &[&before, &why[..]].concat());
    assert_eq!(none["decisions"], Value::Array(Vec::new()));

    let of = ["--client", "A-7"];
    ok(&registry, &[&["hold"], &of[..], &why].concat());
    let (status, told) = error(&registry, &[&["hold"], &of[..], &why].concat());
    assert_eq!(status, 1, "{told}");
    let (status, told) = error(&registry, &[&["forget", "--yes"], &of[..], &why].concat());
    assert_eq!(status, 1);
    assert!(told.contains("held since"), "{told}");
    ok(&registry, &[&["release"], &of[..]].concat());
    // Nobody is there to confirm it.
    let (status, told) = error(&registry, &[&["forget"], &of[..], &why].concat());
    assert_eq!(status, 64, "{told}");
    let told = ok(&registry, &[&["forget", "--yes"], &of[..], &why].concat());
    assert_eq!(told.trim(), "Decisions that were forgotten: 2.");
    assert_eq!(search("A-7"), Value::Array(Vec::new()));
    assert_eq!(search("B-1").as_array().unwrap().len(), 1);

    let page = ok(&registry, &[&["show", &ids[0]], &why[..]].concat());
    assert!(page.contains("They were forgotten"), "{page}");
    assert!(!page.contains("263.68"), "{page}");
    ok(&registry, &["verify"]);
    let holds = json(&registry, &["holds"]);
    assert_eq!(holds.as_array().unwrap().len(), 1);
    assert!(holds[0]["released"].is_object());
    let (status, told) = error(&registry, &[&["release"], &of[..]].concat());
    assert_eq!(status, 1, "{told}");
}

#[test]
fn the_record_replays_and_verifies_and_names_what_was_changed() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let ids: Vec<String> = (0..5)
        .map(|client| ask(&server, &client.to_string()))
        .collect();
    let why = ["--why", "revisión"];

    let replayed = ok(&registry, &[&["replay", &ids[0]], &why[..]].concat());
    assert!(replayed.contains("the same, bit by bit"), "{replayed}");
    let (status, told) = error(&registry, &["replay", &ids[0]]);
    assert_eq!(status, 64, "{told}");
    let all = json(&registry, &["replay"]);
    assert_eq!(all["decisions"], 5);
    assert_eq!(all["counts"]["same"], 5);
    assert_eq!(all["wrong"], 0);
    let days = json(&registry, &["replay", "--until", "2020-01-01"]);
    assert_eq!(days["decisions"], 0);

    let verified = json(&registry, &["verify"]);
    assert_eq!(verified["decisions"], 5);
    assert_eq!(verified["broken"], Value::Null);
    let head = verified["heads"][0].as_str().unwrap();
    ok(&registry, &["verify", "--head", head]);
    let cut = head.replacen(":5:", ":6:", 1);
    let output = run(&registry, &["verify", "--head", &cut]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("BROKEN at the place 6"), "{told}");
    let (status, told) = error(&registry, &["verify", "--head", "abc"]);
    assert_eq!(status, 64, "{told}");
    // The log has the chain's end from the start on.
    let log = server.kill();
    assert!(!log.contains("263.68"), "{log}");

    let months = json(&registry, &["months"]);
    assert_eq!(months["months"][0]["decisions"], 5);
    let (status, told) = error(&registry, &["clear"]);
    assert_eq!(status, 64, "{told}");
    let told = ok(&registry, &["clear", "--keep-months", "1"]);
    assert!(told.starts_with("There is nothing before"), "{told}");
    let server = registry.serve(&[]);
    crate::support::until(|| server.log().contains(head));
}

#[test]
fn decisions_are_written_into_files() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let ids: Vec<String> = (0..3)
        .map(|client| ask(&server, &format!("={client}")))
        .collect();
    let export = |place: &Path| {
        let place = place.to_str().unwrap();
        run(&registry, &["export", "-o", place, "--why", "resultados"])
    };
    let csv = registry.path("decisiones.csv");
    let output = export(&csv);
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&csv).unwrap();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    let names: Vec<&str> = lines[0].trim_start_matches('\u{feff}').split(';').collect();
    let cells: Vec<&str> = lines[1].split(';').collect();
    assert_eq!(names.len(), cells.len());
    let cell = |name: &str| cells[names.iter().position(|known| *known == name).unwrap()];
    assert_eq!(cell("decision"), ids[0]);
    assert_eq!(cell("im"), "263.68");
    assert_eq!(cell("version"), "1");
    let shown = json(&registry, &["show", &ids[0], "--why", "prueba"]);
    let bits = shown["prediction"]["bits"].as_str().unwrap();
    let probability: f64 = cell("probability").replace(',', ".").parse().unwrap();
    assert_eq!(format!("{:016x}", probability.to_bits()), bits);
    // One that is there stays.
    let output = export(&csv);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let output = export(&registry.path("decisiones.parquet"));
    assert!(output.status.success(), "{output:?}");
    let output = export(&registry.path("decisiones.xls"));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!registry.path("decisiones.xls").exists());
}

/// A name that no decision has.
const NONE: &str = "01993a7c-0000-7000-8000-000000000000";

fn body(of: &[(&str, &str)]) -> String {
    let fields = of
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    Value::Object(fields.collect()).to_string()
}

#[test]
fn decisions_are_had_over_http_by_who_says_why() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let ids: Vec<String> = ["A-7", "B-1", "A-7", "A-7"]
        .map(|client| ask(&server, client))
        .into();
    server
        .get(&format!("/v1/decisions/{}", ids[0]))
        .problem(422);
    server
        .get(&format!("/v1/decisions/{NONE}?why=x"))
        .problem(404);
    server.get("/v1/decisions/1?why=x").problem(404);
    assert_eq!(json(&registry, &["accesses"]), Value::Array(Vec::new()));

    let shown = server.get(&format!("/v1/decisions/{}?why=queja&by=Ana", ids[0]));
    assert_eq!(shown.status, 200, "{}", shown.body);
    let shown = shown.json();
    assert_eq!(shown["id"], *ids[0]);
    assert_eq!(shown["inputs"].as_array().unwrap().len(), 13);
    let accesses = json(&registry, &["accesses"]);
    assert_eq!(accesses[0]["way"], "GET /v1/decisions/{id}");
    assert_eq!(accesses[0]["who"], "Ana (127.0.0.1)");

    // A page at a time.
    let first = server
        .get("/v1/decisions?client=A-7&limit=2&why=queja")
        .json();
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = server.get(&format!(
        "/v1/decisions?client=A-7&limit=2&after={next}&why=queja"
    ));
    let rest = rest.json();
    let of = |page: &Value| -> Vec<String> {
        let found = page["decisions"].as_array().unwrap().iter();
        found
            .map(|decision| decision["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        [of(&first), of(&rest)].concat(),
        [&*ids[0], &*ids[2], &*ids[3]]
    );
    assert_eq!(rest["next"], Value::Null);
    let all = server
        .get("/v1/decisions?from=2020-01-01&until=2100-01-01&why=queja")
        .json();
    assert_eq!(of(&all), ids);
    for wrong in [
        "from=ayer",
        "limit=0",
        "limit=1001",
        "after=x",
        "clent=1",
        "why=a&why=b",
    ] {
        let answer = server.get(&format!("/v1/decisions?why=x&{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.body);
    }

    let replay = format!("/v1/decisions/{}/replay", ids[1]);
    server.post(&replay, "").problem(422);
    let replayed = server.post(&replay, &body(&[("why", "queja")])).json();
    assert_eq!(replayed["outcome"], "same");

    let act = body(&[("client", "A-7"), ("why", "queja")]);
    let held = server.post("/v1/decisions/holds", &act).json();
    assert_eq!(held["changed"], true);
    assert_eq!(
        server.post("/v1/decisions/holds", &act).json()["changed"],
        false
    );
    server.post("/v1/decisions/forget", &act).problem(409);
    assert_eq!(
        server.get("/v1/decisions/holds").json()["holds"][0]["why"],
        "queja"
    );
    server.post("/v1/decisions/holds/release", &act).json();
    server
        .post("/v1/decisions/forget", &body(&[("why", "x")]))
        .problem(422);
    server.post("/v1/decisions/forget", "[1").problem(422);
    let forgotten = server.post("/v1/decisions/forget", &act).json();
    assert_eq!(forgotten["forgotten"], 3);
    let shown = server
        .get(&format!("/v1/decisions/{}?why=queja", ids[0]))
        .json();
    assert_eq!(
        (&shown["forgotten"], &shown["inputs"]),
        (&Value::Bool(true), &Value::Null)
    );
    ok(&registry, &["verify"]);
    let log = server.kill();
    assert!(!log.contains("A-7"), "{log}");
}

#[test]
fn a_server_without_a_record_says_so() {
    let model = example_model();
    let server = Process::serve(&[model.to_str().unwrap()]);
    server
        .get(&format!("/v1/decisions/{NONE}?why=x"))
        .problem(404);
    let answer = server.get("/v1/decisions?why=x");
    assert_eq!(answer.json()["code"], "no-record");
}

/// Runs something else than `decisions` on a registry.
fn other(registry: &Registry, arguments: &[&str]) -> Output {
    let config = registry.path("propenso.toml");
    propenso(
        &[arguments, &["--config", config.to_str().unwrap()]].concat(),
        "",
    )
}

#[test]
fn a_backup_has_the_decisions_and_the_key_that_finds_them() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let id = ask(&server, "A-7");
    let hold = ["hold", "--client", "B-1", "--why", "demanda"];
    ok(&registry, &hold);
    let backup = registry.path("copia.zip");
    let output = other(&registry, &["backup", backup.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    // What comes behind it is not in it.
    ask(&server, "A-7");
    drop(server);

    let restored = Registry::new();
    let output = other(&restored, &["restore", backup.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let found = json(&restored, &["search", "--client", "A-7", "--why", "prueba"]);
    let found = found["decisions"].as_array().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["id"], *id);
    assert_eq!(json(&restored, &["holds"]).as_array().unwrap().len(), 1);
    assert_eq!(json(&restored, &["replay"])["counts"]["same"], 1);
    ok(&restored, &["verify"]);
    let server = restored.serve(&[]);
    ask(&server, "A-7");
    assert_eq!(json(&restored, &["verify"])["decisions"], 2);
}

#[test]
fn the_doctor_and_the_figures_tell_of_the_record() {
    let registry = in_service();
    let doctor = || {
        let output = other(&registry, &["doctor", "--listen", "127.0.0.1:0"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(doctor().contains("begins with the first"), "{}", doctor());
    let server = registry.serve(&[]);
    ask(&server, "A-7");
    let told = doctor();
    for part in [
        "1 decisions of 1 months",
        "end of the chain",
        "the key for pseudonyms is in",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let figures = server.get("/metrics").body;
    for line in [
        "propenso_record_decisions_total{outcome=\"kept\"} 1",
        "propenso_record_decisions_total{outcome=\"lost\"} 0",
        "propenso_record_commits_total 1",
        "propenso_record_failing 0.0",
    ] {
        assert!(figures.contains(line), "{line}: {figures}");
    }
    assert_eq!(server.get("/health/ready").body, "ok");
    drop(server);
    std::fs::remove_file(registry.data().join("pseudonym.key")).unwrap();
    assert!(
        doctor().contains("without it no client is found"),
        "{}",
        doctor()
    );
    let (status, told) = error(&registry, &["search", "--client", "A-7", "--why", "x"]);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("pseudonym.key"), "{told}");
}

/// A month that is over, and what a server does with it.
#[test]
fn a_server_lets_months_go_whose_time_is_over() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let id = ask(&server, "A-7");
    drop(server);
    // As if it had been kept long ago.
    let decisions = registry.data().join("decisions");
    let current = std::fs::read_dir(&decisions).unwrap().flatten();
    let current = current
        .map(|entry| entry.path())
        .find(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("20")
        })
        .unwrap();
    let stem = current.with_extension("");
    let old = decisions.join("2024-01");
    for ending in ["db", "db-wal", "db-shm"] {
        let _ = std::fs::rename(stem.with_extension(ending), old.with_extension(ending));
    }
    let config = "data_dir = \"data\"\n[record]\nkeep_months = 12\n";
    std::fs::write(registry.path("propenso.toml"), config).unwrap();
    let server = registry.serve(&[]);
    crate::support::until(|| server.log().contains("let a month of decisions go"));
    let (status, told) = error(&registry, &["show", &id, "--why", "x"]);
    assert_eq!(status, 1, "{told}");
    let months = json(&registry, &["months"]);
    assert_eq!(months["let_go"][0]["month"], "2024-01");
    assert_eq!(months["let_go"][0]["decisions"], 1);
    assert_eq!(months["let_go"][0]["by"], "propenso serve");
    // The chain goes on where it was.
    ask(&server, "A-7");
    let verified = json(&registry, &["verify"]);
    assert!(verified["heads"][0].as_str().unwrap().contains(":2:"));
    assert_eq!(verified["let_go"].as_array().unwrap().len(), 1);
}

/// What cannot be kept is not answered, and that is seen; it comes back by itself. Windows moves no folder that is in use.
#[cfg(unix)]
#[test]
fn a_record_that_cannot_be_written_is_told_and_comes_back() {
    let registry = in_service();
    let server = registry.serve(&[]);
    let decisions = registry.data().join("decisions");
    let aside = registry.data().join("aside");
    // A file stands where the folder was.
    std::fs::rename(&decisions, &aside).unwrap();
    std::fs::write(&decisions, "no es una carpeta").unwrap();
    server.get(&format!("{EXAMPLE}&id=A-7")).problem(503);
    let ready = server.get("/health/ready");
    assert_eq!(ready.status, 200);
    assert!(ready.body.starts_with("degraded: "), "{}", ready.body);
    let figures = server.get("/metrics").body;
    assert!(figures.contains("propenso_record_failing 1.0"), "{figures}");
    assert!(figures.contains("propenso_record_decisions_total{outcome=\"refused\"} 1"));
    std::fs::remove_file(&decisions).unwrap();
    std::fs::rename(&aside, &decisions).unwrap();
    ask(&server, "A-7");
    assert_eq!(server.get("/health/ready").body, "ok");
    assert_eq!(json(&registry, &["verify"])["decisions"], 1);
}
