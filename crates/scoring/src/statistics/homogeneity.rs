//! Whether two samples may be of one population: Pearson's chi-square test of homogeneity.

use super::gamma::chi_square_above;

/// The least that is expected of a bin by chance; rarer ones are put together, or the test sees a change in every odd client
/// (Cochran, 1954).
const LEAST_EXPECTED: f64 = 5.0;

/// The probability that chance alone makes two samples of one population differ as much as these, counted in the same bins: of
/// χ² = Σ (observed − expected)² / expected over both samples, with one degree of freedom less than bins. 1 where there is
/// nothing to compare.
#[must_use]
pub fn homogeneity_p_value(before: &[u64], after: &[u64]) -> f64 {
    let n_before: u64 = before.iter().sum();
    let n_after: u64 = after.iter().sum();
    if n_before == 0 || n_after == 0 {
        return 1.0;
    }
    let all = (n_before + n_after) as f64;
    let rarest = n_before.min(n_after) as f64 / all;
    let is_rare = |(a, b): &(u64, u64)| (a + b) as f64 * rarest < LEAST_EXPECTED;
    let pairs = before.iter().copied().zip(after.iter().copied());
    let (rare, mut bins): (Vec<_>, Vec<_>) = pairs
        .filter(|bin| *bin != (0, 0))
        .partition(|bin| is_rare(bin));
    let put_together = rare
        .iter()
        .fold((0, 0), |sum, bin| (sum.0 + bin.0, sum.1 + bin.1));
    if put_together != (0, 0) {
        bins.push(put_together);
    }
    let square = |count: u64, expected: f64| (count as f64 - expected).powi(2) / expected;
    let statistic = bins.iter().map(|(a, b)| {
        let both = (a + b) as f64;
        let (of_before, of_after) = (n_before as f64 / all, n_after as f64 / all);
        square(*a, both * of_before) + square(*b, both * of_after)
    });
    chi_square_above(statistic.sum(), bins.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        assert!((got - expected).abs() < 1e-6, "{got} {expected}");
    }

    /// By hand: two by two, χ² = N (ad − bc)² / (all four sums); and what R's `chisq.test` says without its correction.
    #[test]
    fn known_tables() {
        // 200 · (30 · 60 − 70 · 40)² / (100 · 100 · 70 · 130) = 2.197802.
        near(homogeneity_p_value(&[30, 70], &[40, 60]), 0.138_208);
        // The same shares: no difference at all.
        assert_eq!(homogeneity_p_value(&[10, 20, 30], &[20, 40, 60]), 1.0);
        // Expected are 15 and 25 in each: 4 · 25 / 15 + 0 … = χ² of 20/3 with 2 degrees, whose tail is e^(−χ²/2).
        near(
            homogeneity_p_value(&[20, 10, 20], &[10, 20, 20]),
            (-10.0_f64 / 3.0).exp(),
        );
    }

    #[test]
    fn rare_bins_are_put_together() {
        let p = homogeneity_p_value(&[500, 500, 1, 0, 0], &[500, 500, 0, 1, 0]);
        assert!(p > 0.9, "{p}");
    }

    #[test]
    fn what_cannot_be_compared_has_not_changed() {
        assert_eq!(homogeneity_p_value(&[], &[]), 1.0);
        assert_eq!(homogeneity_p_value(&[3, 4], &[0, 0]), 1.0);
        assert_eq!(homogeneity_p_value(&[30], &[40]), 1.0);
    }
}
