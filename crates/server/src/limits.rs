//! What may be worked on at a time, so that nothing starves anything else: plain answers are worked out at once, by the threads that serve
//! connections; whatever takes longer waits for a turn, for so long, with so many others.
//!
//! - [`mod@line`]: those who wait for one of a few turns; [`lane`]: work that is done in turns, in the
//!   [background](crate::background)
//! - [`in_flight`]: requests, counted; [`rate`]: requests a second, by who makes them
//! - [`open_files`]: what the system lets this process open

pub mod in_flight;
pub mod lane;
pub mod line;
pub mod open_files;
pub mod rate;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use crate::settings::HttpSettings;
use in_flight::InFlight;
use lane::Lane;
use line::Line;
use rate::Rates;

/// Bodies and answers up to this many bytes are not counted.
pub const SMALL: usize = 64 << 10;

/// Models that may wait while another is sent.
const UPLOADS: usize = 8;

/// Portfolios that may wait until it is looked what they are, and for how long.
const LOOKS: (usize, Duration) = (64, Duration::from_secs(300));

/// Bytes of an answer that one permit stands for.
const PERMIT: usize = 1 << 10;

/// The limits of one server, and what counts against them.
#[derive(Debug)]
pub struct Limits {
    /// Work for one client: reasons, a counterfactual.
    pub single: Lane,
    /// Work for the clients of one body.
    pub batch: Lane,
    /// Those who send large bodies.
    pub large: Line,
    /// Those who send models: these may be large, and are in memory while they are taken apart.
    pub uploads: Line,
    /// Those who have sent a portfolio and wait until it is looked what it is.
    pub looks: Line,
    /// Requests in flight.
    pub requests: InFlight,
    /// Requests a second.
    pub rates: Option<Rates>,
    answers: Arc<Semaphore>,
    n_answer_permits: u32,
    settings: ArcSwap<HttpSettings>,
}

/// Why something is not worked on now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// When to ask again.
    pub retry_after: Duration,
}

impl Busy {
    /// There is no room now: there may be in a moment.
    const NO_ROOM: Self = Self {
        retry_after: Duration::from_secs(2),
    };
}

impl Limits {
    /// Nothing counts against them yet.
    #[must_use]
    pub fn new(settings: HttpSettings) -> Self {
        let work = settings.work;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        // Half of the threads for each: together they can take the processor, but they let plain answers go first.
        let turns = (threads / 2).max(1);
        let largest = settings.max_body_bytes.max(1);
        let n_large = (work.max_bytes_in_flight / largest).max(2);
        let permits = u32::try_from(work.max_bytes_in_flight / PERMIT).unwrap_or(u32::MAX);
        Self {
            single: Lane::new(Line::new(turns, work.max_waiting, work.wait), work.answer),
            batch: Lane::new(Line::new(turns, work.max_waiting, work.wait), work.answer),
            large: Line::new(n_large, work.max_waiting, work.wait),
            uploads: Line::new(1, UPLOADS, work.wait),
            looks: Line::new(turns, LOOKS.0, LOOKS.1),
            requests: InFlight::new(work.max_requests),
            rates: work.rate.map(Rates::new),
            answers: Arc::new(Semaphore::new(permits as usize)),
            n_answer_permits: permits,
            settings: ArcSwap::from_pointee(settings),
        }
    }

    /// The settings as they are now.
    #[must_use]
    pub fn settings(&self) -> HttpSettings {
        **self.settings.load()
    }

    /// Follows other settings from the next request on, as far as [a running server does](HttpSettings::followed_by).
    pub fn follow(&self, after: HttpSettings) {
        let settings = self.settings().followed_by(after);
        self.settings.store(Arc::new(settings));
    }

    /// Makes room for an answer, until what this gives is dropped. One that is larger than all the room there is needs all of it.
    ///
    /// # Errors
    ///
    /// [`Busy`] while other answers take it.
    pub fn room_for(
        &self,
        bytes: usize,
    ) -> Result<Option<tokio::sync::OwnedSemaphorePermit>, Busy> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let permits = u32::try_from(bytes.div_ceil(PERMIT)).unwrap_or(u32::MAX);
        let permits = permits.min(self.n_answer_permits);
        let room = Arc::clone(&self.answers).try_acquire_many_owned(permits);
        room.map(Some).map_err(|_| Busy::NO_ROOM)
    }
}
