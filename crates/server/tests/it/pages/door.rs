//! Signing in.

use propenso::http::route::{Face, Listed};
use propenso_lifecycle::keys::Role;

use super::{page, send, sign_in};
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};
use crate::support::{EXAMPLE, command, until};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    registry
}

/// The path of a page, with something in place of what varies.
fn path(route: Listed) -> String {
    let path = route.path.replace("{version}", "1").replace("{id}", "1");
    path.replace("{hash}", "0").replace("{file}", "page.css")
}

/// Who has no key is sent to where one is shown; who has one without the role reads why.
#[test]
fn every_page_needs_its_role() {
    let registry = registry();
    let keys = Role::ALL.map(|role| (role, registry.key(role.name(), role.name())));
    let server = registry.serve(&[]);
    let cookies = keys.map(|(role, key)| (role, sign_in(&server, &key)));
    let routes = propenso::http::routes();
    for route in routes.listed().filter(|route| route.face == Face::Page) {
        let Some(needed) = route.role else { continue };
        let path = path(route);
        let answer = server.request(route.method, &path, &[], b"");
        assert_eq!(answer.status, 303, "{route:?}");
        let to = answer.header("location").unwrap();
        assert!(to.starts_with("/entrar?a="), "{route:?} {to}");
        let part = [("hx-request-type", "partial")];
        let answer = server.request(route.method, &path, &part, b"");
        assert!(
            answer
                .header("hx-redirect")
                .unwrap()
                .starts_with("/entrar?a=")
        );
        for (role, cookie) in &cookies {
            let headers = [("cookie", cookie.as_str())];
            let may = *role == needed || *role == Role::Administracion;
            // What is a file is tried where its page is.
            if may && path == "/ajustes/copia" {
                continue;
            }
            let answer = server.request(route.method, &path, &headers, b"");
            assert_eq!(answer.status != 403, may, "{route:?} {role}");
            if !may {
                assert!(answer.body.contains("<h1>") && answer.body.contains(needed.name()));
            }
        }
    }
}

#[test]
fn a_session_is_its_key_s_and_no_other_sites() {
    let registry = registry();
    let key = registry.key("ana", "puntuar");
    let server = registry.serve(&[]);
    let cookie = sign_in(&server, &key);
    let headers = [("cookie", cookie.as_str())];
    // The whole face is open to it, as to its key.
    assert_eq!(server.request("GET", EXAMPLE, &headers, b"").status, 200);
    page(&server, "/cliente", &headers);
    let foreign = [headers[0], ("origin", "https://evil.example")];
    assert_eq!(server.request("GET", EXAMPLE, &foreign, b"").status, 403);
    let foreign = [headers[0], ("sec-fetch-site", "cross-site")];
    let answer = send(&server, "/cliente", &[("er", "EMP")], &foreign);
    assert_eq!(answer.status, 403);
    // Nobody is signed in by another site's form.
    let answer = send(
        &server,
        "/entrar",
        &[("clave", &key)],
        &[("origin", "https://evil.example")],
    );
    assert!(answer.header("set-cookie").is_none());
    // It outlives a restart, and ends with its key.
    drop(server);
    let server = registry.serve(&[]);
    page(&server, "/cliente", &headers);
    assert!(registry.keys(&["disable", "ana"]).status.success());
    until(|| server.request("GET", "/cliente", &headers, b"").status == 303);
}

#[test]
fn who_signs_out_is_out() {
    let registry = registry();
    let key = registry.key("ana", "puntuar");
    let server = registry.serve(&[]);
    let cookie = sign_in(&server, &key);
    let headers = [("cookie", cookie.as_str())];
    let answer = send(&server, "/salir", &[], &headers);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(server.request("GET", "/cliente", &headers, b"").status, 303);
}

/// The link that is shown where the server was started lets in once.
#[test]
fn a_link_lets_in_once() {
    let registry = registry();
    registry.key("ana", "puntuar");
    let config = registry.path("propenso.toml");
    let log = registry.path("propenso.log");
    let arguments = [
        "serve",
        "--config",
        config.to_str().unwrap(),
        "--listen",
        "127.0.0.1:0",
    ];
    let output = registry.path("greeting");
    let mut command = command();
    command.args(arguments).arg("--log-file").arg(&log);
    command.stderr(std::fs::File::create(&output).unwrap());
    let child = command.spawn().unwrap();
    let mut link = None;
    until(|| {
        let text = std::fs::read_to_string(&output).unwrap_or_default();
        let found = text
            .split_whitespace()
            .find(|word| word.contains("/entrar?enlace="));
        link = found.map(str::to_owned);
        link.is_some()
    });
    let link = link.unwrap();
    let (address, path) = link
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let server = Process::with_child(child, address.parse().unwrap());
    let path = format!("/{path}");
    let first = server.get(&path);
    assert_eq!(first.status, 303);
    let cookie = first
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    page(&server, "/", &[("cookie", cookie)]);
    let again = server.get(&path);
    assert!(
        again.status == 200 && again.body.contains("ya se ha usado"),
        "{again:?}"
    );
    assert!(again.header("set-cookie").is_none());
    // It is told nowhere else.
    assert!(!std::fs::read_to_string(&log).unwrap().contains("enlace="));
}
