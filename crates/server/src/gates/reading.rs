//! Whether the file can be read and its model served.

use propenso_model::{Error, Estimator, ModelFile, is_foreign, strict};
use serde::{Deserialize, Serialize};

use super::concern::{Concern, Level};
use super::limits::GateLimits;
use super::{Findings, Gate};

/// Foreign names that are listed.
const MAX_NAMES: usize = 5;

/// What was found of the file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The model's class, if it can be served.
    pub class: Option<String>,
    /// The library that wrote it, with its version.
    pub writer: Option<String>,
    /// What it takes.
    pub n_inputs: Option<usize>,
    /// What is wrong, in the words of the reader.
    pub detail: Option<String>,
}

/// Kinds of files that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingProblem {
    /// It ends too early.
    Incomplete,
    /// It is no model file.
    NotAModel,
    /// It breaks the rules of its format.
    Damaged,
    /// It asks for more memory or work than a model could need.
    Excessive,
    /// A model that propenso does not know.
    Unsupported,
    /// A model beside other values, of which nobody said that it is the one.
    Unnamed,
    /// A model beside others, or beside what its rows must go through first.
    NotAlone,
}

impl ReadingProblem {
    fn of(error: &Error) -> Self {
        match error.code() {
            "truncated" | "decompression" => Self::Incomplete,
            "not-a-pickle" | "not-an-estimator" => Self::NotAModel,
            "bundle-unnamed" => Self::Unnamed,
            "bundle-incomplete" | "bundle-several" => Self::NotAlone,
            code if code.starts_with("limit-") => Self::Excessive,
            code if code.starts_with("unsupported-") => Self::Unsupported,
            "protocol" | "legacy-joblib" => Self::Unsupported,
            _ => Self::Damaged,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Incomplete => {
                "El archivo está incompleto: termina antes de tiempo. Suele pasar cuando se copia a medias o se \
                 corta la descarga."
            }
            Self::NotAModel => "El archivo no contiene un modelo.",
            Self::Damaged => "El archivo está dañado o alguien lo ha manipulado.",
            Self::Excessive => {
                "El archivo pide más memoria de la que ningún modelo necesita. Así son los archivos preparados \
                 para bloquear el ordenador que los abre. propenso se ha detenido antes."
            }
            Self::Unsupported => "El modelo es de un tipo que propenso todavía no conoce.",
            Self::Unnamed => {
                "El archivo guarda el modelo dentro de un diccionario o una lista, junto a otros datos, y nadie ha dicho \
                 bajo qué clave está."
            }
            Self::NotAlone => {
                "El archivo guarda el modelo junto a otros objetos que seguramente preparan los datos, o junto a otros \
                 modelos. El modelo solo daría respuestas equivocadas."
            }
        }
    }

    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Incomplete => {
                "Cópielo otra vez y compruebe que el tamaño es el del original. Si vuelve a pasar, pídalo de nuevo."
            }
            Self::NotAModel => {
                "Compruebe que es el archivo que envió el equipo de analítica, el que guardan con joblib.dump."
            }
            Self::Damaged | Self::Excessive => {
                "No lo abra en ningún otro programa. Pida el modelo otra vez por un canal de confianza."
            }
            Self::Unnamed => {
                "Envíelo otra vez con la clave que dice el detalle técnico: models add --key CLAVE, o key = \"CLAVE\" en \
                 la configuración."
            }
            Self::NotAlone => {
                "Pida al equipo de analítica que lo una todo en un solo Pipeline de scikit-learn y guarde ese. El \
                 detalle técnico dice qué hay en el archivo."
            }
            Self::Unsupported => {
                "Envíe el detalle técnico al equipo de analítica: dice qué clase de modelo es."
            }
        }
    }
}

/// What is to be said of a file that is not the one that was sent.
pub(super) fn not_as_announced() -> Gate {
    Gate::new(
        Findings::Reading(Reading::default()),
        vec![Concern::WrongHash],
        true,
    )
}

/// What stands for a report that cannot be read any more: nobody knows what was in it.
pub(super) fn unreadable_report() -> Gate {
    let findings = Reading {
        detail: Some("the gates' report of this version cannot be read".to_owned()),
        ..Reading::default()
    };
    Gate::new(
        Findings::Reading(findings),
        vec![Concern::NotCompared],
        true,
    )
}

/// What is wrong with a file that cannot be served.
pub(super) fn unreadable(error: &Error, file: Option<&ModelFile>, limits: &GateLimits) -> Gate {
    let findings = Reading {
        detail: Some(error.to_string()),
        ..Reading::default()
    };
    let foreign = file.and_then(|file| foreign(file, limits));
    let problem = Concern::Unreadable {
        problem: ReadingProblem::of(error),
    };
    let concerns = foreign.into_iter().chain([problem]).collect();
    Gate::new(Findings::Reading(findings), concerns, true)
}

/// What is to be said of a file that can be served.
pub(super) fn readable(
    file: &ModelFile,
    estimator: &Estimator,
    (is_strict, limits): (bool, &GateLimits),
) -> Gate {
    let violations = if is_strict {
        strict::violations(file, estimator)
    } else {
        Vec::new()
    };
    let signature = &estimator.signature;
    let findings = Reading {
        class: Some(signature.class.clone()),
        writer: Some(signature.writer.to_string()),
        n_inputs: Some(signature.n_inputs()),
        detail: (!violations.is_empty()).then(|| violations.join("; ")),
    };
    let strict = (!violations.is_empty()).then_some(Concern::Strict);
    let concerns = foreign(file, limits).into_iter().chain(strict).collect();
    Gate::new(Findings::Reading(findings), concerns, true)
}

/// Names from outside the libraries that models are made of. The analysts' own functions (`__main__`) are
/// no attack.
fn foreign(file: &ModelFile, limits: &GateLimits) -> Option<Concern> {
    let foreign = || file.globals().iter().filter(|global| is_foreign(global));
    let is_hostile = foreign().any(|global| global.module != "__main__");
    let level = if is_hostile && limits.refuse_foreign {
        Level::Fail
    } else {
        Level::Warn
    };
    let names: Vec<String> = foreign()
        .map(|global| format!("{}.{}", global.module, global.name))
        .take(MAX_NAMES)
        .collect();
    (!names.is_empty()).then_some(Concern::Foreign { names, level })
}
