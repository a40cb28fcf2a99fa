//! What x86-64 processors with AVX2 do better: the first levels of a heap, 16 rows at a time.
//!
//! The first levels have so few nodes that it is cheaper to ask a row *all* questions of a level and
//! keep the answer that matters than to look up which one to ask: comparisons of sixteen keys with
//! a bound, and blends that pick by the answers of the levels above. Nothing is looked up and nothing
//! waits. From the fifth level on the doubling number of questions costs more than looking up.

pub(super) mod crown;

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_blendv_epi8, _mm256_cmpgt_epi16, _mm256_loadu_si256,
    _mm256_set1_epi16, _mm256_storeu_si256, _mm256_sub_epi16,
};

use super::column::LANES;
use super::layout::HeapTree;

/// Levels that [`top`] walks.
const LEVELS: usize = 4;

/// Rows of a vector.
const ROWS: usize = 16;

/// Walks rows from the root down, and says how many levels: [`LEVELS`], or none in a heap with fewer.
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
    LEVELS
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
