//! The binary, serving.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::{Answer, command, request_bytes};

/// A server process on a port the system chose. It is killed when dropped.
pub(crate) struct Process {
    pub(crate) child: Mutex<Child>,
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// `propenso serve` with more arguments; returns when it listens.
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        Self::serve_on("127.0.0.1:0", arguments)
    }

    /// The same, on another address.
    pub(crate) fn serve_on(listen: &str, arguments: &[&str]) -> Self {
        Self::start(serving(listen, arguments))
    }

    /// The same, with variables.
    pub(crate) fn serve_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = serving("127.0.0.1:0", arguments);
        command.envs(variables.iter().copied());
        Self::start(command)
    }

    /// The same, with the log in a file, which is read for where it listens.
    pub(crate) fn serve_logging_to(log: &Path, arguments: &[&str]) -> Self {
        let mut command = serving("127.0.0.1:0", arguments);
        command.stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let mut found = None;
        super::until(|| {
            let text = std::fs::read_to_string(log).unwrap_or_default();
            found = text.lines().find_map(address_of);
            found.is_some()
        });
        Self::with_child(child, found.unwrap())
    }

    /// What a command starts that listens here, and says so nowhere.
    #[cfg(unix)]
    pub(crate) fn of(mut command: Command, address: SocketAddr) -> Self {
        let child = command.spawn().unwrap();
        super::until(|| TcpStream::connect(address).is_ok());
        Self::with_child(child, address)
    }

    /// A child that is known to listen there.
    pub(crate) fn with_child(child: Child, address: SocketAddr) -> Self {
        Self {
            child: Mutex::new(child),
            address,
            log: Arc::default(),
            reader: None,
        }
    }

    /// What a command starts that logs in JSON where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (found, address) = mpsc::channel();
        let written = Arc::clone(&log);
        // Read to its end by a thread: a full pipe would stop the server.
        let reader = std::thread::spawn(move || read_log(stderr, &written, &found));
        let address = address.recv_timeout(Duration::from_secs(30));
        let address =
            address.unwrap_or_else(|_| panic!("the server ended: {}", log.lock().unwrap()));
        Self {
            child: Mutex::new(child),
            address,
            log,
            reader: Some(reader),
        }
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.request("GET", target, &[], b"")
    }

    /// A `POST` with JSON.
    pub(crate) fn post(&self, target: &str, body: &str) -> Answer {
        self.request("POST", target, &[], body.as_bytes())
    }

    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let answer = self.try_request(method, target, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {target}: {error}\n{}", self.log()))
    }

    /// As [`Self::request`], for when the server may be killed meanwhile.
    pub(crate) fn try_request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        let host = self.address.to_string();
        stream.write_all(&request_bytes(method, target, (&host, headers), body))?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        if answer.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Answer::parse(&answer))
    }

    /// The number of the version that answers now; `None` while none does.
    pub(crate) fn champion(&self) -> Option<u32> {
        let answer = self.get(super::EXAMPLE);
        answer.header("x-propenso-model").map(|name| {
            assert_eq!(answer.status, 200, "{}", answer.body);
            name.split(' ').next().unwrap().parse().unwrap()
        })
    }

    /// What has been logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Kills the process while others still ask it.
    pub(crate) fn kill_now(&self) {
        self.child.lock().unwrap().kill().unwrap();
    }

    /// Ends the process and gives its whole log.
    pub(crate) fn kill(mut self) -> String {
        self.end();
        self.log()
    }

    fn end(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn serving(listen: &str, arguments: &[&str]) -> Command {
    let mut command = command();
    command
        .arg("serve")
        .args(["--listen", listen, "--log-format", "json"])
        .args(arguments);
    command
}

/// Where a line of the log says that the server listens.
fn address_of(line: &str) -> Option<SocketAddr> {
    let entry: Value = serde_json::from_str(line).ok()?;
    let mut address: SocketAddr = entry["address"].as_str()?.parse().unwrap();
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
    }
    Some(address)
}

fn read_log(stderr: ChildStderr, log: &Mutex<String>, found: &mpsc::Sender<SocketAddr>) {
    let mut stderr = BufReader::new(stderr);
    let mut line = Vec::new();
    while matches!(stderr.by_ref().read_until(b'\n', &mut line), Ok(1..)) {
        let text = String::from_utf8_lossy(&line).into_owned();
        log.lock().unwrap().push_str(&text);
        if let Some(address) = address_of(&text) {
            let _ = found.send(address);
        }
        line.clear();
    }
}
