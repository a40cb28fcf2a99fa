//! A version that is examined again.

use jiff::Timestamp;
use propenso_model::Blob;
use propenso_scoring::statistics::Deciles;

use super::transition::after_check;
use super::{Cause, Event, Refusal, Registry, RegistryError, State, Version, record};
use crate::gates::GateReport;

/// What came of examining a version again.
#[derive(Debug)]
pub struct Recheck<'a> {
    /// Golden rows that it was examined with; `None` where there are none.
    pub golden: Option<&'a Blob>,
    /// The model's tenths of the reference portfolio.
    pub deciles: Option<Deciles>,
    /// What the gates say now.
    pub report: GateReport,
}

impl Registry {
    /// Replaces what is known of a version by what came of examining it again, with an event. One that may not have
    /// its turn any more is rejected, and a rejected one that passes is a candidate.
    ///
    /// # Errors
    ///
    /// [`RegistryError`]; then nothing has changed.
    pub fn recheck(
        &self,
        number: u32,
        found: Recheck<'_>,
        cause: &Cause,
    ) -> Result<Version, RegistryError> {
        let golden = found.golden.map(|golden| self.keep(golden));
        let golden = golden.transpose()?;
        self.store.write(|rows| {
            let mut version = record::version(rows, number)?
                .ok_or(RegistryError::Refused(Refusal::Unknown(number)))?;
            let from = version.state;
            self.check_kept(rows, &version)?;
            version.state = after_check(from, found.report.verdict());
            if let Some(golden) = found.golden {
                self.keep_on(rows, golden)?;
            }
            version.report = found.report;
            version.content.golden = golden;
            version.content.deciles = version.content.deciles.or(found.deciles);
            record::set_report(rows, &version)?;
            rows.set_state(number, version.state.name())?;
            let event = Event {
                id: 0,
                at: Timestamp::now(),
                version: number,
                model: version.content.model,
                action: "check".to_owned(),
                from: Some(from),
                to: version.state,
                who: cause.who.clone(),
                why: cause.why.clone(),
                previous_champion: record::holder(rows, State::Champion)?
                    .map(|champion| champion.number),
            };
            record::insert_event(rows, &event)?;
            Ok(version)
        })
    }
}
