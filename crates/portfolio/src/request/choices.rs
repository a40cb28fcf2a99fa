//! What single options may be, and how people write it: each type reads itself from text.

use std::fmt;
use std::str::FromStr;

use propenso_scoring::Language;

/// A text that is none of those an option takes. Its message says which it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{english}")]
pub struct NotAccepted {
    spanish: &'static str,
    english: &'static str,
}

impl NotAccepted {
    pub(super) const fn of(spanish: &'static str, english: &'static str) -> Self {
        Self { spanish, english }
    }

    /// Says what the option takes.
    #[must_use]
    pub fn accepted(self, language: Language) -> &'static str {
        language.pick(self.spanish, self.english)
    }
}

/// Shows choices by their names, which they are read from.
macro_rules! shown_by_name {
    ($($choice:ty),+) => {
        $(impl fmt::Display for $choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        })+
    };
}

shown_by_name!(
    Format,
    Separator,
    Encoding,
    RankName,
    SuppressMissing,
    RankDirection,
    ListOrder
);

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
            .ok_or(NotAccepted::of("first o last", "one of first, last"))
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
            .ok_or(NotAccepted::of("rank o file", "one of rank, file"))
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
            .ok_or(NotAccepted::of(
                "csv, xlsx, ods, xls, parquet o jsonl",
                "one of csv, xlsx, ods, xls, parquet, jsonl",
            ))
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

    /// Its name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Semicolon => ";",
            Self::Comma => ",",
            Self::Tab => "tab",
            Self::Pipe => "|",
        }
    }
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Utf8,
        Self::Utf8Bom,
        Self::Windows1252,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// Its name, as it is typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Windows1252 => "windows-1252",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

impl SuppressMissing {
    /// The name itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Ok => "ok",
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

impl FromStr for Format {
    type Err = NotAccepted;

    /// Reads the name of a form that is written.
    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut written = Self::WRITTEN.into_iter();
        written
            .find(|format| format.name() == text)
            .ok_or(NotAccepted::of(
                "csv, xlsx, parquet o jsonl",
                "one of csv, xlsx, parquet, jsonl",
            ))
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
            _ => Err(NotAccepted::of("uno de ; , | tab", "one of ; , | tab")),
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
            _ => Err(NotAccepted::of(
                "utf-8, utf-8-bom, windows-1252, latin-1, utf-16le o utf-16be",
                "one of utf-8, utf-8-bom, windows-1252, latin-1, utf-16le, utf-16be",
            )),
        }
    }
}

impl FromStr for SuppressMissing {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        match text {
            "fail" => Ok(Self::Fail),
            "ok" => Ok(Self::Ok),
            _ => Err(NotAccepted::of("fail u ok", "fail or ok")),
        }
    }
}

impl FromStr for RankName {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut all = Self::ALL.into_iter();
        all.find(|rank| rank.name() == text).ok_or(NotAccepted::of(
            "probability, expected o net",
            "one of probability, expected, net",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for separator in Separator::ALL {
            assert_eq!(separator.name().parse(), Ok(separator));
        }
        for encoding in Encoding::ALL {
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
        for missing in [SuppressMissing::Fail, SuppressMissing::Ok] {
            assert_eq!(missing.name().parse(), Ok(missing));
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
