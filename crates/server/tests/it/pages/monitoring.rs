//! `/seguimiento`: what is seen of the model at work.

use serde_json::{Value, json};

use super::{page, sign_in};
use crate::support::process::Process;
use crate::support::registry::{Registry, form, month_2};
use crate::support::{example_model, repository, until};

const CLIENT: &str =
    "er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=&cf=3&im=263.68&dt=1000.82&nl=12";

const INSTANCE: &str = r#"{"ESCENARIO_RECOBRO":"EMP","PORTADO":"NO","VPT":"S","CODIGO_POSTAL":8029,"ESTADO_CLIENTE":"A","VAP_SCF":"N","VAP_OB":"N","FECHA_BPI":202310,"EDAD":null,"CANTIDAD_FACTURAS":3,"IMPORTE_FACTURA":263.68,"DEUDA_TOTAL":1000.82,"NUM_LINEAS_ACTIVAS":12}"#;

/// A registry with the example's model as its champion.
pub(crate) fn registry() -> Registry {
    let registry = Registry::with_reference("");
    let version = registry.add(&example_model()).to_string();
    registry.ok(&["promote", &version]);
    registry
}

/// Asks for one client twice, once wrongly, and for two at once.
fn ask(server: &Process) {
    for _ in 0..2 {
        assert_eq!(server.get(&format!("/prediccion?{CLIENT}")).status, 200);
    }
    let wrong = CLIENT.replace("cf=3", "cf=muchas");
    assert_eq!(server.get(&format!("/prediccion?{wrong}")).status, 422);
    let body = format!("{{\"instances\":[{INSTANCE},{INSTANCE}]}}");
    let answer = server.post("/v1/predict", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Sends a portfolio, to be scored.
fn send_portfolio(server: &Process, portfolio: &[u8]) {
    let (content_type, body) = form(&[("file", Some("cartera.csv"), portfolio)]);
    let headers = [("content-type", &*content_type)];
    let sent = server.request("POST", "/v1/portfolios", &headers, &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
}

/// The page, once it shows something.
fn shown(server: &Process, path: &str, text: &str) -> String {
    let mut body = String::new();
    until(|| {
        body = page(server, path, &[]);
        body.contains(text)
    });
    body
}

#[test]
fn a_days_volumes_answers_and_faults_are_shown() {
    let registry = registry();
    let server = registry.serve(&[]);
    assert!(page(&server, "/seguimiento", &[]).contains("Todavía no hay nada que enseñar"));
    ask(&server);
    let body = shown(
        &server,
        "/seguimiento",
        "id=\"consultas\" class=\"figure\">4<",
    );
    for text in [
        "id=\"rechazadas\" class=\"figure\">1<",
        "id=\"clientes\" class=\"figure\">4<",
        "id=\"sin-puntuar\" class=\"figure\">1<",
        "Consultas por día",
        "Tiempo de respuesta por día, en milisegundos",
        "Resultado por día",
        "Reparto de la probabilidad de pago",
        "No venía: se puso otro valor en su lugar",
        "No es un número",
        "aria-current=\"page\">Seguimiento",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
    let english = page(
        &server,
        "/seguimiento?dias=7&version=1",
        &[("accept-language", "en")],
    );
    for text in [
        "Requests by day",
        "Not a number",
        "Last 7 days",
        "Version 1",
    ] {
        assert!(english.contains(text), "{text}");
    }
    // Of another version there is nothing, and what cannot be meant is the usual.
    let other = page(&server, "/seguimiento?version=9&dias=x", &[]);
    assert!(other.contains("Todavía no hay nada que enseñar"));
    let home = page(&server, "/", &[]);
    assert!(home.contains("Consultas de hoy") && home.contains("href=\"/seguimiento\""));
}

#[test]
fn what_was_counted_is_there_after_a_restart_and_adds_up() {
    let registry = registry();
    for _ in 0..2 {
        let server = registry.serve(&[]);
        let before = page(&server, "/seguimiento", &[]);
        ask(&server);
        until(|| page(&server, "/seguimiento", &[]) != before);
    }
    let server = registry.serve(&[]);
    let body = page(&server, "/seguimiento", &[]);
    assert!(
        body.contains("id=\"consultas\" class=\"figure\">8<"),
        "{body}"
    );
    let days = server.get("/seguimiento/dias.csv");
    assert_eq!(days.status, 200);
    assert_eq!(days.header("content-type"), Some("text/csv; charset=utf-8"));
    let head =
        "\u{feff}dia;version;via;contestadas;rechazadas;clientes;sin_puntuar;ms_mitad;ms_99\r\n";
    assert!(days.body.starts_with(head), "{}", days.body);
    assert!(days.body.contains(";1;consulta;4;2;4;2;"), "{}", days.body);
    assert!(days.body.contains(";1;programa;2;0;4;0;"), "{}", days.body);
    let inputs = server.get("/seguimiento/datos.csv?dias=7").body;
    let wrong = ";1;consulta;CANTIDAD_FACTURAS;rechazo;No es un número;2\r\n";
    assert!(inputs.contains(wrong), "{inputs}");
    let classes = server.get("/seguimiento/resultados.csv").body;
    assert!(
        classes.contains(";1;consulta;no pagador;4\r\n"),
        "{classes}"
    );
    let english = server.request(
        "GET",
        "/seguimiento/probabilidades.csv",
        &[("accept-language", "en")],
        b"",
    );
    assert!(
        english.body.contains(",1,prediccion,0.00,0.05,4\r\n"),
        "{}",
        english.body
    );
    assert_eq!(server.get("/seguimiento/otro.csv").status, 404);
}

#[test]
fn portfolios_count_at_their_end() {
    let registry = registry();
    let server = registry.serve(&[]);
    count_portfolio(&server);
    let body = page(&server, "/seguimiento", &[]);
    assert!(
        body.contains("id=\"consultas\" class=\"figure\">0<"),
        "{body}"
    );
    assert!(!body.contains("id=\"clientes\" class=\"figure\">0<"));
    // It is the portfolio that the model was examined with.
    assert!(body.contains("Ningún dato ha cambiado más de lo que hace el azar"));
}

#[test]
fn what_was_wrong_in_a_portfolio_is_told_by_its_reason() {
    let registry = registry();
    let server = registry.serve(&[]);
    let portfolio = std::fs::read_to_string(repository("examples/cobranza/cartera.csv")).unwrap();
    let lines: Vec<&str> = portfolio.lines().take(20).collect();
    let wrong = lines.join("\n").replace(";29151;", ";veinte;");
    send_portfolio(&server, wrong.as_bytes());
    let body = shown(
        &server,
        "/seguimiento",
        "id=\"sin-puntuar\" class=\"figure\">1<",
    );
    assert!(
        body.contains("<td class=\"wrap\">No es un número</td>"),
        "{body}"
    );
    let inputs = server.get("/seguimiento/datos.csv").body;
    let line = ";1;cartera;CODIGO_POSTAL;rechazo;No es un número;1\r\n";
    assert!(inputs.contains(line), "{inputs}");
}

/// What clients of the example's portfolio sent, one of so many, with one of their inputs changed.
fn clients(every: usize, changed: &str, change: impl Fn(&str) -> String) -> Value {
    let inputs: Value = serde_json::from_str(INSTANCE).unwrap();
    let portfolio = std::fs::read_to_string(repository("examples/cobranza/cartera.csv")).unwrap();
    let mut lines = portfolio.lines();
    let header: Vec<&str> = lines.next().unwrap().split(';').collect();
    let rows = lines.step_by(every).map(|line| {
        let cells = header.iter().zip(line.split(';'));
        let cells = cells.filter(|(name, _)| inputs.get(name).is_some());
        let cells = cells.map(|(name, cell)| {
            let value = match cell {
                "" => Value::Null,
                _ if *name == changed => Value::String(change(cell)),
                _ => Value::String(cell.to_owned()),
            };
            ((*name).to_owned(), value)
        });
        Value::Object(cells.collect())
    });
    Value::Array(rows.collect())
}

/// Asks for clients with other debts than the model was examined with. Gives the page, once it shows that.
pub(crate) fn changed(server: &Process) -> String {
    let debts = |debt: &str| (debt.parse::<f64>().unwrap() + 500.0).to_string();
    let body = json!({ "instances": clients(12, "DEUDA_TOTAL", debts) });
    let answer = server.post("/v1/predict", &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    shown(server, "/seguimiento", "Han cambiado: 1 de 13.")
}

/// Sends the example's portfolio, and waits until it is counted.
pub(crate) fn count_portfolio(server: &Process) {
    let portfolio = std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap();
    send_portfolio(server, &portfolio);
    shown(
        server,
        "/seguimiento",
        "Clientes puntuados en carteras por día",
    );
}

#[test]
fn an_input_that_has_changed_comes_first() {
    let registry = registry();
    let server = registry.serve(&[]);
    let body = changed(&server);
    let section = body.split("aria-labelledby=\"cambios\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    let rows: Vec<&str> = section.split("<th scope=\"row\" class=\"wrap\">").collect();
    assert!(rows[1].starts_with("Deuda total<"), "{}", rows[1]);
    assert!(
        rows[1].contains("\"tag is-bad\">Ha cambiado<"),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains("Ver los tramos") && rows[1].contains("<svg"));
    assert_eq!(rows.len(), 1 + 13);
    for row in &rows[2..] {
        assert!(row.contains("\"tag is-good\">Estable<"), "{row}");
    }
    let file = server.get("/seguimiento/cambios.csv?dias=7").body;
    let mut lines = file.lines();
    assert_eq!(
        lines.next().unwrap(),
        "\u{feff}version;dato;tramo;referencia;periodo;psi;psi_por_azar;probabilidad_de_azar;peso;cambio"
    );
    let first = lines.next().unwrap();
    assert!(first.starts_with("1;DEUDA_TOTAL;hasta "), "{first}");
    assert!(first.ends_with(";Ha cambiado"), "{first}");
    assert!(file.contains(";EDAD;sin dato;"), "{file}");
    let english = page(&server, "/seguimiento", &[("accept-language", "en")]);
    for text in ["Changed: 1 of 13.", ">Stable<", "PSI by chance"] {
        assert!(english.contains(text), "{text}");
    }
    // It is what was counted by day that is compared: there after the server, too.
    drop(server);
    let server = registry.serve(&[]);
    assert!(page(&server, "/seguimiento?version=1", &[]).contains("Han cambiado: 1 de 13."));
}

#[test]
fn few_clients_or_no_reference_tell_nothing() {
    let with_reference = registry();
    let without = Registry::new();
    let version = without.add(&example_model()).to_string();
    without.ok(&["promote", &version]);
    for (registry, said) in [
        (with_reference, "muy pocos clientes para decir nada"),
        (without, "se examinó sin cartera de referencia"),
    ] {
        let server = registry.serve(&[]);
        ask(&server);
        shown(&server, "/seguimiento", said);
    }
}

#[test]
fn a_shadows_agreement_is_shown_by_day() {
    let registry = registry();
    // With a champion to be compared with, it is shadow at once.
    registry.add(&month_2());
    let server = registry.serve(&[]);
    assert!(page(&server, "/seguimiento", &[]).contains("No hay ninguna versión en sombra"));
    // It is compared as soon as it is loaded.
    let mut body = String::new();
    until(|| {
        ask(&server);
        body = page(&server, "/seguimiento", &[]);
        body.contains("Clientes con el mismo resultado")
    });
    assert!(body.contains("La versión 2 puntúa los mismos clientes"));
    let days = server.get("/seguimiento/sombra.csv").body;
    assert!(days.contains(";2;1;"), "{days}");
}

#[test]
fn who_may_read_sees_it_and_nobody_else() {
    let registry = registry();
    let reader = registry.key("Ana", "lectura");
    let scorer = registry.key("CRM", "puntuar");
    let server = registry.serve(&[]);
    let ana = sign_in(&server, &reader);
    let body = page(&server, "/seguimiento", &[("cookie", &ana)]);
    assert!(body.contains("<h1>Seguimiento</h1>"));
    let crm = sign_in(&server, &scorer);
    for path in ["/seguimiento", "/seguimiento/dias.csv"] {
        let refused = server.request("GET", path, &[("cookie", &crm)], b"");
        assert_eq!(refused.status, 403, "{path}");
    }
    assert!(!page(&server, "/", &[("cookie", &crm)]).contains("Seguimiento"));
}

#[test]
fn a_file_alone_has_no_days() {
    let server = Process::serve(&[example_model().to_str().unwrap()]);
    let body = page(&server, "/seguimiento", &[]);
    assert!(body.contains("sin registro donde guardar"));
    assert_eq!(server.get("/seguimiento/dias.csv").status, 404);
}
