//! What may be asked of a run, as names and texts: the options of `propenso score`, by the same names and with the same
//! rules, for every face that has no types of its own for them.

mod asked;

use crate::error::PortfolioError;
use crate::request::{Mapping, PortfolioRequest};
use serde::{Deserialize, Serialize};

use asked::{Asked, OPTIONS, RunOption};

/// Options that are not sent with a portfolio: what columns of files may be called, a list in several files, and a file of
/// this machine.
const NOT_SENT: [&str; 3] = [COLUMNS, "split", "suppress"];

/// What a column of this file is; it must be there.
pub const MAP: &str = "map";

/// What a column is, in files that have it.
pub const COLUMNS: &str = "columns";

/// Options that mean something with this order alone.
const OF_NET: [&str; 2] = ["fee", "contact_cost"];

/// Options that say how a file is read, and which of its columns is what.
pub const READING: [&str; 10] = [
    "input_format",
    "separator",
    "encoding",
    "decimal",
    "sheet",
    "header_row",
    MAP,
    COLUMNS,
    "id_column",
    "amount_column",
];

/// Names and values, as they were typed, sent or written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOptions(Vec<(String, String)>);

/// Why options cannot be asked of a run.
#[derive(Debug, thiserror::Error)]
pub enum OptionError {
    /// There is no such option.
    #[error(
        "`{name}` is no field; there are file, profile, suppress, {}",
        sent_names()
    )]
    Unknown {
        /// Its name.
        name: String,
    },
    /// An option has a value that it cannot have.
    #[error("`{name}` cannot be `{value}`: {accepted}")]
    Value {
        /// The option's name.
        name: &'static str,
        /// What was sent.
        value: String,
        /// What it may be.
        accepted: String,
    },
    /// An option that is one thing is there twice.
    #[error("`{name}` is there twice; send it once")]
    Twice {
        /// The option's name.
        name: &'static str,
    },
    /// An option is of no use without another.
    #[error("`{name}` needs `{other}` with it")]
    Alone {
        /// The option's name.
        name: &'static str,
        /// The name of the one that is missing.
        other: &'static str,
    },
    /// Options contradict each other.
    #[error(transparent)]
    Request(#[from] PortfolioError),
}

impl RunOptions {
    /// Adds an option that was sent.
    ///
    /// # Errors
    ///
    /// [`OptionError::Unknown`].
    pub fn push(&mut self, name: &str, value: String) -> Result<(), OptionError> {
        option(name).filter(is_sent).ok_or_else(|| unknown(name))?;
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    /// Adds an option, if there is a value of it.
    pub fn put(&mut self, name: &'static str, value: Option<impl ToString>) {
        let value = value.map(|value| value.to_string());
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }

    /// Removes an option.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Takes some of them alone.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let mut some = self.clone();
        some.0.retain(|(name, _)| names.contains(&name.as_str()));
        some
    }

    /// Leaves out what says how a file is read.
    #[must_use]
    pub fn without_reading(&self) -> Self {
        let mut others = self.clone();
        others
            .0
            .retain(|(name, _)| !READING.contains(&name.as_str()));
        others
    }

    /// Goes through all of them, in the order that they were added in.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// An option's value; of one that may be there several times, the first.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.iter();
        all.find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Takes from others what is not said here.
    ///
    /// What belongs to an order that is not the one said here is not taken, and of the columns' names those that are said
    /// here go before the others, column by column.
    #[must_use]
    pub fn or(mut self, others: &Self) -> Self {
        let is_net = self.get("rank_by").is_none_or(|order| order == "net");
        let is_taken = |&(name, value): &(&str, &str)| match name {
            MAP | COLUMNS => !self.maps(value),
            _ if OF_NET.contains(&name) && !is_net => false,
            _ => self.get(name).is_none(),
        };
        let taken = others.iter().filter(is_taken);
        let taken: Vec<_> = taken
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.0.extend(taken);
        self
    }

    /// Tells whether a mapping's column or input is mapped here.
    fn maps(&self, mapping: &str) -> bool {
        let Ok(other) = mapping.parse::<Mapping>() else {
            return false;
        };
        let here = self.iter();
        let here = here.filter(|(name, _)| [MAP, COLUMNS].contains(name));
        let mut here = here.filter_map(|(_, value)| value.parse::<Mapping>().ok());
        here.any(|mapping| mapping.column == other.column || mapping.input == other.input)
    }

    /// Asks it all of a run, besides what is asked already.
    ///
    /// # Errors
    ///
    /// [`OptionError`], which names the option and says what it may be.
    pub fn ask(&self, request: PortfolioRequest) -> Result<PortfolioRequest, OptionError> {
        let mut asked = Asked::new(request);
        for (name, value) in self.iter() {
            read(&mut asked, name, value)?;
        }
        asked.request()
    }
}

/// Checks that there is an option of this name, and that it may have this value.
///
/// # Errors
///
/// [`OptionError::Unknown`] or [`OptionError::Value`].
pub fn check(name: &str, value: &str) -> Result<(), OptionError> {
    let nothing = PortfolioRequest::new(None, None);
    read(&mut Asked::new(nothing), name, value)
}

/// The names of all options, in their order.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.into_iter().map(|(name, _)| name)
}

fn read(asked: &mut Asked, name: &str, value: &str) -> Result<(), OptionError> {
    let (name, read) = option(name).ok_or_else(|| unknown(name))?;
    read(asked, value).map_err(|problem| problem.of(name, value))
}

/// Finds an option by its name.
fn option(name: &str) -> Option<RunOption> {
    OPTIONS.into_iter().find(|(option, _)| *option == name)
}

fn is_sent((name, _): &RunOption) -> bool {
    !NOT_SENT.contains(name)
}

fn unknown(name: &str) -> OptionError {
    OptionError::Unknown {
        name: name.to_owned(),
    }
}

fn sent_names() -> String {
    let sent = OPTIONS.into_iter().filter(is_sent);
    let names: Vec<&str> = sent.map(|(name, _)| name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::request::RankBy;

    use super::*;

    fn options(all: &[(&str, &str)]) -> RunOptions {
        let texts = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        RunOptions(all.iter().map(texts).collect())
    }

    #[test]
    fn what_is_said_here_goes_before_the_others() {
        let others = options(&[
            ("decimal", "comma"),
            ("columns", "C.P.=CODIGO_POSTAL"),
            ("columns", "Años=EDAD"),
            ("rank_by", "net"),
            ("fee", "20%"),
            ("contact_cost", "0.35"),
        ]);
        let merged = options(&[("decimal", "point"), ("map", "Zip=CODIGO_POSTAL")]).or(&others);
        assert_eq!(merged.get("decimal"), Some("point"));
        let maps = merged.iter().filter(|(_, value)| value.contains('='));
        let maps: Vec<(&str, &str)> = maps.collect();
        assert_eq!(
            maps,
            [("map", "Zip=CODIGO_POSTAL"), ("columns", "Años=EDAD")]
        );
        let request = merged.ask(PortfolioRequest::new(None, None)).unwrap();
        assert!(matches!(request.rank_by, RankBy::Net { .. }));

        // What an order needs is of no use to another.
        let merged = options(&[("rank_by", "expected")]).or(&others);
        let request = merged.ask(PortfolioRequest::new(None, None)).unwrap();
        assert_eq!(request.rank_by, RankBy::Expected);
        let merged = options(&[("fee", "30%")]).or(&others);
        assert_eq!(merged.get("fee"), Some("30%"));
        assert_eq!(merged.get("contact_cost"), Some("0.35"));
    }
}
