//! The verdict as a text, in Spanish, for whoever sent the file: what happened, what was seen, what to do.

mod details;

use std::cmp::Reverse;
use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::gates::{Concern, Findings, Gate, GateOutcome, Level, Verdict};
use crate::plain_text::in_one_line;
use crate::registry::{State, Version};
use details::details;

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
    line(&mut text, headline(version));
    line(&mut text, "");
    let short = version.content.model.short();
    line(
        &mut text,
        &format!("Archivo   {}", in_one_line(&version.origin.file_name)),
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

/// What is told of a file that lies among models and is none.
pub(crate) fn notice(file: &str, concern: &Concern) -> String {
    let mut text = String::new();
    line(
        &mut text,
        "AVISO: este archivo no es un modelo. Se ha dejado donde está.\n",
    );
    line(&mut text, &format!("Archivo   {}\n", in_one_line(file)));
    paragraph(&mut text, "- ", &concern.text());
    paragraph(&mut text, "  → ", concern.advice());
    let zip = "De un .zip se admite el que lleva un solo modelo, con sus archivos .golden.csv, .holdout.csv, \
               .contract.toml y .sha256 si los tiene.";
    line(&mut text, "");
    paragraph(
        &mut text,
        "",
        &format!("No se ha anotado ninguna versión. {zip}"),
    );
    paragraph(
        &mut text,
        "",
        "Si el archivo sobra, borre los dos. Para que se mire otra vez, borre este aviso.",
    );
    text
}

fn headline(version: &Version) -> &'static str {
    match (version.report.verdict(), version.state) {
        (Verdict::Passed, _) => {
            "VEREDICTO: ADMITIDO. El modelo ha pasado todas las comprobaciones."
        }
        (Verdict::Warned, _) => {
            "VEREDICTO: ADMITIDO CON AVISOS. Alguien debe mirarlo antes de ponerlo en servicio."
        }
        (Verdict::Failed, State::Champion) => {
            "VEREDICTO: NO PASA LAS COMPROBACIONES, y está en servicio. Alguien debe decidir."
        }
        (Verdict::Failed, _) => "VEREDICTO: RECHAZADO. El modelo no se va a usar.",
    }
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
        (State::Retired, _) if version.report.verdict() == Verdict::Failed => {
            "Este modelo está retirado, y no pasa las comprobaciones de ahora.".to_owned()
        }
        (State::Retired, _) => format!(
            "Este modelo ya estaba en el registro y está retirado. Vuelve, o entra, con: \
             propenso models promote {number}"
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
