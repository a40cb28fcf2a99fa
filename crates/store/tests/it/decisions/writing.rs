//! The one thread that appends what many answer.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use propenso_model::Sha256;
use propenso_scoring::Outcome;
use propenso_store::StoreError;
use propenso_store::decision::draft::Sealed;
use propenso_store::decision::entry::Body;
use propenso_store::decision::link::{ChainId, Head};
use propenso_store::decision::{DecisionId, Entry, PersonalPart, Pseudonym};
use propenso_store::decision_log::audit::audit;
use propenso_store::decision_log::sqlite::SqliteDecisions;
use propenso_store::decision_log::writer::{DecisionWriter, NotKept};
use propenso_store::decision_log::{DecisionLog, Dropped, EntryPage, Month, Place, Query};

use super::clients::{Desk, portfolio, route};

/// A log that appends when it is told to, or says that its disk is full.
#[derive(Debug, Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    is_full: AtomicBool,
    appended: AtomicUsize,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl DecisionLog for Gate {
    fn append(&self, entries: &[Sealed]) -> Result<Head, StoreError> {
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap();
        }
        if self.is_full.load(Ordering::SeqCst) {
            return Err(StoreError::DiskFull("full".into()));
        }
        self.appended.fetch_add(entries.len(), Ordering::SeqCst);
        Ok(Head::empty(ChainId(1)))
    }

    fn find(&self, _: DecisionId) -> Result<Option<Entry>, StoreError> {
        Ok(None)
    }

    fn page(&self, _: &Query, _: Option<Place>, _: usize) -> Result<EntryPage, StoreError> {
        Ok(EntryPage::default())
    }

    fn count_of(&self, _: Sha256, _: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn replace(&self, _: &Entry, _: &Body) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        Ok(Vec::new())
    }

    fn months(&self) -> Result<Vec<Month>, StoreError> {
        Ok(Vec::new())
    }

    fn drop_month(&self, _: Date, _: &[Pseudonym]) -> Result<Dropped, StoreError> {
        Ok(Dropped::default())
    }
}

fn entry(desk: &Desk) -> Sealed {
    desk.seal(route(), &[("x", 0.5)], Timestamp::now())
}

#[test]
fn what_comes_while_something_is_appended_is_appended_together() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    let receipts: Vec<_> = (0..50)
        .map(|_| writer.require(entry(&desk)).unwrap())
        .collect();
    gate.open();
    for receipt in receipts {
        receipt.wait().unwrap();
    }
    let kept = writer.kept();
    assert_eq!((kept.decisions, kept.lost, kept.refused), (50, 0, 0));
    // Those that came before the writer looked, and then all others.
    assert!(kept.commits <= 2, "{kept:?}");
}

#[test]
fn nobody_waits_for_ever_for_those_who_do_not_tell_that_they_are_idle() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    let idle = writer.idle_notice();
    idle.give();
    let many: Vec<_> = (0..9)
        .map(|_| writer.require(entry(&desk)).unwrap())
        .collect();
    gate.open();
    for receipt in many {
        receipt.wait().unwrap();
    }
    // Fewer than were told: one that is followed by a notice, one that is not.
    let told = writer.require(entry(&desk)).unwrap();
    idle.give();
    told.wait().unwrap();
    writer.require(entry(&desk)).unwrap().wait().unwrap();
    assert_eq!(writer.kept().decisions, 11);
    drop(writer);
    idle.give();
}

#[test]
fn what_cannot_be_kept_is_said_and_counted_and_comes_back_by_itself() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    gate.open();
    gate.is_full.store(true, Ordering::SeqCst);
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    let refused = writer.require(entry(&desk)).unwrap().wait().unwrap_err();
    assert!(matches!(refused, NotKept::Store(error) if error.is_disk_full()));
    assert!(writer.trouble().is_some());
    assert!(writer.offer(entry(&desk)));
    while writer.kept().lost == 0 {
        std::thread::yield_now();
    }
    gate.is_full.store(false, Ordering::SeqCst);
    writer.require(entry(&desk)).unwrap().wait().unwrap();
    assert!(writer.trouble().is_none());
    let kept = writer.kept();
    assert_eq!((kept.decisions, kept.lost, kept.refused), (1, 1, 1));
}

#[test]
fn no_more_waits_than_there_is_room_for() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let one = entry(&desk);
    let writer = DecisionWriter::start(gate.clone(), one.size() * 3).unwrap();
    let receipts: Vec<_> = (0..9).map(|_| writer.require(one.clone())).collect();
    assert_eq!(receipts.iter().filter(|receipt| receipt.is_ok()).count(), 3);
    assert!(!writer.offer(one.clone()));
    assert!(
        receipts
            .iter()
            .any(|receipt| matches!(receipt, Err(NotKept::QueueFull)))
    );
    gate.open();
    for receipt in receipts.into_iter().flatten() {
        receipt.wait().unwrap();
    }
    let kept = writer.kept();
    assert_eq!(
        (kept.decisions, kept.lost, kept.refused, kept.waiting),
        (3, 1, 6, 0)
    );
}

#[test]
fn one_by_one_they_share_an_entry_with_those_of_their_context() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    let contexts = [desk.context(route()), desk.context(portfolio("p"))];
    let one = desk.write("ana", 0.5);
    let taken: Vec<_> = (0..50)
        .map(|place| writer.require_one(&contexts[place % 2], &one).unwrap())
        .collect();
    gate.open();
    let mut ids = HashSet::new();
    for (id, receipt) in taken {
        receipt.wait().unwrap();
        assert!(ids.insert(id), "{id} twice");
    }
    let kept = writer.kept();
    assert_eq!((kept.decisions, kept.waiting), (50, 0));
    // An entry of each context for those that came before the writer looked, and for all others; and some more where this
    // thread was stopped on its way.
    let appended = gate.appended.load(Ordering::SeqCst);
    assert!(kept.commits <= 2 && appended <= 12, "{kept:?}, {appended}");
}

#[test]
fn an_entry_takes_no_more_when_it_is_old_whatever_holds_it_up() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    let (context, one) = (desk.context(route()), desk.write("ana", 0.5));
    let take = || writer.require_one(&context, &one).unwrap();
    let early = [take(), take()];
    std::thread::sleep(Duration::from_millis(150));
    let late = take();
    let waited = late.0.at().duration_since(early[1].0.at());
    assert!(waited >= SignedDuration::from_millis(100), "{waited}");
    gate.open();
    for (_, receipt) in early.into_iter().chain([late]) {
        receipt.wait().unwrap();
    }
}

#[test]
fn one_by_one_they_find_no_more_room_than_there_is() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    let one = desk.write("ana", 0.5);
    let writer = DecisionWriter::start(gate.clone(), one.size() * 3).unwrap();
    let context = desk.context(route());
    let taken: Vec<_> = (0..9).map(|_| writer.require_one(&context, &one)).collect();
    let n_taken = taken.iter().flatten().count() as u64;
    assert!((1..=3).contains(&n_taken), "{n_taken}");
    assert_eq!(writer.offer_one(&context, &one), None);
    gate.is_full.store(true, Ordering::SeqCst);
    gate.open();
    for (_, receipt) in taken.into_iter().flatten() {
        let refused = receipt.wait().unwrap_err();
        assert!(matches!(refused, NotKept::Store(error) if error.is_disk_full()));
    }
    let kept = writer.kept();
    assert_eq!((kept.decisions, kept.lost, kept.refused), (0, 1, 9));
    gate.is_full.store(false, Ordering::SeqCst);
    assert!(writer.offer_one(&context, &one).is_some());
    drop(writer);
    assert_eq!(gate.appended.load(Ordering::SeqCst), 1);
}

#[test]
fn each_of_those_that_share_an_entry_is_found_and_forgotten_by_itself() {
    let desk = Desk::new();
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(SqliteDecisions::open(folder.path()));
    let writer = DecisionWriter::start(log.clone(), 1 << 20).unwrap();
    let clients = [("ana", 0.25), ("eva", 0.75), ("", 0.5), ("ana", 0.125)];
    let context = desk.context(route());
    // Many more than share one entry.
    let answered: Vec<_> = (0..2_000)
        .map(|place| {
            let (client, probability) = clients[place % clients.len()];
            let written = desk.write(client, probability);
            let id = writer.offer_one(&context, &written);
            (id.expect("there is room"), client, probability)
        })
        .collect();
    drop(writer);
    let audited = audit(&*log, &[], |_| ()).unwrap();
    assert_eq!((audited.broken, audited.decisions), (None, 2_000));
    let decision = |id| {
        let entry = log.find(id).unwrap().expect("it was kept");
        entry.decision(id).unwrap().expect("it is in it")
    };
    for (id, client, probability) in &answered {
        let found = decision(*id);
        let said = Outcome::Payer {
            pays: *probability >= 0.5,
            probability: Some(*probability),
        };
        assert_eq!(found.public.outcome, said);
        assert_eq!(found.public.row, None);
        let PersonalPart::Known(personal) = found.personal else {
            panic!("{id} was not forgotten");
        };
        let pseudonym = (!client.is_empty()).then(|| desk.key.of_client(client));
        assert_eq!(personal.client, pseudonym);
    }
    let ana = desk.key.of_client("ana");
    let query = Query {
        client: Some(ana),
        ..Query::default()
    };
    for mut entry in log.page(&query, None, 2_000).unwrap().entries {
        let was = entry.body.clone();
        assert!(entry.forget(ana).unwrap() > 0);
        assert!(log.replace(&entry, &was).unwrap());
    }
    for (id, client, _) in &answered {
        let is_forgotten = decision(*id).personal == PersonalPart::Forgotten;
        assert_eq!(is_forgotten, *client == "ana", "{id}");
    }
    assert_eq!(audit(&*log, &[], |_| ()).unwrap().broken, None);
}

#[test]
fn what_waits_is_appended_before_the_end() {
    let (desk, gate) = (Desk::new(), Arc::new(Gate::default()));
    gate.open();
    let writer = DecisionWriter::start(gate.clone(), 1 << 20).unwrap();
    (0..20).for_each(|_| assert!(writer.offer(entry(&desk))));
    drop(writer);
    assert_eq!(gate.appended.load(Ordering::SeqCst), 20);
}
