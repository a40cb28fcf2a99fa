//! Decisions and settings, by who answers for them.

use super::driver::{Browser, NARROW, PLAIN, WIDE, Window};
use super::{look_at, url};
use crate::support::EXAMPLE;
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    registry
}

/// Looks for a client's decisions, and shows the first of them.
fn show(browser: &Browser, server: &Process) {
    browser.go(&url(server, "/decisiones"));
    browser.type_into("#buscar-cliente", "1.759658");
    browser.type_into("#buscar-motivo", "reclamación 123");
    browser.click("#buscar button.main");
    browser.find("table tbody form button");
    browser.look();
    browser.click("table tbody form button");
    browser.wait_for("#hechos", "Quién");
    browser.look();
}

#[test]
fn a_complaint_is_dealt_with() {
    for window in [WIDE, NARROW, PLAIN] {
        let registry = registry();
        let server = registry.serve(&[]);
        let Some(browser) = Browser::open(window) else {
            return;
        };
        assert_eq!(server.get(&format!("{EXAMPLE}&id=1.759658")).status, 200);
        show(&browser, &server);
        browser.picture("decision");
        browser.click("form[action$='/repetir'] button");
        browser.wait_for("[role=alert]", "Sale lo mismo, bit a bit");
        browser.type_into("#carta-para", "Ana Ruiz");
        browser.click("form[action$='/carta'] button");
        browser.wait_for("h1", "Cómo se calculó una puntuación con sus datos");
        show(&browser, &server);
        browser.click("input[name=seguro]");
        browser.click("form[action$='/olvidar'] button");
        browser.wait_for("[role=alert]", "Se han olvidado los datos");
        browser.look();
    }
}

#[test]
fn somebody_is_given_a_key_and_comes_in_with_it() {
    for window in [WIDE, PLAIN] {
        let registry = registry();
        let server = registry.serve(&[]);
        let Some(browser) = Browser::open(window) else {
            return;
        };
        browser.go(&url(&server, "/ajustes"));
        browser.type_into("#clave-nombre", "jefa");
        browser.click("input[name=papel][value=administracion]");
        browser.click("form[action='/ajustes/claves'] button.main");
        browser.wait_for("h1", "Clave nueva");
        browser.look();
        let key = browser.text("#clave");
        crate::support::until(|| server.get("/ajustes").status == 303);
        browser.go(&url(&server, "/ajustes"));
        browser.type_into("#clave", &key);
        browser.click("button.main");
        browser.wait_for("h1", "Ajustes");
        browser.look();
        browser.picture("ajustes");
        browser.click("form[action='/ajustes/claves/anular'] button");
        browser.go(&url(&server, "/ajustes"));
    }
}

#[test]
fn in_english_too() {
    let registry = registry();
    let server = registry.serve(&[]);
    let english = Window {
        language: "en-GB",
        ..WIDE
    };
    let Some(browser) = Browser::open(english) else {
        return;
    };
    for (path, title) in [
        ("/", "Home"),
        ("/carteras", "Portfolios"),
        ("/modelos", "Models"),
        ("/seguimiento", "Monitoring"),
        ("/decisiones", "Decisions"),
        ("/ajustes", "Settings"),
    ] {
        browser.go(&url(&server, path));
        browser.wait_for("h1", title);
    }
}

/// Where nothing is there yet, the first page says where to begin.
#[test]
fn an_empty_server_in_every_window() {
    let server = Registry::new().serve(&[]);
    look_at(
        &server,
        &[("inicio-vacio", "/"), ("modelos-vacio", "/modelos")],
    );
}

#[test]
fn the_pages_in_every_window() {
    let registry = registry();
    let pages = [
        ("decisiones", "/decisiones"),
        ("ajustes-sin-claves", "/ajustes"),
        ("equipo", "/ajustes/equipo"),
        ("configuracion", "/ajustes/configuracion"),
        ("inicio-registro", "/"),
    ];
    look_at(&registry.serve(&[]), &pages);
}
