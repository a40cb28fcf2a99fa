//! `propenso inspect`: what a model file holds.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use propenso_model::{Estimator, GlobalUse, Label, ModelFile, Output, is_foreign};
use serde::Serialize;

use super::{CommandError, PARTIAL};
use crate::cli::InspectArgs;
use crate::load;

/// Tells what a file holds; what cannot be served is told too.
///
/// # Errors
///
/// [`CommandError`] when the file cannot be read.
pub fn run(args: &InspectArgs) -> Result<ExitCode, CommandError> {
    let start = Instant::now();
    let file = load::model_file(&args.model)?;
    let estimator = file.estimator();
    let millis = start.elapsed().as_secs_f64() * 1e3;
    let code = if estimator.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    };
    let report = Report::new(&file, estimator, millis);
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        report.write_text(&mut out)?;
    }
    Ok(code)
}

/// What `inspect` tells.
#[derive(Debug, Serialize)]
struct Report {
    sha256: String,
    bytes: usize,
    container: &'static str,
    writer: &'static str,
    protocol: u8,
    numpy: Option<&'static str>,
    read_millis: f64,
    trailing_bytes: bool,
    estimator: Option<EstimatorReport>,
    error: Option<String>,
    /// Every class and function the file names; none of them was called.
    names: Vec<NameReport>,
}

#[derive(Debug, Serialize)]
struct EstimatorReport {
    class: String,
    wrappers: Vec<String>,
    scikit_learn: String,
    trees: usize,
    nodes: usize,
    depth: usize,
    n_features: usize,
    feature_names: Option<Vec<String>>,
    classes: Option<Vec<String>>,
    accepts_missing: bool,
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
        let (estimator, error) = match estimator {
            Ok(estimator) => (Some(EstimatorReport::new(&estimator)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self {
            sha256: file.sha256().to_string(),
            bytes: file.n_bytes(),
            container: file.container().name(),
            writer: if file.is_joblib() { "joblib" } else { "pickle" },
            protocol: file.protocol(),
            numpy: file
                .numpy_generation()
                .map(|g| if g == 2 { "2.x" } else { "1.x" }),
            read_millis,
            trailing_bytes: file.has_trailing_bytes(),
            estimator,
            error,
            names: file.globals().iter().map(NameReport::new).collect(),
        }
    }

    fn write_text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut line = |name: &str, value: &str| writeln!(out, "{name:<16}{value}");
        line(
            "file",
            &format!("{} bytes, sha256 {}", self.bytes, self.sha256),
        )?;
        line(
            "container",
            &format!(
                "{}, {} protocol {}",
                self.container, self.writer, self.protocol
            ),
        )?;
        line("numpy", self.numpy.unwrap_or("no arrays"))?;
        if let Some(estimator) = &self.estimator {
            let wrapped = estimator
                .wrappers
                .iter()
                .map(|w| format!("{w} of "))
                .collect::<String>();
            line("estimator", &format!("{wrapped}{}", estimator.class))?;
            line("scikit-learn", &estimator.scikit_learn)?;
            line(
                "trees",
                &format!(
                    "{} with {} nodes, depth {}",
                    estimator.trees, estimator.nodes, estimator.depth
                ),
            )?;
            let classes = estimator
                .classes
                .as_ref()
                .map_or("none (regressor)".into(), |c| c.join(", "));
            line("classes", &classes)?;
            let names = estimator.feature_names.as_ref();
            let names = names.map_or("without names".into(), |names| names.join(", "));
            line("features", &format!("{}: {names}", estimator.n_features))?;
            let missing = if estimator.accepts_missing {
                "accepted"
            } else {
                "refused"
            };
            line("missing values", missing)?;
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
        if self.trailing_bytes {
            line(
                "warning",
                "bytes follow the end of the pickle; no honest writer leaves any",
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
        let Estimator { signature, forest } = estimator;
        let classes = match &signature.output {
            Output::Classes(classes) => Some(classes.iter().map(Label::to_string).collect()),
            Output::Value => None,
        };
        Self {
            class: signature.class.clone(),
            wrappers: signature.wrappers.clone(),
            scikit_learn: signature.version_text.clone(),
            trees: forest.trees().len(),
            nodes: forest.n_nodes(),
            depth: forest.depth(),
            n_features: signature.n_features,
            feature_names: signature.feature_names.clone(),
            classes,
            accepts_missing: signature.accepts_missing,
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
