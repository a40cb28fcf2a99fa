//! Why a request may not do what it asks for.

use std::time::Duration;

use propenso_lifecycle::keys::{KeyFault, Role};
use propenso_scoring::Language;

/// Why a request may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// It brings no key.
    NoKey,
    /// What it brings is no key of this server's.
    Unknown,
    /// Its key's time is over.
    Expired,
    /// Its key, or its holder, was disabled.
    Disabled,
    /// Its holder may do other things, but not what this role is needed for.
    Role(Role),
    /// It does not come from this machine, where nobody has a key.
    Elsewhere,
    /// A page of another origin makes a browser send the key.
    ForeignPage,
    /// Too many wrong keys came from its address, and what it brings is none either, or was not looked at. In so long one
    /// more may come.
    TooManyTries(Duration),
}

impl From<KeyFault> for Denial {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Unknown => Self::Unknown,
            KeyFault::Expired => Self::Expired,
            KeyFault::Disabled => Self::Disabled,
        }
    }
}

impl Denial {
    /// All kinds, by name.
    pub const NAMES: [&'static str; 8] = [
        "no-key",
        "unknown",
        "expired",
        "disabled",
        "role",
        "elsewhere",
        "foreign-page",
        "too-many-tries",
    ];

    /// The name that figures have it by.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Role(_) => "role",
            Self::Elsewhere => "elsewhere",
            Self::ForeignPage => "foreign-page",
            Self::TooManyTries(_) => "too-many-tries",
        }
    }

    /// Says why, and what to do.
    #[must_use]
    pub fn message(self, language: Language) -> String {
        match language {
            Language::Spanish => self.spanish(),
            Language::English => self.english(),
        }
    }

    fn english(self) -> String {
        match self {
            Self::NoKey => {
                "this needs a key: send it as `Authorization: Bearer …`, as `x-api-key`, or as the password of `Basic`; \
                 whoever runs propenso makes one with `propenso keys add`"
                    .to_owned()
            }
            Self::Unknown => "this is no key of this server; check that it was copied whole".to_owned(),
            Self::Expired => {
                "this key has expired; ask whoever runs propenso for another: `propenso keys rotate`".to_owned()
            }
            Self::Disabled => {
                "this key was disabled; ask whoever runs propenso for another".to_owned()
            }
            Self::Role(role) => format!(
                "this key may not do that: it needs the role `{role}`; ask whoever runs propenso for a key that has it"
            ),
            Self::Elsewhere => {
                "the models can be changed from this machine only, and portfolios sent; to do it from elsewhere, make a key \
                 with `propenso keys add`, or start propenso with --admin-token-file"
                    .to_owned()
            }
            Self::ForeignPage => "a page of another site asks for this, and may not".to_owned(),
            Self::TooManyTries(_) => {
                "too many wrong keys came from this address; check the key, and send fewer requests a second until it is right"
                    .to_owned()
            }
        }
    }

    fn spanish(self) -> String {
        match self {
            Self::NoKey => {
                "hace falta una clave: envíela como «Authorization: Bearer …», como «x-api-key» o como contraseña de \
                 «Basic»; informática las crea con «propenso keys add»"
                    .to_owned()
            }
            Self::Unknown => {
                "esa clave no es de este servidor; compruebe que se copió entera".to_owned()
            }
            Self::Expired => {
                "esa clave ha caducado; pida otra a informática: «propenso keys rotate»".to_owned()
            }
            Self::Disabled => "esa clave está anulada; pida otra a informática".to_owned(),
            Self::Role(role) => format!(
                "esa clave no permite esto: hace falta la función «{role}»; pida a informática una clave que la tenga"
            ),
            Self::Elsewhere => {
                "esto solo se puede hacer desde el propio ordenador; para hacerlo desde otro, pida a informática una clave \
                 («propenso keys add»)"
                    .to_owned()
            }
            Self::ForeignPage => "lo pide una página de otro sitio, y no puede".to_owned(),
            Self::TooManyTries(_) => {
                "han llegado demasiadas claves equivocadas desde esta dirección; compruebe la clave, y haga menos peticiones \
                 por segundo hasta que sea la buena"
                    .to_owned()
            }
        }
    }
}
