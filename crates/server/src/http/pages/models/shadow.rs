//! What came of comparing a version with the champion, day by day.

use propenso_lifecycle::registry::State;
use propenso_lifecycle::tally::ShadowDay;

use crate::http::pages::chart::{Chart, Days, Series, Unit};
use crate::http::pages::figure;
use crate::http::pages::words::ModelsWords;

/// Days that are shown.
const SHOWN: usize = 60;

/// What came of comparing.
#[derive(Debug)]
pub(super) struct ShadowView {
    pub(super) charts: Vec<Chart>,
    pub(super) caption: String,
    pub(super) rows: Vec<ShadowRow>,
}

/// A day beside a champion.
#[derive(Debug)]
pub(super) struct ShadowRow {
    pub(super) day: String,
    pub(super) champion: u32,
    /// Compared, agreement, to payer, to non-payer, mean difference, PSI, critical PSI, without time.
    pub(super) cells: [String; 8],
}

impl ShadowView {
    /// The last days of a version that is shadow, or was.
    pub(super) fn of(days: &[ShadowDay], state: State, words: ModelsWords) -> Option<Self> {
        if days.is_empty() && state != State::Shadow {
            return None;
        }
        let days = &days[days.len().saturating_sub(SHOWN)..];
        let rows = days.iter().rev().map(|day| ShadowRow::of(day, words));
        Some(Self {
            charts: charts(days, words),
            caption: words.shadow_days(days.len()),
            rows: rows.collect(),
        })
    }
}

impl ShadowRow {
    fn of(day: &ShadowDay, words: ModelsWords) -> Self {
        let tally = &day.tally;
        let count = |n| figure::count(n, words.0);
        let number = |value: Option<f64>, decimals| {
            value.map_or_else(
                || "–".to_owned(),
                |value| figure::number(value, decimals, words.0),
            )
        };
        let agreement = tally.agreement();
        let agreement =
            agreement.map_or_else(|| "–".to_owned(), |share| figure::percent(share, words.0));
        let stability = tally.stability();
        Self {
            day: figure::day(day.date, words.0),
            champion: day.champion,
            cells: [
                count(tally.scored),
                agreement,
                count(tally.to_payer),
                count(tally.to_non_payer),
                number(tally.mean_difference(), 4),
                number(stability.map(|stability| stability.psi), 4),
                number(stability.map(|stability| stability.critical), 4),
                count(tally.dropped),
            ],
        }
    }
}

/// Draws days; of one with several champions the last.
fn charts(days: &[ShadowDay], words: ModelsWords) -> Vec<Chart> {
    let mut last: Vec<&ShadowDay> = Vec::new();
    for day in days {
        match last.last_mut() {
            Some(known) if known.date == day.date => *known = day,
            _ => last.push(day),
        }
    }
    // One day makes no line.
    if last.len() < 2 {
        return Vec::new();
    }
    let dates = || last.iter().map(|day| day.date).collect();
    let stability = |of: fn(propenso_scoring::statistics::Stability) -> f64| {
        let days = last.iter();
        days.map(|day| day.tally.stability().map(of)).collect()
    };
    let agreement = Days {
        title: words.shadow_agreement().to_owned(),
        value: words.agreement().to_owned(),
        unit: Unit::Percent,
        days: dates(),
        series: vec![Series {
            label: words.agreement().to_owned(),
            values: last.iter().map(|day| day.tally.agreement()).collect(),
        }],
    };
    let moves = Days {
        title: words.shadow_moves().to_owned(),
        value: words.psi_short().to_owned(),
        unit: Unit::Number(4),
        days: dates(),
        series: vec![
            Series {
                label: words.psi_short().to_owned(),
                values: stability(|stability| stability.psi),
            },
            Series {
                label: words.psi_by_chance().to_owned(),
                values: stability(|stability| stability.critical),
            },
        ],
    };
    vec![agreement.chart(words.0), moves.chart(words.0)]
}
