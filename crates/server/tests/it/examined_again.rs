//! A version that is examined again: sent with what was not known, or by `propenso models check`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::registry::{Registry, form, month_2, small};
use crate::support::{example_model, read_text, until};

/// A registry with the first month in service, compared on nothing.
fn in_service(more: &str) -> Registry {
    let registry = Registry::with(more);
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

/// The second month's clients with their outcomes, in a column of this name.
fn labelled(registry: &Registry, column: &str) -> PathBuf {
    let path = registry.path(&format!("resultados_{column}.csv"));
    let table = read_text("testdata/cobranza/cartera_2.csv.gz");
    fs::write(&path, table.replacen("TARGET", column, 1)).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn gate<'v>(version: &'v Value, name: &str) -> &'v Value {
    let gates = version["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["gate"] == name).unwrap()
}

/// What a file is checked by is fixed, and sent again: nobody needs another hash for that.
#[test]
fn a_corrected_holdout_is_measured() {
    let registry = in_service("");
    let model = month_2();
    let (wrong, right) = (labelled(&registry, "PAGO"), labelled(&registry, "TARGET"));
    let add = |holdout: &Path| {
        let add = ["add", text(&model), "--by", "Ana", "--note", "corregido"];
        registry.ok(&[&add[..], &["--holdout", text(holdout)]].concat())
    };
    let verdict = add(&wrong);
    assert!(verdict.contains("no tiene la columna TARGET"), "{verdict}");
    let verdict = add(&right);
    assert!(
        verdict.starts_with("Este modelo ya estaba en el registro, y se ha examinado otra vez."),
        "{verdict}"
    );
    assert!(!verdict.contains("no tiene la columna"), "{verdict}");
    assert!(verdict.contains("AUC (95 %)"), "{verdict}");
    assert_eq!(registry.states(), ["champion", "shadow"]);
    let version = registry.json(&["show", "2"]);
    assert!(gate(&version, "holdout")["candidate"]["auc"].is_number());
    let events = registry.json(&["list", "--events"]);
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!(last["action"], "check");
    assert_eq!(
        (&last["who"], &last["why"]),
        (&"Ana".into(), &"corregido".into())
    );
    assert_eq!(
        (&last["from"], &last["to"]),
        (&"shadow".into(), &"shadow".into())
    );
    // The same clients say nothing new, and neither does the file alone: what was found is kept.
    assert!(add(&right).starts_with("Este modelo ya estaba en el registro.\n"));
    let alone = registry.ok(&["add", text(&model)]);
    assert!(
        alone.starts_with("Este modelo ya estaba en el registro.\n"),
        "{alone}"
    );
    assert!(alone.contains("AUC (95 %)"), "{alone}");
}

#[test]
fn another_target_column_or_reference_in_the_configuration_is_news() {
    let registry = in_service("");
    let (model, holdout) = (month_2(), labelled(&registry, "PAGO"));
    let add = || registry.ok(&["add", text(&model), "--holdout", text(&holdout)]);
    assert!(add().contains("no tiene la columna TARGET"));
    let reference = registry.path("cartera.csv");
    fs::write(&reference, read_text("examples/cobranza/cartera.csv")).unwrap();
    let configure = |models: &str| {
        let config = format!("data_dir = \"data\"\n[models]\n{models}");
        fs::write(registry.path("propenso.toml"), config).unwrap();
    };
    configure("target_column = \"PAGO\"");
    assert!(add().contains("AUC (95 %)"));
    let version = registry.json(&["show", "2"]);
    assert_eq!(version["verdict"], "warned", "{version}");
    assert!(version.get("deciles").is_none());
    configure("target_column = \"PAGO\"\nreference = \"cartera.csv\"");
    let verdict = add();
    assert!(verdict.contains("VEREDICTO: ADMITIDO."), "{verdict}");
    let version = registry.json(&["show", "2"]);
    assert_eq!(gate(&version, "drift")["champion"], 1);
    assert!(version["deciles"].is_array());
    assert!(add().starts_with("Este modelo ya estaba en el registro.\n"));
}

#[test]
fn a_check_is_in_place_and_keeps_what_is_not_named() {
    let registry = in_service("");
    registry.add(&month_2());
    let holdout = labelled(&registry, "TARGET");
    let check = [
        "check",
        "2",
        "--holdout",
        text(&holdout),
        "--why",
        "faltaba",
        "--by",
        "Luis",
    ];
    let verdict = registry.ok(&check);
    assert!(verdict.contains("AUC (95 %)"), "{verdict}");
    assert_eq!(registry.ok(&["show", "2"]), verdict);
    let measured = gate(&registry.json(&["show", "2"]), "holdout").clone();
    let again = registry.json(&["check", "2"]);
    assert_eq!(gate(&again, "holdout"), &measured);
    let events = registry.ok(&["list", "--events"]);
    assert!(events.contains("(check, Luis: faltaba)"), "{events}");
    let (status, error) = registry.error(&["check", "9"]);
    assert_eq!(status, 1);
    assert!(error.contains("no version 9"), "{error}");
}

/// A small model, what it is asked, and a wrong and a right answer.
fn golden(registry: &Registry, answer: &str) -> PathBuf {
    let path = registry.path(&format!("filas_{answer}.csv"));
    let header = "er,po,vt,cp,ec,vf,vb,fb,ed,cf,im,dt,nl,expected_class";
    let client = "EMP,NO,S,8029,A,N,N,202310,NaN,3,263.68,1000.82,12";
    fs::write(&path, format!("{header}\n{client},{answer}\n")).unwrap();
    path
}

/// The class that the small model gives: the other one is wrong.
fn answers(registry: &Registry) -> [PathBuf; 2] {
    let model = small("a_dt_bin.joblib.xz");
    let asked = Registry::new();
    let one = golden(registry, "1");
    let added = asked.run(&["add", text(&model), "--golden", text(&one)]);
    let zero = golden(registry, "0");
    match added.status.success() {
        true => [zero, one],
        false => [one, zero],
    }
}

#[test]
fn a_shadow_that_fails_is_rejected_while_a_server_runs() {
    let registry = in_service("");
    let [wrong, _] = answers(&registry);
    registry.add(&small("a_dt_bin.joblib.xz"));
    let server = registry.serve(&[]);
    until(|| server.log().contains("compared with the champion"));
    let output = registry.run(&["check", "2", "--golden", text(&wrong)]);
    assert_eq!(output.status.code(), Some(2));
    let verdict = String::from_utf8(output.stdout).unwrap();
    assert!(verdict.starts_with("VEREDICTO: RECHAZADO."), "{verdict}");
    assert_eq!(registry.states(), ["champion", "rejected"]);
    let (_, error) = registry.error(&["promote", "2"]);
    assert!(error.contains("was rejected"), "{error}");
    assert_eq!(server.get("/v1/models/2").json()["state"], "rejected");
    assert_eq!(server.champion(), Some(1));
}

#[test]
fn a_champion_that_fails_goes_on_answering_and_says_so() {
    let registry = Registry::new();
    let [wrong, right] = answers(&registry);
    registry.add(&small("a_dt_bin.joblib.xz"));
    registry.ok(&["promote", "1"]);
    let output = registry.run(&["check", "1", "--golden", text(&wrong)]);
    assert_eq!(output.status.code(), Some(2));
    let verdict = String::from_utf8(output.stdout).unwrap();
    assert!(verdict.starts_with("VEREDICTO: NO PASA"), "{verdict}");
    assert_eq!(registry.states(), ["champion"]);
    // Its own check makes it no former champion to roll back to.
    let (_, error) = registry.error(&["rollback"]);
    assert!(error.contains("no champion before"), "{error}");
    let verdict = registry.ok(&["check", "1", "--golden", text(&right)]);
    assert!(verdict.starts_with("VEREDICTO: ADMITIDO."), "{verdict}");
}

#[test]
fn with_auto_promotion_a_correction_is_enough() {
    let registry = Registry::with_reference("promotion = \"auto\"");
    registry.add(&example_model());
    let (wrong, right) = (labelled(&registry, "PAGO"), labelled(&registry, "TARGET"));
    let model = month_2();
    registry.ok(&["add", text(&model), "--holdout", text(&wrong)]);
    assert_eq!(registry.states(), ["champion", "shadow"]);
    registry.ok(&["check", "2", "--holdout", text(&right)]);
    assert_eq!(registry.states(), ["retired", "champion"]);
}

#[test]
fn what_is_sent_again_over_http_is_examined_again() {
    let registry = Registry::new();
    let [wrong, right] = answers(&registry);
    let server = registry.serve(&[]);
    let model = fs::read(small("a_dt_bin.joblib.xz")).unwrap();
    let upload = |golden: Option<&Path>| {
        let golden = golden.map(|path| fs::read(path).unwrap());
        let mut fields = vec![("file", Some("m.xz"), &model[..])];
        fields.extend(
            golden
                .as_deref()
                .map(|rows| ("golden", Some("g.csv"), rows)),
        );
        let (content_type, body) = form(&fields);
        let headers = [("content-type", content_type.as_str())];
        server.request("POST", "/v1/models", &headers, &body)
    };
    assert_eq!(upload(None).status, 201);
    let again = upload(Some(&right));
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(gate(&again.json(), "golden")["as_expected"], 1);
    let failed = upload(Some(&wrong));
    let problem = failed.problem(422);
    assert_eq!(problem["code"], "model-rejected");
    assert_eq!(registry.states(), ["rejected"]);
}
