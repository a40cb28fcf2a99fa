//! The model at work, by who answers for it.

use super::driver::{Browser, NARROW, PLAIN, WIDE};
use super::{look_at, url};
use crate::pages::monitoring as pages;
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};
use crate::support::{EXAMPLE, until};

/// A server that has answered: rightly, with a warning, and not at all.
fn served(registry: &Registry) -> Process {
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    for _ in 0..3 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    let wrong = EXAMPLE.replace("cf=3", "cf=muchas");
    assert_eq!(server.get(&wrong).status, 422);
    until(|| {
        let page = server.request("GET", "/seguimiento", &[("accept", "text/html")], b"");
        page.body.contains("id=\"consultas\" class=\"figure\">4<")
    });
    server
}

#[test]
fn a_period_is_chosen_and_its_figures_are_read_and_taken_along() {
    let registry = Registry::with_reference("");
    let server = served(&registry);
    for window in [WIDE, NARROW, PLAIN] {
        let Some(browser) = Browser::open(window) else {
            return;
        };
        browser.go(&url(&server, "/"));
        browser.click("nav a[href='/seguimiento']");
        browser.wait_for("h1", "Seguimiento");
        browser.press("#dias", "Últimos 7 días");
        browser.press("#version", "Versión 1");
        browser.click("#que-ver button.main");
        until(|| browser.url().contains("dias=7"));
        assert!(browser.url().contains("version=1"), "{}", browser.url());
        assert_eq!(browser.text("#consultas"), "4");
        browser.wait_for("main", "No es un número");
        browser.look();
        // What a chart shows is behind it as a table.
        browser.click("figure details summary");
        browser.find("figure details[open] table tbody td");
        browser.look();
        let file = "a[href^='/seguimiento/dias.csv']";
        let script = format!("return document.querySelector(\"{file}\").getAttribute('href')");
        let address = browser.run(&script);
        let days = server.get(address.as_str().unwrap());
        assert_eq!(days.status, 200);
        assert!(days.body.contains(";1;consulta;3;1;3;1;"), "{}", days.body);
    }
}

#[test]
fn the_page_in_every_window() {
    let registry = pages::registry();
    let server = registry.serve(&[]);
    for _ in 0..3 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    assert_eq!(
        server.get(&EXAMPLE.replace("cf=3", "cf=muchas")).status,
        422
    );
    pages::changed(&server);
    look_at(&server, &[("seguimiento", "/seguimiento")]);
    pages::count_portfolio(&server);
    let pages = [
        ("seguimiento-cartera", "/seguimiento"),
        ("inicio-trabajo", "/"),
    ];
    look_at(&server, &pages);
}
