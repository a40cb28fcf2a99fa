//! One immutable pair of model file and contract, with where it came from and what the gates said.

use jiff::Timestamp;
use propenso_model::Sha256;
use propenso_scoring::statistics::Deciles;
use serde::Serialize;

use super::State;
use super::transition::Standing;
use crate::contract_source::ContractSource;
use crate::gates::GateReport;

/// A version of the model.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number, from 1; never given twice.
    pub number: u32,
    /// What it is doing now.
    pub state: State,
    /// What it is made of.
    pub content: Content,
    /// Where it came from.
    pub origin: Origin,
    /// What the gates said when it was examined last.
    pub report: GateReport,
}

/// What a version is made of. Model and contract never change.
#[derive(Debug, Clone)]
pub struct Content {
    /// Content hash of the model file.
    pub model: Sha256,
    /// The contract, with labels and threshold.
    pub contract: ContractSource,
    /// Content hash of the golden rows that came along last.
    pub golden: Option<Sha256>,
    /// The scores that cut the reference portfolio into tenths: bands that stay, once known, while the version does.
    pub deciles: Option<Deciles>,
}

/// Where a version came from.
#[derive(Debug, Clone, Serialize)]
pub struct Origin {
    /// The file's name when it arrived.
    pub file_name: String,
    /// The way it came in.
    pub way: WayIn,
    /// When.
    pub added_at: Timestamp,
    /// Who added it.
    pub added_by: String,
    /// What they said of it.
    pub note: String,
}

/// A way into the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WayIn {
    /// `propenso models add`
    Command,
    /// `POST /v1/models`
    Upload,
    /// The inbox folder.
    Inbox,
}

impl WayIn {
    /// The name it is stored by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Upload => "upload",
            Self::Inbox => "inbox",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Command, Self::Upload, Self::Inbox]
            .into_iter()
            .find(|way| way.name() == name)
    }
}

impl Version {
    /// As far as the rules look at it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            number: self.number,
            state: self.state,
            verdict: self.report.verdict(),
            may_be_overruled: self.report.may_be_overruled(),
        }
    }
}
