//! How well scores tell payers from the others.
//!
//! AUC is the Mann-Whitney statistic with midranks; its variance, and that of the difference of two models' on the same
//! clients, are DeLong's (DeLong, DeLong and Clarke-Pearson, 1988) by the ranks of Sun and Xu (2014), in
//! O(n log n).

/// The normal distribution's 97.5 % quantile: intervals are of 95 %.
const Z_975: f64 = 1.959_963_984_540_054;

/// Probabilities are kept so far from 0 and 1 in the log loss, as scikit-learn does for doubles.
const EPSILON: f64 = f64::EPSILON;

/// A model's figures on labelled clients.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Discrimination {
    /// Clients.
    pub n: usize,
    /// Clients who paid.
    pub n_payers: usize,
    /// Probability that a payer's score is above another client's, 0 to 1.
    pub auc: f64,
    /// Lower end of its 95 % confidence interval.
    pub auc_low: f64,
    /// Upper end.
    pub auc_high: f64,
    /// 2 · AUC − 1.
    pub gini: f64,
    /// Largest distance between the score distributions of payers and others, 0 to 1.
    pub ks: f64,
    /// Mean of −ln(probability of what happened).
    pub log_loss: f64,
    /// Mean of (probability − what happened)².
    pub brier: f64,
    /// Share of clients whose class was right.
    pub accuracy: f64,
    /// The same of a model that says "does not pay" of everyone.
    pub baseline_accuracy: f64,
}

impl Discrimination {
    /// Measures probabilities of paying and classes by who paid; `None` unless there are payers and others,
    /// and every probability is a number.
    #[must_use]
    pub fn of(probabilities: &[f64], classes: &[bool], paid: &[bool]) -> Option<Self> {
        let placements = Placements::of(probabilities, paid)?;
        let n = paid.len();
        let n_payers = placements.of_payers.len();
        let (auc, deviation) = (
            placements.auc(),
            covariance(&placements, &placements).sqrt(),
        );
        let right = classes
            .iter()
            .zip(paid)
            .filter(|(class, paid)| class == paid);
        let mean = |sum: f64| sum / n as f64;
        let happened = |(probability, paid): (&f64, &bool)| {
            let probability = if *paid {
                *probability
            } else {
                1.0 - probability
            };
            probability.clamp(EPSILON, 1.0 - EPSILON)
        };
        let pairs = || probabilities.iter().zip(paid);
        // Of one client there is no spread to be known.
        let has_spread = n_payers > 1 && n - n_payers > 1;
        Some(Self {
            n,
            n_payers,
            auc,
            auc_low: if has_spread {
                (auc - Z_975 * deviation).max(0.0)
            } else {
                0.0
            },
            auc_high: if has_spread {
                (auc + Z_975 * deviation).min(1.0)
            } else {
                1.0
            },
            gini: 2.0 * auc - 1.0,
            ks: ks(probabilities, paid),
            log_loss: mean(pairs().map(|pair| -happened(pair).ln()).sum()),
            brier: mean(
                pairs()
                    .map(|(probability, paid)| (probability - f64::from(u8::from(*paid))).powi(2))
                    .sum(),
            ),
            accuracy: mean(right.count() as f64),
            baseline_accuracy: mean((n - n_payers) as f64),
        })
    }
}

/// How much better one model ranks than another on the same clients.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct AucDifference {
    /// AUC of the new model less that of the old one.
    pub difference: f64,
    /// Lower end of its 95 % confidence interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The difference of two models' AUC on the same clients; `None` as for [`Discrimination::of`].
#[must_use]
pub fn auc_difference(new: &[f64], old: &[f64], paid: &[bool]) -> Option<AucDifference> {
    let (new, old) = (Placements::of(new, paid)?, Placements::of(old, paid)?);
    let difference = new.auc() - old.auc();
    let variance = covariance(&new, &new) + covariance(&old, &old) - 2.0 * covariance(&new, &old);
    let width = Z_975 * variance.max(0.0).sqrt();
    Some(AucDifference {
        difference,
        low: difference - width,
        high: difference + width,
    })
}

/// The share of the others with a lower score, for each payer; the share of the payers with a higher one,
/// for each of the others. Ties count half.
struct Placements {
    of_payers: Vec<f64>,
    of_others: Vec<f64>,
}

impl Placements {
    fn of(scores: &[f64], paid: &[bool]) -> Option<Self> {
        let n_payers = paid.iter().filter(|paid| **paid).count();
        let n_others = paid.len() - n_payers;
        let has_nan = scores.iter().any(|score| score.is_nan());
        if scores.len() != paid.len() || n_payers == 0 || n_others == 0 || has_nan {
            return None;
        }
        let all = midranks(scores);
        let pick =
            |class: bool| -> Vec<usize> { (0..paid.len()).filter(|i| paid[*i] == class).collect() };
        // A score's rank among all, less its rank among its own kind, is the number of the other kind below it.
        let below = |members: &[usize]| -> Vec<f64> {
            let own: Vec<f64> = members.iter().map(|i| scores[*i]).collect();
            let among_own = midranks(&own);
            members
                .iter()
                .zip(among_own)
                .map(|(i, own)| all[*i] - own)
                .collect()
        };
        let (payers, others) = (pick(true), pick(false));
        Some(Self {
            of_payers: below(&payers).iter().map(|n| n / n_others as f64).collect(),
            of_others: below(&others)
                .iter()
                .map(|n| 1.0 - n / n_payers as f64)
                .collect(),
        })
    }

    fn auc(&self) -> f64 {
        mean(&self.of_payers)
    }
}

/// DeLong's estimate of the covariance of two AUCs.
fn covariance(a: &Placements, b: &Placements) -> f64 {
    let part = |a: &[f64], b: &[f64]| {
        if a.len() < 2 {
            return 0.0;
        }
        let (mean_a, mean_b) = (mean(a), mean(b));
        let sum: f64 = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - mean_a) * (b - mean_b))
            .sum();
        sum / (a.len() - 1) as f64 / a.len() as f64
    };
    part(&a.of_payers, &b.of_payers) + part(&a.of_others, &b.of_others)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Ranks from 1; equal values share the mean of theirs.
fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = below as f64 + (tied.len() + 1) as f64 / 2.0;
        for place in tied {
            ranks[*place] = rank;
        }
        below += tied.len();
    }
    ranks
}

fn ks(scores: &[f64], paid: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_unstable_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let n_payers = paid.iter().filter(|paid| **paid).count() as f64;
    let n_others = paid.len() as f64 - n_payers;
    let (mut payers, mut others, mut largest) = (0.0, 0.0, 0.0_f64);
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let paying = tied.iter().filter(|i| paid[**i]).count() as f64;
        payers += paying;
        others += tied.len() as f64 - paying;
        largest = largest.max((payers / n_payers - others / n_others).abs());
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f64; 10] = [0.1, 0.4, 0.35, 0.8, 0.65, 0.65, 0.2, 0.9, 0.5, 0.3];
    const PAID: [bool; 10] = [
        false, false, true, true, true, false, false, true, false, false,
    ];

    #[test]
    fn figures_by_hand() {
        let classes: Vec<bool> = SCORES.iter().map(|score| *score > 0.5).collect();
        let figures = Discrimination::of(&SCORES, &classes, &PAID).unwrap();
        // Pairs (payer, other): 0.35 beats 3 of 6, 0.8 and 0.9 all 6, 0.65 five and a tie.
        assert!((figures.auc - (3.0 + 6.0 + 6.0 + 5.5) / 24.0).abs() < 1e-15);
        assert!((figures.gini - (2.0 * figures.auc - 1.0)).abs() < 1e-15);
        // Placements of payers 0.5, 1, 11/12, 1; of others 1, 0.75, 0.625, 1, 0.75, 1.
        let variance = variance(&[0.5, 1.0, 11.0 / 12.0, 1.0]) / 4.0
            + variance(&[1.0, 0.75, 0.625, 1.0, 0.75, 1.0]) / 6.0;
        let width = 1.959_963_984_540_054 * variance.sqrt();
        assert!((figures.auc_low - (figures.auc - width)).abs() < 1e-12);
        assert_eq!(figures.accuracy, 0.8);
        assert_eq!(figures.baseline_accuracy, 0.6);
        // At 0.65 five of the six others are below and one of four payers.
        assert!((figures.ks - (5.0 / 6.0 - 0.25)).abs() < 1e-15);
        let brier: f64 = SCORES
            .iter()
            .zip(PAID)
            .map(|(p, paid)| (p - f64::from(u8::from(paid))).powi(2))
            .sum();
        assert!((figures.brier - brier / 10.0).abs() < 1e-15);
    }

    fn variance(values: &[f64]) -> f64 {
        let mean = mean(values);
        values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
    }

    #[test]
    fn a_model_does_not_differ_from_itself() {
        let same = auc_difference(&SCORES, &SCORES, &PAID).unwrap();
        assert_eq!((same.difference, same.low, same.high), (0.0, 0.0, 0.0));
        let turned: Vec<f64> = SCORES.iter().map(|score| 1.0 - score).collect();
        let worse = auc_difference(&turned, &SCORES, &PAID).unwrap();
        assert!(worse.difference < -0.5 && worse.high < 0.0);
    }

    #[test]
    fn certain_and_wrong_is_expensive_but_finite() {
        let figures = Discrimination::of(&[1.0, 0.0], &[true, false], &[false, true]).unwrap();
        assert!(figures.log_loss > 30.0 && figures.log_loss.is_finite());
        assert_eq!((figures.auc, figures.ks), (0.0, 1.0));
    }

    #[test]
    fn one_class_has_no_figures() {
        assert_eq!(Discrimination::of(&[0.5], &[true], &[true]), None);
        assert_eq!(Discrimination::of(&[], &[], &[]), None);
        assert_eq!(
            Discrimination::of(&[0.5, f64::NAN], &[true, true], &[true, false]),
            None
        );
    }
}
