//! What a portfolio came to, at a glance; the summary page has it all.

use propenso_scoring::Language;
use serde::Deserialize;
use serde_json::Value;

use crate::http::pages::figure;
use crate::http::pages::words::PortfolioWords;

/// Reasons to reject rows that are listed.
const MOST_REASONS: usize = 8;

/// How high a bar is with what is around it, and how wide the widest one.
const BAR: (u32, u32) = (24, 230);

/// A report, as a job keeps it.
#[derive(Deserialize)]
struct Report {
    summary: Summary,
    seconds: f64,
}

#[derive(Deserialize)]
struct Summary {
    model: String,
    read: Total,
    scored: Total,
    rejected: Total,
    suppressed: Total,
    control: Total,
    fits: Total,
    left_out: Option<Total>,
    capacity: Option<u64>,
    amount_column: Option<String>,
    deciles: Vec<Group>,
    rejections: Vec<Rejection>,
    remarks: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
struct Total {
    rows: u64,
    debt: f64,
}

#[derive(Deserialize)]
struct Group {
    rows: u64,
    payers: u64,
    debt: f64,
    expected: f64,
    lowest: f64,
    highest: f64,
}

#[derive(Deserialize)]
struct Rejection {
    input: String,
    reason: String,
    rows: u64,
}

/// What a portfolio came to.
pub(super) struct SummaryView {
    pub(super) model: String,
    pub(super) seconds: String,
    pub(super) is_reconciled: bool,
    pub(super) has_debt: bool,
    pub(super) accounts: Vec<Account>,
    pub(super) rejections: Vec<(String, String, String)>,
    pub(super) bars: Vec<Bar>,
    pub(super) deciles: Vec<DecileLine>,
    pub(super) remarks: Vec<String>,
}

/// Some of the rows, and their debt.
pub(super) struct Account {
    pub(super) name: &'static str,
    pub(super) rows: String,
    pub(super) debt: String,
}

/// A tenth of the list as a bar.
pub(super) struct Bar {
    pub(super) label: usize,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) value: String,
}

/// A tenth of the list as a row.
pub(super) struct DecileLine {
    pub(super) label: usize,
    pub(super) rows: String,
    pub(super) payers: String,
    pub(super) range: String,
    pub(super) debt: String,
    pub(super) expected: String,
}

impl SummaryView {
    /// Reads a report; `None` for one of a version that had others.
    pub(super) fn new(report: &Value, words: PortfolioWords) -> Option<Self> {
        let Report { summary, seconds } = Report::deserialize(report).ok()?;
        let language = words.0;
        let has_debt = summary.amount_column.is_some();
        Some(Self {
            seconds: figure::number(seconds, 1, language),
            is_reconciled: is_reconciled(&summary),
            has_debt,
            accounts: accounts(&summary, words),
            bars: bars(&summary.deciles, has_debt, language),
            deciles: deciles(&summary.deciles, language),
            rejections: summary
                .rejections
                .into_iter()
                .take(MOST_REASONS)
                .map(|rejection| {
                    let rows = figure::count(rejection.rows, language);
                    (rejection.input, rejection.reason, rows)
                })
                .collect(),
            remarks: summary.remarks,
            model: summary.model,
        })
    }
}

/// Tells whether every row and every cent is accounted for. Amounts came as doubles, whose sums are not exact.
fn is_reconciled(summary: &Summary) -> bool {
    let debt = summary.scored.debt + summary.rejected.debt;
    let tolerance = 0.005_f64.max(debt.abs() * 1e-12);
    summary.read.rows == summary.scored.rows + summary.rejected.rows
        && (summary.read.debt - debt).abs() < tolerance
}

fn accounts(summary: &Summary, words: PortfolioWords) -> Vec<Account> {
    let some = |total: Total| (total.rows > 0).then_some(total);
    let totals = [
        (words.read(), Some(summary.read)),
        (words.scored(), Some(summary.scored)),
        (words.rejected(), Some(summary.rejected)),
        (words.excluded(), some(summary.suppressed)),
        (words.control(), some(summary.control)),
        (words.fits(), summary.capacity.map(|_| summary.fits)),
        (words.left_out(), summary.left_out),
    ];
    let there = totals
        .into_iter()
        .filter_map(|(name, total)| Some((name, total?)));
    there
        .map(|(name, Total { rows, debt })| Account {
            name,
            rows: figure::count(rows, words.0),
            debt: euros(debt, 2, words.0),
        })
        .collect()
}

fn bars(deciles: &[Group], has_debt: bool, language: Language) -> Vec<Bar> {
    let value = |group: &Group| match has_debt {
        true => group.expected.max(0.0),
        false => group.payers as f64,
    };
    let most = deciles.iter().map(value).fold(0.0, f64::max);
    if most <= 0.0 {
        return Vec::new();
    }
    let (height, widest) = BAR;
    let bars = (0..).zip(deciles);
    bars.map(|(at, group)| Bar {
        label: at as usize + 1,
        y: at * height,
        width: (value(group) / most * f64::from(widest)).round() as u32,
        value: match has_debt {
            true => short_euros(value(group), language),
            false => figure::count(group.payers, language),
        },
    })
    .collect()
}

fn deciles(deciles: &[Group], language: Language) -> Vec<DecileLine> {
    let percent = |share| figure::percent(share, language);
    let groups = deciles.iter().enumerate();
    groups
        .map(|(at, group)| DecileLine {
            label: at + 1,
            rows: figure::count(group.rows, language),
            payers: figure::count(group.payers, language),
            range: match group.rows {
                0 => "–".to_owned(),
                _ => format!("{} – {}", percent(group.highest), percent(group.lowest)),
            },
            debt: euros(group.debt, 2, language),
            expected: euros(group.expected, 2, language),
        })
        .collect()
}

fn euros(amount: f64, decimals: usize, language: Language) -> String {
    format!("{}\u{a0}€", figure::number(amount, decimals, language))
}

/// An amount as there is room for above a bar.
fn short_euros(amount: f64, language: Language) -> String {
    match amount {
        1e6.. => format!("{}\u{a0}M€", figure::number(amount / 1e6, 1, language)),
        1e4.. => format!(
            "{}\u{a0}{}",
            figure::number(amount / 1e3, 0, language),
            language.pick("mil\u{a0}€", "k€")
        ),
        _ => euros(amount, 0, language),
    }
}
