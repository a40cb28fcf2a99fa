//! `PolynomialFeatures` (`sklearn/preprocessing/_polynomial.py`).

use crate::row_error::{Accepts, RowError};

/// Products of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Polynomial {
    /// The columns of each product; none for the constant 1.
    terms: Vec<Vec<usize>>,
}

/// Terms of all products together: what keeps a small file from asking for billions.
const MAX_TERMS: usize = 1_000_000;

impl Polynomial {
    /// All products of `n_columns` columns of `degrees.0` to `degrees.1` factors, in scikit-learn's
    /// order: by degree, then by columns. `None` when they are too many.
    #[must_use]
    pub fn new(
        n_columns: usize,
        degrees: (usize, usize),
        interactions_only: bool,
        has_constant: bool,
    ) -> Option<Self> {
        let mut terms = Vec::new();
        if has_constant {
            terms.push(Vec::new());
        }
        let mut n_factors = 0_usize;
        for degree in degrees.0.max(1)..=degrees.1 {
            let mut term = first_term(n_columns, degree, interactions_only);
            while let Some(columns) = term {
                n_factors += degree;
                if n_factors > MAX_TERMS {
                    return None;
                }
                term = next_term(&columns, n_columns, interactions_only);
                terms.push(columns);
            }
        }
        Some(Self { terms })
    }

    /// Number of products.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        self.terms.len()
    }

    pub(super) fn apply(&self, row: &[f64]) -> Result<Vec<f64>, RowError> {
        Accepts::FINITE.check(row)?;
        // Multiplied from the right, as the original builds each degree from the one before.
        let product = |term: &Vec<usize>| {
            let factors = term.iter().rev().map(|column| row[*column]);
            factors.reduce(|product, x| x * product).unwrap_or(1.0)
        };
        Ok(self.terms.iter().map(product).collect())
    }

    pub(super) fn origin(&self, value: usize) -> usize {
        let term = self.terms.get(value);
        term.and_then(|term| term.first()).copied().unwrap_or(0)
    }
}

fn first_term(n_columns: usize, degree: usize, interactions_only: bool) -> Option<Vec<usize>> {
    if interactions_only {
        return (degree <= n_columns).then(|| (0..degree).collect());
    }
    (n_columns > 0 && degree <= MAX_TERMS).then(|| vec![0; degree])
}

/// The next combination, with or without repetition, in lexicographic order.
fn next_term(term: &[usize], n_columns: usize, interactions_only: bool) -> Option<Vec<usize>> {
    let degree = term.len();
    let largest = |position: usize| {
        if interactions_only {
            n_columns - degree + position
        } else {
            n_columns - 1
        }
    };
    let position = (0..degree).rev().find(|at| term[*at] < largest(*at))?;
    let raised = term[position] + 1;
    let mut next = term.to_vec();
    for (offset, column) in next[position..].iter_mut().enumerate() {
        *column = if interactions_only {
            raised + offset
        } else {
            raised
        };
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_in_scikit_learns_order() {
        let terms = |polynomial: Option<Polynomial>| polynomial.unwrap().terms;
        assert_eq!(
            terms(Polynomial::new(2, (0, 2), false, true)),
            [vec![], vec![0], vec![1], vec![0, 0], vec![0, 1], vec![1, 1]]
        );
        assert_eq!(
            terms(Polynomial::new(3, (2, 2), true, false)),
            [vec![0, 1], vec![0, 2], vec![1, 2]]
        );
        assert_eq!(terms(Polynomial::new(1, (0, 3), true, false)), [vec![0]]);
        assert_eq!(Polynomial::new(65_000, (0, 6), false, true), None);
        assert_eq!(Polynomial::new(5, (0, usize::MAX), false, true), None);
    }
}
