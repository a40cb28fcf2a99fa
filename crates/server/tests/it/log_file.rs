//! The log in a file.

use std::fs;

use serde_json::Value;

use crate::support::process::Process;
use crate::support::{EXAMPLE, command, example_model};

/// The lines of a file, each of which is whole.
fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    let lines = text.lines();
    let lines = lines.map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")));
    lines.collect()
}

#[test]
fn a_file_of_the_log_is_turned_and_every_line_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("propenso.toml");
    fs::write(
        &config,
        "[log]\nlevel = \"debug\"\nfile = \"logs/propenso.log\"\nmax_bytes = 8192\nkeep = 3\n",
    )
    .unwrap();
    let model = example_model();
    let arguments = [
        model.to_str().unwrap(),
        "--config",
        config.to_str().unwrap(),
    ];
    let server = Process::serve_logging_to(&folder.path().join("logs/propenso.log"), &arguments);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(server.get(EXAMPLE).status, 200);
                }
            });
        }
    });
    drop(server);
    let logs = folder.path().join("logs");
    let mut names: Vec<String> = fs::read_dir(&logs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "propenso.log",
            "propenso.log.1",
            "propenso.log.2",
            "propenso.log.3"
        ]
    );
    for name in &names {
        let path = logs.join(name);
        assert!(fs::metadata(&path).unwrap().len() <= 8192);
        // The last one may be cut where the process was killed.
        if name != "propenso.log" {
            assert!(lines(&path).len() > 10);
        }
    }
}

#[test]
fn a_log_file_that_cannot_be_written_is_told_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let model = example_model();
    let output = command()
        .args(["serve", model.to_str().unwrap(), "--listen", "127.0.0.1:0"])
        .args(["--log-file", folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("--log-file"), "{text}");
}

/// `/dev/full` says of every write that the disk is full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_no_answer() {
    let model = example_model();
    let model = model.to_str().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap().to_string();
    drop(port);
    for to_file in [true, false] {
        let mut command = command();
        command.args(["serve", model, "--listen", &address, "--log-level", "trace"]);
        match to_file {
            true => command.args(["--log-file", "/dev/full"]),
            // As a shell's `2>>log` on such a disk.
            false => command.stderr(
                fs::OpenOptions::new()
                    .write(true)
                    .open("/dev/full")
                    .unwrap(),
            ),
        };
        let server = Process::of(command, address.parse().unwrap());
        for _ in 0..20 {
            assert_eq!(server.get(EXAMPLE).status, 200);
        }
    }
}
