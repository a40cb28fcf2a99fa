//! The first time through a portfolio: every row is read, encoded and scored, or rejected.

mod bench;
mod total_row;

use propenso_engine::{RowError, Rows};
use propenso_scoring::statistics::Deciles;
use propenso_scoring::{AnsweredRow, Binning, Scorer};

use crate::batch::{Batch, CellKind};
use crate::columns::Columns;
use crate::control_group::ControlGroup;
use crate::debt::Debt;
use crate::decimals::{Decimals, Evidence};
use crate::error::PortfolioError;
use crate::folio::Scored;
use crate::in_order::Pass;
use crate::money::Money;
use crate::ranking::SortKey;
use crate::reasons::{Reasons, ScoredRow};
use crate::rejection::{Problem, Rejection};
use crate::repeats::Client;
use crate::request::RankBy;
use crate::row_encoder::row_of;
use crate::sink::LineStyle;
use crate::sink::text::{Dialect, TextTable};
use crate::source::{Piece, RowNames};
use crate::suppression::Suppression;
use crate::witness::{Witness, WitnessedRow};
use bench::{AcceptedRow, FirstBench, Listed};

/// The first pass over a portfolio: all that its rows have in common.
#[derive(Debug)]
pub(crate) struct FirstPass<'r> {
    pub(crate) scorer: &'r Scorer,
    pub(crate) columns: &'r Columns,
    pub(crate) decimals: &'r Decimals,
    /// What the file's rows are called.
    pub(crate) row_names: RowNames,
    pub(crate) suppression: Option<&'r Suppression>,
    pub(crate) control: Option<&'r ControlGroup>,
    pub(crate) rank_by: RankBy,
    pub(crate) bands: Option<Deciles>,
    /// What inputs are counted in, where somebody asks.
    pub(crate) binning: Option<&'r Binning>,
    /// Tells what moved each score, where that was asked for.
    pub(crate) reasons: Option<Reasons<'r>>,
    pub(crate) debt: Debt<'r>,
    pub(crate) keep: Keep<'r>,
    /// Whether a client has one place, whatever rows they have.
    pub(crate) one_per_client: bool,
    /// How rejected and suppressed rows are written.
    pub(crate) dialect: Dialect,
    /// Keeps what each client was answered.
    pub(crate) witness: Option<&'r dyn Witness>,
}

/// The part of a row that remains for the second pass.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep<'r> {
    /// Nothing: it is only counted.
    Nothing,
    /// Its cells.
    Cells,
    /// What a line is made of.
    ForLines(&'r dyn LineStyle),
}

/// The outcome of some rows.
#[derive(Debug)]
pub(crate) struct ScoredPiece {
    /// Rows there were.
    pub(crate) n_rows: u64,
    /// The scored rows, as the spool keeps them.
    pub(crate) folio: Vec<u8>,
    /// What each scored row's place depends on.
    pub(crate) keys: Vec<SortKey>,
    /// Lines for the file of rejected rows.
    pub(crate) rejected: Vec<u8>,
    /// Lines for the file of suppressed rows.
    pub(crate) suppressed: Vec<u8>,
    /// What the witness wrote of the scored rows.
    pub(crate) witnessed: Option<Vec<u8>>,
}

impl<'r> Pass for FirstPass<'r> {
    type Job = Piece;
    type Done = ScoredPiece;
    type Bench = FirstBench<'r>;
    type Error = PortfolioError;

    fn bench(&self) -> FirstBench<'r> {
        FirstBench::new(self)
    }

    fn work(
        &self,
        piece: Piece,
        bench: &mut FirstBench<'r>,
    ) -> Result<ScoredPiece, PortfolioError> {
        piece.read(&mut bench.batch);
        let mut rejections = self.encode(bench);
        self.answer(bench)?;
        let mut keys = Vec::with_capacity(bench.accepted.rows.len());
        let mut suppressed = TextTable::plain(self.dialect);
        let mut keep = vec![false; bench.batch.n_rows()];
        for index in 0..bench.accepted.rows.len() {
            match self.score(index, bench, &mut suppressed) {
                Ok(None) => {}
                Ok(Some(key)) => {
                    let at = bench.accepted.rows[index].at;
                    keys.push((key, self.client(&bench.batch, at)));
                    keep[at] = true;
                }
                Err(rejection) => rejections.push(rejection),
            }
        }
        self.explain(bench);
        rejections.sort_by_key(|rejection| rejection.number);
        let mut rejected = TextTable::plain(self.dialect);
        for rejection in &rejections {
            bench.count.reject(rejection);
            rejection.write(&self.row_names, &mut rejected);
        }
        let n_rows = bench.batch.n_rows() as u64;
        let witnessed = self
            .witness
            .map(|witness| witness.write(&mut self.witnessed(bench, &keep)));
        let (folio, sizes) = self.folio(bench, &keep);
        let keys = keys.into_iter().zip(sizes);
        let keys = keys.map(|((key, client), size)| SortKey { key, size, client });
        let keys: Vec<SortKey> = keys.collect();
        if let Some(reasons) = &self.reasons {
            reasons.learn(&keys);
        }
        Ok(ScoredPiece {
            n_rows,
            folio,
            keys,
            rejected: rejected.take(),
            suppressed: suppressed.take(),
            witnessed,
        })
    }
}

impl<'r> FirstPass<'r> {
    /// Makes a pass that only scores and counts. Callers fill in what else is asked.
    pub(crate) fn counting(
        scorer: &'r Scorer,
        columns: &'r Columns,
        decimals: &'r Decimals,
        keep: Keep<'r>,
    ) -> Self {
        Self {
            scorer,
            columns,
            decimals,
            row_names: RowNames::default(),
            keep,
            suppression: None,
            control: None,
            rank_by: RankBy::Probability,
            bands: None,
            binning: None,
            reasons: None,
            one_per_client: false,
            debt: Debt::new(scorer.contract(), columns.amount, decimals),
            dialect: Dialect::SPANISH_EXCEL,
            witness: None,
        }
    }

    /// Goes through the rows that were scored and are kept, as their witness sees them.
    fn witnessed<'b>(
        &'b self,
        bench: &'b FirstBench<'_>,
        keep: &'b [bool],
    ) -> impl Iterator<Item = WitnessedRow<'b>> {
        let contract = self.scorer.contract();
        let n_inputs = self.columns.inputs.len();
        let kept = bench.accepted.rows.iter().enumerate();
        let kept = kept.filter(|(_, row)| keep.get(row.at).is_some_and(|is_kept| *is_kept));
        let scored = kept.zip(&bench.folio.scores);
        scored.filter_map(move |((index, AcceptedRow { at, .. }), scored)| {
            let (class, values) = bench.answers.get(index).ok()?;
            let marks = bench.accepted.marks[index * n_inputs..][..n_inputs].iter();
            // Most inputs of most rows have none.
            let warnings = marks.enumerate().filter(|(_, marks)| !marks.is_empty());
            let cells = bench.batch.row(*at);
            Some(WitnessedRow {
                row: row_of(cells, self.columns, self.decimals, contract),
                outcome: self.scorer.outcome(class, values),
                warnings: warnings
                    .flat_map(|(input, marks)| marks.kinds().map(move |kind| (input, kind)))
                    .collect(),
                id: self.columns.id.map(|id| cells.cell(id)),
                is_control: self.control.map(|_| scored.is_control),
                number: bench.batch.number(*at),
            })
        })
    }

    /// Encodes a batch's rows, and gives those that cannot be.
    fn encode(&self, bench: &mut FirstBench<'_>) -> Vec<Rejection> {
        let FirstBench {
            encoder,
            batch,
            encoded,
            accepted,
            votes,
            count,
            ..
        } = bench;
        let mut rejections = Vec::new();
        encoded.features.clear();
        accepted.rows.clear();
        accepted.marks.clear();
        accepted.notes.clear();
        for row in 0..batch.n_rows() {
            if self.is_total(batch, row) {
                count.total_row(batch.number(row));
                continue;
            }
            let debt = self.debt.of(batch, row, votes);
            count.total.read.add(Money::of(debt));
            if let Some(found) = batch.odd_cells(row) {
                let problems = vec![Problem::Cells {
                    found,
                    expected: batch.n_columns(),
                }];
                rejections.push(self.reject(batch, row, debt, problems));
                continue;
            }
            if let Some(id) = self.columns.id {
                // Beyond that, a spreadsheet's numbers are rounded.
                let is_rounded =
                    batch.kind(row, id) == CellKind::Number && batch.cell(row, id).len() > 15;
                count.rounded_ids += u64::from(is_rounded);
            }
            encoder.encode(batch, row, encoded);
            if encoded.errors.is_empty() {
                accepted.rows.push(AcceptedRow { at: row, debt });
                accepted.marks.extend_from_slice(&encoded.marks);
                accepted.notes.push(&encoded.notes);
                continue;
            }
            let problems = encoded.errors.iter().map(|(input, fault)| {
                Problem::field(
                    self.scorer.contract(),
                    *input,
                    self.sent(batch, row, *input),
                    *fault,
                )
            });
            let problems = problems.collect();
            rejections.push(self.reject(batch, row, debt, problems));
        }
        rejections
    }

    /// Asks the model about the accepted rows.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Features`]; that the contract makes the model's features was checked when they were bound.
    fn answer(&self, bench: &mut FirstBench<'_>) -> Result<(), PortfolioError> {
        let n_rows = bench.accepted.rows.len();
        let rows = Rows::new(&bench.encoded.features, n_rows).ok_or(PortfolioError::Features)?;
        self.scorer
            .answer_rows(rows, &mut bench.scratch, &mut bench.answers)
            .map_err(|_| PortfolioError::Features)
    }

    /// Decides on an accepted row. Gives what its place depends on; nothing for a suppressed one.
    fn score(
        &self,
        index: usize,
        bench: &mut FirstBench<'_>,
        suppressed: &mut TextTable,
    ) -> Result<Option<f64>, Rejection> {
        let AcceptedRow { at, debt } = bench.accepted.rows[index];
        let answered = bench.answers.get(index);
        let (class, values) = answered.map_err(|error| self.refuse(index, error, bench))?;
        let (pays, probability) = self.scorer.decide(class, values);
        let id = self.columns.id.map(|id| bench.batch.cell(at, id));
        let mut scored = Scored {
            probability,
            debt,
            pays,
            is_control: false,
        };
        let n_inputs = self.columns.inputs.len();
        bench
            .count
            .marks(&bench.accepted.marks[index * n_inputs..][..n_inputs]);
        bench.count.score(&scored, self.bands.as_ref());
        if self.is_suppressed(id) {
            bench.count.total.suppressed.add(Money::of(debt));
            let number = self.row_names.name(bench.batch.number(at));
            suppressed.push_row(&[&number, id.unwrap_or_default()]);
            return Ok(None);
        }
        scored.is_control = self
            .control
            .zip(id)
            .is_some_and(|(group, id)| group.has(id));
        if scored.is_control {
            bench.count.total.control.add(Money::of(debt));
        }
        bench.folio.scores.push(scored);
        let key = self.key(&scored);
        if !matches!(self.keep, Keep::Nothing) {
            bench.folio.notes.push(bench.accepted.notes.get(index));
            if let Some(reasons) = &self.reasons {
                bench.listed.push(Listed {
                    index,
                    is_explained: reasons.are_wanted(key),
                });
            }
        }
        Ok(Some(key))
    }

    /// Tells what moved the scores of the rows that are listed.
    fn explain(&self, bench: &mut FirstBench<'_>) {
        let Some(reasons) = &self.reasons else {
            return;
        };
        let n_features = self.scorer.contract().feature_names().len();
        let (batch, answers) = (&bench.batch, &bench.answers);
        let (features, accepted) = (&bench.encoded.features, &bench.accepted.rows);
        let rows = bench.listed.iter().map(
            |Listed {
                 index,
                 is_explained,
             }| {
                let (class, values) = answers.get(*index).ok().filter(|_| *is_explained)?;
                Some(ScoredRow {
                    cells: batch.row(accepted[*index].at),
                    answered: AnsweredRow {
                        features: &features[index * n_features..][..n_features],
                        class,
                        values,
                    },
                })
            },
        );
        let rows: Vec<Option<ScoredRow<'_>>> = rows.collect();
        reasons.write(&rows, &mut bench.workspace, &mut bench.folio.reasons);
        bench.listed.clear();
    }

    /// Rejects an accepted row that the model refuses.
    fn refuse(&self, index: usize, error: RowError, bench: &FirstBench<'_>) -> Rejection {
        let AcceptedRow { at, debt } = bench.accepted.rows[index];
        let problem = match self.scorer.complaint_of(error) {
            Some((input, fault)) => {
                let sent = self.sent(&bench.batch, at, input);
                Problem::field(self.scorer.contract(), input, sent, fault)
            }
            None => Problem::Model,
        };
        self.reject(&bench.batch, at, debt, vec![problem])
    }

    fn is_suppressed(&self, id: Option<&str>) -> bool {
        let listed = self.suppression.zip(id);
        listed.is_some_and(|(suppression, id)| suppression.has(id))
    }

    /// Gives what a row's place depends on: the greater, the sooner. Those put aside have no place, and come last.
    fn key(&self, scored: &Scored) -> f64 {
        if scored.is_control {
            return f64::NAN;
        }
        let key = match self.rank_by {
            RankBy::Probability => scored.probability,
            RankBy::Expected => scored.expected().unwrap_or(f64::NEG_INFINITY),
            RankBy::Net { .. } => scored.net(self.rank_by).unwrap_or(f64::NEG_INFINITY),
        };
        // Those put aside come behind even these.
        if key.is_nan() { f64::NEG_INFINITY } else { key }
    }

    /// The bytes of the scored rows, about how many each takes alone, and room for the next ones.
    fn folio(&self, bench: &mut FirstBench<'_>, keep: &[bool]) -> (Vec<u8>, Vec<usize>) {
        let FirstBench { folio, batch, .. } = bench;
        let mut bytes = Vec::new();
        let mut sizes = Vec::new();
        let cells = match self.keep {
            Keep::Nothing => None,
            Keep::Cells => {
                batch.retain(keep);
                Some(std::mem::take(batch))
            }
            Keep::ForLines(style) => {
                batch.retain(keep);
                Some(style.keep(batch))
            }
        };
        if let Some(cells) = cells {
            folio.cells = cells;
            folio.write(&mut bytes);
            sizes.extend((0..folio.n_rows()).map(|row| folio.row_weight(row)));
        }
        folio.scores.clear();
        folio.notes.clear();
        folio.reasons.clear();
        (bytes, sizes)
    }

    /// Tells whose row it is, where that matters.
    fn client(&self, batch: &Batch, row: usize) -> Option<Client> {
        let id = self.columns.id.filter(|_| self.one_per_client)?;
        Client::of(batch.cell(row, id))
    }

    /// Gives what a row has for an input.
    fn sent<'b>(&self, batch: &'b Batch, row: usize, input: usize) -> Option<&'b str> {
        let column = self.columns.inputs.get(input).copied().flatten()?;
        Some(batch.cell(row, column))
    }

    /// Tells what a thread's rows said of the marks before decimals.
    pub(crate) fn evidence(&self, bench: &FirstBench<'_>) -> Evidence {
        let mut evidence = bench.encoder.evidence();
        if let Some(column) = self.columns.amount {
            evidence.add(column, bench.votes);
        }
        evidence
    }

    fn reject(&self, batch: &Batch, row: usize, debt: f64, problems: Vec<Problem>) -> Rejection {
        // Whoever cannot be scored is not called either; that the list has them counts.
        self.is_suppressed(self.columns.id.map(|id| batch.cell(row, id)));
        Rejection {
            number: batch.number(row),
            id: self.columns.id.map(|id| batch.cell(row, id).to_owned()),
            debt: Money::of(debt),
            problems,
        }
    }
}
