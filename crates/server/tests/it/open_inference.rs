//! The Open Inference Protocol: the example's clients as tensors, in all the forms that tensors come in, and what is wrong with
//! tensors that are none.

use serde_json::{Value, json};

use crate::support::portfolio::{COLUMNS, Client, clients, expected};
use crate::support::registry::{Registry, month_2, small};
use crate::support::{Answer, Server, example_model};

const INFER: &str = "/v2/models/propenso/infer";

fn all_clients() -> Vec<Client> {
    clients("examples/cobranza/cartera.csv")
}

/// A column of texts, as a tensor with the elements in it.
fn column(clients: &[Client], place: usize) -> Value {
    let data: Vec<&str> = clients.iter().map(|client| &*client[place].1).collect();
    json!({ "name": COLUMNS[place].1, "shape": [data.len()], "datatype": "BYTES", "data": data })
}

fn columns(clients: &[Client]) -> Vec<Value> {
    (0..COLUMNS.len())
        .map(|place| column(clients, place))
        .collect()
}

/// An element of bytes, as it stands behind the JSON.
fn put(text: &str, to: &mut Vec<u8>) {
    to.extend((text.len() as u32).to_le_bytes());
    to.extend(text.as_bytes());
}

/// What a client sent, in the order of these columns.
fn texts<'c>(client: &'c Client, places: &[usize]) -> Vec<&'c str> {
    places.iter().map(|place| &*client[*place].1).collect()
}

/// The names of what the model takes, in its order.
fn inputs(server: &Server) -> Vec<String> {
    let metadata = server.get("/v2/models/propenso").json();
    let inputs = metadata["inputs"].as_array().unwrap().iter();
    inputs
        .map(|input| input["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Sends JSON and the bytes behind it.
fn infer_bytes(server: &Server, head: &Value, behind: &[u8]) -> (Answer, Vec<u8>) {
    let head = head.to_string();
    let body = [head.as_bytes(), behind].concat();
    let length = head.len().to_string();
    let headers = [("inference-header-content-length", &*length)];
    let bytes = server.raw_bytes("POST", INFER, &headers, &body);
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = bytes.split_at(split.unwrap() + 4);
    let text = String::from_utf8_lossy(head).to_lowercase();
    let json = text
        .split("inference-header-content-length: ")
        .nth(1)
        .map(|rest| rest.split("\r\n").next().unwrap().parse().unwrap());
    let (json, behind) = body.split_at(json.unwrap_or(body.len()));
    (Answer::parse(&[head, json].concat()), behind.to_vec())
}

fn check(answer: &Value, expected: &[(f64, i64)]) {
    let n = expected.len();
    let [predict, probability] = answer["outputs"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(predict["name"], "predict");
    assert_eq!(predict["datatype"], "INT64");
    assert_eq!(probability["name"], "probability");
    assert_eq!(probability["datatype"], "FP64");
    for output in [predict, probability] {
        assert_eq!(output["shape"], json!([n, 1]));
    }
    for (row, (p, class)) in expected.iter().enumerate() {
        assert_eq!(predict["data"][row], *class, "row {row}");
        let answered = probability["data"][row].as_f64().unwrap();
        assert_eq!(answered.to_bits(), p.to_bits(), "row {row}");
    }
}

/// Every client of the example, a tensor for each input, in JSON.
#[test]
fn the_example_as_columns() {
    let (server, clients, expected) = (Server::example(), all_clients(), expected());
    let body = json!({ "id": "42", "inputs": columns(&clients), "parameters": { "priority": 3 } });
    let answer = server.post(INFER, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["id"], "42");
    assert_eq!(answer["model_name"], "propenso");
    assert_eq!(answer["model_version"], "1");
    check(&answer, &expected);
}

/// The same as one tensor of texts, nested, and as bytes behind the JSON with the answers as bytes too.
#[test]
fn the_example_as_one_tensor_and_as_bytes() {
    let (server, clients, expected) = (Server::example(), all_clients(), expected());
    let (clients, expected) = (&clients[..2_000], &expected[..2_000]);
    let order = inputs(&server);
    let place = |name: &String| COLUMNS.iter().position(|(_, column)| column == name);
    let places: Vec<usize> = order.iter().map(|name| place(name).unwrap()).collect();
    let row = |client| texts(client, &places);
    let rows: Vec<Vec<&str>> = clients.iter().map(row).collect();
    let shape = json!([clients.len(), COLUMNS.len()]);
    let body = json!({ "inputs": [{ "name": "input-0", "shape": shape, "datatype": "BYTES", "data": rows }] });
    let answer = server.post(INFER, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    check(&answer.json(), expected);

    let mut bytes = Vec::new();
    rows.iter().flatten().for_each(|text| put(text, &mut bytes));
    let head = json!({
        "inputs": [{ "name": "input-0", "shape": shape, "datatype": "BYTES", "parameters": { "binary_data_size": bytes.len() } }],
        "parameters": { "binary_data_output": true },
    });
    let (answer, behind) = infer_bytes(&server, &head, &bytes);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        answer.header("content-type"),
        Some("application/octet-stream")
    );
    let answer = answer.json();
    let sizes: Vec<usize> = answer["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|output| output["parameters"]["binary_data_size"].as_u64().unwrap() as usize)
        .collect();
    assert_eq!(sizes, [8 * clients.len(), 8 * clients.len()]);
    let (classes, probabilities) = behind.split_at(sizes[0]);
    let all = classes.chunks_exact(8).zip(probabilities.chunks_exact(8));
    for ((class, p), expected) in all.zip(expected) {
        let class = i64::from_le_bytes(class.try_into().unwrap());
        let p = f64::from_le_bytes(p.try_into().unwrap());
        assert_eq!((p.to_bits(), class), (expected.0.to_bits(), expected.1));
    }
}

/// Columns of a model's own numbers, in every type that holds them, and what is missing as NaN.
#[test]
fn numbers_come_in_every_type() {
    let model = small("a_rf_bin.pkl");
    let server = Server::start(&model, "model");
    let names = inputs(&server);
    let values = [0.0, 1.0, -2.0, 3.0];
    let instances: Vec<Value> = values
        .iter()
        .map(|value| {
            names
                .iter()
                .map(|name| (name.clone(), json!(value)))
                .collect()
        })
        .collect();
    let body = json!({ "instances": instances }).to_string();
    let expected: Vec<Value> = server.post("/v1/predict", &body).json()["predictions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|prediction| prediction["class"].clone())
        .collect();
    let bytes_of = |datatype: &str, value: f64| -> Vec<u8> {
        match datatype {
            "INT8" => vec![(value as i8) as u8],
            "INT16" => (value as i16).to_le_bytes().to_vec(),
            "INT32" => (value as i32).to_le_bytes().to_vec(),
            "INT64" => (value as i64).to_le_bytes().to_vec(),
            "FP16" => [0x0000_u16, 0x3c00, 0xc000, 0x4200]
                [values.iter().position(|v| *v == value).unwrap()]
            .to_le_bytes()
            .to_vec(),
            "BF16" => ((value as f32).to_bits() >> 16).to_le_bytes()[..2].to_vec(),
            "FP32" => (value as f32).to_le_bytes().to_vec(),
            _ => value.to_le_bytes().to_vec(),
        }
    };
    for datatype in [
        "INT8", "INT16", "INT32", "INT64", "FP16", "BF16", "FP32", "FP64",
    ] {
        let (mut inputs, mut behind) = (Vec::new(), Vec::new());
        for name in &names {
            let before = behind.len();
            values
                .iter()
                .for_each(|value| behind.extend(bytes_of(datatype, *value)));
            inputs.push(json!({
                "name": name, "shape": [values.len(), 1], "datatype": datatype,
                "parameters": { "binary_data_size": behind.len() - before },
            }));
        }
        let head = json!({ "inputs": inputs, "outputs": [{ "name": "predict" }] });
        let (answer, _) = infer_bytes(&server, &head, &behind);
        assert_eq!(answer.status, 200, "{datatype}: {}", answer.body);
        assert_eq!(
            answer.json()["outputs"][0]["data"],
            json!(expected),
            "{datatype}"
        );
    }
}

/// The classes with the highest probabilities, and all of them, are those of `/v1/predict`.
#[test]
fn probabilities_and_classes_as_texts() {
    let server = Server::start(&small("a_rf_bin.pkl"), "model");
    let metadata = server.get("/v2/models/propenso/versions/1").json();
    let n_inputs = metadata["inputs"].as_array().unwrap().len();
    let row: Vec<f64> = (0..n_inputs).map(|place| place as f64 / 4.0).collect();
    let ask = |outputs: Value| {
        let tensor =
            json!({ "name": "x", "shape": [1, n_inputs], "datatype": "FP64", "data": row });
        let answer = server.post(
            INFER,
            &json!({ "inputs": [tensor], "outputs": outputs }).to_string(),
        );
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["outputs"][0].clone()
    };
    let all = ask(json!([{ "name": "predict_proba" }]));
    let p: Vec<f64> = serde_json::from_value(all["data"].clone()).unwrap();
    assert_eq!((p.len(), all["shape"].clone()), (2, json!([1, 2])));
    let best = ask(json!([{ "name": "predict_proba", "parameters": { "classification": 1 } }]));
    let text = best["data"][0].as_str().unwrap();
    let (value, rest) = text.split_once(':').unwrap();
    let index = usize::from(p[1] > p[0]);
    assert_eq!(value.parse::<f64>().unwrap().to_bits(), p[index].to_bits());
    assert!(rest.starts_with(&format!("{index}:")), "{text}");
    assert_eq!(best["datatype"], "BYTES");
}

/// What each input added is what `/v1/predict` says, in the contract's order.
#[test]
fn explanations_are_those_of_v1_predict() {
    let (server, clients) = (Server::example(), all_clients());
    let clients = &clients[..5];
    let body = json!({ "inputs": columns(clients), "outputs": [{ "name": "explain" }, { "name": "decision" }] });
    let answer = server.post(INFER, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let [explain, decision] = answer["outputs"].as_array().unwrap().as_slice() else {
        panic!("{answer}");
    };
    assert_eq!(explain["shape"], json!([5, 13]));
    assert_eq!(decision["data"], json!(["", "", "", "", ""]));
    // However its name is written, it is the same output.
    let escaped = body.to_string().replace("explain", "expl\\u0061in");
    assert_eq!(server.post(INFER, &escaped).json()["outputs"][0], *explain);
    let names = inputs(&server);
    for (row, client) in clients.iter().enumerate() {
        let instance: Value = client
            .iter()
            .map(|(name, text)| ((*name).to_owned(), json!(text)))
            .collect();
        let body = json!({ "instances": [instance], "explain": 13 }).to_string();
        let predicted = server.post("/v1/predict", &body).json();
        for reason in predicted["predictions"][0]["reasons"].as_array().unwrap() {
            let place = names
                .iter()
                .position(|name| reason["input"] == **name)
                .unwrap();
            assert_eq!(
                explain["data"][row * 13 + place],
                reason["contribution"],
                "{reason}"
            );
        }
    }
}

/// What cannot be understood or used is 400 and says what to send; another model is 404.
#[test]
fn what_is_wrong_is_told() {
    let (server, clients) = (Server::example(), all_clients());
    let clients = &clients[..2];
    let all = columns(clients);
    let with = |place: usize, tensor: Value| {
        let mut inputs = all.clone();
        inputs[place] = tensor;
        json!({ "inputs": inputs })
    };
    let name = COLUMNS[3].1;
    let wrong = [
        json!({ "inputs": [] }),
        json!({ "inputs": all[..3] }),
        with(
            3,
            json!({ "name": "otro", "shape": [2], "datatype": "BYTES", "data": ["a", "b"] }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [3], "datatype": "BYTES", "data": ["a", "b"] }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [1], "datatype": "BYTES", "data": ["a"] }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [-1], "datatype": "BYTES", "data": ["a"] }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [2], "datatype": "TEXT", "data": ["a", "b"] }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [2], "datatype": "BYTES" }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [2], "datatype": "BYTES", "parameters": { "binary_data_size": 9 } }),
        ),
        with(
            3,
            json!({ "name": name, "shape": [2], "datatype": "BYTES", "data": 7 }),
        ),
        with(3, all[2].clone()),
        json!({ "inputs": [{ "name": "x", "shape": [2, 5], "datatype": "FP64", "data": [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]] }] }),
        json!({ "inputs": all, "outputs": [{ "name": "predict_proba" }] }),
        json!({ "inputs": all, "outputs": [{ "name": "predict", "parameters": { "classification": 2 } }] }),
        with(
            10,
            json!({ "name": COLUMNS[10].1, "shape": [2], "datatype": "FP64", "data": [1.5, {"a": 1}] }),
        ),
    ];
    let told: Vec<String> = wrong
        .iter()
        .map(|body| {
            let problem = server.post(INFER, &body.to_string()).tensors_problem(400);
            let text = problem["error"].as_str().unwrap().to_owned();
            format!("{}: {text}", problem["code"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));

    server
        .post("/v2/models/otro/infer", "{}")
        .tensors_problem(404);
    server
        .post("/v2/models/propenso/versions/2/infer", "{}")
        .tensors_problem(404);
    server
        .post(INFER, "{\"inputs\": [NaN]}")
        .tensors_problem(400);
    let head = json!({ "inputs": [] });
    let (answer, _) = infer_bytes(&server, &head, b"left");
    assert!(
        answer.tensors_problem(400)["error"]
            .as_str()
            .unwrap()
            .contains("4 bytes")
    );
    let headers = [("inference-header-content-length", "99999")];
    server
        .request("POST", INFER, &headers, b"{}")
        .tensors_problem(400);
    let headers = [("inference-header-content-length", "0")];
    server
        .request("POST", INFER, &headers, b"{}")
        .tensors_problem(400);
}

/// A cell that cannot be used is told by its row and column.
#[test]
fn cells_are_told_by_row_and_column() {
    let (server, clients) = (Server::example(), all_clients());
    let mut inputs = columns(&clients[..3]);
    inputs[10]["data"][2] = json!("mucho");
    let problem = server
        .post(INFER, &json!({ "inputs": inputs }).to_string())
        .tensors_problem(400);
    assert_eq!(problem["errors"][0]["row"], 2);
    assert_eq!(problem["errors"][0]["input"], COLUMNS[10].1);
    assert_eq!(problem["code"], "invalid-inputs");
}

/// What the model and the server say of themselves.
#[test]
fn the_example_is_described() {
    let server = Server::start(&example_model(), "casas-cobranzas");
    let mut told = Vec::new();
    for path in [
        "/v2",
        "/v2/",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/propenso/ready",
    ] {
        told.push(server.get(path).json());
    }
    told.push(server.get("/v2/models/propenso/versions/champion").json());
    told.push(server.get("/v2/models/propenso/config").json());
    told.push(server.post("/v2/repository/index", "").json());
    let mut told = Value::Array(told);
    for server in [0, 1] {
        told[server]["version"] = json!("(version)");
    }
    insta::assert_json_snapshot!(told);
    let before = server.get("/v2/models/propenso/stats").json();
    assert_eq!(before["model_stats"][0]["inference_count"], 0);
    let body = json!({ "inputs": columns(&all_clients()[..7]) }).to_string();
    assert_eq!(server.post(INFER, &body).status, 200);
    let after = server.get("/v2/models/stats").json();
    let after = &after["model_stats"][0];
    assert_eq!(after["inference_count"], 7);
    assert_eq!(after["inference_stats"]["success"]["count"], 1);
    // perf_analyzer finds the version that answered by its queue, and ends where the others differ.
    for stage in ["queue", "compute_input", "compute_infer", "compute_output"] {
        assert_eq!(after["inference_stats"][stage]["count"], 1, "{stage}");
    }
    assert!(after["last_inference"].as_u64().unwrap() > 1_700_000_000_000);
}

/// Versions of a registry by their numbers; what is loaded is promoted; what answers is not unloaded; answers are on record.
#[test]
fn a_registry_is_a_repository() {
    let registered = Registry::new();
    registered.add(&example_model());
    registered.add(&month_2());
    let server = registered.serve(&[]);
    assert_eq!(server.get("/v2/health/ready").status, 503);
    let load = "/v2/repository/models/propenso/load";
    assert_eq!(server.post(load, "{}").status, 503);
    let promoted = server.post(
        load,
        &json!({ "parameters": { "version": "1" } }).to_string(),
    );
    assert_eq!(promoted.status, 200, "{}", promoted.body);
    let index = |body: &str| server.post("/v2/repository/index", body).json();
    assert_eq!(index("{}").as_array().unwrap().len(), 2);
    let ready = index("{\"ready\": true}");
    let ready: Vec<_> = ready
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["reason"])
        .collect();
    assert_eq!(ready, ["champion", "shadow"]);
    let mut inputs = columns(&all_clients()[..2]);
    inputs.push(json!({ "name": "id", "shape": [2], "datatype": "BYTES", "data": ["c-1", "c-2"] }));
    let asked = json!({ "inputs": inputs, "outputs": [{ "name": "decision" }] }).to_string();
    let answer = server.post("/v2/models/propenso/versions/1/infer", &asked);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let names = answer.json()["outputs"][0]["data"].clone();
    assert_eq!(answer.header("x-propenso-decision"), names[0].as_str());
    let shown = server.get(&format!(
        "/v1/decisions/{}?why=prueba",
        names[1].as_str().unwrap()
    ));
    assert_eq!(shown.status, 200, "{}", shown.body);
    let shadow = server.post("/v2/models/propenso/versions/shadow/infer", &asked);
    assert!(shadow.header("x-propenso-model").unwrap().starts_with("2 "));
    assert_eq!(shadow.json()["model_version"], "2");
    let gone = server.post("/v2/models/propenso/versions/9/infer", &asked);
    assert_eq!(gone.status, 404);
    assert_eq!(
        server
            .post("/v2/repository/models/propenso/unload", "{}")
            .status,
        409
    );
    assert_eq!(
        server
            .post("/v2/repository/models/otro/unload", "{}")
            .status,
        404
    );
    let config = json!({ "parameters": { "config": "{}" } }).to_string();
    assert_eq!(server.post(load, &config).status, 400);
    for body in ["{", "[]", "7", "[true]", "{\"parameters\": []}"] {
        assert_eq!(server.post(load, body).status, 400, "{body}");
    }
}
