//! `propenso inspect`: what a model file holds.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use propenso_lifecycle::load::{self, ModelPath};
use propenso_model::{
    Company, Estimator, GlobalUse, InputKind, Label, Library, ModelFile, ModelInput, OnMissing,
    Output, Part, Scoring, Signature, is_foreign, strict,
};
use serde::Serialize;

use super::{CommandError, PARTIAL};
use crate::cli::InspectArgs;

/// Tells what a file holds; what cannot be served is told too.
///
/// # Errors
///
/// [`CommandError`] when the file cannot be read.
pub fn run(args: &InspectArgs) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let file = load::model_file(ModelPath::new(&args.model, args.key.as_deref()))?;
    let estimator = file.estimator();
    let millis = start.elapsed().as_secs_f64() * 1e3;
    let report = Report::new(&file, estimator, millis);
    let refused = args.strict && !report.strict_violations.is_empty();
    let code = if report.error.is_none() && !refused {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        report.write_text(&mut out)?;
        if refused {
            writeln!(out, "strict          refused:")?;
            for violation in &report.strict_violations {
                writeln!(out, "                {violation}")?;
            }
        } else if args.strict {
            writeln!(out, "strict          passed")?;
        }
    }
    Ok(code)
}

/// What `inspect` tells.
#[derive(Debug, Serialize)]
struct Report {
    sha256: String,
    bytes: usize,
    container: &'static str,
    /// Whether it was alone in a zip archive.
    packed: bool,
    writer: &'static str,
    protocol: Option<u8>,
    numpy: Option<&'static str>,
    read_millis: f64,
    trailing_bytes: bool,
    /// What the objects are that follow the first, if any do.
    following: Vec<String>,
    /// What the file keeps the model beside; `None` where it is the model.
    beside: Option<CompanyReport>,
    estimator: Option<EstimatorReport>,
    error: Option<String>,
    /// Why the strict policy refuses the file.
    strict_violations: Vec<String>,
    /// Every class and function the file names; none of them was called.
    names: Vec<NameReport>,
}

#[derive(Debug, Serialize)]
struct EstimatorReport {
    class: String,
    wrappers: Vec<String>,
    library: &'static str,
    version: String,
    /// Of a forest, or of trees boosted; `None` for other models.
    trees: Option<TreesReport>,
    /// What is done to the columns first, one entry per step.
    transforms: usize,
    /// Whether the inputs' names are the model's own.
    is_named: bool,
    inputs: Vec<InputReport>,
    classes: Option<Vec<String>>,
    has_probabilities: bool,
    /// The classes that compute the answer which are not in the verified table; none if all are.
    not_verified: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CompanyReport {
    /// The model's key.
    key: String,
    /// The keys of what else is there, none of which is used.
    others: Vec<String>,
    /// A threshold among them, which is not applied.
    threshold: Option<f64>,
}

impl CompanyReport {
    fn new(company: Company) -> Self {
        Self {
            key: company.key,
            others: company.facts,
            threshold: company.threshold.map(|threshold| threshold.value),
        }
    }

    fn describe(&self) -> String {
        let others = match self.others[..] {
            [] => "nothing".to_owned(),
            _ => self.others.join(", "),
        };
        let threshold = self.threshold.map_or_else(String::new, |threshold| {
            format!("; the threshold {threshold} is not applied: write it under [decision] in the contract")
        });
        format!("`{}`, beside {others} (not used){threshold}", self.key)
    }
}

#[derive(Debug, Serialize)]
struct TreesReport {
    trees: usize,
    nodes: usize,
    depth: usize,
}

#[derive(Debug, Serialize)]
struct InputReport {
    name: String,
    kind: &'static str,
    /// `refused`, `accepted`, or the value the model puts in its place.
    missing: String,
    /// Texts seen in training.
    categories: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct NameReport {
    name: String,
    count: u64,
    /// Whether it is from outside the libraries that model files are made of.
    foreign: bool,
}

impl Report {
    fn new(
        file: &ModelFile,
        estimator: Result<Estimator, propenso_model::Error>,
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
            packed: format.is_packed,
            writer: format.writer,
            protocol: format.protocol,
            numpy: file
                .numpy_generation()
                .map(|g| if g == 2 { "2.x" } else { "1.x" }),
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

    fn write_text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut line = |name: &str, value: &str| writeln!(out, "{name:<16}{value}");
        line(
            "file",
            &format!("{} bytes, sha256 {}", self.bytes, self.sha256),
        )?;
        let format = match self.protocol {
            Some(protocol) => format!("{}, {} protocol {protocol}", self.container, self.writer),
            None => self.writer.to_owned(),
        };
        let packed = if self.packed { ", alone in a zip" } else { "" };
        line("container", &format!("{format}{packed}"))?;
        if self.protocol.is_some() {
            line("numpy", self.numpy.unwrap_or("no arrays"))?;
        }
        if let Some(company) = self.beside.as_ref().filter(|_| self.error.is_none()) {
            line("model's key", &company.describe())?;
        }
        if let Some(estimator) = &self.estimator {
            let wrapped = estimator
                .wrappers
                .iter()
                .map(|w| format!("{w} of "))
                .collect::<String>();
            line("estimator", &format!("{wrapped}{}", estimator.class))?;
            if estimator.answers_as_booster() {
                line(
                    "answers as",
                    "Booster.predict: with all trees, whatever the best iteration",
                )?;
            }
            line(estimator.library, &estimator.version)?;
            line("verified", &estimator.describe_verified())?;
            if let Some(trees) = &estimator.trees {
                let TreesReport {
                    trees,
                    nodes,
                    depth,
                } = trees;
                line(
                    "trees",
                    &format!("{trees} with {nodes} nodes, depth {depth}"),
                )?;
            }
            let classes = estimator
                .classes
                .as_ref()
                .map_or("none (regressor)".into(), |c| c.join(", "));
            let without = if estimator.classes.is_some() && !estimator.has_probabilities {
                " (without probabilities)"
            } else {
                ""
            };
            line("classes", &format!("{classes}{without}"))?;
            line("inputs", &estimator.describe_inputs())?;
            if let Some(missing) = estimator.common_missing() {
                line("missing values", missing)?;
            }
        }
        if let Some(error) = &self.error {
            line("not served", error)?;
        }
        let foreign: Vec<_> = self
            .names
            .iter()
            .filter(|n| n.foreign)
            .map(|n| n.name.as_str())
            .collect();
        let foreign = if foreign.is_empty() {
            "none".to_owned()
        } else {
            foreign.join(", ")
        };
        line("foreign names", &foreign)?;
        line(
            "names",
            &format!("{} in all; --json lists them", self.names.len()),
        )?;
        if !self.following.is_empty() {
            let following = self.following.join(", ");
            line(
                "warning",
                &format!(
                    "behind the first object stand others, each dumped by itself: {following}"
                ),
            )?;
        } else if self.trailing_bytes {
            line(
                "warning",
                "bytes follow the end of the pickle that are no other object; one dump leaves none",
            )?;
        }
        line(
            "read in",
            &format!("{:.1} ms, nothing executed", self.read_millis),
        )
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
    fn answers_as_booster(&self) -> bool {
        self.library == Library::XGBoost.name() && self.class == "Booster"
    }

    fn describe_verified(&self) -> String {
        if self.not_verified.is_empty() {
            return "yes: every step, on the path it takes here, was compared with the original's answers".to_owned();
        }
        let parts = self.not_verified.join("; ");
        format!(
            "no: this was not compared on this path: {parts}. Check the model with `propenso verify`"
        )
    }

    /// What becomes of missing values, where it is the same for all inputs.
    fn common_missing(&self) -> Option<&str> {
        let first = self.inputs.first()?.missing.as_str();
        let same = self.inputs.iter().all(|input| input.missing == first);
        (same && ["refused", "accepted"].contains(&first)).then_some(first)
    }

    /// How many, and what each is where there is more to say than that it is a number.
    fn describe_inputs(&self) -> String {
        let says_missing = self.common_missing().is_none();
        let describe = |input: &InputReport| {
            let mut notes = Vec::new();
            match &input.categories {
                Some(categories) => notes.push(format!("text, {} known", categories.len())),
                None if input.kind == "unused" => notes.push("unused".to_owned()),
                None => {}
            }
            if says_missing && input.kind != "unused" {
                notes.push(format!("missing: {}", input.missing));
            }
            if notes.is_empty() {
                return input.name.clone();
            }
            format!("{} ({})", input.name, notes.join(", "))
        };
        let listed: Vec<String> = self.inputs.iter().map(describe).collect();
        let unnamed = if self.is_named { "" } else { " without names" };
        format!("{}{unnamed}: {}", listed.len(), listed.join(", "))
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
