//! `/v1/portfolios`: portfolios sent over HTTP.

use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::{Registry, form};
use crate::support::{Answer, EXAMPLE, example_model, propenso, repository, until};

fn example() -> Vec<u8> {
    std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap()
}

fn send(server: &Process, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
    let (content_type, body) = form(fields);
    server.request(
        "POST",
        "/v1/portfolios",
        &[("content-type", &content_type)],
        &body,
    )
}

/// Waits until a job is over, and gives it.
fn ended(server: &Process, id: &str) -> Value {
    let mut job = Value::Null;
    until(|| {
        job = server.get(&format!("/v1/portfolios/{id}")).json();
        matches!(job["state"].as_str(), Some("done" | "failed"))
    });
    job
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// A registry with the example's model as its champion.
fn registry() -> Registry {
    registry_with("")
}

/// The same with more lines in its configuration.
fn registry_with(more: &str) -> Registry {
    let registry = Registry::with_reference(more);
    let version = registry.add(&example_model()).to_string();
    registry.ok(&["promote", &version]);
    registry
}

#[test]
fn a_portfolio_is_scored_as_the_command_scores_it() {
    let registry = registry();
    let server = registry.serve(&[]);
    let answer = send(
        &server,
        &[
            ("rank_by", None, b"expected"),
            ("capacity", None, b"100"),
            ("suppress", Some("lista.csv"), b"CUST_CODE\n1.759658\n"),
            ("file", Some("cartera.csv"), &example()),
        ],
    );
    let id = id_of(&answer);
    assert_eq!(
        answer.header("location"),
        Some(&*format!("/v1/portfolios/{id}"))
    );
    let job = ended(&server, &id);
    assert_eq!(job["state"], "done", "{job}");
    let summary = &job["report"]["summary"];
    assert_eq!(summary["read"]["rows"], 7_339);
    assert_eq!(summary["fits"]["rows"], 100);
    assert_eq!(summary["file"], "cartera.csv");
    assert!(summary["bands"].is_array() && summary["reference"]["rows"] == 7_339);
    let output = server.get(job["links"]["output"].as_str().unwrap());
    assert_eq!(output.status, 200);
    assert!(
        output
            .header("content-disposition")
            .unwrap()
            .contains("cartera_salida.csv")
    );

    let folder = tempfile::tempdir().unwrap();
    let (input, list) = (
        folder.path().join("cartera.csv"),
        folder.path().join("lista.csv"),
    );
    std::fs::write(&input, example()).unwrap();
    std::fs::write(&list, "CUST_CODE\n1.759658\n").unwrap();
    let out = folder.path().join("salida.csv");
    let config = registry.path("propenso.toml");
    let run = propenso(
        &[
            "score",
            input.to_str().unwrap(),
            "-o",
            out.to_str().unwrap(),
            "--rank-by",
            "expected",
            "--capacity",
            "100",
            "--suppress",
            list.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
            "--quiet",
        ],
        "",
    );
    assert_eq!(
        run.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert_eq!(output.body, std::fs::read_to_string(&out).unwrap());
    assert!(output.body.lines().nth(1).unwrap().contains(";A;") || output.body.contains(";E;"));

    #[cfg(unix)]
    for file in ["salida.csv", "resumen.html", "salida.csv.suprimidos.csv"] {
        use std::os::unix::fs::PermissionsExt;
        let file = registry.data().join("portfolios").join(&id).join(file);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let page = server.get(&format!("/v1/portfolios/{id}/summary"));
    assert!(page.body.contains("Resumen de cartera.csv"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox; default-src 'none';"));
    assert_eq!(
        server
            .get(&format!("/v1/portfolios/{id}/suppressed"))
            .status,
        200
    );
    server
        .get(&format!("/v1/portfolios/{id}/rejected"))
        .problem(404);
    assert_eq!(
        server.get("/v1/portfolios").json()["portfolios"][0]["id"],
        *id
    );
    let removed = server.request("DELETE", &format!("/v1/portfolios/{id}"), &[], b"");
    assert_eq!(removed.status, 204);
    server.get(&format!("/v1/portfolios/{id}")).problem(404);
    assert_eq!(
        std::fs::read_dir(registry.data().join("portfolios"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn what_was_not_done_when_the_server_stopped_is_done_by_the_next() {
    let registry = registry();
    let server = registry.serve(&[]);
    let text = String::from_utf8(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let many = format!("{header}\n{}", rows.repeat(8));
    let first = id_of(&send(&server, &[("file", Some("a.csv"), many.as_bytes())]));
    let second = id_of(&send(&server, &[("file", Some("b.csv"), &example())]));
    server.kill_now();
    drop(server);
    let server = registry.serve(&[]);
    for (id, rows) in [(first, 7_339 * 8), (second, 7_339)] {
        let job = ended(&server, &id);
        assert_eq!(job["report"]["summary"]["scored"]["rows"], rows, "{job}");
    }
}

#[test]
fn what_cannot_be_scored_is_told_and_never_a_5xx() {
    let registry = registry();
    let server = registry.serve(&[]);
    for fields in [
        &[
            ("rank_by", None, &b"luck"[..]),
            ("file", Some("a.csv"), b"x"),
        ][..],
        &[("rank_by", None, b"net"), ("file", Some("a.csv"), b"x")],
        &[
            ("output", None, b"/etc/passwd"),
            ("file", Some("a.csv"), b"x"),
        ],
        &[("capacity", None, b"5")],
        // The machine's threads are not the sender's to share out.
        &[("threads", None, b"2"), ("file", Some("a.csv"), b"x")],
        &[("file", Some("a.csv"), b"x"), ("file", Some("b.csv"), b"x")],
        &[("file", Some(&"a".repeat(256)), b"x")],
    ] {
        send(&server, fields).problem(422);
    }
    let many = vec![("map", None, &b"EDAD=EDAD"[..]); 10_000];
    send(&server, &many).problem(422);
    let job = ended(
        &server,
        &id_of(&send(&server, &[("file", Some("carta.pdf"), b"%PDF-1.7")])),
    );
    assert_eq!(job["state"], "failed");
    assert!(
        job["error"]
            .as_str()
            .unwrap()
            .starts_with("carta.pdf: it is a PDF"),
        "{job}"
    );
    let id = job["id"].as_str().unwrap();
    server
        .get(&format!("/v1/portfolios/{id}/output"))
        .problem(409);
    for target in [
        "/v1/portfolios/x",
        "/v1/portfolios/..%2f..",
        "/v1/portfolios/x/output",
    ] {
        server.get(target).problem(404);
    }
    // Only from this machine: these are people's debts.
    let foreign = server.request(
        "GET",
        "/v1/portfolios",
        &[("x-forwarded-for", "10.0.0.7")],
        b"",
    );
    foreign.problem(403);
}

#[test]
fn an_upload_has_its_limit() {
    let registry = Registry::with("[portfolios]\nmax_upload_bytes = 1000");
    let server = registry.serve(&[]);
    send(&server, &[("file", Some("a.csv"), &example())]).problem(413);
    assert_eq!(
        std::fs::read_dir(registry.data().join("portfolios"))
            .unwrap()
            .count(),
        0
    );
    // No model is in service: the job says so.
    let job = ended(
        &server,
        &id_of(&send(&server, &[("file", Some("a.csv"), b"a;b\n1;2\n")])),
    );
    assert!(
        job["error"]
            .as_str()
            .unwrap()
            .contains("no model is in service")
    );
}

#[test]
fn long_names_are_short_where_they_are_shown() {
    let registry = registry();
    let server = registry.serve(&[]);
    let name = format!("{}.csv", "n".repeat(251));
    let id = id_of(&send(&server, &[("file", Some(&name), &example())]));
    let job = ended(&server, &id);
    assert_eq!(job["file"], *name);
    let output = server.get(job["links"]["output"].as_str().unwrap());
    let disposition = output.header("content-disposition").unwrap();
    let shown = disposition.split('"').nth(1).unwrap();
    assert!(
        shown.ends_with("n_salida.csv") && shown.len() <= 255,
        "{shown}"
    );
}

#[test]
fn portfolios_take_up_no_more_than_they_may() {
    let example = example();
    let most = example.len() + 100_000;
    let registry = registry_with(&format!("[portfolios]\nmax_disk_bytes = {most}"));
    let server = registry.serve(&[]);
    // There is room for it, but not for what comes of it, however little it may be late.
    let first = id_of(&send(&server, &[("file", Some("a.csv"), &example)]));
    ended(&server, &first);
    let full = send(&server, &[("file", Some("b.csv"), &example)]);
    assert_eq!(full.problem(507)["code"], "no-room");
    let removed = server.request("DELETE", &format!("/v1/portfolios/{first}"), &[], b"");
    assert_eq!(removed.status, 204);
    let second = id_of(&send(&server, &[("file", Some("b.csv"), b"a;b\n1;2\n")]));
    ended(&server, &second);
    let folders = std::fs::read_dir(registry.data().join("portfolios")).unwrap();
    assert_eq!(folders.count(), 1);
    // What is there counts after a restart, too.
    drop(server);
    let server = registry.serve(&[]);
    send(&server, &[("file", Some("c.csv"), &vec![b'x'; most])]).problem(507);
}

#[test]
fn a_portfolio_that_would_fill_the_disk_fails() {
    let text = String::from_utf8(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let many = format!("{header}\n{}", rows.repeat(60));
    let most = many.len() + 100_000;
    let registry = registry_with(&format!("[portfolios]\nmax_disk_bytes = {most}"));
    let server = registry.serve(&[]);
    let id = id_of(&send(&server, &[("file", Some("a.csv"), many.as_bytes())]));
    let job = ended(&server, &id);
    assert_eq!(job["state"], "failed", "{job}");
    assert!(job["error"].as_str().unwrap().contains("max_disk_bytes"));
}

#[test]
fn what_is_being_sent_waits_with_the_rest() {
    let registry = registry();
    let server = registry.serve(&[]);
    let (kind, body) = form(&[("file", Some("a.csv"), &[b'x'; 1000])]);
    let half = format!(
        "POST /v1/portfolios HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    let sending: Vec<_> = (0..32)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(server.address).unwrap();
            std::io::Write::write_all(&mut stream, half.as_bytes()).unwrap();
            std::io::Write::write_all(&mut stream, &body[..500]).unwrap();
            stream
        })
        .collect();
    let folders = || {
        std::fs::read_dir(registry.data().join("portfolios"))
            .unwrap()
            .count()
    };
    until(|| folders() == 32);
    let one_more = || send(&server, &[("file", Some("b.csv"), b"a;b\n1;2\n")]);
    assert_eq!(one_more().problem(429)["code"], "too-many-waiting");
    drop(sending);
    until(|| folders() == 0);
    id_of(&one_more());
}

/// The registry is shared, as while one server drains and the next one answers; portfolios are not.
#[test]
fn a_second_server_leaves_the_firsts_portfolios_alone_and_takes_them_over() {
    let registry = registry();
    let first = registry.serve(&[]);
    let (kind, body) = form(&[("file", Some("cartera.csv"), &example())]);
    let head = format!(
        "POST /v1/portfolios HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        first.address,
        body.len()
    );
    let (half, rest) = body.split_at(body.len() / 2);
    let mut stream = std::net::TcpStream::connect(first.address).unwrap();
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    std::io::Write::write_all(&mut stream, half).unwrap();
    let folder = registry.data().join("portfolios");
    until(|| std::fs::read_dir(&folder).unwrap().count() == 1);

    let second = registry.serve(&[]);
    assert_eq!(second.get(EXAMPLE).status, 200);
    let answer = send(&second, &[("file", Some("b.csv"), b"a;b\n1;2\n")]);
    assert!(answer.header("retry-after").is_some());
    let problem = answer.problem(503);
    assert_eq!(problem["code"], "portfolios-elsewhere");
    let log = second.log();
    assert!(log.contains("has the portfolios"), "{log}");
    for target in ["/v1/portfolios", "/v1/portfolios/000000000000000000000000"] {
        assert_eq!(
            second.get(target).problem(503)["code"],
            "portfolios-elsewhere"
        );
    }
    // Its start has removed nothing, and its own end does not either.
    std::io::Write::write_all(&mut stream, rest).unwrap();
    let mut answer = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut answer).unwrap();
    let id = id_of(&Answer::parse(&answer));
    assert_eq!(ended(&first, &id)["state"], "done");

    first.kill();
    let of_second = || second.get(&format!("/v1/portfolios/{id}"));
    until(|| of_second().status == 200);
    assert_eq!(of_second().json()["state"], "done");
    let another = send(&second, &[("file", Some("cartera.csv"), &example())]);
    assert_eq!(ended(&second, &id_of(&another))["state"], "done");
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_may_read_portfolios() {
    use std::os::unix::fs::PermissionsExt;
    let registry = registry();
    let mode = |path: &std::path::Path| {
        let all = std::fs::metadata(path).unwrap().permissions().mode();
        format!("{:o}", all & 0o777)
    };
    assert_eq!(mode(&registry.data()), "700");
    let server = registry.serve(&[]);
    let fields = [
        ("suppress", Some("lista.csv"), &b"CUST_CODE\n1.759658\n"[..]),
        ("file", Some("cartera.csv"), &example()),
    ];
    let id = id_of(&send(&server, &fields));
    assert_eq!(ended(&server, &id)["state"], "done");
    let all = registry.data().join("portfolios");
    let folder = all.join(&id);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().collect();
    assert!(files.len() >= 5);
    for file in files {
        assert_eq!(mode(&file.path()), "600", "{file:?}");
    }
    drop(server);
    // Those of an earlier version are closed; the data directory is its owner's matter.
    for path in [&registry.data(), &all, &folder] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let _server = registry.serve(&[]);
    let modes = [&registry.data(), &all, &folder].map(|path| mode(path));
    assert_eq!(modes, ["755", "700", "700"]);
}
