//! `propenso score`: a whole portfolio, from a file into a ranked file.

mod answers;
mod progress;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use propenso_portfolio::{
    PortfolioError, PortfolioRequest, Readers, Report, Witness, score_witnessed,
};
use propenso_scoring::statistics::Deciles;
use propenso_scoring::{Language, Scorer};
use propenso_store::decision::Who;

use super::chosen::Chosen;
use super::{CommandError, PARTIAL};
use crate::cli::{ReportForm, ScoreArgs};
use crate::record::Record;
use crate::record::file_hash::FileHash;
use crate::record::portfolio::{PortfolioPages, Sending, control_name, run_name};
use crate::settings::choice::{ModelChoice, ModelSource};
use answers::{Answers, unanswered};
use progress::Watcher;
use propenso_portfolio::options::{OptionError, RunOptions};

/// Threads per core that make sense; far more take the memory that they were to work in.
const MOST_THREADS: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Scores a portfolio, and tells in `language` how far it is.
///
/// # Errors
///
/// [`CommandError`] when it cannot be scored at all; then the output is as it was before.
pub fn run(args: &ScoreArgs, language: Language) -> Result<ExitCode, CommandError> {
    check_places(args)?;
    let answers = Answers::gather(args)?;
    let mut model = Model::load(args)?;
    let request = model.known.request(args, &answers.options)?;
    let pages = model.pages(&request)?;
    let witness = pages.as_ref().map(|pages| pages as &dyn Witness);
    let watcher = Watcher::start(args.quiet, language);
    let scored = score_witnessed(&model.scorer, &request, &watcher, witness);
    watcher.end();
    let report = scored.map_err(unanswered)?;
    if !args.quiet {
        print(&report, args)?;
    }
    answers.save()?;
    Ok(if report.summary.rejected.rows > 0 {
        ExitCode::from(PARTIAL)
    } else {
        ExitCode::SUCCESS
    })
}

/// What scores, and what is known of it.
struct Model {
    scorer: Arc<Scorer>,
    known: Known,
    /// What keeps what the registry's champion answers, where that is wanted.
    record: Option<Arc<Record>>,
    /// What it names the portfolio's file by.
    file: Option<FileHash>,
}

/// What a request has besides what was typed.
#[derive(Debug, Default)]
struct Known {
    version: Option<u32>,
    bands: Option<Deciles>,
    reference: Option<PathBuf>,
}

impl Model {
    /// The file that was named, here or in the configuration, or the registry's champion.
    fn load(args: &ScoreArgs) -> Result<Self, CommandError> {
        let choice = ModelChoice::resolve(args.model.clone(), &args.registry, &args.intake())?;
        let record = match &choice.source {
            ModelSource::Champion(place) => Record::open(place, choice.record)?,
            ModelSource::File { .. } => None,
        };
        let file = record
            .as_ref()
            .and_then(|record| record.hash(&path(&args.input)?));
        let chosen = Chosen::load(choice.source)?;
        Ok(Self {
            record: record.map(Arc::new),
            file,
            scorer: chosen.scorer,
            known: Known {
                version: chosen.version,
                bands: chosen.bands,
                reference: choice.reference,
            },
        })
    }
}

impl Model {
    /// Begins to write down what the clients are answered, where that is kept.
    fn pages(
        &mut self,
        request: &PortfolioRequest,
    ) -> Result<Option<PortfolioPages>, CommandError> {
        let Some(record) = &self.record else {
            return Ok(None);
        };
        let output = request.output.as_deref().and_then(Path::parent);
        let output = output.filter(|folder| !folder.as_os_str().is_empty());
        let folder = output.map_or_else(std::env::temp_dir, Path::to_owned);
        let sending = Sending {
            file: self.file.take().map(FileHash::wait).transpose()?,
            folder: &folder,
            job: &run_name(),
            since: Timestamp::now(),
            who: Who {
                name: super::models::who(None),
                key: None,
            },
            control: control_name(request.control.as_ref()),
        };
        let pages = record.portfolio(&self.scorer, self.known.version, sending);
        Ok(pages.map_err(PortfolioError::Witness)?)
    }
}

/// Refuses to read and write a file at once, or to write two into one.
fn check_places(args: &ScoreArgs) -> Result<(), CommandError> {
    let is_same = |a: &Path, b: &Path| match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    };
    let wrong =
        |spanish: &str, english: &str| Err(PortfolioError::request(spanish, english).into());
    if path(&args.output).is_some() && is_same(&args.input, &args.output) {
        return wrong(
            "la salida sustituiría a la entrada; dé otro nombre a --output",
            "the output would replace the input; give --output another name",
        );
    }
    if args
        .resumen
        .as_deref()
        .is_some_and(|page| is_same(page, &args.output))
    {
        return wrong(
            "--resumen sustituiría a la salida; dele otro nombre",
            "--resumen would replace the output; give it another name",
        );
    }
    Ok(())
}

/// Whether a path is `-`, which is standard input or output.
fn path(path: &Path) -> Option<PathBuf> {
    (path != Path::new("-")).then(|| path.to_owned())
}

impl Known {
    /// Gathers everything that is asked of a run.
    ///
    /// # Errors
    ///
    /// [`OptionError`] when the options contradict each other.
    fn request(
        &self,
        args: &ScoreArgs,
        options: &RunOptions,
    ) -> Result<PortfolioRequest, OptionError> {
        let mut request = options.ask(PortfolioRequest {
            bands: self.bands,
            version: self.version,
            page: args.resumen.clone(),
            readers: Readers::AsBefore,
            // It is read for the summary only.
            reference: args
                .reference
                .clone()
                .or_else(|| self.reference.clone())
                .filter(|_| args.resumen.is_some()),
            ..PortfolioRequest::new(path(&args.input), path(&args.output))
        })?;
        // A path need not be a text.
        if let Some(list) = &args.order.suppress {
            request.suppress = Some(list.clone());
        }
        if args.order.suppress_missing.is_some() && request.suppress.is_none() {
            return Err(OptionError::Alone {
                name: "suppress_missing",
                other: "suppress",
            });
        }
        if let Some(threads) = args.threads {
            let most = request.threads.saturating_mul(MOST_THREADS);
            request.threads = threads.min(most);
        }
        Ok(request)
    }
}

/// Prints the report where it is not in the way of the ranked file.
fn print(report: &Report, args: &ScoreArgs) -> Result<(), CommandError> {
    let text = match args.report {
        ReportForm::Text => report.text(),
        ReportForm::Json => {
            serde_json::to_string_pretty(report).map_err(std::io::Error::from)? + "\n"
        }
    };
    if path(&args.output).is_none() {
        std::io::stderr().lock().write_all(text.as_bytes())?;
    } else {
        std::io::stdout().lock().write_all(text.as_bytes())?;
    }
    Ok(())
}
