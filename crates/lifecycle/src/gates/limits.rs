//! What the gates compare with: `[models.gates]` of the configuration.

use serde::Deserialize;

use super::concern::Level;

/// Limits, each with a default that a monthly retrained model keeps.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateLimits {
    /// Fail files that name functions from outside the libraries models are made of, even where the model can
    /// be served without them; otherwise warn.
    pub refuse_foreign: bool,
    /// Largest difference of a golden row that is rounding: |answer − expected| / max(1, |expected|). Without it,
    /// what the model's arithmetic may lose, and no less than 1e-9.
    pub golden_tolerance: Option<f64>,
    /// PSI of the scores against the champion's from which a person should look.
    pub psi_warn: f64,
    /// From which the model is rejected.
    pub psi_fail: f64,
    /// Share of clients whose class changes, 0 to 1, from which a person should look.
    pub flips_warn: f64,
    /// From which the model is rejected.
    pub flips_fail: f64,
    /// Change of the mean probability, 0 to 1, from which a person should look.
    pub mean_warn: f64,
    /// From which the model is rejected.
    pub mean_fail: f64,
    /// Share of the reference's clients that the model cannot score, 0 to 1, from which it is rejected.
    pub unscored_fail: f64,
    /// Loss of AUC against the champion from which a person should look.
    pub auc_loss_warn: f64,
    /// From which the model is rejected, if chance does not explain it.
    pub auc_loss_fail: f64,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            refuse_foreign: true,
            golden_tolerance: None,
            psi_warn: 0.1,
            psi_fail: 0.5,
            flips_warn: 0.2,
            flips_fail: 0.4,
            mean_warn: 0.05,
            mean_fail: 0.15,
            unscored_fail: 0.05,
            auc_loss_warn: 0.01,
            auc_loss_fail: 0.05,
        }
    }
}

/// Two limits of one number: from the first a person should look, from the second the model is rejected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    warn: f64,
    fail: f64,
}

impl Limits {
    /// Gives the worse limit that a number reaches, and how much that speaks against the model.
    pub(super) fn reached_by(self, value: f64) -> Option<(f64, Level)> {
        if value >= self.fail {
            Some((self.fail, Level::Fail))
        } else if value >= self.warn {
            Some((self.warn, Level::Warn))
        } else {
            None
        }
    }
}

impl GateLimits {
    pub(super) fn psi(&self) -> Limits {
        Limits {
            warn: self.psi_warn,
            fail: self.psi_fail,
        }
    }

    pub(super) fn flips(&self) -> Limits {
        Limits {
            warn: self.flips_warn,
            fail: self.flips_fail,
        }
    }

    pub(super) fn mean(&self) -> Limits {
        Limits {
            warn: self.mean_warn,
            fail: self.mean_fail,
        }
    }
}
