//! Which data were used, what was taken for them, and how each counted.

mod effect;
mod taken;

use std::borrow::Cow;

use propenso_scoring::{Language, Outcome, ScoreExplanation, WarningKind, unexplained_message};

use super::Letter;
use super::page::Page;
use super::words::{day, listed, number, percent, quoted, year_month};
use effect::Measure;

/// Data that have a line each; the rest, which counted least, are in one paragraph: a letter has two pages.
const MOST_LINES: usize = 20;

/// Data that are named before the table.
const MOST_NAMED: usize = 3;

/// Data that counted so many times less than the strongest are not named there.
const NOTABLE: f64 = 10.0;

/// Names of data that were sent and are not used, which are listed.
const MOST_UNUSED: usize = 12;

/// One of the data.
struct Datum<'a> {
    name: Cow<'a, str>,
    /// What it is, where the contract says more than the name.
    help: Option<&'a str>,
    /// What was sent.
    value: Option<String>,
    /// What was taken for it.
    notes: Vec<String>,
    /// What it added.
    contribution: Option<f64>,
}

/// Writes which data were used, and how each counted.
pub(super) fn put(letter: &Letter<'_>, page: &mut Page) {
    let language = letter.language;
    let measure = Measure::of(&letter.explained.answered.score.outcome);
    let data = data(letter);
    let explanation = letter.explained.answered.explanation.as_ref();
    let title = match explanation {
        Some(_) => language.pick(
            "Qué datos se usaron, y cómo contó cada uno",
            "Which data were used, and how each of them counted",
        ),
        None => language.pick("Qué datos se usaron", "Which data were used"),
    };
    page.element("<section>\n<h2>", title, "</h2>\n").element(
        "<p>",
        &introduction(letter, explanation),
        "</p>\n",
    );
    let named = strongest(&data, letter);
    if !named.is_empty() {
        page.element("<p>", &named, "</p>\n");
    }
    put_table(&data, measure, language, page);
    put_rest(&data, measure, language, page);
    if let Some(text) = unused(letter) {
        page.element("<p>", &text, "</p>\n");
    }
    page.raw("</section>\n");
}

/// The data that the model looks at: the strongest first where that is known, else in the contract's order.
fn data<'a>(letter: &'a Letter<'_>) -> Vec<Datum<'a>> {
    let explained = letter.explained;
    let (contract, language) = (explained.scorer.contract(), letter.language);
    let reasons = explained.answered.explanation.as_ref();
    let contribution = |name: &str| {
        let mut reasons = reasons?.reasons.iter();
        let reason = reasons.find(|reason| *reason.input == *name)?;
        Some(reason.contribution)
    };
    let inputs = contract.inputs().iter().enumerate();
    let used = inputs.filter(|(_, input)| input.is_used());
    let mut data: Vec<Datum<'a>> = used
        .map(|(index, input)| {
            let help = more_than(input.text(language), input.help(language));
            let shown = contract.shown(index, &explained.row, language);
            let value = shown.map(|shown| match input.is_year_month() {
                true => year_month(shown, language),
                false => shown,
            });
            Datum {
                name: input.text_at_start(language),
                help,
                notes: taken::notes(letter, index),
                contribution: contribution(input.name()),
                value,
            }
        })
        .collect();
    let strength = |datum: &Datum<'_>| datum.contribution.unwrap_or_default().abs();
    // Stable: of equals the contract's first.
    data.sort_by(|one, other| strength(other).total_cmp(&strength(one)));
    data
}

/// What a help says besides the name that it begins with; `None` where that is nothing.
fn more_than<'h>(name: &str, help: &'h str) -> Option<&'h str> {
    let rest = match help.strip_prefix(name) {
        Some(rest) if !rest.starts_with(char::is_alphanumeric) => rest,
        _ => help,
    };
    let rest = rest.trim_start_matches([',', ':', ';', ' ']);
    (!rest.is_empty()).then_some(rest)
}

fn introduction(letter: &Letter<'_>, explanation: Option<&ScoreExplanation>) -> String {
    let language = letter.language;
    let on = day(&letter.decided_at(), language);
    let outcome = &letter.explained.answered.score.outcome;
    let received = match language {
        Language::Spanish => format!("Se usaron estos datos, tal como se recibieron el {on}."),
        Language::English => format!("These data were used, as they were received on {on}."),
    };
    let Some(explanation) = explanation else {
        let why = letter.explained.unexplained;
        let why = why.map_or(String::new(), |why| {
            format!(" ({})", unexplained_message(why, language))
        });
        return match language {
            Language::Spanish => format!(
                "{received} Con este modelo no se puede calcular cuánto contó cada uno por separado{why}."
            ),
            Language::English => format!(
                "{received} With this model it cannot be worked out how much each of them counted by itself{why}."
            ),
        };
    };
    let (base, came_to) = match outcome {
        Outcome::Value(value) => (number(explanation.base, language), number(*value, language)),
        _ => (
            percent(explanation.base, language),
            percent(came_to(outcome), language),
        ),
    };
    let of = match outcome {
        Outcome::Payer { .. } => {
            language.pick("una probabilidad de pago de", "a probability of paying of")
        }
        Outcome::Class { .. } => language.pick("una probabilidad de", "a probability of"),
        Outcome::Value(_) => language.pick("un valor de", "a value of"),
    };
    let unit = match outcome {
        Outcome::Value(_) => "",
        _ => language.pick(
            " Un punto es un uno por ciento de probabilidad.",
            " A point is one per cent of probability.",
        ),
    };
    match language {
        Language::Spanish => format!(
            "{received} Antes de conocer ninguno, el modelo parte de {of} {base}; con todos ellos llega a {came_to}. La tabla dice cuánto \
             hizo subir o bajar cada dato, empezando por los que más contaron.{unit}"
        ),
        Language::English => format!(
            "{received} Before it knows any of them, the model starts from {of} {base}; with all of them it comes to {came_to}. The table \
             says how far each of them raised or lowered it, beginning with those that counted most.{unit}"
        ),
    }
}

/// The probability that is explained.
fn came_to(outcome: &Outcome) -> f64 {
    match outcome {
        Outcome::Payer { probability, .. } => probability.unwrap_or_default(),
        Outcome::Class {
            class,
            probabilities,
        } => probabilities.get(*class).copied().unwrap_or_default(),
        Outcome::Value(value) => *value,
    }
}

/// What counted most, in a sentence or two.
fn strongest(data: &[Datum<'_>], letter: &Letter<'_>) -> String {
    let language = letter.language;
    let most = data.first().and_then(|datum| datum.contribution);
    let least = most.unwrap_or_default().abs() / NOTABLE;
    let named = |is_wanted: fn(f64) -> bool| {
        let notable = data.iter().filter(|datum| {
            datum
                .contribution
                .is_some_and(|added| is_wanted(added) && added.abs() >= least)
        });
        let names = notable
            .take(MOST_NAMED)
            .map(|datum| quoted(&datum.name, language));
        listed(&names.collect::<Vec<_>>(), language)
    };
    let (lower, higher) = (named(|added| added < 0.0), named(|added| added > 0.0));
    let what = Measure::of(&letter.explained.answered.score.outcome).name(language);
    let (lowered, raised) = match language {
        Language::Spanish => (
            format!("Lo que más hizo bajar {what}: "),
            format!("Lo que más hizo subir {what}: "),
        ),
        Language::English => (
            format!("What lowered {what} most: "),
            format!("What raised {what} most: "),
        ),
    };
    let told = [(lowered, lower), (raised, higher)];
    let told = told.iter().filter(|(_, names)| !names.is_empty());
    let told: Vec<String> = told
        .map(|(what, names)| format!("{what}{names}."))
        .collect();
    told.join(" ")
}

fn put_table(data: &[Datum<'_>], measure: Measure, language: Language, page: &mut Page) {
    let has_effects = data.iter().any(|datum| datum.contribution.is_some());
    page.raw("<table>\n<thead><tr>");
    let counted = match language {
        Language::Spanish => format!("Cómo contó en {}", measure.name(language)),
        Language::English => format!("How it changed {}", measure.name(language)),
    };
    let columns = [
        language.pick("Dato", "Information"),
        language.pick("Lo que constaba", "What was on file"),
        &counted,
    ];
    for column in columns.into_iter().take(2 + usize::from(has_effects)) {
        page.element("<th scope=\"col\">", column, "</th>");
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for datum in data.iter().take(MOST_LINES) {
        page.element("<tr><th scope=\"row\">", &datum.name, "");
        if let Some(help) = datum.help {
            page.element(" <small>(", help, ")</small>");
        }
        page.element("</th><td>", datum.shown(language), "");
        for note in &datum.notes {
            page.element("<br><small>", note, "</small>");
        }
        page.raw("</td>");
        if let Some(contribution) = datum.contribution {
            page.element("<td>", &measure.effect(contribution, language), "</td>");
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table>\n");
}

/// Writes the data that have no line, one behind the other.
fn put_rest(data: &[Datum<'_>], measure: Measure, language: Language, page: &mut Page) {
    let rest = data.get(MOST_LINES..).unwrap_or_default();
    let Some(first) = rest.first() else { return };
    let told = match (first.contribution, language) {
        (Some(most), Language::Spanish) => format!(
            "Los otros {} datos contaron menos, ninguno más de {}:",
            rest.len(),
            measure.amount(most, language)
        ),
        (Some(most), Language::English) => format!(
            "The other {} data counted less, none of them more than {}:",
            rest.len(),
            measure.amount(most, language)
        ),
        (None, Language::Spanish) => format!("Se usaron además otros {} datos:", rest.len()),
        (None, Language::English) => format!("Another {} data were used:", rest.len()),
    };
    page.element("<p>", &told, " <small>");
    for (at, datum) in rest.iter().enumerate() {
        let separator = if at == 0 { "" } else { "; " };
        let notes = datum.notes.join(" ");
        let notes = if notes.is_empty() {
            notes
        } else {
            format!(" ({notes})")
        };
        let value = datum.shown(language);
        page.text(&format!("{separator}{}: {value}{notes}", datum.name));
    }
    page.raw("</small></p>\n");
}

/// What was sent and is not used.
fn unused(letter: &Letter<'_>) -> Option<String> {
    let explained = letter.explained;
    let (contract, language) = (explained.scorer.contract(), letter.language);
    let inputs = contract.inputs().iter().enumerate();
    let sent = inputs.filter(|(index, input)| {
        !input.is_used() && contract.shown(*index, &explained.row, language).is_some()
    });
    let unknown = explained.answered.score.warnings.iter();
    let unknown = unknown.filter(|warning| warning.kind == WarningKind::UnknownInput);
    let mut names: Vec<String> = sent
        .map(|(_, input)| quoted(input.text(language), language))
        .chain(unknown.map(|warning| quoted(&warning.input, language)))
        .collect();
    if names.is_empty() {
        return None;
    }
    if names.len() > MOST_UNUSED {
        let more = names.len() - MOST_UNUSED;
        names.truncate(MOST_UNUSED);
        names.push(match language {
            Language::Spanish => format!("otros {more}"),
            Language::English => format!("{more} more"),
        });
    }
    let names = listed(&names, language);
    Some(match language {
        Language::Spanish => format!("Se recibieron también, y no se usaron: {names}."),
        Language::English => format!("These were received too, and not used: {names}."),
    })
}

impl Datum<'_> {
    fn shown(&self, language: Language) -> &str {
        let nothing = language.pick("No constaba", "Not on file");
        self.value.as_deref().unwrap_or(nothing)
    }
}
