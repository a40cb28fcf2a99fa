//! The record on a disk that is full: no answer without it, no wrong one, and all is well again by itself.
//!
//! The disk is one in memory that only the server sees, in a mount namespace; where the system allows none, this says so and
//! is left out.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::record::{audited, replayed, serving};
use crate::support::process::Process;
use crate::support::{EXAMPLE, until};

/// Whether this account may mount a disk of its own.
fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"])
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

#[test]
fn on_a_full_disk_nothing_is_answered_and_then_it_goes_on() {
    if !may_mount() {
        println!("left out: the record on a full disk (unshare -rm mount does not work here)");
        return;
    }
    let registry = serving("[record.routes]\n\"/v1/predict\" = \"off\"");
    let data = registry.data();
    let config = registry.path("propenso.toml");
    let start = format!(
        "mv '{data}' '{data}.1' && mkdir '{data}' && mount -t tmpfs -o size=6m tmpfs '{data}' && cp -a '{data}.1/.' '{data}' && \
         exec '{program}' serve --listen 127.0.0.1:0 --log-format json --config '{config}'",
        data = data.display(),
        program = env!("CARGO_BIN_EXE_propenso"),
        config = config.display(),
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &start]);
    let server = Process::start(command);
    // The disk as the server sees it.
    let id = server.child.lock().unwrap().id();
    let seen = PathBuf::from(format!("/proc/{id}/root")).join(data.strip_prefix("/").unwrap());
    let expected = server.get(EXAMPLE);
    assert_eq!(expected.status, 200, "{}", server.log());
    fs::write(seen.join("ballast"), vec![1; 5 << 20]).unwrap_or_default();

    let mut n_refused = 0;
    let mut n_answered = 1;
    for _ in 0..30_000 {
        let answer = server.get(EXAMPLE);
        match answer.status {
            200 => {
                assert_eq!(answer.body, expected.body);
                n_answered += 1;
            }
            503 => {
                assert!(answer.header("retry-after").is_some());
                assert_eq!(answer.problem(503)["code"], "not-recorded");
                n_refused += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
        if n_refused == 20 {
            break;
        }
    }
    assert_eq!(n_refused, 20, "the disk never was full");
    // What needs no record is answered.
    let body = r#"{"instances":[{"er":"EMP","po":"NO","vt":"S","cp":8029,"ec":"A","vf":"N","vb":"N","fb":202310,"ed":null,"cf":3,"im":1,"dt":2,"nl":3}]}"#;
    assert_eq!(server.post("/v1/predict", body).status, 200);

    fs::remove_file(seen.join("ballast")).unwrap();
    until(|| server.get(EXAMPLE).status == 200);
    n_answered += 1;
    // What the server alone sees, for whoever looks at it: under the name that the disk had.
    let seen_by_all = registry.path("visto");
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(&seen).arg(&seen_by_all);
    assert!(copy.status().unwrap().success());
    drop(server);
    fs::remove_dir_all(&data).unwrap();
    fs::rename(seen_by_all, &data).unwrap();
    let found = audited(&registry);
    assert!(found.decisions >= n_answered, "{found:?}");
    assert_eq!(replayed(&registry).n_wrong, 0);
}
