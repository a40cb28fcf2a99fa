//! Small trees as bitmaps of their leaves: for many rows.
//!
//! Number the leaves from left to right. A row that goes right at a node cannot end in the leaves of the
//! node's left side; strike those out for *every* node where it goes right, whether or not the row ever
//! comes there, and the first leaf that is left is the one where the row ends. Nothing depends
//! on what was found before, so it is comparisons and bit operations on many rows at once: a tree of
//! 31 leaves that grew 20 levels deep costs what one of five levels does, where a walk waits
//! for every level. The cost grows with the number of nodes, so large trees are walked.
//!
//! Source: Lucchese et al., *QuickScorer: a fast algorithm to rank documents with additive ensembles
//! of regression trees* (SIGIR 2015), and their vectorised form (SIGIR 2016).

use std::ops::Range;

use propenso_model::Node;

use super::column::{Columns, LANES};
use super::layout::{HeapNode, Source};
use super::leaves::Ends;

/// Leaves of a word.
const BITS: usize = 16;

/// Rows side by side: as many as registers hold, and as few as there may be.
const MANY: usize = 80;
const FEW: usize = 16;

/// Trees with more leaves are walked, however deep they are.
const MAX_LEAVES: usize = 1024;

/// A node's effect on a word: 6 bytes.
#[derive(Debug, Clone, Copy)]
struct Strike {
    /// The column, and which of its keys go left.
    node: HeapNode,
    /// The leaves of the word that stay when a row goes right.
    kept: u16,
}

/// The trees of a forest that bitmaps suit.
#[derive(Debug)]
pub(crate) struct Bitmaps {
    strikes: Vec<Strike>,
    /// Word after word of all trees, their part of `strikes`.
    words: Vec<Range<usize>>,
    /// Leaf after leaf of all trees, as many as the words have bits: the leaf's code.
    codes: Vec<u16>,
    /// Where each tree's bitmaps are.
    trees: Vec<Option<Place>>,
    n_keys: usize,
}

/// Where a tree is.
#[derive(Debug, Clone)]
struct Place {
    words: Range<usize>,
    n_codes: usize,
}

/// A tree's bitmaps. Only [`Bitmaps`] makes one, so its strikes ask for keys that a chunk of
/// `n_keys` has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BitmapTree<'t> {
    strikes: &'t [Strike],
    words: &'t [Range<usize>],
    codes: &'t [u16],
    n_codes: usize,
    n_keys: usize,
}

impl Bitmaps {
    /// None yet.
    pub(crate) fn new(n_keys: usize) -> Self {
        Self {
            strikes: Vec::new(),
            words: Vec::new(),
            codes: Vec::new(),
            trees: Vec::new(),
            n_keys,
        }
    }

    /// Appends the forest's next tree, if that is cheaper than walks through it. Says whether it did.
    pub(crate) fn push(&mut self, columns: &Columns, source: &Source<'_>, walk: WalkCost) -> bool {
        let place = if source.tree.n_leaves() <= MAX_LEAVES {
            self.tree(columns, source, walk)
        } else {
            None
        };
        let is_there = place.is_some();
        self.trees.push(place);
        is_there
    }

    /// Passes over the forest's next trees.
    pub(crate) fn skip(&mut self, n_trees: usize) {
        self.trees.resize(self.trees.len() + n_trees, None);
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn tree(&mut self, columns: &Columns, source: &Source<'_>, walk: WalkCost) -> Option<Place> {
        let n_words = source.tree.n_leaves().div_ceil(BITS);
        let mut strikes = vec![Vec::new(); n_words];
        let mut codes = Vec::with_capacity(n_words * BITS);
        // A node, and once its left side is numbered, that side's first leaf.
        let mut pending = vec![(0_u32, None)];
        while let Some((at, first)) = pending.pop() {
            let node = source.tree.node(at);
            let (left, right) = match node {
                Node::Leaf(leaf) => {
                    codes.push(u16::try_from(source.codes[leaf as usize]).ok()?);
                    continue;
                }
                Node::Split(split) => (split.left, split.right),
                Node::Categories(split) => (split.left, split.right),
            };
            let Some(first) = first else {
                pending.extend([(at, Some(codes.len())), (left, None)]);
                continue;
            };
            let question = columns.question(source.position, &node)?;
            let node = HeapNode::new(question.column, question.rank)?;
            for (word, kept) in kept(first..codes.len()) {
                strikes[word].push(Strike { node, kept });
            }
            pending.push((right, None));
        }
        let n_strikes = strikes.iter().map(Vec::len).sum();
        if cost(n_strikes, n_words) > walk.0 {
            return None;
        }
        let n_codes = codes.iter().max().map_or(0, |code| usize::from(*code) + 1);
        codes.resize(n_words * BITS, 0);
        self.codes.extend(codes);
        let first = self.words.len();
        for strikes in strikes {
            let start = self.strikes.len();
            self.strikes.extend(strikes);
            self.words.push(start..self.strikes.len());
        }
        Some(Place {
            words: first..self.words.len(),
            n_codes,
        })
    }

    /// A tree of the forest, if bitmaps suit it.
    #[inline(always)]
    pub(crate) fn get(&self, tree: usize) -> Option<BitmapTree<'_>> {
        let Place { words, n_codes } = self.trees[tree].as_ref()?;
        Some(BitmapTree {
            strikes: &self.strikes,
            words: &self.words[words.clone()],
            codes: &self.codes[words.start * BITS..words.end * BITS],
            n_codes: *n_codes,
            n_keys: self.n_keys,
        })
    }
}

impl<'t> BitmapTree<'t> {
    /// The leaves, numbered from the left.
    #[inline(always)]
    pub(crate) fn ends(self) -> Ends<'t> {
        Ends {
            codes: self.codes,
            n_codes: self.n_codes,
            first: 0,
        }
    }

    /// Finds where rows end: their leaves' positions from the left, below the number of codes.
    ///
    /// `keys` are a chunk's; `at` has a multiple of sixteen rows, at most [`LANES`].
    #[inline(always)]
    pub(crate) fn find(self, keys: &[u16], at: &mut [u16]) {
        assert!(keys.len() >= self.n_keys && at.len() <= LANES);
        for (word, strikes) in self.words.iter().enumerate().rev() {
            let strikes = &self.strikes[strikes.clone()];
            let mut first = 0;
            let (many, few) = at.as_chunks_mut::<MANY>();
            for at in many {
                let left = left::<MANY>(strikes, &keys[first..]);
                note(word, &left, at);
                first += MANY;
            }
            let (few, _) = few.as_chunks_mut::<FEW>();
            for at in few {
                let left = left::<FEW>(strikes, &keys[first..]);
                note(word, &left, at);
                first += FEW;
            }
        }
    }
}

/// A word of each of the rows whose keys these are.
#[inline(always)]
fn left<const N: usize>(strikes: &[Strike], keys: &[u16]) -> [u16; N] {
    let mut left = [u16::MAX; N];
    for strike in strikes {
        let keys = &keys[usize::from(strike.node.start)..][..N];
        for (left, key) in left.iter_mut().zip(keys) {
            // Signed, which vectors compare in one step: keys and bounds have 15 bits.
            let goes_left = (*key as i16) < strike.node.bound as i16;
            *left &= strike.kept | if goes_left { u16::MAX } else { 0 };
        }
    }
    left
}

/// Notes the first leaf of a word for those rows that have one left.
#[inline(always)]
fn note<const N: usize>(word: usize, left: &[u16; N], at: &mut [u16; N]) {
    for (at, left) in at.iter_mut().zip(left) {
        let here = (word * BITS) as u16 + left.trailing_zeros() as u16;
        *at = if *left == 0 { *at } else { here };
    }
}

/// Word by word that some leaves lie in, the other leaves.
fn kept(leaves: Range<usize>) -> impl Iterator<Item = (usize, u16)> {
    (leaves.start / BITS..leaves.end.div_ceil(BITS)).map(move |word| {
        let kept = (0..BITS).filter(|bit| !leaves.contains(&(word * BITS + bit)));
        (word, kept.fold(0, |kept, bit| kept | 1 << bit))
    })
}

/// What finding a row's leaf costs, in sixteenths of a cycle of a processor with AVX2.
fn cost(n_strikes: usize, n_words: usize) -> usize {
    2 * n_strikes + 6 * n_words
}

/// What walking a row through a tree costs, in the unit of [`cost`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct WalkCost(usize);

impl WalkCost {
    /// The cost in a tree of some depth.
    pub(crate) fn of(depth: usize, walk: Walk) -> Self {
        Self(match walk {
            Walk::HeapByVectors => 12 * depth,
            Walk::Heap => 24 * depth,
            Walk::Sparse => 64 * depth,
        })
    }
}

/// How a tree is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// A heap whose levels registers hold.
    HeapByVectors,
    /// Any heap.
    Heap,
    /// A sparse tree.
    Sparse,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struck_leaves_by_word() {
        let kept = |leaves| kept(leaves).collect::<Vec<_>>();
        assert_eq!(kept(0..1), [(0, 0xfffe)]);
        assert_eq!(kept(14..18), [(0, 0x3fff), (1, 0xfffc)]);
        assert_eq!(kept(16..32), [(1, 0)]);
    }
}
