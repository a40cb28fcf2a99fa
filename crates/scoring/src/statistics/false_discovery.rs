//! Which of many tests to believe: Benjamini and Hochberg (1995). Of twenty inputs that have not changed, one differs at 5 % by
//! chance; of what is told here, no more than the given share is chance, in the long run.

/// Tells which of some tests hold, so that the expected share of false ones among them is no more than `q`: all up to the greatest
/// p-value that is at most its rank's share of `q`.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64], q: f64) -> Vec<bool> {
    let mut sorted = p_values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let all = sorted.len() as f64;
    let ranked = sorted.iter().zip(1_u32..);
    let limit = ranked
        .filter(|(p, rank)| **p <= f64::from(*rank) / all * q)
        .last();
    let limit = limit.map(|(p, _)| *p);
    let is_within = |p: &f64| limit.is_some_and(|limit| *p <= limit);
    p_values.iter().map(is_within).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper: fifteen tests, of which four hold at 0.05, where Bonferroni's has three.
    #[test]
    fn the_papers_own_example() {
        let p_values = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let held = benjamini_hochberg(&p_values, 0.05);
        assert_eq!(held.iter().filter(|held| **held).count(), 4);
        assert!(held[..4].iter().all(|held| *held));
    }

    #[test]
    fn order_does_not_matter_and_a_later_rank_pulls_earlier_ones_along() {
        // 0.04 is above 0.05 / 3 and above 2 · 0.05 / 3, and within 3 · 0.05 / 3.
        assert_eq!(benjamini_hochberg(&[0.04, 0.03, 0.035], 0.05), [true; 3]);
        assert_eq!(
            benjamini_hochberg(&[0.9, 0.001, 0.8], 0.05),
            [false, true, false]
        );
        assert_eq!(benjamini_hochberg(&[], 0.05), [false; 0]);
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.5], 0.05), [false; 2]);
    }
}
