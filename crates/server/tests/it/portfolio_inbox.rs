//! The portfolios' inbox: files dropped into a folder come back ranked.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::remembered::questionable;
use crate::score::example;
use crate::support::process::Process;
use crate::support::registry::Registry;
use crate::support::{example_model, propenso, until};

const LOOK: &str = "inbox = \"carteras\"\npoll_seconds = 0.05\nsettle_seconds = 0.4\n";

/// A server that looks into a folder.
struct Watched {
    registry: Registry,
    server: Process,
    arguments: Vec<String>,
}

impl Watched {
    /// Serves the champion of a registry; `more` is more of the configuration, first what stands below `[portfolio]`.
    fn new(more: &str) -> Self {
        let registry = Registry::with(&format!("[portfolio]\n{LOOK}{more}"));
        let version = registry.add(&example_model()).to_string();
        registry.ok(&["promote", &version]);
        Self::serve(registry, Vec::new())
    }

    /// Serves a file: its jobs are gone with the process.
    fn of_file() -> Self {
        let registry = Registry::with(&format!("[portfolio]\n{LOOK}"));
        let model = example_model().to_str().unwrap().to_owned();
        Self::serve(registry, vec![model])
    }

    fn serve(registry: Registry, arguments: Vec<String>) -> Self {
        let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = registry.serve(&texts);
        Self {
            registry,
            server,
            arguments,
        }
    }

    /// Kills the server and starts another.
    fn restart(self) -> Self {
        self.server.kill();
        Self::serve(self.registry, self.arguments)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.registry.path("carteras").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn wait_for(&self, name: &str) {
        let start = std::time::Instant::now();
        while !self.path(name).exists() {
            let log = self.server.log();
            assert!(start.elapsed() < Duration::from_secs(60), "{name}: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The names in a folder of the inbox, but for folders.
    fn names(&self, folder: &str) -> Vec<String> {
        let files = fs::read_dir(self.path(folder)).unwrap().flatten();
        let files = files.filter(|entry| entry.path().is_file());
        let mut names: Vec<String> = files
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Nothing is left to be done, and no job.
    fn is_tidy(&self) -> bool {
        let jobs = self.server.get("/v1/portfolios").json();
        fs::read_dir(self.path("en_curso")).unwrap().count() == 0
            && jobs["portfolios"].as_array().unwrap().is_empty()
    }

    /// What the command makes of a portfolio.
    fn by_command(&self, input: &std::path::Path, more: &[&str]) -> String {
        let output = self.registry.path("a_mano.csv");
        let config = self.registry.path("propenso.toml");
        let arguments = [
            "score",
            input.to_str().unwrap(),
            "-o",
            output.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
            "--quiet",
        ];
        let run = propenso(&[&arguments, more].concat(), "");
        assert!(matches!(run.status.code(), Some(0 | 2)), "{run:?}");
        fs::read_to_string(output).unwrap()
    }
}

#[test]
fn a_file_comes_back_ranked_with_its_report_beside_it() {
    let inbox = Watched::new("rank_by = \"expected\"\ncapacity = 100\n");
    // A client whose debt nobody knows how to read.
    let text = fs::read_to_string(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let at = header
        .split(';')
        .position(|name| name == "DEUDA_TOTAL")
        .unwrap();
    let (first, others) = rows.split_once('\n').unwrap();
    let mut cells: Vec<&str> = first.split(';').collect();
    cells[at] = "mucho";
    let text = format!("{header}\n{}\n{others}", cells.join(";"));
    let name = "cartera 2026-11.csv";
    fs::write(inbox.path(name), &text).unwrap();
    inbox.wait_for(&format!("hechas/{name}"));
    assert_eq!(
        inbox.names("listas"),
        [".csv", ".informe.txt", ".rechazados.csv", ".resumen.html"]
            .map(|end| format!("cartera 2026-11{end}"))
    );
    assert_eq!(inbox.read(&format!("hechas/{name}")), text);
    let list = inbox.read(&format!("listas/{name}"));
    let input = inbox.path(&format!("hechas/{name}"));
    assert_eq!(list, inbox.by_command(&input, &[]));
    let report = inbox.read("listas/cartera 2026-11.informe.txt");
    assert!(report.contains("Cuadra: leídos = puntuados"), "{report}");
    assert!(
        report.contains("Rechazados: cartera 2026-11.rechazados.csv\r\n"),
        "{report}"
    );
    assert!(!report.contains("portfolios"), "{report}");
    let page = inbox.read("listas/cartera 2026-11.resumen.html");
    assert!(page.contains("Resumen de cartera 2026-11.csv"));
    assert!(inbox.names("").is_empty());
    until(|| inbox.is_tidy());

    // The next day it has the same name.
    fs::copy(example(), inbox.path(name)).unwrap();
    inbox.wait_for("hechas/cartera 2026-11-2.csv");
    assert_eq!(inbox.read(&format!("listas/{name}")), list);
    let next = inbox.read("listas/cartera 2026-11-2.csv");
    assert_eq!(next, inbox.by_command(&example(), &[]));
    until(|| inbox.is_tidy());
}

#[test]
fn a_file_that_cannot_be_scored_comes_back_with_the_reason() {
    let inbox = Watched::new(
        "columns = { \"C.P.\" = \"CODIGO_POSTAL\" }\n[portfolio.profiles.gestora]\ndecimal = \"comma\"\n\
         [portfolios]\nmax_upload_bytes = 100000\nmax_disk_bytes = 300000\n",
    );
    let reason = |name: &str| {
        inbox.wait_for(&format!("no_leidas/{name}"));
        assert!(!inbox.path(name).exists());
        let reason = inbox.read(&format!("no_leidas/{name}.motivo.txt"));
        assert!(reason.contains("NO SE HA PUNTUADO"), "{reason}");
        reason
    };
    fs::write(inbox.path("pregunta.csv"), questionable()).unwrap();
    fs::write(inbox.path("foto.jpg"), b"\xff\xd8\xff\xe0 no portfolio").unwrap();
    fs::write(inbox.path("sin_columnas.csv"), "A;B\n1;2\n").unwrap();
    fs::copy(example(), inbox.path("grande.csv")).unwrap();
    let asked = reason("pregunta.csv");
    assert!(asked.contains("decimal = \"comma\""), "{asked}");
    let missing = reason("sin_columnas.csv");
    assert!(missing.contains("faltan columnas"), "{missing}");
    assert!(missing.contains("columns = {"), "{missing}");
    reason("foto.jpg");
    let large = reason("grande.csv");
    assert!(large.contains("max_upload_bytes"), "{large}");
    assert_eq!(
        fs::read(inbox.path("no_leidas/grande.csv")).unwrap(),
        fs::read(example()).unwrap()
    );

    // A folder with a profile's name answers.
    fs::create_dir(inbox.path("gestora")).unwrap();
    fs::create_dir(inbox.path("otra")).unwrap();
    fs::write(inbox.path("otra/pregunta.csv"), questionable()).unwrap();
    fs::write(inbox.path("gestora/pregunta.csv"), questionable()).unwrap();
    inbox.wait_for("gestora/hechas/pregunta.csv");
    let input = inbox.path("gestora/hechas/pregunta.csv");
    assert_eq!(
        inbox.read("gestora/listas/pregunta.csv"),
        inbox.by_command(&input, &["--profile", "gestora"])
    );
    assert!(inbox.path("otra/pregunta.csv").exists());
    until(|| inbox.is_tidy());
}

#[test]
fn without_room_it_is_told() {
    let inbox = Watched::new("[portfolios]\nmax_disk_bytes = 100000\n");
    fs::copy(example(), inbox.path("cartera.csv")).unwrap();
    inbox.wait_for("no_leidas/cartera.csv");
    let reason = inbox.read("no_leidas/cartera.csv.motivo.txt");
    assert!(reason.contains("no queda sitio"), "{reason}");
    until(|| inbox.is_tidy());
}

#[test]
fn what_is_unfinished_hidden_or_elsewhere_is_left_alone() {
    let inbox = Watched::new("");
    let others = [
        ".oculta.csv",
        "a.csv.part",
        "b.tmp",
        "c.crdownload",
        "~$libro.xlsx",
    ];
    for name in others {
        fs::copy(example(), inbox.path(name)).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(example().canonicalize().unwrap(), inbox.path("enlace.csv"))
        .unwrap();
    // In pieces, over longer than a file must stay the same.
    let text = fs::read_to_string(example()).unwrap();
    let path = inbox.path("lenta.csv");
    for end in 1..=8 {
        fs::write(&path, &text[..text.len() * end / 8]).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        assert!(path.exists(), "taken after {end} pieces");
    }
    inbox.wait_for("hechas/lenta.csv");
    assert_eq!(inbox.read("hechas/lenta.csv"), text);
    for name in others {
        assert!(inbox.path(name).exists(), "{name}");
    }
    #[cfg(unix)]
    assert!(inbox.path("enlace.csv").is_symlink());
    assert_eq!(inbox.names("hechas"), ["lenta.csv"]);
    assert!(inbox.names("no_leidas").is_empty());
}

/// A list has the form of its file, or the one that is asked for.
#[test]
fn lists_have_the_form_of_their_file() {
    let inbox = Watched::new("");
    let text = fs::read_to_string(example()).unwrap();
    let lines: Vec<&str> = text.lines().take(40).collect();
    let input = inbox.registry.path("cartera.csv");
    fs::write(&input, lines.join("\n")).unwrap();
    for form in ["xlsx", "parquet", "jsonl"] {
        let file = inbox.registry.path(&format!("cartera.{form}"));
        let config = inbox.registry.path("propenso.toml");
        let arguments = ["score", "-o", file.to_str().unwrap(), "--quiet", "--config"];
        let more = [config.to_str().unwrap(), input.to_str().unwrap()];
        let run = propenso(&[&arguments[..], &more].concat(), "");
        assert_eq!(run.status.code(), Some(0), "{run:?}");
        fs::rename(&file, inbox.path(&format!("{form}.{form}"))).unwrap();
        inbox.wait_for(&format!("hechas/{form}.{form}"));
        let list = fs::read(inbox.path(&format!("listas/{form}.{form}"))).unwrap();
        let mark: &[u8] = match form {
            "xlsx" => b"PK",
            "parquet" => b"PAR1",
            _ => b"{",
        };
        assert!(list.starts_with(mark), "{form}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let list = fs::metadata(inbox.path("listas/xlsx.xlsx")).unwrap();
        let made = fs::metadata(&input).unwrap();
        // As any file that is made there, not as what nobody but the server may read.
        assert_eq!(list.permissions().mode(), made.permissions().mode());
    }
}

/// Killed some time after files are taken, each comes back once.
fn survives(inbox: Watched, millis: u64) {
    let text = fs::read_to_string(example()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let large = format!("{header}\n{}", rows.repeat(6));
    let names = ["a.csv", "b.csv", "c.csv"];
    for name in names {
        fs::write(
            inbox.path(name),
            if name == "a.csv" { &large } else { &text },
        )
        .unwrap();
    }
    until(|| fs::read_dir(inbox.path("en_curso")).unwrap().count() > 0);
    std::thread::sleep(Duration::from_millis(millis));
    let inbox = inbox.restart();
    for name in names {
        inbox.wait_for(&format!("hechas/{name}"));
    }
    until(|| inbox.is_tidy());
    assert_eq!(inbox.names("hechas"), names);
    let lists = inbox.names("listas");
    let lists: Vec<&String> = lists.iter().filter(|name| name.ends_with(".csv")).collect();
    assert_eq!(lists, names);
    assert!(inbox.names("no_leidas").is_empty());
    let input = inbox.path("hechas/a.csv");
    assert_eq!(
        inbox.read("listas/a.csv").lines().count(),
        large.lines().count()
    );
    assert_eq!(fs::read_to_string(input).unwrap(), large);
}

#[test]
fn a_restart_in_the_middle_loses_nothing() {
    for millis in [0, 300, 900] {
        survives(Watched::new(""), millis);
    }
}

#[test]
fn nor_where_jobs_are_gone_with_the_process() {
    survives(Watched::of_file(), 200);
}

#[test]
fn what_was_dropped_while_nobody_looked_is_taken_once() {
    let Watched {
        registry,
        server,
        arguments,
    } = Watched::new("");
    server.kill();
    // Killed between the move and the job.
    let at_work = registry.path("carteras/en_curso/a.csv");
    fs::create_dir_all(&at_work).unwrap();
    fs::copy(example(), at_work.join("a.csv")).unwrap();
    // And after it was brought back.
    let gone = registry.path("carteras/en_curso/ida.csv");
    fs::create_dir_all(&gone).unwrap();
    fs::write(gone.join(".nota.json"), "{}").unwrap();
    fs::write(gone.join(".tmp123"), "{").unwrap();
    fs::copy(example(), registry.path("carteras/b.csv")).unwrap();
    let inbox = Watched::serve(registry, arguments);
    inbox.wait_for("hechas/a.csv");
    inbox.wait_for("hechas/b.csv");
    until(|| inbox.is_tidy());
    assert_eq!(inbox.names("listas").len(), 6);
}

#[test]
fn the_inbox_of_models_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("propenso.toml");
    fs::write(
        &config,
        "[models]\ninbox = \"a\"\n[portfolio]\ninbox = \"a\"\n",
    )
    .unwrap();
    let run = propenso(&["serve", "--config", config.to_str().unwrap()], "");
    let error = String::from_utf8_lossy(&run.stderr);
    assert!(error.contains("portfolio.inbox"), "{error}");
}
