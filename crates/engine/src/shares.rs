//! How the rows of a call are shared between threads: the one place where that is decided.

use std::time::Duration;

/// What a thread must have to do to be worth its start, which takes some tens of microseconds.
const WORTH_A_THREAD: Duration = Duration::from_micros(100);

/// Nodes of trees that are worth a thread when a model is compiled.
const NODES_WORTH_A_THREAD: usize = 1 << 16;

/// Rows that are worth a thread however little they cost the engine: what is around them costs as much.
const MOST_WORTH: usize = 256;

/// Parts are multiples of so many rows, which every kernel takes side by side.
const MULTIPLE: usize = 16;

/// Threads that are worth their start for so many nodes, when a model is compiled.
pub(crate) fn threads_for_nodes(n_nodes: usize) -> usize {
    n_nodes / NODES_WORTH_A_THREAD + 1
}

/// What rows cost an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowCost {
    /// About how long one takes among many.
    pub time: Duration,
    /// Rows that the engine takes at a time; more gain nothing.
    pub block: usize,
}

impl RowCost {
    /// Of an engine that answers row by row.
    pub(crate) const UNKNOWN: Self = Self {
        time: Duration::from_micros(1),
        block: 1_024,
    };

    /// Rows that are worth a thread of their own when others encode, score and write them too: fewer are best left to one.
    #[must_use]
    pub fn rows_worth_a_thread(self) -> usize {
        let most = WORTH_A_THREAD.as_nanos() / self.time.as_nanos().max(1);
        usize::try_from(most).map_or(MOST_WORTH, |most| most.clamp(MULTIPLE, MOST_WORTH))
    }
}

/// The shares of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shares {
    /// At least 1.
    pub(crate) n_threads: usize,
    /// Rows that a thread takes at a time: few enough that the threads finish together.
    pub(crate) rows_of_part: usize,
}

impl Shares {
    /// Shares rows between so many threads at most.
    pub(crate) fn of(n_rows: usize, most_threads: usize, cost: RowCost) -> Self {
        let work = cost.time.as_nanos().saturating_mul(n_rows as u128);
        let worth = usize::try_from(work / WORTH_A_THREAD.as_nanos()).unwrap_or(usize::MAX);
        let n_threads = most_threads.min(worth).max(1);
        let n_parts = n_rows
            .div_ceil(cost.block)
            .next_multiple_of(n_threads)
            .max(1);
        let rows_of_part = n_rows.div_ceil(n_parts).next_multiple_of(MULTIPLE);
        Self {
            n_threads: n_threads.min(n_rows.div_ceil(rows_of_part.max(1)).max(1)),
            rows_of_part: rows_of_part.max(MULTIPLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: RowCost = RowCost {
        time: Duration::from_micros(1),
        block: 1_920,
    };

    fn shares(n_rows: usize, most_threads: usize) -> (usize, usize) {
        let shares = Shares::of(n_rows, most_threads, COST);
        (shares.n_threads, shares.rows_of_part)
    }

    #[test]
    fn little_work_is_for_one_thread() {
        assert_eq!(shares(0, 4), (1, 16));
        assert_eq!(shares(1, 4), (1, 16));
        assert_eq!(shares(199, 4), (1, 208));
    }

    #[test]
    fn threads_finish_together() {
        assert_eq!(shares(200, 4), (2, 112));
        assert_eq!(shares(1_000, 2), (2, 512));
        assert_eq!(shares(10_000, 2), (2, 1_680));
        assert_eq!(shares(10_000, 1), (1, 1_680));
    }
}
