//! One client, with the client on the telephone.

use super::driver::{Browser, NARROW, PLAIN, WIDE, Window};
use super::webdriver::LEFT;
use super::{look_at, url};
use crate::support::example_model;
use crate::support::process::Process;

const QUERY: &str =
    "er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=&cf=3&im=263.68&dt=1000.82&nl=12";

fn server() -> Process {
    Process::serve(&[example_model().to_str().unwrap()])
}

/// Types the example's client into the form.
fn fill(browser: &Browser) {
    for (name, value) in [
        ("cf", "3"),
        ("im", "263,68"),
        ("dt", "1000.82"),
        ("nl", "12"),
    ] {
        browser.type_into(&format!("#dato-{name}"), value);
    }
    for (name, value) in [("cp", "8029"), ("fb", "202310")] {
        browser.type_into(&format!("#dato-{name}"), value);
    }
    for (name, value) in [
        ("er", "EMP"),
        ("po", "NO"),
        ("vt", "S"),
        ("ec", "A"),
        ("vf", "N"),
        ("vb", "N"),
    ] {
        browser.press(&format!("#dato-{name}"), value);
    }
}

#[test]
fn a_client_is_typed_and_explained() {
    let server = server();
    for window in [WIDE, NARROW] {
        let Some(browser) = Browser::open(window) else {
            return;
        };
        browser.go(&url(&server, "/"));
        browser.click("a[href='/cliente'].button");
        fill(&browser);
        browser.click("#datos button.main");
        browser.wait_for("#resultado", "2,6");
        browser.wait_for("#resultado", "No pagador");
        browser.wait_for("#motivos", "Cantidad de facturas = 3: baja 25,6 puntos");
        browser.wait_for("#cambio", "sería pagador");
        browser.look();
        // What if: a slider, by its keys, and a number by typing.
        for _ in 0..2 {
            browser.press("input[data-of='dato-cf']", LEFT);
        }
        browser.wait_for("#y-si", "puntos respecto al resultado");
        assert_eq!(
            browser.run("return document.getElementById('dato-cf').value"),
            "1"
        );
        browser.type_into("#dato-nl", "muchas");
        browser.wait_for("#y-si", "Líneas activas: no es un número");
        browser.look();
    }
}

#[test]
fn in_english_too() {
    let server = server();
    let english = Window {
        language: "en-GB",
        ..WIDE
    };
    let Some(browser) = Browser::open(english) else {
        return;
    };
    browser.go(&url(&server, "/cliente"));
    fill(&browser);
    browser.click("#datos button.main");
    browser.wait_for("#resultado", "2.6%");
    browser.wait_for("#motivos", "Number of invoices = 3");
    browser.wait_for("#cambio", "would be");
    browser.look();
    // The switch is remembered, and leads back to where one was.
    browser.click("form[action='/idioma'] button");
    browser.wait_for("h1", "Cliente");
    browser.go(&url(&server, "/"));
    browser.wait_for("h1", "Inicio");
}

#[test]
fn without_scripts() {
    let server = server();
    let Some(browser) = Browser::open(PLAIN) else {
        return;
    };
    browser.go(&url(&server, "/cliente"));
    fill(&browser);
    browser.type_into("#dato-nl", "muchas");
    browser.click("#datos button.main");
    browser.wait_for("[role=alert]", "Hay un dato que no se puede usar");
    assert!(browser.has("#dato-nl[aria-invalid=true]"));
    browser.type_into("#dato-nl", "12");
    browser.click("#datos button.main");
    browser.wait_for("#resultado", "2,6");
    browser.click("button[formaction='/cliente/cambio']");
    browser.wait_for("main", "sería pagador");
}

#[test]
fn the_page_in_every_window() {
    let answered = format!("/cliente?{QUERY}");
    let pages = [
        ("inicio", "/"),
        ("cliente-vacio", "/cliente"),
        ("cliente", &answered),
    ];
    look_at(&server(), &pages);
}
