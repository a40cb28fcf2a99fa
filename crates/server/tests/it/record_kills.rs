//! The server killed under load, again and again: every decision that was answered is on record, once, and the chain holds.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use propenso_store::decision::DecisionId;

use crate::record::{audited, entries, replayed, serving};
use crate::support::process::Process;

/// Kills, unless `PROPENSO_KILLS` says another number.
const KILLS: usize = 40;

/// Clients that ask all the time.
const CLIENTS: usize = 8;

/// Asks on one connection until it breaks, and gives the names of what was answered.
fn ask(server: &Process, client: usize, answered: &Mutex<Vec<DecisionId>>) {
    let Ok(mut stream) = TcpStream::connect(server.address) else {
        return;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(120)));
    let single = format!(
        "GET /prediccion?er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl={client}&id=c{client} \
         HTTP/1.1\r\nhost: {}\r\n\r\n",
        server.address
    );
    let body = r#"{"instances":[{"er":"EMP","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":202310,"ed":null,"cf":3,"im":1,"dt":2,"nl":3,"id":"m"},{"er":"PER","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":202310,"ed":null,"cf":3,"im":1,"dt":2,"nl":3}]}"#;
    let many = format!(
        "POST /v1/predict HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n{body}",
        server.address,
        body.len()
    );
    let mut bytes = Vec::new();
    for round in 0.. {
        let (request, count) = match round % 4 {
            3 => (&many, 2),
            _ => (&single, 1),
        };
        if stream.write_all(request.as_bytes()).is_err() {
            return;
        }
        match read_answer(&mut stream, &mut bytes) {
            Some(first) => {
                let mut answered = answered.lock().unwrap();
                answered.extend((0..count).map(|place| first.plus(place)));
            }
            None => return,
        }
    }
}

/// Reads one answer whole; gives the name of its first decision.
fn read_answer(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<DecisionId> {
    bytes.clear();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name: &str| {
                head.lines()
                    .find_map(|line| line.strip_prefix(name).map(|value| value.trim().to_owned()))
            };
            let length: usize = header("content-length:")?.parse().ok()?;
            if body.len() >= length {
                assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
                return header("x-propenso-decision:")?.parse().ok();
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

#[test]
fn killed_at_any_moment_all_that_was_answered_is_on_record_once() {
    let kills = std::env::var("PROPENSO_KILLS").ok();
    let kills = kills.map_or(KILLS, |number| number.parse().unwrap());
    let registry = serving("");
    let answered = Mutex::new(Vec::new());
    let mut seed = 0x5eed_u64;
    for _ in 0..kills {
        let server = registry.serve(&[]);
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let delay = Duration::from_micros(20_000 + (seed >> 33) % 130_000);
        std::thread::scope(|threads| {
            for client in 0..CLIENTS {
                let (server, answered) = (&server, &answered);
                threads.spawn(move || ask(server, client, answered));
            }
            std::thread::sleep(delay);
            server.kill_now();
        });
    }
    let answered = answered.into_inner().unwrap();
    let mut on_record: HashMap<DecisionId, usize> = HashMap::new();
    for entry in entries(&registry) {
        for place in 0..entry.count {
            *on_record.entry(entry.first.plus(place)).or_default() += 1;
        }
    }
    let lost: Vec<_> = answered
        .iter()
        .filter(|id| !on_record.contains_key(*id))
        .collect();
    assert!(
        lost.is_empty(),
        "{} of {} are lost: {lost:?}",
        lost.len(),
        answered.len()
    );
    assert!(on_record.values().all(|times| *times == 1));
    assert_eq!(
        answered.iter().collect::<HashSet<_>>().len(),
        answered.len()
    );
    assert!(
        answered.len() > kills,
        "{} answers in {kills} rounds",
        answered.len()
    );
    assert_eq!(audited(&registry).decisions, on_record.len() as u64);
    let replay = replayed(&registry);
    assert_eq!(
        (replay.n_wrong, replay.total()),
        (0, on_record.len() as u64)
    );
    println!(
        "{kills} kills: {} answered, {} on record",
        answered.len(),
        on_record.len()
    );
}
