//! What the leaves of an ensemble are worth.

use std::collections::HashMap;
use std::ops::Range;

use super::node::Node;
use crate::error::Error;

/// The nodes that weights may belong to: parallel lists.
pub(super) struct Nodes<'e, 'a> {
    pub(super) trees: &'e [i64],
    pub(super) ids: &'e [i64],
    pub(super) modes: &'e [&'a [u8]],
}

impl<'e> Nodes<'e, '_> {
    /// Where each (tree, node) stands.
    fn positions(&self, node: &Node<'_>) -> Result<HashMap<(&'e i64, &'e i64), usize>, Error> {
        let mut positions = HashMap::with_capacity(self.ids.len());
        for (position, key) in self.trees.iter().zip(self.ids).enumerate() {
            if positions.insert(key, position).is_some() {
                let what = format!("tree {}: node {} is there twice", key.0, key.1);
                return Err(node.malformed(what));
            }
        }
        Ok(positions)
    }
}

/// One entry per leaf and score, ordered by the leaf's position.
#[derive(Clone, Default)]
pub(super) struct Weights {
    entries: Vec<Weight>,
    /// Where each node's entries begin; one more than there are nodes.
    starts: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(super) struct Weight {
    position: usize,
    pub(super) score: usize,
    pub(super) value: f32,
}

impl Weights {
    /// Reads the lists called `class_…` or `target_…`, whose ids are below `n_scores`.
    pub(super) fn read(
        node: &Node<'_>,
        prefix: &str,
        nodes: &Nodes<'_, '_>,
        n_scores: usize,
    ) -> Result<Self, Error> {
        let ints = |name: &str| node.ints(&format!("{prefix}_{name}"));
        let (trees, ids, scores) = (ints("treeids")?, ints("nodeids")?, ints("ids")?);
        let values = node.floats(&format!("{prefix}_weights"))?;
        if [ids.len(), scores.len(), values.len()] != [trees.len(); 3] {
            let what = format!("the lists {prefix}_… are not equally long");
            return Err(node.malformed(what));
        }
        let positions = nodes.positions(node)?;
        let weight = |index: usize| {
            let position = *positions.get(&(&trees[index], &ids[index]))?;
            let score = usize::try_from(scores[index]).ok()?;
            let is_leaf = nodes.modes[position] == b"LEAF";
            (is_leaf && score < n_scores).then_some(Weight {
                position,
                score,
                value: values[index],
            })
        };
        let entries: Option<Vec<_>> = (0..values.len()).map(weight).collect();
        let mut entries =
            entries.ok_or_else(|| node.malformed("a weight's leaf or score does not exist"))?;
        entries.sort_by_key(|weight| weight.position);
        Ok(Self::ordered(entries, nodes.ids.len()))
    }

    fn ordered(entries: Vec<Weight>, n_nodes: usize) -> Self {
        let starts = (0..=n_nodes)
            .map(|position| entries.partition_point(|weight| weight.position < position))
            .collect();
        Self { entries, starts }
    }

    /// Whether a node has one weight for each of two scores, of which one is the other's opposite.
    pub(super) fn is_mirrored(&self, position: usize) -> bool {
        match self.of(position) {
            [a, b] => a.score != b.score && a.value == -b.value,
            _ => false,
        }
    }

    /// Those of the second of two scores, as if it were the only one.
    pub(super) fn second(&self) -> Self {
        let second = self.entries.iter().filter(|weight| weight.score == 1);
        let alone = second.map(|weight| Weight {
            score: 0,
            ..*weight
        });
        Self::ordered(alone.collect(), self.starts.len() - 1)
    }

    pub(super) fn all(&self) -> &[Weight] {
        &self.entries
    }

    /// Those of one node.
    pub(super) fn of(&self, position: usize) -> &[Weight] {
        &self.entries[self.starts[position]..self.starts[position + 1]]
    }

    /// Those of some nodes.
    pub(super) fn of_all(&self, positions: &Range<usize>) -> &[Weight] {
        &self.entries[self.starts[positions.start]..self.starts[positions.end]]
    }
}
