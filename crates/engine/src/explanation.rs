//! Why an answer came out: what each input added to it.

use std::sync::Arc;

use propenso_model::transform::{self, Transform};
use propenso_model::{
    Answer, Forest, Head, Output, Pipeline, RowError, RowProblem, Scoring, Signature,
};

use crate::Scratch;
use crate::forest::instructions::Detected;
use crate::late::Late;
use crate::shap::{Quadrature, ROWS, ShapScratch, TreeShap, Unexplained};

/// Points of the line from what the model expects to what it says.
const POINTS: usize = 16;

/// Half the distance at which a head's slope is measured.
const NEAR: f64 = 1e-5;

/// A score that moves less is taken to stand still.
const STILL: f64 = 1e-6;

/// What a model says of a row, taken apart. `base` and all contributions add up to the answer.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Explanation {
    /// What the model says when no input is known: a probability from 0 to 1, or a regressor's value.
    pub base: f64,
    /// What each of the model's inputs adds, in the same measure; of either sign.
    pub contributions: Vec<f64>,
}

/// A row that the model accepts, and its answer that is explained.
#[derive(Debug, Clone, Copy)]
pub struct Case<'c> {
    row: &'c [f64],
    class: usize,
    value: Option<f64>,
}

impl<'c> Case<'c> {
    /// Takes a row and the values of the model's answer for it. `class` is the position of the class whose
    /// probability is explained; a regressor has only 0.
    #[must_use]
    pub fn new(row: &'c [f64], class: usize, values: &[f64]) -> Self {
        let value = values.get(class).copied();
        Self { row, class, value }
    }
}

/// Why an answer cannot be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The model does not accept the row.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The model cannot be explained, whatever the row.
    #[error(transparent)]
    Model(#[from] Unexplained),
}

/// Room an explanation needs, kept by the caller between calls.
#[derive(Debug, Default, Clone)]
pub struct ExplainScratch {
    pub(crate) predict: Scratch,
    pub(crate) answer: Answer,
    shap: ShapScratch,
    /// Contributions of a row's features, score by score.
    of_features: Vec<f64>,
    /// The same of several rows, [`ROWS`] numbers for each feature.
    of_rows: Vec<f64>,
    scores: Vec<f64>,
    slopes: Vec<f64>,
}

/// A model of trees that can be explained. It is made ready when that is asked for, or the first explanation is:
/// nobody waits for it at the start.
#[derive(Debug)]
pub(crate) struct Explainer {
    transforms: Vec<Transform>,
    head: Head,
    shap: Late<Arc<Pipeline>, Result<TreeShap, Unexplained>>,
    /// Per feature of the trees, the model's input it is made of.
    inputs: Vec<usize>,
    n_inputs: usize,
    instructions: Detected,
}

impl Explainer {
    pub(crate) fn new(
        pipeline: &Arc<Pipeline>,
        signature: &Signature,
        instructions: Detected,
    ) -> Result<Self, Unexplained> {
        let Pipeline {
            transforms, head, ..
        } = &**pipeline;
        let forest = forest(pipeline)?;
        let is_class = matches!(signature.output, Output::Classes { .. });
        if is_class && !head.has_values() {
            return Err(Unexplained::NoProbabilities);
        }
        if forest.trees().iter().any(|tree| tree.covers().is_none()) {
            return Err(Unexplained::NoCovers);
        }
        let origin = |feature| {
            let error = RowError::new(feature, RowProblem::Missing);
            transform::trace(transforms, error).input
        };
        Ok(Self {
            inputs: (0..forest.n_features()).map(origin).collect(),
            transforms: transforms.clone(),
            head: head.in_double(),
            shap: Late::new(Arc::clone(pipeline)),
            n_inputs: signature.n_inputs(),
            instructions,
        })
    }

    /// Makes it ready; an error is told to whoever asks for an explanation.
    pub(crate) fn prepare(&self) {
        let _ = self.shap();
    }

    fn shap(&self) -> Result<&TreeShap, Unexplained> {
        let shap = self.shap.get(|pipeline| {
            let forest = forest(pipeline)?;
            TreeShap::new(forest, self.instructions)
        });
        shap.as_ref().map_err(|error| *error)
    }

    /// Explains a row that the model accepts.
    ///
    /// The trees' contributions are exact for their scores. Where the answer is another function of the
    /// scores, they are carried over to it along the straight line from the expected scores to the row's
    /// (Aumann and Shapley, 1974): with one score, all are multiplied by the same number.
    pub(crate) fn explain(
        &self,
        case: Case<'_>,
        scratch: &mut ExplainScratch,
        explanation: &mut Explanation,
    ) -> Result<(), ExplainError> {
        let trees = self.shap()?;
        let features = transform::apply(&self.transforms, case.row)?;
        let n_features = self.inputs.len();
        scratch.of_features.clear();
        scratch
            .of_features
            .resize(trees.n_scores() * n_features, 0.0);
        for score in 0..trees.n_scores() {
            let of_score = &mut scratch.of_features[score * n_features..][..n_features];
            if self.needs(score, case.class) {
                trees.explain(&features, score, &mut scratch.shap, of_score);
            }
        }
        self.carry_over(trees, case, scratch, explanation)
    }

    /// Explains rows that the model accepts. A row's explanation is the same bits whatever the other rows.
    pub(crate) fn explain_rows(
        &self,
        cases: &[Case<'_>],
        scratch: &mut ExplainScratch,
        explanations: &mut Vec<Explanation>,
    ) -> Result<(), ExplainError> {
        explanations.resize_with(cases.len(), Explanation::default);
        for (cases, explanations) in cases.chunks(ROWS).zip(explanations.chunks_mut(ROWS)) {
            self.explain_block(cases, scratch, explanations)?;
        }
        Ok(())
    }

    /// Explains at most [`ROWS`] rows.
    fn explain_block(
        &self,
        cases: &[Case<'_>],
        scratch: &mut ExplainScratch,
        explanations: &mut [Explanation],
    ) -> Result<(), ExplainError> {
        let trees = self.shap()?;
        let rows = cases.iter().map(|case| case.row);
        let rows = rows.map(|row| transform::apply(&self.transforms, row));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let n_features = self.inputs.len();
        scratch.of_rows.clear();
        scratch
            .of_rows
            .resize(trees.n_scores() * n_features * ROWS, 0.0);
        for score in 0..trees.n_scores() {
            let of_score = &mut scratch.of_rows[score * n_features * ROWS..][..n_features * ROWS];
            if cases.iter().any(|case| self.needs(score, case.class)) {
                trees.explain_rows(&rows, score, &mut scratch.shap, of_score);
            }
        }
        for (at, (case, explanation)) in cases.iter().zip(explanations).enumerate() {
            let of_row = scratch.of_rows.iter().skip(at).step_by(ROWS);
            scratch.of_features.clear();
            scratch.of_features.extend(of_row);
            self.carry_over(trees, *case, scratch, explanation)?;
        }
        Ok(())
    }

    /// Whether a score's contributions are needed to explain a class.
    fn needs(&self, score: usize, class: usize) -> bool {
        self.head != Head::Probabilities || score == class
    }

    /// Makes of what the features add to each score what the inputs add to the answer.
    fn carry_over(
        &self,
        trees: &TreeShap,
        case: Case<'_>,
        scratch: &mut ExplainScratch,
        explanation: &mut Explanation,
    ) -> Result<(), ExplainError> {
        let Case { class, value, .. } = case;
        let value = value.ok_or(Unexplained::NoProbabilities)?;
        let ExplainScratch {
            answer: said,
            of_features,
            scores,
            slopes,
            ..
        } = scratch;
        let n_features = self.inputs.len();
        scores.clear();
        slopes.clear();
        for score in 0..trees.n_scores() {
            let of_score = &of_features[score * n_features..][..n_features];
            scores.push(trees.expected(score));
            slopes.push(of_score.iter().sum());
        }
        explanation.base = self.said(scores, class, said);
        self.measure_slopes(scores, slopes, class, said);
        let contributions = &mut explanation.contributions;
        contributions.clear();
        contributions.resize(self.n_inputs, 0.0);
        for (of_score, slope) in of_features.chunks(n_features.max(1)).zip(slopes) {
            for (contribution, input) in of_score.iter().zip(&self.inputs) {
                contributions[*input] += *slope * contribution;
            }
        }
        settle(explanation, value);
        Ok(())
    }

    /// The answer for some scores.
    fn said(&self, scores: &[f64], class: usize, answer: &mut Answer) -> f64 {
        self.head.write(scores, answer);
        answer.values.get(class).copied().unwrap_or(f64::NAN)
    }

    /// Turns how far each score moved, from what is expected, into how much the answer moves per unit
    /// of it, on the average along the line.
    fn measure_slopes(
        &self,
        expected: &[f64],
        moved: &mut [f64],
        class: usize,
        answer: &mut Answer,
    ) {
        if self.head == Head::Probabilities {
            for (score, slope) in moved.iter_mut().enumerate() {
                *slope = f64::from(u8::from(score == class));
            }
            return;
        }
        if let ([expected], [moved]) = (expected, &mut *moved)
            && moved.abs() > STILL
        {
            let from = self.said(&[*expected], class, answer);
            let to = self.said(&[*expected + *moved], class, answer);
            *moved = (to - from) / *moved;
            return;
        }
        let rule = Quadrature::gauss_legendre(POINTS);
        let mut slopes = vec![0.0; moved.len()];
        for (point, weight) in rule.points.iter().zip(&rule.weights) {
            let mut here: Vec<f64> = expected
                .iter()
                .zip(&*moved)
                .map(|(e, m)| e + point * m)
                .collect();
            for (score, slope) in slopes.iter_mut().enumerate() {
                let at = here[score];
                here[score] = at + NEAR;
                let above = self.said(&here, class, answer);
                here[score] = at - NEAR;
                let below = self.said(&here, class, answer);
                here[score] = at;
                *slope += weight * (above - below) / (2.0 * NEAR);
            }
        }
        moved.copy_from_slice(&slopes);
    }
}

/// Makes base and contributions add up to the answer: what rounding (of libraries that add in f32) and
/// measured slopes leave over is shared in proportion.
fn settle(explanation: &mut Explanation, answer: f64) {
    let contributions = &mut explanation.contributions;
    let left_over = answer - explanation.base - contributions.iter().sum::<f64>();
    let size: f64 = contributions
        .iter()
        .map(|contribution| contribution.abs())
        .sum();
    if size > 0.0 {
        for contribution in contributions {
            *contribution += left_over * contribution.abs() / size;
        }
    } else {
        explanation.base = answer;
    }
}

/// The forest that a pipeline scores with.
fn forest(pipeline: &Pipeline) -> Result<&Forest, Unexplained> {
    match &pipeline.scoring {
        Scoring::Forest(forest) => Ok(forest),
        _ => Err(Unexplained::Kind),
    }
}
