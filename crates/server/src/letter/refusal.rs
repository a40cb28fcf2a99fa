//! Why there is no letter about a decision, and what can be done.

use propenso_scoring::Language;
use propenso_store::StoreError;
use propenso_store::decision::{DecisionError, DecisionId};

use crate::record::archive::NoScorer;

/// Why there is no letter about a decision.
#[derive(Debug, thiserror::Error)]
pub enum LetterRefusal {
    /// There is no such decision.
    #[error(
        "there is no decision {0} on record; copy it from x-propenso-decision, see whether --data-dir is the server's, and whether its month is still \
         kept ([record] keep_months)"
    )]
    Unknown(DecisionId),
    /// The record cannot be read.
    #[error("the record of decisions cannot be read: {0}")]
    Unreadable(#[from] StoreError),
    /// What is on record is damaged.
    #[error("decision {id} cannot be read: {error}; restore the record from a backup")]
    Damaged {
        /// The decision.
        id: DecisionId,
        /// What is wrong.
        error: DecisionError,
    },
    /// Its data were forgotten.
    #[error(
        "the data of decision {0} were erased: of the person nothing is left but the result, and there is nothing to explain; the answer to the \
         person is that the data are erased"
    )]
    Forgotten(DecisionId),
    /// Policy did not keep all of its data.
    #[error(
        "of decision {id} not all data were kept ([record.fields]): {inputs}; without them nobody can work out how they counted. Explain it from \
         where the data came from; keep these inputs if letters are to be made of later decisions"
    )]
    Withheld {
        /// The decision.
        id: DecisionId,
        /// What was left out.
        inputs: String,
    },
    /// The model of its day is not there.
    #[error(
        "the model that made decision {id} is not there: {cause}. Restore the registry's backup of that time (`propenso restore`), or name its folder with \
         --data-dir; another model would explain another result"
    )]
    NoModel {
        /// The decision.
        id: DecisionId,
        /// Why not.
        cause: NoScorer,
    },
    /// It does not come out the same.
    #[error(
        "decision {0} does not come out as it is on record when it is scored again with its model, so a letter would explain another result. Do not \
         send one: find out first what was changed, in the record or in the model's file"
    )]
    NotTheSame(DecisionId),
}

impl LetterRefusal {
    /// The sentence, in a language.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        match self {
            Self::Unknown(id) => format!(
                "no consta ninguna decisión {id}; cópiela de x-propenso-decision, compruebe que --data-dir es la carpeta del servidor y que su mes \
                 todavía se guarda ([record] keep_months)"
            ),
            Self::Unreadable(error) => {
                format!("el registro de decisiones no se puede leer: {error}")
            }
            Self::Damaged { id, error } => format!(
                "la decisión {id} no se puede leer: {error}; recupere el registro de decisiones de una copia de seguridad"
            ),
            Self::Forgotten(id) => format!(
                "los datos de la decisión {id} se borraron: de la persona no queda más que el resultado, y no hay nada que explicar; lo que hay que \
                 responderle es que sus datos se han borrado"
            ),
            Self::Withheld { id, inputs } => format!(
                "de la decisión {id} no se guardaron todos los datos ([record.fields]): {inputs}; sin ellos no se puede calcular cómo contaron. \
                 Explíquela con los datos de origen, y guarde esos datos si de las próximas decisiones ha de haber cartas"
            ),
            Self::NoModel { id, cause } => format!(
                "no está el modelo que tomó la decisión {id}: {cause}. Recupere la copia del registro de entonces («propenso restore»), o nombre su \
                 carpeta con --data-dir; otro modelo explicaría otro resultado"
            ),
            Self::NotTheSame(id) => format!(
                "la decisión {id}, calculada otra vez con su modelo, no da lo que consta, así que la carta explicaría otro resultado. No envíe \
                 ninguna: averigüe antes qué ha cambiado, en el registro de decisiones o en el archivo del modelo"
            ),
        }
    }
}
