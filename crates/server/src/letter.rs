//! The letter owed to a person whom a score was about: which data were used, how each counted, what the result means and
//! what it does not, what would have changed it, and what the person can do.
//!
//! ```text
//! a decision on record -> Explained: scored again by the model of its day, to the bit -> Letter -> HTML
//! ```
//!
//! It says what the record, the model and the contract say, and of the law nothing: what the house adds
//! (who sends it, what scores are used for, whom to turn to) comes from its [`Sender`], and where that says nothing there is
//! a gap that nobody overlooks.
//!
//! - [`explained`]: a decision, scored again with reasons; [`refusal`]: why there is no letter
//! - [`sender`]: what the house says
//! - `result`, `data`, `change`, `rights`: the parts of the letter, in its order; `words`: numbers and days in them
//! - `page`: HTML into which no text gets unescaped; `style`: how it looks, and prints

mod change;
mod data;
pub mod explained;
mod page;
pub mod refusal;
mod result;
mod rights;
pub mod sender;
mod style;
mod words;

use jiff::ZonedDateTime;
use propenso_scoring::Language;
use propenso_store::decision::Context;

use crate::PROGRAM;
use explained::Explained;
use page::Page;
use sender::{Sender, Statement};
use words::{day, minute};

/// A letter about one decision.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The decision.
    pub explained: &'a Explained,
    /// Who sends it.
    pub sender: &'a Sender,
    /// Name and address of the person.
    pub to: Option<&'a str>,
    /// When it is written, in the time zone that its times are told in.
    pub at: &'a ZonedDateTime,
    /// Its language.
    pub language: Language,
}

impl Letter<'_> {
    /// The whole letter: one file that a browser shows and prints, without anything from elsewhere.
    #[must_use]
    pub fn html(&self) -> String {
        let language = self.language;
        let mut page = Page::default();
        page.raw("<!doctype html>\n<html lang=\"")
            .raw(language.pick("es", "en"))
            .raw("\">\n<head>\n<meta charset=\"utf-8\">\n")
            .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .element("<title>", self.title(), "</title>\n")
            .raw("<style>")
            .raw(style::CSS)
            .raw("</style>\n</head>\n<body>\n<main>\n");
        self.put_head(&mut page);
        result::put(self, &mut page);
        data::put(self, &mut page);
        change::put(self, &mut page);
        rights::put(self, &mut page);
        self.put_foot(&mut page);
        page.raw("</main>\n</body>\n</html>\n");
        page.into_text()
    }

    /// What has a gap in it.
    #[must_use]
    pub fn gaps(&self) -> Vec<Statement> {
        let to = self.to.is_none().then_some(Statement::To);
        self.sender.gaps().chain(to).collect()
    }

    fn title(&self) -> &'static str {
        self.language.pick(
            "Cómo se calculó una puntuación con sus datos, y qué puede hacer",
            "How a score was worked out from your data, and what you can do",
        )
    }

    /// When the decision was made, where the letter is written.
    fn decided_at(&self) -> ZonedDateTime {
        let at = self.explained.id.at();
        at.to_zoned_datetime(self.at.time_zone().clone())
    }

    fn put_head(&self, page: &mut Page) {
        let language = self.language;
        page.raw("<header>\n<div class=\"sender\">");
        self.put_statement(Statement::Sender, page);
        page.raw("</div>\n<div class=\"to\">");
        match self.to {
            Some(to) => page.lines(to),
            None => page.gap(Statement::To.gap(language)),
        };
        if let Some(reference) = &self.explained.reference {
            let name = language.pick("Referencia", "Reference");
            page.raw("<br>").text(&format!("{name}: {reference}"));
        }
        page.raw("</div>\n")
            .element(
                "<p class=\"day\">",
                &day(self.at, language),
                "</p>\n</header>\n",
            )
            .element("<h1>", self.title(), "</h1>\n");
        let decided = self.decided_at();
        let (on, at) = (day(&decided, language), minute(&decided));
        let text = match language {
            Language::Spanish => format!(
                "El {on} a las {at} un programa informático calculó una puntuación con datos sobre usted. Esta carta explica el \
                 resultado, qué datos se usaron, cómo contó cada uno, y qué puede hacer usted si no está de acuerdo."
            ),
            Language::English => format!(
                "On {on} at {at} a computer program worked out a score from data about you. This letter explains the result, which \
                 data were used, how each of them counted, and what you can do if you do not agree."
            ),
        };
        page.element("<p>", &text, "</p>\n");
    }

    /// What the house says, or the gap where it says nothing.
    fn put_statement(&self, statement: Statement, page: &mut Page) {
        match self.sender.says(statement) {
            Some(text) => page.lines(text.in_language(self.language)),
            None => page.gap(statement.gap(self.language)),
        };
    }

    fn put_foot(&self, page: &mut Page) {
        let language = self.language;
        let context = &self.explained.context;
        page.raw("<p class=\"signed\">")
            .text(language.pick("Atentamente,", "Yours sincerely,"))
            .raw("<br>");
        match self.sender.says(Statement::Sender) {
            Some(sender) => {
                let name = sender.in_language(language).lines().next();
                page.text(name.unwrap_or_default())
            }
            None => page.gap(Statement::Sender.gap(language)),
        };
        page.raw("</p>\n<footer>\n");
        let (model, contract) = (context.model.short(), context.contract.short());
        let version = context
            .version
            .map_or(String::new(), |version| format!(" {version}"));
        let (id, at) = (self.explained.id, self.explained.id.at());
        let name = &context.contract_name;
        let text = match language {
            Language::Spanish => format!(
                "Decisión {id}, {at:.0}. Modelo{version} ({model}), contrato {name} ({contract}), {program}. Para esta carta se volvió a \
                 calcular con {PROGRAM}, el mismo modelo y los mismos datos; el resultado es idéntico al que consta.",
                program = program_of(context),
            ),
            Language::English => format!(
                "Decision {id}, {at:.0}. Model{version} ({model}), contract {name} ({contract}), {program}. For this letter it was worked \
                 out again with {PROGRAM}, the same model and the same data; the result is identical to the one on record.",
                program = program_of(context),
            ),
        };
        page.element("<p>", &text, "</p>\n</footer>\n");
    }
}

/// The program that answered, with its version.
fn program_of(context: &Context) -> String {
    format!("propenso {}", context.program)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use jiff::tz::Offset;
    use propenso_lifecycle::load;
    use propenso_scoring::{Asked, Bilingual, Raw, Row, Workspace};
    use propenso_store::decision::{Channel, Who};

    use super::*;

    /// What the documented call sends.
    const EXAMPLE: &str =
        "er=EMP&po=NO&vt=S&cp=8029&ec=A&vf=N&vb=N&fb=202310&ed=NaN&cf=3&im=263.68&dt=1000.82&nl=12";

    fn explained(model: &str, contract: &str, sent: &str) -> Explained {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let scorer = load::scorer(&*root.join(model), Some(contract)).unwrap();
        let contract = scorer.contract();
        let mut row = Row::new(contract);
        for pair in sent.split('&') {
            let (name, value) = pair.split_once('=').unwrap();
            row.set(contract, name, Raw::text(value.to_owned()));
        }
        explained_row(row, scorer)
    }

    fn explained_row(row: Row<'static>, scorer: propenso_scoring::Scorer) -> Explained {
        let contract = scorer.contract();
        let unexplained = scorer.check_explanation().err();
        let asked = Asked {
            reasons: Some(usize::MAX),
            counterfactual: true,
        };
        let answered = scorer.answer(&row, asked, &mut Workspace::default());
        let context = Context {
            who: Who {
                name: "anyone".to_owned(),
                key: None,
            },
            channel: Channel::Route("/prediccion".to_owned()),
            version: Some(3),
            model: scorer.model(),
            contract: contract.digest(),
            contract_name: contract.name().to_owned(),
            program: "0.1.0".to_owned(),
            inputs: Vec::new(),
        };
        Explained {
            id: "0195b3f1-2c40-7cde-8f01-23456789abcd".parse().unwrap(),
            context: Arc::new(context),
            reference: Some("1.759658".to_owned()),
            row,
            answered: answered.unwrap(),
            scorer: Arc::new(scorer),
            unexplained,
        }
    }

    fn sender() -> Sender {
        let said = |text: &str| Some(Bilingual::same(text));
        Sender {
            sender: said("Cobros Ejemplo, S. L.\nCalle Mayor, 1\n28013 Madrid"),
            contact: said("reclamaciones@ejemplo.es, 900 000 000"),
            officer: said("dpd@ejemplo.es"),
            authority: said("Agencia Española de Protección de Datos, www.aepd.es"),
            used_for: Some(Bilingual::new(
                "ordenar a quién se llama primero; no cambia lo que se debe.",
                "to decide who is called first; it does not change what is owed.",
            )),
            note: None,
        }
    }

    fn html(explained: &Explained, sender: &Sender, language: Language) -> String {
        let at = "2026-04-02T10:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let at = at.to_zoned_datetime(Offset::constant(2).to_time_zone());
        let letter = Letter {
            explained,
            sender,
            to: Some("Ana Ruiz\nCalle del Río, 2"),
            at: &at,
            language,
        };
        let html = letter.html().replace(PROGRAM, "propenso X.Y.Z");
        // The style is no part of what it says.
        html.replace(style::CSS, "…")
    }

    #[test]
    fn the_letter_of_the_example() {
        let explained = explained(
            "examples/cobranza/modelo_final.pkl",
            "casas-cobranzas",
            EXAMPLE,
        );
        let spanish = html(&explained, &sender(), Language::Spanish);
        insta::assert_snapshot!("letter_es", spanish);
        let english = html(&explained, &sender(), Language::English);
        insta::assert_snapshot!("letter_en", english);
    }

    #[test]
    fn what_nobody_said_is_a_gap() {
        let explained = explained(
            "examples/cobranza/modelo_final.pkl",
            "casas-cobranzas",
            EXAMPLE,
        );
        let html = html(&explained, &Sender::default(), Language::Spanish);
        for statement in Sender::default().gaps() {
            let gap = format!("<mark>[{}]</mark>", statement.gap(Language::Spanish));
            assert!(html.contains(&gap), "{gap}");
        }
        assert_eq!(sender().gaps().count(), 0);
    }

    /// Models of several classes, of which none pays, and of numbers; and one that cannot be explained.
    #[test]
    fn letters_of_other_models() {
        let of = |model: &str| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/models");
            let scorer = load::scorer(&*root.join(model), Some("model")).unwrap();
            let mut row = Row::new(scorer.contract());
            for index in 0..scorer.contract().inputs().len() {
                row.replace(index, Raw::text("1"));
            }
            html(&explained_row(row, scorer), &sender(), Language::Spanish)
        };
        let tree = of("1.2.2/a_dt_3class_text.pkl");
        assert!(tree.contains("Grupo «"), "{tree}");
        assert!(tree.contains("parte de una probabilidad de "), "{tree}");
        let linear = of("1.2.2/a_lr_3class.pkl");
        assert!(
            linear.contains("no se puede calcular cuánto contó"),
            "{linear}"
        );
        assert!(!linear.contains("Cómo contó en"), "{linear}");
        let number = of("0.24.2/a_dt_regressor.pkl");
        assert!(number.contains("Valor estimado: "), "{number}");
        assert!(number.contains("El resultado es un número"), "{number}");
        for html in [tree, linear, number] {
            assert!(!html.contains("la deuda existe"), "{html}");
        }
    }
}
