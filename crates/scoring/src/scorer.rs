//! The one thing that scores: a contract, a model and a decision.

use propenso_engine::{Predictor, RowError, RowProblem, Scratch};
use propenso_model::{Label, Output, Sha256, decide};

use crate::contract::{Contract, ContractMismatch};
use crate::decision::PositiveClass;
use crate::field_error::{FieldError, Reason};
use crate::row::Row;
use crate::warning::Warning;

/// A contract bound to a model that fits it. Immutable; every transport scores through it.
#[derive(Debug)]
pub struct Scorer {
    contract: Contract,
    predictor: Predictor,
    model: Sha256,
    /// Position among the model's classes of the one that means "pays".
    positive: usize,
}

/// Room a scoring needs, kept by the caller between rows so that none allocates.
#[derive(Debug, Default)]
pub struct Workspace {
    features: Vec<f64>,
    probabilities: Vec<f64>,
    scratch: Scratch,
}

/// The answer for one client.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Whether the client is a payer, by the contract's decision.
    pub pays: bool,
    /// P(pays), 0 to 1.
    pub probability: f64,
    /// What the contract did to the inputs on the way; empty for a clean row.
    pub warnings: Vec<Warning>,
}

impl Score {
    /// 1 for a payer, 0 for a non-payer.
    #[must_use]
    pub fn class(&self) -> u8 {
        u8::from(self.pays)
    }
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

impl Scorer {
    /// Binds a contract to a model.
    ///
    /// # Errors
    ///
    /// [`FitError`] when they do not go together, naming each difference.
    pub fn new(contract: Contract, predictor: Predictor, model: Sha256) -> Result<Self, FitError> {
        let signature = predictor.signature();
        contract.check_fit(signature.feature_names.as_deref(), signature.n_features)?;
        let Output::Classes(classes) = &signature.output else {
            return Err(FitError::NotAClassifier {
                class: signature.class.clone(),
            });
        };
        let listed = || {
            classes
                .iter()
                .map(Label::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        if classes.len() != 2 {
            return Err(FitError::NotBinary { classes: listed() });
        }
        let wanted = &contract.decision().positive_class;
        let Some(positive) = classes.iter().position(|class| is_class(wanted, class)) else {
            return Err(FitError::PositiveClass {
                wanted: wanted.to_string(),
                classes: listed(),
            });
        };
        Ok(Self {
            contract,
            predictor,
            model,
            positive,
        })
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

    /// The contract's word for a class.
    #[must_use]
    pub fn label(&self, pays: bool) -> &str {
        let labels = &self.contract.decision().labels;
        if pays {
            &labels.positive
        } else {
            &labels.negative
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
        let mut warnings = Vec::new();
        let Workspace {
            features,
            probabilities,
            scratch,
        } = workspace;
        self.contract.encode(row, features, &mut warnings)?;
        probabilities.resize(self.predictor.signature().n_values(), 0.0);
        if let Err(error) = self.predictor.predict(features, scratch, probabilities) {
            return Err(self.explain(row, error).into_iter().collect());
        }
        let probability = probabilities[self.positive];
        let pays = match self.contract.decision().threshold {
            Some(threshold) => probability >= threshold,
            None => decide(probabilities) == self.positive,
        };
        Ok(Score {
            pays,
            probability,
            warnings,
        })
    }
}

impl Scorer {
    /// The model's complaint about a feature, as one about the input it was made of. Contracts are
    /// checked against the model, so every feature has its input.
    fn explain(&self, row: &Row<'_>, error: RowError) -> Option<FieldError> {
        let index = self.contract.input_of_feature(error.feature)?;
        let input = self.contract.inputs().get(index)?;
        let reason = match error.problem {
            RowProblem::Missing | RowProblem::Count { .. } => Reason::NotANumber,
            RowProblem::TooLarge => Reason::TooLarge,
        };
        Some(FieldError::new(input, row.slot(index), reason))
    }
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
