//! How a model's scores of the reference portfolio compare with the champion's.

use propenso_portfolio::PortfolioError;
use propenso_scoring::statistics::{Deciles, Migration, Stability};
use propenso_scoring::{Language, Scorer};
use serde::Serialize;

use super::checked::Checked;
use super::clients::{Clients, opinions};
use super::concern::Concern;
use super::importance::Importance;
use super::input_reference::InputReference;
use super::limits::GateLimits;
use super::standard::Standard;
use crate::opinion::Opinion;

/// What was found on the reference portfolio.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Drift {
    /// The portfolio's file.
    pub reference: Option<String>,
    /// Clients in it.
    pub clients: usize,
    /// Clients that the model cannot score, and the champion, where there is one, can.
    pub unscored: usize,
    /// The champion it was compared with.
    pub champion: Option<u32>,
    /// Clients that both can score: the following is about them.
    pub compared: usize,
    /// The model's mean probability.
    pub mean: Option<f64>,
    /// The champion's.
    pub champion_mean: Option<f64>,
    /// Non-payers of the champion who are payers now.
    pub to_payer: usize,
    /// Payers of the champion who are not now.
    pub to_non_payer: usize,
    /// How far the probabilities have moved.
    pub stability: Option<Stability>,
    /// Who moves from which tenth to which.
    pub migration: Option<Migration>,
    /// The model's own tenths of all it can score.
    pub deciles: Option<Deciles>,
    /// How much each input moves the model; `None` in reports of before December 2026, and of models that cannot be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<Importance>,
    /// What each input was in the portfolio, for what is seen of it day by day; `None` in reports of before December 2026.
    #[serde(skip)]
    pub inputs: Option<InputReference>,
}

impl Drift {
    /// Share of the compared clients whose class changes, 0 to 1.
    #[must_use]
    pub fn flips(&self) -> f64 {
        if self.compared == 0 {
            return 0.0;
        }
        (self.to_payer + self.to_non_payer) as f64 / self.compared as f64
    }
}

/// The gate of the reference portfolio.
pub(super) fn gate(candidate: &Scorer, standard: &Standard<'_>) -> Checked<Drift> {
    let Some(reference) = standard.reference else {
        let concern = standard.has_champion.then_some(Concern::NotCompared);
        return Checked {
            concerns: concern.into_iter().collect(),
            ..Checked::skipped()
        };
    };
    let (drift, concerns) = match compare(candidate, standard.champion, reference) {
        Ok(drift) => {
            let mut concerns = concerns(&drift, standard.limits);
            if standard.has_champion && drift.compared == 0 {
                concerns.push(Concern::NotCompared);
            }
            (drift, concerns)
        }
        Err(error) => {
            let drift = Drift {
                reference: Some(reference.name.clone()),
                ..Drift::default()
            };
            let concern = Concern::TableUnusable {
                file: reference.name.clone(),
                problem: error.problem(Language::Spanish),
            };
            (drift, vec![concern])
        }
    };
    Checked::new(drift, concerns)
}

fn compare(
    candidate: &Scorer,
    champion: Option<(u32, &Scorer)>,
    reference: &Clients<'_>,
) -> Result<Drift, PortfolioError> {
    let table = reference.table(candidate.contract())?;
    let ours = opinions(candidate, &table)?;
    let scores: Vec<f64> = probabilities(ours.iter().flatten());
    let importance = Importance::of(candidate, &table)?;
    let mut drift = Drift {
        reference: Some(reference.name.clone()),
        clients: ours.len(),
        unscored: ours.iter().filter(|opinion| opinion.is_none()).count(),
        deciles: Deciles::of(&scores),
        mean: mean(&scores),
        inputs: InputReference::of(candidate, &table, importance.as_ref())?,
        importance,
        ..Drift::default()
    };
    let Some((number, champion)) = champion else {
        return Ok(drift);
    };
    let theirs = opinions(champion, &table)?;
    // Clients that neither can score are the portfolio's fault.
    let lost = theirs.iter().zip(&ours);
    drift.unscored = lost
        .filter(|(before, after)| before.is_some() && after.is_none())
        .count();
    let pairs: Vec<(Opinion, Opinion)> = theirs
        .into_iter()
        .zip(ours)
        .filter_map(|(before, after)| Some((before?, after?)))
        .collect();
    let before = probabilities(pairs.iter().map(|pair| &pair.0));
    let after = probabilities(pairs.iter().map(|pair| &pair.1));
    drift.champion = Some(number);
    drift.compared = pairs.len();
    drift.mean = mean(&after);
    drift.champion_mean = mean(&before);
    drift.to_payer = pairs.iter().filter(|(b, a)| a.class > b.class).count();
    drift.to_non_payer = pairs.iter().filter(|(b, a)| a.class < b.class).count();
    // Models of which only some clients have a probability do not exist.
    if before.len() == after.len() {
        drift.stability = Stability::of(&before, &after);
        drift.migration = Migration::of(&before, &after);
    }
    Ok(drift)
}

fn concerns(drift: &Drift, limits: &GateLimits) -> Vec<Concern> {
    let unscored = drift.unscored as f64 / drift.clients.max(1) as f64;
    let unscored = (unscored >= limits.unscored_fail).then_some(Concern::Unscored {
        share: unscored,
        limit: limits.unscored_fail,
    });
    // The same clients by both models: chance has no part in it, and the critical value, which is for two
    // samples, is only shown.
    let psi = drift.stability.and_then(|Stability { psi, .. }| {
        let (limit, level) = limits.psi().reached_by(psi)?;
        Some(Concern::Psi { psi, limit, level })
    });
    let share = drift.flips();
    let flips = limits.flips().reached_by(share);
    let flips = flips.map(|(limit, level)| Concern::Flips {
        share,
        limit,
        level,
    });
    let means = drift.mean.zip(drift.champion_mean);
    let change = means.map_or(0.0, |(a, b)| a - b);
    let mean = limits.mean().reached_by(change.abs());
    let mean = mean.map(|(limit, level)| Concern::Mean {
        change,
        limit,
        level,
    });
    [unscored, psi, flips, mean].into_iter().flatten().collect()
}

fn probabilities<'o>(opinions: impl Iterator<Item = &'o Opinion>) -> Vec<f64> {
    opinions.filter_map(|opinion| opinion.probability).collect()
}

fn mean(scores: &[f64]) -> Option<f64> {
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}
