//! Which days and version are asked for, and what was counted in them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use propenso_lifecycle::gates::importance::Importance;
use propenso_lifecycle::gates::input_reference::InputReference;
use propenso_lifecycle::monitoring::{
    DayAggregate, DayCounts, InputDrift, RouteKind, input_drifts,
};
use propenso_lifecycle::registry::{Registry, RegistryError, State, Version};
use propenso_lifecycle::tally::ShadowDay;

use crate::http::pages::form::Form;
use crate::http::pages::words::MonitoringWords;
use crate::http::problem::Problem;
use crate::http::problem_kind::ProblemKind;
use crate::monitoring::today;

/// The lengths of a period that may be asked for.
pub(super) const DAYS: [u16; 3] = [7, 30, 90];

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// Days, today among them.
    pub(super) days: u16,
    /// One version alone.
    pub(super) version: Option<u32>,
}

/// What was counted in some days.
#[derive(Debug)]
pub(super) struct Period {
    /// All of the days, in order.
    pub(super) days: Vec<Date>,
    /// What was counted, of the version that is asked for.
    pub(super) counted: Vec<DayAggregate>,
    /// Versions of which there is something.
    pub(super) versions: Vec<u32>,
    /// The shadow that is asked for, or that there is.
    pub(super) shadow: Option<ShadowPeriod>,
    /// What the inputs of the version that is asked for were, or of the one in service.
    pub(super) compared: Option<Compared>,
}

/// A version's inputs in a period, and in the portfolio that it was examined with.
#[derive(Debug)]
pub(super) struct Compared {
    /// Its number.
    pub(super) number: u32,
    /// What they were then, where that is known.
    pub(super) reference: Option<InputReference>,
    importance: Option<Importance>,
    /// Clients by input and bin.
    counts: BTreeMap<String, Vec<u64>>,
}

/// What a shadow was compared with.
#[derive(Debug)]
pub(super) struct ShadowPeriod {
    /// Its number.
    pub(super) number: u32,
    /// Its days; one has several where the champion changed.
    pub(super) days: Vec<ShadowDay>,
}

impl Asked {
    /// Reads it; what cannot be meant is the usual.
    pub(super) fn read(mut form: Form) -> Self {
        let days = form.take_text("dias").and_then(|text| text.parse().ok());
        let version = form.take_text("version").and_then(|text| text.parse().ok());
        Self {
            days: days.filter(|days| DAYS.contains(days)).unwrap_or(30),
            version,
        }
    }

    /// Tells whether it is about a version alone.
    pub(super) fn is_of(&self, version: &u32) -> bool {
        self.version == Some(*version)
    }

    /// The query that asks for it.
    pub(super) fn query(&self) -> String {
        match self.version {
            Some(version) => format!("dias={}&version={version}", self.days),
            None => format!("dias={}", self.days),
        }
    }
}

impl Period {
    /// Reads what a registry has of it.
    pub(super) fn read(registry: &Registry, asked: &Asked) -> Result<Self, RegistryError> {
        let last = today();
        let before = i64::from(asked.days) - 1;
        let first = last
            .checked_sub(SignedDuration::from_hours(before * 24))
            .unwrap_or(last);
        let mut counted = registry.days_since(first)?;
        let compared = match asked.version {
            // There may be no such version.
            Some(number) => registry.version(number).ok(),
            None => registry.holder(State::Champion)?,
        };
        let compared = compared.map(|version| Compared::new(&version, &mut counted));
        let mut versions: BTreeSet<u32> = counted.iter().map(|day| day.version).collect();
        let shadow = registry.holder(State::Shadow)?;
        let shadow = shadow.map(|version| version.number);
        versions.extend(shadow);
        versions.extend(asked.version);
        counted.retain(|day| asked.version.is_none_or(|version| day.version == version));
        let shadow = match asked.version.or(shadow) {
            None => None,
            Some(number) => {
                let mut days = registry.shadow_days(number)?;
                days.retain(|day| day.date >= first);
                (!days.is_empty()).then_some(ShadowPeriod { number, days })
            }
        };
        Ok(Self {
            days: first
                .series(1.days())
                .take_while(|day| *day <= last)
                .collect(),
            counted,
            versions: versions.into_iter().collect(),
            shadow,
            compared,
        })
    }

    /// Tells whether nothing was counted.
    pub(super) fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// All of it.
    pub(super) fn total(&self) -> DayCounts {
        sum(self.counted.iter())
    }

    /// All that was asked by requests.
    pub(super) fn total_of_requests(&self) -> DayCounts {
        sum(self.counted.iter().filter(|day| is_request(day)))
    }

    /// What was asked by requests on a day.
    pub(super) fn requests(&self, date: Date) -> DayCounts {
        sum(self.of(date).filter(|day| is_request(day)))
    }

    /// What was asked by portfolios on a day.
    pub(super) fn portfolios(&self, date: Date) -> DayCounts {
        sum(self.of(date).filter(|day| !is_request(day)))
    }

    /// The days on which anything was counted, with all of it.
    pub(super) fn by_day(&self) -> Vec<(Date, DayCounts)> {
        let days = self.days.iter();
        days.map(|day| (*day, sum(self.of(*day))))
            .filter(|(_, counts)| !counts.is_empty())
            .collect()
    }

    fn of(&self, date: Date) -> impl Iterator<Item = &DayAggregate> {
        self.counted.iter().filter(move |day| day.date == date)
    }
}

impl Compared {
    /// Adds up what was counted of a version's inputs, and takes it away from all days: nothing else looks at it.
    fn new(version: &Version, counted: &mut [DayAggregate]) -> Self {
        let drift = version.report.drift();
        let reference = drift.and_then(|drift| drift.inputs.clone());
        let id = reference.as_ref().map(InputReference::id);
        let mut sum = DayCounts::default();
        for day in counted {
            let mut inputs = std::mem::take(&mut day.counts.inputs);
            if day.version == version.number {
                inputs.retain(|reference, _| id.as_ref() == Some(reference));
                sum.add(&DayCounts {
                    inputs,
                    ..DayCounts::default()
                });
            }
        }
        Self {
            number: version.number,
            counts: sum.inputs.into_values().next().unwrap_or_default(),
            importance: drift.and_then(|drift| drift.importance.clone()),
            reference,
        }
    }

    /// Compares them, what matters most first.
    pub(super) fn drifts(&self) -> Vec<InputDrift<'_>> {
        let reference = self.reference.as_ref();
        reference.map_or_else(Vec::new, |reference| {
            input_drifts(reference, self.importance.as_ref(), &self.counts)
        })
    }
}

/// A registry that cannot be read, told on the page.
pub(super) fn told(error: &RegistryError, words: MonitoringWords) -> Problem {
    if error.is_unreachable() {
        // What the database says names machines: that is for who runs this one.
        tracing::warn!(%error, "the registry cannot be reached");
        return Problem::new(ProblemKind::StoreUnreachable, words.unreachable());
    }
    Problem::internal(words.unreadable(), error)
}

fn is_request(day: &DayAggregate) -> bool {
    day.route != RouteKind::Portfolio
}

fn sum<'d>(days: impl Iterator<Item = &'d DayAggregate>) -> DayCounts {
    let mut sum = DayCounts::default();
    days.for_each(|day| sum.add(&day.counts));
    sum
}
