//! This morning's file, by who manages the dialler.

use super::driver::{Browser, NARROW, PLAIN, WIDE};
use super::{look_at, url};
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};
use crate::support::repository;

fn registry() -> Registry {
    let registry = Registry::with_reference("");
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    registry
}

/// Sends the example's portfolio, by clicks, to the list that can be downloaded.
fn score(browser: &Browser, server: &Process) {
    let portfolio = repository("examples/cobranza/cartera.csv");
    let portfolio = portfolio.canonicalize().unwrap();
    browser.go(&url(server, "/"));
    browser.click("a[href='/carteras'].button");
    browser.press("#archivo", portfolio.to_str().unwrap());
    browser.click("#subir");
    browser.wait_through("#listo");
    browser.look();
    browser.type_into("#capacity", "500");
    browser.click("#puntuar");
    browser.wait_through("#cuadra");
    browser.look();
}

#[test]
fn a_portfolio_becomes_a_list() {
    let registry = registry();
    let server = registry.serve(&[]);
    for window in [WIDE, NARROW] {
        let Some(browser) = Browser::open(window) else {
            return;
        };
        score(&browser, &server);
        browser.tell("a portfolio is scored");
        assert!(browser.text("#cuadra").contains("uadra"));
        let list = browser.run("return document.getElementById('lista').getAttribute('href')");
        let list = server.get(list.as_str().unwrap());
        assert_eq!(list.status, 200);
        // A row for each client, and the header.
        assert_eq!(list.body.lines().count(), 7_340);
        browser.picture("cartera-terminada");
        browser.click("details:has(#quitar) summary");
        browser.click("#quitar");
        browser.wait_for("h1", "Carteras");
    }
}

#[test]
fn without_scripts() {
    let registry = registry();
    let server = registry.serve(&[]);
    let Some(browser) = Browser::open(PLAIN) else {
        return;
    };
    score(&browser, &server);
}

/// A browser that is closed in the middle loses nothing.
#[test]
fn what_was_begun_is_found_again() {
    let registry = registry();
    let server = registry.serve(&[]);
    let Some(browser) = Browser::open(WIDE) else {
        return;
    };
    let portfolio = repository("examples/cobranza/cartera.csv");
    let portfolio = portfolio.canonicalize().unwrap();
    browser.go(&url(&server, "/carteras"));
    browser.press("#archivo", portfolio.to_str().unwrap());
    browser.click("#subir");
    browser.find("#listo");
    browser.picture("cartera-reconocida");
    drop(browser);
    let browser = Browser::open(WIDE).unwrap();
    browser.go(&url(&server, "/carteras"));
    browser.click("a[href^='/carteras/borrador/']");
    browser.find("#listo");
    browser.click("#puntuar");
    browser.find("#cuadra");
}

#[test]
fn the_page_in_every_window() {
    let registry = registry();
    look_at(&registry.serve(&[]), &[("carteras", "/carteras")]);
}
