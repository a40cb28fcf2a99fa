//! `/modelos/contrato`: a contract is drafted, mended, tried on golden rows, taken along and sent with its model.

use super::{HOSTILE, assert_harmless, page, send, sign_in};
use crate::support::process::Process;
use crate::support::registry::{Registry, form};
use crate::support::{Answer, example_model, repository, until};
use crate::verify::golden;

const START: &str = "/modelos/contrato";

/// Sends a form with files.
fn post(server: &Process, path: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let (content_type, body) = form(fields);
    let headers = [("content-type", content_type.as_str())];
    server.request("POST", path, &headers, &body)
}

/// Begins a contract for the example, by its portfolio; its page.
pub(crate) fn begun(server: &Process) -> String {
    let model = std::fs::read(example_model()).unwrap();
    let sample = std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap();
    let fields = [
        ("modelo", Some("modelo final.pkl"), &model[..]),
        ("version", None, b""),
        ("muestra", Some("clientes.csv"), &sample),
        ("clave", None, b""),
    ];
    led(&post(server, START, &fields))
}

/// Where a form leads to.
fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.header("location").unwrap().to_owned()
}

/// The text as it is in the page.
fn text(page: &str) -> String {
    let (_, rest) = page.split_once("<textarea id=\"texto\"").unwrap();
    let (_, rest) = rest.split_once(">\n").unwrap();
    let (text, _) = rest.split_once("</textarea>").unwrap();
    let marks = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    marks.iter().fold(text.to_owned(), |text, (mark, plain)| {
        text.replace(mark, plain)
    })
}

/// Checks a text, as the form without scripts does: with lines as browsers send them.
fn check(
    server: &Process,
    draft: &str,
    text: &str,
    more: &[(&str, Option<&str>, &[u8])],
) -> Answer {
    let text = text.replace('\n', "\r\n");
    let mut fields = vec![("texto", None, text.as_bytes())];
    if !more.iter().any(|(name, _, _)| *name == "filas") {
        fields.push(("filas", Some(""), b""));
    }
    fields.extend(more);
    post(server, draft, &fields)
}

#[track_caller]
fn shows(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "no «{text}» in {page}");
    }
}

#[test]
fn a_contract_is_drafted_mended_taken_along_and_sent() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    shows(
        &page(&server, "/modelos", &[]),
        &["href=\"/modelos/contrato\""],
    );
    shows(
        &page(&server, START, &[]),
        &["Taller de contratos", "Muestra de clientes"],
    );
    let draft = begun(&server);
    let shown = page(&server, &draft, &[]);
    shows(
        &shown,
        &[
            "Contrato para modelo final.pkl",
            "El contrato encaja con el modelo. Quedan ",
            "preguntas por responder",
            "¿cuál de las clases del modelo, 0 o 1, es la de quien paga?",
            "Cómo se lee cada dato",
            "por responder: ",
            "un texto de una lista",
            "<code>MAYOR_65</code>",
        ],
    );
    // What the command writes is what the page does.
    let command = crate::support::propenso(
        &[
            "contract",
            "draft",
            example_model().to_str().unwrap(),
            "--from",
            repository("examples/cobranza/cartera.csv")
                .to_str()
                .unwrap(),
            "--lang",
            "es",
        ],
        "",
    );
    let written = String::from_utf8(command.stdout).unwrap();
    let own_name = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("name = "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(own_name(&text(&shown)), own_name(&written));
    // It is found again in the list, by whoever closed the browser.
    shows(
        &page(&server, START, &[]),
        &[&draft, "Sus contratos en preparación"],
    );

    let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
    let wrong = shipped.replacen("minimum = 0", "minimun = 0", 1);
    let wrong = wrong.replacen("{ divide = 52 }", "{ divide = 0 }", 1);
    let answer = check(&server, &draft, &wrong, &[]);
    assert_eq!(answer.status, 200);
    shows(
        &answer.body,
        &[
            "Hay 2 errores en el texto.",
            "la clave <code>minimun</code> no existe aquí; se admite <code>name</code>",
            "debe ser un número finito distinto de 0",
            "minimun = 0</code>",
            "<a href=\"#texto\" data-line=\"",
            "La tabla aparece cuando",
        ],
    );
    let english = ("accept-language", "en");
    shows(
        &page(&server, &draft, &[english]),
        &[
            "There are 2 errors in the text.",
            "unknown field <code>minimun</code>",
        ],
    );
    let other = shipped.replacen(
        "features = [{ name = \"VPT\" }]",
        "features = [{ name = \"VTP\" }]",
        1,
    );
    shows(
        &check(&server, &draft, &other, &[]).body,
        &["no encaja con el modelo", "que el contrato no hace", "VTP"],
    );
    // What is wrong is not sent.
    let refused = post(
        &server,
        &format!("{draft}/enviar"),
        &[("texto", None, other.as_bytes())],
    );
    assert_eq!(refused.status, 422);
    shows(&refused.body, &["No se ha enviado"]);

    let fine = check(&server, &draft, shipped, &[]);
    shows(
        &fine.body,
        &["no queda ninguna pregunta", "class=\"good\" id=\"resumen\""],
    );
    let text = shipped.as_bytes();
    let file = post(
        &server,
        &format!("{draft}/archivo"),
        &[("texto", None, text)],
    );
    assert_eq!((file.status, file.body.as_str()), (200, shipped));
    let disposition = file.header("content-disposition").unwrap();
    assert_eq!(disposition, "attachment; filename=\"modelo_final.toml\"");

    let fields = [
        ("texto", None, text),
        ("nota", None, &b"desde el taller"[..]),
    ];
    let examined = led(&post(&server, &format!("{draft}/enviar"), &fields));
    assert!(examined.starts_with("/modelos/examen/"), "{examined}");
    let mut version = String::new();
    until(|| match server.get(&examined) {
        answer if answer.status == 303 => {
            version = led(&answer);
            true
        }
        _ => false,
    });
    let shown = page(&server, &version, &[]);
    shows(
        &shown,
        &["modelo final.pkl", "desde el taller", "modelo_final.toml"],
    );

    // A version's model can be begun with, and its contract.
    let fields = [
        ("modelo", Some(""), &b""[..]),
        ("version", None, b"1"),
        ("partir", None, b"contrato"),
    ];
    let second = led(&post(&server, START, &fields));
    shows(
        &page(&server, &second, &[]),
        &["Modelo de la versión 1.", "no queda ninguna pregunta"],
    );
    assert_eq!(
        led(&send(&server, &format!("{second}/quitar"), &[], &[])),
        START
    );
    assert_eq!(server.get(&second).status, 404);
}

#[test]
fn golden_rows_are_tried_and_those_that_differ_are_shown() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let (rows, model) = golden("1.9.1/a_rf_bin", ",");
    let model = std::fs::read(model).unwrap();
    let fields = [("modelo", Some("bosque.pkl"), &model[..])];
    let draft = led(&post(&server, START, &fields));
    let text = text(&page(&server, &draft, &[]));
    let file = ("filas", Some("filas.csv"), rows.as_bytes());
    let answer = check(&server, &draft, &text, &[file]);
    shows(
        &answer.body,
        &[
            "todas las filas son como se esperaba",
            "Se prueban con cada comprobación las de «filas.csv»",
        ],
    );
    // They are tried again, until somebody gives others: here pasted, the second of them wrong.
    shows(
        &check(&server, &draft, &text, &[]).body,
        &["todas las filas son como se esperaba"],
    );
    let wrong: Vec<String> = rows
        .lines()
        .enumerate()
        .map(|(at, line)| match at {
            2 => {
                let (rest, _) = line.rsplit_once(',').unwrap();
                format!("{rest},0.123")
            }
            _ => line.to_owned(),
        })
        .collect();
    let wrong = wrong.join("\r\n");
    let pasted = ("filas_pegadas", None, wrong.as_bytes());
    let answer = check(&server, &draft, &text, &[pasted]);
    assert_eq!(answer.status, 200);
    shows(
        &answer.body,
        &[
            "no todas las filas de comprobación dan lo esperado",
            "el modelo no contesta lo que se esperaba",
            "línea 3",
            "y se esperaba 0.123",
        ],
    );
    let nonsense = ("filas_pegadas", None, &b"a,b\n1,2\n"[..]);
    shows(
        &check(&server, &draft, &text, &[nonsense]).body,
        &["Las filas de comprobación no se pueden usar"],
    );
    let none = ("sin_filas", None, &b"1"[..]);
    let answer = check(&server, &draft, &text, &[none]);
    assert!(
        !answer.body.contains("id=\"filas-resultado\""),
        "{}",
        answer.body
    );
}

#[test]
fn what_is_typed_is_tried_meanwhile_and_kept() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let draft = begun(&server);
    let part = [("hx-request-type", "partial")];
    let wrong = [("texto", "name = \"a\"\r\nnombre = 1\r\n")];
    let answer = send(&server, &format!("{draft}/mientras"), &wrong, &part);
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .body
            .starts_with("<div class=\"problem\" id=\"resumen\">"),
        "{}",
        answer.body
    );
    shows(
        &answer.body,
        &["la clave <code>nombre</code> no existe aquí", "hx-swap-oob"],
    );
    assert_eq!(
        text(&page(&server, &draft, &[])),
        "name = \"a\"\nnombre = 1\n"
    );
    let no_toml = [("texto", "name = \"a\nkind")];
    let answer = send(&server, &format!("{draft}/mientras"), &no_toml, &part);
    shows(&answer.body, &["este texto no se cierra con comillas"]);
}

#[test]
fn what_cannot_be_begun_says_why() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let nothing = post(&server, START, &[("modelo", Some(""), b"")]);
    assert_eq!(nothing.status, 422);
    shows(
        &nothing.body,
        &["Elija el archivo de un modelo, o una versión."],
    );
    let no_model = post(&server, START, &[("modelo", Some("x.pkl"), b"x")]);
    assert_eq!(no_model.status, 422);
    shows(
        &no_model.body,
        &["no se puede usar como modelo", "Detalle para quien lo hizo"],
    );
    assert_eq!(post(&server, START, &[("version", None, b"7")]).status, 404);
    // A sample that is none: the draft is there, and says so.
    let model = std::fs::read(example_model()).unwrap();
    let fields = [
        ("modelo", Some("m.pkl"), &model[..]),
        (
            "muestra",
            Some("m.xls"),
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook",
        ),
    ];
    let draft = led(&post(&server, START, &fields));
    shows(
        &page(&server, &draft, &[]),
        &["La muestra no se ha podido leer:"],
    );
    let sample = std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap();
    let again = format!("{draft}/muestra");
    led(&post(
        &server,
        &again,
        &[("muestra", Some("c.csv"), &sample)],
    ));
    let shown = page(&server, &draft, &[]);
    assert!(!shown.contains("no se ha podido leer"), "{shown}");
    // So many are kept, and no more.
    let mut answers = (0..8).map(|_| post(&server, START, &[("modelo", Some("m.pkl"), &model)]));
    let refused = answers.find(|answer| answer.status != 303).unwrap();
    assert_eq!(refused.status, 429);
    shows(&refused.body, &["Hay demasiados contratos en preparación"]);
}

#[test]
fn a_contract_in_the_making_is_its_holders_alone() {
    let registry = Registry::new();
    let keys = [
        registry.key("ana", "lectura,modelos"),
        registry.key("eva", "lectura,modelos"),
        registry.key("luis", "lectura"),
    ];
    let server = registry.serve(&[]);
    let [ana, eva, reader] = keys.map(|key| sign_in(&server, &key));
    let model = std::fs::read(example_model()).unwrap();
    let (content_type, body) = form(&[("modelo", Some("m.pkl"), &model)]);
    let as_who = |cookie: &'static str| [("cookie", cookie)];
    let [ana, eva, reader]: [&'static str; 3] =
        [ana, eva, reader].map(|cookie| &*String::leak(cookie));
    let headers = [("content-type", content_type.as_str()), ("cookie", ana)];
    let draft = led(&server.request("POST", START, &headers, &body));
    shows(
        &page(&server, &draft, &as_who(ana)),
        &["Contrato para m.pkl"],
    );
    for who in [eva, reader] {
        let answer = server.request("GET", &draft, &as_who(who), b"");
        let expected = if who == eva { 404 } else { 403 };
        assert_eq!(answer.status, expected, "{}", answer.body);
        let removed = send(&server, &format!("{draft}/quitar"), &[], &as_who(who));
        assert_eq!(removed.status, expected);
    }
    assert!(!page(&server, START, &as_who(eva)).contains(&draft));
    shows(&page(&server, START, &as_who(ana)), &[&draft]);
    let closed = server.request("GET", &draft, &[], b"");
    assert!(closed.status == 303 && closed.header("location").unwrap().starts_with("/entrar"));
}

#[test]
fn hostile_texts_are_texts() {
    let registry = Registry::new();
    let server = registry.serve(&[]);
    let model = std::fs::read(example_model()).unwrap();
    for hostile in HOSTILE {
        let name = hostile.replace(['"', '\u{202e}'], "");
        let fields = [("modelo", Some(name.as_str()), &model[..])];
        let draft = led(&post(&server, START, &fields));
        assert_harmless(&page(&server, START, &[]));
        assert_harmless(&page(&server, &draft, &[]));
        // In the text, in what is wrong with it, in a name, in a question, and in the rows.
        let text = format!(
            "# PREGUNTA: {hostile}\nname = '''{hostile}'''\n'''{hostile}''' = 1\nmissing = [1, '''{hostile}''']\n"
        );
        let rows = format!("{hostile},b\n1,2\n");
        let golden = ("filas", Some(name.as_str()), rows.as_bytes());
        assert_harmless(&check(&server, &draft, &text, &[golden]).body);
        let shipped = propenso_scoring::shipped_text("casas-cobranzas").unwrap();
        let text = shipped.replacen("name = \"VPT\"", &format!("name = '''{hostile}'''"), 1);
        assert_harmless(&check(&server, &draft, &text, &[]).body);
        send(&server, &format!("{draft}/quitar"), &[], &[]);
    }
}
