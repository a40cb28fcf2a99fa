//! The one thing that scores: a contract, a model and a decision.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use propenso_engine::{
    Answer, Answers, Case, ExplainError, Explanation, Predictor, RowError, RowProblem, Rows,
    Scratch, Signature,
};
use propenso_model::{Label, Output, Sha256};

use crate::contract::{Contract, ContractMismatch};
use crate::counterfactual::Space;
use crate::decision::PositiveClass;
use crate::field_error::{Fault, FieldError};
use crate::language::Language;
use crate::row::Row;
use crate::stage::{Stage, Stages};
use crate::warning::Warning;
use crate::workspace::Workspace;

/// A contract bound to a model that fits it. Immutable; every transport scores through it.
#[derive(Debug)]
pub struct Scorer {
    contract: Contract,
    predictor: Arc<Predictor>,
    model: Sha256,
    task: Task,
    /// Made when the first counterfactual is asked for.
    space: OnceLock<Space>,
}

/// What a scorer's answers are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Task {
    /// Payer or not; with the position among the model's classes of the one that pays.
    Payer { positive: usize },
    /// One of the model's classes.
    Classes,
    /// A number.
    Value,
}

/// A row of [`Scorer::answer_rows`]: what was asked, and what the model answered.
#[derive(Debug, Clone, Copy)]
pub struct AnsweredRow<'a> {
    /// The row's features.
    pub features: &'a [f64],
    /// The position of the predicted class.
    pub class: usize,
    /// The probabilities in class order.
    pub values: &'a [f64],
}

/// The answer for one client.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// What the model says of the client.
    pub outcome: Outcome,
    /// What the contract did to the inputs on the way; empty for a clean row.
    pub warnings: Vec<Warning>,
}

/// What a model says of a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A contract with a decision: payer or not.
    Payer {
        /// Whether the client is a payer, by the contract's decision.
        pays: bool,
        /// P(pays), 0 to 1; `None` for a model without probabilities.
        probability: Option<f64>,
    },
    /// A contract without a decision: one of the model's classes.
    Class {
        /// Position of the predicted class among [`Scorer::classes`].
        class: usize,
        /// Probabilities in that order; empty for a model without probabilities.
        probabilities: Vec<f64>,
    },
    /// A regressor's number.
    Value(f64),
}

/// Why a contract and a model do not go together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Names, order or number of features differ.
    #[error(transparent)]
    Features(#[from] ContractMismatch),
    /// The model predicts a number, not a class.
    #[error(
        "the model is a {class}, which predicts a number; a contract with labels needs a classifier"
    )]
    NotAClassifier {
        /// The model's class.
        class: String,
    },
    /// The model does not tell exactly two classes apart.
    #[error(
        "the model's classes are {classes}; a contract needs exactly two, payers and non-payers"
    )]
    NotBinary {
        /// The model's classes.
        classes: String,
    },
    /// A threshold needs probabilities.
    #[error(
        "the contract has a threshold, and the model ({class}) gives no probabilities; remove the threshold"
    )]
    NoProbabilities {
        /// The model's class.
        class: String,
    },
    /// The contract's positive class is not one of the model's.
    #[error(
        "the contract's positive_class is {wanted}, the model's classes are {classes}; set positive_class to the one that means payer"
    )]
    PositiveClass {
        /// The contract's.
        wanted: String,
        /// The model's.
        classes: String,
    },
}

impl FitError {
    /// Says why, and what to do.
    pub fn message(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::Features(mismatch) => mismatch.message(language),
            Self::NotAClassifier { class } => format!(
                "el modelo es un {class}, que predice un número; un contrato con etiquetas necesita un clasificador"
            ),
            Self::NotBinary { classes } => format!(
                "las clases del modelo son {classes}; un contrato necesita exactamente dos, quien paga y quien no"
            ),
            Self::NoProbabilities { class } => format!(
                "el contrato tiene `threshold`, y el modelo ({class}) no da probabilidades; quite `threshold`"
            ),
            Self::PositiveClass { wanted, classes } => format!(
                "la `positive_class` del contrato es {wanted}, y las clases del modelo son {classes}; ponga la que significa que paga"
            ),
        }
    }
}

impl Scorer {
    /// Binds a contract to a model.
    ///
    /// # Errors
    ///
    /// [`FitError`] when they do not go together, naming each difference.
    pub fn new(contract: Contract, predictor: Predictor, model: Sha256) -> Result<Self, FitError> {
        Self::with_predictor(contract, Arc::new(predictor), model)
    }

    /// Binds another contract to the same model, which is compiled once.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_contract(&self, contract: Contract) -> Result<Self, FitError> {
        Self::with_predictor(contract, Arc::clone(&self.predictor), self.model)
    }

    /// Binds a contract to a model that others may be bound to.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_predictor(
        contract: Contract,
        predictor: Arc<Predictor>,
        model: Sha256,
    ) -> Result<Self, FitError> {
        let signature = predictor.signature();
        contract.check_fit(signature)?;
        let task = task(&contract, signature)?;
        Ok(Self {
            contract,
            predictor,
            model,
            task,
            space: OnceLock::new(),
        })
    }

    /// The model's classes, in the order of its probabilities; none for a regressor.
    #[must_use]
    pub fn classes(&self) -> &[Label] {
        match &self.predictor.signature().output {
            Output::Classes { labels, .. } => labels,
            Output::Value => &[],
        }
    }

    /// The contract.
    #[must_use]
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The model, ready to predict.
    #[must_use]
    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }

    /// Content hash of the model file.
    #[must_use]
    pub fn model(&self) -> Sha256 {
        self.model
    }

    /// The word for an outcome: the contract's, or else the model's own label; for a number, the
    /// number.
    #[must_use]
    pub fn label(&self, outcome: &Outcome) -> Cow<'_, str> {
        match (outcome, self.contract.decision()) {
            (Outcome::Payer { pays, .. }, Some(decision)) => {
                let labels = &decision.labels;
                Cow::Borrowed(if *pays {
                    &labels.positive
                } else {
                    &labels.negative
                })
            }
            (Outcome::Payer { pays, .. }, None) => Cow::Borrowed(if *pays { "1" } else { "0" }),
            (Outcome::Class { class, .. }, _) => match self.classes().get(*class) {
                Some(Label::Text(text)) => Cow::Borrowed(text),
                Some(label) => Cow::Owned(label.to_string()),
                None => Cow::Borrowed(""),
            },
            (Outcome::Value(value), _) => Cow::Owned(value.to_string()),
        }
    }

    /// Scores one client.
    ///
    /// Allocates nothing for a row without warnings once the workspace is warm.
    ///
    /// # Errors
    ///
    /// Every input that cannot be used, all at once.
    pub fn score(
        &self,
        row: &Row<'_>,
        workspace: &mut Workspace,
    ) -> Result<Score, Vec<FieldError>> {
        self.score_in_stages(row, workspace, &mut ())
    }

    pub(crate) fn score_in_stages(
        &self,
        row: &Row<'_>,
        workspace: &mut Workspace,
        stages: &mut impl Stages,
    ) -> Result<Score, Vec<FieldError>> {
        let mut warnings = Vec::new();
        let answer = self.predict_in_stages(row, workspace, &mut warnings, stages)?;
        let outcome = self.outcome_of(answer);
        Ok(Score { outcome, warnings })
    }

    /// Gives what the model itself answers to one client, before the contract's decision.
    ///
    /// # Errors
    ///
    /// As [`Self::score`].
    pub fn predict<'w>(
        &self,
        row: &Row<'_>,
        workspace: &'w mut Workspace,
        warnings: &mut Vec<Warning>,
    ) -> Result<&'w Answer, Vec<FieldError>> {
        self.predict_in_stages(row, workspace, warnings, &mut ())
    }

    fn predict_in_stages<'w>(
        &self,
        row: &Row<'_>,
        workspace: &'w mut Workspace,
        warnings: &mut Vec<Warning>,
        stages: &mut impl Stages,
    ) -> Result<&'w Answer, Vec<FieldError>> {
        let Workspace {
            features,
            observed,
            answer,
            scratch,
            ..
        } = workspace;
        observed.clear();
        let observe = |input| observed.push(input);
        let encoded = self
            .contract
            .encode_observed(row, features, warnings, observe);
        stages.ended(Stage::Encode);
        encoded?;
        let predicted = self.predictor.predict(features, scratch, answer);
        stages.ended(Stage::Predict);
        if let Err(error) = predicted {
            return Err(self.complaint(row, error).into_iter().collect());
        }
        stages.scored(observed);
        Ok(answer)
    }

    /// The outcomes of some rows; `None` for those that cannot be scored.
    pub(crate) fn outcomes(
        &self,
        rows: &[Row<'_>],
        workspace: &mut Workspace,
    ) -> Vec<Option<Outcome>> {
        let rows: Vec<_> = rows.iter().collect();
        let scores = self.score_together(&rows, workspace, &mut ());
        scores
            .into_iter()
            .map(|score| Some(score.ok()?.outcome))
            .collect()
    }

    /// Answers rows of features that are encoded already, one after the other, in this thread.
    ///
    /// # Errors
    ///
    /// [`RowError`] of the first row that the model refuses; [`Self::complaint_of`] says which input that is.
    pub fn answer_rows(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: &mut Answers,
    ) -> Result<(), RowError> {
        let scratches = std::slice::from_mut(scratch);
        self.predictor.predict_rows(rows, scratches, answers)
    }

    /// Tells whether every answer is a probability of paying.
    pub fn gives_probability_of_paying(&self) -> bool {
        self.has_probabilities() && matches!(self.task, Task::Payer { .. })
    }

    /// Tells whether the model gives the probabilities of its classes.
    pub fn has_probabilities(&self) -> bool {
        let output = &self.predictor.signature().output;
        matches!(
            output,
            Output::Classes {
                has_probabilities: true,
                ..
            }
        )
    }

    /// Decides of an answer's class and values whether it is a payer's, and gives P(pays), 0 to 1; NaN of models that
    /// do not [give it](Self::gives_probability_of_paying).
    pub fn decide(&self, class: usize, values: &[f64]) -> (bool, f64) {
        let positive = self.positive_class();
        let probability = values.get(positive).copied().unwrap_or(f64::NAN);
        let threshold = self.contract.decision().and_then(|d| d.threshold);
        let pays = threshold.map_or(class == positive, |threshold| probability >= threshold);
        (pays, probability)
    }

    /// What the inputs may be changed to.
    pub(crate) fn space(&self) -> &Space {
        self.space.get_or_init(|| Space::of(self))
    }

    /// What each of the model's inputs added to the answer that the workspace was last used for.
    pub(crate) fn explain_features<'w>(
        &self,
        class: usize,
        workspace: &'w mut Workspace,
    ) -> Result<&'w Explanation, ExplainError> {
        let Workspace {
            features,
            answer,
            explain,
            explanation,
            ..
        } = workspace;
        self.predictor.explain_answer(
            Case::new(features, class, &answer.values),
            explain,
            explanation,
        )?;
        Ok(explanation)
    }

    /// The position of the class that pays; 0 where none does.
    pub(crate) fn positive_class(&self) -> usize {
        match self.task {
            Task::Payer { positive } => positive,
            Task::Classes | Task::Value => 0,
        }
    }

    /// Says what an answer's class and values mean for a client, by the contract's decision.
    #[must_use]
    pub fn outcome(&self, class: usize, values: &[f64]) -> Outcome {
        match self.task {
            Task::Value => Outcome::Value(values.first().copied().unwrap_or(f64::NAN)),
            Task::Classes => Outcome::Class {
                class,
                probabilities: values.to_vec(),
            },
            Task::Payer { positive } => {
                let probability = values.get(positive).copied();
                let (pays, _) = self.decide(class, values);
                Outcome::Payer { pays, probability }
            }
        }
    }

    fn outcome_of(&self, answer: &Answer) -> Outcome {
        self.outcome(answer.class, &answer.values)
    }

    /// The model's complaint about a feature, as one about the input it was made of. Contracts are
    /// checked against the model, so every feature has its input.
    pub(crate) fn complaint(&self, row: &Row<'_>, error: RowError) -> Option<FieldError> {
        let (index, fault) = self.complaint_of(error)?;
        let input = self.contract.inputs().get(index)?;
        Some(FieldError::new(input, row.slot(index), fault))
    }

    /// Finds the place of the input that a model complains of, and what is wrong with it; `None` of no input in
    /// particular.
    pub fn complaint_of(&self, error: RowError) -> Option<(usize, Fault)> {
        let index = self.contract.input_of_feature(error.input)?;
        let fault = match error.problem {
            RowProblem::Missing => Fault::Missing,
            RowProblem::Count { .. } => Fault::NotANumber,
            RowProblem::Infinite => Fault::NotFinite,
            RowProblem::UnknownCategory => Fault::UnknownSpelling,
            RowProblem::NoAnswer => Fault::NoAnswer,
            RowProblem::NotPositive => Fault::NotPositive,
            RowProblem::TooLarge => Fault::TooLarge,
        };
        Some((index, fault))
    }
}

/// What the answers are: a decision needs a model of two classes, one of which it names.
fn task(contract: &Contract, signature: &Signature) -> Result<Task, FitError> {
    let class = || signature.class.clone();
    let Some(decision) = contract.decision() else {
        return Ok(match signature.output {
            Output::Classes { .. } => Task::Classes,
            Output::Value => Task::Value,
        });
    };
    let Output::Classes {
        labels,
        has_probabilities,
    } = &signature.output
    else {
        return Err(FitError::NotAClassifier { class: class() });
    };
    let listed = || {
        let labels: Vec<String> = labels.iter().map(Label::to_string).collect();
        labels.join(", ")
    };
    if labels.len() != 2 {
        return Err(FitError::NotBinary { classes: listed() });
    }
    if decision.threshold.is_some() && !has_probabilities {
        return Err(FitError::NoProbabilities { class: class() });
    }
    let wanted = &decision.positive_class;
    let positive = labels.iter().position(|label| is_class(wanted, label));
    positive
        .map(|positive| Task::Payer { positive })
        .ok_or_else(|| FitError::PositiveClass {
            wanted: wanted.to_string(),
            classes: listed(),
        })
}

/// Whether a model's class is the one a contract names. Python's `1`, `1.0` and `True` are equal.
fn is_class(wanted: &PositiveClass, class: &Label) -> bool {
    let number = match (wanted, class) {
        (PositiveClass::Text(wanted), Label::Text(class)) => return wanted == class,
        (PositiveClass::Text(_), _) | (_, Label::Text(_)) => return false,
        (PositiveClass::Int(wanted), _) => *wanted as f64,
        (PositiveClass::Float(wanted), _) => *wanted,
        (PositiveClass::Bool(wanted), _) => f64::from(u8::from(*wanted)),
    };
    match class {
        Label::Int(class) => *class as f64 == number,
        Label::Float(class) => *class == number,
        Label::Bool(class) => f64::from(u8::from(*class)) == number,
        Label::Text(_) => false,
    }
}
