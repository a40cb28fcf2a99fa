//! Every file of `attacks/` is refused as its manifest says, within bounded memory and time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use propenso_model::{Limits, ModelFile};

/// Memory that reading any of the files may take at its peak. The files are small; what they ask
/// for is not.
const PEAK_BYTES: u64 = 256 << 20;

/// Far above what any file takes, far below a hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// A line of the manifest.
struct Attack {
    file: String,
    stage: String,
    error: String,
    limits: Limits,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../attacks")
}

fn manifest() -> Vec<Attack> {
    let text = fs::read_to_string(folder().join("MANIFEST.tsv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split('\t').collect();
    let column = |name| header.iter().position(|known| *known == name).unwrap();
    let (file, stage, error) = (column("file"), column("stage"), column("error"));
    let limits = column("limits");
    lines
        .map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            Attack {
                file: cells[file].to_owned(),
                stage: cells[stage].to_owned(),
                error: cells[error].to_owned(),
                limits: parse_limits(cells.get(limits).copied().unwrap_or_default()),
            }
        })
        .collect()
}

/// `opcodes=10000 output=1048576`: budgets smaller than the defaults, so that a small file can
/// exceed them.
fn parse_limits(text: &str) -> Limits {
    let mut limits = Limits::default();
    for setting in text.split(',').filter(|setting| !setting.is_empty()) {
        let (name, value) = setting.split_once('=').unwrap();
        let value: usize = value.parse().unwrap();
        match name {
            "opcodes" => limits.opcodes = value as u64,
            "nodes" => limits.nodes = value,
            "memo" => limits.memo_entries = value,
            "stack" => limits.stack_depth = value,
            "output" => limits.output_bytes = value,
            "owned" => limits.owned_bytes = value,
            "dictionary" => limits.dictionary_bytes = value,
            "globals" => limits.globals = value,
            "decode_steps" => limits.decode_steps = value as u64,
            other => panic!("the manifest names an unknown limit: {other}"),
        }
    }
    limits
}

/// What becomes of a file, in the manifest's words: the stage that decides, and the error's code.
fn outcome(bytes: Vec<u8>, limits: &Limits) -> (&'static str, &'static str) {
    let file = match ModelFile::read(bytes, limits) {
        Ok(file) => file,
        Err(error) => return ("pickle", error.code()),
    };
    match file.estimator() {
        Ok(_) => ("model", "ok"),
        Err(error) if error.code() == "not-an-estimator" => ("model", "ok-inert"),
        Err(error) => ("model", error.code()),
    }
}

#[test]
fn every_attack_is_refused_as_the_manifest_says() {
    let attacks = manifest();
    assert!(
        attacks.len() >= 60,
        "only {} attacks in the manifest",
        attacks.len()
    );
    let mut failures = Vec::new();
    let mut highest = (0, String::new());
    for attack in &attacks {
        let bytes = fs::read(folder().join(&attack.file)).unwrap();
        let start = Instant::now();
        let mut found = ("", "");
        let memory = allocation_counter::measure(|| found = outcome(bytes, &attack.limits));
        if found != (attack.stage.as_str(), attack.error.as_str()) {
            failures.push(format!("{}: {found:?}, not {}", attack.file, attack.error));
        }
        if memory.bytes_max > PEAK_BYTES {
            failures.push(format!(
                "{}: {} bytes at its peak",
                attack.file, memory.bytes_max
            ));
        }
        if start.elapsed() > PATIENCE {
            failures.push(format!("{}: took {:?}", attack.file, start.elapsed()));
        }
        highest = highest.max((memory.bytes_max, attack.file.clone()));
    }
    println!(
        "{} attacks refused; highest peak {} bytes ({})",
        attacks.len(),
        highest.0,
        highest.1
    );
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_file_of_the_zoo_is_in_the_manifest() {
    let listed: Vec<String> = manifest().into_iter().map(|attack| attack.file).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        // Hostile tables have a folder and a manifest of their own.
        if entry.as_ref().is_ok_and(|entry| entry.path().is_dir()) {
            continue;
        }
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            listed.contains(&name) || ["MANIFEST.tsv", "README.md"].contains(&name.as_str()),
            "{name} has no line in attacks/MANIFEST.tsv"
        );
    }
}

#[test]
fn an_attack_by_name_only_is_inert_and_listed() {
    let attacks = manifest();
    let calls = attacks
        .iter()
        .filter(|a| a.file.starts_with("exec-") && a.error == "ok-inert");
    let mut n_read = 0;
    for attack in calls {
        let bytes = fs::read(folder().join(&attack.file)).unwrap();
        let file = ModelFile::read(bytes, &attack.limits).unwrap();
        assert!(
            file.globals().iter().any(propenso_model::is_foreign),
            "{}",
            attack.file
        );
        n_read += 1;
    }
    assert!(n_read > 10, "only {n_read} files ask for a call");
}
