//! What was answered once: profiles, and `[portfolio]` of the configuration.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use tempfile::TempDir;

use crate::score::{column, score};
use crate::support::process::Process;
use crate::support::registry::form;
use crate::support::{example_model, until};

const HEADER: &str = "CUST_CODE;CANTIDAD_FACTURAS;IMPORTE_FACTURA;ESCENARIO_RECOBRO;DEUDA_TOTAL;PORTADO;VPT;C.P.;NUM_LINEAS_ACTIVAS;ESTADO_CLIENTE;VAP_SCF;VAP_OB;FECHA_BPI;EDAD";

/// A portfolio that asks: which column is the postal code, and is `1.250` a thousand?
pub(super) fn questionable() -> String {
    let row = |id: u32, debt: &str| format!("{id};3;263;EMP;{debt};NO;S;8029;12;A;N;N;202310;45\n");
    format!("{HEADER}\n{}{}", row(1, "1.250"), row(2, "3.500"))
}

/// A folder with a configuration, a data directory and the portfolio.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = format!("data_dir = \"data\"\n{config}");
        fs::write(folder.path().join("propenso.toml"), config).unwrap();
        fs::write(folder.path().join("cartera.csv"), questionable()).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        let (input, output) = (self.path("cartera.csv"), self.path("lista.csv"));
        let config = self.path("propenso.toml");
        let _ = fs::remove_file(&output);
        let usual = ["--config", config.to_str().unwrap(), "--quiet"];
        score(&input, &output, &[&usual, more].concat())
    }

    /// The debts that a run understood, × P(pays), in the file's order; and what was told.
    fn hoped(&self, more: &[&str]) -> (Vec<f64>, String) {
        let run = self.run(more);
        let told = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(0), "{told}");
        let output = self.path("lista.csv");
        let number = |text: &String| text.replace(',', ".").parse::<f64>().unwrap();
        let numbers = |name| -> Vec<f64> { column(&output, name).iter().map(number).collect() };
        let hoped = numbers("recuperacion_esperada").into_iter();
        let debts = hoped.zip(numbers("prob_pago")).map(|(hoped, p)| hoped / p);
        (debts.map(|debt| (debt * 1e3).round() / 1e3).collect(), told)
    }

    /// What a run that fails complains of.
    fn error(&self, code: i32, more: &[&str]) -> String {
        let run = self.run(more);
        let told = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(code), "{told}");
        assert!(!self.path("lista.csv").exists());
        told
    }
}

const FILE_ORDER: [&str; 2] = ["--order", "file"];
const ANSWERS: [&str; 4] = ["--decimal", "comma", "--map", "C.P.=CODIGO_POSTAL"];

#[test]
fn a_question_is_answered_once() {
    let desk = Desk::new("# a comment of ours\n");
    let asked = desk.error(1, &[&ANSWERS[2..], &["--save-as", "gestora"]].concat());
    assert!(asked.contains("--decimal comma"), "{asked}");
    assert!(asked.contains("--save-as NAME"), "{asked}");
    assert!(
        asked.contains("decimal = \"comma\" below [portfolio]"),
        "{asked}"
    );
    let asked = desk.error(1, &["--map", "C.P.=EDAD", "--decimal", "comma"]);
    assert!(asked.contains("--map"), "{asked}");
    // Nothing is remembered of a run that failed.
    let saved = desk.path("data/profiles/gestora.toml");
    assert!(!saved.exists());
    let missing = desk.error(1, &["--profile", "gestora"]);
    assert!(
        missing.contains("none yet") && missing.contains("--save-as"),
        "{missing}"
    );

    let save = [&ANSWERS[..], &FILE_ORDER, &["--save-as", "gestora"]].concat();
    let (debts, told) = desk.hoped(&save);
    assert_eq!(debts, [1_250.0, 3_500.0]);
    assert!(told.contains("Perfil «gestora» guardado"), "{told}");
    let by_hand = fs::read(desk.path("lista.csv")).unwrap();
    let (_, told) = desk.hoped(&["--profile", "gestora"]);
    assert_eq!(told, "");
    assert_eq!(fs::read(desk.path("lista.csv")).unwrap(), by_hand);
    let text = fs::read_to_string(&saved).unwrap();
    assert!(text.contains("\"C.P.\" = \"CODIGO_POSTAL\""), "{text}");
    desk.hoped(&["--profile", saved.to_str().unwrap()]);
    assert_eq!(fs::read(desk.path("lista.csv")).unwrap(), by_hand);

    // What is typed goes before.
    let (debts, _) = desk.hoped(&["--profile", "gestora", "--decimal", "point"]);
    assert_eq!(debts, [1.25, 3.5]);
    // A profile on top of another, and in its place.
    let more = ["--profile", "gestora", "--capacity", "1", "--save-as"];
    desk.hoped(&[&more[..], &["otra"]].concat());
    let (_, told) = desk.hoped(&[&more[..], &["gestora"]].concat());
    assert!(told.contains("sustituido"), "{told}");
    let (_, _) = desk.hoped(&["--profile", "otra", "--only-fits"]);
    assert_eq!(
        fs::read_to_string(desk.path("lista.csv"))
            .unwrap()
            .lines()
            .count(),
        2
    );
    let missing = desk.error(1, &["--profile", "tercera"]);
    assert!(missing.contains("there are gestora, otra"), "{missing}");
    let config = fs::read_to_string(desk.path("propenso.toml")).unwrap();
    assert_eq!(config, "data_dir = \"data\"\n# a comment of ours\n");
}

#[test]
fn what_is_known_of_all_files_stands_in_the_configuration() {
    let desk = Desk::new(
        "[portfolio]\ndecimal = \"comma\"\norder = \"file\"\ncolumns = { \"C.P.\" = \"CODIGO_POSTAL\" }\n\
         suppress = \"no_llamar.csv\"\ncontact_cost = 0.35\n\
         [portfolio.profiles.americana]\ndecimal = \"point\"\nrank_by = \"net\"\nfee = \"20%\"\n",
    );
    fs::write(desk.path("no_llamar.csv"), "CUST_CODE\n2\n").unwrap();
    // A cost is nothing to an order that has none.
    let (debts, _) = desk.hoped(&["--rank-by", "expected"]);
    assert_eq!(debts, [1_250.0]);
    let (debts, _) = desk.hoped(&["--profile", "americana"]);
    assert_eq!(debts, [1.25]);
    let header = fs::read_to_string(desk.path("lista.csv")).unwrap();
    assert!(header.lines().next().unwrap().contains("neto_esperado"));
    let (debts, _) = desk.hoped(&["--profile", "americana", "--decimal", "comma"]);
    assert_eq!(debts, [1_250.0]);
    let taken = [&ANSWERS[..], &["--save-as", "americana"]].concat();
    assert!(desk.error(1, &taken).contains("[portfolio.profiles]"));
}

#[test]
fn secrets_are_not_saved_and_what_needs_one_says_so() {
    let desk = Desk::new("");
    let control = [
        "--control-share",
        "1%",
        "--seed-key",
        "noviembre",
        "--save-as",
        "control",
    ];
    desk.hoped(&[&ANSWERS[..], &control].concat());
    let text = fs::read_to_string(desk.path("data/profiles/control.toml")).unwrap();
    assert!(
        text.contains("control_share") && !text.contains("noviembre"),
        "{text}"
    );
    let error = desk.error(64, &["--profile", "control"]);
    assert!(
        error.contains("--control-share needs --seed-key"),
        "{error}"
    );
    desk.hoped(&["--profile", "control", "--seed-key", "noviembre"]);
    let error = desk.error(64, &["--only-fits"]);
    assert!(error.contains("--only-fits needs --capacity"), "{error}");
    let error = desk.error(64, &["--save-as", "nada"]);
    assert!(error.contains("--decimal comma"), "{error}");
}

#[test]
fn what_is_wrong_is_named() {
    for (config, more, named, accepted) in [
        (
            "[portfolio]\ndecimals = 1",
            "",
            "`decimals`",
            "decimal, encoding",
        ),
        (
            "[portfolio]\ndecimal = \"x\"",
            "",
            "`decimal`",
            "`comma` or `point`",
        ),
        ("[portfolio]\nprofile = \"x\"", "", "`profile`", "columns"),
        (
            "[portfolio.profiles.a]\norder = 3",
            "",
            "`order`",
            "rank, file",
        ),
        ("[portfolio.profiles.\"a b\"]", "", "a b", "letters"),
        ("", "../x", "../x", ""),
        ("", "a b", "`a b`", "letters"),
        ("[portfolio.profiles.a]", "b", "`b`", "there are a"),
    ] {
        let desk = Desk::new(config);
        let more = match more {
            "" => vec![],
            name => vec!["--profile", name],
        };
        let error = desk.error(1, &more);
        assert!(error.contains(named) && error.contains(accepted), "{error}");
    }
}

#[test]
fn portfolios_that_are_sent_are_read_by_them_too() {
    let desk = Desk::new(
        "[portfolio]\ncolumns = { \"C.P.\" = \"CODIGO_POSTAL\" }\ndecimal = \"point\"\nsplit = 1\n\
         [portfolio.profiles.gestora]\ndecimal = \"comma\"\n",
    );
    let (config, model) = (desk.path("propenso.toml"), example_model());
    let server = Process::serve(&[
        "--config",
        config.to_str().unwrap(),
        model.to_str().unwrap(),
    ]);
    let send = |fields: &[(&str, Option<&str>, &[u8])]| {
        let text = questionable();
        let file = [("file", Some("cartera.csv"), text.as_bytes())];
        let (kind, body) = form(&[&file[..], fields].concat());
        server.request("POST", "/v1/portfolios", &[("content-type", &kind)], &body)
    };
    let debt = |fields: &[(&str, Option<&str>, &[u8])]| {
        let answer = send(fields);
        assert_eq!(answer.status, 202, "{}", answer.body);
        let place = answer.header("location").unwrap();
        let mut job = serde_json::Value::Null;
        until(|| {
            job = server.get(place).json();
            job["state"] == "done" || job["state"] == "failed"
        });
        assert_eq!(job["state"], "done", "{job}");
        job["report"]["summary"]["read"]["debt"].as_f64().unwrap()
    };
    let of_defaults = debt(&[]);
    let of_profile = debt(&[("profile", None, b"gestora")]);
    assert!(
        (of_profile / of_defaults - 1_000.0).abs() < 1e-9,
        "{of_defaults} {of_profile}"
    );
    let typed = debt(&[("profile", None, b"gestora"), ("decimal", None, b"point")]);
    assert_eq!(typed, of_defaults);
    // One that was saved since the server started.
    fs::create_dir_all(desk.path("data/profiles")).unwrap();
    let saved = desk.path("data/profiles/nueva.toml");
    fs::write(saved, "decimal = \"comma\"").unwrap();
    assert_eq!(debt(&[("profile", None, b"nueva")]), of_profile);
    for (name, told) in [("otra", "gestora, nueva"), ("../nueva", "letters")] {
        let problem = send(&[("profile", None, name.as_bytes())]).problem(422);
        let error = problem["error"].as_str().unwrap();
        assert!(error.contains(told), "{error}");
    }
}
