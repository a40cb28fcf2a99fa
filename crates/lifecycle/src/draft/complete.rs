//! A contract that stands by itself: how each feature is made of what a client sends.

use propenso_model::{Estimator, ModelInput, Thresholds};
use propenso_scoring::plain_name;

use super::overlay::seen;
use super::sample::{Column, ColumnKind, Sample};
use super::{Parameters, Writer, quoted};

pub(super) fn write(
    to: &mut Writer,
    estimator: &Estimator,
    name: &str,
    sample: Option<&Sample<'_>>,
) {
    let inputs = &estimator.signature.inputs;
    to.head(name, false, estimator, sample);
    let thresholds = Thresholds::of(&estimator.pipeline, inputs.len());
    let groups = sample
        .map(|sample| groups(inputs, sample))
        .unwrap_or_default();
    let names = inputs.iter().map(|input| &*input.name);
    let mut parameters = Parameters::new(names.chain(groups.iter().map(|group| group.name)));
    let mut position = 0;
    while let Some(input) = inputs.get(position) {
        let group = groups.iter().find(|group| group.first == position);
        if let Some(group) = group {
            to.input(group.name, &parameters.of(group.name));
            group.write(to, inputs);
            position += group.texts.len();
            continue;
        }
        let compared = thresholds.of_input(position).unwrap_or_default();
        to.input(&input.name, &parameters.of(&input.name));
        match sample.map(|sample| sample.find(&input.name)) {
            Some(Some((_, column))) => of_column(to, input, column, compared),
            found => without_column(to, input, found.is_some()),
        }
        position += 1;
    }
}

/// Features that follow each other and are one for each text of a column.
struct Group<'s> {
    /// The column.
    name: &'s str,
    column: &'s Column,
    /// The position of the first feature.
    first: usize,
    /// The text of each feature.
    texts: Vec<&'s str>,
}

/// Finds the columns of a sample that features are one-hot of: `ESCENARIO_EMP` of EMP, or `0_30` of 0-30.
fn groups<'s>(inputs: &[ModelInput], sample: &'s Sample<'_>) -> Vec<Group<'s>> {
    let mut groups: Vec<Group<'s>> = Vec::new();
    for (name, column) in sample.columns() {
        let is_feature = inputs
            .iter()
            .any(|input| plain_name(&input.name) == plain_name(name));
        if is_feature || !column.is_list() {
            continue;
        }
        let text_of = |input: &ModelInput| {
            let feature = plain_name(&input.name);
            let mut texts = column.texts.keys();
            texts.find(|text| {
                let text = plain_name(text);
                !text.is_empty()
                    && (feature == text || feature == format!("{}_{text}", plain_name(name)))
            })
        };
        let Some(first) = inputs.iter().position(|input| text_of(input).is_some()) else {
            continue;
        };
        let texts: Vec<&str> = inputs[first..]
            .iter()
            .map_while(text_of)
            .map(String::as_str)
            .collect();
        let overlaps = groups.iter().any(|group| {
            group.first < first + texts.len() && first < group.first + group.texts.len()
        });
        if texts.len() > 1 && !overlaps {
            groups.push(Group {
                name,
                column,
                first,
                texts,
            });
        }
    }
    groups
}

impl Group<'_> {
    fn write(&self, to: &mut Writer, inputs: &[ModelInput]) {
        seen(to, self.column);
        to.note(
            "Reconocido: el modelo tiene una variable por cada uno de estos textos.",
            "Recognised: the model has a feature for each of these texts.",
        );
        to.line("kind = \"codes\"");
        to.line("one_hot = [");
        for (input, text) in inputs[self.first..].iter().zip(&self.texts) {
            let (feature, text) = (quoted(&input.name), quoted(text));
            to.line(&format!(
                "    {{ feature = {feature}, accept = [{text}] }},"
            ));
        }
        let is_other = |text: &&String| !self.texts.contains(&text.as_str());
        let others: Vec<String> = self
            .column
            .texts
            .keys()
            .filter(is_other)
            .map(|text| quoted(text))
            .collect();
        if !others.is_empty() {
            to.ask(
                "el modelo no tiene ninguna variable para estos textos: ¿eran todo ceros en el entrenamiento?",
                "the model has no feature for these texts: were all features 0 for them in training?",
            );
            to.line(&format!("    {{ accept = [{}] }},", others.join(", ")));
        }
        to.line("]");
        if self.column.n_missing > 0 {
            to.ask(
                "¿qué se hizo en el entrenamiento cuando faltaba? Uno de los textos, o \"zeros\"; sin «missing» es un error",
                "what was done in training where it was missing? One of the texts, or \"zeros\"; without `missing` it is an error",
            );
            to.line("# missing = \"zeros\"");
        }
    }
}

/// A feature of a column of the same name.
fn of_column(to: &mut Writer, input: &ModelInput, column: &Column, compared: &[f64]) {
    let feature = quoted(&input.name);
    seen(to, column);
    match &column.kind {
        ColumnKind::Numbers {
            least,
            most,
            is_whole,
        } => {
            if *is_whole {
                to.line("kind = \"number\"");
            } else {
                to.ask(
                    "¿es una cantidad de dinero? Si no lo es, ponga: kind = \"number\"",
                    "is it an amount of money? If not: kind = \"number\"",
                );
                to.line("kind = \"amount\"");
            }
            ask_of_scale(to, (*least, *most), compared);
            to.line(&format!("features = [{{ name = {feature}, steps = [] }}]"));
        }
        ColumnKind::Texts if column.is_list() => {
            to.ask(
                "¿qué número le dio el entrenamiento a cada texto? Estos son inventados, por orden alfabético",
                "which number did training give to each text? These are made up, in alphabetical order",
            );
            to.line("kind = \"codes\"");
            let codes = column.texts.keys().enumerate();
            let codes: Vec<String> = codes
                .map(|(code, text)| format!("{} = {code}", quoted(text)))
                .collect();
            to.line(&format!("accept = {{ {} }}", codes.join(", ")));
            to.line(&format!("features = [{{ name = {feature} }}]"));
        }
        ColumnKind::Days(format) => {
            to.ask(
                "¿desde qué día contó el entrenamiento, o solo importa si hay fecha? Aquí, lo segundo; si no: steps = [{ days_since = 2020-01-31 }]",
                "from which day did training count, or does only matter whether there is a date? Here, the latter; else: steps = [{ days_since = 2020-01-31 }]",
            );
            to.line("kind = \"date\"");
            to.line(&format!("formats = [{}]", quoted(format)));
            to.line(&format!(
                "features = [{{ name = {feature}, steps = [\"is_present\"] }}]"
            ));
            return;
        }
        ColumnKind::Texts | ColumnKind::Empty => {
            without_column(to, input, false);
            return;
        }
    }
    if column.n_missing > 0 {
        to.ask(
            "¿qué valor se puso en el entrenamiento cuando faltaba? Sin «missing» es un error",
            "which value was put in training where it was missing? Without `missing` it is an error",
        );
        to.line("# missing = 0");
    }
}

/// Asks how a number was scaled, where the model compares it with others than the sample has.
fn ask_of_scale(to: &mut Writer, (least, most): (f64, f64), compared: &[f64]) {
    let (Some(first), Some(last)) = (compared.first(), compared.last()) else {
        to.ask(
            "¿se transformó en el entrenamiento? Pasos: { clip = [0, 9] }, { subtract = 1 }, { divide = 2 }, { floor_divide = 1000 }, \"log1p\"",
            "was it transformed in training? Steps: { clip = [0, 9] }, { subtract = 1 }, { divide = 2 }, { floor_divide = 1000 }, \"log1p\"",
        );
        return;
    };
    let [low, high] = [*first, *last].map(|end| (end * 1e4).round() / 1e4);
    // Thresholds lie between values that training saw, so those of a value as it is reach about as far.
    let is_alike = *first >= least && *last <= most && last - first >= (most - least) / 20.0;
    if is_alike {
        to.note(
            &format!("El modelo la compara con valores de {low} a {high}, como los de la muestra: parece ir sin transformar."),
            &format!("The model compares it with values from {low} to {high}, such as the sample has: it seems to go as it is."),
        );
    } else {
        to.ask(
            &format!("el modelo la compara con valores de {low} a {high}, y la muestra va de {least} a {most}: ¿cómo se transformó? Pasos: {{ clip = [0, 9] }}, {{ subtract = 1 }}, {{ divide = 2 }}, \"log1p\""),
            &format!("the model compares it with values from {low} to {high}, and the sample goes from {least} to {most}: how was it transformed? Steps: {{ clip = [0, 9] }}, {{ subtract = 1 }}, {{ divide = 2 }}, \"log1p\""),
        );
    }
}

/// A feature that nothing is known of but its name.
fn without_column(to: &mut Writer, input: &ModelInput, has_sample: bool) {
    match has_sample {
        true => to.ask(
            "en la muestra no hay ninguna columna con este nombre: ¿de cuál se hizo esta variable, y cómo?",
            "the sample has no column of this name: of which was this feature made, and how?",
        ),
        false => to.ask(
            "¿qué envía un cliente para esta variable, y cómo se transformó en el entrenamiento?",
            "what does a client send for this feature, and how was it transformed in training?",
        ),
    }
    to.line("kind = \"number\"");
    to.line(&format!(
        "features = [{{ name = {}, steps = [] }}]",
        quoted(&input.name)
    ));
}
