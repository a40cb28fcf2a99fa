//! A first contract for a model, from what its file says and what a sample of clients shows.
//!
//! What the file says is written down. What the sample shows is a comment beside it. What neither can tell (which class
//! pays, how a value was scaled in training, what a code is worth) is a *question*, marked by [`QUESTION`] in the text: the
//! draft holds something in its place so that it can be tried, and says so.

mod columns;
mod complete;
mod overlay;
mod sample;

use std::path::Path;

use propenso_model::{Estimator, InputKind, Label, ModelInput, OnMissing, Output};
use propenso_portfolio::Table;
use propenso_scoring::Language;
use propenso_scoring::reserved::ALL;

pub use columns::SampleColumns;
use sample::Sample;

/// What each question begins with, behind `# `.
pub const QUESTION: [&str; 2] = ["PREGUNTA", "QUESTION"];

/// A drafted contract.
#[derive(Debug)]
pub struct Draft {
    /// Its TOML.
    pub text: String,
    /// How many things in it nobody but a person can know.
    pub questions: usize,
}

/// Drafts a contract called `name` for a model.
#[must_use]
pub fn draft(
    estimator: &Estimator,
    name: &str,
    sample: Option<&Table>,
    language: Language,
) -> Draft {
    let signature = &estimator.signature;
    let mut writer = Writer {
        text: String::new(),
        language,
    };
    let sample = sample.map(Sample::of);
    // A missing value that the model takes is nothing that a contract of its own could pass on.
    let is_plain =
        |input: &ModelInput| input.kind == InputKind::Number && input.missing == OnMissing::Refused;
    let has_numbers_only = signature.inputs.iter().all(is_plain);
    let has_two_classes =
        matches!(&signature.output, Output::Classes { labels, .. } if labels.len() == 2);
    // A model that names its features, makes nothing of them itself and has two classes gets a contract that stands by
    // itself; any other brings columns that a contract can only add to.
    if signature.is_named
        && has_numbers_only
        && has_two_classes
        && estimator.pipeline.transforms.is_empty()
    {
        complete::write(&mut writer, estimator, name, sample.as_ref());
    } else {
        overlay::write(&mut writer, estimator, name, sample.as_ref());
    }
    Draft {
        questions: questions(&writer.text).count(),
        text: writer.text,
    }
}

/// What a draft is called, after its file.
#[must_use]
pub fn name_of(path: &Path) -> String {
    match path.file_stem().map(|stem| stem.to_string_lossy()) {
        Some(stem) if !stem.trim().is_empty() && stem != "model" => stem.into_owned(),
        _ => "contrato".to_owned(),
    }
}

/// A question that a contract's text still has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'t> {
    /// Its line, counted from 1.
    pub line: usize,
    /// How many `[[input]]` begin above it: it is about the last of these.
    pub n_inputs: usize,
    /// What is asked.
    pub text: &'t str,
}

/// The questions that a contract's text still has.
pub fn questions(text: &str) -> impl Iterator<Item = Question<'_>> {
    let mut n_inputs = 0;
    text.lines().enumerate().filter_map(move |(at, line)| {
        if line.trim_start().starts_with("[[input]]") {
            n_inputs += 1;
        }
        let comment = line.split_once('#')?.1.trim_start();
        let mut words = QUESTION.iter();
        let asked = words.find_map(|word| comment.strip_prefix(word))?;
        Some(Question {
            line: at + 1,
            n_inputs,
            text: asked.trim_start_matches(':').trim(),
        })
    })
}

/// A contract on its way.
struct Writer {
    text: String,
    language: Language,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A text for whoever reads the draft, in one line.
    fn note(&mut self, es: &str, en: &str) {
        let text = self.language.pick(es, en).to_owned();
        self.line(&format!("# {text}"));
    }

    /// Something that only a person can know.
    fn ask(&mut self, es: &str, en: &str) {
        let [spanish, english] = QUESTION;
        self.note(&format!("{spanish}: {es}"), &format!("{english}: {en}"));
    }

    /// What is the same in every draft: the head, what means missing, and what the model's answer means.
    fn head(
        &mut self,
        name: &str,
        is_overlay: bool,
        estimator: &Estimator,
        sample: Option<&Sample<'_>>,
    ) {
        let class = quoted(&estimator.signature.class);
        self.note(
            &format!("Borrador de contrato, hecho del archivo de un modelo {class}. Lo que dice PREGUNTA nadie más que usted lo sabe:"),
            &format!("Draft of a contract, made from the file of a model {class}. What says QUESTION nobody but you knows:"),
        );
        self.note(
            "responda, cambie lo que haga falta y borre la línea. La gramática entera está en docs/contracts.md.",
            "answer it, change what needs to be changed, and delete the line. The whole grammar is in docs/contracts.md.",
        );
        self.note(
            "Compruébelo con: propenso contract check ESTE_ARCHIVO MODELO --golden FILAS.csv",
            "Check it with: propenso contract check THIS_FILE MODEL --golden ROWS.csv",
        );
        self.line("");
        self.line(&format!("name = {}", quoted(name)));
        if is_overlay {
            self.line("base = \"model\"");
        }
        let about = self
            .language
            .pick("Borrador: diga para qué es", "Draft: say what it is for");
        let about = quoted(about);
        self.line(&format!("description = {about}"));
        self.note(
            "Lo que en los datos significa «sin valor».",
            "What means \"no value\" in the data.",
        );
        let seen = sample.map(Sample::missing_spellings).unwrap_or_default();
        let mut missing = vec![String::new(), "NaN".to_owned()];
        let common = missing.len();
        missing.extend(
            seen.into_iter()
                .filter(|text| !text.is_empty() && text != "NaN"),
        );
        let missing: Vec<String> = missing.iter().map(|text| quoted(text)).collect();
        if let Some(seen) = missing.get(common..).filter(|seen| !seen.is_empty()) {
            let seen = seen.join(", ");
            self.ask(
                &format!("la muestra tiene {seen}: ¿significa «sin valor», o es un valor como otro? Si es un valor, bórrelo de aquí y póngalo donde se acepte"),
                &format!("the sample has {seen}: does it mean \"no value\", or is it a value as others are? If it is a value, remove it here and accept it there"),
            );
        }
        self.line(&format!("missing = [{}]", missing.join(", ")));
        self.decision(estimator);
        self.portfolio(estimator, sample);
    }

    fn decision(&mut self, estimator: &Estimator) {
        let Output::Classes { labels, .. } = &estimator.signature.output else {
            return;
        };
        let [first, second] = &labels[..] else {
            return;
        };
        self.line("");
        self.line("[decision]");
        let (first, second) = (label(first), label(second));
        self.ask(
            &format!("¿cuál de las clases del modelo, {first} o {second}, es la de quien paga?"),
            &format!("which of the model's classes, {first} or {second}, is that of payers?"),
        );
        self.line(&format!("positive_class = {second}"));
        let labels = self.language.pick(
            "labels = { positive = \"pagador\", negative = \"no pagador\" }",
            "labels = { positive = \"payer\", negative = \"no payer\" }",
        );
        self.line(labels);
        self.note(
            "threshold = 0.5   # desde qué probabilidad es pagador; sin él decide la clase más probable",
            "threshold = 0.5   # from which probability on a client is a payer; without it the likelier class decides",
        );
    }

    /// Columns of the sample that tell clients apart.
    fn portfolio(&mut self, estimator: &Estimator, sample: Option<&Sample<'_>>) {
        let inputs = &estimator.signature.inputs;
        let found = sample.and_then(|sample| sample.id_column(inputs));
        let Some(id) = found else {
            return;
        };
        self.line("");
        self.line("[portfolio]");
        self.ask(
            "¿es esta columna la que distingue a los clientes? En la muestra no se repite",
            "is this the column that tells clients apart? In the sample nothing in it is repeated",
        );
        self.line(&format!("id = {}", quoted(id)));
    }

    /// The beginning of an input: its names.
    fn input(&mut self, name: &str, parameter: &str) {
        self.line("");
        self.line("[[input]]");
        self.line(&format!("name = {}", quoted(name)));
        self.line(&format!("parameter = {}", quoted(parameter)));
        // `text` may be left out; a line to fill in teaches that it is there.
        let words = name.replace('_', " ").to_lowercase();
        self.line(&format!("text = {}", quoted(&words)));
    }
}

/// A text as TOML writes it. Nothing in it ends a line or a comment.
fn quoted(text: &str) -> String {
    // A JSON string is one of TOML's but for DEL.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

/// A class as TOML writes it.
fn label(label: &Label) -> String {
    match label {
        Label::Text(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Query parameters, each once, and none that is another input's name.
struct Parameters {
    taken: std::collections::BTreeSet<String>,
}

impl Parameters {
    fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let reserved = ALL.into_iter();
        Self {
            taken: names.chain(reserved).map(str::to_owned).collect(),
        }
    }

    /// A parameter for a name: itself where that can be typed.
    fn of(&mut self, name: &str) -> String {
        let plain: String = propenso_scoring::plain_name(name)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let plain = if plain.is_empty() {
            "x".to_owned()
        } else {
            plain
        };
        let numbered = (2..).map(|n| format!("{plain}_{n}"));
        let mut candidates = [plain.clone()].into_iter().chain(numbered);
        let is_own = |candidate: &String| candidate == name && !ALL.contains(&name);
        let free =
            candidates.find(|candidate| is_own(candidate) || !self.taken.contains(candidate));
        let free = free.unwrap_or(plain);
        self.taken.insert(free.clone());
        free
    }
}
