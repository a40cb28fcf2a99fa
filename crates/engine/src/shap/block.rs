//! One walk over the trees for several rows.
//!
//! A [sweep](super::sweep) has a rule's points side by side in a vector, which is all that one row gives. Here the
//! rows are side by side, and what a node is asked for is computed once for all of them: at each point the factor
//! `z (1 - t) + o t` of an edge has two values, one for rows that pass and one for those that do not, and so have its
//! inverse and what it counts. A row only chooses between them, so there is no division per row.
//!
//! Two leaves under one node, which most leaves of a grown tree are, are taken together: a row passes one of them
//! and not the other.
//!
//! A row's numbers never depend on the others': they are the same bits wherever it stands.

mod edge;

#[cfg(target_arch = "x86_64")]
use super::lanes::Avx2;
use super::lanes::{Portable, RowLanes};
use super::{ShapNode, ShapTree, Side, TreeShap};
#[cfg(target_arch = "x86_64")]
use crate::forest::instructions::HasAvx2;
pub(super) use edge::RowRule;
use edge::{Edge, GROUPS, OfRows, WIDTH, add, passing};

/// Rows that are explained together.
pub(crate) const ROWS: usize = 16;

/// Rows on their way through the trees.
pub(super) struct Block<'s> {
    pub(super) shap: &'s TreeShap,
    /// The keys of [`ROWS`] rows, row by row.
    pub(super) keys: &'s [u32],
    /// The score that is explained.
    pub(super) score: usize,
}

/// What a walk through the trees reads and writes.
struct Walk<V: RowLanes> {
    proof: V::Proof,
    /// The rows' keys, column by column.
    keys: Vec<OfRows<V>>,
    /// An edge for each level, of which those up to the level at hand count.
    path: Vec<Edge<V>>,
    /// What each column adds to each row's score.
    contributions: Vec<OfRows<V>>,
}

/// A tree, and what is the same for all its nodes.
#[derive(Clone, Copy)]
struct InTree<'s> {
    tree: &'s ShapTree,
    /// Which of a leaf's values adds to the score.
    output: usize,
    rule: &'s RowRule,
}

impl Block<'_> {
    /// Adds the contributions of all trees: feature by feature, [`ROWS`] numbers each.
    #[expect(unsafe_code, reason = "calls what is compiled for this processor")]
    pub(super) fn run(&self, contributions: &mut [f64]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(proof) = self.shap.instructions.avx2() {
            // SAFETY: there is proof that the processor has AVX2 and FMA.
            return unsafe { self.run_avx2(proof, contributions) };
        }
        self.run_with::<Portable>((), contributions);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn run_avx2(&self, proof: HasAvx2, contributions: &mut [f64]) {
        self.run_with::<Avx2>(proof, contributions);
    }

    #[inline(always)]
    fn run_with<V: RowLanes>(&self, proof: V::Proof, contributions: &mut [f64]) {
        const { assert!(V::WIDTH == WIDTH) };
        let mut walk = Walk::<V>::new(proof, self);
        for tree in &self.shap.trees {
            let rule = self.shap.rules.get(&tree.n_points);
            if let (Some(output), Some(rule)) = (tree.output(self.score), rule) {
                walk.take(InTree { tree, output, rule });
            }
        }
        for (column, found) in walk.contributions.iter().enumerate() {
            let feature = self.shap.columns.feature(column) as usize;
            let sums = &mut contributions[feature * ROWS..][..ROWS];
            for (sums, found) in sums.chunks_exact_mut(WIDTH).zip(found) {
                V::read(proof, sums).add(*found).write(sums);
            }
        }
    }
}

impl<V: RowLanes> Walk<V> {
    #[inline(always)]
    fn new(proof: V::Proof, block: &Block<'_>) -> Self {
        let shap = block.shap;
        let n_columns = shap.columns.len();
        let n_keys = shap.order.n_keys();
        let keys = (0..n_columns).map(|column| {
            let key = |row: usize| f64::from(block.keys[row * n_keys + column]);
            let numbers: [f64; ROWS] = std::array::from_fn(key);
            let mut of_rows = [V::all(proof, 0.0); GROUPS];
            for (vector, numbers) in of_rows.iter_mut().zip(numbers.chunks_exact(WIDTH)) {
                *vector = V::read(proof, numbers);
            }
            of_rows
        });
        let rules = shap.rules.values();
        let n_points = rules.map(|rule| rule.points.len()).max().unwrap_or(0);
        Self {
            proof,
            keys: keys.collect(),
            path: (0..=shap.depth)
                .map(|_| Edge::root(proof, n_points))
                .collect(),
            contributions: vec![[V::all(proof, 0.0); GROUPS]; n_columns],
        }
    }

    /// Adds the contributions of one tree.
    #[inline(always)]
    fn take(&mut self, at: InTree<'_>) {
        let mut end = 0;
        for node in &at.tree.nodes {
            let level = node.level();
            while end > level.saturating_sub(1) {
                self.leave(end, at.rule);
                end -= 1;
            }
            if level > 0 {
                self.enter(node, at.rule);
            }
            self.ask(node, at.rule);
            match [node.is_leaf(0), node.is_leaf(1)] {
                [true, true] if node.asked_before() == 0 => self.two_leaves(node, at),
                are_leaves => {
                    for (side, is_leaf) in are_leaves.into_iter().enumerate() {
                        if is_leaf {
                            self.leaf(node, side, at);
                        }
                    }
                }
            }
            end = level;
        }
        while end > 0 {
            self.leave(end, at.rule);
            end -= 1;
        }
    }

    /// Asks the rows a node's question.
    #[inline(always)]
    fn ask(&mut self, node: &ShapNode, rule: &RowRule) {
        let none = V::all(self.proof, 0.0);
        let rank = V::all(self.proof, f64::from(node.rank()));
        let edge = &mut self.path[node.level()];
        edge.asked = node.column();
        edge.asked_before = node.asked_before();
        let keys = &self.keys[node.column()];
        for (goes_left, keys) in edge.goes_left.iter_mut().zip(keys) {
            *goes_left = keys.at_most(rank);
        }
        for below in &mut edge.below[..rule.points.len()] {
            *below = [none; GROUPS];
        }
    }

    /// Makes the edge from the end of the path to a node.
    #[inline(always)]
    fn enter(&mut self, node: &ShapNode, rule: &RowRule) {
        let (above, here) = self.path.split_at_mut(node.level());
        let (parent, edge) = (&above[above.len() - 1], &mut here[0]);
        let previous = &above[parent.asked_before];
        edge.column = parent.asked;
        edge.previous = parent.asked_before;
        edge.passes = passing(node.is_left(), parent, previous);
        edge.if_passed.fill::<V>(self.proof, rule, node.passes, 1.0);
        edge.if_not.fill::<V>(self.proof, rule, node.passes, 0.0);
        let all = |number| V::all(self.proof, number);
        let n_points = rule.points.len();
        let factors = edge.if_passed.factor[..n_points]
            .iter()
            .zip(&edge.if_not.factor[..n_points]);
        let products = edge.product[..n_points]
            .iter_mut()
            .zip(&parent.product[..n_points]);
        if edge.previous == 0 {
            for ((product, of_parent), (passed, failed)) in products.zip(factors) {
                let (passed, failed) = (all(*passed), all(*failed));
                for group in 0..GROUPS {
                    let factor = edge.passes[group].select(passed, failed);
                    product[group] = of_parent[group].mul(factor);
                }
            }
            return;
        }
        let inverses = previous.if_passed.inverse[..n_points]
            .iter()
            .zip(&previous.if_not.inverse[..n_points]);
        for (((product, of_parent), (passed, failed)), (had_passed, had_failed)) in
            products.zip(factors).zip(inverses)
        {
            let (passed, failed) = (all(*passed), all(*failed));
            let (had_passed, had_failed) = (all(*had_passed), all(*had_failed));
            for group in 0..GROUPS {
                let factor = edge.passes[group].select(passed, failed);
                let inverse = previous.passes[group].select(had_passed, had_failed);
                product[group] = of_parent[group].mul(inverse).mul(factor);
            }
        }
    }

    /// Takes the last edge off the path: what lies below it counts for its feature, and for the edge above. It
    /// counts with the newest factor of the feature; an older edge is not to count it again.
    #[inline(always)]
    fn leave(&mut self, end: usize, rule: &RowRule) {
        let (above, here) = self.path.split_at_mut(end);
        let edge = &here[0];
        let n_points = rule.points.len();
        let all = |number| V::all(self.proof, number);
        let mut sum = [all(0.0); GROUPS];
        let below = &edge.below[..n_points];
        let coefficients = edge.if_passed.coefficient[..n_points]
            .iter()
            .zip(&edge.if_not.coefficient[..n_points]);
        if edge.previous == 0 {
            for (below, (passed, failed)) in below.iter().zip(coefficients) {
                let (passed, failed) = (all(*passed), all(*failed));
                for group in 0..GROUPS {
                    let coefficient = edge.passes[group].select(passed, failed);
                    sum[group] = below[group].mul_add(coefficient, sum[group]);
                }
            }
        } else {
            let previous = &above[edge.previous];
            let counted = previous.if_passed.coefficient[..n_points]
                .iter()
                .zip(&previous.if_not.coefficient[..n_points]);
            for ((below, (passed, failed)), (had_passed, had_failed)) in
                below.iter().zip(coefficients).zip(counted)
            {
                let (passed, failed) = (all(*passed), all(*failed));
                let (had_passed, had_failed) = (all(*had_passed), all(*had_failed));
                for group in 0..GROUPS {
                    let coefficient = edge.passes[group].select(passed, failed);
                    let counted = previous.passes[group].select(had_passed, had_failed);
                    sum[group] = below[group].mul_add(coefficient.sub(counted), sum[group]);
                }
            }
        }
        add(&mut self.contributions[edge.column], &sum);
        let parent = &mut above[end - 1];
        for (of_parent, below) in parent.below[..n_points].iter_mut().zip(below) {
            add(of_parent, below);
        }
    }

    /// Adds a leaf: an edge that is off the path at once, and whose factor need not be divided out.
    #[inline(always)]
    fn leaf(&mut self, node: &ShapNode, side: usize, at: InTree<'_>) {
        let all = |number| V::all(self.proof, number);
        let value = all(at.tree.value(node.sides[side], at.output));
        let last = node.level();
        // The node above may be the one that asked the feature before, so what it sums is taken out meanwhile.
        let mut below = std::mem::take(&mut self.path[last].below);
        let (parent, previous) = (&self.path[last], &self.path[node.asked_before()]);
        let passes = passing(side == 0, parent, previous);
        let had_passed = previous.passes;
        let z = node.sides[side].passes();
        let mut moves = passes;
        for moves in &mut moves {
            *moves = moves.select(all(1.0 - z), all(-z));
        }
        let mut sum = [all(0.0); GROUPS];
        let is_again = node.asked_before() > 0;
        for (point, (t, w)) in at.rule.points.iter().zip(&at.rule.weights).enumerate() {
            let (passed, failed) = (all(z * (1.0 - t) + t), all(z * (1.0 - t)));
            let (if_passed, if_not) = (&previous.if_passed, &previous.if_not);
            let inverse = (all(if_passed.inverse[point]), all(if_not.inverse[point]));
            let counted = (
                all(if_passed.coefficient[point]),
                all(if_not.coefficient[point]),
            );
            let weight = all(*w);
            for group in 0..GROUPS {
                let factor = passes[group].select(passed, failed);
                let mut product = parent.product[point][group];
                let mut counts = weight.mul(moves[group]);
                if is_again {
                    let inverse = had_passed[group].select(inverse.0, inverse.1);
                    let counted = had_passed[group].select(counted.0, counted.1);
                    product = product.mul(inverse);
                    counts = counts.sub(counted.mul(factor));
                }
                let product = product.mul(value);
                sum[group] = product.mul_add(counts, sum[group]);
                below[point][group] = product.mul_add(factor, below[point][group]);
            }
        }
        self.path[last].below = below;
        add(&mut self.contributions[node.column()], &sum);
    }

    /// Adds the two leaves under one node whose feature is asked for the first time: a row passes one of them.
    #[inline(always)]
    fn two_leaves(&mut self, node: &ShapNode, at: InTree<'_>) {
        let all = |number| V::all(self.proof, number);
        let [left, right] = node.sides.map(Side::passes);
        let [of_left, of_right] = node.sides.map(|side| at.tree.value(side, at.output));
        let parent = &mut self.path[node.level()];
        let goes_left = parent.goes_left;
        let mut sum = [all(0.0); GROUPS];
        for (point, (t, w)) in at.rule.points.iter().zip(&at.rule.weights).enumerate() {
            let (left_failed, right_failed) = (left * (1.0 - t), right * (1.0 - t));
            let if_left = all(of_left * (left_failed + t) + of_right * right_failed);
            let if_right = all(of_left * left_failed + of_right * (right_failed + t));
            let weight = all(*w);
            let (product, below) = (&parent.product[point], &mut parent.below[point]);
            for group in 0..GROUPS {
                let values = goes_left[group].select(if_left, if_right);
                sum[group] = product[group].mul_add(weight, sum[group]);
                below[group] = product[group].mul_add(values, below[group]);
            }
        }
        let if_left = all(of_left * (1.0 - left) - of_right * right);
        let if_right = all(of_right * (1.0 - right) - of_left * left);
        for (group, sum) in sum.iter_mut().enumerate() {
            *sum = sum.mul(goes_left[group].select(if_left, if_right));
        }
        add(&mut self.contributions[node.column()], &sum);
    }
}
