//! The engine for every model of trees: forests, boosting, single trees, of any library.
//!
//! # Idea
//!
//! A row is turned into small integers first (`column`), so that what trees compare is the same
//! for every library and takes little room. Trees whose complete form is mostly full are laid out so that a step is two
//! loads, a comparison and an addition (`layout`); the others, deep ones above all, so that a walk touches few
//! cache lines (`sparse`). Then
//!
//! - **one row** walks eight heaps side by side, four levels at a time (`lines`), and all sparse trees at once;
//! - **a few rows** walk eight heaps at a time, where the processor has AVX-512 (`few`);
//! - **many rows** go tree by tree, a block of rows at a time, so that the tree and the rows' keys
//!   stay in the nearest caches. Small trees are asked all at once (`bitmaps`), heaps are walked, ten
//!   rows side by side (`kernel`). Where the processor has AVX2 or AVX-512, the first levels are not
//!   walked but compared with (`avx2`, `avx512`); so are the nodes of sparse trees that most rows come to (`crowns`). Below them sparse
//!   trees are walked by hundreds of rows, of which those that have arrived are left out on the way (`walks`).
//!
//! # Exactness
//!
//! Keys answer every comparison exactly as the library's own numbers would. Leaf values are added in
//! tree order in the library's width, whatever the block or the thread: a row's sum is its own.
//!
//! # Limits
//!
//! Fewer than 65,535 columns, 2^24 thresholds in one and 2^23 nodes in a tree.

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions")]
mod avx2;
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions")]
mod avx512;
mod bitmaps;
mod block;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
pub(crate) mod column;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "crowns are for vectors of x86-64")
)]
mod crowns;
#[cfg(target_arch = "x86_64")]
mod few;
pub(crate) mod instructions;
#[expect(unsafe_code, reason = "unchecked indices in the hot loops")]
mod kernel;
mod key;
mod layout;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
mod leaves;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
mod lines;
mod row_keys;
mod single;
mod sparse;
#[cfg(target_arch = "x86_64")]
mod tops;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
mod walks;

use std::time::Duration;

use propenso_model::transform::{self, Transform};
use propenso_model::{Accepts, Answer, Forest, Head, Pipeline, RowError, Scoring};

use crate::{AnswersPart, Engine, RowCost, Rows, Scratch};
use bitmaps::{Bitmaps, Walk, WalkCost};
use column::Columns;
use instructions::Detected;
pub use instructions::Instructions;
use key::Key;
use layout::{GROUP, Heaps, Source};
use leaves::Leaves;
use lines::LineHeaps;
use sparse::{SparseSource, SparseTrees};
pub(crate) use walks::Walks;

/// The most rows that are faster one by one. Measured in the example's forest: a row alone takes 3.3 µs, and a block of 5 to 16
/// rows 38.
const MOST_ALONE: usize = 10;

/// The same where a few rows have kernels of their own: 5 to 16 rows take 22 µs.
#[cfg(target_arch = "x86_64")]
const MOST_ALONE_BESIDE_FEW: usize = 6;

/// See the [module](self).
#[derive(Debug)]
pub struct ForestEngine {
    transforms: Vec<Transform>,
    accepts: Accepts,
    head: Head,
    columns: Columns,
    leaves: Leaves,
    n_trees: usize,
    /// Each tree is in one of these two.
    heaps: Heaps,
    sparse: SparseTrees,
    /// The heaps once more.
    lines: LineHeaps,
    /// Their first levels once more, where all trees are heaps and the processor has a use for them.
    #[cfg(target_arch = "x86_64")]
    tops: Option<tops::Tops>,
    /// Small trees once more.
    bitmaps: Bitmaps,
    /// Whether blocks of rows walk sparse trees.
    has_row_keys: bool,
    /// What rows cost; its block is the rows that go through the trees together.
    cost: RowCost,
    instructions: Detected,
}

/// Why the engine cannot take a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Its scores are not those of trees.
    #[error("this engine takes models of trees")]
    Kind,
    /// A forest beyond the engine's limits.
    #[error("the forest has too many columns, thresholds or nodes for this engine")]
    TooLarge,
}

impl TryFrom<&Pipeline> for ForestEngine {
    type Error = Unfit;

    fn try_from(pipeline: &Pipeline) -> Result<Self, Unfit> {
        let Scoring::Forest(forest) = &pipeline.scoring else {
            return Err(Unfit::Kind);
        };
        let mut columns = Columns::of(forest, pipeline.accepts.missing)?;
        let instructions = Detected::new();
        let mut wants_crowns =
            instructions.get() >= Instructions::Avx2 && pay_crowns(forest, &columns);
        if !columns.are_small() && columns.have_floats() {
            // Trees will be asked for floats, and at most their crowns for ranks.
            let crowns = wants_crowns.then(|| forest.trees().iter().flat_map(crowns::nodes));
            columns.keep_thresholds(crowns.into_iter().flatten());
        }
        wants_crowns &= columns.longest() <= <u16 as Key>::MAX_THRESHOLDS;
        let (leaves, codes) = Leaves::of(forest);
        let mut engine = Self {
            transforms: pipeline.transforms.clone(),
            accepts: pipeline.accepts,
            head: pipeline.head,
            leaves,
            n_trees: forest.trees().len(),
            heaps: Heaps::new(&columns),
            sparse: SparseTrees::new(&columns, wants_crowns),
            lines: LineHeaps::default(),
            #[cfg(target_arch = "x86_64")]
            tops: None,
            bitmaps: Bitmaps::new(columns.n_keys()),
            has_row_keys: false,
            cost: RowCost::UNKNOWN,
            instructions: instructions.for_columns(&columns),
            columns,
        };
        engine.lay_out(&Source::all(forest, &codes))?;
        engine.lines = LineHeaps::of(&engine.heaps);
        #[cfg(target_arch = "x86_64")]
        if engine.instructions.avx512().is_some() && engine.bitmaps.is_empty() {
            engine.tops = tops::Tops::of(&engine.heaps, &engine.lines, engine.n_trees);
        }
        if engine.columns.have_floats() && !engine.has_chunk_keys(usize::MAX) {
            engine.columns.keep_thresholds(std::iter::empty());
        }
        engine.cost = RowCost {
            time: row_time(&engine, forest),
            block: block::block_of(&engine),
        };
        Ok(engine)
    }
}

impl ForestEngine {
    /// Lays out the trees.
    fn lay_out(&mut self, sources: &[Source<'_>]) -> Result<(), Unfit> {
        let mut sparse = Vec::with_capacity(sources.len());
        for group in sources.chunks(GROUP) {
            self.lay_out_group(group, &mut sparse);
        }
        self.has_row_keys = sparse.iter().flatten().any(|tree| tree.is_walked);
        self.sparse.extend(&self.columns, &sparse)
    }

    /// Lays out the next group of trees as heaps and as bitmaps, which are for keys that are small, or says that they are sparse.
    fn lay_out_group<'t>(
        &mut self,
        sources: &[Source<'t>],
        sparse: &mut Vec<Option<SparseSource<'t>>>,
    ) {
        if !self.columns.are_small() {
            self.heaps.skip(1);
            self.bitmaps.skip(sources.len());
            sparse.extend(sources.iter().map(|source| {
                Some(SparseSource {
                    source: *source,
                    is_walked: true,
                })
            }));
            return;
        }
        let walk = match self.heaps.push(&self.columns, sources) {
            true if self.instructions.get() == Instructions::Avx512 => Walk::HeapByVectors,
            true => Walk::Heap,
            false => Walk::Sparse,
        };
        for source in sources {
            let cost = WalkCost::of(source.tree.depth(), walk);
            let has_bitmaps = self.bitmaps.push(&self.columns, source, cost);
            let is_sparse = walk == Walk::Sparse;
            sparse.push(is_sparse.then_some(SparseSource {
                source: *source,
                is_walked: !has_bitmaps,
            }));
        }
    }

    /// The most rows that are faster one by one.
    fn most_alone(&self) -> usize {
        #[cfg(target_arch = "x86_64")]
        if self.tops.is_some() {
            return MOST_ALONE_BESIDE_FEW;
        }
        MOST_ALONE
    }

    /// Whether a block of so many rows has keys chunk by chunk.
    fn has_chunk_keys(&self, n_rows: usize) -> bool {
        let has_crowns = self.sparse.have_crowns() && n_rows > walks::MAX_WALKS;
        !(self.heaps.is_empty() && self.bitmaps.is_empty()) || has_crowns
    }

    /// The same engine, using no more than these instructions.
    #[must_use]
    pub fn limited_to(mut self, instructions: Instructions) -> Self {
        self.instructions = self.instructions.limited_to(instructions);
        #[cfg(target_arch = "x86_64")]
        if self.instructions.avx512().is_none() {
            self.tops = None;
        }
        if self.instructions.get() < Instructions::Avx2 {
            self.sparse.forget_crowns();
            self.cost.block = block::block_of(&self);
        }
        self
    }

    /// Checks a row and writes its values as the trees compare them, `stride` apart.
    fn read(&self, row: &[f64], values: &mut [f64], stride: usize) -> Result<(), RowError> {
        let features = transform::apply(&self.transforms, row)?;
        self.accepts
            .check(&features)
            .map_err(|error| transform::trace(&self.transforms, error))?;
        for (value, feature) in values.iter_mut().step_by(stride).zip(features.iter()) {
            *value = self.columns.cast(*feature);
        }
        Ok(())
    }
}

/// About how long a row takes among many, in one thread. Measured: 3 to 5 ns in a heap or a tree with bitmaps; in a sparse
/// tree of a forest grown to the end 28 ns, of 20,800 nodes, and 20 where it has a crown.
fn row_time(engine: &ForestEngine, forest: &Forest) -> Duration {
    let ns = forest.trees().iter().enumerate().map(|(position, tree)| {
        let is_walked = engine.sparse.is_there(position) && engine.bitmaps.get(position).is_none();
        match is_walked {
            true if engine.sparse.crown(position).is_some() => {
                3 * u64::from(tree.n_nodes().ilog2()) / 2
            }
            true => 2 * u64::from(tree.n_nodes().ilog2()),
            false => 4,
        }
    });
    Duration::from_nanos(ns.sum())
}

/// Whether crowns are worth the keys that they ask for. The search for a key takes up to fifteen steps; a crown saves about as many
/// steps of a walk, each of which takes twice as long.
fn pay_crowns(forest: &Forest, columns: &Columns) -> bool {
    columns.len() < column::MAX_FLOATS && columns.len() <= forest.trees().len()
}

/// Whether any of some values is missing. Without a short cut, so that it is a handful of vector instructions.
#[inline(always)]
fn has_missing(values: &[f64]) -> bool {
    values.iter().fold(false, |any, value| any | value.is_nan())
}

/// Makes room for so many values, and never takes any away.
fn grow<T: Copy + Default>(room: &mut Vec<T>, n_values: usize) {
    if room.len() < n_values {
        room.resize(n_values, T::default());
    }
}

impl Engine for ForestEngine {
    fn name(&self) -> &'static str {
        "forest"
    }

    fn predict(
        &self,
        row: &[f64],
        scratch: &mut Scratch,
        answer: &mut Answer,
    ) -> Result<(), RowError> {
        grow(&mut scratch.values, self.columns.n_features());
        self.read(row, &mut scratch.values, 1)?;
        self.score_row(scratch);
        self.head
            .write(&scratch.scores[..self.leaves.n_scores()], answer);
        Ok(())
    }

    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    fn predict_rows(&self, rows: Rows<'_>, scratch: &mut Scratch, answers: AnswersPart<'_>) {
        if rows.n_rows() <= self.most_alone() {
            return crate::one_by_one(self, rows, scratch, answers);
        }
        let mut first = 0;
        for answers in answers.split(self.cost.block) {
            let block = rows.part(first, answers.n_rows());
            first += answers.n_rows();
            match self.instructions.get() {
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 => {
                    // SAFETY: AVX-512 was found in the processor.
                    unsafe { self.answer_block_avx512(block, scratch, answers) }
                }
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 => {
                    // SAFETY: AVX2 was found in the processor.
                    unsafe { self.answer_block_avx2(block, scratch, answers) }
                }
                _ => self.answer_block(block, scratch, answers),
            }
        }
    }

    fn row_cost(&self) -> RowCost {
        self.cost
    }
}

#[cfg(test)]
mod tests {
    use propenso_model::{Limits, ModelFile};

    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_examples_forest_has_tops_where_the_processor_has_a_use_for_them() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../examples/cobranza/modelo_final.pkl"
        );
        let bytes = std::fs::read(path).expect("the example is there");
        let file = ModelFile::read(bytes, &Limits::default()).expect("it can be read");
        let pipeline = file.estimator().expect("it is supported").pipeline;
        let engine = ForestEngine::try_from(&pipeline).expect("it is a forest");
        let is_able = Instructions::detect() == Instructions::Avx512;
        assert_eq!(engine.tops.is_some(), is_able);
        assert!(engine.limited_to(Instructions::Avx2).tops.is_none());
    }
}
