//! How labelled clients say who paid.

/// How a table says who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The column.
    pub column: String,
    /// Its values that mean "paid"; an empty cell means that it is not known yet, any other that the client did not.
    pub paid: Vec<String>,
}

impl Target {
    /// Tells whether a label says that a client paid. Where some are missing, pandas writes 1 as `1.0`.
    pub(super) fn says_paid(&self, label: &str) -> bool {
        let label = label.strip_suffix(".0").unwrap_or(label).to_uppercase();
        self.paid.iter().any(|value| value.to_uppercase() == label)
    }
}

impl Default for Target {
    fn default() -> Self {
        Self {
            column: "TARGET".to_owned(),
            paid: ["1", "SI", "SÍ", "S", "TRUE", "VERDADERO", "PAGADOR"]
                .map(str::to_owned)
                .into(),
        }
    }
}
