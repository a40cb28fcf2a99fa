//! Keys and roles: who is let in, what each may do, and when a server may listen beyond this machine.

use jiff::Timestamp;
use propenso::http::route::{Face, Listed};
use propenso_lifecycle::keys::{HolderName, Role, Roles};
use propenso_lifecycle::registry::{Grant, KeyStore};
use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::{Registry, form, small};
use crate::support::{Answer, EXAMPLE, command, example_model, propenso, until};

/// A key that has the form of one and is none.
const WRONG: &str = "prp_00000000_0000000000000000000000000000000000000000000000000000000000000000";

fn ask(server: &Process, route: Listed, key: Option<&str>) -> Answer {
    let path = route.path.replace("{version}", "1").replace("{id}", "1");
    let path = path.replace("{file}", "output");
    let headers: Vec<(&str, &str)> = key.map(|key| ("x-api-key", key)).into_iter().collect();
    server.request(route.method, &path, &headers, b"")
}

fn bearer(server: &Process, target: &str, key: &str) -> Answer {
    let key = format!("Bearer {key}");
    server.request("GET", target, &[("authorization", &key)], b"")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

/// Every route that there is, whoever asks: what a route needs is what it was registered with, and nothing else opens it.
#[test]
fn every_route_opens_to_its_role_and_to_nobody_else() {
    let registry = Registry::new();
    let store = KeyStore::open(registry.data()).unwrap();
    let grant = |expires| Grant {
        expires,
        by: "Ana".to_owned(),
    };
    let name = |name: &str| name.parse::<HolderName>().unwrap();
    let all = "puntuar,carteras,resultados,lectura,modelos,metricas,administracion";
    let all: Roles = all.parse().unwrap();
    let by_role = Role::ALL.map(|role| {
        let key = store.add(&name(role.name()), Roles::of(role), &grant(None));
        (role, key.unwrap())
    });
    let expired = grant(Some(Timestamp::from_second(1_700_000_000).unwrap()));
    let expired = store.add(&name("expired"), all, &expired).unwrap();
    let disabled = store.add(&name("disabled"), all, &grant(None)).unwrap();
    store.disable_holder(&name("disabled"), "Ana").unwrap();

    let server = registry.serve(&[]);
    let routes = propenso::http::routes();
    let routes: Vec<Listed> = routes
        .listed()
        .filter(|route| route.face != Face::Page)
        .collect();
    assert!(routes.len() >= 16);
    for route in routes {
        let Some(needed) = route.role else {
            for key in [None, Some(WRONG), Some(disabled.reveal())] {
                let status = ask(&server, route, key).status;
                assert!(![401, 403].contains(&status), "{route:?}");
            }
            continue;
        };
        for (key, said) in [
            (None, ["a key", "una clave"]),
            (Some(WRONG), ["no key of", "no es de"]),
            (Some(""), ["no key of", "no es de"]),
            (Some(expired.reveal()), ["expired", "caducado"]),
            (Some(disabled.reveal()), ["disabled", "anulada"]),
        ] {
            let answer = ask(&server, route, key);
            let challenge = answer.header("www-authenticate").map(str::to_owned);
            assert_eq!(challenge.as_deref(), Some("Bearer realm=\"propenso\""));
            let problem = problem(&answer, route, 401);
            assert_eq!(problem["code"], "unauthorized", "{route:?}");
            let error = problem["error"].as_str().unwrap();
            assert!(said.iter().any(|said| error.contains(said)), "{error}");
        }
        for (role, key) in &by_role {
            let answer = ask(&server, route, Some(key.reveal()));
            if *role == needed || *role == Role::Administracion {
                assert!(![401, 403].contains(&answer.status), "{route:?} {role}");
                continue;
            }
            let problem = problem(&answer, route, 403);
            assert_eq!(problem["code"], "role-missing", "{route:?} {role}");
            let error = problem["error"].as_str().unwrap();
            assert!(error.contains(needed.name()), "{error}");
        }
    }
}

/// The body of an error in the form that a route's callers know.
fn problem(answer: &Answer, route: Listed, status: u16) -> Value {
    match route.path.starts_with("/v2") {
        true => answer.tensors_problem(status),
        false => answer.problem(status),
    }
}

/// Only these are answered without a key, on purpose.
#[test]
fn what_is_open() {
    let open = propenso::http::routes();
    let open: Vec<&str> = open
        .listed()
        .filter(|route| route.role.is_none() && route.face != Face::Page)
        .map(|route| route.path)
        .collect();
    let health = ["/prueba", "/health/live", "/health/ready"];
    let platforms = ["/ping", "/health", "/version", "/vertex/health"];
    let described = ["/openapi.json", "/docs", "/docs/{file}"];
    let protocol = ["/v2", "/v2/", "/v2/health/live", "/v2/health/ready"];
    let over_grpc = [
        "/inference.GRPCInferenceService/ServerLive",
        "/inference.GRPCInferenceService/ServerReady",
        "/inference.GRPCInferenceService/ServerMetadata",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    assert_eq!(
        open,
        [&health[..], &platforms, &described, &protocol, &over_grpc].concat()
    );
}

#[test]
fn keys_count_in_a_running_server_within_a_second() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&["--log-level", "debug"]);
    assert_eq!(server.get(EXAMPLE).status, 200);

    let output = registry.keys(&["add", "crm", "--roles", "puntuar", "--by", "Ana"]);
    assert!(text(&output.stderr).contains("not shown again"));
    let first = text(&output.stdout).trim().to_owned();
    let start = std::time::Instant::now();
    until(|| server.get(EXAMPLE).status == 401);
    // A machine that builds something beside is slower; a promise of seconds it is not.
    assert!(start.elapsed().as_secs() < 5);
    assert_eq!(bearer(&server, EXAMPLE, &first).status, 200);
    // As MLflow's client and curl -u send it: any user, the key as the password.
    let problem = bearer(&server, "/v1/models", &first).problem(403);
    assert!(problem["error"].as_str().unwrap().contains("`lectura`"));
    // Never in the query string.
    let asked = format!("{EXAMPLE}&x-api-key={first}&api_key={first}&access_token={first}");
    server.get(&asked).problem(401);

    // Two keys work at once, a third is refused.
    let output = registry.keys(&["rotate", "crm", "--expires", "90d"]);
    let second = text(&output.stdout).trim().to_owned();
    assert!(text(&output.stderr).contains("works until"), "{output:?}");
    until(|| bearer(&server, EXAMPLE, &second).status == 200);
    assert_eq!(bearer(&server, EXAMPLE, &first).status, 200);
    let output = registry.keys(&["rotate", "crm"]);
    assert!(!output.status.success());
    let id = first[..12].to_owned();
    let told = text(&output.stderr);
    assert!(
        told.contains(&format!("propenso keys disable {id}")),
        "{told}"
    );
    let output = registry.keys(&["disable", &id]);
    assert!(output.status.success(), "{output:?}");
    until(|| bearer(&server, EXAMPLE, &first).status == 401);
    assert_eq!(bearer(&server, EXAMPLE, &second).status, 200);

    let listed = || -> Value {
        let output = registry.keys(&["list", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    until(|| listed()[0]["keys"][0]["last_used"].is_string());
    let holder = &listed()[0];
    assert_eq!(holder["name"], "crm");
    assert_eq!(holder["keys"][0]["state"], "disabled");
    assert_eq!(holder["keys"][1]["state"], "live");
    assert!(holder["keys"][1]["expires"].is_string());
    let table = text(&registry.keys(&["list"]).stdout);
    assert!(table.contains(&id) && table.contains("puntuar"), "{table}");

    assert!(registry.keys(&["disable", "crm"]).status.success());
    until(|| bearer(&server, EXAMPLE, &second).status == 401);
    // Once there were keys, none that works opens to nobody.
    assert_eq!(server.get(EXAMPLE).status, 401);

    let log = server.kill();
    assert!(log.contains("\"holder\":\"crm\""), "{log}");
    let everywhere = [log, table, listed().to_string()];
    for secret in [&first[13..], &second[13..]] {
        for place in &everywhere {
            assert!(!place.contains(secret), "a secret is in {place}");
        }
        for file in std::fs::read_dir(registry.data()).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                let mut windows = bytes.windows(secret.len());
                assert!(!windows.any(|window| window == secret.as_bytes()));
            }
        }
    }
}

#[test]
fn the_record_names_the_holder() {
    let registry = Registry::new();
    let key = registry.key("equipo", "modelos,lectura");
    let server = registry.serve(&[]);
    let model = std::fs::read(small("a_rf_bin.pkl")).unwrap();
    let fields: [(&str, Option<&str>, &[u8]); 2] =
        [("file", Some("m.pkl"), &model), ("by", None, b"Ana")];
    let (content_type, body) = form(&fields);
    let headers = [
        ("content-type", content_type.as_str()),
        ("x-api-key", key.as_str()),
    ];
    let answer = server.request("POST", "/v1/models", &headers, &body);
    assert_eq!(answer.json()["added_by"], "Ana (equipo)");
    let headers = [("x-api-key", key.as_str())];
    let promoted = server.request("POST", "/v1/models/1/promote", &headers, b"");
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    let events = bearer(&server, "/v1/models/events", &key).json();
    let events = events["events"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["who"], "equipo");
}

/// A server of one file has no registry of its own: the keys are those of the data directory, from the first one on.
#[test]
fn the_first_key_counts_in_a_server_of_one_file() {
    let registry = Registry::new();
    let model = small("a_rf_bin.pkl");
    let server = registry.serve(&[model.to_str().unwrap()]);
    assert_eq!(server.get(EXAMPLE).status, 200);
    let key = registry.key("crm", "puntuar");
    until(|| server.get(EXAMPLE).status == 401);
    assert_eq!(bearer(&server, EXAMPLE, &key).status, 200);
}

#[test]
fn others_are_answered_only_with_keys_and_what_hides_them() {
    let registry = Registry::new();
    let config = registry.path("propenso.toml");
    let config = config.to_str().unwrap();
    let model = example_model();
    let model = model.to_str().unwrap();
    let refused = |more: &[&str]| {
        let listen = ["serve", model, "--config", config, "--listen", "0.0.0.0:0"];
        let output = propenso(&[&listen, more].concat(), "");
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        text(&output.stderr)
    };
    let told = refused(&[]);
    let keys = format!("\n  propenso keys add plataforma --roles puntuar --config {config}\n");
    let serve = format!(
        "\n  propenso tls self-signed\n  propenso serve {model} --config {config} --listen 0.0.0.0:0 --tls-cert propenso.crt --tls-key propenso.key\n"
    );
    assert!(told.contains(&keys) && told.contains(&serve), "{told}");
    let told = refused(&["--insecure-lan"]);
    assert!(told.contains(&keys), "{told}");
    assert!(!told.contains("--tls-cert"), "{told}");
    assert!(refused(&["--lang", "es"]).contains("responde a toda la red"));

    // The first of the two commands, as it is printed.
    let output = propenso(
        &[
            "keys",
            "add",
            "plataforma",
            "--roles",
            "puntuar",
            "--config",
            config,
        ],
        "",
    );
    let key = text(&output.stdout).trim().to_owned();
    let told = refused(&[]);
    assert!(
        told.contains(&serve) && !told.contains("keys add"),
        "{told}"
    );
    for transport in ["--behind-proxy", "--insecure-lan"] {
        let arguments = [model, "--config", config, transport];
        let server = Process::serve_on("0.0.0.0:0", &arguments);
        server.get(EXAMPLE).problem(401);
        assert_eq!(bearer(&server, EXAMPLE, &key).status, 200);
        assert_eq!(server.get("/health/live").status, 200);
        let is_told = server.log().contains("whoever listens in this network");
        assert_eq!(is_told, transport == "--insecure-lan");
    }
}

/// A proxy on this machine makes every request look like one of this machine.
#[test]
fn behind_a_proxy_this_machine_needs_a_key_too() {
    let registry = Registry::new();
    let data = registry.data();
    let arguments = ["serve", "--data-dir", data.to_str().unwrap()];
    let output = command()
        .args(arguments)
        .args(["--listen", "127.0.0.1:0"])
        .env("PROPENSO_BEHIND_PROXY", "1")
        .output()
        .unwrap();
    let told = text(&output.stderr);
    assert!(
        told.contains("propenso keys add plataforma --roles puntuar --data-dir"),
        "{told}"
    );
    let token = registry.path("token");
    std::fs::write(&token, "una-clave-bastante-larga").unwrap();
    // The token is a key like others: with it alone, scoring needs it too.
    let server = registry.serve(&[
        "--behind-proxy",
        "--admin-token-file",
        token.to_str().unwrap(),
    ]);
    server.get(EXAMPLE).problem(401);
    server.get("/v1/models").problem(401);
    let token = "una-clave-bastante-larga";
    assert_eq!(bearer(&server, "/v1/models", token).status, 200);
    assert_eq!(bearer(&server, EXAMPLE, token).status, 503);
    until(|| server.log().contains("requests were refused"));
}

/// A key that is right is let in all the same: a proxy's address is everybody's. The token, which a person made up, is not tried
/// from where so many wrong ones come.
#[test]
fn who_tries_many_keys_is_told_to_wait() {
    let registry = Registry::new();
    let key = registry.key("crm", "puntuar");
    let path = registry.path("token");
    let token = "una-clave-bastante-larga";
    std::fs::write(&path, token).unwrap();
    let server = registry.serve(&[
        "--behind-proxy",
        "--admin-token-file",
        path.to_str().unwrap(),
    ]);
    let ask = |key: &str, from: &str| {
        let headers = [("x-api-key", key), ("x-forwarded-for", from)];
        server.request("GET", EXAMPLE, &headers, b"")
    };
    let attacker = "203.0.113.7";
    let mut refused = None;
    until(|| {
        let answer = ask("una-clave-que-no-es", attacker);
        assert!([401, 429].contains(&answer.status));
        refused = (answer.status == 429).then_some(answer);
        refused.is_some()
    });
    let refused = refused.unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.problem(429)["code"], "too-many-requests");
    // There is no champion; who gets so far was let in.
    assert_eq!(ask(&key, attacker).status, 503);
    let of_token = (0..5).map(|_| {
        ask("otra-que-no-es", attacker);
        ask(token, attacker).status
    });
    assert!(of_token.collect::<Vec<_>>().contains(&429));
    // Through the same proxy, from elsewhere.
    assert_eq!(ask(token, "203.0.113.8").status, 503);
    assert_eq!(ask(WRONG, "203.0.113.8").status, 401);
    until(|| server.log().contains("requests were refused"));
    let log = server.log();
    assert!(
        !log.contains("una-clave") && !log.contains("otra-que"),
        "{log}"
    );
}

#[test]
fn what_is_typed_wrongly_says_what_would_do() {
    let registry = Registry::new();
    registry.key("crm", "puntuar");
    let cases: [(&[&str], i32, [&str; 2]); 9] = [
        (&["add", "x"], 64, ["--roles", "--roles"]),
        (
            &["add", "x", "--roles", "leer"],
            64,
            ["administracion", "no es ninguna función"],
        ),
        (
            &["add", "a b", "--roles", "puntuar"],
            64,
            ["letters", "letras"],
        ),
        (
            &["add", "x", "--roles", "puntuar", "--expires", "mañana"],
            64,
            ["90d", "vale un número de días"],
        ),
        (
            &["add", "x", "--roles", "puntuar", "--expires", "2020-01-31"],
            1,
            ["is over already", "ya ha pasado"],
        ),
        (
            &["add", "crm", "--roles", "puntuar"],
            1,
            ["keys rotate crm", "ya está dado de alta"],
        ),
        (&["rotate", "nadie"], 1, ["keys list", "no hay nadie"]),
        (
            &["disable", "prp_00000000"],
            1,
            ["no key prp_00000000", "ninguna clave"],
        ),
        (&["disable", ""], 64, ["letters", "letras"]),
    ];
    for (arguments, status, expected) in cases {
        for (language, expected) in ["en", "es"].into_iter().zip(expected) {
            let output = registry.keys(&[arguments, &["--lang", language]].concat());
            let told = text(&output.stderr);
            assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
            assert!(told.contains(expected), "{arguments:?}: {told}");
            assert!(output.stdout.is_empty());
        }
    }
}
