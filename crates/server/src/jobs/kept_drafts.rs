//! Portfolios that have arrived, and wait for their sender to say how they are to be scored: over restarts too, but not for
//! ever. Each is a folder as a job's, with `draft.json` where that has `job.json`.

use std::collections::BTreeMap;
use std::io;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::served::Served;
use propenso_portfolio::{PortfolioError, PortfolioRequest, Preview};
use propenso_store::decision::Who;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::options::{INPUT, SUPPRESSION, request};
use super::{Job, JobError, JobState, Jobs, MOST_WAITING, store};
use crate::profiles::likeness;
use propenso_portfolio::options::{OptionError, READING, RunOptions};

/// Drafts that are kept at a time.
const MOST_KEPT: usize = 32;

/// How long one is kept.
pub const KEPT_HOURS: i64 = 72;

/// What a list is called whose name is not known any more.
const SUPPRESSION_NAME: &str = "exclusiones";

/// A portfolio that has arrived, and what is said of it so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptDraft {
    /// Its id, and that of the job it becomes.
    pub id: String,
    /// The file's name as it was sent.
    pub file_name: String,
    /// The file's bytes.
    pub bytes: u64,
    /// What is asked of its run by now.
    pub options: RunOptions,
    /// The name of its suppression list, where one has arrived.
    #[serde(default)]
    pub suppression: Option<String>,
    /// The profile that is used, where one is.
    #[serde(default)]
    pub profile: Option<String>,
    /// What files like this one have in common, once it was looked at.
    #[serde(default)]
    pub likeness: Option<String>,
    /// Why it failed as a job, in English and in Spanish.
    #[serde(default)]
    pub failure: Option<(String, Option<String>)>,
    /// Who sent it.
    #[serde(default)]
    pub who: Option<Who>,
    /// When it arrived.
    pub created: Timestamp,
}

/// What a draft was taken for, by what it was asked then, under the model that is in service.
#[derive(Debug)]
pub struct Seen {
    /// The model, as [`Served::name`] has it.
    pub model: String,
    /// What it was taken for.
    pub outcome: Result<Preview, Unseen>,
}

/// Why nothing can be said of a draft.
#[derive(Debug, thiserror::Error)]
pub enum Unseen {
    /// No model is there whose columns are looked for.
    #[error("no model is in service")]
    NoChampion,
    /// What is asked cannot be.
    #[error(transparent)]
    Options(#[from] OptionError),
    /// The file cannot be read.
    #[error(transparent)]
    Portfolio(#[from] PortfolioError),
    /// A reader broke on it.
    #[error("propenso failed on this file")]
    Panicked,
}

/// A draft among the others.
#[derive(Debug)]
pub(super) struct KeptEntry {
    draft: KeptDraft,
    seen: Option<Arc<Seen>>,
    is_being_looked_at: bool,
}

/// What the first look at a draft has shown.
struct Learned {
    likeness: String,
    /// What is remembered of files like it: the profile, and the options with it.
    profile: Option<(String, RunOptions)>,
}

/// How far the look at a draft is.
#[derive(Debug)]
pub enum Look {
    /// It was looked at.
    Seen(Arc<Seen>),
    /// Somebody is at it.
    Begun,
    /// It is the caller's to look at it: [`Jobs::look`].
    Wanted,
}

impl Jobs {
    /// A folder for a portfolio that is being sent, to be kept.
    ///
    /// # Errors
    ///
    /// As [`Self::draft`]; and [`JobError::TooManyKept`].
    pub fn draft_to_keep(&self) -> Result<Draft, JobError> {
        self.remove_forgotten();
        match self.kept_lock().len() < MOST_KEPT {
            true => self.draft(),
            false => Err(JobError::TooManyKept),
        }
    }

    /// Keeps what has arrived whole in a draft's folder.
    ///
    /// # Errors
    ///
    /// [`JobError::Io`]; then it is not kept.
    pub fn keep(
        &self,
        mut draft: Draft,
        file_name: String,
        options: RunOptions,
        (profile, who): (Option<String>, Option<Who>),
    ) -> Result<KeptDraft, JobError> {
        let bytes = draft.folder().join(INPUT).metadata()?.len();
        let kept = KeptDraft {
            id: draft.id().to_owned(),
            file_name,
            bytes,
            options,
            suppression: None,
            profile,
            likeness: None,
            failure: None,
            who,
            created: Timestamp::now(),
        };
        store::save_draft(&self.folder, &kept)?;
        draft.stay();
        self.take_over_draft(kept.clone());
        Ok(kept)
    }

    /// Takes a draft of the process before.
    pub(super) fn take_over_draft(&self, draft: KeptDraft) {
        self.room.measure(&draft.id, &self.folder.join(&draft.id));
        let entry = KeptEntry {
            draft,
            seen: None,
            is_being_looked_at: false,
        };
        let id = entry.draft.id.clone();
        self.kept_lock().insert(id, entry);
    }

    /// All drafts, the last one first.
    #[must_use]
    pub fn kept(&self) -> Vec<KeptDraft> {
        self.remove_forgotten();
        let kept = self.kept_lock();
        let mut all: Vec<KeptDraft> = kept.values().map(|entry| entry.draft.clone()).collect();
        all.sort_by_key(|draft| std::cmp::Reverse(draft.created));
        all
    }

    /// A draft.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`].
    pub fn kept_draft(&self, id: &str) -> Result<KeptDraft, JobError> {
        let kept = self.kept_lock();
        let entry = kept.get(id).ok_or(JobError::Unknown)?;
        Ok(entry.draft.clone())
    }

    /// Changes what is said of a draft; what it was taken for is looked at again.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] or [`JobError::Io`].
    pub fn change_draft(
        &self,
        id: &str,
        change: impl FnOnce(&mut KeptDraft),
    ) -> Result<KeptDraft, JobError> {
        self.change_draft_and(id, |draft| {
            change(draft);
            Ok(())
        })
    }

    /// As [`Self::change_draft`], with what may fail of the change.
    fn change_draft_and(
        &self,
        id: &str,
        change: impl FnOnce(&mut KeptDraft) -> io::Result<()>,
    ) -> Result<KeptDraft, JobError> {
        let mut kept = self.kept_lock();
        let entry = kept.get_mut(id).ok_or(JobError::Unknown)?;
        let mut draft = entry.draft.clone();
        change(&mut draft)?;
        store::save_draft(&self.folder, &draft)?;
        let is_read_alike = reading(&draft.options) == reading(&entry.draft.options);
        entry.draft = draft.clone();
        if !is_read_alike {
            entry.seen = None;
        }
        Ok(draft)
    }

    /// Opens a draft's folder again, for what arrives later.
    ///
    /// # Errors
    ///
    /// [`JobError::Elsewhere`] or [`JobError::Unknown`].
    pub fn reopen(&self, id: &str) -> Result<Draft, JobError> {
        if !self.are_ours() {
            return Err(JobError::Elsewhere);
        }
        let KeptDraft { id, .. } = self.kept_draft(id)?;
        Ok(Draft::reopen(&self.folder, &id, &self.room)?)
    }

    /// Makes a list that has arrived whole the draft's own, or lets it have none. Of two that arrive at once, the one that is
    /// whole last stays.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] or [`JobError::Io`].
    pub fn set_suppression(&self, sent: &Draft, name: Option<String>) -> Result<(), JobError> {
        let id = sent.id();
        let is_there = name.is_some();
        // The list and its name change together, and not while it becomes a job.
        self.change_draft_and(id, |draft| {
            draft.suppression = name;
            let list = sent.folder().join(SUPPRESSION);
            match is_there {
                true => std::fs::rename(sent.folder().join(sent.arriving()), list),
                false => {
                    drop(std::fs::remove_file(list));
                    Ok(())
                }
            }
        })?;
        self.room.measure(id, sent.folder());
        Ok(())
    }

    /// Removes a draft and its files.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] or [`JobError::Io`].
    pub fn remove_draft(&self, id: &str) -> Result<(), JobError> {
        let mut kept = self.kept_lock();
        if !kept.contains_key(id) {
            return Err(JobError::Unknown);
        }
        store::remove(&self.folder, id)?;
        kept.remove(id);
        self.room.free(id);
        Ok(())
    }

    /// Makes a job of a draft, which is none any more then.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] for one that was sent already, [`JobError::TooMany`]; [`JobError::Asked`] for what cannot be
    /// asked of a run. The draft is as it was.
    pub(super) fn take_draft(&self, id: &str, who: Option<Who>) -> Result<(Draft, Job), JobError> {
        let waiting = self.count_by_state();
        let queued = waiting.iter().find(|(state, _)| *state == JobState::Queued);
        if queued.is_some_and(|(_, queued)| *queued >= MOST_WAITING) {
            return Err(JobError::TooMany);
        }
        let draft = self.reopen(id)?;
        let mut kept = self.kept_lock();
        let entry = kept.get(id).ok_or(JobError::Unknown)?;
        let KeptDraft {
            file_name, options, ..
        } = entry.draft.clone();
        let job = Job::new(&draft, file_name, options)?;
        kept.remove(id);
        Ok((draft, Job { who, ..job }))
    }

    /// Makes a draft again of a job that failed, so that its file need not be sent again.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`] for others, [`JobError::TooManyKept`] or [`JobError::Io`].
    pub fn make_draft_again(&self, id: &str) -> Result<KeptDraft, JobError> {
        self.remove_forgotten();
        if self.kept_lock().len() >= MOST_KEPT {
            return Err(JobError::TooManyKept);
        }
        let mut jobs = self.lock();
        let job = jobs.get(id).map(|entry| &entry.job);
        let is_meant = |job: &&Job| job.state == JobState::Failed && !job.dropped;
        let job = job.filter(is_meant).ok_or(JobError::Unknown)?;
        let folder = self.folder.join(id);
        let has_list = folder.join(SUPPRESSION).exists();
        let draft = KeptDraft {
            id: id.to_owned(),
            file_name: job.file_name.clone(),
            bytes: folder.join(INPUT).metadata()?.len(),
            options: job.options.clone(),
            suppression: has_list.then(|| SUPPRESSION_NAME.to_owned()),
            profile: None,
            likeness: None,
            failure: job.error.clone().map(|error| (error, job.reason.clone())),
            who: job.who.clone(),
            created: Timestamp::now(),
        };
        store::save_draft(&self.folder, &draft)?;
        // From here on it is one, whatever ends the process.
        store::remove_record(&self.folder, id)?;
        jobs.remove(id);
        drop(jobs);
        store::tidy_draft(&folder);
        self.take_over_draft(draft.clone());
        Ok(draft)
    }

    /// Puts back a draft of which no job could be made.
    pub(super) fn put_back(&self, id: &str) {
        if let Ok(draft) = store::load_draft(&self.folder, id) {
            self.take_over_draft(draft);
        }
    }

    /// Tells what a draft was taken for, or whose turn it is to look.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`].
    pub fn begin_look(&self, id: &str) -> Result<Look, JobError> {
        let model = self.live.champion().map(|served| served.name.clone());
        let mut kept = self.kept_lock();
        let entry = kept.get_mut(id).ok_or(JobError::Unknown)?;
        // Another model may look for other columns.
        let seen = entry.seen.as_ref();
        let seen = seen.filter(|seen| seen.model == model.unwrap_or_default());
        match seen {
            Some(seen) => Ok(Look::Seen(Arc::clone(seen))),
            None if entry.is_being_looked_at => Ok(Look::Begun),
            None => {
                entry.is_being_looked_at = true;
                Ok(Look::Wanted)
            }
        }
    }

    /// Leaves it to others to look at a draft.
    pub fn end_look(&self, id: &str) {
        if let Some(entry) = self.kept_lock().get_mut(id) {
            entry.is_being_looked_at = false;
        }
    }

    /// Looks what a draft is, with what is remembered of files like it. It takes a while.
    ///
    /// # Errors
    ///
    /// [`JobError::Unknown`].
    pub fn look(&self, id: &str) -> Result<Arc<Seen>, JobError> {
        let served = self.live.champion();
        let draft = self.kept_draft(id)?;
        let looked = AssertUnwindSafe(|| self.look_at(&draft, served.as_deref()));
        let looked = std::panic::catch_unwind(looked).unwrap_or_else(|_| {
            tracing::error!(draft = id, "looking at a portfolio panicked");
            (Err(Unseen::Panicked), None)
        });
        let (outcome, learned) = looked;
        let seen = Arc::new(Seen {
            model: served.map_or_else(String::new, |served| served.name.clone()),
            outcome,
        });
        let mut kept = self.kept_lock();
        let entry = kept.get_mut(id).ok_or(JobError::Unknown)?;
        entry.is_being_looked_at = false;
        // What was said meanwhile is looked at next.
        if reading(&entry.draft.options) != reading(&draft.options) {
            return Ok(seen);
        }
        if let Some(Learned { likeness, profile }) = learned {
            entry.draft.likeness = Some(likeness);
            if let Some((name, options)) = profile {
                (entry.draft.profile, entry.draft.options) = (Some(name), options);
            }
            store::save_draft(&self.folder, &entry.draft)?;
        }
        entry.seen = Some(Arc::clone(&seen));
        Ok(seen)
    }

    /// Looks at a draft; the first time, it may be like one that is remembered.
    fn look_at(
        &self,
        draft: &KeptDraft,
        served: Option<&Served>,
    ) -> (Result<Preview, Unseen>, Option<Learned>) {
        let Some(served) = served else {
            return (Err(Unseen::NoChampion), None);
        };
        let folder = self.folder.join(&draft.id);
        let seen = preview(draft, &folder, served);
        let likeness = likeness_of(&seen).filter(|_| draft.likeness.is_none());
        let Some(likeness) = likeness else {
            return (seen, None);
        };
        let profiles = &self.settings().profiles;
        let remembered = match draft.profile {
            None => profiles.like(&likeness),
            Some(_) => None,
        };
        let Some((name, options)) = remembered else {
            let profile = None;
            return (seen, Some(Learned { likeness, profile }));
        };
        let options = profiles.complete(RunOptions::default(), &options);
        let draft = KeptDraft {
            options: options.clone(),
            ..draft.clone()
        };
        let profile = Some((name, options));
        let seen = preview(&draft, &folder, served);
        (seen, Some(Learned { likeness, profile }))
    }

    /// Removes what nobody came back for.
    pub(super) fn remove_forgotten(&self) {
        let oldest = Timestamp::now() - SignedDuration::from_hours(KEPT_HOURS);
        let mut kept = self.kept_lock();
        kept.retain(|id, entry| {
            let is_forgotten = entry.draft.created < oldest;
            let is_gone = is_forgotten && store::remove(&self.folder, id).is_ok();
            if is_gone {
                self.room.free(id);
            }
            !is_gone
        });
    }

    /// A panic while holding it leaves the list as it was.
    fn kept_lock(&self) -> MutexGuard<'_, BTreeMap<String, KeptEntry>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What files have in common that are told by the same columns, or by the same sheets.
fn likeness_of(seen: &Result<Preview, Unseen>) -> Option<String> {
    match seen {
        Ok(preview) => Some(likeness(&preview.columns)),
        Err(Unseen::Portfolio(PortfolioError::UnclearSheets { sheets, .. })) => {
            Some(likeness(sheets))
        }
        Err(_) => None,
    }
}

/// What is said of how a file is read.
fn reading(options: &RunOptions) -> RunOptions {
    options.only(&READING)
}

/// Looks at the beginning of a draft's file.
fn preview(draft: &KeptDraft, folder: &Path, served: &Served) -> Result<Preview, Unseen> {
    let request = request(&reading(&draft.options), folder, INPUT)?;
    let request = PortfolioRequest {
        name: Some(draft.file_name.clone()),
        ..request
    };
    Ok(Preview::of(&served.scorer, &request)?)
}
