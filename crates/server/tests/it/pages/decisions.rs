//! Decisions: found, shown, scored again, told, forgotten, held.

use super::{HOSTILE, assert_harmless, page, send, sign_in};
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};
use crate::support::{EXAMPLE, until};

/// A registry whose server keeps what it answers.
fn registry() -> Registry {
    let registry = Registry::with("[record]\nmode = \"required\"");
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    registry
}

/// Asks about a client. Gives the decision's name.
fn decide(server: &Process, client: &str, headers: &[(&str, &str)]) -> String {
    let client: String = form_urlencoded::byte_serialize(client.as_bytes()).collect();
    let answer = server.request("GET", &format!("{EXAMPLE}&id={client}"), headers, b"");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("x-propenso-decision").unwrap().to_owned()
}

#[test]
fn a_decision_is_found_and_shown() {
    let registry = registry();
    let server = registry.serve(&[]);
    let id = decide(&server, "1.759658", &[]);
    decide(&server, "another", &[]);
    assert!(page(&server, "/decisiones", &[]).contains("Por qué lo consulta"));
    let silent = send(&server, "/decisiones", &[("cliente", "1.759658")], &[]);
    assert_eq!(silent.status, 422);
    assert!(silent.body.contains("Diga por qué"));
    let why = ("motivo", "reclamación 123");
    let found = send(&server, "/decisiones", &[("cliente", "1.759658"), why], &[]);
    assert!(found.body.contains(&id), "{}", found.body);
    assert_eq!(found.body.matches("name=\"id\" value=\"0").count(), 1);
    let nobody = send(&server, "/decisiones", &[("cliente", "nobody"), why], &[]);
    assert!(nobody.body.contains("No hay ninguna decisión así"));
    let shown = send(&server, "/decisiones", &[("id", &id), why], &[]);
    for text in [
        "se guarda solo un seudónimo",
        "202310",
        "/prediccion",
        "Calcular otra vez",
        "Olvidar al cliente",
    ] {
        assert!(shown.body.contains(text), "{text}: {}", shown.body);
    }
    let english = send(
        &server,
        "/decisiones",
        &[("id", &id), why],
        &[("accept-language", "en")],
    );
    assert!(english.body.contains("Would it be the same today?"));
    for (wrong, told) in [
        ("x", "No es el código"),
        (
            "0195b3f1-2c40-7cde-8f01-23456789abcd",
            "No hay ninguna decisión con ese código",
        ),
    ] {
        let answer = send(&server, "/decisiones", &[("id", wrong), why], &[]);
        assert!(
            answer.status == 422 && answer.body.contains(told),
            "{answer:?}"
        );
    }
    let answer = send(&server, "/decisiones", &[("desde", "ayer"), why], &[]);
    assert!(answer.status == 422 && answer.body.contains("Escriba un día"));
}

/// What is in service answered it: it is not loaded once more, so its file may be gone.
#[test]
fn the_model_in_service_scores_again_as_it_is() {
    let registry = registry();
    let server = registry.serve(&[]);
    let id = decide(&server, "1.759658", &[]);
    std::fs::remove_dir_all(registry.data().join("files")).unwrap();
    let why = ("motivo", "reclamación 123");
    let again = send(&server, &format!("/decisiones/{id}/repetir"), &[why], &[]);
    assert!(again.body.contains("Sale lo mismo, bit a bit"), "{again:?}");
    let answer = server.post(
        &format!("/v1/decisions/{id}/replay"),
        "{\"why\":\"reclamación 123\"}",
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    // Another server has nothing to score it with.
    drop(server);
    let other = registry.serve(&[]);
    let again = send(&other, &format!("/decisiones/{id}/repetir"), &[why], &[]);
    assert!(!again.body.contains("Sale lo mismo"), "{again:?}");
}

#[test]
fn more_than_a_page_is_gone_through() {
    let registry = registry();
    let server = registry.serve(&[]);
    for _ in 0..60 {
        decide(&server, "many", &[]);
    }
    let fields = [("cliente", "many"), ("motivo", "prueba")];
    let first = send(&server, "/decisiones", &fields, &[]);
    assert_eq!(first.body.matches("name=\"id\" value=\"0").count(), 50);
    let (_, rest) = first.body.split_once("name=\"tras\" value=\"").unwrap();
    let (next, _) = rest.split_once('"').unwrap();
    let second = send(
        &server,
        "/decisiones",
        &[fields[0], fields[1], ("tras", next)],
        &[],
    );
    assert_eq!(second.body.matches("name=\"id\" value=\"0").count(), 10);
    assert!(!second.body.contains("name=\"tras\""));
}

#[test]
fn what_is_done_with_a_decision() {
    let registry = registry();
    let server = registry.serve(&[]);
    let id = decide(&server, "1.759658", &[]);
    let why = ("motivo", "reclamación 123");
    let act = |name: &str, more: &[(&str, &str)]| {
        let fields = [&[why][..], more].concat();
        send(&server, &format!("/decisiones/{id}/{name}"), &fields, &[])
    };
    assert!(
        act("repetir", &[])
            .body
            .contains("Sale lo mismo, bit a bit")
    );
    let letter = act("carta", &[("para", "Ana Ruiz\nCalle del Río, 2")]);
    assert_eq!(letter.status, 200);
    assert!(
        letter.body.contains("Ana Ruiz<br>Calle del Río, 2"),
        "{}",
        letter.body
    );
    assert!(
        letter
            .header("content-security-policy")
            .unwrap()
            .starts_with("sandbox")
    );
    assert!(act("soltar", &[]).body.contains("no está retenido"));
    assert!(act("retener", &[]).body.contains("queda retenido"));
    let held = act("olvidar", &[("seguro", "1")]);
    assert!(
        held.status == 409 && held.body.contains("está retenido por"),
        "{held:?}"
    );
    assert!(act("soltar", &[]).body.contains("ya no está retenido"));
    assert!(act("olvidar", &[]).body.contains("marque la casilla"));
    let gone = act("olvidar", &[("seguro", "1")]);
    assert!(
        gone.body
            .contains("Se han olvidado los datos de 1 decisiones"),
        "{}",
        gone.body
    );
    assert!(gone.body.contains("de la persona ya no se guarda nada"));
    let silent = send(&server, &format!("/decisiones/{id}/repetir"), &[], &[]);
    assert!(
        silent.status == 422 && silent.body.contains("Diga por qué"),
        "{silent:?}"
    );
}

#[test]
fn decisions_are_downloaded_by_who_administers() {
    let registry = registry();
    let results = registry.key("ana", "puntuar,resultados");
    let all = registry.key("jefa", "administracion");
    let server = registry.serve(&[]);
    let (ana, jefa) = (sign_in(&server, &results), sign_in(&server, &all));
    let (ana, jefa) = ([("cookie", ana.as_str())], [("cookie", jefa.as_str())]);
    let id = decide(&server, "1.759658", &ana);
    let fields = [("desde", "2026-01-01"), ("motivo", "auditoría")];
    assert_eq!(
        send(&server, "/decisiones/exportar", &fields, &ana).status,
        403
    );
    let wrong = send(&server, "/decisiones/exportar", &fields, &jefa);
    assert!(
        wrong.status == 422 && wrong.body.contains("93 días"),
        "{wrong:?}"
    );
    let today = jiff::Timestamp::now().to_string();
    let fields = [("desde", &today[..10]), ("motivo", "auditoría")];
    let file = send(&server, "/decisiones/exportar", &fields, &jefa);
    assert_eq!(file.status, 200, "{file:?}");
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    assert!(file.body.contains(&id), "{file:?}");
    // Whoever may not administer is shown no button for it.
    let shown = send(
        &server,
        "/decisiones",
        &[("id", &id), ("motivo", "x")],
        &ana,
    );
    assert!(!shown.body.contains("olvidar") && shown.body.contains("Hacer la carta"));
}

#[test]
fn no_text_is_markup() {
    let registry = registry();
    let server = registry.serve(&[]);
    for text in HOSTILE {
        let id = decide(&server, text, &[]);
        let search = [("cliente", text), ("motivo", text)];
        assert_harmless(&send(&server, "/decisiones", &search, &[]).body);
        assert_harmless(
            &send(
                &server,
                "/decisiones",
                &[("id", &id), ("motivo", text)],
                &[],
            )
            .body,
        );
        assert_harmless(
            &send(
                &server,
                "/decisiones",
                &[("id", text), ("motivo", text), ("desde", text)],
                &[],
            )
            .body,
        );
        let letter = [("motivo", text), ("para", text)];
        assert_harmless(&send(&server, &format!("/decisiones/{id}/carta"), &letter, &[]).body);
    }
}

/// Where nothing is kept, the page says so.
#[test]
fn without_a_record() {
    let registry = Registry::with("[record]\nmode = \"off\"");
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    until(|| server.get("/health/ready").status == 200);
    let answer = server.get("/decisiones");
    assert!(answer.body.contains("no guarda decisiones"), "{answer:?}");
}
