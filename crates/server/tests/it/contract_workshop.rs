//! `propenso contract draft` and `check`, through the binary.

use std::path::Path;

use crate::support::{example_model, propenso, repository};
use crate::verify::golden;

/// Exit status, standard output and standard error.
fn contract(arguments: &[&str]) -> (i32, String, String) {
    let mut all = vec!["contract"];
    all.extend(arguments);
    let output = propenso(&all, "");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Drafts a contract in a folder, and gives its path.
#[track_caller]
fn drafted(folder: &Path, model: &str, more: &[&str]) -> String {
    let path = folder.join("borrador.toml").to_str().unwrap().to_owned();
    let mut arguments = vec!["draft", model, "-o", &path];
    arguments.extend(more);
    let (status, out, error) = contract(&arguments);
    assert_eq!(status, 0, "{out}{error}");
    path
}

#[test]
fn the_draft_of_the_example_is_read_back_and_fits() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let sample = repository("examples/cobranza/cartera.csv");
    let path = drafted(
        folder.path(),
        model,
        &["--from", sample.to_str().unwrap(), "--lang", "es"],
    );
    let text = std::fs::read_to_string(&path).unwrap();
    insta::assert_snapshot!("drafted_example", text);
    let (status, out, error) = contract(&["check", &path, model, "--lang", "es"]);
    assert_eq!(status, 0, "{out}{error}");
    let questions = text.matches("# PREGUNTA: ").count();
    assert!(questions > 5, "{questions}");
    let expected = format!(
        "borrador: encaja con el modelo; datos del cliente: 13, variables: 16, preguntas por responder: {questions}\n"
    );
    assert_eq!(out, expected);
    // In English the same contract, with other words.
    let (status, english, _) = contract(&[
        "draft",
        model,
        "--from",
        sample.to_str().unwrap(),
        "--lang",
        "en",
    ]);
    assert_eq!(status, 0);
    assert_eq!(english.matches("# QUESTION: ").count(), questions);
    assert!(!english.contains("PREGUNTA"), "{english}");
}

#[test]
fn drafts_answer_golden_rows() {
    for (name, separator) in [
        ("1.9.1/a_rf_bin", ","),
        ("1.9.1/b_pipe_ohe_gaps", ";"),
        ("1.9.1/b_pipe_names_rf", ","),
        ("1.9.1/a_dt_3class_text", ","),
        ("1.9.1/a_rf_nan_deep", ","),
        ("1.9.1/a_dt_regressor", ","),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (rows, model) = golden(name, separator);
        let golden = folder.path().join("golden.csv");
        std::fs::write(&golden, rows).unwrap();
        let golden = golden.to_str().unwrap();
        // With the golden rows themselves as the sample, and without one.
        for more in [&["--from", golden][..], &[]] {
            let path = drafted(folder.path(), &model, more);
            let (status, out, error) = contract(&["check", &path, &model, "--golden", golden]);
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(status, 0, "{name}: {out}{error}\n{text}");
            let spanish = ["check", &path, &model, "--golden", golden, "--lang", "es"];
            let (_, out, _) = contract(&spanish);
            assert!(
                out.contains("todas las filas son como se esperaba"),
                "{out}"
            );
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn the_draft_of_a_pipeline_says_what_its_file_knows() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, model) = golden("1.9.1/b_pipe_ohe_gaps", ",");
    let sample = folder.path().join("muestra.csv");
    std::fs::write(&sample, rows).unwrap();
    let path = drafted(
        folder.path(),
        &model,
        &["--from", sample.to_str().unwrap(), "--lang", "es"],
    );
    insta::assert_snapshot!("drafted_pipeline", std::fs::read_to_string(path).unwrap());
}

#[test]
fn one_feature_a_code_is_recognised_in_a_sample() {
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("muestra.csv");
    let hostile = "EDAD;CANTIDAD_FACTURAS\n0-30;1\n31-50;2\n51-65;3\nMAYOR 65;4\n\"x\"\"] # \";5\n";
    std::fs::write(&sample, hostile).unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let path = drafted(folder.path(), model, &["--from", sample.to_str().unwrap()]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("{ feature = \"0_30\", accept = [\"0-30\"] },"),
        "{text}"
    );
    assert!(text.contains("{ accept = [\"x\\\"] #\"] },"), "{text}");
    assert_eq!(contract(&["check", &path, model]).0, 0);
}

#[test]
fn a_draft_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let path = drafted(folder.path(), model, &[]);
    std::fs::write(&path, "mine").unwrap();
    let (status, _, error) = contract(&["draft", model, "-o", &path, "--lang", "es"]);
    assert_eq!(status, 1);
    assert!(error.contains("ya existe"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let (status, _, error) = contract(&["draft", model, "--from", "no-such.csv"]);
    assert_eq!(status, 1, "{error}");
    assert_eq!(error.matches("no-such.csv").count(), 1, "{error}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let path = folder.path().join("mal.toml");
    let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    let wrong = shipped.replacen("minimum = 0", "minimun = 0", 1).replacen(
        "{ divide = 52 }",
        "{ divide = 0 }",
        1,
    );
    std::fs::write(&path, wrong).unwrap();
    let (status, out, error) = contract(&["check", path.to_str().unwrap(), model]);
    assert_eq!(status, 2, "{out}{error}");
    assert!(out.contains("unknown field `minimun`"), "{out}");
    assert!(out.contains("`divide` must be finite and not 0"), "{out}");
    assert_eq!(out.matches("\n  line ").count(), 2, "{out}");
    // In Spanish too, what serde says among it.
    let (_, out, _) = contract(&["check", path.to_str().unwrap(), model, "--lang", "es"]);
    assert!(
        out.contains("hay 2 errores en el contrato:\n  línea "),
        "{out}"
    );
    assert!(
        out.contains("la clave `minimun` no existe aquí; se admite `name`"),
        "{out}"
    );
    assert!(
        out.contains("`divide` debe ser un número finito distinto de 0"),
        "{out}"
    );
    // It is in order, and makes other features.
    let other = shipped.replacen(
        "features = [{ name = \"VPT\" }]",
        "features = [{ name = \"VTP\" }]",
        1,
    );
    std::fs::write(&path, other).unwrap();
    let (status, out, _) = contract(&["check", path.to_str().unwrap(), model]);
    assert_eq!(status, 2);
    assert!(out.contains("VTP"), "{out}");
    let (_, out, _) = contract(&["check", path.to_str().unwrap(), model, "--lang", "es"]);
    assert!(
        out.contains("del contrato es VTP, que el modelo no tiene"),
        "{out}"
    );
    let (status, out, _) = contract(&["check", "casas-cobranzas", model]);
    assert_eq!(status, 0, "{out}");
}
