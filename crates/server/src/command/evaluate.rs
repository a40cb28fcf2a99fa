//! `propenso evaluate`: a model on labelled clients, without a registry.

use std::io::{Result as IoResult, Write};
use std::path::Path;
use std::process::ExitCode;

use propenso_lifecycle::gates::clients::{ClientRows, Clients};
use propenso_lifecycle::gates::figures::{number, percent};
use propenso_lifecycle::gates::holdout::{Evaluation, evaluate};
use propenso_lifecycle::gates::target::Target;
use propenso_scoring::{Bilingual, Scorer};
use serde::Serialize;
use serde_json::json;

use super::CommandError;
use super::chosen::Chosen;
use crate::cli::EvaluateArgs;
use crate::settings::choice::ModelChoice;

/// Measures a model.
///
/// # Errors
///
/// [`CommandError`] when a file cannot be used.
pub fn run(args: &EvaluateArgs) -> Result<ExitCode, CommandError> {
    let choice = ModelChoice::resolve(args.file.clone(), &args.registry, &args.intake)?;
    let Chosen { scorer, path, .. } = Chosen::load(choice.source)?;
    if scorer.contract().decision().is_none() && scorer.classes().len() != 2 {
        let problem = Bilingual::new(
            "el modelo no dice quién paga y quién no: no tiene dos clases; un contrato con [decision] puede decir cuál es la de quien paga",
            "the model does not tell who pays from who does not: it has not two classes; a contract with [decision] may say which is that of payers",
        );
        return Err(CommandError::file(&path, problem));
    }
    let clients = Clients {
        name: name_of(&args.holdout),
        rows: ClientRows::File(&args.holdout),
    };
    let found = evaluate(&scorer, &clients, &target(args, choice.target)).map_err(|error| {
        let problem = Bilingual::of(|language| error.problem(language));
        CommandError::file(&args.holdout, problem)
    })?;
    let report = Report {
        model: name_of(&path),
        clients: clients.name,
        scorer: &scorer,
        found,
    };
    let mut out = std::io::stdout().lock();
    match args.json {
        true => report.write_json(&mut out)?,
        false => report.write_text(&mut out)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What was typed, before what the configuration says.
fn target(args: &EvaluateArgs, usual: Target) -> Target {
    Target {
        column: args.target_column.clone().unwrap_or(usual.column),
        paid: match args.target_paid.is_empty() {
            true => usual.paid,
            false => args.target_paid.clone(),
        },
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// What was found, of which files.
struct Report<'r> {
    model: String,
    clients: String,
    scorer: &'r Scorer,
    found: Evaluation,
}

impl Report<'_> {
    fn write_json(&self, out: &mut impl Write) -> IoResult<()> {
        #[derive(Serialize)]
        struct Tenth {
            clients: usize,
            payers: usize,
            mean_probability: Option<f64>,
            share_paid: Option<f64>,
        }
        let tenths = self.found.calibration.tenths().iter().map(|tenth| Tenth {
            clients: tenth.clients,
            payers: tenth.payers,
            mean_probability: (tenth.clients > 0).then_some(tenth.mean_probability),
            share_paid: tenth.share_paid(),
        });
        let report = json!({
            "model": self.model,
            "hash": self.scorer.model().to_string(),
            "contract": self.scorer.contract().name(),
            "holdout": self.clients,
            "clients": self.found.clients,
            "unknown": self.found.unknown,
            "unscored": self.found.unscored,
            "figures": self.found.figures,
            "calibration": tenths.collect::<Vec<_>>(),
        });
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)
    }

    fn write_text(&self, out: &mut impl Write) -> IoResult<()> {
        let (found, figures) = (&self.found, &self.found.figures);
        let hash = self.scorer.model().short();
        let contract = self.scorer.contract().name();
        writeln!(out, "{} (huella {hash}), contrato {contract}", self.model)?;
        writeln!(
            out,
            "{}: {} clientes; {} medidos, {} pagaron; fuera {} sin resultado conocido y {} sin puntuación\n",
            self.clients, found.clients, figures.n, figures.n_payers, found.unknown, found.unscored
        )?;
        let interval = format!(
            "{} (95 %: entre {} y {})",
            number(figures.auc, 3),
            number(figures.auc_low, 3),
            number(figures.auc_high, 3)
        );
        let accuracy = format!(
            "{} (decir siempre «no paga» acierta {})",
            percent(figures.accuracy),
            percent(figures.baseline_accuracy)
        );
        for (name, value) in [
            ("AUC", interval),
            ("Gini", number(figures.gini, 3)),
            ("KS", number(figures.ks, 3)),
            ("log loss", number(figures.log_loss, 3)),
            ("Brier", number(figures.brier, 3)),
            ("acierto", accuracy),
        ] {
            writeln!(out, "{name:<10}{value}")?;
        }
        self.write_calibration(out)
    }

    fn write_calibration(&self, out: &mut impl Write) -> IoResult<()> {
        let columns = ["décimo", "clientes", "pagaron", "prob. media", "pagó"];
        writeln!(
            out,
            "\nLo que se dijo y lo que pasó, de más a menos probable:\n"
        )?;
        let [first, rest @ ..] = columns;
        let rest: String = rest.iter().map(|name| format!("{name:>13}")).collect();
        writeln!(out, "{first:>6}{rest}")?;
        for (place, tenth) in (1..).zip(self.found.calibration.tenths()) {
            // Equal probabilities are in one tenth, and another may be empty.
            let Some(share) = tenth.share_paid() else {
                continue;
            };
            writeln!(
                out,
                "{place:>6}{:>13}{:>13}{:>13}{:>13}",
                tenth.clients,
                tenth.payers,
                percent(tenth.mean_probability),
                percent(share)
            )?;
        }
        Ok(())
    }
}
