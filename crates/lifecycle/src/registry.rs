//! The registry: every version of the model, what each is doing, and all that happened to them.
//!
//! An SQLite database and a folder of files named by their content, in one data directory:
//!
//! ```text
//! registry.db          versions, events, what shadows were compared with, holders and hashes of their keys
//! files/<sha256>       model files and golden rows; those of rejected versions for a while
//! ```
//!
//! The database is the one truth. A file is stored before the version that names it, and a transition with its
//! event is one transaction: a process that is killed at any moment leaves the state before or the state
//! after. Several processes may use it at once, on a local disk; a server looks for what others did.
//!
//! Where several machines share a registry, all of it is in a database of PostgreSQL, and the folder holds copies.
//!
//! - [`version`]: what a version is; [`state`]: what it is doing; [`event`]: what happened
//! - [`transition`]: what may be asked, and what follows; [`policy`]: what happens by itself
//! - [`key_store`]: holders and keys, for whoever needs nothing else
//! - [`condition`]: whether the database is whole, and a copy of it
//! - `recheck`: a version that is examined again; `rejected`: files that are kept for a while
//! - [`place`]: where a registry is
//! - `record`, `holders`: the store's rows as what they stand for; `stored_report`: the gates' reports as they are kept
//! - `files`: the folder; `situation`: what the rules look at

pub mod condition;
pub mod error;
pub mod event;
mod files;
mod holders;
mod kept_files;
pub mod key_store;
pub mod place;
pub mod policy;
mod recheck;
mod record;
mod rejected;
mod situation;
pub mod state;
mod stored_report;
pub mod transition;
pub mod version;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::{Blob, Sha256};
use propenso_store::{Alone, Store};

use crate::contract_source::ContractSource;
use crate::gates::GateReport;
pub use crate::gates::Verdict;
use crate::monitoring::DayAggregate;
use crate::tally::ShadowDay;
pub use error::RegistryError;
pub use event::{Cause, Event};
use files::Files;
pub use key_store::{Grant, KeyStore, Rotated};
pub use place::Place;
pub use policy::{Promotion, next_action};
pub use recheck::Recheck;
pub use state::State;
pub use transition::{Action, Refusal, Standing, Step};
pub use version::{Content, Origin, Version, WayIn};

/// What one machine does at a time.
const EXAMINING: &[u8; 8] = b"examines";

/// How old an unfinished file is before it counts as left behind.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

/// All versions of the model. May be shared by threads.
#[derive(Debug)]
pub struct Registry {
    files: Files,
    store: Store,
}

/// A version that is about to be stored.
#[derive(Debug)]
pub struct NewVersion<'a> {
    /// The model file.
    pub model: &'a Blob,
    /// The contract.
    pub contract: ContractSource,
    /// Golden rows that came along.
    pub golden: Option<&'a Blob>,
    /// The model's tenths of the reference portfolio.
    pub deciles: Option<propenso_scoring::statistics::Deciles>,
    /// Where it came from.
    pub origin: Origin,
    /// What the gates said.
    pub report: GateReport,
}

impl Registry {
    /// Opens the registry of a data directory or another place, making it where there is none.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] when the folder or the database cannot be used.
    pub fn open(place: impl Into<Place>) -> Result<Self, RegistryError> {
        let place = place.into();
        let files = Files::open(place.folder.join("files"))?;
        files.sweep(ABANDONED);
        let store = place.open()?;
        Ok(Self { files, store })
    }

    /// All versions, by number.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn versions(&self) -> Result<Vec<Version>, RegistryError> {
        self.store.read(record::versions)
    }

    /// The number of the newest version, or 0.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn newest(&self) -> Result<u32, RegistryError> {
        self.store.read(|rows| Ok(rows.newest_version()?))
    }

    /// The versions from one number to another, by number.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn versions_between(&self, first: u32, last: u32) -> Result<Vec<Version>, RegistryError> {
        self.store.read(|rows| {
            let versions = (first..=last).map(|number| record::version(rows, number));
            // Numbers are never given twice, and one may have been given to nobody.
            versions.filter_map(Result::transpose).collect()
        })
    }

    /// One version.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unknown`] when there is none of that number.
    pub fn version(&self, number: u32) -> Result<Version, RegistryError> {
        let found = self.store.read(|rows| record::version(rows, number))?;
        found.ok_or(RegistryError::Refused(Refusal::Unknown(number)))
    }

    /// The version that does something of which there is one: the champion or the shadow.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn holder(&self, state: State) -> Result<Option<Version>, RegistryError> {
        self.store.read(|rows| record::holder(rows, state))
    }

    /// The last version of this model that was not rejected, if there is one; under this contract, or under any.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn find(
        &self,
        model: Sha256,
        contract: Option<&ContractSource>,
    ) -> Result<Option<Version>, RegistryError> {
        self.store.read(|rows| record::find(rows, model, contract))
    }

    /// Stores a version: rejected if a gate failed, otherwise a candidate. If another process was faster
    /// with the same model and contract, that version is answered. Tells also whether the version is new.
    ///
    /// # Errors
    ///
    /// [`RegistryError`]; then nothing has changed.
    pub fn add(&self, new: NewVersion<'_>) -> Result<(Version, bool), RegistryError> {
        let is_rejected = new.report.verdict() == Verdict::Failed;
        let state = if is_rejected {
            State::Rejected
        } else {
            State::Candidate
        };
        let model = self.keep(new.model)?;
        let golden = new.golden.map(|golden| self.keep(golden));
        let golden = golden.transpose()?;
        let content = Content {
            model,
            contract: new.contract,
            golden,
            deciles: new.deciles,
        };
        self.store.write(|rows| {
            if !is_rejected
                && let Some(version) = record::find(rows, model, Some(&content.contract))?
            {
                return Ok((version, false));
            }
            let number = record::insert(rows, state, &content, &new.origin, &new.report)?;
            let event = Event {
                id: 0,
                at: new.origin.added_at,
                version: number,
                model,
                action: "add".to_owned(),
                from: None,
                to: state,
                who: new.origin.added_by.clone(),
                why: new.origin.note.clone(),
                previous_champion: None,
            };
            record::insert_event(rows, &event)?;
            // A rejected version's time may have been over between the file and this.
            for file in [Some(new.model), new.golden].into_iter().flatten() {
                self.keep_on(rows, file)?;
            }
            let version = Version {
                number,
                state,
                content,
                origin: new.origin,
                report: new.report,
            };
            Ok((version, true))
        })
    }

    /// The steps an action would take now.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Refused`] when the rules do not allow it.
    pub fn plan(&self, action: Action) -> Result<Vec<Step>, RegistryError> {
        Ok(self.store.read(record::situation)?.steps(action)?)
    }

    /// Takes the actions that are due by themselves.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn follow_policy(&self, promotion: Promotion) -> Result<Vec<Action>, RegistryError> {
        let mut taken = Vec::new();
        loop {
            let situation = self.store.read(record::situation)?;
            let Some(action) = next_action(&situation.standings, promotion) else {
                return Ok(taken);
            };
            let why = match action {
                Action::Promote(_) => "promotion = \"auto\": pasó todas las comprobaciones",
                _ => "es la más reciente",
            };
            match self.take(action, &Cause::policy(why)) {
                Ok(_) => taken.push(action),
                // Another process took it between the look and the step.
                Err(RegistryError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes an action, with its events; all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Refused`] when the rules do not allow it.
    pub fn take(&self, action: Action, cause: &Cause) -> Result<Vec<Step>, RegistryError> {
        self.store.write(|rows| {
            let situation = record::situation(rows)?;
            let action = situation.meant(action);
            let steps = situation.steps(action)?;
            let previous_champion = situation.champion();
            let at = Timestamp::now();
            for step in &steps {
                if step.from == State::Rejected {
                    let version = record::version(rows, step.number)?;
                    version.map_or(Ok(()), |version| self.check_kept(rows, &version))?;
                }
                rows.set_state(step.number, step.to.name())?;
                let event = Event {
                    id: 0,
                    at,
                    version: step.number,
                    model: situation.model(step.number)?,
                    action: action.name().to_owned(),
                    from: Some(step.from),
                    to: step.to,
                    who: cause.who.clone(),
                    why: cause.why.clone(),
                    previous_champion,
                };
                record::insert_event(rows, &event)?;
            }
            Ok(steps)
        })
    }

    /// Records that a version answers because the champion cannot.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn record_fallback(
        &self,
        version: &Version,
        champion: u32,
        why: String,
    ) -> Result<(), RegistryError> {
        let event = Event {
            id: 0,
            at: Timestamp::now(),
            version: version.number,
            model: version.content.model,
            action: Event::FALLBACK.to_owned(),
            from: Some(version.state),
            to: version.state,
            who: Cause::policy("").who,
            why,
            previous_champion: Some(champion),
        };
        self.store.write(|rows| record::insert_event(rows, &event))
    }

    /// Versions that were made champion, last one first, each once.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn former_champions(&self) -> Result<Vec<u32>, RegistryError> {
        self.store.read(|rows| Ok(rows.former_champions()?))
    }

    /// When a version was last made champion; `None` of one that never was.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn promoted_at(&self, number: u32) -> Result<Option<Timestamp>, RegistryError> {
        self.store.read(|rows| record::promoted_at(rows, number))
    }

    /// The last events, oldest first; `limit` at most.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn events(&self, limit: u32) -> Result<Vec<Event>, RegistryError> {
        self.store.read(|rows| record::events(rows, limit))
    }

    /// The number of the last event: it grows whenever any process changes what a version is doing.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn last_event(&self) -> Result<i64, RegistryError> {
        self.store.read(|rows| Ok(rows.last_event()?))
    }

    /// Takes leave to examine what was dropped into a folder, until what is given is dropped: one machine of those that share
    /// the registry at a time. `None` while another does it.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn examine_alone(&self) -> Result<Option<Alone>, RegistryError> {
        Ok(self.store.alone(EXAMINING)?)
    }

    /// Adds to what is known of a shadow's day.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn add_shadow_day(&self, version: u32, day: &ShadowDay) -> Result<(), RegistryError> {
        self.store
            .write(|rows| record::add_shadow_day(rows, version, day))
    }

    /// What is known of a shadow, by day and by the champion it was compared with.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn shadow_days(&self, version: u32) -> Result<Vec<ShadowDay>, RegistryError> {
        self.store.read(|rows| record::shadow_days(rows, version))
    }

    /// Adds to what was counted of versions, all or nothing: several servers may count for the same day.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn add_days(&self, days: &[DayAggregate]) -> Result<(), RegistryError> {
        self.store.write(|rows| record::add_days(rows, days))
    }

    /// What was counted of versions since a day, by day, version and way.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Database`].
    pub fn days_since(&self, first: Date) -> Result<Vec<DayAggregate>, RegistryError> {
        self.store.read(|rows| record::days_since(rows, first))
    }
}
