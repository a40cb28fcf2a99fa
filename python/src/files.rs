//! What needs files alone: what a file holds, a first contract, golden rows, a whole portfolio.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use propenso_lifecycle::draft::{self, SampleColumns};
use propenso_lifecycle::golden::Golden;
use propenso_lifecycle::golden::report::Report as GoldenReport;
use propenso_lifecycle::inspection::Report;
use propenso_lifecycle::{load, memory};
use propenso_model::ModelFile;
use propenso_portfolio::options::RunOptions;
use propenso_portfolio::{
    Control, ControlGroup, Place, PortfolioRequest, Progress, Share, Stage, Table, score_portfolio,
};
use propenso_scoring::{Language, Scorer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::{FileError, of_file, of_golden, of_load, of_model, of_option};
use crate::frame::PyFrame;
use crate::model::PyModel;

/// How often Python is asked whether somebody pressed Ctrl-C, and told how far a run is.
const LOOK: Duration = Duration::from_millis(50);

/// Tells what a model file holds, as JSON. What cannot be served is told too.
#[pyfunction]
pub(crate) fn inspect(
    py: Python<'_>,
    path: Option<PathBuf>,
    data: Option<&[u8]>,
    key: Option<&str>,
) -> PyResult<String> {
    py.detach(|| {
        let start = Instant::now();
        let file = model_file(path.as_deref(), data, key)?;
        let estimator = file.estimator();
        let millis = start.elapsed().as_secs_f64() * 1e3;
        json(&Report::new(&file, estimator, millis))
    })
}

/// Drafts a contract: its TOML, and how many questions it has left.
#[pyfunction]
pub(crate) fn contract_draft(
    py: Python<'_>,
    model: (Option<PathBuf>, Option<Vec<u8>>),
    sample: (Option<PathBuf>, Option<Py<PyFrame>>),
    name: Option<&str>,
    language: &str,
) -> PyResult<(String, usize)> {
    let (path, data) = model;
    let (sample, frame) = sample;
    let frame = frame.as_ref().map(Py::get);
    let language = match language {
        "en" => Language::English,
        _ => Language::Spanish,
    };
    py.detach(|| {
        let file = model_file(path.as_deref(), data.as_deref(), None)?;
        let estimator = file.estimator().map_err(|error| of_model(&error))?;
        let columns = SampleColumns::of(&estimator.signature);
        let table = match (&sample, frame) {
            (Some(path), _) => Some(Table::open_by(path, &columns)),
            (None, Some(frame)) => Some(Table::of_frame(&frame.frame, &columns)),
            (None, None) => None,
        };
        let table = table.transpose().map_err(of_file)?;
        let known = path.as_deref().unwrap_or(Path::new("contrato"));
        let name = name.map_or_else(|| draft::name_of(known), str::to_owned);
        let drafted = draft::draft(&estimator, &name, table.as_ref(), language);
        Ok((drafted.text, drafted.questions))
    })
}

/// Compares golden rows with what a model answers: a report as JSON, and as text.
#[pyfunction]
pub(crate) fn verify(
    py: Python<'_>,
    model: &PyModel,
    golden: (Option<PathBuf>, Option<Py<PyFrame>>),
    tolerance: Option<f64>,
    by_contract: Option<bool>,
) -> PyResult<(String, String, bool)> {
    let scorer = model.scorer();
    let (path, frame) = golden;
    let frame = frame.as_ref().map(Py::get);
    py.detach(|| {
        let golden = match (&path, frame) {
            (Some(path), _) => Golden::open(path),
            (None, Some(frame)) => Golden::of_frame(&frame.frame),
            (None, None) => return Err(FileError::new_err("there are no golden rows")),
        };
        let golden = golden.map_err(|error| of_golden(&error))?;
        let own = model.own();
        let is_own = golden.has_columns_of(own.predictor().signature());
        let scorer = match by_contract.unwrap_or(!is_own) {
            true => &scorer,
            false => own,
        };
        let report = GoldenReport::of(&golden, scorer, tolerance, Language::English);
        let report = report.map_err(|error| of_golden(&error))?;
        let mut text = Vec::new();
        report
            .write_text(&mut text)
            .map_err(|error| FileError::new_err(error.to_string()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok((json(&report)?, text, report.is_proof()))
    })
}

/// Scores a file as `propenso score` does: the report as JSON. `progress` is called with a stage, rows, what is done and of
/// how much; Ctrl-C ends the run.
#[pyfunction]
pub(crate) fn score_file(
    py: Python<'_>,
    model: &PyModel,
    files: (PathBuf, PathBuf),
    options: Vec<(String, String)>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (input, output) = files;
    let mut request = PortfolioRequest::new(Some(input), Some(output));
    let mut asked = RunOptions::default();
    for (name, value) in options {
        // Files of this machine, which nobody sends.
        match &*name {
            "split" => asked.put("split", Some(value)),
            "suppress" => request.suppress = Some(value.into()),
            "page" => request.page = Some(value.into()),
            "reference" => request.reference = Some(value.into()),
            _ => asked.push(&name, value).map_err(of_option)?,
        }
    }
    let request = asked.ask(request).map_err(of_option)?;
    let run = Run {
        scorer: model.scorer(),
        request,
        watched: Arc::default(),
    };
    run.watch(py, progress.as_ref())
}

/// Tells of each id whether it is in the control group, which depends on the id and the key alone.
#[pyfunction]
pub(crate) fn control_group(
    ids: Vec<Option<String>>,
    share: &str,
    key: String,
) -> PyResult<Vec<bool>> {
    let share: Result<Share, _> = share.parse();
    let share =
        share.map_err(|error| PyValueError::new_err(format!("control_share is {error}")))?;
    let control = Control {
        share: share.into(),
        key,
    };
    let group = ControlGroup::new(&control).map_err(of_file)?;
    let has = |id: &Option<String>| id.as_deref().is_some_and(|id| group.has(id));
    Ok(ids.iter().map(has).collect())
}

/// A run that another thread does, so that this one hears Python's signals.
struct Run {
    scorer: Arc<Scorer>,
    request: PortfolioRequest,
    watched: Arc<Watched>,
}

/// How far a run is, and whether it goes on.
#[derive(Default)]
struct Watched {
    place: Mutex<Option<Place>>,
    is_cancelled: AtomicBool,
}

impl Progress for Watched {
    fn advance(&self, at: &Place) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(*at);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

impl Run {
    fn watch(self, py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<String> {
        let watched = Arc::clone(&self.watched);
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let report = score_portfolio(&self.scorer, &self.request, &*self.watched);
            // Whoever asked may be gone.
            let _ = sender.send(report);
        });
        // A receiver is for one thread at a time, which is all that `detach` wants to know.
        let receiver = Mutex::new(receiver);
        let mut raised = None;
        loop {
            let ended = py.detach(|| {
                let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
                receiver.recv_timeout(LOOK)
            });
            if raised.is_none() {
                let told = py.check_signals().and_then(|()| watched.tell(py, progress));
                raised = told.err();
                let is_over = raised.is_some();
                watched.is_cancelled.fetch_or(is_over, Ordering::Relaxed);
            }
            match (ended, raised.take()) {
                (Err(RecvTimeoutError::Timeout), told) => raised = told,
                (_, Some(error)) => return Err(error),
                (Ok(report), None) => return json(&report.map_err(of_file)?),
                (Err(RecvTimeoutError::Disconnected), None) => {
                    return Err(FileError::new_err(
                        "the run ended without a report; that is a bug in propenso, please report it",
                    ));
                }
            }
        }
    }
}

impl Watched {
    fn tell(&self, py: Python<'_>, progress: Option<&Py<PyAny>>) -> PyResult<()> {
        let place = *self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(place), Some(progress)) = (place, progress) else {
            return Ok(());
        };
        let stage = match place.stage {
            Stage::Scoring => "scoring",
            Stage::Writing => "writing",
        };
        progress.call1(py, (stage, place.rows, place.done, place.total))?;
        Ok(())
    }
}

fn model_file(path: Option<&Path>, data: Option<&[u8]>, key: Option<&str>) -> PyResult<ModelFile> {
    match (path, data) {
        (_, Some(bytes)) => {
            let file = ModelFile::read(bytes.to_vec(), &memory::limits(bytes.len()));
            file.map(|file| file.with_key(key))
                .map_err(|error| of_model(&error))
        }
        (Some(path), None) => load::model_file(load::ModelPath::new(path, key)).map_err(of_load),
        (None, None) => Err(FileError::new_err("there is no model file")),
    }
}

fn json(report: &impl serde::Serialize) -> PyResult<String> {
    serde_json::to_string(report).map_err(|error| FileError::new_err(error.to_string()))
}
