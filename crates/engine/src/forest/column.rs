//! What the trees ask of a row, answered once per row instead of once per node.
//!
//! All splits on one feature that treat missing values alike share a **column**: their distinct
//! thresholds, sorted. A row's **key** in the column is the number of thresholds below its value, so a
//! split on the threshold of rank `r` sends the row left exactly when `key <= r`. The comparison in the
//! tree is then one of small integers, whatever the library compares: f32 or f64, with missing
//! values to one side or the other, with zeros that count as missing.
//!
//! Where the library compares f32, **row keys**, which sparse trees ask for, are the values themselves, as integers with the
//! same order ([`Columns::have_floats`]): nothing is searched for, which takes as long as many a walk where thresholds are many.
//!
//! A split by category is a column of its own, with key 0 on the left and 1 on the right. Behind the last
//! column is room for one whose keys are all 0, for nodes that send every row the same way.

mod ranked;
pub(crate) mod row_order;

use std::collections::BTreeSet;

use propenso_model::forest::Precision;
use propenso_model::tree::CategorySet;
use propenso_model::{Forest, Node, Side, Split, Tree, parallel_map};

use super::Unfit;
use super::key::Key;
use crate::shares::threads_for_nodes;
use ranked::{RankedColumn, float_key};
use row_order::{RowOrder, RowOrders};

/// Rows whose keys lie side by side in a chunk: a multiple of the rows that any kernel takes at a time.
pub(crate) const LANES: usize = 160;

/// Columns that a chunk has room for at least: a kernel reads so many at once.
const MIN_COLUMNS: usize = 16;

/// Fewer columns than this may have row keys of 32 bits.
pub(super) const MAX_FLOATS: usize = 1 << 8;

/// Splits that a row answers alike: a feature, where missing values go, whether zeros are missing.
type Kind = (u32, bool, bool);

/// The columns of a forest.
#[derive(Debug)]
pub(crate) struct Columns {
    /// By feature.
    ranked: Vec<RankedColumn>,
    /// Per feature, its first column in `ranked`, and behind the last one their number.
    first_of_feature: Vec<u32>,
    /// Columns of their own, after the ranked ones.
    categories: Vec<CategoryColumn>,
    /// Per tree, the column of its first category set.
    first_category: Vec<u32>,
    /// Whether a missing value's side tells columns apart.
    takes_missing: bool,
    /// Whether row keys are the values themselves.
    has_floats: bool,
    /// Whether all thresholds of the forest have ranks of 16 bits.
    are_small: bool,
    precision: Precision,
    n_features: usize,
}

#[derive(Debug)]
struct CategoryColumn {
    feature: u32,
    set: CategorySet,
}

/// A node's question: left when the key in this column is at most this rank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) column: u32,
    pub(crate) rank: u32,
}

impl Columns {
    /// The columns of a forest. Where rows with missing values never come, their side is no matter. Where row keys are the values
    /// themselves and the thresholds of a column too many for keys of 16 bits, none is kept.
    pub(crate) fn of(forest: &Forest, takes_missing: bool) -> Result<Self, Unfit> {
        let mut columns = Self::without_thresholds(forest, takes_missing)?;
        let most = match columns.has_floats {
            true => <u16 as Key>::MAX_THRESHOLDS,
            false => <u32 as Key>::MAX_THRESHOLDS,
        };
        let are_few = columns.add_thresholds(all_splits(forest), most);
        if !are_few && !columns.has_floats {
            return Err(Unfit::TooLarge);
        }
        columns.are_small = are_few && columns.longest() <= <u16 as Key>::MAX_THRESHOLDS;
        Ok(columns)
    }

    /// The columns of a forest of which only row keys will be asked, and rows with missing values may come. Where those are
    /// the values themselves no threshold is kept, nor sorted.
    pub(crate) fn of_row_keys(forest: &Forest) -> Result<Self, Unfit> {
        let mut columns = Self::without_thresholds(forest, true)?;
        if !columns.has_floats {
            columns.add_thresholds(all_splits(forest), usize::MAX);
        }
        Ok(columns)
    }

    fn without_thresholds(forest: &Forest, takes_missing: bool) -> Result<Self, Unfit> {
        let mut columns = Self {
            ranked: Vec::new(),
            first_of_feature: Vec::with_capacity(forest.n_features() + 1),
            categories: Vec::new(),
            first_category: Vec::with_capacity(forest.trees().len()),
            takes_missing,
            has_floats: false,
            are_small: false,
            precision: forest.precision(),
            n_features: forest.n_features(),
        };
        for (feature, missing_goes_left, zero_is_missing) in columns.kinds(forest) {
            let position = index(columns.ranked.len())?;
            columns
                .first_of_feature
                .resize(feature as usize + 1, position);
            columns.ranked.push(RankedColumn {
                feature,
                missing: Side::left_if(missing_goes_left),
                zero_is_missing,
                thresholds: Vec::new(),
            });
        }
        let end = index(columns.ranked.len())?;
        columns
            .first_of_feature
            .resize(forest.n_features() + 1, end);
        columns.add_categories(forest)?;
        columns.has_floats = columns.precision == Precision::Single && columns.len() < MAX_FLOATS;
        Ok(columns)
    }

    /// The kinds of a forest's splits.
    fn kinds(&self, forest: &Forest) -> BTreeSet<Kind> {
        let n_threads = threads_for_nodes(forest.n_nodes());
        let share = forest.trees().len().div_ceil(n_threads).max(1);
        let shares: Vec<_> = forest.trees().chunks(share).collect();
        let kinds = parallel_map(&shares, n_threads, |_, trees| {
            let mut kinds = BTreeSet::new();
            // Nearly all splits on a feature are of the kind of the last one.
            let mut last = vec![None; forest.n_features()];
            for split in number_splits(trees.iter().flat_map(Tree::splits)) {
                let kind = self.kind(&split);
                if last[split.feature as usize].replace(kind) != Some(kind) {
                    kinds.insert(kind);
                }
            }
            kinds
        });
        kinds.into_iter().flatten().collect()
    }

    /// Adds the thresholds of some nodes, and tells whether they are at most so many in each column. If not, none is kept.
    fn add_thresholds(&mut self, nodes: impl Iterator<Item = Node>, most: usize) -> bool {
        // A column is looked through when it has gathered so many, of which some may be the same: who has far too many need not
        // gather them all.
        let mut full = vec![most.saturating_add(most / 4); self.ranked.len()];
        for split in number_splits(nodes) {
            let Some(column) = self.column(self.kind(&split)) else {
                continue;
            };
            let threshold = self.threshold(&split);
            let thresholds = &mut self.ranked[column].thresholds;
            thresholds.push(threshold);
            if thresholds.len() > full[column] {
                sort_distinct(thresholds);
                full[column] = thresholds.len().saturating_add(most);
                if thresholds.len() > most {
                    self.forget_thresholds();
                    return false;
                }
            }
        }
        for column in &mut self.ranked {
            sort_distinct(&mut column.thresholds);
            column.thresholds.shrink_to_fit();
        }
        let are_few = self.longest() <= most;
        if !are_few {
            self.forget_thresholds();
        }
        are_few
    }

    fn forget_thresholds(&mut self) {
        for column in &mut self.ranked {
            column.thresholds = Vec::new();
        }
    }

    /// The position in `ranked` of the splits of a kind.
    fn column(&self, kind: Kind) -> Option<usize> {
        let (feature, missing_goes_left, zero_is_missing) = kind;
        let of_feature = self.first_of_feature.get(feature as usize..)?;
        let (first, end) = (*of_feature.first()?, *of_feature.get(1)?);
        let missing = Side::left_if(missing_goes_left);
        (first as usize..end as usize).find(|column| {
            let column = &self.ranked[*column];
            column.missing == missing && column.zero_is_missing == zero_is_missing
        })
    }

    fn add_categories(&mut self, forest: &Forest) -> Result<(), Unfit> {
        for tree in forest.trees() {
            let first = self.ranked.len() + self.categories.len();
            self.first_category.push(index(first)?);
            if tree.sets().is_empty() {
                continue;
            }
            let mut of_tree = vec![None; tree.sets().len()];
            for node in tree.splits() {
                if let Node::Categories(split) = node {
                    of_tree[split.set as usize] = Some(split.feature);
                }
            }
            for (set, feature) in tree.sets().iter().zip(of_tree) {
                self.categories.push(CategoryColumn {
                    // Every set has its split.
                    feature: feature.unwrap_or(0),
                    set: set.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether row keys are the values themselves.
    pub(crate) fn have_floats(&self) -> bool {
        self.has_floats
    }

    /// Whether all thresholds of the forest have ranks of 16 bits.
    pub(crate) fn are_small(&self) -> bool {
        self.are_small
    }

    /// Forgets the thresholds but for those of some nodes: no others will be asked for, except by row keys that are floats.
    pub(crate) fn keep_thresholds(&mut self, of: impl Iterator<Item = Node>) {
        self.forget_thresholds();
        self.add_thresholds(of, usize::MAX);
    }

    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        self.ranked.len() + self.categories.len()
    }

    /// The feature that a column asks.
    pub(crate) fn feature(&self, column: usize) -> u32 {
        match self.ranked.get(column) {
            Some(column) => column.feature,
            None => self.categories[column - self.ranked.len()].feature,
        }
    }

    /// The order of row keys that have one for each column, and a zero behind them.
    pub(crate) fn row_order(&self) -> RowOrder {
        RowOrder::of_columns(self.len())
    }

    /// The orders of row keys that have no more than are needed.
    pub(crate) fn row_orders(&self) -> RowOrders {
        RowOrders::of(&self.ranked, self.categories.len(), self.has_floats)
    }

    /// Keys of a chunk: [`LANES`] for each column and for the zeros.
    pub(crate) fn n_keys(&self) -> usize {
        (self.len() + 1).max(MIN_COLUMNS) * LANES
    }

    /// Largest number of thresholds in a column.
    pub(crate) fn longest(&self) -> usize {
        let lengths = self.ranked.iter().map(|column| column.thresholds.len());
        lengths.max().unwrap_or(0)
    }

    /// Number of features of a row.
    pub(crate) fn n_features(&self) -> usize {
        self.n_features
    }

    /// What a node of a tree asks; `None` for a leaf.
    pub(crate) fn question(&self, tree: usize, node: &Node) -> Option<Question> {
        match node {
            Node::Split(split) => {
                let column = self.column(self.kind(split))?;
                let threshold = self.threshold(split);
                let thresholds = &self.ranked[column].thresholds;
                let rank = thresholds.partition_point(|other| *other < threshold);
                Some(Question {
                    // Fits: it was counted so.
                    column: column as u32,
                    rank: u32::try_from(rank).ok()?,
                })
            }
            Node::Categories(split) => Some(Question {
                column: self.first_category[tree] + split.set,
                rank: 0,
            }),
            Node::Leaf(_) => None,
        }
    }

    /// What a node asks of row keys.
    pub(crate) fn row_question(&self, tree: usize, node: &Node) -> Option<Question> {
        match node {
            Node::Split(split) if self.has_floats => Some(Question {
                // Fits: it was counted so.
                column: self.column(self.kind(split))? as u32,
                rank: float_key(self.threshold(split) as f32),
            }),
            _ => self.question(tree, node),
        }
    }

    fn kind(&self, split: &Split) -> Kind {
        let missing_goes_left = split.missing == Side::Left || !self.takes_missing;
        (split.feature, missing_goes_left, split.zero_is_missing)
    }

    /// The threshold to compare with: an f32 `x` is at most an f64 `t` exactly when it is at most the
    /// largest f32 that is not above `t`, and there are fewer of those.
    fn threshold(&self, split: &Split) -> f64 {
        match self.precision {
            Precision::Single => f64::from(round_down(split.threshold)),
            Precision::Double => split.threshold,
        }
    }

    /// A value as the trees compare it.
    #[inline(always)]
    pub(crate) fn cast(&self, value: f64) -> f64 {
        match self.precision {
            Precision::Single => f64::from(value as f32),
            Precision::Double => value,
        }
    }

    /// Writes the keys of some rows, at most [`LANES`].
    ///
    /// `values` holds them [cast](Self::cast), feature by feature, `stride` values each; `keys` takes
    /// them column by column, [`LANES`] keys each, of which the first `n_rows` are written, with the
    /// column of zeros last.
    #[inline(always)]
    pub(crate) fn write_keys<K: Key>(
        &self,
        values: &[f64],
        stride: usize,
        n_rows: usize,
        keys: &mut [K],
    ) {
        let (ranked, categories) = keys.split_at_mut(self.ranked.len() * LANES);
        let (categories, zeros) = categories.split_at_mut(self.categories.len() * LANES);
        // In all lanes: kernels walk some that no row is in, and leaves are only kept by zeros.
        zeros[..LANES].fill(K::of(0));
        let of = |feature: u32| {
            let start = feature as usize * stride;
            &values[start..start + n_rows]
        };
        for (column, keys) in self.ranked.iter().zip(ranked.chunks_exact_mut(LANES)) {
            column.write_keys(of(column.feature), &mut keys[..n_rows], self.takes_missing);
        }
        for (column, keys) in self
            .categories
            .iter()
            .zip(categories.chunks_exact_mut(LANES))
        {
            column.write_keys(of(column.feature), keys);
        }
    }

    /// Writes the keys of some rows, at most [`LANES`], row by row, in an order of them.
    ///
    /// `values` holds them as for [`Self::write_keys`].
    #[inline(always)]
    pub(crate) fn write_row_keys(
        &self,
        values: &[f64],
        stride: usize,
        keys: &mut [u32],
        order: &RowOrder,
    ) {
        let n_rows = keys.len() / order.n_keys();
        let mut found = [0; LANES];
        let found = &mut found[..n_rows];
        let of = |feature: u32| {
            let start = feature as usize * stride;
            &values[start..start + n_rows]
        };
        let mut write = |place: usize, found: &[u32]| {
            for (row, key) in keys.chunks_exact_mut(order.n_keys()).zip(found) {
                row[place] = *key;
            }
        };
        for (at, column) in self.ranked.iter().enumerate() {
            let Some(place) = order.place(at) else {
                continue;
            };
            let values = of(column.feature);
            match self.has_floats {
                true => column.write_floats(values, found, self.takes_missing),
                false => column.write_keys(values, found, self.takes_missing),
            }
            write(place, found);
        }
        for (at, column) in self.categories.iter().enumerate() {
            let Some(place) = order.place(self.ranked.len() + at) else {
                continue;
            };
            column.write_keys(of(column.feature), found);
            write(place, found);
        }
        found.fill(0);
        write(order.zero(), found);
    }
}

impl CategoryColumn {
    #[inline(always)]
    fn write_keys<K: Key>(&self, values: &[f64], keys: &mut [K]) {
        for (key, value) in keys.iter_mut().zip(values) {
            *key = K::of(u32::from(self.set.side(*value) == Side::Right));
        }
    }
}

/// The splits of a forest, of either kind.
fn all_splits(forest: &Forest) -> impl Iterator<Item = Node> {
    forest.trees().iter().flat_map(Tree::splits)
}

/// The splits by number among some nodes.
fn number_splits(nodes: impl Iterator<Item = Node>) -> impl Iterator<Item = Split> {
    nodes.filter_map(|node| match node {
        Node::Split(split) => Some(split),
        Node::Categories(_) | Node::Leaf(_) => None,
    })
}

/// Sorts thresholds, and leaves each once: by value, so that -0.0 and 0.0 are one.
fn sort_distinct(thresholds: &mut Vec<f64>) {
    thresholds.sort_unstable_by(f64::total_cmp);
    thresholds.dedup_by(|a, b| a == b);
}

fn index(position: usize) -> Result<u32, Unfit> {
    u32::try_from(position).map_err(|_| Unfit::TooLarge)
}

/// The largest f32 that is not above an f64 (which is not NaN).
fn round_down(threshold: f64) -> f32 {
    let nearest = threshold as f32;
    if f64::from(nearest) > threshold {
        nearest.next_down()
    } else {
        nearest
    }
}

#[cfg(test)]
mod tests {
    use propenso_model::TreeBuilder;
    use propenso_model::forest::Sum;
    use propenso_model::tree::UncheckedSplit;

    use super::*;

    /// A forest of one tree, whose splits lie one below the other and have these thresholds.
    fn forest(thresholds: &[f64]) -> Forest {
        let mut builder = TreeBuilder::new(1, 2 * thresholds.len() + 1, 1).unwrap();
        for (threshold, node) in thresholds.iter().zip((0..).step_by(2)) {
            let split = UncheckedSplit {
                feature: 0,
                threshold: *threshold,
                left: node + 1,
                right: node + 2,
                missing: Side::Left,
                zero_is_missing: false,
            };
            builder.split(&split).unwrap();
            builder.leaf(&[1.0]).unwrap();
        }
        builder.leaf(&[2.0]).unwrap();
        let sum = Sum {
            base: vec![0.0],
            score_of_tree: vec![0],
            scale: 1.0,
            precision: Precision::Double,
            divisor: None,
        };
        Forest::boosted(vec![builder.finish().unwrap()], 1, Precision::Single, sum).unwrap()
    }

    #[test]
    fn thresholds_are_gathered_while_they_may_be_few() {
        let most = 8;
        for (n_distinct, n_splits) in [(1, 1), (5, 200), (8, 8), (8, 200), (9, 9), (9, 200)] {
            let thresholds: Vec<f64> = (0..n_splits).map(|at| f64::from(at % n_distinct)).collect();
            let forest = forest(&thresholds);
            let mut columns = Columns::without_thresholds(&forest, true).unwrap();
            let are_few = columns.add_thresholds(all_splits(&forest), most);
            assert_eq!(are_few, n_distinct <= 8, "{n_distinct} of {n_splits}");
            let kept = (0..n_distinct).take_while(|_| are_few).map(f64::from);
            assert_eq!(columns.ranked[0].thresholds, kept.collect::<Vec<_>>());
        }
        // Those behind the first few are others.
        let thresholds = [vec![0.0; 100], (0..9).map(f64::from).collect()].concat();
        let forest = forest(&thresholds);
        let mut columns = Columns::without_thresholds(&forest, true).unwrap();
        assert!(!columns.add_thresholds(all_splits(&forest), most));
    }
}
