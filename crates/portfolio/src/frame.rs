//! Clients in memory, as a program has them: Arrow's columns, a matrix of numbers, or rows of anything. They are read,
//! encoded and scored as a file's are, so that the same row comes to the same bits.

mod client_rows;
mod content;
mod pass;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use propenso_scoring::number::Decimal;
use propenso_scoring::{Answered, Asked, FieldError, ScoreExplanation, Scorer};

use crate::batch::Batch;
use crate::columns::{ColumnMatcher, Columns};
use crate::decimals::Decimals;
use crate::error::PortfolioError;
use crate::in_order::in_order;
use crate::request::{Mapping, PortfolioRequest};
pub use client_rows::ClientRows;
use content::Content;
use pass::{AnswerPass, FramePass, Piece};

/// Rows that are scored at once.
const ROWS: usize = 2_048;

/// Rows that are answered at once where more than their scores is asked.
const FEW_ROWS: usize = 16;

/// Clients in memory.
#[derive(Debug)]
pub struct Frame {
    header: Vec<String>,
    content: Content,
    n_rows: usize,
}

/// The way a frame is read.
#[derive(Debug, Clone)]
pub struct FrameReading {
    /// Whether the columns are the contract's inputs in their order, whatever they are called.
    pub by_position: bool,
    /// Columns named otherwise than the contract's inputs.
    pub mapping: Vec<Mapping>,
    /// What stands before the decimals of numbers that are texts.
    pub decimal: Option<Decimal>,
    /// Whether all numbers that are texts are asked for that, where it is not said: what a row comes to depends on the
    /// others then.
    pub finds_decimals: bool,
    /// Threads to work on.
    pub threads: NonZeroUsize,
}

impl Default for FrameReading {
    /// By names, as a file is read, on all cores.
    fn default() -> Self {
        Self {
            by_position: false,
            mapping: Vec::new(),
            decimal: None,
            finds_decimals: true,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// A frame, and which of its columns a scorer's contract reads.
#[derive(Debug)]
pub struct BoundFrame<'f> {
    frame: &'f Frame,
    scorer: &'f Scorer,
    columns: Columns,
    decimals: Decimals,
    threads: NonZeroUsize,
}

/// The answers for the rows of a frame, in their order.
#[derive(Debug, Default)]
pub struct FrameScores {
    /// The position of each row's class; 0 of a regressor, and where a row was refused.
    pub classes: Vec<u32>,
    /// Each row's probabilities in class order, or its one number; NaN where a row was refused.
    pub values: Vec<f64>,
    /// What the contract did to a row's inputs, in Spanish as a list has it; of the rows that it did something to.
    pub notes: Vec<(usize, String)>,
    /// The rows that have no answer, in order.
    pub refused: Vec<RefusedRow>,
    /// What moved each score, where that was asked; `None` where a row was refused.
    pub explanations: Vec<Option<ScoreExplanation>>,
}

/// A row that has no answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedRow {
    /// Its place, from 0.
    pub row: usize,
    /// All that is wrong with its inputs; none where the model does not take the row and does not say why.
    pub errors: Vec<FieldError>,
}

impl Frame {
    /// Takes Arrow's columns; nothing of them is copied. The batches have one schema.
    #[must_use]
    pub fn of_arrow(schema: &Schema, batches: Vec<RecordBatch>) -> Self {
        let names = schema.fields().iter().map(|field| field.name().clone());
        Self {
            header: names.collect(),
            n_rows: batches.iter().map(RecordBatch::num_rows).sum(),
            content: Content::Arrow(batches),
        }
    }

    /// Takes numbers, row after row; NaN where there is none. `None` unless there are as many for each row as columns.
    #[must_use]
    pub fn of_matrix(header: Vec<String>, values: Vec<f64>, n_rows: usize) -> Option<Self> {
        (values.len() == n_rows.checked_mul(header.len())?).then_some(Self {
            content: Content::Matrix {
                values,
                n_columns: header.len(),
                is_by_column: false,
            },
            header,
            n_rows,
        })
    }

    /// Takes numbers, column after column, as [`Self::of_matrix`] does.
    #[must_use]
    pub fn of_columns(header: Vec<String>, values: Vec<f64>, n_rows: usize) -> Option<Self> {
        let mut frame = Self::of_matrix(header, values, n_rows)?;
        if let Content::Matrix { is_by_column, .. } = &mut frame.content {
            *is_by_column = true;
        }
        Some(frame)
    }

    /// Takes rows of anything.
    #[must_use]
    pub fn of_rows(rows: ClientRows) -> Self {
        let (header, batches) = rows.into_parts();
        Self {
            header,
            n_rows: batches.iter().map(Batch::n_rows).sum(),
            content: Content::Cells(batches),
        }
    }

    /// The columns' names.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Makes cells of all columns.
    pub(crate) fn cells(&self) -> Result<Vec<Batch>, PortfolioError> {
        let columns: Vec<usize> = (0..self.header.len()).collect();
        if let Content::Cells(batches) = &self.content {
            return Ok(batches.clone());
        }
        let pieces = self.content.pieces(ROWS);
        pieces
            .map(|piece| piece.cells(&columns).map(Cow::into_owned))
            .collect()
    }

    /// Finds the columns of a contract's inputs, and what stands before the decimals of numbers that are texts.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::MissingColumns`], [`PortfolioError::AmbiguousColumns`] or [`PortfolioError::Request`].
    pub fn bind<'f>(
        &'f self,
        scorer: &'f Scorer,
        reading: &FrameReading,
    ) -> Result<BoundFrame<'f>, PortfolioError> {
        let contract = scorer.contract();
        let n_inputs = contract.inputs().len();
        let columns = match reading.by_position {
            true if n_inputs > 0 && self.header.len() != n_inputs => {
                let n_columns = self.header.len();
                return Err(PortfolioError::request(
                    format!(
                        "hay {n_columns} columnas sin nombre y el contrato tiene {n_inputs} variables; dé una columna por variable, en su orden"
                    ),
                    format!(
                        "there are {n_columns} columns without names, and the contract has {n_inputs} inputs; give a column for each, in their order"
                    ),
                ));
            }
            true => Columns {
                inputs: (0..n_inputs).map(Some).collect(),
                id: None,
                amount: None,
            },
            false => {
                let request = PortfolioRequest {
                    mapping: reading.mapping.clone(),
                    ..PortfolioRequest::new(None, None)
                };
                ColumnMatcher::new(contract, &request)?.bind(&self.header)?
            }
        };
        let decimals = match reading.finds_decimals {
            true => self
                .content
                .evidence(&columns, contract)
                .decide(reading.decimal),
            false => Decimals::said(reading.decimal),
        };
        Ok(BoundFrame {
            frame: self,
            scorer,
            columns,
            decimals,
            threads: reading.threads,
        })
    }
}

impl BoundFrame<'_> {
    /// Scores all rows.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] for a row that is longer than any client's.
    pub fn score(&self) -> Result<FrameScores, PortfolioError> {
        self.run(None)
    }

    /// Scores all rows, and tells of each the `most` inputs that moved its score most.
    ///
    /// # Errors
    ///
    /// As [`Self::score`]; and [`PortfolioError::Unexplained`].
    pub fn explain(&self, most: usize) -> Result<FrameScores, PortfolioError> {
        self.scorer.check_explanation()?;
        self.scorer.predictor().prepare_explanations();
        self.run(Some(most))
    }

    /// Answers all rows, one by one: whatever is asked of a client.
    ///
    /// # Errors
    ///
    /// As [`Self::score`]; what is wrong with a row is told in its place.
    pub fn answer(
        &self,
        asked: Asked,
    ) -> Result<Vec<Result<Answered, Vec<FieldError>>>, PortfolioError> {
        let mut all = Vec::with_capacity(self.frame.n_rows);
        let pass = AnswerPass { bound: self, asked };
        let pieces = &mut self.frame.content.pieces(FEW_ROWS);
        in_order(
            &pass,
            self.threads_for(FEW_ROWS),
            || Ok(pieces.next()),
            |mut answers: Vec<_>| {
                all.append(&mut answers);
                Ok(())
            },
        )?;
        Ok(all)
    }

    fn run(&self, most: Option<usize>) -> Result<FrameScores, PortfolioError> {
        let mut all = FrameScores::default();
        let pass = FramePass { bound: self, most };
        let rows = match most {
            Some(_) => FEW_ROWS * 8,
            None => ROWS,
        };
        let pieces = &mut self.frame.content.pieces(rows);
        in_order(
            &pass,
            self.threads_for(rows),
            || Ok(pieces.next()),
            |piece: FrameScores| {
                all.append(piece);
                Ok(())
            },
        )?;
        Ok(all)
    }

    /// As many threads as have something to do.
    fn threads_for(&self, rows: usize) -> NonZeroUsize {
        let n_pieces = NonZeroUsize::new(self.frame.n_rows.div_ceil(rows));
        n_pieces.map_or(NonZeroUsize::MIN, |most| self.threads.min(most))
    }
}

impl FrameScores {
    /// Adds the answers of the rows behind.
    fn append(&mut self, mut piece: Self) {
        self.classes.append(&mut piece.classes);
        self.values.append(&mut piece.values);
        self.notes.append(&mut piece.notes);
        self.refused.append(&mut piece.refused);
        self.explanations.append(&mut piece.explanations);
    }
}

#[cfg(test)]
mod tests;
