//! Where a server would listen, and what hides keys and clients there.

use std::net::{SocketAddr, ToSocketAddrs};

use crate::access::exposure::{self, Transport, Unprotected};
use crate::command::findings::{Findings, Subject};
use crate::command::serve::url;
use crate::settings::Settings;

/// Where the server would listen, and what hides it there.
pub(in crate::command) fn address(settings: &Settings, has_keys: bool, found: &mut Findings) {
    let addresses = settings.listen.to_socket_addrs();
    let address = addresses.ok().and_then(|mut addresses| addresses.next());
    let Some(address) = address else {
        let text = found.say(
            format!("«{}» no es una dirección con su puerto", settings.listen),
            format!("`{}` is no address with a port", settings.listen),
        );
        let advice = found.say(
            "escriba --listen 127.0.0.1:5000, o 0.0.0.0:5000 para toda la red",
            "write --listen 127.0.0.1:5000, or 0.0.0.0:5000 for the whole network",
        );
        return found.error(Subject::Address, text, Some(advice));
    };
    let text = format!("{}/prueba", url(address, settings.tls.is_some()));
    found.ok(Subject::Address, text);
    transport(settings, address, found);
    if let Some(lacking) = Unprotected::find(address, settings.transport, has_keys) {
        let text = lacking.message(found.language);
        found.error(Subject::Transport, text, None);
    }
}

fn transport(settings: &Settings, address: SocketAddr, found: &mut Findings) {
    let text = match settings.transport {
        Transport::Plain => found.say("sin cifrar", "not encrypted"),
        Transport::Tls => found.say("TLS", "TLS"),
        Transport::BehindProxy => found.say(
            "un proxy con TLS delante",
            "a proxy with TLS in front of it",
        ),
        Transport::InsecureLan => found.say(
            "sin cifrar, y se responde a la red (insecure_lan)",
            "not encrypted, and the network is answered (insecure_lan)",
        ),
    };
    let is_exposed = exposure::is_exposed(address, settings.transport);
    if settings.transport == Transport::InsecureLan && is_exposed {
        let advice = found.say(
            "quien escuche en esa red ve claves y clientes; con «propenso tls self-signed» hay cifrado",
            "whoever listens in that network sees keys and clients; `propenso tls self-signed` makes what encrypts them",
        );
        return found.warning(Subject::Transport, text, advice);
    }
    found.ok(Subject::Transport, text);
}
