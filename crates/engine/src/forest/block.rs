//! Many rows through all trees, block by block.

use super::column::LANES;
use super::kernel;
use super::key::Key;
use super::layout::{GroupTrees, HeapTree};
#[cfg(target_arch = "x86_64")]
use super::x86_64;
use super::{ForestEngine, grow};
use crate::{AnswersPart, Rows, Scratch};

/// Rows of a block. A tree is fetched once per block, while the rows' keys stream by chunk by chunk:
/// the larger the block, the less a tree's way to the nearest cache costs, as long as the block's keys
/// stay in the next one. Measured: 128 rows 1.32, 256 rows 1.1, 512 to 1,024 rows 1, 2,048 rows 1.09 times
/// the time.
pub(crate) const BLOCK: usize = 6 * LANES;

/// Rows are walked in multiples of this.
const MULTIPLE: usize = 16;

impl ForestEngine {
    /// Answers up to [`BLOCK`] rows with what every processor can.
    pub(super) fn answer_block<K: Key>(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        self.answer_with::<K>(rows, scratch, answers, |_, _, at| {
            at.fill(1);
            0
        });
    }

    /// As [`Self::answer_block`], compiled for AVX2.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,bmi2")]
    pub(super) fn answer_block_avx2(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        self.answer_with::<u16>(rows, scratch, answers, |tree, keys, at| {
            if tree.depth() < x86_64::LEVELS {
                at.fill(1);
                return 0;
            }
            x86_64::top(tree, keys, at);
            match at.as_mut_array() {
                Some(at) => x86_64::descend(tree, keys, x86_64::LEVELS, at),
                None => kernel::descend_heap(tree, keys, x86_64::LEVELS, at),
            }
            tree.depth()
        });
    }

    /// Answers a block of rows. `top` walks the first levels of a heap and says how many.
    #[inline(always)]
    fn answer_with<K: Key>(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut answers: AnswersPart<'_>,
        top: impl Fn(HeapTree<'_>, &[K], &mut [u16]) -> usize,
    ) {
        let mut keys = std::mem::take(K::room(scratch));
        self.write_keys(rows, scratch, &mut keys);
        let n_scores = self.leaves.n_scores();
        grow(&mut scratch.scores, rows.n_rows() * n_scores);
        let scores = &mut scratch.scores[..rows.n_rows() * n_scores];
        self.leaves.begin(scores);
        self.walk(&keys, scores, top);
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
    #[inline(always)]
    fn write_keys<K: Key>(&self, rows: Rows<'_>, scratch: &mut Scratch, keys: &mut Vec<K>) {
        let n_keys = self.trees.n_keys();
        grow(keys, rows.n_rows().div_ceil(LANES) * n_keys);
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

    /// Walks a block of rows through all trees and adds up what their leaves say.
    #[inline(always)]
    fn walk<K: Key>(
        &self,
        keys: &[K],
        scores: &mut [f64],
        top: impl Fn(HeapTree<'_>, &[K], &mut [u16]) -> usize,
    ) {
        let n_scores = self.leaves.n_scores();
        let mut tree = 0;
        for group in self.trees.groups() {
            match group {
                GroupTrees::Heaps(group) => {
                    for heap in group.trees() {
                        for (chunk, (keys, scores)) in self.chunks(keys, scores).enumerate() {
                            kernel::fetch_next(heap, chunk, BLOCK / LANES);
                            let mut at = [0_u16; LANES];
                            let n_rows = scores.len() / n_scores;
                            let at = &mut at[..n_rows.next_multiple_of(MULTIPLE)];
                            let level = top(heap, keys, at);
                            kernel::descend_heap(heap, keys, level, at);
                            self.leaves.add_heap(tree, heap, &at[..n_rows], scores);
                        }
                        tree += 1;
                    }
                }
                GroupTrees::Sparse(group) => {
                    for sparse in group.trees() {
                        for (keys, scores) in self.chunks(keys, scores) {
                            let mut at = [0_u32; LANES];
                            let n_rows = scores.len() / n_scores;
                            let at = &mut at[..n_rows.next_multiple_of(MULTIPLE)];
                            kernel::descend_sparse(sparse, keys, at);
                            let codes = at[..n_rows].iter().map(|at| sparse.leaf(*at));
                            self.leaves.add(tree, codes, scores);
                        }
                        tree += 1;
                    }
                }
            }
        }
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
