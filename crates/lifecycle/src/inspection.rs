//! What is known of a model file. JSON has it as it stands here.

use propenso_model::{
    Company, Error, Estimator, GlobalUse, InputKind, Label, Library, ModelFile, ModelInput,
    OnMissing, Output, Part, Scoring, Signature, is_foreign, strict,
};
use serde::Serialize;

/// What `inspect` tells.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The file's hash.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
    /// What it is packed in.
    pub container: &'static str,
    /// Whether it was alone in a zip archive.
    pub packed: bool,
    /// Whether it was in a folder of MLflow's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mlflow: bool,
    /// What wrote it.
    pub writer: &'static str,
    /// The pickle's protocol.
    pub protocol: Option<u8>,
    /// The generation of numpy that wrote it.
    pub numpy: Option<&'static str>,
    /// What reading it took.
    pub read_millis: f64,
    /// Whether there is something behind its end.
    pub trailing_bytes: bool,
    /// What the objects are that follow the first, if any do.
    pub following: Vec<String>,
    /// What the file keeps the model beside; `None` where it is the model.
    pub beside: Option<CompanyReport>,
    /// The model in it, where it can be served.
    pub estimator: Option<EstimatorReport>,
    /// Why it cannot be served.
    pub error: Option<String>,
    /// Why the strict policy refuses the file.
    pub strict_violations: Vec<String>,
    /// Every class and function the file names; none of them was called.
    pub names: Vec<NameReport>,
}

/// What the model is, what it takes and what it answers.
#[derive(Debug, Serialize)]
pub struct EstimatorReport {
    /// Its class.
    pub class: String,
    /// What it is wrapped in.
    pub wrappers: Vec<String>,
    /// The library that it is of.
    pub library: &'static str,
    /// That library's version.
    pub version: String,
    /// The size of a forest or of boosted trees; `None` for other models.
    pub trees: Option<TreesReport>,
    /// What is done to the columns first, one entry per step.
    pub transforms: usize,
    /// Whether the inputs' names are the model's own.
    pub is_named: bool,
    /// What it takes, in its order.
    pub inputs: Vec<InputReport>,
    /// The classes it tells apart; `None` of a regressor.
    pub classes: Option<Vec<String>>,
    /// Whether it gives their probabilities.
    pub has_probabilities: bool,
    /// The classes that compute the answer which are not in the verified table; none if all are.
    pub not_verified: Vec<String>,
}

/// What a file keeps beside its model.
#[derive(Debug, Serialize)]
pub struct CompanyReport {
    /// The model's key.
    pub key: String,
    /// The keys of what else is there, none of which is used.
    pub others: Vec<String>,
    /// A threshold among them, which is not applied.
    pub threshold: Option<f64>,
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
pub struct TreesReport {
    /// Trees.
    pub trees: usize,
    /// Nodes of all trees.
    pub nodes: usize,
    /// The longest way through one.
    pub depth: usize,
}

/// One of the model's inputs.
#[derive(Debug, Serialize)]
pub struct InputReport {
    /// Its name.
    pub name: String,
    /// `number`, `text` or `unused`.
    pub kind: &'static str,
    /// `refused`, `accepted`, or the value the model puts in its place.
    pub missing: String,
    /// Texts seen in training.
    pub categories: Option<Vec<String>>,
}

/// A class or function that the file names, and how often.
#[derive(Debug, Serialize)]
pub struct NameReport {
    /// Its name.
    pub name: String,
    /// How often it is named.
    pub count: u64,
    /// Whether it is from outside the libraries that model files are made of.
    pub foreign: bool,
}

impl Report {
    /// Tells all that is known of a file.
    pub fn new(file: &ModelFile, estimator: Result<Estimator, Error>, read_millis: f64) -> Self {
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
    pub fn answers_as_booster(&self) -> bool {
        self.library == Library::XGBoost.name() && self.class == "Booster"
    }

    /// What becomes of missing values, where it is the same for all inputs.
    pub fn common_missing(&self) -> Option<&str> {
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
