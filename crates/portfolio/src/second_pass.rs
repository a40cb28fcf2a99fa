//! The second time through: every scored row's place is known, and the file is written, in the file's order or the day's.

use std::ops::Range;

use propenso_scoring::Labels;
use propenso_scoring::statistics::Deciles;

use crate::batch::Batch;
use crate::buckets;
use crate::error::PortfolioError;
use crate::finished::{AddedColumn, FinishedRows, Role, Value};
use crate::folio::{Folio, Scored};
use crate::in_order::Pass;
use crate::money::Money;
use crate::request::{RankBy, RankDirection};
use crate::summary::{Group, Summary, Total};

/// The second pass over a portfolio: all that its rows have in common.
pub(crate) struct SecondPass<'r, F> {
    pub(crate) order: Order<'r>,
    /// Whether the rows were counted before, when they were sorted.
    pub(crate) is_counted: bool,
    /// Makes of rows what is written of them.
    pub(crate) make: F,
}

/// The order of the day: what added cells depend on besides their row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'r> {
    pub(crate) columns: &'r [AddedColumn],
    pub(crate) labels: Option<&'r Labels>,
    pub(crate) rank_by: RankBy,
    pub(crate) direction: RankDirection,
    pub(crate) capacity: Option<u64>,
    /// Whether only those who fit are written.
    pub(crate) only_fits: bool,
    /// Clients of each file, where the list is cut into files.
    pub(crate) split: Option<u64>,
    pub(crate) bands: Option<Deciles>,
    pub(crate) n_reasons: usize,
    /// Cells that the first pass kept of each row.
    pub(crate) n_kept: usize,
    /// Rows that have a place.
    pub(crate) n_ranked: u64,
}

/// Some scored rows and their places.
#[derive(Debug)]
pub(crate) enum PlacedFolio {
    /// Consecutive rows of the file.
    OfFile { bytes: Vec<u8>, places: Vec<u64> },
    /// Consecutive places of the day's order.
    OfBucket(Vec<u8>),
}

/// Rows that are ready to be written.
pub(crate) struct Ready<D> {
    pub(crate) made: D,
    pub(crate) n_rows: u64,
}

/// Some rows with everything that is written of them.
pub(crate) struct PlacedRows<'r> {
    order: Order<'r>,
    folio: Folio,
    places: Vec<u64>,
}

/// One thread's counts of what depends on places.
#[derive(Debug, Default)]
pub(crate) struct PlaceCount {
    deciles: [Group; 10],
    fits: Total,
    /// Those who do not.
    unfit: Total,
}

impl<'r, F, D> Pass for SecondPass<'r, F>
where
    F: Fn(PlacedRows<'r>) -> D + Sync,
    D: Send,
{
    type Job = PlacedFolio;
    type Done = Ready<D>;
    type Bench = PlaceCount;
    type Error = PortfolioError;

    fn bench(&self) -> PlaceCount {
        PlaceCount::default()
    }

    fn work(&self, job: PlacedFolio, bench: &mut PlaceCount) -> Result<Ready<D>, PortfolioError> {
        let (mut folio, mut places) = job.open(&self.order)?;
        if !self.is_counted {
            self.order.count(&folio, &places, bench);
            self.order.retain_written(&mut folio, &mut places);
        }
        let n_rows = folio.n_rows() as u64;
        let rows = PlacedRows {
            order: self.order,
            folio,
            places,
        };
        Ok(Ready {
            made: (self.make)(rows),
            n_rows,
        })
    }
}

impl Scored {
    /// Computes probability × debt in euros, where the debt is known.
    pub(crate) fn expected(&self) -> Option<f64> {
        let expected = self.probability * self.debt;
        expected.is_finite().then_some(expected)
    }

    /// Computes what a contact leaves, in euros.
    pub(crate) fn net(&self, rank_by: RankBy) -> Option<f64> {
        let RankBy::Net { fee, contact_cost } = rank_by else {
            return None;
        };
        Some(fee * self.expected()? - contact_cost)
    }
}

impl PlacedFolio {
    /// Reads the rows and their places.
    pub(crate) fn open(self, order: &Order<'_>) -> Result<(Folio, Vec<u64>), PortfolioError> {
        let opened = match self {
            Self::OfFile { bytes, places } => Folio::read(&bytes).map(|folio| (folio, places)),
            Self::OfBucket(bytes) => buckets::in_order(&bytes, order.n_kept, order.n_reasons),
        };
        opened.ok_or_else(|| {
            let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
            PortfolioError::io(std::path::Path::new("temporary file"), error)
        })
    }
}

impl PlaceCount {
    /// Adds what it came to.
    pub(crate) fn write(&self, summary: &mut Summary) {
        summary.fits.merge(self.fits);
        if let Some(left_out) = &mut summary.left_out {
            left_out.merge(self.unfit);
        }
        for (sum, group) in summary.deciles.iter_mut().zip(&self.deciles) {
            sum.merge(group);
        }
    }
}

impl Order<'_> {
    /// A row's place; none for those put aside.
    fn place(&self, scored: &Scored, place: u64) -> Option<u64> {
        (!scored.is_control && place <= self.n_ranked).then_some(place)
    }

    fn fits(&self, place: Option<u64>) -> bool {
        let capacity = self.capacity.unwrap_or(u64::MAX);
        place.is_some_and(|place| place <= capacity)
    }

    /// Finds the tenth of the day's order that a place is in, from 1.
    fn decile(&self, place: u64) -> u64 {
        (place - 1) * 10 / self.n_ranked.max(1) + 1
    }

    /// Tells whether a row is in the list.
    pub(crate) fn is_written(&self, scored: &Scored, place: u64) -> bool {
        !self.only_fits || self.fits(self.place(scored, place))
    }

    fn retain_written(&self, folio: &mut Folio, places: &mut Vec<u64>) {
        if !self.only_fits {
            return;
        }
        let rows = folio.scores.iter().zip(&*places);
        let keep: Vec<bool> = rows
            .map(|(scored, place)| self.is_written(scored, *place))
            .collect();
        let mut keeps = keep.iter();
        places.retain(|_| keeps.next() == Some(&true));
        folio.retain(&keep);
    }

    /// Finds the number that a place has in the list.
    fn rank(&self, place: u64) -> u64 {
        match self.direction {
            RankDirection::First => place,
            RankDirection::Last => self.n_ranked + 1 - place.min(self.n_ranked),
        }
    }

    /// Counts rows by their places.
    pub(crate) fn count(&self, folio: &Folio, places: &[u64], count: &mut PlaceCount) {
        for (scored, place) in folio.scores.iter().zip(places) {
            let Some(place) = self.place(scored, *place) else {
                continue;
            };
            let debt = Money::of(scored.debt);
            match self.fits(Some(place)) {
                true => count.fits.add(debt),
                false => count.unfit.add(debt),
            }
            let decile = self.decile(place) as usize - 1;
            if let Some(group) = count.deciles.get_mut(decile) {
                let expected = scored.expected().map_or(Money::default(), Money::of);
                group.add(scored.probability, scored.pays, debt, expected);
                let amount = match self.rank_by {
                    RankBy::Probability => None,
                    RankBy::Expected => scored.expected(),
                    RankBy::Net { .. } => scored.net(self.rank_by),
                };
                if let Some(amount) = amount {
                    group.add_amount(Money::of(amount));
                }
            }
        }
    }
}

impl PlacedRows<'_> {
    /// The rows, file by file: which of the files a list is cut into, and which rows are in it.
    pub(crate) fn parts(&self) -> Vec<(u64, Range<usize>)> {
        let mut parts: Vec<(u64, Range<usize>)> = Vec::new();
        let part_of = |place: u64| self.order.split.map_or(0, |split| (place - 1) / split);
        for (row, place) in self.places.iter().enumerate() {
            let part = part_of(*place);
            match parts.last_mut().filter(|(last, _)| *last == part) {
                Some((_, rows)) => rows.end = row + 1,
                None => parts.push((part, row..row + 1)),
            }
        }
        parts
    }

    fn place(&self, row: usize) -> Option<u64> {
        self.order.place(&self.folio.scores[row], self.places[row])
    }
}

impl FinishedRows for PlacedRows<'_> {
    fn cells(&self) -> &Batch {
        &self.folio.cells
    }

    #[inline]
    fn added(&self, row: usize, column: usize) -> Value<'_> {
        let scored = &self.folio.scores[row];
        let or_empty = |number: Option<f64>| number.map_or(Value::Empty, Value::Number);
        match self.order.columns[column].role {
            Role::Probability => Value::Number(scored.probability),
            Role::Class => Value::Count(u64::from(scored.pays)),
            Role::Label => match self.order.labels {
                Some(labels) if scored.pays => Value::Text(&labels.positive),
                Some(labels) => Value::Text(&labels.negative),
                None => Value::Empty,
            },
            Role::Decile => self
                .place(row)
                .map_or(Value::Empty, |place| Value::Count(self.order.decile(place))),
            Role::Band => match &self.order.bands {
                Some(cuts) => Value::Text(cuts.band(scored.probability)),
                None => Value::Empty,
            },
            Role::Rank => self
                .place(row)
                .map_or(Value::Empty, |place| Value::Count(self.order.rank(place))),
            Role::Expected => or_empty(scored.expected()),
            Role::Net => or_empty(scored.net(self.order.rank_by)),
            Role::Group if scored.is_control => Value::Text("control"),
            Role::Group => Value::Text("gestión"),
            Role::Fits if self.order.fits(self.place(row)) => Value::Text("SI"),
            Role::Fits => Value::Text("NO"),
            Role::Notes => text_or_empty(self.folio.notes.get(row)),
            Role::Reason(number) => {
                let at = row * self.order.n_reasons + number - 1;
                text_or_empty(self.folio.reasons.get(at))
            }
        }
    }
}

fn text_or_empty(text: &str) -> Value<'_> {
    if text.is_empty() {
        Value::Empty
    } else {
        Value::Text(text)
    }
}
