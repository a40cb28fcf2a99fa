//! Labelled clients: who paid, how well a model tells them apart, and what is held against it.

use propenso_lifecycle::gates::clients::opinions;
use propenso_lifecycle::gates::holdout::Holdout;
use propenso_lifecycle::gates::{Concern, Findings, GateOutcome, Level};
use propenso_portfolio::Table;
use propenso_scoring::Scorer;
use propenso_scoring::statistics::{Calibration, Discrimination, Gains, auc_difference};

use crate::trial::{Answered, HISTOGRAM, LINEAR, MARGIN, TREE, Trial, csv, scorer};

const HOLDOUT: usize = 4;

/// Clients that the tree was asked, each with a label.
fn labelled(label: impl Fn(usize) -> String) -> String {
    let answered = Answered::of(TREE);
    let mut header = answered.header();
    header.push("TARGET".to_owned());
    let mut rows = answered.rows();
    for (at, row) in rows.iter_mut().enumerate() {
        row.push(label(at));
    }
    csv(&header, &rows)
}

fn bit(is_true: bool) -> String {
    u8::from(is_true).to_string()
}

/// Whether the tree's probability of each client is above the middle one.
fn likely() -> Vec<bool> {
    let probabilities = Answered::of(TREE).probabilities();
    let mut sorted = probabilities.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    probabilities.iter().map(|p| *p >= middle).collect()
}

fn trial<'t>(table: String) -> Trial<'t> {
    Trial {
        holdout: Some(table),
        ..Trial::of(TREE)
    }
}

fn found(trial: &Trial<'_>) -> Holdout {
    match trial.gate(HOLDOUT).findings {
        Findings::Holdout(holdout) => *holdout,
        other => panic!("{other:?}"),
    }
}

fn scores(scorer: &Scorer, table: &str) -> (Vec<f64>, Vec<bool>) {
    let table = Table::read(table.as_bytes(), scorer.contract()).unwrap();
    let opinions = opinions(scorer, &table).unwrap();
    let known = opinions.into_iter().flatten();
    known
        .map(|o| (o.probability.unwrap(), o.class == 1))
        .unzip()
}

#[test]
fn the_figures_of_both_models() {
    let paid: Vec<bool> = (0..64).map(|at| at % 3 == 0).collect();
    let table = labelled(|at| bit(paid[at]));
    let champion = scorer(LINEAR);
    let found = found(&trial(table.clone()).beside(&champion));
    let (ours, classes) = scores(&scorer(TREE), &table);
    assert!(classes.contains(&true) && classes.contains(&false));
    let (theirs, their_classes) = scores(&champion, &table);
    assert_eq!(found.file.as_deref(), Some("pagos.csv"));
    assert_eq!(found.left_out, 0);
    assert_eq!(found.candidate, Discrimination::of(&ours, &classes, &paid));
    let curves = found.curves.as_ref().unwrap();
    assert_eq!(Some(&curves.gains), Gains::of(&ours, &paid).as_ref());
    assert_eq!(
        Some(&curves.calibration),
        Calibration::of(&ours, &paid).as_ref()
    );
    let curves = found.champion_curves.as_ref().unwrap();
    assert_eq!(Some(&curves.gains), Gains::of(&theirs, &paid).as_ref());
    let figures = Discrimination::of(&theirs, &their_classes, &paid).unwrap();
    assert_eq!(found.champion, Some((7, figures)));
    assert_eq!(found.difference, auc_difference(&ours, &theirs, &paid));
    assert!(found.candidate.is_some() && found.difference.is_some());
}

#[test]
fn without_a_champion_there_is_no_difference() {
    let found = found(&trial(labelled(|at| bit(at % 2 == 0))));
    assert!(found.candidate.is_some());
    assert_eq!((found.champion, found.difference), (None, None));
}

#[test]
fn no_labelled_clients_no_answer() {
    let gate = Trial::of(TREE).gate(HOLDOUT);
    assert_eq!(
        (gate.outcome, gate.concerns),
        (GateOutcome::Skipped, vec![])
    );
}

#[test]
fn what_a_label_says() {
    let yes = [
        "1",
        "1.0",
        "si",
        "Sí",
        "s",
        "true",
        "VERDADERO",
        "Pagador",
        " 1 ",
    ];
    let no = ["0", "0.0", "no", "false", "2", "11", "1.00"];
    let unknown = ["", "nan", "NaN", "NULL", "None", "N/A", "na", "#N/D"];
    let labels: Vec<&str> = [&yes[..], &no, &unknown].concat();
    let found = found(&trial(labelled(|at| labels[at % labels.len()].to_owned())));
    let of = |some: &[&str]| {
        let all = labels.iter().cycle().take(64);
        all.filter(|label| some.contains(label)).count()
    };
    let figures = found.candidate.unwrap();
    assert_eq!(figures.n_payers, of(&yes));
    assert_eq!(figures.n, of(&yes) + of(&no));
    assert_eq!(found.left_out, of(&unknown));
}

#[test]
fn whom_either_model_cannot_score_is_left_out_of_both() {
    let table = labelled(|at| bit(at % 2 == 0));
    // The first five clients without a debt.
    let lines = table.lines().enumerate().map(|(line, text)| {
        let mut cells: Vec<&str> = text.split(',').collect();
        if (1..=5).contains(&line) {
            cells[3] = "";
        }
        cells.join(",") + "\n"
    });
    let table: String = lines.collect();
    for (candidate, champion) in [(TREE, HISTOGRAM), (HISTOGRAM, TREE)] {
        let champion = scorer(champion);
        let trial = Trial {
            holdout: Some(table.clone()),
            ..Trial::of(candidate).beside(&champion)
        };
        let found = found(&trial);
        assert_eq!(found.left_out, 5, "{candidate}");
        assert_eq!(found.candidate.unwrap().n, 59);
        assert_eq!(found.champion.unwrap().1.n, 59);
    }
}

/// A model of other columns than the champion's is measured all the same, and a person is told that there is no
/// comparison.
#[test]
fn a_champion_of_other_columns_leaves_the_model_measured_alone() {
    let path = crate::support::repository("examples/cobranza/modelo_final.pkl");
    // By the business's columns, which the table does not have.
    let champion = propenso_lifecycle::load::scorer(&path, Some("casas-cobranzas")).unwrap();
    let likely = likely();
    let trial = trial(labelled(|at| bit(likely[at]))).beside(&champion);
    let gate = trial.gate(HOLDOUT);
    assert_eq!(gate.outcome, GateOutcome::Warn);
    let [Concern::ChampionUnmeasured { problem }] = &gate.concerns[..] else {
        panic!("{gate:?}");
    };
    assert!(problem.contains("EDAD"), "{problem}");
    let found = found(&trial);
    assert_eq!(found.candidate.unwrap().n, 64);
    assert_eq!((found.champion, found.difference), (None, None));
    // What it is held to alone still counts.
    let chance = Trial {
        holdout: Some(labelled(|at| bit(!likely[at]))),
        ..Trial::of(TREE).beside(&champion)
    };
    assert_eq!(chance.gate(HOLDOUT).outcome, GateOutcome::Fail);
}

/// What chance explains is no proof; the whole interval on its wrong side is.
#[test]
fn no_better_than_chance() {
    let likely = likely();
    let level = |table: String| trial(table).concerns(HOLDOUT);
    assert_eq!(level(labelled(|at| bit(likely[at]))), []);
    assert_eq!(
        level(labelled(|at| bit(!likely[at]))),
        [Concern::Chance { level: Level::Fail }]
    );
    // Every other of both halves.
    let mut seen = [0, 0];
    let turns: Vec<bool> = likely
        .iter()
        .map(|is_likely| {
            let seen = &mut seen[usize::from(*is_likely)];
            *seen += 1;
            *seen % 2 == 0
        })
        .collect();
    assert_eq!(
        level(labelled(|at| bit(turns[at]))),
        [Concern::Chance { level: Level::Warn }]
    );
}

fn losses(champion: &Scorer, table: &str, (warn, fail): (f64, f64)) -> Vec<Concern> {
    let mut trial = trial(table.to_owned()).beside(champion);
    trial.limits.auc_loss_warn = warn;
    trial.limits.auc_loss_fail = fail;
    let mut concerns = trial.concerns(HOLDOUT);
    concerns.retain(|concern| matches!(concern, Concern::AucLoss { .. }));
    concerns
}

#[test]
fn a_loss_that_chance_does_not_explain_is_refused_from_the_limit_on() {
    let champion = scorer(LINEAR);
    // As the champion would have it: a model can only be worse at that.
    let (theirs, _) = scores(&champion, &labelled(|_| "0".to_owned()));
    let mut sorted = theirs.clone();
    sorted.sort_by(f64::total_cmp);
    let table = labelled(|at| bit(theirs[at] > sorted[32]));
    let difference = found(&trial(table.clone()).beside(&champion))
        .difference
        .unwrap();
    assert!(difference.high < 0.0, "{difference:?}");
    let loss = -difference.difference;
    let concern = |limit, level| [Concern::AucLoss { loss, limit, level }];
    let above = loss.next_up();
    assert_eq!(
        losses(&champion, &table, (0.0, loss)),
        concern(loss, Level::Fail)
    );
    assert_eq!(
        losses(&champion, &table, (loss, above)),
        concern(loss, Level::Warn)
    );
    assert_eq!(losses(&champion, &table, (above, above)), []);
}

#[test]
fn a_loss_that_chance_may_explain_is_only_told() {
    let champion = scorer(LINEAR);
    let (theirs, _) = scores(&champion, &labelled(|_| "0".to_owned()));
    let mut best: Vec<usize> = (0..64).collect();
    best.sort_by(|a, b| theirs[*b].total_cmp(&theirs[*a]));
    // Few outcomes are known, all as the champion would have it but one.
    let (paid, unpaid) = ([best[0], best[9], best[45]], [best[20], best[40], best[63]]);
    let table = labelled(|at| {
        let is_known = paid.contains(&at) || unpaid.contains(&at);
        if is_known {
            bit(paid.contains(&at))
        } else {
            String::new()
        }
    });
    let difference = found(&trial(table.clone()).beside(&champion))
        .difference
        .unwrap();
    let loss = -difference.difference;
    assert!(loss > 0.0 && difference.high > 0.0, "{difference:?}");
    assert_eq!(
        losses(&champion, &table, (loss, loss)),
        [Concern::AucLoss {
            loss,
            limit: loss,
            level: Level::Warn
        }]
    );
}

/// The same ranking has a loss of nothing, and an interval that ends at nothing: no proof even against a limit of 0.
#[test]
fn the_same_ranking_is_not_refused() {
    let champion = scorer(TREE);
    let table = labelled(|at| bit(at % 2 == 0));
    let concerns = losses(&champion, &table, (0.0, 0.0));
    assert!(
        matches!(
            concerns[..],
            [Concern::AucLoss {
                level: Level::Warn,
                ..
            }]
        ),
        "{concerns:?}"
    );
}

#[test]
fn a_better_model_loses_nothing() {
    let likely = likely();
    let champion = scorer(LINEAR);
    let table = labelled(|at| bit(likely[at]));
    let difference = found(&trial(table.clone()).beside(&champion))
        .difference
        .unwrap();
    assert!(difference.difference > 0.05, "{difference:?}");
    assert_eq!(losses(&champion, &table, (0.01, 0.05)), []);
}

#[test]
fn tables_that_measure_nothing_say_why() {
    let problem = |trial: Trial<'_>| {
        let gate = trial.gate(HOLDOUT);
        assert_eq!(gate.outcome, GateOutcome::Warn);
        let Findings::Holdout(holdout) = &gate.findings else {
            panic!("{gate:?}");
        };
        assert_eq!(holdout.file.as_deref(), Some("pagos.csv"));
        match &gate.concerns[..] {
            [Concern::TableUnusable { file, problem }] if file == "pagos.csv" => problem.clone(),
            other => panic!("{other:?}"),
        }
    };
    let answered = Answered::of(TREE);
    let unlabelled = csv(&answered.header(), &answered.rows());
    assert!(problem(trial(unlabelled)).contains("no tiene la columna TARGET"));
    // Nobody paid; nobody's outcome is known; no probabilities.
    let few = "no hay clientes que pagaron y clientes que no";
    assert!(problem(trial(labelled(|_| "0".to_owned()))).contains(few));
    assert!(problem(trial(labelled(|_| String::new()))).contains(few));
    let by_class = Trial {
        holdout: Some(labelled(|at| bit(at % 2 == 0))),
        ..Trial::of(MARGIN)
    };
    assert!(problem(by_class).contains(few));
    // A champion without probabilities is not compared; the model is measured all the same.
    let champion = scorer(MARGIN);
    let found = found(&trial(labelled(|at| bit(at % 2 == 0))).beside(&champion));
    assert!(found.candidate.is_some() && found.champion.is_none());
}
