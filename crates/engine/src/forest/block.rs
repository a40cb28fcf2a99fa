//! Many rows through all trees, block by block.

use super::column::LANES;
use super::column::row_order::RowOrder;
use super::crowns::Crown;
use super::kernel;
use super::layout::HeapTree;
use super::row_keys::RowKeys;
use super::sparse::{Form, ManyColumns, PlainColumns, Reading, WholeColumns};
use super::walks::{self, MAX_WALKS, Walks};
use super::{ForestEngine, grow, has_missing};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512, few};
use crate::{AnswersPart, Rows, Scratch};

/// The most rows of a block. A tree is fetched and made ready once per block, while the rows' keys stream by
/// chunk by chunk: the larger the block the better, as long as the block's keys stay in the second
/// cache. Measured, 16 columns: 480 rows 1.1, 960 rows 1.03, 1,920 rows 1 times the time.
const MAX_BLOCK: usize = 12 * LANES;

/// The same where there are sparse trees, which are larger.
const MAX_SPARSE_BLOCK: usize = 48 * LANES;

/// Bytes of keys that leave room for trees in the second cache.
const NEAR_BYTES: usize = 256 << 10;

/// Rows of a block of a forest like this.
pub(super) fn block_of(engine: &ForestEngine) -> usize {
    // Crowns ask for keys in the order in which they lie: those come in time from wherever they are.
    let of_chunks =
        usize::from(engine.has_chunk_keys(0)) * engine.heaps.n_keys() * size_of::<u16>();
    let of_rows = usize::from(engine.has_row_keys)
        * LANES
        * engine.sparse.orders().for_rows(false).n_keys()
        * size_of::<u32>();
    let (most, near) = match engine.has_row_keys {
        // Below crowns a row asks for little of a tree: what it takes to fetch one counts the more.
        true if engine.sparse.have_crowns() => (2 * MAX_SPARSE_BLOCK, 4 * NEAR_BYTES),
        true => (MAX_SPARSE_BLOCK, 2 * NEAR_BYTES),
        false => (MAX_BLOCK, NEAR_BYTES),
    };
    let n_chunks = near / (of_chunks + of_rows).max(1);
    (n_chunks * LANES).clamp(LANES, most)
}

/// Rows are walked in multiples of this.
const MULTIPLE: usize = 16;

/// A block on its way through the trees.
pub(super) struct Block<'b> {
    /// The rows' keys, chunk by chunk; none where neither heaps, bitmaps nor crowns want them.
    pub(super) keys: &'b [u16],
    /// The rows' keys, row by row; none where no sparse tree wants them.
    row_keys: Option<RowKeys<'b>>,
    /// The rows' scores so far.
    pub(super) scores: &'b mut [f64],
    walks: &'b mut Walks,
}

/// Room for a block's keys.
struct KeyRoom<'k> {
    /// As much as there will be of those chunk by chunk.
    by_chunk: &'k mut [u16],
    /// As much as there was before, of those row by row.
    by_row: &'k mut Vec<u32>,
}

impl ForestEngine {
    /// Answers a block of rows with what every processor can.
    pub(super) fn answer_block(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
    ) {
        self.answer_with(rows, scratch, answers, |_| {
            |_: &[u16], at: &mut [u16]| {
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
        if rows.n_rows() <= few::MAX_ROWS
            && let Some(tops) = &self.tops
        {
            return self.answer_by(rows, scratch, answers, |block| self.walk_few(tops, block));
        }
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

    /// Answers a block of rows. `tops` gives, for a heap, what walks a chunk's rows down its first levels
    /// and says how many.
    #[inline(always)]
    fn answer_with<'e, W: Fn(&[u16], &mut [u16]) -> usize>(
        &'e self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        answers: AnswersPart<'_>,
        tops: impl Fn(HeapTree<'e>) -> W,
    ) {
        self.answer_by(rows, scratch, answers, |block| self.walk(block, tops));
    }

    /// Answers a block of rows. `walk` finds where they end in each tree, and adds up what those leaves say.
    #[inline(always)]
    fn answer_by(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut answers: AnswersPart<'_>,
        walk: impl FnOnce(&mut Block<'_>),
    ) {
        let mut chunk_keys = std::mem::take(&mut scratch.chunk_keys);
        let mut row_keys = std::mem::take(&mut scratch.row_keys);
        let n_chunks = rows.n_rows().div_ceil(LANES);
        let n_chunk_keys = match self.has_chunk_keys(rows.n_rows()) {
            true => n_chunks * self.heaps.n_keys(),
            false => 0,
        };
        grow(&mut chunk_keys, n_chunk_keys);
        let keys = &mut chunk_keys[..n_chunk_keys];
        let room = KeyRoom {
            by_chunk: keys,
            by_row: &mut row_keys,
        };
        let order = self.write_keys(rows, scratch, room);
        let n_scores = self.leaves.n_scores();
        grow(&mut scratch.scores, rows.n_rows() * n_scores);
        let scores = &mut scratch.scores[..rows.n_rows() * n_scores];
        self.leaves.begin(scores);
        let mut block = Block {
            keys,
            row_keys: order
                .map(|order| RowKeys::new(&row_keys[..rows.n_rows() * order.n_keys()], order)),
            scores,
            walks: &mut scratch.walks,
        };
        walk(&mut block);
        for (row, scores) in scores.chunks_exact_mut(n_scores).enumerate() {
            self.leaves.finish(scores);
            self.head.write(scores, &mut scratch.answer);
            answers.set(row, scratch.answer.class, &scratch.answer.values);
        }
        for (row, error) in scratch.refused.drain(..) {
            answers.refuse(row, error);
        }
        (scratch.chunk_keys, scratch.row_keys) = (chunk_keys, row_keys);
    }

    /// Writes the keys of a block's rows, chunk by chunk and row by row, and notes the rows that are refused; their
    /// keys are of no use. Gives the order of those by row, if they are wanted.
    #[inline(never)]
    fn write_keys(
        &self,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        mut room: KeyRoom<'_>,
    ) -> Option<&RowOrder> {
        if !self.has_row_keys {
            self.write_keys_in(None, rows, scratch, &mut room);
            return None;
        }
        // That rows miss values is seen on the way.
        let orders = self.sparse.orders();
        let plain = orders.for_rows(false);
        if self.write_keys_in(Some(plain), rows, scratch, &mut room) {
            return Some(plain);
        }
        let whole = orders.for_rows(true);
        self.write_keys_in(Some(whole), rows, scratch, &mut room);
        Some(whole)
    }

    /// Writes keys as [`Self::write_keys`] does, those by row in an order. Stops, and says so by `false`, where a row misses a
    /// value and the order is not for such.
    #[inline(always)]
    fn write_keys_in(
        &self,
        order: Option<&RowOrder>,
        rows: Rows<'_>,
        scratch: &mut Scratch,
        room: &mut KeyRoom<'_>,
    ) -> bool {
        let n_keys = order.map_or(0, RowOrder::n_keys);
        let is_for_all = order.is_none_or(|order| self.sparse.orders().is_for_all(order));
        grow(room.by_row, rows.n_rows() * n_keys);
        grow(&mut scratch.values, self.columns.n_features() * LANES);
        let mut chunks = room.by_chunk.chunks_exact_mut(self.heaps.n_keys());
        let by_row = &mut room.by_row[..rows.n_rows() * n_keys];
        let mut of_rows = by_row.chunks_mut((LANES * n_keys).max(1));
        scratch.refused.clear();
        for start in (0..rows.n_rows()).step_by(LANES) {
            let n_rows = (rows.n_rows() - start).min(LANES);
            for lane in 0..n_rows {
                let row = rows.row(start + lane);
                if let Err(error) = self.read(row, &mut scratch.values[lane..], LANES) {
                    scratch.refused.push((start + lane, error));
                }
            }
            let values = &scratch.values[..self.columns.n_features() * LANES];
            // The other lanes have what former rows left there.
            let mut of_features = values.chunks_exact(LANES);
            if !is_for_all && of_features.any(|values| has_missing(&values[..n_rows])) {
                return false;
            }
            if let Some(keys) = chunks.next() {
                self.columns.write_keys(values, LANES, n_rows, keys);
            }
            if let (Some(order), Some(keys)) = (order, of_rows.next()) {
                self.columns.write_row_keys(values, LANES, keys, order);
            }
        }
        true
    }

    /// Finds where a block of rows ends in each tree, and adds up what those leaves say.
    #[inline(always)]
    fn walk<'e, W: Fn(&[u16], &mut [u16]) -> usize>(
        &'e self,
        block: &mut Block<'_>,
        tops: impl Fn(HeapTree<'e>) -> W,
    ) {
        let mut tree = 0;
        while tree < self.n_trees {
            if let Some(heaps) = self.heaps.beginning_at(tree) {
                for heap in heaps.trees() {
                    if !self.find_by_bitmaps(tree, block) {
                        self.walk_heap(tree, heap, block, tops(heap));
                    }
                    tree += 1;
                }
            } else if self.find_by_bitmaps(tree, block) {
                tree += 1;
            } else {
                tree += self.walk_sparse(tree, block);
            }
        }
    }

    /// Says whether the tree has bitmaps; if so, its leaves are added.
    #[inline(always)]
    fn find_by_bitmaps(&self, tree: usize, block: &mut Block<'_>) -> bool {
        let Some(bitmaps) = self.bitmaps.get(tree) else {
            return false;
        };
        for (keys, scores) in self.chunks(block) {
            let mut at = [0_u16; LANES];
            let at = &mut at[..self.n_lanes(scores)];
            bitmaps.find(keys, at);
            let at = &at[..scores.len() / self.leaves.n_scores()];
            self.leaves.add_ends(tree, bitmaps.ends(), at, scores);
        }
        true
    }

    #[inline(always)]
    fn walk_heap(
        &self,
        tree: usize,
        heap: HeapTree<'_>,
        block: &mut Block<'_>,
        top: impl Fn(&[u16], &mut [u16]) -> usize,
    ) {
        // A single chunk is too few rows to touch most of a tree, so it fetches nothing ahead.
        let n_chunks = block.keys.len() / self.heaps.n_keys();
        for (chunk, (keys, scores)) in self.chunks(block).enumerate() {
            if n_chunks > 1 {
                kernel::fetch_next(heap, chunk, n_chunks);
            }
            let mut at = [0_u16; LANES];
            let at = &mut at[..self.n_lanes(scores)];
            let level = top(keys, at);
            if level < heap.depth() {
                kernel::descend_heap(heap, keys, level, at);
            }
            let at = &at[..scores.len() / self.leaves.n_scores()];
            self.leaves.add_ends(tree, heap.ends(), at, scores);
        }
    }

    /// Walks a sparse tree, or several where the rows are few, and gives their number.
    #[inline(always)]
    fn walk_sparse(&self, first: usize, block: &mut Block<'_>) -> usize {
        let keys = block.row_keys.expect("sparse trees have their keys");
        match self.sparse.reading(keys) {
            Reading::Plain => self.walk_sparse_as::<PlainColumns>(first, keys, block),
            Reading::Whole => self.walk_sparse_as::<WholeColumns>(first, keys, block),
            Reading::Many => self.walk_sparse_as::<ManyColumns>(first, keys, block),
        }
    }

    #[inline(always)]
    fn walk_sparse_as<F: Form>(
        &self,
        first: usize,
        keys: RowKeys<'_>,
        block: &mut Block<'_>,
    ) -> usize {
        let n_scores = self.leaves.n_scores();
        let n_rows = keys.n_rows();
        if n_rows > MAX_WALKS
            && let Some(crown) = self.sparse.crown(first)
        {
            self.walk_below_crown::<F>(first, crown, keys, block);
            return 1;
        }
        if n_rows > MAX_WALKS {
            let n_parts = n_rows.div_ceil(MAX_WALKS);
            let rows_of_part = n_rows.div_ceil(n_parts);
            let run = self.sparse.run(first, 1, |_| true);
            block.walks.of_rows(MAX_WALKS, keys.n_keys());
            let scores = block.scores.chunks_mut(rows_of_part * n_scores);
            for (part, scores) in scores.enumerate() {
                walks::fetch(self.sparse.next_lines(first), part, n_parts);
                let keys = keys.part(part * rows_of_part, scores.len() / n_scores);
                let codes = block.walks.descend::<F>(run, keys);
                self.leaves.add_codes(first, codes, scores);
            }
            return 1;
        }
        block.walks.of_rows(n_rows, keys.n_keys());
        let is_walked = |tree| self.bitmaps.get(tree).is_none();
        let run = self.sparse.run(first, block.walks.n_trees(), is_walked);
        let codes = block.walks.descend::<F>(run, keys);
        for (tree, codes) in (first..).zip(codes.chunks_exact(n_rows)) {
            self.leaves.add_codes(tree, codes, block.scores);
        }
        run.n_trees()
    }

    /// Walks a sparse tree from where its crown is left, chunk by chunk.
    #[inline(always)]
    fn walk_below_crown<F: Form>(
        &self,
        tree: usize,
        crown: Crown<'_>,
        keys: RowKeys<'_>,
        block: &mut Block<'_>,
    ) {
        let run = self.sparse.run(tree, 1, |_| true);
        let n_scores = self.leaves.n_scores();
        let n_chunks = keys.n_rows().div_ceil(LANES);
        block.walks.of_rows(LANES, keys.n_keys());
        assert!(block.keys.len() == n_chunks * self.heaps.n_keys());
        let chunks = block.keys.chunks_exact(self.heaps.n_keys());
        let scores = block.scores.chunks_mut(LANES * n_scores);
        for (chunk, (chunk_keys, scores)) in chunks.zip(scores).enumerate() {
            walks::fetch(self.sparse.next_lines(tree), chunk, n_chunks);
            let keys = keys.part(chunk * LANES, scores.len() / n_scores);
            let begin = |at: &mut [u32]| self.leave_crown(crown, chunk_keys, at);
            let codes = block.walks.descend_below::<F>(run, keys, begin);
            self.leaves.add_codes(tree, codes, scores);
        }
    }

    /// Finds where a chunk's rows leave a crown.
    #[inline(always)]
    fn leave_crown(&self, crown: Crown<'_>, keys: &[u16], at: &mut [u32]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = self.instructions.avx2() {
            return avx2::crown::descend(proof, crown, keys, at);
        }
        // All begin at the root; no crown is made where nothing can leave it.
        let _ = keys;
        at.fill(crown.exits()[0]);
    }

    /// Rows to walk for those whose scores these are.
    #[inline(always)]
    fn n_lanes(&self, scores: &[f64]) -> usize {
        (scores.len() / self.leaves.n_scores()).next_multiple_of(MULTIPLE)
    }

    /// A block's chunks: their keys and their rows' scores.
    #[inline(always)]
    fn chunks<'b>(
        &self,
        block: &'b mut Block<'_>,
    ) -> impl Iterator<Item = (&'b [u16], &'b mut [f64])> {
        let scores = block.scores.chunks_mut(LANES * self.leaves.n_scores());
        block.keys.chunks_exact(self.heaps.n_keys()).zip(scores)
    }
}
