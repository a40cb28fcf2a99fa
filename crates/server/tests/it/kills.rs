//! Processes killed in the middle of the ceremony, at random moments: the registry always opens, its states are
//! what its events say, nothing that was answered is undone, and the champion serves.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use propenso_lifecycle::registry::{Event, Registry as Opened, State, Version};

use crate::support::process::Process;
use crate::support::registry::{Registry, form, small};
use crate::support::{EXAMPLE, Server, command, read_text, until};

/// Kills, unless `PROPENSO_KILLS` says another number.
const KILLS: usize = 200;

/// What is being done when the blow falls.
#[derive(Debug, Clone, Copy)]
enum Victim {
    /// `propenso models …`, beside the server.
    Add,
    Promote,
    Rollback,
    /// The server, during requests.
    Upload,
    Promoting,
    RollingBack,
    /// The server, while it takes a file from the inbox.
    Inbox,
    /// The server, while it starts.
    Starting,
}

const VICTIMS: [Victim; 8] = [
    Victim::Add,
    Victim::Promote,
    Victim::Rollback,
    Victim::Upload,
    Victim::Promoting,
    Victim::RollingBack,
    Victim::Inbox,
    Victim::Starting,
];

/// A ceremony that is interrupted again and again.
struct Ceremony {
    registry: Registry,
    server: Option<Process>,
    /// P(pays) of the example's client, by the short hash of the model.
    expected: HashMap<String, u64>,
    models: [PathBuf; 2],
    contract: String,
    /// Versions offered so far; each has a contract text of its own.
    offered: usize,
    /// Events of promotions and rollbacks that were answered.
    answered: usize,
    dice: Dice,
}

impl Ceremony {
    fn new() -> Self {
        let registry =
            Registry::with("inbox = \"entrada\"\npoll_seconds = 0.02\nsettle_seconds = 0.02");
        let models = ["a_rf_bin.pkl", "a_ada.pkl"].map(small);
        let expected = models.iter().map(|model| {
            let alone = Server::start(model, "casas-cobranzas");
            let answer = alone.get(&format!("{EXAMPLE}&formato=json"));
            let name = answer.header("x-propenso-model").unwrap().to_owned();
            (
                name,
                answer.json()["probabilidad"].as_f64().unwrap().to_bits(),
            )
        });
        let mut ceremony = Self {
            expected: expected.collect(),
            registry,
            server: None,
            models,
            contract: read_text("contracts/casas-cobranzas.toml"),
            offered: 0,
            answered: 0,
            dice: Dice(0x5eed),
        };
        assert_eq!(ceremony.expected.len(), 2);
        for _ in 0..2 {
            let (model, contract) = ceremony.offer();
            let (model, contract) = (model.to_str().unwrap(), contract.to_str().unwrap());
            ceremony
                .registry
                .ok(&["add", model, "--contract", contract]);
        }
        ceremony.registry.ok(&["promote", "1"]);
        ceremony.registry.ok(&["promote", "2"]);
        ceremony
    }

    /// A model and contract that have not been there together.
    fn offer(&mut self) -> (PathBuf, PathBuf) {
        self.offered += 1;
        let path = self
            .registry
            .path(&format!("contrato_{}.toml", self.offered));
        let text = format!("# {}\n{}", self.offered, self.contract);
        std::fs::write(&path, text).unwrap();
        (self.models[self.offered % 2].clone(), path)
    }

    /// One blow, and a look at what it left.
    fn strike(&mut self, victim: Victim) {
        let delay = Duration::from_micros(self.dice.below(60_000));
        match victim {
            Victim::Add => {
                let (model, contract) = self.offer();
                let (model, contract) = (model.to_str().unwrap(), contract.to_str().unwrap());
                self.command(&["add", model, "--contract", contract], delay);
            }
            Victim::Promote => {
                let newest = self.open().versions().unwrap().len().to_string();
                self.command(&["promote", &newest], delay);
            }
            Victim::Rollback => self.command(&["rollback"], delay),
            Victim::Upload | Victim::Promoting | Victim::RollingBack => {
                self.requests(victim, delay);
            }
            Victim::Inbox => {
                let (model, contract) = self.offer();
                let name = format!("modelo_{}.pkl", self.offered);
                let inbox = self.registry.path("entrada");
                std::fs::copy(contract, inbox.join(format!("{name}.contract.toml"))).unwrap();
                std::fs::copy(model, inbox.join(name)).unwrap();
                self.kill_server(delay);
            }
            Victim::Starting => {
                self.server = None;
                let config = self.registry.path("propenso.toml");
                let config = config.to_str().unwrap();
                let arguments = ["serve", "--listen", "127.0.0.1:0", "--config", config];
                kill_after(spawn(&arguments), delay);
            }
        }
        self.look(victim);
    }

    /// Runs a command beside the server and kills it; it may be done by then.
    fn command(&mut self, arguments: &[&str], delay: Duration) {
        let config = self.registry.path("propenso.toml");
        let config = ["models", "--config", config.to_str().unwrap()];
        kill_after(spawn(&[&config, arguments].concat()), delay);
    }

    /// Asks the server for something again and again until it is killed.
    fn requests(&mut self, victim: Victim, delay: Duration) {
        let newest = self.open().versions().unwrap().len();
        let offers: Vec<_> = (0..4).map(|_| self.offer()).collect();
        let forms = offers.iter().map(|(model, contract)| {
            let (model, contract) = (
                std::fs::read(model).unwrap(),
                std::fs::read(contract).unwrap(),
            );
            form(&[
                ("file", Some("m.pkl"), &model),
                ("contract", Some("c.toml"), &contract),
            ])
        });
        let requests: Vec<(String, String, Vec<u8>)> = match victim {
            Victim::Upload => forms
                .map(|(kind, body)| ("/v1/models".to_owned(), kind, body))
                .collect(),
            Victim::Promoting => {
                let target = format!("/v1/models/{newest}/promote");
                vec![(target, String::new(), Vec::new())]
            }
            _ => vec![("/v1/models/rollback".to_owned(), String::new(), Vec::new()); 50],
        };
        let server = self.server.take().unwrap();
        let answered = std::thread::scope(|threads| {
            let asking = threads.spawn(|| {
                let answers = requests.iter().map_while(|(target, kind, body)| {
                    let headers = [("content-type", kind.as_str())];
                    server.try_request("POST", target, &headers, body).ok()
                });
                answers
                    .filter(|answer| answer.status == 200 && answer.body.contains("\"steps\""))
                    .count()
            });
            std::thread::sleep(delay);
            server.kill_now();
            asking.join().unwrap()
        });
        self.answered += answered;
    }

    fn kill_server(&mut self, delay: Duration) {
        std::thread::sleep(delay);
        self.server = None;
    }

    fn open(&self) -> Opened {
        Opened::open(self.registry.data()).unwrap()
    }

    /// Checks the registry, then that its champion serves.
    fn look(&mut self, victim: Victim) {
        let registry = self.open();
        let (events, versions) = unmoved(&registry);
        let mut states: HashMap<u32, State> = HashMap::new();
        for event in &events {
            let before = states.insert(event.version, event.to);
            assert_eq!(before, event.from, "after {victim:?}: {event:?}");
        }
        assert_eq!(versions.len(), states.len(), "after {victim:?}");
        for version in &versions {
            assert_eq!(version.state, states[&version.number], "after {victim:?}");
            assert!(
                registry.file(version.content.model).is_ok(),
                "after {victim:?}"
            );
        }
        let crowned = events.iter().filter(|event| event.to == State::Champion);
        assert!(crowned.count() >= self.answered, "after {victim:?}");
        let config = self.registry.path("propenso.toml");
        let server = self
            .server
            .get_or_insert_with(|| Process::serve(&["--config", config.to_str().unwrap()]));
        until(|| {
            let champion = registry.holder(State::Champion).unwrap().unwrap();
            server.champion() == Some(champion.number)
        });
        let answer = server.get(&format!("{EXAMPLE}&formato=json"));
        let name = answer.header("x-propenso-model").unwrap();
        let hash = name.split(' ').nth(1).unwrap();
        let probability = answer.json()["probabilidad"].as_f64().unwrap();
        assert_eq!(
            probability.to_bits(),
            self.expected[hash],
            "after {victim:?}"
        );
    }
}

/// The events and the versions of one moment: a server that runs beside may take a file from the inbox between the
/// two readings, and then they are read again.
fn unmoved(registry: &Opened) -> (Vec<Event>, Vec<Version>) {
    loop {
        let events = registry.events(u32::MAX).unwrap();
        let versions = registry.versions().unwrap();
        if registry.events(u32::MAX).unwrap().len() == events.len() {
            return (events, versions);
        }
    }
}

fn spawn(arguments: &[&str]) -> Child {
    command()
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill_after(mut child: Child, delay: Duration) {
    std::thread::sleep(delay);
    // SIGKILL, or TerminateProcess: the process learns nothing of it.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Numbers that look random, the same in every run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

#[test]
fn killed_at_any_moment_the_registry_opens_and_the_champion_serves() {
    let kills = std::env::var("PROPENSO_KILLS").ok();
    let kills = kills.map_or(KILLS, |number| number.parse().unwrap());
    let mut ceremony = Ceremony::new();
    ceremony.look(Victim::Starting);
    for _ in 0..kills {
        let victim = VICTIMS[ceremony.dice.below(VICTIMS.len() as u64) as usize];
        ceremony.strike(victim);
    }
    // What the inbox was given before a blow was taken after it.
    let inbox = ceremony.registry.path("entrada");
    until(|| {
        let left = std::fs::read_dir(&inbox).unwrap().flatten();
        left.filter(|entry| entry.path().is_file()).count() == 0
    });
    let versions = ceremony.open().versions().unwrap();
    let numbers: Vec<u32> = versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, (1..=versions.len() as u32).collect::<Vec<_>>());
    println!(
        "{kills} kills: {} versions, {} answered promotions and rollbacks",
        versions.len(),
        ceremony.answered
    );
}
