//! What versions answer, by day: taken away from where requests count it, and added to the registry's days.
//!
//! Every five seconds, and when the server stops. What a process that is killed has counted since is lost, five seconds at the most;
//! what the registry cannot take now is kept for the next time, under its day.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use propenso_lifecycle::background::Background;
use propenso_lifecycle::monitoring::{DayAggregate, DayCounts, RouteKind};
use propenso_lifecycle::registry::{Registry, RegistryError};
use propenso_lifecycle::served::Served;
use propenso_portfolio::Summary;

use crate::figures::Figures;
use crate::figures::input_tally::counts_of;

/// How often what was counted is written: what is lost when the process is killed.
const WRITE: Duration = Duration::from_secs(5);

/// Days, versions and ways that wait for a registry which cannot be written; more are dropped.
const MOST_WAITING: usize = 1_000;

type Waiting = BTreeMap<(Date, u32, RouteKind), DayCounts>;

/// Takes what was counted to the registry.
#[derive(Debug)]
pub struct Monitoring {
    registry: Arc<Registry>,
    figures: Arc<Figures>,
    waiting: Mutex<Waiting>,
}

impl Monitoring {
    /// Prepares to take what `figures` count to a registry.
    #[must_use]
    pub fn new(registry: Arc<Registry>, figures: Arc<Figures>) -> Self {
        Self {
            registry,
            figures,
            waiting: Mutex::default(),
        }
    }

    /// Takes it again and again, until what is given is dropped.
    #[must_use]
    pub fn start(self: &Arc<Self>) -> Background {
        let monitoring = Arc::clone(self);
        Background::every(WRITE, move || monitoring.write_or_wait())
    }

    /// Takes it now, or keeps it for the next time, which the log tells.
    pub fn write_or_wait(&self) {
        if let Err(error) = self.write() {
            tracing::warn!(%error, "what was counted today cannot be written now");
        }
    }

    /// Takes what was counted to the registry.
    ///
    /// # Errors
    ///
    /// [`RegistryError`]; then it waits for the next time.
    pub fn write(&self) -> Result<(), RegistryError> {
        let today = today();
        let mut taken = std::mem::take(&mut *self.lock());
        for scoring in self.figures.scorings.all() {
            let Some(days) = scoring.days() else {
                continue;
            };
            for (route, counts) in days.take() {
                let key = (today, days.version(), route);
                taken.entry(key).or_default().add(&counts);
            }
        }
        for (version, route, counts) in self.figures.inputs.take() {
            let key = (today, version, route);
            taken.entry(key).or_default().add(&counts);
        }
        if taken.is_empty() {
            return Ok(());
        }
        let days: Vec<DayAggregate> = taken
            .iter()
            .map(|((date, version, route), counts)| DayAggregate {
                date: *date,
                version: *version,
                route: *route,
                counts: counts.clone(),
            })
            .collect();
        let written = self.registry.add_days(&days);
        if written.is_err() {
            let mut waiting = self.lock();
            for (key, counts) in taken {
                if waiting.len() < MOST_WAITING || waiting.contains_key(&key) {
                    waiting.entry(key).or_default().add(&counts);
                }
            }
        }
        written
    }

    /// Counts a portfolio that was scored to its end, all rows at once.
    pub fn portfolio(&self, served: &Served, summary: &Summary) {
        let Some(version) = served.version else {
            return;
        };
        let counts = portfolio_counts(served, summary);
        let key = (today(), version, RouteKind::Portfolio);
        self.lock().entry(key).or_default().add(&counts);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The day, by this machine's clock.
#[must_use]
pub fn today() -> Date {
    ZonedDateTime::now().date()
}

/// What a portfolio's summary counts. Classes are known of the clients who have a place in the list.
fn portfolio_counts(served: &Served, summary: &Summary) -> DayCounts {
    let binning = served.binning.as_deref();
    let mut counts = DayCounts {
        answered: 1,
        clients: summary.scored.rows,
        rejected: summary.rejected.rows,
        scores: summary.histogram.clone(),
        ..binning.map_or_else(DayCounts::default, |binning| {
            counts_of(binning, &summary.bins)
        })
    };
    if let Some(decision) = served.scorer.contract().decision() {
        let listed: u64 = summary.deciles.iter().map(|group| group.rows).sum();
        let payers: u64 = summary.deciles.iter().map(|group| group.payers).sum();
        let labels = &decision.labels;
        for (label, clients) in [
            (&labels.positive, payers),
            (&labels.negative, listed.saturating_sub(payers)),
        ] {
            if clients > 0 {
                counts.classes.insert(label.to_string(), clients);
            }
        }
    }
    for input in &summary.inputs {
        let warnings = [
            ("imputed", input.missing),
            ("clipped", input.clipped),
            ("ambiguous", input.ambiguous),
            ("unseen", input.unseen),
        ];
        let warnings = warnings.into_iter().filter(|(_, rows)| *rows > 0);
        let warnings: BTreeMap<_, _> = warnings
            .map(|(kind, rows)| (kind.to_owned(), rows))
            .collect();
        if !warnings.is_empty() {
            counts.warnings.insert(input.input.clone(), warnings);
        }
        let faults = input.faults.iter();
        let faults: BTreeMap<_, _> = faults
            .map(|(fault, rows)| ((*fault).to_owned(), *rows))
            .collect();
        if !faults.is_empty() {
            counts.rejections.insert(input.input.clone(), faults);
        }
    }
    counts
}
