//! Why a data directory could not be put into an archive, or taken out of one.

use std::io;
use std::path::{Path, PathBuf};

use propenso_lifecycle::registry::RegistryError;
use propenso_scoring::Language;

/// Why a data directory could not be put into an archive, or taken out of one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no registry in the folder.
    #[error("{}", self.message(Language::English))]
    NoData(PathBuf),
    /// The registry is in a database that several machines share.
    #[error("{}", self.message(Language::English))]
    Shared(String),
    /// There is a file of that name.
    #[error("{}", self.message(Language::English))]
    Exists(PathBuf),
    /// The folder has something in it.
    #[error("{}", self.message(Language::English))]
    NotEmpty(PathBuf),
    /// A server uses the folder.
    #[error("{}", self.message(Language::English))]
    InUse(PathBuf),
    /// The file is no archive of this program.
    #[error("{}", self.message(Language::English))]
    NoArchive {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A later program wrote it.
    #[error("{}", self.message(Language::English))]
    Newer {
        /// Which one.
        program: String,
    },
    /// It has a name in it that no data directory has.
    #[error("{}", self.message(Language::English))]
    Name(String),
    /// It has not in it what it says.
    #[error("{}", self.message(Language::English))]
    Missing(String),
    /// What is in it is not what it says.
    #[error("{}", self.message(Language::English))]
    Damaged(String),
    /// The registry cannot be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl ArchiveError {
    /// Makes an error of what the system said of a file.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File { path, error }
    }

    /// Says what is wrong and what to do.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        let is_spanish = language == Language::Spanish;
        match self {
            Self::NoData(folder) if is_spanish => format!(
                "no hay ningún registro en {}; nombre con --data-dir la carpeta de datos, o con --config la configuración que la dice",
                folder.display()
            ),
            Self::NoData(folder) => format!(
                "there is no registry in {}; name the data directory with --data-dir, or the configuration that says it with --config",
                folder.display()
            ),
            Self::Shared(place) if is_spanish => format!(
                "el registro está en {place}: versiones, claves y archivos de modelos se copian con pg_dump y se recuperan con pg_restore \
                 (docs/postgresql.md); de la carpeta de datos, copie «profiles» y «portfolios»"
            ),
            Self::Shared(place) => format!(
                "the registry is in {place}: versions, keys and model files are copied by pg_dump and brought back by pg_restore \
                 (docs/postgresql.md); of the data directory, copy `profiles` and `portfolios`"
            ),
            Self::Exists(path) if is_spanish => format!(
                "{} ya existe; nombre otro archivo, o sustitúyalo con --force",
                path.display()
            ),
            Self::Exists(path) => format!(
                "{} exists already; name another file, or replace it with --force",
                path.display()
            ),
            Self::NotEmpty(folder) if is_spanish => format!(
                "{} no está vacía; nombre otra carpeta, o use --force: lo que hay se guarda en ella, en una carpeta «before-restore-…»",
                folder.display()
            ),
            Self::NotEmpty(folder) => format!(
                "{} is not empty; name another folder, or use --force: what is there is kept in it, in a folder `before-restore-…`",
                folder.display()
            ),
            Self::InUse(folder) if is_spanish => format!(
                "un servidor usa {}; párelo antes y arránquelo después",
                folder.display()
            ),
            Self::InUse(folder) => format!(
                "a server uses {}; stop it first, and start it afterwards",
                folder.display()
            ),
            Self::NoArchive { path, problem } if is_spanish => format!(
                "{} no es una copia hecha con «propenso backup» ({problem})",
                path.display()
            ),
            Self::NoArchive { path, problem } => format!(
                "{} was not made by `propenso backup` ({problem})",
                path.display()
            ),
            Self::Newer { program } if is_spanish => {
                format!("la copia la hizo {program}, más nuevo que este; use ese para recuperarla")
            }
            Self::Newer { program } => format!(
                "the backup was made by {program}, which is newer than this program; restore it with that one"
            ),
            Self::Name(name) if is_spanish => format!(
                "la copia trae «{}», que no es de una carpeta de datos; no se ha recuperado nada",
                name.escape_debug()
            ),
            Self::Name(name) => format!(
                "the backup has `{}` in it, which is nothing of a data directory; nothing was restored",
                name.escape_debug()
            ),
            Self::Missing(name) if is_spanish => {
                format!("a la copia le falta {name}; no se ha recuperado nada, use otra")
            }
            Self::Missing(name) => {
                format!("the backup lacks {name}; nothing was restored, use another one")
            }
            Self::Damaged(name) if is_spanish => {
                format!("{name} está dañado en la copia; no se ha recuperado nada, use otra")
            }
            Self::Damaged(name) => {
                format!("{name} is damaged in the backup; nothing was restored, use another one")
            }
            Self::Registry(error) => error.to_string(),
            Self::File { path, error } => format!("{}: {error}", path.display()),
        }
    }
}
