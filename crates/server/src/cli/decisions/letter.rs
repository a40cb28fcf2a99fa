//! `propenso decisions letter`.

use std::path::PathBuf;

use clap::Args;
use propenso_store::decision::DecisionId;

/// Arguments of `decisions letter`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  propenso decisions letter 01978c1e-… -o carta.html --why \"reclamación 2026/114\"
  propenso decisions letter 01978c1e-… -o letter.html --lang en --to \"Ana Ruiz, Calle Mayor 1, Soria\"

The decision is scored again by the model of its day, with reasons and with what
would have changed it, whether they were asked then or not. If it does not come
out the same to the bit, its data were erased or not kept, or its model is not
there, no letter is written, and what can be done is said.

What the house says is below [letter] in the configuration: sender, used_for,
contact, officer, authority, note; see docs/carta.md. What is missing is marked in
the letter and told.

Exit status: 0 ready to send, 1 no letter, 2 written with gaps, which are marked.")]
pub struct LetterArgs {
    /// The decision, as x-propenso-decision named it
    #[arg(value_name = "ID")]
    pub id: DecisionId,

    /// The letter's file; nobody but this account may read it
    #[arg(short, long, value_name = "FILE.html")]
    pub output: PathBuf,

    /// Why the person's data are read, for the record of who reads them
    #[arg(long, value_name = "WHY")]
    pub why: String,

    /// Who asks [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// Name and address of the person
    #[arg(long, value_name = "TEXT")]
    pub to: Option<String>,

    /// Name and address of who sends the letter [default: the configuration's letter.sender]
    #[arg(long, value_name = "TEXT")]
    pub sender: Option<String>,

    /// What scores are used for, and what follows from them [default: letter.used_for]
    #[arg(long, value_name = "TEXT")]
    pub used_for: Option<String>,

    /// Whom the person turns to [default: letter.contact]
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,

    /// The data protection officer [default: letter.officer]
    #[arg(long, value_name = "TEXT")]
    pub officer: Option<String>,

    /// Who hears complaints about the house [default: letter.authority]
    #[arg(long, value_name = "TEXT")]
    pub authority: Option<String>,
}
