//! What is run beside a server: `check-config`, `doctor`, `backup`, `restore`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use crate::support::process::Process;
use crate::support::registry::{Registry, month_2, small};
use crate::support::{EXAMPLE, command, example_model, propenso, until};

/// What it says, after it has ended as it should.
fn told(output: &Output, status: i32) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}");
    text
}

/// A registry whose champion brought golden rows along, with a key.
fn in_service() -> (Registry, String) {
    let registry = Registry::with("");
    let model = month_2();
    registry.ok(&["add", model.to_str().unwrap(), "--by", "Ana"]);
    registry.ok(&["add", small("a_rf_bin.pkl").to_str().unwrap()]);
    registry.ok(&["promote", "1"]);
    let key = registry.key("crm", "puntuar");
    (registry, key)
}

fn config(registry: &Registry) -> [String; 2] {
    let path = registry.path("propenso.toml");
    ["--config".to_owned(), path.to_str().unwrap().to_owned()]
}

/// Runs a command on a registry.
fn run(registry: &Registry, arguments: &[&str]) -> Output {
    let config = config(registry);
    let config = config.each_ref().map(String::as_str);
    propenso(&[arguments, &config[..]].concat(), "")
}

/// The findings of a command that answers in JSON, by their subjects.
fn findings(output: &Output) -> Vec<(String, String, String)> {
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let field = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().unwrap().iter();
    let findings = findings.map(|finding| {
        (
            field(finding, "subject"),
            field(finding, "level"),
            format!("{} {}", field(finding, "text"), field(finding, "advice")),
        )
    });
    findings.collect()
}

/// Tells whether there is such a finding.
fn has(found: &[(String, String, String)], subject: &str, level: &str, text: &str) -> bool {
    found
        .iter()
        .any(|(s, l, t)| s == subject && l == level && t.contains(text))
}

#[test]
fn a_backup_made_while_a_server_runs_restores_the_champion_and_the_keys() {
    let (registry, key) = in_service();
    let profiles = registry.data().join("profiles");
    fs::create_dir_all(&profiles).unwrap();
    fs::write(profiles.join("gestora.toml"), "decimal = 'comma'\n").unwrap();
    let server = registry.serve(&[]);
    let headers = [("x-api-key", key.as_str())];
    let answer = server.request("GET", EXAMPLE, &headers, b"");
    assert_eq!(answer.status, 200);
    let backup = registry.path("copia.zip");
    let backup = backup.to_str().unwrap();
    let text = told(&run(&registry, &["backup", backup]), 0);
    assert!(
        text.contains("versions: 2; in service: 1; with keys: 1"),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(backup).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Another backup replaces nothing, unless it is asked to.
    let text = told(&run(&registry, &["backup", backup]), 1);
    assert!(text.contains("--force"), "{text}");
    told(&run(&registry, &["backup", backup, "--force"]), 0);
    // In the folder of a server nothing is restored.
    let text = told(&run(&registry, &["restore", backup, "--force"]), 1);
    assert!(text.contains("a server uses"), "{text}");
    drop(server);

    let other = Registry::new();
    let text = told(&run(&other, &["restore", backup]), 0);
    assert!(text.contains("in service: 1"), "{text}");
    assert_eq!(
        fs::read_to_string(other.data().join("profiles/gestora.toml")).unwrap(),
        "decimal = 'comma'\n"
    );
    let restored = other.serve(&[]);
    assert_eq!(restored.get(EXAMPLE).status, 401);
    let again = restored.request("GET", EXAMPLE, &headers, b"");
    assert_eq!((again.status, &again.body), (200, &answer.body));
    assert_eq!(
        again.header("x-propenso-model"),
        answer.header("x-propenso-model")
    );
    drop(restored);
    let events = |registry: &Registry| registry.ok(&["list", "--events", "--json"]);
    assert_eq!(events(&other), events(&registry));
    // What is there is replaced only on request, and kept.
    let text = told(&run(&other, &["restore", backup]), 1);
    assert!(text.contains("not empty"), "{text}");
    other.ok(&["promote", "2"]);
    let text = told(&run(&other, &["restore", backup, "--force"]), 0);
    assert!(text.contains("before-restore-"), "{text}");
    assert_eq!(other.states()[0], "champion");
    let kept = fs::read_dir(other.data()).unwrap().flatten();
    let mut kept = kept.filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with("before-restore-")
    });
    assert!(kept.next().unwrap().path().join("registry.db").exists());
}

/// Every database below a folder that is somebody's, and no copy that is being made.
fn databases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with(".restore-") {
            found.extend(databases(&path));
        } else if name == "registry.db" {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_restoring_that_is_killed_loses_nothing() {
    let (registry, _) = in_service();
    let backup = registry.path("copia.zip");
    let backup = backup.to_str().unwrap();
    told(&run(&registry, &["backup", backup]), 0);
    // What is there besides is one version more.
    registry.ok(&["add", small("a_ada.pkl").to_str().unwrap()]);
    let config = config(&registry);
    for number in 0..12 {
        let mut child = command()
            .args(["restore", backup, "--force"])
            .args(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 * number));
        let _ = child.kill();
        child.wait().unwrap();
        let kept = databases(&registry.data()).into_iter().filter(|database| {
            let kept = propenso_lifecycle::registry::Registry::open(database.parent().unwrap());
            kept.unwrap().versions().unwrap().len() == 3
        });
        assert_eq!(kept.count(), 1, "after {number}");
    }
    told(&run(&registry, &["restore", backup, "--force"]), 0);
    assert_eq!(registry.states()[0], "champion");
    let left = fs::read_dir(registry.data()).unwrap().flatten();
    let mut left = left.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(left.all(|name| !name.starts_with(".restore-")));
}

/// Root restores for the account that serves.
#[cfg(unix)]
#[test]
fn what_root_restores_is_whose_the_folder_is() {
    use std::os::unix::fs::{MetadataExt, chown};
    const ACCOUNT: u32 = 12_345;
    let (registry, _) = in_service();
    let backup = registry.path("copia.zip");
    let backup = backup.to_str().unwrap();
    told(&run(&registry, &["backup", backup]), 0);
    let other = Registry::new();
    fs::create_dir(other.data()).unwrap();
    if chown(other.data(), Some(ACCOUNT), Some(ACCOUNT)).is_err() {
        // Nobody else than root gives files away.
        return;
    }
    told(&run(&other, &["restore", backup]), 0);
    for name in ["registry.db", "files", ".lock"] {
        let about = fs::metadata(other.data().join(name)).unwrap();
        assert_eq!((about.uid(), about.gid()), (ACCOUNT, ACCOUNT), "{name}");
    }
}

#[test]
fn a_portfolio_is_in_the_backup() {
    let (registry, _) = in_service();
    let id = "0a1b2c3d4e5f0a1b2c3d4e5f";
    let job = registry.data().join("portfolios").join(id);
    fs::create_dir_all(&job).unwrap();
    // One that is being sent has no record yet.
    fs::create_dir_all(registry.data().join("portfolios/ffffffffffffffffffffffff")).unwrap();
    fs::write(job.join("job.json"), "{}").unwrap();
    fs::write(job.join("input"), "a;b\n").unwrap();
    fs::write(job.join(".hidden.tmp"), "half").unwrap();
    let backup = registry.path("copia.zip");
    let backup = backup.to_str().unwrap();
    told(&run(&registry, &["backup", backup]), 0);
    let other = Registry::new();
    told(&run(&other, &["restore", backup]), 0);
    let restored = other.data().join("portfolios");
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&restored), [id]);
    assert_eq!(names(&restored.join(id)), ["input", "job.json"]);
}

#[test]
fn what_is_damaged_in_the_data_directory_is_told_and_backed_up() {
    let (registry, _) = in_service();
    let files = registry.data().join("files");
    let largest = fs::read_dir(&files).unwrap().flatten();
    let largest = largest.max_by_key(|file| file.metadata().unwrap().len());
    fs::write(largest.unwrap().path(), "another").unwrap();
    let backup = registry.path("copia.zip");
    let text = told(&run(&registry, &["backup", backup.to_str().unwrap()]), 2);
    assert!(text.contains("files/"), "{text}");
    let empty = Registry::new();
    let text = told(&run(&empty, &["backup", backup.to_str().unwrap()]), 1);
    assert!(text.contains("exists already"), "{text}");
    let elsewhere = empty.path("b.zip");
    let text = told(&run(&empty, &["backup", elsewhere.to_str().unwrap()]), 1);
    assert!(text.contains("there is no registry"), "{text}");
    assert!(!elsewhere.exists() && !empty.data().exists());
}

/// Writes an archive as somebody else might.
fn archive(path: &Path, members: &[(&str, &[u8])], manifest: &Value) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = SimpleFileOptions::default();
    for (name, bytes) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.start_file("manifest.json", options).unwrap();
    zip.write_all(manifest.to_string().as_bytes()).unwrap();
    zip.finish().unwrap();
}

#[test]
fn a_hostile_backup_writes_nothing_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let sha256 = propenso_model::Sha256::of(b"x").to_string();
    let member = |name: &str, bytes: u64| json!({ "name": name, "bytes": bytes, "sha256": sha256 });
    let manifest = |members: Vec<Value>| {
        json!({
            "format": 1, "program": "propenso", "made": "2026-11-26T00:00:00Z", "layout": 2,
            "versions": [], "holders": 0, "members": members,
        })
    };
    let database = || member("registry.db", 1);
    let file = format!("files/{sha256}");
    type Members<'a> = Vec<(&'a str, &'a [u8])>;
    let cases: Vec<(Members<'_>, Value, &str)> = vec![
        (
            vec![("registry.db", b"x"), ("../evil", b"x")],
            manifest(vec![database(), member("../evil", 1)]),
            "nothing of a data directory",
        ),
        (
            vec![("registry.db", b"x"), ("/tmp/evil", b"x")],
            manifest(vec![database()]),
            "nothing of a data directory",
        ),
        (
            vec![("registry.db", b"x"), ("profiles\\evil.toml", b"x")],
            manifest(vec![database(), member("profiles\\evil.toml", 1)]),
            "nothing of a data directory",
        ),
        (
            vec![("registry.db", b"x")],
            manifest(vec![database(), database()]),
            "nothing of a data directory",
        ),
        (
            vec![("registry.db", b"x")],
            manifest(vec![database(), member(&file, 1)]),
            "lacks files/",
        ),
        (
            vec![("registry.db", b"y")],
            manifest(vec![database()]),
            "damaged",
        ),
        (
            vec![("registry.db", &[b'x'; 100_000])],
            manifest(vec![database()]),
            "damaged",
        ),
        // As it says itself, and no database.
        (
            vec![("registry.db", b"x")],
            manifest(vec![database()]),
            "registry.db is damaged",
        ),
        (
            vec![("registry.db", b"x")],
            json!({ "format": 9 }),
            "was not made by",
        ),
        (vec![], manifest(vec![]), "lacks registry.db"),
    ];
    for (members, manifest, expected) in cases {
        archive(&path, &members, &manifest);
        let data = folder.path().join("data");
        let arguments = ["restore", path.to_str().unwrap(), "--data-dir"];
        let output = propenso(&[&arguments[..], &[data.to_str().unwrap()]].concat(), "");
        let text = told(&output, 1);
        assert!(text.contains(expected), "{expected}: {text}");
        let entries = fs::read_dir(&data).into_iter().flatten().flatten();
        let left: Vec<_> = entries
            .map(|entry| entry.file_name())
            .filter(|name| name != ".lock")
            .collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(!folder.path().join("evil").exists());
    }
    fs::write(&path, "no zip").unwrap();
    let arguments = ["restore", path.to_str().unwrap(), "--data-dir"];
    let text = told(&propenso(&[&arguments[..], &["x"]].concat(), ""), 1);
    assert!(text.contains("was not made by"), "{text}");
}

#[test]
fn check_config_says_what_serve_would_understand() {
    let (registry, _) = in_service();
    let config_text = fs::read_to_string(registry.path("propenso.toml")).unwrap();
    let output = run(&registry, &["check-config", "--json"]);
    let found = findings(&output);
    told(&output, 0);
    for (subject, text) in [
        ("configuration", "propenso.toml"),
        ("address", "http://127.0.0.1:5000/prueba"),
        ("model", "version 1"),
        ("keys", "keys that work: 1"),
        ("database", "whole"),
        ("limits", "30 s"),
        ("log", "info"),
    ] {
        assert!(has(&found, subject, "ok", text), "{subject}: {found:?}");
    }
    // What `serve` would be given is what it is given.
    let model = example_model();
    let output = run(
        &registry,
        &[
            "check-config",
            model.to_str().unwrap(),
            "--listen",
            "0.0.0.0:5000",
            "--json",
        ],
    );
    let found = findings(&output);
    told(&output, 1);
    assert!(has(&found, "address", "ok", "http://localhost:5000"));
    assert!(has(&found, "transport", "error", "--tls-cert"), "{found:?}");
    assert!(has(&found, "model", "ok", "modelo_final.pkl"));
    // Everything that is wrong is told at once.
    fs::write(
        registry.path("propenso.toml"),
        format!(
            "listen = \"nowhere\"\nadmin_token_file = \"token\"\n{config_text}\nreference = \"no.csv\"\n[tls]\ncertificate = \"no.crt\"\nkey = \"no.key\"\n"
        ),
    )
    .unwrap();
    let output = run(&registry, &["check-config", "--json"]);
    let found = findings(&output);
    told(&output, 1);
    for (subject, text) in [
        ("address", "nowhere"),
        ("keys", "token"),
        ("certificate", "no.crt"),
        ("portfolios", "no.csv"),
    ] {
        assert!(has(&found, subject, "error", text), "{subject}: {found:?}");
    }
    // A file that cannot be read is one thing, in the language that is spoken.
    fs::write(
        registry.path("propenso.toml"),
        "data_dir = \"C:\\propenso\"",
    )
    .unwrap();
    let output = run(&registry, &["check-config", "--lang", "es"]);
    let text = told(&output, 1);
    assert!(text.contains("data_dir = 'C:\\propenso'"), "{text}");
    assert!(text.contains("errores: 1"), "{text}");
}

#[test]
fn check_config_changes_nothing() {
    let registry = Registry::new();
    let text = told(&run(&registry, &["check-config"]), 0);
    assert!(text.contains("propenso models add"), "{text}");
    assert!(!registry.data().exists());
    // Whoever forgot to name a file is told so, as by `serve`.
    let text = told(&propenso(&["check-config"], ""), 1);
    assert!(text.contains("propenso serve modelo.pkl"), "{text}");
}

/// Apart from the others, so that it can be left out where the system tells of no disk.
#[test]
fn doctor_tells_what_is_free_on_the_disk() {
    let (registry, _) = in_service();
    let output = run(&registry, &["doctor", "--listen", "127.0.0.1:0", "--json"]);
    let found = findings(&output);
    assert!(has(&found, "disk", "ok", "free"), "{found:?}");
}

#[test]
fn doctor_looks_at_everything() {
    let (registry, _) = in_service();
    let output = run(&registry, &["doctor", "--listen", "127.0.0.1:0", "--json"]);
    let found = findings(&output);
    told(&output, 0);
    for (subject, text) in [
        ("data", "data"),
        ("database", "whole, layout"),
        ("clock", "UTC"),
        ("keys", "keys that work: 1"),
        ("address", "is free"),
        ("model", "version 1"),
    ] {
        assert!(has(&found, subject, "ok", text), "{subject}: {found:?}");
    }
    // Beside a server, which answers on.
    let server = registry.serve(&[]);
    let address = server.address.to_string();
    let output = run(&registry, &["doctor", "--listen", &address, "--json"]);
    let found = findings(&output);
    assert!(
        has(&found, "address", "ok", "a propenso answers"),
        "{found:?}"
    );
    told(&output, 0);
    drop(server);
    // Another program on the port, a model that is damaged.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in other.incoming() {
            let _ = stream.unwrap().write_all(b"SSH-2.0\r\n");
        }
    });
    for file in fs::read_dir(registry.data().join("files")).unwrap() {
        fs::write(file.unwrap().path(), "another").unwrap();
    }
    let output = run(&registry, &["doctor", "--listen", &address, "--json"]);
    let found = findings(&output);
    told(&output, 1);
    assert!(
        has(&found, "address", "error", "another program"),
        "{found:?}"
    );
    assert!(has(&found, "model", "error", "damaged"), "{found:?}");
}

#[test]
fn doctor_asks_the_rows_that_the_champion_brought_along() {
    let registry = Registry::new();
    let model = crate::support::repository("testdata/models/1.2.2/a_rf_bin.pkl");
    let answers = registry.path("golden.csv");
    let rows = golden_rows(&model, &answers);
    let added = registry.run(&[
        "add",
        model.to_str().unwrap(),
        "--golden",
        answers.to_str().unwrap(),
    ]);
    assert!(added.status.success(), "{added:?}");
    registry.ok(&["promote", "1"]);
    let output = run(&registry, &["doctor", "--listen", "127.0.0.1:0", "--json"]);
    let found = findings(&output);
    let expected = format!("in the {rows} rows");
    assert!(has(&found, "model", "ok", &expected), "{found:?}");
}

/// Writes golden rows of the example's client, as the model itself answers them.
fn golden_rows(model: &Path, to: &Path) -> usize {
    let pairs: Vec<&str> = EXAMPLE.split_once('?').unwrap().1.split('&').collect();
    let arguments = ["predict", model.to_str().unwrap(), "--json"];
    let output = propenso(&[&arguments[..], &pairs[..]].concat(), "");
    let answer: Value = serde_json::from_str(&told(&output, 0)).unwrap();
    let class = answer["class"].to_string();
    let names: Vec<&str> = pairs
        .iter()
        .map(|pair| pair.split_once('=').unwrap().0)
        .collect();
    let values: Vec<&str> = pairs
        .iter()
        .map(|pair| pair.split_once('=').unwrap().1)
        .collect();
    let row = format!("{},{class}\n", values.join(","));
    let table = format!("{},expected_class\n{row}{row}", names.join(","));
    fs::write(to, table).unwrap();
    2
}

#[cfg(unix)]
#[test]
fn doctor_tells_of_folders_that_others_may_enter() {
    use std::os::unix::fs::PermissionsExt;
    let (registry, _) = in_service();
    let data = registry.data();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(data.join("files"), fs::Permissions::from_mode(0o755)).unwrap();
    let output = run(&registry, &["doctor", "--listen", "127.0.0.1:0", "--json"]);
    assert!(has(
        &findings(&output),
        "data",
        "warning",
        "chmod -R go-rwx"
    ));
}

#[test]
fn doctor_tells_of_a_certificate_that_ends_soon_and_of_a_damaged_database() {
    let (registry, _) = in_service();
    let folder = registry.path("tls");
    fs::create_dir(&folder).unwrap();
    let made = command()
        .args(["tls", "self-signed", "--days", "5", "--output"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(made.status.success());
    let database = registry.data().join("registry.db");
    let mut bytes = fs::read(&database).unwrap();
    for byte in &mut bytes[5000..9000] {
        *byte = 0x55;
    }
    fs::write(&database, bytes).unwrap();
    let certificate = folder.join("propenso.crt");
    let key = folder.join("propenso.key");
    let output = run(
        &registry,
        &[
            "doctor",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            certificate.to_str().unwrap(),
            "--tls-key",
            key.to_str().unwrap(),
            "--json",
        ],
    );
    let found = findings(&output);
    told(&output, 1);
    assert!(
        has(&found, "certificate", "warning", "valid for 4 days more"),
        "{found:?}"
    );
    assert!(
        has(&found, "database", "error", "propenso restore"),
        "{found:?}"
    );
}

/// A folder that is being restored is no server's.
#[test]
fn a_server_waits_for_no_restore() {
    let registry = Registry::new();
    fs::create_dir_all(registry.data()).unwrap();
    let alone = propenso_lifecycle::data_lock::DataLock::alone(&registry.data()).unwrap();
    let output = run(&registry, &["serve", "--listen", "127.0.0.1:0"]);
    let text = told(&output, 1);
    assert!(text.contains("propenso restore"), "{text}");
    drop(alone);
    // Two servers share it, as when one takes over from the other.
    let (first, second) = (registry.serve(&[]), registry.serve(&[]));
    let ready = |server: &Process| server.get("/prueba").status == 200;
    until(|| ready(&first) && ready(&second));
}
