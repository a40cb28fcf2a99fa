//! A version that scores live traffic beside the champion, after the answer, on a thread of its own. Its scores
//! are only counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use jiff::ZonedDateTime;
use propenso_scoring::{Scorer, Workspace};

use crate::opinion::Opinion;
use crate::registry::Registry;
use crate::served::Served;
use crate::tally::{ShadowDay, Tally};

/// Requests that may wait; more are dropped and counted.
const MAX_WAITING: usize = 4_096;

/// Bytes of requests that may wait.
const MAX_WAITING_BYTES: usize = 64 << 20;

/// How often counts are written to the registry.
const WRITE: Duration = Duration::from_secs(2);

/// Scores a request again: the clients' opinions by another scorer, `None` for those it cannot score.
pub type Rescore = Box<dyn FnOnce(&Scorer, &mut Workspace) -> Vec<Option<Opinion>> + Send>;

/// A version that is compared with the champion.
#[derive(Debug)]
pub struct Shadow {
    served: Arc<Served>,
    number: u32,
    queue: SyncSender<Job>,
    load: Arc<Load>,
}

/// A request that has been answered.
struct Job {
    champion: u32,
    opinions: Vec<Opinion>,
    rescore: Rescore,
    bytes: usize,
}

/// What waits, and what could not.
#[derive(Debug, Default)]
struct Load {
    bytes: AtomicUsize,
    dropped: AtomicU64,
}

/// Writes counts, version by version and day by day.
struct Ledger {
    registry: Arc<Registry>,
    shadow: u32,
    champion: u32,
    tally: Tally,
    written: Instant,
}

impl Shadow {
    /// Starts comparing.
    #[must_use]
    pub fn start(served: Arc<Served>, number: u32, registry: Arc<Registry>) -> Self {
        let (queue, jobs) = mpsc::sync_channel(MAX_WAITING);
        let load = Arc::new(Load::default());
        let shadow = Self {
            served: Arc::clone(&served),
            number,
            queue,
            load: Arc::clone(&load),
        };
        let ledger = Ledger {
            registry,
            shadow: number,
            champion: 0,
            tally: Tally::default(),
            written: Instant::now(),
        };
        std::thread::spawn(move || run(&served, &jobs, &load, ledger));
        shadow
    }

    /// The version's number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What scores.
    #[must_use]
    pub fn served(&self) -> &Arc<Served> {
        &self.served
    }

    /// Takes a request that was answered, with what the champion said of its clients. Never waits: with too much
    /// to do already, the request is dropped and counted. `bytes` is what waiting takes.
    pub fn offer(&self, champion: u32, opinions: Vec<Opinion>, bytes: usize, rescore: Rescore) {
        let clients = opinions.len() as u64;
        let waiting = self.load.bytes.fetch_add(bytes, Ordering::Relaxed);
        let job = Job {
            champion,
            opinions,
            rescore,
            bytes,
        };
        if waiting + bytes > MAX_WAITING_BYTES || self.queue.try_send(job).is_err() {
            self.load.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.load.dropped.fetch_add(clients, Ordering::Relaxed);
        }
    }
}

/// Compares until the shadow is no longer one and all that waited is done.
fn run(served: &Served, jobs: &Receiver<Job>, load: &Load, mut ledger: Ledger) {
    let mut workspace = Workspace::default();
    loop {
        match jobs.recv_timeout(WRITE) {
            Ok(job) => {
                load.bytes.fetch_sub(job.bytes, Ordering::Relaxed);
                ledger.turn_to(job.champion);
                let theirs = (job.rescore)(&served.scorer, &mut workspace);
                for (champion, shadow) in job.opinions.iter().zip(theirs) {
                    match shadow {
                        Some(shadow) => ledger.tally.count(*champion, shadow),
                        None => ledger.tally.failed += 1,
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        ledger.tally.dropped += load.dropped.swap(0, Ordering::Relaxed);
        if ledger.written.elapsed() >= WRITE {
            ledger.write();
        }
    }
    ledger.tally.dropped += load.dropped.swap(0, Ordering::Relaxed);
    ledger.write();
}

impl Ledger {
    /// Counts are kept by champion.
    fn turn_to(&mut self, champion: u32) {
        if self.champion != champion {
            self.write();
            self.champion = champion;
        }
    }

    fn write(&mut self) {
        self.written = Instant::now();
        if self.tally.is_empty() || self.champion == 0 {
            return;
        }
        let day = ShadowDay {
            champion: self.champion,
            date: ZonedDateTime::now().date(),
            tally: std::mem::take(&mut self.tally),
        };
        if let Err(error) = self.registry.add_shadow_day(self.shadow, &day) {
            // Kept for the next time.
            tracing::error!(%error, "what the shadow was compared with could not be written");
            self.tally = day.tally;
        }
    }
}
