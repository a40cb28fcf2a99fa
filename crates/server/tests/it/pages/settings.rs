//! Keys, contract, configuration, machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::{HOSTILE, assert_harmless, page, send, sign_in};
use crate::support::registry::{Registry, month_2};
use crate::support::until;

fn registry() -> Registry {
    let registry = Registry::new();
    registry.add(&month_2());
    registry.ok(&["promote", "1"]);
    registry
}

#[test]
fn keys_are_given_and_taken() {
    let registry = registry();
    let server = registry.serve(&[]);
    assert!(page(&server, "/ajustes", &[]).contains("Nadie tiene clave"));
    let admin = [("nombre", "jefa"), ("papel", "administracion")];
    let given = send(&server, "/ajustes/claves", &admin, &[]);
    assert_eq!(given.status, 200, "{given:?}");
    let (_, rest) = given.body.split_once("id=\"clave\">").unwrap();
    let (key, _) = rest.split_once('<').unwrap();
    until(|| server.get("/ajustes").status == 303);
    let cookie = sign_in(&server, key);
    let headers = [("cookie", cookie.as_str())];
    let shown = page(&server, "/ajustes", &headers);
    assert!(shown.contains("jefa") && !shown.contains(key));
    for (fields, told) in [
        (vec![("nombre", "ana")], "Marque al menos un papel"),
        (
            vec![("nombre", "a b"), ("papel", "puntuar")],
            "aria-invalid",
        ),
        (vec![("nombre", "jefa"), ("papel", "puntuar")], "jefa"),
        (
            vec![
                ("nombre", "ana"),
                ("papel", "puntuar"),
                ("hasta", "2001-01-01"),
            ],
            "que no haya pasado",
        ),
    ] {
        let answer = send(&server, "/ajustes/claves", &fields, &headers);
        assert!(
            answer.status == 422 && answer.body.contains(told),
            "{fields:?} {answer:?}"
        );
    }
    let two = [
        ("nombre", "ana"),
        ("papel", "puntuar"),
        ("papel", "carteras"),
    ];
    assert_eq!(send(&server, "/ajustes/claves", &two, &headers).status, 200);
    assert!(
        page(&server, "/ajustes", &headers).contains("puntuar,carteras")
            || page(&server, "/ajustes", &headers).contains("puntuar, carteras")
    );
    let another = send(
        &server,
        "/ajustes/claves/otra",
        &[("nombre", "ana")],
        &headers,
    );
    assert!(another.body.contains("no se vuelve a mostrar"));
    let ended = send(
        &server,
        "/ajustes/claves/anular",
        &[("nombre", "ana")],
        &headers,
    );
    assert_eq!(ended.status, 303);
    assert!(page(&server, "/ajustes", &headers).contains("de baja"));
    let unknown = send(
        &server,
        "/ajustes/claves/anular",
        &[("nombre", "nadie")],
        &headers,
    );
    assert_eq!(unknown.status, 400);
}

#[test]
fn the_contract_the_configuration_and_the_machine_are_shown() {
    let registry = registry();
    let server = registry.serve(&[]);
    let shown = page(&server, "/ajustes", &[]);
    for text in [
        "Cantidad de facturas",
        "CANTIDAD_FACTURAS",
        "puede ir vacío",
        "casas-cobranzas",
    ] {
        assert!(shown.contains(text), "{text}");
    }
    let machine = page(&server, "/ajustes/equipo", &[]);
    assert!(
        machine.contains("disco") && machine.contains("reloj"),
        "{machine}"
    );
    let configuration = page(
        &server,
        "/ajustes/configuracion",
        &[("accept-language", "en")],
    );
    assert!(configuration.contains("propenso.toml") && configuration.contains("limits"));
    let copy = copy(server.address);
    let head = String::from_utf8_lossy(&copy[..copy.len().min(1_000)]);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("filename=\"propenso-"), "{head}");
    assert!(copy.windows(4).any(|bytes| bytes == b"PK\x03\x04"));
}

/// The backup, which is no text.
fn copy(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let asked = "POST /ajustes/copia HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(asked.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn no_text_is_markup() {
    let registry = registry();
    let server = registry.serve(&[]);
    for text in HOSTILE {
        let fields = [("nombre", text), ("papel", text), ("hasta", text)];
        for path in [
            "/ajustes/claves",
            "/ajustes/claves/otra",
            "/ajustes/claves/anular",
        ] {
            assert_harmless(&send(&server, path, &fields, &[]).body);
        }
    }
}
