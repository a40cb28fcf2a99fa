//! A PostgreSQL of the tests' own: in a temporary folder, on a socket there, and gone with the process that started it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes the cluster and runs it until its input ends: also when the tests are killed. `$1` are the programs, `$2` is the folder, and
/// what follows are options.
const KEEPER: &str = r#"
    umask 077
    programs=$1 folder=$2
    shift 2
    server=
    end() {
        [ -z "$server" ] || { kill -QUIT $server; wait $server; } 2>/dev/null
        cd / && rm -rf "$folder"
    }
    trap end EXIT
    trap 'exit 1' HUP INT TERM
    cd "$folder" || exit 1
    "$programs/initdb" -D data -U propenso -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 || { cat log; exit 1; }
    run() {
        "$programs/postgres" -D data -k "$folder" -c listen_addresses= -c fsync=off -c max_connections=200 "$@" >>log 2>&1 &
        server=$!
        until "$programs/psql" -h "$folder" -U propenso -d postgres -qc 'SELECT 1' >>log 2>&1; do
            kill -0 $server 2>/dev/null || { cat log; exit 1; }
            sleep 0.05
        done
        echo ready
    }
    run "$@"
    while read -r word; do
        case $word in
            stop) kill -QUIT $server; wait $server; server=; echo stopped ;;
            start) run "$@" ;;
        esac
    done
"#;

/// A PostgreSQL, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    told: BufReader<std::process::ChildStdout>,
    programs: PathBuf,
    folder: PathBuf,
    port: String,
}

/// Databases that were made.
static DATABASES: AtomicU32 = AtomicU32::new(0);

impl Cluster {
    /// Starts one; `None`, and a line about what is left out, where PostgreSQL is not installed.
    pub(crate) fn start(left_out: &str) -> Option<Self> {
        Self::start_with(left_out, &[], &[])
    }

    /// The same, with files in its folder and more options; `FOLDER` in them is where the files are.
    pub(crate) fn start_with(
        left_out: &str,
        files: &[(&str, &str)],
        options: &[&str],
    ) -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("!! LEFT OUT, AS POSTGRESQL IS NOT INSTALLED (no initdb): {left_out}");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("propenso-pg").tempdir();
        let folder = folder.unwrap().keep();
        for (name, content) in files {
            fs::write(folder.join(name), content).unwrap();
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(folder.join(name), mode).unwrap();
        }
        let port = options
            .iter()
            .find_map(|option| option.strip_prefix("--port="));
        let port = port.unwrap_or("5432").to_owned();
        let here = folder.to_str().unwrap();
        let options = options.iter().map(|option| option.replace("FOLDER", here));
        let mut command = as_nobody(&folder);
        let mut keeper = command
            .args(["sh", "-c", KEEPER, "keeper"])
            .args([&programs, &folder])
            .args(options)
            .env("PGPORT", &port)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(keeper.stdout.take().unwrap());
        let mut cluster = Self {
            keeper,
            told,
            programs,
            folder,
            port,
        };
        cluster.wait_for("ready");
        Some(cluster)
    }

    /// A new database, as an address.
    pub(crate) fn database(&self) -> String {
        let name = format!("d{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        let folder = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://propenso@{folder}/{name}")
    }

    /// What some SQL gives in the database of an address, or of a name.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let name = database.rsplit('/').next().unwrap();
        let output = Command::new(self.programs.join("psql"))
            .env("PGPORT", &self.port)
            .arg("-h")
            .arg(&self.folder)
            .args([
                "-U",
                "propenso",
                "-d",
                name,
                "-v",
                "ON_ERROR_STOP=1",
                "-qtAc",
                sql,
            ])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Ends the server at once, as a machine that fails.
    pub(crate) fn stop(&mut self) {
        self.tell("stop");
        self.wait_for("stopped");
    }

    /// Starts it again.
    pub(crate) fn start_again(&mut self) {
        self.tell("start");
        self.wait_for("ready");
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.keeper.stdin.as_mut().unwrap(), "{word}").unwrap();
    }

    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        self.told.read_line(&mut line).unwrap();
        if line.trim() != word {
            self.told.read_to_string(&mut line).unwrap();
            panic!("PostgreSQL: {line}");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Where the programs of PostgreSQL are: the newest that Debian has installed, or those of the path.
fn programs() -> Option<PathBuf> {
    let is_complete = |folder: &PathBuf| {
        let mut programs = ["initdb", "postgres", "psql"].into_iter();
        programs.all(|program| folder.join(program).exists())
    };
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut installed: Vec<PathBuf> = installed
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    installed.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = installed
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path));
    all.find(is_complete)
}

/// A command as somebody who may run PostgreSQL, which root may not; the folder is theirs.
fn as_nobody(folder: &Path) -> Command {
    if fs::metadata(folder).unwrap().uid() != 0 {
        return Command::new("env");
    }
    let is_there = |user: &&str| {
        let found = Command::new("id").arg(user).output();
        found.is_ok_and(|found| found.status.success())
    };
    let user = ["postgres", "nobody"].into_iter().find(is_there).unwrap();
    let owned = Command::new("chown")
        .arg("-R")
        .arg(user)
        .arg(folder)
        .status()
        .unwrap();
    assert!(owned.success());
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}"));
    command.args(["--clear-groups", "--"]);
    command
}
