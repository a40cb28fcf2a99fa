//! The verdict as a text, in Spanish, for whoever sent the file: what happened, what was seen, what to do.

use std::cmp::Reverse;
use std::fmt::Write;

use jiff::tz::TimeZone;
use propenso_scoring::statistics::Discrimination;

use crate::gates::concern::{number, percent};
use crate::gates::{Concern, Findings, Gate, GateOutcome, Level, Verdict};
use crate::registry::{State, Version};

/// Columns of the text.
const WIDTH: usize = 78;

/// The verdict on a version. `champion` is the version that answers.
#[must_use]
pub fn text(version: &Version, champion: Option<u32>) -> String {
    let mut text = String::new();
    let at = version
        .origin
        .added_at
        .to_zoned_datetime(TimeZone::system());
    line(&mut text, &headline(version.report.verdict()));
    line(&mut text, "");
    let short = version.content.model.short();
    line(
        &mut text,
        &format!("Archivo   {}", version.origin.file_name),
    );
    line(
        &mut text,
        &format!(
            "Recibido  {} por {}",
            at.strftime("%d/%m/%Y %H:%M"),
            version.origin.added_by
        ),
    );
    line(
        &mut text,
        &format!("Versión   {} (huella {short})", version.number),
    );
    line(&mut text, "");
    paragraph(&mut text, "", &what_now(version, champion));
    line(&mut text, "");
    write_concerns(&mut text, version);
    line(&mut text, "COMPROBACIONES\n");
    for gate in &version.report.gates {
        write_gate(&mut text, gate);
    }
    text
}

fn headline(verdict: Verdict) -> String {
    match verdict {
        Verdict::Passed => "VEREDICTO: ADMITIDO. El modelo ha pasado todas las comprobaciones.",
        Verdict::Warned => {
            "VEREDICTO: ADMITIDO CON AVISOS. Alguien debe mirarlo antes de ponerlo en servicio."
        }
        Verdict::Failed => "VEREDICTO: RECHAZADO. El modelo no se va a usar.",
    }
    .to_owned()
}

fn what_now(version: &Version, champion: Option<u32>) -> String {
    let number = version.number;
    let promote = format!("Para ponerlo en servicio: propenso models promote {number}");
    match (version.state, champion) {
        (State::Champion, _) => "Ya está en servicio: contesta a la plataforma.".to_owned(),
        (State::Rejected, Some(champion)) => {
            format!("Nada cambia: sigue contestando la versión {champion}.")
        }
        (State::Rejected, None) => "Nada cambia: no había ningún modelo en servicio.".to_owned(),
        (State::Shadow, Some(champion)) => format!(
            "Sigue contestando la versión {champion}. El nuevo puntúa a los mismos clientes en la sombra, sin \
             que se vea, para poder compararlos: propenso models compare {number}. {promote}"
        ),
        (State::Retired, _) => format!(
            "Este modelo ya estaba en el registro y está retirado. Si estuvo en servicio, vuelve con: \
             propenso models rollback {number}; si no llegó a estarlo: propenso models promote {number}"
        ),
        (_, Some(champion)) => format!("Sigue contestando la versión {champion}. {promote}"),
        (_, None) => format!("Todavía no hay ningún modelo en servicio. {promote}"),
    }
}

/// What speaks against it, the worst first, and under those that call for the same what to do.
fn write_concerns(text: &mut String, version: &Version) {
    let concerns = version.report.gates.iter().flat_map(|gate| &gate.concerns);
    let mut concerns: Vec<&Concern> = concerns.collect();
    if concerns.is_empty() {
        return;
    }
    concerns.sort_by_key(|concern| Reverse(concern.level()));
    let is_mixed = version.report.verdict() == Verdict::Failed;
    line(text, "QUÉ PASA Y QUÉ HACER\n");
    for alike in concerns.chunk_by(|a, b| a.advice() == b.advice()) {
        for concern in alike {
            let is_warning = is_mixed && concern.level() == Level::Warn;
            let kind = if is_warning { "Aviso: " } else { "" };
            paragraph(text, "- ", &format!("{kind}{}", concern.text()));
        }
        if let Some(concern) = alike.first() {
            paragraph(text, "  → ", concern.advice());
        }
        line(text, "");
    }
}

fn write_gate(text: &mut String, gate: &Gate) {
    let outcome = match gate.outcome {
        GateOutcome::Pass => "bien",
        GateOutcome::Warn => "AVISO",
        GateOutcome::Fail => "MAL",
        GateOutcome::Skipped => "sin datos",
    };
    line(text, &format!("{:<26}{outcome}", title(&gate.findings)));
    for detail in details(gate) {
        paragraph(text, "    ", &detail);
    }
}

fn title(findings: &Findings) -> &'static str {
    match findings {
        Findings::Reading(_) => "Lectura del archivo",
        Findings::Fit(_) => "Datos que espera",
        Findings::Golden(_) => "Filas de comprobación",
        Findings::Drift(_) => "Cartera de referencia",
        Findings::Holdout(_) => "Resultados conocidos",
    }
}

fn details(gate: &Gate) -> Vec<String> {
    let skipped = gate.outcome == GateOutcome::Skipped;
    match &gate.findings {
        Findings::Reading(reading) => {
            let model = reading.class.as_ref().map(|class| {
                let writer = reading.writer.as_deref().unwrap_or("?");
                format!(
                    "{class}, {} columnas, guardado con {writer}",
                    reading.n_inputs.unwrap_or(0)
                )
            });
            model
                .into_iter()
                .chain(technical(reading.detail.as_deref()))
                .collect()
        }
        Findings::Fit(fit) => std::iter::once(format!("contrato {}", fit.contract))
            .chain(technical(fit.detail.as_deref()))
            .collect(),
        Findings::Golden(_) if skipped => {
            vec!["el modelo vino sin filas de comprobación (archivo .golden.csv)".to_owned()]
        }
        Findings::Golden(golden) => {
            let whose = if golden.came_along {
                format!(
                    "{} de {} filas, con la respuesta esperada",
                    golden.as_expected, golden.rows
                )
            } else {
                format!(
                    "las {} filas del modelo en servicio; {} no se pueden contestar",
                    golden.rows, golden.unanswered
                )
            };
            let rounded = (golden.came_along && golden.rounded > 0).then(|| {
                format!(
                    "en {} de ellas, diferencias de redondeo (la mayor, {})",
                    golden.rounded,
                    format!("{:.1e}", golden.worst_rounding).replace('.', ",")
                )
            });
            let differing = golden.first.iter().filter(|_| golden.came_along);
            let place = if golden.by_row { "fila" } else { "línea" };
            std::iter::once(whose)
                .chain(rounded)
                .chain(differing.map(|(at, how)| format!("{place} {at}: {how}")))
                .collect()
        }
        Findings::Drift(drift) if drift.reference.is_none() => {
            vec!["no hay cartera de referencia".to_owned()]
        }
        Findings::Drift(drift) => drift_lines(drift),
        Findings::Holdout(_) if skipped => {
            vec!["no vinieron clientes con resultado conocido".to_owned()]
        }
        Findings::Holdout(holdout) => holdout_lines(holdout),
    }
}

fn technical(detail: Option<&str>) -> Option<String> {
    detail.map(|detail| format!("detalle técnico: {detail}"))
}

fn drift_lines(drift: &crate::gates::drift::Drift) -> Vec<String> {
    let mut lines = Vec::new();
    let name = drift.reference.as_deref().unwrap_or("");
    lines.push(format!(
        "{name}: {} clientes, {} sin puntuar",
        drift.clients, drift.unscored
    ));
    let average = |mean: Option<f64>| mean.map_or_else(|| "–".to_owned(), percent);
    let Some(champion) = drift.champion else {
        lines.push(format!("probabilidad media {}", average(drift.mean)));
        return lines;
    };
    lines.push(format!(
        "probabilidad media {} (versión {champion}: {})",
        average(drift.mean),
        average(drift.champion_mean)
    ));
    lines.push(format!(
        "cambian de clasificación {}: {} pasan a pagador, {} a no pagador",
        percent(drift.flips()),
        drift.to_payer,
        drift.to_non_payer
    ));
    if let Some(stability) = drift.stability {
        lines.push(format!(
            "PSI {} (por azar no pasaría de {})",
            number(stability.psi, 4),
            number(stability.critical, 4)
        ));
    }
    if let Some(migration) = &drift.migration {
        lines.push(format!(
            "cambian de decil {}; dos deciles o más {}",
            percent(migration.share_moving(1)),
            percent(migration.share_moving(2))
        ));
    }
    lines
}

fn holdout_lines(holdout: &crate::gates::holdout::Holdout) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(figures) = &holdout.candidate else {
        return lines;
    };
    let name = holdout.file.as_deref().unwrap_or("");
    lines.push(format!(
        "{name}: {} clientes, {} pagaron; {} fuera por no tener resultado o puntuación",
        figures.n, figures.n_payers, holdout.left_out
    ));
    let header = [
        "",
        "AUC (95 %)",
        "Gini",
        "KS",
        "log loss",
        "Brier",
        "acierto",
    ];
    lines.push(row(&header.map(str::to_owned)));
    lines.push(figures_row("este modelo", figures));
    if let Some((champion, figures)) = &holdout.champion {
        lines.push(figures_row(&format!("versión {champion}"), figures));
    }
    lines.push(format!(
        "decir siempre «no paga» acierta {}",
        percent(figures.baseline_accuracy)
    ));
    if let Some(auc) = &holdout.difference {
        lines.push(format!(
            "diferencia de AUC {} (entre {} y {})",
            signed(auc.difference),
            signed(auc.low),
            signed(auc.high)
        ));
    }
    lines
}

fn figures_row(name: &str, figures: &Discrimination) -> String {
    let interval = format!(
        "{} ({}–{})",
        number(figures.auc, 3),
        number(figures.auc_low, 3),
        number(figures.auc_high, 3)
    );
    row(&[
        name.to_owned(),
        interval,
        number(figures.gini, 3),
        number(figures.ks, 3),
        number(figures.log_loss, 3),
        number(figures.brier, 3),
        percent(figures.accuracy),
    ])
}

fn row(cells: &[String; 7]) -> String {
    let [name, interval, rest @ ..] = cells;
    let rest: String = rest.iter().map(|cell| format!("{cell:>9}")).collect();
    format!("{name:<12}{interval:>20}{rest}")
}

fn signed(value: f64) -> String {
    format!("{}{}", if value > 0.0 { "+" } else { "" }, number(value, 3))
}

fn line(text: &mut String, content: &str) {
    let _ = writeln!(text, "{content}");
}

/// A paragraph of [`WIDTH`] columns, indented by its first line's beginning. A table's row stays as it is.
fn paragraph(text: &mut String, beginning: &str, content: &str) {
    let indent = " ".repeat(beginning.chars().count());
    for (number, source) in content.lines().enumerate() {
        let mut current = if number == 0 {
            beginning.to_owned()
        } else {
            indent.clone()
        };
        if source.contains("   ") {
            line(text, &format!("{current}{source}"));
            continue;
        }
        let mut is_empty = true;
        for word in source.split(' ') {
            let is_full = current.chars().count() + 1 + word.chars().count() > WIDTH;
            if is_full && !is_empty {
                line(text, current.trim_end());
                current.clone_from(&indent);
                is_empty = true;
            }
            if !is_empty {
                current.push(' ');
            }
            current.push_str(word);
            is_empty = false;
        }
        line(text, current.trim_end());
    }
}
