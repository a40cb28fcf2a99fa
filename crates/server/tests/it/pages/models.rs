//! `/modelos`: models are sent, examined, looked at, put in service, and put back.

use crate::support::process::Process;
use crate::support::registry::{Registry, form, month_2, small};
use crate::support::{Answer, example_model, read_text, repository, until};

const FORM: &str = "application/x-www-form-urlencoded";

/// A model, as a browser sends the form: with a part for each file that was not chosen.
fn send(
    server: &Process,
    name: &str,
    model: &[u8],
    more: &[(&str, Option<&str>, &[u8])],
) -> Answer {
    let mut fields = vec![("file", Some(name), model)];
    for field in ["golden", "holdout", "contract"] {
        if !more.iter().any(|(name, _, _)| *name == field) {
            fields.push((field, Some(""), b""));
        }
    }
    fields.extend(more);
    let (content_type, body) = form(&fields);
    server.request(
        "POST",
        "/modelos",
        &[("content-type", &content_type)],
        &body,
    )
}

/// The version that came of an examination, watched to its end.
fn watched(server: &Process, sent: &Answer) -> String {
    assert_eq!(sent.status, 303, "{}", sent.body);
    let page = sent.header("location").unwrap().to_owned();
    assert!(page.starts_with("/modelos/examen/"), "{page}");
    let mut version = String::new();
    until(|| {
        let answer = server.get(&page);
        match answer.status {
            200 => {
                assert!(answer.body.contains("Leer el archivo"), "{}", answer.body);
                assert!(answer.header("refresh").is_some());
                false
            }
            _ => {
                assert_eq!(answer.status, 303, "{}", answer.body);
                answer.header("location").unwrap().clone_into(&mut version);
                true
            }
        }
    });
    // Who looks on with a script is led there too.
    let part = server.request("GET", &page, &[("hx-request-type", "partial")], b"");
    assert_eq!(part.header("hx-redirect"), Some(version.as_str()));
    version
}

fn put(server: &Process, number: u32, fields: &[(&str, &str)]) -> Answer {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let path = format!("/modelos/{number}/poner");
    server.request("POST", &path, &[("content-type", FORM)], body.as_bytes())
}

fn page(server: &Process, path: &str) -> String {
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

fn has(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "no {text:?} in {page}");
    }
}

fn has_not(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(!page.contains(text), "{text:?} in {page}");
    }
}

#[test]
fn a_month_by_clicks() {
    let registry = Registry::with_reference("");
    let server = registry.serve(&[]);
    has(
        &page(&server, "/modelos"),
        &[
            "Todavía no hay ningún modelo en servicio",
            "Añadir un modelo",
            "Modelos</a>",
        ],
    );
    let first = std::fs::read(example_model()).unwrap();
    let sent = send(
        &server,
        "modelo_final.pkl",
        &first,
        &[("note", None, b"noviembre")],
    );
    assert_eq!(watched(&server, &sent), "/modelos/1");
    let shown = page(&server, "/modelos/1");
    has(
        &shown,
        &[
            "Versión 1",
            "En espera",
            "Poner en servicio la versión 1</button>",
            "modelo_final.pkl",
            "noviembre",
            "Cuánto mueve cada dato la probabilidad",
            "Vino sin filas de comprobación",
        ],
    );
    let done = put(
        &server,
        1,
        &[
            ("en_lugar_de", ""),
            ("motivo", "el primero"),
            ("quien", "Ana"),
        ],
    );
    assert_eq!(
        (done.status, done.header("location")),
        (303, Some("/modelos/1"))
    );
    assert_eq!(server.champion(), Some(1));
    has(
        &page(&server, "/modelos"),
        &[
            "Contesta la versión 1",
            "por Ana (127.0.0.1)",
            "Motivo: el primero",
        ],
    );
    has_not(&page(&server, "/modelos/1"), &["<button id=\"poner\""]);

    let second = std::fs::read(month_2()).unwrap();
    let holdout = read_text("testdata/cobranza/cartera_2.csv.gz");
    let holdout = ("holdout", Some("pagos.csv"), holdout.as_bytes());
    let sent = send(&server, "modelo_2.pkl", &second, &[holdout]);
    assert_eq!(watched(&server, &sent), "/modelos/2");
    let shown = page(&server, "/modelos/2");
    has(
        &shown,
        &[
            "En la sombra",
            "Poner en servicio la versión 2 (en lugar de la 1)</button>",
            "De qué décimo a cuál pasan los clientes, respecto a la versión 1",
            "Curva ROC",
            "A cuántos de los que pagan se llega",
            "Si paga la parte que dice",
            "Intervalo del 95 %",
            "por azar no pasaría de",
            "Todavía no se ha comparado",
        ],
    );
    // The button says what it replaces: with something else there, it does nothing.
    let late = put(&server, 2, &[("en_lugar_de", "7"), ("motivo", "diciembre")]);
    assert_eq!(late.status, 409);
    has(
        &late.body,
        &["Mientras tanto ha cambiado", "value=\"diciembre\""],
    );
    assert_eq!(server.champion(), Some(1));
    assert_eq!(put(&server, 2, &[("en_lugar_de", "1")]).status, 303);
    assert_eq!(server.champion(), Some(2));
    has(
        &page(&server, "/modelos"),
        &[
            "Contesta la versión 2",
            "Volver a la versión 1 (en lugar de la 2)",
        ],
    );

    let without = put(&server, 1, &[("en_lugar_de", "2"), ("motivo", " ")]);
    assert_eq!(without.status, 422);
    has(
        &without.body,
        &["Escriba el motivo", "aria-invalid=\"true\""],
    );
    assert_eq!(
        put(&server, 1, &[("en_lugar_de", "2"), ("motivo", "quejas")]).status,
        303
    );
    assert_eq!(server.champion(), Some(1));
    let list = page(&server, "/modelos");
    has(
        &list,
        &[
            "quejas",
            "En servicio otra vez",
            "Deja de contestar",
            "span-now",
        ],
    );
    has(
        &page(&server, "/modelos/1/archivo"),
        &["RandomForestClassifier", "Columnas que espera"],
    );
}

#[test]
fn a_day_is_asked_about() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    has(
        &page(&server, "/modelos?dia=2020-01-01"),
        &["El día 01/01/2020", "no contestaba ninguna"],
    );
    has(
        &page(&server, "/modelos?dia=2999-01-01"),
        &["contestaba la versión 1"],
    );
    has(
        &page(&server, "/modelos?dia=ayer%22%3E"),
        &["Escriba un día como", "value=\"ayer&#34;&#62;\""],
    );
    has(
        &page(&server, "/modelos?pagina=99999999999999999999"),
        &["Versión 1"],
    );
    has(
        &page(&server, "/modelos?pagina=4000000000"),
        &["← Más nuevas"],
    );
}

#[test]
fn what_gates_refused_is_promoted_with_a_reason() {
    let registry = Registry::with_reference("");
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    let other = std::fs::read(small("a_dt_bin.joblib.xz")).unwrap();
    let sent = send(&server, "otro.joblib", &other, &[]);
    assert_eq!(watched(&server, &sent), "/modelos/2");
    has(
        &page(&server, "/modelos/2"),
        &[
            "Rechazada",
            "No pasa las comprobaciones",
            "class=\"danger\"",
            "name=\"pese\"",
        ],
    );
    let fields = [("en_lugar_de", "1"), ("pese", "1")];
    assert_eq!(put(&server, 2, &fields).status, 422);
    let fields = [
        ("en_lugar_de", "1"),
        ("pese", "1"),
        ("motivo", "es una prueba"),
    ];
    assert_eq!(put(&server, 2, &fields).status, 303);
    assert_eq!(server.champion(), Some(2));
    has(
        &page(&server, "/modelos"),
        &["a pesar de las comprobaciones", "es una prueba"],
    );

    // What could not be read has no button, and the form of one who makes it up does nothing.
    let hostile = std::fs::read(repository("attacks/exec-system.pkl")).unwrap();
    let sent = send(&server, "<b onmouseover=alert(1)>.pkl", &hostile, &[]);
    assert_eq!(watched(&server, &sent), "/modelos/3");
    let shown = page(&server, "/modelos/3");
    has(
        &shown,
        &[
            "ni a pesar de las comprobaciones",
            "&#60;b onmouseover=alert(1)&#62;.pkl",
        ],
    );
    has_not(&shown, &["<b onmouseover", "<button id=\"poner\""]);
    let fields = [("en_lugar_de", "2"), ("pese", "1"), ("motivo", "x")];
    assert_eq!(put(&server, 3, &fields).status, 409);
    assert_eq!(server.champion(), Some(2));
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    let server = registry.serve(&[]);
    let (content_type, body) = form(&[("file", Some(""), b""), ("note", None, b"x")]);
    let headers = [("content-type", content_type.as_str())];
    let answer = server.request("POST", "/modelos", &headers, &body);
    assert_eq!(answer.status, 422);
    has(
        &answer.body,
        &["Elija el archivo del modelo", "archivo-mal"],
    );
    let model = std::fs::read(small("a_ada.pkl")).unwrap();
    let contract = ("contract", Some("c.toml"), &b"no es un contrato"[..]);
    let sent = send(&server, "a.pkl", &model, &[contract]);
    // It is a version, with what is wrong with it.
    let version = watched(&server, &sent);
    has(
        &page(&server, &version),
        &[
            "Rechazada",
            "no se puede usar con este modelo",
            "Detalle técnico",
        ],
    );
    for path in [
        "/modelos/9",
        "/modelos/uno",
        "/modelos/9/archivo",
        "/modelos/examen/77",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        has(&answer.body, &["<h1>"]);
    }
    assert_eq!(put(&server, 9, &[]).status, 404);
}

#[test]
fn what_people_wrote_is_text() {
    const XSS: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}";
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let model = std::fs::read(small("a_rf_bin.pkl")).unwrap();
    let more = [("note", None, XSS.as_bytes()), ("by", None, XSS.as_bytes())];
    watched(
        &server,
        &send(&server, "x'><svg onload=alert(1)>.pkl", &model, &more),
    );
    let fields = [("en_lugar_de", "<script>"), ("motivo", XSS), ("quien", XSS)];
    let again = put(&server, 1, &fields);
    assert_eq!(again.status, 409);
    let fields = [("en_lugar_de", ""), ("motivo", XSS), ("quien", XSS)];
    assert_eq!(put(&server, 1, &fields).status, 303);
    let pages = [
        again.body,
        page(&server, "/modelos"),
        page(&server, "/modelos/1"),
        page(&server, "/modelos/1/archivo"),
    ];
    for page in &pages {
        has_not(
            page,
            &["<script>alert", "<img src=x", "<svg onload", "style="],
        );
    }
    has(&pages[1], &["&#60;script&#62;alert(1)"]);
}

#[test]
fn who_may_look_sees_no_buttons() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    registry.add(&small("a_ada.pkl"));
    let reads = registry.key("Lucía", "lectura");
    let acts = registry.key("Mario", "lectura,modelos");
    let scores = registry.key("Plataforma", "puntuar");
    let server = registry.serve(&[]);
    let get = |path: &str, key: &str| {
        let bearer = format!("Bearer {key}");
        server.request("GET", path, &[("authorization", &bearer)], b"")
    };
    for path in ["/modelos", "/modelos/2"] {
        let seen = get(path, &reads);
        assert_eq!(seen.status, 200, "{}", seen.body);
        has_not(
            &seen.body,
            &["id=\"examinar\"", "id=\"poner\"", "id=\"volver\""],
        );
        let seen = get(path, &acts);
        has(&seen.body, &["<button"]);
        assert_eq!(get(path, &scores).status, 403);
        let door = server.get(path);
        assert_eq!(door.status, 303);
        assert!(door.header("location").unwrap().starts_with("/entrar?a="));
    }
    has(&get("/modelos/2", &acts).body, &["id=\"poner\""]);
    has(&get("/modelos", &acts).body, &["id=\"examinar\""]);
    // Who has a name is not asked for it.
    has_not(&get("/modelos/2", &acts).body, &["name=\"quien\""]);
    let bearer = format!("Bearer {reads}");
    let headers = [("authorization", bearer.as_str()), ("content-type", FORM)];
    let refused = server.request("POST", "/modelos/2/poner", &headers, b"en_lugar_de=1");
    assert_eq!(refused.status, 403);
    let bearer = format!("Bearer {acts}");
    let headers = [("authorization", bearer.as_str()), ("content-type", FORM)];
    let done = server.request("POST", "/modelos/2/poner", &headers, b"en_lugar_de=1");
    assert_eq!(done.status, 303, "{}", done.body);
    has(&get("/modelos", &reads).body, &["por Mario."]);
}

#[test]
fn it_is_there_in_english() {
    let registry = Registry::with_reference("");
    registry.add(&example_model());
    registry.ok(&["promote", "1", "--why", "the first"]);
    registry.run(&["add", small("a_dt_bin.joblib.xz").to_str().unwrap()]);
    let server = registry.serve(&[]);
    let get = |path| {
        let answer = server.request("GET", path, &[("accept-language", "en")], b"");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    };
    has(
        &get("/modelos"),
        &["Version 1 answers", "Add a model", "Which version answered"],
    );
    let shown = get("/modelos/2");
    has(
        &shown,
        &[
            "It does not pass the checks.",
            "written in Spanish",
            "lang=\"es\"",
            "Put version 2 in service (in place of 1)",
        ],
    );
    has(
        &get("/modelos/1/archivo"),
        &["What is in the file of version 1", "Foreign names"],
    );
}
