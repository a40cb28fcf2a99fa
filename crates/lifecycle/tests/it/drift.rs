//! The reference portfolio: whom a model scores otherwise than the champion, and how much of that is too much.

use propenso_lifecycle::gates::clients::opinions;
use propenso_lifecycle::gates::drift::Drift;
use propenso_lifecycle::gates::limits::GateLimits;
use propenso_lifecycle::gates::{Concern, Findings, GateOutcome, Level};
use propenso_lifecycle::opinion::Opinion;
use propenso_portfolio::Table;
use propenso_scoring::Scorer;
use propenso_scoring::statistics::{Deciles, Migration, Stability};

use crate::trial::{Answered, FOREST, HISTOGRAM, LINEAR, MARGIN, TREE, Trial, csv, scorer};

const DRIFT: usize = 3;

/// Clients that the forest was asked, the first ones without a debt: most models cannot score those.
fn portfolio(without_debt: usize) -> String {
    let answered = Answered::of(FOREST);
    let mut rows = answered.rows();
    for row in &mut rows[..without_debt] {
        row[3].clear();
    }
    csv(&answered.header(), &rows)
}

fn trial<'t>(candidate: &str, champion: &'t Scorer, without_debt: usize) -> Trial<'t> {
    Trial {
        reference: Some(portfolio(without_debt)),
        ..Trial::of(candidate).beside(champion)
    }
}

/// With limits that nothing reaches.
fn boundless(trial: Trial<'_>) -> Trial<'_> {
    let limits = GateLimits {
        psi_warn: f64::INFINITY,
        psi_fail: f64::INFINITY,
        flips_warn: f64::INFINITY,
        flips_fail: f64::INFINITY,
        mean_warn: f64::INFINITY,
        mean_fail: f64::INFINITY,
        unscored_fail: f64::INFINITY,
        ..GateLimits::default()
    };
    Trial { limits, ..trial }
}

fn found(trial: &Trial<'_>) -> Drift {
    match trial.gate(DRIFT).findings {
        Findings::Drift(drift) => *drift,
        other => panic!("{other:?}"),
    }
}

fn asked(scorer: &Scorer, table: &str) -> Vec<Option<Opinion>> {
    let table = Table::read(table.as_bytes(), scorer.contract()).unwrap();
    opinions(scorer, &table).unwrap()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn what_is_found_beside_a_champion() {
    let (champion, candidate) = (scorer(LINEAR), scorer(TREE));
    let table = portfolio(0);
    let (before, after) = (asked(&champion, &table), asked(&candidate, &table));
    let pairs: Vec<_> = before
        .iter()
        .zip(&after)
        .map(|(b, a)| (b.unwrap(), a.unwrap()))
        .collect();
    let classes = |b: usize, a: usize| {
        let moves = pairs.iter().filter(|(x, y)| (x.class, y.class) == (b, a));
        moves.count()
    };
    let scores = |opinions: &[Option<Opinion>]| -> Vec<f64> {
        let known = opinions.iter().flatten();
        known.map(|opinion| opinion.probability.unwrap()).collect()
    };
    let (before, after) = (scores(&before), scores(&after));

    let drift = found(&trial(TREE, &champion, 0));
    assert_eq!(drift.reference.as_deref(), Some("cartera.csv"));
    assert_eq!((drift.clients, drift.compared, drift.unscored), (64, 64, 0));
    assert_eq!(drift.champion, Some(7));
    assert_eq!(drift.mean, Some(mean(&after)));
    assert_eq!(drift.champion_mean, Some(mean(&before)));
    assert_eq!(
        (drift.to_payer, drift.to_non_payer),
        (classes(0, 1), classes(1, 0))
    );
    assert!(drift.to_payer != drift.to_non_payer && drift.to_payer * drift.to_non_payer > 0);
    assert_eq!(
        drift.flips(),
        (drift.to_payer + drift.to_non_payer) as f64 / 64.0
    );
    assert_eq!(drift.stability, Stability::of(&before, &after));
    assert_eq!(drift.migration, Migration::of(&before, &after));
    assert_eq!(drift.deciles, Deciles::of(&after));
    assert!(drift.stability.is_some() && drift.deciles.is_some());
}

#[test]
fn the_first_model_is_only_told_of() {
    let trial = Trial {
        reference: Some(portfolio(2)),
        ..Trial::of(TREE)
    };
    let gate = boundless(trial).gate(DRIFT);
    assert_eq!(gate.outcome, GateOutcome::Pass);
    let Findings::Drift(drift) = gate.findings else {
        panic!("{gate:?}");
    };
    assert_eq!((drift.clients, drift.unscored, drift.compared), (64, 2, 0));
    assert_eq!(drift.champion, None);
    assert_eq!(drift.champion_mean, None);
    assert!(drift.mean.is_some_and(|mean| 0.0 < mean && mean < 1.0));
    assert_eq!(drift.flips(), 0.0);
}

/// Its tenths are kept with the model, to put later clients into.
#[test]
fn the_models_own_tenths_are_given_back() {
    let champion = scorer(FOREST);
    let trial = trial(TREE, &champion, 0);
    let examined = trial.examined();
    assert!(examined.deciles.is_some());
    assert_eq!(examined.deciles, found(&trial).deciles);
}

#[test]
fn whom_only_the_champion_can_score_is_the_models_fault() {
    let histogram = scorer(HISTOGRAM);
    let drift = found(&boundless(trial(TREE, &histogram, 5)));
    assert_eq!((drift.clients, drift.unscored, drift.compared), (64, 5, 59));
    // The other way round nothing is lost.
    let tree = scorer(TREE);
    let drift = found(&boundless(trial(HISTOGRAM, &tree, 5)));
    assert_eq!((drift.clients, drift.unscored, drift.compared), (64, 0, 59));
    // Neither can: the portfolio's fault.
    let forest = scorer(FOREST);
    let drift = found(&boundless(trial(TREE, &forest, 5)));
    assert_eq!((drift.clients, drift.unscored, drift.compared), (64, 0, 59));
}

#[test]
fn the_share_that_cannot_be_scored_has_a_limit() {
    let champion = scorer(HISTOGRAM);
    let share = 5.0 / 64.0;
    let concerns = |limit| {
        let mut trial = boundless(trial(TREE, &champion, 5));
        trial.limits.unscored_fail = limit;
        trial.concerns(DRIFT)
    };
    let unscored = |limit| vec![Concern::Unscored { share, limit }];
    assert_eq!(concerns(share), unscored(share));
    assert_eq!(concerns(share.next_down()), unscored(share.next_down()));
    assert_eq!(concerns(share.next_up()), []);
}

/// A limit is reached by what is equal to it; the worse of two counts.
#[test]
fn each_figure_has_two_limits() {
    type Set = fn(&mut GateLimits, f64, f64);
    type Made = fn(f64, f64, Level) -> Concern;
    let champion = scorer(LINEAR);
    let drift = found(&boundless(trial(TREE, &champion, 0)));
    let change = drift.mean.unwrap() - drift.champion_mean.unwrap();
    assert_ne!(change, 0.0);
    let cases: [(f64, f64, Set, Made); 3] = [
        (
            drift.stability.unwrap().psi,
            drift.stability.unwrap().psi,
            |limits, warn, fail| (limits.psi_warn, limits.psi_fail) = (warn, fail),
            |psi, limit, level| Concern::Psi { psi, limit, level },
        ),
        (
            drift.flips(),
            drift.flips(),
            |limits, warn, fail| (limits.flips_warn, limits.flips_fail) = (warn, fail),
            |share, limit, level| Concern::Flips {
                share,
                limit,
                level,
            },
        ),
        (
            change,
            change.abs(),
            |limits, warn, fail| (limits.mean_warn, limits.mean_fail) = (warn, fail),
            |change, limit, level| Concern::Mean {
                change,
                limit,
                level,
            },
        ),
    ];
    for (told, value, set, made) in cases {
        assert!(value > 0.0);
        let concerns = |warn, fail| {
            let mut trial = boundless(trial(TREE, &champion, 0));
            set(&mut trial.limits, warn, fail);
            trial.concerns(DRIFT)
        };
        let above = value.next_up();
        assert_eq!(concerns(0.0, value), [made(told, value, Level::Fail)]);
        assert_eq!(concerns(value, above), [made(told, value, Level::Warn)]);
        assert_eq!(concerns(above, above), []);
    }
}

#[test]
fn a_model_without_probabilities_is_compared_by_class() {
    let champion = scorer(FOREST);
    let drift = found(&boundless(trial(MARGIN, &champion, 0)));
    assert_eq!(drift.compared, 64);
    assert_eq!((drift.mean, drift.stability), (None, None));
    assert_eq!(drift.migration, None);
    assert!(drift.champion_mean.is_some() && drift.flips() > 0.0);
}

#[test]
fn where_nothing_was_compared_a_person_should_look() {
    let champion = scorer(TREE);
    // No portfolio at all.
    let without = Trial::of(FOREST).beside(&champion);
    assert_eq!(without.concerns(DRIFT), [Concern::NotCompared]);
    // Nor a champion: nothing is missed.
    let gate = Trial::of(FOREST).gate(DRIFT);
    assert_eq!(
        (gate.outcome, gate.concerns),
        (GateOutcome::Skipped, vec![])
    );
    // None of its clients can be scored.
    let none = boundless(trial(HISTOGRAM, &champion, 64));
    assert_eq!(none.concerns(DRIFT), [Concern::NotCompared]);
    // A champion that cannot be loaded.
    let lost = Trial {
        has_champion: true,
        reference: Some(portfolio(0)),
        ..Trial::of(FOREST)
    };
    assert_eq!(lost.concerns(DRIFT), [Concern::NotCompared]);
    // One that can.
    assert_eq!(boundless(trial(FOREST, &champion, 0)).concerns(DRIFT), []);
}

#[test]
fn a_portfolio_that_cannot_be_used_is_named() {
    let champion = scorer(TREE);
    let trial = Trial {
        reference: Some("nada\n1\n".to_owned()),
        ..Trial::of(FOREST).beside(&champion)
    };
    let gate = trial.gate(DRIFT);
    assert_eq!(gate.outcome, GateOutcome::Warn);
    let [Concern::TableUnusable { file, problem }] = &gate.concerns[..] else {
        panic!("{gate:?}");
    };
    assert_eq!(file, "cartera.csv");
    assert!(problem.contains("CANTIDAD_FACTURAS"), "{problem}");
    let drift = found(&trial);
    assert_eq!(drift.reference.as_deref(), Some("cartera.csv"));
    assert_eq!(drift.clients, 0);
}
