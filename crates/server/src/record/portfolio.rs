//! The rows of a portfolio on their way to the record: written down as they are scored, waiting on disk, and kept before the list is
//! given to anybody.
//!
//! A run that ended between the two is made again, and writes the same rows down again in the same order: what was kept of it
//! is passed over.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use jiff::Timestamp;
use propenso_model::Sha256;
use propenso_portfolio::{Control, Witness, WitnessedRow};
use propenso_scoring::{Contract, Scorer, Sought};
use propenso_store::decision::draft::{Sealed, WrittenContext};
use propenso_store::decision::{Channel, Deciding, Draft, FieldRules, RecordedWarning, Who};
use propenso_store::decision_log::writer::NotKept;

use super::desk::context_of;
use super::file_hash::FileHash;
use super::policy::PORTFOLIO;
use super::{Mode, Record};

/// Bytes that are appended at a time: others wait for as long as that takes.
const GROUP: usize = 4 << 20;

/// Where a portfolio's rows come from, and who sent it.
#[derive(Debug)]
pub struct Sending<'s> {
    /// The hash of the file; `None` for one that is read as it comes.
    pub file: Option<Sha256>,
    /// Where rows may wait on disk.
    pub folder: &'s Path,
    /// The job.
    pub job: &'s str,
    /// When it was sent.
    pub since: Timestamp,
    /// Who sent it.
    pub who: Who,
    /// How the control group is drawn, where one is.
    pub control: Option<String>,
}

/// The rows of one run.
#[derive(Debug)]
pub struct PortfolioPages {
    record: Arc<Record>,
    contract: Contract,
    context: WrittenContext,
    fields: FieldRules,
    since: Timestamp,
    spool: Mutex<Spool>,
}

/// Entries that wait on disk.
#[derive(Debug)]
struct Spool {
    file: BufWriter<File>,
    bytes: u64,
}

impl Record {
    /// Begins to work out the hash of a portfolio's file; nothing where policy keeps no rows. Whoever has more to do before rows are
    /// written down does well to begin early: a file of a million rows takes a tenth of a second.
    #[must_use]
    pub fn hash(&self, file: &Path) -> Option<FileHash> {
        self.keeps_portfolios().then(|| FileHash::begin(file))
    }

    fn keeps_portfolios(&self) -> bool {
        self.settings.mode_of(PORTFOLIO) != Mode::Off
    }

    /// Begins to write down the rows of a run; nothing where policy keeps none.
    ///
    /// # Errors
    ///
    /// That nothing can be written where temporary files are.
    pub fn portfolio(
        self: &Arc<Self>,
        scorer: &Scorer,
        version: Option<u32>,
        sending: Sending<'_>,
    ) -> io::Result<Option<PortfolioPages>> {
        if !self.keeps_portfolios() {
            return Ok(None);
        }
        let channel = Channel::Portfolio {
            file: sending.file,
            job: sending.job.to_owned(),
            control: sending.control,
        };
        let context = context_of(scorer, version, channel, sending.who);
        Ok(Some(PortfolioPages {
            context: WrittenContext::new(&context).map_err(io::Error::other)?,
            fields: FieldRules::new(scorer.contract(), self.settings.fields()),
            record: Arc::clone(self),
            contract: scorer.contract().clone(),
            since: sending.since,
            spool: Mutex::new(Spool {
                file: BufWriter::new(tempfile::tempfile_in(sending.folder)?),
                bytes: 0,
            }),
        }))
    }
}

/// Says how a control group is drawn: its share of the clients, and the beginning of its key's hash.
#[must_use]
pub fn control_name(control: Option<&Control>) -> Option<String> {
    control.map(|control| {
        let key = Sha256::of(control.key.as_bytes()).short();
        format!("{} of all, key {key}", control.share)
    })
}

/// Names a run that is no job of a server's.
#[must_use]
pub fn run_name() -> String {
    // The first decision's name would do as well; this is told before there is one.
    format!("score-{:016x}", getrandom::u64().unwrap_or_default())
}

impl Witness for PortfolioPages {
    fn write(&self, rows: &mut dyn Iterator<Item = WitnessedRow<'_>>) -> Vec<u8> {
        let keeping = self.record.keeping(&self.contract, &self.fields);
        let mut written = Vec::new();
        let mut draft = Draft::new(self.context.clone(), Timestamp::now());
        for row in rows {
            if draft.is_full() {
                let full = std::mem::replace(
                    &mut draft,
                    Draft::new(self.context.clone(), Timestamp::now()),
                );
                put(&full.seal(), &mut written);
            }
            let warnings = row.warnings.iter().map(|(input, kind)| RecordedWarning {
                input: Some(*input),
                kind: *kind,
            });
            let deciding = Deciding {
                row: &row.row,
                outcome: &row.outcome,
                warnings: &RecordedWarning::in_order(warnings),
                client: row.id,
                reasons: None,
                counterfactual: &Sought::Not,
                request: None,
                control: row.is_control,
                file_row: Some(row.number),
            };
            draft.push(&deciding, &keeping);
        }
        if draft.count() > 0 {
            put(&draft.seal(), &mut written);
        }
        written
    }

    fn take(&self, written: Vec<u8>) -> io::Result<()> {
        let mut spool = self.spool();
        spool.bytes += written.len() as u64;
        spool.file.write_all(&written)
    }

    fn forget(&self) -> io::Result<()> {
        let mut spool = self.spool();
        spool.file.flush()?;
        let file = spool.file.get_mut();
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        spool.bytes = 0;
        Ok(())
    }

    fn keep(&self) -> io::Result<()> {
        match (self.keep_all(), self.record.settings.mode_of(PORTFOLIO)) {
            (Err(error), Mode::Required) => Err(error),
            (Err(error), Mode::BestEffort | Mode::Off) => {
                tracing::error!(%error, "a portfolio is given and is not on record");
                Ok(())
            }
            (Ok(()), _) => Ok(()),
        }
    }
}

impl PortfolioPages {
    fn spool(&self) -> MutexGuard<'_, Spool> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what waits, but for what was appended when the run was made before. The next entries are read while some are appended.
    fn keep_all(&self) -> io::Result<()> {
        let log = self.record.writer.log();
        let kept = log.count_of(self.context.digest, self.since);
        let kept = kept.map_err(|error| io::Error::other(error.to_string()))?;
        thread::scope(|scope| {
            let (send, groups) = mpsc::sync_channel(1);
            let hand_over = move |group| send.send(group).map_err(|_| ErrorKind::BrokenPipe.into());
            let read = move || self.read_all(kept, hand_over);
            let Ok(reading) = thread::Builder::new().spawn_scoped(scope, read) else {
                return self.read_all(kept, |group| self.append(&group));
            };
            for group in groups {
                self.append(&group)?;
            }
            match reading.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    /// Hands over what waits in groups, but for the first so many decisions.
    fn read_all(
        &self,
        mut kept: u64,
        mut hand_over: impl FnMut(Vec<Sealed>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut spool = self.spool();
        spool.file.flush()?;
        let mut left = spool.bytes;
        let file = spool.file.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(file);
        let mut group = Vec::new();
        let mut bytes = 0;
        while left > 0 {
            let entry = self.read(&mut reader, &mut left)?;
            if kept >= entry.count as u64 {
                kept -= entry.count as u64;
                continue;
            }
            bytes += entry.size();
            group.push(entry);
            if bytes >= GROUP {
                hand_over(std::mem::take(&mut group))?;
                bytes = 0;
            }
        }
        match group.is_empty() {
            true => Ok(()),
            false => hand_over(group),
        }
    }

    fn read(&self, reader: &mut impl Read, left: &mut u64) -> io::Result<Sealed> {
        let mut size = [0; 4];
        reader.read_exact(&mut size)?;
        let size = u32::from_le_bytes(size);
        let mut bytes = vec![0; size as usize];
        reader.read_exact(&mut bytes)?;
        *left = left.saturating_sub(u64::from(size) + 4);
        let entry = Sealed::read(&bytes, self.context.clone());
        entry.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
    }

    fn append(&self, entries: &[Sealed]) -> io::Result<()> {
        let appended = self.record.writer.append(entries);
        appended.map(drop).map_err(|error| match error {
            NotKept::Store(error) if error.is_disk_full() => {
                io::Error::new(ErrorKind::StorageFull, error.to_string())
            }
            error => io::Error::other(error.to_string()),
        })
    }
}

/// Appends an entry behind its length.
fn put(entry: &Sealed, to: &mut Vec<u8>) {
    let at = to.len();
    to.reserve(entry.size());
    to.extend_from_slice(&[0; 4]);
    entry.write(to);
    let size = u32::try_from(to.len() - at - 4).unwrap_or(u32::MAX);
    if let Some(place) = to.get_mut(at..at + 4) {
        place.copy_from_slice(&size.to_le_bytes());
    }
}
