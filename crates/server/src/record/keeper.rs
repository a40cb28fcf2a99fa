//! What looks after the record while a server runs: months whose time is over are let go, and the chain's ends told in the
//! log, where nobody who changes the record can change them too.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use propenso_lifecycle::background::Background;
use propenso_store::access_log::{AccessLog, LetGo};
use propenso_store::decision_log::DecisionLog;
use propenso_store::retention::Retention;

use super::Record;

/// How often it looks whether a day or a month is over.
const LOOK: Duration = Duration::from_secs(3600);

/// Who lets months go, in the log of accesses.
const BY: &str = "propenso serve";

/// Looks after a record now, and every hour. The chain's ends are told now, and once a day.
#[must_use]
pub fn start(record: &Arc<Record>) -> Background {
    let record = Arc::clone(record);
    let mut told = None;
    Background::every(LOOK, move || {
        let now = Timestamp::now();
        let today = jiff::tz::Offset::UTC.to_datetime(now).date();
        let log = &**record.writer().log();
        if told != Some(today) && tell_heads(log) {
            told = Some(today);
        }
        if let Some(keep_months) = record.settings().keep_months {
            let retention = Retention {
                keep_months,
                by: BY,
                now,
            };
            clear(log, &**record.accesses(), &retention);
        }
    })
}

/// Tells where the chains are. Tells whether it could.
fn tell_heads(log: &dyn DecisionLog) -> bool {
    match log.heads() {
        Ok(heads) => {
            for head in heads {
                tracing::info!(%head, "the record of decisions is here; `propenso decisions verify --head` holds it against this");
            }
            true
        }
        Err(error) => {
            tracing::error!(%error, "the record of decisions cannot be read");
            false
        }
    }
}

fn clear(log: &dyn DecisionLog, accesses: &dyn AccessLog, retention: &Retention<'_>) {
    match retention.clear(log, accesses) {
        Ok(gone) => gone.iter().for_each(tell_gone),
        Err(error) => {
            tracing::error!(%error, "months of decisions whose time is over could not be let go");
        }
    }
}

fn tell_gone(gone: &LetGo) {
    tracing::info!(
        month = %gone.month.strftime("%Y-%m"),
        decisions = gone.decisions,
        held = gone.held,
        "let a month of decisions go, whose time was over"
    );
}
