//! A few rows through a forest of heaps, where the processor has AVX-512.
//!
//! A block of rows pays for fetching whole trees, and has enough rows to keep walks of one tree busy. A few rows have neither:
//! they take a group of trees together. The first levels are looked up in registers (`avx512::pairs`), the others
//! walked in lines (`lines::rows`), and leaves are added tree by tree as always.

use super::ForestEngine;
use super::avx512::pairs::{self, RowsKeys};
use super::block::Block;
use super::layout::GROUP;
use super::lines::rows;
use super::tops::{PAIRS, ROWS, Tops, WIDTH, Words};

/// The most rows. Measured in the example's forest: at 96 rows a block takes as long.
pub(super) const MAX_ROWS: usize = 80;

/// Sets of [`ROWS`] rows, the last one perhaps not full.
const MAX_SETS: usize = MAX_ROWS / ROWS;

impl ForestEngine {
    /// Finds where at most [`MAX_ROWS`] rows end in each tree, and adds up what those leaves say.
    #[target_feature(enable = "avx2,bmi1,bmi2,avx512f,avx512bw")]
    pub(super) fn walk_few(&self, tops: &Tops, block: &mut Block<'_>) {
        let n_scores = self.leaves.n_scores();
        let n_sets = (block.scores.len() / n_scores).div_ceil(ROWS);
        let keys: [_; MAX_SETS] = std::array::from_fn(|set| RowsKeys::of(block.keys, set * ROWS));
        let mut places = [[Words([0; WIDTH]); PAIRS]; MAX_SETS];
        let places = &mut places[..n_sets];
        for (position, heaps) in self.heaps.groups() {
            let tops = tops.group(position);
            for (keys, places) in keys.iter().zip(&mut *places) {
                pairs::walk(tops, keys, places);
                self.lines
                    .fetch_lines(position, tops.levels(), by_tree(places));
            }
            for (set, places) in places.iter_mut().enumerate() {
                let keys = &block.keys[set * ROWS..];
                let mut level = tops.levels();
                while let Some(below) =
                    self.lines
                        .descend_rows(position, level, keys, by_tree_mut(places))
                {
                    level = below;
                    self.lines.fetch_lines(position, level, by_tree(places));
                }
            }
            for (places, scores) in places.iter().zip(block.scores.chunks_mut(ROWS * n_scores)) {
                for (tree, (heap, at)) in heaps.trees().zip(by_tree(places)).enumerate() {
                    let at = &at[..scores.len() / n_scores];
                    self.leaves
                        .add_ends(position * GROUP + tree, heap.ends(), at, scores);
                }
            }
        }
    }
}

/// Where rows are in each tree of a group.
#[inline(always)]
fn by_tree(places: &pairs::Places) -> impl Iterator<Item = &rows::Places> {
    places.iter().flat_map(|pair| pair.0.as_chunks().0)
}

#[inline(always)]
fn by_tree_mut(places: &mut pairs::Places) -> impl Iterator<Item = &mut rows::Places> {
    places.iter_mut().flat_map(|pair| pair.0.as_chunks_mut().0)
}
