//! One sweep over the trees for one row.

#![expect(
    clippy::needless_range_loop,
    reason = "several vectors at one index read better, and compile to vector instructions"
)]

use super::quadrature::Quadrature;
use super::{ShapNode, ShapTree, TreeShap};
use crate::forest::column::LANES;

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

/// An edge of the path to the node at hand, `Q` being the rule's points.
#[derive(Clone, Copy)]
struct Edge<const Q: usize> {
    /// Product of the factors of the path's features, at each point.
    product: [f64; Q],
    /// Sum of the leaves below that were met so far, at each point.
    below: [f64; Q],
    /// What the sum below counts for the edge's feature: `w (o - z) / factor`.
    coefficient: [f64; Q],
    /// 1 / factor of the edge's feature, where the row passes; of no use elsewhere.
    inverse: [f64; Q],
    /// Whether the row passes all the path's splits on the edge's feature.
    passes: bool,
    /// Whether the row goes left at the node the edge leads to.
    goes_left: bool,
    feature: u32,
    previous: u32,
}

impl Sweep<'_> {
    /// Adds the contributions of all trees.
    pub(super) fn run(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        match self.shap.rule.points.len() {
            4 => self.dispatch::<4>(room, contributions),
            8 => self.dispatch::<8>(room, contributions),
            16 => self.dispatch::<16>(room, contributions),
            32 => self.dispatch::<32>(room, contributions),
            64 => self.dispatch::<64>(room, contributions),
            _ => self.dispatch::<128>(room, contributions),
        }
    }

    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    fn dispatch<const Q: usize>(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has that part of AVX-512.
            return unsafe { self.trees_avx512::<Q>(room, contributions) };
        }
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { self.trees_avx2::<Q>(room, contributions) };
        }
        self.trees::<Q>(room, contributions);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn trees_avx2<const Q: usize>(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        self.trees::<Q>(room, contributions);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn trees_avx512<const Q: usize>(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        self.trees::<Q>(room, contributions);
    }

    #[inline(always)]
    fn trees<const Q: usize>(&self, room: &mut Vec<f64>, contributions: &mut [f64]) {
        // Contributions at each point; they are summed up once, in the end.
        room.clear();
        room.resize(contributions.len() * Q, 0.0);
        let (at_points, _) = room.as_chunks_mut::<Q>();
        let rule = Rule::of(&self.shap.rule);
        let mut path = vec![Edge::root(); self.shap.depth + 1];
        for tree in &self.shap.trees {
            if let Some(output) = tree.output(self.score) {
                self.tree::<Q>(tree, output, &rule, (&mut path, at_points));
            }
        }
        for (contribution, at_points) in contributions.iter_mut().zip(at_points) {
            *contribution += at_points.iter().sum::<f64>();
        }
    }

    /// `path` has an edge for each level, of which those up to the level at hand count.
    #[inline(always)]
    fn tree<const Q: usize>(
        &self,
        tree: &ShapTree,
        output: usize,
        rule: &Rule<Q>,
        (path, contributions): (&mut [Edge<Q>], &mut [[f64; Q]]),
    ) {
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
                let mut edge = Edge::root();
                if level > 0 {
                    enter(node, above, rule, &mut edge);
                    let value = tree.scale * self.shap.values[node.column as usize + output];
                    for k in 0..Q {
                        edge.below[k] = value * edge.product[k];
                    }
                    leave(above, &edge, contributions);
                }
                continue;
            }
            let edge = &mut here[0];
            if level > 0 {
                enter(node, above, rule, edge);
            }
            edge.below = [0.0; Q];
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
#[inline(always)]
fn enter<const Q: usize>(node: &ShapNode, above: &[Edge<Q>], rule: &Rule<Q>, edge: &mut Edge<Q>) {
    let parent = &above[above.len() - 1];
    let previous = (node.previous > 0).then(|| &above[node.previous as usize]);
    edge.feature = node.feature;
    edge.previous = node.previous;
    edge.passes = parent.goes_left == node.is_left && previous.is_none_or(|edge| edge.passes);
    if edge.passes {
        let missing = 1.0 - node.passes;
        for k in 0..Q {
            let factor = node.passes + missing * rule.points[k];
            let inverse = 1.0 / factor;
            edge.inverse[k] = inverse;
            edge.coefficient[k] = missing * rule.weights[k] * inverse;
            edge.product[k] = parent.product[k] * factor;
        }
    } else {
        // The factor is z (1 - t), so (o - z) / factor is the same for every z.
        edge.coefficient = rule.missed;
        if previous.is_some_and(|previous| !previous.passes) {
            for k in 0..Q {
                edge.product[k] = parent.product[k] * node.ratio;
            }
            return;
        }
        for k in 0..Q {
            edge.product[k] = parent.product[k] * (node.passes * rule.rests[k]);
        }
    }
    if let Some(previous) = previous {
        for k in 0..Q {
            edge.product[k] *= previous.inverse[k];
        }
    }
}

/// Takes an edge off the path: what lies below it counts for its feature, and for the edge above.
#[inline(always)]
fn leave<const Q: usize>(above: &mut [Edge<Q>], edge: &Edge<Q>, contributions: &mut [[f64; Q]]) {
    let contribution = &mut contributions[edge.feature as usize];
    for k in 0..Q {
        contribution[k] += edge.below[k] * edge.coefficient[k];
    }
    if edge.previous > 0 {
        // The leaves below count with the newer factor; the older edge is not to count them.
        let previous = &above[edge.previous as usize].coefficient;
        for k in 0..Q {
            contribution[k] -= edge.below[k] * previous[k];
        }
    }
    let parent = above.len() - 1;
    let parent = &mut above[parent];
    for k in 0..Q {
        parent.below[k] += edge.below[k];
    }
}

/// A rule, and what depends on it alone.
struct Rule<const Q: usize> {
    points: [f64; Q],
    weights: [f64; Q],
    /// 1 - t.
    rests: [f64; Q],
    /// The coefficient of edges that the row does not pass: `-w / (1 - t)`.
    missed: [f64; Q],
}

impl<const Q: usize> Rule<Q> {
    fn of(rule: &Quadrature) -> Self {
        let rests = std::array::from_fn(|k| 1.0 - rule.points[k]);
        Self {
            points: std::array::from_fn(|k| rule.points[k]),
            weights: std::array::from_fn(|k| rule.weights[k]),
            rests,
            missed: std::array::from_fn(|k| -rule.weights[k] / rests[k]),
        }
    }
}

impl<const Q: usize> Edge<Q> {
    /// The empty path's end.
    #[inline(always)]
    fn root() -> Self {
        Self {
            product: [1.0; Q],
            below: [0.0; Q],
            coefficient: [0.0; Q],
            inverse: [1.0; Q],
            passes: true,
            goes_left: false,
            feature: 0,
            previous: 0,
        }
    }
}
