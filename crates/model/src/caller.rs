//! Who answers with a booster's trees.

/// What of XGBoost's or LightGBM's Python package is called for an answer. The same trees answer
/// differently: a classifier makes classes of any objective, and XGBoost's wrappers stop at the best
/// iteration where training stopped early, which its `Booster` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// `Booster`, which `train` gives: what the objective makes of the sums.
    Booster,
    /// `XGBClassifier`, `LGBMClassifier` and their kin: a class, and a probability of each.
    Classifier,
    /// `XGBRegressor`, `LGBMRegressor` and their kin: a number.
    Regressor,
}

impl Caller {
    /// Tells a caller by the name of its class.
    pub(crate) fn of_class(name: &str) -> Self {
        if name == "Booster" {
            Self::Booster
        } else if name.ends_with("Classifier") {
            Self::Classifier
        } else {
            Self::Regressor
        }
    }
}
