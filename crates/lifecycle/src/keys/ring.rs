//! All keys, ready to be asked on every request: no database, no lock, one hash.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use propenso_model::Sha256;

use super::{Holder, Key, KeyId, KeyState, Roles};

/// When a key was not used yet.
const NEVER: i64 = i64::MIN;

/// All keys at one moment.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: HashMap<KeyId, RingKey>,
    n_holders: usize,
}

/// A key, and what it opens.
#[derive(Debug)]
pub struct RingKey {
    key: Key,
    is_holder_disabled: bool,
    /// Its holder's name.
    pub holder: Arc<str>,
    /// What its holder may do.
    pub roles: Roles,
    /// Second of the last use; what a ring knows of it, the next one knows too.
    used: Arc<AtomicI64>,
}

/// Why a text opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// It is no key of this server's.
    Unknown,
    /// It is one whose time is over.
    Expired,
    /// It is one that was disabled.
    Disabled,
}

impl KeyRing {
    /// Puts all holders' keys together. When they were used is taken over from the ring before.
    #[must_use]
    pub fn of(holders: Vec<Holder>, before: &Self) -> Self {
        let n_holders = holders.len();
        let mut keys = HashMap::new();
        for holder in holders {
            let (name, roles) = (holder.name.shared(), holder.roles);
            for key in holder.keys {
                let known = before.keys.get(&key.id).map(|key| Arc::clone(&key.used));
                let ring_key = RingKey {
                    is_holder_disabled: holder.disabled.is_some(),
                    holder: Arc::clone(&name),
                    roles,
                    used: known.unwrap_or_else(|| Arc::new(AtomicI64::new(NEVER))),
                    key,
                };
                keys.insert(ring_key.key.id, ring_key);
            }
        }
        Self { keys, n_holders }
    }

    /// Tells whether nobody was ever given a key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_holders == 0
    }

    /// Holders, those that are disabled too.
    #[must_use]
    pub fn n_holders(&self) -> usize {
        self.n_holders
    }

    /// Keys that work.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &RingKey> {
        self.keys
            .values()
            .filter(move |key| key.state(now) == KeyState::Live)
    }

    /// Finds what a text opens, and remembers that it was used.
    ///
    /// # Errors
    ///
    /// [`KeyFault`]. That a key is over is told to who has it alone.
    pub fn open(&self, text: &str, now: Timestamp) -> Result<&RingKey, KeyFault> {
        let id = KeyId::of_key(text).ok_or(KeyFault::Unknown)?;
        let hash = Sha256::of(text.as_bytes());
        let key = self.keys.get(&id).ok_or(KeyFault::Unknown)?;
        if !is_same(&hash, &key.key.hash) {
            return Err(KeyFault::Unknown);
        }
        key.mark_live(now)
    }

    /// Gives a key by what tells it apart, and remembers that it was used: for whoever has shown it before.
    ///
    /// # Errors
    ///
    /// [`KeyFault`].
    pub fn get(&self, id: KeyId, now: Timestamp) -> Result<&RingKey, KeyFault> {
        let key = self.keys.get(&id).ok_or(KeyFault::Unknown)?;
        key.mark_live(now)
    }

    /// When keys were used last, of those that were, as far as this process has seen.
    pub fn uses(&self) -> impl Iterator<Item = (KeyId, Timestamp)> {
        self.keys.values().filter_map(|key| {
            let used = key.used.load(Ordering::Relaxed);
            let used = (used != NEVER).then_some(used)?;
            Some((key.key.id, Timestamp::from_second(used).ok()?))
        })
    }
}

impl RingKey {
    /// What tells it apart.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.key.id
    }

    /// When it stops working.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.key.expires
    }

    fn state(&self, now: Timestamp) -> KeyState {
        match self.is_holder_disabled {
            true => KeyState::Disabled,
            false => self.key.state(now),
        }
    }

    /// Remembers that it was used, if it works.
    fn mark_live(&self, now: Timestamp) -> Result<&Self, KeyFault> {
        match self.state(now) {
            KeyState::Live => self.mark(now),
            KeyState::Expired => return Err(KeyFault::Expired),
            KeyState::Disabled => return Err(KeyFault::Disabled),
        }
        Ok(self)
    }

    /// Many threads use one key: what is there already is not written again.
    fn mark(&self, now: Timestamp) {
        let second = now.as_second();
        if self.used.load(Ordering::Relaxed) != second {
            self.used.store(second, Ordering::Relaxed);
        }
    }
}

/// Compares hashes in a time that does not depend on where they differ.
#[must_use]
pub fn is_same(one: &Sha256, other: &Sha256) -> bool {
    let pairs = one.as_bytes().iter().zip(other.as_bytes());
    let difference = pairs.fold(0, |difference, (a, b)| difference | (a ^ b));
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeySecret, Role};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn holder(name: &str, id: KeyId, secret: &KeySecret) -> Holder {
        Holder {
            name: name.parse().unwrap(),
            roles: Roles::of(Role::Puntuar),
            created: at(0),
            disabled: None,
            keys: vec![Key {
                id,
                hash: secret.hash(),
                created: at(0),
                expires: Some(at(100)),
                disabled: None,
                last_used: None,
            }],
        }
    }

    #[test]
    fn a_key_opens_while_it_works_and_nothing_else_does() {
        let (id, secret) = KeySecret::make().unwrap();
        let plain = holder("crm", id, &secret);
        let ring = KeyRing::of(vec![plain.clone()], &KeyRing::default());
        let open = |ring: &KeyRing, text: &str, second| {
            let opened = ring.open(text, at(second));
            opened.map(|key| key.holder.to_string())
        };
        assert_eq!(open(&ring, secret.reveal(), 99), Ok("crm".to_owned()));
        assert_eq!(open(&ring, secret.reveal(), 100), Err(KeyFault::Expired));
        let mut wrong = secret.reveal().to_owned();
        wrong.pop();
        for text in [wrong.as_str(), "", "prp_", &id.to_string(), "Bearer x"] {
            assert_eq!(open(&ring, text, 1), Err(KeyFault::Unknown), "{text}");
        }
        let (_, other) = KeySecret::make().unwrap();
        assert_eq!(open(&ring, other.reveal(), 1), Err(KeyFault::Unknown));
        // The same id with another secret.
        let forged = format!("{id}{}", &other.reveal()[12..]);
        assert_eq!(open(&ring, &forged, 1), Err(KeyFault::Unknown));

        let mut disabled = plain.clone();
        disabled.disabled = Some(at(1));
        let ring = KeyRing::of(vec![disabled], &ring);
        assert_eq!(open(&ring, secret.reveal(), 99), Err(KeyFault::Disabled));
        assert!(!ring.is_empty());
        let mut disabled = plain;
        disabled.keys[0].disabled = Some(at(1));
        let ring = KeyRing::of(vec![disabled], &ring);
        assert_eq!(open(&ring, secret.reveal(), 99), Err(KeyFault::Disabled));
        assert_eq!(ring.live(at(0)).count(), 0);
    }

    #[test]
    fn when_a_key_was_used_is_taken_over() {
        let (id, secret) = KeySecret::make().unwrap();
        let holders = || vec![holder("crm", id, &secret)];
        let ring = KeyRing::of(holders(), &KeyRing::default());
        assert_eq!(ring.uses().count(), 0);
        ring.open(secret.reveal(), at(50)).unwrap();
        let ring = KeyRing::of(holders(), &ring);
        assert_eq!(ring.uses().collect::<Vec<_>>(), [(id, at(50))]);
    }
}
