//! What a server says of itself when it begins to answer: what answers, where, for whom, and where things are.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;

use jiff::Timestamp;
use propenso_scoring::Language;

use crate::PROGRAM;
use crate::access::exposure;
use crate::http::App;
use crate::settings::Settings;

/// A server that begins to answer.
pub(super) struct Greeting<'a> {
    pub(super) settings: &'a Settings,
    pub(super) app: &'a App,
    pub(super) address: SocketAddr,
    /// The second one, for gRPC, where there is one.
    pub(super) grpc_address: Option<SocketAddr>,
}

/// An address to try: this machine by its name, where any of its addresses is answered.
pub(in crate::command) fn url(address: SocketAddr, has_tls: bool) -> String {
    let scheme = if has_tls { "https" } else { "http" };
    match address.ip().is_unspecified() {
        true => format!("{scheme}://localhost:{}", address.port()),
        false => format!("{scheme}://{address}"),
    }
}

impl Greeting<'_> {
    /// Prints it where a person reads it: on a terminal, or where the log goes elsewhere.
    pub(super) fn print(&self, language: Language) {
        let mut out = std::io::stderr().lock();
        if out.is_terminal() || self.settings.log.file.is_some() {
            // Whoever looked is gone.
            let _ = out.write_all(self.text(language).as_bytes());
        }
    }

    /// A line for the service manager.
    pub(super) fn status(&self) -> String {
        let url = url(self.address, self.settings.tls.is_some());
        match self.app.serving.champion() {
            Some(served) => format!("model {} answers on {url}", served.name),
            None => format!("no model is in service; {url} answers 503"),
        }
    }

    fn text(&self, language: Language) -> String {
        let mut lines = vec![
            (language.pick("modelo", "model"), self.model(language)),
            (language.pick("dirección", "address"), self.place(language)),
        ];
        lines.extend(
            self.grpc_address
                .map(|address| ("gRPC", format!("{address}"))),
        );
        lines.extend([
            (language.pick("claves", "keys"), self.keys(language)),
            (language.pick("páginas", "pages"), self.pages(language)),
        ]);
        let mut folder = |name: &'static str, path: Option<&Path>| {
            if let Some(path) = path {
                lines.push((name, path.display().to_string()));
            }
        };
        let settings = self.settings;
        let models = &settings.models;
        folder(
            language.pick("datos", "data"),
            settings.model.is_none().then_some(&models.data_dir),
        );
        let inbox = models.inbox.as_ref().filter(|_| settings.model.is_none());
        folder(
            language.pick("buzón de modelos", "models' inbox"),
            inbox.map(|inbox| inbox.folder.as_path()),
        );
        let inbox = settings.portfolio_inbox.as_ref();
        folder(
            language.pick("buzón de carteras", "portfolios' inbox"),
            inbox.map(|inbox| inbox.folder.as_path()),
        );
        let file = settings.log.file.as_ref();
        folder(
            language.pick("sucesos", "log"),
            file.map(|file| file.path.as_path()),
        );
        let width = lines.iter().map(|(name, _)| name.chars().count()).max();
        let width = width.unwrap_or_default();
        let mut text = format!("{PROGRAM}\n");
        for (name, told) in lines {
            text.push_str(&format!("  {name:<width$}  {told}\n"));
        }
        let end = language.pick("Ctrl-C lo para.", "Ctrl-C stops it.");
        text + "  " + end + "\n"
    }

    fn model(&self, language: Language) -> String {
        let Some(served) = self.app.serving.champion() else {
            return language
                .pick(
                    "ninguno en servicio: «propenso models add ARCHIVO» y «propenso models promote N»",
                    "none is in service: `propenso models add FILE`, then `propenso models promote N`",
                )
                .to_owned();
        };
        let scorer = &served.scorer;
        let hash = scorer.model().short();
        let contract = scorer.contract().name();
        let named = match (&self.settings.model, served.version) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(number)) => match language {
                Language::Spanish => format!("versión {number}"),
                Language::English => format!("version {number}"),
            },
            (None, None) => scorer.predictor().signature().class.clone(),
        };
        match language {
            Language::Spanish => format!("{named} (huella {hash}), contrato {contract}"),
            Language::English => format!("{named} (hash {hash}), contract {contract}"),
        }
    }

    fn place(&self, language: Language) -> String {
        let url = url(self.address, self.settings.tls.is_some());
        let is_exposed = exposure::is_exposed(self.address, self.settings.transport);
        let whom = match (is_exposed, self.address.ip().is_loopback()) {
            (false, _) => language.pick("solo este ordenador", "this machine only"),
            (true, true) => {
                language.pick("a través de un proxy con TLS", "through a proxy with TLS")
            }
            (true, false) => language.pick("también otros ordenadores", "other machines too"),
        };
        format!("{url}/prueba ({whom})")
    }

    /// Where people look. Where keys are asked for, whoever reads this is let in once without one, if the pages are this machine's alone.
    fn pages(&self, language: Language) -> String {
        let url = url(self.address, self.settings.tls.is_some());
        let is_exposed = exposure::is_exposed(self.address, self.settings.transport);
        if is_exposed || !self.app.access.has_keys() {
            return url + "/";
        }
        let link = self.app.access.make_link();
        let once = language.pick("vale una vez, durante una hora", "works once, for an hour");
        format!("{url}/entrar?enlace={link} ({once})")
    }

    fn keys(&self, language: Language) -> String {
        let ring = self.app.access.ring();
        let has_token = self.settings.admin_token_file.is_some();
        let live = ring.live(Timestamp::now()).count();
        let token = match has_token {
            true => language.pick(", y el token de administración", ", and the admin token"),
            false => "",
        };
        let told = match (language, ring.is_empty()) {
            (Language::Spanish, true) => {
                "nadie tiene; desde este ordenador se puntúa sin clave".to_owned()
            }
            (Language::English, true) => {
                "nobody has one; on this machine scoring needs none".to_owned()
            }
            (Language::Spanish, false) => format!("se piden; las que valen: {live}"),
            (Language::English, false) => format!("are asked for; those that work: {live}"),
        };
        format!("{told}{token}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_try_is_one_that_can_be_reached() {
        for (address, has_tls, expected) in [
            ("0.0.0.0:5000", false, "http://localhost:5000"),
            ("[::]:5000", true, "https://localhost:5000"),
            ("127.0.0.1:80", false, "http://127.0.0.1:80"),
            ("[::1]:5000", false, "http://[::1]:5000"),
        ] {
            assert_eq!(url(address.parse().unwrap(), has_tls), expected);
        }
    }
}
