//! Walks of many rows through one heap. One row through many heaps is in `lines`, which takes its step from here; through
//! sparse trees, `walks`.
//!
//! One row through one tree is a chain of dependent loads, and most of the time is spent waiting.
//! Several walks side by side give as many independent chains, which the processor overlaps; nothing
//! in them branches on data, so nothing is guessed wrong.
//!
//! The functions are small and inlined into the callers that are compiled for each instruction set.

use super::column::LANES;
use super::layout::HeapTree;

/// Walks side by side, of which any chunk's rows are a multiple.
const CHAINS: usize = 8;

/// Walks side by side through a heap where the chunk is whole: as many as the registers hold.
///
/// A step waits for two loads, about 13 cycles, and a processor holds about a hundred waiting
/// instructions, most of which are later steps of the same walks. So the more walks side by side the
/// better, as long as each stays in a register.
const WHOLE_CHAINS: usize = 10;

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
pub(crate) fn descend_heap(tree: HeapTree<'_>, keys: &[u16], level: usize, at: &mut [u16]) {
    if at.len() == LANES {
        descend_by::<WHOLE_CHAINS>(tree, keys, level, at);
    } else {
        descend_by::<CHAINS>(tree, keys, level, at);
    }
}

/// Walks as [`descend_heap`] does, `N` rows side by side.
#[inline(always)]
fn descend_by<const N: usize>(tree: HeapTree<'_>, keys: &[u16], level: usize, at: &mut [u16]) {
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
                *place = child(*place, *place, u32::from(key), u32::from(node.bound));
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
fn fetch_behind<T>(tree: &[T], part: usize, n_parts: usize) {
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
