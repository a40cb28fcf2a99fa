//! Next month's model, by who may change it.

use super::driver::{Browser, NARROW, PLAIN, WIDE};
use super::{look_at, url};
use crate::support::example_model;
use crate::support::registry::{Registry, month_2};

/// A registry in which the example answers.
fn registry() -> Registry {
    let registry = Registry::with_reference("");
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

#[test]
fn next_months_model_is_sent_examined_put_in_service_and_back() {
    for window in [WIDE, NARROW, PLAIN] {
        let registry = registry();
        let server = registry.serve(&[]);
        let Some(browser) = Browser::open(window) else {
            return;
        };
        browser.go(&url(&server, "/"));
        browser.click("a[href='/modelos'].button");
        let model = month_2().canonicalize().unwrap();
        browser.press("#archivo", model.to_str().unwrap());
        browser.click("form[action='/modelos'] button.main");
        browser.wait_through("#veredicto");
        browser.look();
        browser.picture("modelo-examinado");
        assert!(
            browser
                .text("#poner")
                .contains("versión 2 (en lugar de la 1)")
        );
        browser.type_into("#motivo", "el modelo de diciembre");
        browser.click("#poner");
        browser.wait_for("main", "Está en servicio: contesta desde");
        browser.tell("the model is changed");
        browser.look();
        browser.go(&url(&server, "/modelos"));
        browser.wait_for("main", "Contesta la versión 2");
        browser.click("details summary");
        browser.type_into("#motivo", "paga menos gente");
        browser.click("#volver");
        browser.wait_for("main", "contesta desde");
        browser.go(&url(&server, "/modelos"));
        browser.wait_for("main", "Contesta la versión 1");
    }
}

#[test]
fn the_pages_in_every_window() {
    let registry = registry();
    registry.add(&month_2());
    let pages = [
        ("modelos", "/modelos"),
        ("modelo", "/modelos/2"),
        ("modelo-archivo", "/modelos/2/archivo"),
    ];
    look_at(&registry.serve(&[]), &pages);
}
