//! What is known of a model file. JSON has it as it stands here.

use propenso_model::{
    Company, Error, Estimator, GlobalUse, InputKind, Label, Library, ModelFile, ModelInput,
    OnMissing, Output, Part, Scoring, Signature, is_foreign, strict,
};
use serde::Serialize;

/// What `inspect` tells.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) sha256: String,
    pub(crate) bytes: usize,
    pub(crate) container: &'static str,
    /// Whether it was alone in a zip archive.
    pub(crate) packed: bool,
    /// Whether it was in a folder of MLflow's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) mlflow: bool,
    pub(crate) writer: &'static str,
    pub(crate) protocol: Option<u8>,
    pub(crate) numpy: Option<&'static str>,
    pub(crate) read_millis: f64,
    pub(crate) trailing_bytes: bool,
    /// What the objects are that follow the first, if any do.
    pub(crate) following: Vec<String>,
    /// What the file keeps the model beside; `None` where it is the model.
    pub(crate) beside: Option<CompanyReport>,
    pub(crate) estimator: Option<EstimatorReport>,
    pub(crate) error: Option<String>,
    /// Why the strict policy refuses the file.
    pub(crate) strict_violations: Vec<String>,
    /// Every class and function the file names; none of them was called.
    pub(crate) names: Vec<NameReport>,
}

/// What the model is, what it takes and what it answers.
#[derive(Debug, Serialize)]
pub(crate) struct EstimatorReport {
    pub(crate) class: String,
    pub(crate) wrappers: Vec<String>,
    pub(crate) library: &'static str,
    pub(crate) version: String,
    /// The size of a forest or of boosted trees; `None` for other models.
    pub(crate) trees: Option<TreesReport>,
    /// What is done to the columns first, one entry per step.
    pub(crate) transforms: usize,
    /// Whether the inputs' names are the model's own.
    pub(crate) is_named: bool,
    pub(crate) inputs: Vec<InputReport>,
    pub(crate) classes: Option<Vec<String>>,
    pub(crate) has_probabilities: bool,
    /// The classes that compute the answer which are not in the verified table; none if all are.
    pub(crate) not_verified: Vec<String>,
}

/// What a file keeps beside its model.
#[derive(Debug, Serialize)]
pub(crate) struct CompanyReport {
    /// The model's key.
    pub(crate) key: String,
    /// The keys of what else is there, none of which is used.
    pub(crate) others: Vec<String>,
    /// A threshold among them, which is not applied.
    pub(crate) threshold: Option<f64>,
}

impl CompanyReport {
    fn new(company: Company) -> Self {
        Self {
            key: company.key,
            others: company.facts,
            threshold: company.threshold.map(|threshold| threshold.value),
        }
    }
}

/// How large a model of trees is.
#[derive(Debug, Serialize)]
pub(crate) struct TreesReport {
    pub(crate) trees: usize,
    pub(crate) nodes: usize,
    pub(crate) depth: usize,
}

/// One of the model's inputs.
#[derive(Debug, Serialize)]
pub(crate) struct InputReport {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// `refused`, `accepted`, or the value the model puts in its place.
    pub(crate) missing: String,
    /// Texts seen in training.
    pub(crate) categories: Option<Vec<String>>,
}

/// A class or function that the file names, and how often.
#[derive(Debug, Serialize)]
pub(crate) struct NameReport {
    pub(crate) name: String,
    pub(crate) count: u64,
    /// Whether it is from outside the libraries that model files are made of.
    pub(crate) foreign: bool,
}

impl Report {
    pub(crate) fn new(
        file: &ModelFile,
        estimator: Result<Estimator, Error>,
        read_millis: f64,
    ) -> Self {
        let (strict_violations, estimator, error) = match estimator {
            Ok(estimator) => (
                strict::violations(file, &estimator),
                Some(EstimatorReport::new(&estimator)),
                None,
            ),
            Err(error) => (Vec::new(), None, Some(error.to_string())),
        };
        let format = file.format();
        Self {
            sha256: file.sha256().to_string(),
            bytes: file.n_bytes(),
            container: format.container,
            packed: format.is_packed && !format.is_mlflow,
            mlflow: format.is_mlflow,
            writer: format.writer,
            protocol: format.protocol,
            numpy: file
                .numpy_generation()
                .map(|generation| if generation == 2 { "2.x" } else { "1.x" }),
            read_millis,
            trailing_bytes: file.has_trailing_bytes(),
            following: file.following(),
            beside: file.company().map(CompanyReport::new),
            estimator,
            error,
            strict_violations,
            names: file.globals().iter().map(NameReport::new).collect(),
        }
    }
}

impl EstimatorReport {
    fn new(estimator: &Estimator) -> Self {
        let Estimator {
            signature,
            pipeline,
        } = estimator;
        let trees = match &pipeline.scoring {
            Scoring::Forest(forest) => Some(TreesReport {
                trees: forest.trees().len(),
                nodes: forest.n_nodes(),
                depth: forest.depth(),
            }),
            _ => None,
        };
        let (classes, has_probabilities) = match &signature.output {
            Output::Classes {
                labels,
                has_probabilities,
            } => {
                let labels = labels.iter().map(Label::to_string).collect();
                (Some(labels), *has_probabilities)
            }
            Output::Value => (None, false),
        };
        let input = |input| InputReport::new(input, signature);
        Self {
            class: signature.class.clone(),
            wrappers: signature.wrappers.clone(),
            library: signature.writer.library.name(),
            version: signature.writer.version.clone(),
            trees,
            transforms: pipeline.transforms.len(),
            is_named: signature.is_named,
            inputs: signature.inputs.iter().map(input).collect(),
            classes,
            has_probabilities,
            not_verified: signature
                .parts
                .iter()
                .filter(|part| !part.is_verified())
                .map(Part::to_string)
                .collect(),
        }
    }

    /// Whether the file is of XGBoost without a wrapper, which would answer with fewer trees where training
    /// stopped early.
    pub(crate) fn answers_as_booster(&self) -> bool {
        self.library == Library::XGBoost.name() && self.class == "Booster"
    }

    /// What becomes of missing values, where it is the same for all inputs.
    pub(crate) fn common_missing(&self) -> Option<&str> {
        let first = self.inputs.first()?.missing.as_str();
        let same = self.inputs.iter().all(|input| input.missing == first);
        (same && ["refused", "accepted"].contains(&first)).then_some(first)
    }
}

impl InputReport {
    fn new(input: &ModelInput, signature: &Signature) -> Self {
        let text = |code: u32| {
            signature
                .vocabulary
                .text(code)
                .unwrap_or_default()
                .to_owned()
        };
        let (kind, categories) = match &input.kind {
            InputKind::Number => ("number", None),
            InputKind::Category { known, .. } => {
                let texts = known.iter().map(|code| text(*code)).collect();
                ("text", Some(texts))
            }
            InputKind::Unused => ("unused", None),
        };
        let missing = match (input.missing, &categories) {
            (OnMissing::Refused, _) => "refused".to_owned(),
            (OnMissing::Accepted, _) => "accepted".to_owned(),
            (OnMissing::Unseen, _) => "taken for unknown".to_owned(),
            (OnMissing::Imputed(code), Some(_)) => text(code as u32),
            (OnMissing::Imputed(value), None) => value.to_string(),
        };
        Self {
            name: input.name.clone(),
            kind,
            missing,
            categories,
        }
    }
}

impl NameReport {
    fn new(global: &GlobalUse) -> Self {
        Self {
            name: format!("{}.{}", global.module, global.name),
            count: global.count,
            foreign: is_foreign(global),
        }
    }
}
