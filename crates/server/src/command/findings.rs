//! What was looked at, a line each: fine, to be known, or wrong; and what to do.

use std::io::{self, Write};
use std::process::ExitCode;

use propenso_scoring::Language;
use serde::Serialize;
use serde_json::json;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// It is as it should be.
    Ok,
    /// It works, and somebody should know.
    Warning,
    /// It does not work.
    Error,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Subject {
    Configuration,
    Address,
    Transport,
    Certificate,
    Model,
    Keys,
    Data,
    Database,
    Disk,
    Clock,
    Inbox,
    Portfolios,
    Decisions,
    Log,
    Limits,
    Traces,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    pub(super) subject: Subject,
    /// What is so.
    pub(super) text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) advice: Option<String>,
}

/// All that was looked at, in the order that it was.
#[derive(Debug)]
pub(super) struct Findings {
    /// The language that they are told in.
    pub(super) language: Language,
    pub(super) all: Vec<Finding>,
}

impl Findings {
    pub(super) fn new(language: Language) -> Self {
        Self {
            language,
            all: Vec::new(),
        }
    }

    /// Says one thing in two languages.
    pub(super) fn say(&self, spanish: impl Into<String>, english: impl Into<String>) -> String {
        match self.language {
            Language::Spanish => spanish.into(),
            Language::English => english.into(),
        }
    }

    pub(super) fn ok(&mut self, subject: Subject, text: String) {
        self.add(Level::Ok, subject, text, None);
    }

    pub(super) fn warning(&mut self, subject: Subject, text: String, advice: String) {
        self.add(Level::Warning, subject, text, Some(advice));
    }

    pub(super) fn error(&mut self, subject: Subject, text: String, advice: Option<String>) {
        self.add(Level::Error, subject, text, advice);
    }

    fn add(&mut self, level: Level, subject: Subject, text: String, advice: Option<String>) {
        self.all.push(Finding {
            level,
            subject,
            text,
            advice,
        });
    }

    fn count(&self, level: Level) -> usize {
        let found = self.all.iter().filter(|finding| finding.level == level);
        found.count()
    }

    /// Success, unless something is wrong.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self.count(Level::Error) {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }

    /// Prints them for people, or for programs.
    pub(super) fn print(&self, is_json: bool) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if is_json {
            let (errors, warnings) = (self.count(Level::Error), self.count(Level::Warning));
            let told = json!({ "errors": errors, "warnings": warnings, "findings": self.all });
            serde_json::to_writer_pretty(&mut out, &told)?;
            return writeln!(out);
        }
        for finding in &self.all {
            let level = finding.level.name(self.language);
            let subject = finding.subject.name(self.language);
            // What has several lines stays in its column.
            let indent = format!("\n{:22}", "");
            let text = finding.text.trim_end().replace('\n', &indent);
            writeln!(out, "{level:<7} {subject:<13} {text}")?;
            if let Some(advice) = &finding.advice {
                writeln!(out, "{:22}-> {}", "", advice.replace('\n', &indent))?;
            }
        }
        writeln!(out, "{}", self.sum())
    }

    fn sum(&self) -> String {
        let (errors, warnings) = (self.count(Level::Error), self.count(Level::Warning));
        self.say(
            format!("errores: {errors}; avisos: {warnings}"),
            format!("errors: {errors}; warnings: {warnings}"),
        )
    }
}

impl Level {
    fn name(self, language: Language) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => language.pick("aviso", "warning"),
            Self::Error => "error",
        }
    }
}

impl Subject {
    pub(super) fn name(self, language: Language) -> &'static str {
        match self {
            Self::Configuration => language.pick("configuración", "configuration"),
            Self::Address => language.pick("dirección", "address"),
            Self::Transport => language.pick("cifrado", "transport"),
            Self::Certificate => language.pick("certificado", "certificate"),
            Self::Model => language.pick("modelo", "model"),
            Self::Keys => language.pick("claves", "keys"),
            Self::Data => language.pick("datos", "data"),
            Self::Database => language.pick("base de datos", "database"),
            Self::Disk => language.pick("disco", "disk"),
            Self::Clock => language.pick("reloj", "clock"),
            Self::Inbox => language.pick("buzón", "inbox"),
            Self::Portfolios => language.pick("carteras", "portfolios"),
            Self::Decisions => language.pick("decisiones", "decisions"),
            Self::Log => language.pick("sucesos", "log"),
            Self::Limits => language.pick("límites", "limits"),
            Self::Traces => language.pick("trazas", "traces"),
        }
    }
}
