//! What came out, and what that means and does not mean.

use propenso_scoring::{Language, Outcome};

use super::Letter;
use super::page::Page;
use super::sender::Statement;
use super::words::{number, percent, quoted};

/// Writes what came out, and what it means.
pub(super) fn put(letter: &Letter<'_>, page: &mut Page) {
    let language = letter.language;
    let title = language.pick("El resultado", "The result");
    page.element("<section>\n<h2>", title, "</h2>\n").element(
        "<p class=\"result\">",
        &result(letter),
        "</p>\n",
    );
    if let Some(text) = threshold(letter) {
        page.element("<p>", &text, "</p>\n");
    }
    let title = language.pick(
        "Qué significa, y qué no significa",
        "What it means, and what it does not mean",
    );
    page.element("</section>\n<section>\n<h2>", title, "</h2>\n<ul>\n");
    for text in meanings(letter) {
        page.element("<li>", text, "</li>\n");
    }
    let purpose = language.pick("Para qué se usa: ", "What it is used for: ");
    page.element("<li>", purpose, "");
    letter.put_statement(Statement::UsedFor, page);
    page.raw("</li>\n</ul>\n</section>\n");
}

/// The result as a sentence.
pub(super) fn said(outcome: &Outcome, letter: &Letter<'_>) -> String {
    let language = letter.language;
    let label = letter.explained.scorer.label(outcome);
    let group = match language {
        Language::Spanish => format!("grupo {}", quoted(&label, language)),
        Language::English => format!("group {}", quoted(&label, language)),
    };
    let probability = match outcome {
        Outcome::Payer { probability, .. } => *probability,
        Outcome::Class {
            class,
            probabilities,
        } => probabilities.get(*class).copied(),
        Outcome::Value(value) => {
            return format!(
                "{} {}",
                language.pick("valor estimado:", "estimated value:"),
                number(*value, language)
            );
        }
    };
    let of = match outcome {
        Outcome::Payer { .. } => language.pick(
            "probabilidad de pago estimada:",
            "estimated probability of paying:",
        ),
        _ => language.pick("probabilidad estimada:", "estimated probability:"),
    };
    match probability {
        Some(probability) => format!("{group}; {of} {}", percent(probability, language)),
        None => group,
    }
}

fn result(letter: &Letter<'_>) -> String {
    let mut said = said(&letter.explained.answered.score.outcome, letter);
    let rest = said.split_off(said.chars().next().map_or(0, char::len_utf8));
    format!("{}{rest}.", said.to_uppercase())
}

/// From where on a client is in the better group, where the contract says so.
fn threshold(letter: &Letter<'_>) -> Option<String> {
    let language = letter.language;
    let decision = letter.explained.scorer.contract().decision()?;
    let threshold = percent(decision.threshold?, language);
    let labels = &decision.labels;
    let (above, below) = (
        quoted(&labels.positive, language),
        quoted(&labels.negative, language),
    );
    Some(match language {
        Language::Spanish => format!(
            "Con una probabilidad de {threshold} o más, el grupo es {above}; con menos, {below}."
        ),
        Language::English => format!(
            "With a probability of {threshold} or more the group is {above}, with less {below}."
        ),
    })
}

fn meanings(letter: &Letter<'_>) -> Vec<&'static str> {
    let language = letter.language;
    let is_payer = matches!(
        letter.explained.answered.score.outcome,
        Outcome::Payer { .. }
    );
    let mut meanings = vec![language.pick(
        "Es una estimación estadística: un modelo que aprendió de datos de otras personas se ha aplicado a los suyos. En un caso \
         concreto, como el de usted, puede equivocarse.",
        "It is a statistical estimate: a model that learnt from other people's data was applied to yours. In a single case, such as \
         yours, it may be wrong.",
    )];
    if is_payer {
        meanings.push(language.pick(
            "No afirma que usted vaya a pagar, ni que no vaya a hacerlo.",
            "It does not say that you will pay, nor that you will not.",
        ));
        meanings.push(language.pick(
            "No dice nada de si la deuda existe, de si su importe es correcto ni de si usted la debe: eso no se ha examinado aquí.",
            "It says nothing of whether the debt exists, whether its amount is right, or whether you owe it: none of that was looked \
             at here.",
        ));
    }
    meanings.push(language.pick(
        "No es una valoración de usted como persona: fuera de los datos de esta carta, el programa no tuvo en cuenta nada de usted.",
        "It is no judgement of you as a person: besides the data in this letter, the program took nothing about you into account.",
    ));
    meanings
}
