//! The tests, over logs that can be opened again.

use jiff::Timestamp;
use jiff::civil::date;
use propenso_store::access_log::{
    Access, AccessQuery, Act, Action, Begun, Forgotten, Hold, LetGo, NotedAccess, Subject,
};
use propenso_store::decision::{DecisionId, PersonalPart};
use propenso_store::decision_log::audit::audit;
use propenso_store::decision_log::{Query, month_of};
use propenso_store::erasure::{Erased, forget};
use propenso_store::retention::Retention;

use super::Logs;
use crate::decisions::clients::{Desk, route};
use crate::decisions::{MONTH, later, now};

/// Opens the logs again, as another process would.
pub(super) type Open<'o> = &'o dyn Fn() -> Logs;

fn act(why: &str) -> Act {
    Act {
        at: now(),
        by: "cumplimiento".to_owned(),
        why: why.to_owned(),
    }
}

pub(super) fn accesses_are_read_back_in_order(open: Open<'_>) {
    let (client, id) = (
        Desk::new().key.of_client("1"),
        DecisionId::first_at(now()).plus(3),
    );
    let span = |until: Option<Timestamp>| Subject::Span { from: None, until };
    let subjects = [
        Subject::Decision(id),
        Subject::Client(client),
        span(None),
        span(Some(now())),
    ];
    let logs = open();
    let mut noted = Vec::new();
    for (action, subject) in Action::ALL.into_iter().zip(subjects.into_iter().cycle()) {
        let access = Access {
            at: now(),
            who: "ana".to_owned(),
            way: "propenso decisions".to_owned(),
            action,
            subject,
            why: "«petición» del titular".to_owned(),
        };
        logs.accesses.note(&access).unwrap();
        noted.push(access);
        later(1);
    }
    drop(logs);
    let logs = open();
    let (mut read, mut after) = (Vec::new(), 0);
    loop {
        let query = AccessQuery::default();
        let page = logs.accesses.accesses(&query, after, 3).unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = last.number;
        read.extend(page.into_iter().map(|noted| noted.access));
    }
    assert_eq!(read, noted);
    let of = |query: AccessQuery| -> Vec<Action> {
        let page: Vec<NotedAccess> = logs.accesses.accesses(&query, 0, 99).unwrap();
        page.iter().map(|noted| noted.access.action).collect()
    };
    let of_client = AccessQuery {
        client: Some(client),
        ..AccessQuery::default()
    };
    assert_eq!(of(of_client), [Action::Search, Action::Letter]);
    let of_decision = AccessQuery {
        decision: Some(id),
        ..AccessQuery::default()
    };
    assert_eq!(of(of_decision), [Action::Show, Action::Forget]);
}

pub(super) fn a_client_is_held_once_and_released(open: Open<'_>) {
    let key = Desk::new().key;
    let (ana, eva) = (key.of_client("ana"), key.of_client("eva"));
    let logs = open();
    let first = act("demanda 2026-31");
    assert!(logs.accesses.hold(ana, &first).unwrap());
    later(60);
    assert!(!logs.accesses.hold(ana, &act("otra")).unwrap());
    assert!(logs.accesses.hold(eva, &act("queja")).unwrap());
    assert!(
        !logs
            .accesses
            .release(key.of_client("luz"), &act(""))
            .unwrap()
    );
    assert_eq!(logs.accesses.held().unwrap(), [ana, eva]);
    let end = act("archivada");
    assert!(logs.accesses.release(ana, &end).unwrap());
    assert!(!logs.accesses.release(ana, &end).unwrap());
    drop(logs);
    let logs = open();
    assert_eq!(logs.accesses.held().unwrap(), [eva]);
    // Held again, it is another hold.
    assert!(logs.accesses.hold(ana, &act("recurso")).unwrap());
    let holds = logs.accesses.holds().unwrap();
    assert_eq!(holds.len(), 3);
    let ended = Hold {
        client: ana,
        since: first,
        released: Some(end),
    };
    assert_eq!(holds[0], ended);
    assert_eq!(logs.accesses.held().unwrap(), [eva, ana]);
}

pub(super) fn what_was_let_go_is_read_back(open: Open<'_>) {
    let gone = |month: i8| LetGo {
        month: date(2026, month, 1),
        at: now(),
        by: "propenso serve".to_owned(),
        decisions: 1_000_000,
        held: 2,
    };
    let logs = open();
    for month in [9, 10, 9] {
        logs.accesses.let_go(&gone(month)).unwrap();
    }
    drop(logs);
    let read = open().accesses.months_let_go().unwrap();
    assert_eq!(read, [gone(9), gone(10), gone(9)]);
}

pub(super) fn a_held_client_is_not_forgotten(open: Open<'_>) {
    let desk = Desk::new();
    let Logs {
        decisions,
        accesses,
    } = open();
    let ana = desk.key.of_client("ana");
    let many = desk.seal(route(), &[("eva", 0.25), ("ana", 0.75)], now());
    decisions.append(&[many]).unwrap();
    later(MONTH);
    let single = desk.seal(route(), &[("ana", 0.5)], now());
    let head = decisions.append(&[single]).unwrap();

    let since = act("demanda");
    accesses.hold(ana, &since).unwrap();
    let asked = act("petición");
    let held = forget(&*decisions, &*accesses, ana, &asked).unwrap();
    let Erased::Held(hold) = held else {
        panic!("{held:?}");
    };
    assert_eq!(hold.since, since);
    assert_eq!(accesses.forgotten().unwrap(), []);
    accesses.release(ana, &act("archivada")).unwrap();
    let erased = forget(&*decisions, &*accesses, ana, &asked).unwrap();
    assert_eq!(erased, Erased::Forgotten(2));
    let query = Query {
        client: Some(ana),
        ..Query::default()
    };
    assert!(decisions.page(&query, None, 9).unwrap().entries.is_empty());
    assert_eq!(audit(&*decisions, &[head], |_| ()).unwrap().broken, None);
    // Asked again, there is nothing left, and that is written down too.
    let again = forget(&*decisions, &*accesses, ana, &asked).unwrap();
    assert_eq!(again, Erased::Forgotten(0));
    // One that was interrupted says so.
    let begun = accesses.begin_forgetting(desk.key.of_client("eva"), &asked);
    assert!(matches!(begun.unwrap(), Begun::Yes(_)));
    let counts: Vec<_> = accesses.forgotten().unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|Forgotten { decisions, .. }| *decisions)
        .collect();
    assert_eq!(counts, [Some(2), Some(0), None]);
}

pub(super) fn clients_of_one_entry_are_forgotten_at_the_same_time(open: Open<'_>) {
    let desk = Desk::new();
    let logs = open();
    let names: Vec<_> = (0..8).map(|number| format!("C-{number}")).collect();
    let clients: Vec<_> = names.iter().map(|name| (name.as_str(), 0.5)).collect();
    let entry = desk.seal(route(), &clients, now());
    logs.decisions.append(std::slice::from_ref(&entry)).unwrap();
    std::thread::scope(|scope| {
        for name in &names {
            let (logs, client) = (&logs, desk.key.of_client(name));
            scope.spawn(move || {
                let asked = act("petición");
                let erased = forget(&*logs.decisions, &*logs.accesses, client, &asked);
                assert_eq!(erased.unwrap(), Erased::Forgotten(1));
            });
        }
    });
    let entry = logs.decisions.find(entry.first).unwrap().unwrap();
    for decision in entry.decisions().unwrap() {
        assert_eq!(decision.personal, PersonalPart::Forgotten);
    }
    assert!(entry.clients.iter().all(|byte| *byte == 0));
    assert_eq!(audit(&*logs.decisions, &[], |_| ()).unwrap().broken, None);
}

fn keep(keep_months: u32) -> Retention<'static> {
    Retention {
        keep_months,
        by: "propenso serve",
        now: now(),
    }
}

pub(super) fn months_whose_time_is_over_go_and_the_current_one_never_does(open: Open<'_>) {
    let desk = Desk::new();
    let Logs {
        decisions,
        accesses,
    } = open();
    for _ in 0..4 {
        let one = desk.seal(route(), &[("ana", 0.5)], now());
        decisions.append(&[one]).unwrap();
        later(MONTH);
    }
    later(-MONTH);
    let months = || -> Vec<_> {
        let months = decisions.months().unwrap().into_iter();
        months.map(|month| (month.month, month.decisions)).collect()
    };
    let all = months();
    assert_eq!(all.len(), 4);
    let none = keep(u32::MAX).clear(&*decisions, &*accesses).unwrap();
    assert_eq!(none, []);
    assert_eq!(keep(3).clear(&*decisions, &*accesses).unwrap(), []);
    let gone = keep(1).clear(&*decisions, &*accesses).unwrap();
    let gone: Vec<_> = gone
        .iter()
        .map(|gone| (gone.month, gone.decisions))
        .collect();
    assert_eq!(gone, all[..2]);
    assert_eq!(months(), all[2..]);
    keep(0).clear(&*decisions, &*accesses).unwrap();
    assert_eq!(months(), [(month_of(now()), 1)]);
    assert_eq!(accesses.months_let_go().unwrap().len(), 3);
    // A year without a decision: the last month goes too, and the chain's end stays.
    let head = decisions.heads().unwrap();
    later(12 * MONTH);
    assert_eq!(keep(6).clear(&*decisions, &*accesses).unwrap().len(), 1);
    assert_eq!(keep(6).clear(&*decisions, &*accesses).unwrap(), []);
    assert_eq!(decisions.heads().unwrap(), head);
}

pub(super) fn what_was_held_goes_when_it_is_released(open: Open<'_>) {
    let desk = Desk::new();
    let Logs {
        decisions,
        accesses,
    } = open();
    let ana = desk.key.of_client("ana");
    let entries = ["ana", "eva", "luz"].map(|client| desk.seal(route(), &[(client, 0.5)], now()));
    decisions.append(&entries).unwrap();
    later(2 * MONTH);
    let next = desk.seal(route(), &[("eva", 0.5)], now());
    decisions.append(&[next]).unwrap();
    accesses.hold(ana, &act("demanda")).unwrap();
    later(1);
    let gone = keep(1).clear(&*decisions, &*accesses).unwrap();
    assert_eq!((gone[0].decisions, gone[0].held), (2, 1));
    assert!(decisions.find(entries[0].first).unwrap().is_some());
    assert!(decisions.find(entries[1].first).unwrap().is_none());
    later(1);
    assert_eq!(keep(1).clear(&*decisions, &*accesses).unwrap(), []);
    accesses.release(ana, &act("archivada")).unwrap();
    later(1);
    let gone = keep(1).clear(&*decisions, &*accesses).unwrap();
    assert_eq!((gone[0].decisions, gone[0].held), (1, 0));
    assert!(decisions.find(entries[0].first).unwrap().is_none());
    assert_eq!(decisions.months().unwrap().len(), 1);
}
