//! What decisions have in common: who asked, by which way, and what answered. Kept once, as JSON, by its hash.

use std::fmt;

use propenso_model::Sha256;
use serde::{Deserialize, Serialize};

use super::error::DecisionError;

/// What decisions have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Who asked.
    pub who: Who,
    /// The way it came.
    pub channel: Channel,
    /// The version that answered, by its number in the registry; `None` for a model served from its file.
    pub version: Option<u32>,
    /// Hash of the model's file.
    #[serde(with = "hex")]
    pub model: Sha256,
    /// Hash of the contract's text.
    #[serde(with = "hex")]
    pub contract: Sha256,
    /// The contract's name.
    pub contract_name: String,
    /// The program that answered, with its version.
    pub program: String,
    /// The query parameters of the contract's inputs, in its order.
    pub inputs: Vec<String>,
}

/// Who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The holder of a key, or another name: `anyone`, `this machine`.
    pub name: String,
    /// The key's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The way a question came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A route: `/prediccion`.
    Route(String),
    /// A file of clients.
    Portfolio {
        /// Hash of the file; `None` for one that was read as it came.
        #[serde(default, with = "hex_if_any", skip_serializing_if = "Option::is_none")]
        file: Option<Sha256>,
        /// The job that scored it.
        job: String,
        /// How the control group was drawn, where one was: the share and the beginning of the key's hash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        control: Option<String>,
    },
}

impl Channel {
    /// The name that policy and searches use: a route, or `portfolio`.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Route(route) => route,
            Self::Portfolio { .. } => "portfolio",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(route) => f.write_str(route),
            Self::Portfolio {
                file: Some(file),
                job,
                ..
            } => write!(f, "portfolio {job} ({})", file.short()),
            Self::Portfolio { job, .. } => write!(f, "portfolio {job}"),
        }
    }
}

impl Context {
    /// Writes it down. The hash of these bytes is its digest.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Unknown`]; texts and numbers can always be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DecisionError> {
        serde_json::to_vec(self).map_err(|_| DecisionError::Unknown("a context"))
    }

    /// Reads back what [`Self::to_bytes`] wrote, of this program's version or an earlier one.
    ///
    /// # Errors
    ///
    /// [`DecisionError::Unknown`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecisionError> {
        serde_json::from_slice(bytes).map_err(|_| DecisionError::Unknown("a context"))
    }
}

/// A hash, if there is one, as its hexadecimal digits.
mod hex_if_any {
    use propenso_model::Sha256;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        hash: &Option<Sha256>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => to.collect_str(hash),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Sha256>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let hash = text.map(|text| text.parse()).transpose();
        hash.map_err(de::Error::custom)
    }
}

/// Hashes as their hexadecimal digits.
mod hex {
    use propenso_model::Sha256;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &Sha256, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(hash)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Sha256, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
