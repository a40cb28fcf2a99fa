//! The binary's subcommands: what they print and how they end.

use std::process::Output;

use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::load;
use serde_json::Value;

use crate::support::registry::Registry;
use crate::support::{EXAMPLE, command, example_model, propenso, read_text, repository};

fn run(arguments: &[&str]) -> Output {
    propenso(arguments, "")
}

fn text(bytes: &[u8]) -> String {
    // The snapshot is the same wherever the repository lies, and on Windows.
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace(repository("").to_str().unwrap(), "")
        .replace("\r\n", "\n")
        .replace("propenso.exe", "propenso")
}

fn model() -> String {
    example_model().to_str().unwrap().to_owned()
}

fn pairs() -> Vec<&'static str> {
    EXAMPLE.split_once('?').unwrap().1.split('&').collect()
}

#[test]
fn a_model_is_measured_without_a_registry() {
    let folder = tempfile::tempdir().unwrap();
    let holdout = folder.path().join("resultados.csv");
    let table = read_text("testdata/cobranza/cartera_2.csv.gz");
    std::fs::write(&holdout, &table).unwrap();
    let model = repository("testdata/cobranza/modelo_2.pkl");
    let (model, holdout) = (model.to_str().unwrap(), holdout.to_str().unwrap());
    let output = run(&["evaluate", model, holdout]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout));
    let output = run(&["evaluate", model, holdout, "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    // What sklearn.metrics says, as in the gate's test.
    let figure = |name: &str| found["figures"][name].as_f64().unwrap();
    assert!((figure("auc") - 0.868_767_948_541_896_2).abs() < 1e-12);
    assert!((figure("brier") - 0.141_970_209_670_104_43).abs() < 1e-12);
    let tenths = found["calibration"].as_array().unwrap();
    let sum = |name: &str| -> u64 { tenths.iter().map(|t| t[name].as_u64().unwrap()).sum() };
    assert_eq!(tenths.len(), 10);
    assert_eq!(sum("clients"), found["figures"]["n"].as_u64().unwrap());
    assert_eq!(
        sum("payers"),
        found["figures"]["n_payers"].as_u64().unwrap()
    );
    // Another column, another word for those who paid.
    let renamed = table.replacen("TARGET", "PAGO", 1);
    std::fs::write(holdout, &renamed).unwrap();
    let output = run(&["evaluate", model, holdout]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("no column TARGET"),
        "{output:?}"
    );
    let named = ["--target-column", "PAGO", "--target-paid", "NO", "--json"];
    let output = run(&[&["evaluate", model, holdout], &named[..]].concat());
    let turned: Value = serde_json::from_slice(&output.stdout).unwrap();
    let auc = turned["figures"]["auc"].as_f64().unwrap();
    assert!((auc + figure("auc") - 1.0).abs() < 1e-12, "{turned}");
}

#[test]
fn what_cannot_be_measured_says_why() {
    let output = run(&["evaluate", "no/hay.pkl", "tampoco.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let regressor = repository("testdata/models/1.2.2/a_etr.joblib.xz");
    let clients = repository("examples/cobranza/cartera.csv");
    let files = [regressor.to_str().unwrap(), clients.to_str().unwrap()];
    let output = run(&["evaluate", files[0], files[1], "--contract", "model"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("two classes"), "{output:?}");
}

#[test]
fn predict_in_spanish() {
    let output = run(&[&["predict", &model()], &pairs()[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stdout));
}

#[test]
fn predict_in_json() {
    let output = run(&[&["predict", &model(), "--json"], &pairs()[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    insta::assert_json_snapshot!(serde_json::from_slice::<Value>(&output.stdout).unwrap());
}

#[test]
fn predict_tells_what_is_wrong() {
    let mut pairs = pairs();
    pairs[0] = "er=OTRO";
    pairs[3] = "cp=0";
    pairs.pop();
    let output = run(&[&["predict", &model()], &pairs[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(text(&output.stderr));
    let output = run(&[&["predict", &model(), "--json"], &pairs[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["errors"].as_array().unwrap().len(), 3);
    let output = run(&["predict", &model(), "er"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!("predict_without_pairs", text(&output.stderr));
}

#[test]
fn predict_reads_lines() {
    let good = EXAMPLE.split_once('?').unwrap().1;
    let output = propenso(
        &["predict", &model(), "-"],
        &format!("{good}\ner=EMP\n?{good}\n"),
    );
    assert_eq!(output.status.code(), Some(2));
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], lines[2]);
    assert_eq!(lines[1]["errors"].as_array().unwrap().len(), 12);
}

#[test]
fn inspect_tells_what_a_file_holds() {
    let output = run(&["inspect", &model()]);
    assert_eq!(output.status.code(), Some(0));
    let report = text(&output.stdout);
    let (report, timing) = report.trim_end().rsplit_once('\n').unwrap();
    insta::assert_snapshot!(report);
    assert!(timing.starts_with("read in"), "{timing}");
    let output = run(&["inspect", &model(), "--json"]);
    let mut json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["read_millis"].take().as_f64().unwrap() > 0.0);
    insta::assert_json_snapshot!(json);
}

#[test]
fn inspect_tells_what_cannot_be_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.pkl");
    // posix.system('true'), as a pickle that Python would obey.
    std::fs::write(
        &path,
        b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
    )
    .unwrap();
    let output = run(&["inspect", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let report = text(&output.stdout);
    assert!(report.contains("foreign names   posix.system"), "{report}");
    assert!(report.contains("not an estimator"), "{report}");
    std::fs::write(&path, b"\xf1\xf2\x01\x02").unwrap();
    let output = run(&["inspect", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("not a pickle"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn inspect_tells_of_the_zip_around_a_file() {
    let file = repository("attacks/packed-one.zip");
    let report = text(&run(&["inspect", file.to_str().unwrap()]).stdout);
    assert!(
        report.contains("raw, pickle protocol 4, alone in a zip"),
        "{report}"
    );
}

#[test]
fn two_objects_in_one_file_are_refused_by_every_command() {
    let model = crate::support::repository("testdata/made/ways_out/two_dumps.dead.pkl");
    let model = model.to_str().unwrap();
    for command in [&["serve", model][..], &["predict", model, "er=EMP"]] {
        let output = run(command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let error = text(&output.stderr);
        assert!(
            error.contains("LogisticRegression, StandardScaler"),
            "{error}"
        );
    }
    let output = run(&["inspect", model]);
    assert_eq!(output.status.code(), Some(2));
    let report = text(&output.stdout);
    assert!(
        report.contains("not served      the file holds 2 objects"),
        "{report}"
    );
    assert!(
        report.contains("dumped by itself: StandardScaler"),
        "{report}"
    );
}

#[test]
fn what_stands_in_the_way_of_starting() {
    let error = |arguments: &[&str]| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        text(&output.stderr)
    };
    let folder = tempfile::tempdir().unwrap();
    // The system's folder for data may hold somebody's registry: this one's home is empty.
    let home = [
        ("HOME", folder.path()),
        ("XDG_DATA_HOME", folder.path()),
        ("APPDATA", folder.path()),
    ];
    let nothing = command().arg("serve").envs(home).output().unwrap();
    assert_eq!(nothing.status.code(), Some(1));
    insta::assert_snapshot!("serve_nothing", text(&nothing.stderr));
    assert!(error(&["serve", "no-such.pkl"]).contains("no-such.pkl"));
    let unknown = error(&["serve", &model(), "--contract", "casas"]);
    assert!(
        unknown.contains("casas-cobranzas, casas-cobranzas-flask"),
        "{unknown}"
    );
    assert!(error(&["serve", &model(), "--log-level", "loud=very"]).contains("log level"));
    assert!(error(&["serve", &model(), "--listen", "256.0.0.1:1"]).contains("--listen"));
}

#[test]
fn a_contract_that_does_not_fit_is_refused_naming_each_difference() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    let shipped = std::fs::read_to_string(repository("contracts/casas-cobranzas.toml")).unwrap();
    let mine = shipped
        .replace(
            "features = [{ name = \"VPT\" }]",
            "features = [{ name = \"VTP\" }]",
        )
        .replace(
            "{ feature = \"MAYOR_65\", label = \"MAYOR 65\", from = 66, to = 120 },",
            "",
        );
    assert_ne!(mine, shipped);
    std::fs::write(&path, mine).unwrap();
    // Where loading takes long, the log says so.
    let quiet = ["--log-level", "warn"];
    let serve = ["serve", &model(), "--contract", path.to_str().unwrap()];
    let output = run(&[&serve[..], &quiet].concat());
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output.stderr));
}

/// A client could never send it: /prediccion takes it for the form of the answer.
#[test]
fn a_contract_with_a_reserved_parameter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mio.toml");
    let contract = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    let contract = contract.replace("parameter = \"er\"", "parameter = \"formato\"");
    std::fs::write(&path, &contract).unwrap();
    let model = model();
    let output = run(&[
        "predict",
        &model,
        "--contract",
        path.to_str().unwrap(),
        "cf=1",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.contains(
            "input ESCENARIO_RECOBRO: \"formato\" is what /prediccion is asked for more by"
        ),
        "{error}"
    );
    let registry = Registry::new();
    let (status, error) = registry.error(&["add", &model, "--contract", path.to_str().unwrap()]);
    assert_eq!(status, 2, "{error}");
    for reserved in propenso_scoring::reserved::ALL {
        let contract = contract.replace("\"formato\"", &format!("{reserved:?}"));
        std::fs::write(&path, contract).unwrap();
        let output = run(&["contract", "check", path.to_str().unwrap(), &model]);
        assert_eq!(output.status.code(), Some(2), "{reserved}");
        let told = text(&output.stdout);
        assert!(
            told.contains(&format!("{reserved:?} is what /prediccion")),
            "{told}"
        );
    }
    // One that was in service before is, to those who send JSON.
    let source = ContractSource::with_text("mio.toml".to_owned(), contract);
    let stored = load::scorer_of(&model, std::fs::read(&model).unwrap().into(), &source);
    assert!(stored.is_ok());
}
