//! A contract that adds to a model's own columns.

use propenso_model::{Estimator, InputKind, ModelInput, OnMissing, Vocabulary};
use propenso_scoring::Language;

use super::sample::{Column, ColumnKind, Sample};
use super::{Parameters, Writer, quoted};

/// Categories that are listed.
const MAX_LISTED: usize = 12;

pub(super) fn write(
    to: &mut Writer,
    estimator: &Estimator,
    name: &str,
    sample: Option<&Sample<'_>>,
) {
    let signature = &estimator.signature;
    to.head(name, true, estimator, sample);
    let used = || {
        signature
            .inputs
            .iter()
            .filter(|input| input.kind != InputKind::Unused)
    };
    let mut parameters = Parameters::new(signature.inputs.iter().map(|input| &*input.name));
    for input in used() {
        to.input(&input.name, &parameters.of(&input.name));
        model_says(to, input, &signature.vocabulary);
        match sample.map(|sample| sample.find(&input.name)) {
            None => {}
            Some(None) => to.ask(
                "en la muestra no hay ninguna columna con este nombre; ¿cuál es?",
                "the sample has no column of this name; which is it?",
            ),
            Some(Some((_, column))) => sample_says(to, input, column, &signature.vocabulary),
        }
    }
    let unused = signature.inputs.len() - used().count();
    if unused > 0 {
        to.line("");
        to.note(
            &format!("El modelo tiene {unused} columnas más, que no mira: no hace falta enviarlas."),
            &format!("The model has {unused} more columns, which it does not look at: they need not be sent."),
        );
    }
}

/// What the file says of an input.
fn model_says(to: &mut Writer, input: &ModelInput, vocabulary: &Vocabulary) {
    match &input.kind {
        InputKind::Number => to.note("Un número, según el modelo.", "A number, by the model."),
        InputKind::Category {
            known,
            refuses_unknown,
        } => {
            let listed = known.iter().filter_map(|code| vocabulary.text(*code));
            let listed: Vec<String> = listed.take(MAX_LISTED).map(quoted).collect();
            let more = known.len().saturating_sub(MAX_LISTED);
            let (es, en) = match more {
                0 => (String::new(), String::new()),
                more => (format!(" y {more} más"), format!(" and {more} more")),
            };
            let listed = listed.join(", ");
            let (others_es, others_en) = match refuses_unknown {
                true => ("otro texto es un error", "any other text is an error"),
                false => (
                    "otro texto vale por desconocido, con un aviso",
                    "any other text is unknown, with a warning",
                ),
            };
            to.note(
                &format!("Un texto; el modelo conoce {listed}{es}; {others_es}."),
                &format!("A text; the model knows {listed}{en}; {others_en}."),
            );
        }
        InputKind::Unused => {}
    }
    match (input.missing, &input.kind) {
        (OnMissing::Refused, _) => {
            to.note("Sin valor es un error.", "Without a value it is an error.");
        }
        (OnMissing::Accepted, _) => {
            to.note("El modelo acepta que falte.", "The model takes it missing.");
        }
        (OnMissing::Unseen, _) => to.note(
            "En el entrenamiento no faltaba nunca: si falta, el modelo lo toma por desconocido.",
            "In training it was never missing: where it is, the model takes it for unknown.",
        ),
        (OnMissing::Imputed(value), InputKind::Category { .. }) => {
            let text = vocabulary
                .text(value as u32)
                .map(quoted)
                .unwrap_or_default();
            to.note(
                &format!("Si falta, el modelo pone {text}."),
                &format!("Where it is missing the model puts {text}."),
            );
        }
        (OnMissing::Imputed(value), _) => to.note(
            &format!("Si falta, el modelo pone {value}."),
            &format!("Where it is missing the model puts {value}."),
        ),
    }
}

/// What the sample shows of it.
fn sample_says(to: &mut Writer, input: &ModelInput, column: &Column, vocabulary: &Vocabulary) {
    seen(to, column);
    match (&input.kind, &column.kind) {
        (InputKind::Category { known, .. }, _) if column.is_list() => {
            let is_known = |text: &str| {
                known
                    .iter()
                    .any(|code| vocabulary.text(*code) == Some(text))
            };
            let unknown = column.texts.keys().filter(|text| !is_known(text));
            let unknown: Vec<String> = unknown.map(|text| quoted(text)).collect();
            if !unknown.is_empty() {
                let list = unknown.join(", ");
                to.ask(
                    &format!("la muestra tiene también {list}, que el modelo no conoce; ¿son otras formas de escribir lo que conoce?"),
                    &format!("the sample has {list} as well, which the model does not know; are they other ways to write what it knows?"),
                );
                let first = &unknown[0];
                let example = known
                    .first()
                    .and_then(|code| vocabulary.text(*code))
                    .map(quoted);
                to.line(&format!(
                    "# spellings = {{ {first} = {} }}",
                    example.unwrap_or_default()
                ));
            }
        }
        (
            InputKind::Number,
            ColumnKind::Numbers {
                is_whole: false, ..
            },
        ) => {
            to.ask(
                "¿es una cantidad de dinero? Si lo es, ponga: kind = \"amount\"",
                "is it an amount of money? If so: kind = \"amount\"",
            );
        }
        (InputKind::Number, ColumnKind::Numbers { is_whole: true, .. }) => to.note(
            "counts = true      # si cuenta cosas: nunca se sugieren decimales",
            "counts = true      # where it counts things: decimals are never suggested",
        ),
        (InputKind::Number, ColumnKind::Texts | ColumnKind::Days(_)) => to.ask(
            "el modelo espera un número y la muestra tiene otra cosa; ¿es esta la columna?",
            "the model wants a number and the sample has something else; is this the column?",
        ),
        _ => {}
    }
    to.note(
        "immutable = true   # si el cliente no puede cambiarlo, como su edad",
        "immutable = true   # where the client cannot change it, such as their age",
    );
}

/// What there is in a column of the sample.
pub(super) fn seen(to: &mut Writer, column: &Column) {
    let number = |number: f64, language: Language| match language {
        Language::Spanish => number.to_string().replace('.', ","),
        Language::English => number.to_string(),
    };
    let texts = || {
        let list: Vec<String> = column
            .texts
            .keys()
            .take(MAX_LISTED)
            .map(|text| quoted(text))
            .collect();
        let more = if column.texts.len() > MAX_LISTED {
            "…"
        } else {
            ""
        };
        format!("{}{more}", list.join(", "))
    };
    let (es, en) = match &column.kind {
        ColumnKind::Empty => ("ningún valor".to_owned(), "no value".to_owned()),
        ColumnKind::Numbers { least, most, .. } => {
            let between = |language| [*least, *most].map(|end| number(end, language));
            let ([low_es, high_es], [low_en, high_en]) =
                (between(Language::Spanish), between(Language::English));
            (
                format!("números de {low_es} a {high_es}"),
                format!("numbers from {low_en} to {high_en}"),
            )
        }
        ColumnKind::Days(format) => (format!("fechas {format}"), format!("dates {format}")),
        ColumnKind::Texts => (
            format!("textos: {}", texts()),
            format!("texts: {}", texts()),
        ),
    };
    let (n, missing) = (column.n_rows, column.n_missing);
    to.note(
        &format!("En la muestra: {es}; falta en {missing} de {n} filas."),
        &format!("In the sample: {en}; missing in {missing} of {n} rows."),
    );
}
