//! What a file is taken for, before it is scored: read as it will be, but its beginning only.

use std::time::{Duration, Instant};

use propenso_scoring::Scorer;

use crate::batch::{Batch, CellKind};
use crate::columns::{ColumnMatcher, Columns, Sighting, Sought};
use crate::count::Count;
use crate::decimals::{Decimals, Evidence, Vote, Votes};
use crate::error::PortfolioError;
use crate::first_pass::{FirstPass, Keep};
use crate::in_order::Pass;
use crate::known_columns::KnownColumns;
use crate::request::{Decimal, PortfolioRequest};
use crate::row_encoder::shown;
use crate::source::{self, Detected, Piece, Source};
use crate::summary::{RejectionCount, Summary};

/// Rows that are looked at.
const MOST_ROWS: usize = 2_000;

/// Rows whose cells are kept.
const SHOWN_ROWS: usize = 8;

/// Columns whose cells are kept. The names of those behind them are, too, as many as people choose among.
const SHOWN_COLUMNS: usize = 60;

/// Columns whose names are kept.
const NAMED_COLUMNS: usize = 500;

/// Characters of a cell, and of a sheet's or a column's name, that are kept.
const LONGEST: (usize, usize) = (60, 200);

/// Sheets that are named.
const MOST_SHEETS: usize = 50;

/// How long rows are read, besides opening the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Texts that show how the numbers of a column can be read in two ways.
const EXAMPLES: usize = 3;

/// What a file is taken for.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The form of the file.
    pub detected: Detected,
    /// The sheets of a workbook, read or not.
    pub sheets: Vec<String>,
    /// The columns' names, the first some hundreds.
    pub columns: Vec<String>,
    /// How many columns there are.
    pub n_columns: usize,
    /// Whether the row that names are taken from may have any: not where it has a client's numbers.
    pub has_names: bool,
    /// The contract's inputs, each with its column.
    pub inputs: Vec<PreviewInput>,
    /// The column of the clients' ids.
    pub id: Option<usize>,
    /// The column of the debt.
    pub amount: Option<usize>,
    /// The mark before the decimals, where the beginning tells.
    pub decimal: Option<Decimal>,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
    /// How many rows there are, where so few that all were looked at.
    pub n_rows: Option<u64>,
    /// What has to be said before it can be scored, or may have to be.
    pub doubts: Vec<Doubt>,
    /// What becomes of the rows that were looked at; `None` while it is not clear which column is what.
    pub trial: Option<Trial>,
    /// What else there is to know, a sentence each, in Spanish.
    pub remarks: Vec<String>,
}

/// What becomes of rows that were scored to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Rows with a client.
    pub rows: u64,
    /// Those that would be rejected.
    pub rejected: u64,
    /// Why, the commonest first.
    pub reasons: Vec<RejectionCount>,
}

/// An input of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewInput {
    /// Its name.
    pub name: String,
    /// Its column; it may be one of those whose names are not kept.
    pub column: Option<usize>,
    /// Whether the model looks at it.
    pub is_used: bool,
    /// Whether it must have a column.
    pub is_needed: bool,
}

/// One of the first rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// The row, or the line of a text, as a spreadsheet counts.
    pub number: u64,
    /// Its cells, the first some dozens, long ones cut.
    pub cells: Vec<String>,
    /// How many cells it has, where that is not the header's number.
    pub odd_cells: Option<u32>,
}

/// What is not clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Which column something is.
    Column {
        /// What is looked for.
        sought: Sought,
        /// The columns that it could be; none where no name is like it.
        candidates: Vec<String>,
    },
    /// What stands before the decimals.
    Decimal {
        /// The columns with numbers that can be read in two ways.
        columns: Vec<UnclearColumn>,
        /// Whether all rows were looked at; otherwise those behind may tell.
        is_certain: bool,
    },
}

/// A column with numbers that can be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnclearColumn {
    /// Its name.
    pub name: String,
    /// Some of the numbers.
    pub examples: Vec<String>,
}

impl Preview {
    /// Looks at the beginning of what a request would score, as the run itself would read it.
    ///
    /// # Errors
    ///
    /// [`PortfolioError`] for what is no portfolio, where it is not clear which sheet is meant, or where the model scores
    /// none.
    pub fn of(scorer: &Scorer, request: &PortfolioRequest) -> Result<Self, PortfolioError> {
        let seen = Self::look(scorer, request);
        seen.map_err(|error| match (&request.input, &request.name) {
            (Some(input), Some(name)) => error.naming(input, name),
            _ => error,
        })
    }

    fn look(scorer: &Scorer, request: &PortfolioRequest) -> Result<Self, PortfolioError> {
        if !scorer.gives_probability_of_paying() {
            return Err(PortfolioError::NoProbability);
        }
        let contract = scorer.contract();
        let matcher = ColumnMatcher::new(contract, request)?;
        let mut source = source::open(request.input.as_deref(), &request.reading, &matcher)?;
        let header = source.header().to_vec();
        let sighting = matcher.sight(&header)?;
        let beginning = Beginning::read(&mut *source)?;
        let decimals = Unclear::among(&beginning, &matcher, &header, request.reading.decimal);
        let Sighting { columns, doubts } = sighting;
        let is_clear = doubts.is_empty();
        let doubts = doubts
            .into_iter()
            .map(|(sought, candidates)| Doubt::Column { sought, candidates });
        let doubts = doubts.chain(decimals.doubt(&beginning, scorer, &columns, &header));
        let has_inputs = columns.inputs.iter().any(Option::is_some);
        let is_client = |cell: &String| cell.trim().starts_with(|c: char| c.is_ascii_digit());
        Ok(Self {
            sheets: cut_all(source.sheets().iter().take(MOST_SHEETS)),
            columns: cut_all(header.iter().take(NAMED_COLUMNS)),
            n_columns: header.len(),
            has_names: has_inputs || !header.iter().any(is_client),
            inputs: columns
                .of_inputs(contract)
                .map(|(input, column)| PreviewInput {
                    name: input.name().to_owned(),
                    column,
                    is_used: input.is_used(),
                    is_needed: input.must_be_sent(),
                })
                .collect(),
            id: columns.id,
            amount: columns.amount,
            decimal: decimals.decided.of_file(),
            rows: beginning.rows(),
            n_rows: beginning.is_whole.then_some(beginning.n_rows),
            doubts: doubts.collect(),
            trial: match is_clear {
                true => Some(beginning.score(scorer, &columns, &decimals.decided)?),
                false => None,
            },
            remarks: source.remarks(),
            detected: source.detected().clone(),
        })
    }

    /// Says what the file turned out to be, in Spanish, without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.detected.sentence()
    }

    /// The names of the columns that nothing was found in, among those whose names are kept.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        let is_used = |column: usize| {
            let mut inputs = self.inputs.iter();
            inputs.any(|input| input.is_used && input.column == Some(column))
                || [self.id, self.amount].contains(&Some(column))
        };
        let columns = self.columns.iter().enumerate();
        columns.filter_map(move |(at, name)| (!is_used(at)).then_some(name.as_str()))
    }

    /// Tells whether something has to be said before it can be scored.
    #[must_use]
    pub fn must_be_answered(&self) -> bool {
        self.doubts.iter().any(|doubt| match doubt {
            Doubt::Column { .. } => true,
            Doubt::Decimal { is_certain, .. } => *is_certain,
        })
    }
}

/// The first rows of a file.
struct Beginning {
    batches: Vec<Batch>,
    n_rows: u64,
    is_whole: bool,
}

impl Beginning {
    fn read(source: &mut dyn Source) -> Result<Self, PortfolioError> {
        let start = Instant::now();
        let mut beginning = Self {
            batches: Vec::new(),
            n_rows: 0,
            is_whole: false,
        };
        while beginning.n_rows <= MOST_ROWS as u64 && start.elapsed() < PATIENCE {
            let Some(piece) = source.next()? else {
                beginning.is_whole = true;
                break;
            };
            let mut batch = Batch::default();
            piece.read(&mut batch);
            beginning.n_rows += batch.n_rows() as u64;
            beginning.batches.push(batch);
        }
        Ok(beginning)
    }

    /// Scores the rows, as a run does.
    fn score(
        self,
        scorer: &Scorer,
        columns: &Columns,
        decimals: &Decimals,
    ) -> Result<Trial, PortfolioError> {
        let pass = FirstPass::counting(scorer, columns, decimals, Keep::Nothing);
        let mut bench = pass.bench();
        for batch in self.batches {
            pass.work(Piece::Rows(batch), &mut bench)?;
        }
        let mut summary = Summary::default();
        Count::sum([bench.count]).write(&mut summary);
        Ok(Trial {
            rows: summary.read.rows,
            rejected: summary.rejected.rows,
            reasons: summary.rejections,
        })
    }

    fn rows(&self) -> Vec<PreviewRow> {
        let rows = self.batches.iter();
        let rows = rows.flat_map(|batch| (0..batch.n_rows()).map(move |row| (batch, row)));
        let shown = rows.take(SHOWN_ROWS).map(|(batch, row)| {
            let n_cells = batch.n_columns().min(SHOWN_COLUMNS);
            PreviewRow {
                number: batch.number(row),
                cells: (0..n_cells)
                    .map(|column| cut(batch.cell(row, column), LONGEST.0))
                    .collect(),
                odd_cells: batch.odd_cells(row),
            }
        });
        shown.collect()
    }

    /// The texts of a column.
    fn texts(&self, column: usize) -> impl Iterator<Item = &str> {
        self.batches.iter().flat_map(move |batch| {
            let rows = (0..batch.n_rows()).filter(move |_| column < batch.n_columns());
            let texts = rows.filter(move |row| batch.kind(*row, column) == CellKind::Text);
            texts.map(move |row| shown(batch.cell(row, column)))
        })
    }

    fn examples(&self, column: usize, header: &[String]) -> UnclearColumn {
        let unclear = self
            .texts(column)
            .filter(|text| Vote::of(text) == Some(Vote::Either));
        let name = header.get(column).map_or("", String::as_str);
        UnclearColumn {
            name: cut(name, LONGEST.1),
            examples: unclear
                .take(EXAMPLES)
                .map(|text| cut(text, LONGEST.0))
                .collect(),
        }
    }
}

/// What the numbers of some rows say of their decimals.
struct Unclear {
    decided: Decimals,
    columns: Vec<usize>,
}

impl Unclear {
    fn among(
        beginning: &Beginning,
        matcher: &ColumnMatcher<'_>,
        header: &[String],
        forced: Option<Decimal>,
    ) -> Self {
        let mut evidence = Evidence::default();
        for column in matcher.number_columns(header) {
            let mut votes = Votes::default();
            let texts = beginning.texts(column);
            texts.filter_map(Vote::of).for_each(|vote| votes.add(vote));
            evidence.add(column, votes);
        }
        let decided = evidence.decide(forced);
        Self {
            columns: evidence.unclear(&decided),
            decided,
        }
    }

    /// The question for the mark before decimals, where a number that counts may be meant in two ways.
    fn doubt(
        &self,
        beginning: &Beginning,
        scorer: &Scorer,
        columns: &Columns,
        header: &[String],
    ) -> Option<Doubt> {
        let is_counted = |column: &usize| {
            let mut used = columns.of_inputs(scorer.contract());
            used.any(|(input, of_input)| input.is_used() && of_input == Some(*column))
                || columns.amount == Some(*column)
        };
        let unclear = self.columns.iter().copied().filter(is_counted);
        let columns: Vec<UnclearColumn> = unclear
            .map(|column| beginning.examples(column, header))
            .collect();
        (!columns.is_empty()).then_some(Doubt::Decimal {
            columns,
            is_certain: beginning.is_whole,
        })
    }
}

fn cut_all<'t>(texts: impl Iterator<Item = &'t String>) -> Vec<String> {
    texts.map(|text| cut(text, LONGEST.1)).collect()
}

/// A text's first so many characters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
