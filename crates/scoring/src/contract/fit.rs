//! Whether a contract makes the features a model was trained on.

use std::fmt;

use propenso_model::Signature;

use crate::{Contract, Language};

/// A contract and a model that do not belong together: every difference between the features one
/// makes and the other expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("contract {contract} does not fit the model:{}", lines(.differences))]
pub struct ContractMismatch {
    contract: String,
    differences: Vec<Difference>,
}

/// One difference. Positions count from 1, as people do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The contract makes a feature the model does not know.
    NotInModel {
        /// The feature.
        name: String,
        /// Where the contract has it.
        position: usize,
        /// What the model has at that position, if anything.
        model_has: Option<String>,
    },
    /// The model wants a feature the contract does not make.
    NotInContract {
        /// The feature.
        name: String,
        /// Where the model has it.
        position: usize,
        /// What the contract has at that position, if anything.
        contract_has: Option<String>,
    },
    /// Both have the feature, but in another order.
    Moved {
        /// The feature.
        name: String,
        /// Where the contract has it.
        contract_position: usize,
        /// Where the model has it.
        model_position: usize,
    },
    /// The numbers of features differ.
    Count {
        /// How many the contract makes.
        contract: usize,
        /// How many the model takes.
        model: usize,
    },
}

impl ContractMismatch {
    /// Every difference, in the contract's order, then the model's.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Says that they do not belong together, and each difference in a line.
    pub fn message(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        let head = format!("el contrato {} no encaja con el modelo:", self.contract);
        let lines = self.differences.iter();
        let lines = lines.map(|difference| format!("\n  {}", difference.message(language)));
        lines.fold(head, |all, line| all + &line)
    }
}

impl Contract {
    /// Checks the contract against a model's feature names, or against their number alone for a
    /// model that was fitted without names. A model that looks at no feature fits any contract.
    ///
    /// # Errors
    ///
    /// Every difference, by position and by both names.
    pub fn check_fit(&self, signature: &Signature) -> Result<(), ContractMismatch> {
        self.check_features(signature.names().as_deref(), signature.n_inputs())
    }

    /// Checks the fit as [`Self::check_fit`] does, from the names and number of features alone.
    ///
    /// # Errors
    ///
    /// Every difference.
    pub fn check_features(
        &self,
        names: Option<&[&str]>,
        n_features: usize,
    ) -> Result<(), ContractMismatch> {
        let ours = self.feature_names();
        let mut differences = names.map_or_else(Vec::new, |theirs| compare(ours, theirs));
        if n_features != ours.len() && n_features != 0 {
            differences.push(Difference::Count {
                contract: ours.len(),
                model: n_features,
            });
        }
        if differences.is_empty() {
            return Ok(());
        }
        Err(ContractMismatch {
            contract: self.name().to_owned(),
            differences,
        })
    }
}

/// Pairs equal names first, so that one feature too many is one difference and not a difference at
/// every position after it.
fn compare(ours: &[String], theirs: &[&str]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut taken = vec![false; theirs.len()];
    let mut pairs = Vec::new();
    for (i, name) in ours.iter().enumerate() {
        let free = (0..theirs.len()).find(|&j| !taken[j] && theirs[j] == name);
        if let Some(j) = free {
            taken[j] = true;
            pairs.push((i, j));
        } else {
            differences.push(Difference::NotInModel {
                name: name.clone(),
                position: i + 1,
                model_has: theirs.get(i).map(|&name| name.to_owned()),
            });
        }
    }
    let mut in_model_order: Vec<usize> = pairs.iter().map(|&(_, j)| j).collect();
    in_model_order.sort_unstable();
    for (&(i, j), &expected) in pairs.iter().zip(&in_model_order) {
        if j != expected {
            differences.push(Difference::Moved {
                name: ours[i].clone(),
                contract_position: i + 1,
                model_position: j + 1,
            });
        }
    }
    for (j, name) in theirs.iter().enumerate().filter(|&(j, _)| !taken[j]) {
        differences.push(Difference::NotInContract {
            name: (*name).to_owned(),
            position: j + 1,
            contract_has: ours.get(j).cloned(),
        });
    }
    differences
}

impl Difference {
    /// Says what differs.
    pub fn message(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        let named = |name: &Option<String>| name.as_deref().unwrap_or("ninguna").to_owned();
        match self {
            Self::NotInModel {
                name,
                position,
                model_has,
            } => format!(
                "la variable {position} del contrato es {name}, que el modelo no tiene (su variable {position}: {})",
                named(model_has)
            ),
            Self::NotInContract {
                name,
                position,
                contract_has,
            } => format!(
                "la variable {position} del modelo es {name}, que el contrato no hace (su variable {position}: {})",
                named(contract_has)
            ),
            Self::Moved {
                name,
                contract_position,
                model_position,
            } => format!(
                "{name} es la variable {contract_position} del contrato y la variable {model_position} del modelo"
            ),
            Self::Count { contract, model } => {
                format!("el contrato hace {contract} variables y el modelo toma {model}")
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInModel {
                name,
                position,
                model_has,
            } => write!(
                f,
                "feature {position} of the contract is {name}, which the model does not have \
                 (its feature {position}: {})",
                model_has.as_deref().unwrap_or("none")
            ),
            Self::NotInContract {
                name,
                position,
                contract_has,
            } => write!(
                f,
                "feature {position} of the model is {name}, which the contract does not make \
                 (its feature {position}: {})",
                contract_has.as_deref().unwrap_or("none")
            ),
            Self::Moved {
                name,
                contract_position,
                model_position,
            } => write!(
                f,
                "{name} is feature {contract_position} of the contract and feature \
                 {model_position} of the model"
            ),
            Self::Count { contract, model } => write!(
                f,
                "the contract makes {contract} features and the model takes {model}"
            ),
        }
    }
}

fn lines(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(|difference| format!("\n  {difference}"))
        .collect()
}
