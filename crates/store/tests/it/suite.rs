//! What every database must do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::time::{Duration, Instant};

use propenso_store::files::PART_BYTES;
use propenso_store::keys::{KeyEventRow, KeyRow};
use propenso_store::registry::{
    ContractSought, DayRow, EventRow, ShadowDayRow, VersionContent, VersionFindings,
};
use propenso_store::{Rows, Store, StoreError};

/// Opens one database, as often as it is asked.
pub(crate) type Open<'a> = dyn Fn() -> Result<Store, StoreError> + Sync + 'a;

/// Gives the names of all parts to a macro that makes tests of them.
macro_rules! parts {
    ($each:ident) => {
        $each! {
            versions_are_kept_as_they_are
            versions_are_found_by_model_and_contract
            odd_texts_are_taken
            what_happened_is_kept_in_order
            nothing_of_what_failed_is_kept
            there_is_one_champion
            shadows_days_are_replaced
            days_are_added_to_in_turn
            files_that_rejected_versions_alone_have
            a_holders_life
            a_reader_sees_one_moment
            writers_take_turns
            who_hurries_does_not_wait_for_others
            files_are_whole
            one_is_alone
            many_open_it_at_once
        }
    };
}
pub(crate) use parts;

pub(crate) fn content(model: &str) -> VersionContent {
    VersionContent {
        model_hash: model.to_owned(),
        contract_name: "casas".to_owned(),
        contract_text: Some("texto".to_owned()),
        file_name: "modelo.pkl".to_owned(),
        way_in: "command".to_owned(),
        added_at: "2026-11-26T10:00:00.123456789Z".to_owned(),
        added_by: "Ana".to_owned(),
        note: "noviembre".to_owned(),
    }
}

pub(crate) fn findings() -> VersionFindings {
    VersionFindings {
        golden_hash: None,
        deciles: None,
        report: "{}".to_owned(),
    }
}

pub(crate) fn event(version: u32, action: &str, to: &str) -> EventRow {
    EventRow {
        id: 0,
        at: "2026-11-26T10:00:00Z".to_owned(),
        version,
        model_hash: String::new(),
        action: action.to_owned(),
        from_state: None,
        to_state: to.to_owned(),
        who: "Ana".to_owned(),
        why: "porque sí".to_owned(),
        previous_champion: None,
    }
}

pub(crate) fn add_version(rows: &dyn Rows, model: &str) -> u32 {
    let added = rows.insert_version("candidate", &content(model), &findings());
    added.unwrap()
}

fn write<T>(store: &Store, write: impl FnOnce(&dyn Rows) -> Result<T, StoreError>) -> T {
    store.write(write).unwrap()
}

fn read<T>(store: &Store, read: impl FnOnce(&dyn Rows) -> Result<T, StoreError>) -> T {
    store.read(read).unwrap()
}

pub(crate) fn versions_are_kept_as_they_are(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    let full = VersionFindings {
        golden_hash: Some("g".to_owned()),
        deciles: Some("[0.1]".to_owned()),
        report: "{\"form\":1}".to_owned(),
    };
    let mut own = content("b");
    own.contract_text = None;
    write(&store, |rows| {
        assert_eq!(add_version(rows, "a"), 1);
        assert_eq!(rows.insert_version("rejected", &own, &full)?, 2);
        Ok(())
    });
    let versions = read(&other, |rows| rows.versions());
    assert_eq!(versions.len(), 2);
    assert_eq!(
        (versions[0].number, versions[0].state.as_str()),
        (1, "candidate")
    );
    assert_eq!(versions[0].content, content("a"));
    assert_eq!(versions[0].findings, findings());
    assert_eq!((&versions[1].content, &versions[1].findings), (&own, &full));
    let one = read(&other, |rows| rows.version(2)).unwrap();
    assert_eq!(one, versions[1]);
    assert_eq!(read(&other, |rows| rows.version(3)), None);
    write(&other, |rows| {
        rows.set_findings(1, &full)?;
        rows.set_state(1, "shadow")
    });
    let shadow = read(&store, |rows| rows.version_in("shadow")).unwrap();
    assert_eq!((shadow.number, shadow.findings), (1, full));
    assert_eq!(read(&store, |rows| rows.version_in("champion")), None);
}

pub(crate) fn versions_are_found_by_model_and_contract(open: &Open<'_>) {
    let store = open().unwrap();
    write(&store, |rows| {
        let mut own = content("a");
        own.contract_text = None;
        rows.insert_version("candidate", &content("a"), &findings())?;
        rows.insert_version("retired", &own, &findings())?;
        rows.insert_version("rejected", &content("a"), &findings())
    });
    let find = |model: &str, contract| {
        let found = read(&store, |rows| rows.find_version(model, contract));
        found.map(|version| version.number)
    };
    assert_eq!(find("a", ContractSought::Any), Some(2));
    assert_eq!(find("a", ContractSought::Own), Some(2));
    assert_eq!(find("a", ContractSought::Text("texto")), Some(1));
    assert_eq!(find("a", ContractSought::Text("otro")), None);
    assert_eq!(find("b", ContractSought::Any), None);
}

/// Whatever somebody types is a text, and no failure.
pub(crate) fn odd_texts_are_taken(open: &Open<'_>) {
    let store = open().unwrap();
    let long = "ñ".repeat(100_000);
    for odd in [
        "",
        "'; DROP TABLE versions; --",
        "a\0b",
        "💶\r\n\u{feff}",
        &long,
    ] {
        let mut odd_content = content("a");
        odd_content.note = odd.to_owned();
        let number = write(&store, |rows| {
            rows.insert_version("candidate", &odd_content, &findings())
        });
        let kept = read(&store, |rows| rows.version(number)).unwrap();
        let kept = kept.content.note;
        // Not every database knows NUL in a text.
        assert!(
            kept == odd || kept == odd.replace('\0', "\u{fffd}"),
            "{odd:?}"
        );
    }
}

pub(crate) fn what_happened_is_kept_in_order(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    assert_eq!(read(&store, |rows| rows.newest_version()), 0);
    assert_eq!(read(&store, |rows| rows.last_event()), 0);
    write(&store, |rows| {
        add_version(rows, "a");
        add_version(rows, "b");
        for (version, action, to) in [
            (1, "add", "candidate"),
            (1, "promote", "champion"),
            (2, "promote", "champion"),
            (1, "fallback", "champion"),
            (1, "check", "champion"),
        ] {
            let mut event = event(version, action, to);
            event.from_state = (action != "add").then(|| "candidate".to_owned());
            event.previous_champion = (version == 2).then_some(1);
            rows.insert_event(&event)?;
        }
        Ok(())
    });
    assert_eq!(read(&other, |rows| rows.newest_version()), 2);
    let seen = read(&other, |rows| rows.last_event());
    let events = read(&other, |rows| rows.events(3));
    let actions: Vec<&str> = events.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(actions, ["promote", "fallback", "check"]);
    assert_eq!(
        (events[0].version, events[0].previous_champion),
        (2, Some(1))
    );
    assert_eq!(events[0].model_hash, "b");
    assert_eq!(events[2].id, seen);
    let all = read(&other, |rows| rows.events(u32::MAX));
    assert_eq!((all.len(), all[0].from_state.as_deref()), (5, None));
    let former = read(&other, |rows| rows.former_champions());
    assert_eq!(former, [2, 1]);
    let at = read(&other, |rows| rows.promoted_at(1));
    assert_eq!(at.as_deref(), Some("2026-11-26T10:00:00Z"));
    write(&store, |rows| {
        rows.insert_event(&event(2, "retire", "retired"))
    });
    assert!(read(&other, |rows| rows.last_event()) > seen);
}

pub(crate) fn nothing_of_what_failed_is_kept(open: &Open<'_>) {
    let store = open().unwrap();
    let said = store.write(|rows| {
        add_version(rows, "a");
        Err::<(), _>(StoreError::Failed("said".into()))
    });
    assert_eq!(said.unwrap_err().to_string(), "said");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = store.write(|rows| -> Result<(), StoreError> {
            add_version(rows, "a");
            panic!("in the middle");
        });
    }));
    assert!(panicked.is_err());
    assert!(read(&store, |rows| rows.versions()).is_empty());
    // Numbers are not used up by what did not happen.
    assert_eq!(write(&store, |rows| Ok(add_version(rows, "a"))), 1);
}

pub(crate) fn there_is_one_champion(open: &Open<'_>) {
    let store = open().unwrap();
    for state in ["champion", "shadow"] {
        let (one, other) = write(&store, |rows| {
            Ok((add_version(rows, "a"), add_version(rows, "b")))
        });
        write(&store, |rows| rows.set_state(one, state));
        let second = store.write(|rows| rows.set_state(other, state));
        second.unwrap_err();
        let holder = read(&store, |rows| rows.version_in(state)).unwrap();
        assert_eq!(holder.number, one);
    }
    store.write(|rows| rows.set_state(1, "king")).unwrap_err();
}

pub(crate) fn shadows_days_are_replaced(open: &Open<'_>) {
    let store = open().unwrap();
    let day = |champion, day: &str, tally: &str| ShadowDayRow {
        champion,
        day: day.to_owned(),
        tally: tally.to_owned(),
    };
    write(&store, |rows| {
        for model in ["a", "b", "c"] {
            add_version(rows, model);
        }
        for row in [
            day(2, "2026-11-27", "1"),
            day(1, "2026-11-26", "2"),
            day(1, "2026-11-27", "3"),
            day(1, "2026-11-26", "4"),
        ] {
            rows.set_shadow_day(3, &row)?;
        }
        Ok(())
    });
    let days = read(&store, |rows| rows.shadow_days(3));
    let expected = [
        day(1, "2026-11-26", "4"),
        day(1, "2026-11-27", "3"),
        day(2, "2026-11-27", "1"),
    ];
    assert_eq!(days, expected);
    let one = read(&store, |rows| rows.shadow_day(3, 1, "2026-11-26"));
    assert_eq!(one.as_deref(), Some("4"));
    assert_eq!(
        read(&store, |rows| rows.shadow_day(3, 1, "2026-11-28")),
        None
    );
}

/// Several servers count: what each adds is there, and is found by day.
pub(crate) fn days_are_added_to_in_turn(open: &Open<'_>) {
    const SERVERS: usize = 3;
    const TURNS: usize = 10;
    let store = open().unwrap();
    write(&store, |rows| Ok(add_version(rows, "a")));
    let row = |day: &str, route: &str, counts: usize| DayRow {
        day: day.to_owned(),
        version: 1,
        route: route.to_owned(),
        counts: counts.to_string(),
    };
    std::thread::scope(|scope| {
        for _ in 0..SERVERS {
            scope.spawn(|| {
                let store = open().unwrap();
                for _ in 0..TURNS {
                    write(&store, |rows| {
                        let known = rows.day("2026-11-27", 1, "predict")?;
                        let known: usize = known.map_or(0, |known| known.parse().unwrap());
                        rows.set_day(&row("2026-11-27", "predict", known + 1))
                    });
                }
            });
        }
    });
    write(&store, |rows| {
        rows.set_day(&row("2026-11-26", "predict", 5))?;
        rows.set_day(&row("2026-11-27", "page", 7))
    });
    let expected = [
        row("2026-11-27", "page", 7),
        row("2026-11-27", "predict", SERVERS * TURNS),
    ];
    assert_eq!(read(&store, |rows| rows.days_since("2026-11-27")), expected);
    assert_eq!(read(&store, |rows| rows.days_since("2026-01-01")).len(), 3);
    assert_eq!(
        read(&store, |rows| rows.day("2026-11-27", 1, "other")),
        None
    );
    let unknown = DayRow {
        version: 9,
        ..row("2026-11-27", "page", 1)
    };
    store.write(|rows| rows.set_day(&unknown)).unwrap_err();
}

pub(crate) fn files_that_rejected_versions_alone_have(open: &Open<'_>) {
    let store = open().unwrap();
    write(&store, |rows| {
        let golden = VersionFindings {
            golden_hash: Some("g".to_owned()),
            ..findings()
        };
        for (model, state, at) in [
            ("old", "rejected", "2026-01-01T00:00:00Z"),
            ("shared", "rejected", "2026-01-01T00:00:00Z"),
            ("shared", "candidate", "2026-01-01T00:00:00Z"),
            ("young", "rejected", "2026-11-01T00:00:00Z"),
        ] {
            let number = rows.insert_version(state, &content(model), &golden)?;
            let mut event = event(number, "add", state);
            event.at = at.to_owned();
            rows.insert_event(&event)?;
        }
        Ok(())
    });
    let expired = |before: &str| {
        let mut files = read(&store, |rows| rows.expired_files(before));
        files.sort();
        files
    };
    assert_eq!(expired("2026-06-01T00:00:00Z"), ["old"]);
    assert_eq!(expired("2026-12-01T00:00:00Z"), ["old", "young"]);
    assert!(expired("2025-01-01T00:00:00Z").is_empty());
}

fn key(id: &str, created: &str) -> KeyRow {
    KeyRow {
        id: id.to_owned(),
        hash: "h".to_owned(),
        created: created.to_owned(),
        expires: None,
        disabled: None,
        last_used: None,
    }
}

pub(crate) fn a_holders_life(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    let at = "2026-11-26T10:00:00Z";
    assert_eq!(read(&store, |rows| rows.last_key_event()), 0);
    write(&store, |rows| {
        rows.enrol("zoe", "lectura", at)?;
        rows.enrol("Ana", "puntuar,carteras", at)?;
        rows.insert_key("Ana", &key("prp_2", at))?;
        rows.insert_key("Ana", &key("prp_1", at))?;
        rows.insert_key_event(&KeyEventRow {
            at,
            holder: "Ana",
            key: Some("prp_2"),
            action: "add",
            who: "root",
        })
    });
    assert!(read(&other, |rows| rows.last_key_event()) > 0);
    let holders = read(&other, |rows| rows.holders());
    let names: Vec<&str> = holders.iter().map(|holder| holder.name.as_str()).collect();
    assert_eq!(names, ["Ana", "zoe"]);
    // As they were made.
    assert_eq!(holders[0].keys, [key("prp_2", at), key("prp_1", at)]);
    assert_eq!(
        read(&other, |rows| rows.holder_of("prp_1")).as_deref(),
        Some("Ana")
    );
    assert_eq!(read(&other, |rows| rows.holder_of("prp_9")), None);
    assert_eq!(read(&other, |rows| rows.holder("nadie")), None);
    store
        .write(|rows| rows.insert_key("zoe", &key("prp_1", at)))
        .unwrap_err();

    write(&other, |rows| {
        rows.set_used("prp_1", "2026-11-26T12:00:00Z")?;
        rows.set_used("prp_1", "2026-11-26T11:00:00Z")?;
        rows.set_end("prp_1", "2026-12-26T10:00:00Z")?;
        rows.disable_key("prp_2", "2026-11-26T13:00:00Z")?;
        rows.disable_key("prp_2", "2026-11-26T14:00:00Z")
    });
    let ana = read(&store, |rows| rows.holder("Ana")).unwrap();
    assert_eq!(
        ana.keys[1].last_used.as_deref(),
        Some("2026-11-26T12:00:00Z")
    );
    assert_eq!(ana.keys[1].expires.as_deref(), Some("2026-12-26T10:00:00Z"));
    assert_eq!(
        ana.keys[0].disabled.as_deref(),
        Some("2026-11-26T13:00:00Z")
    );

    let late = "2026-11-27T00:00:00Z";
    write(&store, |rows| rows.disable_holder("Ana", late));
    let ana = read(&other, |rows| rows.holder("Ana")).unwrap();
    assert_eq!(ana.disabled.as_deref(), Some(late));
    assert_eq!(ana.keys[1].disabled.as_deref(), Some(late));
    assert_ne!(ana.keys[0].disabled.as_deref(), Some(late));
    write(&store, |rows| rows.enrol("Ana", "lectura", late));
    let ana = read(&other, |rows| rows.holder("Ana")).unwrap();
    assert_eq!((ana.disabled, ana.roles.as_str()), (None, "lectura"));
    assert_eq!(ana.created, at);
}

pub(crate) fn a_reader_sees_one_moment(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    write(&store, |rows| Ok(add_version(rows, "a")));
    read(&store, |rows| {
        let before = rows.versions()?;
        write(&other, |rows| Ok(add_version(rows, "b")));
        assert_eq!(rows.versions()?, before);
        Ok(())
    });
    assert_eq!(read(&store, |rows| rows.versions()).len(), 2);
}

/// What is read and written in one transaction is nobody else's meanwhile.
pub(crate) fn writers_take_turns(open: &Open<'_>) {
    const THREADS: usize = 6;
    const TURNS: usize = 15;
    let store = open().unwrap();
    write(&store, |rows| Ok(add_version(rows, "a")));
    let day = "2026-11-26";
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let store = open().unwrap();
                for _ in 0..TURNS {
                    write(&store, |rows| {
                        let known = rows.shadow_day(1, 1, day)?;
                        let known: usize = known.map_or(0, |known| known.parse().unwrap());
                        rows.insert_event(&event(1, "count", "candidate"))?;
                        rows.set_shadow_day(
                            1,
                            &ShadowDayRow {
                                champion: 1,
                                day: day.to_owned(),
                                tally: (known + 1).to_string(),
                            },
                        )
                    });
                }
            });
        }
    });
    let counted = read(&store, |rows| rows.shadow_day(1, 1, day)).unwrap();
    assert_eq!(counted, (THREADS * TURNS).to_string());
    assert_eq!(
        read(&store, |rows| rows.events(1000)).len(),
        THREADS * TURNS
    );
}

pub(crate) fn who_hurries_does_not_wait_for_others(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    other.hurry(Duration::from_millis(50)).unwrap();
    write(&store, |rows| {
        add_version(rows, "a");
        let asked = Instant::now();
        let busy = other.write(|rows| Ok::<_, StoreError>(add_version(rows, "b")));
        let busy = busy.unwrap_err();
        assert!(matches!(busy, StoreError::Busy(_)), "{busy}");
        assert!(asked.elapsed() < Duration::from_secs(5));
        // Reading waits for nobody.
        assert!(read(&other, |rows| rows.versions()).is_empty());
        Ok(())
    });
    assert_eq!(write(&other, |rows| Ok(add_version(rows, "b"))), 2);
}

pub(crate) fn files_are_whole(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    let bytes = |length: usize| -> Vec<u8> { (0..length).map(|at| (at % 251) as u8).collect() };
    let lengths = [0, 1, PART_BYTES, 2 * PART_BYTES + 3];
    for length in lengths {
        store.put_file(&length.to_string(), &bytes(length)).unwrap();
        other.put_file(&length.to_string(), &bytes(length)).unwrap();
    }
    read(&other, |rows| {
        assert_eq!(rows.files().is_some(), other.keeps_files());
        let Some(files) = rows.files() else {
            return Ok(());
        };
        assert!(!files.has_file("none")?);
        assert_eq!(files.file("none")?, None);
        for length in lengths {
            let kept = files.file(&length.to_string())?;
            assert!(kept == Some(bytes(length)), "{length}");
        }
        Ok(())
    });
    write(&store, |rows| {
        let Some(files) = rows.files() else {
            return Ok(());
        };
        files.remove_file("1")?;
        files.remove_file("none")?;
        assert!(!files.has_file("1")?);
        files.put_file("1", b"x")?;
        assert_eq!(files.file("1")?.as_deref(), Some(&b"x"[..]));
        Ok(())
    });
}

pub(crate) fn one_is_alone(open: &Open<'_>) {
    let (store, other) = (open().unwrap(), open().unwrap());
    let alone = store.alone(b"anything").unwrap();
    assert!(alone.is_some());
    if store.keeps_files() {
        assert!(other.alone(b"anything").unwrap().is_none());
        assert!(other.alone(b"anyother").unwrap().is_some());
    }
    drop(alone);
    let asked = Instant::now();
    while other.alone(b"anything").unwrap().is_none() {
        assert!(asked.elapsed() < Duration::from_secs(5));
    }
}

pub(crate) fn many_open_it_at_once(open: &Open<'_>) {
    let gate = Barrier::new(8);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                gate.wait();
                let store = open().unwrap();
                assert_eq!(read(&store, |rows| rows.last_event()), 0);
            });
        }
    });
}
