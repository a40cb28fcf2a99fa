//! The letter owed to a person, from the shell.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::registry::{Registry, month_2};
use crate::support::{EXAMPLE, example_model, propenso};

/// What a house says.
const HOUSE: &str = "
[letter]
sender = \"Cobros Ejemplo, S. L.\\nCalle Mayor, 1\"
contact = { es = \"reclamaciones@ejemplo.es\", en = \"claims@ejemplo.es\" }
officer = \"dpd@ejemplo.es\"
authority = \"Agencia Española de Protección de Datos\"
used_for = \"ordenar las llamadas del día\"
";

/// A registry with the example's model in service.
fn example(more: &str) -> Registry {
    let registry = Registry::with(more);
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

/// Asks a running server, and gives the decision's name.
fn decision(registry: &Registry, target: &str) -> String {
    let server = registry.serve(&[]);
    let answer = server.get(target);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.header("x-propenso-decision").unwrap().to_owned()
}

fn write(registry: &Registry, id: &str, arguments: &[&str]) -> Output {
    let (config, output) = (registry.path("propenso.toml"), registry.path("carta.html"));
    let fixed = [
        "decisions",
        "--config",
        config.to_str().unwrap(),
        "letter",
        id,
        "-o",
        output.to_str().unwrap(),
        "--why",
        "reclamación 7",
    ];
    propenso(&[&fixed, arguments].concat(), "")
}

fn letter(registry: &Registry, id: &str, arguments: &[&str]) -> String {
    let output = write(registry, id, &[&["--to", "Ana Ruiz"], arguments].concat());
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    assert!(output.stdout.is_empty() && error.is_empty(), "{error}");
    fs::read_to_string(registry.path("carta.html")).unwrap()
}

/// What is said where no letter is written.
fn refusal(registry: &Registry, id: &str) -> String {
    let output = write(registry, id, &["--lang", "es"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!registry.path("carta.html").exists());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_letter_in_both_languages_says_what_was_decided_and_why() {
    let registry = example(HOUSE);
    let id = decision(&registry, &format!("{EXAMPLE}&id=1.759658"));
    let spanish = letter(&registry, &id, &["--lang", "es"]);
    for text in [
        "<html lang=\"es\">",
        "Cobros Ejemplo, S. L.<br>Calle Mayor, 1",
        "Ana Ruiz",
        "1.000,82 €",
        "contó como 628,83 €",
        "No constaba<br><small>Se contó como si fuera 51-65.</small>",
        "reclamaciones@ejemplo.es",
        "ordenar las llamadas del día",
        &id,
        "Modelo 1 (",
        "el resultado es idéntico al que consta",
    ] {
        assert!(spanish.contains(text), "{text}: {spanish}");
    }
    // By default a reference is kept as a pseudonym alone.
    assert!(!spanish.contains("1.759658") && !spanish.contains("<mark>"));
    let english = letter(&registry, &id, &["--lang", "en"]);
    for text in [
        "<html lang=\"en\">",
        "€1,000.82",
        "It was counted as if it were 51-65.",
        "claims@ejemplo.es",
        "Model 1 (",
    ] {
        assert!(english.contains(text), "{text}: {english}");
    }
}

#[test]
fn what_the_house_has_not_said_is_marked_and_told() {
    let registry = example("");
    let id = decision(&registry, EXAMPLE);
    let output = write(
        &registry,
        &id,
        &["--lang", "es", "--officer", "dpd@ejemplo.es"],
    );
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("sender, used_for, contact, authority.") && error.contains("--to"),
        "{error}"
    );
    let html = fs::read_to_string(registry.path("carta.html")).unwrap();
    assert!(html.contains("<mark>[Falta: ") && html.contains("dpd@ejemplo.es"));
}

#[test]
fn nothing_that_was_sent_becomes_markup() {
    let more = format!("{HOUSE}\n[record]\nclient = \"both\"\n");
    let registry = Registry::with(&more);
    let model = example_model();
    registry.ok(&[
        "add",
        model.to_str().unwrap(),
        "--contract",
        "casas-cobranzas-flask",
    ]);
    registry.ok(&["promote", "1"]);
    let hostile = "%3Cscript%3Ealert(1)%3C/script%3E%22%27%26";
    let asked = EXAMPLE.replace("po=NO", &format!("po={hostile}"));
    let asked = format!("{asked}&{hostile}=1&id={hostile}");
    let id = decision(&registry, &asked);
    let html = letter(&registry, &id, &["--lang", "es"]);
    assert!(!html.contains("<script"), "{html}");
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;";
    assert!(
        html.contains(&format!("<td>{escaped}<br><small>")),
        "{html}"
    );
    assert!(
        html.contains(&format!("no se usaron: «{escaped}»")),
        "{html}"
    );
    assert!(html.contains(&format!("Referencia: {escaped}")), "{html}");
}

/// A later champion changes nothing of what was decided before.
#[test]
fn an_old_decision_is_explained_by_the_model_of_its_day() {
    let registry = example(HOUSE);
    let id = decision(&registry, EXAMPLE);
    let before = letter(&registry, &id, &[]);
    registry.add(&month_2());
    registry.ok(&["promote", "2"]);
    let after = decision(&registry, EXAMPLE);
    assert_eq!(letter(&registry, &id, &[]), before);
    assert!(letter(&registry, &after, &[]).contains("Model 2 ("));
}

#[test]
fn where_there_is_no_letter_it_is_said_what_can_be_done() {
    let registry = example("[record.fields]\ndt = \"omit\"\n");
    let unknown = refusal(&registry, "0195b3f1-2c40-7cde-8f01-23456789abcd");
    assert!(unknown.contains("no consta ninguna decisión"), "{unknown}");
    let id = decision(&registry, EXAMPLE);
    let withheld = refusal(&registry, &id);
    assert!(withheld.contains("([record.fields]): dt;"), "{withheld}");

    // The same record, beside a registry that never had the model.
    let other = Registry::new();
    other.add(&month_2());
    let registry = example("");
    let id = decision(&registry, EXAMPLE);
    copy(
        &registry.data().join("decisions"),
        &other.data().join("decisions"),
    );
    let no_model = refusal(&other, &id);
    assert!(no_model.contains("no está el modelo"), "{no_model}");
    assert!(no_model.contains("propenso restore"), "{no_model}");

    let wrong = write(&registry, "hola", &["--lang", "es"]);
    assert_eq!(wrong.status.code(), Some(64), "{wrong:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
