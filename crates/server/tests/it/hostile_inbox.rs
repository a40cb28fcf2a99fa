//! What somebody puts into the models' inbox who wants to read, forge or fill what is not theirs, by names and links that Windows
//! does not have.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use crate::support::process::Process;
use crate::support::registry::{Registry, small};
use crate::support::until;

const INBOX: &str = "inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 0.4\n";

struct Watched {
    registry: Registry,
    server: Process,
}

impl Watched {
    fn new() -> Self {
        let registry = Registry::with(INBOX);
        let server = registry.serve(&[]);
        Self { registry, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.registry.path("entrada").join(name)
    }

    /// What is said of a file that was not taken.
    fn refusal(&self, name: &str) -> String {
        let path = self.path("rejected").join(format!("{name}.veredicto.txt"));
        until(|| path.exists());
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with("VEREDICTO: RECHAZADO."), "{text}");
        text
    }

    /// Waits until a model is through that came later.
    fn next_is_taken(&self) {
        fs::copy(small("a_rf_bin.pkl"), self.path("zz.pkl")).unwrap();
        until(|| self.path("accepted/zz.pkl.veredicto.txt").exists());
    }
}

#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;

    let inbox = Watched::new();
    let secret = inbox.registry.path("secreto.txt");
    fs::write(&secret, "clave = la-de-la-base-de-datos\n= roto").unwrap();
    let model = fs::canonicalize(small("a_ada.pkl")).unwrap();
    symlink(&model, inbox.path("a.pkl")).unwrap();
    symlink(&secret, inbox.path("b.txt")).unwrap();
    // What is told beside a file is not written through a link either.
    fs::write(inbox.path("LEEME.txt"), "Hola.").unwrap();
    symlink(&secret, inbox.path("LEEME.txt.aviso.txt")).unwrap();
    inbox.next_is_taken();
    until(|| {
        fs::read_to_string(inbox.path("LEEME.txt.aviso.txt"))
            .is_ok_and(|text| text.contains("AVISO"))
    });
    assert!(inbox.path("a.pkl").is_symlink() && inbox.path("b.txt").is_symlink());
    assert!(!inbox.path("b.txt.aviso.txt").exists());
    let log = inbox.server.log();
    assert_eq!(log.matches("a link in the inbox").count(), 3, "{log}");
    assert_eq!(inbox.registry.states().len(), 1);
    assert!(fs::read_to_string(&secret).unwrap().starts_with("clave"));
}

#[test]
fn companions_that_are_links_are_named_and_not_read() {
    let inbox = Watched::new();
    let secret = inbox.registry.path("secreto.txt");
    fs::write(&secret, "root:la-linea-secreta\n").unwrap();
    for ending in [".contract.toml", ".golden.csv", ".holdout.csv", ".sha256"] {
        let name = format!("m{ending}.pkl");
        let companion = format!("{name}{ending}");
        std::os::unix::fs::symlink(&secret, inbox.path(&companion)).unwrap();
        fs::copy(small("a_rf_bin.pkl"), inbox.path(&name)).unwrap();
        let text = inbox.refusal(&name);
        assert!(
            text.contains(&companion) && text.contains("enlace"),
            "{text}"
        );
        assert!(!text.contains("secreta"), "{text}");
    }
    assert!(!inbox.server.log().contains("secreta"));
    assert!(inbox.registry.states().is_empty());
    let text = fs::read_to_string(&secret).unwrap();
    assert_eq!(text, "root:la-linea-secreta\n");
}

/// A folder of the inbox that leads elsewhere: nothing is moved there.
#[test]
fn folders_that_are_links_are_not_entered() {
    let inbox = Watched::new();
    let elsewhere = inbox.registry.path("fuera");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, inbox.path("en_curso/m.pkl")).unwrap();
    fs::copy(small("a_rf_bin.pkl"), inbox.path("m.pkl")).unwrap();
    inbox.next_is_taken();
    until(|| inbox.server.log().contains("links are not followed"));
    assert!(inbox.path("m.pkl").exists());
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

/// It is as large as it says only where it is read.
#[cfg(target_os = "linux")]
#[test]
fn a_file_of_6_gb_is_refused_unread() {
    let inbox = Watched::new();
    let hash = "0".repeat(64);
    fs::write(inbox.path("m.pkl.sha256"), hash).unwrap();
    let file = fs::File::create(inbox.path("m.pkl")).unwrap();
    file.set_len(6 << 30).unwrap();
    drop(file);
    let text = inbox.refusal("m.pkl");
    assert!(text.contains("más de 2 GB"), "{text}");
    let id = inbox.server.child.lock().unwrap().id();
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.unwrap().trim().trim_end_matches(" kB");
    assert!(peak.parse::<u64>().unwrap() < 1 << 20, "{status}");
    // What was read is counted, even of a file that has no blocks.
    let read = fs::read_to_string(format!("/proc/{id}/io")).unwrap();
    let read = read.lines().find_map(|line| line.strip_prefix("rchar: "));
    assert!(read.unwrap().parse::<u64>().unwrap() < 1 << 30);
}

/// A name is no line of the log, and does nothing to the terminal that shows it; nor in the verdict.
#[test]
fn names_forge_no_lines() {
    let name = "a\n2026-01-01T00:00:00Z  INFO forged\u{1b}[31m\u{202e}.pkl";
    let registry = Registry::with(INBOX);
    let log = registry.path("propenso.log");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut command = crate::support::command();
    command.args(["serve", "--listen", &address.to_string()]);
    command.arg("--log-file").arg(&log);
    command.arg("--config").arg(registry.path("propenso.toml"));
    let server = Process::of(command, address);
    until(|| registry.path("entrada/rejected").is_dir());
    let path = registry.path("entrada").join(name);
    fs::File::create(&path).unwrap().write_all(b"nada").unwrap();
    let verdict = registry
        .path("entrada/rejected")
        .join(format!("{name}.veredicto.txt"));
    until(|| fs::read_to_string(&verdict).is_ok_and(|text| text.contains("COMPROBACIONES")));
    until(|| {
        fs::read_to_string(&log)
            .unwrap()
            .contains("taken from the inbox")
    });
    drop(server);
    let log = fs::read_to_string(&log).unwrap();
    assert!(
        log.contains(r"a\n2026-01-01T00:00:00Z  INFO forged\u{1b}[31m\u{202e}.pkl"),
        "{log}"
    );
    assert!(
        !log.lines().any(|line| line.starts_with("2026-01-01")),
        "{log}"
    );
    assert!(!log.contains(['\u{1b}', '\u{202e}']), "{log}");
    let text = fs::read_to_string(&verdict).unwrap();
    assert!(text.contains("Archivo   a\u{fffd}2026"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    let listed = registry.ok(&["list"]);
    assert!(!listed.contains(['\u{1b}', '\u{202e}']), "{listed}");
}

/// The log of programs stays one that programs can read.
#[test]
fn names_leave_json_valid() {
    let inbox = Watched::new();
    let name = "a\n{\u{1b}\"\u{2028}.pkl";
    fs::write(inbox.path(name), "nada").unwrap();
    until(|| inbox.server.log().contains("taken from the inbox"));
    for line in inbox.server.log().lines() {
        let line: Result<serde_json::Value, _> = serde_json::from_str(line);
        line.unwrap();
    }
}
