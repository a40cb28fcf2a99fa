//! What each route answers.

use propenso::settings::HttpSettings;
use serde_json::{Value, json};

use crate::support::{EXAMPLE, Server, example_model, request_bytes};

/// A client that is in order, by query parameter.
fn client() -> Value {
    json!({
        "er": "PER", "po": "NO", "vt": "S", "cp": "29151", "ec": "A", "vf": "N", "vb": "N",
        "fb": null, "ed": "MAYOR 65", "cf": 1, "im": 62.83, "dt": 62.83, "nl": 2,
    })
}

fn predict(server: &Server, instances: &Value) -> crate::support::Answer {
    server.post(
        "/v1/predict",
        &json!({ "instances": instances }).to_string(),
    )
}

#[test]
fn prediccion_is_what_the_platform_expects() {
    let server = Server::example();
    let answer = server.get(EXAMPLE);
    assert_eq!((answer.status, answer.body.as_str()), (200, "0"));
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let head = server.request("HEAD", EXAMPLE, &[], b"");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), Some("1"));
}

#[test]
fn prediccion_in_json() {
    let server = Server::example();
    let by_parameter = server.get(&format!("{EXAMPLE}&formato=json"));
    let by_header = server.request("GET", EXAMPLE, &[("accept", "application/json")], b"");
    assert_eq!(by_parameter.body, by_header.body);
    assert_eq!(
        by_parameter.header("content-type"),
        Some("application/json")
    );
    insta::assert_json_snapshot!(by_parameter.json());
    let text = server.request(
        "GET",
        &format!("{EXAMPLE}&formato=texto"),
        &[("accept", "application/json")],
        b"",
    );
    assert_eq!(text.body, "0");
    let unknown = server.get(&format!("{EXAMPLE}&formato=xml")).problem(422);
    assert_eq!(unknown["errors"][0]["parameter"], "formato");
}

/// What people write is read as what they mean, and said to be; where they mean nothing known they are asked.
#[test]
fn what_people_write() {
    let server = Server::example();
    let exact = server.get(&EXAMPLE.replace("vt=S", "vt=SI"));
    let sent = EXAMPLE
        .replace("er=EMP", "er=emp")
        .replace("vt=S", "vt=S%C3%AD");
    assert_eq!(server.get(&sent).body, exact.body);
    let answer = server.get(&format!("{sent}&formato=json")).json();
    let told: Vec<_> = answer["avisos"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|told| told["tipo"] == "interpretado")
        .map(|told| told["mensaje"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "ESCENARIO_RECOBRO: se ha leído «emp» como «EMP»",
            "VPT: se ha leído «Sí» como «SI»"
        ]
    );
    let problem = server
        .get(&EXAMPLE.replace("er=EMP", "er=Empresa"))
        .problem(422);
    assert_eq!(
        problem["errors"][0]["reason"],
        "no es ninguno de los valores admitidos; ¿quiso decir EMP?"
    );
}

#[test]
fn prediccion_names_every_wrong_field_in_spanish() {
    let server = Server::example();
    let answer = server.get("/prediccion?er=EMPRESA&po=NO&vt=S&cp=99999&ec=A&vf=N&vf=S&vb=N&fb=202313&ed=140&cf=-1&im=12%25&dt=1.000&extra=1");
    insta::assert_json_snapshot!(answer.problem(422));
    insta::assert_json_snapshot!("nothing_sent", server.get("/prediccion").problem(422));
}

#[test]
fn v1_predict_answers_long_and_short_names() {
    let server = Server::example();
    let long = json!({
        "ESCENARIO_RECOBRO": "PER", "PORTADO": "NO", "VPT": null, "CODIGO_POSTAL": 29151,
        "ESTADO_CLIENTE": "A", "VAP_SCF": "N", "VAP_OB": "N", "FECHA_BPI": "", "EDAD": 70,
        "CANTIDAD_FACTURAS": "1", "IMPORTE_FACTURA": "1.062,83 €", "DEUDA_TOTAL": "1.000",
        "NUM_LINEAS_ACTIVAS": 2, "OTRA": "x",
    });
    let answer = predict(&server, &json!([client(), long]));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!(answer.json());
    assert_eq!(
        predict(&server, &json!([])).json()["predictions"],
        json!([])
    );
}

#[test]
fn v1_predict_names_every_wrong_field_of_every_row() {
    let server = Server::example();
    let mut wrong = client();
    wrong["ed"] = json!(true);
    wrong["im"] = json!("doce");
    wrong["cp"] = json!([1]);
    wrong["ESCENARIO_RECOBRO"] = json!("PER");
    let answer = predict(&server, &json!([client(), wrong, 7, {}]));
    let problem = answer.problem(422);
    insta::assert_json_snapshot!(problem["error"]);
    let errors = problem["errors"].as_array().unwrap();
    let row = |row: u64| {
        errors
            .iter()
            .filter(|error| error["row"] == row)
            .collect::<Vec<_>>()
    };
    assert_eq!(row(0).len(), 0);
    insta::assert_json_snapshot!("errors_of_row_1", row(1));
    insta::assert_json_snapshot!("errors_of_row_2", row(2));
    assert_eq!(row(3).len(), 13);
}

#[test]
fn numbers_beyond_a_double_are_field_errors_not_syntax_errors() {
    let server = Server::example();
    let body = json!({ "instances": [client()] }).to_string();
    for number in ["1e400", "-1e400", &"9".repeat(400)] {
        let body = body.replace("62.83", number);
        let problem = server.post("/v1/predict", &body).problem(422);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{number}");
    }
}

#[test]
fn wrong_bodies() {
    let server = Server::example();
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("{\"instances\": [}", 400),
        ("{\"instances\": [{\"er\": \"\\ud8\"}]}", 400),
        ("[]", 422),
        ("{}", 422),
        ("7", 422),
        ("{\"instances\": {}}", 422),
        ("{\"instances\": [], \"extra\": 1}", 422),
        ("{\"instances\": [null]}", 422),
        ("{\"instances\": [{\"er\": \"\\ud800\"}]}", 422),
        (&"[".repeat(100_000), 400),
    ] {
        server.post("/v1/predict", body).problem(status);
    }
    server
        .request("POST", "/v1/predict", &[], b"{\"instances\": \"\xff\xfe\"}")
        .problem(400);
}

#[test]
fn bodies_that_are_too_long() {
    let settings = HttpSettings {
        max_body_bytes: 1_000,
        ..HttpSettings::default()
    };
    let server = Server::start_with(&example_model(), "casas-cobranzas", settings);
    for length in [1_001, 3_000, 100_000] {
        let problem = server.post("/v1/predict", &" ".repeat(length)).problem(413);
        assert!(problem["error"].as_str().unwrap().contains("1000"));
    }
    server.post("/v1/predict", &" ".repeat(1_000)).problem(400);
}

#[test]
fn errors_beyond_the_listed_ones_are_counted() {
    let server = Server::example();
    let instances = vec![json!({}); 200];
    let problem = predict(&server, &json!(instances)).problem(422);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 1_000);
    assert!(
        problem["error"]
            .as_str()
            .unwrap()
            .starts_with("2600 inputs")
    );
}

#[test]
fn unknown_paths_and_wrong_methods() {
    let server = Server::example();
    for path in [
        "/nada",
        "/predicci%C3%B3n",
        "/v1",
        "/v1/predict/",
        "/health/",
        "/prediccion/x?er=EMP",
    ] {
        server.get(path).problem(404);
    }
    for (method, path, allow) in [
        ("POST", "/prediccion", "GET,HEAD"),
        ("DELETE", "/prediccion", "GET,HEAD"),
        ("GET", "/v1/predict", "POST"),
        ("PUT", "/prueba", "GET,HEAD"),
        ("BREW", "/health/live", "GET,HEAD"),
    ] {
        let answer = server.request(method, path, &[], b"");
        answer.problem(405);
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
}

#[test]
fn health_and_prueba() {
    let server = Server::example();
    assert_eq!(server.get("/health/live").status, 200);
    assert_eq!(server.get("/health/ready").status, 200);
    let prueba = server.get("/prueba");
    assert_eq!(prueba.status, 200);
    assert!(prueba.body.contains(propenso::PROGRAM), "{}", prueba.body);
}

#[test]
fn every_answer_has_a_request_id() {
    let server = Server::example();
    let id = |target: &str, given: &[(&str, &str)]| {
        let answer = server.request("GET", target, given, b"");
        answer.header("x-request-id").map(str::to_owned)
    };
    let wrong = "/prediccion?ed=140";
    for target in [EXAMPLE, wrong, "/health/live", "/no/such", "/v1/predict"] {
        let given = [("x-request-id", "a1-B2_c3.4:5")];
        assert_eq!(id(target, &given).as_deref(), Some("a1-B2_c3.4:5"));
        // What could forge a line of the log is no id.
        let made = id(target, &[("x-request-id", "a\" level=ERROR")]).unwrap();
        assert!(!made.contains(['"', ' ']), "{made}");
        assert_ne!(Some(made), id(target, &[]), "{target}");
    }
}

#[test]
fn the_model_is_named_in_what_it_answered_and_in_what_its_contract_refused() {
    let server = Server::example();
    let name = |answer: &crate::support::Answer| answer.header("x-propenso-model").map(str::len);
    assert_eq!(name(&server.get(EXAMPLE)), Some(12));
    assert_eq!(name(&server.get("/prediccion?ed=140")), Some(12));
    assert_eq!(name(&predict(&server, &json!([client()]))), Some(12));
    assert_eq!(name(&predict(&server, &json!([{"ed": 140}]))), Some(12));
    assert_eq!(name(&server.get("/no/such")), None);
}

#[test]
fn errors_have_codes_that_stay() {
    let server = Server::example();
    let code = |answer: crate::support::Answer, status| answer.problem(status)["code"].clone();
    assert_eq!(code(server.get("/no/such"), 404), "no-such-path");
    assert_eq!(code(server.get("/v1/predict"), 405), "method-not-allowed");
    assert_eq!(
        code(server.get("/prediccion?ed=140"), 422),
        "invalid-inputs"
    );
    assert_eq!(code(server.post("/v1/predict", "{"), 400), "invalid-json");
    assert_eq!(code(server.post("/v1/predict", "{}"), 422), "wrong-body");
    assert_eq!(code(server.get("/v1/models"), 403), "forbidden");
    for (path, status, expected) in [
        ("/v1/models", 404, "no-registry"),
        ("/v1/models/%ff", 400, "invalid-request"),
        ("/v1/portfolios/1", 404, "no-portfolios"),
    ] {
        let answer = server.raw(&request_bytes("GET", path, ("127.0.0.1", &[]), b""));
        assert_eq!(code(answer, status), expected, "{path}");
    }
}
