//! The text of a key: `prp_<id>_<secret>`, 32 random bits that tell it apart and 256 that nobody can guess.

use std::fmt;
use std::str::FromStr;

use propenso_model::Sha256;

use super::KeyRefusal;

/// What every key begins with, so that those who search texts for secrets find it.
const PREFIX: &str = "prp_";

/// Hexadecimal digits of an id.
const ID_DIGITS: usize = 8;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// What tells a key apart from others. It is no secret: lists and logs show it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_DIGITS]);

impl KeyId {
    fn of_digits(digits: &str) -> Option<Self> {
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let digits: [u8; ID_DIGITS] = digits.as_bytes().try_into().ok()?;
        digits.iter().all(is_digit).then_some(Self(digits))
    }

    fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Reads the id of a text that may be a key.
    #[must_use]
    pub fn of_key(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        (!secret.is_empty()).then_some(())?;
        Self::of_digits(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{PREFIX}{}", self.digits()))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key's id is {PREFIX} and {ID_DIGITS} hexadecimal digits")]
pub struct NotAKeyId;

impl FromStr for KeyId {
    type Err = NotAKeyId;

    /// Reads `prp_1a2b3c4d`; of a whole key, its beginning.
    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotAKeyId)?;
        let digits = digits.split_once('_').map_or(digits, |(id, _)| id);
        Self::of_digits(digits).ok_or(NotAKeyId)
    }
}

/// A key's whole text. It is shown once, to whoever it is made for, and printed nowhere else.
pub struct KeySecret(String);

impl KeySecret {
    /// Makes a key that nobody has.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal::NoRandomness`] when the system gives no random bytes.
    pub fn make() -> Result<(KeyId, Self), KeyRefusal> {
        let mut bytes = [0; ID_DIGITS / 2 + SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| KeyRefusal::NoRandomness(error.to_string()))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (id, secret) = digits.split_at(ID_DIGITS);
        let text = format!("{PREFIX}{id}_{secret}");
        let id = KeyId::of_digits(id);
        let id = id.ok_or_else(|| KeyRefusal::NoRandomness("no digits".to_owned()))?;
        Ok((id, Self(text)))
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }

    /// Shows the text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_unlike_each_other_and_never_printed() {
        let (id, one) = KeySecret::make().unwrap();
        let (_, other) = KeySecret::make().unwrap();
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), 4 + 8 + 1 + 64);
        assert_eq!(KeyId::of_key(one.reveal()), Some(id));
        assert!(one.reveal().starts_with(&id.to_string()));
        assert_eq!(format!("{one:?}"), "KeySecret(…)");
    }

    #[test]
    fn what_is_an_id() {
        let id: KeyId = "prp_0a1b2c3d".parse().unwrap();
        assert_eq!(id.to_string(), "prp_0a1b2c3d");
        assert_eq!("prp_0a1b2c3d_ffff".parse(), Ok(id));
        for wrong in [
            "0a1b2c3d",
            "prp_0a1b2c3",
            "prp_0A1B2C3D",
            "prp_0a1b2c3dd",
            "prp_",
            "x",
        ] {
            assert!(wrong.parse::<KeyId>().is_err(), "{wrong}");
        }
        for wrong in [
            "prp_0a1b2c3d",
            "prp_0a1b2c3d_",
            "prp__0a1b2c3d",
            "prp_ñ1b2c3d_x",
        ] {
            assert_eq!(KeyId::of_key(wrong), None, "{wrong}");
        }
    }
}
