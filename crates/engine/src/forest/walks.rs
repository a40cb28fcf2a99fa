//! Walks through sparse trees, each of one row through one tree, hundreds at a time.
//!
//! A walk is a chain of loads that wait for each other, and walks end after anything from a few to a hundred steps.
//! So walks are independent of each other here: a list of those that have not arrived is gone through again and
//! again, [`CHAINS`] walks side by side for [`STRIDE`] steps each, and whoever arrived is left out of the next list.
//! Nothing branches on data. The walks may be one tree's, many rows; or one row's, many trees; or some of both:
//! then as many of a forest's cache lines are waited for at once as the processor can.

use super::row_keys::RowKeys;
use super::sparse::{Form, Run, SparseNode};

/// The most walks at a time: their keys stay in the nearest cache.
pub(crate) const MAX_WALKS: usize = 256;

/// Walks side by side.
const CHAINS: usize = 8;

/// Steps before the first look at who has arrived.
const FIRST: usize = 8;

/// Steps between two looks.
const STRIDE: usize = 2;

const _: () = assert!(MAX_WALKS.is_multiple_of(CHAINS) && MAX_WALKS <= u16::MAX as usize);

/// Room for walks, kept between calls.
#[derive(Debug, Clone)]
pub(crate) struct Walks {
    /// Per walk, where its row's keys start.
    starts: [u32; MAX_WALKS],
    /// Per walk, the node it is at.
    at: [u32; MAX_WALKS],
    /// The walks that have not arrived.
    pending: [u16; MAX_WALKS],
    /// Walk `i` is of row `i % n_rows`.
    n_rows: usize,
    n_keys: usize,
}

impl Default for Walks {
    fn default() -> Self {
        Self {
            starts: [0; MAX_WALKS],
            at: [0; MAX_WALKS],
            pending: [0; MAX_WALKS],
            n_rows: 0,
            n_keys: 0,
        }
    }
}

impl Walks {
    /// Says how many rows walk, at least 1 and at most [`MAX_WALKS`], and how many keys each has.
    pub(crate) fn of_rows(&mut self, n_rows: usize, n_keys: usize) {
        assert!((1..=MAX_WALKS).contains(&n_rows));
        if (self.n_rows, self.n_keys) == (n_rows, n_keys) {
            return;
        }
        (self.n_rows, self.n_keys) = (n_rows, n_keys);
        for (walk, start) in self.starts.iter_mut().enumerate() {
            *start = (walk % n_rows * n_keys) as u32;
        }
    }

    /// Trees that all rows can walk at a time.
    pub(crate) fn n_trees(&self) -> usize {
        MAX_WALKS / self.n_rows
    }

    /// Walks the rows through some trees from their roots, and gives the leaves that they arrive at, tree by tree.
    ///
    /// As many rows as [`Self::of_rows`] was told walk through at most [`Self::n_trees`]; fewer, through one.
    #[inline(always)]
    pub(crate) fn descend<F: Form>(&mut self, run: Run<'_>, keys: RowKeys<'_>) -> &[u32] {
        let n_rows = keys.n_rows();
        assert!(n_rows == self.n_rows || n_rows < self.n_rows && run.n_trees() == 1);
        assert!(keys.n_keys() == self.n_keys && run.n_keys() == self.n_keys);
        let n_walks = run.n_trees() * n_rows;
        let at = &mut self.at[..n_walks];
        for (root, at) in run.roots().zip(at.chunks_exact_mut(n_rows)) {
            at.fill(root);
        }
        // Without a short cut, so that it is a handful of vector instructions.
        let last = at.iter().fold(0, |last, at| last.max(*at));
        assert!((last as usize) < run.n_nodes());
        self.descend_checked::<F>(run, keys.all(), n_walks);
        &self.at[..n_walks]
    }

    /// Walks as [`Self::descend`] does, once it is seen that walks begin at nodes and there are their rows' keys.
    #[inline(always)]
    fn descend_checked<F: Form>(&mut self, run: Run<'_>, keys: &[u32], n_walks: usize) {
        let nodes = run.lines().as_ptr().cast::<SparseNode>();
        let step = |start: u32, place: u32| {
            debug_assert!((place as usize) < run.n_nodes());
            // SAFETY: lines are nothing but nodes, one after the other. Walks begin at nodes of the segment, whose
            // children are nodes of it; of a leaf, whose key is 0, only the first, which is itself.
            let node = unsafe { *nodes.add(place as usize) };
            let at = start as usize + node.column::<F>();
            debug_assert!(at < keys.len());
            // SAFETY: where a row's keys start, the segment's `n_keys` of them follow, and its columns are
            // fewer.
            let key = unsafe { *keys.get_unchecked(at) };
            node.child() + u32::from(node.bound::<F>() < key)
        };
        let (whole, _) = self.at[..n_walks].as_chunks_mut::<CHAINS>();
        let (starts, _) = self.starts.as_chunks::<CHAINS>();
        for (at, starts) in whole.iter_mut().zip(starts) {
            let mut places = *at;
            for _ in 0..FIRST {
                for (place, start) in places.iter_mut().zip(starts) {
                    *place = step(*start, *place);
                }
            }
            *at = places;
        }
        for (walk, pending) in self.pending[..n_walks].iter_mut().enumerate() {
            *pending = walk as u16;
        }
        let mut n_pending = n_walks;
        while n_pending > 0 {
            // The last group is filled with its last walk.
            let last = self.pending[n_pending - 1];
            let n_groups = n_pending.div_ceil(CHAINS);
            self.pending[n_pending..n_groups * CHAINS].fill(last);
            let mut n_left = 0;
            for group in 0..n_groups {
                let first = group * CHAINS;
                let mut walks = [0; CHAINS];
                walks.copy_from_slice(&self.pending[first..first + CHAINS]);
                let (mut starts, mut places) = ([0; CHAINS], [0; CHAINS]);
                for ((walk, start), place) in walks.iter().zip(&mut starts).zip(&mut places) {
                    *start = self.starts[usize::from(*walk) % MAX_WALKS];
                    *place = self.at[usize::from(*walk) % MAX_WALKS];
                }
                let mut before = places;
                for _ in 0..STRIDE {
                    before = places;
                    for (place, start) in places.iter_mut().zip(starts) {
                        *place = step(start, *place);
                    }
                }
                for (lane, walk) in walks.into_iter().enumerate() {
                    self.at[usize::from(walk) % MAX_WALKS] = places[lane];
                    self.pending[n_left % MAX_WALKS] = walk;
                    let is_on = places[lane] != before[lane] && first + lane < n_pending;
                    n_left += usize::from(is_on);
                }
            }
            n_pending = n_left;
        }
    }
}
