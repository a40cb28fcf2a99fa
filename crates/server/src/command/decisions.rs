//! `propenso decisions …`: what was answered, to whom, by which model. A server may run meanwhile.
//!
//! - `checking`: `verify` and `replay`; `listing`: `holds`, `accesses`, `months` and `clear`; `counter`: how far it is
//! - `letter`: what a person is told

mod checking;
mod counter;
mod letter;
mod listing;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use propenso_lifecycle::registry::Registry;
use propenso_scoring::{Bilingual, Language};
use propenso_store::decision::Pseudonym;
use serde_json::{Value, json};

use super::CommandError;
use super::models::{print_json, who};
use crate::cli::{
    DaysArgs, DecisionsArgs, DecisionsCommand, ExportDecisionsArgs, ForgetArgs, HoldArgs,
    ReleaseArgs, SearchDecisionsArgs, ShowDecisionArgs, WhyArgs,
};
use crate::decisions::asked::{Days, Visit};
use crate::decisions::{Decisions, Search, page, view};
use crate::record::archive::Archive;
use crate::record::{self, key_file};
use crate::settings::record::DecisionsSettings;
use counter::Counter;

/// The way by which a command looks.
const WAY: &str = "propenso decisions";

/// What was asked is done here.
struct Desk {
    settings: DecisionsSettings,
    decisions: Decisions,
    language: Language,
}

/// Does what was asked of decisions.
///
/// # Errors
///
/// [`CommandError`], whose text says what to do.
pub fn run(args: &DecisionsArgs, language: Language) -> Result<ExitCode, CommandError> {
    let desk = Desk::open(DecisionsSettings::resolve(&args.registry)?, language)?;
    match &args.command {
        DecisionsCommand::Letter(letter) => return letter::write(&desk, letter, &args.registry),
        DecisionsCommand::Show(args) => desk.show(args)?,
        DecisionsCommand::Search(args) => desk.search(args)?,
        DecisionsCommand::Verify(args) => return checking::verify(&desk, args),
        DecisionsCommand::Replay(args) => return checking::replay(&desk, args),
        DecisionsCommand::Export(args) => desk.export(args)?,
        DecisionsCommand::Forget(args) => desk.forget(args)?,
        DecisionsCommand::Hold(args) => desk.hold(args)?,
        DecisionsCommand::Release(args) => desk.release(args)?,
        DecisionsCommand::Holds(args) => listing::holds(&desk, args)?,
        DecisionsCommand::Accesses(args) => listing::accesses(&desk, args)?,
        DecisionsCommand::Months(args) => listing::months(&desk, args)?,
        DecisionsCommand::Clear(args) => listing::clear(&desk, args)?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Desk {
    fn open(settings: DecisionsSettings, language: Language) -> Result<Self, CommandError> {
        let place = &settings.place;
        let registry = Arc::new(Registry::open(place)?);
        let decisions = Decisions::new(
            record::open_log(place)?,
            record::open_accesses(place)?,
            Some(Archive::new(registry)),
        );
        Ok(Self {
            settings,
            decisions,
            language,
        })
    }

    /// The pseudonym of a client's reference.
    fn client(&self, reference: &str) -> Result<Pseudonym, CommandError> {
        let other = self.settings.record.pseudonym_key_file.as_deref();
        let key = key_file::read(&self.settings.place, other)?;
        Ok(key.of_client(reference))
    }

    fn show(&self, args: &ShowDecisionArgs) -> Result<(), CommandError> {
        let found = self.decisions.show(args.id, &visit(&args.cause)?)?;
        if args.json {
            return print_json(&view::full(&found, self.language));
        }
        let text = page::page(&found, self.language);
        write!(std::io::stdout().lock(), "{text}")?;
        Ok(())
    }

    fn search(&self, args: &SearchDecisionsArgs) -> Result<(), CommandError> {
        let visit = visit(&args.cause)?;
        let search = Search {
            client: Some(self.client(&args.client)?),
            days: days(&args.days),
            after: None,
            most: args.limit.max(1),
        };
        let found = self.decisions.search(&search, &visit)?;
        if args.json {
            let views: Vec<Value> = found.decisions.iter().map(view::brief).collect();
            return print_json(&json!({ "decisions": views, "more": found.next.is_some() }));
        }
        let mut out = std::io::stdout().lock();
        for decision in &found.decisions {
            writeln!(out, "{}", page::line(decision, self.language))?;
        }
        let told = match (found.decisions.is_empty(), found.next.is_some()) {
            (true, _) => self.language.pick(
                "No hay ninguna decisión sobre este cliente en esos días.",
                "There is no decision on this client in those days.",
            ),
            (_, true) => self.language.pick(
                "Hay más: pida más días por separado, o más con --limit.",
                "There are more: ask for fewer days, or for more with --limit.",
            ),
            (false, false) => return Ok(()),
        };
        eprintln!("{told}");
        Ok(())
    }

    fn export(&self, args: &ExportDecisionsArgs) -> Result<(), CommandError> {
        let visit = visit(&args.cause)?;
        if args.output.exists() {
            return Err(CommandError::file(
                &args.output,
                Bilingual::new("ya existe; nombre otro", "it exists already; name another"),
            ));
        }
        let counter = Counter::start();
        let written = self
            .decisions
            .export(&args.output, days(&args.days), &visit, |count| {
                counter.show(count);
            });
        counter.end();
        let count = written?;
        let word = self.language.pick("decisiones", "decisions");
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}: {count} {word}", args.output.display())?;
        Ok(())
    }

    fn forget(&self, args: &ForgetArgs) -> Result<(), CommandError> {
        let visit = visit(&args.cause)?;
        let client = self.client(&args.client)?;
        if !args.yes && !self.confirms()? {
            return Err(CommandError::NotConfirmed);
        }
        let count = self.decisions.forget(client, &visit)?;
        let told = match self.language {
            Language::Spanish => format!("Decisiones olvidadas: {count}."),
            Language::English => format!("Decisions that were forgotten: {count}."),
        };
        writeln!(std::io::stdout().lock(), "{told}")?;
        Ok(())
    }

    /// Asks whoever sits at the terminal.
    fn confirms(&self) -> Result<bool, CommandError> {
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return Ok(false);
        }
        eprint!(
            "{}",
            self.language.pick(
                "Se olvidará todo lo de este cliente, y no se puede deshacer. ¿Seguir? [s/N] ",
                "All of this client is forgotten, which cannot be undone. Go on? [y/N] ",
            )
        );
        let mut answer = String::new();
        stdin.read_line(&mut answer)?;
        let answer = answer.trim().to_lowercase();
        Ok(matches!(&*answer, "s" | "si" | "sí" | "y" | "yes"))
    }

    fn hold(&self, args: &HoldArgs) -> Result<(), CommandError> {
        let visit = visit(&args.cause)?;
        self.decisions.hold(self.client(&args.client)?, &visit)?;
        self.tell(
            "Queda retenido: nada suyo se olvida ni se suelta con su mes.",
            "It is held: nothing of it is forgotten, nor let go with its month.",
        )
    }

    fn release(&self, args: &ReleaseArgs) -> Result<(), CommandError> {
        let by = who(args.by.as_deref());
        let visit = match &args.why {
            Some(why) => Visit::new(&by, WAY, why)?,
            None => Visit::without_cause(&by, WAY),
        };
        self.decisions.release(self.client(&args.client)?, &visit)?;
        self.tell(
            "Queda liberado: lo suyo se suelta con su mes, y se puede olvidar.",
            "It is released: what is kept of it goes with its month, and may be forgotten.",
        )
    }

    fn tell(&self, spanish: &str, english: &str) -> Result<(), CommandError> {
        let told = self.language.pick(spanish, english);
        writeln!(std::io::stdout().lock(), "{told}")?;
        Ok(())
    }
}

fn visit(cause: &WhyArgs) -> Result<Visit, CommandError> {
    let by = who(cause.by.as_deref());
    Ok(Visit::new(&by, WAY, &cause.why)?)
}

fn days(args: &DaysArgs) -> Days {
    Days::new(args.from, args.until)
}
