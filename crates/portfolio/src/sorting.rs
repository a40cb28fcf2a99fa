//! Between the passes: every scored row is thrown into the bucket of its place.

use crate::buckets::{Ranges, Throw};
use crate::error::PortfolioError;
use crate::in_order::Pass;
use crate::second_pass::{Order, PlaceCount, PlacedFolio};

/// The pass that puts rows into the day's order.
pub(crate) struct Sorting<'r> {
    pub(crate) order: Order<'r>,
    pub(crate) ranges: Ranges,
}

/// Some rows on their way into the buckets.
pub(crate) struct Thrown {
    pub(crate) throw: Throw,
    pub(crate) n_rows: u64,
}

impl Pass for Sorting<'_> {
    type Job = PlacedFolio;
    type Done = Thrown;
    type Bench = PlaceCount;
    type Error = PortfolioError;

    fn bench(&self) -> PlaceCount {
        PlaceCount::default()
    }

    fn work(&self, job: PlacedFolio, bench: &mut PlaceCount) -> Result<Thrown, PortfolioError> {
        let (folio, places) = job.open(&self.order)?;
        self.order.count(&folio, &places, bench);
        let is_written = |row: usize| self.order.is_written(&folio.scores[row], places[row]);
        Ok(Thrown {
            throw: self.ranges.throw(&folio, &places, is_written),
            n_rows: folio.n_rows() as u64,
        })
    }
}
