//! What a client should know about an answer it got all the same.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use crate::Language;
use crate::excerpt::excerpt;
use crate::quantity::Quantity;

/// One thing the contract did to an input, or with a name it does not know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warning {
    /// The input's long name; for [`WarningKind::UnknownInput`] the name as sent.
    pub input: Arc<str>,
    /// What happened.
    pub kind: WarningKind,
    /// The value sent, if there was one.
    pub value: Option<WarningValue>,
    /// The value used instead, if there is one.
    pub used: Option<WarningValue>,
    /// A known text that is nearly the one sent, where that one was taken for unknown all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

/// What happened to an input. On the wire each is its snake_case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// It was missing, and the contract's value stands for it.
    Imputed,
    /// It was outside the range the model was trained on, and the nearest bound stands for it.
    Clipped,
    /// It can be read in two ways, as `1.000` can.
    Ambiguous,
    /// It is none of the spellings the contract knows, and the contract takes it for one of them; or the model never saw
    /// it in training, which may be because it is missing.
    Unseen,
    /// It is no spelling that the contract knows, but differs from one only in case, accents or outer blanks, or is
    /// another word for yes or no; it was read as that one.
    Guessed,
    /// The contract has no such input; the value was not used.
    UnknownInput,
}

/// A value in a warning: on the wire a number or a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum WarningValue {
    /// A finite number.
    Number(f64),
    /// A text, cut to 64 characters.
    Text(String),
}

impl WarningValue {
    /// Infinities and NaN as text: JSON has no numbers for them.
    pub(crate) fn number(value: f64) -> Self {
        if value.is_finite() {
            Self::Number(value)
        } else {
            Self::Text(value.to_string())
        }
    }

    pub(crate) fn text(value: &str) -> Self {
        Self::Text(excerpt(value))
    }

    /// The value as a person reads it: a number as their language writes it, a text as it is. `quantity` is what the
    /// value came to, where it is more than that.
    pub(crate) fn shown(&self, quantity: Option<Quantity>, language: Language) -> Cow<'_, str> {
        match (self, quantity) {
            (_, Some(quantity)) => quantity.in_language(language).into(),
            (Self::Number(number), None) => Quantity::plain(*number).in_language(language).into(),
            (Self::Text(text), None) => text.into(),
        }
    }
}

impl fmt::Display for WarningValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl WarningKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Imputed,
        Self::Clipped,
        Self::Ambiguous,
        Self::Unseen,
        Self::Guessed,
        Self::UnknownInput,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imputed => "imputed",
            Self::Clipped => "clipped",
            Self::Ambiguous => "ambiguous",
            Self::Unseen => "unseen",
            Self::Guessed => "guessed",
            Self::UnknownInput => "unknown_input",
        }
    }
}

impl Warning {
    /// One sentence without its full stop, for people.
    pub fn message(&self, language: Language) -> String {
        let mut text = String::new();
        self.write_message(language, &mut text);
        text
    }

    /// Tells whether nothing was sent.
    pub fn is_missing(&self) -> bool {
        match &self.value {
            None => true,
            Some(WarningValue::Text(text)) => text.is_empty(),
            Some(WarningValue::Number(_)) => false,
        }
    }

    /// Appends [`Self::message`] to a text.
    pub fn write_message<'w>(&'w self, language: Language, out: &mut String) {
        let input = &self.input;
        let shown = |value: &'w Option<WarningValue>| match value {
            Some(value) => value.shown(None, language),
            None => "—".into(),
        };
        let (value, used) = (shown(&self.value), shown(&self.used));
        let is_spanish = language == Language::Spanish;
        // Writing to a text cannot fail.
        let _ = match (self.kind, is_spanish) {
            (WarningKind::Guessed, true) => {
                write!(out, "{input}: se ha leído «{value}» como «{used}»")
            }
            (WarningKind::Guessed, false) => {
                write!(out, "{input}: \"{value}\" was read as \"{used}\"")
            }
            (WarningKind::Imputed, true) => {
                write!(out, "{input}: falta el valor; se usa {used}")
            }
            (WarningKind::Imputed, false) => {
                write!(out, "{input}: the value is missing; {used} is used")
            }
            (WarningKind::Clipped, true) => write!(
                out,
                "{input}: {value} queda fuera de los límites del modelo; se usa {used}"
            ),
            (WarningKind::Clipped, false) => {
                write!(
                    out,
                    "{input}: {value} is beyond the model's bounds; {used} is used"
                )
            }
            (WarningKind::Ambiguous, true) => write!(
                out,
                "{input}: {value} puede leerse de dos maneras; se lee como {used}"
            ),
            (WarningKind::Ambiguous, false) => {
                write!(
                    out,
                    "{input}: {value} can be read in two ways; it is read as {used}"
                )
            }
            (WarningKind::Unseen, true) if self.used.is_none() && self.is_missing() => write!(
                out,
                "{input}: falta el valor, y en el entrenamiento no faltaba nunca; el modelo lo trata como desconocido"
            ),
            (WarningKind::Unseen, false) if self.used.is_none() && self.is_missing() => write!(
                out,
                "{input}: the value is missing, and never was in training; the model treats it as unknown"
            ),
            (WarningKind::Unseen, true) if self.used.is_none() => write!(
                out,
                "{input}: {value} no estaba en el entrenamiento; el modelo lo trata como desconocido"
            ),
            (WarningKind::Unseen, false) if self.used.is_none() => write!(
                out,
                "{input}: {value} was not seen in training; the model treats it as unknown"
            ),
            (WarningKind::Unseen, true) => write!(
                out,
                "{input}: {value} no es un valor conocido; se lee como {used}"
            ),
            (WarningKind::Unseen, false) => {
                write!(
                    out,
                    "{input}: {value} is not a known value; it is read as {used}"
                )
            }
            (WarningKind::UnknownInput, true) => {
                write!(out, "{input}: el contrato no tiene esta entrada; no se usa")
            }
            (WarningKind::UnknownInput, false) => {
                write!(
                    out,
                    "{input}: the contract has no such input; it is not used"
                )
            }
        };
        if let Some(meant) = &self.did_you_mean {
            let _ = write!(out, "; {}", did_you_mean(meant, language));
        }
    }
}

/// Asks whether another text was meant.
pub(crate) fn did_you_mean(meant: &str, language: Language) -> String {
    match language {
        Language::Spanish => format!("¿quiso decir {meant}?"),
        Language::English => format!("did you mean {meant}?"),
    }
}
