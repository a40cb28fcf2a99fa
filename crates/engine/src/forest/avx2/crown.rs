//! A chunk of rows through the crown of a sparse tree, 16 rows at a time.
//!
//! Each node's question is asked of all rows, and those that are at the node go to one of its children: four instructions for 16
//! rows, of which none waits for memory.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_blendv_epi8, _mm256_cmpeq_epi16, _mm256_cmpgt_epi16,
    _mm256_loadu_si256, _mm256_set1_epi16, _mm256_setzero_si256, _mm256_storeu_si256,
    _mm256_sub_epi16,
};

use super::ROWS;
use crate::forest::column::LANES;
use crate::forest::crowns::Crown;
use crate::forest::instructions::HasAvx2;

/// Vectors that are kept in registers while the nodes go by.
const VECTORS: usize = 5;

const _: () = assert!(LANES.is_multiple_of(ROWS * VECTORS));

/// Finds where the rows of a chunk leave a crown: the nodes of the tree that they come to below.
///
/// `keys` are the chunk's; `at` takes a node per row, at most [`LANES`].
pub(crate) fn descend(_: HasAvx2, crown: Crown<'_>, keys: &[u16], at: &mut [u32]) {
    let mut places = [0; LANES];
    // SAFETY: AVX2 was found in the processor.
    unsafe { find_places(crown, keys, &mut places) };
    let exits = crown.exits();
    for (at, place) in at.iter_mut().zip(places) {
        *at = exits[usize::from(place)];
    }
}

#[target_feature(enable = "avx2")]
fn find_places(crown: Crown<'_>, keys: &[u16], places: &mut [u16; LANES]) {
    assert!(keys.len() >= crown.n_keys());
    let (groups, _) = places.as_chunks_mut::<{ ROWS * VECTORS }>();
    for (group, places) in groups.iter_mut().enumerate() {
        let first = group * ROWS * VECTORS;
        let mut at = [_mm256_setzero_si256(); VECTORS];
        let mut left = _mm256_set1_epi16(1);
        for node in crown.nodes() {
            let bound = _mm256_set1_epi16(node.bound as i16);
            let place = _mm256_set1_epi16(node.place as i16);
            let start = node.start as usize + first;
            for (vector, at) in at.iter_mut().enumerate() {
                debug_assert!(start + (vector + 1) * ROWS <= keys.len());
                // SAFETY: where a node's keys start, `LANES` of them follow within the crown's `n_keys`, of which these are the
                // ones of this group. The load needs no alignment.
                let key: __m256i =
                    unsafe { _mm256_loadu_si256(keys.as_ptr().add(start + vector * ROWS).cast()) };
                // Signed comparison: keys and bounds have 15 bits. What is true is all ones, which is -1.
                let is_right = _mm256_cmpgt_epi16(key, bound);
                let child = _mm256_sub_epi16(left, is_right);
                *at = _mm256_blendv_epi8(*at, child, _mm256_cmpeq_epi16(*at, place));
            }
            left = _mm256_add_epi16(left, _mm256_set1_epi16(2));
        }
        for (places, at) in places.as_chunks_mut::<ROWS>().0.iter_mut().zip(at) {
            // SAFETY: these are sixteen u16, 32 bytes; the store needs no alignment.
            unsafe { _mm256_storeu_si256(places.as_mut_ptr().cast(), at) };
        }
    }
}
