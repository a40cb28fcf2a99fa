//! The record of servers that share a database on PostgreSQL: what was answered, by which version, through ends of servers and
//! of the database.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use propenso::record::open_log;
use propenso_lifecycle::registry::Place;
use propenso_store::StoreUrl;
use propenso_store::decision::DecisionId;
use propenso_store::decision_log::DecisionLog;
use propenso_store::decision_log::audit::audit;

use crate::cluster::Cluster;
use crate::record::entries_of;
use crate::replicas::{OnDrop, machine, months};
use crate::support::process::Process;
use crate::support::registry::Registry;
use crate::support::{EXAMPLE, until};

/// The log of a database, as another machine sees it.
fn log_of(url: &str, machine: &Registry) -> std::sync::Arc<dyn DecisionLog> {
    let url = StoreUrl::read(url, None).unwrap();
    let folder = machine.data();
    open_log(Place { folder, url }).unwrap()
}

/// What was answered: the decision's name, and the version that the answer names.
type Answered = Mutex<Vec<(DecisionId, u32)>>;

/// Asks once. Gives the status; what was answered is written down.
fn ask(server: &Process, answered: &Answered) -> Option<u16> {
    let answer = server
        .try_request("GET", &format!("{EXAMPLE}&id=c1"), &[], b"")
        .ok()?;
    if answer.status == 200 {
        let id = answer
            .header("x-propenso-decision")
            .unwrap()
            .parse()
            .unwrap();
        let name = answer.header("x-propenso-model").unwrap();
        let version = name.split(' ').next().unwrap().parse().unwrap();
        answered.lock().unwrap().push((id, version));
    }
    Some(answer.status)
}

/// Every answer is on record once, with its version, and the chains hold.
fn check(log: &dyn DecisionLog, answered: Answered) -> usize {
    let mut on_record: HashMap<DecisionId, u32> = HashMap::new();
    for entry in entries_of(log) {
        for place in 0..entry.count {
            let version = entry.context.version.unwrap();
            let before = on_record.insert(entry.first.plus(place), version);
            assert_eq!(before, None);
        }
    }
    let answered = answered.into_inner().unwrap();
    for (id, version) in &answered {
        assert_eq!(on_record.get(id), Some(version), "{id}");
    }
    let found = audit(log, &[], |_| ()).unwrap();
    assert_eq!(found.broken, None);
    assert_eq!(found.decisions, on_record.len() as u64);
    answered.len()
}

/// Models are promoted again and again while servers in turn are asked: no request fails, and the record names who answered.
#[test]
fn every_answer_is_on_record_with_the_version_that_it_names() {
    let Some(cluster) = Cluster::start("the record of servers that share a database") else {
        return;
    };
    let turns = std::env::var("PROPENSO_TURNS").ok();
    let turns: usize = turns.map_or(12, |turns| turns.parse().unwrap());
    let url = cluster.database();
    let machines = [0; 3].map(|_| machine(&url, "required"));
    months(&machines);
    let servers = [0, 1, 2].map(|machine: usize| machines[machine].serve(&[]));
    let (is_over, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let answered = Answered::default();
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let server = &servers[next.fetch_add(1, Ordering::Relaxed) % servers.len()];
                    let status = ask(server, &answered);
                    if status != Some(200) {
                        failed.lock().unwrap().push(status);
                    }
                }
            });
        }
        let _end = OnDrop(|| is_over.store(true, Ordering::Relaxed));
        for turn in 0..turns {
            let (told, version) = (turn % servers.len(), 2 - turn % 2);
            let target = match turn % 4 {
                3 => "/v1/models/rollback".to_owned(),
                _ => format!("/v1/models/{version}/promote"),
            };
            until(|| {
                let answer = servers[told].post(&target, "");
                let is_done = [200, 409].contains(&answer.status);
                assert!(is_done || answer.status == 503, "{}", answer.body);
                is_done
            });
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(*failed.lock().unwrap(), []);
    drop(servers);
    let log = log_of(&url, &machines[0]);
    assert_eq!(log.heads().unwrap().len(), 3);
    let versions: HashSet<u32> = answered
        .lock()
        .unwrap()
        .iter()
        .map(|(_, version)| *version)
        .collect();
    assert_eq!(versions.len(), 2);
    let n_answered = check(&*log, answered);
    println!("{turns} promotions and rollbacks, {n_answered} answers on record");
}

/// Servers and the database are killed in turn, under load.
#[test]
fn killed_in_turn_servers_and_database_lose_no_decision() {
    let Some(mut cluster) = Cluster::start("the record through ends of its database") else {
        return;
    };
    let kills = std::env::var("PROPENSO_KILLS").ok();
    let kills: usize = kills.map_or(8, |kills| kills.parse().unwrap());
    let url = cluster.database();
    let machines = [0; 2].map(|_| machine(&url, "required"));
    months(&machines);
    let mut servers = [0, 1].map(|machine: usize| Some(machines[machine].serve(&[])));
    let answered = Answered::default();
    let (mut n_refused, mut seed) = (0, 0x5eed_u64);
    for round in 0..kills {
        let is_over = AtomicBool::new(false);
        let refused = AtomicUsize::new(0);
        let victim = round % 4;
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let delay = Duration::from_micros(30_000 + (seed >> 33) % 150_000);
        std::thread::scope(|threads| {
            for client in 0..4 {
                let server = servers[client % 2].as_ref().unwrap();
                let (is_over, answered, refused) = (&is_over, &answered, &refused);
                threads.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        match ask(server, answered) {
                            Some(200) => {}
                            Some(503) => drop(refused.fetch_add(1, Ordering::Relaxed)),
                            Some(other) => panic!("{other}"),
                            // It was killed.
                            None => return,
                        }
                    }
                });
            }
            let _end = OnDrop(|| is_over.store(true, Ordering::Relaxed));
            std::thread::sleep(delay);
            match victim {
                0 | 2 => {
                    cluster.stop();
                    std::thread::sleep(Duration::from_millis(100));
                    cluster.start_again();
                }
                1 => servers[0].as_ref().unwrap().kill_now(),
                _ => servers[1].as_ref().unwrap().kill_now(),
            }
            std::thread::sleep(delay);
        });
        n_refused += refused.into_inner();
        match victim {
            1 => servers[0] = Some(machines[0].serve(&[])),
            3 => servers[1] = Some(machines[1].serve(&[])),
            _ => {}
        }
        // All is well again by itself.
        for server in servers.iter().flatten() {
            until(|| ask(server, &answered) == Some(200));
        }
    }
    drop(servers);
    let log = log_of(&url, &machines[0]);
    let n_answered = check(&*log, answered);
    assert!(n_refused > 0, "the database never was missed");
    println!("{kills} kills, {n_answered} answers on record, {n_refused} refused");
}
