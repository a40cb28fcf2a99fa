//! A server process: started, asked, measured, ended.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::load::{Load, Target};
use crate::request::Request;

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From starting the process to the first right answer.
    pub(crate) start_to_answer: Duration,
}

impl Server {
    /// The product, serving a model.
    pub(crate) async fn propenso(
        binary: &Path,
        model: &Path,
        request: &str,
    ) -> std::io::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .arg(model)
            .args(["--listen", &address.to_string()]);
        Self::start(command, address, request).await
    }

    /// The product, serving a model, with its log in a file.
    pub(crate) async fn logging(
        binary: &Path,
        model: &Path,
        log: &Path,
        request: &str,
    ) -> std::io::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(binary);
        command.arg("serve").arg(model).arg("--log-file").arg(log);
        command.args(["--listen", &address.to_string()]);
        Self::start(command, address, request).await
    }

    /// The product, serving a registry's champion.
    pub(crate) async fn registry(
        binary: &Path,
        folder: &Path,
        request: &str,
    ) -> std::io::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data-dir").arg(folder);
        command.args(["--listen", &address.to_string()]);
        Self::start(command, address, request).await
    }

    /// The product as a command says, asked over TLS where that is given.
    pub(crate) async fn of(
        mut command: Command,
        tls: Option<TlsConnector>,
        request: &Request,
    ) -> std::io::Result<Self> {
        let address = free_address()?;
        command.args(["--listen", &address.to_string()]);
        let server = Self::spawn(command, address)?;
        let target = Target { address, tls };
        let once = Load {
            connections: 1,
            duration: Duration::from_millis(1),
            request: request.clone(),
        };
        let started = Instant::now();
        while let Err(error) = once.run(target.clone()).await {
            if started.elapsed() > Duration::from_secs(20) {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(server)
    }

    /// The handler that does nothing, in the same stack.
    pub(crate) async fn noop(request: &str) -> std::io::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["noop", &address.to_string()]);
        Self::start(command, address, request).await
    }

    /// Starts a server and waits for its first answer.
    async fn start(command: Command, address: SocketAddr, request: &str) -> std::io::Result<Self> {
        let start = Instant::now();
        let mut server = Self::spawn(command, address)?;
        while !server.answers(request).await {
            if start.elapsed() > Duration::from_secs(20) || server.child.try_wait()?.is_some() {
                return Err(std::io::Error::other("a server did not start"));
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        server.start_to_answer = start.elapsed();
        Ok(server)
    }

    fn spawn(mut command: Command, address: SocketAddr) -> std::io::Result<Self> {
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            child,
            address,
            start_to_answer: Duration::ZERO,
        })
    }

    pub(crate) async fn answers(&self, request: &str) -> bool {
        let ask = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let head =
                format!("GET {request} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        ask.await
            .is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// Processor time so far, of the system's ticks of 10 ms; `None` where the system does not tell (outside Linux).
    pub(crate) fn processor_seconds(&self) -> Option<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let (_, fields) = stat.rsplit_once(')')?;
        let mut fields = fields.split_ascii_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<f64>().ok();
        Some((ticks()? + ticks()?) / 100.0)
    }

    /// Resident memory; `None` where the system does not tell (outside Linux).
    pub(crate) fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that was free a moment ago.
fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// The product's binary, built beside this one.
pub(crate) fn binary_beside() -> std::io::Result<PathBuf> {
    let name = format!("propenso{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(std::io::Error::other(
            "build the server first, with the same profile: cargo build --profile dist",
        ))
    }
}
