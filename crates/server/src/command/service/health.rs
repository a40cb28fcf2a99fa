//! Whether a server on this machine answers.

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};

use propenso_scoring::Language;

use crate::command::neighbour;

/// What is read of an answer: `HTTP/1.1 200`.
const HEAD_BYTES: usize = 12;

/// How a server is.
#[derive(Debug)]
pub(super) enum Health {
    /// It answers; of models it was not asked.
    Alive(SocketAddr),
    /// It answers, and a model is in service.
    Ready(SocketAddr),
    /// It answers, and no model is in service.
    NoModel(SocketAddr),
    /// It listens, and is not asked further: its certificate names other machines than this one.
    Encrypted(SocketAddr),
    /// It does not answer, and why.
    Silent(String),
}

impl Health {
    /// Asks whoever listens on an address of `serve`'s whether it lives. Nothing is logged of it, however often.
    pub(super) fn alive(listen: &str, has_tls: bool) -> Self {
        Self::ask("/health/live", listen, has_tls)
    }

    /// Asks it whether a model is in service too.
    #[cfg_attr(
        not(any(target_os = "linux", windows)),
        allow(dead_code, reason = "asked of a service, and others have none")
    )]
    pub(super) fn ready(listen: &str, has_tls: bool) -> Self {
        Self::ask("/health/ready", listen, has_tls)
    }

    fn ask(path: &str, listen: &str, has_tls: bool) -> Self {
        let asked = reachable(listen).and_then(|address| {
            let stream = neighbour::connect(address)?;
            if has_tls {
                return Ok(Self::Encrypted(address));
            }
            match status_of(path, stream)? {
                200 if path == "/health/live" => Ok(Self::Alive(address)),
                200 => Ok(Self::Ready(address)),
                503 => Ok(Self::NoModel(address)),
                status => Ok(Self::Silent(format!("{address}: HTTP {status}"))),
            }
        });
        asked.unwrap_or_else(|error| Self::Silent(format!("{listen}: {error}")))
    }

    /// Tells whether it answers.
    pub(super) fn answers(&self) -> bool {
        !matches!(self, Self::Silent(_))
    }

    /// Says how it is.
    pub(super) fn message(&self, language: Language) -> String {
        match (self, language) {
            (Self::Alive(address), Language::Spanish) => format!("{address} responde"),
            (Self::Alive(address), Language::English) => format!("{address} answers"),
            (Self::Ready(address), Language::Spanish) => {
                format!("{address} responde, con un modelo en servicio")
            }
            (Self::Ready(address), Language::English) => {
                format!("{address} answers, with a model in service")
            }
            (Self::NoModel(address), Language::Spanish) => format!(
                "{address} responde, sin ningún modelo en servicio; añada uno con «propenso models add ARCHIVO» y «propenso models promote N»"
            ),
            (Self::NoModel(address), Language::English) => format!(
                "{address} answers, without a model in service; add one with `propenso models add FILE` and `propenso models promote N`"
            ),
            (Self::Encrypted(address), Language::Spanish) => format!("{address} escucha, con TLS"),
            (Self::Encrypted(address), Language::English) => format!("{address} listens, with TLS"),
            (Self::Silent(why), Language::Spanish) => format!("no responde: {why}"),
            (Self::Silent(why), Language::English) => format!("it does not answer: {why}"),
        }
    }
}

/// Finds where a server is reached that was told to listen on an address.
fn reachable(listen: &str) -> io::Result<SocketAddr> {
    let address = listen.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| io::Error::other("it is no address"))?;
    Ok(neighbour::reachable(address))
}

/// Gets a path, and gives the answer's status.
fn status_of(path: &str, mut stream: TcpStream) -> io::Result<u16> {
    neighbour::ask(&mut stream, path)?;
    let mut head = [0; HEAD_BYTES];
    let no_server = || io::Error::other("what answers is no HTTP server");
    match stream.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(no_server()),
        read => read?,
    }
    let status = head.strip_prefix(b"HTTP/1.1 ");
    let status = status.and_then(|status| std::str::from_utf8(status).ok()?.parse().ok());
    status.ok_or_else(no_server)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_here() {
        for (listen, expected) in [
            ("0.0.0.0:5000", "127.0.0.1:5000"),
            ("[::]:5000", "[::1]:5000"),
            ("192.168.1.20:80", "192.168.1.20:80"),
        ] {
            assert_eq!(reachable(listen).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_an_answer_means() {
        for (answer, expected) in [
            (
                "HTTP/1.1 200 OK\r\n\r\nok",
                "answers, with a model in service",
            ),
            ("HTTP/1.1 503 x\r\n\r\n", "without a model in service"),
            ("HTTP/1.1 404 x\r\n\r\n", "HTTP 404"),
            ("SSH-2.0-OpenSSH", "no HTTP server"),
            ("HTTP/1.1 ñ", "no HTTP server"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 512];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            let told = Health::ready(&address, false).message(Language::English);
            server.join().unwrap();
            assert!(told.contains(expected), "{told}");
        }
        assert!(!Health::alive("127.0.0.1:1", false).answers());
        assert!(!Health::alive("nothing", false).answers());
    }
}
