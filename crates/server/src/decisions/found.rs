//! A decision with the model of its day.

use std::sync::Arc;

use propenso_scoring::{Contract, Language, Outcome, Scorer, Warning};
use propenso_store::decision::{Decision, Entry, Personal, PersonalPart, RecordedWarning, Sent};

use super::asked::Cursor;

/// The scorer of a decision's day, where it is still there.
pub type Loaded = Option<Arc<Scorer>>;

/// A decision that was found.
#[derive(Debug)]
pub struct Found {
    /// The entry that it is in.
    pub entry: Arc<Entry>,
    /// The decision.
    pub decision: Decision,
    scorer: Loaded,
}

/// An input, as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct ShownInput<'f> {
    /// The query parameter.
    pub parameter: &'f str,
    /// What people call it; the parameter where the contract is not there any more.
    pub text: &'f str,
    /// What was sent.
    pub sent: &'f Sent,
}

impl Found {
    pub(super) fn new(entry: Arc<Entry>, decision: Decision, scorer: Loaded) -> Self {
        Self {
            entry,
            decision,
            scorer,
        }
    }

    pub(super) fn cursor(&self) -> Cursor {
        let place = self.decision.id.minus(self.entry.first);
        Cursor::of(&self.entry, place.unwrap_or_default())
    }

    /// The personal part, unless it was forgotten.
    #[must_use]
    pub fn personal(&self) -> Option<&Personal> {
        match &self.decision.personal {
            PersonalPart::Known(personal) => Some(personal),
            PersonalPart::Forgotten => None,
        }
    }

    /// The contract of its day, where it is still there.
    #[must_use]
    pub fn contract(&self) -> Option<&Contract> {
        self.scorer.as_deref().map(Scorer::contract)
    }

    /// The word for what came out: the contract's or the model's own; the class where they are not there any more.
    #[must_use]
    pub fn label(&self) -> String {
        let outcome = &self.decision.public.outcome;
        match (&self.scorer, outcome) {
            (Some(scorer), _) => scorer.label(outcome).into_owned(),
            (None, Outcome::Payer { pays, .. }) => u8::from(*pays).to_string(),
            (None, Outcome::Class { class, .. }) => format!("#{class}"),
            (None, Outcome::Value(value)) => value.to_string(),
        }
    }

    /// The inputs, in the contract's order; none where they were forgotten.
    pub fn inputs(&self, language: Language) -> impl Iterator<Item = ShownInput<'_>> {
        let sent = self.personal().map_or(&[][..], |known| &known.inputs);
        sent.iter()
            .enumerate()
            .map(move |(index, sent)| ShownInput {
                parameter: self.parameter(index),
                text: self.text(index, language),
                sent,
            })
    }

    /// The query parameter of an input.
    #[must_use]
    pub fn parameter(&self, index: usize) -> &str {
        let name = self.entry.context.inputs.get(index);
        name.map_or("?", String::as_str)
    }

    /// What people call an input.
    #[must_use]
    pub fn text(&self, index: usize, language: Language) -> &str {
        let input = self
            .contract()
            .and_then(|contract| contract.inputs().get(index));
        input.map_or_else(|| self.parameter(index), |input| input.text(language))
    }

    /// What the contract did to the inputs, a sentence each: the contract's own, where it still is and says the same, else what
    /// kind it was.
    #[must_use]
    pub fn warnings(&self, language: Language) -> Vec<String> {
        let recorded = &self.decision.public.warnings;
        if recorded.is_empty() {
            return Vec::new();
        }
        if let Some(again) = self.warnings_again() {
            return again
                .iter()
                .map(|warning| warning.message(language))
                .collect();
        }
        let brief = recorded.iter().map(|warning| {
            let input = warning
                .input
                .map_or("?", |input| self.text(input, language));
            format!("{input}: {}", warning.kind.as_str())
        });
        brief.collect()
    }

    /// The warnings of the same row today, where they are what was recorded.
    fn warnings_again(&self) -> Option<Vec<Warning>> {
        let contract = self.contract()?;
        let row = self.personal()?.row(contract)?;
        let (mut features, mut warnings) = (Vec::new(), Vec::new());
        // What it says of the row was said then: whatever is in the list counts.
        let _ = contract.encode(&row, &mut features, &mut warnings);
        let recorded = &self.decision.public.warnings;
        let now = RecordedWarning::of_all(&warnings, contract);
        // Each with its text, in the order of the record.
        let again = recorded.iter().map(|recorded| {
            let is_it = |warning: &&Warning| {
                *RecordedWarning::of_all(std::slice::from_ref(*warning), contract) == [*recorded]
            };
            warnings.iter().find(is_it).cloned()
        });
        again
            .collect::<Option<Vec<_>>>()
            .filter(|_| now == *recorded)
    }
}
