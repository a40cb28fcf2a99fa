//! Who has keys, and what may be done with them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use propenso_model::Sha256;

use super::{KeyId, KeyRefusal, Roles};

/// Keys of a holder that may work at once: the new one, and the one that it replaces.
pub const MOST_LIVE: usize = 2;

/// Characters of a name.
const LONGEST_NAME: usize = 64;

/// Names that the record of what happened has for others.
const RESERVED: [&str; 2] = ["propenso", "admin-token"];

/// The name of a person or program that may call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HolderName(Arc<str>);

impl HolderName {
    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, to be kept.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for HolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for HolderName {
    type Err = KeyRefusal;

    /// Takes what can stand in a log, in a command and beside an id as it is.
    fn from_str(text: &str) -> Result<Self, KeyRefusal> {
        let is_fine = |character: char| character.is_alphanumeric() || "-_.@".contains(character);
        let length = text.chars().count();
        let is_name = (1..=LONGEST_NAME).contains(&length)
            && text.chars().all(is_fine)
            && !text.starts_with(['-', '.'])
            && text.parse::<KeyId>().is_err()
            && !RESERVED.contains(&text);
        match is_name {
            true => Ok(Self(text.into())),
            false => Err(KeyRefusal::Name(text.to_owned())),
        }
    }
}

/// A person or a program that may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What it is called; no other is called so.
    pub name: HolderName,
    /// What it may do.
    pub roles: Roles,
    /// Since when it is known.
    pub created: Timestamp,
    /// Since when it may do nothing any more.
    pub disabled: Option<Timestamp>,
    /// Its keys, the oldest first.
    pub keys: Vec<Key>,
}

/// One secret of a holder, less the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What tells it apart.
    pub id: KeyId,
    /// The hash of its text.
    pub hash: Sha256,
    /// Since when it is there.
    pub created: Timestamp,
    /// When it stops working.
    pub expires: Option<Timestamp>,
    /// Since when it does not work any more.
    pub disabled: Option<Timestamp>,
    /// When it was seen last; written down now and then.
    pub last_used: Option<Timestamp>,
}

/// Whether a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Live,
    /// Its time is over.
    Expired,
    /// It was disabled, or its holder was.
    Disabled,
}

impl Key {
    /// Tells whether it works, as far as it depends on the key.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.disabled.is_some() {
            KeyState::Disabled
        } else if self.expires.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Live
        }
    }
}

impl Holder {
    /// Tells whether one of its keys works.
    #[must_use]
    pub fn state_of(&self, key: &Key, now: Timestamp) -> KeyState {
        match self.disabled {
            Some(_) => KeyState::Disabled,
            None => key.state(now),
        }
    }

    /// Its keys that work.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Key> {
        self.keys
            .iter()
            .filter(move |key| self.state_of(key, now) == KeyState::Live)
    }

    /// Finds the key that a new one replaces, and when that one stops working: after `keep`, or earlier if it would anyway.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal`] when it is disabled, or has as many keys as may be.
    pub fn replaced(
        &self,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<Option<(KeyId, Timestamp)>, KeyRefusal> {
        if self.disabled.is_some() {
            return Err(KeyRefusal::HolderDisabled(self.name.clone()));
        }
        let live: Vec<&Key> = self.live(now).collect();
        if live.len() >= MOST_LIVE {
            return Err(KeyRefusal::TooManyKeys {
                name: self.name.clone(),
                oldest: live[0].id,
            });
        }
        let end = now.checked_add(keep).unwrap_or(Timestamp::MAX);
        Ok(live
            .first()
            .map(|key| (key.id, key.expires.map_or(end, |expires| expires.min(end)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key(id: &str, expires: Option<i64>, disabled: Option<i64>) -> Key {
        Key {
            id: id.parse().unwrap(),
            hash: Sha256::of(id.as_bytes()),
            created: at(0),
            expires: expires.map(at),
            disabled: disabled.map(at),
            last_used: None,
        }
    }

    fn holder(keys: Vec<Key>) -> Holder {
        Holder {
            name: "plataforma".parse().unwrap(),
            roles: "puntuar".parse().unwrap(),
            created: at(0),
            disabled: None,
            keys,
        }
    }

    #[test]
    fn names_can_stand_in_logs_and_commands() {
        for name in ["plataforma", "Ana.García", "crm-2@casa", "deadbeef"] {
            assert_eq!(name.parse::<HolderName>().unwrap().as_str(), name);
        }
        let long = "x".repeat(65);
        for name in [
            "",
            "a b",
            "a\nb",
            "-x",
            "prp_0a1b2c3d",
            "propenso",
            "admin-token",
            "a,b",
            &long,
        ] {
            assert!(name.parse::<HolderName>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_new_key_ends_the_one_before_it_and_a_third_is_refused() {
        let keep = SignedDuration::from_secs(100);
        let (one, other) = ("prp_00000001", "prp_00000002");
        let id = |text: &str| text.parse::<KeyId>().unwrap();
        let replaced = |keys| holder(keys).replaced(at(1_000), keep);
        assert_eq!(replaced(vec![]), Ok(None));
        assert_eq!(
            replaced(vec![key(one, None, None)]),
            Ok(Some((id(one), at(1_100))))
        );
        // What would end earlier, does.
        let soon = key(one, Some(1_050), None);
        assert_eq!(replaced(vec![soon.clone()]), Ok(Some((id(one), at(1_050)))));
        // Keys that do not work do not count.
        let over = [key(other, Some(1_000), None), key(other, None, Some(5))];
        for over in over {
            assert_eq!(
                replaced(vec![over, soon.clone()]),
                Ok(Some((id(one), at(1_050))))
            );
        }
        let refused = replaced(vec![soon, key(other, None, None)]).unwrap_err();
        assert!(refused.to_string().contains(one), "{refused}");
        let mut disabled = holder(vec![key(one, None, None)]);
        disabled.disabled = Some(at(1));
        assert_eq!(disabled.live(at(2)).count(), 0);
        assert!(disabled.replaced(at(2), keep).is_err());
    }
}
