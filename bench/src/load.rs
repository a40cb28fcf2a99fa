//! Connections that ask the same thing without pause.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A load: so many connections, each with one request in flight, for so long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) duration: Duration,
    pub(crate) request: &'static str,
}

/// What a load met.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answers_per_second: f64,
    pub(crate) p50_micros: f64,
    pub(crate) p99_micros: f64,
}

impl Load {
    pub(crate) async fn run(self, address: SocketAddr) -> std::io::Result<Outcome> {
        let start = Instant::now();
        let clients: Vec<_> = (0..self.connections)
            .map(|_| tokio::spawn(self.ask_until(address, start + self.duration)))
            .collect();
        let mut latencies = Vec::new();
        for client in clients {
            latencies.extend(client.await.map_err(std::io::Error::other)??);
        }
        let seconds = start.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let quantile = |q: f64| {
            let position = (q * (latencies.len() - 1) as f64).round() as usize;
            latencies[position].as_secs_f64() * 1e6
        };
        Ok(Outcome {
            answers_per_second: latencies.len() as f64 / seconds,
            p50_micros: quantile(0.50),
            p99_micros: quantile(0.99),
        })
    }

    async fn ask_until(self, address: SocketAddr, end: Instant) -> std::io::Result<Vec<Duration>> {
        let head = format!("GET {} HTTP/1.1\r\nHost: bench\r\n\r\n", self.request);
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut latencies = Vec::new();
        let mut answer = Vec::with_capacity(1024);
        while Instant::now() < end {
            let asked = Instant::now();
            stream.write_all(head.as_bytes()).await?;
            answer.clear();
            while !is_whole(&answer) {
                if stream.read_buf(&mut answer).await? == 0 {
                    return Err(std::io::Error::other("the server closed a connection"));
                }
            }
            latencies.push(asked.elapsed());
            if !answer.starts_with(b"HTTP/1.1 200") {
                return Err(std::io::Error::other(
                    "the server answered something else than 200",
                ));
            }
        }
        Ok(latencies)
    }
}

/// Whether an answer has come with all of its body, which here is one byte.
fn is_whole(answer: &[u8]) -> bool {
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    head.is_some_and(|end| answer.len() > end + 4)
}
