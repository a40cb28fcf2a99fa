//! The programs of docs/clients, run as they stand there, against a server of the example's model.

use std::path::Path;
use std::process::Command;

use crate::support::{Server, read_text};

/// Where a Python with MLflow's client is.
const MLFLOW: &str = "PROPENSO_MLFLOW_PYTHON";

/// Where one with pandas, polars, DuckDB and pyarrow is.
const TABLES: &str = "PROPENSO_TABLES_PYTHON";

/// The program of a page, for the server that answers here.
fn program(page: &str, language: &str, server: &Server) -> String {
    let text = read_text(&format!("docs/clients/{page}.md")).replace("\r\n", "\n");
    let (_, program) = text
        .split_once(&format!("```{language}\n"))
        .expect("it has a program");
    let (program, _) = program.split_once("```").expect("it ends");
    assert!(
        program.contains("5000"),
        "it asks where the documents serve"
    );
    program.replace("5000", &server.address.port().to_string())
}

/// Runs a page's program from the repository, and gives what it prints.
fn run(page: &str, python: &Path) -> String {
    run_in("python", page, python)
}

fn run_in(language: &str, page: &str, interpreter: &Path) -> String {
    let server = Server::example();
    let output = Command::new(interpreter)
        .args(["-c", &program(page, language, &server)])
        .current_dir(crate::support::repository(""))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{page}: {error}");
    String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n")
}

/// Programs that need nothing but Python.
#[test]
fn with_python_alone() {
    let python = Path::new("python3");
    if Command::new(python).arg("--version").output().is_err() {
        eprintln!("!! LEFT OUT, AS THERE IS NO python3: the programs of docs/clients");
        return;
    }
    for page in ["kserve", "sagemaker", "vertex"] {
        insta::assert_snapshot!(page, run(page, python));
    }
}

/// MLflow's own client.
#[test]
fn with_the_client_of_mlflow() {
    let Some(python) = std::env::var_os(MLFLOW) else {
        eprintln!(
            "!! LEFT OUT, AS {MLFLOW} NAMES NO PYTHON WITH MLFLOW: the program of docs/clients/mlflow.md"
        );
        return;
    };
    insta::assert_snapshot!("mlflow", run("mlflow", Path::new(&python)));
}

/// Those who send tables as Arrow streams.
#[test]
fn with_the_libraries_of_tables() {
    let Some(python) = std::env::var_os(TABLES) else {
        eprintln!(
            "!! LEFT OUT, AS {TABLES} NAMES NO PYTHON WITH POLARS: the programs of docs/clients/pandas.md, polars.md, duckdb.md"
        );
        return;
    };
    for page in ["pandas", "polars", "duckdb"] {
        insta::assert_snapshot!(page, run(page, Path::new(&python)));
    }
}

/// The commands of docs/clients/curl.md.
#[cfg(unix)]
#[test]
fn with_curl() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("!! LEFT OUT, AS THERE IS NO curl: the program of docs/clients/curl.md");
        return;
    }
    insta::assert_snapshot!("curl", run_in("sh", "curl", Path::new("sh")));
}
