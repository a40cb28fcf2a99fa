//! Requests that were refused, and callers that were not let in.

use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::registry::Registry;

use super::names;
use super::series;
use crate::access::denial::Denial;

/// Stands for a word that was not known beforehand.
const OTHER: &str = "other";

/// Refusals, by the codes of their answers, and by why a caller was not let in.
#[derive(Debug)]
pub struct Refusals {
    codes: Words,
    denials: Words,
}

/// Counts by words that are known beforehand.
#[derive(Debug)]
struct Words(Vec<(&'static str, AtomicU64)>);

impl Words {
    fn new(words: impl IntoIterator<Item = &'static str>) -> Self {
        let words = words.into_iter().chain([OTHER]);
        Self(words.map(|word| (word, AtomicU64::new(0))).collect())
    }

    fn count(&self, word: &str) {
        let known = self.0.iter().find(|(known, _)| *known == word);
        if let Some((_, count)) = known.or(self.0.last()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All words, those that never came too: what is watched for begins at 0.
    fn describe(&self, registry: &mut Registry, name: names::Name, label: &'static str) {
        let counts = self.0.iter();
        let counts = counts.map(|(word, count)| {
            let labels = vec![(label, (*word).to_owned())];
            (labels, count.load(Ordering::Relaxed))
        });
        series::add_counts(registry, name, counts);
    }
}

impl Refusals {
    pub(super) fn new(codes: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            codes: Words::new(codes),
            denials: Words::new(Denial::NAMES),
        }
    }

    /// Counts a refusal by its problem's code.
    pub fn count(&self, code: &str) {
        self.codes.count(code);
    }

    /// Counts a caller that was not let in.
    pub fn count_denied(&self, reason: &str) {
        self.denials.count(reason);
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        self.codes.describe(registry, names::PROBLEMS, "code");
        self.denials.describe(registry, names::DENIED, "reason");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_counted_together() {
        let words = Words::new(["a", "b"]);
        for word in ["b", "x", "y", "b"] {
            words.count(word);
        }
        let counts: Vec<_> = words
            .0
            .iter()
            .map(|(word, count)| (*word, count.load(Ordering::Relaxed)))
            .collect();
        assert_eq!(counts, [("a", 0), ("b", 2), (OTHER, 2)]);
    }
}
