//! What x86-64 processors with AVX-512 do better: the first eight levels of a heap, 32 rows at a time.
//!
//! The levels' columns and bounds fit registers, where one instruction looks up 32 rows' nodes. What a
//! row's key is in a column that differs from row to row has no such instruction; but with at most sixteen
//! columns it is quick to read the keys of all of them and pick by the four bits of the
//! column's number. Nothing waits for memory, so this takes about 0.9 cycles a level and row, where
//! walks take 1.5. From the ninth level on nodes fill too many registers.

pub(super) mod pairs;

use std::arch::asm;
use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_cmplt_epi16_mask, _mm512_loadu_si512,
    _mm512_mask_blend_epi16, _mm512_mask_loadu_epi16, _mm512_mulhi_epu16,
    _mm512_permutex2var_epi16, _mm512_permutexvar_epi16, _mm512_set1_epi16, _mm512_setzero_si512,
    _mm512_storeu_si512, _mm512_test_epi16_mask,
};

use super::column::LANES;
use super::layout::{HeapNode, HeapTree};

/// The most columns whose keys can be picked.
pub(crate) const MAX_COLUMNS: usize = 16;

/// The fewest levels of a heap that suits.
pub(crate) const MIN_DEPTH: usize = 5;

/// The most levels that [`Top`] walks.
const LEVELS: usize = 8;

/// Rows of a vector, and nodes.
const WIDTH: usize = 32;

/// Vectors of a chunk's rows.
const GROUPS: usize = LANES / WIDTH;

/// Vectors of the nodes of [`LEVELS`].
const VECTORS: usize = (1 << LEVELS) / WIDTH;

/// `start * RECIPROCAL >> 16` is `start / LANES`, exactly for the starts of columns.
const RECIPROCAL: usize = (1_usize << 16).div_ceil(LANES);

const _: () = {
    assert!(LANES.is_multiple_of(WIDTH));
    let mut column = 0;
    while column < MAX_COLUMNS {
        assert!((column * LANES * RECIPROCAL) >> 16 == column);
        column += 1;
    }
};

/// The first levels of a heap, taken apart into vectors: entry `i` of all is node `i`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Top {
    columns: [__m512i; VECTORS],
    bounds: [__m512i; VECTORS],
    levels: usize,
    n_keys: usize,
    /// The starts of the first three levels' keys: these levels ask the same column of all rows.
    starts: [usize; 8],
}

impl Top {
    /// Takes apart a heap, at least [`MIN_DEPTH`] deep, whose keys come in [`MAX_COLUMNS`] columns or
    /// more. It asks for the first ones only.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    pub(crate) fn of(tree: HeapTree<'_>) -> Self {
        assert!(tree.depth() >= MIN_DEPTH && tree.n_keys() >= MAX_COLUMNS * LANES);
        let mut columns = [_mm512_setzero_si512(); VECTORS];
        let mut bounds = columns;
        let (vectors, _) = tree.nodes().as_chunks::<WIDTH>();
        // Of two vectors' u16, the even and the odd ones.
        let even = std::array::from_fn::<u16, WIDTH, _>(|entry| 2 * entry as u16);
        let odd = even.map(|entry| entry + 1);
        let (even, odd) = (load(&even), load(&odd));
        for ((nodes, columns), bounds) in vectors.iter().zip(&mut columns).zip(&mut bounds) {
            let (first, second) = nodes.split_at(WIDTH / 2);
            let (first, second) = (load_nodes(first), load_nodes(second));
            let starts = _mm512_permutex2var_epi16(first, even, second);
            *columns = _mm512_mulhi_epu16(starts, _mm512_set1_epi16(RECIPROCAL as i16));
            *bounds = _mm512_permutex2var_epi16(first, odd, second);
        }
        Self {
            columns,
            bounds,
            levels: tree.depth().min(LEVELS),
            n_keys: tree.n_keys(),
            starts: std::array::from_fn(|node| usize::from(tree.nodes()[node].start)),
        }
    }

    /// Walks a chunk's rows from the root down, and says how many levels. `at` takes a position per row.
    ///
    /// Level by level for all vectors of the chunk: a level is a chain of a dozen instructions that wait
    /// for each other, and the vectors' chains overlap.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline(never)]
    pub(crate) fn walk(&self, keys: &[u16], at: &mut [u16; LANES]) -> usize {
        assert!(keys.len() >= self.n_keys);
        let keys = |group: usize| Keys(&keys[group * WIDTH..]);
        let mut places = std::array::from_fn(|group| self.first_levels(keys(group)));
        self.step::<1>(3, &mut places, keys);
        self.step::<1>(4, &mut places, keys);
        if self.levels > 5 {
            self.step::<1>(5, &mut places, keys);
        }
        if self.levels > 6 {
            self.step::<2>(6, &mut places, keys);
        }
        if self.levels > 7 {
            self.step::<4>(7, &mut places, keys);
        }
        let (groups, _) = at.as_chunks_mut::<WIDTH>();
        for (at, places) in groups.iter_mut().zip(places) {
            // SAFETY: `at` has 64 bytes; the store needs no alignment.
            unsafe { _mm512_storeu_si512(at.as_mut_ptr().cast(), places) };
        }
        self.levels
    }

    /// The first three levels have so few nodes that all of their keys are read; the answers above pick.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn first_levels(&self, keys: Keys<'_>) -> __m512i {
        let bounds = |places| _mm512_permutexvar_epi16(places, self.bounds[0]);
        let key = |node: usize| keys.at(self.starts[node]);
        let root = _mm512_set1_epi16(1);
        let first = _mm512_cmplt_epi16_mask(key(1), bounds(root));
        let places = descend(root, first);
        let second = _mm512_mask_blend_epi16(first, key(2), key(3));
        let second = _mm512_cmplt_epi16_mask(second, bounds(places));
        let places = descend(places, second);
        let third = _mm512_mask_blend_epi16(
            first,
            _mm512_mask_blend_epi16(second, key(4), key(5)),
            _mm512_mask_blend_epi16(second, key(6), key(7)),
        );
        let third = _mm512_cmplt_epi16_mask(third, bounds(places));
        descend(places, third)
    }

    /// One level, whose nodes fill `N` vectors (1 also where they share one with the levels above).
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn step<'k, const N: usize>(
        &self,
        level: usize,
        places: &mut [__m512i; GROUPS],
        keys: impl Fn(usize) -> Keys<'k>,
    ) {
        let first = (1 << level) / WIDTH;
        for (group, places) in places.iter_mut().enumerate() {
            let columns = look_up::<N>(|at| self.columns[first + at], *places);
            let bounds = look_up::<N>(|at| self.bounds[first + at], *places);
            let key = keys(group).pick(columns);
            *places = descend(*places, _mm512_cmplt_epi16_mask(key, bounds));
        }
    }
}

/// The keys of a chunk from some row on, of which [`WIDTH`] are read in each column.
#[derive(Clone, Copy)]
struct Keys<'k>(&'k [u16]);

impl Keys<'_> {
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn at(self, start: usize) -> __m512i {
        debug_assert!(start + WIDTH <= self.0.len());
        // SAFETY: where a column starts `LANES` keys follow within the chunk, of which this group's are
        // `WIDTH`, and [`Top::walk`] has seen that the chunk is there. The load needs no alignment.
        unsafe { _mm512_loadu_si512(self.0.as_ptr().add(start).cast()) }
    }

    /// Each row's key in the column that is its own.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn pick(self, columns: __m512i) -> __m512i {
        let bit = |bit: i16| _mm512_test_epi16_mask(columns, _mm512_set1_epi16(bit));
        let (ones, twos, fours, eights) = (bit(1), bit(2), bit(4), bit(8));
        let pair = |column: usize| {
            let even = self.at(column * LANES);
            debug_assert!((column + 1) * LANES + WIDTH <= self.0.len());
            // SAFETY: as in [`Self::at`]; a chunk has `MAX_COLUMNS`.
            unsafe {
                let odd = self.0.as_ptr().add((column + 1) * LANES);
                _mm512_mask_loadu_epi16(even, ones, odd.cast())
            }
        };
        let four = |column| _mm512_mask_blend_epi16(twos, pair(column), pair(column + 2));
        let eight = |column| _mm512_mask_blend_epi16(fours, four(column), four(column + 4));
        _mm512_mask_blend_epi16(eights, eight(0), eight(8))
    }
}

/// `2 * place`, and one more where the key is below the bound.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn descend(places: __m512i, is_below: u32) -> __m512i {
    let mut children = _mm512_add_epi16(places, places);
    // SAFETY: adds in registers. By hand, because the compiler makes three instructions of it.
    unsafe {
        asm!(
            "vpaddw {children} {{{is_below}}}, {children}, {one}",
            children = inout(zmm_reg) children,
            is_below = in(kreg) is_below,
            one = in(zmm_reg) _mm512_set1_epi16(1),
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    children
}

/// The entries at some places of a table of `N` vectors: 1, 2, 4 or 8. Only the bits of places below the number of
/// entries count.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn look_up<const N: usize>(table: impl Fn(usize) -> __m512i, places: __m512i) -> __m512i {
    let two = |at: usize| _mm512_permutex2var_epi16(table(at), places, table(at + 1));
    let bit = |bit: usize| _mm512_test_epi16_mask(places, _mm512_set1_epi16(bit as i16));
    let four = |at: usize| _mm512_mask_blend_epi16(bit(2 * WIDTH), two(at), two(at + 2));
    match N {
        1 => _mm512_permutexvar_epi16(places, table(0)),
        2 => two(0),
        4 => four(0),
        _ => _mm512_mask_blend_epi16(bit(4 * WIDTH), four(0), four(4)),
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load(values: &[u16; WIDTH]) -> __m512i {
    // SAFETY: there are 64 bytes; the load needs no alignment.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}

/// Sixteen nodes.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load_nodes(nodes: &[HeapNode]) -> __m512i {
    assert!(nodes.len() == WIDTH / 2);
    // SAFETY: there are 64 bytes of nodes, two u16 each; the load needs no alignment.
    unsafe { _mm512_loadu_si512(nodes.as_ptr().cast()) }
}
