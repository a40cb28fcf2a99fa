//! `POST /v1/predict` as pandas, polars and DuckDB ask it: an Arrow stream in, one out.

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, NullArray, RecordBatch,
    StringArray,
};
use arrow_cast::cast;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_ipc::{CompressionType, MetadataVersion};
use arrow_schema::{DataType as D, Field, Schema, TimeUnit};
use propenso::settings::HttpSettings;
use serde_json::{Value, json};

use crate::support::portfolio::{COLUMNS, Client, clients};
use crate::support::registry::{Registry, small};
use crate::support::{Server, example_model};

const ARROW: &str = "application/vnd.apache.arrow.stream";

type Columns = Vec<(String, ArrayRef)>;

/// Numbers as numbers, texts as texts, what is missing as null.
fn columns(clients: &[Client]) -> Columns {
    let column = |(place, (_, name)): (usize, &(&str, &str))| {
        let cells = || clients.iter().map(|client| client[place].1.as_str());
        let numbers: Vec<_> = cells().map(|cell| cell.parse::<f64>().ok()).collect();
        let is_text = cells()
            .zip(&numbers)
            .any(|(cell, number)| !cell.is_empty() && number.is_none());
        let array: ArrayRef = match is_text || *name == "EDAD" {
            true => Arc::new(StringArray::from_iter(
                cells().map(|cell| (!cell.is_empty()).then_some(cell)),
            )),
            false => Arc::new(Float64Array::from(numbers)),
        };
        ((*name).to_owned(), array)
    };
    COLUMNS.iter().enumerate().map(column).collect()
}

fn one() -> Columns {
    let clients = clients("examples/cobranza/cartera.csv");
    columns(&clients[..1])
}

/// The same columns, but one.
fn with(mut columns: Columns, name: &str, array: ArrayRef) -> Columns {
    columns.retain(|(known, _)| known != name);
    columns.push((name.to_owned(), array));
    columns
}

fn batch(columns: Columns) -> RecordBatch {
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(
        schema,
        columns.into_iter().map(|(_, array)| array).collect(),
    )
    .unwrap()
}

fn stream_of(batches: &[RecordBatch], compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::try_new(64, false, MetadataVersion::V5).unwrap();
    let options = options.try_with_compression(compression).unwrap();
    let schema = batches[0].schema();
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
    batches
        .iter()
        .for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

fn stream(columns: Columns) -> Vec<u8> {
    stream_of(&[batch(columns)], None)
}

/// Asks with a stream, and gives the table that is answered.
fn ask(server: &Server, body: &[u8]) -> RecordBatch {
    table(&server.raw_bytes("POST", "/v1/predict", &[("content-type", ARROW)], body))
}

fn table(answer: &[u8]) -> RecordBatch {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(
        head.starts_with("http/1.1 200"),
        "{}",
        String::from_utf8_lossy(answer)
    );
    assert!(head.contains(&format!("content-type: {ARROW}")), "{head}");
    assert!(head.contains("x-propenso-model: "), "{head}");
    let reader = StreamReader::try_new(Cursor::new(&answer[end + 4..]), None).unwrap();
    let metadata = &reader.schema().metadata["propenso.model"];
    let model: Value = serde_json::from_str(metadata).unwrap();
    assert_eq!(model["hash"].as_str().map(str::len), Some(64));
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 1);
    batches[0].clone()
}

/// A stream that is refused.
fn refused(server: &Server, body: &[u8], status: u16) -> String {
    let answer = server.request("POST", "/v1/predict", &[("content-type", ARROW)], body);
    answer.problem(status)["error"].as_str().unwrap().to_owned()
}

/// The same clients as JSON has them.
fn instances(columns: &Columns) -> String {
    let cell = |array: &ArrayRef, row| match array.data_type() {
        _ if array.is_null(row) => Value::Null,
        D::Float64 => json!(array.as_primitive::<Float64Type>().value(row)),
        _ => json!(array.as_string::<i32>().value(row)),
    };
    let object = |row| {
        let fields = columns.iter();
        let fields = fields.map(|(name, array)| (name.clone(), cell(array, row)));
        Value::Object(fields.collect())
    };
    let n = columns[0].1.len();
    json!({ "instances": (0..n).map(object).collect::<Vec<_>>() }).to_string()
}

fn text<'t>(table: &'t RecordBatch, name: &str, row: usize) -> Option<&'t str> {
    let column = table.column_by_name(name).unwrap().as_string::<i32>();
    column.is_valid(row).then(|| column.value(row))
}

fn probability(table: &RecordBatch, row: usize) -> f64 {
    let column = table.column_by_name("probability").unwrap();
    column.as_primitive::<Float64Type>().value(row)
}

/// Every client, in every form that goes in and out: bit for bit what JSON says.
#[test]
fn the_whole_portfolio() {
    let server = Server::example();
    let columns = columns(&clients("examples/cobranza/cartera.csv"));
    let plain = server.post("/v1/predict", &instances(&columns));
    let predictions = plain.json()["predictions"].clone();
    let whole = batch(columns.clone());
    let sent = [
        stream(columns.clone()),
        stream_of(
            &[whole.slice(0, 1), whole.slice(1, 0), whole.slice(1, 7_338)],
            None,
        ),
        stream_of(
            std::slice::from_ref(&whole),
            Some(CompressionType::LZ4_FRAME),
        ),
        stream_of(std::slice::from_ref(&whole), Some(CompressionType::ZSTD)),
    ];
    let mut tables: Vec<_> = sent.iter().map(|body| ask(&server, body)).collect();
    let headers = [("accept", ARROW)];
    let of_json =
        |body: &str| table(&server.raw_bytes("POST", "/v1/predict", &headers, body.as_bytes()));
    assert_eq!(of_json(r#"{"instances": []}"#).num_rows(), 0);
    tables.push(of_json(&instances(&columns)));
    for table in &tables {
        assert_eq!(table.num_rows(), 7_339);
        let classes = table
            .column_by_name("class")
            .unwrap()
            .as_primitive::<Int64Type>();
        for (row, prediction) in predictions.as_array().unwrap().iter().enumerate() {
            assert_eq!(json!(classes.value(row)), prediction["class"]);
            assert_eq!(json!(probability(table, row)), prediction["probability"]);
            assert_eq!(text(table, "label", row), prediction["label"].as_str());
            let warnings = text(table, "warnings", row).unwrap_or("[]");
            assert_eq!(
                serde_json::from_str::<Value>(warnings).unwrap(),
                prediction["warnings"]
            );
            assert_eq!(text(table, "error", row), None);
        }
        let names: Vec<_> = table
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        assert_eq!(
            names,
            ["class", "label", "probability", "warnings", "error"]
        );
    }
    // And JSON, where that is asked for.
    let headers = [("content-type", ARROW), ("accept", "application/json")];
    let answer = server.request("POST", "/v1/predict", &headers, &sent[0]);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.body, plain.body);
}

/// The types that pandas, polars and DuckDB make of the same values.
#[test]
fn columns_of_any_type() {
    let server = Server::example();
    let expected = probability(&ask(&server, &stream(one())), 0);
    let to = |name: &str, to: &D| {
        let columns = one();
        let (_, array) = columns.iter().find(|(known, _)| known == name).unwrap();
        let array = cast(array, to).unwrap();
        with(columns, name, array)
    };
    let shared = |key: D, value: D| D::Dictionary(Box::new(key), Box::new(value));
    let texts = [
        D::Utf8,
        D::LargeUtf8,
        D::Utf8View,
        shared(D::Int32, D::Utf8),
        shared(D::UInt8, D::LargeUtf8),
        shared(D::UInt32, D::Utf8View),
    ];
    for kind in texts {
        assert_eq!(
            probability(&ask(&server, &stream(to("PORTADO", &kind))), 0),
            expected,
            "{kind}"
        );
    }
    let numbers = [
        D::Int8,
        D::Int16,
        D::Int32,
        D::Int64,
        D::UInt8,
        D::UInt16,
        D::UInt32,
        D::UInt64,
        D::Float16,
        D::Float32,
        D::Decimal128(10, 2),
        D::Decimal32(5, 1),
        D::Decimal64(10, 0),
        D::Decimal256(40, 3),
        shared(D::Int8, D::Int64),
        D::Utf8,
    ];
    for kind in numbers {
        assert_eq!(
            probability(&ask(&server, &stream(to("CANTIDAD_FACTURAS", &kind))), 0),
            expected,
            "{kind}"
        );
    }
    // A day where only its presence counts; none is null, of any type.
    let present = probability(
        &ask(
            &server,
            &stream(with(
                one(),
                "FECHA_BPI",
                Arc::new(Int64Array::from(vec![202310])),
            )),
        ),
        0,
    );
    let day = Arc::new(Int64Array::from(vec![1_697_000_000_000_i64])) as ArrayRef;
    let moment = |zone: Option<&str>| D::Timestamp(TimeUnit::Millisecond, zone.map(Into::into));
    for kind in [D::Date64, moment(None), moment(Some("Europe/Madrid"))] {
        let zone_free = match &kind {
            D::Timestamp(unit, _) => cast(&day, &D::Timestamp(*unit, None)).unwrap(),
            kind => cast(&day, kind).unwrap(),
        };
        let array = match &kind {
            D::Timestamp(_, Some(_)) => Arc::new(
                zone_free
                    .as_primitive::<arrow_array::types::TimestampMillisecondType>()
                    .clone()
                    .with_timezone("+02:00"),
            ) as ArrayRef,
            _ => zone_free,
        };
        let answered = ask(&server, &stream(with(one(), "FECHA_BPI", array)));
        assert_eq!(
            probability(&answered, 0),
            present,
            "{kind}: {:?}",
            text(&answered, "error", 0)
        );
    }
    let nothing = probability(
        &ask(
            &server,
            &stream(with(one(), "FECHA_BPI", Arc::new(NullArray::new(1)))),
        ),
        0,
    );
    for none in [&D::Utf8, &D::Float64, &D::Date32, &shared(D::Int8, D::Utf8)] {
        let array = cast(&(Arc::new(NullArray::new(1)) as ArrayRef), none).unwrap();
        assert_eq!(
            probability(&ask(&server, &stream(with(one(), "FECHA_BPI", array))), 0),
            nothing,
            "{none}"
        );
    }
    // What nobody asks for may be anything, and is told of.
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let answered = ask(&server, &stream(with(one(), "lista", Arc::new(list))));
    assert_eq!(probability(&answered, 0), expected);
    assert!(
        text(&answered, "warnings", 0)
            .unwrap()
            .contains("unknown_input")
    );
}

/// Who cannot be answered has the reason; the others are answered, kept and named.
#[test]
fn one_that_cannot_be_answered_stops_nobody() {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let server = registry.serve(&[]);
    let all = clients("examples/cobranza/cartera.csv");
    let columns = columns(&all[..3]);
    let codes = Arc::new(StringArray::from(vec!["8029", "no", "29151"]));
    let columns = with(columns, "CODIGO_POSTAL", codes);
    let columns = with(
        columns,
        "id",
        Arc::new(StringArray::from(vec!["a", "b", "c"])),
    );
    let bytes = server_bytes(&server, &stream(columns.clone()));
    let table = table(&bytes);
    assert_eq!(table.num_rows(), 3);
    let error = text(&table, "error", 1).unwrap();
    assert!(
        error.contains("CODIGO_POSTAL") && error.contains("accepted:"),
        "{error}"
    );
    for name in ["class", "label", "probability", "decision", "warnings"] {
        assert!(table.column_by_name(name).unwrap().is_null(1), "{name}");
    }
    for row in [0, 2] {
        assert_eq!(text(&table, "error", row), None);
        let decision = text(&table, "decision", row).unwrap();
        let found = server.get(&format!("/v1/decisions/{decision}?why=prueba"));
        assert_eq!(found.status, 200, "{}", found.body);
    }
    // JSON answers all or none.
    let headers = [("content-type", ARROW), ("accept", "application/json")];
    let answer = server.request("POST", "/v1/predict", &headers, &stream(columns));
    assert_eq!(answer.problem(422)["errors"][0]["row"], 1);
}

fn server_bytes(server: &crate::support::process::Process, body: &[u8]) -> Vec<u8> {
    use std::io::{Read, Write};
    let request = crate::support::request_bytes(
        "POST",
        "/v1/predict",
        ("127.0.0.1", &[("content-type", ARROW)]),
        body,
    );
    let mut connection = std::net::TcpStream::connect(server.address).unwrap();
    connection.write_all(&request).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    answer
}

/// What JSON asks besides comes as the text of its JSON.
#[test]
fn reasons_and_counterfactuals() {
    let server = Server::example();
    let client = json!({
        "er": "PER", "po": "NO", "vt": "S", "cp": 29151, "ec": "A", "vf": "N", "vb": "N", "fb": null,
        "ed": "MAYOR 65", "cf": 1, "im": 62.83, "dt": 62.83, "nl": 2,
    });
    let body = json!({ "instances": [client], "explain": 2, "counterfactual": true });
    let headers = [("accept", ARROW)];
    let table =
        table(&server.raw_bytes("POST", "/v1/predict", &headers, body.to_string().as_bytes()));
    let plain = server.post("/v1/predict", &body.to_string()).json();
    let prediction = &plain["predictions"][0];
    let base = table
        .column_by_name("base")
        .unwrap()
        .as_primitive::<Float64Type>();
    assert_eq!(json!(base.value(0)), prediction["base"]);
    for name in ["reasons", "counterfactual"] {
        let told: Value = serde_json::from_str(text(&table, name, 0).unwrap()).unwrap();
        assert_eq!(told, prediction[name]);
    }
}

/// Models without a contract: their own classes, by their own labels, and all probabilities.
#[test]
fn answers_of_other_models() {
    let server = Server::start(&small("a_dt_3class_text.pkl"), "model");
    let names = server.get("/v2/models/propenso").json();
    let inputs = names["inputs"].as_array().unwrap();
    let columns: Columns = inputs
        .iter()
        .map(|input| {
            let name = input["name"].as_str().unwrap().to_owned();
            (
                name,
                Arc::new(Float64Array::from(vec![5.1, 6.2])) as ArrayRef,
            )
        })
        .collect();
    let plain = server.post("/v1/predict", &instances(&columns)).json();
    let table = ask(&server, &stream(columns));
    let probabilities = table.column_by_name("probabilities").unwrap().as_struct();
    for row in [0, 1] {
        let prediction = &plain["predictions"][row];
        assert_eq!(text(&table, "label", row), prediction["label"].as_str());
        for (label, value) in prediction["probabilities"].as_object().unwrap() {
            let column = probabilities.column_by_name(label).unwrap();
            assert_eq!(
                json!(column.as_primitive::<Float64Type>().value(row)),
                *value
            );
        }
    }
}

/// What is wrong with a table is told by its column, and what would do.
#[test]
fn tables_that_are_none_of_clients() {
    let server = Server::example();
    let mut columns = one();
    columns.retain(|(name, _)| name != "EDAD" && name != "PORTADO");
    columns.push(("edad".to_owned(), Arc::new(StringArray::from(vec!["x"]))));
    let said = refused(&server, &stream(columns), 422);
    assert!(
        said.contains("no column `PORTADO` (or `po`), `EDAD` (or `ed`)"),
        "{said}"
    );
    assert!(said.contains("these are no inputs: `edad`"), "{said}");
    let twice = with(one(), "ed", Arc::new(StringArray::from(vec!["x"])));
    let said = refused(&server, &stream(twice), 422);
    assert!(said.contains("`ed` is there twice"), "{said}");
    let list = || ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let said = refused(&server, &stream(with(one(), "EDAD", Arc::new(list()))), 422);
    assert!(
        said.contains("`EDAD` is of the type List(") && said.contains("cast it to text"),
        "{said}"
    );
    let yes = Arc::new(BooleanArray::from(vec![true]));
    let answered = ask(&server, &stream(with(one(), "CODIGO_POSTAL", yes)));
    assert!(text(&answered, "error", 0).is_some_and(|error| error.contains("CODIGO_POSTAL")));
    for other in [
        "application/vnd.apache.arrow.file",
        "application/vnd.apache.parquet",
    ] {
        let answer = server.request("POST", "/v1/predict", &[("content-type", other)], b"PAR1");
        let said = answer.problem(415)["error"].as_str().unwrap().to_owned();
        assert!(said.contains(ARROW), "{said}");
    }
}

/// Streams that are damaged, or ask for more room than they take.
#[test]
fn hostile_streams() {
    let settings = HttpSettings {
        max_body_bytes: 1 << 20,
        ..HttpSettings::default()
    };
    let server = Server::start_with(&example_model(), "casas-cobranzas", settings);
    let whole = stream(one());
    for (body, phrase) in [
        (&b""[..], "no schema"),
        (b"{\"instances\": []}", "no Arrow stream"),
        (&[0xff; 64], "no Arrow stream"),
    ] {
        let said = refused(&server, body, 400);
        assert!(
            said.contains(phrase) && said.contains("new_stream"),
            "{said}"
        );
    }
    let mut file = FileWriter::try_new(Vec::new(), &batch(one()).schema()).unwrap();
    file.write(&batch(one())).unwrap();
    file.finish().unwrap();
    assert!(refused(&server, &file.into_inner().unwrap(), 400).contains("Feather"));
    // Whatever byte is wrong: it is answered or refused.
    for place in 0..whole.len() {
        for value in [0, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            if place % 3 == 0 {
                damaged[place] = value;
                let answer =
                    server.raw_bytes("POST", "/v1/predict", &[("content-type", ARROW)], &damaged);
                assert!(
                    answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.1 4"),
                    "{place} {value}"
                );
            }
        }
    }
    for end in (8..whole.len() - 8).step_by(7) {
        let answer = server.raw_bytes(
            "POST",
            "/v1/predict",
            &[("content-type", ARROW)],
            &whole[..end],
        );
        assert!(
            answer.starts_with(b"HTTP/1.1 4") || answer.starts_with(b"HTTP/1.1 200"),
            "{end}"
        );
    }
    // A text that is there once, for very many clients.
    let long = "x".repeat(500_000);
    let many = StringArray::from_iter_values(std::iter::once(long.as_str()));
    let keys = arrow_array::Int32Array::from(vec![0; 50_000]);
    let shared = arrow_array::DictionaryArray::new(keys, Arc::new(many));
    let nulls = |n: usize| {
        COLUMNS
            .iter()
            .map(|(_, name)| ((*name).to_owned(), Arc::new(NullArray::new(n)) as ArrayRef))
            .collect::<Vec<_>>()
    };
    let said = refused(
        &server,
        &stream(with(nulls(50_000), "EDAD", Arc::new(shared))),
        413,
    );
    assert!(said.contains("unpacked"), "{said}");
    let said = refused(&server, &stream(nulls(100_001)), 422);
    assert!(said.contains("more than 100000 rows"), "{said}");
    // Compressed a thousand times.
    let zeros = Arc::new(Float64Array::from(vec![0.0; 99_000])) as ArrayRef;
    let wide = COLUMNS
        .iter()
        .map(|(_, name)| ((*name).to_owned(), Arc::clone(&zeros)));
    let bomb = stream_of(&[batch(wide.collect())], Some(CompressionType::ZSTD));
    assert!(bomb.len() < 100_000);
    assert!(refused(&server, &bomb, 413).contains("unpacked"));
    let columns: Columns = (0..5_000)
        .map(|at| (format!("c{at}"), Arc::new(NullArray::new(1)) as ArrayRef))
        .collect();
    assert!(refused(&server, &stream(columns), 422).contains("4096 columns"));
}
