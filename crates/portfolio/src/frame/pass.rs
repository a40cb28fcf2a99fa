//! Some rows of a frame at a time: encoded and scored, on any thread.

use std::borrow::Cow;

use propenso_engine::{Answers, RowError, Rows, Scratch};
use propenso_scoring::{
    Answered, AnsweredRow, Asked, FieldError, Row, ScoreExplanation, Workspace,
};

use super::content::Content;
use super::{BoundFrame, FrameScores, RefusedRow};
use crate::batch::Batch;
use crate::columns::Columns;
use crate::decimals::Decimals;
use crate::error::PortfolioError;
use crate::in_order::Pass;
use crate::row_encoder::{Encoded, NumberCells, RowEncoder, row_of};
use crate::sink::text::shortest;

/// Consecutive rows of a frame.
#[derive(Debug)]
pub(super) struct Piece<'c> {
    pub(super) content: &'c Content,
    /// The part that they are in, and which of its rows they are.
    pub(super) part: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    /// The first one's place in the frame.
    pub(super) first: usize,
}

/// Rows, and the cells of theirs that are read as such.
struct Open<'c> {
    piece: Piece<'c>,
    batch: Cow<'c, Batch>,
}

/// Scores, and explains where that is asked.
pub(super) struct FramePass<'f> {
    pub(super) bound: &'f BoundFrame<'f>,
    pub(super) most: Option<usize>,
}

/// Answers row by row.
pub(super) struct AnswerPass<'f> {
    pub(super) bound: &'f BoundFrame<'f>,
    pub(super) asked: Asked,
}

/// A thread's own things.
pub(super) struct FrameBench<'f> {
    /// Where the cells are that are read: the columns of each input, among those that are made cells of.
    cells: Cells,
    encoder: RowEncoder<'f>,
    encoded: Encoded,
    numbers: NumberCells,
    /// Whether rows of finite numbers are rows of features.
    passes_numbers: bool,
    /// The rows that could be encoded.
    accepted: Vec<usize>,
    scratch: Scratch,
    answers: Answers,
    workspace: Workspace,
}

/// The columns that are made cells of.
pub(super) struct Cells {
    /// By their places in the frame.
    wanted: Vec<usize>,
    /// By their places among those.
    columns: Columns,
    decimals: Decimals,
}

impl BoundFrame<'_> {
    /// Tells which columns are made cells of: those of all inputs, but for the ones that are `numbers`.
    fn cells(&self, is_number: impl Fn(usize) -> bool) -> Cells {
        let mut wanted = Vec::new();
        let places = self.columns.inputs.iter().enumerate();
        let inputs = places.map(|(input, column)| {
            let column = (*column)?;
            if is_number(input) {
                // It has a column, which nobody looks at.
                return Some(column);
            }
            let known = wanted.iter().position(|wanted| *wanted == column);
            Some(known.unwrap_or_else(|| {
                wanted.push(column);
                wanted.len() - 1
            }))
        });
        let columns = Columns {
            inputs: inputs.collect(),
            id: None,
            amount: None,
        };
        Cells {
            decimals: self.decimals.of_columns(&wanted),
            wanted,
            columns,
        }
    }

    fn all_cells(&self) -> Cells {
        match self.frame.content {
            Content::Cells(_) => Cells {
                wanted: Vec::new(),
                columns: self.columns.clone(),
                decimals: self.decimals.clone(),
            },
            Content::Arrow(_) | Content::Matrix { .. } => self.cells(|_| false),
        }
    }

    fn row<'b>(&self, batch: &'b Batch, at: usize, cells: &Cells) -> Row<'b> {
        let contract = self.scorer.contract();
        row_of(batch.row(at), &cells.columns, &cells.decimals, contract)
    }
}

impl<'f> Pass for FramePass<'f> {
    type Job = Piece<'f>;
    type Done = FrameScores;
    type Bench = FrameBench<'f>;
    type Error = PortfolioError;

    fn bench(&self) -> FrameBench<'f> {
        let bound = self.bound;
        let contract = bound.scorer.contract();
        let cells = bound.all_cells();
        let encoder = RowEncoder::new(contract, &cells.columns, &cells.decimals);
        let mut bench = FrameBench {
            cells,
            encoder,
            encoded: Encoded::default(),
            numbers: NumberCells::default(),
            passes_numbers: false,
            accepted: Vec::new(),
            scratch: Scratch::default(),
            answers: Answers::default(),
            workspace: Workspace::default(),
        };
        // Who explains shows what was sent, as text.
        if self.most.is_none() {
            bench.take_numbers(bound);
        }
        bench
    }

    fn work(
        &self,
        piece: Piece<'f>,
        bench: &mut FrameBench<'f>,
    ) -> Result<FrameScores, PortfolioError> {
        let mut scores = FrameScores::default();
        let batch = piece.cells(&bench.cells.wanted)?;
        let rows = Open { piece, batch };
        bench.read_numbers(&rows.piece, self.bound);
        if !bench.pass_numbers(rows.piece.n_rows()) {
            self.encode(&rows, bench, &mut scores);
        }
        self.answer(&rows, bench, &mut scores)?;
        scores.refused.sort_by_key(|refused| refused.row);
        if let Some(most) = self.most {
            scores.explanations = self.explain(most, &rows, bench)?;
        }
        Ok(scores)
    }
}

impl<'f> FrameBench<'f> {
    /// Takes from the cells what can be read as numbers.
    fn take_numbers(&mut self, bound: &BoundFrame<'f>) {
        let Some(piece) = bound.frame.content.pieces(1).next() else {
            return;
        };
        if piece.is_of_cells() {
            return;
        }
        let columns = bound.columns.inputs.iter().enumerate();
        let is_number = |(input, column): (usize, &Option<usize>)| {
            let column = (*column)?;
            self.encoder.takes_numbers(input).then_some(())?;
            piece.numbers(column).map(|_| Vec::new())
        };
        self.numbers = NumberCells(columns.map(is_number).collect());
        let is_number = |input: usize| self.numbers.0.get(input).is_some_and(Option::is_some);
        self.cells = bound.cells(is_number);
        let contract = bound.scorer.contract();
        self.encoder = RowEncoder::new(contract, &self.cells.columns, &self.cells.decimals);
        self.passes_numbers =
            self.numbers.0.iter().all(Option::is_some) && contract.passes_numbers();
    }

    /// Takes rows of finite numbers for rows of features, where they are; `false` where any needs a look.
    fn pass_numbers(&mut self, n_rows: usize) -> bool {
        let columns = || self.numbers.0.iter().flatten();
        if !self.passes_numbers || columns().flatten().any(|number| !number.is_finite()) {
            return false;
        }
        let features = &mut self.encoded.features;
        features.clear();
        let n_columns = columns().count();
        features.resize(n_rows * n_columns, 0.0);

        for (at, column) in columns().enumerate() {
            let places = features.iter_mut().skip(at).step_by(n_columns);
            for (place, number) in places.zip(column) {
                *place = *number;
            }
        }
        self.accepted.clear();
        self.accepted.extend(0..n_rows);
        true
    }

    fn read_numbers(&mut self, piece: &Piece<'_>, bound: &BoundFrame<'_>) {
        for (numbers, column) in self.numbers.0.iter_mut().zip(&bound.columns.inputs) {
            let column = column.and_then(|column| piece.numbers(column));
            if let (Some(numbers), Some(column)) = (numbers, column) {
                piece.write_numbers(&column, numbers);
            }
        }
    }
}

impl<'f> FramePass<'f> {
    /// Encodes the rows, and refuses those that cannot be.
    fn encode(&self, rows: &Open<'_>, bench: &mut FrameBench<'f>, scores: &mut FrameScores) {
        let FrameBench {
            encoder,
            encoded,
            numbers,
            accepted,
            cells,
            ..
        } = bench;
        let Open { piece, batch } = rows;
        encoded.features.clear();
        accepted.clear();
        let first = piece.first_cell_row();
        for row in 0..piece.n_rows() {
            encoder.encode_row(batch, first + row, (numbers, row), encoded);
            if encoded.errors.is_empty() {
                accepted.push(row);
                if !encoded.notes.is_empty() {
                    scores
                        .notes
                        .push((piece.first + row, encoded.notes.clone()));
                }
                continue;
            }
            let errors = encoded.errors.iter().filter_map(|(input, fault)| {
                let sent = rows.sent(*input, row, (&*numbers, &*cells));
                let known = self.bound.scorer.contract().inputs().get(*input)?;
                Some(FieldError::of_text(known, sent.as_deref(), *fault))
            });
            scores.refused.push(RefusedRow {
                row: piece.first + row,
                errors: errors.collect(),
            });
        }
    }

    /// Asks the model about the rows that could be encoded.
    fn answer(
        &self,
        rows: &Open<'_>,
        bench: &mut FrameBench<'f>,
        scores: &mut FrameScores,
    ) -> Result<(), PortfolioError> {
        let n_values = self.bound.scorer.predictor().signature().n_values();
        let (first, n_rows) = (rows.piece.first, rows.piece.n_rows());
        scores.classes.resize(n_rows, 0);
        scores.values.resize(n_rows * n_values, f64::NAN);
        let features = Rows::new(&bench.encoded.features, bench.accepted.len());
        let features = features.ok_or(PortfolioError::Features)?;
        let answered =
            self.bound
                .scorer
                .answer_rows(features, &mut bench.scratch, &mut bench.answers);
        answered.map_err(|_| PortfolioError::Features)?;
        for (at, row) in bench.accepted.iter().enumerate() {
            match bench.answers.get(at) {
                Ok((class, values)) => {
                    // Fits: a model's classes are counted in its file.
                    scores.classes[*row] = class as u32;
                    scores.values[row * n_values..][..n_values].copy_from_slice(values);
                }
                Err(error) => {
                    let errors = self.complaint(error, *row, rows, bench);
                    scores.notes.retain(|(noted, _)| *noted != first + row);
                    scores.refused.push(RefusedRow {
                        row: first + row,
                        errors,
                    });
                }
            }
        }
        Ok(())
    }

    fn complaint(
        &self,
        error: RowError,
        row: usize,
        rows: &Open<'_>,
        bench: &FrameBench<'_>,
    ) -> Vec<FieldError> {
        let scorer = self.bound.scorer;
        let told = scorer.complaint_of(error).and_then(|(input, fault)| {
            let from = (&bench.numbers, &bench.cells);
            let sent = rows.sent(input, row, from);
            let known = scorer.contract().inputs().get(input)?;
            Some(FieldError::of_text(known, sent.as_deref(), fault))
        });
        told.into_iter().collect()
    }

    /// Tells what moved the scores.
    fn explain(
        &self,
        most: usize,
        rows: &Open<'_>,
        bench: &mut FrameBench<'f>,
    ) -> Result<Vec<Option<ScoreExplanation>>, PortfolioError> {
        let scorer = self.bound.scorer;
        let Open { piece, batch } = rows;
        let n_features = scorer.contract().feature_names().len();
        let accepted = bench.accepted.iter().enumerate();
        let answered = accepted.filter_map(|(at, row)| {
            let (class, values) = bench.answers.get(at).ok()?;
            let features = &bench.encoded.features[at * n_features..][..n_features];
            let at = piece.first_cell_row() + row;
            let answered = AnsweredRow {
                features,
                class,
                values,
            };
            Some((*row, (self.bound.row(batch, at, &bench.cells), answered)))
        });
        let (places, answered): (Vec<usize>, Vec<_>) = answered.unzip();
        let explained = scorer.explain_rows(&answered, most, &mut bench.workspace)?;
        let mut all: Vec<Option<ScoreExplanation>> = Vec::new();
        all.resize_with(piece.n_rows(), || None);
        for (row, explained) in places.into_iter().zip(explained) {
            all[row] = Some(explained);
        }
        Ok(all)
    }
}

impl Open<'_> {
    /// What was sent for an input, as text.
    fn sent(
        &self,
        input: usize,
        row: usize,
        (numbers, cells): (&NumberCells, &Cells),
    ) -> Option<String> {
        if let Some(number) = numbers.get(input, row) {
            let mut buffer = zmij::Buffer::new();
            let text = shortest(number, &mut buffer);
            return (!number.is_nan()).then(|| text.to_owned());
        }
        let column = cells.columns.inputs.get(input).copied().flatten()?;
        let row = self.piece.first_cell_row() + row;
        Some(self.batch.cell(row, column).to_owned())
    }
}

impl<'f> Pass for AnswerPass<'f> {
    type Job = Piece<'f>;
    type Done = Vec<Result<Answered, Vec<FieldError>>>;
    type Bench = (Cells, Workspace);
    type Error = PortfolioError;

    fn bench(&self) -> Self::Bench {
        (self.bound.all_cells(), Workspace::default())
    }

    fn work(
        &self,
        piece: Piece<'f>,
        (cells, workspace): &mut Self::Bench,
    ) -> Result<Self::Done, PortfolioError> {
        let batch = piece.cells(&cells.wanted)?;
        let first = piece.first_cell_row();
        let answers = (0..piece.n_rows()).map(|row| {
            let row = self.bound.row(&batch, first + row, cells);
            self.bound.scorer.answer(&row, self.asked, workspace)
        });
        Ok(answers.collect())
    }
}
