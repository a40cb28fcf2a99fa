//! What the trees' leaves say, and how it adds up.

use std::collections::HashMap;

use propenso_model::forest::{Combine, Precision};
use propenso_model::{Forest, Tree, parallel_map};

use crate::shares::threads_for_nodes;

/// The leaf values of a forest. Many leaves of a tree say the same, so each tree has a table of the
/// distinct ones, small enough to stay in the nearest cache, and its leaves are codes into it.
#[derive(Debug)]
pub(crate) struct Leaves {
    /// Table after table; [`Self::n_values`] numbers per entry.
    values: Vec<f64>,
    /// Per tree, where its table starts in `values`.
    starts: Vec<usize>,
    /// Per tree, the first of the scores it adds to.
    scores: Vec<u32>,
    /// Numbers per leaf.
    n_values: usize,
    /// What each score starts from.
    base: Vec<f64>,
    /// What the additions round to.
    precision: Precision,
    /// What the sums are divided by; `None` leaves them.
    divisor: Option<f64>,
}

/// The distinct leaf values of a tree.
struct Table {
    values: Vec<f64>,
    /// By position among the tree's leaf values, which of these it is.
    codes: Vec<u32>,
}

impl Table {
    fn of(forest: &Forest, tree: &Tree) -> Self {
        let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
        let said = tree.leaf_values().chunks_exact(tree.n_values());
        let mut table = Self {
            values: Vec::new(),
            codes: Vec::with_capacity(said.len()),
        };
        let mut bits = Vec::with_capacity(tree.n_values());
        for said in said {
            let said = said.iter().map(|value| ready(forest.combine(), *value));
            bits.clear();
            bits.extend(said.clone().map(f64::to_bits));
            let code = known.get(&bits[..]).copied().unwrap_or_else(|| {
                // Fits: there are at most as many as nodes, which are numbered by u32.
                let next = known.len() as u32;
                known.insert(bits.clone(), next);
                table.values.extend(said);
                next
            });
            table.codes.push(code);
        }
        table
    }
}

/// Where rows may end in a tree, numbered with 16 bits. The layouts make it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends<'t> {
    /// The leaf's code, place by place. Fewer than 65,536.
    pub(crate) codes: &'t [u16],
    /// All codes are below this.
    pub(crate) n_codes: usize,
    /// The number of the first place.
    pub(crate) first: u16,
}

impl Leaves {
    /// The leaves of a forest, and by tree the code of each, by its position among the tree's leaf values.
    pub(crate) fn of(forest: &Forest) -> (Self, Vec<Vec<u32>>) {
        let n_threads = threads_for_nodes(forest.n_nodes());
        let tables = parallel_map(forest.trees(), n_threads, |_, tree| Table::of(forest, tree));
        let n_values = tables.iter().map(|table| table.values.len()).sum();
        let mut leaves = Self::without_tables(forest);
        leaves.values.reserve_exact(n_values);
        let mut codes = Vec::with_capacity(tables.len());
        for table in tables {
            leaves.starts.push(leaves.values.len());
            leaves.values.extend(table.values);
            codes.push(table.codes);
        }
        (leaves, codes)
    }

    /// Has no tables, but knows all there is to know about adding.
    fn without_tables(forest: &Forest) -> Self {
        let n_trees = forest.trees().len();
        // A single tree's leaf is the answer: added to -0.0 it keeps its bits, -0.0 too.
        let zeros = |zero| vec![zero; forest.n_values()];
        let (base, precision, divisor) = match forest.combine() {
            Combine::Single => (zeros(-0.0), Precision::Double, None),
            Combine::Mean => (zeros(0.0), Precision::Double, Some(n_trees as f64)),
            Combine::Sum(sum) => (sum.base.clone(), sum.precision, sum.divisor),
            Combine::SumEach(sum) => (sum.base.clone(), sum.precision, None),
        };
        let (scores, n_values) = match forest.combine() {
            Combine::Sum(sum) => (sum.score_of_tree.clone(), 1),
            _ => (vec![0; n_trees], forest.n_values()),
        };
        Self {
            values: Vec::new(),
            starts: Vec::with_capacity(n_trees),
            scores,
            n_values,
            base,
            precision,
            divisor,
        }
    }

    /// Number of scores of a row.
    pub(crate) fn n_scores(&self) -> usize {
        self.base.len()
    }

    /// Sets scores of rows to what they start from.
    pub(crate) fn begin(&self, scores: &mut [f64]) {
        for scores in scores.chunks_exact_mut(self.base.len()) {
            scores.copy_from_slice(&self.base);
        }
    }

    /// Adds the leaves that some rows reached in a tree to their scores, [`Self::n_scores`] each.
    #[inline(always)]
    pub(crate) fn add(&self, tree: usize, codes: impl Iterator<Item = u32>, scores: &mut [f64]) {
        let table = &self.values[self.starts[tree]..];
        match (self.n_values, self.precision, &self.base[..]) {
            (1, Precision::Double, [_]) => {
                for (code, score) in codes.zip(scores) {
                    *score += table[code as usize];
                }
            }
            (1, Precision::Single, [_]) => {
                for (code, score) in codes.zip(scores) {
                    *score = add_single(*score, table[code as usize]);
                }
            }
            (2, Precision::Double, [_, _]) => {
                let (scores, _) = scores.as_chunks_mut::<2>();
                let (table, _) = table.as_chunks::<2>();
                for (code, [first, second]) in codes.zip(scores) {
                    let said = table[code as usize];
                    *first += said[0];
                    *second += said[1];
                }
            }
            (n_values, precision, base) => {
                let first = self.scores[tree] as usize;
                for (code, scores) in codes.zip(scores.chunks_exact_mut(base.len())) {
                    let said = &table[code as usize * n_values..][..n_values];
                    for (score, value) in scores[first..].iter_mut().zip(said) {
                        *score = match precision {
                            Precision::Single => add_single(*score, *value),
                            Precision::Double => *score + value,
                        };
                    }
                }
            }
        }
    }

    /// Adds as [`Self::add`] does. A function of its own, compiled for every processor: for AVX-512 the compiler makes
    /// gathers of it.
    #[inline(never)]
    pub(crate) fn add_codes(&self, tree: usize, codes: &[u32], scores: &mut [f64]) {
        self.add(tree, codes.iter().copied(), scores);
    }

    /// Adds the leaves that one row reached in all trees to its scores. `codes` has at least one per
    /// tree.
    #[inline(always)]
    pub(crate) fn add_row(&self, codes: &[usize], scores: &mut [f64]) {
        let said = self.starts.iter().zip(codes);
        match (self.n_values, self.precision, scores) {
            // The sums stay in registers: one addition waits for the one before as it is.
            (1, Precision::Double, [score]) => {
                *score = said.fold(*score, |sum, (start, code)| sum + self.values[start + code]);
            }
            (2, Precision::Double, [first, second]) => {
                (*first, *second) = said.fold((*first, *second), |sums, (start, code)| {
                    let said = &self.values[start + 2 * code..][..2];
                    (sums.0 + said[0], sums.1 + said[1])
                });
            }
            (_, _, scores) => {
                for (tree, (_, code)) in said.enumerate() {
                    self.add(tree, std::iter::once(*code as u32), scores);
                }
            }
        }
    }

    /// Adds as [`Self::add`] does, for rows that ended at some places.
    #[inline(always)]
    pub(crate) fn add_ends(&self, tree: usize, ends: Ends<'_>, at: &[u16], scores: &mut [f64]) {
        let table = &self.values[self.starts[tree]..];
        let (ones, pairs) = (table.as_chunks::<1>().0, table.as_chunks::<2>().0);
        match (self.n_values, self.precision, &self.base[..]) {
            (1, Precision::Double, [_]) => {
                add_said(ends, ones, at, scores.as_chunks_mut().0, |a, b| a + b);
            }
            (1, Precision::Single, [_]) => {
                add_said(ends, ones, at, scores.as_chunks_mut().0, add_single);
            }
            (2, Precision::Double, [_, _]) => {
                add_said(ends, pairs, at, scores.as_chunks_mut().0, |a, b| a + b);
            }
            _ => {
                let codes = at
                    .iter()
                    .map(|at| u32::from(ends.codes[usize::from(*at - ends.first)]));
                self.add(tree, codes, scores);
            }
        }
    }

    /// Turns the sums of one row into its scores.
    #[inline(always)]
    pub(crate) fn finish(&self, scores: &mut [f64]) {
        if let Some(divisor) = self.divisor {
            for score in scores {
                *score /= divisor;
            }
        }
    }
}

/// A leaf value as it is added: scaled and rounded once, not once per row.
fn ready(combine: &Combine, value: f64) -> f64 {
    let (value, precision) = match combine {
        Combine::Single | Combine::Mean => return value,
        Combine::Sum(sum) => (value * sum.scale, sum.precision),
        Combine::SumEach(sum) => (value, sum.precision),
    };
    match precision {
        Precision::Single => f64::from(value as f32),
        Precision::Double => value,
    }
}

#[inline(always)]
fn add_single(score: f64, value: f64) -> f64 {
    f64::from(score as f32 + value as f32)
}

/// Adds what leaves say to the scores of rows that ended there. Not inlined: on its own it keeps
/// everything in registers.
#[inline(never)]
fn add_said<const N: usize>(
    ends: Ends<'_>,
    table: &[[f64; N]],
    at: &[u16],
    scores: &mut [[f64; N]],
    add: impl Fn(f64, f64) -> f64,
) {
    let Ends {
        codes,
        n_codes,
        first,
    } = ends;
    assert!(table.len() >= n_codes);
    // Without a short cut, so that it is a handful of vector instructions.
    let n_places = codes.len() as u16;
    assert!(
        at.iter()
            .fold(true, |all, at| all & (at.wrapping_sub(first) < n_places))
    );
    for (place, scores) in at.iter().zip(scores) {
        debug_assert!(usize::from(place - first) < codes.len());
        // SAFETY: all places are from `first` on, and fewer behind it than there are codes.
        let code = unsafe { *codes.get_unchecked(usize::from(place.wrapping_sub(first))) };
        // SAFETY: the codes of a tree are below its `n_codes`.
        let said = unsafe { table.get_unchecked(usize::from(code)) };
        for (score, value) in scores.iter_mut().zip(said) {
            *score = add(*score, *value);
        }
    }
}
