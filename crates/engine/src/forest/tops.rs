//! The first levels of heaps, taken apart for processors that look words up in registers: for a few rows.
//!
//! Two trees are walked side by side by sixteen rows each, since a vector has 32 words. So the nodes of two trees lie side by
//! side: for every level a table of where its keys start and one of its bounds, the first tree's nodes in one half and
//! the second's in the other. The first four levels share a table.

use super::avx512::MAX_COLUMNS;
use super::column::LANES;
use super::layout::{GROUP, HeapGroup, HeapNode, HeapTree, Heaps};
use super::lines::LineHeaps;

/// Rows that are walked together.
pub(crate) const ROWS: usize = 16;

/// Words of a vector: both trees' rows, and entries of a table.
pub(crate) const WIDTH: usize = 2 * ROWS;

/// Pairs of trees in a group.
pub(crate) const PAIRS: usize = GROUP / 2;

/// Levels of the first table.
pub(crate) const FIRST: usize = 4;

/// The most levels.
pub(crate) const MAX_LEVELS: usize = 8;

/// Words that fill a vector.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Words(pub(crate) [u16; WIDTH]);

/// The first levels of all heaps of a forest.
#[derive(Debug)]
pub(crate) struct Tops {
    words: Vec<Words>,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    levels: usize,
    /// Where its words begin.
    first: usize,
}

/// The first levels of a group's heaps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupTops<'t> {
    /// Pair after pair; of each, table after table, the starts of its keys and then the bounds. Starts are the column times
    /// [`ROWS`].
    words: &'t [Words],
    levels: usize,
}

impl<'t> GroupTops<'t> {
    /// Levels of each heap that are here: at most [`MAX_LEVELS`].
    #[inline(always)]
    pub(crate) fn levels(self) -> usize {
        self.levels
    }

    /// The tables of each pair.
    #[inline(always)]
    pub(crate) fn pairs(self) -> [&'t [Words]; PAIRS] {
        let size = self.words.len() / PAIRS;
        std::array::from_fn(|pair| &self.words[pair * size..][..size])
    }
}

/// Where the table of a level begins among a pair's words, and the vectors of its starts; as many of bounds follow.
#[inline(always)]
pub(crate) const fn table(level: usize) -> (usize, usize) {
    match level {
        0..FIRST => (0, 1),
        _ => (2 << (level - FIRST), 1 << (level - FIRST)),
    }
}

impl Tops {
    /// Takes the heaps of a forest apart, where all of its trees are heaps that these kernels suit.
    pub(crate) fn of(heaps: &Heaps, lines: &LineHeaps, n_trees: usize) -> Option<Self> {
        let mut tops = Self {
            words: Vec::new(),
            groups: Vec::new(),
        };
        let mut n_heaps = 0;
        for (position, group) in heaps.groups() {
            n_heaps += group.trees().count();
            tops.push(group, lines.first_levels(position))?;
        }
        (n_heaps == n_trees).then_some(tops)
    }

    /// The first levels of the group at a position.
    #[inline(always)]
    pub(crate) fn group(&self, position: usize) -> GroupTops<'_> {
        let Group { levels, first } = self.groups[position];
        let (begin, size) = table(levels.max(FIRST) - 1);
        GroupTops {
            words: &self.words[first..][..PAIRS * (begin + 2 * size)],
            levels,
        }
    }

    fn push(&mut self, group: HeapGroup<'_>, levels: usize) -> Option<()> {
        self.groups.push(Group {
            levels,
            first: self.words.len(),
        });
        let trees: Vec<_> = group.trees().collect();
        for pair in 0..PAIRS {
            let pair = [trees.get(2 * pair), trees.get(2 * pair + 1)];
            self.push_table(pair, 0..levels.min(FIRST))?;
            for level in FIRST..levels {
                self.push_table(pair, level..level + 1)?;
            }
        }
        Some(())
    }

    /// Appends the table of some levels. Where there is no tree, all rows go the same way.
    fn push_table(
        &mut self,
        pair: [Option<&HeapTree<'_>>; 2],
        levels: std::ops::Range<usize>,
    ) -> Option<()> {
        let (_, n_vectors) = table(levels.end.max(1) - 1);
        let half = n_vectors * ROWS;
        let mut nodes = vec![HeapNode::FILLING; 2 * half];
        for (side, tree) in pair.into_iter().enumerate() {
            let Some(tree) = tree else { continue };
            // The first tree's places are its entries as they are: beyond the first table all have their level's bit, and so are in
            // the upper half.
            let half_of = if levels.start == 0 { side } else { 1 - side };
            for place in 1 << levels.start..1 << levels.end {
                nodes[half_of * half + place % half] = tree.nodes()[place];
            }
        }
        let (starts, bounds): (Vec<_>, Vec<_>) = nodes
            .iter()
            .map(|node| {
                let column = usize::from(node.start) / LANES;
                (column < MAX_COLUMNS).then_some(((column * ROWS) as u16, node.bound))
            })
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .unzip();
        for words in [starts, bounds] {
            self.words
                .extend(words.as_chunks().0.iter().map(|words| Words(*words)));
        }
        Some(())
    }
}
