//! A registry that several machines share: two of them, with a folder each, on one PostgreSQL.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use propenso_lifecycle::admission::Admission;
use propenso_lifecycle::keys::{Role, Roles};
use propenso_lifecycle::live::Live;
use propenso_lifecycle::registry::{
    Action, Cause, Event, Grant, KeyStore, Place, Promotion, Registry, RegistryError, State,
    condition,
};
use propenso_lifecycle::rules::AdmissionRules;
use propenso_lifecycle::steward::Steward;
use propenso_store::StoreUrl;
use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::support::arrival;

const ONE: &str = "testdata/models/1.2.2/a_dt_bin.joblib.xz";
const OTHER: &str = "testdata/models/1.2.2/a_ada.pkl";

/// Two machines' registries; none where PostgreSQL is not installed.
struct Shared {
    folders: [TempDir; 2],
    registries: [Arc<Registry>; 2],
    places: [Place; 2],
    // Last: it ends when nobody asks it any more.
    _cluster: Cluster,
}

impl Shared {
    fn start() -> Option<Self> {
        let cluster = Cluster::start("registries that several machines share")?;
        let url = StoreUrl::read(&cluster.database(), None).unwrap();
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let places = [0, 1].map(|machine: usize| Place {
            folder: folders[machine].path().to_owned(),
            url: url.clone(),
        });
        Some(Self {
            registries: [0, 1]
                .map(|machine: usize| Arc::new(Registry::open(&places[machine]).unwrap())),
            places,
            folders,
            _cluster: cluster,
        })
    }

    fn admit(&self, machine: usize, model: &str) -> u32 {
        let registry = Arc::clone(&self.registries[machine]);
        let admission = Admission::new(registry, AdmissionRules::default());
        admission.admit(&arrival(model)).unwrap().version.number
    }

    fn n_files(&self, machine: usize) -> usize {
        let files: &Path = self.folders[machine].path();
        files.join("files").read_dir().unwrap().count()
    }
}

fn cause() -> Cause {
    Cause {
        who: "Ana".to_owned(),
        why: "prueba".to_owned(),
    }
}

/// The champion after each event, and that each event names the one before it.
fn champion_of(events: &[Event]) -> Option<u32> {
    let mut champion = None;
    for event in events {
        if event.to == State::Champion && event.from != Some(State::Champion) {
            assert_eq!(event.previous_champion, champion, "{event:?}");
            champion = Some(event.version);
        }
    }
    champion
}

#[test]
fn what_one_takes_in_another_serves() {
    let Some(shared) = Shared::start() else {
        return;
    };
    let [one, other] = &shared.registries;
    let number = shared.admit(0, ONE);
    let seen = other.last_event().unwrap();
    let live = Arc::new(Live::empty());
    let steward = Steward::new(Arc::clone(other), Arc::clone(&live), Promotion::Manual);
    steward.start().unwrap();
    assert!(live.champion().is_none());
    assert_eq!(shared.n_files(1), 0);
    one.take(Action::Promote(number), &cause()).unwrap();
    assert!(other.last_event().unwrap() > seen);
    steward.reconcile().unwrap();
    assert_eq!(live.champion().unwrap().version, Some(number));
    // It has a copy from now on, and mends one that is damaged.
    assert_eq!(shared.n_files(1), 1);
    let version = other.version(number).unwrap();
    let model = other.model(&version).unwrap();
    std::fs::write(other.path(version.content.model), "damaged").unwrap();
    assert_eq!(other.model(&version).unwrap().bytes(), model.bytes());
    let copy = std::fs::read(other.path(version.content.model)).unwrap();
    assert_eq!(copy, model.bytes());
    // The same model is the same version, whoever takes it in.
    assert_eq!(shared.admit(1, ONE), number);
    let looked = condition::look(&shared.places[1]).unwrap().unwrap();
    assert_eq!(looked.layout, looked.known);
    assert!(looked.last_event.is_some());
}

/// Both change what is served at once: there is one champion at every moment, and every event knows the one before.
#[test]
fn transitions_of_two_machines_never_interleave() {
    const TURNS: usize = 50;
    let Some(shared) = Shared::start() else {
        return;
    };
    let versions = [shared.admit(0, ONE), shared.admit(1, OTHER)];
    let [one, _] = &shared.registries;
    one.take(Action::Promote(versions[0]), &cause()).unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let turning: Vec<_> = [0, 1]
            .map(|machine: usize| {
                let registry = &shared.registries[machine];
                threads.spawn(move || {
                    for turn in 0..TURNS {
                        let action = match (turn + machine) % 3 {
                            0 => Action::Rollback(None),
                            _ => Action::Promote(versions[turn % 2]),
                        };
                        match registry.take(action, &cause()) {
                            Ok(_) | Err(RegistryError::Refused(_)) => {}
                            Err(error) => panic!("{action:?}: {error}"),
                        }
                    }
                })
            })
            .into();
        threads.spawn(|| {
            let registry = Registry::open(&shared.places[0]).unwrap();
            while !is_over.load(Ordering::Relaxed) {
                let versions = registry.versions().unwrap();
                let champions = versions
                    .iter()
                    .filter(|version| version.state == State::Champion);
                assert_eq!(champions.count(), 1);
            }
        });
        let ended: Vec<_> = turning.into_iter().map(ScopedJoinHandle::join).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(ended.iter().all(Result::is_ok));
    });
    let events = one.events(u32::MAX).unwrap();
    let champion = one.holder(State::Champion).unwrap().unwrap();
    assert_eq!(champion_of(&events), Some(champion.number));
    assert!(events.len() > TURNS, "{}", events.len());
}

#[test]
fn files_of_rejected_versions_go_from_all() {
    let Some(shared) = Shared::start() else {
        return;
    };
    let [one, other] = &shared.registries;
    let number = shared.admit(0, "attacks/exec-system.pkl");
    let version = other.version(number).unwrap();
    assert_eq!(version.state, State::Rejected);
    assert!(other.keeps(&version));
    other.model(&version).unwrap();
    one.clear_rejected(0).unwrap();
    // The copy that the other machine has is nobody's any more.
    assert!(!other.keeps(&version));
    let gone = other.model(&version).unwrap_err();
    assert!(matches!(gone, RegistryError::NotKept(_)), "{gone}");
    other.clear_rejected(0).unwrap();
    assert_eq!((shared.n_files(0), shared.n_files(1)), (0, 0));
}

/// Models that are dropped into folders are examined by one machine at a time.
#[test]
fn one_examines_at_a_time() {
    let Some(shared) = Shared::start() else {
        return;
    };
    let [one, other] = &shared.registries;
    let turn = one.examine_alone().unwrap().unwrap();
    assert!(other.examine_alone().unwrap().is_none());
    // Nobody else waits for that.
    shared.admit(1, ONE);
    drop(turn);
    let asked = Instant::now();
    while other.examine_alone().unwrap().is_none() {
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn keys_are_shared() {
    let Some(shared) = Shared::start() else {
        return;
    };
    let [one, other] = [0, 1].map(|machine: usize| {
        let store = KeyStore::open_existing(&shared.places[machine]).unwrap();
        store.unwrap()
    });
    let grant = Grant {
        expires: None,
        by: "Ana".to_owned(),
    };
    let seen = other.last_event().unwrap();
    one.add(&"crm".parse().unwrap(), Roles::of(Role::Puntuar), &grant)
        .unwrap();
    assert!(other.last_event().unwrap() > seen);
    let holders = other.holders().unwrap();
    assert_eq!((holders.len(), holders[0].keys.len()), (1, 1));
}
