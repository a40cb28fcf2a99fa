//! What each gate saw, for the text of the verdict.

use propenso_scoring::statistics::Discrimination;

use crate::gates::drift::Drift;
use crate::gates::figures::{number, percent};
use crate::gates::golden::GoldenRows;
use crate::gates::holdout::Holdout;
use crate::gates::{Findings, Gate, GateOutcome};

/// Lists what a gate saw, in lines of the verdict.
pub(super) fn details(gate: &Gate) -> Vec<String> {
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
        Findings::Golden(golden) => golden_lines(golden),
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

fn golden_lines(golden: &GoldenRows) -> Vec<String> {
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

fn drift_lines(drift: &Drift) -> Vec<String> {
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

fn holdout_lines(holdout: &Holdout) -> Vec<String> {
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
