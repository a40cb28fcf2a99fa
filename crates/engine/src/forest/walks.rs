//! Walks through sparse trees, each of one row through one tree, hundreds at a time.
//!
//! A walk is a chain of loads that wait for each other, and walks end after anything from a few to a hundred steps.
//! So walks are independent of each other here: a list of those that have not arrived is gone through again and
//! again, [`CHAINS`] walks side by side for a few steps each, and whoever arrived is left out of the next list.
//! Nothing branches on data. The walks may be one tree's, many rows; or one row's, many trees; or some of both:
//! then as many of a forest's cache lines are waited for at once as the processor can.

use super::row_keys::RowKeys;
use super::sparse::{Form, Line, Run, SparseNode};

/// The most walks at a time: their keys stay in the nearest cache.
pub(crate) const MAX_WALKS: usize = 240;

/// Walks side by side: as many as the registers hold.
const CHAINS: usize = 10;

/// Steps before the first look at who has arrived, and between two looks, in one tree.
const STRIDES: (usize, usize) = (16, 8);

/// The same in several trees, which are not in the near caches: about what walks take in a cache line. Then the next
/// lines of all walks are waited for at once.
const FAR_STRIDES: (usize, usize) = (2, 2);

/// The same in one tree, below its crown: steps are fewest so for walks of 11 with a standard deviation of 5.
const BELOW_STRIDES: (usize, usize) = (12, 6);

/// Room for walks: a power of two, so that an index is kept inside by a mask.
const ROOM: usize = 256;

const _: () = assert!(MAX_WALKS.is_multiple_of(CHAINS) && MAX_WALKS <= ROOM);

/// Room for walks, kept between calls.
#[derive(Debug, Clone)]
pub(crate) struct Walks {
    /// Per walk, where its row's keys start.
    starts: [u32; ROOM],
    /// Per walk, the node it is at.
    at: [u32; ROOM],
    /// The walks that have not arrived.
    pending: [u16; ROOM],
    /// Walk `i` is of row `i % n_rows`.
    n_rows: usize,
    n_keys: usize,
}

impl Default for Walks {
    fn default() -> Self {
        Self {
            starts: [0; ROOM],
            at: [0; ROOM],
            pending: [0; ROOM],
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

    /// Walks the rows through some trees from their roots, and gives the codes of the leaves that they arrive at, tree by
    /// tree.
    ///
    /// As many rows as [`Self::of_rows`] was told walk through at most [`Self::n_trees`]; fewer, through one.
    pub(crate) fn descend<F: Form>(&mut self, run: Run<'_>, keys: RowKeys<'_>) -> &[u32] {
        let n_rows = keys.n_rows();
        let n_walks = run.n_trees() * n_rows;
        let at = &mut self.at[..n_walks];
        for (root, at) in run.roots().zip(at.chunks_exact_mut(n_rows)) {
            at.fill(root);
        }
        let strides = if run.n_trees() > 1 {
            FAR_STRIDES
        } else {
            STRIDES
        };
        self.descend_on::<F>(run, keys, strides)
    }

    /// Walks the rows through one tree, from nodes in it that `begin` gives: one for each.
    pub(crate) fn descend_below<F: Form>(
        &mut self,
        run: Run<'_>,
        keys: RowKeys<'_>,
        begin: impl FnOnce(&mut [u32]),
    ) -> &[u32] {
        assert!(run.n_trees() == 1);
        begin(&mut self.at[..keys.n_rows()]);
        self.descend_on::<F>(run, keys, BELOW_STRIDES)
    }

    /// Walks from where the walks are.
    ///
    /// A function of its own, compiled for every processor: for AVX-512 the compiler makes gathers of it, which take four
    /// times as long.
    #[inline(never)]
    fn descend_on<F: Form>(
        &mut self,
        run: Run<'_>,
        keys: RowKeys<'_>,
        strides: (usize, usize),
    ) -> &[u32] {
        let n_rows = keys.n_rows();
        assert!(n_rows == self.n_rows || n_rows < self.n_rows && run.n_trees() == 1);
        let order = run.order::<F>();
        assert!(keys.n_keys() == self.n_keys && order.n_keys() == self.n_keys);
        assert!(keys.zero() == order.zero());
        let n_walks = run.n_trees() * n_rows;
        let at = &self.at[..n_walks];
        // Without a short cut, so that it is a handful of vector instructions.
        let last = at.iter().fold(0, |last, at| last.max(*at));
        assert!((last as usize) < run.n_nodes());
        self.descend_checked::<F>(run, keys.all(), n_walks, strides);
        let at = &mut self.at[..n_walks];
        for at in &mut *at {
            *at = run.leaf::<F>(*at);
        }
        at
    }

    /// Walks as [`Self::descend`] does, once it is seen that walks begin at nodes and there are their rows' keys.
    #[inline(always)]
    fn descend_checked<F: Form>(
        &mut self,
        run: Run<'_>,
        keys: &[u32],
        n_walks: usize,
        (first, stride): (usize, usize),
    ) {
        let depth = run.depth();
        for (walk, pending) in self.pending[..n_walks].iter_mut().enumerate() {
            *pending = walk as u16;
        }
        let (mut n_pending, mut n_steps) = (n_walks, 0);
        // After so many steps all have arrived, though it was not looked at.
        while n_pending > 0 && n_steps < depth {
            let steps = if n_steps == 0 { first } else { stride };
            let steps = steps.min(depth - n_steps);
            n_pending = self.step_pending::<F>(run, keys, n_pending, steps);
            n_steps += steps;
        }
    }

    /// Takes so many steps in each of the pending walks, and gives how many are pending then.
    #[inline(always)]
    fn step_pending<F: Form>(
        &mut self,
        run: Run<'_>,
        keys: &[u32],
        n_pending: usize,
        n_steps: usize,
    ) -> usize {
        // The last group is filled with its last walk.
        let last = self.pending[n_pending - 1];
        let n_groups = n_pending.div_ceil(CHAINS);
        self.pending[n_pending..n_groups * CHAINS].fill(last);
        let nodes = run.lines().as_ptr().cast::<SparseNode>();
        let is_far = run.n_trees() > 1;
        let n_plain = run.n_plain();
        let mut n_left = 0;
        for group in 0..n_groups {
            let first = group * CHAINS;
            let walks: [u16; CHAINS] = std::array::from_fn(|lane| self.pending[first + lane]);
            let mut places = walks.map(|walk| self.at[usize::from(walk) % ROOM]);
            let rows = walks.map(|walk| {
                let start = self.starts[usize::from(walk) % ROOM];
                keys.as_ptr().wrapping_add(start as usize)
            });
            let step = |places: &mut [u32; CHAINS]| {
                for (place, row) in places.iter_mut().zip(rows) {
                    debug_assert!((*place as usize) < run.n_nodes());
                    // SAFETY: lines are nothing but nodes, one after the other. Walks begin at nodes of the
                    // segment, whose children are nodes of it; of a leaf, whose key is 0, only the first,
                    // which is itself.
                    let node = unsafe { &*nodes.add(*place as usize) };
                    // SAFETY: where a row's keys start, all of the order follow, in which a node's key is.
                    let key = unsafe { *row.add(node.key_place::<F>(n_plain)) };
                    *place = node.child() + u32::from(node.bound::<F>() < key);
                }
            };
            for _ in 1..n_steps {
                step(&mut places);
            }
            let before = places;
            step(&mut places);
            if is_far {
                for place in places {
                    fetch_node(nodes.wrapping_add(place as usize));
                }
            }
            for (lane, walk) in walks.into_iter().enumerate() {
                self.at[usize::from(walk) % ROOM] = places[lane];
                // Never beyond what was read.
                self.pending[n_left % ROOM] = walk;
                let is_on = places[lane] != before[lane] && first + lane < n_pending;
                n_left += usize::from(is_on);
            }
        }
        n_left
    }
}

/// Has the processor fetch a node's line.
#[inline(always)]
fn fetch_node(node: *const SparseNode) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: fetching ahead reads nothing, and is harmless wherever the address leads.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(node.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = node;
}

/// Has the processor fetch the `part`th of `n_parts` of a tree that is walked next into the second cache: the first has no
/// room for it.
#[inline(always)]
pub(crate) fn fetch(tree: &[Line], part: usize, n_parts: usize) {
    let share = tree.len().div_ceil(n_parts);
    for line in tree.iter().skip(part * share).take(share) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: fetching ahead reads nothing, and is harmless wherever the address leads.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(line).cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}
