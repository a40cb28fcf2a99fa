//! Every field of every form, as the pages have them: whatever is sent by it is text.

use super::{HOSTILE, assert_harmless, page, sign_in};
use crate::support::process::Process;
use crate::support::registry::{Registry, form, month_2};
use crate::support::{Answer, EXAMPLE, repository};

/// Answers to one request, and what it leads to.
const MOST_STEPS: usize = 4;

/// Somebody who may do everything.
struct Visitor<'s> {
    server: &'s Process,
    cookie: String,
}

/// A form of a page.
#[derive(Debug)]
struct Form {
    /// Where it is sent to, by each of its buttons.
    actions: Vec<String>,
    is_get: bool,
    is_multipart: bool,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    name: String,
    value: String,
    is_file: bool,
}

/// The value of an attribute in a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// The tags of some names in a piece of a page.
fn tags<'p>(piece: &'p str, names: &'p [&str]) -> impl Iterator<Item = &'p str> {
    let tags = piece.split('<').filter_map(|tag| tag.split('>').next());
    tags.filter(move |tag| {
        names
            .iter()
            .any(|name| tag.starts_with(&format!("{name} ")))
    })
}

/// The forms of a page.
fn forms(page: &str) -> Vec<Form> {
    let pieces = page.split("<form ").skip(1);
    let pieces = pieces.map(|piece| piece.split("</form>").next().unwrap());
    pieces
        .map(|piece| {
            let head = format!(" {}", piece.split('>').next().unwrap());
            let own = attribute(&head, "action").unwrap();
            let id = attribute(&head, "id");
            let is_its = |tag: &&str| attribute(tag, "form").is_some_and(|form| Some(form) == id);
            let others = tags(piece, &["button"]).chain(tags(page, &["button"]).filter(is_its));
            let others = others.filter_map(|tag| attribute(tag, "formaction"));
            let typing = tags(piece, &["textarea"]).filter_map(|tag| attribute(tag, "hx-post"));
            let fields = tags(piece, &["input", "select", "textarea", "button"]);
            Form {
                actions: [own]
                    .into_iter()
                    .chain(others)
                    .chain(typing)
                    .map(plain)
                    .collect(),
                is_get: attribute(&head, "method") == Some("get"),
                is_multipart: attribute(&head, "enctype") == Some("multipart/form-data"),
                fields: fields
                    .filter_map(|tag| {
                        Some(Field {
                            name: attribute(tag, "name")?.to_owned(),
                            value: attribute(tag, "value").unwrap_or_default().to_owned(),
                            is_file: attribute(tag, "type") == Some("file"),
                        })
                    })
                    .collect(),
            }
        })
        .collect()
}

/// A path without the place in the page.
fn plain(action: &str) -> String {
    action.split('#').next().unwrap().to_owned()
}

impl Visitor<'_> {
    /// Sends a form with one field's value, or with all, in place of what is in it.
    fn send(&self, form: &Form, action: &str, changed: Option<usize>, text: &str) {
        let values = form.fields.iter().enumerate().map(|(at, field)| {
            let is_changed = changed.is_none_or(|changed| changed == at);
            let value = if is_changed {
                text
            } else {
                field.value.as_str()
            };
            (field, value)
        });
        // What is typed meanwhile is sent without its files.
        let is_multipart = form.is_multipart && !action.ends_with("/mientras");
        let answer = match (form.is_get, is_multipart) {
            (true, _) => {
                let pairs = values.map(|(field, value)| (&field.name, value));
                let mut query = form_urlencoded::Serializer::new(String::new());
                let query = query.extend_pairs(pairs).finish();
                self.ask("GET", &format!("{action}?{query}"), None, b"")
            }
            (false, true) => {
                let name = text.replace(['"', '\u{202e}'], "");
                let parts: Vec<(&str, Option<&str>, &[u8])> = values
                    .map(|(field, value)| match (field.is_file, value == text) {
                        (true, true) => (&*field.name, Some(&*name), value.as_bytes()),
                        (true, false) => (&*field.name, Some(""), &b""[..]),
                        (false, _) => (&*field.name, None, value.as_bytes()),
                    })
                    .collect();
                let (kind, body) = self::form(&parts);
                self.ask("POST", action, Some(&kind), &body)
            }
            (false, false) => {
                let pairs = values.map(|(field, value)| (&field.name, value));
                let mut body = form_urlencoded::Serializer::new(String::new());
                let body = body.extend_pairs(pairs).finish();
                let kind = "application/x-www-form-urlencoded";
                self.ask("POST", action, Some(kind), body.as_bytes())
            }
        };
        self.follow(action, answer);
    }

    fn ask(&self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Answer {
        let mut headers = vec![("cookie", self.cookie.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        self.server.request(method, path, &headers, body)
    }

    /// Nothing that is answered, nor what it leads to, has what was sent as markup.
    fn follow(&self, asked: &str, mut answer: Answer) {
        for _ in 0..MOST_STEPS {
            assert!(answer.status < 500, "{asked}: {answer:?}");
            match answer.header("content-disposition") {
                // A file is what was written, and no page.
                Some(kept) => assert!(kept.starts_with("attachment"), "{asked}: {answer:?}"),
                None => assert_harmless(&answer.body),
            }
            let Some(next) = answer.header("location").map(plain) else {
                return;
            };
            answer = self.ask("GET", &next, None, b"");
        }
    }
}

#[test]
fn no_field_of_any_form_is_markup() {
    let registry = Registry::with_reference("");
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    let roles = "puntuar,carteras,resultados,lectura,modelos,metricas,administracion";
    let key = registry.key("ana", roles);
    let server = registry.serve(&[]);
    let visitor = Visitor {
        cookie: sign_in(&server, &key),
        server: &server,
    };
    let cookie = [("cookie", visitor.cookie.as_str())];
    let decision = server.request(
        "GET",
        EXAMPLE,
        &[("authorization", &format!("Bearer {key}"))],
        b"",
    );
    let decision = decision.header("x-propenso-decision").unwrap().to_owned();
    // What there is to be found by the forms that only a page in the middle of work has.
    let begun = |path: &str, fields: &[(&str, Option<&str>, &[u8])]| {
        let (kind, body) = form(fields);
        let answer = visitor.ask("POST", path, Some(&kind), &body);
        answer
            .header("location")
            .unwrap_or_else(|| panic!("{answer:?}"))
            .to_owned()
    };
    let model = std::fs::read(month_2()).unwrap();
    let contract = begun("/modelos/contrato", &[("modelo", Some("m.pkl"), &model)]);
    let sample = std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap();
    let portfolio = begun("/carteras", &[("archivo", Some("c.csv"), &sample)]);
    let query = EXAMPLE.split_once('?').unwrap().1;
    let mut pages = vec![
        ("entrar", page(&server, "/entrar", &[])),
        ("decision", {
            let why = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("id", decision.as_str()), ("motivo", "x")])
                .finish();
            let kind = "application/x-www-form-urlencoded";
            visitor
                .ask("POST", "/decisiones", Some(kind), why.as_bytes())
                .body
        }),
    ];
    for path in [
        "/",
        "/cliente",
        &format!("/cliente?{query}"),
        "/carteras",
        &portfolio,
        "/modelos",
        "/modelos/1",
        "/modelos/contrato",
        &contract,
        "/seguimiento",
        "/decisiones",
        "/ajustes",
    ] {
        pages.push(("", page(&server, path, &cookie)));
    }
    let mut tried: Vec<String> = Vec::new();
    for form in pages.iter().flat_map(|(_, page)| forms(page)) {
        for action in &form.actions {
            // What takes away what others need, or has no field to send.
            let is_left = ["/quitar", "/salir", "/copia"]
                .iter()
                .any(|end| action.ends_with(end));
            if is_left || form.fields.is_empty() || tried.contains(action) {
                continue;
            }
            tried.push(action.clone());
            for text in HOSTILE {
                for at in 0..form.fields.len() {
                    visitor.send(&form, action, Some(at), text);
                }
                visitor.send(&form, action, None, text);
            }
        }
    }
    for path in [
        "/cliente",
        "/cliente/cambio",
        "/carteras",
        "/modelos",
        "/modelos/contrato",
        "/decisiones",
        "/ajustes/claves",
        &contract,
        &format!("{contract}/mientras"),
        &format!("{contract}/archivo"),
        &format!("{contract}/enviar"),
        &format!("{contract}/muestra"),
        &format!("{portfolio}/lectura"),
        &portfolio,
        &format!("/decisiones/{decision}/carta"),
    ] {
        assert!(tried.iter().any(|tried| tried == path), "{path}: {tried:?}");
    }
}
