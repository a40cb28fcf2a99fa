//! What is noticed while text is taken apart, on any thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Quotes that are told one by one.
const MOST_TOLD: usize = 5;

/// The oddities of a text file.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// Lines that are not UTF-8, though the file is.
    pub(crate) odd_lines: AtomicU64,
    pub(crate) empty_rows: AtomicU64,
    quotes: Mutex<Vec<LoneQuote>>,
}

/// A quote that opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LoneQuote {
    row: u64,
    /// Rows that would have been one if it had been believed.
    n_rows: u64,
}

impl Noticed {
    pub(crate) fn quote(&self, row: u64, n_rows: u64) {
        let mut quotes = self.quotes.lock().unwrap_or_else(PoisonError::into_inner);
        quotes.push(LoneQuote { row, n_rows });
        // The first ones are told, and how many there are.
        if quotes.len() > 4_096 {
            quotes.sort_unstable();
            quotes.truncate(2_048);
        }
    }

    /// Lists what the reader of the summary should know. Each is a sentence in Spanish.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let odd_lines = self.odd_lines.load(Ordering::Relaxed);
        if odd_lines > 0 {
            remarks.push(format!(
                "{odd_lines} filas no están en UTF-8, aunque el resto del archivo sí; se han leído como Windows-1252."
            ));
        }
        let mut quotes = self
            .quotes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        quotes.sort_unstable();
        remarks.extend(quotes.iter().take(MOST_TOLD).map(|LoneQuote { row, n_rows }| {
            format!(
                "En la fila {row} hay unas comillas que no encierran nada: habrían hecho de {n_rows} filas una sola. Se han leído una por una."
            )
        }));
        if let Some(others) = quotes.len().checked_sub(MOST_TOLD + 1) {
            remarks.push(format!("Lo mismo ocurre en {} filas más.", others + 1));
        }
        remarks
    }
}
