//! Keeps the keys that count in step with the registry, whichever process changes it, and writes down when they were used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use propenso_lifecycle::background::{Background, Bell};
use propenso_lifecycle::keys::{KeyId, KeyRing};
use propenso_lifecycle::registry::{KeyStore, Place, RegistryError};

use super::Access;

/// How often the registry is asked what other processes did.
const LOOK: Duration = Duration::from_millis(500);

/// How often it is written down when keys were used.
const RECORD: Duration = Duration::from_secs(30);

/// How often refused requests are told.
const TELL: Duration = Duration::from_secs(10);

/// How long another process is waited for: what is put off is done with the next look.
const PATIENCE: Duration = Duration::from_millis(250);

/// A thread that follows the registry's keys.
#[derive(Debug)]
pub struct KeyWatch {
    follower: Arc<Mutex<Follower>>,
    thread: Background,
}

/// What is remembered between looks.
#[derive(Debug)]
struct Follower {
    access: Arc<Access>,
    place: Place,
    /// None while there is no registry in the folder.
    store: Option<KeyStore>,
    /// The last event that was acted upon.
    seen: Option<i64>,
    /// When keys were used, as it is written down.
    written: HashMap<KeyId, Timestamp>,
    recorded: Option<Instant>,
    told: Option<Instant>,
    is_broken: bool,
}

impl KeyWatch {
    /// Lets the keys of the registry there count, and follows it until the handle is dropped. A registry that
    /// is not there yet is waited for.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when it is there and cannot be used.
    pub fn start(access: Arc<Access>, place: Place) -> Result<Self, RegistryError> {
        let mut follower = Follower {
            access,
            place,
            store: None,
            seen: None,
            written: HashMap::new(),
            recorded: None,
            told: None,
            is_broken: false,
        };
        follower.follow()?;
        let follower = Arc::new(Mutex::new(follower));
        let working = Arc::clone(&follower);
        let thread = Background::every(LOOK, move || lock(&working).look());
        Ok(Self { follower, thread })
    }

    /// What calls it to look at once.
    #[must_use]
    pub fn bell(&self) -> Bell {
        self.thread.bell()
    }

    /// Ends it, waiting no longer than `patience`, and writes down what is left.
    pub fn end_within(&self, patience: Duration) {
        if self.thread.end_within(patience) {
            let mut follower = lock(&self.follower);
            follower.recorded = None;
            follower.record();
        }
    }
}

fn lock(follower: &Mutex<Follower>) -> std::sync::MutexGuard<'_, Follower> {
    follower.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Follower {
    fn look(&mut self) {
        let followed = self.follow();
        if let Err(error) = &followed
            && !self.is_broken
        {
            tracing::error!(%error, "the registry's keys cannot be followed; those that count stay as they are");
        }
        self.is_broken = followed.is_err();
        self.record();
        self.tell();
    }

    /// Lets the registry's keys count, if they are others than before.
    fn follow(&mut self) -> Result<(), RegistryError> {
        if self.store.is_none() {
            self.store = KeyStore::open_existing(&self.place)?;
            if let Some(store) = &self.store {
                store.hurry(PATIENCE)?;
            }
        }
        let Some(store) = &self.store else {
            return Ok(());
        };
        // Before looking, so that what happens meanwhile is looked at again.
        let last = store.last_event()?;
        if self.seen == Some(last) {
            return Ok(());
        }
        let ring = KeyRing::of(store.holders()?, &self.access.ring());
        self.access.replace(ring);
        if self.seen.is_some() {
            self.access.log_state();
        }
        self.seen = Some(last);
        Ok(())
    }

    /// Writes down when keys were used, now and then.
    fn record(&mut self) {
        let is_due = self.recorded.is_none_or(|at| at.elapsed() >= RECORD);
        let Some(store) = self.store.as_ref().filter(|_| is_due) else {
            return;
        };
        let ring = self.access.ring();
        let uses = ring
            .uses()
            .filter(|(key, at)| self.written.get(key) != Some(at));
        let uses: Vec<(KeyId, Timestamp)> = uses.collect();
        if uses.is_empty() {
            return;
        }
        self.recorded = Some(Instant::now());
        match store.record_use(&uses) {
            Ok(()) => self.written.extend(uses),
            Err(error) => tracing::debug!(%error, "when keys were used is written down later"),
        }
    }

    /// Tells of refused requests, a line for many: whoever tries keys must not fill the log.
    fn tell(&mut self) {
        if self.told.is_some_and(|at| at.elapsed() < TELL) {
            return;
        }
        let denials = self.access.take_denials();
        if denials.count == 0 {
            return;
        }
        self.told = Some(Instant::now());
        let last = denials.last.map(|address| address.to_string());
        tracing::warn!(
            count = denials.count,
            last,
            "requests were refused: they may not do what they asked for"
        );
    }
}
