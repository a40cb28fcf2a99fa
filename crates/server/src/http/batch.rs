//! Many clients of one request, answered together, whichever face took them apart. A face says what its [`Clients`] are, and takes
//! their answers one by one.

use std::borrow::Cow;
use std::num::NonZero;
use std::ops::Range;
use std::thread;

use propenso_lifecycle::opinion::Opinion;
use propenso_portfolio::{Pass, in_order};
use propenso_scoring::{
    Answered, Asked, Contract, FieldError, Language, Row, Score, Scorer, Workspace,
};
use propenso_store::decision::DecisionId;

use super::batched::Batched;
use super::counterfactual::MAX_INSTANCES;
use super::explanation::MAX_EXPLAINED;
use super::problem::{FieldProblem, MAX_LISTED, Problem};
use super::problem_kind::ProblemKind;
use crate::limits::lane::Wanted;
use crate::record::line::Line;
use crate::record::page::Page;
use crate::serving::Champion;

/// One client of a request.
#[derive(Debug)]
pub struct Client<'c> {
    /// What was sent.
    pub row: Row<'c>,
    /// The client's reference, where one was given.
    pub reference: Option<Cow<'c, str>>,
}

/// The clients of a request, as a face reads them.
pub trait Clients: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Reads the client in this place; none where what stands there is no object. What is wrong with an input is the
    /// contract's to say.
    fn client(&self, place: usize, contract: &Contract) -> Option<Client<'_>>;

    /// Says what is wrong with the client in this place, which there is none of.
    fn unreadable(&self, place: usize, _contract: &Contract) -> FieldProblem {
        FieldProblem::not_an_object(place)
    }
}

/// What is asked of some clients, of what, and for as long as somebody waits for it.
#[derive(Debug)]
pub struct Batch<'b> {
    /// What answers.
    pub served: &'b Champion,
    /// What each is asked for.
    pub asked: Asked,
    /// Whether somebody still waits.
    pub wanted: &'b Wanted,
}

/// Takes the answers to a request's clients, in their order.
pub trait Sheet {
    /// Takes an answer, and its name on record.
    fn answered(&mut self, answered: Answered, decision: Option<DecisionId>);

    /// Takes all that is wrong with the client in a place.
    fn refused(&mut self, problems: Vec<FieldProblem>);

    /// Tells whether nobody will read the answers any more: no more than a score is worked out then.
    fn is_in_vain(&self) -> bool {
        false
    }
}

/// A client that could be read, and its score where no more is asked.
type Scored<'c> = (Option<Client<'c>>, Option<Result<Score, Vec<FieldError>>>);

impl Batch<'_> {
    /// Tells whether so many clients may be asked this at once, going through `max_walks` trees at most all together. One
    /// always may.
    ///
    /// # Errors
    ///
    /// [`ProblemKind::TooManyInstances`], and [`ProblemKind::CannotBeAsked`] where the model cannot say.
    pub fn check(&self, n_clients: usize, max_walks: usize) -> Result<(), Problem> {
        let refused = |sentence| Err(Problem::new(ProblemKind::TooManyInstances, sentence));
        let n_trees = self.served.scorer.predictor().n_trees();
        let most = (max_walks / n_trees).max(1);
        if n_clients > most {
            return refused(format!(
                "there are {n_clients} instances, and at most {most} of a request go through this model's {n_trees} trees; \
                 send fewer, or a portfolio to /v1/portfolios"
            ));
        }
        let can = self.served.scorer.check(self.asked);
        can.map_err(|error| Problem::new(ProblemKind::CannotBeAsked, error.to_string()))?;
        if self.asked.reasons.is_some() && n_clients > MAX_EXPLAINED {
            return refused(format!(
                "there are {n_clients} instances, and at most {MAX_EXPLAINED} of a request are \
                 explained; send fewer, or ask without \"explain\""
            ));
        }
        if self.asked.counterfactual && n_clients > MAX_INSTANCES {
            return refused(format!(
                "there are {n_clients} instances, and counterfactuals are searched for at most \
                 {MAX_INSTANCES} of a request; send fewer, or ask without \"counterfactual\""
            ));
        }
        Ok(())
    }

    /// Answers all clients in their order, or says all that is wrong with them. `take` gets each answer and its name on
    /// record.
    ///
    /// # Errors
    ///
    /// Every field that cannot be used; or that it took too long.
    pub fn answer(
        &self,
        clients: &impl Clients,
        page: Option<Page>,
        take: impl FnMut(Answered, Option<DecisionId>) + Send,
    ) -> Result<Batched, Problem> {
        let mut sheet = AllOrNone {
            take,
            problems: Problems::default(),
        };
        let batched = self.answer_each(clients, page, &mut sheet)?;
        sheet.problems.none()?;
        Ok(batched)
    }

    /// Answers those clients in their order that can be, and says of the others what is wrong with them.
    ///
    /// # Errors
    ///
    /// That it took too long.
    pub fn answer_each(
        &self,
        clients: &impl Clients,
        mut page: Option<Page>,
        sheet: &mut (impl Sheet + Send),
    ) -> Result<Batched, Problem> {
        let contract = self.served.scorer.contract();
        let mut opinions = Vec::with_capacity(clients.count());
        let mut refused = Vec::new();
        let mut first = None;
        let mut take = |place: usize, (read, score): Scored<'_>| -> Result<(), Problem> {
            let Some(client) = read else {
                sheet.refused(vec![clients.unreadable(place, contract)]);
                refused.push(place);
                return Ok(());
            };
            let asked = match sheet.is_in_vain() {
                false => self.asked,
                true => Asked::default(),
            };
            let answer = match score {
                Some(score) => score.map(Answered::from),
                None if self.wanted.is_wanted() => self.served.answer(&client.row, asked),
                None => return Err(Problem::took_too_long()),
            };
            match answer {
                Ok(answered) => {
                    let decision = page.as_mut().map(|page| {
                        let line = Line {
                            row: &client.row,
                            asked,
                            answered: &answered,
                            client: client.reference.as_deref(),
                        };
                        page.add(contract, &line)
                    });
                    first = first.or(decision);
                    opinions.push(Opinion::from(&answered.score.outcome));
                    sheet.answered(answered, decision);
                }
                Err(errors) => {
                    let of_field = |error| FieldProblem::of_field(place, error, Language::English);
                    sheet.refused(errors.into_iter().map(of_field).collect());
                    refused.push(place);
                }
            }
            Ok(())
        };
        let n_threads = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        let mut parts = self.served.scorer.parts(clients.count(), n_threads);
        let n_threads =
            NonZero::new(parts.len()).map_or(NonZero::<usize>::MIN, |n| n.min(n_threads));
        let scoring = Scoring {
            batch: self,
            clients,
        };
        let next = || Ok(parts.next());
        in_order(&scoring, n_threads, next, |(part, scored)| {
            part.zip(scored)
                .try_for_each(|(place, scored)| take(place, scored))
        })?;
        let page = page.filter(|_| first.is_some());
        Ok(Batched {
            opinions,
            refused,
            page,
            first,
        })
    }

    /// Reads clients, and scores those that could be read; no scores where more is asked.
    fn score_part<'c>(&self, clients: &'c impl Clients, places: Range<usize>) -> Vec<Scored<'c>> {
        let contract = self.served.scorer.contract();
        let read: Vec<_> = places
            .map(|place| clients.client(place, contract))
            .collect();
        if self.asked.takes_longer() {
            return read.into_iter().map(|client| (client, None)).collect();
        }
        let rows: Vec<_> = read.iter().flatten().map(|client| &client.row).collect();
        let mut scores = self.served.score_together(&rows).into_iter();
        let scored = read.into_iter().map(|client| {
            let score = client.as_ref().and_then(|_| scores.next());
            (client, score)
        });
        scored.collect()
    }
}

/// The scoring of a request's clients, part by part.
struct Scoring<'b, 'c, C> {
    batch: &'b Batch<'b>,
    clients: &'c C,
}

impl<'c, C: Clients> Pass for Scoring<'_, 'c, C> {
    type Job = Range<usize>;
    type Done = (Range<usize>, Vec<Scored<'c>>);
    type Bench = ();
    type Error = Problem;

    fn bench(&self) {}

    fn work(&self, part: Range<usize>, (): &mut ()) -> Result<Self::Done, Problem> {
        if !self.batch.wanted.is_wanted() {
            return Err(Problem::took_too_long());
        }
        let scored = self.batch.score_part(self.clients, part.clone());
        Ok((part, scored))
    }
}

/// What another scorer says of the same clients; nothing of those it cannot score.
pub fn opinions(
    clients: &impl Clients,
    scorer: &Scorer,
    workspace: &mut Workspace,
) -> Vec<Option<Opinion>> {
    let places = 0..clients.count();
    let read: Vec<_> = places
        .map(|place| clients.client(place, scorer.contract()))
        .collect();
    let rows: Vec<_> = read.iter().flatten().map(|client| &client.row).collect();
    let scores = scorer.score_together(&rows, workspace, &mut ());
    let mut scores = scores.into_iter();
    let mut opinion = |read: &Option<_>| {
        read.as_ref()?;
        let score = scores.next()?.ok()?;
        Some(Opinion::from(&score.outcome))
    };
    read.iter().map(&mut opinion).collect()
}

/// Takes all answers, or none where anything is wrong.
struct AllOrNone<F> {
    take: F,
    problems: Problems,
}

impl<F: FnMut(Answered, Option<DecisionId>)> Sheet for AllOrNone<F> {
    fn answered(&mut self, answered: Answered, decision: Option<DecisionId>) {
        (self.take)(answered, decision);
    }

    fn refused(&mut self, problems: Vec<FieldProblem>) {
        self.problems.add(problems.into_iter());
    }

    fn is_in_vain(&self) -> bool {
        self.problems.total > 0
    }
}

/// All problems counted, the first ones listed.
#[derive(Default)]
struct Problems {
    listed: Vec<FieldProblem>,
    total: usize,
}

impl Problems {
    fn add(&mut self, problems: impl ExactSizeIterator<Item = FieldProblem>) {
        self.total += problems.len();
        let room = MAX_LISTED.saturating_sub(self.listed.len());
        self.listed.extend(problems.take(room));
    }

    fn none(self) -> Result<(), Problem> {
        match self.total {
            0 => Ok(()),
            total => Err(Problem::fields(self.listed, total, Language::English)),
        }
    }
}
