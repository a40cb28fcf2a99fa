//! Makes what is served follow the registry: whoever promoted, from wherever.
//!
//! Models are loaded and warmed up here, off the threads that answer requests. A champion that cannot be loaded
//! is reported loudly, and the one before it answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::background::Background;
use crate::fallback::Fallback;
use crate::live::Live;
use crate::registry::{Action, Cause, Promotion, Registry, RegistryError, State, Step, Version};
use crate::served::{Served, UnservableError};
use crate::shadow::Shadow;

/// How often the registry is asked what other processes did.
const LOOK: Duration = Duration::from_millis(500);

/// Keeps what is served in step with the registry.
#[derive(Debug)]
pub struct Steward {
    registry: Arc<Registry>,
    live: Arc<Live>,
    promotion: Promotion,
    memory: Mutex<Memory>,
}

/// How often a version that could not be loaded is tried again: its file may have been put back.
const RETRY: Duration = Duration::from_secs(5);

/// What the steward remembers between looks.
#[derive(Debug, Default)]
struct Memory {
    /// The champion before: a rollback needs no reading from disk.
    former: Option<Arc<Served>>,
    /// What was loaded for what is about to happen.
    ready: Vec<Arc<Served>>,
    /// Versions that could not be loaded and were reported.
    broken: Vec<u32>,
    /// The last event acted upon.
    seen: i64,
    /// When it was.
    acted: Option<Instant>,
}

impl Memory {
    /// Whether there is nothing to do while the last event is this one.
    fn is_up_to_date(&self, last: i64) -> bool {
        let has_rested = || self.acted.is_none_or(|acted| acted.elapsed() >= RETRY);
        last == self.seen && (self.broken.is_empty() || !has_rested())
    }
}

/// Why an action was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The registry refused, or could not be used.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The version that should answer cannot be loaded.
    #[error("version {number} cannot be loaded, so nothing was changed: {reason}")]
    Unloadable {
        /// The version.
        number: u32,
        /// What stands in the way.
        reason: UnservableError,
    },
}

/// Takes an action, if the version that would answer can be loaded.
///
/// # Errors
///
/// [`TakeError`]; then nothing has changed.
pub fn take(registry: &Registry, action: Action, cause: &Cause) -> Result<Vec<Step>, TakeError> {
    take_if(registry, action, cause, |version| {
        Served::load(registry, version).map(drop)
    })
}

/// Takes an action, if `load` can load every version that would answer or be compared.
fn take_if(
    registry: &Registry,
    action: Action,
    cause: &Cause,
    mut load: impl FnMut(&Version) -> Result<(), UnservableError>,
) -> Result<Vec<Step>, TakeError> {
    let plan = registry.plan(action)?;
    let action = as_planned(action, &plan);
    for step in plan {
        if matches!(step.to, State::Champion | State::Shadow) {
            let version = registry.version(step.number)?;
            load(&version).map_err(|reason| TakeError::Unloadable {
                number: step.number,
                reason,
            })?;
        }
    }
    Ok(registry.take(action, cause)?)
}

/// The action with the version that the plan has found: if another process promotes meanwhile, nothing else is
/// rolled back to than what was loaded.
fn as_planned(action: Action, plan: &[Step]) -> Action {
    match action {
        Action::Rollback(None) => {
            let target = plan.iter().find(|step| step.to == State::Champion);
            Action::Rollback(target.map(|step| step.number))
        }
        other => other,
    }
}

impl Steward {
    /// Keeps `live` in step with a registry.
    #[must_use]
    pub fn new(registry: Arc<Registry>, live: Arc<Live>, promotion: Promotion) -> Self {
        Self {
            registry,
            live,
            promotion,
            memory: Mutex::default(),
        }
    }

    /// Takes an action and serves what follows from it before it returns.
    ///
    /// # Errors
    ///
    /// [`TakeError`]; then nothing has changed.
    pub fn take(&self, action: Action, cause: &Cause) -> Result<Vec<Step>, TakeError> {
        let memory = &mut *self.remember();
        let steps = take_if(&self.registry, action, cause, |version| {
            let served = self.obtain(version, memory)?;
            memory.ready.push(served);
            Ok(())
        })?;
        // It is done, and the watch serves what follows from it as soon as it can.
        if let Err(error) = self.follow(memory) {
            tracing::error!(%error, "the registry cannot be followed");
        }
        Ok(steps)
    }

    /// Serves what follows from a model that was just admitted, whose scorer is at hand if it was accepted.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot be used.
    pub fn welcome(&self, served: Option<Arc<Served>>) -> Result<(), RegistryError> {
        let mut memory = self.remember();
        memory.ready.extend(served);
        self.follow(&mut memory)
    }

    /// Serves the champion. The rest, which need not be there for the first answer, is left to [`Self::watch`].
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot be used.
    pub fn start(&self) -> Result<(), RegistryError> {
        let memory = &mut self.remember();
        match self.registry.holder(State::Champion)? {
            Some(champion) => self.serve(&champion, memory),
            None => Ok(()),
        }
    }

    /// Does what is due by itself, and serves what the registry says.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the registry cannot be used.
    pub fn reconcile(&self) -> Result<(), RegistryError> {
        self.follow(&mut self.remember())
    }

    /// Looks after the registry until the handle is dropped.
    #[must_use]
    pub fn watch(self: Arc<Self>) -> Background {
        Background::every(LOOK, move || {
            let followed = match self.registry.last_event() {
                Ok(last) if self.remember().is_up_to_date(last) => Ok(()),
                Ok(_) => self.reconcile(),
                Err(error) => Err(error),
            };
            if let Err(error) = followed {
                tracing::error!(%error, "the registry cannot be followed; what is served stays as it is");
            }
        })
    }

    fn follow(&self, memory: &mut Memory) -> Result<(), RegistryError> {
        // Before looking, so that what happens meanwhile is looked at again.
        let seen = self.registry.last_event()?;
        for action in self.registry.follow_policy(self.promotion)? {
            tracing::info!(?action, "taken by the policy");
        }
        if let Some(champion) = self.registry.holder(State::Champion)? {
            self.serve(&champion, memory)?;
        }
        self.compare(self.registry.holder(State::Shadow)?, memory);
        memory.seen = seen;
        memory.acted = Some(Instant::now());
        Ok(())
    }

    /// Lets the champion answer, or a former one if it cannot be loaded.
    fn serve(&self, champion: &Version, memory: &mut Memory) -> Result<(), RegistryError> {
        let answering = self.live.champion();
        if answering.as_ref().is_some_and(|served| served.is(champion)) {
            self.live.tell_fallback(None);
            return Ok(());
        }
        let serving = answering.and_then(|served| served.version);
        let Some(reason) = self.try_to_serve(champion, memory).err() else {
            memory.broken.retain(|number| *number != champion.number);
            self.live.tell_fallback(None);
            return Ok(());
        };
        if memory.broken.contains(&champion.number) {
            return Ok(());
        }
        let fallen = self.fall_back(champion, &reason, serving, memory);
        self.live
            .tell_fallback(self.live.champion().map(|served| Fallback {
                champion: champion.number,
                answering: served.version,
                since: Timestamp::now(),
                reason: reason.to_string(),
            }));
        fallen
    }

    /// Lets a former champion answer in place of one that cannot be loaded.
    fn fall_back(
        &self,
        champion: &Version,
        reason: &UnservableError,
        serving: Option<u32>,
        memory: &mut Memory,
    ) -> Result<(), RegistryError> {
        memory.broken.push(champion.number);
        tracing::error!(
            version = champion.number,
            %reason,
            "THE CHAMPION CANNOT BE LOADED; the one before it answers until it can"
        );
        for number in self.registry.former_champions()? {
            if number == champion.number {
                continue;
            }
            let former = self.registry.version(number)?;
            if serving == Some(number) || self.try_to_serve(&former, memory).is_ok() {
                tracing::error!(version = number, "a former champion answers");
                return self
                    .registry
                    .record_fallback(&former, champion.number, reason.to_string());
            }
        }
        tracing::error!("no former champion can be loaded either; requests are answered 503");
        Ok(())
    }

    fn try_to_serve(&self, version: &Version, memory: &mut Memory) -> Result<(), UnservableError> {
        let start = Instant::now();
        let served = self.obtain(version, memory)?;
        tracing::info!(
            version = version.number,
            hash = %version.content.model.short(),
            class = served.scorer.predictor().signature().class,
            engine = served.scorer.predictor().engine_name(),
            contract = served.scorer.contract().name(),
            millis = start.elapsed().as_millis(),
            "in service"
        );
        let before = self.live.replace(served);
        // The new former champion takes the place of the one before it.
        if let Some(replaced) = std::mem::replace(&mut memory.former, before) {
            self.live.retire(replaced);
        }
        Ok(())
    }

    /// Lets the shadow be compared, or none.
    fn compare(&self, shadow: Option<Version>, memory: &mut Memory) {
        let comparing = self.live.shadow().map(|shadow| shadow.number());
        if comparing == shadow.as_ref().map(|version| version.number) {
            return;
        }
        let Some(version) = shadow else {
            self.live.compare_with(None);
            return;
        };
        match self.obtain(&version, memory) {
            Ok(served) => {
                tracing::info!(
                    version = version.number,
                    "compared with the champion from now on"
                );
                let registry = Arc::clone(&self.registry);
                let shadow = Shadow::start(served, version.number, registry);
                self.live.compare_with(Some(Arc::new(shadow)));
            }
            Err(reason) if !memory.broken.contains(&version.number) => {
                memory.broken.push(version.number);
                tracing::error!(
                    version = version.number,
                    %reason,
                    "the shadow cannot be loaded"
                );
            }
            Err(_) => {}
        }
    }

    /// A version's scorer: from memory where it is, else loaded and warmed up.
    fn obtain(&self, version: &Version, memory: &Memory) -> Result<Arc<Served>, UnservableError> {
        if let Some(served) = self.at_hand(version, memory) {
            return Ok(served);
        }
        Served::load(&self.registry, version).map(Arc::new)
    }

    fn at_hand(&self, version: &Version, memory: &Memory) -> Option<Arc<Served>> {
        let shadow = self.live.shadow().map(|shadow| Arc::clone(shadow.served()));
        [self.live.champion(), memory.former.clone(), shadow]
            .into_iter()
            .flatten()
            .chain(memory.ready.iter().cloned())
            .find(|served| served.is(version))
    }

    /// A panic while following leaves what is served as it was. What was loaded for what happened last is let go, however
    /// that ended.
    fn remember(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.ready.clear();
        memory
    }
}
