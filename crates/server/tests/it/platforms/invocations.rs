//! `POST /invocations`, `GET /ping`, `/health`, `/version`.

use propenso_lifecycle::load;
use propenso_portfolio::{Cell, ColumnKind, Readers, TableFile};
use serde_json::{Value, json};

use super::{
    Client, IN_ORDER, client, in_order, lists, mlflow_problem, names, objects, plain, portfolio,
    predictions, rows,
};
use crate::support::registry::{Registry, small};
use crate::support::{Server, repository};

const PATH: &str = "/invocations";

fn post_as(server: &Server, media_type: &str, body: &str) -> crate::support::Answer {
    let headers = [("content-type", media_type)];
    server.request("POST", PATH, &headers, body.as_bytes())
}

/// Every client of the example, in every form: bit for bit what `/v1/predict` says.
#[test]
fn the_whole_portfolio_in_every_form() {
    let server = Server::example();
    let clients = portfolio();
    let (classes, probabilities) = plain(&server, &clients);
    let columns: Value = (0..13)
        .map(|place| {
            let cells: Vec<_> = rows(&clients)
                .into_iter()
                .map(|row| row[place].clone())
                .collect();
            (names()[place].to_owned(), Value::from(cells))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let forms = [
        (
            "dataframe_split",
            json!({ "columns": names(), "data": rows(&clients), "index": [1] }),
        ),
        ("dataframe_records", objects(&clients).into()),
        ("instances", objects(&clients).into()),
        ("instances", lists(&clients).into()),
        ("inputs", columns),
        ("inputs", lists(&clients).into()),
    ];
    for (form, value) in forms {
        let body = json!({ form: value }).to_string();
        let params = json!({ form: value, "params": { "predict_method": "predict_proba" } });
        assert_eq!(predictions(&server.post(PATH, &body)), classes, "{form}");
        let answered = predictions(&server.post(PATH, &params.to_string()));
        // What JSON has read back is equal where its bits are.
        assert_eq!(answered, probabilities, "{form}");
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(names()).unwrap();
    for client in &clients {
        csv.write_record(client.iter().map(|(_, text)| text))
            .unwrap();
    }
    let csv = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let answer = post_as(&server, "text/csv; charset=utf-8", &csv);
    assert_eq!(predictions(&answer), classes);
    let answer = server.request("POST", PATH, &[PARQUET], &parquet(&clients));
    assert_eq!(predictions(&answer), classes);
}

const PARQUET: (&str, &str) = ("content-type", "application/vnd.apache.parquet");

/// The portfolio as pandas writes it: numbers where a column has nothing else.
fn parquet(clients: &[Client]) -> Vec<u8> {
    let rows = rows(clients);
    let is_number = |place: usize| {
        let mut cells = rows.iter().map(|row| &row[place]);
        cells.all(|cell| cell.is_null() || cell.is_number())
    };
    let kinds: Vec<_> = (0..names().len())
        .map(|place| match is_number(place) {
            true => ColumnKind::Number,
            false => ColumnKind::Text,
        })
        .collect();
    let columns: Vec<_> = names().into_iter().zip(kinds.iter().copied()).collect();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("cartera.parquet");
    let mut file = TableFile::create(&place, &columns, Readers::Owner).unwrap();
    for (row, client) in rows.iter().zip(clients) {
        let cell = |place: usize| match (&row[place], kinds[place]) {
            (Value::Null, _) => Cell::Empty,
            (value, ColumnKind::Number) => Cell::Number(value.as_f64().unwrap()),
            _ => Cell::Text(&client[place].1),
        };
        let cells: Vec<_> = (0..row.len()).map(cell).collect();
        file.push(&cells).unwrap();
    }
    file.finish().unwrap();
    std::fs::read(place).unwrap()
}

/// What is no Parquet file, or ends within one.
#[test]
fn parquet_files_that_are_none() {
    let server = Server::example();
    let whole = parquet(&portfolio()[..3]);
    for body in [&b""[..], b"PAR1", b"er,po\n", &whole[..whole.len() / 2]] {
        let answer = server.request("POST", PATH, &[PARQUET], body);
        let said = mlflow_problem(&answer, 400, "BAD_REQUEST");
        assert!(said.contains("Parquet"), "{said}");
    }
    for place in (0..whole.len()).step_by(11) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x5a;
        let answer = server.request("POST", PATH, &[PARQUET], &damaged);
        assert!(answer.status < 500, "{place}: {}", answer.body);
    }
}

/// What pandas and MLflow's own client make of a table with holes, without names, in another order.
#[test]
fn what_python_writes() {
    let server = Server::example();
    let one = |body: &str| predictions(&server.post(PATH, body));
    let expected = one(&json!({ "inputs": [client()] }).to_string());
    assert_eq!(expected.len(), 1);
    // `json.dumps` writes NaN; inside of a text it is one.
    let nan = json!({ "dataframe_split": { "columns": IN_ORDER, "data": [in_order()] } });
    let nan = nan.to_string().replace("null", "NaN");
    assert!(nan.contains("NaN"));
    assert_eq!(one(&nan), expected);
    // Nobody named the columns: they are the contract's, in its order.
    let counted: Vec<usize> = (0..13).collect();
    let body = json!({ "dataframe_split": { "columns": counted, "data": [in_order()] } });
    assert_eq!(one(&body.to_string()), expected);
    let body = json!({ "dataframe_split": { "data": [in_order()] }, "params": null, "client_request_id": "7" });
    assert_eq!(one(&body.to_string()), expected);
    // Short names, another order, columns that nobody knows, and the client's reference.
    let split = json!({ "columns": ["id", "nl", "dt", "im", "cf", "ed", "fb", "vb", "vf", "ec", "cp", "vt", "po", "er", 7],
        "data": [["a", 2, 62.83, 62.83, 1, "MAYOR 65", null, "N", "N", "A", 29151, "S", "NO", "PER", true]] });
    assert_eq!(
        one(&json!({ "dataframe_split": split }).to_string()),
        expected
    );
    for empty in [
        json!({ "inputs": [] }),
        json!({ "inputs": {} }),
        json!({ "dataframe_split": { "columns": [], "data": [] } }),
    ] {
        assert_eq!(one(&empty.to_string()), Vec::<Value>::new());
    }
    let csv = "er,po,vt,cp,ec,vf,vb,fb,ed,cf,im,dt,nl\r\nPER,NO,S,29151,A,N,N,NaN,MAYOR 65,1,62.830,62.83,2\r\n";
    assert_eq!(predictions(&post_as(&server, "text/csv", csv)), expected);
}

/// The words that MLflow's own tests ask for.
#[test]
fn bodies_of_another_shape() {
    let server = Server::example();
    const FORMS: &str = "The input must be a JSON dictionary with exactly one of the input fields";
    for (body, phrase) in [
        ("[[1, 2]]", FORMS),
        ("[null, null, [], null, null]", FORMS),
        ("7", FORMS),
        ("{}", FORMS),
        (r#"{"data": [[1]]}"#, FORMS),
        (r#"{"instances": null}"#, FORMS),
        (
            r#"{"instances": [], "inputs": []}"#,
            "['instances', 'inputs']",
        ),
        (r#"{"instances": [], "instances": []}"#, "duplicate field"),
        (
            r#"{"dataframe_split": [[1]]}"#,
            "Dataframe split format must be a dictionary. Got list",
        ),
        (r#"{"dataframe_split": "x"}"#, "Got type <class 'str'>."),
        (
            r#"{"dataframe_split": {"columns": ["a"]}}"#,
            "must have 'data' field",
        ),
        (
            r#"{"dataframe_split": {"data": [], "dtypes": []}}"#,
            "optionally 'columns'",
        ),
        (
            r#"{"dataframe_split": {"data": [], "columns": [[1]]}}"#,
            "names in 'columns'",
        ),
        (
            r#"{"dataframe_records": {"a": [1]}}"#,
            "Dataframe records format must be a list of records. Got dictionary.",
        ),
        (
            r#"{"inputs": {"EDAD": [1], "VPT": []}}"#,
            "The length of values for each input/column name are not the same",
        ),
        (r#"{"inputs": {"EDAD": 1}}"#, "\"EDAD\" is not a list"),
        (r#"{"inputs": 7}"#, "must be a list"),
        (r#"{"instances": [], "params": []}"#, "predict_method"),
        (
            r#"{"instances": [], "params": {"predict_method": "transform"}}"#,
            "predict_proba",
        ),
        ("", "not valid JSON"),
        (r#"{"instances": [{"EDAD": Infinity}]}"#, "`Infinity`"),
        (
            r#"{"instances": [{"EDAD": NaN}, {"EDAD": None}]}"#,
            "`None`",
        ),
        (r#"{"instances": [NaN"#, "not valid JSON"),
    ] {
        let message = mlflow_problem(&server.post(PATH, body), 400, "BAD_REQUEST");
        assert!(message.contains(phrase), "{body}: {message}");
    }
    let csv = mlflow_problem(
        &post_as(&server, "text/csv", "a,b\n1\n"),
        400,
        "BAD_REQUEST",
    );
    assert!(csv.contains("line 2: it has 1 values"), "{csv}");
}

#[test]
fn other_media_types() {
    let server = Server::example();
    let body = json!({ "inputs": [client()] }).to_string();
    for (media_type, phrase) in [
        (
            "text/plain",
            "This predictor only supports the following content types",
        ),
        (
            "application/json; charset=latin-1",
            "The scoring server only supports UTF-8",
        ),
        (
            "text/csv; header=present",
            "Unrecognized content type parameters: header",
        ),
    ] {
        let answer = post_as(&server, media_type, &body);
        assert_eq!(answer.problem(415)["code"], "unknown-media-type");
        let message = mlflow_problem(&answer, 415, "BAD_REQUEST");
        assert!(message.contains(phrase), "{message}");
    }
    assert_eq!(
        server.request("POST", PATH, &[], body.as_bytes()).status,
        200
    );
    assert_eq!(
        post_as(&server, "Application/JSON; Charset=\"utf-8\"", &body).status,
        200
    );
}

/// Fields are named by their row, whatever form they came in.
#[test]
fn inputs_that_cannot_be_used() {
    let server = Server::example();
    let mut wrong = in_order();
    wrong[12] = json!(true);
    let body = json!({ "inputs": [in_order(), wrong, [1, 2], 7, {}] }).to_string();
    let answer = server.post(PATH, &body);
    let message = mlflow_problem(&answer, 422, "INVALID_PARAMETER_VALUE");
    assert!(message.contains("EDAD"), "{message}");
    let problem = answer.problem(422);
    let errors = problem["errors"].as_array().unwrap();
    let of_row = |row: u64| errors.iter().filter(move |error| error["row"] == row);
    assert_eq!(of_row(0).count(), 0);
    assert_eq!(of_row(1).next().unwrap()["input"], "EDAD");
    assert_eq!(
        of_row(2).next().unwrap()["reason"],
        "the row is not a list of 13 values"
    );
    assert_eq!(
        of_row(3).next().unwrap()["reason"],
        "the instance is not an object"
    );
    assert_eq!(of_row(4).count(), 13);
    // Of a table with names, a row has as many values; a record is no list.
    for (body, reason) in [
        (
            json!({ "dataframe_split": { "columns": ["er", "po"], "data": [[1]] } }),
            "a list of 2 values",
        ),
        (
            json!({ "dataframe_split": { "columns": ["er"], "data": [{}] } }),
            "a list of 1 values",
        ),
        (
            json!({ "dataframe_records": [in_order()] }),
            "not an object",
        ),
    ] {
        let problem = server.post(PATH, &body.to_string()).problem(422);
        let said = problem["errors"][0]["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{said}");
    }
}

/// Models of their own classes, of numbers, and without probabilities.
#[test]
fn what_other_models_answer() {
    let of = |name: &str| {
        let model = repository("testdata/models/1.2.2").join(name);
        Server::start_with_scorer(load::scorer(&model, Some("model")).unwrap())
    };
    let ask = |server: &Server, method: &str| {
        let inputs = server.get("/openapi.json").json();
        let inputs = inputs["components"]["schemas"]["Instance"]["required"].clone();
        let row = vec![0.5; inputs.as_array().unwrap().len()];
        let body = json!({ "inputs": [row], "params": { "predict_method": method } });
        server.post(PATH, &body.to_string())
    };
    let forest = of("a_rf_bin.pkl");
    let shares = predictions(&ask(&forest, "predict_proba"));
    let shares: Vec<f64> = serde_json::from_value(shares[0].clone()).unwrap();
    assert_eq!(shares.len(), 2);
    assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
    let class = &predictions(&ask(&forest, "predict"))[0];
    assert!(class.is_i64() || class.is_string(), "{class}");
}

#[test]
fn health_and_version() {
    let server = Server::example();
    for path in ["/ping", "/health", "/vertex/health"] {
        let answer = server.get(path);
        assert_eq!((answer.status, &*answer.body), (200, "\n"), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let version = server.get("/version");
    assert!(
        version
            .body
            .split('.')
            .all(|part| part.parse::<u32>().is_ok()),
        "{}",
        version.body
    );
    assert_eq!(
        version.header("x-propenso-version"),
        Some(propenso::VERSION)
    );
    // Without a champion no model answers.
    let registry = Registry::new();
    let empty = registry.serve(&[]);
    for path in ["/ping", "/health", "/vertex/health"] {
        assert_eq!(
            empty.get(path).problem(503)["error_code"],
            "TEMPORARILY_UNAVAILABLE"
        );
    }
    empty.post(PATH, "{}").problem(503);
}

/// What is answered is on record, by its own way.
#[test]
fn answers_are_kept_by_their_way() {
    let registry = Registry::with("\n[record.routes]\n\"/invocations\" = \"off\"\n");
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    let row = json!({ "instances": [client()] }).to_string();
    let answer = server.post(PATH, &row);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("x-propenso-decision"), None);
    let answer = server.post("/v1/models/propenso:predict", &row);
    assert!(
        answer.header("x-propenso-decision").is_some(),
        "{}",
        answer.body
    );
    assert!(answer.header("x-propenso-model").unwrap().starts_with("1 "));
}
