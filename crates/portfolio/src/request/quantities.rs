//! Options that are not one of a few names: numbers, shares and columns, as people write them.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use super::NotAccepted;

/// A column that is one of the contract's inputs under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The column in the file.
    pub column: String,
    /// The input's long name or parameter.
    pub input: String,
    /// Whether the file must have that column: a file that is spoken of must, those that may come need not.
    pub is_needed: bool,
}

impl Mapping {
    /// Makes it count for files alone that have the column.
    #[must_use]
    pub fn where_there(self) -> Self {
        Self {
            is_needed: false,
            ..self
        }
    }
}

/// A part of a whole, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(f64);

/// A number of clients, as people write it: `2400`, `2.400`, `2,400` or `2 400`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clients(u64);

impl From<Clients> for u64 {
    fn from(clients: Clients) -> Self {
        clients.0
    }
}

impl TryFrom<Clients> for NonZeroU64 {
    type Error = NotAccepted;

    fn try_from(clients: Clients) -> Result<Self, NotAccepted> {
        Self::new(clients.0).ok_or(NotAccepted::of(
            "un número entero, 1 o más, como 500 o 1.000",
            "a whole number, 1 or more, as 500 or 1.000",
        ))
    }
}

impl FromStr for Clients {
    type Err = NotAccepted;

    /// Reads digits, or groups of three with one mark between all of them.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let accepted = NotAccepted::of(
            "un número entero, 0 o más, como 2400 o 2.400",
            "a whole number, 0 or more, as 2400 or 2.400",
        );
        let text = text.trim();
        let is_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let mark = text.chars().find(|c| !c.is_ascii_digit());
        let digits = match mark {
            None => text.to_owned(),
            Some(mark @ ('.' | ',' | ' ' | '\u{a0}' | '\u{202f}')) => {
                let mut groups = text.split(mark);
                let first = groups.next().unwrap_or_default();
                let is_grouped = is_digits(first)
                    && first.len() <= 3
                    && !first.starts_with('0')
                    && groups.all(|group| group.len() == 3 && is_digits(group));
                if !is_grouped {
                    return Err(accepted);
                }
                text.replace(mark, "")
            }
            Some(_) => return Err(accepted),
        };
        digits.parse().map(Self).map_err(|_| accepted)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl FromStr for Mapping {
    type Err = NotAccepted;

    /// Reads `COLUMN=INPUT`. The last `=` divides: a column's name may have one, an input's has none.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let parts = text
            .rsplit_once('=')
            .map(|(column, input)| (column.trim(), input.trim()));
        match parts {
            Some((column, input)) if !column.is_empty() && !input.is_empty() => Ok(Self {
                column: column.to_owned(),
                input: input.to_owned(),
                is_needed: true,
            }),
            _ => Err(NotAccepted::of(
                "escrito como \"COLUMNA=VARIABLE\", por ejemplo \"Cód. Postal=CODIGO_POSTAL\"",
                "write it as \"COLUMN=INPUT\", as in \"Cód. Postal=CODIGO_POSTAL\"",
            )),
        }
    }
}

impl FromStr for Share {
    type Err = NotAccepted;

    /// Reads `0.05`, `5%` or `5 %`.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let (number, part) = match text.strip_suffix('%') {
            Some(number) => (number.trim_end(), 100.0),
            None => (text, 1.0),
        };
        let share = number
            .replace(',', ".")
            .parse::<f64>()
            .map(|number| number / part);
        share
            .ok()
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Self)
            .ok_or(NotAccepted::of(
                "una parte, de 0 a 1 o de 0% a 100%",
                "a share, from 0 to 1, or from 0% to 100%",
            ))
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.column, self.input)
    }
}

impl fmt::Display for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_mappings() {
        let share = |text: &str| text.parse().map(|share: Share| f64::from(share));
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share("2,5 %"), Ok(0.025));
        assert_eq!(share("0.2"), Ok(0.2));
        for wrong in ["5", "-1%", "120%", "x", "%"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        let mapping = |text: &str| text.parse::<Mapping>();
        let found = mapping("Cód. = Postal=CODIGO_POSTAL").unwrap();
        assert_eq!(
            (&*found.column, &*found.input),
            ("Cód. = Postal", "CODIGO_POSTAL")
        );
        assert!(mapping("x").is_err() && mapping("=x").is_err() && mapping("x=").is_err());
    }

    #[test]
    fn numbers_of_clients_as_people_write_them() {
        let clients = |text: &str| text.parse().map(|clients: Clients| u64::from(clients));
        for (text, number) in [
            ("2400", 2_400),
            ("2.400", 2_400),
            ("2,400", 2_400),
            ("2 400", 2_400),
            ("2\u{a0}400", 2_400),
            ("1.234.567", 1_234_567),
            ("007", 7),
            ("0", 0),
        ] {
            assert_eq!(clients(text), Ok(number), "{text}");
        }
        for wrong in [
            "",
            "2.4",
            "2.4000",
            ".400",
            "0.400",
            "2.400,5",
            "1.000,000",
            "-5",
            "2400.",
            "mil",
            "99999999999999999999",
        ] {
            assert!(clients(wrong).is_err(), "{wrong}");
        }
    }
}
