//! Gauss–Legendre quadrature on the interval from 0 to 1.

use std::f64::consts::PI;

/// Points and weights of an integral from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quadrature {
    /// Where the integrand is asked; strictly between 0 and 1.
    pub(crate) points: Vec<f64>,
    /// What each answer counts; positive, 1 in all.
    pub(crate) weights: Vec<f64>,
}

impl Quadrature {
    /// The rule of `n` points, which is exact for polynomials of degree up to `2n - 1`.
    ///
    /// Its points are the roots of the Legendre polynomial of degree `n`, found by Newton's method from
    /// the usual cosines (Press et al., *Numerical Recipes*, `gauleg`), and moved from (-1, 1).
    pub(crate) fn gauss_legendre(n: usize) -> Self {
        let mut rule = Self {
            points: Vec::with_capacity(n),
            weights: Vec::with_capacity(n),
        };
        for i in 0..n {
            let mut x = -(PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (value, derivative) = legendre(n, x);
                slope = derivative;
                let step = value / derivative;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            rule.points.push((1.0 + x) / 2.0);
            rule.weights.push(1.0 / ((1.0 - x * x) * slope * slope));
        }
        rule
    }
}

/// The Legendre polynomial of degree `n` at `x`, and its derivative, by the three-term recurrence.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (0.0, 1.0);
    for k in 1..=n {
        let k = k as f64;
        (before, value) = (
            value,
            ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k,
        );
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in [1, 2, 3, 4, 8, 16, 32, 64] {
            let rule = Quadrature::gauss_legendre(n);
            for degree in 0..2 * n {
                let sum: f64 = rule
                    .points
                    .iter()
                    .zip(&rule.weights)
                    .map(|(point, weight)| weight * point.powi(degree as i32))
                    .sum();
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!(
                    (sum - exact).abs() < 1e-14,
                    "{n} points, degree {degree}: {sum}"
                );
            }
        }
    }
}
