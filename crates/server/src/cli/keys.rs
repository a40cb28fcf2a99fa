//! `propenso keys …`: who may call the server.

use std::fmt;
use std::str::FromStr;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use propenso_lifecycle::keys::{HolderName, KeyId, KeyRefusal, Roles};
use propenso_scoring::Language;

use super::RegistryArgs;

/// Arguments of `keys`.
#[derive(Debug, Args)]
#[command(after_help = "\
Roles:
  puntuar         score clients: /prediccion, /v1/predict
  carteras        send portfolios, and remove them
  resultados      see what portfolios came to, and fetch the lists
  lectura         see the models and what happened to them
  modelos         upload, promote and roll back models
  metricas        read the metrics
  administracion  all of it

A key is sent as `Authorization: Bearer prp_…`, as `x-api-key: prp_…`, or as
the password of Basic. It is shown once and kept nowhere: only its hash is.
A running server follows within a second. While there is no key at all, a
server that listens on this machine alone asks for none. See docs/keys.md.")]
pub struct KeysArgs {
    /// Where the registry is.
    #[command(flatten)]
    pub registry: RegistryArgs,

    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Let somebody in: prints the key, once
    Add(AddKeyArgs),
    /// Who is let in, by which keys, and when those were used
    List(ListKeysArgs),
    /// Let somebody in no longer, or by one key no longer
    Disable(DisableKeyArgs),
    /// Another key for somebody; the one before works a while longer
    Rotate(RotateKeyArgs),
}

/// Arguments of `keys add`.
#[derive(Debug, Args)]
#[command(after_help = "\
The key alone goes to standard output, what there is to say to standard error.
A name that was disabled is let in again, with these roles and a new key.")]
pub struct AddKeyArgs {
    /// Who it is for: a person, or a program
    pub name: HolderName,

    /// What they may do: puntuar, carteras, resultados, lectura, modelos, metricas, administracion
    #[arg(long, value_name = "ROLE,…")]
    pub roles: Roles,

    /// The key's last day (2027-01-31), or for how many days it works (90d) [default: it does not end]
    #[arg(long, value_name = "DAY|DAYS")]
    pub expires: Option<Expiry>,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Arguments of `keys list`.
#[derive(Debug, Args)]
pub struct ListKeysArgs {
    /// Answer with JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `keys disable`.
#[derive(Debug, Args)]
pub struct DisableKeyArgs {
    /// Somebody's name, or a key's id (prp_1a2b3c4d)
    #[arg(value_name = "NAME|ID")]
    pub target: Target,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Arguments of `keys rotate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nobody has more than two keys that work: end the older one first, with
`propenso keys disable ID`.")]
pub struct RotateKeyArgs {
    /// Whose key it is
    pub name: HolderName,

    /// For how many days the key before works; 0d ends it now [default: 7d]
    #[arg(long, value_name = "DAYS")]
    pub keep: Option<Days>,

    /// The new key's last day (2027-01-31), or for how many days it works (90d) [default: it does not end]
    #[arg(long, value_name = "DAY|DAYS")]
    pub expires: Option<Expiry>,

    /// Who you are [default: the user's name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// A holder, or one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A holder.
    Holder(HolderName),
    /// A key.
    Key(KeyId),
}

impl FromStr for Target {
    type Err = KeyRefusal;

    fn from_str(text: &str) -> Result<Self, KeyRefusal> {
        match text.parse() {
            Ok(id) => Ok(Self::Key(id)),
            Err(_) => text.parse().map(Self::Holder),
        }
    }
}

/// A number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub i64);

/// When a key stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// At the end of a day.
    Day(Date),
    /// Some days from now.
    In(Days),
}

/// A text that is no number of days, and no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSpan;

impl NoSpan {
    /// Says what would do.
    #[must_use]
    pub fn accepted(self, language: Language) -> &'static str {
        language.pick(
            "vale un número de días, como 90d (hasta 36500d), y para --expires también un día, como 2027-01-31",
            "a number of days, as 90d (up to 36500d); for --expires also a day, as 2027-01-31",
        )
    }
}

impl fmt::Display for NoSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.accepted(Language::English))
    }
}

impl std::error::Error for NoSpan {}

impl FromStr for Days {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        let number = text.strip_suffix('d').ok_or(NoSpan)?;
        let number = number.parse::<u16>().map_err(|_| NoSpan)?;
        (number <= 36_500)
            .then_some(Self(number.into()))
            .ok_or(NoSpan)
    }
}

impl FromStr for Expiry {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, NoSpan> {
        if let Ok(days) = text.parse::<Days>() {
            return (days.0 > 0).then_some(Self::In(days)).ok_or(NoSpan);
        }
        // jiff also reads a time behind a day, and leaves it aside.
        let is_day = text.len() == "2027-01-31".len();
        let day = is_day.then(|| text.parse().ok()).flatten();
        day.map(Self::Day).ok_or(NoSpan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_key_ends() {
        assert_eq!("90d".parse(), Ok(Expiry::In(Days(90))));
        let day = Expiry::Day(jiff::civil::date(2027, 1, 31));
        assert_eq!("2027-01-31".parse(), Ok(day));
        for wrong in [
            "",
            "0d",
            "90",
            "-1d",
            "36501d",
            "2027-02-30",
            "31/01/2027",
            "2027-01-31T10",
            "d",
        ] {
            assert_eq!(wrong.parse::<Expiry>(), Err(NoSpan), "{wrong}");
        }
        assert_eq!("0d".parse(), Ok(Days(0)));
    }

    #[test]
    fn what_is_disabled() {
        let id = "prp_0a1b2c3d".parse().unwrap();
        assert_eq!("prp_0a1b2c3d".parse(), Ok(Target::Key(id)));
        let name = "crm".parse().unwrap();
        assert_eq!("crm".parse(), Ok(Target::Holder(name)));
        assert!("a b".parse::<Target>().is_err());
    }
}
