//! The inbox: models dropped into a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use propenso_model::Sha256;

use crate::support::process::Process;
use crate::support::registry::{Registry, month_2, small};
use crate::support::until;
use crate::support::zip::zip;

/// A registry with an inbox that is looked at often, served.
struct Watched {
    registry: Registry,
    server: Process,
}

impl Watched {
    fn new(more: &str) -> Self {
        Self::settling(0.6, more)
    }

    /// The same, where a file must stay the same for so many seconds.
    fn settling(seconds: f64, more: &str) -> Self {
        let settings =
            format!("inbox = \"entrada\"\npoll_seconds = 0.05\nsettle_seconds = {seconds}\n{more}");
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

    fs::write(inbox.path("nota.pkl"), "Feliz Navidad").unwrap();
    let verdict = inbox.verdict("rejected", "nota.pkl");
    assert!(verdict.starts_with("VEREDICTO: RECHAZADO."), "{verdict}");
    assert!(
        verdict.contains("sigue contestando la versión 1"),
        "{verdict}"
    );
    assert_eq!(inbox.server.champion(), Some(1));
    assert!(inbox.names().is_empty());
}

/// The notice beside a file, when it is there.
fn notice(inbox: &Watched, name: &str) -> String {
    let path = inbox.path(&format!("{name}.aviso.txt"));
    until(|| fs::read_to_string(&path).is_ok_and(|text| text.trim_end().ends_with(']')));
    fs::read_to_string(path).unwrap()
}

#[test]
fn what_is_no_model_is_told_beside_it_and_spends_no_number() {
    let inbox = Watched::new("");
    let others: [(&str, &[u8]); 5] = [
        ("LEEME.txt", b"Hola, va el modelo de diciembre.\n"),
        (
            "nota.docx",
            &zip(&[
                ("[Content_Types].xml", b"<Types/>"),
                ("word/document.xml", b"<w/>"),
            ]),
        ),
        ("cartera.csv", b"CUST_CODE;DEUDA_TOTAL\n1;2\n3;4\n"),
        (
            "fotos.zip",
            &zip(&[("a.png", b"\x89PNG\r\n"), ("b.txt", b"b")]),
        ),
        ("modelo.7z", b"7z\xbc\xaf\x27\x1c\0\x04"),
    ];
    for (name, bytes) in others {
        fs::write(inbox.path(name), bytes).unwrap();
        let notice = notice(&inbox, name);
        assert!(
            notice.starts_with("AVISO: este archivo no es un modelo."),
            "{notice}"
        );
        assert_eq!(fs::read(inbox.path(name)).unwrap(), bytes, "{name}");
    }
    assert!(notice(&inbox, "nota.docx").contains("documento"));
    assert!(notice(&inbox, "modelo.7z").contains("Descomprímalo"));
    inbox.drop_off(&small("a_rf_bin.pkl"), "modelo.pkl");
    inbox.verdict("accepted", "modelo.pkl");
    assert_eq!(inbox.registry.states(), ["candidate"]);
    // Told once, also by the next server.
    let times = |inbox: &Watched| {
        others.map(|(name, _)| {
            let metadata = fs::metadata(inbox.path(&format!("{name}.aviso.txt")));
            metadata.unwrap().modified().unwrap()
        })
    };
    let before = times(&inbox);
    let Watched { registry, server } = inbox;
    server.kill();
    let server = registry.serve(&[]);
    let inbox = Watched { registry, server };
    inbox.drop_off(&small("a_ada.pkl"), "otro.pkl");
    inbox.verdict("accepted", "otro.pkl");
    assert_eq!(times(&inbox), before);
    // Another file of the same name is looked at again: this one is a model.
    let good = zip(&[("a/modelo.pkl", &fs::read(month_2()).unwrap())]);
    fs::write(inbox.path("fotos.zip"), good).unwrap();
    inbox.verdict("accepted", "fotos.zip");
}

/// What is named as a model, or has a hash with it, gets its verdict whatever is in it.
#[test]
fn what_was_meant_as_a_model_is_judged() {
    let inbox = Watched::new("");
    fs::write(inbox.path("modelo.joblib"), "Feliz Navidad").unwrap();
    inbox.verdict("rejected", "modelo.joblib");
    let line = format!("{}  modelo.zip\n", Sha256::of(b"another"));
    fs::write(inbox.path("modelo.zip.sha256"), line).unwrap();
    fs::write(inbox.path("modelo.zip"), "cut short").unwrap();
    inbox.verdict("rejected", "modelo.zip");
    // What a library writes of its trees is a model saved in a wrong way, by whatever name.
    let dump = b"booster[0]:\n0:[f0<0.5] yes=1,no=2,missing=1\n";
    fs::write(inbox.path("modelo.txt"), dump).unwrap();
    assert!(
        inbox
            .verdict("rejected", "modelo.txt")
            .contains("save_model")
    );
    assert_eq!(inbox.registry.states(), ["rejected"; 3]);
}

#[test]
fn an_archive_of_a_model_with_what_belongs_to_it_is_opened() {
    let inbox = Watched::new("");
    let model = fs::read(month_2()).unwrap();
    let clients = crate::support::read_text("testdata/cobranza/cartera_2.csv.gz");
    let hash = format!("{}  modelo_2.pkl\n", Sha256::of(&model));
    let package = zip(&[
        ("envío/modelo_2.pkl", &model),
        ("envío/modelo_2.pkl.holdout.csv", clients.as_bytes()),
        ("envío/modelo_2.pkl.sha256", hash.as_bytes()),
        ("envío/LEEME.txt", b"Feliz Navidad"),
        ("__MACOSX/envío/._modelo_2.pkl", b"\0\x05\x16\x07"),
    ]);
    fs::write(inbox.path("envio.zip"), package).unwrap();
    let verdict = inbox.verdict("accepted", "envio.zip");
    assert!(verdict.contains("AUC (95 %)"), "{verdict}");
    assert!(verdict.contains("modelo_2.pkl (en envio.zip)"), "{verdict}");
    // It is the model that is kept: sent alone, it is the same.
    inbox.drop_off(&month_2(), "modelo_2.pkl");
    inbox.verdict("accepted", "modelo_2.pkl");
    assert_eq!(inbox.registry.states(), ["candidate"]);
    let version = inbox.registry.json(&["show", "1"]);
    assert_eq!(version["hash"], Sha256::of(&model).to_string());

    // A hash in it that is another's is no model.
    let wrong = format!("{}\n", Sha256::of(b"another"));
    let other = fs::read(small("a_ada.pkl")).unwrap();
    let package = zip(&[("m.pkl", &other), ("m.pkl.sha256", wrong.as_bytes())]);
    fs::write(inbox.path("otro.zip"), package).unwrap();
    let verdict = inbox.verdict("rejected", "otro.zip");
    assert!(verdict.contains("no coincide con la huella"), "{verdict}");
    // Which of two models is meant is not guessed.
    let package = zip(&[("a.pkl", &other), ("b.pkl", &model)]);
    fs::write(inbox.path("dos.zip"), package).unwrap();
    assert!(notice(&inbox, "dos.zip").contains("paquete comprimido"));
}

#[test]
fn a_file_that_is_still_written_is_left_alone() {
    // Long enough for a busy machine to write the next piece.
    let inbox = Watched::settling(2.0, "");
    let bytes = fs::read(month_2()).unwrap();
    let path = inbox.path("modelo.pkl");
    // In twelve pieces, over longer than a file must stay the same.
    for end in 1..=12 {
        fs::write(&path, &bytes[..bytes.len() * end / 12]).unwrap();
        std::thread::sleep(Duration::from_millis(250));
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
