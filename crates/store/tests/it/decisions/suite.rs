//! The tests, over a log that can be opened again.

use propenso_scoring::Outcome;
use propenso_store::decision::link::Head;
use propenso_store::decision::{DecisionId, Entry, PersonalPart, Sent};
use propenso_store::decision_log::audit::{Break, audit};
use propenso_store::decision_log::pages::Pages;
use propenso_store::decision_log::{DecisionLog, Query, month_of};

use super::clients::{Desk, digest_of, last, portfolio, route};
use super::{MONTH, later, now};

/// Opens the log again, as another process would.
pub(super) type Open<'o> = &'o dyn Fn() -> Box<dyn DecisionLog>;

fn sound(log: &dyn DecisionLog) -> u64 {
    let found = audit(log, &[], |_| ()).unwrap();
    assert_eq!(found.broken, None);
    found.decisions
}

pub(super) fn what_was_answered_is_found_with_its_bits(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    // A probability whose text is longer than its digits, and one that is not a number.
    let odd = f64::from_bits(0x3fe5_5555_5555_5555);
    let single = desk.seal(route(), &[("1.759658", odd)], now());
    let many = desk.seal(route(), &[("a", 0.25), ("", f64::NAN), ("b", 0.75)], now());
    log.append(&[single.clone(), many.clone()]).unwrap();
    drop(log);

    let log = open();
    let entry = log.find(single.first).unwrap().unwrap();
    let decision = entry.decision(single.first).unwrap().unwrap();
    assert_eq!(entry.context.version, Some(3));
    assert_eq!(entry.context.channel, route());
    let Outcome::Payer {
        pays: true,
        probability: Some(probability),
    } = decision.public.outcome
    else {
        panic!("{decision:?}");
    };
    assert_eq!(probability.to_bits(), odd.to_bits());
    assert_eq!(decision.public.control, Some(false));
    assert_eq!(decision.public.row, Some(2));
    assert!(!decision.public.warnings.is_empty());
    let PersonalPart::Known(personal) = decision.personal else {
        panic!("it was not forgotten");
    };
    assert_eq!(personal.client, Some(desk.key.of_client("1.759658")));
    assert_eq!(personal.reference, None);
    assert!(personal.inputs.contains(&Sent::Text("EMP".to_owned())));
    assert!(personal.inputs.contains(&Sent::Text("1.50".to_owned())));
    assert!(personal.inputs.contains(&Sent::Absent));
    assert_eq!(personal.unknown, ["otro"]);
    assert_eq!(personal.request.as_deref(), Some("0123456789abcdef-2a"));
    assert!(personal.row(&desk.contract).is_some());

    let entry = log.find(last(&many)).unwrap().unwrap();
    assert_eq!(entry.first, many.first);
    let decision = entry.decision(last(&many)).unwrap().unwrap();
    assert_eq!(decision.public.row, Some(8));
    assert_eq!(entry.client(1), None);
    assert!(log.find(last(&many).plus(1)).unwrap().is_none());
    assert!(log.find(DecisionId::first_at(now())).unwrap().is_none());
    assert_eq!(sound(&*log), 4);
}

pub(super) fn a_page_is_in_the_order_of_the_chain(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let mut all = Vec::new();
    for _ in 0..7 {
        let batch: Vec<_> = (0..3)
            .map(|_| desk.seal(route(), &[("x", 0.5)], now()))
            .collect();
        all.extend(batch.iter().map(|entry| entry.first));
        log.append(&batch).unwrap();
        later(MONTH / 4);
    }
    let every = Query::default();
    let mut seen = Vec::new();
    let mut after = None;
    for page in Pages::of(&*log, &every, 2) {
        let entries = page.unwrap();
        assert!(entries.len() <= 2);
        seen.extend(entries.iter().map(|entry| entry.first));
        after = entries.last().map(Entry::place).or(after);
    }
    assert_eq!(seen, all);
    let behind: Vec<usize> = Pages::of(&*log, &every, 2)
        .behind(after)
        .map(|page| page.unwrap().len())
        .collect();
    assert_eq!(behind, [0], "one page, and nothing in it");
    let rest = log.page(&Query::default(), after, 100).unwrap();
    assert!(
        rest.next.is_none(),
        "all that there is leaves nothing to ask for"
    );
    let from = Query {
        from: Some(all[9].at()),
        until: Some(all[12].at()),
        ..Query::default()
    };
    let some = log.page(&from, None, 100).unwrap().entries;
    assert_eq!(
        some.iter().map(|entry| entry.first).collect::<Vec<_>>(),
        all[9..12]
    );
}

pub(super) fn clients_are_found_among_single_and_many(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let single = desk.seal(route(), &[("ana", 0.5)], now());
    let other = desk.seal(route(), &[("eva", 0.5)], now());
    let nobody = desk.seal(route(), &[("", 0.5)], now());
    let many = desk.seal(
        portfolio("p"),
        &[("eva", 0.5), ("ana", 0.1), ("ana", 0.2)],
        now(),
    );
    let entries = [single.clone(), other, nobody, many.clone()];
    log.append(&entries).unwrap();
    let query = Query {
        client: Some(desk.key.of_client("ana ")),
        ..Query::default()
    };
    let first = log.page(&query, None, 1).unwrap().entries;
    let then = log
        .page(&query, Some(first[0].place()), 10)
        .unwrap()
        .entries;
    let found: Vec<_> = first.iter().chain(&then).map(|entry| entry.first).collect();
    assert_eq!(found, [single.first, many.first]);
    assert!(then[0].has_client(desk.key.of_client("ana")));
    let query = Query {
        client: Some(desk.key.of_client("luz")),
        ..Query::default()
    };
    assert!(log.page(&query, None, 10).unwrap().entries.is_empty());
}

pub(super) fn a_month_ends_and_the_chain_goes_on(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let early = desk.seal(route(), &[("x", 0.5)], now());
    // Answered in one month, kept in the next.
    let late = desk.seal(route(), &[("y", 0.5)], now());
    let before = log.append(std::slice::from_ref(&early)).unwrap();
    later(MONTH);
    let head = log
        .append(&[late.clone(), desk.seal(route(), &[("z", 0.5)], now())])
        .unwrap();
    assert_eq!((head.chain, head.place), (before.chain, before.place + 2));
    assert!(log.find(late.first).unwrap().is_some());
    let months = log.months().unwrap();
    let counted: Vec<_> = months.iter().map(|month| month.decisions).collect();
    assert_eq!(counted, [1, 2]);
    // A clock that goes back changes nothing that was.
    later(-MONTH);
    log.append(&[desk.seal(route(), &[("x", 0.5)], now())])
        .unwrap();
    drop(log);
    let log = open();
    let head = log
        .append(&[desk.seal(route(), &[("x", 0.5)], now())])
        .unwrap();
    assert_eq!(head.place, before.place + 4);
    assert_eq!(log.heads().unwrap(), [head]);
    assert_eq!(sound(&*log), 5);
}

pub(super) fn a_second_writer_goes_on_with_the_chain(open: Open<'_>) {
    let desk = Desk::new();
    let (one, other) = (open(), open());
    for round in 0..6 {
        for log in [&one, &other] {
            log.append(&[desk.seal(route(), &[("x", 0.5)], now())])
                .unwrap();
        }
        if round == 2 {
            later(MONTH);
        }
    }
    assert_eq!(sound(&*one), 12);
}

pub(super) fn a_changed_entry_is_named(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let entries: Vec<_> = (0..5)
        .map(|_| desk.seal(route(), &[("x", 0.25), ("y", 0.75)], now()))
        .collect();
    let head = log.append(&entries).unwrap();
    assert_eq!(audit(&*log, &[head], |_| ()).unwrap().broken, None);
    // Less is not known of it: other things are.
    let mut entry = log.find(entries[2].first).unwrap().unwrap();
    let other = log.find(entries[3].first).unwrap().unwrap();
    let body = std::mem::replace(&mut entry.body, other.body);
    assert!(log.replace(&entry, &body).unwrap());
    let broken = audit(&*log, &[], |_| ()).unwrap().broken.unwrap();
    assert_eq!((broken.place, broken.how), (3, Break::Contents));
    assert_eq!(broken.first, entries[2].first.to_string());
    let was = std::mem::replace(&mut entry.body, body);
    assert!(log.replace(&entry, &was).unwrap());
    // What was told of the chain before, and is not so.
    let told = Head { place: 2, ..head };
    let broken = audit(&*log, &[told], |_| ()).unwrap().broken.unwrap();
    assert_eq!((broken.place, broken.how), (2, Break::Told));
    let told = Head { place: 9, ..head };
    let broken = audit(&*log, &[told], |_| ()).unwrap().broken.unwrap();
    assert_eq!((broken.place, broken.how), (9, Break::Told));
}

pub(super) fn what_is_forgotten_is_gone_and_the_chain_holds(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let many = desk.seal(route(), &[("eva", 0.25), ("ana", 0.75)], now());
    let single = desk.seal(route(), &[("ana", 0.5)], now());
    let head = log.append(&[many.clone(), single.clone()]).unwrap();
    let ana = desk.key.of_client("ana");
    let query = Query {
        client: Some(ana),
        ..Query::default()
    };
    let mut forgotten = 0;
    for mut entry in log.page(&query, None, 10).unwrap().entries {
        let (was, before) = (entry.body.clone(), entry.clone());
        forgotten += entry.forget(ana).unwrap();
        assert!(log.replace(&entry, &was).unwrap());
        // Who read it before does not bring back what is forgotten.
        assert!(!log.replace(&before, &was).unwrap());
    }
    assert_eq!(forgotten, 2);
    assert!(log.page(&query, None, 10).unwrap().entries.is_empty());
    assert_eq!(audit(&*log, &[head], |_| ()).unwrap().broken, None);
    let entry = log.find(many.first).unwrap().unwrap();
    let decisions = entry.decisions().unwrap();
    assert!(matches!(decisions[0].personal, PersonalPart::Known(_)));
    assert_eq!(decisions[1].personal, PersonalPart::Forgotten);
    let paid = Outcome::Payer {
        pays: true,
        probability: Some(0.75),
    };
    assert_eq!(decisions[1].public.outcome, paid);
}

pub(super) fn a_month_that_is_let_go_leaves_what_is_held(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let many = desk.seal(route(), &[("eva", 0.25), ("ana", 0.75)], now());
    let others: Vec<_> = (0..300)
        .map(|_| desk.seal(route(), &[("luz", 0.5)], now()))
        .collect();
    log.append(&others).unwrap();
    log.append(std::slice::from_ref(&many)).unwrap();
    let first = month_of(now());
    later(MONTH);
    let next = desk.seal(route(), &[("luz", 0.5)], now());
    let head = log.append(std::slice::from_ref(&next)).unwrap();

    let held = [desk.key.of_client("ana")];
    let dropped = log.drop_month(first, &held).unwrap();
    assert_eq!((dropped.decisions, dropped.held), (301, 1));
    assert!(log.find(others[0].first).unwrap().is_none());
    let entry = log.find(many.first).unwrap().unwrap();
    let decisions = entry.decisions().unwrap();
    assert_eq!(decisions[0].personal, PersonalPart::Forgotten);
    assert!(matches!(decisions[1].personal, PersonalPart::Known(_)));
    let found = audit(&*log, &[head], |_| ()).unwrap();
    assert_eq!(found.broken, None);
    assert_eq!(found.gone.values().sum::<u64>(), 300);

    let dropped = log.drop_month(first, &[]).unwrap();
    assert_eq!((dropped.decisions, dropped.held), (2, 0));
    assert_eq!(log.months().unwrap().len(), 1);
    assert_eq!(sound(&*log), 1);
    // The last month has the chain's end, and keeps it.
    let second = month_of(now());
    log.drop_month(second, &[]).unwrap();
    assert_eq!(log.heads().unwrap(), [head]);
    later(MONTH);
    let more = log
        .append(&[desk.seal(route(), &[("luz", 0.5)], now())])
        .unwrap();
    assert_eq!(more.place, head.place + 1);
    assert_eq!(sound(&*log), 1);
}

pub(super) fn a_portfolio_counts_what_it_kept(open: Open<'_>) {
    let desk = Desk::new();
    let log = open();
    let since = now();
    let part = desk.seal(portfolio("p"), &[("a", 0.5), ("b", 0.5)], now());
    assert_eq!(log.count_of(digest_of(&part), since).unwrap(), 0);
    log.append(std::slice::from_ref(&part)).unwrap();
    later(MONTH);
    let rest = desk.seal(portfolio("p"), &[("c", 0.5)], now());
    log.append(&[rest, desk.seal(portfolio("q"), &[("d", 0.5)], now())])
        .unwrap();
    assert_eq!(log.count_of(digest_of(&part), since).unwrap(), 3);
}
