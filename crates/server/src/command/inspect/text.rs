//! A report as text: lines of a name and what there is to say.

use std::io::{Result, Write};

use propenso_lifecycle::inspection::{
    CompanyReport, EstimatorReport, InputReport, NameReport, Report,
};

/// Writes everything that is known of the file.
pub(super) fn write(report: &Report, out: &mut impl Write) -> Result<()> {
    let mut lines = Lines(out);
    lines.write_file(report)?;
    if let Some(company) = report.beside.as_ref().filter(|_| report.error.is_none()) {
        lines.write("model's key", &company_text(company))?;
    }
    if let Some(estimator) = &report.estimator {
        lines.write_estimator(estimator)?;
    }
    if let Some(error) = &report.error {
        lines.write("not served", error)?;
    }
    lines.write_names(&report.names)?;
    lines.write_warning(report)?;
    let read = format!("{:.1} ms, nothing executed", report.read_millis);
    lines.write("read in", &read)
}

/// Writes what the strict policy says of the file.
pub(super) fn write_strict(violations: &[String], out: &mut impl Write) -> Result<()> {
    let mut lines = Lines(out);
    if violations.is_empty() {
        return lines.write("strict", "passed");
    }
    lines.write("strict", "refused:")?;
    violations
        .iter()
        .try_for_each(|violation| lines.write("", violation))
}

/// Lines whose second column starts at the same place.
struct Lines<'o, W>(&'o mut W);

impl<W: Write> Lines<'_, W> {
    fn write(&mut self, name: &str, value: &str) -> Result<()> {
        writeln!(self.0, "{name:<16}{value}")
    }

    fn write_file(&mut self, report: &Report) -> Result<()> {
        let size = format!("{} bytes, sha256 {}", report.bytes, report.sha256);
        self.write("file", &size)?;
        let format = match report.protocol {
            Some(protocol) => {
                let (container, writer) = (report.container, report.writer);
                format!("{container}, {writer} protocol {protocol}")
            }
            None => report.writer.to_owned(),
        };
        let packed = match (report.mlflow, report.packed) {
            (true, _) => ", in a folder of MLflow",
            (false, true) => ", alone in a zip",
            (false, false) => "",
        };
        self.write("container", &format!("{format}{packed}"))?;
        if report.protocol.is_some() {
            self.write("numpy", report.numpy.unwrap_or("no arrays"))?;
        }
        Ok(())
    }

    fn write_estimator(&mut self, estimator: &EstimatorReport) -> Result<()> {
        let wrappers = estimator.wrappers.iter();
        let wrapped: String = wrappers.map(|wrapper| format!("{wrapper} of ")).collect();
        self.write("estimator", &format!("{wrapped}{}", estimator.class))?;
        if estimator.answers_as_booster() {
            self.write(
                "answers as",
                "Booster.predict: with all trees, whatever the best iteration",
            )?;
        }
        self.write(estimator.library, &estimator.version)?;
        self.write("verified", &verified_text(estimator))?;
        if let Some(trees) = &estimator.trees {
            let (count, nodes, depth) = (trees.trees, trees.nodes, trees.depth);
            let size = format!("{count} with {nodes} nodes, depth {depth}");
            self.write("trees", &size)?;
        }
        self.write("classes", &classes_text(estimator))?;
        self.write("inputs", &inputs_text(estimator))?;
        if let Some(missing) = estimator.common_missing() {
            self.write("missing values", missing)?;
        }
        Ok(())
    }

    fn write_names(&mut self, names: &[NameReport]) -> Result<()> {
        let foreign: Vec<&str> = names
            .iter()
            .filter(|name| name.foreign)
            .map(|name| name.name.as_str())
            .collect();
        let foreign = if foreign.is_empty() {
            "none".to_owned()
        } else {
            foreign.join(", ")
        };
        self.write("foreign names", &foreign)?;
        let count = format!("{} in all; --json lists them", names.len());
        self.write("names", &count)
    }

    /// Writes what of the file is not read, if anything is not.
    fn write_warning(&mut self, report: &Report) -> Result<()> {
        if !report.following.is_empty() {
            let following = report.following.join(", ");
            let warning =
                format!("behind the first object stand others, each dumped by itself: {following}");
            self.write("warning", &warning)
        } else if report.trailing_bytes {
            self.write(
                "warning",
                "bytes follow the end of the pickle that are no other object; one dump leaves none",
            )
        } else {
            Ok(())
        }
    }
}

fn company_text(company: &CompanyReport) -> String {
    let others = match company.others[..] {
        [] => "nothing".to_owned(),
        _ => company.others.join(", "),
    };
    let threshold = company.threshold.map_or_else(String::new, |threshold| {
        format!(
            "; the threshold {threshold} is not applied: write it under [decision] in the contract"
        )
    });
    format!("`{}`, beside {others} (not used){threshold}", company.key)
}

fn verified_text(estimator: &EstimatorReport) -> String {
    if estimator.not_verified.is_empty() {
        return "yes: every step, on the path it takes here, was compared with the original's answers".to_owned();
    }
    let parts = estimator.not_verified.join("; ");
    format!(
        "no: this was not compared on this path: {parts}. Check the model with `propenso verify`"
    )
}

fn classes_text(estimator: &EstimatorReport) -> String {
    let Some(classes) = &estimator.classes else {
        return "none (regressor)".to_owned();
    };
    let without = if estimator.has_probabilities {
        ""
    } else {
        " (without probabilities)"
    };
    format!("{}{without}", classes.join(", "))
}

/// Says how many inputs there are, and what each is where there is more to say than that it is a number.
fn inputs_text(estimator: &EstimatorReport) -> String {
    let says_missing = estimator.common_missing().is_none();
    let inputs = estimator.inputs.iter();
    let listed: Vec<String> = inputs
        .map(|input| input_text(input, says_missing))
        .collect();
    let unnamed = if estimator.is_named {
        ""
    } else {
        " without names"
    };
    format!("{}{unnamed}: {}", listed.len(), listed.join(", "))
}

fn input_text(input: &InputReport, says_missing: bool) -> String {
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
}
