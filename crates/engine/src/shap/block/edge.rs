//! The edges of a path, and what their features count at the points of a rule.

use super::ROWS;
use crate::shap::lanes::RowLanes;
use crate::shap::quadrature::Quadrature;

/// Numbers in a vector.
pub(super) const WIDTH: usize = 4;

/// Vectors that hold one number of each row.
pub(super) const GROUPS: usize = ROWS / WIDTH;

/// One number of each row.
pub(super) type OfRows<V> = [V; GROUPS];

/// A rule's points and weights, also in whole vectors.
#[derive(Debug)]
pub(in super::super) struct RowRule {
    pub(super) points: Vec<f64>,
    pub(super) weights: Vec<f64>,
    /// Points that are no more than room have no weight.
    pub(super) vectors: Vec<([f64; WIDTH], [f64; WIDTH])>,
}

/// An edge of the path to the node at hand.
pub(super) struct Edge<V> {
    /// The rows that pass all the path's splits on the edge's feature.
    pub(super) passes: OfRows<V>,
    /// The rows that go left at the node the edge leads to.
    pub(super) goes_left: OfRows<V>,
    pub(super) column: usize,
    /// The column that the node asks.
    pub(super) asked: usize,
    /// The level of the path's last edge on that feature; 0 for none.
    pub(super) asked_before: usize,
    pub(super) previous: usize,
    pub(super) if_passed: Factors,
    pub(super) if_not: Factors,
    /// Product of the factors of the path's features, at each point.
    pub(super) product: Vec<OfRows<V>>,
    /// Sum of the leaves below that were met so far, at each point.
    pub(super) below: Vec<OfRows<V>>,
}

/// What an edge's feature counts at each point, for the rows that pass or for those that do not.
pub(super) struct Factors {
    /// `z (1 - t) + o t`.
    pub(super) factor: Vec<f64>,
    /// 1 / factor.
    pub(super) inverse: Vec<f64>,
    /// What the sum of the leaves below counts for the feature: `w (o - z) / factor`.
    pub(super) coefficient: Vec<f64>,
}

/// Finds the rows that pass an edge to one side of its parent, and all before it on its feature.
#[inline(always)]
pub(super) fn passing<V: RowLanes>(
    is_left: bool,
    parent: &Edge<V>,
    previous: &Edge<V>,
) -> OfRows<V> {
    let mut passes = previous.passes;
    for (passes, goes_left) in passes.iter_mut().zip(&parent.goes_left) {
        *passes = match is_left {
            true => passes.and(*goes_left),
            false => passes.and_not(*goes_left),
        };
    }
    passes
}

#[inline(always)]
pub(super) fn add<V: RowLanes>(sums: &mut OfRows<V>, terms: &OfRows<V>) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum = sum.add(*term);
    }
}

impl<V: RowLanes> Edge<V> {
    /// The empty path's end: all pass, and it counts for nothing. It has room for so many points.
    #[inline(always)]
    pub(super) fn root(proof: V::Proof, n_points: usize) -> Self {
        let all = |number| [V::all(proof, number); GROUPS];
        Self {
            passes: [V::every(proof); GROUPS],
            goes_left: all(0.0),
            column: 0,
            asked: 0,
            asked_before: 0,
            previous: 0,
            if_passed: Factors::root(n_points),
            if_not: Factors::root(n_points),
            product: vec![all(1.0); n_points],
            below: vec![all(0.0); n_points],
        }
    }
}

impl RowRule {
    /// Makes the rule of `n` points.
    pub(in super::super) fn of(n: usize) -> Self {
        let Quadrature { points, weights } = Quadrature::gauss_legendre(n);
        let vector = |values: &[f64], first: usize, none: f64| {
            std::array::from_fn(|lane| values.get(first + lane).copied().unwrap_or(none))
        };
        let firsts = (0..n).step_by(WIDTH);
        let vectors =
            firsts.map(|first| (vector(&points, first, 0.5), vector(&weights, first, 0.0)));
        Self {
            vectors: vectors.collect(),
            points,
            weights,
        }
    }
}

impl Factors {
    fn root(n_points: usize) -> Self {
        // Whole vectors are written.
        let n_points = n_points.next_multiple_of(WIDTH);
        Self {
            factor: vec![1.0; n_points],
            inverse: vec![1.0; n_points],
            coefficient: vec![0.0; n_points],
        }
    }

    /// Computes them for an edge that lets `z` of the training data pass, and rows that do (`o` = 1) or do not (0).
    #[inline(always)]
    pub(super) fn fill<V: RowLanes>(&mut self, proof: V::Proof, rule: &RowRule, z: f64, o: f64) {
        let all = |number| V::all(proof, number);
        let (z, moves) = (all(z), all(o - z));
        let factors = self.factor.chunks_exact_mut(WIDTH);
        let inverses = self.inverse.chunks_exact_mut(WIDTH);
        let coefficients = self.coefficient.chunks_exact_mut(WIDTH);
        for ((((points, weights), factor), inverse), coefficient) in rule
            .vectors
            .iter()
            .zip(factors)
            .zip(inverses)
            .zip(coefficients)
        {
            let found = moves.mul_add(V::read(proof, points), z);
            let inverted = all(1.0).div(found);
            found.write(factor);
            inverted.write(inverse);
            moves
                .mul(V::read(proof, weights))
                .mul(inverted)
                .write(coefficient);
        }
    }
}
