//! What a model is compared with.

use propenso_scoring::Scorer;

use super::clients::Clients;
use super::limits::GateLimits;
use super::target::Target;

/// What a model is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Standard<'s> {
    /// The model in service, with its number; `None` also where it cannot be loaded.
    pub champion: Option<(u32, &'s Scorer)>,
    /// Whether there is a model in service.
    pub has_champion: bool,
    /// Its golden rows.
    pub champion_golden: Option<&'s [u8]>,
    /// Recent clients.
    pub reference: Option<&'s Clients<'s>>,
    /// How labelled clients say who paid.
    pub target: &'s Target,
    /// What the gates compare with.
    pub limits: &'s GateLimits,
    /// Whether the strict policy decides which files are served.
    pub is_strict: bool,
}
