//! Parameters of `/prediccion` that are no inputs.

use super::{Contract, ContractError, Problem};

/// Chooses the form of the answer.
pub const FORMAT: &str = "formato";

/// Asks for the smallest change that flips the class.
pub const COUNTERFACTUAL: &str = "contrafactual";

/// Asks for the inputs that moved the score most, and how many.
pub const EXPLAIN: &str = "explicar";

const ALL: [&str; 3] = [FORMAT, COUNTERFACTUAL, EXPLAIN];

impl Contract {
    /// Checks that every input can be sent to `/prediccion`. A contract that has been served before may break this and
    /// be of use all the same, to those who send JSON.
    ///
    /// # Errors
    ///
    /// [`ContractError::Invalid`] with every input whose parameter asks for something else.
    pub fn check_parameters(&self) -> Result<(), ContractError> {
        let inputs = self.inputs.iter();
        let reserved = inputs.filter(|input| ALL.contains(&input.parameter()));
        let problems: Vec<Problem> = reserved
            .map(|input| {
                let parameter = input.parameter();
                let way_out = match self.is_models_own {
                    true => "give the column another `parameter` in a contract file with base = \"model\"",
                    false => "choose another `parameter`",
                };
                Problem::new(
                    format!("input {}", input.name()),
                    format!(
                        "{parameter:?} is what /prediccion is asked for more by, so no client could send it; {way_out}"
                    ),
                )
            })
            .collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ContractError::Invalid(problems)),
        }
    }
}
