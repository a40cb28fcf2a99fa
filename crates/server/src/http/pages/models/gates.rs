//! What each gate saw, with its numbers.

use propenso_lifecycle::gates::drift::Drift;
use propenso_lifecycle::gates::golden::GoldenRows;
use propenso_lifecycle::gates::holdout::Holdout;
use propenso_lifecycle::gates::{Findings, Gate, GateOutcome};
use propenso_lifecycle::registry::Version;
use propenso_scoring::statistics::Discrimination;

use super::curves::{self, Drawn};
use super::tag::Tag;
use crate::http::pages::figure;
use crate::http::pages::words::ModelsWords;

/// A name and what there is to say.
pub(super) type Pair = (String, String);

/// A gate as it is shown.
#[derive(Debug)]
pub(super) struct GateView {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) outcome: Tag,
    pub(super) sentence: Option<&'static str>,
    pub(super) pairs: Vec<Pair>,
    /// Rows that differ: where, and how.
    pub(super) rows: Vec<String>,
    pub(super) technical: Option<String>,
    pub(super) figures: Option<FiguresTable>,
    pub(super) charts: Vec<Drawn>,
}

/// A model's figures on labelled clients, beside the champion's.
#[derive(Debug)]
pub(super) struct FiguresTable {
    pub(super) models: Vec<String>,
    /// The figure, and each model's.
    pub(super) rows: Vec<(&'static str, Vec<String>)>,
}

impl GateView {
    /// All gates that a version was asked.
    pub(super) fn all(version: &Version, words: ModelsWords) -> Vec<Self> {
        let gates = version.report.gates.iter();
        gates.map(|gate| Self::of(gate, version, words)).collect()
    }

    fn of(gate: &Gate, version: &Version, words: ModelsWords) -> Self {
        let (id, title) = match &gate.findings {
            Findings::Reading(_) => ("lectura", words.gate_reading()),
            Findings::Fit(_) => ("datos", words.gate_fit()),
            Findings::Golden(_) => ("filas", words.gate_golden()),
            Findings::Drift(_) => ("cartera", words.gate_drift()),
            Findings::Holdout(_) => ("resultados", words.gate_holdout()),
        };
        let empty = Self {
            id,
            title,
            outcome: Tag::outcome(gate.outcome, words),
            sentence: None,
            pairs: Vec::new(),
            rows: Vec::new(),
            technical: None,
            figures: None,
            charts: Vec::new(),
        };
        let is_skipped = gate.outcome == GateOutcome::Skipped;
        match &gate.findings {
            Findings::Reading(found) => {
                let inputs = found.n_inputs.map(|n| figure::count(n as u64, words.0));
                let pairs = [
                    (words.class(), found.class.clone()),
                    (words.writer(), found.writer.clone()),
                    (words.inputs(), inputs),
                ];
                let pairs = pairs
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?)));
                Self {
                    pairs: pairs.collect(),
                    technical: found.detail.clone(),
                    ..empty
                }
            }
            Findings::Fit(found) => Self {
                pairs: vec![(words.contract().to_owned(), found.contract.clone())],
                technical: found.detail.clone(),
                ..empty
            },
            Findings::Golden(_) if is_skipped => Self {
                sentence: Some(words.no_golden()),
                ..empty
            },
            Findings::Golden(found) => Self {
                pairs: golden_pairs(found, words),
                rows: golden_rows(found, words),
                ..empty
            },
            Findings::Drift(found) if found.reference.is_none() => Self {
                sentence: Some(words.no_reference()),
                ..empty
            },
            Findings::Drift(found) => Self {
                pairs: drift_pairs(found, words),
                charts: curves::of_drift(found, version, words),
                ..empty
            },
            Findings::Holdout(_) if is_skipped => Self {
                sentence: Some(words.no_holdout()),
                ..empty
            },
            Findings::Holdout(found) => {
                let has_figures = found.candidate.is_some();
                let has_curves = found.curves.is_some();
                Self {
                    sentence: (has_figures && !has_curves).then_some(words.no_curves()),
                    pairs: holdout_pairs(found, words),
                    figures: FiguresTable::of(found, words),
                    charts: curves::of_holdout(found, version.number, words),
                    ..empty
                }
            }
        }
    }
}

fn golden_pairs(found: &GoldenRows, words: ModelsWords) -> Vec<Pair> {
    let count = |n| figure::count(n, words.0);
    let of_rows = |part| words.of_rows(&count(part), &count(found.rows));
    if !found.came_along {
        let answered = found.rows.saturating_sub(found.unanswered);
        return vec![(words.rows_champion().to_owned(), of_rows(answered))];
    }
    let others = [
        (words.rows_rounded(), found.rounded),
        (words.rows_ties(), found.ties),
        (words.rows_unanswered(), found.unanswered),
    ];
    let others = others.into_iter().filter(|(_, n)| *n > 0);
    let first = (
        words.rows_as_expected().to_owned(),
        of_rows(found.as_expected),
    );
    std::iter::once(first)
        .chain(others.map(|(name, n)| (name.to_owned(), count(n))))
        .collect()
}

fn golden_rows(found: &GoldenRows, words: ModelsWords) -> Vec<String> {
    let first = found.first.iter().filter(|_| found.came_along);
    first
        .map(|(at, how)| format!("{}: {how}", figure::count(*at, words.0)))
        .collect()
}

fn drift_pairs(found: &Drift, words: ModelsWords) -> Vec<Pair> {
    let count = |n: usize| figure::count(n as u64, words.0);
    let share = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |mean| figure::percent(mean, words.0))
    };
    let number = |value| figure::number(value, 4, words.0);
    let mut pairs = vec![
        (
            words.portfolio().to_owned(),
            found.reference.clone().unwrap_or_default(),
        ),
        (words.clients().to_owned(), count(found.clients)),
        (words.unscored().to_owned(), count(found.unscored)),
        (words.mean().to_owned(), share(found.mean)),
    ];
    let Some(champion) = found.champion else {
        return pairs;
    };
    pairs.push((words.mean_champion(champion), share(found.champion_mean)));
    let flips = words.flips_of(
        &figure::percent(found.flips(), words.0),
        &count(found.to_payer),
        &count(found.to_non_payer),
    );
    pairs.push((words.flips().to_owned(), flips));
    if let Some(stability) = found.stability {
        let psi = words.psi_of(&number(stability.psi), &number(stability.critical));
        pairs.push((words.psi().to_owned(), psi));
    }
    if let Some(migration) = &found.migration {
        let moving = |tenths| figure::percent(migration.share_moving(tenths), words.0);
        let moves = words.decile_moves_of(&moving(1), &moving(2));
        pairs.push((words.decile_moves().to_owned(), moves));
    }
    pairs
}

fn holdout_pairs(found: &Holdout, words: ModelsWords) -> Vec<Pair> {
    let Some(figures) = &found.candidate else {
        return Vec::new();
    };
    let count = |n: usize| figure::count(n as u64, words.0);
    let mut pairs = vec![
        (
            words.file().to_owned(),
            found.file.clone().unwrap_or_default(),
        ),
        (words.clients().to_owned(), count(figures.n)),
        (words.payers().to_owned(), count(figures.n_payers)),
        (words.left_out().to_owned(), count(found.left_out)),
        (
            words.baseline().to_owned(),
            figure::percent(figures.baseline_accuracy, words.0),
        ),
    ];
    if let Some(auc) = found.difference {
        let [value, low, high] =
            [auc.difference, auc.low, auc.high].map(|value| figure::number(value, 3, words.0));
        let difference = words.auc_difference_of(&value, &low, &high);
        pairs.push((words.auc_difference().to_owned(), difference));
    }
    pairs
}

impl FiguresTable {
    fn of(found: &Holdout, words: ModelsWords) -> Option<Self> {
        let own = found.candidate.as_ref()?;
        let champion = found.champion.as_ref();
        let mut models = vec![words.this_model().to_owned()];
        models.extend(champion.map(|(number, _)| words.version_of(*number)));
        let all: Vec<&Discrimination> = std::iter::once(own)
            .chain(champion.map(|(_, figures)| figures))
            .collect();
        let number = |value| figure::number(value, 3, words.0);
        let auc = |figures: &Discrimination| {
            let [low, high] = [figures.auc_low, figures.auc_high].map(number);
            format!("{} ({low} – {high})", number(figures.auc))
        };
        type Shown<'s> = &'s dyn Fn(&Discrimination) -> String;
        let shown: [(&'static str, Shown<'_>); 6] = [
            (words.auc(), &auc),
            (words.gini(), &|figures| number(figures.gini)),
            (words.ks(), &|figures| number(figures.ks)),
            (words.log_loss(), &|figures| number(figures.log_loss)),
            (words.brier(), &|figures| number(figures.brier)),
            (words.accuracy(), &|figures| {
                figure::percent(figures.accuracy, words.0)
            }),
        ];
        let rows = shown.into_iter().map(|(name, shown)| {
            let cells = all.iter().map(|figures| shown(figures));
            (name, cells.collect())
        });
        Some(Self {
            models,
            rows: rows.collect(),
        })
    }
}
