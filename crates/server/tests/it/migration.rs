//! The requests of `testdata/flask/requests.tsv`, with what the old script answered to each.

use crate::support::{Answer, Server, example_model, read_text};

/// One request and the old script's answer.
struct Old {
    case: String,
    query: String,
    /// 200 or 500.
    status: u16,
    class: String,
    probability: String,
}

fn requests() -> Vec<Old> {
    let text = read_text("testdata/flask/requests.tsv");
    let requests: Vec<Old> = text
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            Old {
                case: cells[0].to_owned(),
                query: cells[1].to_owned(),
                status: cells[2].parse().unwrap(),
                class: cells[3].to_owned(),
                probability: cells[4].to_owned(),
            }
        })
        .collect();
    assert!(requests.len() >= 250);
    requests
}

fn names_a_field(answer: &Answer) -> bool {
    let problem = answer.problem(422);
    let errors = problem["errors"].as_array().unwrap();
    !errors.is_empty() && errors.iter().all(|error| error["parameter"].is_string())
}

#[test]
fn the_flask_contract_repeats_the_old_script_defects_included() {
    let server = Server::start(&example_model(), "casas-cobranzas-flask");
    for old in requests() {
        let target = format!("/prediccion?{}", old.query);
        let answer = server.get(&target);
        if old.status == 500 {
            assert!(names_a_field(&answer), "{}: {}", old.case, answer.body);
            continue;
        }
        assert_eq!(
            (answer.status, &answer.body),
            (200, &old.class),
            "{}",
            old.case
        );
        let json = server.get(&format!("{target}&formato=json")).json();
        let probability: f64 = old.probability.parse().unwrap();
        let answered = json["probabilidad"].as_f64().unwrap();
        assert_eq!(answered.to_bits(), probability.to_bits(), "{}", old.case);
    }
}

#[test]
fn what_made_a_500_is_answered_or_refused_by_name() {
    let server = Server::example();
    let mut refused = 0;
    for old in requests() {
        let answer = server.get(&format!("/prediccion?{}", old.query));
        match answer.status {
            200 => assert!(["0", "1"].contains(&answer.body.as_str()), "{}", old.case),
            _ => {
                assert!(names_a_field(&answer), "{}: {}", old.case, answer.body);
                refused += 1;
            }
        }
    }
    assert!(
        refused > 30,
        "only {refused} refused: the cases are not those of the list"
    );
}

#[test]
fn the_two_contracts_differ_where_the_old_script_was_wrong() {
    let (new, old) = (
        Server::example(),
        Server::start(&example_model(), "casas-cobranzas-flask"),
    );
    let rows = requests()
        .into_iter()
        .filter(|old| old.case.starts_with("row"));
    let differing = rows
        .filter(|request| {
            let target = format!("/prediccion?{}&formato=json", request.query);
            let (new, old) = (new.get(&target), old.get(&target));
            new.status == 200
                && old.status == 200
                && new.json()["probabilidad"] != old.json()["probabilidad"]
        })
        .count();
    assert!(differing > 100, "{differing}");
}
