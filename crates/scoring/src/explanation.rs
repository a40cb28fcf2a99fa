//! Why a score came out: what each of the client's inputs added to it.

use std::sync::Arc;

use propenso_engine::{Case, ExplainError, Explanation, Unexplained};

use crate::quantity::Quantity;
use crate::sent::sent;
use crate::short_name::ShortName;
use crate::{AnsweredRow, Language, Outcome, Row, Score, Scorer, WarningValue, Workspace};

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
    /// The value in numbers, where it is one.
    quantity: Option<Quantity>,
    short_name: ShortName,
    /// Whether the model looks at it at all.
    is_used: bool,
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
        let explanation = self
            .explain_features(class, workspace)
            .map_err(unexplained)?;
        Ok(self.strongest(explanation, row, &measure, most))
    }

    /// Takes apart answers of [`Self::answer_rows`], and gives of each the `most` inputs that moved it most. The rows,
    /// which say what the clients sent, are not encoded and not predicted again. Many rows take a fraction of the time
    /// that they take one by one.
    ///
    /// # Errors
    ///
    /// [`Unexplained`] where [`Self::check_explanation`] says so.
    pub fn explain_rows(
        &self,
        rows: &[(Row<'_>, AnsweredRow<'_>)],
        most: usize,
        workspace: &mut Workspace,
    ) -> Result<Vec<ScoreExplanation>, Unexplained> {
        let measures: Vec<(usize, Measure)> = rows
            .iter()
            .map(|(_, row)| self.measure(&self.outcome(row.class, row.values)))
            .collect();
        let cases: Vec<Case<'_>> = rows
            .iter()
            .zip(&measures)
            .map(|((_, row), (class, _))| Case::new(row.features, *class, row.values))
            .collect();
        self.predictor()
            .explain_answers(&cases, &mut workspace.explain, &mut workspace.explanations)
            .map_err(unexplained)?;
        let taken_apart = rows.iter().zip(&measures).zip(&workspace.explanations);
        let strongest = taken_apart.map(|(((row, _), (_, measure)), explanation)| {
            self.strongest(explanation, row, measure, most)
        });
        Ok(strongest.collect())
    }

    /// Gives the `most` inputs that moved an answer most.
    fn strongest(
        &self,
        explanation: &Explanation,
        row: &Row<'_>,
        measure: &Measure,
        most: usize,
    ) -> ScoreExplanation {
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
            .map(|(index, (input, contribution))| {
                let (value, quantity) = sent(index, contract, row).unzip();
                ScoreReason {
                    input: Arc::clone(&input.name),
                    value,
                    contribution,
                    quantity: quantity.flatten(),
                    short_name: input.short_name.clone(),
                    is_used: input.is_used(),
                    measure: measure.clone(),
                }
            })
            .collect();
        // Stable: of equals the contract's first.
        reasons.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        reasons.truncate(most);
        ScoreExplanation {
            base: explanation.base,
            reasons,
        }
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

/// What keeps from explaining a row that has a score: the model accepts it.
fn unexplained(error: ExplainError) -> Unexplained {
    match error {
        ExplainError::Model(error) => error,
        ExplainError::Row(_) => Unexplained::Kind,
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

    /// The reason as a sentence without its full stop: "Deuda total = 1.000,82 €: baja 10,4 puntos".
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let name = self.short_name.at_start(language);
        if !self.is_used {
            let unused = language.pick("el modelo no usa este dato", "the model does not use it");
            return format!("{name}: {unused}");
        }
        let effect = self.effect(language);
        match &self.value {
            Some(value) => format!(
                "{name} = {}: {effect}",
                value.shown(self.quantity, language)
            ),
            None => format!(
                "{} {}: {effect}",
                language.pick("Sin", "Without"),
                self.short_name.within(language)
            ),
        }
    }

    /// Where it moved the answer, and how far.
    fn effect(&self, language: Language) -> String {
        let is_up = match self.contribution {
            0.0 => {
                return language
                    .pick("no cambia nada", "changes nothing")
                    .to_owned();
            }
            up => up > 0.0,
        };
        let verb = match (language, is_up) {
            (Language::Spanish, true) => "sube",
            (Language::Spanish, false) => "baja",
            (Language::English, true) => "raises",
            (Language::English, false) => "lowers",
        };
        let points = points(self.contribution.abs(), language);
        match (&self.measure, language) {
            (Measure::Paying, Language::Spanish) => format!("{verb} {points}"),
            (Measure::Paying, Language::English) => format!("{verb} the probability by {points}"),
            (Measure::Class(label), Language::Spanish) => {
                format!("{verb} {points} la probabilidad de {label}")
            }
            (Measure::Class(label), Language::English) => {
                format!("{verb} the probability of {label} by {points}")
            }
            (Measure::Number, _) => {
                let number = Quantity::plain(rounded(self.contribution.abs()));
                let number = number.in_language(language);
                match language {
                    Language::Spanish => format!("{verb} el valor en {number}"),
                    Language::English => format!("{verb} the value by {number}"),
                }
            }
        }
    }
}

/// Points of a probability, to a tenth: "7,0 puntos".
fn points(share: f64, language: Language) -> String {
    let text = format!("{:.1}", share * 100.0);
    let (less, text) = match &*text {
        "0.0" => (language.pick("menos de ", "less than "), "0.1"),
        text => ("", text),
    };
    match language {
        Language::Spanish => format!("{less}{} puntos", text.replace('.', ",")),
        Language::English => format!("{less}{text} points"),
    }
}

/// A number to four digits, but whole where it has more.
fn rounded(number: f64) -> f64 {
    let decimals = (3.0 - number.log10().floor()).clamp(0.0, 15.0) as usize;
    format!("{number:.decimals$}").parse().unwrap_or(number)
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
