//! Clients scored together: by blocks of rows, and by several threads where that pays, which the engine decides.

use propenso_engine::{Rows, Scratch};

use crate::field_error::FieldError;
use crate::row::Row;
use crate::scorer::{Score, Scorer};
use crate::stage::{Stage, Stages};
use crate::warning::Warning;
use crate::workspace::{Together, Workspace};

impl Scorer {
    /// Scores clients together, each as [`Self::score`] does, by so many threads at most.
    pub fn score_together(
        &self,
        rows: &[&Row<'_>],
        most_threads: usize,
        workspace: &mut Workspace,
        stages: &mut impl Stages,
    ) -> Vec<Result<Score, Vec<FieldError>>> {
        let encoded = self.encode_together(rows, workspace);
        stages.ended_together(Stage::Encode, rows.len());
        let Together {
            features,
            observed,
            scratches,
            answers,
        } = &mut workspace.together;
        let most_threads = most_threads.max(1);
        if scratches.len() < most_threads {
            scratches.resize_with(most_threads, Scratch::default);
        }
        let n_encoded = encoded.iter().filter(|encoded| encoded.is_ok()).count();
        // Every row has as many features, and as many as the model: the contract was checked against it.
        let predicted = Rows::new(features, n_encoded).map(|rows| {
            let scratches = &mut scratches[..most_threads];
            self.predictor().predict_rows(rows, scratches, answers)
        });
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
