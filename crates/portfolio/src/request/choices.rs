//! What single options may be, and how people write it: each type reads itself from text.

use std::num::NonZeroU64;
use std::str::FromStr;

/// A text that is none of those an option takes. Its message says which it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAccepted(&'static str);

/// A column that is one of the contract's inputs under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The column in the file.
    pub column: String,
    /// The input's long name or parameter.
    pub input: String,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Text with a separator between cells.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// A LibreOffice workbook. It is read only.
    Ods,
    /// A workbook of Excel 97–2003. It is read only.
    Xls,
    /// Apache Parquet.
    Parquet,
    /// JSON records: an object a line, or an array of objects. It is written an object a line.
    #[serde(rename = "jsonl")]
    JsonLines,
}

/// What stands between the cells of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    /// `;`
    Semicolon,
    /// `,`
    Comma,
    /// A tabulator.
    Tab,
    /// `|`
    Pipe,
}

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Encoding {
    /// UTF-8 without a mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes it.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// Windows-1252, of which Latin-1 is a part.
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// UTF-16, little end first, with a byte order mark.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, big end first, with a byte order mark.
    #[serde(rename = "utf-16be")]
    Utf16Be,
}

/// A part of a whole, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(f64);

/// The name of an order of clients; [`super::RankBy`] has what it depends on besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RankName {
    /// The likeliest to pay first.
    #[default]
    Probability,
    /// Those of whom most is expected.
    Expected,
    /// Those who leave most.
    Net,
}

/// What follows from a suppression list that does not match the portfolio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SuppressMissing {
    /// The run fails: clients who must not be called would be.
    #[default]
    Fail,
    /// It is told, and listed beside the output.
    Ok,
}

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
        Self::new(clients.0).ok_or(NotAccepted("a whole number, 1 or more, as 500 or 1.000"))
    }
}

impl FromStr for Clients {
    type Err = NotAccepted;

    /// Reads digits, or groups of three with one mark between all of them.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let accepted = NotAccepted("a whole number, 0 or more, as 2400 or 2.400");
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

/// Who has the greatest number in `rango`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RankDirection {
    /// 1 is called first.
    #[default]
    First,
    /// 1 is called last: the greatest number is called first.
    Last,
}

impl RankDirection {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::First, Self::Last];

    /// The name itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

impl FromStr for RankDirection {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut all = Self::ALL.into_iter();
        all.find(|direction| direction.name() == text)
            .ok_or(NotAccepted("one of first, last"))
    }
}

/// The order that the list is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListOrder {
    /// Who is called first comes first; those without a place come last.
    #[default]
    Rank,
    /// As the clients came.
    File,
}

impl ListOrder {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rank, Self::File];

    /// The name itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::File => "file",
        }
    }
}

impl FromStr for ListOrder {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut all = Self::ALL.into_iter();
        all.find(|order| order.name() == text)
            .ok_or(NotAccepted("one of rank, file"))
    }
}

impl Format {
    /// Those that are read.
    pub const READ: [Self; 6] = [
        Self::Csv,
        Self::Xlsx,
        Self::Ods,
        Self::Xls,
        Self::Parquet,
        Self::JsonLines,
    ];

    /// Those that are written.
    pub const WRITTEN: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Parquet, Self::JsonLines];

    /// Its name, which is also the extension of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::Xls => "xls",
            Self::Parquet => "parquet",
            Self::JsonLines => "jsonl",
        }
    }

    /// Reads the name of a form that is read.
    ///
    /// # Errors
    ///
    /// [`NotAccepted`] for other texts.
    pub fn of_input(text: &str) -> Result<Self, NotAccepted> {
        let mut read = Self::READ.into_iter();
        read.find(|format| format.name() == text)
            .ok_or(NotAccepted("one of csv, xlsx, ods, xls, parquet, jsonl"))
    }
}

impl Separator {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Semicolon, Self::Comma, Self::Tab, Self::Pipe];

    /// The byte itself.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl RankName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Probability, Self::Expected, Self::Net];

    /// The name itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Probability => "probability",
            Self::Expected => "expected",
            Self::Net => "net",
        }
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl FromStr for Format {
    type Err = NotAccepted;

    /// Reads the name of a form that is written.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut written = Self::WRITTEN.into_iter();
        written
            .find(|format| format.name() == text)
            .ok_or(NotAccepted("one of csv, xlsx, parquet, jsonl"))
    }
}

impl FromStr for Separator {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        match text {
            ";" | "semicolon" => Ok(Self::Semicolon),
            "," | "comma" => Ok(Self::Comma),
            "|" | "pipe" => Ok(Self::Pipe),
            "tab" | "\t" | "\\t" => Ok(Self::Tab),
            _ => Err(NotAccepted("one of ; , | tab")),
        }
    }
}

impl FromStr for Encoding {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Ok(Self::Utf8),
            "utf-8-bom" | "utf-8-sig" => Ok(Self::Utf8Bom),
            "windows-1252" | "cp1252" | "latin-1" | "latin1" | "iso-8859-1" => {
                Ok(Self::Windows1252)
            }
            "utf-16" | "utf-16le" => Ok(Self::Utf16Le),
            "utf-16be" => Ok(Self::Utf16Be),
            _ => Err(NotAccepted(
                "one of utf-8, utf-8-bom, windows-1252, latin-1, utf-16le, utf-16be",
            )),
        }
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
            }),
            _ => Err(NotAccepted(
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
            .ok_or(NotAccepted("a share, from 0 to 1, or from 0% to 100%"))
    }
}

impl FromStr for SuppressMissing {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        match text {
            "fail" => Ok(Self::Fail),
            "ok" => Ok(Self::Ok),
            _ => Err(NotAccepted("fail or ok")),
        }
    }
}

impl FromStr for RankName {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut all = Self::ALL.into_iter();
        all.find(|rank| rank.name() == text)
            .ok_or(NotAccepted("one of probability, expected, net"))
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

    #[test]
    fn names_are_read_as_they_are_written() {
        for format in Format::READ {
            assert_eq!(Format::of_input(format.name()), Ok(format));
            assert_eq!(
                format.name().parse::<Format>().is_ok(),
                Format::WRITTEN.contains(&format)
            );
            assert_eq!(
                serde_json::to_value(format).unwrap(),
                serde_json::Value::from(format.name())
            );
        }
        for rank in RankName::ALL {
            assert_eq!(rank.name().parse(), Ok(rank));
        }
        for direction in RankDirection::ALL {
            assert_eq!(direction.name().parse(), Ok(direction));
        }
        for order in ListOrder::ALL {
            assert_eq!(order.name().parse(), Ok(order));
        }
    }
}
