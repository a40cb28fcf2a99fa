//! The figures that those who run it see: what is scraped, what never is, and what is written about it.

use std::collections::BTreeSet;

use propenso::settings::HttpSettings;
use propenso_lifecycle::keys::Role;
use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::{Registry, form, small};
use crate::support::{
    Answer, EXAMPLE, Server, example_model, propenso, read_text, repository, request_bytes, until,
};

/// What is scraped of a server in this process.
fn scrape(server: &Server) -> String {
    let answer = server.raw(&request_bytes("GET", "/metrics", ("localhost", &[]), b""));
    text_of(answer)
}

fn text_of(answer: Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let media_type = answer.header("content-type");
    assert_eq!(media_type, Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.body
}

/// The value of a series, as `name{labels}`.
fn value(text: &str, series: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    line.and_then(|rest| rest.strip_prefix(' ')?.parse().ok())
}

/// The families that are scraped.
fn families(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_is_asked_is_counted() {
    let server = Server::example();
    for _ in 0..3 {
        assert_eq!(server.get(EXAMPLE).status, 200);
    }
    assert_eq!(
        server.get(&format!("{EXAMPLE}&contrafactual=1")).status,
        200
    );
    assert_eq!(server.get(&format!("{EXAMPLE}&explicar=2")).status, 200);
    server
        .get(&EXAMPLE.replace("er=EMP", "er=NADIE"))
        .problem(422);
    server.get("/nowhere").problem(404);
    server.request("BREW", "/prueba", &[], b"").problem(405);
    // Not from this machine, for all that its host says.
    server.get("/metrics").problem(403);
    let text = scrape(&server);
    let asked = |code| {
        format!("propenso_requests_total{{route=\"/prediccion\",method=\"GET\",code=\"{code}\"}}")
    };
    assert_eq!(value(&text, &asked(200)), Some(5.0), "{text}");
    assert_eq!(value(&text, &asked(422)), Some(1.0));
    for (series, expected) in [
        (
            "propenso_requests_total{route=\"(none)\",method=\"GET\",code=\"404\"}",
            1.0,
        ),
        (
            "propenso_requests_total{route=\"/prueba\",method=\"other\",code=\"405\"}",
            1.0,
        ),
        (
            "propenso_request_duration_seconds_count{route=\"/prediccion\"}",
            6.0,
        ),
        (
            "propenso_request_duration_seconds_bucket{route=\"/prediccion\",le=\"+Inf\"}",
            6.0,
        ),
        // The scrape itself.
        ("propenso_requests_in_flight", 1.0),
        ("propenso_problems_total{code=\"invalid-inputs\"}", 1.0),
        ("propenso_problems_total{code=\"forbidden\"}", 1.0),
        ("propenso_denied_total{reason=\"elsewhere\"}", 1.0),
        ("propenso_denied_total{reason=\"no-key\"}", 0.0),
        ("propenso_ready", 1.0),
        ("propenso_degraded", 0.0),
    ] {
        assert_eq!(value(&text, series), Some(expected), "{series}\n{text}");
    }
    let hash = server
        .get(EXAMPLE)
        .header("x-propenso-model")
        .unwrap()
        .to_owned();
    let of_version = |family: &str, labels: &str| {
        let labels = match family.starts_with("nv_") {
            true => format!("model=\"propenso\",version=\"{hash}\""),
            false => format!("version=\"{hash}\"{labels}"),
        };
        value(&text, &format!("{family}{{{labels}}}"))
    };
    for (stage, times) in [
        ("encode", 6.0),
        ("predict", 5.0),
        ("explain", 1.0),
        ("counterfactual", 1.0),
    ] {
        let labels = format!(",stage=\"{stage}\"");
        assert_eq!(
            of_version("propenso_stage_duration_seconds_count", &labels),
            Some(times),
            "{stage}"
        );
    }
    let imputed = of_version(
        "propenso_warnings_total",
        ",input=\"EDAD\",kind=\"imputed\"",
    );
    assert_eq!(imputed, Some(5.0), "{text}");
    let rejected = ",input=\"ESCENARIO_RECOBRO\",reason=\"unknown_spelling\"";
    assert_eq!(
        of_version("propenso_rejected_inputs_total", rejected),
        Some(1.0)
    );
    assert_eq!(of_version("nv_inference_request_success", ""), Some(5.0));
    assert_eq!(of_version("nv_inference_request_failure", ""), Some(1.0));
    assert_eq!(of_version("nv_inference_count", ""), Some(5.0));
    assert!(of_version("nv_inference_request_duration_us", "").unwrap() > 0.0);
    assert!(value(&text, "propenso_process_resident_memory_bytes").unwrap() > 1e6);
    assert!(value(&text, "propenso_process_start_time_seconds").unwrap() > 1.6e9);
}

#[test]
fn open_files_are_counted() {
    let text = scrape(&Server::example());
    assert!(value(&text, "propenso_process_open_fds").unwrap() > 1.0);
}

/// Whatever is sent, by whatever name, is no label.
#[test]
fn what_a_client_sends_is_no_label() {
    let server = Server::example();
    let secret = "SECRETO-4711";
    let sent = EXAMPLE.replace("cp=8029", &format!("cp={secret}"));
    server.get(&format!("{sent}&{secret}=1")).problem(422);
    server.get(&format!("{EXAMPLE}&{secret}=1"));
    server.get(&format!("/{secret}?{secret}"));
    server.get(&format!("/v1/portfolios/{secret}"));
    server.request(secret, "/prueba", &[("x-request-id", secret)], b"");
    let body = format!("{{\"instances\": [{{\"{secret}\": \"{secret}\"}}]}}");
    server.post("/v1/predict", &body).problem(422);
    let text = scrape(&server);
    assert!(!text.contains(secret), "{text}");
    assert!(
        text.contains("input=\"(unknown)\",kind=\"unknown_input\"} 1\n"),
        "{text}"
    );
    assert!(text.contains("input=\"CODIGO_POSTAL\",reason=\""), "{text}");
}

/// Half the clients of a request are no reason to lose count.
#[test]
fn clients_of_a_request_are_counted_one_by_one() {
    let server = Server::example();
    let client = |debt: &str| {
        format!(
            "{{\"er\":\"PER\",\"po\":\"NO\",\"vt\":\"S\",\"cp\":\"29151\",\"ec\":\"A\",\"vf\":\"N\",\"vb\":\"N\",\
             \"fb\":null,\"ed\":70,\"cf\":1,\"im\":62.83,\"dt\":{debt},\"nl\":2}}"
        )
    };
    let body = |debts: &[&str]| {
        let clients: Vec<String> = debts.iter().map(|debt| client(debt)).collect();
        format!("{{\"instances\": [{}]}}", clients.join(","))
    };
    assert_eq!(
        server.post("/v1/predict", &body(&["1", "2", "3"])).status,
        200
    );
    server
        .post("/v1/predict", &body(&["1", "\"x\""]))
        .problem(422);
    let text = scrape(&server);
    let of = |family: &str| {
        let line = text.lines().find(|line| line.starts_with(family)).unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(of("nv_inference_count{"), "4");
    assert_eq!(of("nv_inference_request_success{"), "1");
    assert_eq!(of("nv_inference_request_failure{"), "1");
    assert!(
        text.contains("input=\"DEUDA_TOTAL\",reason=\"not_a_number\"} 1\n"),
        "{text}"
    );
}

#[test]
fn a_key_that_may_read_them() {
    let registry = Registry::new();
    let key = registry.key("prometheus", "metricas");
    let other = registry.key("crm", "puntuar");
    let server = registry.serve(&[]);
    let ask = |key: &str| {
        let bearer = format!("Bearer {key}");
        server.request("GET", "/metrics", &[("authorization", &bearer)], b"")
    };
    server.get("/metrics").problem(401);
    ask(&other).problem(403);
    let text = text_of(ask(&key));
    assert_eq!(value(&text, "propenso_ready"), Some(0.0));
    assert_eq!(
        value(&text, "propenso_denied_total{reason=\"role\"}"),
        Some(1.0)
    );
    let roles: Vec<_> = propenso::http::routes()
        .listed()
        .filter(|route| route.path == "/metrics")
        .map(|route| route.role)
        .collect();
    assert_eq!(roles, [Some(Role::Metricas)]);
}

#[test]
fn a_registry_and_its_portfolios() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    registry.add(&small("a_ada.pkl"));
    let server = registry.serve(&[]);
    until(|| server.get("/v1/models/2").json()["state"] == "shadow");
    let scrape = || text_of(server.get("/metrics"));
    let shadow = |text: &str, outcome: &str| {
        let labels = format!("version=\"2\",champion=\"1\",outcome=\"{outcome}\"");
        value(text, &format!("propenso_shadow_clients_total{{{labels}}}")).unwrap_or(0.0)
    };
    // It is one on record before it is loaded.
    until(|| {
        assert_eq!(server.get(EXAMPLE).status, 200);
        let text = scrape();
        let outcomes = ["agreed", "to_payer", "to_non_payer", "failed"];
        outcomes
            .iter()
            .map(|outcome| shadow(&text, outcome))
            .sum::<f64>()
            >= 20.0
    });
    let portfolio = read_text("examples/cobranza/cartera.csv");
    let rows = portfolio.lines().count() - 1;
    let (media_type, body) = form(&[("file", Some("cartera.csv"), portfolio.as_bytes())]);
    let headers = [("content-type", media_type.as_str())];
    let sent = server.request("POST", "/v1/portfolios", &headers, &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
    until(|| value(&scrape(), "propenso_jobs_ended_total{outcome=\"done\"}") == Some(1.0));
    let text = scrape();
    let row = |outcome| {
        value(
            &text,
            &format!("propenso_portfolio_rows_total{{outcome=\"{outcome}\"}}"),
        )
        .unwrap()
    };
    assert_eq!(
        row("scored") + row("rejected") + row("suppressed"),
        rows as f64
    );
    assert_eq!(value(&text, "propenso_jobs{state=\"done\"}"), Some(1.0));
    assert!(value(&text, "propenso_jobs_disk_bytes").unwrap() > 1_000.0);
    assert_eq!(value(&text, "propenso_champion_version"), Some(1.0));
    let age = value(&text, "propenso_champion_age_seconds").unwrap();
    assert!((0.0..3_600.0).contains(&age), "{age}");
    assert!(
        text.contains("propenso_champion_info{version=\"1\","),
        "{text}"
    );
}

#[test]
fn verdicts_of_the_inbox() {
    let registry = Registry::with("inbox = \"inbox\"\npoll_seconds = 1\nsettle_seconds = 1");
    let server = registry.serve(&[]);
    let inbox = registry.path("inbox");
    std::fs::copy(small("a_rf_bin.pkl"), inbox.join("good.pkl")).unwrap();
    std::fs::write(inbox.join("bad.pkl"), b"\x80\x04N.").unwrap();
    let verdicts = |verdicts: &[&str]| -> f64 {
        let text = text_of(server.get("/metrics"));
        let count = |verdict: &&str| {
            let labels = format!("way=\"inbox\",verdict=\"{verdict}\"");
            value(&text, &format!("propenso_verdicts_total{{{labels}}}")).unwrap()
        };
        verdicts.iter().map(count).sum()
    };
    until(|| verdicts(&["passed", "warned"]) == 1.0 && verdicts(&["failed"]) == 1.0);
}

#[test]
fn how_long_the_certificate_lasts() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = ["tls", "self-signed", "--days", "20", "--output", &path("")];
    assert!(propenso(&made, "").status.success());
    let (certificate, key) = (path("propenso.crt"), path("propenso.key"));
    let tls = propenso::tls::Tls::open(propenso::tls::TlsSettings {
        certificate: certificate.into(),
        key: key.into(),
        client_authorities: None,
    });
    let expiry = tls.unwrap().expiry().unwrap();
    let days = (expiry.as_second() - jiff::Timestamp::now().as_second()) as f64 / 86_400.0;
    assert!((19.0..=20.0).contains(&days), "{days}");
}

/// Every family is in the table of docs/metrics.md, and no other.
#[test]
fn what_is_documented_is_scraped() {
    let scraped = families(&scrape(&Server::example()));
    let docs = read_text("docs/metrics.md").replace("\r\n", "\n");
    let rows = docs.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split('`').next());
    let documented: BTreeSet<String> = names
        .filter(|name| name.starts_with("propenso_") || name.starts_with("nv_"))
        .map(str::to_owned)
        .collect();
    assert_eq!(documented, scraped);
}

/// Every family that the dashboard and the alerts ask for is there.
#[test]
fn what_is_watched_is_scraped() {
    let scraped = families(&scrape(&Server::start_with(
        &example_model(),
        "casas-cobranzas",
        HttpSettings::default(),
    )));
    for file in [
        "deploy/grafana/propenso.json",
        "deploy/prometheus/alerts.yml",
    ] {
        let text = read_text(file);
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let words = text.split(|character| !is_word(character));
        let asked: BTreeSet<&str> = words
            .filter(|word| word.starts_with("propenso_") || word.starts_with("nv_inference"))
            .collect();
        assert!(asked.len() > 8, "{file}");
        for name in asked {
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .filter(|family| scraped.contains(*family));
            let family = family.unwrap_or(name);
            assert!(scraped.contains(family), "{file} asks for {name}");
        }
    }
}

/// The dashboard can be imported anywhere: its source of data is asked for.
#[test]
fn the_dashboard_is_importable() {
    let text = read_text("deploy/grafana/propenso.json");
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let is_source = |variable: &&Value| variable["type"] == "datasource";
    let source = variables.iter().find(is_source).unwrap();
    let source = format!("${{{}}}", source["name"].as_str().unwrap());
    assert_eq!(dashboard["id"], Value::Null);
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        if panel["type"] == "row" {
            continue;
        }
        assert_eq!(panel["datasource"]["uid"], source, "{panel}");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(!target["expr"].as_str().unwrap().is_empty());
        }
    }
    assert!(repository("deploy/prometheus/alerts_test.yml").exists());
}

#[test]
fn a_process_of_its_own() {
    let model = example_model();
    let server = Process::serve(&[model.to_str().unwrap()]);
    assert_eq!(server.get(EXAMPLE).status, 200);
    let text = text_of(server.get("/metrics"));
    assert!(value(&text, "propenso_process_cpu_seconds_total").unwrap() > 0.0);
    assert!(text.contains("propenso_build_info{version=\""), "{text}");
}
