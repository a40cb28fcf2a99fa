//! Numbers as people write them in Spain.

/// A share as people write it in Spain.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0, 1))
}

/// With a decimal comma.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('.', ",")
}
