//! What was taken for a value that was missing, out of bounds or written otherwise.

use propenso_scoring::{Language, Warning, WarningKind};

use crate::letter::Letter;
use crate::letter::words::quoted;

/// What was taken for the input at `index`, as sentences, each once.
pub(super) fn notes(letter: &Letter<'_>, index: usize) -> Vec<String> {
    let contract = letter.explained.scorer.contract();
    let shown = contract.shown(index, &letter.explained.row, letter.language);
    let shown = shown.as_deref();
    let warnings = letter.explained.answered.score.warnings.iter();
    let of_input = warnings.filter(|warning| contract.input_index(&warning.input) == Some(index));
    let mut notes = Vec::new();
    for warning in of_input {
        let note = note(warning, letter, index, shown);
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

fn note(warning: &Warning, letter: &Letter<'_>, index: usize, shown: Option<&str>) -> String {
    let language = letter.language;
    let contract = letter.explained.scorer.contract();
    let in_words = |value| contract.shown_value(index, value, language);
    let used = warning.used.as_ref().map(in_words);
    match (warning.kind, used, language) {
        (WarningKind::Imputed, Some(used), Language::Spanish) => {
            format!("Se contó como si fuera {used}.")
        }
        (WarningKind::Imputed, Some(used), Language::English) => {
            format!("It was counted as if it were {used}.")
        }
        // Bounds in another measure than the value's would say nothing to anybody.
        (WarningKind::Clipped, Some(used), _)
            if warning.value.as_ref().map(in_words).as_deref() == shown =>
        {
            match language {
                Language::Spanish => format!("El modelo no distingue más allá de {used}: contó como {used}."),
                Language::English => {
                    format!("The model does not look beyond {used}: it was counted as {used}.")
                }
            }
        }
        (WarningKind::Clipped, _, _) => language
            .pick(
                "Está fuera de los límites del modelo: contó como el límite más cercano.",
                "It is beyond the model's bounds: it was counted as the nearest bound.",
            )
            .to_owned(),
        (WarningKind::Ambiguous, Some(used), Language::Spanish) => {
            format!("Se puede leer de dos maneras; se leyó como {used}.")
        }
        (WarningKind::Ambiguous, Some(used), Language::English) => {
            format!("It can be read in two ways; it was read as {used}.")
        }
        (WarningKind::Guessed, Some(used), Language::Spanish) => {
            format!("Se leyó como {}.", quoted(&used, language))
        }
        (WarningKind::Guessed, Some(used), Language::English) => {
            format!("It was read as {}.", quoted(&used, language))
        }
        (WarningKind::Unseen, Some(used), Language::Spanish) => {
            format!("No es un valor conocido; se leyó como {used}.")
        }
        (WarningKind::Unseen, Some(used), Language::English) => {
            format!("It is no known value; it was read as {used}.")
        }
        (WarningKind::Unseen, None, _) if warning.is_missing() => language
            .pick(
                "En los datos de los que aprendió el modelo no faltaba nunca: contó como desconocido.",
                "In the data that the model learnt from it was never missing: it was counted as unknown.",
            )
            .to_owned(),
        (WarningKind::Unseen, None, _) => language
            .pick(
                "El modelo no conoce este valor: contó como desconocido.",
                "The model does not know this value: it was counted as unknown.",
            )
            .to_owned(),
        // The others always say what was taken.
        _ => warning.message(language),
    }
}
