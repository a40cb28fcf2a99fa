//! The engine for every model of trees: forests, boosting, single trees, of any library.
//!
//! # Idea
//!
//! A row is turned into small integers first (`column`), so that what trees compare is the same
//! for every library and takes little room. Trees are laid out so that a step is two loads, a
//! comparison and an addition (`layout`). Then
//!
//! - **one row** walks eight trees side by side, four levels at a time (`lines`);
//! - **many rows** go tree by tree, a block of rows at a time, so that the tree and the rows' keys
//!   stay in the nearest caches. Small trees are asked all at once (`bitmaps`), the others are walked, ten
//!   rows side by side (`kernel`). Where the processor has AVX2 or AVX-512, the first levels are not
//!   walked but compared with (`avx2`, `avx512`).
//!
//! # Exactness
//!
//! Keys answer every comparison exactly as the library's own numbers would. Leaf values are added in
//! tree order in the library's width, whatever the block or the thread: a row's sum is its own.
//!
//! # Limits
//!
//! Fewer than 65,535 columns, 2^24 thresholds in one and 2^24 nodes in a tree.

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
pub(crate) mod instructions;
#[expect(unsafe_code, reason = "unchecked indices in the hot loops")]
mod kernel;
mod key;
mod layout;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
mod leaves;
#[expect(unsafe_code, reason = "unchecked indices in the hot loop")]
mod lines;

use propenso_model::transform::{self, Transform};
use propenso_model::{Accepts, Answer, Forest, Head, Pipeline, RowError, Scoring};

use crate::{AnswersPart, Engine, Rows, Scratch};
use bitmaps::{Bitmaps, Walk, WalkCost};
pub(crate) use block::MAX_BLOCK;
use column::{Columns, LANES};
use instructions::Detected;
pub use instructions::Instructions;
use key::Key;
use layout::{GROUP, GroupTrees, Source, Trees};
use leaves::Leaves;
use lines::LineHeaps;

/// The most rows that are faster one by one.
const FEW_ROWS: usize = 4;

/// See the [module](self).
#[derive(Debug)]
pub struct ForestEngine {
    transforms: Vec<Transform>,
    accepts: Accepts,
    head: Head,
    columns: Columns,
    trees: Trees,
    leaves: Leaves,
    /// The heaps among the trees once more.
    lines: LineHeaps,
    /// Small trees once more.
    bitmaps: Bitmaps,
    width: Width,
    /// Rows that go through the trees together.
    block: usize,
    instructions: Detected,
}

/// Which integers keys are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    Narrow,
    Wide,
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
        let columns = Columns::of(forest, pipeline.accepts.missing)?;
        let is_narrow = columns.longest() <= <u16 as Key>::MAX_THRESHOLDS;
        let width = if is_narrow {
            Width::Narrow
        } else {
            Width::Wide
        };
        let instructions = Detected::new().for_columns(&columns);
        let parts = match width {
            Width::Narrow => Parts::lay_out::<u16>(forest, &columns, instructions)?,
            Width::Wide => Parts::lay_out::<u32>(forest, &columns, instructions)?,
        };
        Ok(Self {
            transforms: pipeline.transforms.clone(),
            accepts: pipeline.accepts,
            head: pipeline.head,
            lines: LineHeaps::of(&parts.trees),
            block: block::block_of(match width {
                Width::Narrow => parts.trees.n_keys() / LANES * size_of::<u16>(),
                Width::Wide => parts.trees.n_keys() / LANES * size_of::<u32>(),
            }),
            instructions,
            columns,
            trees: parts.trees,
            leaves: parts.leaves,
            bitmaps: parts.bitmaps,
            width,
        })
    }
}

/// A forest's trees and leaves, laid out.
struct Parts {
    trees: Trees,
    leaves: Leaves,
    bitmaps: Bitmaps,
}

impl Parts {
    fn lay_out<K: Key>(
        forest: &Forest,
        columns: &Columns,
        instructions: Detected,
    ) -> Result<Self, Unfit> {
        if columns.longest() > K::MAX_THRESHOLDS {
            return Err(Unfit::TooLarge);
        }
        let trees = Trees::new(columns)?;
        let mut parts = Self {
            leaves: Leaves::new(forest),
            bitmaps: Bitmaps::new(trees.n_keys()),
            trees,
        };
        for (group, members) in forest.trees().chunks(GROUP).enumerate() {
            let leaves = &mut parts.leaves;
            let codes = members.iter().map(|tree| leaves.push(forest, tree));
            let codes: Vec<_> = codes.collect();
            let sources: Vec<_> = members
                .iter()
                .zip(&codes)
                .enumerate()
                .map(|(member, (tree, codes))| Source {
                    position: group * GROUP + member,
                    tree,
                    codes,
                })
                .collect();
            let walk = match parts.trees.push::<K>(columns, &sources)? {
                true if instructions.get() == Instructions::Avx512 => Walk::HeapByVectors,
                true => Walk::Heap,
                false => Walk::Sparse,
            };
            for source in &sources {
                let walk = WalkCost::of(source.tree.depth(), walk);
                parts.bitmaps.push::<K>(columns, source, walk);
            }
        }
        Ok(parts)
    }
}

impl ForestEngine {
    /// The same engine, using no more than these instructions.
    #[must_use]
    pub fn limited_to(mut self, instructions: Instructions) -> Self {
        self.instructions = self.instructions.limited_to(instructions);
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

    /// One row's scores. `places` has room for a place per tree: all trees are walked before the first
    /// leaf is asked, so that no walk waits for a leaf's value.
    fn score_row<K: Key>(
        &self,
        values: &[f64],
        keys: &mut [K],
        places: &mut [usize],
        scores: &mut [f64],
    ) {
        self.columns.write_keys(values, 1, 1, keys);
        places.fill(0);
        self.lines.descend(keys, places);
        // From where the row ends in each tree to what that leaf's code is.
        let (of_group, _) = places.as_chunks_mut::<GROUP>();
        for (group, places) in self.trees.groups().zip(of_group) {
            match group {
                GroupTrees::Heaps(heaps) => {
                    let bottom = 1 << heaps.depth();
                    for (heap, place) in heaps.trees().zip(places) {
                        *place = heap.leaf(bottom + *place) as usize;
                    }
                }
                GroupTrees::Sparse(group) => {
                    let found = kernel::row_through_sparse(group, keys);
                    for ((tree, place), at) in group.trees().zip(places).zip(found) {
                        *place = tree.leaf(at) as usize;
                    }
                }
            }
        }
        // Every group but the last is full, so the trees' codes lie one after the other.
        self.leaves.begin(scores);
        self.leaves.add_row(places, scores);
        self.leaves.finish(scores);
    }
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
        let Scratch {
            values,
            narrow_keys,
            wide_keys,
            places,
            scores,
            ..
        } = scratch;
        grow(values, self.columns.n_features());
        self.read(row, values, 1)?;
        let n_keys = self.trees.n_keys();
        grow(scores, self.leaves.n_scores());
        grow(places, self.trees.groups().len() * GROUP);
        let scores = &mut scores[..self.leaves.n_scores()];
        match self.width {
            Width::Narrow => {
                grow(narrow_keys, n_keys);
                self.score_row(values, &mut narrow_keys[..n_keys], places, scores);
            }
            Width::Wide => {
                grow(wide_keys, n_keys);
                self.score_row(values, &mut wide_keys[..n_keys], places, scores);
            }
        }
        self.head.write(scores, answer);
        Ok(())
    }

    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    fn predict_rows(&self, rows: Rows<'_>, scratch: &mut Scratch, answers: AnswersPart<'_>) {
        if rows.n_rows() <= FEW_ROWS {
            return crate::one_by_one(self, rows, scratch, answers);
        }
        let mut first = 0;
        for answers in answers.split(self.block) {
            let block = rows.part(first, answers.n_rows());
            first += answers.n_rows();
            match (self.width, self.instructions.get()) {
                #[cfg(target_arch = "x86_64")]
                (Width::Narrow, Instructions::Avx512) => {
                    // SAFETY: AVX-512 was found in the processor.
                    unsafe { self.answer_block_avx512(block, scratch, answers) }
                }
                #[cfg(target_arch = "x86_64")]
                (Width::Narrow, Instructions::Avx2) => {
                    // SAFETY: AVX2 was found in the processor.
                    unsafe { self.answer_block_avx2(block, scratch, answers) }
                }
                (Width::Narrow, _) => self.answer_block::<u16>(block, scratch, answers),
                (Width::Wide, _) => self.answer_block::<u32>(block, scratch, answers),
            }
        }
    }
}
