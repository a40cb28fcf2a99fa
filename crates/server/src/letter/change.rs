//! What would have changed the result.

use propenso_scoring::{Counterfactual, Language, Sought};

use super::Letter;
use super::page::Page;
use super::result::said;
use super::words::{listed, quoted};

/// Writes what would have changed the result.
pub(super) fn put(letter: &Letter<'_>, page: &mut Page) {
    let language = letter.language;
    let title = language.pick(
        "Qué habría cambiado el resultado",
        "What would have changed the result",
    );
    page.element("<section>\n<h2>", title, "</h2>\n");
    match &letter.explained.answered.counterfactual {
        Sought::Found(found) => put_found(found, letter, page),
        Sought::InVain => put_nothing(letter, page),
        // A model of numbers has no groups.
        Sought::Not => {
            let text = language.pick(
                "El resultado es un número y no un grupo, así que no hay un cambio de grupo que mostrar; la tabla dice qué datos lo hicieron subir o bajar.",
                "The result is a number and no group, so there is no change of group to show; the table says which data raised or lowered it.",
            );
            page.element("<p>", text, "</p>\n");
        }
    }
    page.raw("</section>\n");
}

fn put_found(found: &Counterfactual, letter: &Letter<'_>, page: &mut Page) {
    let language = letter.language;
    let result = said(&found.outcome, letter);
    let edge = match found.is_slight() {
        true => language.pick(
            "El resultado estaba justo en el límite. ",
            "The result was right on the edge. ",
        ),
        false => "",
    };
    let these = match found.changes.len() {
        1 => language.pick("este cambio", "this change"),
        _ => language.pick("estos cambios a la vez", "these changes together"),
    };
    let text = match language {
        Language::Spanish => format!(
            "{edge}Con {these}, y todo lo demás igual, el resultado habría sido otro ({result}):"
        ),
        Language::English => format!(
            "{edge}With {these}, and all else being the same, the result would have been another ({result}):"
        ),
    };
    page.element("<p>", &text, "</p>\n<ul>\n");
    for change in &found.changes {
        page.element("<li>", &change.message(language), "</li>\n");
    }
    page.raw("</ul>\n");
    let text = language.pick(
        "Es el menor cambio que se ha encontrado, calculado con el mismo modelo. Sirve para entender el resultado: no es un consejo ni una \
         exigencia, y no promete nada para otra ocasión.",
        "It is the smallest change that was found, worked out with the same model. It serves to understand the result: it is no advice and no \
         demand, and promises nothing for another time.",
    );
    page.text_in_paragraph(text, &untouched(letter));
}

fn put_nothing(letter: &Letter<'_>, page: &mut Page) {
    let text = letter.language.pick(
        "Se buscó, y no se encontró, un cambio de uno o dos datos con el que el resultado habría sido otro: el resultado no depende de uno solo de \
         ellos.",
        "A change of one or two of the data with which the result would have been another was looked for, and none was found: the result does not \
         hang on one of them alone.",
    );
    page.text_in_paragraph(text, &untouched(letter));
}

/// The data that nobody changes, of which no change was tried.
fn untouched(letter: &Letter<'_>) -> String {
    let language = letter.language;
    let inputs = letter.explained.scorer.contract().inputs().iter();
    let immutable = inputs.filter(|input| input.is_immutable() && input.is_used());
    let names: Vec<String> = immutable
        .map(|input| quoted(input.text(language), language))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let names = listed(&names, language);
    match language {
        Language::Spanish => {
            format!(" No se probaron cambios de lo que no está en su mano: {names}.")
        }
        Language::English => {
            format!(" No change was tried of what is not in your hands: {names}.")
        }
    }
}

impl Page {
    fn text_in_paragraph(&mut self, text: &str, more: &str) {
        self.element("<p>", text, "").element("", more, "</p>\n");
    }
}
