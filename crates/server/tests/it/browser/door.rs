//! Signing in, and out.

use super::driver::{Browser, WIDE};
use super::{look_at, url};
use crate::support::registry::{Registry, month_2};

#[test]
fn with_a_key_one_is_let_in_where_one_wanted_to_be() {
    let registry = Registry::new();
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    let key = registry.key("ana", "puntuar");
    let server = registry.serve(&[]);
    let Some(browser) = Browser::open(WIDE) else {
        return;
    };
    browser.go(&url(&server, "/cliente"));
    assert!(browser.url().contains("/entrar?a="), "{}", browser.url());
    browser.type_into("#clave", "prp_00000000_no");
    browser.click("button.main");
    browser.wait_for("[role=alert]", "esa clave no es de este servidor");
    browser.look();
    browser.type_into("#clave", &key);
    browser.click("button.main");
    browser.wait_for("h1", "Cliente");
    assert!(browser.url().ends_with("/cliente"));
    // What the key does not allow is not in the menu.
    assert!(!browser.has("nav a[href='/modelos']"));
    browser.click("form[action='/salir'] button");
    browser.wait_for("h1", "Entrar");
    browser.go(&url(&server, "/cliente"));
    browser.wait_for("h1", "Entrar");
}

#[test]
fn the_door_in_every_window() {
    let registry = Registry::new();
    registry.key("ana", "puntuar");
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    look_at(&registry.serve(&[]), &[("entrar", "/entrar")]);
}
