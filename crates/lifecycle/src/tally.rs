//! What came of comparing a shadow with the champion, client by client: counts only, no client's data.

use jiff::civil::Date;
use propenso_scoring::statistics::Stability;
use serde::{Deserialize, Serialize};

use crate::opinion::Opinion;

/// Bins that probabilities are counted in, equally wide from 0 to 1.
const BINS: usize = 50;

/// Counts over some clients. Tallies of the same two models add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Clients that both scored.
    pub scored: u64,
    /// Of those, to whom both gave the same class.
    pub agreed: u64,
    /// Non-payers of the champion who are payers to the shadow.
    pub to_payer: u64,
    /// Payers of the champion who are not to the shadow.
    pub to_non_payer: u64,
    /// Clients that the shadow could not score and the champion could.
    pub failed: u64,
    /// Clients not compared, because there were more than the shadow had time for.
    pub dropped: u64,
    /// Sum of the differences in probability, shadow less champion.
    pub sum_of_differences: f64,
    /// Sum of their absolute values.
    pub sum_of_distances: f64,
    champion_bins: Vec<u64>,
    shadow_bins: Vec<u64>,
}

/// What came of comparing a shadow with a champion for a day.
#[derive(Debug, Clone)]
pub struct ShadowDay {
    /// The champion's number.
    pub champion: u32,
    /// The day, of the server's time zone.
    pub date: Date,
    /// The counts.
    pub tally: Tally,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            scored: 0,
            agreed: 0,
            to_payer: 0,
            to_non_payer: 0,
            failed: 0,
            dropped: 0,
            sum_of_differences: 0.0,
            sum_of_distances: 0.0,
            champion_bins: vec![0; BINS],
            shadow_bins: vec![0; BINS],
        }
    }
}

impl Tally {
    /// Counts a client that both scored.
    pub fn count(&mut self, champion: Opinion, shadow: Opinion) {
        self.scored += 1;
        if champion.class == shadow.class {
            self.agreed += 1;
        } else if shadow.class > champion.class {
            self.to_payer += 1;
        } else {
            self.to_non_payer += 1;
        }
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        if let (Some(champion), Some(shadow)) =
            (finite(champion.probability), finite(shadow.probability))
        {
            self.sum_of_differences += shadow - champion;
            self.sum_of_distances += (shadow - champion).abs();
            self.champion_bins[bin(champion)] += 1;
            self.shadow_bins[bin(shadow)] += 1;
        }
    }

    /// Adds another tally of the same two models.
    pub fn add(&mut self, other: &Self) {
        self.scored += other.scored;
        self.agreed += other.agreed;
        self.to_payer += other.to_payer;
        self.to_non_payer += other.to_non_payer;
        self.failed += other.failed;
        self.dropped += other.dropped;
        self.sum_of_differences += other.sum_of_differences;
        self.sum_of_distances += other.sum_of_distances;
        add_bins(&mut self.champion_bins, &other.champion_bins);
        add_bins(&mut self.shadow_bins, &other.shadow_bins);
    }

    /// Whether nothing has been counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scored + self.failed + self.dropped == 0
    }

    /// Share of the clients to whom both gave the same class, 0 to 1.
    #[must_use]
    pub fn agreement(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.agreed as f64 / self.scored as f64)
    }

    /// Mean difference in probability, shadow less champion.
    #[must_use]
    pub fn mean_difference(&self) -> Option<f64> {
        let n: u64 = self.champion_bins.iter().sum();
        (n > 0).then(|| self.sum_of_differences / n as f64)
    }

    /// How far the shadow's scores are from the champion's.
    #[must_use]
    pub fn stability(&self) -> Option<Stability> {
        let n: u64 = self.champion_bins.iter().sum();
        (n > 0).then(|| {
            Stability::of_counts(
                &tenths(&self.champion_bins, &self.champion_bins),
                &tenths(&self.champion_bins, &self.shadow_bins),
            )
        })
    }
}

fn bin(probability: f64) -> usize {
    // A probability is 0 to 1; what is not would still have a bin.
    ((probability * BINS as f64) as usize).min(BINS - 1)
}

fn add_bins(bins: &mut [u64], others: &[u64]) {
    for (bin, other) in bins.iter_mut().zip(others) {
        *bin += other;
    }
}

/// Narrow bins put together to about ten that hold as many of the champion's clients each.
fn tenths(champion: &[u64], counts: &[u64]) -> Vec<u64> {
    let n: u64 = champion.iter().sum();
    let (mut merged, mut below, mut sum) = (Vec::new(), 0, 0);
    // The tenth that the next bin ends.
    let mut tenth = 1;
    for (reference, count) in champion.iter().zip(counts) {
        below += reference;
        sum += count;
        if below * 10 >= n * tenth && tenth < 10 {
            merged.push(sum);
            sum = 0;
            // One narrow bin may hold several tenths.
            tenth = below * 10 / n.max(1) + 1;
        }
    }
    merged.push(sum);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(class: usize, probability: f64) -> Opinion {
        Opinion {
            class,
            probability: Some(probability),
        }
    }

    #[test]
    fn what_is_counted() {
        let mut tally = Tally::default();
        assert!(tally.is_empty() && tally.agreement().is_none() && tally.stability().is_none());
        tally.count(opinion(0, 0.2), opinion(0, 0.3));
        tally.count(opinion(0, 0.4), opinion(1, 0.6));
        tally.count(opinion(1, 1.0), opinion(0, 0.0));
        assert_eq!((tally.scored, tally.agreed), (3, 1));
        assert_eq!((tally.to_payer, tally.to_non_payer), (1, 1));
        let mean = tally.mean_difference().unwrap();
        assert!((mean - (0.1 + 0.2 - 1.0) / 3.0).abs() < 1e-15);
        let mut twice = tally.clone();
        twice.add(&tally);
        assert_eq!((twice.scored, twice.agreement()), (6, tally.agreement()));
    }

    #[test]
    fn models_without_probabilities_are_compared_by_class() {
        let mut tally = Tally::default();
        let class = |class| Opinion {
            class,
            probability: None,
        };
        tally.count(class(1), class(1));
        assert_eq!(
            (tally.agreement(), tally.mean_difference()),
            (Some(1.0), None)
        );
    }

    #[test]
    fn a_bin_of_several_tenths_leaves_no_empty_ones() {
        let mut champion = vec![0; BINS];
        champion[3] = 50;
        champion[10..35].fill(2);
        let merged = tenths(&champion, &champion);
        assert_eq!(merged, [50, 10, 10, 10, 10, 10]);
    }

    #[test]
    fn moved_scores_show() {
        let (mut same, mut moved) = (Tally::default(), Tally::default());
        for i in 0..1_000 {
            let p = f64::from(i) / 1e3;
            same.count(opinion(0, p), opinion(0, p));
            moved.count(opinion(0, p), opinion(0, (p + 0.2).min(1.0)));
        }
        let same = same.stability().unwrap();
        assert_eq!((same.psi, same.n_bins), (0.0, 10));
        assert!(moved.stability().unwrap().is_significant());
    }
}
