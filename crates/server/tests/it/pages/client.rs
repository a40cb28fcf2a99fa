//! One client.

use super::{HOSTILE, assert_harmless, page, send};
use crate::support::example_model;
use crate::support::process::Process;
use crate::support::registry::Registry;

const FIELDS: [(&str, &str); 13] = [
    ("er", "EMP"),
    ("po", "NO"),
    ("vt", "S"),
    ("cp", "8029"),
    ("ec", "A"),
    ("vf", "N"),
    ("vb", "N"),
    ("fb", "202310"),
    ("ed", ""),
    ("cf", "3"),
    ("im", "263.68"),
    ("dt", "1000.82"),
    ("nl", "12"),
];

fn server() -> Process {
    Process::serve(&[example_model().to_str().unwrap()])
}

#[test]
fn a_form_and_a_link_are_answered_alike() {
    let server = server();
    let sent = send(&server, "/cliente", &FIELDS, &[]);
    assert_eq!(sent.status, 200);
    assert!(sent.header("x-propenso-model").is_some() || sent.body.contains("112349a94483"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(FIELDS)
        .finish();
    let linked = page(&server, &format!("/cliente?{query}"), &[]);
    for text in [
        "No pagador",
        "2,6\u{a0}%",
        "Cantidad de facturas = 3: baja 25,6 puntos",
    ] {
        assert!(sent.body.contains(text), "{text}: {}", sent.body);
        assert!(linked.contains(text), "{text}");
    }
    let english = page(
        &server,
        &format!("/cliente?{query}"),
        &[("accept-language", "en")],
    );
    assert!(english.contains("Probability of paying") && english.contains("2.6%"));
    let change = send(
        &server,
        "/cliente/cambio",
        &FIELDS,
        &[("hx-request-type", "partial")],
    );
    assert!(
        change.body.contains("el resultado sería pagador"),
        "{}",
        change.body
    );
    let mut other = FIELDS;
    other[9] = ("cf", "1");
    let what_if = send(&server, "/cliente/y-si?antes=0.0255", &other, &[]);
    assert!(
        what_if.body.contains("puntos respecto al resultado"),
        "{}",
        what_if.body
    );
}

/// Whatever the contract calls its inputs, the page has no field of its own beside them.
#[test]
fn inputs_may_have_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let contract = folder.path().join("propio.toml");
    let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    for own in ["antes", "a", "motivo", "cliente", "n.º facturas"] {
        let text = shipped.replacen("parameter = \"cf\"", &format!("parameter = {own:?}"), 1);
        std::fs::write(&contract, text).unwrap();
        let model = example_model();
        let server = Process::serve(&[
            model.to_str().unwrap(),
            "--contract",
            contract.to_str().unwrap(),
        ]);
        let mut fields = FIELDS;
        fields[9] = (own, "3");
        let answer = send(&server, "/cliente", &fields, &[]);
        assert_eq!(answer.status, 200, "{own}: {}", answer.body);
        assert!(answer.body.contains("Cantidad de facturas = 3"), "{own}");
        let form = answer.body.split("id=\"datos\"").nth(1).unwrap();
        let form = form.split("</form>").next().unwrap();
        assert!(!form.contains("type=\"hidden\""), "{own}: {form}");
        fields[9] = (own, "1");
        let tried = send(&server, "/cliente/y-si?antes=0.0255", &fields, &[]);
        assert!(
            tried.status == 200 && tried.body.contains("puntos respecto al resultado"),
            "{own}: {}",
            tried.body
        );
    }
}

#[test]
fn what_cannot_be_used_is_shown_beside_its_field() {
    let server = server();
    let mut fields = FIELDS;
    fields[9] = ("cf", "muchas");
    fields[0] = ("er", "");
    let answer = send(&server, "/cliente", &fields, &[]);
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("Hay 2 datos que no se pueden usar"));
    assert_eq!(answer.body.matches("aria-invalid=\"true\"").count(), 2);
    assert!(answer.body.contains("value=\"muchas\""));
}

#[test]
fn no_text_is_markup() {
    let server = server();
    for text in HOSTILE {
        for (at, (name, _)) in FIELDS.iter().enumerate() {
            let mut fields = FIELDS;
            fields[at] = (name, text);
            let with_client = [&fields[..], &[("id", text), (text, text)]].concat();
            for path in ["/cliente", "/cliente/cambio", "/cliente/y-si"] {
                assert_harmless(&send(&server, path, &with_client, &[]).body);
            }
        }
    }
}

/// An error of the server is told with the request's name, by which the log has it, whether or not anything is kept on record.
#[test]
fn an_error_names_its_request() {
    for mode in ["off", "required"] {
        let registry = Registry::with(&format!("[record]\nmode = \"{mode}\""));
        let server = registry.serve(&[]);
        let name = ("x-request-id", "caso-17");
        let html = ("accept", "text/html");
        let answer = server.request("GET", "/cliente", &[name, html], b"");
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.body.contains("caso-17"), "{mode}: {}", answer.body);
    }
}
