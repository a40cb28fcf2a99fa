//! What all versions are doing at a moment: what the rules look at.

use propenso_model::Sha256;

use super::{Action, Refusal, Standing, State, Step, Version, transition};

/// What all versions are doing at a moment.
pub(super) struct Situation {
    pub(super) standings: Vec<Standing>,
    models: Vec<Sha256>,
    /// Versions that were champion before, last one first.
    former: Vec<u32>,
}

impl Situation {
    /// Tells of all versions, and of those that were champion before, last one first.
    pub(super) fn of(versions: &[Version], former: Vec<u32>) -> Self {
        let model = |version: &Version| version.content.model;
        Self {
            standings: versions.iter().map(Version::standing).collect(),
            models: versions.iter().map(model).collect(),
            former,
        }
    }

    /// What an action means now.
    pub(super) fn meant(&self, action: Action) -> Action {
        action.meant(&self.standings, &self.former)
    }

    pub(super) fn steps(&self, action: Action) -> Result<Vec<Step>, Refusal> {
        transition::steps(action, &self.standings, &self.former)
    }

    pub(super) fn champion(&self) -> Option<u32> {
        let mut standings = self.standings.iter();
        let champion = standings.find(|standing| standing.state == State::Champion);
        champion.map(|standing| standing.number)
    }

    pub(super) fn model(&self, number: u32) -> Result<Sha256, Refusal> {
        let mut pairs = self.standings.iter().zip(&self.models);
        let found = pairs.find(|(standing, _)| standing.number == number);
        found
            .map(|(_, model)| *model)
            .ok_or(Refusal::Unknown(number))
    }
}
