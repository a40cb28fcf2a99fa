//! Why a score came out: what each of the client's inputs added to it.

use std::sync::Arc;

use propenso_engine::{ExplainError, Unexplained};

use crate::counterfactual::sent;
use crate::{Bilingual, Language, Outcome, Row, Score, Scorer, WarningValue, Workspace};

/// A score taken apart. `base` and the contributions of *all* inputs add up to the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreExplanation {
    /// What the model says when no input is known: of a payer or not P(pays), of a class its
    /// probability, both 0 to 1; else a number.
    pub base: f64,
    /// The inputs that moved it most, the strongest first.
    pub reasons: Vec<ScoreReason>,
}

/// What one input added to one score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreReason {
    /// The input's long name.
    pub input: Arc<str>,
    /// The client's value as sent; `None` where it is missing.
    pub value: Option<WarningValue>,
    /// What it added, in the measure of the base; negative where it took away.
    pub contribution: f64,
    text: Bilingual,
    measure: Measure,
}

/// What an explanation is of.
#[derive(Debug, Clone, PartialEq)]
enum Measure {
    Paying,
    Class(Arc<str>),
    Number,
}

impl Scorer {
    /// Whether scores can be explained.
    ///
    /// # Errors
    ///
    /// [`Unexplained`] for models that are not made of trees, give no probabilities, or come in a
    /// file that does not say how the training data went through the trees.
    pub fn check_explanation(&self) -> Result<(), Unexplained> {
        self.predictor().check_explanation()
    }

    /// Takes apart the `score` that this workspace has just been used for, and gives the `most` inputs that moved it
    /// most. Inputs that moved it not at all are left out, unless `most` asks for all.
    pub(crate) fn explain_scored(
        &self,
        row: &Row<'_>,
        score: &Score,
        most: usize,
        workspace: &mut Workspace,
    ) -> Result<ScoreExplanation, Unexplained> {
        let (class, measure) = self.measure(&score.outcome);
        let explanation = match self.explain_features(class, workspace) {
            Ok(explanation) => explanation,
            Err(ExplainError::Model(error)) => return Err(error),
            // The row has a score, so the model accepts it.
            Err(ExplainError::Row(_)) => return Err(Unexplained::Kind),
        };
        let contract = self.contract();
        let inputs = contract.inputs();
        let mut contributions = vec![0.0; inputs.len()];
        for (feature, contribution) in explanation.contributions.iter().enumerate() {
            // Contracts are checked against the model, so every feature has its input.
            let input = contract.input_of_feature(feature);
            if let Some(sum) = input.and_then(|input| contributions.get_mut(input)) {
                *sum += contribution;
            }
        }
        let wants_all = most >= inputs.len();
        let mut reasons: Vec<_> = inputs
            .iter()
            .zip(contributions)
            .enumerate()
            .filter(|(_, (_, contribution))| wants_all || *contribution != 0.0)
            .map(|(index, (input, contribution))| ScoreReason {
                input: Arc::clone(&input.name),
                value: sent(index, contract, row),
                contribution,
                text: input.text.clone(),
                measure: measure.clone(),
            })
            .collect();
        // Stable: of equals the contract's first.
        reasons.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        reasons.truncate(most);
        Ok(ScoreExplanation {
            base: explanation.base,
            reasons,
        })
    }

    /// The class whose probability is explained, and in which words.
    fn measure(&self, outcome: &Outcome) -> (usize, Measure) {
        match outcome {
            Outcome::Payer { .. } => (self.positive_class(), Measure::Paying),
            Outcome::Class { class, .. } => {
                (*class, Measure::Class(Arc::from(&*self.label(outcome))))
            }
            Outcome::Value(_) => (0, Measure::Number),
        }
    }
}

impl ScoreReason {
    /// Where the input moved the answer, in a word.
    #[must_use]
    pub fn direction(&self, language: Language) -> &'static str {
        let is_spanish = language == Language::Spanish;
        match (is_spanish, self.contribution) {
            (true, 0.0) => "no cambia",
            (false, 0.0) => "leaves",
            (true, up) if up > 0.0 => "aumenta",
            (true, _) => "reduce",
            (false, up) if up > 0.0 => "raises",
            (false, _) => "lowers",
        }
    }

    /// The reason as a sentence without its full stop.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let text = self.text.in_language(language);
        let is_spanish = language == Language::Spanish;
        let value = match (&self.value, is_spanish) {
            (Some(value), _) => format!(" = {value}"),
            (None, true) => " no informado".to_owned(),
            (None, false) => " not given".to_owned(),
        };
        let verb = self.direction(language);
        let what = match (&self.measure, is_spanish) {
            (Measure::Paying, true) => "la probabilidad de pago".to_owned(),
            (Measure::Paying, false) => "the probability of payment".to_owned(),
            (Measure::Class(label), true) => format!("la probabilidad de {label}"),
            (Measure::Class(label), false) => format!("the probability of {label}"),
            (Measure::Number, true) => "el valor".to_owned(),
            (Measure::Number, false) => "the value".to_owned(),
        };
        let amount = match (&self.measure, is_spanish) {
            (Measure::Number, true) => format!("en {}", self.contribution.abs()),
            (Measure::Number, false) => format!("by {}", self.contribution.abs()),
            (_, true) => {
                let points = format!("{:.1}", self.contribution.abs() * 100.0);
                format!("en {} puntos", points.replace('.', ","))
            }
            (_, false) => format!("by {:.1} points", self.contribution.abs() * 100.0),
        };
        match (self.contribution == 0.0, is_spanish) {
            (true, true) => format!("{text}{value}: {verb} {what}"),
            (true, false) => format!("{text}{value}: {verb} {what} as it is"),
            (false, _) => format!("{text}{value}: {verb} {what} {amount}"),
        }
    }
}

/// Why a model's scores cannot be explained, as a sentence without its full stop.
#[must_use]
pub fn unexplained_message(error: Unexplained, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    match error {
        Unexplained::NoProbabilities => "el modelo no da probabilidades que explicar",
        Unexplained::NoCovers => {
            "el archivo del modelo no dice cómo se repartieron los datos por sus árboles"
        }
        Unexplained::TooLarge => "los árboles del modelo son demasiado grandes",
        _ => "solo se explican modelos de árboles",
    }
    .to_owned()
}
