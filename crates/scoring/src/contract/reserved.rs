//! Parameters of `/prediccion` that are no inputs.

use super::{Contract, ContractError, Problem};
use crate::Bilingual;

/// Chooses the form of the answer.
pub const FORMAT: &str = "formato";

/// Asks for the smallest change that flips the class.
pub const COUNTERFACTUAL: &str = "contrafactual";

/// Asks for the inputs that moved the score most, and how many.
pub const EXPLAIN: &str = "explicar";

/// Names the client, by whom the record finds the answer again. A contract that was served before this was reserved may
/// have an input of this name, which counts then.
pub const CLIENT: &str = "id";

/// All of them: no input of a contract that is served for the first time may be named so.
pub const ALL: [&str; 4] = [FORMAT, COUNTERFACTUAL, EXPLAIN, CLIENT];

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
                let (salida, way_out) = match self.is_models_own {
                    true => (
                        "dé a la columna otro `parameter` en un archivo de contrato con base = \"model\"",
                        "give the column another `parameter` in a contract file with base = \"model\"",
                    ),
                    false => ("elija otro `parameter`", "choose another `parameter`"),
                };
                let text = Bilingual::new(
                    format!(
                        "con {parameter:?} se pide otra cosa a /prediccion, así que ningún cliente podría enviarlo; {salida}"
                    ),
                    format!(
                        "{parameter:?} is what /prediccion is asked for more by, so no client could send it; {way_out}"
                    ),
                );
                Problem::new(format!("input {}", input.name()), text)
            })
            .collect();
        match problems.is_empty() {
            true => Ok(()),
            false => Err(ContractError::Invalid(problems)),
        }
    }
}
