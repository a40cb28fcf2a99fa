//! One row through all trees.

use super::layout::GROUP;
use super::row_keys::RowKeys;
use super::sparse::{Form, ManyColumns, PlainColumns, Reading, WholeColumns};
use super::{ForestEngine, Walks, grow, has_missing};
use crate::Scratch;

impl ForestEngine {
    /// One row's scores, from its values in the scratch. All trees are walked before the first leaf is asked, so that no
    /// walk waits for a leaf's value.
    pub(super) fn score_row(&self, scratch: &mut Scratch) {
        let Scratch {
            values,
            chunk_keys,
            row_keys,
            places,
            scores,
            walks,
            ..
        } = scratch;
        grow(scores, self.leaves.n_scores());
        let scores = &mut scores[..self.leaves.n_scores()];
        let n_places = self.n_trees.next_multiple_of(GROUP);
        grow(places, n_places);
        let places = &mut places[..n_places];
        if !self.heaps.is_empty() {
            grow(chunk_keys, self.heaps.n_keys());
            let keys = &mut chunk_keys[..self.heaps.n_keys()];
            self.columns.write_keys(values, 1, 1, keys);
            self.walk_heaps(keys, places);
        }
        if !self.sparse.is_empty() {
            let values = &values[..self.columns.n_features()];
            let order = self.sparse.orders().for_rows(has_missing(values));
            grow(row_keys, order.n_keys());
            let keys = &mut row_keys[..order.n_keys()];
            self.columns.write_row_keys(values, 1, keys, order);
            let keys = RowKeys::new(keys, order);
            match self.sparse.reading(keys) {
                Reading::Plain => self.walk_sparse_trees::<PlainColumns>(keys, walks, places),
                Reading::Whole => self.walk_sparse_trees::<WholeColumns>(keys, walks, places),
                Reading::Many => self.walk_sparse_trees::<ManyColumns>(keys, walks, places),
            }
        }
        self.leaves.begin(scores);
        self.leaves.add_row(places, scores);
        self.leaves.finish(scores);
    }

    /// Walks one row through all heaps, to the codes of its leaves.
    fn walk_heaps(&self, keys: &[u16], places: &mut [usize]) {
        places.fill(0);
        self.lines.descend(keys, places);
        let (of_group, _) = places.as_chunks_mut::<GROUP>();
        for (group, heaps) in self.heaps.groups() {
            let bottom = 1 << heaps.depth();
            for (heap, place) in heaps.trees().zip(&mut of_group[group]) {
                *place = heap.leaf(bottom + *place) as usize;
            }
        }
    }

    /// Walks one row through all sparse trees, to the codes of its leaves.
    fn walk_sparse_trees<F: Form>(
        &self,
        keys: RowKeys<'_>,
        walks: &mut Walks,
        places: &mut [usize],
    ) {
        walks.of_rows(1, keys.n_keys());
        let mut tree = 0;
        while tree < self.n_trees {
            let run = self.sparse.run(tree, walks.n_trees(), |_| true);
            let codes = walks.descend::<F>(run, keys);
            for (place, code) in places[tree..].iter_mut().zip(codes) {
                *place = *code as usize;
            }
            // At a heap there is none.
            tree += run.n_trees().max(1);
        }
    }
}
