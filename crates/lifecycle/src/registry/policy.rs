//! What the registry does by itself: one pure function from what versions are doing to the next action.

use serde::Deserialize;

use super::{Action, Standing, State, Verdict};

/// Who decides that a version becomes champion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Promotion {
    /// A person.
    #[default]
    Manual,
    /// The gates: a version that passed all of them, without a warning, is promoted.
    Auto,
}

/// The next action, if one is due. Taken, and asked again, until none is.
///
/// Only the newest version that was not rejected counts, and only if it came after the champion: an older one
/// had its time. With [`Promotion::Auto`] it is promoted if all gates passed; otherwise, where there is a champion
/// to be compared with, it becomes the shadow.
#[must_use]
pub fn next_action(standings: &[Standing], promotion: Promotion) -> Option<Action> {
    let champion = standings
        .iter()
        .find(|standing| standing.state == State::Champion);
    let newest = standings
        .iter()
        .filter(|standing| standing.state != State::Rejected)
        .max_by_key(|standing| standing.number)?;
    if champion.is_some_and(|champion| champion.number > newest.number) {
        return None;
    }
    match (newest.state, newest.verdict) {
        (State::Candidate | State::Shadow, Verdict::Passed) if promotion == Promotion::Auto => {
            Some(Action::Promote(newest.number))
        }
        (State::Candidate, Verdict::Passed | Verdict::Warned) if champion.is_some() => {
            Some(Action::Shadow(newest.number))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Promotion::{Auto, Manual};
    use State::{Candidate, Champion, Rejected, Retired, Shadow};
    use Verdict::{Failed, Passed, Warned};

    #[test]
    fn the_next_action_of_each_situation() {
        type Case = (&'static [(State, Verdict)], Promotion, Option<Action>);
        let table: [Case; 16] = [
            (&[], Auto, None),
            (&[(Candidate, Passed)], Manual, None),
            (&[(Candidate, Passed)], Auto, Some(Action::Promote(1))),
            (&[(Candidate, Warned)], Auto, None),
            (&[(Champion, Passed)], Auto, None),
            (
                &[(Champion, Passed), (Candidate, Passed)],
                Manual,
                Some(Action::Shadow(2)),
            ),
            (
                &[(Champion, Passed), (Candidate, Warned)],
                Manual,
                Some(Action::Shadow(2)),
            ),
            (
                &[(Champion, Passed), (Candidate, Passed)],
                Auto,
                Some(Action::Promote(2)),
            ),
            (
                &[(Champion, Passed), (Candidate, Warned)],
                Auto,
                Some(Action::Shadow(2)),
            ),
            (&[(Champion, Passed), (Shadow, Passed)], Manual, None),
            // The configuration was changed while it was shadow.
            (
                &[(Champion, Passed), (Shadow, Passed)],
                Auto,
                Some(Action::Promote(2)),
            ),
            (&[(Champion, Passed), (Shadow, Warned)], Auto, None),
            (&[(Champion, Passed), (Rejected, Failed)], Auto, None),
            // An older candidate had its time: rolled back, or passed over.
            (&[(Candidate, Passed), (Champion, Passed)], Auto, None),
            (&[(Champion, Passed), (Retired, Passed)], Auto, None),
            (
                &[(Champion, Passed), (Shadow, Passed), (Candidate, Passed)],
                Manual,
                Some(Action::Shadow(3)),
            ),
        ];
        for (versions, promotion, expected) in table {
            let standings: Vec<Standing> = (1..)
                .zip(versions)
                .map(|(number, (state, verdict))| Standing {
                    number,
                    state: *state,
                    verdict: *verdict,
                    may_be_overruled: true,
                })
                .collect();
            let got = next_action(&standings, promotion);
            assert_eq!(got, expected, "{versions:?} {promotion:?}");
        }
    }
}
