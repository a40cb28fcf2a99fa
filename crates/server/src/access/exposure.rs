//! What there must be before a server answers others than this machine: keys, and something that hides them on the way.

use std::net::SocketAddr;

use propenso_scoring::Language;

/// What hides keys and clients on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// Nothing does.
    #[default]
    Plain,
    /// The server itself speaks TLS.
    Tls,
    /// A proxy in front of it speaks TLS, and every request comes through that.
    BehindProxy,
    /// Nothing does, and whoever started it says that nobody listens in that network.
    InsecureLan,
}

/// Tells whether requests may come from elsewhere: over the network, or by a proxy on this machine.
#[must_use]
pub fn is_exposed(address: SocketAddr, transport: Transport) -> bool {
    !address.ip().to_canonical().is_loopback() || transport == Transport::BehindProxy
}

/// A server that would answer others without what protects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprotected {
    /// Where it would listen.
    pub address: String,
    /// Whether nobody has a key.
    pub lacks_keys: bool,
    /// Whether nothing hides the keys on the way.
    pub lacks_transport: bool,
    /// The command as it was typed, to be typed again.
    pub serve: String,
    /// The options that name the registry, as they were typed.
    pub registry: String,
}

impl Unprotected {
    /// Finds out what a server lacks; `None` if nothing.
    #[must_use]
    pub fn find(address: SocketAddr, transport: Transport, has_keys: bool) -> Option<Self> {
        let lacks_transport = transport == Transport::Plain;
        let lacks = is_exposed(address, transport) && (lacks_transport || !has_keys);
        lacks.then(|| Self {
            address: address.to_string(),
            lacks_keys: !has_keys,
            lacks_transport,
            serve: "propenso serve".to_owned(),
            registry: String::new(),
        })
    }

    /// Names the commands that mend it, as whoever typed this one would type them.
    #[must_use]
    pub fn typed(
        mut self,
        words: impl Iterator<Item = String>,
        registry: &[(&str, String)],
    ) -> Self {
        let words: Vec<String> = words.map(|word| quoted(&word)).collect();
        self.serve = format!("propenso {}", words.join(" "));
        let options = registry
            .iter()
            .map(|(flag, value)| format!(" {flag} {}", quoted(value)));
        self.registry = options.collect();
        self
    }

    /// Says what is missing, and the commands that mend it.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let address = &self.address;
        let mut text = match (language, self.lacks_keys, self.lacks_transport) {
            (Language::Spanish, true, true) => format!(
                "{address} responde a toda la red, y nadie tiene clave ni hay TLS. Cree una clave (se muestra una sola vez) y \
                 arranque con TLS:"
            ),
            (Language::Spanish, true, false) => format!(
                "{address} responde a otros ordenadores, y nadie tiene clave. Cree una (se muestra una sola vez) y vuelva a arrancar:"
            ),
            (Language::Spanish, false, _) => format!(
                "{address} responde a toda la red sin TLS: cualquiera en ella vería las claves. Arranque con TLS:"
            ),
            (Language::English, true, true) => format!(
                "{address} answers the whole network, and there is neither a key nor TLS. Make a key (it is shown once), and \
                 start with TLS:"
            ),
            (Language::English, true, false) => format!(
                "{address} answers other machines, and nobody has a key. Make one (it is shown once), and start again:"
            ),
            (Language::English, false, _) => format!(
                "{address} answers the whole network without TLS: whoever is in it would see the keys. Start \
                 with TLS:"
            ),
        };
        if self.lacks_keys {
            let registry = &self.registry;
            text.push_str(&format!(
                "\n  propenso keys add plataforma --roles puntuar{registry}"
            ));
        }
        let serve = &self.serve;
        if !self.lacks_transport {
            text.push_str(&format!("\n  {serve}"));
            return text;
        }
        text.push_str(&format!(
            "\n  propenso tls self-signed\n  {serve} --tls-cert propenso.crt --tls-key propenso.key"
        ));
        text.push_str(language.pick(
            "\nEn lugar de --tls-cert y --tls-key: --behind-proxy si delante hay un proxy con TLS; --insecure-lan en una red propia \
             donde nadie escucha.",
            "\nIn place of --tls-cert and --tls-key: --behind-proxy where a proxy with TLS is in front; --insecure-lan in a network \
             of your own where nobody listens.",
        ));
        text
    }
}

/// Writes a word so that shells take it for one.
fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_./:=,@\\[]".contains(character);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("\"{word}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_reach_needs_keys_and_what_hides_them() {
        use Transport::{BehindProxy, InsecureLan, Plain, Tls};
        for (address, transport, has_keys, lacks) in [
            ("127.0.0.1:5000", Plain, false, None),
            ("[::1]:5000", Plain, false, None),
            ("[::ffff:127.0.0.1]:5000", InsecureLan, false, None),
            ("127.0.0.1:5000", BehindProxy, false, Some((true, false))),
            ("127.0.0.1:5000", BehindProxy, true, None),
            ("0.0.0.0:5000", Plain, false, Some((true, true))),
            ("0.0.0.0:5000", Plain, true, Some((false, true))),
            ("0.0.0.0:5000", Tls, false, Some((true, false))),
            ("0.0.0.0:5000", Tls, true, None),
            ("[::]:5000", InsecureLan, false, Some((true, false))),
            ("10.0.0.7:5000", InsecureLan, true, None),
            ("10.0.0.7:5000", BehindProxy, true, None),
            ("127.0.0.1:5000", Tls, false, None),
            ("10.0.0.7:5000", Tls, true, None),
            ("10.0.0.7:5000", Tls, false, Some((true, false))),
        ] {
            let found = Unprotected::find(address.parse().unwrap(), transport, has_keys);
            let found = found.map(|found| (found.lacks_keys, found.lacks_transport));
            assert_eq!(found, lacks, "{address} {transport:?} {has_keys}");
        }
    }

    #[test]
    fn the_commands_that_mend_it_are_printed() {
        let address = "0.0.0.0:5000".parse().unwrap();
        let found = Unprotected::find(address, Transport::Plain, false).unwrap();
        let words = ["serve", "mi modelo.pkl", "--listen", "0.0.0.0:5000"];
        let found = found.typed(
            words.into_iter().map(str::to_owned),
            &[("--config", "p.toml".to_owned())],
        );
        for language in [Language::Spanish, Language::English] {
            let text = found.message(language);
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(
                lines[1..4],
                [
                    "  propenso keys add plataforma --roles puntuar --config p.toml",
                    "  propenso tls self-signed",
                    "  propenso serve \"mi modelo.pkl\" --listen 0.0.0.0:5000 --tls-cert propenso.crt --tls-key propenso.key"
                ]
            );
        }
    }
}
