//! What a version's inputs were when it was examined, and what they are day by day.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use propenso_lifecycle::admission::{Admission, Proofs};
use propenso_lifecycle::live::Live;
use propenso_lifecycle::monitoring::{DayAggregate, DayCounts, RouteKind, input_drifts};
use propenso_lifecycle::registry::{Action, Cause, Promotion, Registry};
use propenso_lifecycle::rules::AdmissionRules;
use propenso_lifecycle::served::Served;
use propenso_lifecycle::steward::Steward;

use crate::support::{arrival, registry, repository};

const MODEL: &str = "examples/cobranza/modelo_final.pkl";

fn rules() -> AdmissionRules {
    AdmissionRules {
        reference: Some(repository("examples/cobranza/cartera.csv")),
        ..AdmissionRules::default()
    }
}

fn day(inputs: DayCounts) -> DayAggregate {
    DayAggregate {
        date: date(2026, 11, 27),
        version: 1,
        route: RouteKind::Predict,
        counts: inputs,
    }
}

fn counts(registry: &Registry) -> DayCounts {
    let days = registry.days_since(date(2026, 11, 1)).unwrap();
    assert_eq!(days.len(), 1);
    days[0].counts.clone()
}

#[test]
fn an_examination_keeps_what_inputs_were_and_whoever_serves_counts_by_it() {
    let (_folder, registry) = registry();
    let admission = Admission::new(Arc::clone(&registry), rules());
    let admitted = admission.admit(&arrival(MODEL)).unwrap();
    let version = registry.version(1).unwrap();
    let drift = version.report.drift().unwrap();
    let reference = drift.inputs.as_ref().unwrap();
    assert!(reference.clients > 7_000, "{}", reference.clients);
    assert_eq!(reference.inputs.len(), 13);
    for input in &reference.inputs {
        assert_eq!(input.counts.len(), input.bins.count());
        assert_eq!(input.counts.iter().sum::<u64>(), reference.clients);
    }
    // Those that move the model most come first.
    let importance = drift.importance.as_ref().unwrap();
    assert_eq!(reference.inputs[0].input, importance.inputs[0].input);
    let examined = admitted.served.unwrap();
    let loaded = Served::load(&registry, &version).unwrap();
    for served in [&*examined, &loaded] {
        let binning = served.binning.as_ref().unwrap();
        assert_eq!(binning.id(), reference.id());
        assert!(served.is(&version));
    }
    // Held against itself, nothing has changed.
    let known = reference.inputs.iter();
    let known = known.map(|input| (input.input.clone(), input.counts.clone()));
    let drifts = input_drifts(reference, Some(importance), &known.collect());
    assert_eq!(drifts.len(), 13);
    assert!(drifts.iter().all(|drift| drift.stability.psi == 0.0));
}

#[test]
fn a_version_gets_its_reference_by_another_examination() {
    let (_folder, registry) = registry();
    let admission = Admission::new(Arc::clone(&registry), AdmissionRules::default());
    let admitted = admission.admit(&arrival(MODEL)).unwrap();
    let live = Arc::new(Live::empty());
    let steward = Steward::new(Arc::clone(&registry), Arc::clone(&live), Promotion::Manual);
    steward.welcome(admitted.served).unwrap();
    let cause = Cause::policy("");
    steward.take(Action::Promote(1), &cause).unwrap();
    assert!(live.champion().unwrap().binning.is_none());
    let admission = Admission::new(Arc::clone(&registry), rules());
    admission.check(1, Proofs::default(), &cause).unwrap();
    steward.reconcile().unwrap();
    assert!(live.champion().unwrap().binning.is_some());
}

/// What an earlier program has written says nothing of inputs, and is added to all the same.
#[test]
fn days_of_an_earlier_program_are_added_to() {
    let (folder, registry) = registry();
    let admission = Admission::new(Arc::clone(&registry), AdmissionRules::default());
    admission.admit(&arrival(MODEL)).unwrap();
    let database = rusqlite::Connection::open(folder.path().join("registry.db")).unwrap();
    let before = r#"{"answered":2,"refused":0,"clients":2,"rejected":0,"latency":[],"classes":{"pagador":2},"scores":[2],"warnings":{},"rejections":{}}"#;
    let sql = "INSERT INTO day_counts (day, version, route, counts) VALUES ('2026-11-27', 1, 'predict', ?1)";
    database.execute(sql, [before]).unwrap();
    let old = counts(&registry);
    assert_eq!((old.clients, old.inputs.len()), (2, 0));
    let bins = BTreeMap::from([("EDAD".to_owned(), vec![1, 0, 2])]);
    let counted = DayCounts {
        clients: 3,
        inputs: BTreeMap::from([("0a1b".to_owned(), bins)]),
        ..DayCounts::default()
    };
    for _ in 0..2 {
        registry.add_days(&[day(counted.clone())]).unwrap();
    }
    let sum = counts(&registry);
    assert_eq!((sum.answered, sum.clients), (2, 8));
    assert_eq!(sum.inputs["0a1b"]["EDAD"], [2, 0, 4]);
}
