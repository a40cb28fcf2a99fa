//! A model's engine in process, driven line by line, so that another program can let it take turns
//! with its rivals.
//!
//! Each line on standard input, `ROWS THREADS SECONDS`, scores the first so many rows again and again
//! for about so many seconds, and prints one line: the seconds that the median call took. `ROWS explain
//! SECONDS` takes the answers for those rows apart, one row per call; `ROWS explain-all SECONDS` all of them in one, and
//! tells the seconds per row.

use std::fs;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use propenso_engine::{
    Answer, Answers, Case, ExplainError, ExplainScratch, Explanation, Predictor, Rows, Scratch,
};
use propenso_model::{Limits, ModelFile};

/// Calls that are timed at least, however long they take.
const MIN_CALLS: usize = 3;

/// The class whose probability is explained.
const EXPLAINED_CLASS: usize = 1;

#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// Model to load
    model: PathBuf,
    /// Rows to score: raw little-endian f64, row after row
    rows: PathBuf,
    /// Writes the answers' values here, as raw f64, before anything is timed
    #[arg(long)]
    answers: Option<PathBuf>,
    /// Writes the explanation of each row's class 1 here, before anything is timed: raw f64, the base
    /// and then what each input adds
    #[arg(long)]
    explanations: Option<PathBuf>,
}

/// One line of standard input.
#[derive(Debug, Clone, Copy)]
struct Task {
    n_rows: usize,
    work: Work,
    seconds: Duration,
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Predict { n_threads: usize },
    Explain,
    ExplainAll,
}

pub(crate) fn run(args: &EngineArgs) -> io::Result<()> {
    let predictor = load(&args.model)?;
    let values = read_values(&args.rows)?;
    let n_inputs = predictor.signature().n_inputs();
    let all = Rows::new(&values, values.len() / n_inputs.max(1))
        .ok_or_else(|| io::Error::other(format!("the file is not rows of {n_inputs} values")))?;
    if let Some(path) = &args.answers {
        write_answers(&predictor, all, path)?;
    }
    if let Some(path) = &args.explanations {
        write_explanations(&predictor, all, path)?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "ready {} {}", all.n_rows(), predictor.engine_name())?;
    out.flush()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let task = Task::parse(&line)
            .filter(|task| (1..=all.n_rows()).contains(&task.n_rows))
            .ok_or_else(|| io::Error::other(format!("not `ROWS THREADS SECONDS`: {line}")))?;
        let rows = all.part(0, task.n_rows);
        let median = match task.work {
            Work::Explain => time_explain(&predictor, rows, task.seconds)?,
            Work::ExplainAll => time_explain_all(&predictor, rows, task.seconds)?,
            Work::Predict { .. } if task.n_rows == 1 => time_single(&predictor, all, task.seconds),
            Work::Predict { n_threads } => time_rows(&predictor, rows, n_threads, task.seconds),
        };
        writeln!(out, "{:e}", median.as_secs_f64())?;
        out.flush()?;
    }
    Ok(())
}

impl Task {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let n_rows = words.next()?.parse().ok()?;
        let work = match words.next()? {
            "explain" => Work::Explain,
            "explain-all" => Work::ExplainAll,
            word => Work::Predict {
                n_threads: word.parse().ok().filter(|n_threads| *n_threads > 0)?,
            },
        };
        let seconds = Duration::try_from_secs_f64(words.next()?.parse().ok()?).ok()?;
        Some(Self {
            n_rows,
            work,
            seconds,
        })
    }
}

fn write_answers(predictor: &Predictor, rows: Rows<'_>, path: &Path) -> io::Result<()> {
    let mut answers = Answers::default();
    predictor
        .predict_rows(rows, &mut [Scratch::default()], &mut answers)
        .map_err(io::Error::other)?;
    write_values(path, answers.values())
}

fn write_explanations(predictor: &Predictor, rows: Rows<'_>, path: &Path) -> io::Result<()> {
    let mut scratch = ExplainScratch::default();
    let mut explanation = Explanation::default();
    let mut values = Vec::new();
    for row in 0..rows.n_rows() {
        predictor
            .explain(
                rows.row(row),
                EXPLAINED_CLASS,
                &mut scratch,
                &mut explanation,
            )
            .map_err(io::Error::other)?;
        values.push(explanation.base);
        values.extend_from_slice(&explanation.contributions);
    }
    write_values(path, &values)
}

fn write_values(path: &Path, values: &[f64]) -> io::Result<()> {
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    fs::write(path, bytes)
}

fn load(path: &Path) -> io::Result<Predictor> {
    let bytes = fs::read(path)?;
    let estimator = ModelFile::read(bytes, &Limits::default())
        .and_then(|file| file.estimator())
        .map_err(io::Error::other)?;
    Ok(Predictor::compile(estimator))
}

fn read_values(path: &Path) -> io::Result<Vec<f64>> {
    let bytes = fs::read(path)?;
    let (values, _) = bytes.as_chunks::<8>();
    Ok(values
        .iter()
        .map(|value| f64::from_le_bytes(*value))
        .collect())
}

/// One row per call, a different one each time, as a server meets them.
fn time_single(predictor: &Predictor, rows: Rows<'_>, seconds: Duration) -> Duration {
    let mut scratch = Scratch::default();
    let mut answer = Answer::default();
    let mut row = 0;
    time(seconds, || {
        let taken = predictor.predict(rows.row(row), &mut scratch, &mut answer);
        black_box(taken.is_ok());
        black_box(&answer);
        row = (row + 1) % rows.n_rows();
    })
}

fn time_rows(
    predictor: &Predictor,
    rows: Rows<'_>,
    n_threads: usize,
    seconds: Duration,
) -> Duration {
    let mut scratches = vec![Scratch::default(); n_threads];
    let mut answers = Answers::default();
    time(seconds, || {
        let taken = predictor.predict_rows(rows, &mut scratches, &mut answers);
        black_box(taken.is_ok());
        black_box(&answers);
    })
}

/// One row per call, a different one each time. A model that cannot be explained is an error, not a
/// short time.
fn time_explain(predictor: &Predictor, rows: Rows<'_>, seconds: Duration) -> io::Result<Duration> {
    let mut scratch = ExplainScratch::default();
    let mut explanation = Explanation::default();
    let mut refused: Result<(), ExplainError> = Ok(());
    let mut row = 0;
    let median = time(seconds, || {
        let taken = predictor.explain(
            rows.row(row),
            EXPLAINED_CLASS,
            &mut scratch,
            &mut explanation,
        );
        black_box(&explanation);
        if taken.is_err() {
            refused = taken;
        }
        row = (row + 1) % rows.n_rows();
    });
    refused.map_err(io::Error::other)?;
    Ok(median)
}

/// All rows in one call; the time per row.
fn time_explain_all(
    predictor: &Predictor,
    rows: Rows<'_>,
    seconds: Duration,
) -> io::Result<Duration> {
    let mut answers = Answers::default();
    predictor
        .predict_rows(rows, &mut [Scratch::default()], &mut answers)
        .map_err(io::Error::other)?;
    let cases = (0..rows.n_rows()).map(|row| {
        let (_, values) = answers.get(row).map_err(io::Error::other)?;
        Ok(Case::new(rows.row(row), EXPLAINED_CLASS, values))
    });
    let cases = cases.collect::<io::Result<Vec<_>>>()?;
    let mut scratch = ExplainScratch::default();
    let mut explanations = Vec::new();
    let mut refused: Result<(), ExplainError> = Ok(());
    let median = time(seconds, || {
        let taken = predictor.explain_answers(&cases, &mut scratch, &mut explanations);
        black_box(&explanations);
        if taken.is_err() {
            refused = taken;
        }
    });
    refused.map_err(io::Error::other)?;
    Ok(median / u32::try_from(cases.len()).unwrap_or(u32::MAX))
}

/// The median of as many calls as fit the time, after one that is not timed.
fn time(seconds: Duration, mut call: impl FnMut()) -> Duration {
    call();
    let start = Instant::now();
    let mut calls = Vec::new();
    while calls.len() < MIN_CALLS || start.elapsed() < seconds {
        let start = Instant::now();
        call();
        calls.push(start.elapsed());
    }
    calls.sort_unstable();
    calls[calls.len() / 2]
}
