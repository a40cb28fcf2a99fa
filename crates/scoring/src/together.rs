//! Clients scored together, by blocks of rows. Whoever has many gives each thread some of them: encoding is half of the work.

use std::num::NonZero;
use std::ops::Range;

use propenso_engine::{RowCost, Rows};

use crate::field_error::FieldError;
use crate::row::Row;
use crate::scorer::{Score, Scorer};
use crate::stage::{Stage, Stages};
use crate::warning::Warning;
use crate::workspace::{Together, Workspace};

/// Most clients of a part: whoever gives parts away can ask between two whether somebody still waits.
const TOGETHER: usize = 4_096;

/// Parts of many clients that each thread gets.
const PARTS_A_THREAD: usize = 4;

impl Scorer {
    /// Parts that many clients are best scored in by some threads, in their order: one of a few clients, else several for each
    /// thread, so that none waits for another at the end.
    pub fn parts(
        &self,
        n_clients: usize,
        n_threads: NonZero<usize>,
    ) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let cost = self.predictor().row_cost();
        let size = size_of_parts(n_clients, n_threads.get(), cost);
        let begins = (0..n_clients).step_by(size);
        begins.map(move |begin| begin..n_clients.min(begin + size))
    }

    /// Scores clients together, each as [`Self::score`] does, on this thread.
    pub fn score_together(
        &self,
        rows: &[&Row<'_>],
        workspace: &mut Workspace,
        stages: &mut impl Stages,
    ) -> Vec<Result<Score, Vec<FieldError>>> {
        let encoded = self.encode_together(rows, workspace);
        stages.ended_together(Stage::Encode, rows.len());
        let Together {
            features,
            observed,
            answers,
        } = &mut workspace.together;
        let scratch = &mut workspace.scratch;
        let n_encoded = encoded.iter().filter(|encoded| encoded.is_ok()).count();
        // Every row has as many features, and as many as the model: the contract was checked against it.
        let predicted = Rows::new(features, n_encoded);
        let predicted = predicted.map(|rows| self.answer_rows(rows, scratch, answers));
        stages.ended_together(Stage::Predict, n_encoded);
        let n_inputs = self.contract().inputs().len();
        let mut answered = 0..n_encoded;
        let of_row = |(row, encoded): (&&Row<'_>, Result<Vec<Warning>, Vec<FieldError>>)| {
            let warnings = encoded?;
            let complaint = |error| self.complaint(row, error).into_iter().collect();
            if let Some(Err(error)) = predicted {
                return Err(complaint(error));
            }
            let at = answered.next().unwrap_or(n_encoded);
            let (class, values) = answers.get(at).map_err(complaint)?;
            stages.scored(&observed[at * n_inputs..][..n_inputs]);
            let outcome = self.outcome(class, values);
            Ok(Score { outcome, warnings })
        };
        rows.iter().zip(encoded).map(of_row).collect()
    }

    /// Encodes rows: their features, and of each the warnings, or all that is wrong with it.
    fn encode_together(
        &self,
        rows: &[&Row<'_>],
        workspace: &mut Workspace,
    ) -> Vec<Result<Vec<Warning>, Vec<FieldError>>> {
        let Together {
            features: all,
            observed,
            ..
        } = &mut workspace.together;
        let features = &mut workspace.features;
        all.clear();
        observed.clear();
        let encode = |row: &&Row<'_>| {
            let mut warnings = Vec::new();
            let before = observed.len();
            let observe = |input| observed.push(input);
            let contract = self.contract();
            let encoded = contract.encode_observed(row, features, &mut warnings, observe);
            if encoded.is_err() {
                observed.truncate(before);
            }
            encoded?;
            all.extend_from_slice(features);
            Ok(warnings)
        };
        rows.iter().map(encode).collect()
    }
}

/// To a forest that no cache holds, each part costs another way through all of it: then the fewer the better.
fn size_of_parts(n_clients: usize, n_threads: usize, cost: RowCost) -> usize {
    let worth = cost.rows_worth_a_thread();
    let n_threads = n_threads.min(n_clients / worth).max(1);
    let share = n_clients.div_ceil(n_threads);
    let size = share
        .div_ceil(PARTS_A_THREAD)
        .max(share.min(cost.block / 2));
    size.clamp(worth.min(TOGETHER), TOGETHER)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{RowCost, size_of_parts};

    fn cost(nanoseconds: u64, block: usize) -> RowCost {
        RowCost {
            time: Duration::from_nanos(nanoseconds),
            block,
        }
    }

    #[test]
    fn parts_are_for_all_threads_and_for_the_engine() {
        let shallow = cost(600, 1_920);
        assert_eq!(size_of_parts(300, 2, shallow), 300);
        assert_eq!(size_of_parts(1_000, 2, shallow), 500);
        assert_eq!(size_of_parts(3_840, 2, shallow), 960);
        assert_eq!(size_of_parts(40_000, 2, shallow), 4_096);
        // Deep: few are worth a thread, and many want to go through it together.
        let deep = cost(7_000, 7_680);
        assert_eq!(size_of_parts(16, 2, deep), 16);
        assert_eq!(size_of_parts(128, 2, deep), 64);
        assert_eq!(size_of_parts(5_000, 2, deep), 2_500);
        // None at all, and engines that take no time.
        assert!(size_of_parts(0, 2, shallow) > 0);
        assert_eq!(size_of_parts(20_480, 1, cost(0, 50_000)), 4_096);
    }
}
