//! `propenso decisions …`: what was answered, to whom, by which model, and whether it would be the same today.

mod letter;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use propenso_store::decision::DecisionId;
use propenso_store::decision::link::Head;

use super::RegistryArgs;
use crate::decisions::asked::Bound;
pub use letter::LetterArgs;

/// Arguments of `decisions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso decisions show 01993a7c-… --why 'claim 2026-114'
  propenso decisions search --client 1.759658 --from 2026-11-01 --why 'claim 2026-114'
  propenso decisions replay --from 2026-11-01 --until 2026-11-30
  propenso decisions verify --head 1f3c…:48211:9a0b…

A server keeps what it answers when [record] says so, and names each decision in
the header x-propenso-decision. Whoever sees a person's data says why; that is
written down with who it was. A server may run meanwhile. See docs/decisiones.md,
in Spanish.")]
pub struct DecisionsArgs {
    /// Where the registry is.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: DecisionsCommand,
}

/// What can be done with decisions.
#[derive(Debug, Subcommand)]
pub enum DecisionsCommand {
    /// One decision: who asked, on what data, what came out, and its place in the chain
    Show(ShowDecisionArgs),
    /// The decisions on one client
    Search(SearchDecisionsArgs),
    /// Write the letter owed to a person on whom a score decided: HTML that prints on A4
    Letter(LetterArgs),
    /// Whether the record is what was written: every entry is hashed again
    Verify(VerifyDecisionsArgs),
    /// Score decisions again with the models of their days, and compare the bits
    Replay(ReplayDecisionsArgs),
    /// Write decisions into a file: a row each
    Export(ExportDecisionsArgs),
    /// Forget a client: the personal part of every decision on it goes, the counts and the chain stay
    Forget(ForgetArgs),
    /// Keep a client's decisions whatever happens, until they are released
    Hold(HoldArgs),
    /// End a client's hold
    Release(ReleaseArgs),
    /// The clients that are held, and were
    Holds(ListedArgs),
    /// Who has seen what, when and why
    Accesses(AccessesArgs),
    /// What is kept of each month, and which were let go
    Months(ListedArgs),
    /// Let the months go whose time is over, as a running server does by itself
    Clear(ClearArgs),
}

/// Why somebody looks, and who.
#[derive(Debug, Args)]
pub struct WhyArgs {
    /// Why: it is written down with who you are
    #[arg(long)]
    pub why: String,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Some days.
#[derive(Debug, Args)]
pub struct DaysArgs {
    /// From this day on (2026-11-01), or this moment (2026-11-01T08:15:00Z)
    #[arg(long, value_name = "DAY")]
    pub from: Option<Bound>,

    /// To the end of this day, or before this moment
    #[arg(long, value_name = "DAY")]
    pub until: Option<Bound>,
}

/// Arguments of `decisions show`.
#[derive(Debug, Args)]
pub struct ShowDecisionArgs {
    /// The decision's id, as x-propenso-decision had it
    pub id: DecisionId,

    /// Why, and who.
    #[command(flatten)]
    pub cause: WhyArgs,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions search`.
#[derive(Debug, Args)]
pub struct SearchDecisionsArgs {
    /// The client's reference, as it was given with the question
    #[arg(long, value_name = "REFERENCE")]
    pub client: String,

    /// The days.
    #[command(flatten)]
    pub days: DaysArgs,

    /// At most so many [default: 100]
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        hide_default_value = true
    )]
    pub limit: usize,

    /// Why, and who.
    #[command(flatten)]
    pub cause: WhyArgs,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Entries that were taken off the end leave no trace in the record itself: what the
server's log told of the chain's end, once a day and when it stopped, does. Give
such a line's `head` with --head.

Exit status: 0 it is what was written, 1 it is not, or cannot be read.")]
pub struct VerifyDecisionsArgs {
    /// A chain's end as the log told it; may be given again
    #[arg(long, value_name = "CHAIN:PLACE:HASH")]
    pub head: Vec<Head>,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without ID, all decisions of the days are scored again, on all threads, and
counted by what they came to; nothing of a person is shown.

Exit status: 0 all are the same, or were forgotten or withheld; 1 some are not.")]
pub struct ReplayDecisionsArgs {
    /// One decision; it needs --why
    #[arg(requires = "why")]
    pub id: Option<DecisionId>,

    /// The days.
    #[command(flatten)]
    pub days: DaysArgs,

    /// Why: it is written down with who you are
    #[arg(long)]
    pub why: Option<String>,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions export`.
#[derive(Debug, Args)]
#[command(after_help = "\
FILE.csv is what a Spanish Excel opens; FILE.parquet has the numbers bit by bit,
and texts as they were sent. Inputs stand behind the other columns, by their query
parameters. The file holds people's data, and is readable by this account alone.")]
pub struct ExportDecisionsArgs {
    /// The file that is written, .csv or .parquet; it must not exist
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    /// The days.
    #[command(flatten)]
    pub days: DaysArgs,

    /// Why, and who.
    #[command(flatten)]
    pub cause: WhyArgs,
}

/// Arguments of `decisions forget`.
#[derive(Debug, Args)]
#[command(after_help = "\
What is forgotten cannot be had again, but from backups. A client that is held is
not forgotten: release it first.")]
pub struct ForgetArgs {
    /// The client's reference, as it was given with the questions
    #[arg(long, value_name = "REFERENCE")]
    pub client: String,

    /// Do not ask whether it is meant
    #[arg(long)]
    pub yes: bool,

    /// Why, and who.
    #[command(flatten)]
    pub cause: WhyArgs,
}

/// Arguments of `decisions hold`.
#[derive(Debug, Args)]
pub struct HoldArgs {
    /// The client's reference, as it was given with the questions
    #[arg(long, value_name = "REFERENCE")]
    pub client: String,

    /// Why, and who.
    #[command(flatten)]
    pub cause: WhyArgs,
}

/// Arguments of `decisions release`.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The client's reference, as it was given with the questions
    #[arg(long, value_name = "REFERENCE")]
    pub client: String,

    /// Why: it is written down with who you are
    #[arg(long)]
    pub why: Option<String>,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Arguments of `decisions holds` and `decisions months`.
#[derive(Debug, Args)]
pub struct ListedArgs {
    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions accesses`.
#[derive(Debug, Args)]
pub struct AccessesArgs {
    /// Those to this client's decisions
    #[arg(long, value_name = "REFERENCE")]
    pub client: Option<String>,

    /// Those to this decision
    #[arg(long, value_name = "ID")]
    pub decision: Option<DecisionId>,

    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `decisions clear`.
#[derive(Debug, Args)]
pub struct ClearArgs {
    /// Months to keep besides the current one [default: record.keep_months]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub keep_months: Option<u32>,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
