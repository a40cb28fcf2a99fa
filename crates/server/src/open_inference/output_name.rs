//! What may be asked of a model, and what is given without asking.

use propenso_scoring::Scorer;

/// What may be asked of each client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputName {
    /// What is predicted: 0 or 1 by the contract's decision, or the class's own label, or a number.
    Predict,
    /// The probability of paying, where the contract has a decision.
    Probability,
    /// The probability of each class, in the model's order, where the contract has none.
    PredictProba,
    /// What each input added to the answer, in the contract's order.
    Explain,
    /// The answer's name on record; empty where none is kept.
    Decision,
}

/// All outputs, by their names.
const NAMES: [(&str, OutputName); 5] = [
    ("predict", OutputName::Predict),
    ("probability", OutputName::Probability),
    ("predict_proba", OutputName::PredictProba),
    ("explain", OutputName::Explain),
    ("decision", OutputName::Decision),
];

impl OutputName {
    /// The output of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, output)| *output)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = NAMES.iter().find(|(_, output)| *output == self);
        found.map_or("predict", |(name, _)| name)
    }

    /// What a model gives without being asked for more: what is predicted, and its probabilities.
    #[must_use]
    pub fn usual(scorer: &Scorer) -> Vec<Self> {
        let all = [Self::Predict, Self::Probability, Self::PredictProba];
        let all = all.into_iter();
        all.filter(|name| name.is_given_by(scorer)).collect()
    }

    /// All that a model gives, if it is asked for it.
    pub fn all(scorer: &Scorer) -> impl Iterator<Item = Self> {
        let all = NAMES.iter().map(|(_, output)| *output);
        all.filter(|name| name.is_given_by(scorer))
    }

    /// Tells whether a model gives it.
    #[must_use]
    pub fn is_given_by(self, scorer: &Scorer) -> bool {
        match self {
            Self::Predict | Self::Decision => true,
            Self::Probability => scorer.gives_probability_of_paying(),
            Self::PredictProba => {
                scorer.has_probabilities() && !scorer.gives_probability_of_paying()
            }
            Self::Explain => scorer.check_explanation().is_ok(),
        }
    }
}
