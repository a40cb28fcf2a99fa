//! Holders and their keys in the registry's database, for whoever needs nothing else of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use propenso_store::Store;

use super::holders::{self, KeyEvent};
use super::{Place, RegistryError};
use crate::keys::{Holder, HolderName, Key, KeyId, KeyRefusal, KeySecret, Roles};

/// Holders and their keys.
#[derive(Debug)]
pub struct KeyStore {
    store: Store,
}

/// How a key is given.
#[derive(Debug, Clone)]
pub struct Grant {
    /// When it stops working by itself.
    pub expires: Option<Timestamp>,
    /// Who gives it.
    pub by: String,
}

/// A key that stands beside another.
#[derive(Debug)]
pub struct Rotated {
    /// The new one.
    pub key: KeySecret,
    /// The one that it replaces, and when that one stops working.
    pub replaced: Option<(KeyId, Timestamp)>,
}

impl KeyStore {
    /// Opens the database of a data directory or another place, making both where there is none.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the folder or the database cannot be used.
    pub fn open(place: impl Into<Place>) -> Result<Self, RegistryError> {
        let store = place.into().open()?;
        Ok(Self { store })
    }

    /// Opens the database of a data directory or another place, if there is one.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when it is there and cannot be used.
    pub fn open_existing(place: impl Into<Place>) -> Result<Option<Self>, RegistryError> {
        let place = place.into();
        let is_there = place.is_there()?;
        is_there.then(|| Self::open(&place)).transpose()
    }

    /// Waits for other processes no longer than this from now on.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn hurry(&self, patience: Duration) -> Result<(), RegistryError> {
        Ok(self.store.hurry(patience)?)
    }

    /// All holders with their keys, by name.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn holders(&self) -> Result<Vec<Holder>, RegistryError> {
        self.store.read(holders::holders)
    }

    /// The number of what happened last: it grows whenever any process changes who may do what.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn last_event(&self) -> Result<i64, RegistryError> {
        self.store.read(|rows| Ok(rows.last_key_event()?))
    }

    /// Adds a holder, or lets one in again that was disabled, and gives it a key.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal::Known`] when it is there.
    pub fn add(
        &self,
        name: &HolderName,
        roles: Roles,
        grant: &Grant,
    ) -> Result<KeySecret, RegistryError> {
        let (id, secret) = KeySecret::make()?;
        let now = this_second();
        self.store.write(|rows| {
            let known = holders::holder(rows, name)?;
            if known.is_some_and(|holder| holder.disabled.is_none()) {
                return Err(KeyRefusal::Known(name.clone()).into());
            }
            rows.enrol(name.as_str(), &roles.to_string(), &now.to_string())?;
            holders::insert_key(rows, name, &new_key(id, &secret, now, grant))?;
            holders::insert_event(rows, &event(now, name, Some(id), "add", grant))
        })?;
        Ok(secret)
    }

    /// Gives a holder another key; the one it has stops working after `keep`.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal`] when there is no such holder, it is disabled, or has two keys already.
    pub fn rotate(
        &self,
        name: &HolderName,
        grant: &Grant,
        keep: SignedDuration,
    ) -> Result<Rotated, RegistryError> {
        let (id, secret) = KeySecret::make()?;
        let now = this_second();
        let replaced = self.store.write(|rows| {
            let holder = holders::holder(rows, name)?;
            let holder = holder.ok_or_else(|| KeyRefusal::UnknownHolder(name.clone()))?;
            let replaced = holder.replaced(now, keep)?;
            if let Some((before, end)) = replaced {
                rows.set_end(&before.to_string(), &end.to_string())?;
            }
            holders::insert_key(rows, name, &new_key(id, &secret, now, grant))?;
            holders::insert_event(rows, &event(now, name, Some(id), "rotate", grant))?;
            Ok::<_, RegistryError>(replaced)
        })?;
        let key = secret;
        Ok(Rotated { key, replaced })
    }

    /// Disables a holder, and its keys for good.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal::UnknownHolder`].
    pub fn disable_holder(&self, name: &HolderName, who: &str) -> Result<(), RegistryError> {
        let at = this_second();
        self.store.write(|rows| {
            let known = holders::holder(rows, name)?;
            known.ok_or_else(|| KeyRefusal::UnknownHolder(name.clone()))?;
            rows.disable_holder(name.as_str(), &at.to_string())?;
            let event = KeyEvent {
                at,
                holder: name,
                key: None,
                action: "disable",
                who,
            };
            holders::insert_event(rows, &event)
        })
    }

    /// Disables a key. Gives its holder's name.
    ///
    /// # Errors
    ///
    /// [`KeyRefusal::UnknownKey`].
    pub fn disable_key(&self, id: KeyId, who: &str) -> Result<HolderName, RegistryError> {
        let at = this_second();
        self.store.write(|rows| {
            let holder = holders::holder_of(rows, id)?;
            let holder = holder.ok_or(KeyRefusal::UnknownKey(id))?;
            rows.disable_key(&id.to_string(), &at.to_string())?;
            let event = KeyEvent {
                at,
                holder: &holder,
                key: Some(id),
                action: "disable",
                who,
            };
            holders::insert_event(rows, &event)?;
            Ok(holder)
        })
    }

    /// Writes down when keys were used. That is no change of who may do what.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn record_use(&self, uses: &[(KeyId, Timestamp)]) -> Result<(), RegistryError> {
        self.store.write(|rows| {
            let mut uses = uses.iter();
            uses.try_for_each(|(id, at)| rows.set_used(&id.to_string(), &at.to_string()))?;
            Ok(())
        })
    }
}

fn new_key(id: KeyId, secret: &KeySecret, created: Timestamp, grant: &Grant) -> Key {
    Key {
        id,
        hash: secret.hash(),
        created,
        expires: grant.expires,
        disabled: None,
        last_used: None,
    }
}

fn event<'e>(
    at: Timestamp,
    holder: &'e HolderName,
    key: Option<KeyId>,
    action: &'static str,
    grant: &'e Grant,
) -> KeyEvent<'e> {
    KeyEvent {
        at,
        holder,
        key,
        action,
        who: &grant.by,
    }
}

/// Now, to the second: nobody needs to know it better.
fn this_second() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyState, Role};

    fn grant() -> Grant {
        Grant {
            expires: None,
            by: "Ana".to_owned(),
        }
    }

    #[test]
    fn a_holders_life() {
        let folder = tempfile::tempdir().unwrap();
        assert!(KeyStore::open_existing(folder.path()).unwrap().is_none());
        let store = KeyStore::open(folder.path().join("data")).unwrap();
        let other = KeyStore::open_existing(folder.path().join("data"));
        let other = other.unwrap().unwrap();
        let name: HolderName = "crm".parse().unwrap();
        let roles = "puntuar,lectura".parse().unwrap();
        let first = store.add(&name, roles, &grant()).unwrap();
        assert!(store.add(&name, roles, &grant()).is_err());
        let seen = other.last_event().unwrap();
        let now = Timestamp::now();

        let keep = SignedDuration::from_secs(60);
        let rotated = store.rotate(&name, &grant(), keep).unwrap();
        let (id, end) = rotated.replaced.unwrap();
        assert_eq!(Some(id), KeyId::of_key(first.reveal()));
        assert!((59..=61).contains(&end.duration_since(now).as_secs()));
        store.rotate(&name, &grant(), keep).unwrap_err();
        assert!(other.last_event().unwrap() > seen);

        let used = [(id, Timestamp::from_second(50).unwrap())];
        let seen = other.last_event().unwrap();
        store.record_use(&used).unwrap();
        store
            .record_use(&[(id, Timestamp::from_second(40).unwrap())])
            .unwrap();
        assert_eq!(other.last_event().unwrap(), seen);
        let holder = other.holders().unwrap().remove(0);
        assert_eq!((holder.roles, holder.keys.len()), (roles, 2));
        assert_eq!(holder.keys[0].last_used, Some(used[0].1));
        assert_eq!(holder.live(now).count(), 2);

        assert_eq!(store.disable_key(id, "Ana").unwrap(), name);
        store.disable_holder(&name, "Ana").unwrap();
        store.rotate(&name, &grant(), keep).unwrap_err();
        let again = store.add(&name, Roles::of(Role::Lectura), &grant());
        let again = KeyId::of_key(again.unwrap().reveal()).unwrap();
        // What was disabled stays so.
        let holder = other.holders().unwrap().remove(0);
        let live: Vec<KeyId> = holder.live(Timestamp::now()).map(|key| key.id).collect();
        assert_eq!(live, [again]);
        assert_eq!(holder.roles, Roles::of(Role::Lectura));
        let states = holder.keys.iter().map(|key| key.state(now));
        assert_eq!(
            states.filter(|state| *state == KeyState::Disabled).count(),
            2
        );
    }

    #[test]
    fn who_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = KeyStore::open(folder.path()).unwrap();
        let name: HolderName = "crm".parse().unwrap();
        store
            .rotate(&name, &grant(), SignedDuration::ZERO)
            .unwrap_err();
        store.disable_holder(&name, "Ana").unwrap_err();
        store
            .disable_key("prp_00000000".parse().unwrap(), "Ana")
            .unwrap_err();
        assert_eq!(store.last_event().unwrap(), 0);
    }
}
