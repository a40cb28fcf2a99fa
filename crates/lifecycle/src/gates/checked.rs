//! What one gate found, before it is put among the others.

use super::concern::Concern;

/// What one gate found.
pub(super) struct Checked<F> {
    /// Its numbers.
    pub(super) findings: F,
    /// What speaks against the model.
    pub(super) concerns: Vec<Concern>,
    /// Whether there was something to go by.
    pub(super) was_asked: bool,
}

impl<F: Default> Checked<F> {
    /// Says that there was nothing to go by.
    pub(super) fn skipped() -> Self {
        Self {
            findings: F::default(),
            concerns: Vec::new(),
            was_asked: false,
        }
    }
}

impl<F> Checked<F> {
    /// Says what was found, and what of it speaks against the model.
    pub(super) fn new(findings: F, concerns: impl IntoIterator<Item = Concern>) -> Self {
        Self {
            findings,
            concerns: concerns.into_iter().collect(),
            was_asked: true,
        }
    }
}
