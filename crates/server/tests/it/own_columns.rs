//! Models served by their own columns: pipelines on raw columns without any contract, bare
//! estimators of several classes, regressors, and contract files that add to a model's own.

use std::path::PathBuf;

use propenso_lifecycle::load;
use serde_json::{Map, Value, json};

use crate::support::{Server, propenso, read_text, repository};

/// A model of the committed corpus, with the answers beside it.
struct Case {
    path: PathBuf,
    answers: Value,
}

impl Case {
    fn new(name: &str, file: &str) -> Self {
        let answers = read_text(&format!("testdata/models/{name}.json.gz"));
        let folder = repository("testdata/models").join(name);
        Self {
            path: folder.with_file_name(file),
            answers: serde_json::from_str(&answers).unwrap(),
        }
    }

    fn server(&self) -> Server {
        Server::start_with_scorer(load::scorer(&self.path, None).unwrap())
    }

    /// A row of the answers as an instance, by column.
    fn instance(&self, row: usize) -> Map<String, Value> {
        let names = self.answers["columns"].as_array().unwrap().iter();
        let values = self.answers["rows"][row].as_array().unwrap().iter();
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .zip(values.cloned())
            .collect()
    }
}

fn raw_pipeline() -> Case {
    Case::new(
        "1.4.2/b_pipe_ohe_dropbinary",
        "b_pipe_ohe_dropbinary.joblib.lzma",
    )
}

fn post(server: &Server, instances: &Value) -> crate::support::Answer {
    server.post(
        "/v1/predict",
        &json!({ "instances": instances }).to_string(),
    )
}

#[test]
fn a_raw_pipeline_needs_no_contract() {
    let case = Case::new("1.9.1/b_pipe_ohe_gaps", "b_pipe_ohe_gaps.pkl");
    let server = case.server();
    let rows = case.answers["rows"].as_array().unwrap().len();
    let instances: Vec<_> = (0..rows).map(|row| case.instance(row)).collect();
    let answer = post(&server, &json!(instances));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["model"]["contract"], "model");
    let predictions = answer["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), rows);
    for (row, prediction) in predictions.iter().enumerate() {
        assert_eq!(prediction["class"], case.answers["predict"][row]);
        let expected = case.answers["predict_proba"][row][1].as_f64().unwrap();
        let got = prediction["probability"].as_f64().unwrap();
        assert!(
            (got - expected).abs() < 1e-12,
            "row {row}: {got} {expected}"
        );
        assert_eq!(prediction["probabilities"]["SI"].as_f64(), Some(got));
    }
}

#[test]
fn what_a_raw_pipeline_says_of_its_columns() {
    let server = Case::new("1.9.1/b_pipe_ohe_gaps", "b_pipe_ohe_gaps.pkl").server();
    let mut instance = Case::new("1.9.1/b_pipe_ohe_gaps", "b_pipe_ohe_gaps.pkl").instance(0);
    instance.insert("CANTIDAD_FACTURAS".into(), Value::Null);
    instance.insert("ESCENARIO_RECOBRO".into(), json!("NUEVO_99"));
    instance.insert("COLOR".into(), json!("azul"));
    let warned = post(&server, &json!([instance.clone()]));
    assert_eq!(warned.status, 200, "{}", warned.body);
    insta::assert_json_snapshot!(warned.json()["predictions"][0]["warnings"], @r#"
    [
      {
        "input": "CANTIDAD_FACTURAS",
        "kind": "imputed",
        "used": 2.0,
        "value": null
      },
      {
        "input": "ESCENARIO_RECOBRO",
        "kind": "unseen",
        "used": null,
        "value": "NUEVO_99"
      },
      {
        "input": "COLOR",
        "kind": "unknown_input",
        "used": null,
        "value": null
      }
    ]
    "#);
    instance.insert("DEUDA_TOTAL".into(), json!("mucha"));
    instance.insert("IMPORTE_FACTURA".into(), json!("1e999"));
    instance.insert("EDAD".into(), json!([1]));
    instance.remove("VPT");
    let refused = post(&server, &json!([instance])).problem(422);
    insta::assert_json_snapshot!(refused["errors"]);
}

#[test]
fn categories_seen_in_training_are_the_only_ones_where_the_model_says_so() {
    let case = raw_pipeline();
    let server = case.server();
    let mut instance = case.instance(0);
    instance.insert("ESCENARIO_RECOBRO".into(), json!("NUEVO_99"));
    let refused = post(&server, &json!([instance])).problem(422);
    insta::assert_json_snapshot!(refused["errors"]);
}

#[test]
fn prediccion_takes_the_columns_as_parameters() {
    let case = Case::new("1.9.1/b_pipe_ohe_gaps", "b_pipe_ohe_gaps.pkl");
    let server = case.server();
    let row = case.instance(0);
    let encode = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        format!("{}={}", name.replace(' ', "+"), value.replace(' ', "+"))
    };
    let query: Vec<String> = row.iter().map(encode).collect();
    let target = format!("/prediccion?{}", query.join("&"));
    let plain = server.get(&target);
    assert_eq!((plain.status, plain.body.as_str()), (200, "NO"));
    let json = server.get(&format!("{target}&formato=json")).json();
    assert_eq!(json["clasificacion"], "NO");
    assert_eq!(json["clase"], "NO");
    assert!(json["probabilidades"]["SI"].as_f64().unwrap() < 0.5);
}

#[test]
fn several_classes_and_numbers() {
    let case = Case::new("1.9.1/a_lr_3class", "a_lr_3class.joblib.gz");
    let server = Server::start(&case.path, "model");
    let answer = post(&server, &json!([case.instance(0)])).json();
    let prediction = &answer["predictions"][0];
    assert_eq!(prediction["class"], case.answers["predict"][0]);
    assert_eq!(prediction["probabilities"].as_object().unwrap().len(), 3);
    assert_eq!(prediction.get("probability"), None);

    let case = Case::new("1.6.1/b_pipe_regressor", "b_pipe_regressor.joblib.gz");
    let answer = post(&case.server(), &json!([case.instance(0)])).json();
    let prediction = &answer["predictions"][0];
    assert_eq!(prediction["value"], case.answers["predict"][0]);
    assert_eq!(prediction.get("class"), None);

    let case = Case::new("1.2.2/a_linsvc", "a_linsvc.pkl");
    let server = Server::start(&case.path, "model");
    let answer = post(&server, &json!([case.instance(0)])).json();
    let prediction = &answer["predictions"][0];
    assert_eq!(prediction["class"], case.answers["predict"][0]);
    assert_eq!(prediction.get("probabilities"), None);
}

#[test]
fn a_contract_file_adds_parameters_spellings_and_labels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mio.toml");
    let overlay = r#"
        name = "mio"
        base = "model"
        [decision]
        positive_class = "SI"
        threshold = 0.15
        labels = { positive = "pagador", negative = "no pagador" }
        [[input]]
        name = "ESCENARIO_RECOBRO"
        parameter = "er"
        text = { es = "escenario", en = "scenario" }
        spellings = { "Permanencia" = "PER" }
    "#;
    std::fs::write(&path, overlay).unwrap();
    let case = Case::new("1.9.1/b_pipe_ohe_gaps", "b_pipe_ohe_gaps.pkl");
    let server = Server::start(&case.path, path.to_str().unwrap());
    let mut instance = case.instance(0);
    assert_eq!(instance.remove("ESCENARIO_RECOBRO"), Some(json!("PER")));
    instance.insert("er".into(), json!("Permanencia"));
    let answer = post(&server, &json!([instance])).json();
    assert_eq!(answer["model"]["contract"], "mio");
    let prediction = &answer["predictions"][0];
    let expected = case.answers["predict_proba"][0][1].as_f64().unwrap();
    assert!((prediction["probability"].as_f64().unwrap() - expected).abs() < 1e-12);
    // 0.179… is no payer to the model, and one to a threshold of 0.15.
    assert_eq!(prediction["class"], 1);
    assert_eq!(prediction["label"], "pagador");
    assert_eq!(prediction["warnings"], json!([]));

    let wrong = overlay.replace("= \"PER\"", "= \"PERM\"") + "[[input]]\nname = \"COLOR\"\n";
    std::fs::write(&path, wrong).unwrap();
    let model = case.path.to_str().unwrap();
    let output = propenso(
        &[
            "predict",
            model,
            "--contract",
            path.to_str().unwrap(),
            "er=PER",
        ],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no category \"PERM\""), "{error}");
    assert!(
        error.contains("input COLOR: the model has no such column"),
        "{error}"
    );
}

#[test]
fn a_bare_model_that_the_shipped_contract_does_not_fit_says_what_to_do() {
    let case = Case::new("1.9.1/a_lr_3class", "a_lr_3class.joblib.gz");
    let error = load::scorer(&case.path, None).unwrap_err().to_string();
    assert!(error.contains("--contract model"), "{error}");
}
