//! What can be read and served, under which contract, and what the gates say together.

use propenso_lifecycle::contract_source::ContractSource;
use propenso_lifecycle::gates::fit::Fit;
use propenso_lifecycle::gates::reading::Reading;
use propenso_lifecycle::gates::{Concern, Findings, Gate, GateOutcome, Level, Verdict};

use crate::support::repository;
use crate::trial::{Answered, DUMMY, TREE, Trial, csv, model};

const READING: usize = 0;
const FIT: usize = 1;

/// A model's file that also names things, which nothing in it needs.
fn naming(names: &[&str]) -> Vec<u8> {
    let mut file = model(DUMMY);
    // Behind the opcode that tells the protocol: named, and put away.
    for (at, name) in names.iter().enumerate() {
        let (module, name) = name.rsplit_once('.').unwrap();
        let opcodes = format!("c{module}\n{name}\n0");
        let from = 2 + names[..at].iter().map(|name| name.len() + 3).sum::<usize>();
        file.splice(from..from, opcodes.bytes());
    }
    file
}

fn read(gate: &Gate) -> &Reading {
    match &gate.findings {
        Findings::Reading(reading) => reading,
        other => panic!("{other:?}"),
    }
}

fn fitted(gate: &Gate) -> &Fit {
    match &gate.findings {
        Findings::Fit(fit) => fit,
        other => panic!("{other:?}"),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_model_in_order_passes() {
    for is_strict in [false, true] {
        let trial = Trial {
            is_strict,
            ..Trial::of(TREE)
        };
        let gate = trial.gate(READING);
        assert_eq!((gate.outcome, &gate.concerns), (GateOutcome::Pass, &vec![]));
        let reading = read(&gate);
        assert_eq!(reading.class.as_deref(), Some("DecisionTreeClassifier"));
        assert_eq!(reading.writer.as_deref(), Some("scikit-learn 1.2.2"));
        assert_eq!(reading.n_inputs, Some(16));
        assert_eq!(reading.detail, None);
        let examined = trial.examined();
        assert_eq!(examined.report.verdict(), Verdict::Passed);
        assert!(examined.scorer.is_some());
        assert_eq!(examined.report.gates.len(), 5);
        // No rows and no clients to go by.
        let outcomes = examined.report.gates.iter().map(|gate| gate.outcome);
        let skipped = outcomes.filter(|outcome| *outcome == GateOutcome::Skipped);
        assert_eq!(skipped.count(), 3);
    }
}

#[test]
fn another_file_than_was_announced_is_not_even_read() {
    let trial = Trial {
        is_as_announced: false,
        ..Trial::of(TREE)
    };
    let examined = trial.examined();
    assert_eq!(examined.report.verdict(), Verdict::Failed);
    assert!(examined.scorer.is_none() && examined.deciles.is_none());
    let [gate] = &examined.report.gates[..] else {
        panic!("{examined:?}");
    };
    assert_eq!(gate.concerns, [Concern::WrongHash]);
    assert_eq!(read(gate).class, None);
}

#[test]
fn a_file_that_is_no_model_says_so() {
    let examined = Trial::of_bytes(b"nada".to_vec()).examined();
    assert_eq!(examined.report.verdict(), Verdict::Failed);
    let [gate] = &examined.report.gates[..] else {
        panic!("{examined:?}");
    };
    assert!(matches!(gate.concerns[..], [Concern::Unreadable { .. }]));
    assert!(!read(gate).detail.as_ref().unwrap().is_empty());
}

/// Whether they are a reason to reject is configured; what cannot be served is rejected all the same.
#[test]
fn names_that_no_model_needs() {
    let foreign = |level| Concern::Foreign {
        names: names(&["os.system"]),
        level,
    };
    let mut trial = Trial::of_bytes(naming(&["os.system"]));
    let gate = trial.gate(READING);
    assert_eq!(gate.outcome, GateOutcome::Fail);
    assert_eq!(gate.concerns, [foreign(Level::Fail)]);
    assert!(trial.examined().scorer.is_none());
    trial.limits.refuse_foreign = false;
    let gate = trial.gate(READING);
    assert_eq!(gate.outcome, GateOutcome::Warn);
    assert_eq!(gate.concerns, [foreign(Level::Warn)]);
    assert!(trial.examined().scorer.is_some());

    let attack = std::fs::read(repository("attacks/exec-system.pkl")).unwrap();
    let mut trial = Trial::of_bytes(attack);
    for level in [Level::Fail, Level::Warn] {
        trial.limits.refuse_foreign = level == Level::Fail;
        let gate = trial.gate(READING);
        assert_eq!(gate.outcome, GateOutcome::Fail);
        let [
            Concern::Foreign { level: told, .. },
            Concern::Unreadable { .. },
        ] = gate.concerns[..]
        else {
            panic!("{gate:?}");
        };
        assert_eq!(told, level);
    }
}

/// Code of a library that is known, or of the program that saved the model, is a person's to judge; of unknown modules
/// it is a reason to reject, where such names are.
#[test]
fn names_of_code_that_the_model_does_without() {
    for (named, refused, level) in [
        (&["__main__.Ratio"][..], true, Level::Warn),
        (&["mlxtend.feature.Ratio"], true, Level::Warn),
        (&["cobros.features.Ratio"], true, Level::Fail),
        (&["cobros.features.Ratio"], false, Level::Warn),
        (
            &["__main__.Ratio", "cobros.features.Ratio"],
            true,
            Level::Fail,
        ),
    ] {
        let mut trial = Trial::of_bytes(naming(named));
        trial.limits.refuse_foreign = refused;
        let concern = Concern::OwnCode {
            names: names(named),
            level,
        };
        assert_eq!(trial.concerns(READING), [concern]);
    }
}

#[test]
fn the_first_five_names_are_told() {
    let all: Vec<String> = (1..=7).map(|n| format!("__main__.f{n}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let concerns = Trial::of_bytes(naming(&all)).concerns(READING);
    let [Concern::OwnCode { names: told, .. }] = &concerns[..] else {
        panic!("{concerns:?}");
    };
    assert_eq!(told, &names(&all[..5]));
}

#[test]
fn the_strict_policy_says_what_it_does_not_admit() {
    let mut trial = Trial::of_bytes(naming(&["__main__.Ratio"]));
    let gate = trial.gate(READING);
    assert_eq!((gate.concerns.len(), &read(&gate).detail), (1, &None));
    trial.is_strict = true;
    let gate = trial.gate(READING);
    assert_eq!(gate.outcome, GateOutcome::Fail);
    assert_eq!(gate.concerns[1..], [Concern::Strict]);
    let detail = read(&gate).detail.as_ref().unwrap();
    assert!(detail.contains("__main__.Ratio"), "{detail}");
}

#[test]
fn a_contract_that_fits() {
    let gate = Trial::of(TREE).gate(FIT);
    assert_eq!((gate.outcome, &gate.concerns), (GateOutcome::Pass, &vec![]));
    assert_eq!(fitted(&gate).contract, "model");
    assert_eq!(fitted(&gate).detail, None);
}

/// Nothing more is asked of a model that cannot be scored with.
#[test]
fn a_contract_that_does_not_fit_and_one_that_is_none() {
    let other = ContractSource::shipped("casas-cobranzas").unwrap();
    let wrong = ContractSource::with_text("mio.toml".to_owned(), "name =".to_owned());
    for (name, contract, concern) in [
        ("a_rf_onecolumn.joblib.bz2", other, Concern::Misfit),
        (TREE, wrong, Concern::ContractUnusable),
    ] {
        let trial = Trial {
            contract: Some(contract.clone()),
            ..Trial::of(name)
        };
        let examined = trial.examined();
        assert_eq!(examined.report.verdict(), Verdict::Failed);
        assert!(examined.scorer.is_none());
        assert_eq!(examined.contract, contract);
        let [_, gate] = &examined.report.gates[..] else {
            panic!("{examined:?}");
        };
        assert_eq!(gate.concerns, [concern]);
        assert_eq!(fitted(gate).contract, contract.name());
        assert!(!fitted(gate).detail.as_ref().unwrap().is_empty());
    }
}

/// A threshold that was kept beside the model is not applied unless the contract has it.
#[test]
fn a_threshold_beside_the_model() {
    let file = "testdata/made/wrapped/bundle_threshold_boost_new.pkl";
    let file = std::fs::read(repository(file)).unwrap();
    let with = |threshold: &str| {
        let contract = format!(
            "name = \"mio\"\nbase = \"model\"\n[decision]\npositive_class = 1\n{threshold}\n\
             labels = {{ positive = \"PAGA\", negative = \"NO\" }}\n"
        );
        let source = ContractSource::with_text("mio.toml".to_owned(), contract);
        let trial = Trial {
            key: Some("model"),
            contract: Some(source),
            ..Trial::of_bytes(file.clone())
        };
        trial.gate(FIT)
    };
    let beside = [Concern::ThresholdBeside {
        key: "umbral".to_owned(),
        value: 0.37,
    }];
    for other in ["", "threshold = 0.5"] {
        let gate = with(other);
        assert_eq!(gate.outcome, GateOutcome::Warn);
        assert_eq!(gate.concerns, beside);
    }
    assert_eq!(with("threshold = 0.37").concerns, []);
}

/// The worst of all gates counts, and only a rejected model is not served.
#[test]
fn what_the_gates_say_together() {
    let answered = Answered::of(TREE);
    let unlabelled = csv(&answered.header(), &answered.rows());
    let warned = Trial {
        holdout: Some(unlabelled),
        ..Trial::of(TREE)
    };
    let examined = warned.examined();
    assert_eq!(examined.report.verdict(), Verdict::Warned);
    assert!(examined.scorer.is_some());
    let failed = Trial {
        golden: Some(String::new()),
        ..warned
    };
    let examined = failed.examined();
    assert_eq!(examined.report.verdict(), Verdict::Failed);
    assert!(examined.scorer.is_none());
}
