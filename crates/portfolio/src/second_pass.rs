//! The second time through: every scored row's place is known, and the file is written.

use propenso_scoring::Labels;
use propenso_scoring::statistics::Deciles;

use crate::batch::Batch;
use crate::count::band;
use crate::error::PortfolioError;
use crate::finished::{AddedColumn, FinishedRows, Role, Value};
use crate::folio::{Folio, Scored};
use crate::in_order::Pass;
use crate::money::Money;
use crate::request::RankBy;
use crate::summary::{Group, Total};

/// The second pass over a portfolio: all that its rows have in common.
pub(crate) struct SecondPass<'r, F> {
    pub(crate) order: Order<'r>,
    /// Makes of rows what is written of them.
    pub(crate) make: F,
}

/// The order of the day: what added cells depend on besides their row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'r> {
    pub(crate) columns: &'r [AddedColumn],
    pub(crate) labels: Option<&'r Labels>,
    pub(crate) rank_by: RankBy,
    pub(crate) capacity: Option<u64>,
    pub(crate) bands: Option<Deciles>,
    pub(crate) n_reasons: usize,
    /// Rows that have a place.
    pub(crate) n_ranked: u64,
}

/// Some scored rows and their places.
#[derive(Debug)]
pub(crate) struct PlacedFolio {
    pub(crate) bytes: Vec<u8>,
    pub(crate) places: Vec<u64>,
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

/// The counts of one thread.
#[derive(Debug, Default)]
pub(crate) struct SecondBench {
    pub(crate) deciles: [Group; 10],
    pub(crate) fits: Total,
}

impl<'r, F, D> Pass for SecondPass<'r, F>
where
    F: Fn(PlacedRows<'r>) -> D + Sync,
    D: Send,
{
    type Job = PlacedFolio;
    type Done = Ready<D>;
    type Bench = SecondBench;
    type Error = PortfolioError;

    fn bench(&self) -> SecondBench {
        SecondBench::default()
    }

    fn work(&self, job: PlacedFolio, bench: &mut SecondBench) -> Result<Ready<D>, PortfolioError> {
        let folio = Folio::read(&job.bytes).ok_or_else(|| {
            let error = std::io::Error::from(std::io::ErrorKind::InvalidData);
            PortfolioError::io(std::path::Path::new("temporary file"), error)
        })?;
        let rows = PlacedRows {
            order: self.order,
            folio,
            places: job.places,
        };
        rows.count(bench);
        let n_rows = rows.folio.n_rows() as u64;
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
    /// Counts the rows that a folio's bytes hold.
    pub(crate) fn n_rows(bytes: &[u8]) -> usize {
        Folio::n_rows_of(bytes).unwrap_or(0)
    }
}

impl PlacedRows<'_> {
    /// A row's place; none for those put aside.
    fn place(&self, row: usize) -> Option<u64> {
        let place = self.places[row];
        (!self.folio.scores[row].is_control).then_some(place)
    }

    fn fits(&self, place: Option<u64>) -> bool {
        let capacity = self.order.capacity.unwrap_or(u64::MAX);
        place.is_some_and(|place| place <= capacity)
    }

    /// Finds the tenth of the day's order that a place is in, from 1.
    fn decile(&self, place: u64) -> u64 {
        (place - 1) * 10 / self.order.n_ranked.max(1) + 1
    }

    fn count(&self, bench: &mut SecondBench) {
        for (row, scored) in self.folio.scores.iter().enumerate() {
            let Some(place) = self.place(row) else {
                continue;
            };
            let debt = Money::of(scored.debt);
            if self.fits(Some(place)) {
                bench.fits.add(debt);
            }
            let decile = self.decile(place) as usize - 1;
            if let Some(group) = bench.deciles.get_mut(decile) {
                let expected = scored.expected().map_or(Money::default(), Money::of);
                group.add(scored.probability, scored.pays, debt, expected);
            }
        }
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
                .map_or(Value::Empty, |place| Value::Count(self.decile(place))),
            Role::Band => match &self.order.bands {
                Some(cuts) => Value::Text(BANDS[band(scored.probability, cuts)]),
                None => Value::Empty,
            },
            Role::Rank => self.place(row).map_or(Value::Empty, Value::Count),
            Role::Expected => or_empty(scored.expected()),
            Role::Net => or_empty(scored.net(self.order.rank_by)),
            Role::Group if scored.is_control => Value::Text("control"),
            Role::Group => Value::Text("gestión"),
            Role::Fits if self.fits(self.place(row)) => Value::Text("SI"),
            Role::Fits => Value::Text("NO"),
            Role::Notes => text_or_empty(self.folio.notes.get(row)),
            Role::Reason(number) => {
                let at = row * self.order.n_reasons + number - 1;
                text_or_empty(self.folio.reasons.get(at))
            }
        }
    }
}

const BANDS: [&str; 5] = ["A", "B", "C", "D", "E"];

fn text_or_empty(text: &str) -> Value<'_> {
    if text.is_empty() {
        Value::Empty
    } else {
        Value::Text(text)
    }
}
