//! The decision record: what each client was answered is kept, before the answer is given where policy requires it.
//!
//! ```text
//! face: one answer                -> Record::keep_one, which names it                     -> the answer, with x-propenso-decision
//!       many -> a Page for the request -> each answer is added, and named -> Page::keep ->
//! ```
//!
//! - [`policy`]: what is kept, of whom, by which way
//! - [`line`](mod@line): one answer; [`page`]: the answers of one request; [`portfolio`]: the rows of a file, with its [hash](file_hash);
//!   `desk`: what answers have in common
//! - [`key_file`]: what pseudonyms are made with
//! - [`keeper`]: months are let go, and the chain's ends told
//! - [`archive`]: the models of former days; [`replay`]: decisions scored again by them

pub mod archive;
mod desk;
pub mod file_hash;
pub mod keeper;
pub mod key_file;
pub mod line;
pub mod page;
pub mod policy;
pub mod portfolio;
pub mod replay;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use propenso_lifecycle::private;
use propenso_lifecycle::registry::Place;
use propenso_lifecycle::served::Served;
use propenso_scoring::Contract;
use propenso_store::StoreError;
use propenso_store::access_log::AccessLog;
use propenso_store::decision::draft::{Sealed, WrittenContext};
use propenso_store::decision::{
    DecisionError, DecisionId, FieldRules, Keeping, PseudonymKey, Who, Written,
};
use propenso_store::decision_log::DecisionLog;
use propenso_store::decision_log::writer::{DecisionWriter, NotKept};

use crate::access::caller::Principal;
use crate::request_id::RequestId;
use desk::Desks;
use line::Line;
use page::Page;
use policy::ClientRule;
pub use policy::{Mode, RecordSettings};

/// The folder of decisions in a data directory.
const FOLDER: &str = "decisions";

/// Keeps what clients were answered.
#[derive(Debug)]
pub struct Record {
    writer: DecisionWriter,
    accesses: Arc<dyn AccessLog>,
    settings: RecordSettings,
    key: PseudonymKey,
    desks: Desks,
}

/// Why the record cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A folder or a file cannot be used.
    #[error("cannot use {}, which the record of decisions needs: {error}", path.display())]
    File {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The key for pseudonyms is none.
    #[error(
        "{} does not hold a key for pseudonyms: 64 hexadecimal digits; restore it from a backup: with another key, clients \
         would not be found again",
        path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
    },
    /// There is no key for pseudonyms.
    #[error(
        "there is no {}: nothing was kept on record there yet, or --data-dir is another than the server's; where decisions are, \
         restore it from a backup",
        path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The database cannot be used.
    #[error("the record of decisions cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The system has no thread left.
    #[error("the record of decisions cannot begin: {0}")]
    Thread(std::io::Error),
    /// What is kept of accesses cannot be used.
    #[error("the record of who has seen decisions cannot be used: {0}")]
    Accesses(StoreError),
}

/// A request whose answers are kept.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Its route.
    pub route: &'static str,
    /// Who asks.
    pub who: &'a Principal,
    /// Its id.
    pub id: Option<&'a RequestId>,
}

impl Record {
    /// Begins to keep decisions where a registry is; nothing where policy keeps none.
    ///
    /// # Errors
    ///
    /// [`RecordError`] says what stands in the way.
    pub fn open(
        place: impl Into<Place>,
        settings: RecordSettings,
    ) -> Result<Option<Self>, RecordError> {
        if settings.is_off() {
            return Ok(None);
        }
        let place = place.into();
        let key = key_file::open(&place, settings.pseudonym_key_file.as_deref())?;
        let accesses = open_accesses(&place)?;
        let writer = DecisionWriter::start(open_log(&place)?, settings.max_waiting_bytes);
        Ok(Some(Self {
            writer: writer.map_err(RecordError::Thread)?,
            accesses,
            settings,
            key,
            desks: Desks::default(),
        }))
    }

    /// Begins the page of one request; nothing where its route keeps none.
    #[must_use]
    pub fn page(self: &Arc<Self>, served: &Served, request: Request<'_>) -> Option<Page> {
        let mode = self.settings.mode_of(request.route);
        if mode == Mode::Off {
            return None;
        }
        let desk = self.desks.with(served, request, &self.settings, Arc::clone);
        let desk = desk.ok()?;
        Some(Page::new(Arc::clone(self), desk, mode, request.id.cloned()))
    }

    /// Keeps an entry: before this ends, where that is required.
    async fn keep(&self, entry: Sealed, mode: Mode) -> Result<(), NotKept> {
        match mode {
            Mode::Required => self.writer.require(entry)?.kept().await,
            Mode::BestEffort | Mode::Off => {
                self.writer.offer(entry);
                Ok(())
            }
        }
    }

    /// Keeps the one answer of a request, and names it: with those of others that come at the same time. Before this ends, where that is
    /// required; otherwise it has no name where it is not kept.
    ///
    /// # Errors
    ///
    /// [`NotKept`] where it is required and cannot be.
    pub async fn keep_one(
        &self,
        served: &Served,
        request: Request<'_>,
        line: &Line<'_>,
    ) -> Result<Option<DecisionId>, NotKept> {
        match self.settings.mode_of(request.route) {
            Mode::Off => Ok(None),
            Mode::BestEffort => {
                let offered = self.write(served, request, line, |context, decision| {
                    self.writer.offer_one(context, decision)
                });
                Ok(offered.ok().flatten())
            }
            Mode::Required => {
                let taken = self.write(served, request, line, |context, decision| {
                    self.writer.require_one(context, decision)
                });
                let unwritten = |error: DecisionError| StoreError::Failed(error.into());
                let taken = taken.map_err(|error| NotKept::Store(Arc::new(unwritten(error))))?;
                let (id, receipt) = taken?;
                receipt.kept().await?;
                Ok(Some(id))
            }
        }
    }

    /// Writes an answer down and gives it to `take`.
    fn write<T>(
        &self,
        served: &Served,
        request: Request<'_>,
        line: &Line<'_>,
        take: impl FnOnce(&WrittenContext, &Written) -> T,
    ) -> Result<T, DecisionError> {
        let contract = served.scorer.contract();
        self.desks.with(served, request, &self.settings, |desk| {
            let keeping = self.keeping(contract, &desk.fields);
            let written = line.with_deciding(contract, request.id, |deciding| {
                Written::new(deciding, &keeping)
            });
            take(&desk.context, &written)
        })
    }

    /// What is kept of clients who are answered by a contract.
    fn keeping<'k>(&'k self, contract: &'k Contract, fields: &'k FieldRules) -> Keeping<'k> {
        let client = self.settings.client;
        Keeping {
            contract,
            fields,
            key: &self.key,
            clients: client != ClientRule::None,
            references: client == ClientRule::Both,
        }
    }

    /// Keeps what waits, for no longer than `patience`.
    pub fn end_within(&self, patience: Duration) {
        if !self.writer.end_within(patience) {
            tracing::error!(
                bytes = self.writer.kept().waiting,
                "stopped with decisions that were answered and are not kept"
            );
        }
        if let Some(head) = self.writer.head() {
            tracing::info!(%head, "the record of decisions ends here");
        }
    }

    /// What appends.
    #[must_use]
    pub fn writer(&self) -> &DecisionWriter {
        &self.writer
    }

    /// Who has seen what.
    #[must_use]
    pub fn accesses(&self) -> &Arc<dyn AccessLog> {
        &self.accesses
    }

    /// What policy says.
    #[must_use]
    pub fn settings(&self) -> &RecordSettings {
        &self.settings
    }

    /// What pseudonyms are made with.
    #[must_use]
    pub fn key(&self) -> &PseudonymKey {
        &self.key
    }
}

/// Opens the log of decisions of a registry.
///
/// # Errors
///
/// [`RecordError`] when it cannot be used.
pub fn open_log(place: impl Into<Place>) -> Result<Arc<dyn DecisionLog>, RecordError> {
    let place = place.into();
    let folder = open_folder(&place)?;
    Ok(place.url.open_decisions(&folder)?)
}

/// Opens the log of accesses of a registry.
///
/// # Errors
///
/// [`RecordError`] when it cannot be used.
pub fn open_accesses(place: impl Into<Place>) -> Result<Arc<dyn AccessLog>, RecordError> {
    let place = place.into();
    let folder = open_folder(&place)?;
    place
        .url
        .open_accesses(&folder)
        .map_err(RecordError::Accesses)
}

/// The folder of a data directory's decisions.
#[must_use]
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join(FOLDER)
}

/// Tells whether a data directory has decisions, or has had some.
#[must_use]
pub fn has_decisions(data_dir: &Path) -> bool {
    folder(data_dir).is_dir()
}

fn open_folder(place: &Place) -> Result<PathBuf, RecordError> {
    let folder = folder(&place.folder);
    match private::create_folder(&folder) {
        Ok(()) => Ok(folder),
        Err(error) => Err(RecordError::File {
            path: folder,
            error,
        }),
    }
}

/// Names who asks, as the record does.
#[must_use]
pub fn who(principal: &Principal) -> Who {
    let name = match principal {
        Principal::Anyone => "anyone",
        Principal::ThisMachine => "this machine",
        Principal::AdminToken | Principal::Holder { .. } => principal.holder().unwrap_or_default(),
    };
    Who {
        name: name.to_owned(),
        key: principal.key().map(|key| key.to_string()),
    }
}
