//! Months whose time is over are let go, but for clients that are held.

use jiff::civil::Date;
use jiff::{Span, Timestamp};

use crate::access_log::{AccessLog, LetGo};
use crate::decision_log::{DecisionLog, month_of};
use crate::error::StoreError;

/// For how long decisions are kept, and who sees to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention<'a> {
    /// Months besides the current one.
    pub keep_months: u32,
    /// Who lets the others go.
    pub by: &'a str,
    /// What time it is.
    pub now: Timestamp,
}

impl Retention<'_> {
    /// The first month that is kept. It is never later than the current one.
    #[must_use]
    pub fn first_kept(&self) -> Date {
        let current = month_of(self.now);
        let back = Span::new().try_months(self.keep_months);
        // So far back that no calendar knows it: all are kept.
        let first = back.and_then(|back| current.checked_sub(back));
        first.unwrap_or(Date::MIN)
    }

    /// Lets the months before the first that is kept go. Tells what is gone; what stays because it is held is looked at
    /// again when the holds have changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the months that were let go until then are written down.
    pub fn clear(
        &self,
        log: &dyn DecisionLog,
        accesses: &dyn AccessLog,
    ) -> Result<Vec<LetGo>, StoreError> {
        let first_kept = self.first_kept();
        let months = log.months()?.into_iter();
        // Of the last one its file stays, with nothing in it.
        let over = months.filter(|month| month.month < first_kept && month.entries > 0);
        let over: Vec<Date> = over.map(|month| month.month).collect();
        if over.is_empty() {
            return Ok(Vec::new());
        }
        let before = accesses.months_let_go()?;
        let holds = accesses.holds()?;
        let changes = holds.iter().flat_map(|hold| {
            let released = hold.released.as_ref().map(|act| act.at);
            [Some(hold.since.at), released].into_iter().flatten()
        });
        let changed = changes.max();
        let held: Vec<_> = holds
            .iter()
            .filter(|hold| hold.released.is_none())
            .map(|hold| hold.client)
            .collect();
        let mut gone = Vec::new();
        for month in over {
            let last = before.iter().rfind(|gone| gone.month == month);
            let is_as_it_was = |last: &LetGo| changed.is_none_or(|changed| changed < last.at);
            if last.is_some_and(|last| last.held > 0 && is_as_it_was(last)) {
                continue;
            }
            let dropped = log.drop_month(month, &held)?;
            let let_go = LetGo {
                month,
                at: self.now,
                by: self.by.to_owned(),
                decisions: dropped.decisions,
                held: dropped.held,
            };
            accesses.let_go(&let_go)?;
            gone.push(let_go);
        }
        Ok(gone)
    }
}
