//! Where a database is, and whether it is spoken with in the clear.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Where a database is. Its password is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    config: Config,
    authorities: Option<PathBuf>,
}

/// An address that cannot be used. It does not repeat what was written: there may be a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is no address of a database.
    #[error(
        "it is no address of a PostgreSQL database: it is postgres://USER:PASSWORD@HOST/DATABASE, with %40 for @ and so on in the \
         password"
    )]
    Unreadable,
    /// It lacks something.
    #[error("it names no {0}: it is postgres://USER:PASSWORD@HOST/DATABASE")]
    Missing(&'static str),
    /// It says something of TLS that is not known.
    #[error("sslmode is one of disable, prefer, require, verify-ca, verify-full")]
    SslMode,
    /// It wants TLS, and nobody is known who vouches for the database.
    #[error(
        "sslmode={0} needs the certificates that vouch for the database: [store] ca = \"FILE\""
    )]
    NoAuthorities(String),
    /// Everybody on the way could read along.
    #[error(
        "the database is on another machine: give [store] ca = \"FILE\" for TLS, or write ?sslmode=disable if nobody reads along \
         on the way"
    )]
    InTheClear,
}

impl Address {
    /// Reads an address. `authorities` are certificates of who may vouch for the database; with them, it is spoken with over
    /// TLS, and must be who it says it is, whatever the mode.
    ///
    /// # Errors
    ///
    /// [`AddressError`].
    pub fn new(url: &str, authorities: Option<PathBuf>) -> Result<Self, AddressError> {
        let (plain, said) = split(url);
        let mut config: Config = plain.parse().map_err(|_| AddressError::Unreadable)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(AddressError::Missing("host"));
        }
        if config.get_dbname().is_none() {
            return Err(AddressError::Missing("database"));
        }
        if config.get_user().is_none() {
            return Err(AddressError::Missing("user"));
        }
        let authorities = authorities.or(said.root);
        let is_local = is_local(&config);
        let mode = said.mode.as_deref().unwrap_or("prefer");
        let authorities = match (mode, authorities) {
            ("disable", _) => None,
            ("allow" | "prefer" | "require" | "verify-ca" | "verify-full", Some(file)) => {
                Some(file)
            }
            ("allow" | "prefer", None) if is_local => None,
            ("allow" | "prefer", None) => return Err(AddressError::InTheClear),
            ("require" | "verify-ca" | "verify-full", None) => {
                return Err(AddressError::NoAuthorities(mode.to_owned()));
            }
            _ => return Err(AddressError::SslMode),
        };
        config.ssl_mode(match &authorities {
            Some(_) => SslMode::Require,
            None => SslMode::Disable,
        });
        Ok(Self {
            config,
            authorities,
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn authorities(&self) -> Option<&Path> {
        self.authorities.as_deref()
    }
}

/// The port that need not be said.
const USUAL_PORT: u16 = 5432;

/// What an address says of TLS, beside what the client of the database understands.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    root: Option<PathBuf>,
}

fn split(url: &str) -> (String, Said) {
    let mut said = Said::default();
    let Some((plain, query)) = url.split_once('?') else {
        return (url.to_owned(), said);
    };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => said.mode = Some(mode.to_owned()),
            Some(("sslrootcert", path)) => said.root = Some(path.into()),
            _ => kept.push(pair),
        }
    }
    let question = if kept.is_empty() { "" } else { "?" };
    (format!("{plain}{question}{}", kept.join("&")), said)
}

/// Tells whether it is on this machine.
fn is_local(config: &Config) -> bool {
    let is_loopback = |name: &str| {
        let address: Option<IpAddr> = name.parse().ok();
        name == "localhost" || address.is_some_and(|address| address.is_loopback())
    };
    let is_local = |host: &Host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let addresses = config.get_hostaddrs();
    match addresses.is_empty() {
        true => config.get_hosts().iter().all(is_local),
        false => addresses.iter().all(IpAddr::is_loopback),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (config, or) = (&self.config, |text: Option<&str>| {
            text.unwrap_or_default().to_owned()
        });
        write!(f, "postgres://{}@", or(config.get_user()))?;
        let ports = config.get_ports();
        for (index, host) in config.get_hosts().iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
            let port = ports.get(index).or(ports.first());
            if let Some(port) = port.filter(|port| **port != USUAL_PORT) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", or(config.get_dbname()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str, ca: Option<&str>) -> Result<Address, AddressError> {
        Address::new(url, ca.map(PathBuf::from))
    }

    #[test]
    fn the_password_is_shown_to_nobody() {
        let url = "postgres://propenso:s%40creto@10.0.0.7:5433/riesgo?sslmode=disable";
        let address = address(url, None).unwrap();
        assert_eq!(
            address.to_string(),
            "postgres://propenso@10.0.0.7:5433/riesgo"
        );
        assert!(!format!("{address:?}").contains("creto"));
        for wrong in [
            "postgres://propenso:secreto@host:port/x",
            "postgres://u:secreto@host/d?sslmode=none",
            "mysql://u:secreto@host/d",
        ] {
            let error = self::address(wrong, None).unwrap_err();
            assert!(!error.to_string().contains("secreto"), "{error}");
        }
    }

    #[test]
    fn what_is_spoken_in_the_clear() {
        let (clear, hidden) = (None, Some("ca.pem"));
        let table = [
            ("postgres://u@localhost/d", None, Ok(clear)),
            ("postgres://u@127.0.0.1/d?sslmode=prefer", None, Ok(clear)),
            #[cfg(unix)]
            ("postgresql://u@%2Fvar%2Frun/d", None, Ok(clear)),
            ("postgres://u@db/d", None, Err(AddressError::InTheClear)),
            (
                "postgres://u@db,localhost/d",
                None,
                Err(AddressError::InTheClear),
            ),
            ("postgres://u@db/d?sslmode=disable", None, Ok(clear)),
            ("postgres://u@db/d", hidden, Ok(hidden)),
            ("postgres://u@db/d?sslmode=verify-full", hidden, Ok(hidden)),
            (
                "postgres://u@db/d?sslmode=require&sslrootcert=ca.pem",
                None,
                Ok(hidden),
            ),
            (
                "postgres://u@localhost/d?sslmode=require",
                None,
                Err(AddressError::NoAuthorities("require".to_owned())),
            ),
            (
                "postgres://u@db/d?sslmode=maybe",
                hidden,
                Err(AddressError::SslMode),
            ),
            (
                "postgres://u@db",
                hidden,
                Err(AddressError::Missing("database")),
            ),
            (
                "postgres:///d?user=u",
                hidden,
                Err(AddressError::Missing("host")),
            ),
            (
                "postgres://db/d",
                hidden,
                Err(AddressError::Missing("user")),
            ),
        ];
        for (url, ca, expected) in table {
            let got = address(url, ca);
            let got = got.map(|got| got.authorities.clone());
            let expected = expected.map(|path| path.map(PathBuf::from));
            assert_eq!(got, expected, "{url}");
        }
    }
}
