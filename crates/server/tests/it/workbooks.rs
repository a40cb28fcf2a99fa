//! Workbooks of LibreOffice and Excel 97–2003 through the binary: as portfolios, on standard input, as lists.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use crate::support::{example_model, propenso, repository};

fn workbook(form: &str) -> String {
    let path = repository(&format!("crates/portfolio/tests/workbooks/cartera.{form}"));
    path.to_str().unwrap().to_owned()
}

/// Scores what is on standard input, or a file; gives the list.
fn score(input: &str, stdin: Option<&str>, folder: &Path) -> String {
    let list = folder.join("lista.csv");
    let mut command = Command::new(env!("CARGO_BIN_EXE_propenso"));
    command.args(["score", input, "--output-decimal", "comma", "--model"]);
    command.arg(example_model()).arg("-o").arg(&list);
    if let Some(path) = stdin {
        command.stdin(File::open(path).unwrap());
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(list).unwrap()
}

#[test]
fn forms_make_no_difference_to_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let expected = score(&workbook("csv"), None, folder.path());
    for form in ["ods", "xls"] {
        assert_eq!(score(&workbook(form), None, folder.path()), expected);
        let piped = score("-", Some(&workbook(form)), folder.path());
        assert_eq!(piped, expected, "{form}");
    }
}

#[test]
fn who_must_not_be_called_may_be_listed_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    for form in ["ods", "xls"] {
        let list = folder.path().join(format!("{form}.csv"));
        let output = propenso(
            &[
                "score",
                &workbook("csv"),
                "--suppress",
                &workbook(form),
                "--model",
                model.to_str().unwrap(),
                "-o",
                list.to_str().unwrap(),
            ],
            "",
        );
        assert!(output.status.success(), "{output:?}");
        let left = std::fs::read_to_string(list).unwrap();
        assert_eq!(left.lines().count(), 1, "{left}");
    }
}

#[test]
fn a_password_is_told() {
    let path = repository("attacks/tables/xlsx-encrypted.xlsx");
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("lista.csv");
    let (path, list) = (path.to_str().unwrap(), list.to_str().unwrap());
    let output = propenso(
        &[
            "score",
            path,
            "--model",
            example_model().to_str().unwrap(),
            "-o",
            list,
        ],
        "",
    );
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("password") && told.contains(".xlsx"),
        "{told}"
    );
}
