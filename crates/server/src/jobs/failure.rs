//! Why a job failed, in the words of whoever sent it and of whoever dropped it into a folder.

use propenso_lifecycle::disk_full::is_disk_full;
use propenso_portfolio::PortfolioError;
use propenso_scoring::Language;

use propenso_portfolio::options::OptionError;

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No model is there to score with.
    #[error("no model is in service; promote one, and send the portfolio again")]
    NoChampion,
    /// What was asked cannot be done.
    #[error(transparent)]
    Options(#[from] OptionError),
    /// The file cannot be scored.
    #[error(transparent)]
    Portfolio(PortfolioError),
    /// A reader broke on the file.
    #[error("propenso failed on this file; that is a bug, please report it with the log")]
    Panicked,
    /// The process ended while it ran, again.
    #[error(
        "the server's process ended twice while it scored this file, so it is not tried again; look in the system's log for \
         why (memory, mostly), and send the file in smaller pieces or in another form, as .csv"
    )]
    EndedProcess,
    /// Portfolios take up what they may.
    #[error(
        "portfolios take up all the room that this server gives them, and there is none for what this one comes to; delete \
         some, or ask who runs the server to raise [portfolios] max_disk_bytes, and send it again"
    )]
    NoRoom,
    /// The disk is full.
    #[error(
        "the server's disk is full; ask who runs it to make room, and send the portfolio again"
    )]
    DiskFull,
    /// That it is being tried cannot be written down.
    #[error(
        "the folder of portfolios could not be written to ({}); ask who runs the server to make room, and send it again",
        .0.kind()
    )]
    NotRecorded(std::io::Error),
}

impl From<PortfolioError> for Failure {
    fn from(error: PortfolioError) -> Self {
        match error {
            PortfolioError::Io { error, .. }
            | PortfolioError::Temporary { error, .. }
            | PortfolioError::Witness(error)
                if is_disk_full(&error) =>
            {
                Self::DiskFull
            }
            error => Self::Portfolio(error),
        }
    }
}

impl Failure {
    /// Says it in Spanish, with what to do: nobody types where a file was dropped into a folder.
    pub(super) fn in_spanish(&self, is_dropped: bool) -> String {
        match self {
            Self::NoChampion => "no hay ningún modelo en servicio; avise a quien lleva propenso".to_owned(),
            Self::Options(error) => contradiction(error),
            Self::Portfolio(error) if is_dropped => of_dropped(error),
            Self::Portfolio(error) => of_sent(error),
            Self::Panicked => {
                "propenso ha fallado con este archivo; es un error de propenso, avise a quien lo lleva".to_owned()
            }
            Self::EndedProcess => {
                "el servidor se ha cerrado dos veces mientras puntuaba este archivo, y no se intenta más; avise a quien lo lleva \
                 (suele ser la memoria) o pártalo en archivos más pequeños"
                    .to_owned()
            }
            Self::NoRoom => {
                "no queda sitio para lo que sale de este archivo; avise a quien lleva propenso".to_owned()
            }
            Self::DiskFull => {
                "el disco del servidor está lleno; avise a quien lo lleva".to_owned()
            }
            Self::NotRecorded(_) => {
                "el servidor no puede escribir en su carpeta; avise a quien lo lleva".to_owned()
            }
        }
    }
}

/// Says that what the configuration asks cannot be asked. It names options, which are English.
pub(crate) fn contradiction(error: &OptionError) -> String {
    format!("lo que pide la configuración no puede ser ({error}); avise a quien lleva propenso")
}

/// Says what is wrong with a portfolio that was sent, and what to do.
fn of_sent(error: &PortfolioError) -> String {
    let problem = error.problem(Language::Spanish);
    match error {
        PortfolioError::UnclearNumbers { .. } => format!("{problem}: con coma o con punto"),
        PortfolioError::MissingColumns { .. } => {
            format!("{problem}; diga cuáles del archivo son, o pida otro que las tenga")
        }
        PortfolioError::Empty => format!("{problem}; compruebe que es el archivo de hoy"),
        PortfolioError::Suppression { .. } => {
            format!("{problem}, o diga que se siga aunque no cuadre")
        }
        _ => problem,
    }
}

/// Says what is wrong with a portfolio, and how its question is answered where nobody types.
fn of_dropped(error: &PortfolioError) -> String {
    let problem = error.problem(Language::Spanish);
    let columns = "si una columna se llama de otra manera, se dice en la configuración, debajo de [portfolio]: \
                   columns = { \"Cód. Postal\" = \"CODIGO_POSTAL\" }";
    match error {
        PortfolioError::UnclearNumbers { .. } => format!(
            "{problem}: en la configuración, debajo de [portfolio], decimal = \"comma\" si es con coma o decimal = \"point\" si es con punto"
        ),
        PortfolioError::MissingColumns { .. } => format!("{problem}; {columns}"),
        PortfolioError::AmbiguousColumns(ambiguity) if !ambiguity.is_repeated() => {
            format!("{problem}; {columns}")
        }
        PortfolioError::Request(_) => format!("lo que se pide no puede ser: {problem}"),
        _ => problem,
    }
}
