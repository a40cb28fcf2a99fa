//! How well a model tells payers apart on labelled clients, beside the champion.

use propenso_portfolio::{PortfolioError, Table};
use propenso_scoring::statistics::{
    AucDifference, Calibration, Discrimination, Gains, auc_difference,
};
use propenso_scoring::{Ambiguity, Language, Scorer};
use serde::Serialize;

use super::checked::Checked;
use super::clients::{Clients, opinions};
use super::concern::{Concern, Level};
use super::limits::GateLimits;
use super::standard::Standard;
use super::target::Target;
use crate::opinion::Opinion;

/// What stands where an outcome is not known yet.
const UNKNOWN: [&str; 7] = ["", "nan", "null", "none", "n/a", "na", "#n/d"];

/// What was found on labelled clients.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Holdout {
    /// The file.
    pub file: Option<String>,
    /// Clients whose outcome is not known yet, or that some model cannot score: left out.
    pub left_out: usize,
    /// The model's figures.
    pub candidate: Option<Discrimination>,
    /// The champion's number and figures on the same clients.
    pub champion: Option<(u32, Discrimination)>,
    /// The difference in AUC.
    pub difference: Option<AucDifference>,
    /// What can be drawn of the model; `None` in reports of before December 2026.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// The same of the champion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub champion_curves: Option<Curves>,
}

/// What can be drawn of a model on labelled clients: some hundred numbers, however many they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curves {
    /// How many payers are reached by calling the first clients.
    pub gains: Gains,
    /// Whether as many pay as it says.
    pub calibration: Calibration,
}

impl Curves {
    fn of(probabilities: &[f64], paid: &[bool]) -> Option<Self> {
        Some(Self {
            gains: Gains::of(probabilities, paid)?,
            calibration: Calibration::of(probabilities, paid)?,
        })
    }
}

/// The gate of labelled clients.
pub(super) fn gate(
    candidate: &Scorer,
    holdout: Option<&Clients<'_>>,
    standard: &Standard<'_>,
) -> Checked<Holdout> {
    let Some(holdout) = holdout else {
        return Checked::skipped();
    };
    let table = holdout.table(candidate.contract());
    let found = table.map_err(HoldoutError::Table);
    let found = found.and_then(|table| measure(candidate, &table, standard));
    let (mut found, concerns) = match found {
        Ok((found, unmeasured)) => {
            let mut concerns = concerns(&found, standard.limits);
            concerns.extend(unmeasured);
            (found, concerns)
        }
        Err(error) => {
            let concern = Concern::TableUnusable {
                file: holdout.name.clone(),
                problem: error.problem(Language::Spanish),
            };
            (Holdout::default(), vec![concern])
        }
    };
    found.file = Some(holdout.name.clone());
    Checked::new(found, concerns)
}

/// A model's figures on labelled clients, without a champion beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// Clients in the table.
    pub clients: usize,
    /// Those whose outcome is not known yet: left out.
    pub unknown: usize,
    /// Those whose outcome is known, and whom the model cannot score: left out.
    pub unscored: usize,
    /// The figures of the others.
    pub figures: Discrimination,
    /// What was said of them and what they did.
    pub calibration: Calibration,
}

/// Measures a model on labelled clients.
///
/// # Errors
///
/// [`HoldoutError`] when they say nothing of it.
pub fn evaluate(
    scorer: &Scorer,
    clients: &Clients<'_>,
    target: &Target,
) -> Result<Evaluation, HoldoutError> {
    let table = clients.table(scorer.contract());
    let table = table.map_err(HoldoutError::Table)?;
    let labels = Labels::of(&table, target)?;
    let opinions = opinions(scorer, &table).map_err(HoldoutError::Table)?;
    let known = opinions.iter().enumerate();
    let known = known.filter_map(|(row, opinion)| Some((opinion, labels.paid(row)?)));
    let (scored, paid): (Vec<Opinion>, Vec<bool>) = known
        .clone()
        .filter_map(|(opinion, paid)| Some(((*opinion)?, paid)))
        .unzip();
    let n_known = known.count();
    let (figures, scores) = discrimination(&scored, &paid).ok_or(HoldoutError::OneKind)?;
    let calibration = Calibration::of(&scores, &paid).ok_or(HoldoutError::OneKind)?;
    Ok(Evaluation {
        clients: opinions.len(),
        unknown: opinions.len() - n_known,
        unscored: n_known - scored.len(),
        figures,
        calibration,
    })
}

/// The column that says who paid.
struct Labels<'t> {
    table: &'t Table,
    column: usize,
    target: &'t Target,
}

impl<'t> Labels<'t> {
    fn of(table: &'t Table, target: &'t Target) -> Result<Self, HoldoutError> {
        let column = table.column(&target.column);
        let column = column.map_err(HoldoutError::Ambiguous)?;
        let column = column.ok_or_else(|| HoldoutError::NoTarget {
            column: target.column.clone(),
        })?;
        Ok(Self {
            table,
            column,
            target,
        })
    }

    /// Whether a client paid; `None` where that is not known yet.
    fn paid(&self, row: usize) -> Option<bool> {
        let label = self.table.cell(row, self.column).trim();
        let is_unknown = UNKNOWN.iter().any(|text| text.eq_ignore_ascii_case(label));
        (!is_unknown).then(|| self.target.says_paid(label))
    }
}

/// Why a model cannot be measured on a table.
#[derive(Debug)]
pub enum HoldoutError {
    /// The table cannot be read, or lacks columns.
    Table(PortfolioError),
    /// Several columns could say who paid.
    Ambiguous(Ambiguity),
    /// No column says who paid.
    NoTarget {
        /// The one that should.
        column: String,
    },
    /// There are not both payers and others.
    OneKind,
}

impl HoldoutError {
    /// Says what is wrong, as a sentence without its full stop.
    #[must_use]
    pub fn problem(&self, language: Language) -> String {
        match self {
            Self::Table(error) => error.problem(language),
            Self::Ambiguous(ambiguity) => ambiguity.message(language),
            Self::NoTarget { column } => language.pick(
                format!("no tiene la columna {column}, que dice quién pagó"),
                format!("it has no column {column}, which says who paid"),
            ),
            Self::OneKind => language
                .pick(
                    "no hay clientes que pagaron y clientes que no con probabilidad conocida",
                    "it has not both clients who paid and clients who did not with a known probability",
                )
                .to_owned(),
        }
    }
}

/// Measures a model, beside the champion where that can be measured on the same clients, or says that it cannot.
fn measure(
    candidate: &Scorer,
    table: &Table,
    standard: &Standard<'_>,
) -> Result<(Holdout, Option<Concern>), HoldoutError> {
    let labels = Labels::of(table, standard.target)?;
    let ours = opinions(candidate, table).map_err(HoldoutError::Table)?;
    let theirs = standard
        .champion
        .map(|(_, scorer)| opinions(scorer, table).map_err(HoldoutError::Table));
    // A model of other columns than the champion's is measured alone.
    let (theirs, unmeasured) = match theirs.transpose() {
        Ok(theirs) => (theirs, None),
        Err(error) => {
            let problem = error.problem(Language::Spanish);
            (None, Some(Concern::ChampionUnmeasured { problem }))
        }
    };
    let champion = standard.champion.filter(|_| unmeasured.is_none());
    let (mut kept, mut others, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for (row, mine) in ours.iter().enumerate() {
        let other = theirs.as_ref().map(|theirs| theirs[row]);
        let mine = mine.filter(|_| other != Some(None));
        let (Some(mine), Some(has_paid)) = (mine, labels.paid(row)) else {
            continue;
        };
        kept.push(mine);
        others.extend(other.flatten());
        paid.push(has_paid);
    }
    let figures = discrimination(&kept, &paid);
    let (figures, scores) = figures.ok_or(HoldoutError::OneKind)?;
    let other = discrimination(&others, &paid);
    let holdout = Holdout {
        file: None,
        left_out: ours.len() - kept.len(),
        candidate: Some(figures),
        curves: Curves::of(&scores, &paid),
        champion_curves: other
            .as_ref()
            .and_then(|(_, scores)| Curves::of(scores, &paid)),
        difference: other
            .as_ref()
            .and_then(|(_, old)| auc_difference(&scores, old, &paid)),
        champion: champion
            .map(|(number, _)| number)
            .zip(other.map(|(figures, _)| figures)),
    };
    Ok((holdout, unmeasured))
}

fn discrimination(opinions: &[Opinion], paid: &[bool]) -> Option<(Discrimination, Vec<f64>)> {
    let scores: Option<Vec<f64>> = opinions.iter().map(|opinion| opinion.probability).collect();
    let classes: Vec<bool> = opinions.iter().map(|opinion| opinion.class == 1).collect();
    let scores = scores.filter(|scores| scores.len() == paid.len())?;
    Some((Discrimination::of(&scores, &classes, paid)?, scores))
}

fn concerns(found: &Holdout, limits: &GateLimits) -> Vec<Concern> {
    // Few clients make a wide interval: that is no proof against the model.
    let chance = found.candidate.and_then(|figures| {
        let level = match (figures.auc_low <= 0.5, figures.auc_high <= 0.5) {
            (_, true) => Level::Fail,
            (true, false) => Level::Warn,
            (false, false) => return None,
        };
        Some(Concern::Chance { level })
    });
    let loss = found.difference.and_then(|auc| {
        let loss = -auc.difference;
        // Rejected only for a loss that chance does not explain.
        let (limit, level) = if loss >= limits.auc_loss_fail && auc.high < 0.0 {
            (limits.auc_loss_fail, Level::Fail)
        } else if loss >= limits.auc_loss_warn {
            (limits.auc_loss_warn, Level::Warn)
        } else {
            return None;
        };
        Some(Concern::AucLoss { loss, limit, level })
    });
    chance.into_iter().chain(loss).collect()
}
