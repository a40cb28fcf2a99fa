//! The inbox: models dropped into a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use propenso_model::Sha256;

use crate::support::process::Process;
use crate::support::registry::{Registry, month_2, small};
use crate::support::until;

/// A registry with an inbox that is looked at often, served.
struct Watched {
    registry: Registry,
    server: Process,
}

impl Watched {
    fn new(more: &str) -> Self {
        let settings =
            format!("inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 0.6\n{more}");
        let registry = Registry::with(&settings);
        let server = registry.serve(&[]);
        Self { registry, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.registry.path("entrada").join(name)
    }

    /// Copies a file into the folder, all at once.
    fn drop_off(&self, from: &Path, name: &str) {
        fs::copy(from, self.path(name)).unwrap();
    }

    /// The verdict on a file, when it has been given.
    fn verdict(&self, folder: &str, name: &str) -> String {
        let path = self.path(folder).join(format!("{name}.veredicto.txt"));
        until(|| fs::read_to_string(&path).is_ok_and(|text| text.contains("COMPROBACIONES")));
        assert!(self.path(folder).join(name).exists());
        assert!(!self.path(name).exists());
        fs::read_to_string(path).unwrap()
    }

    /// What is still in the folder.
    fn names(&self) -> Vec<String> {
        let files = fs::read_dir(self.path("")).unwrap().flatten();
        let files = files.filter(|entry| entry.path().is_file());
        files
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect()
    }
}

#[test]
fn a_file_is_taken_and_leaves_a_verdict() {
    let inbox = Watched::new("promotion = \"auto\"");
    inbox.drop_off(&small("a_rf_bin.pkl"), "modelo de noviembre.pkl");
    let verdict = inbox.verdict("accepted", "modelo de noviembre.pkl");
    assert!(verdict.starts_with("VEREDICTO: ADMITIDO."), "{verdict}");
    assert!(verdict.contains("Ya está en servicio"), "{verdict}");
    assert_eq!(inbox.server.champion(), Some(1));

    fs::write(inbox.path("nota.txt"), "Feliz Navidad").unwrap();
    let verdict = inbox.verdict("rejected", "nota.txt");
    assert!(verdict.starts_with("VEREDICTO: RECHAZADO."), "{verdict}");
    assert!(
        verdict.contains("sigue contestando la versión 1"),
        "{verdict}"
    );
    assert_eq!(inbox.server.champion(), Some(1));
    assert!(inbox.names().is_empty());
}

#[test]
fn a_file_that_is_still_written_is_left_alone() {
    let inbox = Watched::new("");
    let bytes = fs::read(month_2()).unwrap();
    let path = inbox.path("modelo.pkl");
    // In twelve pieces, over longer than a file must stay the same.
    for end in 1..=12 {
        fs::write(&path, &bytes[..bytes.len() * end / 12]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        assert!(
            inbox.registry.states().is_empty(),
            "taken after {end} pieces"
        );
    }
    inbox.verdict("accepted", "modelo.pkl");
    let copy = inbox.path("accepted").join("modelo.pkl");
    assert_eq!(fs::read(copy).unwrap(), bytes);
}

#[test]
fn names_of_unfinished_files_wait_for_the_renaming() {
    let inbox = Watched::new("");
    let part = inbox.path("modelo.pkl.part");
    fs::copy(small("a_rf_bin.pkl"), &part).unwrap();
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(inbox.names(), ["modelo.pkl.part"]);
    fs::rename(&part, inbox.path("modelo.pkl")).unwrap();
    inbox.verdict("accepted", "modelo.pkl");
}

#[test]
fn a_hash_beside_it_says_when_a_file_is_complete() {
    // So long that only the hash can say so.
    let registry = Registry::with("inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = 600");
    let server = registry.serve(&[]);
    let inbox = Watched { registry, server };
    let bytes = fs::read(small("a_rf_bin.pkl")).unwrap();
    let line = format!("{}  modelo.pkl\n", Sha256::of(&bytes));
    fs::write(inbox.path("modelo.pkl.sha256"), line).unwrap();
    fs::write(inbox.path("modelo.pkl"), &bytes[..1_000]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(inbox.path("modelo.pkl").exists());
    fs::write(inbox.path("modelo.pkl"), &bytes).unwrap();
    inbox.verdict("accepted", "modelo.pkl");
    assert!(inbox.path("accepted").join("modelo.pkl.sha256").exists());
    assert!(inbox.names().is_empty());
}

#[test]
fn a_file_with_another_hash_is_rejected() {
    let inbox = Watched::new("");
    let line = format!("{}  modelo.pkl\n", Sha256::of(b"another"));
    fs::write(inbox.path("modelo.pkl.sha256"), line).unwrap();
    inbox.drop_off(&small("a_rf_bin.pkl"), "modelo.pkl");
    let verdict = inbox.verdict("rejected", "modelo.pkl");
    assert!(verdict.contains("no coincide con la huella"), "{verdict}");
}

#[test]
fn what_comes_along_is_used_and_moved() {
    let inbox = Watched::new("");
    let portfolio = crate::support::repository("examples/cobranza/cartera.csv");
    inbox.drop_off(&portfolio, "modelo.pkl.holdout.csv");
    let contract = crate::support::repository("contracts/casas-cobranzas.toml");
    inbox.drop_off(&contract, "modelo.pkl.contract.toml");
    inbox.drop_off(&month_2(), "modelo.pkl");
    let verdict = inbox.verdict("accepted", "modelo.pkl");
    assert!(verdict.contains("AUC"), "{verdict}");
    assert!(
        verdict.contains("contrato modelo.pkl.contract.toml"),
        "{verdict}"
    );
    assert!(inbox.names().is_empty(), "{:?}", inbox.names());
    assert!(inbox.path("accepted/modelo.pkl.holdout.csv").exists());
}

#[test]
fn the_same_name_next_month_overwrites_nothing() {
    let inbox = Watched::new("");
    inbox.drop_off(&small("a_rf_bin.pkl"), "modelo.pkl");
    inbox.verdict("accepted", "modelo.pkl");
    inbox.drop_off(&small("a_ada.pkl"), "modelo.pkl");
    inbox.verdict("accepted", "modelo.v2.pkl");
    assert_eq!(
        fs::read(inbox.path("accepted/modelo.pkl")).unwrap(),
        fs::read(small("a_rf_bin.pkl")).unwrap()
    );
}

#[test]
fn what_was_decided_is_not_examined_again() {
    let Watched { registry, server } = Watched::new("");
    server.kill();
    let at_work = registry.path("entrada/en_curso/modelo.pkl");
    fs::create_dir_all(&at_work).unwrap();
    fs::copy(small("a_rf_bin.pkl"), at_work.join("modelo.pkl")).unwrap();
    fs::write(at_work.join(".decision"), "rejected 7\n").unwrap();
    fs::write(at_work.join("modelo.pkl.veredicto.txt"), "COMPROBACIONES").unwrap();
    let server = registry.serve(&[]);
    let inbox = Watched { registry, server };
    inbox.verdict("rejected", "modelo.pkl");
    assert!(inbox.registry.states().is_empty());
    assert!(!at_work.exists());
}

#[test]
fn what_was_moved_before_the_model_still_counts() {
    let inbox = Watched::new("");
    let at_work = inbox.path("en_curso/modelo.pkl");
    fs::create_dir_all(&at_work).unwrap();
    let line = format!("{}  modelo.pkl\n", Sha256::of(b"another"));
    fs::write(at_work.join("modelo.pkl.sha256"), line).unwrap();
    inbox.drop_off(&small("a_rf_bin.pkl"), "modelo.pkl");
    let verdict = inbox.verdict("rejected", "modelo.pkl");
    assert!(verdict.contains("no coincide con la huella"), "{verdict}");
    assert!(inbox.path("rejected/modelo.pkl.sha256").exists());
}

#[test]
fn what_came_while_nobody_looked_is_taken_at_the_next_start() {
    let inbox = Watched::new("");
    let Watched { registry, server } = inbox;
    server.kill();
    fs::copy(small("a_rf_bin.pkl"), registry.path("entrada/modelo.pkl")).unwrap();
    let server = registry.serve(&[]);
    let inbox = Watched { registry, server };
    inbox.verdict("accepted", "modelo.pkl");
}
