//! `propenso decisions holds`, `accesses`, `months` and `clear`.

use std::io::Write;

use jiff::Timestamp;
use propenso_lifecycle::plain_text::in_one_line;
use propenso_scoring::Language;
use propenso_store::access_log::{Access, AccessQuery, Action, LetGo, Subject};
use propenso_store::retention::Retention;
use serde_json::{Value, json};

use super::Desk;
use crate::cli::{AccessesArgs, ClearArgs, ListedArgs};
use crate::command::CommandError;
use crate::command::check_config::bytes;
use crate::command::models::{print_json, who};
use crate::decisions::page::moment;
use crate::decisions::view;

/// Accesses that are read at a time.
const PAGE: usize = 1_000;

/// Lists the clients that are held, and were.
pub(super) fn holds(desk: &Desk, args: &ListedArgs) -> Result<(), CommandError> {
    let holds = desk.decisions.accesses().holds()?;
    if args.json {
        return print_json(&holds.iter().map(view::hold).collect::<Vec<_>>());
    }
    let mut out = std::io::stdout().lock();
    for hold in &holds {
        let until = match &hold.released {
            Some(act) => format!("{} ({})", moment(act.at), in_one_line(&act.by)),
            None => desk.language.pick("sigue", "still").to_owned(),
        };
        writeln!(
            out,
            "{}  {}  {until}  {}  {}",
            hold.client,
            moment(hold.since.at),
            in_one_line(&hold.since.by),
            in_one_line(&hold.since.why)
        )?;
    }
    if holds.is_empty() {
        let told = desk
            .language
            .pick("Nadie está retenido.", "Nobody is held.");
        writeln!(out, "{told}")?;
    }
    Ok(())
}

/// Lists who has seen what.
pub(super) fn accesses(desk: &Desk, args: &AccessesArgs) -> Result<(), CommandError> {
    let client = args.client.as_ref().map(|client| desk.client(client));
    let query = AccessQuery {
        client: client.transpose()?,
        decision: args.decision,
    };
    let (mut views, mut after) = (Vec::new(), 0);
    let mut out = std::io::stdout().lock();
    loop {
        let page = desk.decisions.accesses().accesses(&query, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.number;
        for noted in &page {
            match args.json {
                true => views.push(view::access(noted)),
                false => writeln!(out, "{}", access_line(&noted.access, desk.language))?,
            }
        }
    }
    drop(out);
    match args.json {
        true => print_json(&views),
        false => Ok(()),
    }
}

fn access_line(access: &Access, language: Language) -> String {
    let of = match access.subject {
        Subject::Decision(id) => id.to_string(),
        Subject::Client(client) => {
            format!("{} {client}", language.pick("cliente", "client"))
        }
        Subject::Span { from, until } => {
            let bound = |at: Option<Timestamp>| at.map_or_else(|| "…".to_owned(), moment);
            format!("{} – {}", bound(from), bound(until))
        }
    };
    let action = match (language, access.action) {
        (Language::English, action) => action.word(),
        (Language::Spanish, Action::Show) => "ver",
        (Language::Spanish, Action::Search) => "buscar",
        (Language::Spanish, Action::Replay) => "repetir",
        (Language::Spanish, Action::Export) => "exportar",
        (Language::Spanish, Action::Forget) => "olvidar",
        (Language::Spanish, Action::Letter) => "carta",
        (Language::Spanish, Action::Hold) => "retener",
        (Language::Spanish, Action::Release) => "liberar",
    };
    format!(
        "{}  {action:<8}  {of}  {}  {}  {}",
        moment(access.at),
        in_one_line(&access.who),
        access.way,
        in_one_line(&access.why)
    )
}

/// Lists the months, and those that were let go.
pub(super) fn months(desk: &Desk, args: &ListedArgs) -> Result<(), CommandError> {
    let months = desk.decisions.log().months()?;
    let let_go = desk.decisions.accesses().months_let_go()?;
    if args.json {
        let months = months.iter().map(|month| {
            json!({
                "month": month.month.strftime("%Y-%m").to_string(),
                "entries": month.entries,
                "decisions": month.decisions,
                "bytes": month.bytes,
            })
        });
        let months: Vec<Value> = months.collect();
        let gone: Vec<Value> = let_go.iter().map(view::let_go).collect();
        return print_json(&json!({ "months": months, "let_go": gone }));
    }
    let mut out = std::io::stdout().lock();
    for month in &months {
        let (name, size) = (month.month.strftime("%Y-%m"), bytes(month.bytes));
        let word = desk.language.pick("decisiones", "decisions");
        writeln!(out, "{name}  {:>12} {word}  {size:>10}", month.decisions)?;
    }
    for gone in &let_go {
        writeln!(out, "{}", gone_line(gone, desk.language))?;
    }
    if months.is_empty() {
        let told = desk
            .language
            .pick("No hay ninguna decisión.", "There is no decision.");
        writeln!(out, "{told}")?;
    }
    Ok(())
}

/// Lets months go whose time is over.
pub(super) fn clear(desk: &Desk, args: &ClearArgs) -> Result<(), CommandError> {
    let keep_months = args.keep_months.or(desk.settings.record.keep_months);
    let by = who(args.by.as_deref());
    let retention = Retention {
        keep_months: keep_months.ok_or(CommandError::KeptForEver)?,
        by: &by,
        now: Timestamp::now(),
    };
    let gone = retention.clear(desk.decisions.log(), desk.decisions.accesses())?;
    let mut out = std::io::stdout().lock();
    for gone in &gone {
        writeln!(out, "{}", gone_line(gone, desk.language))?;
    }
    if gone.is_empty() {
        let first = retention.first_kept();
        let told = match desk.language {
            Language::Spanish => format!("No hay nada anterior al {first} que soltar."),
            Language::English => format!("There is nothing before {first} to let go."),
        };
        writeln!(out, "{told}")?;
    }
    Ok(())
}

fn gone_line(gone: &LetGo, language: Language) -> String {
    let month = gone.month.strftime("%Y-%m");
    let (decisions, held, at) = (gone.decisions, gone.held, moment(gone.at));
    let by = in_one_line(&gone.by);
    match language {
        Language::Spanish => format!(
            "{month}  se soltó el {at} ({by}): {decisions} decisiones; retenidas que siguen: {held}"
        ),
        Language::English => format!(
            "{month}  was let go at {at} ({by}): {decisions} decisions; held ones that stay: {held}"
        ),
    }
}
