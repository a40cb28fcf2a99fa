//! A run from the first byte to the last.

mod account;
mod list;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use propenso_scoring::Scorer;

use crate::clients::Clients;
use crate::columns::{ColumnMatcher, Columns};
use crate::control_group::ControlGroup;
use crate::count::Count;
use crate::decimals::{Decimals, Evidence};
use crate::error::PortfolioError;
use crate::first_pass::{FirstPass, Keep, ScoredPiece};
use crate::in_order::in_order;
use crate::output::Output;
use crate::pending_file::{PendingFile, folder_of};
use crate::plan::{self, Plan};
use crate::progress::{Place, Progress, Stage};
use crate::ranking::{Ranks, Sorter};
use crate::reasons::{Cutoff, Reasons};
use crate::rejection::Rejection;
use crate::report::Report;
use crate::request::{PortfolioRequest, Readers, SuppressMissing};
use crate::side_file::SideFile;
use crate::sink::text::TextTable;
use crate::source::{self, Source};
use crate::spool::Spool;
use crate::summary::Summary;
use crate::summary_page;
use crate::suppression::Suppression;
use crate::witness::Witness;
use account::{repeated, rounded_ids, total_rows};

/// Scores a portfolio: reads and scores it, finds every client's place, and writes it again in the day's order. Memory is
/// bounded whatever the file's size, and the result is the same for any number of threads.
///
/// # Errors
///
/// [`PortfolioError`]; then nothing is left under the output's name but what was there before.
pub fn score_portfolio(
    scorer: &Scorer,
    request: &PortfolioRequest,
    progress: &dyn Progress,
) -> Result<Report, PortfolioError> {
    score_witnessed(scorer, request, progress, None)
}

/// Scores a portfolio as [`score_portfolio`] does, and gives its files their names once a witness has kept every row.
///
/// # Errors
///
/// As [`score_portfolio`]; and [`PortfolioError::Witness`].
pub fn score_witnessed(
    scorer: &Scorer,
    request: &PortfolioRequest,
    progress: &dyn Progress,
    witness: Option<&dyn Witness>,
) -> Result<Report, PortfolioError> {
    let scored = score(scorer, request, progress, witness);
    scored.map_err(|error| match (&request.input, &request.name) {
        (Some(input), Some(name)) => error.naming(input, name),
        _ => error,
    })
}

fn score(
    scorer: &Scorer,
    request: &PortfolioRequest,
    progress: &dyn Progress,
    witness: Option<&dyn Witness>,
) -> Result<Report, PortfolioError> {
    let start = Instant::now();
    if !scorer.gives_probability_of_paying() {
        return Err(PortfolioError::NoProbability);
    }
    if request.explain.is_some() {
        scorer.check_explanation()?;
    }
    // Before anything is read.
    plan::format(request)?;
    let contract = scorer.contract();
    let matcher = ColumnMatcher::new(contract, request)?;
    if request.explain.is_some() {
        scorer.predictor().prepare_explanations();
    }
    let mut taken = None;
    loop {
        let attempt = Attempt {
            scorer,
            request,
            progress,
            witness,
            matcher: &matcher,
            start,
        };
        match attempt.run(taken)? {
            Ended::Reported(report) => return Ok(*report),
            Ended::Misread(decimals) => taken = Some(decimals),
        }
        if let Some(witness) = witness {
            witness.forget().map_err(PortfolioError::Witness)?;
        }
    }
}

/// One time through a file, with what is taken for granted of its numbers.
struct Attempt<'r> {
    scorer: &'r Scorer,
    request: &'r PortfolioRequest,
    progress: &'r dyn Progress,
    witness: Option<&'r dyn Witness>,
    matcher: &'r ColumnMatcher<'r>,
    start: Instant,
}

/// How it ended.
enum Ended {
    Reported(Box<Report>),
    /// Its numbers mean something else than was taken for granted.
    Misread(Decimals),
}

impl Attempt<'_> {
    fn run(&self, taken: Option<Decimals>) -> Result<Ended, PortfolioError> {
        let Self {
            scorer,
            request,
            progress,
            witness,
            matcher,
            start,
        } = *self;
        let contract = scorer.contract();
        let mut source = source::open(request.input.as_deref(), &request.reading, matcher)?;
        let columns = matcher.bind(source.header())?;
        let decimals = taken.unwrap_or_else(|| source.decimals());
        let plan = Plan::new(
            request,
            contract,
            source.header(),
            &columns,
            source.detected(),
        )?;
        let suppress = request.suppress.as_deref();
        let suppression = suppress.map(|list| Suppression::open(list, matcher));
        let run = Run {
            scorer,
            request,
            progress,
            witness,
            columns: &columns,
            decimals: &decimals,
            plan: &plan,
            suppression: suppression.transpose()?,
            control: request
                .control
                .as_ref()
                .map(ControlGroup::new)
                .transpose()?,
        };
        let written = match run.write(&mut *source)? {
            Outcome::Written(written) => written,
            Outcome::Misread(decimals) => return Ok(Ended::Misread(decimals)),
        };
        let output = request.output.clone();
        let report = Report {
            detected: source.detected().clone(),
            output: output.filter(|_| written.parts.is_empty()),
            parts: written.parts,
            rejected_file: written.has_rejected.then(|| plan.rejected.clone()),
            unmatched_file: written.has_unmatched.then(|| plan.unmatched.clone()),
            suppressed_file: written.has_suppressed.then(|| plan.suppressed.clone()),
            page: request.page.clone(),
            seconds: start.elapsed().as_secs_f64(),
            summary: written.summary,
        };
        if let Some(page) = &request.page {
            write_page(page, request.readers, &report)?;
        }
        Ok(Ended::Reported(Box::new(report)))
    }
}

/// A run, and all that it depends on.
struct Run<'r> {
    scorer: &'r Scorer,
    request: &'r PortfolioRequest,
    progress: &'r dyn Progress,
    witness: Option<&'r dyn Witness>,
    columns: &'r Columns,
    decimals: &'r Decimals,
    plan: &'r Plan,
    suppression: Option<Suppression>,
    control: Option<ControlGroup>,
}

/// The things that the first pass leaves for the second.
struct First {
    count: Count,
    /// What the numbers say of the marks before their decimals.
    evidence: Evidence,
    scored: Waiting,
    rejected: SideFile,
    suppressed: SideFile,
}

/// Scored rows that wait on disk, and their places.
struct Waiting {
    spool: Spool,
    ranks: Ranks,
}

/// What a run came to.
enum Outcome {
    Written(Box<Written>),
    /// Its numbers mean something else than was taken for granted; nothing is written.
    Misread(Decimals),
}

/// The counts of a run that has written its files, and which files there are.
struct Written {
    summary: Summary,
    /// The files of a list that was cut.
    parts: Vec<PathBuf>,
    has_rejected: bool,
    has_suppressed: bool,
    has_unmatched: bool,
}

impl Run<'_> {
    /// Goes through the portfolio twice, and gives the files their names.
    fn write(&self, source: &mut dyn Source) -> Result<Outcome, PortfolioError> {
        let mut output = Output::create(self.request, self.plan, source)?;
        let first = self.first_pass(source, output.keep())?;
        let decided = first.evidence.decide(self.request.reading.decimal);
        self.check_clear(source.header(), &first.evidence, &decided)?;
        if first.evidence.contradicts(self.decimals, &decided) {
            return match self.request.input {
                Some(_) => Ok(Outcome::Misread(decided)),
                None => Err(PortfolioError::request(
                    "los números de la entrada estándar se pueden leer de dos formas y sus primeras filas no dicen de cuál; \
                     diga con qué se escriben los decimales, con --decimal, o puntúe un archivo",
                    "the numbers of standard input can be read in two ways, and its first rows do not tell in which; \
                     name its decimal mark with --decimal, or score a file",
                )),
            };
        }
        let unmatched = self.account_for_list()?;
        let mut summary = self.account(source);
        summary
            .remarks
            .extend(total_rows(&first.count.total_rows(), &source.row_names()));
        summary.remarks.extend(rounded_ids(first.count.rounded_ids));
        summary.repeated = first.scored.ranks.n_repeated;
        summary.remarks.extend(repeated(summary.repeated));
        first.count.write(&mut summary);
        if summary.read.rows == 0 {
            return Err(PortfolioError::Empty);
        }
        self.name_columns(source.header(), &mut summary);
        self.compare(&mut summary);
        self.remark(&mut summary);
        self.write_list(first.scored, &mut output, &mut summary)?;
        // Nobody is given what is not on record.
        if let Some(witness) = self.witness {
            witness.keep().map_err(PortfolioError::Witness)?;
        }
        let has_rejected = first.rejected.finish()?;
        let has_suppressed = first.suppressed.finish()?;
        let has_unmatched = unmatched.finish()?;
        let parts = output.finish(&summary)?;
        Ok(Outcome::Written(Box::new(Written {
            summary,
            parts,
            has_rejected,
            has_suppressed,
            has_unmatched,
        })))
    }

    /// Refuses numbers that remain readable in two ways: `1.250` as a debt is a thousand and more, or hardly more than one.
    fn check_clear(
        &self,
        header: &[String],
        evidence: &Evidence,
        decided: &Decimals,
    ) -> Result<(), PortfolioError> {
        let inputs = self.columns.of_inputs(self.scorer.contract());
        let used = inputs.filter(|(input, _)| input.is_used());
        let used: Vec<Option<usize>> = used.map(|(_, column)| column).collect();
        let counts =
            |column: &usize| used.contains(&Some(*column)) || self.columns.amount == Some(*column);
        let unclear = evidence.unclear(decided).into_iter().filter(counts);
        let columns: Vec<String> = unclear
            .filter_map(|column| header.get(column).cloned())
            .collect();
        match columns.is_empty() {
            true => Ok(()),
            false => Err(PortfolioError::UnclearNumbers { columns }),
        }
    }

    /// Lists the ids of the suppression list that the portfolio does not have.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Suppression`] where the list does not match, and need not have been accepted so.
    fn account_for_list(&self) -> Result<SideFile, PortfolioError> {
        let mut file = SideFile::new(
            &self.plan.unmatched,
            self.request.readers,
            self.plan.dialect,
            &["id_lista", "id_cartera"],
        );
        let Some(suppression) = &self.suppression else {
            return Ok(file);
        };
        let count = suppression.count();
        let is_doubtful = count.found == 0 || count.written_otherwise > 0;
        if is_doubtful && self.request.suppress_missing == SuppressMissing::Fail {
            return Err(PortfolioError::Suppression {
                listed: count.listed,
                found: count.found,
                written_otherwise: count.written_otherwise,
            });
        }
        let mut table = TextTable::plain(self.plan.dialect);
        for unmatched in suppression.unmatched() {
            table.push_row(&[unmatched.listed, unmatched.otherwise.unwrap_or_default()]);
        }
        file.write(&table.take())?;
        Ok(file)
    }

    fn first_pass(&self, source: &mut dyn Source, keep: Keep<'_>) -> Result<First, PortfolioError> {
        let folder = self.folder();
        let pass = FirstPass {
            suppression: self.suppression.as_ref(),
            control: self.control.as_ref(),
            rank_by: self.request.rank_by,
            bands: self.request.bands,
            binning: self.request.binning.as_deref(),
            reasons: self.reasons(),
            row_names: source.row_names(),
            one_per_client: self.request.one_per_client,
            dialect: self.plan.dialect,
            witness: self.witness,
            ..FirstPass::counting(self.scorer, self.columns, self.decimals, keep)
        };
        let mut spool = Spool::new(&folder);
        let mut sorter = Sorter::new(&folder);
        let mut clients = Clients::new(&folder);
        let dialect = self.plan.dialect;
        let side_file = |place: &Path, columns: &[&str]| {
            SideFile::new(place, self.request.readers, dialect, columns)
        };
        let mut rejected = side_file(&self.plan.rejected, &Rejection::COLUMNS);
        let mut suppressed = side_file(&self.plan.suppressed, &["fila", "id"]);
        let mut rows = 0;
        let position = std::sync::Mutex::new((0, None));
        let next = || {
            let piece = source.next()?;
            if let Ok(mut position) = position.lock() {
                *position = source.position();
            }
            Ok(piece)
        };
        let deliver = |piece: ScoredPiece| {
            spool.push(&piece.folio)?;
            for key in &piece.keys {
                clients.push(key.client)?;
                sorter.push(*key)?;
            }
            if let (Some(witness), Some(written)) = (self.witness, piece.witnessed) {
                witness.take(written).map_err(PortfolioError::Witness)?;
            }
            rejected.write(&piece.rejected)?;
            suppressed.write(&piece.suppressed)?;
            rows += piece.n_rows;
            let (done, total) = position.lock().map_or((0, None), |position| *position);
            self.advance(Place {
                stage: Stage::Scoring,
                rows,
                done,
                total,
            })
        };
        let benches = in_order(&pass, self.request.threads, next, deliver)?;
        spool.rewind()?;
        let mut evidence = Evidence::default();
        for bench in &benches {
            evidence.merge(&pass.evidence(bench));
        }
        Ok(First {
            evidence,
            count: Count::sum(benches.into_iter().map(|bench| bench.count)),
            scored: Waiting {
                ranks: sorter.rank(clients.repeats()?)?,
                spool,
            },
            rejected,
            suppressed,
        })
    }

    /// Where files are that have no name.
    fn folder(&self) -> PathBuf {
        let folder = self.request.output.as_deref().map(folder_of);
        folder.map_or_else(std::env::temp_dir, Path::to_owned)
    }

    fn reasons(&self) -> Option<Reasons<'_>> {
        let most = self.n_reasons();
        (most > 0).then_some(Reasons {
            scorer: self.scorer,
            columns: self.columns,
            decimals: self.decimals,
            most,
            cutoff: self.request.capacity.and_then(|capacity| {
                let fits = self.request.only_fits.then_some(capacity);
                fits.and_then(Cutoff::new)
            }),
        })
    }

    fn n_reasons(&self) -> usize {
        self.request.explain.map_or(0, std::num::NonZeroUsize::get)
    }

    /// Tells how far the run is, and whether it goes on.
    fn advance(&self, place: Place) -> Result<(), PortfolioError> {
        self.progress.advance(&place);
        if self.progress.is_cancelled() {
            return Err(PortfolioError::Cancelled);
        }
        Ok(())
    }
}

fn write_page(page: &Path, readers: Readers, report: &Report) -> Result<(), PortfolioError> {
    let mut file = PendingFile::create(page, readers)?;
    let written = file.write_all(summary_page::render(report).as_bytes());
    written.map_err(|error| PortfolioError::io(page, error))?;
    file.finish()
}
