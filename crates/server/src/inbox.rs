//! The portfolios' inbox: a folder that client files are dropped into, and come back ranked.
//!
//! ```text
//! carteras/cartera.xlsx             dropped; taken when it is complete
//! carteras/en_curso/…               being scored, as a job like those that are sent over HTTP
//! carteras/listas/cartera.xlsx      ranked, with its report, its summary and what was rejected beside it
//! carteras/hechas/cartera.xlsx      what was dropped
//! carteras/no_leidas/cartera.xlsx   what could not be scored, with a .motivo.txt beside it
//! carteras/gestora/…                the same again, with the profile of the folder's name
//! ```
//!
//! Nothing is lost or taken twice if the process is killed in between, or the share goes away: what is in `en_curso/` is
//! taken up where it was left. Nothing is overwritten, and nothing half is seen under its name.
//!
//! - `drop_off`: a file that was taken, and what is known of it; `submission`: it becomes a job
//! - `delivery`: what comes of it; `place`: names that are free, and files that get them when they are whole

mod delivery;
mod drop_off;
mod place;
mod submission;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use propenso_lifecycle::watched_folder::{OpenFolder, WatchSettings, WatchedFolder, is_left_alone};

use crate::jobs::{Job, JobError, JobState, Queue};
use drop_off::DropOff;
use submission::Submitted;

/// Where lists go.
const LISTS: &str = "listas";
/// Where files go that were scored.
const DONE: &str = "hechas";
/// Where files go that could not be scored.
const UNREAD: &str = "no_leidas";
/// Where files are that are being scored.
const AT_WORK: &str = "en_curso";

/// The end of the name of what says why a file could not be scored.
const REASON: &str = ".motivo.txt";

/// Files that are jobs at a time: those that are sent over HTTP shall find a place too.
const MOST_AT_ONCE: usize = 4;

/// What becomes of the portfolios in a folder.
#[derive(Debug)]
pub struct Inbox {
    queue: Queue,
    /// Folders below it, each with the profile of its name.
    below: HashMap<String, WatchedFolder>,
    /// What this process has made jobs of.
    submitted: HashSet<String>,
    /// Folders of files that are jobs now.
    at_work: HashSet<PathBuf>,
}

impl Inbox {
    /// Looks at a folder from now on, making it where there is none. One that is out of reach now may be a share whose
    /// server starts later.
    #[must_use]
    pub fn open(settings: WatchSettings, queue: Queue) -> OpenFolder {
        let mut inbox = Self {
            queue,
            below: HashMap::new(),
            submitted: HashSet::new(),
            at_work: HashSet::new(),
        };
        let folder = WatchedFolder::new(settings);
        // Told by the first look.
        let _ = make_folders(folder.folder());
        for drop in DropOff::all(folder.folder()) {
            if inbox.job(&drop).is_some() {
                inbox.at_work.insert(drop.folder().to_owned());
            }
        }
        folder.open(move |folder| inbox.look(folder))
    }

    /// Takes what is complete, and brings back what is scored.
    fn look(&mut self, folder: &mut WatchedFolder) {
        // What lies there is for the process that has the jobs.
        if !self.queue.jobs().are_ours() {
            return;
        }
        let Some(files) = self.look_at(folder, None) else {
            return;
        };
        for name in self.profiles(&files) {
            let settings = WatchSettings {
                folder: folder.folder().join(&name),
                ..folder.settings().clone()
            };
            let below = self.below.remove(&name);
            let mut below = below.unwrap_or_else(|| WatchedFolder::new(settings));
            self.look_at(&mut below, Some(&name));
            self.below.insert(name, below);
        }
    }

    /// The folders among files that have a profile's name.
    fn profiles(&self, files: &[PathBuf]) -> Vec<String> {
        let ours = [LISTS, DONE, UNREAD, AT_WORK];
        // A link is not followed.
        let is_folder =
            |path: &&PathBuf| fs::symlink_metadata(path).is_ok_and(|file| file.is_dir());
        let names = files.iter().filter(is_folder);
        let names = names.filter_map(|path| path.file_name()?.to_str());
        let names: Vec<&str> = names.filter(|name| !ours.contains(name)).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let known = self.queue.jobs().settings().profiles.names();
        let names = names.into_iter().map(str::to_owned);
        names.filter(|name| known.contains(name)).collect()
    }

    /// Looks at one folder; gives what is in it.
    fn look_at(
        &mut self,
        folder: &mut WatchedFolder,
        profile: Option<&str>,
    ) -> Option<Vec<PathBuf>> {
        let files = folder.look(make_folders)?;
        for drop in DropOff::all(folder.folder()) {
            self.advance(folder, &drop, profile);
        }
        for path in &files {
            if !is_portfolio(path) || folder.rests(path) || !folder.is_complete(path) {
                continue;
            }
            match DropOff::claim(path) {
                Ok(drop) => {
                    folder.forget(path);
                    self.advance(folder, &drop, profile);
                }
                Err(error) => folder.fail(path, &error),
            }
        }
        Some(files)
    }

    /// Does with a file what can be done now.
    fn advance(&mut self, folder: &mut WatchedFolder, drop: &DropOff, profile: Option<&str>) {
        if folder.rests(drop.folder()) {
            return;
        }
        if let Err(error) = self.step(drop, profile) {
            folder.fail(drop.folder(), &error);
        }
    }

    fn step(&mut self, drop: &DropOff, profile: Option<&str>) -> io::Result<()> {
        let id = drop.note().job;
        match (self.job(drop), &id) {
            (Some(job), _) => match job.state {
                JobState::Done => delivery::deliver(drop, &job, self.queue.jobs())?,
                JobState::Failed => {
                    // Those of earlier versions say it in English alone.
                    let reason = job.reason.or(job.error).unwrap_or_default();
                    delivery::refuse(drop, &reason)?;
                }
                JobState::Queued | JobState::Running | JobState::Cancelling => {
                    self.at_work.insert(drop.folder().to_owned());
                    return Ok(());
                }
            },
            (None, Some(id)) if self.submitted.contains(id) => {
                delivery::refuse(drop, "alguien lo ha cancelado (DELETE /v1/portfolios)")?;
            }
            (None, _) => return self.submit(drop, profile),
        }
        self.at_work.remove(drop.folder());
        if let Some(id) = &id {
            self.submitted.remove(id);
            self.forget(id);
        }
        Ok(())
    }

    /// The job that a file is. One that was sent by others is none of ours, whatever a note says.
    fn job(&self, drop: &DropOff) -> Option<Job> {
        let (job, _) = self.queue.jobs().get(&drop.note().job?).ok()?;
        job.dropped.then_some(job)
    }

    /// Makes a job of a file, or says why it cannot be one.
    fn submit(&mut self, drop: &DropOff, profile: Option<&str>) -> io::Result<()> {
        if self.at_work.len() >= MOST_AT_ONCE {
            return Ok(());
        }
        match submission::submit(drop, profile, &self.queue)? {
            Submitted::Job(id) => {
                self.submitted.insert(id);
                self.at_work.insert(drop.folder().to_owned());
            }
            Submitted::Later => {}
            Submitted::Never(reason) => delivery::refuse(drop, &reason)?,
        }
        Ok(())
    }

    /// Gives back the room of a job that is not needed any more.
    fn forget(&self, id: &str) {
        match self.queue.jobs().remove(id) {
            Ok(()) | Err(JobError::Unknown) => {}
            // It goes when it is old.
            Err(error) => {
                tracing::warn!(%error, job = id, "a portfolio that was brought back is still there");
            }
        }
    }
}

/// What is given up because the server stops was no attempt.
impl Drop for Inbox {
    fn drop(&mut self) {
        for folder in &self.at_work {
            DropOff::at(folder.clone()).give_back();
        }
    }
}

/// Makes the inbox and its folders, where there are none. Who may write to the inbox must not lead out of it.
fn make_folders(inbox: &Path) -> io::Result<()> {
    fs::create_dir_all(inbox)?;
    for name in [LISTS, DONE, UNREAD, AT_WORK] {
        let folder = inbox.join(name);
        fs::create_dir_all(&folder)?;
        if !fs::symlink_metadata(&folder)?.is_dir() {
            let problem = format!("{} is a link, and links are not followed", folder.display());
            return Err(io::Error::other(problem));
        }
    }
    Ok(())
}

/// Tells whether a file may be a portfolio: finished, and no link.
fn is_portfolio(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !is_left_alone(&name)
        && !name.to_lowercase().ends_with(REASON)
        && fs::symlink_metadata(path).is_ok_and(|file| file.is_file())
}
