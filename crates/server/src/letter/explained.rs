//! A decision, scored again by the model of its day: the same to the bit, with reasons and a counterfactual.

use std::sync::Arc;

use propenso_scoring::{Answered, Asked, Row, Scorer, Unexplained, Workspace};
use propenso_store::decision::{
    Context, Decision, DecisionId, Entry, Personal, PersonalPart, Sent,
};
use propenso_store::decision_log::DecisionLog;

use super::refusal::LetterRefusal;
use crate::record::archive::Archive;
use crate::record::replay::{Replayed, replay};

/// A decision with all that there is to say of it.
#[derive(Debug)]
pub struct Explained {
    /// Its name.
    pub id: DecisionId,
    /// Who asked, and what answered.
    pub context: Arc<Context>,
    /// The client's reference, where it was kept.
    pub reference: Option<String>,
    /// What scored it.
    pub scorer: Arc<Scorer>,
    /// What was sent.
    pub row: Row<'static>,
    /// What came out, why, and what would have changed it.
    pub answered: Answered,
    /// Why the model cannot say how each input counted, where it cannot.
    pub unexplained: Option<Unexplained>,
}

impl Explained {
    /// Finds a decision and explains it, whether that was asked then or not.
    ///
    /// # Errors
    ///
    /// [`LetterRefusal`] where it is not there, or does not come out the same.
    pub fn find(
        id: DecisionId,
        log: &dyn DecisionLog,
        archive: &Archive,
    ) -> Result<Self, LetterRefusal> {
        let entry = log.find(id)?.ok_or(LetterRefusal::Unknown(id))?;
        let decision = entry.decision(id);
        let decision = decision.map_err(|error| LetterRefusal::Damaged { id, error })?;
        Self::of(
            &entry,
            &decision.ok_or(LetterRefusal::Unknown(id))?,
            archive,
        )
    }

    /// Explains a decision.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub fn of(
        entry: &Entry,
        decision: &Decision,
        archive: &Archive,
    ) -> Result<Self, LetterRefusal> {
        let id = decision.id;
        let PersonalPart::Known(personal) = &decision.personal else {
            return Err(LetterRefusal::Forgotten(id));
        };
        let scorer = archive.scorer(&entry.context);
        let scorer = scorer.map_err(|cause| LetterRefusal::NoModel { id, cause })?;
        let row = personal.row(scorer.contract());
        let row = row.ok_or_else(|| LetterRefusal::Withheld {
            id,
            inputs: withheld(personal, &entry.context),
        })?;
        let mut workspace = Workspace::default();
        if replay(entry, decision, archive, &mut workspace) != Replayed::Same {
            return Err(LetterRefusal::NotTheSame(id));
        }
        let unexplained = scorer.check_explanation().err();
        let asked = Asked {
            reasons: unexplained.is_none().then_some(usize::MAX),
            counterfactual: scorer.check_counterfactual().is_ok(),
        };
        let answered = scorer.answer(&row, asked, &mut workspace);
        Ok(Self {
            id,
            context: Arc::clone(&entry.context),
            reference: personal.reference.clone(),
            row: row.into_owned(),
            answered: answered.map_err(|_| LetterRefusal::NotTheSame(id))?,
            scorer,
            unexplained,
        })
    }
}

/// The inputs of which less was kept than was sent.
fn withheld(personal: &Personal, context: &Context) -> String {
    let inputs = personal.inputs.iter().zip(&context.inputs);
    let withheld = inputs.filter(|(sent, _)| matches!(sent, Sent::Withheld | Sent::Pseudonym(_)));
    let names: Vec<&str> = withheld.map(|(_, name)| name.as_str()).collect();
    names.join(", ")
}
