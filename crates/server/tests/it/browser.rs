//! The pages in a real browser, as people use them: every task by clicks and keys, wide and on a telephone, in Spanish and in English, with and
//! without JavaScript. A complaint of the browser, a control without a name, a page wider than its window, or anything that axe finds ends a test.
//!
//! - `driver`: the browser; `webdriver`: how it is spoken to
//! - `client`: one client; `portfolios`: this morning's file; `models`: next month's model; `workshop`: its contract; `monitoring`: the model at work; `looked_after`:
//!   decisions and settings; `door`: signing in

mod client;
mod door;
mod driver;
mod looked_after;
mod models;
mod monitoring;
mod portfolios;
mod webdriver;
mod workshop;

use crate::support::process::Process;
use driver::{Browser, WIDE, Window};

/// Every kind of window that a page is looked at in.
fn windows() -> [Window; 4] {
    let dark = Window {
        is_dark: true,
        ..WIDE
    };
    let narrow_dark = Window {
        is_dark: true,
        ..driver::NARROW
    };
    [WIDE, dark, driver::NARROW, narrow_dark]
}

/// The address of a page.
fn url(server: &Process, path: &str) -> String {
    format!("http://{}{path}", server.address)
}

/// Looks at pages in every kind of window, and keeps pictures where somebody asked for them.
fn look_at(server: &Process, pages: &[(&str, &str)]) {
    for window in windows() {
        let Some(browser) = Browser::open(window) else {
            return;
        };
        for (name, path) in pages {
            browser.go(&url(server, path));
            browser.picture(name);
        }
    }
}
