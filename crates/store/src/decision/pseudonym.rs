//! Names of clients that tell nothing to who has no key: the first 16 bytes of an HMAC-SHA-256 of their reference.

use std::fmt;
use std::io;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};

/// What pseudonyms are made with. Who has it can tell whether a client is behind one.
#[derive(Clone)]
pub struct PseudonymKey(Hmac<sha2::Sha256>);

/// A client's pseudonym.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 16]);

/// A text that is no key for pseudonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key for pseudonyms is written as 64 hexadecimal digits")]
pub struct NotAKey;

impl PseudonymKey {
    /// Bytes of a key.
    pub const SIZE: usize = 32;

    /// Makes a key of its bytes.
    #[must_use]
    pub fn new(bytes: &[u8; Self::SIZE]) -> Self {
        // A key may be of any length.
        let keyed = Hmac::new_from_slice(bytes);
        Self(keyed.unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// Makes a new key, as a text that [`str::parse`] reads.
    ///
    /// # Errors
    ///
    /// That the system gives no random bytes.
    pub fn made() -> io::Result<String> {
        let bytes: [u8; Self::SIZE] = random()?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The pseudonym of a client's reference. Blanks around it are none of it.
    #[must_use]
    pub fn of_client(&self, reference: &str) -> Pseudonym {
        self.of("client", reference.trim())
    }

    /// The pseudonym of a value of an input.
    #[must_use]
    pub fn of_value(&self, input: &str, value: &str) -> Pseudonym {
        self.of(input, value)
    }

    fn of(&self, kind: &str, text: &str) -> Pseudonym {
        let mut keyed = self.0.clone();
        keyed.update(kind.as_bytes());
        keyed.update(&[0]);
        keyed.update(text.as_bytes());
        let mut pseudonym = [0; 16];
        pseudonym.copy_from_slice(&keyed.finalize().into_bytes()[..16]);
        Pseudonym(pseudonym)
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

impl FromStr for PseudonymKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let hash: propenso_model::Sha256 = text.trim().parse().map_err(|_| NotAKey)?;
        Ok(Self::new(hash.as_bytes()))
    }
}

impl Pseudonym {
    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads back [`Self::as_bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

/// Bytes of the system's chance.
pub(super) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// python3: hmac.new(bytes(range(32)), b"client\0" + b"1.759658", "sha256").hexdigest()[:32]
    #[test]
    fn pseudonyms_are_what_python_makes_of_them() {
        let mut bytes = [0; 32];
        (0..32).for_each(|n| bytes[usize::from(n)] = n);
        let key = PseudonymKey::new(&bytes);
        let pseudonym = key.of_client(" 1.759658\n");
        assert_eq!(pseudonym.to_string(), "8612b6a0dc070a0e83759c6d60dd3c29");
        assert_ne!(key.of_value("im", "1.759658"), pseudonym);
    }

    #[test]
    fn keys_are_read_back_and_never_shown() {
        let text = PseudonymKey::made().unwrap();
        let key: PseudonymKey = text.parse().unwrap();
        let again: PseudonymKey = format!("{text}\n").parse().unwrap();
        assert_eq!(key.of_client("1"), again.of_client("1"));
        assert!(!format!("{key:?}").contains(&text[..8]));
        assert_eq!("corta".parse::<PseudonymKey>().unwrap_err(), NotAKey);
    }
}
