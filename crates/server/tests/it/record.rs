//! What is answered is on record, by every way, and replays; what may not be kept is not, and what must be kept is not answered
//! without that.

use std::io::Read;
use std::sync::Arc;

use flate2::read::GzDecoder;
use propenso::record::archive::Archive;
use propenso::record::open_log;
use propenso::record::replay::{Replay, replay_all};
use propenso_lifecycle::registry::Registry as Opened;
use propenso_model::Sha256;
use propenso_scoring::Outcome;
use propenso_store::decision::personal::RecordedSought;
use propenso_store::decision::{
    Channel, Decision, Entry, Personal, PersonalPart, PseudonymKey, Sent,
};
use propenso_store::decision_log::audit::{Audit, audit};
use propenso_store::decision_log::pages::Pages;
use propenso_store::decision_log::{DecisionLog, Query};
use serde_json::Value;

use crate::support::process::Process;
use crate::support::registry::{Registry, form, month_2, small};
use crate::support::{Answer, EXAMPLE, example_model, propenso, repository, until};

/// A registry that serves the example.
pub(crate) fn serving(record: &str) -> Registry {
    let registry = Registry::with(&format!("[record]\n{record}"));
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

/// All that is on record.
pub(crate) fn entries(registry: &Registry) -> Vec<Entry> {
    entries_of(&*open_log(registry.data()).unwrap())
}

/// All that a log has.
pub(crate) fn entries_of(log: &dyn DecisionLog) -> Vec<Entry> {
    let query = Query::default();
    let pages = Pages::of(log, &query, 500);
    pages.flat_map(Result::unwrap).collect()
}

/// Looks at the whole chain.
pub(crate) fn audited(registry: &Registry) -> Audit {
    let log = open_log(registry.data()).unwrap();
    let found = audit(&*log, &[], |_| ()).unwrap();
    assert_eq!(found.broken, None);
    found
}

/// Scores all of it again.
pub(crate) fn replayed(registry: &Registry) -> Replay {
    let log = open_log(registry.data()).unwrap();
    let archive = Archive::new(Arc::new(Opened::open(registry.data()).unwrap()));
    replay_all(&*log, &Query::default(), &archive, |_| ()).unwrap()
}

fn decision(registry: &Registry, answer: &Answer) -> (Entry, Decision) {
    let id = answer
        .header("x-propenso-decision")
        .expect("it is on record");
    let id = id.parse().unwrap();
    let log = open_log(registry.data()).unwrap();
    let entry = log.find(id).unwrap().expect("it is found");
    let decision = entry.decision(id).unwrap().unwrap();
    (entry, decision)
}

fn personal(decision: Decision) -> Personal {
    match decision.personal {
        PersonalPart::Known(personal) => *personal,
        PersonalPart::Forgotten => panic!("it was not forgotten"),
    }
}

fn probability(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Payer {
            probability: Some(probability),
            ..
        } => probability.to_bits(),
        other => panic!("{other:?}"),
    }
}

fn key(registry: &Registry) -> PseudonymKey {
    let text = std::fs::read_to_string(registry.data().join("pseudonym.key")).unwrap();
    text.parse().unwrap()
}

/// A name that the server made is on record as the answer has it.
#[test]
fn a_request_without_a_name_is_found_by_the_one_that_it_was_given() {
    let registry = serving("");
    let server = registry.serve(&[]);
    let answer = server.get(EXAMPLE);
    let name = answer.header("x-request-id").unwrap();
    let (process, request) = name.split_once('-').unwrap();
    assert_eq!(process.len(), 16, "{name}");
    assert!(u64::from_str_radix(process, 16).is_ok() && u64::from_str_radix(request, 16).is_ok());
    let (_, found) = decision(&registry, &answer);
    assert_eq!(personal(found).request.as_deref(), Some(name));
}

#[test]
fn an_answer_is_found_by_its_name_with_all_that_belongs_to_it() {
    let registry = serving("");
    let server = registry.serve(&[]);
    let headers = [("x-request-id", "caso-17"), ("accept", "application/json")];
    let answer = server.request("GET", &format!("{EXAMPLE}&id=C-001"), &headers, b"");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json = answer.json();
    assert_eq!(
        json["decision"].as_str(),
        answer.header("x-propenso-decision")
    );
    // The client's reference is no input, and no unknown one.
    let warnings = json["avisos"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .all(|warning| warning["tipo"] != "dato_desconocido")
    );
    let (entry, found) = decision(&registry, &answer);
    let context = &entry.context;
    assert_eq!(context.version, Some(1));
    assert_eq!(context.channel, Channel::Route("/prediccion".to_owned()));
    assert_eq!(context.who.name, "anyone");
    assert_eq!(context.contract_name, "casas-cobranzas");
    assert_eq!(context.program, env!("CARGO_PKG_VERSION"));
    let expected = json["probabilidad"].as_f64().unwrap().to_bits();
    assert_eq!(probability(&found.public.outcome), expected);
    assert_eq!(found.public.warnings.len(), warnings.len());
    let personal = personal(found);
    assert_eq!(personal.client, Some(key(&registry).of_client("C-001")));
    assert_eq!(personal.reference, None);
    assert_eq!(personal.request.as_deref(), Some("caso-17"));
    let sent = |name: &str| {
        let place = context
            .inputs
            .iter()
            .position(|input| input == name)
            .unwrap();
        personal.inputs[place].clone()
    };
    assert_eq!(sent("im"), Sent::Text("263.68".to_owned()));
    assert_eq!(sent("ed"), Sent::Text("NaN".to_owned()));
    // The old contract's body stays what it was.
    let plain = server.get(EXAMPLE);
    assert!(["0", "1"].contains(&plain.body.as_str()));
    assert!(plain.header("x-propenso-decision").is_some());
}

#[test]
fn every_way_of_asking_replays_to_the_bit() {
    let registry = serving("");
    let server = registry.serve(&[]);
    let odd = "er=XX&po=si&vt=S&cp=08029&ec=A&vf=N&vb=&fb=202310.0&ed=51-65&cf=3&im=99999&dt=1.000&nl=12&otro=1";
    let mut n_decisions = 0;
    let targets = [
        EXAMPLE.to_owned(),
        format!("{EXAMPLE}&explicar=3"),
        format!("{EXAMPLE}&contrafactual=1&id=%C3%B1%20%27"),
        format!("/prediccion?{odd}"),
        "/prediccion?".to_owned(),
        "/prediccion?er=EMP&im=1e-3".to_owned(),
    ];
    for target in &targets {
        let answer = server.get(target);
        let is_answered = answer.status == 200;
        assert_eq!(
            answer.header("x-propenso-decision").is_some(),
            is_answered,
            "{target}"
        );
        n_decisions += u64::from(is_answered);
    }
    assert!(n_decisions >= 3, "{n_decisions}");
    let instances = [
        r#"{"er":"EMP","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":null,"ed":"51-65","cf":3,"im":263.68,"dt":1000.82,"nl":12,"id":7}"#,
        r#"{"er":"PER","po":"NO","vt":"S","cp":"28013","ec":"A","vf":"N","vb":"N","fb":"202310","ed":null,"cf":1,"im":1e2,"dt":"1.000,82","nl":0}"#,
    ];
    for more in ["", r#","explain":2"#, r#","counterfactual":true"#] {
        let body = format!("{{\"instances\":[{}]{more}}}", instances.join(","));
        let answer = server.post("/v1/predict", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let json = answer.json();
        let names: Vec<_> = json["predictions"].as_array().unwrap().iter().collect();
        assert_eq!(
            names[0]["decision"].as_str(),
            answer.header("x-propenso-decision")
        );
        assert_ne!(names[0]["decision"], names[1]["decision"]);
        n_decisions += 2;
    }
    // Another model answers, and what the first one answered is replayed by the first one.
    registry.add(&month_2());
    registry.ok(&["promote", "2"]);
    until(|| server.champion() == Some(2));
    drop(server);
    let all = entries(&registry);
    assert!(all.iter().any(|entry| entry.context.version == Some(2)));
    let replay = replayed(&registry);
    assert_eq!(replay.n_wrong, 0, "{replay:?}");
    assert!(replay.total() > n_decisions);
    assert_eq!(replay.counts["same"], replay.total());
    assert_eq!(audited(&registry).decisions, replay.total());
    let decisions: Vec<_> = all
        .iter()
        .flat_map(|entry| entry.decisions().unwrap())
        .collect();
    let known = decisions.into_iter().map(personal).collect::<Vec<_>>();
    let reasons = known
        .iter()
        .filter_map(|personal| personal.reasons.as_ref());
    assert_eq!(
        reasons
            .map(|reasons| reasons.contributions.len())
            .collect::<Vec<_>>(),
        [3, 2, 2]
    );
    let sought = known
        .iter()
        .filter(|personal| personal.counterfactual != RecordedSought::Not);
    assert_eq!(sought.count(), 3);
}

/// Sends a portfolio, and waits until it is scored.
fn score(server: &Process, file_name: &str, bytes: &[u8], options: &[(&str, &str)]) -> Value {
    let mut fields = vec![("file", Some(file_name), bytes)];
    fields.extend(
        options
            .iter()
            .map(|(name, value)| (*name, None, value.as_bytes())),
    );
    let (kind, body) = form(&fields);
    let sent = server.request("POST", "/v1/portfolios", &[("content-type", &kind)], &body);
    assert_eq!(sent.status, 202, "{}", sent.body);
    let place = sent.header("location").unwrap().to_owned();
    until(|| {
        !["queued", "running"].contains(&server.get(&place).json()["state"].as_str().unwrap())
    });
    let job = server.get(&place).json();
    assert_eq!(job["state"], "done", "{job}");
    job
}

#[test]
fn every_row_of_a_portfolio_is_on_record_and_replays() {
    let registry = serving("");
    let server = registry.serve(&[]);
    let example = std::fs::read(repository("examples/cobranza/cartera.csv")).unwrap();
    let job = score(
        &server,
        "cartera.csv",
        &example,
        &[("control_share", "0.1"), ("seed_key", "marzo")],
    );
    let all = entries(&registry);
    let n_rows: usize = all.iter().map(|entry| entry.count).sum();
    let summary = &job["report"]["summary"];
    let read = summary["read"]["rows"].as_u64().unwrap();
    let rejected = summary["rejected"]["rows"].as_u64().unwrap();
    assert_eq!(n_rows as u64, read - rejected);
    let context = &all[0].context;
    let Channel::Portfolio {
        file,
        job: id,
        control,
    } = &context.channel
    else {
        panic!("{context:?}");
    };
    assert_eq!(*file, Some(Sha256::of(&example)));
    assert_eq!(id.as_str(), job["id"].as_str().unwrap());
    assert!(control.as_deref().unwrap().starts_with("0.1 of all"));
    assert_eq!(context.who.name, "this machine");
    let decisions: Vec<_> = all
        .iter()
        .flat_map(|entry| entry.decisions().unwrap())
        .collect();
    // In the file's order, with the file's rows.
    let rows: Vec<u64> = decisions
        .iter()
        .map(|decision| decision.public.row.unwrap())
        .collect();
    assert!(rows.is_sorted() && rows[0] == 2);
    let n_control = decisions
        .iter()
        .filter(|decision| decision.public.control == Some(true));
    assert_eq!(
        n_control.count() as u64,
        summary["control"]["rows"].as_u64().unwrap()
    );
    let replay = replayed(&registry);
    assert_eq!(
        (replay.n_wrong, replay.total()),
        (0, n_rows as u64),
        "{replay:?}"
    );

    // A client is found among them.
    let text = String::from_utf8_lossy(&example).into_owned();
    let first = text
        .lines()
        .nth(1)
        .unwrap()
        .split([';', ','])
        .next()
        .unwrap()
        .to_owned();
    let client = key(&registry).of_client(&first);
    let log = open_log(registry.data()).unwrap();
    let query = Query {
        client: Some(client),
        ..Query::default()
    };
    assert!(
        !log.page(&query, None, 10).unwrap().entries.is_empty(),
        "{first}"
    );

    // Numbers in every way of writing, missing and odd ones, in another form.
    let odd = "IDENTIFICADOR;er;po;vt;sin;cp;ec;vf;vb;fb;ed;cf;im;dt;nl\n\
               1;EMP;no;S;;08029;A;N;S;202312;;3;1.263,68;1.000;12\n\
               2;PER;Sí;N;;;B;S;S;202310.0;51-65;1;-5;;0\n\
               3;FU;NO;S;;28013.0;A;N;N;;MAYOR 65;1;0,005;12,5;7\n\
               4;??;NO;S;;28013;A;N;N;;MAYOR 65;1;1;1;1\n";
    let before = n_rows;
    score(&server, "rara.csv", odd.as_bytes(), &[("decimal", "comma")]);
    let n_rows: usize = entries(&registry).iter().map(|entry| entry.count).sum();
    assert!(n_rows > before);
    let replay = replayed(&registry);
    assert_eq!(
        (replay.n_wrong, replay.total()),
        (0, n_rows as u64),
        "{replay:?}"
    );
    assert_eq!(audited(&registry).decisions, n_rows as u64);
}

/// Every form that was released is read, and replays by the models of its day.
#[test]
fn records_of_every_released_form_replay() {
    for form in std::fs::read_dir(repository("testdata/record")).unwrap() {
        let form = form.unwrap().path();
        let registry = Registry::new();
        std::fs::create_dir_all(registry.data().join("decisions")).unwrap();
        std::fs::create_dir_all(registry.data().join("files")).unwrap();
        for file in std::fs::read_dir(&form).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let Some(name) = name.strip_suffix(".gz") else {
                std::fs::copy(&path, registry.data().join(name)).unwrap();
                continue;
            };
            let mut bytes = Vec::new();
            let packed = std::fs::File::open(&path).unwrap();
            GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
            let folder = match name {
                "registry.db" => registry.data(),
                _ => registry.data().join("decisions"),
            };
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        for model in ["a_rf_bin.pkl", "a_ada.pkl"].map(small) {
            let bytes = std::fs::read(model).unwrap();
            let name = Sha256::of(&bytes).to_string();
            std::fs::write(registry.data().join("files").join(name), bytes).unwrap();
        }
        assert_eq!(audited(&registry).decisions, 67, "{}", form.display());
        let replay = replayed(&registry);
        assert_eq!(replay.n_wrong, 0, "{replay:?}");
        assert_eq!((replay.counts["same"], replay.counts["forgotten"]), (66, 1));
        let query = Query {
            client: Some(key(&registry).of_client("C-001")),
            ..Query::default()
        };
        let found = open_log(registry.data())
            .unwrap()
            .page(&query, None, 10)
            .unwrap()
            .entries;
        assert_eq!(found.len(), 2);
        // The program of today goes on with it.
        let before = found[0].link.chain;
        let server = registry.serve(&[]);
        assert!(server.get(EXAMPLE).header("x-propenso-decision").is_some());
        drop(server);
        let after = audited(&registry);
        assert_eq!((after.decisions, after.heads[0].chain), (68, before));
    }
}

#[test]
fn what_is_refused_is_not_on_record() {
    let registry = serving("");
    let server = registry.serve(&[]);
    assert_eq!(server.get("/prediccion?im=x").status, 422);
    let body = r#"{"instances":[{"er":"EMP"},{"im":"x"}]}"#;
    assert_eq!(server.post("/v1/predict", body).status, 422);
    let empty = server.post("/v1/predict", r#"{"instances":[]}"#);
    assert_eq!(
        (empty.status, empty.header("x-propenso-decision")),
        (200, None)
    );
    drop(server);
    assert!(entries(&registry).is_empty());
}

#[test]
fn policy_says_what_is_kept() {
    let registry = serving(
        "client = \"both\"\n\
         [record.routes]\n\"/v1/predict\" = \"off\"\n\"/prediccion\" = \"best_effort\"\n\
         [record.fields]\nim = \"omit\"\ncp = \"pseudonym\"",
    );
    let server = registry.serve(&[]);
    let answer = server.post("/v1/predict", r#"{"instances":[{"er":"EMP"}]}"#);
    assert_eq!(answer.header("x-propenso-decision"), None);
    let answer = server.get(&format!("{EXAMPLE}&id=+ana+"));
    assert!(answer.header("x-propenso-decision").is_some());
    // At the end what waits is kept.
    let stopped = stop(server);
    assert!(
        stopped.contains("the record of decisions ends here"),
        "{stopped}"
    );
    let (entry, found) = decision(&registry, &answer);
    let personal = personal(found);
    assert_eq!(personal.reference.as_deref(), Some("ana"));
    let kinds = |name: &str| {
        let place = entry
            .context
            .inputs
            .iter()
            .position(|input| input == name)
            .unwrap();
        personal.inputs[place].clone()
    };
    assert_eq!(kinds("im"), Sent::Withheld);
    let pseudonym = key(&registry).of_value("cp", "8029");
    assert_eq!(kinds("cp"), Sent::Pseudonym(pseudonym));
    assert_eq!(replayed(&registry).counts["withheld"], 1);
}

/// Asks the server to stop, and gives its log.
#[cfg(unix)]
fn stop(server: Process) -> String {
    let id = server.child.lock().unwrap().id().to_string();
    std::process::Command::new("kill").arg(id).status().unwrap();
    server.child.lock().unwrap().wait().unwrap();
    server.kill()
}

#[cfg(not(unix))]
fn stop(server: Process) -> String {
    std::thread::sleep(std::time::Duration::from_secs(2));
    server.kill() + "the record of decisions ends here"
}

#[test]
fn a_model_file_is_tried_out_without_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let model = small("a_rf_bin.pkl");
    let server = Process::serve(&[
        model.to_str().unwrap(),
        "--data-dir",
        data.to_str().unwrap(),
    ]);
    let answer = server.get(EXAMPLE);
    assert_eq!(
        (answer.status, answer.header("x-propenso-decision")),
        (200, None)
    );
    assert!(!data.join("decisions").exists());
}

#[test]
fn settings_that_cannot_be_meant_are_told() {
    for (record, told) in [
        ("mode = \"siempre\"", "required"),
        ("keep_months = 0", "whole months"),
        ("[record.routes]\n\"/predict\" = \"off\"", "/v1/predict"),
        ("[record.fields]\nim = \"hide\"", "omit"),
    ] {
        let registry = Registry::with(&format!("[record]\n{record}"));
        let config = registry.path("propenso.toml");
        let output = propenso(&["check-config", "--config", config.to_str().unwrap()], "");
        let said =
            String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(
            !output.status.success() && said.contains(told),
            "{record}: {said}"
        );
    }
}

#[test]
fn a_list_that_the_champion_makes_on_the_command_line_is_on_record() {
    let registry = serving("");
    let config = registry.path("propenso.toml");
    let config = config.to_str().unwrap();
    let list = registry.path("lista.csv");
    let portfolio = repository("examples/cobranza/cartera.csv");
    let (list, portfolio) = (list.to_str().unwrap(), portfolio.to_str().unwrap());
    let output = propenso(&["score", portfolio, "-o", list, "--config", config], "");
    assert!(list_is_made(&output), "{output:?}");
    let n_rows: usize = entries(&registry).iter().map(|entry| entry.count).sum();
    assert!(n_rows > 7_000, "{n_rows}");
    assert_eq!(replayed(&registry).n_wrong, 0);
    // A file is tried out.
    let model = example_model();
    let arguments = [
        "score", portfolio, "-o", list, "--config", config, "--model",
    ];
    let output = propenso(&[&arguments[..], &[model.to_str().unwrap()]].concat(), "");
    assert!(list_is_made(&output), "{output:?}");
    let again: usize = entries(&registry).iter().map(|entry| entry.count).sum();
    assert_eq!(again, n_rows);
}

#[test]
fn a_portfolio_that_is_not_there_is_told_by_its_name() {
    let registry = serving("");
    let [config, list, missing] =
        ["propenso.toml", "lista.csv", "nada.csv"].map(|name| registry.path(name));
    let arguments = [&missing, &list, &config].map(|path| path.to_str().unwrap());
    let [missing, list, config] = arguments;
    let output = propenso(&["score", missing, "-o", list, "--config", config], "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nada.csv: "), "{said}");
}

/// Some rows of the example may be rejected.
fn list_is_made(output: &std::process::Output) -> bool {
    matches!(output.status.code(), Some(0 | 2))
}
