//! Why a decision cannot be read.

/// Why the bytes of a decision cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    /// They end too early.
    #[error("it is cut off")]
    Cut,
    /// They hold what this program does not know.
    #[error("it has {0} that this program does not know; a later one may have written it")]
    Unknown(&'static str),
    /// They cannot be unpacked.
    #[error("it cannot be unpacked")]
    Packed,
}
