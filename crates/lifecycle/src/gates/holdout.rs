//! How well a model tells payers apart on labelled clients, beside the champion.

use propenso_portfolio::Table;
use propenso_scoring::statistics::{AucDifference, Discrimination, auc_difference};
use propenso_scoring::{Language, Scorer};
use serde::Serialize;

use super::checked::Checked;
use super::clients::{Clients, opinions, spanish};
use super::concern::{Concern, Level};
use super::limits::GateLimits;
use crate::opinion::Opinion;

/// How a table says who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The column.
    pub column: String,
    /// Its values that mean "paid"; an empty cell means that it is not known yet, any other that the client did not.
    pub paid: Vec<String>,
}

/// What stands where an outcome is not known yet.
const UNKNOWN: [&str; 7] = ["", "nan", "null", "none", "n/a", "na", "#n/d"];

impl Target {
    /// Whether a label says that a client paid. Where some are missing, pandas writes 1 as `1.0`.
    fn says_paid(&self, label: &str) -> bool {
        let label = label.strip_suffix(".0").unwrap_or(label).to_uppercase();
        self.paid.iter().any(|value| value.to_uppercase() == label)
    }
}

impl Default for Target {
    fn default() -> Self {
        Self {
            column: "TARGET".to_owned(),
            paid: ["1", "SI", "SÍ", "S", "TRUE", "VERDADERO", "PAGADOR"]
                .map(str::to_owned)
                .into(),
        }
    }
}

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
}

/// The gate of labelled clients.
pub(super) fn gate(
    candidate: &Scorer,
    champion: Option<(u32, &Scorer)>,
    (holdout, target): (Option<&Clients<'_>>, &Target),
    limits: &GateLimits,
) -> Checked<Holdout> {
    let Some(holdout) = holdout else {
        return Checked::skipped();
    };
    let table = holdout.table(candidate.contract());
    let found = table.and_then(|table| measure(candidate, champion, &table, target));
    let (mut found, concerns) = match found {
        Ok(found) => {
            let concerns = concerns(&found, limits);
            (found, concerns)
        }
        Err(problem) => {
            let file = holdout.name.clone();
            let concern = Concern::TableUnusable { file, problem };
            (Holdout::default(), vec![concern])
        }
    };
    found.file = Some(holdout.name.clone());
    Checked::new(found, concerns)
}

fn measure(
    candidate: &Scorer,
    champion: Option<(u32, &Scorer)>,
    table: &Table,
    target: &Target,
) -> Result<Holdout, String> {
    let column = table
        .column(&target.column)
        .map_err(|ambiguity| ambiguity.message(Language::Spanish))?
        .ok_or_else(|| format!("no tiene la columna {}, que dice quién pagó", target.column))?;
    let opinions_of = |scorer| opinions(scorer, table).map_err(spanish);
    let ours = opinions_of(candidate)?;
    let theirs = champion
        .map(|(_, scorer)| opinions_of(scorer))
        .transpose()?;
    let (mut kept, mut others, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for (row, mine) in ours.iter().enumerate() {
        let label = table.cell(row, column).trim();
        let other = theirs.as_ref().map(|theirs| theirs[row]);
        let is_known = !UNKNOWN.iter().any(|text| text.eq_ignore_ascii_case(label));
        let Some(mine) = mine.filter(|_| is_known && other != Some(None)) else {
            continue;
        };
        kept.push(mine);
        others.extend(other.flatten());
        paid.push(target.says_paid(label));
    }
    let few =
        || "no hay clientes que pagaron y clientes que no con probabilidad conocida".to_owned();
    let (figures, scores) = discrimination(&kept, &paid).ok_or_else(few)?;
    let other = discrimination(&others, &paid);
    Ok(Holdout {
        file: None,
        left_out: ours.len() - kept.len(),
        candidate: Some(figures),
        difference: other
            .as_ref()
            .and_then(|(_, old)| auc_difference(&scores, old, &paid)),
        champion: champion
            .map(|(number, _)| number)
            .zip(other.map(|(figures, _)| figures)),
    })
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
