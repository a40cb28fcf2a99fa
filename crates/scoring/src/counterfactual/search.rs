//! The search for the smallest change that flips a class.

use super::moves::{Move, Moves};
use crate::Row;
use crate::scorer::{Outcome, Scorer};
use crate::workspace::Workspace;

/// Most changes of one input that are scored, the smallest first.
const MAX_SINGLES: usize = 50_000;

/// Most changes of two inputs that are scored.
pub(super) const MAX_PAIRS: usize = 20_000;

/// Most inputs that are changed two by two: each pair at least once is within [`MAX_PAIRS`].
const MAX_PAIRED: usize = 200;

/// Rows scored together, at first and at most: the change sought is usually among the first.
const BATCH: (usize, usize) = (16, 256);

/// A client whose class is to be flipped.
pub(super) struct Search<'s, 'r> {
    pub(super) scorer: &'s Scorer,
    pub(super) row: &'s Row<'r>,
    pub(super) before: &'s Outcome,
}

/// One move or two.
struct Combination {
    /// How far both together go.
    distance: f64,
    /// Positions among the moves.
    first: usize,
    second: Option<usize>,
}

impl Search<'_, '_> {
    /// The smallest change that flips the class, with the outcome it makes.
    pub(super) fn run<'m>(
        &self,
        moves: &'m [Moves],
        workspace: &mut Workspace,
    ) -> Option<(Vec<Move<'m>>, Outcome)> {
        let contract = self.scorer.contract();
        let mut by_input: Vec<Vec<Move<'m>>> = (0..contract.inputs().len())
            .zip(moves)
            .map(|(input, moves)| moves.from(input, contract, self.row))
            .filter(|moves| !moves.is_empty())
            .collect();
        for is_slight in [false, true] {
            let singles: Vec<Move<'m>> = by_input
                .iter()
                .flatten()
                .filter(|one| one.is_slight == is_slight)
                .copied()
                .collect();
            let combinations = one_by_one(&singles);
            if let Some(found) = self.first_flip(&singles, &combinations, workspace) {
                return Some(found);
            }
        }
        for moves in &mut by_input {
            moves.retain(|one| !one.is_slight);
        }
        let (thinned, combinations) = two_by_two(&by_input);
        self.first_flip(&thinned, &combinations, workspace)
    }

    /// The first of some combinations that flips the class, by scoring each, batch by batch.
    fn first_flip<'m>(
        &self,
        moves: &[Move<'m>],
        combinations: &[Combination],
        workspace: &mut Workspace,
    ) -> Option<(Vec<Move<'m>>, Outcome)> {
        let (mut size, most) = BATCH;
        let mut rest = combinations;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(size.min(rest.len()));
            let rows: Vec<Row<'_>> = batch
                .iter()
                .map(|combination| self.moved(moves, combination))
                .collect();
            let outcomes = self.scorer.outcomes(&rows, workspace);
            for (combination, outcome) in batch.iter().zip(outcomes) {
                if let Some(outcome) = outcome.filter(|after| self.before.is_flipped_by(after)) {
                    let chosen = combination.positions();
                    return Some((chosen.map(|at| moves[at]).collect(), outcome));
                }
            }
            rest = later;
            size = (size * 2).min(most);
        }
        None
    }

    /// The client's row after a combination of moves.
    fn moved<'x>(&'x self, moves: &[Move<'x>], combination: &Combination) -> Row<'x> {
        let mut row: Row<'x> = self.row.clone();
        for at in combination.positions() {
            let change = moves[at];
            row.replace(change.input, change.to.raw());
        }
        row
    }
}

impl Combination {
    /// Positions among the moves.
    fn positions(&self) -> impl Iterator<Item = usize> {
        [self.first].into_iter().chain(self.second)
    }
}

/// Each move alone, the smallest first; of equals, in the order of the contract.
fn one_by_one(moves: &[Move<'_>]) -> Vec<Combination> {
    let alone = |(first, one): (usize, &Move<'_>)| Combination {
        distance: one.distance,
        first,
        second: None,
    };
    smallest_first(moves.iter().enumerate().map(alone).collect(), MAX_SINGLES)
}

/// Moves of two inputs together, the smallest first. Inputs of many moves are thinned, evenly, so
/// that there are at most [`MAX_PAIRS`].
fn two_by_two<'m>(by_input: &[Vec<Move<'m>>]) -> (Vec<Move<'m>>, Vec<Combination>) {
    let by_input = &by_input[..by_input.len().min(MAX_PAIRED)];
    let most = most_each(by_input);
    let thinned: Vec<Move<'m>> = by_input
        .iter()
        .flat_map(|moves| thin(moves, most))
        .collect();
    let mut pairs = Vec::new();
    for (first, one) in thinned.iter().enumerate() {
        let others = thinned.iter().enumerate().skip(first + 1);
        let others = others.filter(|(_, other)| other.input != one.input);
        pairs.extend(others.map(|(second, other)| Combination {
            distance: one.distance + other.distance,
            first,
            second: Some(second),
        }));
    }
    (thinned, smallest_first(pairs, MAX_PAIRS))
}

fn smallest_first(mut combinations: Vec<Combination>, most: usize) -> Vec<Combination> {
    combinations.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    combinations.truncate(most);
    combinations
}

/// How many moves of each input keep the pairs within [`MAX_PAIRS`]; 1 at least.
fn most_each(by_input: &[Vec<Move<'_>>]) -> usize {
    let pairs = |most: usize| {
        let counts = || by_input.iter().map(|moves| moves.len().min(most));
        let all: usize = counts().sum();
        (all * all - counts().map(|count| count * count).sum::<usize>()) / 2
    };
    let longest = by_input.iter().map(Vec::len).max().unwrap_or(0);
    // The pairs only grow, so the first that is too many is found by halving.
    let (mut fits, mut too_many) = (1, longest.max(1) + 1);
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        if pairs(middle) <= MAX_PAIRS {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    fits
}

/// Thins an input's moves to at most so many: evenly, with the first and the last; to one, the smallest.
fn thin<'m>(moves: &[Move<'m>], most: usize) -> Vec<Move<'m>> {
    if moves.len() <= most {
        return moves.to_vec();
    }
    if most == 1 {
        let smallest = moves
            .iter()
            .min_by(|a, b| a.distance.total_cmp(&b.distance));
        return smallest.copied().into_iter().collect();
    }
    let evenly = |at| moves[at * (moves.len() - 1) / (most - 1)];
    (0..most).map(evenly).collect()
}

#[cfg(test)]
mod tests {
    use super::super::moves::Target;
    use super::*;

    fn moves(input: usize, count: usize) -> Vec<Move<'static>> {
        (0..count)
            .map(|at| Move {
                input,
                distance: at as f64 / count as f64,
                to: Target::Number(at as f64),
                is_slight: false,
            })
            .collect()
    }

    #[test]
    fn pairs_are_bounded_and_of_two_inputs() {
        for counts in [
            vec![5_000, 5_000, 1, 1],
            vec![16_384; 12],
            vec![1; 300],
            vec![3, 2],
            vec![7],
            vec![],
        ] {
            let by_input: Vec<_> = counts
                .iter()
                .enumerate()
                .map(|(input, count)| moves(input, *count))
                .collect();
            let (thinned, pairs) = two_by_two(&by_input);
            assert!(pairs.len() <= MAX_PAIRS, "{counts:?}: {}", pairs.len());
            assert!(pairs.is_sorted_by(|a, b| a.distance <= b.distance));
            for pair in &pairs {
                let second = pair.second.unwrap();
                assert_ne!(thinned[pair.first].input, thinned[second].input);
            }
            if counts == [3, 2] {
                assert_eq!(pairs.len(), 6);
            }
            if counts.first() == Some(&5_000) {
                assert!(pairs.len() > MAX_PAIRS * 9 / 10, "{}", pairs.len());
            }
        }
    }

    #[test]
    fn thinning_keeps_the_ends_and_the_smallest() {
        let all = moves(0, 100);
        let some = thin(&all, 7);
        assert_eq!(some.len(), 7);
        assert_eq!(some[0].distance, all[0].distance);
        assert_eq!(some[6].distance, all[99].distance);
        assert_eq!(thin(&all, 1)[0].distance, 0.0);
    }
}
