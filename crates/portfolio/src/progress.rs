//! How far a run is.

/// Is told how far a run is, and may end it.
pub trait Progress: Sync {
    /// Some more is done. Called by any thread, some hundred times a second.
    fn advance(&self, at: &Place);

    /// Whether the run is to end as soon as it can, leaving nothing behind.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What it is doing.
    pub stage: Stage,
    /// Rows done in this stage.
    pub rows: u64,
    /// What is done of `total`: bytes while scoring, rows while writing.
    pub done: u64,
    /// Where the stage ends, where that is known.
    pub total: Option<u64>,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Reading and scoring.
    Scoring,
    /// Writing in the end.
    Writing,
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: &Place) {}
}
