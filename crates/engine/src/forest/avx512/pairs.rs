//! Sixteen rows down the first levels of heaps, two heaps in a vector and eight at once.
//!
//! The keys of sixteen rows in sixteen columns are 256 words: eight registers, in which a row's key in the column that
//! it is asked for is looked up like the nodes are. A level of two trees takes some fifteen instructions for all 32 walks.
//! They wait for each other, and the walks of the other pairs fill the time.

use std::arch::x86_64::{
    __m512i, _mm256_loadu_si256, _mm512_add_epi16, _mm512_castsi256_si512, _mm512_cmplt_epi16_mask,
    _mm512_inserti64x4, _mm512_set1_epi16, _mm512_setzero_si512, _mm512_store_si512,
    _mm512_xor_si512,
};

use super::super::column::LANES;
use super::super::tops::{FIRST, GroupTops, PAIRS, ROWS, WIDTH, Words, table};
use super::{MAX_COLUMNS, descend, load, look_up};

/// Vectors of the keys of [`ROWS`] rows.
const VECTORS: usize = MAX_COLUMNS * ROWS / WIDTH;

const _: () = assert!(VECTORS == 8 && WIDTH == 2 * ROWS);

/// The keys of sixteen rows, two columns in a vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowsKeys([__m512i; VECTORS]);

/// Where sixteen rows are in each heap of a group, numbered as in the heap.
pub(crate) type Places = [Words; PAIRS];

impl RowsKeys {
    /// Takes the keys of the [`ROWS`] rows of a chunk that begin with `first`.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(crate) fn of(keys: &[u16], first: usize) -> Self {
        assert!(keys.len() >= MAX_COLUMNS * LANES && first + ROWS <= LANES);
        let column = |column: usize| {
            // SAFETY: the column's keys begin there, and there are `LANES` of them. The load needs no alignment.
            unsafe { _mm256_loadu_si256(keys.as_ptr().add(column * LANES + first).cast()) }
        };
        let mut vectors = [_mm512_setzero_si512(); VECTORS];
        for (at, vector) in vectors.iter_mut().enumerate() {
            let even = _mm512_castsi256_si512(column(2 * at));
            *vector = _mm512_inserti64x4::<1>(even, column(2 * at + 1));
        }
        Self(vectors)
    }

    /// The keys at some positions: the column times [`ROWS`], and the row.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn at(&self, positions: __m512i) -> __m512i {
        look_up::<VECTORS>(|at| self.0[at], positions)
    }
}

/// Walks sixteen rows from the root of each heap of a group down its first levels. Lanes of a heap that is not there
/// take some place.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline(never)]
pub(crate) fn walk(tops: GroupTops<'_>, keys: &RowsKeys, to: &mut Places) {
    let pairs = tops.pairs();
    let mut places = [_mm512_set1_epi16(1); PAIRS];
    for level in 0..tops.levels().min(FIRST) {
        step::<1>(level, pairs, keys, &mut places);
    }
    if tops.levels() > 4 {
        step::<1>(4, pairs, keys, &mut places);
    }
    if tops.levels() > 5 {
        step::<2>(5, pairs, keys, &mut places);
    }
    if tops.levels() > 6 {
        step::<4>(6, pairs, keys, &mut places);
    }
    if tops.levels() > 7 {
        step::<8>(7, pairs, keys, &mut places);
    }
    for (to, places) in to.iter_mut().zip(places) {
        // SAFETY: words are 64 bytes, and lie where a multiple of 64 is.
        unsafe { _mm512_store_si512((&raw mut to.0).cast(), places) };
    }
}

/// One level of all pairs, whose table has `N` vectors.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn step<const N: usize>(
    level: usize,
    pairs: [&[Words]; PAIRS],
    keys: &RowsKeys,
    places: &mut [__m512i; PAIRS],
) {
    let (begin, _) = table(level);
    let half = (N * ROWS) as u16;
    // Which half of a table is a tree's: see `Tops`.
    let halves = Words(std::array::from_fn(
        |lane| if lane < ROWS { 0 } else { half },
    ));
    let rows = Words(std::array::from_fn(|lane| (lane % ROWS) as u16));
    let (halves, rows) = (load(&halves.0), load(&rows.0));
    for (tables, places) in pairs.into_iter().zip(places) {
        let (starts, bounds) = tables[begin..][..2 * N].split_at(N);
        let entries = _mm512_xor_si512(*places, halves);
        let starts = look_up::<N>(|at| load(&starts[at].0), entries);
        let bounds = look_up::<N>(|at| load(&bounds[at].0), entries);
        let keys = keys.at(_mm512_add_epi16(starts, rows));
        *places = descend(*places, _mm512_cmplt_epi16_mask(keys, bounds));
    }
}
