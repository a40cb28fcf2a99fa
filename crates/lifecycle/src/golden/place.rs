//! Where a golden row is, as people find it.

use propenso_scoring::Language;
use serde::Serialize;

/// The place of a row in its file, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The line that it begins on, as an editor shows it.
    Line(u64),
    /// The row, as a spreadsheet counts: its file is no text.
    Row(u64),
}

impl Place {
    /// Gives the number alone.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Row(number) => number,
        }
    }

    /// Names it: `line 4`, `fila 4`.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        let unit = match self {
            Self::Line(_) => language.pick("línea", "line"),
            Self::Row(_) => language.pick("fila", "row"),
        };
        format!("{unit} {}", self.number())
    }
}
