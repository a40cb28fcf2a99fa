//! A run from the first byte to the last.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use propenso_scoring::{Ambiguity, Contract, Header, Language, Scorer};

use crate::columns::{ColumnMatcher, Columns};
use crate::control_group::ControlGroup;
use crate::count::Count;
use crate::error::PortfolioError;
use crate::first_pass::{FirstPass, Keep, ScoredPiece};
use crate::in_order::in_order;
use crate::output::{Lines, Output};
use crate::pending_file::{PendingFile, folder_of};
use crate::plan::Plan;
use crate::progress::{Place, Progress, Stage};
use crate::ranking::{Ranks, Sorter};
use crate::reasons::Reasons;
use crate::rejection::Rejection;
use crate::report::Report;
use crate::request::{Decimal, PortfolioRequest};
use crate::second_pass::{Order, PlacedFolio, PlacedRows, Ready, SecondPass};
use crate::side_file::SideFile;
use crate::source::{self, Source};
use crate::spool::Spool;
use crate::summary::{Reference, Summary};
use crate::summary_page;
use crate::suppression::Suppression;

/// Scores a portfolio: reads and scores it, finds every client's place, and writes it again in its own order. Memory is
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
    let scored = score(scorer, request, progress);
    scored.map_err(|error| match (&request.input, &request.name) {
        (Some(input), Some(name)) => error.naming(input, name),
        _ => error,
    })
}

fn score(
    scorer: &Scorer,
    request: &PortfolioRequest,
    progress: &dyn Progress,
) -> Result<Report, PortfolioError> {
    let start = Instant::now();
    if !scorer.gives_probability_of_paying() {
        return Err(PortfolioError::NoProbability);
    }
    if request.explain.is_some() {
        scorer.check_explanation()?;
    }
    let matcher = ColumnMatcher::new(scorer.contract(), request)?;
    let mut source = source::open(request.input.as_deref(), &request.reading, &matcher)?;
    let columns = matcher.bind(source.header())?;
    let plan = Plan::new(
        request,
        scorer.contract(),
        source.header(),
        &columns,
        source.detected(),
    )?;
    let run = Run {
        scorer,
        request,
        progress,
        columns: &columns,
        plan: &plan,
        suppression: run_suppression(request, &matcher)?,
        control: request
            .control
            .as_ref()
            .map(ControlGroup::new)
            .transpose()?,
    };
    let mut output = Output::create(request.output.as_deref(), &plan, &*source)?;
    let first = run.first_pass(&mut *source, output.keep())?;
    let mut summary = run.summary(&*source);
    first.count.write(&mut summary);
    run.name_columns(source.header(), &mut summary);
    match reference(scorer, request) {
        Ok(reference) => summary.reference = reference,
        // Today's portfolio is not to wait for another file.
        Err(error) => summary.remarks.push(format!(
            "No se ha podido comparar con la cartera de referencia ({}): {}",
            request
                .reference
                .as_deref()
                .unwrap_or(Path::new(""))
                .display(),
            error.problem(Language::Spanish)
        )),
    }
    run.second_pass((first.spool, first.ranks), &mut output, &mut summary)?;
    remark(&mut summary, request);
    let has_rejected = first.rejected.finish()?;
    let has_suppressed = first.suppressed.finish()?;
    output.finish(&summary)?;
    let report = Report {
        detected: source.detected().clone(),
        output: request.output.clone(),
        rejected_file: has_rejected.then(|| plan.rejected.clone()),
        suppressed_file: has_suppressed.then(|| plan.suppressed.clone()),
        page: request.page.clone(),
        seconds: start.elapsed().as_secs_f64(),
        summary,
    };
    if let Some(page) = &request.page {
        let mut file = PendingFile::create(page)?;
        let written = file.write_all(summary_page::render(&report).as_bytes());
        written.map_err(|error| PortfolioError::io(page, error))?;
        file.finish()?;
    }
    Ok(report)
}

/// What all of a run depends on.
struct Run<'r> {
    scorer: &'r Scorer,
    request: &'r PortfolioRequest,
    progress: &'r dyn Progress,
    columns: &'r Columns,
    plan: &'r Plan,
    suppression: Option<Suppression>,
    control: Option<ControlGroup>,
}

/// What the first pass leaves for the second.
struct First {
    count: Count,
    spool: Spool,
    ranks: Ranks,
    rejected: SideFile,
    suppressed: SideFile,
}

impl Run<'_> {
    fn first_pass(&self, source: &mut dyn Source, keep: Keep<'_>) -> Result<First, PortfolioError> {
        let folder = self.request.output.as_deref().map(folder_of);
        let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned);
        let decimal = source.detected().decimal;
        let pass = FirstPass {
            suppression: self.suppression.as_ref(),
            control: self.control.as_ref(),
            rank_by: self.request.rank_by,
            bands: self.request.bands,
            reasons: self.reasons(decimal),
            dialect: self.plan.dialect,
            ..FirstPass::counting(self.scorer, self.columns, decimal, keep)
        };
        let mut spool = Spool::new(&folder);
        let mut sorter = Sorter::new(&folder);
        let dialect = self.plan.dialect;
        let mut rejected = SideFile::new(&self.plan.rejected, dialect, &Rejection::COLUMNS);
        let mut suppressed = SideFile::new(&self.plan.suppressed, dialect, &["fila", "id"]);
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
                sorter.push(*key)?;
            }
            rejected.write(&piece.rejected)?;
            suppressed.write(&piece.suppressed)?;
            rows += piece.n_rows;
            let (done, total) = position.lock().map_or((0, None), |position| *position);
            self.advance(Stage::Scoring, (rows, done), total)
        };
        let benches = in_order(&pass, self.request.threads, next, deliver)?;
        spool.rewind()?;
        Ok(First {
            count: Count::sum(benches.into_iter().map(|bench| bench.count)),
            ranks: sorter.rank()?,
            spool,
            rejected,
            suppressed,
        })
    }

    fn second_pass(
        &self,
        waiting: (Spool, Ranks),
        output: &mut Output,
        summary: &mut Summary,
    ) -> Result<(), PortfolioError> {
        match output {
            Output::Lines(Lines { style, file }) => {
                let make = |rows: PlacedRows<'_>| {
                    let mut lines = Vec::new();
                    style.write_rows(&rows, &mut lines);
                    lines
                };
                self.place(waiting, make, |lines| file.write(&lines), summary)
            }
            Output::Table(table) => {
                let write = |rows: PlacedRows<'_>| table.writer.write(&rows);
                self.place(waiting, |rows| rows, write, summary)
            }
        }
    }

    /// Gives rows their places, makes of them what is written, on any thread, and has it written, in order.
    fn place<'a, D: Send>(
        &'a self,
        (mut spool, mut ranks): (Spool, Ranks),
        make: impl Fn(PlacedRows<'a>) -> D + Sync,
        mut write: impl FnMut(D) -> Result<(), PortfolioError> + Send,
        summary: &mut Summary,
    ) -> Result<(), PortfolioError> {
        let written = summary.scored.rows - summary.suppressed.rows;
        let decision = self.scorer.contract().decision();
        let pass = SecondPass {
            order: Order {
                columns: &self.plan.columns.added,
                labels: decision.map(|decision| &decision.labels),
                rank_by: self.request.rank_by,
                capacity: self.request.capacity,
                bands: self.request.bands,
                n_reasons: self.n_reasons(),
                n_ranked: written - summary.control.rows,
            },
            make,
        };
        let next = || {
            let Some(bytes) = spool.next()? else {
                return Ok(None);
            };
            let places = ranks.take(PlacedFolio::n_rows(&bytes))?;
            Ok(Some(PlacedFolio { bytes, places }))
        };
        let mut rows = 0;
        let deliver = |ready: Ready<D>| {
            write(ready.made)?;
            rows += ready.n_rows;
            self.advance(Stage::Writing, (rows, rows), Some(written))
        };
        for bench in in_order(&pass, self.request.threads, next, deliver)? {
            summary.fits.merge(bench.fits);
            for (sum, group) in summary.deciles.iter_mut().zip(&bench.deciles) {
                sum.merge(group);
            }
        }
        Ok(())
    }

    /// Writes which column each input was read from.
    fn name_columns(&self, header: &[String], summary: &mut Summary) {
        for (input, column) in summary.inputs.iter_mut().zip(&self.columns.inputs) {
            input.column = column.and_then(|column| header.get(column)).cloned();
        }
    }

    fn reasons(&self, decimal: Option<Decimal>) -> Option<Reasons<'_>> {
        let most = self.n_reasons();
        (most > 0).then_some(Reasons {
            scorer: self.scorer,
            columns: self.columns,
            decimal,
            most,
        })
    }

    fn n_reasons(&self) -> usize {
        self.request.explain.map_or(0, std::num::NonZeroUsize::get)
    }

    fn advance(
        &self,
        stage: Stage,
        (rows, done): (u64, u64),
        total: Option<u64>,
    ) -> Result<(), PortfolioError> {
        self.progress.advance(&Place {
            stage,
            rows,
            done,
            total,
        });
        if self.progress.is_cancelled() {
            return Err(PortfolioError::Cancelled);
        }
        Ok(())
    }

    /// What is known before anything is counted.
    fn summary(&self, source: &dyn Source) -> Summary {
        let header = source.header();
        let name = |column: Option<usize>| column.and_then(|column| header.get(column)).cloned();
        let Columns { inputs, id, amount } = self.columns;
        let is_used =
            |at: &usize| inputs.contains(&Some(*at)) || *id == Some(*at) || *amount == Some(*at);
        let unused = (0..header.len())
            .filter(|at| !is_used(at))
            .filter_map(|at| name(Some(at)));
        let contract = self.scorer.contract();
        let missing = contract.inputs().iter().zip(inputs);
        let missing = missing.filter(|(input, column)| column.is_none() && input.is_used());
        let file = self.request.input.as_deref().and_then(Path::file_name);
        let file = file.map(|file| file.to_string_lossy().into_owned());
        let hash = self.scorer.model().short();
        Summary {
            file: self.request.name.clone().or(file).unwrap_or_default(),
            at: jiff::ZonedDateTime::now()
                .strftime("%Y-%m-%d %H:%M")
                .to_string(),
            model: match self.request.version {
                Some(version) => format!("versión {version} ({hash})"),
                None => hash,
            },
            contract: contract.name().to_owned(),
            capacity: self.request.capacity,
            rank_by: self.request.rank_by,
            amount_column: name(*amount),
            id_column: name(*id),
            unused_columns: unused.collect(),
            missing_columns: missing.map(|(input, _)| input.name().to_owned()).collect(),
            remarks: [source.remarks(), lookalikes(contract, self.columns, header)].concat(),
            ..Summary::default()
        }
    }
}

/// Columns that could be taken for another that is an input's: a sentence each.
fn lookalikes(contract: &Contract, columns: &Columns, header: &[String]) -> Vec<String> {
    let names = Header::new(header);
    let is_used = |at: &usize| columns.inputs.contains(&Some(*at)) || columns.id == Some(*at);
    let inputs = contract.inputs().iter().zip(&columns.inputs);
    let used = inputs.filter_map(|(input, column)| Some((input, (*column)?)));
    let alike = used.flat_map(|(input, column)| {
        let others = names.lookalikes(column).filter(|other| !is_used(other));
        others.map(move |other| (input.name(), &header[column], &header[other]))
    });
    let remark = |(input, column, other): (&str, &String, &String)| {
        format!(
            "{input} se lee de la columna «{column}»; «{other}», que se llama casi igual, no se usa."
        )
    };
    alike.map(remark).collect()
}

/// The list of clients to leave out.
fn run_suppression(
    request: &PortfolioRequest,
    matcher: &ColumnMatcher<'_>,
) -> Result<Option<Suppression>, PortfolioError> {
    let Some(path) = &request.suppress else {
        return Ok(None);
    };
    let mut list = source::open(Some(path), &super::request::Reading::default(), matcher)?;
    let id_column = |header: &[String]| {
        let ambiguous = |ambiguity: Ambiguity| {
            let message = |language| ambiguity.message(language);
            let problem = (message(Language::Spanish), message(Language::English));
            PortfolioError::unreadable(path, problem)
        };
        matcher.id_column(header).map_err(ambiguous)
    };
    Suppression::read(path, &mut *list, id_column).map(Some)
}

/// Counts the model's reference portfolio.
fn reference(
    scorer: &Scorer,
    request: &PortfolioRequest,
) -> Result<Option<Reference>, PortfolioError> {
    let Some(path) = &request.reference else {
        return Ok(None);
    };
    let contract = scorer.contract();
    let matcher = ColumnMatcher::of_contract(contract);
    let mut source = source::open(Some(path), &super::request::Reading::default(), &matcher)?;
    let columns = matcher.bind(source.header())?;
    let pass = FirstPass::counting(scorer, &columns, source.detected().decimal, Keep::Nothing);
    let benches = in_order(&pass, request.threads, || source.next(), |_| Ok(()))?;
    let mut summary = Summary::default();
    Count::sum(benches.into_iter().map(|bench| bench.count)).write(&mut summary);
    Ok(Some(Reference {
        rows: summary.scored.rows,
        inputs: summary.inputs,
    }))
}

/// What the reader of the summary should know beside its numbers.
fn remark(summary: &mut Summary, request: &PortfolioRequest) {
    if request.suppress.is_some() && summary.suppressed.rows == 0 {
        let remark = "Ningún cliente de la lista de exclusión está en la cartera; compruebe que sus identificadores se \
                      escriben igual.";
        summary.remarks.push(remark.to_owned());
    }
    if summary.amount_column.is_none() {
        let remark = "No se conoce la deuda: no hay columna de importe, y la recuperación esperada queda vacía.";
        summary.remarks.push(remark.to_owned());
    }
}
