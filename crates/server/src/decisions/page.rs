//! A decision as a page for people: who asked, when, by which way, on what data, and what came out.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use propenso_lifecycle::plain_text::in_one_line;
use propenso_scoring::{Language, Outcome};
use propenso_store::decision::personal::RecordedSought;
use propenso_store::decision::{Channel, Sent};

use super::found::Found;

/// Writes the page.
#[must_use]
pub fn page(found: &Found, language: Language) -> String {
    let mut page = Page {
        found,
        language,
        text: String::new(),
    };
    page.title();
    page.asked();
    page.came_out();
    page.inputs();
    page.warnings();
    page.reasons();
    page.change();
    page.chain();
    page.text
}

/// A decision in a list, in a line.
#[must_use]
pub fn line(found: &Found, language: Language) -> String {
    let context = &found.entry.context;
    let version = context
        .version
        .map_or_else(|| "-".to_owned(), |version| version.to_string());
    let mut line = format!(
        "{}  {}  v{version:<4}  {}  {}",
        moment(found.decision.id.at()),
        found.decision.id,
        in_one_line(&found.label()),
        numbers(&found.decision.public.outcome, language),
    );
    let _ = write!(
        line,
        "  {}  {}",
        context.channel,
        in_one_line(&context.who.name)
    );
    if found.personal().is_none() {
        line.push_str(language.pick("  (olvidada)", "  (forgotten)"));
    }
    line
}

/// A moment where this machine's clock is.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let local = at.to_zoned_datetime(TimeZone::system());
    local.strftime("%d/%m/%Y %H:%M:%S").to_string()
}

/// The numbers that came out, with the digits that bring back their bits.
#[must_use]
pub fn numbers(outcome: &Outcome, language: Language) -> String {
    let one = |number: &f64| in_digits(number.to_string(), language);
    match outcome {
        Outcome::Payer { probability, .. } => {
            probability.as_ref().map_or_else(|| "-".to_owned(), one)
        }
        Outcome::Class { probabilities, .. } => probabilities
            .iter()
            .map(one)
            .collect::<Vec<_>>()
            .join(" | "),
        Outcome::Value(value) => one(value),
    }
}

/// A number's digits, with what stands before its decimals.
fn in_digits(digits: String, language: Language) -> String {
    match language {
        Language::Spanish => digits.replace('.', ","),
        Language::English => digits,
    }
}

struct Page<'f> {
    found: &'f Found,
    language: Language,
    text: String,
}

impl Page<'_> {
    fn say(&self, spanish: &'static str, english: &'static str) -> &'static str {
        self.language.pick(spanish, english)
    }

    fn head(&mut self, spanish: &'static str, english: &'static str) {
        let head = self.say(spanish, english);
        let _ = writeln!(self.text, "\n{head}");
    }

    fn row(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.text, "  {name:<30}  {}", in_one_line(value));
    }

    fn title(&mut self) {
        let (id, at) = (self.found.decision.id, moment(self.found.decision.id.at()));
        let word = self.say("Decisión", "Decision");
        let _ = writeln!(self.text, "{word} {id}");
        let name = self.say("fecha", "time");
        self.row(name, &at);
    }

    fn asked(&mut self) {
        let context = &self.found.entry.context;
        let key = context.who.key.as_ref();
        let who = match key {
            Some(key) => format!("{} ({} {key})", context.who.name, self.say("clave", "key")),
            None => match context.who.name.as_str() {
                "anyone" => self
                    .say("cualquiera: nadie tenía clave", "anyone: nobody had a key")
                    .to_owned(),
                "this machine" => self.say("este ordenador", "this machine").to_owned(),
                name => name.to_owned(),
            },
        };
        self.row(self.say("quién preguntó", "who asked"), &who);
        let channel = match &context.channel {
            Channel::Route(route) => route.clone(),
            Channel::Portfolio { file, job, .. } => {
                let row = self.found.decision.public.row;
                let row = row.map_or_else(|| "-".to_owned(), |row| row.to_string());
                let file = file.map_or_else(|| "-".to_owned(), |file| file.to_string());
                match self.language {
                    Language::Spanish => format!("cartera {job}, fila {row} (archivo {file})"),
                    Language::English => format!("portfolio {job}, row {row} (file {file})"),
                }
            }
        };
        self.row(self.say("por dónde", "by which way"), &channel);
        let Some(personal) = self.found.personal() else {
            return;
        };
        let request = personal.request.clone().unwrap_or_else(|| "-".to_owned());
        self.row(self.say("petición", "request"), &request);
        let client = match (&personal.client, &personal.reference) {
            (Some(client), Some(reference)) => {
                format!(
                    "{reference} ({} {client})",
                    self.say("seudónimo", "pseudonym")
                )
            }
            (Some(client), None) => format!("{} {client}", self.say("seudónimo", "pseudonym")),
            (None, _) => self
                .say("no se guarda ninguna referencia", "no reference is kept")
                .to_owned(),
        };
        self.row(self.say("cliente", "client"), &client);
    }

    fn came_out(&mut self) {
        let (found, context) = (self.found, &self.found.entry.context);
        self.head("Resultado", "Result");
        self.row(self.say("clase", "class"), &found.label());
        let name = match found.decision.public.outcome {
            Outcome::Value(_) => self.say("valor", "value"),
            _ => self.say("probabilidad", "probability"),
        };
        self.row(
            name,
            &numbers(&found.decision.public.outcome, self.language),
        );
        let version = match context.version {
            Some(version) => version.to_string(),
            None => self
                .say("ninguna: se servía un archivo", "none: a file was served")
                .to_owned(),
        };
        self.row(self.say("versión", "version"), &version);
        self.row(self.say("modelo", "model"), &context.model.to_string());
        let contract = format!("{} ({})", context.contract_name, context.contract);
        self.row(self.say("contrato", "contract"), &contract);
        self.row(self.say("programa", "program"), &context.program);
        if let Some(is_in) = found.decision.public.control {
            let told = match is_in {
                true => self.say("sí: se apartó al azar", "yes: put aside at random"),
                false => "no",
            };
            self.row(self.say("grupo de control", "control group"), told);
        }
    }

    fn inputs(&mut self) {
        self.head("Datos que se enviaron", "What was sent");
        let Some(personal) = self.found.personal() else {
            let told = self.say(
                "  Se olvidaron: de la persona ya no se guarda nada. El resultado y la cadena siguen.",
                "  They were forgotten: nothing of the person is kept any more. The result and the chain stay.",
            );
            let _ = writeln!(self.text, "{told}");
            return;
        };
        let inputs: Vec<_> = self.found.inputs(self.language).collect();
        for input in inputs {
            let name = match input.text == input.parameter {
                true => input.parameter.to_owned(),
                false => format!("{} ({})", input.text, input.parameter),
            };
            let value = self.sent(input.sent);
            self.row(&name, &value);
        }
        if !personal.unknown.is_empty() {
            let names = personal.unknown.join(", ");
            self.row(self.say("que no se conocen", "not known"), &names);
        }
    }

    fn sent(&self, sent: &Sent) -> String {
        match sent {
            Sent::Absent => self.say("(no se envió)", "(not sent)").to_owned(),
            Sent::Missing => self.say("(vacío)", "(empty)").to_owned(),
            Sent::Text(text) | Sent::Number(text) => text.clone(),
            Sent::Boolean(is_true) => is_true.to_string(),
            Sent::Other(kind) => format!("({kind})"),
            Sent::Withheld => self
                .say("(se envió y no se guarda)", "(sent, and not kept)")
                .to_owned(),
            Sent::Pseudonym(pseudonym) => {
                format!("{} {pseudonym}", self.say("seudónimo", "pseudonym"))
            }
        }
    }

    fn warnings(&mut self) {
        let warnings = self.found.warnings(self.language);
        if warnings.is_empty() {
            return;
        }
        self.head("Avisos", "Warnings");
        for warning in warnings {
            let _ = writeln!(self.text, "  {}", in_one_line(&warning));
        }
    }

    fn reasons(&mut self) {
        let personal = self.found.personal();
        let Some(reasons) = personal.and_then(|known| known.reasons.as_ref()) else {
            return;
        };
        self.head("Motivos que se dieron", "Reasons that were given");
        self.row(
            self.say("de partida", "to begin with"),
            &in_digits(reasons.base.to_string(), self.language),
        );
        for (index, contribution) in &reasons.contributions {
            let name = self.found.text(*index, self.language).to_owned();
            let added = in_digits(format!("{contribution:+}"), self.language);
            self.row(&name, &added);
        }
    }

    fn change(&mut self) {
        let Some(personal) = self.found.personal() else {
            return;
        };
        match &personal.counterfactual {
            RecordedSought::Not => {}
            RecordedSought::InVain => {
                self.head(
                    "Cambio que daría otro resultado",
                    "Change that would have changed it",
                );
                let told = self.say("  Se buscó y no se encontró.", "  Sought, and not found.");
                let _ = writeln!(self.text, "{told}");
            }
            RecordedSought::Found { changes, outcome } => {
                self.head(
                    "Cambio que daría otro resultado",
                    "Change that would have changed it",
                );
                for (index, proposed) in changes {
                    let name = self.found.text(*index, self.language).to_owned();
                    let empty = self.say("(vacío)", "(empty)");
                    self.row(&name, proposed.as_deref().unwrap_or(empty));
                }
                let then = numbers(outcome, self.language);
                self.row(self.say("entonces", "then"), &then);
            }
        }
    }

    fn chain(&mut self) {
        let (entry, link) = (&self.found.entry, self.found.entry.link);
        self.head("Lugar en la cadena", "Place in the chain");
        self.row(self.say("cadena", "chain"), &link.chain.to_string());
        self.row(self.say("lugar", "place"), &link.place.to_string());
        self.row(self.say("huella", "hash"), &entry.hash.to_string());
        self.row(
            self.say("huella anterior", "hash before"),
            &link.before.to_string(),
        );
    }
}
