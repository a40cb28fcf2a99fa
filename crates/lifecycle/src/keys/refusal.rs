//! Why something cannot be done with keys.

use std::fmt;

use propenso_scoring::Language;

use super::{HolderName, KeyId};

/// Why something cannot be done with keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRefusal {
    /// A text that cannot be a holder's name.
    Name(String),
    /// There is such a holder already.
    Known(HolderName),
    /// There is no such holder.
    UnknownHolder(HolderName),
    /// There is no such key.
    UnknownKey(KeyId),
    /// The holder may do nothing any more.
    HolderDisabled(HolderName),
    /// The holder has as many keys that work as may be.
    TooManyKeys {
        /// The holder.
        name: HolderName,
        /// The key that should go.
        oldest: KeyId,
    },
    /// The system gives no random bytes.
    NoRandomness(String),
}

impl KeyRefusal {
    /// Says what is wrong, and what to do.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Spanish => self.spanish(),
            Language::English => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Name(text) => format!(
                "`{text}` cannot be a holder's name: letters, digits and -_.@, 64 at the most, and neither a key's id nor \
                 `propenso` or `admin-token`"
            ),
            Self::Known(name) => format!(
                "there is a holder `{name}` already; `propenso keys rotate {name}` makes it another key"
            ),
            Self::UnknownHolder(name) => {
                format!("there is no holder `{name}`; `propenso keys list` shows all")
            }
            Self::UnknownKey(id) => {
                format!("there is no key {id}; `propenso keys list` shows all")
            }
            Self::HolderDisabled(name) => format!(
                "`{name}` is disabled; `propenso keys add {name} --roles …` lets it in again, with a new key"
            ),
            Self::TooManyKeys { name, oldest } => format!(
                "`{name}` has two keys that work; end the older one first: `propenso keys disable {oldest}`"
            ),
            Self::NoRandomness(error) => format!("the system gives no random bytes: {error}"),
        }
    }

    fn spanish(&self) -> String {
        match self {
            Self::Name(text) => format!(
                "«{text}» no vale como nombre: son letras, cifras y -_.@, 64 como mucho, y no el número de una clave ni \
                 «propenso» o «admin-token»"
            ),
            Self::Known(name) => format!(
                "«{name}» ya está dado de alta; «propenso keys rotate {name}» le da otra clave"
            ),
            Self::UnknownHolder(name) => {
                format!("no hay nadie llamado «{name}»; «propenso keys list» los muestra todos")
            }
            Self::UnknownKey(id) => {
                format!("no hay ninguna clave {id}; «propenso keys list» las muestra todas")
            }
            Self::HolderDisabled(name) => format!(
                "«{name}» está dado de baja; «propenso keys add {name} --roles …» vuelve a darle entrada, con una clave nueva"
            ),
            Self::TooManyKeys { name, oldest } => format!(
                "«{name}» tiene ya dos claves que valen; anule antes la más antigua: «propenso keys disable {oldest}»"
            ),
            Self::NoRandomness(error) => format!("el sistema no da bytes aleatorios: {error}"),
        }
    }
}

impl fmt::Display for KeyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for KeyRefusal {}
