//! The pages over HTTP: what they say, what is done by their forms, whom they let in, and that no text is markup.
//!
//! - `door`: signing in; `home`: what needs a person; `client`: one client; `portfolios`: this morning's file; `models`: versions;
//!   `decisions`: what is on record; `monitoring`: what is seen of the model at work; `settings`: keys, contract, machine;
//!   `workshop`: contracts in the making; `hostile`: every field of every form

mod client;
mod decisions;
mod door;
mod home;
mod hostile;
mod models;
pub(crate) mod monitoring;
mod portfolios;
mod settings;
pub(crate) mod workshop;

use crate::support::Answer;
use crate::support::process::Process;

/// What a form is sent as.
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Sends a form.
fn send(server: &Process, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = body.extend_pairs(fields).finish();
    server.request("POST", path, &[&[FORM], headers].concat(), body.as_bytes())
}

/// The page that a `GET` is answered with, which must be one.
fn page(server: &Process, path: &str, headers: &[(&str, &str)]) -> String {
    let answer = server.request("GET", path, headers, b"");
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(!answer.body.contains(" style=\"") && !answer.body.contains(" onclick="));
    answer.body
}

/// Signs in. Gives the cookie.
fn sign_in(server: &Process, key: &str) -> String {
    let answer = send(server, "/entrar", &[("clave", key)], &[]);
    assert_eq!(answer.status, 303, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// Texts that would do something if they were markup.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "javascript:alert(1)",
    "</textarea></title><body onload=alert(1)>\u{202e}",
];

/// Asserts that a page has a hostile text as text alone.
fn assert_harmless(page: &str) {
    for piece in [
        "<script>alert",
        "<img src=x",
        "<svg onload",
        "<body onload",
        "href=\"javascript:",
    ] {
        assert!(!page.contains(piece), "{piece} in {page}");
    }
}
