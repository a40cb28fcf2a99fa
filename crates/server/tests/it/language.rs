//! The two languages of the command line.

use crate::support::{command, example_model, repository};
use crate::verify::golden;

/// What a command says on standard error and output, and its exit status.
fn told(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = command();
    command.env_remove("PROPENSO_LANG");
    for name in [
        "COLUMNS",
        "LANGUAGE",
        "LC_ALL",
        "LC_CTYPE",
        "LC_MESSAGES",
        "LANG",
    ] {
        command.env_remove(name);
    }
    let output = command
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8(text).unwrap().replace("\r\n", "\n"),
    )
}

#[test]
fn help_comes_in_the_language_that_is_spoken() {
    for (arguments, variables, expected) in [
        (&["score", "--help"][..], &[][..], "Uso: propenso score"),
        (
            &["score", "--help"],
            &[("LANG", "en_GB.UTF-8")],
            "Usage: propenso score",
        ),
        (
            &["score", "--help", "--lang", "en"],
            &[],
            "Usage: propenso score",
        ),
        (
            &["models", "add", "-h"],
            &[("PROPENSO_LANG", "es")],
            "Uso: propenso models add",
        ),
        (&["help", "predict"], &[], "Uso: propenso predict"),
        (&["--help"], &[("LANG", "es_ES.UTF-8")], "Órdenes:"),
        (&["serve", "--help"], &[], "Usage: propenso serve"),
    ] {
        if cfg!(windows) && variables.iter().any(|(name, _)| *name == "LANG") {
            continue;
        }
        let (status, text) = told(arguments, variables);
        assert_eq!(status, Some(0), "{text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}

#[test]
fn the_help_of_score_in_spanish() {
    let (_, text) = told(&["score", "-h", "--lang", "es"], &[]);
    insta::assert_snapshot!("score_help_es", text);
}

#[test]
fn what_is_typed_wrongly_is_told_in_spanish() {
    let cases: [(&[&str], &str); 9] = [
        (
            &["score", "--capacidad", "5"],
            "no existe la opción «--capacidad»",
        ),
        (&["score", "a.csv"], "falta --output <ARCHIVO>"),
        (
            &["score", "a.csv", "-o", "b.csv", "--capacity", "muchos"],
            "un número entero, 0 o más",
        ),
        (
            &["score", "a.csv", "-o", "b.csv", "--decimal"],
            "«--decimal <SIGNO>» necesita un valor",
        ),
        (
            &["score", "a.csv", "-o", "b.csv", "--report", "pdf"],
            "valen: text, json",
        ),
        (
            &["score", "a.csv", "-o", "b.csv", "--key", "k"],
            "falta --model <ARCHIVO>",
        ),
        (
            &["models", "borrar", "2", "--lang", "es"],
            "no existe la orden «borrar»",
        ),
        (
            &["models", "promote", "dos"],
            "«dos» no vale para «<VERSIÓN>»",
        ),
        (&["predict"], "falta <MODELO>"),
    ];
    for (arguments, expected) in cases {
        let (status, text) = told(arguments, &[]);
        assert_eq!(status, Some(64), "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
        assert!(
            !text.contains("error: the") && !text.contains("Usage:"),
            "{text}"
        );
    }
}

#[test]
fn what_verify_finds_is_told_in_the_language_that_is_spoken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("filas.csv");
    let (rows, model) = golden("1.9.1/a_rf_bin", ",");
    std::fs::write(&path, rows).unwrap();
    let verify = ["verify", &model, path.to_str().unwrap()];
    for (language, said) in [("es", "filas comprobadas"), ("en", "rows checked")] {
        let (status, text) = told(&verify, &[("PROPENSO_LANG", language)]);
        assert!(status == Some(0) && text.contains(said), "{text}");
    }
    // Programs read one language.
    let json = [&verify[..], &["--json"]].concat();
    let [spanish, english] =
        ["es", "en"].map(|language| told(&json, &[("PROPENSO_LANG", language)]));
    assert_eq!(spanish, english);
}

#[test]
fn errors_are_told_in_spanish() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let portfolio = repository("examples/cobranza/cartera.csv");
    let portfolio = portfolio.to_str().unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let list = folder.path().join("lista.xls");
    let list = list.to_str().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (
            &["score", portfolio, "-o", "-", "--data-dir", data],
            "no hay ningún modelo en servicio",
        ),
        (
            &["score", "no-hay.csv", "-o", "-", "--model", model],
            "no-hay.csv: no se puede leer",
        ),
        (
            &["score", portfolio, "-o", list, "--model", model],
            "no se escriben archivos .xls",
        ),
        (
            &[
                "score",
                portfolio,
                "-o",
                "-",
                "--model",
                model,
                "--map",
                "NADA=EDAD",
            ],
            "el archivo no tiene la columna «NADA»",
        ),
        (
            &["models", "promote", "7", "--data-dir", data],
            "no hay versión 7",
        ),
        (&["predict", model, "er"], "«er» no es NOMBRE=VALOR"),
    ];
    for (arguments, expected) in cases {
        let (status, text) = told(arguments, &[]);
        assert_eq!(status, Some(1), "{arguments:?}: {text}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
    }
}
