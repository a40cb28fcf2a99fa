//! What the person can do, and whom to turn to.

use propenso_scoring::Language;

use super::Letter;
use super::page::Page;
use super::sender::Statement;

/// What anybody who gets such a letter can ask for, in both languages.
const ASKED: [(&str, &str); 4] = [
    (
        "Pedir que una persona, y no un programa, revise el resultado. Puede darle su punto de vista y contarle lo que el modelo no sabe.",
        "Ask that a person, and not a program, looks at the result again. You can give them your point of view and tell them what the model does \
         not know.",
    ),
    (
        "Pedir que se corrija un dato que esté mal, o se complete uno que falte, y que después se calcule otra vez el resultado.",
        "Ask that wrong data are corrected, or missing ones completed, and that the result is then worked out again.",
    ),
    (
        "Oponerse: decir que no está de acuerdo con el resultado, o con que sus datos se usen para calcularlo, y por qué.",
        "Object: say that you do not agree with the result, or with your data being used to work it out, and why.",
    ),
    (
        "Pedir una copia de sus datos, y que le digan de dónde se obtuvieron.",
        "Ask for a copy of your data, and to be told where they were obtained.",
    ),
];

/// Writes what the person can do.
pub(super) fn put(letter: &Letter<'_>, page: &mut Page) {
    let language = letter.language;
    let title = language.pick("Qué puede hacer usted", "What you can do");
    page.element("<section>\n<h2>", title, "</h2>\n").element(
        "<p>",
        language.pick(
            "Si algo no le parece bien o no lo entiende, puede:",
            "If something does not seem right to you, or you do not understand it, you can:",
        ),
        "</p>\n<ul>\n",
    );
    for (spanish, english) in ASKED {
        page.element("<li>", language.pick(spanish, english), "</li>\n");
    }
    page.raw("</ul>\n");
    let id = letter.explained.id;
    let turn_to = match language {
        Language::Spanish => format!("Diríjase, con el número de decisión {id}, a: "),
        Language::English => format!("Turn, with the decision's number {id}, to: "),
    };
    let whom = [
        (turn_to.as_str(), Statement::Contact),
        (
            language.pick(
                "Delegado de protección de datos: ",
                "Data protection officer: ",
            ),
            Statement::Officer,
        ),
        (
            language.pick(
                "Si la respuesta no le satisface, puede reclamar ante: ",
                "If the answer does not satisfy you, you can complain to: ",
            ),
            Statement::Authority,
        ),
    ];
    for (text, statement) in whom {
        page.element("<p>", text, "");
        letter.put_statement(statement, page);
        page.raw("</p>\n");
    }
    if let Some(note) = &letter.sender.note {
        page.raw("<p>")
            .lines(note.in_language(language))
            .raw("</p>\n");
    }
    page.raw("</section>\n");
}
