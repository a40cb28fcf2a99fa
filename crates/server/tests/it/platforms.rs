//! The routes that others have made up, asked as their clients ask: MLflow, SageMaker, KServe's first protocol, Vertex AI.
//!
//! - `invocations`: MLflow's scoring server; `kserve`, `vertex`: the others; `environment`: what platforms tell by theirs
//! - `programs`: those of docs/clients, run as they stand there

mod environment;
mod invocations;
mod kserve;
mod programs;
mod vertex;

use serde_json::{Value, json};

use crate::support::portfolio::{COLUMNS, Client, clients};
use crate::support::{Answer, Server};

/// A client that is in order, by long name.
fn client() -> Value {
    json!({
        "ESCENARIO_RECOBRO": "PER", "PORTADO": "NO", "VPT": "S", "CODIGO_POSTAL": 29151, "ESTADO_CLIENTE": "A",
        "VAP_SCF": "N", "VAP_OB": "N", "FECHA_BPI": null, "EDAD": "MAYOR 65", "CANTIDAD_FACTURAS": 1,
        "IMPORTE_FACTURA": 62.83, "DEUDA_TOTAL": 62.83, "NUM_LINEAS_ACTIVAS": 2,
    })
}

/// The inputs in the contract's order, which is not the portfolio's.
const IN_ORDER: [&str; 13] = [
    "CANTIDAD_FACTURAS",
    "IMPORTE_FACTURA",
    "ESCENARIO_RECOBRO",
    "DEUDA_TOTAL",
    "PORTADO",
    "VPT",
    "CODIGO_POSTAL",
    "NUM_LINEAS_ACTIVAS",
    "ESTADO_CLIENTE",
    "VAP_SCF",
    "VAP_OB",
    "FECHA_BPI",
    "EDAD",
];

/// The same as a list, in the contract's order.
fn in_order() -> Value {
    IN_ORDER.map(|name| client()[name].clone()).to_vec().into()
}

/// All clients of the example's portfolio.
fn portfolio() -> Vec<Client> {
    let clients = clients("examples/cobranza/cartera.csv");
    assert_eq!(clients.len(), 7_339);
    clients
}

/// A cell as a program has it that read the portfolio by pandas: a number where it is one.
fn cell(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::Number(number)) => Value::Number(number),
        _ if text.is_empty() => Value::Null,
        _ => text.into(),
    }
}

fn rows(clients: &[Client]) -> Vec<Vec<Value>> {
    let row = |client: &Client| client.iter().map(|(_, text)| cell(text)).collect();
    clients.iter().map(row).collect()
}

fn names() -> Vec<&'static str> {
    COLUMNS.iter().map(|(_, column)| *column).collect()
}

fn objects(clients: &[Client]) -> Vec<Value> {
    let object = |row: Vec<Value>| {
        let fields = names().into_iter().map(str::to_owned).zip(row);
        Value::Object(fields.collect())
    };
    rows(clients).into_iter().map(object).collect()
}

/// The clients as lists, in the contract's order.
fn lists(clients: &[Client]) -> Vec<Value> {
    let list = |client: Value| Value::from(IN_ORDER.map(|name| client[name].clone()).to_vec());
    objects(clients).into_iter().map(list).collect()
}

/// What `/v1/predict` says of the same clients: classes, and probabilities.
fn plain(server: &Server, clients: &[Client]) -> (Vec<Value>, Vec<Value>) {
    let body = json!({ "instances": objects(clients) }).to_string();
    let answer = server.post("/v1/predict", &body).json();
    let predictions = answer["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), clients.len());
    let of = |field: &str| predictions.iter().map(|one| one[field].clone()).collect();
    (of("class"), of("probability"))
}

/// The predictions of an answer that is in order.
fn predictions(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-propenso-model").is_some());
    answer.json()["predictions"].as_array().unwrap().clone()
}

/// An error that is told by MLflow's names too.
fn mlflow_problem(answer: &Answer, status: u16, error_code: &str) -> String {
    let problem = answer.problem(status);
    assert_eq!(problem["error_code"], error_code, "{problem}");
    assert_eq!(problem["message"], problem["error"]);
    problem["message"].as_str().unwrap().to_owned()
}
