//! What was counted, to look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use propenso_lifecycle::monitoring::{DayCounts, SCORE_BINS};
use propenso_lifecycle::tally::{ShadowDay, Tally};

use super::period::Period;
use crate::http::pages::chart::{Chart, Column, Columns, Days, Series, Unit};
use crate::http::pages::figure;
use crate::http::pages::words::MonitoringWords;

/// Classes that have a line.
const LINES: usize = 4;

/// What stands for all classes of a model that are not told apart.
const OTHER: &str = "(other)";

/// Requests by day.
pub(super) fn requests(period: &Period, words: MonitoringWords) -> Option<Chart> {
    let columns = columns(period, words, |day| {
        let counts = period.requests(day);
        vec![counts.answered as f64, counts.refused as f64]
    })?;
    let chart = Columns {
        title: words.requests().to_owned(),
        of: words.day().to_owned(),
        value: String::new(),
        unit: Unit::Count,
        series: vec![words.answered().to_owned(), words.refused().to_owned()],
        columns,
        rule: None,
    };
    Some(chart.chart(words.0))
}

/// Clients of portfolios by day.
pub(super) fn portfolios(period: &Period, words: MonitoringWords) -> Option<Chart> {
    let columns = columns(period, words, |day| {
        vec![period.portfolios(day).clients as f64]
    })?;
    let chart = Columns {
        title: words.portfolio_clients().to_owned(),
        of: words.day().to_owned(),
        value: words.clients().to_owned(),
        unit: Unit::Count,
        series: Vec::new(),
        columns,
        rule: None,
    };
    Some(chart.chart(words.0))
}

/// A column for each day; `None` where all of them are empty.
fn columns(
    period: &Period,
    words: MonitoringWords,
    values: impl Fn(Date) -> Vec<f64>,
) -> Option<Vec<Column>> {
    let days = period.days.iter();
    let columns: Vec<Column> = days
        .map(|day| Column {
            label: figure::short_day(*day, words.0),
            values: values(*day),
        })
        .collect();
    let mut all = columns.iter().flat_map(|column| &column.values);
    all.any(|value| *value > 0.0).then_some(columns)
}

/// How long requests took.
pub(super) fn latency(period: &Period, words: MonitoringWords) -> Option<Chart> {
    let days = period.days.iter().map(|day| (*day, period.requests(*day)));
    let days: Vec<_> = days
        .filter(|(_, counts)| counts.latency.quantile(0.5).is_some())
        .collect();
    let line = |label: &str, share: f64| Series {
        label: label.to_owned(),
        values: days
            .iter()
            .map(|(_, counts)| Some(counts.latency.quantile(share)? * 1e3))
            .collect(),
    };
    let chart = Days {
        title: words.latency_chart().to_owned(),
        value: words.milliseconds().to_owned(),
        unit: Unit::Number(2),
        series: vec![line(words.half(), 0.5), line(words.nearly_all(), 0.99)],
        days: days.iter().map(|day| day.0).collect(),
    };
    (!days.is_empty()).then(|| chart.chart(words.0))
}

/// What share of each day's clients had each of the commonest classes.
pub(super) fn classes(period: &Period, words: MonitoringWords) -> Option<Chart> {
    let days = period.by_day();
    let days: Vec<_> = days
        .into_iter()
        .filter(|(_, counts)| !counts.classes.is_empty())
        .collect();
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for (class, count) in days.iter().flat_map(|(_, counts)| &counts.classes) {
        *totals.entry(class).or_default() += count;
    }
    let mut commonest: Vec<_> = totals.into_iter().collect();
    commonest.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    // Of two, one says all.
    let lines = if commonest.len() == 2 { 2 } else { LINES };
    let series = commonest.iter().take(lines).map(|(class, _)| Series {
        label: match *class {
            OTHER => words.other_classes().to_owned(),
            class => capitalised(class),
        },
        values: days
            .iter()
            .map(|(_, counts)| {
                let all: u64 = counts.classes.values().sum();
                let count = counts.classes.get(*class).copied().unwrap_or(0);
                (all > 0).then(|| count as f64 / all as f64)
            })
            .collect(),
    });
    let chart = Days {
        title: words.classes().to_owned(),
        value: words.share().to_owned(),
        unit: Unit::Percent,
        series: series.collect(),
        days: days.iter().map(|day| day.0).collect(),
    };
    (!days.is_empty()).then(|| chart.chart(words.0))
}

/// A label as it stands at the beginning of a line.
fn capitalised(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// How the probabilities of some days are spread.
pub(super) fn scores(counts: &DayCounts, words: MonitoringWords) -> Option<Chart> {
    let all = counts.scored();
    let columns = counts.scores.iter().enumerate().map(|(at, count)| {
        let percent = |bin: usize| bin * 100 / SCORE_BINS;
        Column {
            label: format!("{}–{}", percent(at), percent(at + 1)),
            values: vec![*count as f64 / all.max(1) as f64],
        }
    });
    let chart = Columns {
        title: words.scores().to_owned(),
        of: format!("{} (%)", words.probability()),
        value: words.share().to_owned(),
        unit: Unit::Percent,
        series: Vec::new(),
        columns: columns.collect(),
        rule: None,
    };
    (all > 0).then(|| chart.chart(words.0))
}

/// Where the probabilities of each day are.
pub(super) fn scores_by_day(period: &Period, words: MonitoringWords) -> Option<Chart> {
    let days = period.by_day();
    let days: Vec<_> = days
        .into_iter()
        .filter(|(_, counts)| counts.scored() > 0)
        .collect();
    let line = |label: &str, share: f64| Series {
        label: label.to_owned(),
        values: days
            .iter()
            .map(|(_, counts)| counts.score_quantile(share))
            .collect(),
    };
    let chart = Days {
        title: words.scores_by_day().to_owned(),
        value: words.probability().to_owned(),
        unit: Unit::Percent,
        series: vec![
            line(words.low_tenth(), 0.1),
            line(words.middle(), 0.5),
            line(words.high_tenth(), 0.9),
        ],
        days: days.iter().map(|day| day.0).collect(),
    };
    (!days.is_empty()).then(|| chart.chart(words.0))
}

/// How many clients a shadow gave the same result as what was in service.
pub(super) fn agreement(days: &[ShadowDay], words: MonitoringWords) -> Option<Chart> {
    let dates: BTreeSet<Date> = days.iter().map(|day| day.date).collect();
    let dates: Vec<Date> = dates.into_iter().collect();
    let values = dates.iter().map(|date| {
        let mut sum = Tally::default();
        for day in days.iter().filter(|day| day.date == *date) {
            sum.add(&day.tally);
        }
        sum.agreement()
    });
    let chart = Days {
        title: words.agreement().to_owned(),
        value: words.share().to_owned(),
        unit: Unit::Percent,
        series: vec![Series {
            label: words.same_result().to_owned(),
            values: values.collect(),
        }],
        days: dates,
    };
    (!chart.days.is_empty()).then(|| chart.chart(words.0))
}
