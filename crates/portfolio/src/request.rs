//! What is asked of a portfolio: where it comes from, where it goes, and in which order.

mod choices;
mod quantities;

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;

use propenso_scoring::Binning;
use propenso_scoring::statistics::Deciles;

use crate::error::PortfolioError;
pub use crate::limits::Limits;
pub use choices::{
    Encoding, Format, ListOrder, NotAccepted, RankDirection, RankName, Separator, SuppressMissing,
};
pub use propenso_scoring::number::Decimal;
pub use quantities::{Clients, Mapping, Share};

/// Everything that is asked of one run.
#[derive(Debug, Clone)]
pub struct PortfolioRequest {
    /// Where the clients come from; `None` is standard input.
    pub input: Option<PathBuf>,
    /// What reports and errors call the file; otherwise its name, and where it lies.
    pub name: Option<String>,
    /// How to read them, where that is not to be found out.
    pub reading: Reading,
    /// Columns named otherwise than the contract's inputs.
    pub mapping: Vec<Mapping>,
    /// Where the ranked file goes; `None` is standard output.
    pub output: Option<PathBuf>,
    /// How to write it, where that is not the input's way.
    pub writing: Writing,
    /// Which clients come first.
    pub rank_by: RankBy,
    /// The order that the list is written in.
    pub order: ListOrder,
    /// What the number in `rango` means.
    pub rank_direction: RankDirection,
    /// How many can be called.
    pub capacity: Option<u64>,
    /// Whether only those who fit the capacity are in the list.
    pub only_fits: bool,
    /// Whether a client with several rows has one place, by the best of them, where ids are known.
    pub one_per_client: bool,
    /// How many clients each file of the list has, where it is cut into files.
    pub split: Option<NonZeroU64>,
    /// A file with the ids of clients that must not be called.
    pub suppress: Option<PathBuf>,
    /// What follows if that file has ids that the portfolio writes otherwise, or none of the portfolio's.
    pub suppress_missing: SuppressMissing,
    /// The column with the clients' ids; otherwise the contract's.
    pub id_column: Option<String>,
    /// The column with the debt in euros; otherwise the contract's.
    pub amount_column: Option<String>,
    /// A random group that is not called, to measure against.
    pub control: Option<Control>,
    /// How many reasons to write beside each score.
    pub explain: Option<NonZeroUsize>,
    /// The scores that cut the model's own reference portfolio into tenths: bands that stay while it does.
    pub bands: Option<Deciles>,
    /// What inputs are counted in, for whoever follows them from day to day.
    pub binning: Option<Arc<Binning>>,
    /// A recent portfolio to compare this one's columns with.
    pub reference: Option<PathBuf>,
    /// Where the summary page goes.
    pub page: Option<PathBuf>,
    /// Who may read the files that are written.
    pub readers: Readers,
    /// The model's version in the registry, for the summary.
    pub version: Option<u32>,
    /// Threads to work on.
    pub threads: NonZeroUsize,
}

impl PortfolioRequest {
    /// The most reasons that are written beside a score.
    pub const MOST_REASONS: u8 = 16;

    /// Asks for all clients by probability, on all cores, with everything else found out.
    #[must_use]
    pub fn new(input: Option<PathBuf>, output: Option<PathBuf>) -> Self {
        Self {
            input,
            name: None,
            reading: Reading::default(),
            mapping: Vec::new(),
            output,
            writing: Writing::default(),
            rank_by: RankBy::Probability,
            order: ListOrder::default(),
            rank_direction: RankDirection::default(),
            capacity: None,
            only_fits: false,
            one_per_client: true,
            split: None,
            suppress: None,
            suppress_missing: SuppressMissing::Fail,
            id_column: None,
            amount_column: None,
            control: None,
            explain: None,
            bands: None,
            binning: None,
            reference: None,
            page: None,
            readers: Readers::default(),
            version: None,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// Who may read the files that a run writes. On Windows their folder decides in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readers {
    /// Whoever runs the process, alone: these are people's debts.
    #[default]
    Owner,
    /// Whoever might read the file that is replaced; for a new one whoever the process's umask lets.
    AsBefore,
}

/// The way a file is read. What is `None` is found out.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The form of the file.
    pub format: Option<Format>,
    /// What stands between the cells of a text file.
    pub separator: Option<Separator>,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// What stands before the decimals of a text file.
    pub decimal: Option<Decimal>,
    /// The name of the sheet.
    pub sheet: Option<String>,
    /// The row with the columns' names, as a spreadsheet counts, from 1.
    pub header_row: Option<u32>,
    /// How much the file may ask for.
    pub limits: Limits,
}

/// The way a file is written. What is `None` is the input's, or what a Spanish Excel opens.
#[derive(Debug, Clone, Default)]
pub struct Writing {
    /// The form of the file; otherwise its name tells.
    pub format: Option<Format>,
    /// What stands between the cells of a text file.
    pub separator: Option<Separator>,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// What stands before the decimals of a text file.
    pub decimal: Option<Decimal>,
    /// Whether the added columns stand before the original ones; otherwise they do in workbooks, which people read.
    pub columns_first: Option<bool>,
}

/// Which clients come first.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum RankBy {
    /// The likeliest to pay.
    #[default]
    Probability,
    /// Those of whom most is expected: probability × debt.
    Expected,
    /// Those who leave most: fee × probability × debt − cost of the contact.
    Net {
        /// The agency's share of what is recovered, 0 to 1.
        fee: f64,
        /// What contacting a client costs, in euros.
        contact_cost: f64,
    },
}

/// A random group that is not called. Who is in it depends on the id and the key alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Its share of the clients, 0 to 1.
    pub share: f64,
    /// A secret text that names the experiment.
    pub key: String,
}

impl RankBy {
    /// Makes an order of its name and of what it depends on.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] where something is missing, or given for another order.
    pub fn new(
        name: RankName,
        fee: Option<Share>,
        contact_cost: Option<f64>,
    ) -> Result<Self, PortfolioError> {
        let wrong = |spanish: &str, english: &str| Err(PortfolioError::request(spanish, english));
        match (name, fee, contact_cost) {
            (RankName::Net, Some(fee), Some(contact_cost)) => Ok(Self::Net {
                fee: fee.into(),
                contact_cost,
            }),
            (RankName::Net, _, _) => wrong(
                "--rank-by net necesita --fee y --contact-cost",
                "--rank-by net needs --fee and --contact-cost",
            ),
            (RankName::Expected, None, None) => Ok(Self::Expected),
            (RankName::Probability, None, None) => Ok(Self::Probability),
            _ => wrong(
                "--fee y --contact-cost son para --rank-by net",
                "--fee and --contact-cost are for --rank-by net",
            ),
        }
    }
}
