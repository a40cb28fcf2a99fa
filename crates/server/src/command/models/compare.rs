//! `propenso models compare`: a shadow's answers beside the champion's.

use std::io::Write;
use std::process::ExitCode;

use propenso_lifecycle::registry::{Registry, State};
use propenso_lifecycle::tally::Tally;

use super::{CommandError, print_json};
use crate::cli::CompareArgs;
use crate::view::ShadowView;

/// Tells, day by day, how the answers compare.
pub(super) fn run(args: &CompareArgs, registry: &Registry) -> Result<ExitCode, CommandError> {
    let number = match args.version {
        Some(number) => registry.version(number)?.number,
        None => {
            registry
                .holder(State::Shadow)?
                .ok_or(CommandError::NoShadow)?
                .number
        }
    };
    let days = registry.shadow_days(number)?;
    if args.json {
        let days: Vec<ShadowView> = days.into_iter().map(ShadowView::from).collect();
        print_json(&days)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout().lock();
    if days.is_empty() {
        writeln!(
            out,
            "La versión {number} todavía no ha puntuado a ningún cliente en la sombra."
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        out,
        "Versión {number} en la sombra, comparada con la que contesta:\n"
    )?;
    writeln!(
        out,
        "{:<10}  {:>7}  {:>9}  {:>9}  {:>9}  {:>9}  {:>11}  {:>15}  {:>7}  {:>9}",
        "día",
        "versión",
        "clientes",
        "coinciden",
        "a pagador",
        "a no pag.",
        "dif. media",
        "PSI (por azar)",
        "fallos",
        "sin tiempo"
    )?;
    let mut sum = Tally::default();
    for day in &days {
        sum.add(&day.tally);
        let (date, champion) = (day.date.to_string(), day.champion.to_string());
        write_day(&mut out, &date, &champion, &day.tally)?;
    }
    if days.len() > 1 {
        write_day(&mut out, "total", "", &sum)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_day(
    out: &mut impl Write,
    day: &str,
    champion: &str,
    tally: &Tally,
) -> std::io::Result<()> {
    let share = |value: Option<f64>, unit: &str| {
        value.map_or_else(
            || "–".to_owned(),
            |value| format!("{:.2}{unit}", value * 100.0).replace('.', ","),
        )
    };
    let psi = tally.stability().map_or_else(
        || "–".to_owned(),
        |found| format!("{:.4} ({:.4})", found.psi, found.critical).replace('.', ","),
    );
    writeln!(
        out,
        "{day:<10}  {champion:>7}  {:>9}  {:>9}  {:>9}  {:>9}  {:>11}  {psi:>15}  {:>7}  {:>9}",
        tally.scored,
        share(tally.agreement(), " %"),
        tally.to_payer,
        tally.to_non_payer,
        share(tally.mean_difference(), " pp"),
        tally.failed,
        tally.dropped,
    )
}
