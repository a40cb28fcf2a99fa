//! Versions as JSON, the same over HTTP and from the shell.

use propenso_lifecycle::fallback::Fallback;
use propenso_lifecycle::gates::{Gate, Verdict};
use propenso_lifecycle::registry::{Origin, State, Version};
use propenso_lifecycle::tally::{ShadowDay, Tally};
use propenso_scoring::statistics::Deciles;
use serde::Serialize;

/// A version.
#[derive(Debug, Serialize)]
pub struct VersionView<'v> {
    version: u32,
    state: State,
    verdict: Verdict,
    hash: String,
    contract: &'v str,
    #[serde(flatten)]
    origin: &'v Origin,
    /// The scores that cut the reference portfolio into tenths, highest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    deciles: Option<Deciles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gates: Option<&'v [Gate]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shadow: Vec<ShadowView>,
    /// Of a champion that cannot be loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<FallbackView>,
}

impl<'v> VersionView<'v> {
    /// Shows a version without its gates.
    #[must_use]
    pub fn brief(version: &'v Version) -> Self {
        Self {
            version: version.number,
            state: version.state,
            verdict: version.report.verdict(),
            hash: version.content.model.to_string(),
            contract: version.content.contract.name(),
            origin: &version.origin,
            deciles: None,
            gates: None,
            shadow: Vec::new(),
            fallback: None,
        }
    }

    /// Says of the champion that it does not answer.
    #[must_use]
    pub fn with_fallback(self, fallback: Option<&Fallback>) -> Self {
        let own = fallback.filter(|fallback| fallback.champion == self.version);
        Self {
            fallback: own.map(FallbackView::from),
            ..self
        }
    }

    /// Shows a version with all that is known of it.
    #[must_use]
    pub fn full(version: &'v Version, shadow: Vec<ShadowView>) -> Self {
        Self {
            deciles: version.content.deciles,
            gates: Some(&version.report.gates),
            shadow,
            ..Self::brief(version)
        }
    }
}

/// A former champion that answers because the champion cannot be loaded.
#[derive(Debug, Serialize)]
struct FallbackView {
    /// The version that should answer.
    champion: u32,
    /// The version that does, where one is known to.
    answering: Option<u32>,
    since: String,
    reason: String,
}

impl From<&Fallback> for FallbackView {
    fn from(fallback: &Fallback) -> Self {
        Self {
            champion: fallback.champion,
            answering: fallback.answering,
            since: fallback.since.to_string(),
            reason: fallback.reason.clone(),
        }
    }
}

/// What came of a day of comparing a shadow with a champion.
#[derive(Debug, Serialize)]
pub struct ShadowView {
    day: String,
    champion: u32,
    #[serde(flatten)]
    tally: Tally,
    /// Share of the clients to whom both gave the same class.
    agreement: Option<f64>,
    /// The mean of the probabilities' differences, shadow less champion.
    mean_difference: Option<f64>,
    psi: Option<f64>,
    psi_critical: Option<f64>,
}

impl From<ShadowDay> for ShadowView {
    fn from(day: ShadowDay) -> Self {
        let ShadowDay {
            champion,
            date,
            tally,
        } = day;
        let stability = tally.stability();
        Self {
            day: date.to_string(),
            champion,
            agreement: tally.agreement(),
            mean_difference: tally.mean_difference(),
            psi: stability.map(|stability| stability.psi),
            psi_critical: stability.map(|stability| stability.critical),
            tally,
        }
    }
}
