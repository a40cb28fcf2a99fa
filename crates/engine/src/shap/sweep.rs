//! One sweep over the trees for one row.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{Lanes, Portable};
use super::quadrature::Quadrature;
use super::{ShapNode, ShapTree, Side, TreeShap};
#[cfg(target_arch = "x86_64")]
use crate::forest::instructions::{HasAvx2, HasAvx512};

/// Points of the rules that there are sweeps for: vectors of as many numbers.
const RULES: [usize; 7] = [4, 8, 12, 16, 32, 64, 128];

/// Features that a path may ask at the most.
pub(super) fn largest_rule() -> usize {
    2 * RULES[RULES.len() - 1]
}

/// The smallest rule of at least so many points.
pub(super) fn rule_for(n_points: usize) -> Option<Quadrature> {
    let fits = |points: &&usize| **points >= n_points;
    RULES
        .iter()
        .find(fits)
        .map(|points| Quadrature::gauss_legendre(*points))
}

/// A row on its way through the trees.
pub(super) struct Sweep<'s> {
    pub(super) shap: &'s TreeShap,
    /// The row's keys, one for each column.
    pub(super) keys: &'s [u32],
    /// The score that is explained.
    pub(super) score: usize,
}

/// Numbers at all points of a rule: `N` vectors.
type Points<V, const N: usize> = [V; N];

/// An edge of the path to the node at hand. Its feature's factor is `z (1 - t) + o t`; where the path asked the feature
/// before, that takes the place of the older factor.
#[derive(Clone, Copy)]
struct Edge<V, const N: usize> {
    /// Product of the factors of the path's features, at each point.
    product: Points<V, N>,
    /// The factor, over the older one.
    factor: Points<V, N>,
    /// What the sum below counts for the edge's feature: the product of the other features' factors, and
    /// `w (o - z)`, less what the older edge counts.
    counts: Points<V, N>,
    /// Sum of the leaves below that were met so far, each times the factors from here to it.
    below: Points<V, N>,
    /// 1 / factor. Only for an edge whose feature is asked again.
    inverse: Points<V, N>,
    /// `-w (o - z) / factor`. The same.
    taken_back: Points<V, N>,
    /// Whether the row passes all the path's splits on the edge's feature.
    passes: bool,
    /// Whether the row goes left at the node the edge leads to.
    goes_left: bool,
    column: usize,
    /// The column that the node asks.
    asked: usize,
    /// The level of the path's last edge on that feature; 0 for none.
    asked_before: usize,
}

/// What a walk through the trees writes.
struct Walk<V: Lanes, const N: usize> {
    /// An edge for each level, of which those up to the level at hand count.
    path: Vec<Edge<V, N>>,
    /// Contributions at each point, by column; they are summed up once, in the end.
    at_points: Vec<Points<V, N>>,
}

impl Sweep<'_> {
    /// Finds what all trees add, by column.
    pub(super) fn run(&self) -> Vec<f64> {
        self.shap.parts.sum(|trees| self.part(trees))
    }

    /// Finds what some trees add.
    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    fn part(&self, trees: Range<usize>) -> Vec<f64> {
        let instructions = self.shap.instructions;
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = instructions.avx512()
            && self.n_points().is_multiple_of(Avx512::WIDTH)
        {
            // SAFETY: there is proof that the processor has AVX-512.
            return unsafe { self.part_avx512(proof, trees) };
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = instructions.avx2() {
            // SAFETY: there is proof that the processor has AVX2 and FMA.
            return unsafe { self.part_avx2(proof, trees) };
        }
        let _ = instructions;
        self.part_with::<Portable>((), trees)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn part_avx512(&self, proof: HasAvx512, trees: Range<usize>) -> Vec<f64> {
        self.part_with::<Avx512>(proof, trees)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn part_avx2(&self, proof: HasAvx2, trees: Range<usize>) -> Vec<f64> {
        self.part_with::<Avx2>(proof, trees)
    }

    fn n_points(&self) -> usize {
        self.shap.rule.points.len()
    }

    #[inline(always)]
    fn part_with<V: Lanes>(&self, proof: V::Proof, trees: Range<usize>) -> Vec<f64> {
        match self.n_points() / V::WIDTH {
            1 => self.trees::<V, 1>(proof, trees),
            2 => self.trees::<V, 2>(proof, trees),
            3 => self.trees::<V, 3>(proof, trees),
            4 => self.trees::<V, 4>(proof, trees),
            8 => self.trees::<V, 8>(proof, trees),
            16 => self.trees::<V, 16>(proof, trees),
            _ => self.trees::<V, 32>(proof, trees),
        }
    }

    #[inline(always)]
    fn trees<V: Lanes, const N: usize>(&self, proof: V::Proof, trees: Range<usize>) -> Vec<f64> {
        let rule = Rule::of(proof, &self.shap.rule);
        let n_columns = self.shap.columns.len();
        let mut walk = Walk {
            path: vec![Edge::root(proof); self.shap.depth + 1],
            at_points: vec![[V::all(proof, 0.0); N]; n_columns],
        };
        for tree in &self.shap.trees[trees] {
            if let Some(output) = tree.output(self.score) {
                self.tree::<V, N>(tree, output, &rule, &mut walk);
            }
        }
        let mut room = vec![0.0; V::WIDTH];
        let sums = walk.at_points.iter().map(|at_points| {
            let mut sum = V::all(proof, 0.0);
            for vector in at_points {
                sum = sum.add(*vector);
            }
            sum.write(&mut room);
            room.iter().sum()
        });
        sums.collect()
    }

    /// Adds the contributions of one tree.
    #[inline(always)]
    fn tree<V: Lanes, const N: usize>(
        &self,
        tree: &ShapTree,
        output: usize,
        rule: &Rule<V, N>,
        walk: &mut Walk<V, N>,
    ) {
        let (path, contributions) = (&mut walk.path[..], &mut walk.at_points[..]);
        let mut end = 0;
        for node in &tree.nodes {
            let level = node.level();
            while end > level.saturating_sub(1) {
                let (above, here) = path.split_at_mut(end);
                leave(above, &here[0], contributions);
                end -= 1;
            }
            if level > 0 {
                let (above, here) = path.split_at_mut(level);
                enter(node, above, rule, &mut here[0]);
            }
            let edge = &mut path[level];
            edge.goes_left = self.keys[node.column()] <= node.rank();
            edge.asked = node.column();
            edge.asked_before = node.asked_before();
            let values = node.sides.map(|side| tree.value(side, output));
            let leaves = Leaves::of(node, path, values);
            add_leaves(node, leaves, path, rule, contributions);
            end = level;
        }
        while end > 0 {
            let (above, here) = path.split_at_mut(end);
            leave(above, &here[0], contributions);
            end -= 1;
        }
    }
}

/// Makes the edge from the end of the path above to a node.
///
/// Which way a row goes is as good as random, so nothing here branches on it: whether it passes is the number
/// `o`, and an edge without an earlier one on its feature takes back what the path's end counts, nothing. Few edges are
/// asked again, so that what only those need is worth a branch.
#[inline(always)]
fn enter<V: Lanes, const N: usize>(
    node: &ShapNode,
    above: &[Edge<V, N>],
    rule: &Rule<V, N>,
    edge: &mut Edge<V, N>,
) {
    let parent = &above[above.len() - 1];
    let previous = &above[parent.asked_before];
    edge.column = parent.asked;
    edge.passes = (parent.goes_left == node.is_left()) & previous.passes;
    let o = f64::from(u8::from(edge.passes));
    let all = |value| V::all(rule.proof, value);
    let (z, moves) = (all(node.passes), all(o - node.passes));
    for at in 0..N {
        // z (1 - t) + o t
        let factor = moves.mul_add(rule.points[at], z);
        let others = parent.product[at].mul(previous.inverse[at]);
        let weight = rule.weights[at].mul(moves);
        edge.product[at] = others.mul(factor);
        edge.factor[at] = factor.mul(previous.inverse[at]);
        edge.counts[at] = others.mul(factor.mul_add(previous.taken_back[at], weight));
    }
    if node.is_asked_again() {
        let less = all(node.passes - o);
        for at in 0..N {
            let factor = moves.mul_add(rule.points[at], z);
            let inverse = all(1.0).div(factor);
            edge.inverse[at] = inverse;
            edge.taken_back[at] = less.mul(rule.weights[at]).mul(inverse);
        }
    }
}

/// Takes an edge off the path: what lies below it counts for its feature, and for the edge above. It
/// counts with the newest factor of the feature; an older edge is not to count it again.
#[inline(always)]
fn leave<V: Lanes, const N: usize>(
    above: &mut [Edge<V, N>],
    edge: &Edge<V, N>,
    contributions: &mut [Points<V, N>],
) {
    let contribution = &mut contributions[edge.column];
    let parent = above.len() - 1;
    let parent = &mut above[parent];
    let edge = edge.below.iter().zip(&edge.counts).zip(&edge.factor);
    let sums = contribution.iter_mut().zip(&mut parent.below);
    for ((contribution, above), ((below, counts), factor)) in sums.zip(edge) {
        *contribution = below.mul_add(*counts, *contribution);
        *above = below.mul_add(*factor, *above);
    }
}

/// The leaves right under a node, none, one or two: what they add is a line, `moves t + passes`.
#[derive(Clone, Copy)]
struct Leaves {
    /// Sum of `v z`.
    passes: f64,
    /// Sum of `v (o - z)`.
    moves: f64,
}

impl Leaves {
    /// Of the node at the end of the path; what is no leaf has the value 0.
    #[inline(always)]
    fn of<V, const N: usize>(node: &ShapNode, path: &[Edge<V, N>], values: [f64; 2]) -> Self {
        let has_passed = path[node.asked_before()].passes;
        let goes_left = path[node.level()].goes_left;
        let [left, right] = node.sides.map(Side::passes);
        let o = |goes: bool| f64::from(u8::from(has_passed & goes));
        Self {
            passes: values[0] * left + values[1] * right,
            moves: values[0] * (o(goes_left) - left) + values[1] * (o(!goes_left) - right),
        }
    }
}

/// Adds the leaves right under the node at the end of the path: edges that are off it at once.
#[inline(always)]
fn add_leaves<V: Lanes, const N: usize>(
    node: &ShapNode,
    leaves: Leaves,
    path: &mut [Edge<V, N>],
    rule: &Rule<V, N>,
    contributions: &mut [Points<V, N>],
) {
    let contribution = &mut contributions[node.column()];
    let all = |value| V::all(rule.proof, value);
    let (passes, moves) = (all(leaves.passes), all(leaves.moves));
    // The edge to the node may be the one that asked the feature before.
    let previous = &path[node.asked_before()];
    let (inverse, taken_back) = (previous.inverse, previous.taken_back);
    let edge = &mut path[node.level()];
    for at in 0..N {
        let factor = moves.mul_add(rule.points[at], passes);
        let weight = rule.weights[at].mul(moves);
        let counts = factor.mul_add(taken_back[at], weight);
        let others = edge.product[at].mul(inverse[at]);
        contribution[at] = others.mul_add(counts, contribution[at]);
        edge.below[at] = factor.mul(inverse[at]);
    }
}

/// A rule's points and weights.
struct Rule<V: Lanes, const N: usize> {
    /// What more vectors of the kind are made with.
    proof: V::Proof,
    points: Points<V, N>,
    weights: Points<V, N>,
}

impl<V: Lanes, const N: usize> Rule<V, N> {
    #[inline(always)]
    fn of(proof: V::Proof, rule: &Quadrature) -> Self {
        let read = |values: &[f64]| {
            let mut points = [V::all(proof, 0.0); N];
            for (vector, values) in points.iter_mut().zip(values.chunks_exact(V::WIDTH)) {
                *vector = V::read(proof, values);
            }
            points
        };
        Self {
            proof,
            points: read(&rule.points),
            weights: read(&rule.weights),
        }
    }
}

impl<V: Lanes, const N: usize> Edge<V, N> {
    /// The empty path's end: it passes, and counts for nothing.
    #[inline(always)]
    fn root(proof: V::Proof) -> Self {
        let all = |value| [V::all(proof, value); N];
        Self {
            product: all(1.0),
            factor: all(1.0),
            counts: all(0.0),
            below: all(0.0),
            inverse: all(1.0),
            taken_back: all(0.0),
            passes: true,
            goes_left: false,
            column: 0,
            asked: 0,
            asked_before: 0,
        }
    }
}
