//! `propenso decisions verify` and `replay`: is it what was written, and would it be the same today?

use std::io::Write;
use std::process::ExitCode;

use propenso_scoring::Language;
use propenso_store::access_log::{Action, LetGo};
use propenso_store::decision::DecisionId;
use propenso_store::decision_log::audit::{Audit, Break, audit};
use serde_json::{Value, json};

use super::counter::Counter;
use super::{Desk, WAY, days};
use crate::cli::{ReplayDecisionsArgs, VerifyDecisionsArgs};
use crate::command::CommandError;
use crate::command::models::{print_json, who};
use crate::decisions::asked::{NoCause, Visit};
use crate::decisions::page::numbers;
use crate::decisions::view;
use crate::record::replay::{Replay, Replayed, replay_all};

/// Says whether the record is what was written.
pub(super) fn verify(desk: &Desk, args: &VerifyDecisionsArgs) -> Result<ExitCode, CommandError> {
    let counter = Counter::start();
    let found = audit(desk.decisions.log(), &args.head, |count| {
        counter.show(count);
    });
    counter.end();
    let found = found?;
    let let_go = desk.decisions.accesses().months_let_go()?;
    match args.json {
        true => print_json(&audit_view(&found, &let_go))?,
        false => print_audit(&found, &let_go, desk.language)?,
    }
    Ok(status(found.broken.is_some()))
}

fn audit_view(found: &Audit, let_go: &[LetGo]) -> Value {
    let gone = found.gone.iter().map(
        |(month, places)| json!({ "before": month.strftime("%Y-%m").to_string(), "places": places }),
    );
    let broken = found.broken.as_ref().map(|broken| {
        json!({
            "chain": broken.chain.to_string(),
            "place": broken.place,
            "decision": broken.first,
            "how": broken.how.to_string(),
        })
    });
    json!({
        "entries": found.entries,
        "decisions": found.decisions,
        "heads": found.heads.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "gone": gone.collect::<Vec<_>>(),
        "let_go": let_go.iter().map(view::let_go).collect::<Vec<_>>(),
        "broken": broken,
    })
}

fn print_audit(found: &Audit, let_go: &[LetGo], language: Language) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    let (entries, decisions) = (found.entries, found.decisions);
    match language {
        Language::Spanish => {
            writeln!(
                out,
                "Decisiones comprobadas: {decisions}, en {entries} entradas."
            )?;
        }
        Language::English => {
            writeln!(out, "Looked at {decisions} decisions in {entries} entries.")?;
        }
    }
    for (month, places) in &found.gone {
        let month = month.strftime("%Y-%m");
        match language {
            Language::Spanish => writeln!(
                out,
                "Antes de lo que queda de {month} faltan {places} entradas."
            )?,
            Language::English => writeln!(
                out,
                "Before what is left of {month}, {places} entries are gone."
            )?,
        }
    }
    for gone in let_go {
        let month = gone.month.strftime("%Y-%m");
        let (at, decisions, held) = (gone.at.strftime("%Y-%m-%d"), gone.decisions, gone.held);
        match language {
            Language::Spanish => writeln!(
                out,
                "El mes {month} se soltó el {at}: {decisions} decisiones, y {held} retenidas que siguen."
            )?,
            Language::English => writeln!(
                out,
                "The month {month} was let go on {at}: {decisions} decisions, and {held} held ones stay."
            )?,
        }
    }
    for head in &found.heads {
        let word = language.pick("Final de la cadena", "End of the chain");
        writeln!(out, "{word}: {head}")?;
    }
    let Some(broken) = &found.broken else {
        writeln!(
            out,
            "{}",
            language.pick("Es lo que se escribió.", "It is what was written.")
        )?;
        return Ok(());
    };
    let how = match (language, &broken.how) {
        (Language::Spanish, Break::Contents) => {
            "lo que tiene no es lo que se escribió ahí".to_owned()
        }
        (Language::Spanish, Break::Order) => {
            "no sigue a la entrada anterior: alguna se cambió, se añadió o se quitó".to_owned()
        }
        (Language::Spanish, Break::Told) => "no es la huella que se anotó en su día".to_owned(),
        (Language::Spanish, Break::Unreadable(error)) => format!("no se puede leer: {error}"),
        (Language::English, how) => how.to_string(),
    };
    let word = language.pick("ROTA en el lugar", "BROKEN at the place");
    writeln!(
        out,
        "{word} {} ({} {}, {}): {how}",
        broken.place,
        language.pick("cadena", "chain"),
        broken.chain,
        broken.first
    )?;
    Ok(())
}

/// Scores again: one decision, or all of some days.
pub(super) fn replay(desk: &Desk, args: &ReplayDecisionsArgs) -> Result<ExitCode, CommandError> {
    let by = who(args.by.as_deref());
    match args.id {
        Some(id) => {
            let why = args.why.as_deref().ok_or(NoCause)?;
            replay_one(desk, id, &Visit::new(&by, WAY, why)?, args.json)
        }
        None => {
            let visit = match &args.why {
                Some(why) => Visit::new(&by, WAY, why)?,
                None => Visit::without_cause(&by, WAY),
            };
            replay_many(desk, args, &visit)
        }
    }
}

fn replay_one(
    desk: &Desk,
    id: DecisionId,
    visit: &Visit,
    is_json: bool,
) -> Result<ExitCode, CommandError> {
    let (found, replayed) = desk.decisions.replay(id, visit)?;
    if is_json {
        print_json(&view::replayed(&found, &replayed))?;
    } else {
        let then = numbers(&found.decision.public.outcome, desk.language);
        let mut out = std::io::stdout().lock();
        let word = desk.language.pick("entonces", "then");
        writeln!(out, "{word}: {}  {then}", found.label())?;
        writeln!(out, "{}", sentence(&replayed, desk.language))?;
    }
    Ok(status(replayed.is_wrong()))
}

fn replay_many(
    desk: &Desk,
    args: &ReplayDecisionsArgs,
    visit: &Visit,
) -> Result<ExitCode, CommandError> {
    let days = days(&args.days);
    let Some(archive) = desk.decisions.archive() else {
        return Err(CommandError::NoChampion);
    };
    desk.decisions.note(Action::Replay, days.subject(), visit)?;
    let counter = Counter::start();
    let replay = replay_all(desk.decisions.log(), &days.query(), archive, |count| {
        counter.show(count);
    });
    counter.end();
    let replay = replay?;
    match args.json {
        true => print_json(&view::replay(&replay))?,
        false => print_replay(&replay, desk.language)?,
    }
    Ok(status(replay.n_wrong > 0))
}

fn print_replay(replay: &Replay, language: Language) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    let word = language.pick("decisiones", "decisions");
    writeln!(out, "{word:<14} {:>12}", replay.total())?;
    for (word, count) in &replay.counts {
        writeln!(out, "{:<14} {count:>12}", in_language(word, language))?;
    }
    for (id, replayed) in &replay.wrong {
        writeln!(out, "{id}  {}", sentence(replayed, language))?;
    }
    let told = replay.wrong.len() as u64;
    if replay.n_wrong > told {
        let more = replay.n_wrong - told;
        let word = language.pick("… y más:", "… and more:");
        writeln!(out, "{word} {more}")?;
    }
    Ok(())
}

/// What it came to, in a word.
fn in_language(word: &str, language: Language) -> &str {
    let spanish = match word {
        "same" => "igual",
        "other" => "distinta",
        "refused" => "rechazada",
        "forgotten" => "olvidada",
        "withheld" => "sin datos",
        "no model" => "sin modelo",
        "unreadable" => "ilegible",
        word => word,
    };
    language.pick(spanish, word)
}

/// What it came to, in a sentence.
fn sentence(replayed: &Replayed, language: Language) -> String {
    match replayed {
        Replayed::Same => language
            .pick("ahora: lo mismo, bit a bit", "now: the same, bit by bit")
            .to_owned(),
        Replayed::Other { now } => {
            let numbers = numbers(now, language);
            match language {
                Language::Spanish => format!("ahora: otra cosa, {numbers}"),
                Language::English => format!("now: something else, {numbers}"),
            }
        }
        Replayed::Refused(inputs) => match language {
            Language::Spanish => format!("ahora se rechaza por {inputs}"),
            Language::English => format!("now it is refused for {inputs}"),
        },
        Replayed::Forgotten => language
            .pick("sus datos se olvidaron", "its data were forgotten")
            .to_owned(),
        Replayed::Withheld => language
            .pick(
                "no se guardan todos sus datos",
                "not all of its data are kept",
            )
            .to_owned(),
        Replayed::NoModel(cause) => {
            let word = language.pick(
                "el modelo de entonces no está",
                "the model of its day is not there",
            );
            format!("{word}: {cause}")
        }
        Replayed::Unreadable(cause) => {
            let word = language.pick("no se puede leer", "it cannot be read");
            format!("{word}: {cause}")
        }
    }
}

/// Success, unless something is wrong.
fn status(is_wrong: bool) -> ExitCode {
    match is_wrong {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}
