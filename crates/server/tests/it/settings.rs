//! What the environment and the configuration say, for every command.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use clap::CommandFactory;
use propenso::cli::Cli;

use crate::support::process::Process;
use crate::support::registry::{Registry, month_2, small};
use crate::support::{EXAMPLE, command, example_model, read_text};

/// The variables of a command and those below it.
fn variables(command: &clap::Command, path: &str, found: &mut BTreeSet<(String, String)>) {
    for argument in command.get_arguments() {
        if let Some(name) = argument.get_env() {
            found.insert((path.to_owned(), name.to_string_lossy().into_owned()));
        }
    }
    for command in command.get_subcommands() {
        let path = format!("{path} {}", command.get_name());
        variables(command, path.trim(), found);
    }
}

fn pairs() -> Vec<&'static str> {
    EXAMPLE.split_once('?').unwrap().1.split('&').collect()
}

/// Runs the binary with variables.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command();
    command.args(arguments).envs(variables.iter().copied());
    command.output().unwrap()
}

/// What it says, after it has ended as it should.
fn told(output: &Output, status: i32) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}");
    text
}

/// A unit file or a compose file leaves variables empty.
#[test]
fn a_variable_that_is_empty_is_none() {
    let mut found = BTreeSet::new();
    variables(&Cli::command(), "", &mut found);
    let names: BTreeSet<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
    assert!(names.len() > 15, "{names:?}");
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = ["--data-dir", data.to_str().unwrap()];
    let model = example_model();
    let model = model.to_str().unwrap();
    let listed = told(&run(&[&["models", "list"], &data[..]].concat(), &empty), 0);
    assert!(!listed.contains("PROPENSO"), "{listed}");
    told(&run(&[&["keys", "list"], &data[..]].concat(), &empty), 0);
    told(
        &run(&[&["predict", model], &pairs()[..]].concat(), &empty),
        0,
    );
    told(&run(&["inspect", model], &empty), 0);
    let nothing = told(
        &run(&[&["score", "-", "-o", "-"], &data[..]].concat(), &empty),
        1,
    );
    assert!(nothing.contains("no model is in service"), "{nothing}");
    let server = Process::serve_with(&[model], &empty);
    assert_eq!(server.get(EXAMPLE).status, 200);
}

#[test]
fn a_windows_path_in_double_quotes_is_told_as_it_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("propenso.toml");
    let config = config.to_str().unwrap();
    for (written, mended) in [
        (r#"data_dir = "C:\propenso""#, r"data_dir = 'C:\propenso'"),
        (r#"data_dir = "C:\temp\new""#, r"data_dir = 'C:\temp\new'"),
    ] {
        std::fs::write(config, format!("# mine\n{written}\n")).unwrap();
        for language in ["es", "en"] {
            let arguments = ["models", "list", "--config", config, "--lang", language];
            let text = told(&run(&arguments, &[]), 1);
            assert!(text.contains(mended), "{text}");
        }
    }
}

#[test]
fn a_level_that_is_none_is_told_with_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("propenso.toml");
    std::fs::write(&config, "[log]\nlevel = \"verbose\"\n").unwrap();
    let config = config.to_str().unwrap();
    let model = example_model();
    let serve = ["serve", model.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    for (more, variables) in [
        (&["--log-level", "verbose"][..], &[][..]),
        (&[], &[("PROPENSO_LOG_LEVEL", "verbose")]),
        (&["--config", config], &[]),
    ] {
        let text = told(&run(&[&serve[..], more].concat(), variables), 1);
        assert!(
            text.contains("`verbose`") && text.contains("error, warn, info, debug"),
            "{text}"
        );
    }
}

/// Writes a configuration beside the example's files.
fn configured(folder: &Path, text: &str) -> String {
    let path = folder.join("propenso.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_model_of_the_configuration_is_every_commands() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::copy(month_2(), path("modelo.pkl")).unwrap();
    let table = read_text("testdata/cobranza/cartera_2.csv.gz");
    std::fs::write(path("cartera.csv"), table.replacen("TARGET", "PAGO", 1)).unwrap();
    let config = configured(
        folder.path(),
        "model = \"modelo.pkl\"\ncontract = \"casas-cobranzas\"\n[models]\ntarget_column = \"PAGO\"\n",
    );
    let variables = [("PROPENSO_CONFIG", config.as_str())];
    let clients = path("cartera.csv");
    let clients = clients.to_str().unwrap();
    let named = month_2();
    let named = named.to_str().unwrap();
    let predicted = told(&run(&[&["predict", named], &pairs()[..]].concat(), &[]), 0);
    assert_eq!(
        told(&run(&[&["predict"], &pairs()[..]].concat(), &variables), 0),
        predicted
    );
    let by_variable = [("PROPENSO_MODEL", named)];
    assert_eq!(
        told(
            &run(&[&["predict"], &pairs()[..]].concat(), &by_variable),
            0
        ),
        predicted
    );
    let measured = told(&run(&["evaluate", clients], &variables), 0);
    assert!(measured.starts_with("modelo.pkl"), "{measured}");
    let list = path("lista.csv");
    let list = list.to_str().unwrap();
    told(&run(&["score", clients, "-o", list], &variables), 0);
    // A name that is typed goes before.
    let other = small("a_rf_bin.pkl");
    let other = [&["predict", other.to_str().unwrap()], &pairs()[..]].concat();
    assert_ne!(told(&run(&other, &variables), 0), predicted);
    // The strict policy is every command's too.
    let config = configured(folder.path(), "strict = true\nmodel = 'no-hay.pkl'\n");
    let text = told(
        &run(
            &[&["predict"], &pairs()[..]].concat(),
            &[("PROPENSO_CONFIG", &config)],
        ),
        1,
    );
    assert!(text.contains("no-hay.pkl"), "{text}");
}

#[test]
fn without_a_model_the_champion_is_asked() {
    let registry = Registry::new();
    let version = registry.add(&month_2());
    let config = registry.path("propenso.toml");
    let config = ["--config", config.to_str().unwrap()];
    let predict = [&["predict"], &config[..], &pairs()[..]].concat();
    let text = told(&run(&predict, &[]), 1);
    assert!(text.contains("no model is in service"), "{text}");
    registry.ok(&["promote", &version.to_string()]);
    let text = told(&run(&predict, &[]), 0);
    assert!(text.contains("versión 1, modelo "), "{text}");
    let lines = [&["predict", "--json"], &config[..], &pairs()[..]].concat();
    let text = told(&run(&lines, &[]), 0);
    assert!(text.contains("\"version\":1"), "{text}");
    // A model and no client.
    let text = told(&run(&["predict", "modelo.pkl"], &[]), 64);
    assert!(text.contains("er=EMP"), "{text}");
}
