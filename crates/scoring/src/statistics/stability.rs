//! The population stability index: whether scores have moved.
//!
//! PSI = Σ (q − p) · ln(q / p) over bins, p and q being the two shares of a bin. Bins are the tenths of the first
//! scores. The usual limits of 0.1 and 0.25 say how large a move is, not whether there is one: without
//! any, n · m / (n + m) · PSI is about a chi-square variable of B − 1 degrees of freedom (B bins, samples of n and m), so
//! that small samples make 0.1 by chance. [`critical_psi`] is what chance exceeds once in a thousand times.

use super::Deciles;

/// Counted in every bin besides its scores, so that no share is zero (Jeffreys' prior).
const PRIOR: f64 = 0.5;

/// The chi-square distribution's 99.9 % quantiles for 1, 2 … degrees of freedom, from the tables.
const CHI_SQUARE_999: [f64; 9] = [
    10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877,
];

/// The normal distribution's 99.9 % quantile.
const Z_999: f64 = 3.090_232_306_167_813;

/// How far scores have moved.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Stability {
    /// The population stability index.
    pub psi: f64,
    /// What it exceeds once in a thousand times when nothing has moved.
    pub critical: f64,
    /// Bins compared.
    pub n_bins: usize,
}

impl Stability {
    /// Compares scores after with scores before; `None` when either are missing or not numbers.
    #[must_use]
    pub fn of(before: &[f64], after: &[f64]) -> Option<Self> {
        if after.is_empty() || after.iter().any(|score| score.is_nan()) {
            return None;
        }
        let mut edges = Deciles::of(before)?.cuts().to_vec();
        edges.dedup();
        let count = |scores: &[f64]| {
            let mut counts = vec![0_u64; edges.len() + 1];
            for score in scores {
                counts[edges.partition_point(|edge| score < edge)] += 1;
            }
            counts
        };
        Some(Self::of_counts(&count(before), &count(after)))
    }

    /// Compares counts in the same bins; bins that are empty on both sides do not count.
    #[must_use]
    pub fn of_counts(before: &[u64], after: &[u64]) -> Self {
        let bins: Vec<(u64, u64)> = before
            .iter()
            .copied()
            .zip(after.iter().copied())
            .filter(|bin| *bin != (0, 0))
            .collect();
        let n_before: u64 = bins.iter().map(|bin| bin.0).sum();
        let n_after: u64 = bins.iter().map(|bin| bin.1).sum();
        let share = |count: u64, all: u64| {
            (count as f64 + PRIOR) / (all as f64 + PRIOR * bins.len() as f64)
        };
        let psi = bins.iter().map(|(before, after)| {
            let (p, q) = (share(*before, n_before), share(*after, n_after));
            (q - p) * (q / p).ln()
        });
        Self {
            psi: psi.sum(),
            critical: critical_psi(bins.len(), n_before, n_after),
            n_bins: bins.len(),
        }
    }

    /// Whether scores have moved by more than chance explains.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.psi > self.critical
    }
}

/// The PSI that two samples of the same population exceed once in a thousand times: χ²(B − 1; 0.999) ·
/// (1/n + 1/m).
#[must_use]
pub fn critical_psi(n_bins: usize, n_before: u64, n_after: u64) -> f64 {
    if n_bins < 2 {
        return 0.0;
    }
    let quantile = CHI_SQUARE_999.get(n_bins - 2).copied();
    let quantile = quantile.unwrap_or_else(|| chi_square_999(n_bins - 1));
    quantile * (1.0 / n_before as f64 + 1.0 / n_after as f64)
}

/// The chi-square distribution's 99.9 % quantile by Wilson and Hilferty (1931), good to 1 % from six degrees of
/// freedom on.
fn chi_square_999(degrees: usize) -> f64 {
    let degrees = degrees as f64;
    let spread = 2.0 / (9.0 * degrees);
    degrees * (1.0 - spread + Z_999 * spread.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_critical_value_is_the_tables() {
        assert!((critical_psi(10, 1, u64::MAX) - 27.877).abs() < 1e-9);
        assert!((critical_psi(3, 1, u64::MAX) - 13.816).abs() < 1e-9);
        assert!((critical_psi(21, 1, u64::MAX) - 45.315).abs() < 0.3);
        assert_eq!(critical_psi(1, 10, 10), 0.0);
        for (degrees, known) in (1..).zip(CHI_SQUARE_999).skip(5) {
            assert!((chi_square_999(degrees) / known - 1.0).abs() < 0.01);
        }
    }

    #[test]
    fn the_same_scores_have_not_moved() {
        let scores: Vec<f64> = (0..1_000).map(|i| f64::from(i) / 1e3).collect();
        let stability = Stability::of(&scores, &scores).unwrap();
        assert_eq!((stability.psi, stability.n_bins), (0.0, 10));
        assert!(!stability.is_significant());
    }

    #[test]
    fn a_shift_by_a_tenth_is_seen() {
        let before: Vec<f64> = (0..1_000).map(f64::from).collect();
        let after: Vec<f64> = before.iter().map(|score| score + 100.0).collect();
        let stability = Stability::of(&before, &after).unwrap();
        // The lowest bin has lost all of its tenth, the highest has two tenths.
        let (empty, tenth, double): (f64, f64, f64) =
            (0.5 / 1_005.0, 100.5 / 1_005.0, 200.5 / 1_005.0);
        let moved: f64 =
            (empty - tenth) * (empty / tenth).ln() + (double - tenth) * (double / tenth).ln();
        assert!((stability.psi - moved).abs() < 1e-12, "{stability:?}");
        assert!(stability.is_significant());
    }

    #[test]
    fn small_samples_need_large_moves() {
        let stability = Stability::of_counts(&[12, 8, 10, 10], &[8, 12, 9, 11]);
        assert!(stability.psi > 0.05);
        assert!(!stability.is_significant());
    }

    #[test]
    fn what_cannot_be_compared() {
        assert_eq!(Stability::of(&[], &[0.5]), None);
        assert_eq!(Stability::of(&[0.5], &[]), None);
        assert_eq!(Stability::of(&[0.5], &[f64::NAN]), None);
    }
}
