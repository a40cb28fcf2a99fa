//! Scores of a whole table: in blocks, on all threads.

use std::num::NonZeroUsize;
use std::ops::Range;

use propenso_engine::{Answers, Rows, Scratch};
use propenso_scoring::{Outcome, Row, Scorer};

use super::{Table, TableColumns};
use crate::batch::Batch;
use crate::columns::{ColumnMatcher, Columns};
use crate::decimals::Decimals;
use crate::error::PortfolioError;
use crate::in_order::{Pass, in_order};
use crate::row_encoder::{Encoded, RowEncoder};

/// Rows that a thread takes at a time: enough for the engine's blocks, few enough for small tables to keep all busy.
const BLOCK: usize = 1_024;

impl Table {
    /// Scores every client, in the order of the rows: `None` for a row that has more or fewer cells than the header, or
    /// that cannot be scored. Each outcome is what the row alone would get.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingColumns`] with every input that must be sent and has no column;
    /// [`PortfolioError::AmbiguousColumns`] where it is not clear which one it has.
    pub fn outcomes(&self, scorer: &Scorer) -> Result<Vec<Option<Outcome>>, PortfolioError> {
        let matcher = ColumnMatcher::of_contract(scorer.contract());
        let scoring = Scoring {
            scorer,
            columns: &matcher.bind(&self.header)?,
            decimals: &self.decimals,
        };
        let mut blocks = self.batches.iter().flat_map(blocks);
        let mut outcomes = Vec::with_capacity(self.n_rows);
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        in_order(
            &scoring,
            threads,
            || Ok(blocks.next()),
            |block: Vec<Option<Outcome>>| {
                outcomes.extend(block);
                Ok(())
            },
        )?;
        Ok(outcomes)
    }

    /// So many clients at most, from all over the table, as a scorer's contract sees them.
    ///
    /// # Errors
    ///
    /// As [`Self::outcomes`].
    pub fn some_clients(
        &self,
        scorer: &Scorer,
        most: usize,
    ) -> Result<Vec<Row<'_>>, PortfolioError> {
        let contract = scorer.contract();
        let columns = TableColumns(ColumnMatcher::of_contract(contract).bind(&self.header)?);
        let every = self.n_rows.div_ceil(most.max(1)).max(1);
        let rows = (0..self.n_rows).step_by(every);
        // A row of the wrong length is nobody.
        let rows = rows.filter_map(|row| self.row(row, &columns, contract).ok());
        Ok(rows.collect())
    }
}

/// Some rows of a batch.
struct Block<'t> {
    batch: &'t Batch,
    rows: Range<usize>,
}

fn blocks(batch: &Batch) -> impl Iterator<Item = Block<'_>> {
    let starts = (0..batch.n_rows()).step_by(BLOCK);
    starts.map(move |start| Block {
        batch,
        rows: start..batch.n_rows().min(start + BLOCK),
    })
}

/// The scoring that all rows of a table have in common.
struct Scoring<'s> {
    scorer: &'s Scorer,
    columns: &'s Columns,
    decimals: &'s Decimals,
}

/// A thread's own things.
struct Bench<'s> {
    encoder: RowEncoder<'s>,
    encoded: Encoded,
    /// Which rows of the block the encoded ones are.
    accepted: Vec<usize>,
    scratch: Scratch,
    answers: Answers,
}

impl<'s> Pass for Scoring<'s> {
    type Job = Block<'s>;
    type Done = Vec<Option<Outcome>>;
    type Bench = Bench<'s>;
    type Error = PortfolioError;

    fn bench(&self) -> Bench<'s> {
        Bench {
            encoder: RowEncoder::new(self.scorer.contract(), self.columns, self.decimals),
            encoded: Encoded::default(),
            accepted: Vec::new(),
            scratch: Scratch::default(),
            answers: Answers::default(),
        }
    }

    fn work(
        &self,
        block: Block<'s>,
        bench: &mut Bench<'s>,
    ) -> Result<Vec<Option<Outcome>>, PortfolioError> {
        let Bench {
            encoder,
            encoded,
            accepted,
            scratch,
            answers,
        } = bench;
        encoded.features.clear();
        accepted.clear();
        let mut outcomes = vec![None; block.rows.len()];
        for (at, row) in block.rows.enumerate() {
            if block.batch.odd_cells(row).is_some() {
                continue;
            }
            encoder.encode(block.batch, row, encoded);
            if encoded.errors.is_empty() {
                accepted.push(at);
            }
        }
        let rows = Rows::new(&encoded.features, accepted.len()).ok_or(PortfolioError::Features)?;
        self.scorer
            .answer_rows(rows, scratch, answers)
            .map_err(|_| PortfolioError::Features)?;
        for (index, at) in accepted.iter().enumerate() {
            let answered = answers.get(index).ok();
            outcomes[*at] = answered.map(|(class, values)| self.scorer.outcome(class, values));
        }
        Ok(outcomes)
    }
}
