//! What a portfolio came to: who was read, scored and rejected, and what is expected of them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::money::Money;

/// Columns of the histogram of probabilities.
pub const HISTOGRAM_BINS: usize = 20;

/// Everything a run counted. All sums are exact, so they do not depend on the number of threads.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The input file's name; empty for standard input.
    pub file: String,
    /// Day and time of the run, `2026-11-24 09:30`.
    pub at: String,
    /// The model: version if any, and the start of its hash.
    pub model: String,
    /// The contract's name.
    pub contract: String,
    /// How many rows there were, and their debt.
    pub read: Total,
    /// The rows of the file that hold no client.
    pub aside: RowsAside,
    /// Those that have a score.
    pub scored: Total,
    /// Those that have none.
    pub rejected: Total,
    /// The scored ones that are left out because of the suppression list.
    pub suppressed: Total,
    /// What the portfolio has of the suppression list; `None` without one.
    pub suppression: Option<SuppressionCount>,
    /// The scored ones that are put aside to measure against.
    pub control: Total,
    /// The scored rows of clients who have a place by a better row.
    pub repeated: u64,
    /// The scored ones that fit the capacity. Without one, all that have a place.
    pub fits: Total,
    /// The scored ones that have a place but do not fit, where only those who fit are in the list.
    pub left_out: Option<Total>,
    /// The capacity, where one was given.
    pub capacity: Option<u64>,
    /// What the order is by.
    pub rank_by: super::request::RankBy,
    /// The debt's column; `None` where the debt is not known, and all amounts are 0.
    pub amount_column: Option<String>,
    /// The id's column.
    pub id_column: Option<String>,
    /// The clients in order, by the tenth of the day's order; the first is called first.
    pub deciles: [Group; 10],
    /// The scored clients by frozen band, `A` to `E`; `None` where the model has no bands.
    pub bands: Option<[Group; 5]>,
    /// The scored clients by probability, in [`HISTOGRAM_BINS`] equal parts of 0 to 1.
    pub histogram: Vec<u64>,
    /// What was seen in each input's column.
    pub inputs: Vec<InputCount>,
    /// The scored clients by what each input was, in the order of [`Binning`](propenso_scoring::Binning); empty where nobody asked.
    #[serde(skip)]
    pub bins: Vec<u64>,
    /// What was seen in the model's reference portfolio, where there is one: its rows, and its inputs in the same order.
    pub reference: Option<Reference>,
    /// Why rows were rejected, the commonest first.
    pub rejections: Vec<RejectionCount>,
    /// Columns of the file that no input has.
    pub unused_columns: Vec<String>,
    /// Inputs that no column has.
    pub missing_columns: Vec<String>,
    /// What else the reader should know, a sentence each, in Spanish.
    pub remarks: Vec<String>,
}

/// Rows and their debt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// How many.
    pub rows: u64,
    /// Their debt.
    pub debt: Money,
}

/// Ids of a suppression list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SuppressionCount {
    /// All of them, each once.
    pub listed: u64,
    /// Those that a client of the portfolio has.
    pub found: u64,
    /// Those that a client has but for zeros before them, blanks, case, or a `.0` behind them.
    pub written_otherwise: u64,
}

/// Rows that hold no client. With those that were read they make up the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RowsAside {
    /// Rows with the columns' names: one in each sheet or file.
    pub headers: u64,
    /// Rows above them that say something.
    pub titles: u64,
    /// Rows that say nothing.
    pub empty: u64,
    /// Rows with the sums of others.
    pub totals: u64,
}

/// Some of the scored clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Group {
    /// How many.
    pub rows: u64,
    /// Those whom the decision calls payers.
    pub payers: u64,
    /// Their debt.
    pub debt: Money,
    /// Their probability × debt.
    pub expected: Money,
    /// The sum of their probabilities in thousandths of a millionth.
    #[serde(skip)]
    pub probability_sum: i128,
    /// The lowest probability among them; 0 where there are none.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The least and the greatest of the amounts that the order is by, where it is by amounts and they are known.
    pub amounts: Option<(Money, Money)>,
}

/// Counts of what was seen in an input's column.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct InputCount {
    /// The input's long name.
    pub input: String,
    /// Its column in the file.
    pub column: Option<String>,
    /// Scored rows where it is missing.
    pub missing: u64,
    /// Scored rows with a text the contract does not know.
    pub unseen: u64,
    /// Scored rows beyond the model's bounds.
    pub clipped: u64,
    /// Scored rows that can be read in two ways.
    pub ambiguous: u64,
    /// Rows rejected because of it.
    pub rejected: u64,
    /// The same by what is wrong, as [`Fault::as_str`](propenso_scoring::Fault::as_str) says it.
    #[serde(skip)]
    pub faults: BTreeMap<&'static str, u64>,
}

/// Counts of the model's reference portfolio.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reference {
    /// Its scored rows.
    pub rows: u64,
    /// The inputs' counts, in the order of the summary's.
    pub inputs: Vec<InputCount>,
}

/// A reason to reject rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RejectionCount {
    /// The input; empty where the whole row is wrong.
    pub input: String,
    /// What is wrong, in Spanish.
    pub reason: String,
    /// Rows.
    pub rows: u64,
}

impl Group {
    /// The mean of the probabilities; `None` where there are none.
    #[must_use]
    pub fn mean_probability(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.probability_sum as f64 / 1e9 / self.rows as f64)
    }

    /// Counts a client.
    pub(crate) fn add(&mut self, probability: f64, pays: bool, debt: Money, expected: Money) {
        if self.rows == 0 {
            (self.lowest, self.highest) = (probability, probability);
        }
        self.lowest = self.lowest.min(probability);
        self.highest = self.highest.max(probability);
        self.rows += 1;
        self.payers += u64::from(pays);
        self.debt += debt;
        self.expected += expected;
        self.probability_sum += (probability * 1e9).round() as i128;
    }

    /// Takes notice of the amount that a client's place depends on.
    pub(crate) fn add_amount(&mut self, amount: Money) {
        self.merge_amounts(Some((amount, amount)));
    }

    fn merge_amounts(&mut self, other: Option<(Money, Money)>) {
        self.amounts = match (self.amounts, other) {
            (Some((least, most)), Some((low, high))) => Some((least.min(low), most.max(high))),
            (amounts, None) | (None, amounts) => amounts,
        };
    }

    /// Adds clients that another thread has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.merge_amounts(other.amounts);
        if other.rows == 0 {
            return;
        }
        if self.rows == 0 {
            (self.lowest, self.highest) = (other.lowest, other.highest);
        }
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
        self.rows += other.rows;
        self.payers += other.payers;
        self.debt += other.debt;
        self.expected += other.expected;
        self.probability_sum += other.probability_sum;
    }
}

impl Total {
    /// Counts a row.
    pub(crate) fn add(&mut self, debt: Money) {
        self.rows += 1;
        self.debt += debt;
    }

    /// Adds rows that another thread has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.debt += other.debt;
    }
}

impl RowsAside {
    /// The number of rows.
    #[must_use]
    pub fn rows(self) -> u64 {
        self.headers + self.titles + self.empty + self.totals
    }
}

impl InputCount {
    /// Adds what another thread has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.missing += other.missing;
        self.unseen += other.unseen;
        self.clipped += other.clipped;
        self.ambiguous += other.ambiguous;
        self.rejected += other.rejected;
        for (fault, rows) in &other.faults {
            *self.faults.entry(*fault).or_default() += rows;
        }
    }
}

impl Summary {
    /// Day and time of the run, as they are written in Spain: `24/11/2026 09:30`.
    #[must_use]
    pub fn when(&self) -> String {
        match self.at.split_once(' ') {
            Some((day, time)) => {
                let parts: Vec<&str> = day.rsplit('-').collect();
                format!("{} {time}", parts.join("/"))
            }
            None => self.at.clone(),
        }
    }

    /// Tells whether every row and every cent that was read is among the scored or the rejected.
    #[must_use]
    pub fn is_reconciled(&self) -> bool {
        self.read.rows == self.scored.rows + self.rejected.rows
            && self.read.debt == self.scored.debt + self.rejected.debt
    }
}
