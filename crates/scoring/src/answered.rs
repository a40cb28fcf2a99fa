//! What one caller wants besides the class, and what came out: the same for every face.

use propenso_engine::Unexplained;

use crate::counterfactual::{Counterfactual, CounterfactualError};
use crate::explanation::ScoreExplanation;
use crate::stage::{Stage, Stages};
use crate::{FieldError, Row, Score, Scorer, Workspace};

/// What one caller wants besides the score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// How many of the inputs that moved the score most.
    pub reasons: Option<usize>,
    /// Whether the smallest change that flips the class.
    pub counterfactual: bool,
}

impl Asked {
    /// Tells whether more is asked than a score: milliseconds of work instead of microseconds.
    #[must_use]
    pub fn takes_longer(self) -> bool {
        self.counterfactual || self.reasons.is_some()
    }
}

/// A score, and what else was asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The score.
    pub score: Score,
    /// What moved it; `None` where that was not asked, or the model [cannot tell](Scorer::check_explanation).
    pub explanation: Option<ScoreExplanation>,
    /// The smallest change that flips the class.
    pub counterfactual: Sought,
}

impl From<Score> for Answered {
    /// A score of which no more was asked.
    fn from(score: Score) -> Self {
        Self {
            score,
            explanation: None,
            counterfactual: Sought::Not,
        }
    }
}

/// What became of the search for the smallest change that flips a class.
#[derive(Debug, Clone, PartialEq)]
pub enum Sought {
    /// It was not asked for, or there is no class [to flip](Scorer::check_counterfactual).
    Not,
    /// No change was found.
    InVain,
    /// A change was found.
    Found(Counterfactual),
}

impl From<Result<Option<Counterfactual>, CounterfactualError>> for Sought {
    fn from(found: Result<Option<Counterfactual>, CounterfactualError>) -> Self {
        match found {
            Ok(Some(found)) => Self::Found(found),
            Ok(None) => Self::InVain,
            Err(_) => Self::Not,
        }
    }
}

/// Why a model cannot give what is asked, whoever the client.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AskedError {
    /// Its scores cannot be explained.
    #[error(transparent)]
    Reasons(#[from] Unexplained),
    /// It has no class to flip.
    #[error(transparent)]
    Counterfactual(#[from] CounterfactualError),
}

impl Scorer {
    /// Tells whether what is asked can be given at all. Ask it once, before the clients.
    ///
    /// # Errors
    ///
    /// [`AskedError`] says what cannot, and why.
    pub fn check(&self, asked: Asked) -> Result<(), AskedError> {
        if asked.reasons.is_some() {
            self.check_explanation()?;
        }
        if asked.counterfactual {
            self.check_counterfactual()?;
        }
        Ok(())
    }

    /// Answers one client. The row is encoded and predicted once, however much is asked of it.
    ///
    /// Reasons take milliseconds and a counterfactual up to tenths of a second, so keep them off threads that must
    /// answer quickly; the first of a scorer takes longer.
    ///
    /// # Errors
    ///
    /// Every input that cannot be used, all at once.
    pub fn answer(
        &self,
        row: &Row<'_>,
        asked: Asked,
        workspace: &mut Workspace,
    ) -> Result<Answered, Vec<FieldError>> {
        self.answer_in_stages(row, asked, workspace, &mut ())
    }

    /// Answers one client as [`Self::answer`] does, and tells of each stage when it has ended.
    ///
    /// # Errors
    ///
    /// As [`Self::answer`].
    pub fn answer_in_stages(
        &self,
        row: &Row<'_>,
        asked: Asked,
        workspace: &mut Workspace,
        stages: &mut impl Stages,
    ) -> Result<Answered, Vec<FieldError>> {
        let score = self.score_in_stages(row, workspace, stages)?;
        // The workspace still has the row's features and the model's answer: explained before a search scores others.
        let explanation = asked.reasons.and_then(|most| {
            let explained = self.explain_scored(row, &score, most, workspace).ok();
            stages.ended(Stage::Explain);
            explained
        });
        let counterfactual = match asked.counterfactual {
            true => {
                let found = self.counterfactual(row, &score, workspace);
                stages.ended(Stage::Counterfactual);
                found.into()
            }
            false => Sought::Not,
        };
        Ok(Answered {
            score,
            explanation,
            counterfactual,
        })
    }
}
