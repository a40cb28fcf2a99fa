//! That a former champion answers, because the champion cannot be loaded.

use jiff::Timestamp;

use crate::registry::{Event, Registry, RegistryError, State};
use crate::served::Served;

/// A former champion answers in the champion's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The version that should answer.
    pub champion: u32,
    /// The version that does; `None` where that is not on record.
    pub answering: Option<u32>,
    /// Since when.
    pub since: Timestamp,
    /// Why the champion does not.
    pub reason: String,
}

impl Fallback {
    /// Finds out of the registry alone whether its champion cannot be loaded, for whoever does not serve it: then a server
    /// does as the last event on record says.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot be used.
    pub fn find(registry: &Registry, events: &[Event]) -> Result<Option<Self>, RegistryError> {
        let Some(champion) = registry.holder(State::Champion)? else {
            return Ok(None);
        };
        let number = champion.number;
        let is_its_own = |event: &&Event| {
            let became = event.to == State::Champion && event.from != Some(State::Champion);
            event.version == number && became
        };
        let recorded = events
            .iter()
            .rev()
            .take_while(|event| !is_its_own(event))
            .find(|event| event.is_fallback() && event.previous_champion == Some(number));
        let Some(recorded) = recorded else {
            return Ok(None);
        };
        // Its file may have been put back since.
        let Err(reason) = Served::load(registry, &champion) else {
            return Ok(None);
        };
        Ok(Some(Self {
            champion: number,
            answering: Some(recorded.version),
            since: recorded.at,
            reason: reason.to_string(),
        }))
    }
}
