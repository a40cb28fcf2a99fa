//! Servers that share one registry on PostgreSQL: what one is told, all do; and what they do without it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::support::process::Process;
use crate::support::registry::{Registry, month_2};
use crate::support::{EXAMPLE, example_model, propenso, until};

/// A machine's registry, its folder its own; `record` is how it keeps decisions.
pub(crate) fn machine(url: &str, record: &str) -> Registry {
    // Whoever is trusted may say any password; nobody may see it.
    let url = url.replace("propenso@", "propenso:secreto@");
    Registry::with(&format!(
        "[store]\nurl = '{url}'\n[record]\nmode = '{record}'"
    ))
}

/// Two machines of a cluster, which keep no decisions.
fn machines(cluster: &Cluster) -> [Registry; 2] {
    let url = cluster.database();
    [machine(&url, "off"), machine(&url, "off")]
}

/// Both months in one registry, the first in service.
pub(crate) fn months(machines: &[Registry]) {
    machines[0].add(&example_model());
    machines[1].add(&month_2());
    machines[1].ok(&["promote", "1"]);
}

fn status(server: &Process, target: &str) -> u16 {
    server.get(target).status
}

#[test]
fn what_one_is_told_all_do_and_no_request_fails() {
    const TURNS: usize = 20;
    let Some(cluster) = Cluster::start("servers that share a registry") else {
        return;
    };
    let machines = machines(&cluster);
    months(&machines);
    let servers = [0, 1].map(|machine: usize| machines[machine].serve(&[]));
    let (is_over, n_asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for server in &servers {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let answer = server.get(EXAMPLE);
                    let name = answer.header("x-propenso-model").unwrap_or_default();
                    if answer.status != 200 || !(name.starts_with("1 ") || name.starts_with("2 ")) {
                        failed.lock().unwrap().push((answer.status, answer.body));
                    }
                    n_asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // However this ends, the asking ends too.
        let _end = OnDrop(|| is_over.store(true, Ordering::Relaxed));
        for turn in 0..TURNS {
            let (told, version) = (turn % 2, 2 - turn % 2);
            // A machine that is very busy may say that its database is: it is asked again.
            until(|| {
                let answer = servers[told].post(&format!("/v1/models/{version}/promote"), "");
                let is_done = [200, 409].contains(&answer.status);
                assert!(is_done || answer.status == 503, "{}", answer.body);
                is_done
            });
            until(|| servers[told].champion() == Some(version as u32));
            until(|| servers[1 - told].champion() == Some(version as u32));
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(n_asked.load(Ordering::Relaxed) > TURNS);

    // A key that is given on one machine is asked for on all.
    let key = machines[0].key("crm", "puntuar");
    until(|| status(&servers[1], EXAMPLE) == 401);
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let answer = servers[1].request("GET", EXAMPLE, &headers, b"");
    assert_eq!(answer.status, 200, "{}", answer.body);
    for server in servers {
        let log = server.kill();
        assert!(!log.contains("secreto"), "{log}");
    }
}

/// Without its database a server answers on, says what it cannot do, and follows it again as soon as it is back.
#[test]
fn a_server_outlives_its_database() {
    let Some(mut cluster) = Cluster::start("a server without its database") else {
        return;
    };
    let machines = machines(&cluster);
    months(&machines);
    let server = machines[0].serve(&[]);
    assert_eq!(server.champion(), Some(1));
    cluster.stop();
    assert_eq!(server.champion(), Some(1));
    let problem = server.post("/v1/models/2/promote", "").problem(503);
    assert_eq!(problem["code"], "store-unreachable", "{problem}");
    let (status, error) = machines[1].error(&["list"]);
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("check that it runs"), "{error}");
    assert!(!error.contains("secreto"), "{error}");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(server.champion(), Some(1));
    cluster.start_again();
    machines[1].ok(&["promote", "2"]);
    until(|| server.champion() == Some(2));
    assert!(!server.log().contains("secreto"));
}

#[test]
fn what_looks_after_it_knows_it() {
    let Some(cluster) = Cluster::start("what is run beside servers that share a registry") else {
        return;
    };
    let machines = machines(&cluster);
    let run = |arguments: &[&str]| {
        let config = machines[0].path("propenso.toml");
        let arguments = [arguments, &["--config", config.to_str().unwrap()]].concat();
        let output = propenso(&arguments, "");
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    };
    let (_, text) = run(&["doctor", "--listen", "127.0.0.1:0"]);
    assert!(
        text.contains("there is no registry in postgres://propenso@"),
        "{text}"
    );
    months(&machines);
    let (status, text) = run(&["doctor", "--listen", "127.0.0.1:0"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("it answers, layout"), "{text}");
    assert!(text.contains("version 1"), "{text}");
    assert!(!text.contains("secreto"), "{text}");
    let (status, text) = run(&["check-config"]);
    assert_eq!(status, 0, "{text}");
    let file = machines[0].path("copy.zip");
    let (status, text) = run(&["backup", file.to_str().unwrap()]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("pg_dump"), "{text}");
    let (status, text) = run(&["restore", file.to_str().unwrap()]);
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("pg_restore"), "{text}");
}

/// What is written wrongly is told without what is secret in it.
#[test]
fn a_password_is_never_told() {
    for url in [
        "postgres://propenso:secreto@db/riesgo",
        "mysql://propenso:secreto@db/riesgo",
        "postgres://propenso:sec@re/to@db/riesgo",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("propenso.toml");
        for quote in ["'", ""] {
            let text = format!("data_dir = 'data'\n[store]\nurl = '{url}{quote}\n");
            std::fs::write(&config, text).unwrap();
            let output = propenso(
                &["models", "list", "--config", config.to_str().unwrap()],
                "",
            );
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(1), "{text}");
            assert!(!text.contains("sec"), "{text}");
        }
    }
}

/// Does something however a scope ends.
pub(crate) struct OnDrop<F: Fn()>(pub(crate) F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
