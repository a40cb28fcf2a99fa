//! What whoever sent a model reads: the verdict, for people who do not program.

use std::path::Path;

use crate::support::registry::{Registry, month_2, small, without_times};
use crate::support::{example_model, repository, until};

/// A registry whose champion is the example's first month, with the example's portfolio to compare on.
fn in_service() -> Registry {
    let registry = Registry::with_reference("");
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    registry
}

/// The verdict on a model, with the command's exit status.
fn verdict(registry: &Registry, model: &Path) -> (i32, String) {
    let output = registry.run(&["add", model.to_str().unwrap(), "--by", "Ana"]);
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), without_times(&text))
}

#[test]
fn a_truncated_model_is_rejected() {
    let registry = in_service();
    let whole = std::fs::read(month_2()).unwrap();
    let half = registry.path("modelo_diciembre.pkl");
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    let (status, text) = verdict(&registry, &half);
    assert_eq!(status, 2);
    insta::assert_snapshot!("truncated", text);
    assert_eq!(registry.states(), ["champion", "rejected"]);
}

#[test]
fn a_hostile_model_is_rejected() {
    let registry = in_service();
    let hostile = registry.path("modelo_diciembre.pkl");
    std::fs::copy(repository("attacks/exec-system.pkl"), &hostile).unwrap();
    let (status, text) = verdict(&registry, &hostile);
    assert_eq!(status, 2);
    insta::assert_snapshot!("hostile", text);
}

#[test]
fn a_model_of_other_columns_is_rejected() {
    let registry = in_service();
    let (status, text) = verdict(&registry, &small("b_pipe_names_rf.joblib.xz"));
    assert_eq!(status, 2);
    insta::assert_snapshot!("wrong_contract", text);
}

#[test]
fn a_drifting_model_is_rejected() {
    let registry = in_service();
    let (status, text) = verdict(&registry, &small("a_dt_bin.joblib.xz"));
    assert_eq!(status, 2);
    insta::assert_snapshot!("drifting", text);
}

#[test]
fn how_much_drift_is_too_much_is_configured() {
    let limits = "[models.gates]\npsi_fail = 1e9\nflips_fail = 1\nmean_fail = 1";
    let registry = Registry::with_reference(limits);
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let (status, text) = verdict(&registry, &small("a_dt_bin.joblib.xz"));
    assert_eq!(status, 0);
    assert!(text.starts_with("VEREDICTO: ADMITIDO CON AVISOS"), "{text}");
    assert_eq!(registry.states(), ["champion", "shadow"]);
}

#[test]
fn golden_rows_that_came_along_must_reproduce() {
    let registry = Registry::new();
    let model = registry.path("modelo.pkl");
    std::fs::copy(small("a_dt_bin.joblib.xz"), &model).unwrap();
    let golden = registry.path("modelo.pkl.golden.csv");
    let header = "er,po,vt,cp,ec,vf,vb,fb,ed,cf,im,dt,nl,expected_proba_1";
    let client = "EMP,NO,S,8029,A,N,N,202310,NaN,3,263.68,1000.82,12";
    std::fs::write(&golden, format!("{header}\n{client},0.123\n")).unwrap();
    let (status, text) = verdict(&registry, &model);
    assert_eq!(status, 2);
    insta::assert_snapshot!("golden_rows_differ", text);

    // What is no number says no more than that, and spoils nothing.
    for odd in ["nan", "inf"] {
        std::fs::write(&golden, format!("{header}\n{client},{odd}\n")).unwrap();
        let (status, _) = verdict(&registry, &model);
        assert_eq!(status, 2, "{odd}");
        assert_eq!(
            registry.states().last().map(String::as_str),
            Some("rejected")
        );
    }

    // The number that was right, as the model itself says.
    let right = text.split_once("línea 2").unwrap().1;
    let right = right.split_whitespace().find_map(|word| {
        let word = word.trim_matches([',', ';', '.', ')']);
        word.parse::<f64>()
            .ok()
            .filter(|number| (number - 0.123).abs() > 1e-9)
    });
    std::fs::write(&golden, format!("{header}\n{client},{}\n", right.unwrap())).unwrap();
    let (status, text) = verdict(&registry, &model);
    assert_eq!(status, 0, "{text}");
    assert!(
        text.contains("1 de 1 filas, con la respuesta esperada"),
        "{text}"
    );
}

#[test]
fn golden_rows_that_differ_by_rounding_are_admitted_and_told() {
    let registry = Registry::new();
    let (golden, model) = crate::verify::golden("keras-3/c_keras_small_tanh_v3", ",");
    let path = registry.path("filas.csv");
    std::fs::write(&path, golden).unwrap();
    let text = registry.ok(&[
        "add",
        &model,
        "--golden",
        path.to_str().unwrap(),
        "--contract",
        "model",
    ]);
    assert!(text.starts_with("VEREDICTO: ADMITIDO."), "{text}");
    assert!(
        text.contains("diferencias de redondeo (la mayor, "),
        "{text}"
    );
}

#[test]
fn without_anything_to_compare_on_a_person_should_look() {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let (status, text) = verdict(&registry, &month_2());
    assert_eq!(status, 0);
    assert!(text.contains("[models] reference"), "{text}");
}

/// A person who knows may say otherwise, by name and with a reason; what cannot be read stays out.
#[test]
fn what_gates_refuse_is_promoted_despite_them() {
    let registry = in_service();
    verdict(&registry, &small("a_dt_bin.joblib.xz"));
    verdict(&registry, &small("b_pipe_names_rf.joblib.xz"));
    let broken = registry.path("roto.pkl");
    std::fs::write(&broken, b"nothing of the kind").unwrap();
    verdict(&registry, &broken);
    let server = registry.serve(&[]);
    let (status, error) = registry.error(&["promote", "2"]);
    assert_eq!(status, 1);
    assert!(error.contains("--despite"), "{error}");
    for (arguments, status) in [
        (&["promote", "2", "--despite", ""][..], 64),
        (&["promote", "2", "--despite", "a", "--why", "b"], 64),
        (&["promote", "3", "--despite", "a"], 1),
        (&["promote", "4", "--despite", "a"], 1),
    ] {
        assert_eq!(registry.error(arguments).0, status, "{arguments:?}");
    }
    for (version, body, status) in [
        (2, r#"{"despite": " "}"#, 422),
        (2, r#"{"despite": "a", "why": "b"}"#, 422),
        (3, r#"{"despite": "a"}"#, 409),
        (4, r#"{"despite": "a"}"#, 409),
    ] {
        let answer = server.post(&format!("/v1/models/{version}/promote"), body);
        answer.problem(status);
    }
    assert_eq!(
        server
            .post("/v1/models/rollback", r#"{"despite": "a"}"#)
            .status,
        422
    );
    assert_eq!(server.champion(), Some(1));
    let despite = ["promote", "2", "--despite", "lo sabemos", "--by", "Ana"];
    registry.ok(&despite);
    until(|| server.champion() == Some(2));
    let events = registry.json(&["list", "--events"]);
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["who"], &last["why"]),
        (&"overrule".into(), &"Ana".into(), &"lo sabemos".into())
    );
    assert_eq!(
        (&last["from"], &last["to"]),
        (&"rejected".into(), &"champion".into())
    );
    let text = registry.ok(&["show", "2"]);
    assert!(text.starts_with("VEREDICTO: NO PASA"), "{text}");
    registry.ok(&["rollback"]);
    let again = server.post(
        "/v1/models/2/promote",
        r#"{"despite": "otra vez", "by": "Luis"}"#,
    );
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(server.champion(), Some(2));
}

/// What the verdict says is wrong, and what to do about it.
fn complaint(registry: &Registry, name: &str, bytes: &[u8]) -> String {
    let model = registry.path("modelo_diciembre.pkl");
    std::fs::write(&model, bytes).unwrap();
    let (status, text) = verdict(registry, &model);
    assert_eq!(status, 2, "{name}: {text}");
    let start = text.find("- ").unwrap();
    let end = text.find("COMPROBACIONES").unwrap();
    format!("== {name}\n{}", &text[start..end])
}

#[test]
fn what_was_sent_by_mistake_is_named() {
    let registry = Registry::new();
    let files: [(&str, &[u8]); 9] = [
        (
            "git-lfs",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1253425\n",
        ),
        (
            "web page",
            b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n",
        ),
        ("empty", b""),
        ("table", b"cliente;deuda\n1;98,25\n2;12,00\n"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
        (
            "tree dump",
            b"booster[0]:\n0:[f0<0.5] yes=1,no=2,missing=1\n",
        ),
        (
            "PyTorch",
            b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.",
        ),
        (
            "base64",
            &b"gASVKAAAAAAAAACMCF9fbWFpbl9flIwKUmF0aW9BZGRlcpSTlCmBlH2UYi4A\n".repeat(4),
        ),
        (
            "notebook",
            b"{\n \"cells\": [\n  {\"cell_type\": \"code\"}]}\n",
        ),
    ];
    let complaints: Vec<_> = files
        .iter()
        .map(|(name, bytes)| complaint(&registry, name, bytes))
        .collect();
    insta::assert_snapshot!("sent_by_mistake", complaints.concat());
}

#[test]
fn the_class_that_is_to_blame_is_named() {
    let registry = Registry::new();
    let complaints: Vec<_> = [
        "two_dumps.dead.pkl",
        "lone_scaler.dead.joblib",
        "not_fitted.dead.joblib",
        "own_class.dead.joblib",
        "category_encoders.dead.joblib",
        "xgb_old_binary.dead.model",
    ]
    .iter()
    .map(|name| {
        let bytes = std::fs::read(repository("testdata/made/ways_out").join(name)).unwrap();
        complaint(&registry, name, &bytes)
    })
    .collect();
    insta::assert_snapshot!("class_to_blame", complaints.concat());
}
