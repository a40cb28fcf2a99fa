//! `propenso decisions letter`: the letter owed to a person on whom a score decided.

use std::process::ExitCode;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use propenso_scoring::{Bilingual, Language};
use propenso_store::access_log::{Action, Subject};

use super::super::models::who;
use super::super::{CommandError, PARTIAL};
use super::{Desk, WAY};
use crate::cli::{LetterArgs, RegistryArgs};
use crate::decisions::asked::Visit;
use crate::letter::Letter;
use crate::letter::explained::Explained;
use crate::letter::sender::{Sender, Statement};
use crate::settings::letter::sender;
use crate::whole_file;

/// Writes the letter about a decision.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub(super) fn write(
    desk: &Desk,
    args: &LetterArgs,
    registry: &RegistryArgs,
) -> Result<ExitCode, CommandError> {
    let language = desk.language;
    let sender = typed(args).or(sender(registry)?);
    let archive = desk.decisions.archive().ok_or(CommandError::NoChampion)?;
    let explained = Explained::find(args.id, desk.decisions.log(), archive)?;
    let visit = Visit::new(&who(args.by.as_deref()), WAY, &args.why)?;
    let subject = Subject::Decision(args.id);
    desk.decisions.note(Action::Letter, subject, &visit)?;
    let letter = Letter {
        explained: &explained,
        sender: &sender,
        to: said(args.to.as_deref()),
        at: &Timestamp::now().to_zoned_datetime(TimeZone::system()),
        language,
    };
    whole_file::write(&args.output, letter.html().as_bytes())
        .map_err(|error| CommandError::system(&args.output, &error))?;
    let gaps = letter.gaps();
    if gaps.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{}", told(&gaps, language));
    Ok(ExitCode::from(PARTIAL))
}

/// What was typed of the house.
fn typed(args: &LetterArgs) -> Sender {
    let both = |text: &Option<String>| said(text.as_deref()).map(Bilingual::same);
    Sender {
        sender: both(&args.sender),
        contact: both(&args.contact),
        officer: both(&args.officer),
        authority: both(&args.authority),
        used_for: both(&args.used_for),
        note: None,
    }
}

fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// Says what is missing.
fn told(gaps: &[Statement], language: Language) -> String {
    let in_file = gaps.iter().filter(|gap| **gap != Statement::To);
    let in_file: Vec<&str> = in_file.map(|gap| gap.option()).collect();
    let mut told = language
        .pick(
            "La carta tiene huecos, marcados entre corchetes; no la envíe así.",
            "The letter has gaps, marked by brackets; do not send it as it is.",
        )
        .to_owned();
    if !in_file.is_empty() {
        told.push_str(language.pick(
            " Falta en [letter] de la configuración (o como opción): ",
            " Missing below [letter] in the configuration (or as an option): ",
        ));
        told.push_str(&in_file.join(", "));
        told.push('.');
    }
    if gaps.contains(&Statement::To) {
        told.push_str(language.pick(
            " Falta el nombre y la dirección de la persona: --to.",
            " Missing is the person's name and address: --to.",
        ));
    }
    told
}
