//! A model file and a contract, ready to score.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use propenso_engine::{Answer, Scratch};
use propenso_lifecycle::contract_source::{ContractSource, MODEL_CONTRACT};
use propenso_lifecycle::load_error::LoadError;
use propenso_lifecycle::workbench::Workbench;
use propenso_lifecycle::{load, memory};
use propenso_model::{InputKind, Label, ModelFile};
use propenso_portfolio::{BoundFrame, FrameReading, Mapping};
use propenso_scoring::{Asked, Contract, Language, Scorer};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::answers;
use crate::errors::{ContractError, of_asked, of_frame, of_load, of_model};
use crate::frame::{PyFrame, doubles};

/// A model file and a contract, ready to score. Many threads may use it at once.
#[pyclass(name = "Model", frozen, module = "propenso._propenso")]
pub(crate) struct PyModel {
    /// By what clients send.
    scorer: Arc<Scorer>,
    /// By the model's own columns.
    own: Arc<Scorer>,
    contract: ContractSource,
    /// Whether a row of numbers is a row of features.
    takes_numbers: bool,
    /// Room for rows that come one by one.
    rooms: Mutex<Vec<(Scratch, Answer)>>,
}

/// The way clients are read: by the model's own columns or the contract's, columns named otherwise, the mark before the
/// decimals of texts, whether it is looked for, and threads.
#[derive(FromPyObject)]
pub(crate) struct Reading(
    bool,
    Vec<(String, String)>,
    Option<String>,
    bool,
    Option<usize>,
);

/// Where a contract comes from, as people say it.
#[derive(FromPyObject)]
pub(crate) struct NamedContract {
    /// Its name, or its file's.
    #[pyo3(item)]
    name: Option<String>,
    /// Its own text.
    #[pyo3(item)]
    text: Option<String>,
}

impl NamedContract {
    fn source(self) -> Result<Option<ContractSource>, LoadError> {
        match (self.name, self.text) {
            (name, Some(text)) => {
                let name = name.unwrap_or_else(|| "contract".to_owned());
                Ok(Some(ContractSource::with_text(name, text)))
            }
            (Some(name), None) => ContractSource::named(&name).map(Some),
            (None, None) => Ok(None),
        }
    }
}

#[pymethods]
impl PyModel {
    /// Reads a model file from disk, or its bytes, and binds a contract to it.
    #[staticmethod]
    fn load(
        py: Python<'_>,
        path: Option<PathBuf>,
        data: Option<&[u8]>,
        contract: NamedContract,
        key: Option<&str>,
    ) -> PyResult<Self> {
        let source = contract.source().map_err(of_load)?;
        py.detach(|| {
            let name = path.as_deref().unwrap_or(Path::new("model"));
            let file = match data {
                Some(bytes) => {
                    let limits = memory::limits(bytes.len());
                    let file = ModelFile::read(bytes.to_vec(), &limits);
                    file.map_err(|error| of_model(&error))?.with_key(key)
                }
                None => load::model_file(load::ModelPath::new(name, key)).map_err(of_load)?,
            };
            Self::of_file(file, name, source)
        })
    }

    /// Answers one row of numbers, if the model takes nothing else: the class's place, and the values; `None` where it does
    /// not take the row, which whoever asks for more of it is told.
    fn row(&self, values: &[u8]) -> Option<(usize, Vec<f64>)> {
        if !self.takes_numbers {
            return None;
        }
        let row = doubles(values);
        let room = self
            .rooms
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let (mut scratch, mut answer) = room.unwrap_or_default();
        let predictor = self.own.predictor();
        let answered = predictor.predict(&row, &mut scratch, &mut answer).ok();
        let answered = answered.map(|()| (answer.class, answer.values.clone()));
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.push((scratch, answer));
        answered
    }

    /// Scores a frame.
    fn score<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        reading: Reading,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (scorer, reading) = self.reading(frame, reading)?;
        let scored = py.detach(|| scorer_of(frame, scorer, &reading)?.score());
        answers::scores(py, &scored.map_err(of_frame)?, scorer)
    }

    /// Scores a frame and takes each score apart.
    fn explain<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        reading: Reading,
        n_reasons: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (scorer, reading) = self.reading(frame, reading)?;
        let most = scorer.contract().inputs().len();
        let explained = py.detach(|| scorer_of(frame, scorer, &reading)?.explain(most));
        let explained = explained.map_err(of_frame)?;
        let told = answers::scores(py, &explained, scorer)?;
        let reasons = answers::explanations(py, &explained, scorer, n_reasons)?;
        told.update(reasons.as_mapping())?;
        Ok(told)
    }

    /// Searches the smallest change that flips each client's class: of each a pair, what was found and what is wrong.
    fn counterfactual<'py>(
        &self,
        py: Python<'py>,
        frame: &PyFrame,
        reading: Reading,
    ) -> PyResult<Bound<'py, PyList>> {
        let (scorer, reading) = self.reading(frame, reading)?;
        let asked = Asked {
            reasons: None,
            counterfactual: true,
        };
        scorer.check(asked).map_err(|error| of_asked(&error))?;
        let answered = py.detach(|| scorer_of(frame, scorer, &reading)?.answer(asked));
        let pairs = answered
            .map_err(of_frame)?
            .into_iter()
            .map(|answer| match answer {
                Ok(answered) => Ok((answers::counterfactual(py, &answered, scorer)?, None)),
                Err(errors) => Ok((None, Some(answers::field_errors(py, &errors)?))),
            });
        PyList::new(py, pairs.collect::<PyResult<Vec<_>>>()?)
    }

    /// What the model and its contract are.
    fn about<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let signature = self.own.predictor().signature();
        let contract = self.scorer.contract();
        let about = PyDict::new(py);
        about.set_item("sha256", self.scorer.model().to_string())?;
        about.set_item("class", &signature.class)?;
        about.set_item("library", signature.writer.library.name())?;
        about.set_item("version", &signature.writer.version)?;
        about.set_item("engine", self.own.predictor().engine_name())?;
        about.set_item("n_trees", self.own.predictor().n_trees())?;
        about.set_item("is_named", signature.is_named)?;
        about.set_item("takes_numbers", self.takes_numbers)?;
        about.set_item("has_probabilities", self.own.has_probabilities())?;
        about.set_item("n_values", signature.n_values())?;
        let features = signature.inputs.iter().map(|input| &input.name);
        about.set_item("features", features.collect::<Vec<_>>())?;
        let classes = self.own.classes().iter();
        let classes = classes.map(|label| label_of(py, label));
        about.set_item("classes", classes.collect::<PyResult<Vec<_>>>()?)?;
        let texts = self.own.classes().iter().map(Label::to_string);
        about.set_item("class_texts", texts.collect::<Vec<_>>())?;
        about.set_item("contract", contract.name())?;
        about.set_item("contract_text", self.contract.text())?;
        about.set_item("contract_digest", contract.digest().to_string())?;
        about.set_item("id_column", contract.id_column())?;
        about.set_item("amount_column", contract.amount_column())?;
        if let Some(decision) = contract.decision() {
            let labels = (&decision.labels.negative, &decision.labels.positive);
            about.set_item("labels", labels)?;
            about.set_item("threshold", decision.threshold)?;
        }
        let explained = self.scorer.check_explanation();
        about.set_item(
            "unexplained",
            explained.err().map(|error| error.to_string()),
        )?;
        about.set_item("inputs", inputs(py, contract)?)?;
        Ok(about)
    }
}

/// What a contract takes, in its order.
fn inputs<'py>(py: Python<'py>, contract: &Contract) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let inputs = contract.inputs().iter().map(|input| {
        let told = PyDict::new(py);
        told.set_item("name", input.name())?;
        told.set_item("parameter", input.parameter())?;
        told.set_item("kind", if input.is_number() { "number" } else { "text" })?;
        told.set_item("is_required", input.must_be_sent())?;
        told.set_item("may_be_missing", input.may_be_missing())?;
        told.set_item("is_used", input.is_used())?;
        told.set_item("text", input.text(Language::English))?;
        told.set_item("texto", input.text(Language::Spanish))?;
        told.set_item("accepted", input.accepted(Language::English))?;
        told.set_item("se_admite", input.accepted(Language::Spanish))?;
        Ok(told)
    });
    inputs.collect()
}

impl PyModel {
    fn of_file(file: ModelFile, name: &Path, source: Option<ContractSource>) -> PyResult<Self> {
        let estimator = file.estimator().map_err(|error| of_model(&error))?;
        let hash = file.sha256();
        drop(file);
        let is_said = source.is_some();
        let source = match source {
            Some(source) => source,
            None => load::fitting_contract(&estimator).map_err(of_load)?,
        };
        let workbench = Workbench::new(&name.to_string_lossy(), hash, estimator);
        let (scorer, contract) = match workbench.bind(&source) {
            Ok(scorer) => (scorer, source),
            // What ships is for other models: this one is taken by its own columns, as an estimator is.
            Err(LoadError::Fit { .. }) if !is_said => {
                let source = ContractSource::named(MODEL_CONTRACT).map_err(of_load)?;
                (workbench.bind(&source).map_err(of_load)?, source)
            }
            Err(error) => return Err(of_load(error)),
        };
        let signature = workbench.signature();
        let own = Contract::of_model(signature);
        let own = own.map_err(|error| ContractError::new_err(error.to_string()))?;
        let own = scorer.with_contract(own);
        let mut kinds = signature.inputs.iter().map(|input| &input.kind);
        Ok(Self {
            takes_numbers: kinds.all(|kind| *kind == InputKind::Number),
            own: Arc::new(own.map_err(|error| ContractError::new_err(error.to_string()))?),
            scorer: Arc::new(scorer),
            contract,
            rooms: Mutex::default(),
        })
    }

    /// What scores clients for files.
    pub(crate) fn scorer(&self) -> Arc<Scorer> {
        Arc::clone(&self.scorer)
    }

    pub(crate) fn own(&self) -> &Scorer {
        &self.own
    }

    /// What scores a frame, and how it is read.
    fn reading(&self, frame: &PyFrame, reading: Reading) -> PyResult<(&Scorer, FrameReading)> {
        let Reading(is_own, columns, decimal, finds_decimals, threads) = reading;
        let scorer = if is_own { &*self.own } else { &*self.scorer };
        let contract = scorer.contract();
        let signature = scorer.predictor().signature();
        let is_as_wide = frame.frame.header().len() == contract.inputs().len();
        let has_no_names = contract.is_models_own() && !signature.is_named && is_as_wide;
        let decimal = decimal.map(|text| text.parse());
        let decimal = decimal.transpose().map_err(|_| {
            pyo3::exceptions::PyValueError::new_err("decimal is \"comma\" or \"point\"")
        })?;
        let mapping = columns.into_iter().map(|(column, input)| Mapping {
            column,
            input,
            is_needed: true,
        });
        let default = FrameReading::default();
        Ok((
            scorer,
            FrameReading {
                by_position: frame.by_position || has_no_names,
                mapping: mapping.collect(),
                decimal,
                finds_decimals,
                threads: threads
                    .and_then(NonZeroUsize::new)
                    .unwrap_or(default.threads),
            },
        ))
    }
}

fn scorer_of<'f>(
    frame: &'f PyFrame,
    scorer: &'f Scorer,
    reading: &FrameReading,
) -> Result<BoundFrame<'f>, propenso_portfolio::PortfolioError> {
    frame.frame.bind(scorer, reading)
}

fn label_of<'py>(py: Python<'py>, label: &Label) -> PyResult<Bound<'py, PyAny>> {
    Ok(match label {
        Label::Int(label) => label.into_pyobject(py)?.into_any(),
        Label::Float(label) => label.into_pyobject(py)?.into_any(),
        Label::Bool(label) => label.into_pyobject(py)?.to_owned().into_any(),
        Label::Text(label) => label.into_pyobject(py)?.into_any(),
    })
}
