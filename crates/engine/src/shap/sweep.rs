//! One sweep over the trees for one row.

#[cfg(target_arch = "x86_64")]
use super::lanes::{Avx2, Avx512};
use super::lanes::{Lanes, Portable};
use super::quadrature::Quadrature;
use super::{ShapNode, ShapTree, TreeShap};
use crate::forest::column::LANES;
#[cfg(target_arch = "x86_64")]
use crate::forest::instructions::{HasAvx2, HasAvx512};

/// Points of the rules that there are sweeps for: vectors of as many numbers.
const RULES: [usize; 6] = [4, 8, 16, 32, 64, 128];

/// Features that a path may ask at the most.
pub(super) fn largest_rule() -> usize {
    2 * RULES[RULES.len() - 1]
}

/// The smallest rule that is exact for paths of so many features.
pub(super) fn rule_for(n_features: usize) -> Option<Quadrature> {
    let fits = |points: &&usize| 2 * **points >= n_features;
    RULES
        .iter()
        .find(fits)
        .map(|points| Quadrature::gauss_legendre(*points))
}

/// A row on its way through the trees.
pub(super) struct Sweep<'s> {
    pub(super) shap: &'s TreeShap,
    /// The row's keys: the first of each column's.
    pub(super) keys: &'s [u32],
    /// The score that is explained.
    pub(super) score: usize,
}

/// Numbers at all points of a rule: `N` vectors.
type Points<V, const N: usize> = [V; N];

/// An edge of the path to the node at hand.
#[derive(Clone, Copy)]
struct Edge<V, const N: usize> {
    /// Product of the factors of the path's features, at each point.
    product: Points<V, N>,
    /// Sum of the leaves below that were met so far, at each point.
    below: Points<V, N>,
    /// What the sum below counts for the edge's feature: `w (o - z) / factor`.
    coefficient: Points<V, N>,
    /// 1 / factor of the edge's feature.
    inverse: Points<V, N>,
    /// Whether the row passes all the path's splits on the edge's feature.
    passes: bool,
    /// Whether the row goes left at the node the edge leads to.
    goes_left: bool,
    feature: u32,
    previous: u32,
}

/// What a walk through the trees writes.
struct Walk<V: Lanes, const N: usize> {
    /// An edge for each level, of which those up to the level at hand count.
    path: Vec<Edge<V, N>>,
    /// Contributions at each point; they are summed up once, in the end.
    at_points: Vec<Points<V, N>>,
}

impl Sweep<'_> {
    /// Adds the contributions of all trees.
    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    pub(super) fn run(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        let instructions = self.shap.instructions;
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = instructions.avx512()
            && self.n_points() >= Avx512::WIDTH
        {
            // SAFETY: there is proof that the processor has AVX-512.
            return unsafe { self.run_avx512(proof, room, contributions) };
        }
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = instructions.avx2() {
            // SAFETY: there is proof that the processor has AVX2 and FMA.
            return unsafe { self.run_avx2(proof, room, contributions) };
        }
        let _ = instructions;
        self.run_with::<Portable>((), room, contributions);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn run_avx512(&self, proof: HasAvx512, room: &mut Vec<f64>, contributions: &mut [f64]) {
        self.run_with::<Avx512>(proof, room, contributions);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn run_avx2(&self, proof: HasAvx2, room: &mut Vec<f64>, contributions: &mut [f64]) {
        self.run_with::<Avx2>(proof, room, contributions);
    }

    fn n_points(&self) -> usize {
        self.shap.rule.points.len()
    }

    #[inline(always)]
    fn run_with<V: Lanes>(&self, proof: V::Proof, room: &mut Vec<f64>, contributions: &mut [f64]) {
        match self.n_points() / V::WIDTH {
            1 => self.trees::<V, 1>(proof, room, contributions),
            2 => self.trees::<V, 2>(proof, room, contributions),
            4 => self.trees::<V, 4>(proof, room, contributions),
            8 => self.trees::<V, 8>(proof, room, contributions),
            16 => self.trees::<V, 16>(proof, room, contributions),
            _ => self.trees::<V, 32>(proof, room, contributions),
        }
    }

    #[inline(always)]
    fn trees<V: Lanes, const N: usize>(
        &self,
        proof: V::Proof,
        room: &mut Vec<f64>,
        contributions: &mut [f64],
    ) {
        let rule = Rule::of(proof, &self.shap.rule);
        let mut walk = Walk {
            path: vec![Edge::root(proof); self.shap.depth + 1],
            at_points: vec![[V::all(proof, 0.0); N]; contributions.len()],
        };
        for tree in &self.shap.trees {
            if let Some(output) = tree.output(self.score) {
                self.tree::<V, N>(tree, output, &rule, &mut walk);
            }
        }
        room.resize(V::WIDTH, 0.0);
        for (contribution, at_points) in contributions.iter_mut().zip(&walk.at_points) {
            let mut sum = V::all(proof, 0.0);
            for vector in at_points {
                sum = sum.add(*vector);
            }
            sum.write(room);
            *contribution += room[..V::WIDTH].iter().sum::<f64>();
        }
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
            let level = node.level as usize;
            while end > level.saturating_sub(1) {
                let (above, here) = path.split_at_mut(end);
                leave(above, &here[0], contributions);
                end -= 1;
            }
            let (above, here) = path.split_at_mut(level);
            if node.is_leaf {
                // Off the path at once: it need not be written there.
                let mut edge = Edge::root(rule.proof);
                if level > 0 {
                    enter(node, above, rule, &mut edge);
                    let value = self.shap.leaf_value(node, tree, output);
                    let value = V::all(rule.proof, value);
                    edge.below = map(edge.product, |product| product.mul(value));
                    leave(above, &edge, contributions);
                }
                continue;
            }
            let edge = &mut here[0];
            if level > 0 {
                enter(node, above, rule, edge);
            }
            edge.below = [V::all(rule.proof, 0.0); N];
            edge.goes_left = self.keys[node.column as usize * LANES] <= node.rank;
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
/// Which way a row goes is as good as random, so nothing here branches: whether it passes is the number
/// `o`, and an edge without an earlier one on its feature takes back what the path's end counts, nothing.
#[inline(always)]
fn enter<V: Lanes, const N: usize>(
    node: &ShapNode,
    above: &[Edge<V, N>],
    rule: &Rule<V, N>,
    edge: &mut Edge<V, N>,
) {
    let parent = &above[above.len() - 1];
    let previous = &above[node.previous as usize];
    edge.feature = node.feature;
    edge.previous = node.previous;
    edge.passes = (parent.goes_left == node.is_left) & previous.passes;
    let o = f64::from(u8::from(edge.passes));
    let all = |value| V::all(rule.proof, value);
    let (z, moves) = (all(node.passes), all(o - node.passes));
    // z (1 - t) + o t
    let factor = map(rule.points, |point| moves.mul_add(point, z));
    edge.inverse = map(factor, |factor| all(1.0).div(factor));
    edge.coefficient = each(rule.weights, edge.inverse, |weight, inverse| {
        moves.mul(weight).mul(inverse)
    });
    let product = each(parent.product, previous.inverse, V::mul);
    edge.product = each(product, factor, V::mul);
}

/// Takes an edge off the path: what lies below it counts for its feature, and for the edge above. It
/// counts with the newest factor of the feature; an older edge is not to count it again.
#[inline(always)]
fn leave<V: Lanes, const N: usize>(
    above: &mut [Edge<V, N>],
    edge: &Edge<V, N>,
    contributions: &mut [Points<V, N>],
) {
    let previous = above[edge.previous as usize].coefficient;
    let coefficient = each(edge.coefficient, previous, V::sub);
    let contribution = &mut contributions[edge.feature as usize];
    for ((contribution, below), coefficient) in
        contribution.iter_mut().zip(&edge.below).zip(&coefficient)
    {
        *contribution = below.mul_add(*coefficient, *contribution);
    }
    let parent = above.len() - 1;
    let parent = &mut above[parent];
    parent.below = each(parent.below, edge.below, V::add);
}

/// Vector by vector. A loop, because the compiler leaves the longer of `array::map` a function of its own,
/// which is not compiled for these vectors and calls a function for each of their instructions.
#[inline(always)]
fn map<V: Lanes, const N: usize>(mut points: Points<V, N>, of: impl Fn(V) -> V) -> Points<V, N> {
    for vector in &mut points {
        *vector = of(*vector);
    }
    points
}

/// Joins two, vector by vector, in a loop as [`map`] does.
#[inline(always)]
fn each<V: Lanes, const N: usize>(
    mut first: Points<V, N>,
    second: Points<V, N>,
    of: impl Fn(V, V) -> V,
) -> Points<V, N> {
    for (first, second) in first.iter_mut().zip(&second) {
        *first = of(*first, *second);
    }
    first
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
        Self {
            product: [V::all(proof, 1.0); N],
            below: [V::all(proof, 0.0); N],
            coefficient: [V::all(proof, 0.0); N],
            inverse: [V::all(proof, 1.0); N],
            passes: true,
            goes_left: false,
            feature: 0,
            previous: 0,
        }
    }
}
