//! What x86-64 processors with AVX2 do better: many rows through a heap.
//!
//! **The first levels** have so few nodes that it is cheaper to ask a row *all* questions of a level and
//! keep the answer that matters than to look up which one to ask: comparisons of sixteen keys with
//! a bound, and blends that pick by the answers of the levels above. Nothing is looked up and nothing
//! waits. From the fifth level on the doubling number of questions costs more than looking up.
//!
//! **The other levels** are walked row by row, ten rows side by side.

use std::arch::asm;
use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_blendv_epi8, _mm256_cmpgt_epi16, _mm256_loadu_si256,
    _mm256_set1_epi16, _mm256_storeu_si256, _mm256_sub_epi16,
};

use super::column::LANES;
use super::kernel::are_at;
use super::layout::HeapTree;

/// Levels that [`top`] walks.
const LEVELS: usize = 4;

/// Rows of a vector.
const ROWS: usize = 16;

/// Walks rows from the root down: as many levels of a heap as it says, all of them for a whole chunk.
///
/// `keys` are a chunk's; `at` takes a position per row, of which there are a multiple of sixteen.
#[target_feature(enable = "avx2")]
#[inline]
pub(crate) fn walk(tree: HeapTree<'_>, keys: &[u16], at: &mut [u16]) -> usize {
    if tree.depth() < LEVELS {
        at.fill(1);
        return 0;
    }
    top(tree, keys, at);
    match at.as_mut_array() {
        Some(at) => {
            descend(tree, keys, LEVELS, at);
            tree.depth()
        }
        None => LEVELS,
    }
}

/// Walks rows from the root of a heap, at least [`LEVELS`] deep, down that many levels.
///
/// `keys` are a chunk's; `at` takes a position per row, sixteen at a time: it has a multiple of sixteen
/// of them, at most [`LANES`].
#[target_feature(enable = "avx2")]
#[inline]
fn top(tree: HeapTree<'_>, keys: &[u16], at: &mut [u16]) {
    assert!(tree.depth() >= LEVELS && keys.len() >= tree.n_keys() && at.len() <= LANES);
    let nodes = tree.nodes();
    let (groups, _) = at.as_chunks_mut::<ROWS>();
    for (group, at) in groups.iter_mut().enumerate() {
        let keys = &keys[group * ROWS..];
        let below = |place: usize| {
            let node = &nodes[place];
            debug_assert!(usize::from(node.start) + ROWS <= keys.len());
            // SAFETY: where a node's keys start, `LANES` of them follow within the tree's `n_keys`, and
            // `group * ROWS + ROWS` is at most `at.len()`, at most `LANES`. The load needs no
            // alignment.
            let keys =
                unsafe { _mm256_loadu_si256(keys.as_ptr().add(usize::from(node.start)).cast()) };
            // Signed comparison: keys and bounds have 15 bits.
            _mm256_cmpgt_epi16(_mm256_set1_epi16(node.bound as i16), keys)
        };
        // Answers are all ones where the key is below the bound.
        let pick = |no: __m256i, yes: __m256i, by: __m256i| _mm256_blendv_epi8(no, yes, by);
        let first = below(1);
        let second = pick(below(2), below(3), first);
        let third = pick(
            pick(below(4), below(5), second),
            pick(below(6), below(7), second),
            first,
        );
        let quarter = |at: usize| {
            pick(
                pick(below(at), below(at + 1), third),
                pick(below(at + 2), below(at + 3), third),
                second,
            )
        };
        let fourth = pick(quarter(8), quarter(12), first);
        let mut places = _mm256_set1_epi16(1);
        for answer in [first, second, third, fourth] {
            // All ones are -1.
            places = _mm256_sub_epi16(_mm256_add_epi16(places, places), answer);
        }
        // SAFETY: `at` is sixteen u16, 32 bytes; the store needs no alignment.
        unsafe { _mm256_storeu_si256(at.as_mut_ptr().cast(), places) };
    }
}

/// Walks side by side in [`descend`].
const CHAINS: usize = 10;

/// The instructions of one step of one walk: the key's place, the key, whether it is below the
/// bound, and `2 * place` or one more.
macro_rules! step {
    ($lane:literal, $offset:literal) => {
        concat!(
            "movzx {key:e}, word ptr [{nodes} + 4*{place",
            $lane,
            "}]\n",
            "movzx {key:e}, word ptr [{keys} + 2*{key} + ",
            $offset,
            "]\n",
            "cmp {key:x}, word ptr [{nodes} + 4*{place",
            $lane,
            "} + 2]\n",
            "adc {place",
            $lane,
            "}, {place",
            $lane,
            "}",
        )
    };
}

/// As [`super::kernel::descend_heap`] for a whole chunk, with the ten walks that the registers hold.
///
/// A step waits for two loads, about 13 cycles, and a processor holds about a hundred waiting
/// instructions, most of which are later steps of the same walks. So the more walks side by side the
/// better, as long as each stays in a register, and the fewer instructions a step the better. The compiler
/// keeps eight walks of five instructions in registers (1.8 cycles a step on Zen 4); these are ten of
/// four (1.4).
#[inline(always)]
pub(crate) fn descend(tree: HeapTree<'_>, keys: &[u16], level: usize, at: &mut [u16; LANES]) {
    assert!(keys.len() >= tree.n_keys());
    assert!(are_at(level, at));
    let nodes = tree.nodes().as_ptr();
    let (groups, _) = at.as_chunks_mut::<CHAINS>();
    for (group, at) in groups.iter_mut().enumerate() {
        let keys = keys[group * CHAINS..].as_ptr();
        let mut places = at.map(u64::from);
        for _ in level..tree.depth() {
            let [p0, p1, p2, p3, p4, p5, p6, p7, p8, p9] = &mut places;
            // SAFETY: the instructions read nodes and keys, and write registers that they name. A place
            // is below `1 << depth`, the number of nodes, at every level above the bottom; where a
            // node's keys start, `LANES` of them follow within the tree's `n_keys`, and a group's
            // lanes are below `LANES`.
            unsafe {
                asm!(
                    step!(0, 0),
                    step!(1, 2),
                    step!(2, 4),
                    step!(3, 6),
                    step!(4, 8),
                    step!(5, 10),
                    step!(6, 12),
                    step!(7, 14),
                    step!(8, 16),
                    step!(9, 18),
                    nodes = in(reg) nodes,
                    keys = in(reg) keys,
                    key = out(reg) _,
                    place0 = inout(reg) *p0,
                    place1 = inout(reg) *p1,
                    place2 = inout(reg) *p2,
                    place3 = inout(reg) *p3,
                    place4 = inout(reg) *p4,
                    place5 = inout(reg) *p5,
                    place6 = inout(reg) *p6,
                    place7 = inout(reg) *p7,
                    place8 = inout(reg) *p8,
                    place9 = inout(reg) *p9,
                    options(pure, readonly, nostack),
                );
            }
        }
        *at = places.map(|place| place as u16);
    }
}
