//! `propenso service`, in folders that are written as if they were systems; deploy/deb/test has the real one, and
//! deploy/windows/try-installed that of wine.

use std::path::Path;
use std::process::Output;

use clap::CommandFactory;
use propenso::cli::{Cli, RegistryArgs, ServeArgs};
use propenso::settings::Settings;

use crate::support::process::Process;
use crate::support::{example_model, propenso, read_text, repository};

fn told(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

/// Runs `propenso service` on a folder that it succeeds in.
#[cfg(any(target_os = "linux", windows))]
fn service(command: &str, root: &Path, more: &[&str]) -> String {
    let root = ["service", command, "--root", root.to_str().unwrap()];
    let output = propenso(&[&root, more].concat(), "");
    assert!(output.status.success(), "{}", told(&output));
    told(&output)
}

#[cfg(target_os = "linux")]
#[test]
fn a_dry_run_tells_every_step_and_takes_none() {
    let root = tempfile::tempdir().unwrap();
    let text = service("install", root.path(), &["--dry-run"]);
    for expected in [
        "usr/local/bin/propenso",
        "systemd-sysusers /etc/sysusers.d/propenso.conf (not here)",
        "var/lib/propenso (0700, propenso:propenso)",
        "etc/propenso/propenso.toml (0640, root:propenso)",
        "etc/systemd/system/propenso.service (0644, root:root)",
        "systemctl daemon-reload",
        "systemctl enable propenso.service",
        "systemctl restart propenso.service",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let text = service("install", root.path(), &["--dry-run", "--lang", "es"]);
    assert!(text.contains("carpeta   "), "{text}");
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_installed_is_taken_away_and_what_was_kept_stays() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let at = |path: &str| root.path().join(path);
    service("install", root.path(), &[]);
    let mode = |path: &str| at(path).metadata().unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode("usr/local/bin/propenso"), 0o755);
    assert_eq!(mode("var/lib/propenso"), 0o700);
    assert_eq!(mode("etc/propenso"), 0o750);
    assert_eq!(mode("etc/propenso/propenso.toml"), 0o640);
    let unit = std::fs::read_to_string(at("etc/systemd/system/propenso.service")).unwrap();
    assert!(unit.contains(
        "ExecStart=/usr/local/bin/propenso serve --config /etc/propenso/propenso.toml\n"
    ));

    // Again, as with a newer program: what somebody wrote and what the service keeps stay.
    std::fs::write(at("etc/propenso/propenso.toml"), "# mine").unwrap();
    std::fs::write(at("var/lib/propenso/registry.db"), "kept").unwrap();
    let text = service("install", root.path(), &[]);
    assert!(text.contains("the one that is there stays"), "{text}");
    let config = std::fs::read_to_string(at("etc/propenso/propenso.toml")).unwrap();
    assert_eq!(config, "# mine");

    service("uninstall", root.path(), &[]);
    assert!(!at("etc/systemd/system/propenso.service").exists());
    assert!(at("etc/propenso/propenso.toml").exists());
    assert!(at("var/lib/propenso/registry.db").exists());
    service("uninstall", root.path(), &["--purge"]);
    for gone in ["etc/propenso", "var/lib/propenso", "var/log/propenso"] {
        assert!(!at(gone).exists(), "{gone}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_service_could_not_use_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let install = |config: &str| {
        let root = root.path().to_str().unwrap();
        let arguments = ["service", "install", "--root", root, "--config", config];
        let output = propenso(&arguments, "");
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        told(&output)
    };
    assert!(install("/etc/other.toml").contains("it does not exist"));
    assert!(install("other.toml").contains("needs a whole path"));
    let units = root.path().join("usr/lib/systemd/system");
    std::fs::create_dir_all(&units).unwrap();
    std::fs::write(units.join("propenso.service"), "").unwrap();
    let text = install("/etc/propenso/propenso.toml");
    assert!(text.contains("the package brought the service"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_systemds_is_told_with_its_command() {
    for (command, expected) in [
        ("start", "sudo systemctl start propenso"),
        ("stop", "sudo systemctl stop propenso"),
        ("firewall", "docs/install.md"),
    ] {
        let output = propenso(&["service", command], "");
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains(expected), "{}", told(&output));
    }
}

#[cfg(windows)]
#[test]
fn a_dry_run_tells_every_step_and_takes_none() {
    let root = tempfile::tempdir().unwrap();
    let text = service("install", root.path(), &["--dry-run"]);
    for expected in [
        r"Program Files\propenso\propenso.exe",
        r"ProgramData\propenso\propenso.toml",
        r"service run --config C:\ProgramData\propenso\propenso.toml --lang en",
        "as LocalService (not here)",
        r"icacls C:\ProgramData\propenso /inheritance:r",
        "EventCreate.exe",
        "propenso: is started (not here)",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[cfg(windows)]
#[test]
fn what_is_installed_is_taken_away_and_what_was_kept_stays() {
    let root = tempfile::tempdir().unwrap();
    let at = |path: &str| root.path().join(path);
    service("install", root.path(), &[]);
    assert!(at(r"Program Files\propenso\propenso.exe").is_file());
    let config = at(r"ProgramData\propenso\propenso.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(resolve(&config).listen, "127.0.0.1:5000");
    std::fs::write(&config, "# mine").unwrap();
    let text = service("install", root.path(), &[]);
    assert!(text.contains("the one that is there stays"), "{text}");
    service("uninstall", root.path(), &[]);
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "# mine");
    service("uninstall", root.path(), &["--purge"]);
    assert!(!at(r"ProgramData\propenso").exists());
}

#[test]
fn health_tells_whether_a_server_answers() {
    let server = Process::serve(&[example_model().to_str().unwrap()]);
    let address = server.address.to_string();
    let health = || propenso(&["service", "health", "--listen", &address], "");
    let output = health();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("answers"));
    server.kill();
    let output = health();
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(told(&output).contains("it does not answer"));
}

/// Reads a configuration as `serve` does.
fn resolve(path: &Path) -> Settings {
    let registry = RegistryArgs {
        config: Some(path.to_owned()),
        ..RegistryArgs::default()
    };
    let settings = Settings::resolve(ServeArgs {
        registry,
        ..ServeArgs::default()
    });
    settings.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_shipped_configuration_is_read_and_so_is_each_line_that_can_be_switched_on() {
    let path = repository("deploy/propenso.toml");
    let settings = resolve(&path);
    assert_eq!(settings.listen, "127.0.0.1:5000");
    if cfg!(unix) {
        assert_eq!(settings.models.data_dir, Path::new("/var/lib/propenso"));
    }
    let unit = std::fs::read_to_string(repository("deploy/systemd/propenso.service")).unwrap();
    let stop = settings.http.shutdown.as_secs() + 15;
    assert!(unit.contains(&format!("\nTimeoutStopSec={stop}\n")));
    every_line_can_be_switched_on(&path);
}

#[test]
fn so_is_that_of_windows() {
    let path = repository("deploy/windows/propenso.toml");
    let settings = resolve(&path);
    assert_eq!(settings.listen, "127.0.0.1:5000");
    // All that the service keeps is in the folder that is opened to it.
    assert_eq!(settings.models.data_dir, repository("deploy/windows/datos"));
    assert!(settings.log.file.is_some());
    every_line_can_be_switched_on(&path);
}

/// Reads a configuration as it is when each of its lines that are off is on.
fn every_line_can_be_switched_on(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let is_setting = |line: &str| {
        let key = line.split_once(" = ").map_or(line, |(key, _)| key);
        let is_table = key.starts_with('[') && key.ends_with(']');
        is_table
            || (line != key
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    };
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let Some(line) = line.strip_prefix("# ").filter(|line| is_setting(line)) else {
            lines.push(line);
            continue;
        };
        // What is switched on takes the place of the line above it that says otherwise.
        let key = line.split_once(" = ").map(|(key, _)| format!("{key} = "));
        lines.retain(|other| {
            !key.as_ref()
                .is_some_and(|key| other.starts_with(key) && key == "listen = ")
        });
        lines.push(line);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("propenso.toml");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let settings = resolve(&path);
    assert_eq!(settings.listen, "0.0.0.0:5000");
    assert!(settings.model.is_some() && settings.tls.is_some());
    assert!(settings.models.inbox.is_some() && settings.portfolio_inbox.is_some());
}

#[test]
fn what_is_to_be_typed_on_windows_can_be_typed() {
    let text = read_text("docs/instalar-windows.md");
    let mut blocks = text.split("```");
    let mut n_commands = 0;
    // Of two pieces, the second is within.
    while let (Some(_), Some(block)) = (blocks.next(), blocks.next()) {
        for line in block
            .lines()
            .filter(|line| line.trim().starts_with("propenso "))
        {
            // What stands between quotes is one word.
            let pieces = line.trim().split('"').enumerate();
            let words = pieces.flat_map(|(index, piece)| match index % 2 {
                0 => piece.split_whitespace().collect(),
                _ => vec![piece],
            });
            let read = Cli::command().try_get_matches_from(words);
            assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
            n_commands += 1;
        }
    }
    assert!(n_commands > 10, "{n_commands}");
}

#[test]
fn the_manual_pages_name_every_command() {
    for page in ["propenso.1", "es/propenso.1"] {
        let page = repository("deploy/deb/man").join(page);
        let text = std::fs::read_to_string(page).unwrap().replace("\\-", "-");
        let bold = |line: &&str| line.starts_with(".B");
        let lines: Vec<&str> = text.lines().filter(bold).collect();
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            let mut words = lines.iter().flat_map(|line| line.split([' ', ',', '"']));
            assert!(words.any(|word| word == name), "{name}");
        }
    }
}
