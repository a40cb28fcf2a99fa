//! What a version's page is made of.

use jiff::Timestamp;
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::registry::{RegistryError, State, Version};
use propenso_lifecycle::tally::ShadowDay;

use crate::http::models::Models;
use crate::http::pages::figure;
use crate::http::pages::words::ModelsWords;

/// What a version's page is made of, from the registry.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) version: Version,
    /// The version that answers.
    pub(super) champion: Option<u32>,
    /// Versions that answered, last one first.
    pub(super) former: Vec<u32>,
    promoted_at: Option<Timestamp>,
    pub(super) shadow: Vec<ShadowDay>,
}

impl Look {
    /// Looks at a version.
    pub(super) fn at(models: &Models, number: u32) -> Result<Self, RegistryError> {
        let registry = &models.registry;
        let version = registry.version(number)?;
        let champion = match version.state {
            State::Champion => Some(number),
            _ => registry
                .holder(State::Champion)?
                .map(|champion| champion.number),
        };
        Ok(Self {
            champion,
            former: registry.former_champions()?,
            promoted_at: registry.promoted_at(number)?,
            shadow: registry.shadow_days(number)?,
            version,
        })
    }

    /// What answers, and what this version does beside it.
    pub(super) fn situation(&self, words: ModelsWords) -> String {
        match (self.version.state, self.champion) {
            (State::Champion, _) => self.promoted_at.map_or_else(String::new, |at| {
                words.now_answers(&figure::moment(at, words.0))
            }),
            (State::Shadow, Some(champion)) => words.now_shadow(champion),
            (_, Some(champion)) => words.now_other(champion),
            (_, None) => words.nothing_in_service().to_owned(),
        }
    }

    /// Whether it answered before, and was replaced.
    pub(super) fn is_former(&self) -> bool {
        let number = self.version.number;
        self.version.state == State::Retired && self.former.contains(&number)
    }

    /// Whether the gates refuse it, and it never answered.
    pub(super) fn is_refused(&self) -> bool {
        let Version { state, report, .. } = &self.version;
        let is_failed = report.verdict() == Verdict::Failed;
        *state == State::Rejected || (is_failed && !self.is_former())
    }
}
