//! How far a run is.

/// Is told how far a run is, and may end it.
pub trait Progress: Sync {
    /// Hears that more is done. Any thread calls it, some hundred times a second.
    fn advance(&self, at: &Place);

    /// Tells whether the run is to end as soon as it can, leaving nothing behind.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// The point that a run has reached.
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

/// The half of a run that is being worked on.
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
