//! An engine together with its model's signature: what the scorer holds.

use std::sync::{Arc, Mutex, PoisonError};

use propenso_model::{
    Answer, Estimator, Pipeline, Rounding, RowError, Signature, Thresholds, await_briefly,
};

use crate::explanation::{Case, ExplainError, ExplainScratch, Explainer, Explanation};
use crate::forest::instructions::Detected;
use crate::forest::{ForestEngine, Instructions};
use crate::late::Late;
use crate::reference::ReferenceEngine;
use crate::shap::Unexplained;
use crate::shares::Shares;
use crate::{Answers, AnswersPart, Engine, RowCost, Rows, Scratch};

/// A model ready to predict. The estimator it came from may be dropped.
#[derive(Debug)]
pub struct Predictor {
    signature: Signature,
    engine: Box<dyn Engine>,
    explainer: Result<Explainer, Unexplained>,
    /// Late, because plain answers do without; they keep the pipeline until then.
    thresholds: Late<Arc<Pipeline>, Thresholds>,
    rounding: Rounding,
    n_trees: usize,
}

impl Predictor {
    /// Compiles an estimator: the first engine that can take it, best first.
    #[must_use]
    pub fn compile(estimator: Estimator) -> Self {
        Self::compile_for(estimator, Instructions::detect())
    }

    /// Compiles with no more than these of the processor's instructions, for comparisons.
    #[must_use]
    pub fn compile_for(estimator: Estimator, instructions: Instructions) -> Self {
        let rounding = estimator.rounding();
        let detected = Detected::new().limited_to(instructions);
        let Estimator {
            signature,
            pipeline,
        } = estimator;
        let n_trees = pipeline.n_trees();
        let pipeline = Arc::new(pipeline);
        let thresholds = Late::new(Arc::clone(&pipeline));
        let (engine, explainer): (Box<dyn Engine>, _) = match ForestEngine::try_from(&*pipeline) {
            Ok(engine) => (
                Box::new(engine.limited_to(instructions)),
                Explainer::new(&pipeline, &signature, detected),
            ),
            Err(unfit) => (Box::new(ReferenceEngine::from(pipeline)), Err(unfit.into())),
        };
        let predictor = Self {
            signature,
            engine,
            explainer,
            thresholds,
            rounding,
            n_trees,
        };
        if predictor.explainer.is_err() {
            // Nobody would make it ready later.
            let _ = predictor.thresholds();
        }
        predictor
    }

    /// What the model takes and answers.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Tells where the model may change its answer, input by input. The first call gathers it, unless
    /// [`Self::prepare_explanations`] has.
    #[must_use]
    pub fn thresholds(&self) -> &Thresholds {
        let n_inputs = self.signature.n_inputs();
        self.thresholds
            .get(|pipeline| Thresholds::of(pipeline, n_inputs))
    }

    /// How far its answers may lie from the original's by rounding alone.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// Trees that a row goes through; 1 of a model without any.
    #[must_use]
    pub fn n_trees(&self) -> usize {
        self.n_trees.max(1)
    }

    /// What rows cost when many are answered together.
    #[must_use]
    pub fn row_cost(&self) -> RowCost {
        self.engine.row_cost()
    }

    /// Name of the engine that was chosen.
    #[must_use]
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// Answers one row: its inputs in the model's order, numbers as they are, categories by their
    /// code in the signature's vocabulary, NaN where missing.
    ///
    /// # Errors
    ///
    /// [`RowError`] for rows the model does not accept; the answer's content is then of no use.
    pub fn predict(
        &self,
        row: &[f64],
        scratch: &mut Scratch,
        answer: &mut Answer,
    ) -> Result<(), RowError> {
        self.signature.check_count(row)?;
        self.engine.predict(row, scratch, answer)
    }

    /// Whether answers can be explained.
    ///
    /// # Errors
    ///
    /// [`Unexplained`] says why not.
    pub fn check_explanation(&self) -> Result<(), Unexplained> {
        self.explainer
            .as_ref()
            .map_or_else(|error| Err(*error), |_| Ok(()))
    }

    /// Makes explanations ready, and then [`Self::thresholds`], for which the first to ask would wait. The trees that both are made of
    /// are let go then, so whoever explains many rows does well to call it first. A second call does nothing.
    pub fn prepare_explanations(&self) {
        if let Ok(explainer) = &self.explainer {
            explainer.prepare();
        }
        let _ = self.thresholds();
    }

    /// Takes the answer for one row apart: what the model expects, and what each input adds. `class` is
    /// the position of the class whose probability is explained; for a regressor it is 0.
    ///
    /// # Errors
    ///
    /// [`ExplainError::Row`] for rows the model does not accept, [`ExplainError::Model`] for models
    /// that cannot be explained, whatever the row.
    pub fn explain(
        &self,
        row: &[f64],
        class: usize,
        scratch: &mut ExplainScratch,
        explanation: &mut Explanation,
    ) -> Result<(), ExplainError> {
        self.check_explanation()?;
        let mut answer = std::mem::take(&mut scratch.answer);
        let predicted = self.predict(row, &mut scratch.predict, &mut answer);
        let case = Case::new(row, class, &answer.values);
        scratch.answer = answer;
        predicted?;
        self.explain_answer(case, scratch, explanation)
    }

    /// Takes an answer apart that [`Self::predict`] gave, as [`Self::explain`] does, without predicting again.
    ///
    /// # Errors
    ///
    /// As [`Self::explain`].
    pub fn explain_answer(
        &self,
        case: Case<'_>,
        scratch: &mut ExplainScratch,
        explanation: &mut Explanation,
    ) -> Result<(), ExplainError> {
        let explainer = self.explainer.as_ref().map_err(|error| *error)?;
        explainer.explain(case, scratch, explanation)
    }

    /// Takes many answers apart, as [`Self::explain_answer`] does but for their last digits: several rows go through the
    /// trees together, which takes a fraction of the time. `explanations` has one for each case then, the same bits
    /// whatever the other cases.
    ///
    /// # Errors
    ///
    /// As [`Self::explain`].
    pub fn explain_answers(
        &self,
        cases: &[Case<'_>],
        scratch: &mut ExplainScratch,
        explanations: &mut Vec<Explanation>,
    ) -> Result<(), ExplainError> {
        let explainer = self.explainer.as_ref().map_err(|error| *error)?;
        explainer.explain_rows(cases, scratch, explanations)
    }

    /// Answers many rows, each with the bits that [`Self::predict`] gives, whatever the number of
    /// threads. There are as many threads as `scratches`, or fewer where so many do not pay.
    ///
    /// # Errors
    ///
    /// [`RowError`] when rows do not have as many values as the model has inputs. Rows that the model
    /// does not accept are refused one by one ([`Answers::refused`]).
    ///
    /// # Panics
    ///
    /// When there are no scratches.
    pub fn predict_rows(
        &self,
        rows: Rows<'_>,
        scratches: &mut [Scratch],
        answers: &mut Answers,
    ) -> Result<(), RowError> {
        if rows.n_rows() > 0 {
            self.signature.check_count(rows.row(0))?;
        }
        let shares = Shares::of(rows.n_rows(), scratches.len(), self.engine.row_cost());
        let (mine, others) = scratches[..shares.n_threads]
            .split_first_mut()
            .expect("there is a scratch");
        let n_values = self.signature.n_values();
        answers.fill(rows.n_rows(), n_values, shares.rows_of_part, |parts| {
            let parts = Mutex::new(parts);
            std::thread::scope(|scope| {
                let start = |scratch| scope.spawn(|| self.take_parts(rows, &parts, scratch));
                let others: Vec<_> = others.iter_mut().map(start).collect();
                self.take_parts(rows, &parts, mine);
                await_briefly(&others);
            });
        });
        Ok(())
    }

    /// Answers part after part until none is left.
    fn take_parts<'a>(
        &self,
        rows: Rows<'_>,
        parts: &Mutex<&mut (dyn Iterator<Item = AnswersPart<'a>> + Send)>,
        scratch: &mut Scratch,
    ) {
        loop {
            // A thread that panicked did so outside the lock.
            let next = parts.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(answers) = next else {
                break;
            };
            let rows = rows.part(answers.first(), answers.n_rows());
            self.engine.predict_rows(rows, scratch, answers);
        }
    }
}
