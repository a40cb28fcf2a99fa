//! Both months of the example portfolio, every row, against what scikit-learn answered: the same
//! bits through every face.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::support::portfolio::{COLUMNS, Client, clients, query};
use crate::support::{Server, example_model, propenso, read_text, repository};

/// One month: a portfolio, its model, and the model's answers for it.
struct Month {
    model: PathBuf,
    /// The thirteen inputs of each client, as text, by query parameter.
    clients: Vec<Client>,
    /// P(pays) and class of each client.
    expected: Vec<(f64, i64)>,
}

impl Month {
    fn first() -> Self {
        let expected = "testdata/cobranza/expected.csv.gz";
        Self::read(example_model(), "examples/cobranza/cartera.csv", expected)
    }

    fn second() -> Self {
        let model = repository("testdata/cobranza/modelo_2.pkl");
        let folder = "testdata/cobranza";
        Self::read(
            model,
            &format!("{folder}/cartera_2.csv.gz"),
            &format!("{folder}/expected_2.csv.gz"),
        )
    }

    fn read(model: PathBuf, portfolio: &str, expected: &str) -> Self {
        let text = read_text(expected);
        let expected = csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|record| {
                let record = record.unwrap();
                (record[2].parse().unwrap(), record[3].parse().unwrap())
            })
            .collect();
        let month = Self {
            model,
            clients: clients(portfolio),
            expected,
        };
        assert_eq!(month.clients.len(), 7_339);
        assert_eq!(month.expected.len(), 7_339);
        month
    }

    fn check(&self, row: usize, answer: &Value) {
        let (probability, class) = self.expected[row];
        let answered = answer["probability"].as_f64().unwrap();
        assert_eq!(
            answered.to_bits(),
            probability.to_bits(),
            "row {row}: {answer}"
        );
        assert_eq!(answer["class"], class, "row {row}");
    }

    fn through_v1_predict(&self) {
        let server = Server::start(&self.model, "casas-cobranzas");
        for (batch, clients) in self.clients.chunks(1_000).enumerate() {
            let instances: Vec<Value> = clients
                .iter()
                .enumerate()
                .map(|(row, client)| instance(client, row % 2 == 0))
                .collect();
            let body = json!({ "instances": instances }).to_string();
            let answer = server.post("/v1/predict", &body);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let answer = answer.json();
            let predictions = answer["predictions"].as_array().unwrap();
            assert_eq!(predictions.len(), clients.len());
            for (row, prediction) in predictions.iter().enumerate() {
                self.check(batch * 1_000 + row, prediction);
            }
        }
    }

    fn through_predict(&self) {
        let lines: String = self
            .clients
            .iter()
            .map(|client| query(client) + "\n")
            .collect();
        let output = propenso(&["predict", self.model.to_str().unwrap(), "-"], &lines);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), self.clients.len());
        for (row, line) in text.lines().enumerate() {
            self.check(row, &serde_json::from_str(line).unwrap());
        }
    }

    /// One request a client takes its time: every tenth.
    fn through_prediccion(&self) {
        let server = Server::start(&self.model, "casas-cobranzas");
        for row in (0..self.clients.len()).step_by(10) {
            let target = format!("/prediccion?{}", query(&self.clients[row]));
            let (probability, class) = self.expected[row];
            assert_eq!(server.get(&target).body, class.to_string(), "row {row}");
            let json = server.get(&format!("{target}&formato=json")).json();
            let answered = json["probabilidad"].as_f64().unwrap();
            assert_eq!(answered.to_bits(), probability.to_bits(), "row {row}");
        }
    }
}

/// A client as JSON: long names and numbers where the portfolio has them, or short names and text.
fn instance(client: &[(&'static str, String)], long: bool) -> Value {
    let mut instance = Map::new();
    for ((parameter, text), (_, column)) in client.iter().zip(COLUMNS) {
        let number = long.then(|| serde_json::from_str(text).ok()).flatten();
        let value = match number {
            Some(Value::Number(number)) => Value::Number(number),
            _ if text.is_empty() => Value::Null,
            _ => Value::String(text.clone()),
        };
        instance.insert(if long { column } else { *parameter }.to_owned(), value);
    }
    Value::Object(instance)
}

#[test]
fn the_first_month_through_v1_predict() {
    Month::first().through_v1_predict();
}

#[test]
fn the_second_month_through_v1_predict() {
    Month::second().through_v1_predict();
}

#[test]
fn the_first_month_through_predict() {
    Month::first().through_predict();
}

#[test]
fn the_second_month_through_predict() {
    Month::second().through_predict();
}

#[test]
fn both_months_through_prediccion() {
    Month::first().through_prediccion();
    Month::second().through_prediccion();
}

#[test]
fn a_client_alone_and_among_others_gets_the_same_answer() {
    let month = Month::first();
    let server = Server::start(&month.model, "casas-cobranzas");
    let mut body = String::from("{\"instances\":[");
    for (row, client) in month.clients[..50].iter().enumerate() {
        let separator = if row == 0 { "" } else { "," };
        write!(body, "{separator}{}", instance(client, true)).unwrap();
    }
    body.push_str("]}");
    let together = server.post("/v1/predict", &body).json();
    for (row, client) in month.clients[..50].iter().enumerate() {
        let alone = json!({ "instances": [instance(client, false)] }).to_string();
        let alone = server.post("/v1/predict", &alone).json();
        let (alone, together) = (&alone["predictions"][0], &together["predictions"][row]);
        assert_eq!(alone["probability"], together["probability"], "row {row}");
    }
}
