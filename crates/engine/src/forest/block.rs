//! Many rows through all trees, block by block.

use super::column::LANES;
use super::kernel;
use super::key::Key;
use super::layout::{GroupTrees, HeapTree, SparseTree};
use super::{ForestEngine, grow};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};
use crate::{AnswersPart, Rows, Scratch};

/// The most rows of a block. A tree is fetched and made ready once per block, while the rows' keys stream by
/// chunk by chunk: the larger the block the better, as long as the block's keys stay in the second
/// cache. Measured, 16 columns: 480 rows 1.1, 960 rows 1.03, 1,920 rows 1 times the time.
pub(crate) const MAX_BLOCK: usize = 12 * LANES;

/// Bytes of keys that leave room for trees in the second cache.
const NEAR_BYTES: usize = 256 << 10;

/// Rows of a block whose rows have so many bytes of keys.
pub(super) fn block_of(row_bytes: usize) -> usize {
    let n_chunks = NEAR_BYTES / (row_bytes * LANES);
    (n_chunks * LANES).clamp(LANES, MAX_BLOCK)
}

/// Rows are walked in multiples of this.
const MULTIPLE: usize = 16;

/// A block on its way through the trees.
struct Block<'b, K> {
    /// The rows' keys, chunk by chunk.
    keys: &'b [K],
    /// The rows' scores so far.
    scores: &'b mut [f64],
}

impl ForestEngine {
    /// Answers a block of rows with what every processor can.
    pub(super) fn answer_block<K: Key>(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        self.answer_with::<K, _>(rows, scratch, answers, |_| {
            |_: &[K], at: &mut [u16]| {
                at.fill(1);
                0
            }
        });
    }

    /// Answers a block of rows, compiled for AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub(super) fn answer_block_avx2(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        self.answer_with(rows, scratch, answers, |tree| {
            move |keys: &[u16], at: &mut [u16]| avx2::walk(tree, keys, at)
        });
    }

    /// Answers a block of rows, compiled for AVX-512, for forests of at most
    /// [`avx512::MAX_COLUMNS`] columns.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw")]
    pub(super) fn answer_block_avx512(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        let has_chunk = rows.n_rows() >= LANES;
        self.answer_with(rows, scratch, answers, |tree| {
            let suits = has_chunk && tree.depth() >= avx512::MIN_DEPTH;
            let top = suits.then(|| avx512::Top::of(tree));
            move |keys: &[u16], at: &mut [u16]| match (&top, at.as_mut_array()) {
                (Some(top), Some(at)) => top.walk(keys, at),
                _ => avx2::walk(tree, keys, at),
            }
        });
    }

    /// Answers a block of rows. `walks` gives, for a heap, what walks a chunk's rows down its first levels
    /// and says how many.
    #[inline(always)]
    fn answer_with<'e, K: Key, W: Fn(&[K], &mut [u16]) -> usize>(
        &'e self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut answers: AnswersPart<'_>,
        walks: impl Fn(HeapTree<'e>) -> W,
    ) {
        let mut keys = std::mem::take(K::room(scratch));
        let n_chunks = rows.n_rows().div_ceil(LANES);
        grow(&mut keys, n_chunks * self.trees.n_keys());
        let block = &mut keys[..n_chunks * self.trees.n_keys()];
        self.write_keys(rows, scratch, block);
        let n_scores = self.leaves.n_scores();
        grow(&mut scratch.scores, rows.n_rows() * n_scores);
        let scores = &mut scratch.scores[..rows.n_rows() * n_scores];
        self.leaves.begin(scores);
        self.walk(block, scores, walks);
        for (row, scores) in scores.chunks_exact_mut(n_scores).enumerate() {
            self.leaves.finish(scores);
            self.head.write(scores, &mut scratch.answer);
            answers.set(row, scratch.answer.class, &scratch.answer.values);
        }
        for (row, error) in scratch.refused.drain(..) {
            answers.refuse(row, error);
        }
        *K::room(scratch) = keys;
    }

    /// Writes the keys of a block's rows, chunk by chunk, and notes the rows that are refused; their
    /// keys are of no use.
    #[inline(never)]
    fn write_keys<K: Key>(&self, rows: Rows<'_>, scratch: &mut Scratch, keys: &mut [K]) {
        let n_keys = self.trees.n_keys();
        grow(&mut scratch.values, self.columns.n_features() * LANES);
        let starts = (0..rows.n_rows()).step_by(LANES);
        for (start, keys) in starts.zip(keys.chunks_exact_mut(n_keys)) {
            let n_rows = (rows.n_rows() - start).min(LANES);
            for lane in 0..n_rows {
                let row = rows.row(start + lane);
                if let Err(error) = self.read(row, &mut scratch.values[lane..], LANES) {
                    scratch.refused.push((start + lane, error));
                }
            }
            self.columns
                .write_keys(&scratch.values, LANES, n_rows, keys);
        }
    }

    /// Finds where a block of rows ends in each tree, and adds up what those leaves say.
    #[inline(always)]
    fn walk<'e, K: Key, W: Fn(&[K], &mut [u16]) -> usize>(
        &'e self,
        keys: &[K],
        scores: &mut [f64],
        walks: impl Fn(HeapTree<'e>) -> W,
    ) {
        let mut tree = 0;
        for group in self.trees.groups() {
            match group {
                GroupTrees::Heaps(group) => {
                    for heap in group.trees() {
                        if !self.find_by_bitmaps(tree, keys, scores) {
                            self.walk_heap(tree, heap, Block { keys, scores }, walks(heap));
                        }
                        tree += 1;
                    }
                }
                GroupTrees::Sparse(group) => {
                    for sparse in group.trees() {
                        if !self.find_by_bitmaps(tree, keys, scores) {
                            self.walk_sparse(tree, sparse, keys, scores);
                        }
                        tree += 1;
                    }
                }
            }
        }
    }

    /// Says whether the tree has bitmaps; if so, its leaves are added.
    #[inline(always)]
    fn find_by_bitmaps<K: Key>(&self, tree: usize, keys: &[K], scores: &mut [f64]) -> bool {
        let (Some(bitmaps), Some(keys)) = (self.bitmaps.get(tree), K::narrow(keys)) else {
            return false;
        };
        for (keys, scores) in self.chunks(keys, scores) {
            let mut at = [0_u16; LANES];
            let at = &mut at[..self.n_lanes(scores)];
            bitmaps.find(keys, at);
            let at = &at[..scores.len() / self.leaves.n_scores()];
            self.leaves.add_ends(tree, bitmaps.ends(), at, scores);
        }
        true
    }

    #[inline(always)]
    fn walk_heap<K: Key>(
        &self,
        tree: usize,
        heap: HeapTree<'_>,
        block: Block<'_, K>,
        walk: impl Fn(&[K], &mut [u16]) -> usize,
    ) {
        let Block { keys, scores } = block;
        let n_chunks = self.n_chunks(keys);
        for (chunk, (keys, scores)) in self.chunks(keys, scores).enumerate() {
            if n_chunks > 1 {
                kernel::fetch_next(heap, chunk, n_chunks);
            }
            let mut at = [0_u16; LANES];
            let at = &mut at[..self.n_lanes(scores)];
            let level = walk(keys, at);
            if level < heap.depth() {
                kernel::descend_heap(heap, keys, level, at);
            }
            let at = &at[..scores.len() / self.leaves.n_scores()];
            self.leaves.add_ends(tree, heap.ends(), at, scores);
        }
    }

    #[inline(always)]
    fn walk_sparse<K: Key>(
        &self,
        tree: usize,
        sparse: SparseTree<'_>,
        keys: &[K],
        scores: &mut [f64],
    ) {
        let n_chunks = self.n_chunks(keys);
        for (chunk, (keys, scores)) in self.chunks(keys, scores).enumerate() {
            if n_chunks > 1 {
                kernel::fetch_behind(sparse.nodes(), chunk, n_chunks);
            }
            let mut at = [0_u32; LANES];
            let at = &mut at[..self.n_lanes(scores)];
            kernel::descend_sparse(sparse, keys, at);
            let n_rows = scores.len() / self.leaves.n_scores();
            let codes = at[..n_rows].iter().map(|at| sparse.leaf(*at));
            self.leaves.add(tree, codes, scores);
        }
    }

    /// Chunks of a block. A single one is too few rows to touch most of a tree, so it fetches nothing ahead.
    #[inline(always)]
    fn n_chunks<K: Key>(&self, keys: &[K]) -> usize {
        keys.len() / self.trees.n_keys()
    }

    /// Rows to walk for those whose scores these are.
    #[inline(always)]
    fn n_lanes(&self, scores: &[f64]) -> usize {
        (scores.len() / self.leaves.n_scores()).next_multiple_of(MULTIPLE)
    }

    /// A block's chunks: their keys and their rows' scores.
    #[inline(always)]
    fn chunks<'b, K>(
        &self,
        keys: &'b [K],
        scores: &'b mut [f64],
    ) -> impl Iterator<Item = (&'b [K], &'b mut [f64])> {
        let scores = scores.chunks_mut(LANES * self.leaves.n_scores());
        keys.chunks_exact(self.trees.n_keys()).zip(scores)
    }
}
