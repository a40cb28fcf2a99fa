//! Clients scored together, by blocks of rows. Whoever has many gives each thread some of them: encoding is half of the work.

use propenso_engine::Rows;

use crate::field_error::FieldError;
use crate::row::Row;
use crate::scorer::{Score, Scorer};
use crate::stage::{Stage, Stages};
use crate::warning::Warning;
use crate::workspace::{Together, Workspace};

impl Scorer {
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
