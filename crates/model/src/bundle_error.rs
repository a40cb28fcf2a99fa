//! Why a model among other values is not served.

/// Why a model among other values is not served.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It could be, but nobody said that it is the one.
    #[error(
        "the file holds {kind} with the model under the key `{key}`: add --key {key}{}",
        threshold_text(.threshold.as_ref())
    )]
    Unnamed {
        /// A dict, a list or a tuple.
        kind: String,
        /// The key.
        key: String,
        /// A threshold next to it.
        threshold: Option<Threshold>,
    },
    /// Something else in the file may be needed for its answers.
    #[error(
        "the file holds {kind} with a model under the key `{key}`, and that model alone would lose {}: put them \
         together in one sklearn Pipeline, and save that{}",
        .lost.join(", "),
        threshold_text(.threshold.as_deref())
    )]
    Incomplete {
        /// A dict, a list or a tuple.
        kind: String,
        /// The model's key.
        key: String,
        /// What else is there, by key and class.
        lost: Vec<String>,
        /// A threshold next to it.
        threshold: Option<Box<Threshold>>,
    },
    /// There are several models.
    #[error(
        "the file holds {kind} with several models ({}), and does not say which of them answers, or how they do \
         together: save the one that answers, or one VotingClassifier of them",
        .models.join(", ")
    )]
    Several {
        /// A dict, a list or a tuple.
        kind: String,
        /// The models, by key and class.
        models: Vec<String>,
    },
}

impl BundleError {
    /// A stable short name, for tests and machine-readable reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unnamed { .. } => "bundle-unnamed",
            Self::Incomplete { .. } => "bundle-incomplete",
            Self::Several { .. } => "bundle-several",
        }
    }
}

/// A number next to a model, from which on the analysts' script said yes. It is no part of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Its key.
    pub key: String,
    /// The number.
    pub value: f64,
}

fn threshold_text(threshold: Option<&Threshold>) -> String {
    threshold.map_or_else(String::new, |Threshold { key, value }| {
        format!(
            "; `{key}` ({value}) beside it is not applied: write it as `threshold` under [decision] in the contract"
        )
    })
}
