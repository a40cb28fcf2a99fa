//! MLflow's model folders wherever a model file is taken: the file that `MLmodel` names is read, and nothing else of it.

use std::fs;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::support::registry::{Registry, form};
use crate::support::zip::zip;
use crate::support::{Server, example_model, propenso, repository};

/// What MLflow 3.17 writes beside a model of scikit-learn's.
fn description(file: &str, inputs: &str) -> String {
    format!(
        "artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n      virtualenv: python_env.yaml\n    \
         loader_module: mlflow.sklearn\n    model_path: {file}\n    predict_fn: predict\n    python_version: 3.11.4\n  sklearn:\n    \
         code: null\n    pickled_model: {file}\n    serialization_format: cloudpickle\n    sklearn_version: 1.2.2\n\
         mlflow_version: 3.17.2\nsignature:\n  inputs: '{inputs}'\n  outputs: null\n"
    )
}

/// A folder with the example's model.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("model");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("MLmodel"), description("model.pkl", "[]")).unwrap();
    fs::copy(example_model(), place.join("model.pkl")).unwrap();
    for other in [
        "conda.yaml",
        "python_env.yaml",
        "requirements.txt",
        "input_example.json",
    ] {
        fs::write(place.join(other), "x").unwrap();
    }
    (folder, place)
}

/// The same as an archive.
fn packed(top: &str) -> Vec<u8> {
    let model = fs::read(example_model()).unwrap();
    let name = |file: &str| format!("{top}{file}");
    zip(&[
        (&name("MLmodel"), description("model.pkl", "[]").as_bytes()),
        (&name("conda.yaml"), b"x"),
        (&name("model.pkl"), &model),
        (&name("requirements.txt"), b"x"),
    ])
}

const ASKED: [&str; 13] = [
    "er=EMP",
    "po=NO",
    "vt=S",
    "cp=8029",
    "ec=A",
    "vf=N",
    "vb=N",
    "fb=202310",
    "ed=NaN",
    "cf=3",
    "im=263.68",
    "dt=1000.82",
    "nl=12",
];

fn predicted(model: &str) -> String {
    let mut arguments = vec!["predict", "--contract", "casas-cobranzas", model];
    arguments.extend(ASKED);
    let output = propenso(&arguments, "");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_takes_a_folder() {
    let (_kept, place) = folder();
    let expected = predicted(example_model().to_str().unwrap());
    let of_folder = predicted(place.to_str().unwrap());
    let without_hash = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.contains("odelo") && !line.contains("odel:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(without_hash(&of_folder), without_hash(&expected));
    // The file by which a folder is known stands for it.
    assert_eq!(
        predicted(place.join("MLmodel").to_str().unwrap()),
        of_folder
    );
    let archive = place.join("../model.zip");
    fs::write(&archive, packed("model/")).unwrap();
    assert_eq!(
        without_hash(&predicted(archive.to_str().unwrap())),
        without_hash(&expected)
    );
    let output = propenso(&["inspect", place.to_str().unwrap()], "");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("in a folder of MLflow"), "{report}");
    // As a server, and as a portfolio.
    let server = Server::start(&place, "casas-cobranzas");
    assert_eq!(server.get(crate::support::EXAMPLE).status, 200);
    let out = place.join("../ranked.csv");
    let table = repository("examples/cobranza/cartera.csv");
    let output = propenso(
        &[
            "score",
            "--model",
            place.to_str().unwrap(),
            table.to_str().unwrap(),
            "-o",
            out.to_str().unwrap(),
        ],
        "",
    );
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_registry_takes_folders_and_archives() {
    let registry = Registry::new();
    let (_kept, place) = folder();
    let number = registry.add(&place);
    registry.ok(&["promote", &number.to_string()]);
    // The same bytes are the same version.
    assert_eq!(registry.add(&place), number);
    let server = registry.serve(&[]);
    assert_eq!(server.get(crate::support::EXAMPLE).status, 200);
    for top in ["", "model/"] {
        let (kind, body) = form(&[("file", Some("model.zip"), &packed(top))]);
        let answer = server.request("POST", "/v1/models", &[("content-type", &kind)], &body);
        assert!(answer.status < 300, "{}", answer.body);
    }
}

/// Names that only the signature has are the model's, and go with it into the registry.
#[test]
fn columns_are_called_as_the_signature_says() {
    let folder = tempfile::tempdir().unwrap();
    let model = repository("testdata/models/0.24.2/a_dt_3class_text.pkl");
    let server = Server::start(&model, "model");
    let inputs = server.get("/v2/models/propenso").json()["inputs"].clone();
    let n = inputs.as_array().unwrap().len();
    assert_eq!(inputs[0]["name"], "f0", "the model has no names");
    let names: Vec<String> = (0..n).map(|at| format!("Columna {at}")).collect();
    let columns = names
        .iter()
        .map(|name| json!({ "type": "double", "name": name, "required": true }));
    let columns = serde_json::to_string(&columns.collect::<Vec<_>>()).unwrap();
    fs::write(
        folder.path().join("MLmodel"),
        description("m.pkl", &columns),
    )
    .unwrap();
    fs::copy(&model, folder.path().join("m.pkl")).unwrap();
    let server = Server::start(folder.path(), "model");
    let inputs = server.get("/v2/models/propenso").json()["inputs"].clone();
    let named: Vec<_> = inputs
        .as_array()
        .unwrap()
        .iter()
        .map(|input| input["name"].clone())
        .collect();
    assert_eq!(named, names);
    let client: serde_json::Map<_, _> = names.iter().map(|name| (name.clone(), json!(1))).collect();
    let body = json!({ "instances": [client] }).to_string();
    assert_eq!(server.post("/v1/predict", &body).status, 200);
}

#[test]
fn folders_that_are_none() {
    let (_kept, place) = folder();
    let said = |wanted: &str| {
        let output = propenso(&["inspect", place.to_str().unwrap()], "");
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(wanted), "{error}");
    };
    let write = |text: &str| fs::write(place.join("MLmodel"), text).unwrap();
    write(&description("otro.pkl", "[]"));
    said("the model is in `otro.pkl`, which is not in the folder");
    write(&description("../model.pkl", "[]"));
    said("`../model.pkl` is no file within the folder");
    write("flavors:\n  spark:\n    model_data: sparkml\n");
    said("it has spark; read are sklearn");
    write("\tx");
    said("line 1");
    #[cfg(unix)]
    {
        let outside = place.join("../outside.pkl");
        fs::copy(example_model(), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, place.join("link.pkl")).unwrap();
        write(&description("link.pkl", "[]"));
        said("`link.pkl`, which is not in the folder");
    }
    fs::remove_file(place.join("MLmodel")).unwrap();
    said("a folder without a file `MLmodel`");
    // A model that becomes larger than any, and an archive in an archive.
    let nested = zip(&[
        ("MLmodel", description("m.pkl", "[]").as_bytes()),
        ("m.pkl", &packed("")),
    ]);
    let file = place.join("../nested.zip");
    fs::write(&file, nested).unwrap();
    let output = propenso(&["inspect", file.to_str().unwrap()], "");
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("another archive")
    );
}
