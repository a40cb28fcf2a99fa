//! The list itself: scored rows get their places, are put in order, and are written.

use super::{Run, Waiting};
use crate::buckets::{Buckets, FullBuckets};
use crate::error::PortfolioError;
use crate::folio::Folio;
use crate::in_order::in_order;
use crate::output::{Lines, Output};
use crate::progress::{Place, Stage};
use crate::request::ListOrder;
use crate::second_pass::{Order, PlacedFolio, PlacedRows, Ready, SecondPass};
use crate::sorting::{Sorting, Thrown};
use crate::summary::Summary;

/// Scored rows in the order they are written in.
enum InLine {
    File(Waiting),
    Rank(FullBuckets),
}

/// The list that is to be written.
struct List<'r> {
    rows: InLine,
    order: Order<'r>,
}

impl InLine {
    fn next(&mut self) -> Result<Option<PlacedFolio>, PortfolioError> {
        match self {
            Self::File(waiting) => waiting.next(),
            Self::Rank(buckets) => Ok(buckets.next()?.map(PlacedFolio::OfBucket)),
        }
    }
}

impl Waiting {
    /// The file's next rows, with their places.
    fn next(&mut self) -> Result<Option<PlacedFolio>, PortfolioError> {
        let Some(bytes) = self.spool.next()? else {
            return Ok(None);
        };
        let n_rows = Folio::n_rows_of(&bytes).unwrap_or(0);
        let places = self.ranks.take(n_rows)?;
        Ok(Some(PlacedFolio::OfFile { bytes, places }))
    }
}

impl Run<'_> {
    /// Writes the list.
    pub(super) fn write_list(
        &self,
        waiting: Waiting,
        output: &mut Output,
        summary: &mut Summary,
    ) -> Result<(), PortfolioError> {
        let order = self.order(output, summary);
        let listed = self.listed(summary);
        if let Some(split) = self.request.split {
            output.split(listed.div_ceil(split.get()).max(1), self.request)?;
        }
        let rows = match self.request.order {
            ListOrder::File => InLine::File(waiting),
            ListOrder::Rank => InLine::Rank(self.sort(waiting, order, summary)?),
        };
        let list = List { rows, order };
        match output {
            Output::Lines(Lines { style, file }) => {
                let make = |rows: PlacedRows<'_>| {
                    let parts = rows.parts().into_iter().map(|(part, some)| {
                        let mut lines = Vec::new();
                        style.write_rows(&rows, some, &mut lines);
                        (part, lines)
                    });
                    parts.collect::<Vec<_>>()
                };
                let write = |parts: Vec<(u64, Vec<u8>)>| {
                    parts.into_iter().try_for_each(|(part, lines)| {
                        file.go_to(part)?;
                        file.write(&lines)
                    })
                };
                self.place(list, make, write, summary)
            }
            Output::Table(table) => {
                // Only the day's order is cut into files, and it is counted by now.
                let counted = summary.clone();
                let write = |rows: PlacedRows<'_>| {
                    rows.parts().into_iter().try_for_each(|(part, some)| {
                        table.go_to(part, &counted)?;
                        table.writer.write(&rows, some)
                    })
                };
                self.place(list, |rows| rows, write, summary)
            }
        }
    }

    fn order(&self, output: &Output, summary: &Summary) -> Order<'_> {
        let decision = self.scorer.contract().decision();
        Order {
            columns: &self.plan.columns.added,
            labels: decision.map(|decision| &decision.labels),
            rank_by: self.request.rank_by,
            direction: self.request.rank_direction,
            capacity: self.request.capacity,
            only_fits: self.request.only_fits,
            split: self.request.split.map(std::num::NonZeroU64::get),
            bands: self.request.bands,
            n_reasons: self.n_reasons(),
            n_kept: output.n_kept(self.plan),
            n_ranked: ranked(summary),
        }
    }

    /// Counts the rows that the list will have.
    fn listed(&self, summary: &Summary) -> u64 {
        let ranked = ranked(summary);
        match self.request.capacity.filter(|_| self.request.only_fits) {
            Some(capacity) => ranked.min(capacity),
            None => written(summary),
        }
    }

    /// Puts rows into the day's order, and counts them by it.
    fn sort(
        &self,
        mut waiting: Waiting,
        order: Order<'_>,
        summary: &mut Summary,
    ) -> Result<FullBuckets, PortfolioError> {
        let starts = std::mem::take(&mut waiting.ranks.buckets);
        let mut buckets = Buckets::new(&self.folder(), starts);
        let pass = Sorting {
            order,
            ranges: buckets.ranges(),
        };
        let total = written(summary) + self.listed(summary);
        let mut rows = 0;
        let deliver = |thrown: Thrown| {
            buckets.throw(&thrown.throw)?;
            rows += thrown.n_rows;
            self.advance_writing(rows, total)
        };
        for count in in_order(&pass, self.request.threads, || waiting.next(), deliver)? {
            count.write(summary);
        }
        Ok(buckets.empty())
    }

    /// Makes of rows what is written, on any thread, and has it written, in order.
    fn place<'a, D: Send>(
        &'a self,
        List { mut rows, order }: List<'a>,
        make: impl Fn(PlacedRows<'a>) -> D + Sync,
        mut write: impl FnMut(D) -> Result<(), PortfolioError> + Send,
        summary: &mut Summary,
    ) -> Result<(), PortfolioError> {
        let is_sorted = matches!(rows, InLine::Rank(_));
        let pass = SecondPass {
            order,
            is_counted: is_sorted,
            make,
        };
        // To sort them was half of the way.
        let before = if is_sorted { written(summary) } else { 0 };
        let total = before + self.listed(summary);
        let mut done = before;
        let deliver = |ready: Ready<D>| {
            write(ready.made)?;
            done += ready.n_rows;
            self.advance_writing(done, total)
        };
        for count in in_order(&pass, self.request.threads, || rows.next(), deliver)? {
            count.write(summary);
        }
        Ok(())
    }

    fn advance_writing(&self, rows: u64, total: u64) -> Result<(), PortfolioError> {
        self.advance(Place {
            stage: Stage::Writing,
            rows,
            done: rows,
            total: Some(total),
        })
    }
}

/// Rows that have a place in the list.
fn written(summary: &Summary) -> u64 {
    summary.scored.rows - summary.suppressed.rows
}

/// Counts the rows that have a place.
fn ranked(summary: &Summary) -> u64 {
    written(summary) - summary.control.rows - summary.repeated
}
