//! What may be asked of versions, and what follows from it: pure functions from what versions are doing
//! to what they will be doing. No clocks, no locks, no files.

use super::{State, Verdict};

/// A version, as far as the rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The version's number.
    pub number: u32,
    /// What it is doing.
    pub state: State,
    /// What the gates said of it.
    pub verdict: Verdict,
    /// Whether a person may say otherwise.
    pub may_be_overruled: bool,
}

/// Something asked of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Let it score live traffic beside the champion.
    Shadow(u32),
    /// Make it the champion.
    Promote(u32),
    /// Make it the champion although gates refused it.
    Overrule(u32),
    /// Make a version champion again that was one before; without a number, the last one that was.
    Rollback(Option<u32>),
    /// Use it no longer.
    Retire(u32),
}

impl Action {
    /// What is meant where some versions were champion before: to promote one of them is to go back to it.
    #[must_use]
    pub fn meant(self, standings: &[Standing], former: &[u32]) -> Self {
        let is_former = |number: u32| {
            let mut standings = standings.iter();
            former.contains(&number)
                && standings.any(|at| at.number == number && at.state == State::Retired)
        };
        match self {
            Self::Promote(number) | Self::Overrule(number) if is_former(number) => {
                Self::Rollback(Some(number))
            }
            other => other,
        }
    }

    /// The name an event is stored and shown by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Shadow(_) => "shadow",
            Self::Promote(_) => "promote",
            Self::Overrule(_) => "overrule",
            Self::Rollback(_) => "rollback",
            Self::Retire(_) => "retire",
        }
    }
}

/// One version's step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The version.
    pub number: u32,
    /// What it did until now.
    pub from: State,
    /// What it does from now on.
    pub to: State,
}

/// Why an action is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such version.
    #[error("there is no version {0}; `propenso models list` shows all")]
    Unknown(u32),
    /// The version is what it should become.
    #[error("version {number} is {state} already")]
    Already {
        /// The version.
        number: u32,
        /// What it is.
        state: State,
    },
    /// A gate failed.
    #[error(
        "version {0} was rejected; `propenso models show {0}` says why. If the file is right and the limits are not, \
         change [models.gates] in the configuration and add the file again, or promote it with --despite \"why\""
    )]
    Rejected(u32),
    /// What was refused could not be read, or not with its contract.
    #[error(
        "version {0} was rejected before all gates were asked, and there is nothing to promote despite them; \
         `propenso models show {0}` says why"
    )]
    NotOverruled(u32),
    /// It has had its turn.
    #[error(
        "version {0} is retired; `propenso models promote {0}` makes it answer, also if it did before"
    )]
    Retired(u32),
    /// It never was champion.
    #[error(
        "version {0} was never champion, so there is nothing to roll back to; promote it instead"
    )]
    NeverChampion(u32),
    /// There was no champion before this one.
    #[error("there is no champion before this one to roll back to")]
    NoFormer,
    /// The champion answers.
    #[error("version {0} is the champion; promote another first")]
    Champion(u32),
}

/// The steps that an action takes, in the order they are to be taken: whoever makes room goes first. `former` are the
/// versions that were champion before, last one first.
///
/// # Errors
///
/// [`Refusal`] when the action would move a state backwards, or there is nothing to act on.
pub fn steps(action: Action, standings: &[Standing], former: &[u32]) -> Result<Vec<Step>, Refusal> {
    let find = |number: u32| {
        let found = standings.iter().find(|standing| standing.number == number);
        found.copied().ok_or(Refusal::Unknown(number))
    };
    let holder = |state: State| standings.iter().find(|standing| standing.state == state);
    let (target, to) = match action.meant(standings, former) {
        Action::Shadow(number) => (checked(find(number)?, State::Shadow)?, State::Shadow),
        Action::Promote(number) => {
            let target = find(number)?;
            // Given up, or replaced as shadow, but never in service: it may still have its turn.
            if target.state != State::Retired {
                checked(target, State::Champion)?;
            } else if target.verdict == Verdict::Failed {
                return Err(Refusal::Rejected(number));
            }
            (target, State::Champion)
        }
        Action::Overrule(number) => {
            let target = find(number)?;
            match target.state {
                State::Champion => return Err(already(target)),
                _ if !target.may_be_overruled => return Err(Refusal::NotOverruled(number)),
                _ => (target, State::Champion),
            }
        }
        Action::Rollback(number) => {
            let champion = holder(State::Champion).map(|standing| standing.number);
            let last = former
                .iter()
                .copied()
                .find(|number| Some(*number) != champion);
            let target = find(number.or(last).ok_or(Refusal::NoFormer)?)?;
            match target.state {
                State::Champion => return Err(already(target)),
                State::Retired if former.contains(&target.number) => {}
                _ => return Err(Refusal::NeverChampion(target.number)),
            }
            (target, State::Champion)
        }
        Action::Retire(number) => {
            let target = find(number)?;
            match target.state {
                State::Candidate | State::Shadow => (target, State::Retired),
                State::Champion => return Err(Refusal::Champion(number)),
                State::Retired => return Err(already(target)),
                State::Rejected => return Err(Refusal::Rejected(number)),
            }
        }
    };
    let mut steps = Vec::new();
    // Of champions and of shadows there is one.
    if let Some(before) = holder(to).filter(|_| matches!(to, State::Champion | State::Shadow)) {
        steps.push(step(*before, State::Retired));
    }
    steps.push(step(target, to));
    Ok(steps)
}

/// What a version does after it was examined again. What answers goes on, and so does what has had its turn: whether it
/// is put aside, or back, is for a person to say.
#[must_use]
pub fn after_check(state: State, verdict: Verdict) -> State {
    match (state, verdict) {
        (State::Candidate | State::Shadow, Verdict::Failed) => State::Rejected,
        (State::Rejected, Verdict::Passed | Verdict::Warned) => State::Candidate,
        (state, _) => state,
    }
}

/// A version that may go forward to a state.
fn checked(target: Standing, to: State) -> Result<Standing, Refusal> {
    match target.state {
        state if state == to => Err(already(target)),
        State::Candidate | State::Shadow => Ok(target),
        State::Champion => Err(Refusal::Champion(target.number)),
        State::Retired => Err(Refusal::Retired(target.number)),
        State::Rejected => Err(Refusal::Rejected(target.number)),
    }
}

fn already(target: Standing) -> Refusal {
    Refusal::Already {
        number: target.number,
        state: target.state,
    }
}

fn step(standing: Standing, to: State) -> Step {
    Step {
        number: standing.number,
        from: standing.state,
        to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions 1, 2, … by the first letters of their states; `x` is rejected.
    fn standings(states: &str) -> Vec<Standing> {
        let state = |letter| match letter {
            'c' => State::Candidate,
            's' => State::Shadow,
            'C' => State::Champion,
            'r' => State::Retired,
            _ => State::Rejected,
        };
        (1..)
            .zip(states.chars())
            .map(|(number, letter)| Standing {
                number,
                state: state(letter),
                verdict: Verdict::Passed,
                may_be_overruled: true,
            })
            .collect()
    }

    fn after(action: Action, states: &str, former: &[u32]) -> Result<String, Refusal> {
        let standings = standings(states);
        let steps = steps(action, &standings, former)?;
        let mut letters: Vec<char> = states.chars().collect();
        for step in steps {
            let standing = &standings[step.number as usize - 1];
            assert_eq!(standing.state, step.from);
            letters[step.number as usize - 1] = match step.to {
                State::Champion => 'C',
                State::Shadow => 's',
                State::Retired => 'r',
                State::Candidate | State::Rejected => unreachable!("nothing moves there"),
            };
        }
        Ok(letters.into_iter().collect())
    }

    #[test]
    fn what_follows_from_what() {
        use Action::{Overrule, Promote, Retire, Rollback, Shadow};
        type Case = (
            Action,
            &'static str,
            &'static [u32],
            Result<&'static str, Refusal>,
        );
        let table: [Case; 40] = [
            (Promote(1), "c", &[], Ok("C")),
            (Promote(2), "Cc", &[1], Ok("rC")),
            (Promote(2), "Cs", &[1], Ok("rC")),
            (Promote(3), "Csc", &[1], Ok("rsC")),
            (Promote(1), "C", &[1], Err(already(standings("C")[0]))),
            (Promote(1), "rC", &[2, 1], Ok("Cr")),
            (Promote(1), "rC", &[2], Ok("Cr")),
            (Promote(1), "x", &[], Err(Refusal::Rejected(1))),
            (Promote(7), "c", &[], Err(Refusal::Unknown(7))),
            (Overrule(1), "x", &[], Ok("C")),
            (Overrule(2), "Cx", &[1], Ok("rC")),
            (Overrule(2), "Cc", &[1], Ok("rC")),
            (Overrule(1), "rC", &[2, 1], Ok("Cr")),
            (Overrule(1), "C", &[1], Err(already(standings("C")[0]))),
            (Overrule(7), "c", &[], Err(Refusal::Unknown(7))),
            (Shadow(2), "Cc", &[1], Ok("Cs")),
            (Shadow(3), "Csc", &[1], Ok("Crs")),
            (Shadow(1), "C", &[1], Err(Refusal::Champion(1))),
            (Rollback(None), "rC", &[2, 1], Ok("Cr")),
            (Rollback(None), "rrC", &[3, 1, 2], Ok("Crr")),
            (Rollback(Some(2)), "rrC", &[3, 1, 2], Ok("rCr")),
            (Rollback(None), "C", &[1], Err(Refusal::NoFormer)),
            (
                Rollback(Some(2)),
                "Cr",
                &[1],
                Err(Refusal::NeverChampion(2)),
            ),
            (
                Rollback(Some(2)),
                "Cc",
                &[1],
                Err(Refusal::NeverChampion(2)),
            ),
            // Nobody answers: whoever answered last does again.
            (Rollback(None), "rr", &[2, 1], Ok("rC")),
            (Rollback(None), "cs", &[], Err(Refusal::NoFormer)),
            (
                Rollback(Some(1)),
                "C",
                &[1],
                Err(already(standings("C")[0])),
            ),
            (
                Rollback(Some(1)),
                "xC",
                &[2, 1],
                Err(Refusal::NeverChampion(1)),
            ),
            (Rollback(Some(7)), "C", &[1], Err(Refusal::Unknown(7))),
            (Shadow(2), "Cs", &[1], Err(already(standings("Cs")[1]))),
            (Shadow(2), "Cr", &[1], Err(Refusal::Retired(2))),
            (Shadow(1), "xc", &[], Err(Refusal::Rejected(1))),
            (Shadow(7), "c", &[], Err(Refusal::Unknown(7))),
            (Retire(2), "Cr", &[1], Err(already(standings("Cr")[1]))),
            (Retire(7), "c", &[], Err(Refusal::Unknown(7))),
            (Retire(1), "c", &[], Ok("r")),
            (Retire(2), "Cs", &[1], Ok("Cr")),
            (Retire(2), "Cc", &[1], Ok("Cr")),
            (Retire(1), "C", &[1], Err(Refusal::Champion(1))),
            (Retire(1), "x", &[], Err(Refusal::Rejected(1))),
        ];
        for (action, states, former, expected) in table {
            let got = after(action, states, former);
            assert_eq!(
                got.as_deref(),
                expected.as_deref(),
                "{action:?} of {states}"
            );
        }
    }

    #[test]
    fn what_an_examination_changes() {
        use State::{Candidate, Champion, Rejected, Retired, Shadow};
        use Verdict::{Failed, Passed, Warned};
        for (state, verdict, expected) in [
            (Candidate, Passed, Candidate),
            (Candidate, Failed, Rejected),
            (Shadow, Warned, Shadow),
            (Shadow, Failed, Rejected),
            (Champion, Failed, Champion),
            (Retired, Failed, Retired),
            (Retired, Passed, Retired),
            (Rejected, Passed, Candidate),
            (Rejected, Warned, Candidate),
            (Rejected, Failed, Rejected),
        ] {
            let got = after_check(state, verdict);
            assert_eq!(got, expected, "{state} {verdict:?}");
        }
    }

    /// Put aside, and found wanting since.
    #[test]
    fn what_failed_since_is_not_promoted() {
        let mut standings = standings("rC");
        standings[0].verdict = Verdict::Failed;
        let refused = steps(Action::Promote(1), &standings, &[2]);
        assert_eq!(refused, Err(Refusal::Rejected(1)));
        // It has answered before: a person who goes back to it knows it.
        assert!(steps(Action::Rollback(Some(1)), &standings, &[2, 1]).is_ok());
    }

    #[test]
    fn what_was_not_read_is_not_overruled() {
        let mut standings = standings("Cx");
        standings[1].may_be_overruled = false;
        let refused = steps(Action::Overrule(2), &standings, &[1]);
        assert_eq!(refused, Err(Refusal::NotOverruled(2)));
    }

    /// Events are stored by these names.
    #[test]
    fn the_names_of_events() {
        let names = [
            Action::Shadow(1),
            Action::Promote(1),
            Action::Overrule(1),
            Action::Rollback(None),
            Action::Retire(1),
        ]
        .map(Action::name);
        assert_eq!(
            names,
            ["shadow", "promote", "overrule", "rollback", "retire"]
        );
    }
}
