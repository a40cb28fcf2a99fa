//! A model that arrives is read, hashed and compiled once on its way into service.

use std::sync::Arc;

use propenso_lifecycle::admission::Admission;
use propenso_lifecycle::live::Live;
use propenso_lifecycle::registry::{Action, Cause, Promotion};
use propenso_lifecycle::rules::AdmissionRules;
use propenso_lifecycle::steward::Steward;

use crate::support::{arrival, registry};

const MODEL: &str = "testdata/models/1.2.2/a_dt_bin.joblib.xz";

#[test]
fn what_was_examined_is_what_answers() {
    let (folder, registry) = registry();
    let live = Arc::new(Live::empty());
    let steward = Steward::new(Arc::clone(&registry), Arc::clone(&live), Promotion::Auto);
    let admission = Admission::new(Arc::clone(&registry), AdmissionRules::default());
    let admitted = admission.admit(&arrival(MODEL)).unwrap();
    let examined = admitted.served.unwrap();
    // Nobody reads the file again: it might as well be gone.
    std::fs::remove_dir_all(folder.path().join("files")).unwrap();
    steward.welcome(Some(Arc::clone(&examined))).unwrap();
    let champion = live.champion().unwrap();
    assert!(Arc::ptr_eq(&examined, &champion));
    assert_eq!(champion.version, Some(admitted.version.number));
}

#[test]
fn a_rejected_or_known_model_leaves_no_scorer() {
    let (_folder, registry) = registry();
    let admission = Admission::new(registry, AdmissionRules::default());
    assert!(admission.admit(&arrival(MODEL)).unwrap().served.is_some());
    assert!(admission.admit(&arrival(MODEL)).unwrap().served.is_none());
    let hostile = admission
        .admit(&arrival("attacks/exec-system.pkl"))
        .unwrap();
    assert!(hostile.served.is_none());
}

/// What was loaded to see that it can be is what answers then; a refusal leaves nothing behind.
#[test]
fn a_promotion_loads_once() {
    let (folder, registry) = registry();
    let live = Arc::new(Live::empty());
    let steward = Steward::new(Arc::clone(&registry), Arc::clone(&live), Promotion::Manual);
    let admission = Admission::new(Arc::clone(&registry), AdmissionRules::default());
    let number = admission.admit(&arrival(MODEL)).unwrap().version.number;
    let cause = Cause::policy("");
    let files = folder.path().join("files");
    let aside = folder.path().join("aside");
    std::fs::rename(&files, &aside).unwrap();
    let refused = steward.take(Action::Promote(number), &cause).unwrap_err();
    assert!(
        refused.to_string().contains("cannot be loaded"),
        "{refused}"
    );
    assert!(live.champion().is_none());
    std::fs::rename(&aside, &files).unwrap();
    steward.take(Action::Promote(number), &cause).unwrap();
    assert_eq!(live.champion().unwrap().version, Some(number));
}
