//! The port: free, or who answers on it.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use crate::command::findings::{Findings, Subject};
use crate::command::neighbour;
use crate::settings::Settings;

/// Looks whether the port is free, or a propenso answers on it.
pub(super) fn look(settings: &Settings, found: &mut Findings) {
    let addresses = settings.listen.to_socket_addrs();
    let Some(address) = addresses.ok().and_then(|mut addresses| addresses.next()) else {
        let text = found.say(
            format!("«{}» no es una dirección con su puerto", settings.listen),
            format!("`{}` is no address with a port", settings.listen),
        );
        return found.error(Subject::Address, text, None);
    };
    match TcpListener::bind(address) {
        Ok(_) => {
            let text = found.say(
                format!("{address} está libre: no hay ningún servidor en marcha"),
                format!("{address} is free: no server runs"),
            );
            found.ok(Subject::Address, text);
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => taken(settings, address, found),
        Err(error) => {
            let text = format!("{address}: {error}");
            let advice = found.say(
                "elija otra dirección u otro puerto con --listen; los puertos bajo 1024 necesitan permiso",
                "choose another address or port with --listen; ports below 1024 need a permission",
            );
            found.error(Subject::Address, text, Some(advice));
        }
    }
}

fn taken(settings: &Settings, address: SocketAddr, found: &mut Findings) {
    let answer = match settings.tls {
        // Whoever speaks TLS there is not asked who it is.
        Some(_) => None,
        None => ask(address),
    };
    match (answer, settings.tls.is_some()) {
        (Some(answer), _) if answer.contains("propenso ") => {
            let text = found.say(
                format!("un propenso responde en {address}"),
                format!("a propenso answers on {address}"),
            );
            found.ok(Subject::Address, text);
        }
        (_, true) => {
            let text = found.say(
                format!("{address} está en uso; con TLS no se pregunta por quién"),
                format!("{address} is in use; with TLS it is not asked by whom"),
            );
            found.ok(Subject::Address, text);
        }
        (_, false) => {
            let text = found.say(
                format!("{address} lo usa otro programa"),
                format!("another program uses {address}"),
            );
            let advice = found.say(
                "párelo, o elija otro puerto con --listen",
                "stop it, or choose another port with --listen",
            );
            found.error(Subject::Address, text, Some(advice));
        }
    }
}

/// What is answered to the route that says program and version.
fn ask(address: SocketAddr) -> Option<String> {
    let mut stream = neighbour::connect(neighbour::reachable(address)).ok()?;
    neighbour::ask(&mut stream, "/prueba").ok()?;
    let mut answer = Vec::new();
    // Another program may say whatever it likes, for as long as it likes.
    let _ = stream.take(4 << 10).read_to_end(&mut answer);
    Some(String::from_utf8_lossy(&answer).into_owned())
}
