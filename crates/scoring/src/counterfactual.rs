//! How a variation of the inputs would have changed the result: the smallest change that flips the
//! class.
//!
//! # Which changes
//!
//! Of inputs that the contract does not call `immutable`, to values that a client could send:
//!
//! * a text among `codes` or the model's categories, one spelling of each meaning;
//! * a band, by its label;
//! * a value, or none, where only its presence counts (`year_month`, `text`, `date`);
//! * a day, of a `date` that features count from a fixed day; where they count from another input's day neither changes;
//! * a number. Where the model is made of trees, its thresholds are carried back through the
//!   contract's steps, and each interval between two of them has one number: of those with the
//!   fewest decimals the one nearest to the client's. Other models get 65 numbers evenly over what the
//!   contract accepts and does not clip; numbers without bounds are then left alone.
//!
//! A missing value is not a change that a person makes, and is never proposed otherwise. Nor is a number that is less
//! than 1 % from the one sent (of it, or of the input's scale where that is less), or less than 1 € or a whole 1: where
//! an interval reaches further, its number is that far away at least, and where it does not it is *slight*, and
//! proposed only where nothing else of one input flips the class.
//!
//! # Smallest
//!
//! One input before two, and what is slight between them, told as such. Then by distance, summed over
//! the inputs: for a number how far the nearest number of the interval is, in units of the input's scale (what the
//! contract accepts and does not clip, else what the model's thresholds span); 1 for a text or a presence, and for a number that
//! was missing; for a band the number of bands apart in so many as there are. Of equals the contract's
//! first.
//!
//! Changes of one input are all tried (the 50,000 smallest, should there be more). Changes of two are
//! tried on numbers thinned evenly, so that there are at most 20,000. Every answer has been scored
//! like any client, so what it says is true; that nothing smaller exists is so for one input.

mod cell;
mod message;
mod moves;
mod numbers;
mod search;

use std::sync::Arc;

use crate::date::iso;
use crate::input::Reading;
use crate::quantity::Quantity;
use crate::sent::sent;
use crate::short_name::ShortName;
use crate::{Contract, Outcome, Row, Score, Scorer, WarningValue, Workspace};
use moves::{Move, Moves, Target};
use search::Search;

/// The smallest change of one or two inputs that flips a client's class.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// One or two, in the contract's order.
    pub changes: Vec<Change>,
    /// What the model says of the changed client.
    pub outcome: Outcome,
    /// Less than anybody would call a change.
    is_slight: bool,
}

/// One input with another value.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The input's long name.
    pub input: Arc<str>,
    /// The client's value as sent; `None` where it is missing.
    pub value: Option<WarningValue>,
    /// What it would have to be; `None` for no value.
    pub proposed: Option<WarningValue>,
    short_name: ShortName,
    /// The value in numbers, where it is one.
    sent: Option<Quantity>,
    /// What is proposed in numbers, where it is one.
    wanted: Option<Quantity>,
    /// Any other value would do as well.
    is_presence: bool,
}

/// Why there is no counterfactual to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CounterfactualError {
    /// The model predicts a number.
    #[error(
        "the model predicts a number, and there is no class to change; ask without the counterfactual"
    )]
    NoClass,
}

/// What the inputs of a scorer's contract may be changed to, by input.
#[derive(Debug)]
pub(crate) struct Space {
    moves: Vec<Moves>,
}

impl Scorer {
    /// Whether a counterfactual can be asked for.
    ///
    /// # Errors
    ///
    /// [`CounterfactualError::NoClass`] for a regressor.
    pub fn check_counterfactual(&self) -> Result<(), CounterfactualError> {
        if self.classes().is_empty() {
            return Err(CounterfactualError::NoClass);
        }
        Ok(())
    }

    /// The smallest change of one input, else of two, that gives a client another class than its
    /// `score`: payer or not by the contract's decision, or another of the model's classes. `None`
    /// when none was found.
    ///
    /// It scores up to tens of thousands of rows, so keep it off threads that must answer quickly. The
    /// first call of a scorer also works out what its inputs may be changed to.
    ///
    /// # Errors
    ///
    /// [`CounterfactualError::NoClass`] for a regressor.
    pub fn counterfactual(
        &self,
        row: &Row<'_>,
        score: &Score,
        workspace: &mut Workspace,
    ) -> Result<Option<Counterfactual>, CounterfactualError> {
        self.check_counterfactual()?;
        let space = self.space();
        let search = Search {
            scorer: self,
            row,
            before: &score.outcome,
        };
        let found = search.run(&space.moves, workspace);
        Ok(found.map(|(moves, outcome)| Counterfactual {
            is_slight: moves.iter().any(|step| step.is_slight),
            changes: moves
                .iter()
                .filter_map(|step| Change::new(step, self.contract(), row))
                .collect(),
            outcome,
        }))
    }
}

impl Space {
    pub(crate) fn of(scorer: &Scorer) -> Self {
        let (contract, thresholds) = (scorer.contract(), scorer.predictor().thresholds());
        let inputs = contract.inputs().iter();
        Self {
            moves: inputs
                .map(|input| Moves::of(input, contract, thresholds))
                .collect(),
        }
    }
}

impl Change {
    fn new(step: &Move<'_>, contract: &Contract, row: &Row<'_>) -> Option<Self> {
        let input = contract.inputs().get(step.input)?;
        let (value, sent) = sent(step.input, contract, row).unzip();
        Some(Self {
            input: Arc::clone(&input.name),
            value,
            proposed: match step.to {
                Target::Number(number) => Some(WarningValue::number(number)),
                Target::Day(days) => Some(WarningValue::text(&match &input.reading {
                    Reading::Date(date) => date.write(days),
                    _ => iso(days),
                })),
                Target::Text(text) | Target::Present(text) => Some(WarningValue::text(text)),
                Target::Missing => None,
            },
            short_name: input.short_name.clone(),
            sent: sent.flatten(),
            wanted: match step.to {
                Target::Number(number) => Some(input.quantity(number)),
                Target::Day(_) | Target::Text(_) | Target::Present(_) | Target::Missing => None,
            },
            is_presence: matches!(step.to, Target::Present(_)),
        })
    }
}

impl Outcome {
    /// Whether another outcome is another class.
    pub(crate) fn is_flipped_by(&self, after: &Self) -> bool {
        match (self, after) {
            (Self::Payer { pays, .. }, Self::Payer { pays: after, .. }) => pays != after,
            (Self::Class { class, .. }, Self::Class { class: after, .. }) => class != after,
            _ => false,
        }
    }
}
