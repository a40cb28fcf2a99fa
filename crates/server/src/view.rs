//! Versions as JSON, the same over HTTP and from the shell.

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
