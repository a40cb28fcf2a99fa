//! What single options may be, and how people write it: each type reads itself from text.

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
    /// Apache Parquet.
    Parquet,
    /// A JSON object a line; only written.
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
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Parquet, Self::JsonLines];

    /// Those that are read.
    pub const READ: [Self; 3] = [Self::Csv, Self::Xlsx, Self::Parquet];

    /// Its name, which is also the extension of its files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
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
            .ok_or(NotAccepted("one of csv, xlsx, parquet"))
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

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.name() == text)
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
    fn names_are_read_as_they_are_written() {
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(
                serde_json::to_value(format).unwrap(),
                serde_json::Value::from(format.name())
            );
            assert_eq!(
                Format::of_input(format.name()).is_ok(),
                Format::READ.contains(&format)
            );
        }
        for rank in RankName::ALL {
            assert_eq!(rank.name().parse(), Ok(rank));
        }
        for order in ListOrder::ALL {
            assert_eq!(order.name().parse(), Ok(order));
        }
    }
}
