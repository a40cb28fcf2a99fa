//! What speaks against a model, with its numbers; `text`: what is said of it.

mod text;

use serde::Serialize;

use super::reading_problem::ReadingProblem;

/// How much something speaks against a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A person should look first.
    Warn,
    /// The model is rejected.
    Fail,
}

/// Something that speaks against a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "concern", rename_all = "snake_case")]
pub enum Concern {
    /// The file cannot be read, or its model not served.
    Unreadable {
        /// Of which kind.
        problem: ReadingProblem,
        /// What of it has a name: a class, a library, a kind of file.
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
    },
    /// The file has another hash than was announced.
    WrongHash,
    /// The file names what no model needs.
    Foreign {
        /// The names, the first ones.
        names: Vec<String>,
        /// Whether they are a reason to reject it.
        level: Level,
    },
    /// The file names code that is not in it, the analysts' own or another library's, which the model can do
    /// without.
    OwnCode {
        /// The names, the first ones.
        names: Vec<String>,
        /// Whether they are a reason to reject it.
        level: Level,
    },
    /// The strict policy refuses the file.
    Strict,
    /// The contract does not fit.
    Misfit,
    /// The file has a threshold beside its model, which the contract does not have.
    ThresholdBeside {
        /// Its key.
        key: String,
        /// The threshold.
        value: f64,
    },
    /// Golden rows are answered otherwise.
    GoldenDiffers {
        /// Rows that differ.
        rows: u64,
        /// Of so many.
        of: u64,
    },
    /// Golden rows get another class, where rounding alone decides between the two.
    GoldenTied {
        /// Rows.
        rows: u64,
        /// Of so many.
        of: u64,
    },
    /// The champion's golden rows cannot be answered.
    GoldenUnanswered {
        /// Rows.
        rows: u64,
        /// Of so many.
        of: u64,
    },
    /// The contract itself cannot be used with the model.
    ContractUnusable,
    /// The golden rows cannot be read.
    GoldenUnusable {
        /// Why.
        problem: String,
    },
    /// There is a champion, and nothing to compare the model with it on.
    NotCompared,
    /// The reference portfolio, or the labelled clients, cannot be used.
    TableUnusable {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
    /// Clients that cannot be scored.
    Unscored {
        /// Their share, 0 to 1.
        share: f64,
        /// The limit.
        limit: f64,
    },
    /// The scores have moved.
    Psi {
        /// How far.
        psi: f64,
        /// The limit.
        limit: f64,
        /// How much that is.
        level: Level,
    },
    /// Clients change class.
    Flips {
        /// Their share, 0 to 1.
        share: f64,
        /// The limit.
        limit: f64,
        /// How much that is.
        level: Level,
    },
    /// The mean probability has moved.
    Mean {
        /// Candidate's less champion's.
        change: f64,
        /// The limit.
        limit: f64,
        /// How much that is.
        level: Level,
    },
    /// On labelled clients the model ranks worse than the champion.
    AucLoss {
        /// How much.
        loss: f64,
        /// The limit.
        limit: f64,
        /// How much that is.
        level: Level,
    },
    /// On labelled clients the model ranks no better than chance.
    Chance {
        /// How sure that is.
        level: Level,
    },
}

impl Concern {
    /// Tells whether a person who knows may use the model all the same: what could not be read, or not with its contract,
    /// was never asked the rest.
    #[must_use]
    pub fn may_be_overruled(&self) -> bool {
        !matches!(
            self,
            Self::Unreadable { .. } | Self::WrongHash | Self::Misfit | Self::ContractUnusable
        )
    }

    /// How much it speaks against the model.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Foreign { level, .. }
            | Self::OwnCode { level, .. }
            | Self::Psi { level, .. }
            | Self::Flips { level, .. }
            | Self::Mean { level, .. }
            | Self::AucLoss { level, .. }
            | Self::Chance { level } => *level,
            Self::GoldenTied { .. }
            | Self::NotCompared
            | Self::TableUnusable { .. }
            | Self::ThresholdBeside { .. } => Level::Warn,
            Self::Unreadable { .. }
            | Self::WrongHash
            | Self::Strict
            | Self::Misfit
            | Self::GoldenDiffers { .. }
            | Self::GoldenUnusable { .. }
            | Self::GoldenUnanswered { .. }
            | Self::ContractUnusable
            | Self::Unscored { .. } => Level::Fail,
        }
    }
}
