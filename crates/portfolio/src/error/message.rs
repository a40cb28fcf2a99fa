//! What errors say to people, in both languages.

use propenso_scoring::{Language, unexplained_message};

use super::{PortfolioError, listed, rival_sheets};

impl PortfolioError {
    /// Says what is wrong as the command line does: with the file's path, and the options that help.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        if language == Language::English {
            return self.to_string();
        }
        let problem = self.problem(language);
        match self {
            Self::Io { path, .. }
            | Self::Unreadable { path, .. }
            | Self::UnclearSheets { path, .. } => {
                format!("{}: {problem}", path.display())
            }
            Self::MissingColumns { columns, .. } => format!(
                "{problem}; las columnas del archivo son {}; nómbrelas con --map \"COLUMNA=VARIABLE\"",
                listed(columns, language)
            ),
            Self::UnclearNumbers { .. } => {
                format!("{problem}, con --decimal comma o --decimal point")
            }
            Self::Suppression { .. } => {
                format!("{problem}, o acéptela con --suppress-missing ok")
            }
            Self::AmbiguousColumns(ambiguity) if !ambiguity.is_repeated() => {
                format!("{problem}, o nómbrela con --map \"COLUMNA=VARIABLE\"")
            }
            Self::Empty => {
                format!("{problem}; no se ha escrito nada, y la lista de antes está como estaba")
            }
            Self::NoProbability => format!(
                "{problem}, así que no hay por qué ordenar; un contrato con [decision] dice qué clase paga"
            ),
            Self::Temporary { .. } => {
                format!("{problem}, o nombre otra con TMPDIR, en Windows TEMP")
            }
            Self::Unexplained(_) => format!("--explain: {problem}"),
            Self::AmbiguousColumns(_)
            | Self::Request(_)
            | Self::Features
            | Self::Witness(_)
            | Self::Cancelled => problem,
        }
    }

    /// Says what is wrong and what to do, without the file's path: a sentence without its full stop.
    #[must_use]
    pub fn problem(&self, language: Language) -> String {
        match (self, language) {
            (Self::Unreadable { problem, .. }, _) => problem.in_language(language).to_owned(),
            (Self::UnclearSheets { sheets, .. }, _) => rival_sheets(sheets, language),
            (Self::AmbiguousColumns(ambiguity), _) => ambiguity.message(language),
            (Self::Io { error, .. }, Language::Spanish) => format!("no se puede leer ({error})"),
            (Self::Io { error, .. }, Language::English) => error.to_string(),
            (Self::MissingColumns { inputs, .. }, Language::Spanish) => {
                format!("faltan columnas: {}", inputs.join(", "))
            }
            (Self::UnclearNumbers { columns }, Language::Spanish) => format!(
                "hay números como 1.250 que pueden ser mil y pico o poco más de uno, y nada en el archivo dice cuál de las dos cosas, en {}; diga con qué se escriben los decimales",
                columns.join(", ")
            ),
            (
                Self::Suppression {
                    listed,
                    found,
                    written_otherwise,
                },
                Language::Spanish,
            ) => format!(
                "de los {listed} identificadores de la lista de exclusión, {found} están en la cartera, y {written_otherwise} lo están \
                 salvo por ceros delante, espacios, mayúsculas o un «.0»: se llamaría a quien no se debe; corrija la lista"
            ),
            (Self::NoProbability, Language::Spanish) => {
                "el modelo y su contrato no dicen qué probabilidad de pago tiene un cliente"
                    .to_owned()
            }
            (Self::Features, Language::Spanish) => {
                "el modelo no acepta las variables que forma su contrato; es un error de propenso, comuníquelo"
                    .to_owned()
            }
            (Self::Temporary { folder, error }, Language::Spanish) => format!(
                "no se puede escribir en {}, la carpeta de archivos temporales ({error}); haga sitio en ella",
                folder.display()
            ),
            (Self::Empty, Language::Spanish) => {
                "la cartera tiene columnas y ningún cliente".to_owned()
            }
            (Self::Cancelled, Language::Spanish) => "cancelado".to_owned(),
            (Self::Witness(error), Language::Spanish) => format!(
                "las filas no se pueden guardar en el registro de decisiones, y sin eso no se da la lista: {error}"
            ),
            (Self::Request(wrong), _) => wrong.in_language(language).to_owned(),
            (Self::Unexplained(error), _) => unexplained_message(*error, language),
            (
                Self::MissingColumns { .. }
                | Self::UnclearNumbers { .. }
                | Self::Suppression { .. }
                | Self::Empty
                | Self::NoProbability
                | Self::Features
                | Self::Temporary { .. }
                | Self::Witness(_)
                | Self::Cancelled,
                Language::English,
            ) => self.to_string(),
        }
    }
}
