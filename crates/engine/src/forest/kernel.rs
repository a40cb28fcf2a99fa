//! The walks: many rows through one tree, and one row through many sparse trees. One row through many heaps
//! is in `lines`, which takes its step from here.
//!
//! One row through one tree is a chain of dependent loads, and most of the time is spent waiting.
//! Several walks side by side give as many independent chains, which the processor overlaps; nothing
//! in them branches on data, so nothing is guessed wrong.
//!
//! The functions are small and inlined into the callers that are compiled for each instruction set.

use super::column::LANES;
use super::key::Key;
use super::layout::{GROUP, HeapTree, SparseGroup, SparseNode, SparseTree};

/// Walks side by side, of which any chunk's rows are a multiple.
const CHAINS: usize = 8;

/// Walks side by side through a heap where the chunk is whole: as many as the registers hold.
///
/// A step waits for two loads, about 13 cycles, and a processor holds about a hundred waiting
/// instructions, most of which are later steps of the same walks. So the more walks side by side the
/// better, as long as each stays in a register.
const WHOLE_CHAINS: usize = 10;

/// Steps of sparse walks between asking whether all have arrived.
const STRIDE: usize = 4;

const _: () = assert!(LANES.is_multiple_of(CHAINS) && LANES.is_multiple_of(WHOLE_CHAINS));

/// Whether all positions in a heap are at a level: from `1 << level` to below `2 << level`.
#[inline(always)]
fn are_at(level: usize, at: &[u16]) -> bool {
    // Without a short cut, so that it is a handful of vector instructions.
    at.iter().fold(0, |any, place| any | (place >> level) ^ 1) == 0
}

/// Walks rows through a heap from the level they are at to the bottom.
///
/// `keys` are a chunk's; `at` has a position per row, all at `level` (from `1 << level` to below
/// `2 << level`), and takes those at the bottom, from `1 << depth`. `at` has a multiple of eight of them, at
/// most [`LANES`].
#[inline(always)]
pub(crate) fn descend_heap<K: Key>(tree: HeapTree<'_>, keys: &[K], level: usize, at: &mut [u16]) {
    if at.len() == LANES {
        descend_by::<K, WHOLE_CHAINS>(tree, keys, level, at);
    } else {
        descend_by::<K, CHAINS>(tree, keys, level, at);
    }
}

/// Walks as [`descend_heap`] does, `N` rows side by side.
#[inline(always)]
fn descend_by<K: Key, const N: usize>(
    tree: HeapTree<'_>,
    keys: &[K],
    level: usize,
    at: &mut [u16],
) {
    assert!(keys.len() >= tree.n_keys() && at.len() <= LANES);
    assert!(are_at(level, at));
    let nodes = tree.nodes();
    let (groups, _) = at.as_chunks_mut::<N>();
    for (group, at) in groups.iter_mut().enumerate() {
        let keys = &keys[group * N..];
        let mut places = at.map(usize::from);
        for _ in level..tree.depth() {
            for (lane, place) in places.iter_mut().enumerate() {
                debug_assert!(*place < nodes.len());
                // SAFETY: a place is below `2 << level` at every level, and so below `1 << depth`, the
                // number of nodes, at every level above the bottom.
                let node = unsafe { nodes.get_unchecked(*place) };
                debug_assert!(usize::from(node.start) + lane < keys.len());
                // SAFETY: where a node's keys start, `LANES` of them follow within the tree's
                // `n_keys`, and `group * N + lane` is below `at.len()`, at most `LANES`.
                let key = unsafe { *keys.get_unchecked(usize::from(node.start) + lane) };
                *place = child(*place, *place, key.get(), u32::from(node.bound));
            }
        }
        *at = places.map(|place| place as u16);
    }
}

/// Bytes of a cache line.
const LINE: usize = 64;

/// Has the processor fetch a part of the tree that lies behind a heap, which is walked next: the
/// `part`th of `n_parts`.
#[inline(always)]
pub(crate) fn fetch_next(tree: HeapTree<'_>, part: usize, n_parts: usize) {
    fetch_behind(tree.nodes(), part, n_parts);
    fetch_behind(tree.ends().codes, part, n_parts);
}

#[inline(always)]
pub(crate) fn fetch_behind<T>(tree: &[T], part: usize, n_parts: usize) {
    let n_lines = size_of_val(tree).div_ceil(LINE);
    let share = n_lines.div_ceil(n_parts);
    for line in part * share..(part + 1) * share {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: fetching ahead reads nothing, and is harmless wherever the address leads.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let behind = tree.as_ptr_range().end.cast::<i8>();
            _mm_prefetch::<_MM_HINT_T0>(behind.wrapping_add(line * LINE));
        }
    }
}

/// Walks rows through a sparse tree. `at` takes the index of each row's leaf, and has a multiple of eight
/// of them as in [`descend_heap`].
#[inline(always)]
pub(crate) fn descend_sparse<K: Key>(tree: SparseTree<'_>, keys: &[K], at: &mut [u32]) {
    assert!(keys.len() >= tree.n_keys() && at.len() <= LANES);
    assert!(tree.has_zeros(keys, at.len()));
    let (groups, _) = at.as_chunks_mut::<CHAINS>();
    for (group, at) in groups.iter_mut().enumerate() {
        let keys = &keys[group * CHAINS..];
        let mut places = [0_u32; CHAINS];
        for _ in 0..tree.depth().div_ceil(STRIDE) {
            let before = places;
            for _ in 0..STRIDE {
                for (lane, place) in places.iter_mut().enumerate() {
                    // SAFETY: walks start at 0; `group * CHAINS + lane` is below `at.len()`, at most
                    // `LANES`; the chunk has the tree's `n_keys`, and zeros for so many lanes.
                    *place = unsafe { step_sparse(tree.nodes(), keys, lane, *place) };
                }
            }
            if places == before {
                break;
            }
        }
        *at = places;
    }
}

/// Where a row goes from a node of a sparse tree.
///
/// # Safety
///
/// `place` is 0 or was returned for the same tree, whose nodes these are; `keys` has `LANES - lane` keys
/// from the start of each of the tree's columns, and the column of zeros has a zero for the lane.
#[inline(always)]
unsafe fn step_sparse<K: Key>(nodes: &[SparseNode], keys: &[K], lane: usize, place: u32) -> u32 {
    debug_assert!((place as usize) < nodes.len());
    // SAFETY: a tree has nodes, and every node's left child and the one after it are among them; a
    // leaf leads only to itself, as its keys are zeros.
    let node = unsafe { nodes.get_unchecked(place as usize) };
    debug_assert!(node.start() + lane < keys.len());
    // SAFETY: the caller has the keys of every column that the tree asks for.
    let key = unsafe { *keys.get_unchecked(node.start() + lane) };
    node.left() + u32::from(node.rank() < key.get())
}

/// Walks one row, the first of the chunk whose keys these are, through the sparse trees of a group.
/// Gives the index of its leaf in each.
#[inline(always)]
pub(crate) fn row_through_sparse<K: Key>(group: SparseGroup<'_>, keys: &[K]) -> [u32; GROUP] {
    // Where there are fewer trees, the last is walked again.
    let trees: [SparseTree<'_>; GROUP] =
        std::array::from_fn(|member| group.tree(member.min(group.n_trees() - 1)));
    assert!(keys.len() >= trees[0].n_keys() && trees[0].has_zeros(keys, 1));
    let depth = trees[0].depth();
    let mut places = [0_u32; GROUP];
    for _ in 0..depth.div_ceil(STRIDE) {
        let before = places;
        for _ in 0..STRIDE {
            for (place, tree) in places.iter_mut().zip(trees) {
                // SAFETY: walks start at 0, and the chunk has the tree's `n_keys`, and a zero.
                *place = unsafe { step_sparse(tree.nodes(), keys, 0, *place) };
            }
        }
        if places == before {
            break;
        }
    }
    places
}

/// `at + step`, and one more if the key is below the bound: where a row goes from the node `at`. A heap's
/// node `i` steps `i` on; a line's, as far as its number within the line.
#[inline(always)]
pub(crate) fn child(at: usize, step: usize, key: u32, bound: u32) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        // A comparison and an addition with carry, where the compiler would take four instructions.
        use std::arch::x86_64::{_addcarry_u64, _subborrow_u32};
        let (mut difference, mut child) = (0, 0);
        let is_below = _subborrow_u32(0, key, bound, &mut difference);
        _addcarry_u64(is_below, at as u64, step as u64, &mut child);
        child as usize
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        at + step + usize::from(key < bound)
    }
}
