//! Decisions in SQLite: a file a month, in one folder.
//!
//! ```text
//! decisions/2026-11.db      the month's entries, what they have in common, and the chain's end before them
//! ```
//!
//! Letting a month go is removing its file: nothing is deleted row by row, and nothing has to be tidied up. An entry
//! goes into the month in which it is kept, so the files are in the order of the chain. All processes on one folder write
//! one chain: the chain's end is read in the transaction that appends to it, and a month is closed in a transaction
//! before the next is begun.

mod entry_row;
mod month;
mod schema;
mod thinning;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use propenso_model::Sha256;

use super::{DecisionLog, Dropped, EntryPage, Month, Place, Query, Room, month_of};
use crate::decision::draft::Sealed;
use crate::decision::entry::Body;
use crate::decision::link::Head;
use crate::decision::{DecisionId, Entry, Pseudonym};
use crate::error::StoreError;
use month::MonthFile;

/// Decisions in a folder of SQLite files. May be shared by threads.
#[derive(Debug)]
pub struct SqliteDecisions {
    folder: PathBuf,
    /// The month that is appended to.
    current: Mutex<Option<MonthFile>>,
    now: fn() -> Timestamp,
}

impl SqliteDecisions {
    /// Opens the decisions in a folder, which must be there.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self::at_time(folder, Timestamp::now)
    }

    /// Opens the decisions in a folder, under another clock.
    #[must_use]
    pub fn at_time(folder: &Path, now: fn() -> Timestamp) -> Self {
        Self {
            folder: folder.to_owned(),
            current: Mutex::new(None),
            now,
        }
    }

    /// The months that there are files of, the oldest first.
    fn known(&self) -> Result<Vec<Date>, StoreError> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StoreError::Failed(error.into())),
        };
        let mut months = Vec::new();
        for file in files {
            let file = file.map_err(|error| StoreError::Failed(error.into()))?;
            months.extend(month_named(&file.file_name().to_string_lossy()));
        }
        months.sort_unstable();
        Ok(months)
    }

    fn path(&self, month: Date) -> PathBuf {
        self.folder.join(file_name(month))
    }

    fn read(&self, month: Date) -> Result<Option<MonthFile>, StoreError> {
        MonthFile::open(&self.path(month), month)
    }

    /// A thread that panicked in the middle has left no transaction open: it was rolled back.
    fn current(&self) -> MutexGuard<'_, Option<MonthFile>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the month to append to: this one, or the last there is where the clock has gone back. What was open before is
    /// closed for good.
    fn open_current(&self) -> Result<MonthFile, StoreError> {
        let known = self.known()?;
        let this = month_of((self.now)());
        let last = known.last().copied();
        if let Some(last) = last
            && last >= this
        {
            return MonthFile::make(&self.path(last), last, None);
        }
        let head = match last.map(|last| self.read(last)).transpose()?.flatten() {
            Some(mut last) => Some(last.close()?),
            None => None,
        };
        MonthFile::make(&self.path(this), this, head)
    }
}

impl DecisionLog for SqliteDecisions {
    fn append(&self, entries: &[Sealed]) -> Result<Head, StoreError> {
        let mut current = self.current();
        let is_over = |file: &MonthFile| file.month() < month_of((self.now)());
        if current.as_ref().is_none_or(is_over) {
            *current = None;
            *current = Some(self.open_current()?);
        }
        // Another process may have begun the next month meanwhile.
        for _ in 0..2 {
            if let Some(file) = current.as_mut() {
                match file.append(entries) {
                    Ok(Some(head)) => return Ok(head),
                    Ok(None) => {}
                    Err(error) => {
                        // It is opened anew the next time: the file may have been what was wrong.
                        *current = None;
                        return Err(error);
                    }
                }
            }
            *current = Some(self.open_current()?);
        }
        Err(StoreError::Failed("the month was closed".into()))
    }

    fn find(&self, id: DecisionId) -> Result<Option<Entry>, StoreError> {
        let from = month_of(id.at());
        // What was answered in the last moments of a month may be kept in the next, and a portfolio later still.
        for month in self.known()?.into_iter().filter(|month| *month >= from) {
            let found = self.read(month)?.map(|file| file.find(id)).transpose()?;
            if let Some(entry) = found.flatten() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn page(
        &self,
        query: &Query,
        after: Option<Place>,
        most: usize,
    ) -> Result<EntryPage, StoreError> {
        let first = query.from.map(month_of).max(after.map(|after| after.month));
        let mut found = Vec::new();
        let mut room = Room::for_entries(most);
        for month in self.known()? {
            if first.is_some_and(|first| month < first) {
                continue;
            }
            let Some(file) = self.read(month)? else {
                continue;
            };
            let after = after.filter(|after| after.month == month);
            let after = after.map_or(0, |after| after.place);
            found.extend(file.page(query, after, &mut room)?);
            if room.is_none() {
                break;
            }
        }
        Ok(EntryPage::of(found, room.is_none()))
    }

    fn count_of(&self, context: Sha256, since: Timestamp) -> Result<u64, StoreError> {
        let from = month_of(since);
        let mut count = 0;
        for month in self.known()?.into_iter().filter(|month| *month >= from) {
            if let Some(file) = self.read(month)? {
                count += file.count_of(context)?;
            }
        }
        Ok(count)
    }

    fn replace(&self, entry: &Entry, was: &Body) -> Result<bool, StoreError> {
        for month in self.known()? {
            if let Some(mut file) = self.read(month)?
                && file.replace(entry, was)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn heads(&self) -> Result<Vec<Head>, StoreError> {
        match self.known()?.last() {
            Some(month) => Ok(self
                .read(*month)?
                .map(|file| file.head())
                .transpose()?
                .into_iter()
                .collect()),
            None => Ok(Vec::new()),
        }
    }

    fn months(&self) -> Result<Vec<Month>, StoreError> {
        let mut months = Vec::new();
        for month in self.known()? {
            if let Some(file) = self.read(month)? {
                let bytes = fs::metadata(self.path(month)).map_or(0, |file| file.len());
                months.push(file.count(bytes)?);
            }
        }
        Ok(months)
    }

    fn drop_month(&self, month: Date, held: &[Pseudonym]) -> Result<Dropped, StoreError> {
        // No longer than that: whoever appends to another month does not wait for this one.
        self.current().take_if(|file| file.month() == month);
        let Some(mut file) = self.read(month)? else {
            return Ok(Dropped::default());
        };
        let is_last = self.known()?.last() == Some(&month);
        file.close()?;
        let path = self.path(month);
        let thinned = path.with_extension("new");
        let dropped = file.thin(&thinned, held)?;
        drop(file);
        let failed = |error: std::io::Error| StoreError::Failed(error.into());
        // The last month has the chain's end: it stays, with nothing in it.
        if dropped.held > 0 || is_last {
            fs::rename(&thinned, &path).map_err(failed)?;
        } else {
            fs::remove_file(&thinned).map_err(failed)?;
            fs::remove_file(&path).map_err(failed)?;
        }
        for ending in ["-wal", "-shm"] {
            let mut beside = path.clone().into_os_string();
            beside.push(ending);
            let _ = fs::remove_file(beside);
        }
        Ok(dropped)
    }
}

fn file_name(month: Date) -> String {
    format!("{:04}-{:02}.db", month.year(), month.month())
}

/// The month that a file of this name is of.
fn month_named(name: &str) -> Option<Date> {
    let (year, month) = name.strip_suffix(".db")?.split_once('-')?;
    let month = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    (file_name(month) == name).then_some(month)
}
