//! `propenso keys …`: who may call the server. One that runs meanwhile follows within a second.

use std::io::Write;
use std::process::ExitCode;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use propenso_lifecycle::keys::{Holder, KeySecret, KeyState, Role};
use propenso_lifecycle::registry::{Grant, KeyStore};
use propenso_scoring::Language;
use serde_json::{Value, json};

use super::CommandError;
use super::models::{print_json, who};
use crate::cli::{
    AddKeyArgs, DisableKeyArgs, Expiry, IntakeArgs, KeysArgs, KeysCommand, ListKeysArgs,
    RotateKeyArgs, Target,
};
use crate::settings::ModelsSettings;

/// For how many days the key before works, unless it is said.
const KEEP_DAYS: i64 = 7;

/// Does what was asked of holders and keys.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: &KeysArgs, language: Language) -> Result<ExitCode, CommandError> {
    let settings = ModelsSettings::resolve(&args.registry, &IntakeArgs::default())?;
    let store = KeyStore::open(&settings.place)?;
    match &args.command {
        KeysCommand::Add(args) => add(args, &store, language)?,
        KeysCommand::List(args) => list(args, &store, language)?,
        KeysCommand::Disable(args) => disable(args, &store, language)?,
        KeysCommand::Rotate(args) => rotate(args, &store, language)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn add(args: &AddKeyArgs, store: &KeyStore, language: Language) -> Result<(), CommandError> {
    let grant = grant(args.expires, args.by.as_deref())?;
    let is_first = store.holders()?.is_empty();
    let key = store.add(&args.name, args.roles, &grant)?;
    show(&key, &grant, language)?;
    if is_first {
        eprintln!(
            "{}",
            language.pick(
                "Es la primera: desde ahora el servidor pide clave a todos, también en este ordenador.",
                "It is the first: from now on the server asks everybody for one, on this machine too.",
            )
        );
    }
    Ok(())
}

fn rotate(args: &RotateKeyArgs, store: &KeyStore, language: Language) -> Result<(), CommandError> {
    let grant = grant(args.expires, args.by.as_deref())?;
    let days = args.keep.map_or(KEEP_DAYS, |days| days.0);
    let rotated = store.rotate(&args.name, &grant, SignedDuration::from_hours(24 * days))?;
    show(&rotated.key, &grant, language)?;
    if let Some((id, end)) = rotated.replaced {
        let end = local(end);
        eprintln!(
            "{}",
            match language {
                Language::Spanish => format!("La anterior, {id}, vale hasta el {end}."),
                Language::English => format!("The one before, {id}, works until {end}."),
            }
        );
    }
    Ok(())
}

fn disable(
    args: &DisableKeyArgs,
    store: &KeyStore,
    language: Language,
) -> Result<(), CommandError> {
    let who = who(args.by.as_deref());
    let told = match &args.target {
        Target::Holder(name) => {
            store.disable_holder(name, &who)?;
            match language {
                Language::Spanish => format!("«{name}» queda de baja, con todas sus claves."),
                Language::English => format!("`{name}` is disabled, with all keys."),
            }
        }
        Target::Key(id) => {
            let name = store.disable_key(*id, &who)?;
            match language {
                Language::Spanish => format!("La clave {id} de «{name}» queda anulada."),
                Language::English => format!("The key {id} of `{name}` is disabled."),
            }
        }
    };
    writeln!(std::io::stdout().lock(), "{told}")?;
    Ok(())
}

/// How a key is given, from what was typed.
fn grant(expires: Option<Expiry>, by: Option<&str>) -> Result<Grant, CommandError> {
    let expires = expires.map(end_of).transpose()?;
    Ok(Grant {
        expires,
        by: who(by),
    })
}

fn end_of(expiry: Expiry) -> Result<Timestamp, CommandError> {
    let now = Timestamp::now();
    match expiry {
        Expiry::In(days) => {
            let end = now.as_second().saturating_add(days.0 * 24 * 3600);
            Ok(Timestamp::from_second(end).unwrap_or(Timestamp::MAX))
        }
        // To the end of that day, where the server's clock is.
        Expiry::Day(day) => {
            let next = day.tomorrow().ok();
            let end = next.and_then(|next| next.to_zoned_datetime(TimeZone::system()).ok());
            let end = end.map_or(Timestamp::MAX, |end| end.timestamp());
            (end > now)
                .then_some(end)
                .ok_or(CommandError::EndsInThePast(day))
        }
    }
}

/// Prints a key: the one time that it is seen.
fn show(key: &KeySecret, grant: &Grant, language: Language) -> Result<(), CommandError> {
    writeln!(std::io::stdout().lock(), "{}", key.reveal())?;
    let told = match (language, grant.expires.map(local)) {
        (Language::Spanish, None) => "No caduca.".to_owned(),
        (Language::Spanish, Some(end)) => format!("Vale hasta el {end}."),
        (Language::English, None) => "It does not expire.".to_owned(),
        (Language::English, Some(end)) => format!("It works until {end}."),
    };
    eprintln!(
        "{} {told}",
        language.pick(
            "Esta es la clave. Guárdela ahora: no se vuelve a mostrar.",
            "This is the key. Keep it now: it is not shown again.",
        )
    );
    Ok(())
}

fn list(args: &ListKeysArgs, store: &KeyStore, language: Language) -> Result<(), CommandError> {
    let (holders, now) = (store.holders()?, Timestamp::now());
    if args.json {
        let views: Vec<Value> = holders.iter().map(|holder| view(holder, now)).collect();
        return print_json(&views);
    }
    let mut out = std::io::stdout().lock();
    if holders.is_empty() {
        let told = language.pick(
            "Nadie tiene clave. Cree la primera: propenso keys add plataforma --roles puntuar",
            "Nobody has a key. Make the first: propenso keys add plataforma --roles puntuar",
        );
        writeln!(out, "{told}")?;
        return Ok(());
    }
    let head = language.pick(
        [
            "nombre",
            "clave",
            "estado",
            "creada",
            "último uso",
            "vale hasta",
            "funciones",
        ],
        [
            "name",
            "key",
            "state",
            "created",
            "last used",
            "works until",
            "roles",
        ],
    );
    let mut line = |cells: [&str; 7]| {
        let [name, key, state, created, used, end, roles] = cells;
        writeln!(
            out,
            "{name:<16}  {key:<12}  {state:<8}  {created:<16}  {used:<16}  {end:<16}  {roles}"
        )
    };
    line(head)?;
    for holder in &holders {
        let roles = holder.roles.to_string();
        for key in &holder.keys {
            let cell = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), local);
            line([
                holder.name.as_str(),
                &key.id.to_string(),
                state(holder.state_of(key, now), language),
                &local(key.created),
                &cell(key.last_used),
                &cell(key.expires),
                &roles,
            ])?;
        }
    }
    Ok(())
}

/// A holder for programs.
fn view(holder: &Holder, now: Timestamp) -> Value {
    let keys = holder.keys.iter().map(|key| {
        json!({
            "id": key.id.to_string(),
            "state": state(holder.state_of(key, now), Language::English),
            "created": key.created,
            "expires": key.expires,
            "disabled": key.disabled,
            "last_used": key.last_used,
        })
    });
    json!({
        "name": holder.name.as_str(),
        "roles": holder.roles.iter().map(Role::name).collect::<Vec<_>>(),
        "created": holder.created,
        "disabled": holder.disabled,
        "keys": keys.collect::<Vec<_>>(),
    })
}

fn state(state: KeyState, language: Language) -> &'static str {
    match state {
        KeyState::Live => language.pick("vale", "live"),
        KeyState::Expired => language.pick("caducada", "expired"),
        KeyState::Disabled => language.pick("anulada", "disabled"),
    }
}

fn local(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system())
        .strftime("%d/%m/%Y %H:%M")
        .to_string()
}
