//! A contract for next month's model, by who makes it.

use super::driver::{Browser, NARROW, WIDE, Window};
use super::{look_at, url};
use crate::pages::workshop::begun;
use crate::support::registry::Registry;
use crate::support::{example_model, repository};

/// Begins a contract for the example.
fn begin(browser: &Browser) {
    let model = example_model().canonicalize().unwrap();
    let sample = repository("examples/cobranza/cartera.csv");
    let sample = sample.canonicalize().unwrap();
    browser.press("#modelo", model.to_str().unwrap());
    browser.press("#muestra", sample.to_str().unwrap());
    browser.click("#empezar");
    browser.find("#resumen");
    browser.look();
}

#[test]
fn a_contract_is_drafted_and_checked_while_it_is_typed() {
    for window in [WIDE, NARROW] {
        let registry = Registry::with_reference("");
        let server = registry.serve(&[]);
        let Some(browser) = Browser::open(window) else {
            return;
        };
        browser.go(&url(&server, "/modelos"));
        browser.click("main details summary");
        browser.click("#taller");
        begin(&browser);
        browser.picture("contrato-borrador");
        browser.wait_for("#resumen", "encaja con el modelo");
        assert!(browser.text("#preguntas").contains("quien paga"));
        browser.click("#preguntas a[data-line]");
        let line = "const text = document.querySelector('#texto'); return text.value.slice(text.selectionStart, text.selectionEnd)";
        assert!(browser.run(line).to_string().contains("PREGUNTA"));
        // It is tried while somebody types, without a button.
        browser.type_into("#texto", "name = \"mio\"\nnombre = 1\n");
        browser.wait_for("#errores", "nombre");
        browser.wait_for("#tabla", "La tabla aparece cuando");
        browser.look();
        browser.picture("contrato-errores");
        browser.click("#comprobar");
        browser.wait_for("#errores", "la clave");
        browser.click("#otra-vez summary");
        let sample = repository("examples/cobranza/cartera.csv");
        browser.press("#muestra", sample.canonicalize().unwrap().to_str().unwrap());
        browser.click("#otro-borrador");
        browser.wait_for("#resumen", "encaja con el modelo");
        browser.click("#enviar-campo summary");
        browser.type_into("#nota", "desde el taller");
        browser.click("#enviar");
        browser.find("#veredicto");
        browser.wait_for("main", "desde el taller");
    }
}

#[test]
fn a_contract_is_checked_without_scripts_and_in_english() {
    let window = Window {
        has_scripts: false,
        language: "en-GB",
        ..WIDE
    };
    let registry = Registry::with_reference("");
    let server = registry.serve(&[]);
    let Some(browser) = Browser::open(window) else {
        return;
    };
    browser.go(&url(&server, "/modelos/contrato"));
    begin(&browser);
    browser.wait_for("#resumen", "fits the model");
    browser.press("#texto", "nombre = 1\n");
    browser.click("#comprobar");
    browser.wait_for("#resumen", "in the text");
}

#[test]
fn the_pages_in_every_window() {
    let registry = Registry::with_reference("");
    let server = registry.serve(&[]);
    let draft = begun(&server);
    let pages = [("taller", "/modelos/contrato"), ("contrato", &draft)];
    look_at(&server, &pages);
}
