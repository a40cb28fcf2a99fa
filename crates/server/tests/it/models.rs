//! The registry from the shell: `propenso models …`.

use crate::support::registry::{Registry, month_2, small, without_times};
use crate::support::{command, example_model, read_text, repository, until};

#[test]
fn a_month_from_start_to_end() {
    let registry = Registry::with_reference("");
    let model = example_model();
    let first = registry.ok(&[
        "add",
        model.to_str().unwrap(),
        "--by",
        "Ana",
        "--note",
        "noviembre",
    ]);
    insta::assert_snapshot!("first_model", without_times(&first));
    let promoted = registry.ok(&["promote", "1", "--by", "Ana", "--why", "el primero"]);
    assert_eq!(promoted, "La versión 1 está en servicio.\n");

    let model = month_2();
    let second = registry.ok(&["add", model.to_str().unwrap(), "--by", "Ana"]);
    insta::assert_snapshot!("second_model", without_times(&second));
    // With a champion to be compared with, it is shadow at once.
    assert_eq!(registry.states(), ["champion", "shadow"]);
    assert_eq!(registry.ok(&["show", "2"]), second);
    let again = registry.ok(&["add", model.to_str().unwrap()]);
    assert!(again.starts_with("Este modelo ya estaba en el registro."));

    registry.ok(&["promote", "2", "--by", "Ana", "--why", "diciembre"]);
    assert_eq!(registry.states(), ["retired", "champion"]);
    let back = registry.ok(&["rollback", "--by", "Luis", "--why", "quejas"]);
    assert_eq!(
        back,
        "La versión 2 queda retirada.\nLa versión 1 está en servicio.\n"
    );
    assert_eq!(registry.states(), ["champion", "retired"]);
    insta::assert_snapshot!("list", without_times(&registry.ok(&["list"])));
    insta::assert_snapshot!("events", without_times(&registry.ok(&["list", "--events"])));
    let events = registry.json(&["list", "--events"]);
    let rollback = &events.as_array().unwrap()[7];
    assert_eq!(
        (&rollback["action"], &rollback["version"], &rollback["who"]),
        (&"rollback".into(), &1.into(), &"Luis".into())
    );
    assert_eq!(
        (&rollback["previous_champion"], &rollback["why"]),
        (&2.into(), &"quejas".into())
    );
    assert_eq!(rollback["model"].as_str().unwrap().len(), 64);
}

#[test]
fn an_empty_registry_says_what_to_do() {
    let registry = Registry::new();
    assert!(
        registry
            .ok(&["list"])
            .contains("propenso models add modelo.pkl")
    );
    let (status, error) = registry.error(&["compare"]);
    assert_eq!(status, 1);
    assert!(error.contains("no version is shadow"), "{error}");
    let (status, error) = registry.error(&["show", "3"]);
    assert_eq!(status, 1);
    assert!(error.contains("there is no version 3"), "{error}");
}

#[test]
fn what_the_rules_do_not_allow_changes_nothing() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    let events = registry.ok(&["list", "--events"]);
    for (arguments, reason) in [
        (&["promote", "1"][..], "champion"),
        (&["rollback"], "no champion before"),
        (&["rollback", "1"], "version 1"),
        (&["retire", "1"], "champion"),
        (&["promote", "9"], "no version 9"),
    ] {
        let (status, error) = registry.error(arguments);
        assert_eq!(status, 1, "{arguments:?}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
    assert_eq!(registry.ok(&["list", "--events"]), events);
}

#[test]
fn a_candidate_can_be_given_up() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["retire", "1", "--why", "no hace falta"]);
    assert_eq!(registry.states(), ["retired"]);
    let (_, error) = registry.error(&["retire", "1"]);
    assert!(error.contains("retired"), "{error}");
}

#[test]
fn a_shadow_that_was_replaced_may_still_have_its_turn() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    registry.add(&small("a_ada.pkl"));
    registry.add(&small("a_dt_bin.joblib.xz"));
    assert_eq!(registry.states(), ["champion", "retired", "shadow"]);
    registry.ok(&["promote", "2"]);
    assert_eq!(registry.states(), ["retired", "champion", "shadow"]);
}

/// Whoever wants a model back need not know by which word.
#[test]
fn promoting_a_former_champion_goes_back_to_it() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.ok(&["promote", "1"]);
    registry.add(&small("a_ada.pkl"));
    registry.ok(&["promote", "2"]);
    let server = registry.serve(&[]);
    assert_eq!(server.champion(), Some(2));
    let back = registry.ok(&["promote", "1", "--by", "Ana", "--why", "quejas"]);
    assert_eq!(
        back,
        "La versión 2 queda retirada.\nLa versión 1 está en servicio.\n"
    );
    until(|| server.champion() == Some(1));
    let events = registry.json(&["list", "--events"]);
    let last = events.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["version"], &last["why"]),
        (&"rollback".into(), &1.into(), &"quejas".into())
    );
    assert_eq!(server.post("/v1/models/2/promote", "").status, 200);
    assert_eq!(server.champion(), Some(2));
}

#[test]
fn a_version_is_given_back_byte_for_byte() {
    let registry = Registry::new();
    registry.add(&month_2());
    let copy = registry.path("copia.pkl");
    registry.ok(&["export", "1", "-o", copy.to_str().unwrap()]);
    assert_eq!(
        std::fs::read(&copy).unwrap(),
        std::fs::read(month_2()).unwrap()
    );
    let (status, error) = registry.error(&["export", "1", "-o", copy.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(error.contains("exists already"), "{error}");
}

/// What was rejected can be looked at, and examined again, for as long as it is kept.
#[test]
fn rejected_files_are_kept_for_a_while() {
    let registry = Registry::with_reference("");
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let model = small("a_dt_bin.joblib.xz");
    let rejected = registry.run(&["add", model.to_str().unwrap()]);
    assert_eq!(rejected.status.code(), Some(2));
    let portfolio = repository("examples/cobranza/cartera.csv");
    let diff = ["diff", "1", "2", "--on", portfolio.to_str().unwrap()];
    let table = registry.ok(&diff);
    assert!(table.starts_with("row,CUST_CODE,"), "{table}");
    let copy = registry.path("copia.xz");
    let export = ["export", "2", "-o", copy.to_str().unwrap()];
    registry.ok(&export);
    assert_eq!(
        std::fs::read(&copy).unwrap(),
        std::fs::read(&model).unwrap()
    );
    std::fs::remove_file(&copy).unwrap();
    // The limits were too narrow: it need not be sent again.
    let configure = |more: &str| {
        let config = std::fs::read_to_string(registry.path("propenso.toml")).unwrap();
        std::fs::write(registry.path("propenso.toml"), config + more).unwrap();
    };
    configure("[models.gates]\npsi_fail = 1e9\nflips_fail = 1\nmean_fail = 1\n");
    let verdict = registry.ok(&["check", "2"]);
    assert!(
        verdict.starts_with("VEREDICTO: ADMITIDO CON AVISOS"),
        "{verdict}"
    );
    assert_eq!(registry.states(), ["champion", "shadow"]);
}

#[test]
fn rejected_files_are_removed_when_their_time_is_over() {
    let registry = Registry::with("keep_days = 0");
    registry.add(&example_model());
    let champion = registry.data().join("files").read_dir().unwrap().count();
    assert_eq!(champion, 1);
    let broken = registry.path("modelo_2.pkl");
    std::fs::write(&broken, b"no es nada").unwrap();
    let rejected = registry.run(&["add", broken.to_str().unwrap()]);
    assert_eq!(rejected.status.code(), Some(2));
    assert_eq!(registry.data().join("files").read_dir().unwrap().count(), 1);
    let shown = registry.ok(&["show", "2"]);
    assert!(shown.contains("Su archivo ya no se guarda"), "{shown}");
    let portfolio = repository("examples/cobranza/cartera.csv");
    let on = portfolio.to_str().unwrap();
    let copy = registry.path("copia.pkl");
    for arguments in [
        &["export", "2", "-o", copy.to_str().unwrap()][..],
        &["diff", "1", "2", "--on", on],
        &["check", "2"],
    ] {
        let (status, error) = registry.error(arguments);
        assert_eq!(status, 1);
        assert!(
            error.contains("is kept no longer"),
            "{arguments:?}: {error}"
        );
    }
    assert!(!copy.exists());
}

/// The same file, rejected under one contract and accepted under another, is not taken from the one that has it.
#[test]
fn a_file_that_another_version_has_stays() {
    let registry = Registry::with("keep_days = 0");
    let model = small("b_pipe_names_rf.joblib.xz");
    let file = model.to_str().unwrap();
    let rejected = registry.run(&["add", file, "--contract", "casas-cobranzas"]);
    assert_eq!(rejected.status.code(), Some(2));
    registry.ok(&["add", file, "--contract", "model"]);
    let rejected = registry.run(&["add", file, "--contract", "casas-cobranzas"]);
    assert_eq!(rejected.status.code(), Some(2));
    registry.ok(&["promote", "2"]);
    assert_eq!(registry.states(), ["rejected", "champion", "rejected"]);
}

#[test]
fn who_moves_between_two_versions() {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.add(&month_2());
    let portfolio = repository("examples/cobranza/cartera.csv");
    let output = registry.run(&[
        "diff",
        "1",
        "2",
        "--on",
        portfolio.to_str().unwrap(),
        "--all",
    ]);
    assert!(output.status.success());
    insta::assert_snapshot!(
        "migration",
        String::from_utf8(output.stderr).unwrap().replace('\r', "")
    );
    let expected = read_text("testdata/cobranza/expected.csv.gz");
    let expected: Vec<&str> = expected.lines().skip(1).collect();
    let table = String::from_utf8(output.stdout).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap(),
        "row,CUST_CODE,probability_1,class_1,decile_1,probability_2,class_2,decile_2"
    );
    let mut deciles = [0; 10];
    for (row, (line, expected)) in lines.zip(&expected).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let known: Vec<&str> = expected.split(',').collect();
        assert_eq!((cells[0], cells[1]), (&*(row + 1).to_string(), known[1]));
        let number = |text: &str| text.parse::<f64>().unwrap();
        assert_eq!(number(cells[2]), number(known[2]), "row {row}");
        assert_eq!(cells[3], known[3]);
        deciles[cells[4].parse::<usize>().unwrap() - 1] += 1;
    }
    assert_eq!(deciles.iter().sum::<usize>(), expected.len());
    assert!(
        deciles.iter().all(|n| (700..770).contains(n)),
        "{deciles:?}"
    );

    // Only those who move, into a file.
    let output = registry.path("quien_se_mueve.csv");
    registry.ok(&[
        "diff",
        "1",
        "2",
        "--on",
        portfolio.to_str().unwrap(),
        "-o",
        output.to_str().unwrap(),
    ]);
    let movers = std::fs::read_to_string(output).unwrap();
    let all_that_move = table.lines().filter(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[3], cells[4]) != (cells[6], cells[7])
    });
    assert_eq!(
        movers.lines().collect::<Vec<_>>(),
        all_that_move.collect::<Vec<_>>()
    );
}

#[test]
fn labelled_clients_measure_both_models() {
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let portfolio = registry.path("resultados.csv");
    std::fs::write(&portfolio, read_text("testdata/cobranza/cartera_2.csv.gz")).unwrap();
    let model = month_2();
    let add = [
        "add",
        model.to_str().unwrap(),
        "--holdout",
        portfolio.to_str().unwrap(),
    ];
    let added = registry.json(&add);
    let gates = added["gates"].as_array().unwrap();
    let holdout = gates.iter().find(|gate| gate["gate"] == "holdout").unwrap();
    // What sklearn.metrics 1.7.2 and scipy.stats.ks_2samp say of testdata/cobranza/expected_2.csv.gz.
    for (figure, expected) in [
        ("auc", 0.868_767_948_541_896_2),
        ("gini", 0.737_535_897_083_792_4),
        ("ks", 0.583_772_190_814_788_7),
        ("log_loss", 0.440_582_884_891_919_9),
        ("brier", 0.141_970_209_670_104_43),
        ("accuracy", 0.788_663_305_627_469_7),
        ("baseline_accuracy", 0.740_291_592_860_062_6),
    ] {
        let found = holdout["candidate"][figure].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{figure}: {found}");
    }
    let champion = holdout["champion"][1]["auc"].as_f64().unwrap();
    let difference = holdout["difference"]["difference"].as_f64().unwrap();
    let candidate = holdout["candidate"]["auc"].as_f64().unwrap();
    assert!(
        (candidate - champion - difference).abs() < 1e-12,
        "{holdout}"
    );
    assert_eq!(holdout["outcome"], "pass");

    // On the other month's clients, whom it has not seen, it is much worse than the one that has.
    let registry = Registry::new();
    registry.add(&example_model());
    registry.ok(&["promote", "1"]);
    let portfolio = repository("examples/cobranza/cartera.csv");
    let add = [
        "add",
        model.to_str().unwrap(),
        "--by",
        "Ana",
        "--holdout",
        portfolio.to_str().unwrap(),
    ];
    let output = registry.run(&add);
    assert_eq!(output.status.code(), Some(2));
    let verdict = String::from_utf8(output.stdout).unwrap();
    insta::assert_snapshot!("worse_on_labelled_clients", without_times(&verdict));
}

#[test]
fn with_auto_promotion_the_gates_decide() {
    let registry = Registry::with_reference("promotion = \"auto\"");
    registry.add(&example_model());
    assert_eq!(registry.states(), ["champion"]);
    registry.add(&month_2());
    assert_eq!(registry.states(), ["retired", "champion"]);
    // With a warning, that there is nothing to compare it on, it waits for a person.
    let registry = Registry::with("promotion = \"auto\"");
    registry.add(&example_model());
    registry.add(&month_2());
    assert_eq!(registry.states(), ["champion", "shadow"]);
}

#[test]
fn the_strict_policy_of_the_environment_counts_however_yes_is_written() {
    let registry = Registry::with("[models.gates]\nrefuse_foreign = false");
    // A class that is not in the file, which the model can do without: the strict policy alone refuses it.
    let mut model = std::fs::read(small("a_ada.pkl")).unwrap();
    model.splice(2..2, *b"cmi_modulo\nMiClase\n0");
    let path = registry.path("m.pkl");
    std::fs::write(&path, model).unwrap();
    let config = registry.path("propenso.toml");
    let add = |strict: &str| {
        let output = command()
            .args(["models", "--config", config.to_str().unwrap(), "add"])
            .arg(&path)
            .env("PROPENSO_STRICT", strict)
            .output()
            .unwrap();
        output.status.code()
    };
    // Not read at all: the command is typed wrongly.
    assert_eq!(add("quizá"), Some(64));
    assert!(registry.states().is_empty());
    for strict in ["1", "true", "yes"] {
        assert_eq!(add(strict), Some(2), "{strict}");
    }
    assert_eq!(registry.states(), ["rejected"; 3]);
    assert_eq!(add("0"), Some(0));
    assert_eq!(registry.states()[3], "candidate");
}

#[test]
fn what_models_are_compared_on_may_be_a_workbook_with_a_title_and_accents() {
    let folder = tempfile::tempdir().unwrap();
    let clients = read_text("examples/cobranza/cartera.csv");
    let workbook = folder.path().join("cartera.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Cartera de noviembre").unwrap();
    for (row, line) in clients.lines().take(400).enumerate() {
        for (column, cell) in line.split(';').enumerate() {
            let cell = match (row, cell) {
                (0, "CODIGO_POSTAL") => "Código Postal",
                _ => cell,
            };
            let (row, column) = (row as u32 + 2, column as u16);
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save(&workbook).unwrap();
    let text = folder.path().join("cartera.csv");
    let lines: Vec<&str> = clients.lines().take(400).collect();
    std::fs::write(&text, lines.join("\n")).unwrap();
    let compared = [&workbook, &text].map(|reference| {
        let limits = "[models.gates]\nflips_fail = 1.0\nmean_fail = 1.0\npsi_fail = 99.0\nauc_loss_fail = 1.0";
        let reference = reference.to_str().unwrap();
        let registry = Registry::with(&format!("reference = '{reference}'\n{limits}"));
        let first = registry.add(&example_model()).to_string();
        registry.ok(&["promote", &first]);
        let second = month_2();
        let file = second.to_str().unwrap();
        let added = registry.run(&["add", file, "--holdout", reference, "--json"]);
        let mut version: serde_json::Value = serde_json::from_slice(&added.stdout).unwrap();
        assert_eq!(version["state"], "shadow", "{version}");
        let table = registry.ok(&["diff", "1", "2", "--on", reference, "--all"]);
        assert_eq!(table.lines().count(), 400, "{table}");
        let mut gates = version["gates"].take();
        for (gate, name) in [(3, "reference"), (4, "file")] {
            gates[gate].as_object_mut().unwrap().remove(name).unwrap();
        }
        (gates[3].take(), gates[4].take(), table)
    });
    let [(drift, holdout, table), of_text] = compared;
    assert_eq!(drift["clients"], 399, "{drift}");
    assert!(holdout["candidate"]["auc"].is_number(), "{holdout}");
    assert_eq!((drift, holdout, table), of_text);
}

#[test]
fn ids_in_a_diff_are_no_formulas() {
    let registry = Registry::new();
    registry.add(&small("a_rf_bin.pkl"));
    registry.add(&small("a_ada.pkl"));
    let clients = read_text("examples/cobranza/cartera.csv");
    let mut lines: Vec<&str> = clients.lines().take(2).collect();
    let formula = lines[1].replacen("1.759658", "=HYPERLINK(\"x\")", 1);
    lines[1] = &formula;
    let path = registry.path("cartera.csv");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let on = path.to_str().unwrap();
    let table = registry.ok(&["diff", "1", "2", "--on", on, "--all"]);
    assert!(table.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{table}");
}
