//! What was typed wrongly, told in Spanish.
//!
//! clap says it in English only, and gives the kind and what it is about with it.

use std::fmt::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use propenso_lifecycle::keys::KeyRefusal;
use propenso_lifecycle::keys::role::UnknownRole;
use propenso_portfolio::NotAccepted;
use propenso_scoring::Language;
use propenso_store::decision::id::NotADecisionId;
use propenso_store::decision::link::NotAHead;

use super::keys::NoSpan;
use crate::decisions::asked::NoDay;

/// Says in Spanish what is wrong with a command line, and what to do; `None` where that is not known.
pub(super) fn in_spanish(error: &clap::Error) -> Option<String> {
    let told = problem(error)?;
    let mut text = format!("error: {told}\n");
    for (kind, what) in [
        (ContextKind::SuggestedArg, "la opción"),
        (ContextKind::SuggestedSubcommand, "la orden"),
        (ContextKind::SuggestedValue, "el valor"),
    ] {
        let names = values(error, kind);
        if !names.is_empty() {
            let _ = write!(text, "\n  Se parece a {what} {}.\n", names.join(", "));
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        let _ = write!(
            text,
            "\nUso: {}\n",
            usage.replace("[OPTIONS]", "[OPCIONES]")
        );
    }
    text.push_str("\nPara saber más, use «--help».\n");
    Some(text)
}

fn problem(error: &clap::Error) -> Option<String> {
    let one = |kind| values(error, kind).join(", ");
    let argument = one(ContextKind::InvalidArg);
    let value = one(ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("no existe la opción «{argument}»"),
        ErrorKind::InvalidSubcommand => {
            format!(
                "no existe la orden «{}»",
                one(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::MissingSubcommand => {
            let orders = one(ContextKind::ValidSubcommand);
            format!("falta decir qué se quiere hacer: {orders}")
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = values(error, ContextKind::InvalidArg);
            format!("falta {}", missing.join(", "))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("«{argument}» necesita un valor{}", accepted(error))
        }
        ErrorKind::InvalidValue => {
            format!("«{value}» no vale para «{argument}»{}", accepted(error))
        }
        ErrorKind::ValueValidation => {
            format!("«{value}» no vale para «{argument}»{}", reason(error))
        }
        ErrorKind::ArgumentConflict => {
            let others = one(ContextKind::PriorArg);
            match others == argument || others.is_empty() {
                true => format!("«{argument}» solo se puede dar una vez"),
                false => format!("«{argument}» no se puede usar junto con {others}"),
            }
        }
        ErrorKind::NoEquals => format!("el valor de «{argument}» se da con «=»"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("faltan valores para «{argument}»")
        }
        ErrorKind::TooManyValues => format!("sobra «{value}» en «{argument}»"),
        ErrorKind::InvalidUtf8 => "lo escrito no es texto UTF-8".to_owned(),
        _ => return None,
    })
}

/// Lists the values that would do.
fn accepted(error: &clap::Error) -> String {
    let accepted = values(error, ContextKind::ValidValue);
    match accepted.is_empty() {
        true => String::new(),
        false => format!("; valen: {}", accepted.join(", ")),
    }
}

/// Says what a value should have been.
fn reason(error: &clap::Error) -> String {
    let Some(source) = std::error::Error::source(error) else {
        return String::new();
    };
    if let Some(accepted) = source.downcast_ref::<NotAccepted>() {
        return format!("; vale {}", accepted.accepted(Language::Spanish));
    }
    let refusal = source.downcast_ref::<KeyRefusal>();
    let refusal = refusal.map(|refusal| refusal.message(Language::Spanish));
    let role = source.downcast_ref::<UnknownRole>();
    let role = role.map(|role| role.message(Language::Spanish));
    let span = source.downcast_ref::<NoSpan>();
    let span = span.map(|span| span.accepted(Language::Spanish).to_owned());
    if let Some(day) = source.downcast_ref::<NoDay>() {
        return format!("; vale {}", day.accepted(Language::Spanish));
    }
    if source.is::<NotADecisionId>() {
        return "; una decisión se nombra como en x-propenso-decision: 01993a7c-…".to_owned();
    }
    if source.is::<NotAHead>() {
        return "; el final de una cadena se escribe como en el registro de sucesos: cadena:lugar:huella".to_owned();
    }
    let told = refusal.or(role).or(span);
    format!("; {}", told.unwrap_or_else(|| source.to_string()))
}

fn values(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(value)) => vec![value.clone()],
        Some(ContextValue::Strings(values)) => values.clone(),
        Some(ContextValue::StyledStr(value)) => vec![value.to_string()],
        _ => Vec::new(),
    }
}
