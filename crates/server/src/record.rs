//! The decision record: what each client was answered is kept, before the answer is given where policy requires it.
//!
//! ```text
//! face: a Page for one request -> each answer is added, and named -> Page::keep   -> the answer, with x-propenso-decision
//!                              -> the only answer                  -> Page::keep_one, which names it ->
//! ```
//!
//! - [`policy`]: what is kept, of whom, by which way
//! - [`page`]: the answers of one request; [`portfolio`]: the rows of a file
//! - [`key_file`]: what pseudonyms are made with
//! - [`keeper`]: months are let go, and the chain's ends told
//! - [`archive`]: the models of former days; [`replay`]: decisions scored again by them

pub mod archive;
pub mod keeper;
pub mod key_file;
pub mod page;
pub mod policy;
pub mod portfolio;
pub mod replay;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use propenso_lifecycle::private;
use propenso_lifecycle::registry::Place;
use propenso_lifecycle::served::Served;
use propenso_model::Sha256;
use propenso_scoring::{Contract, Scorer};
use propenso_store::StoreError;
use propenso_store::access_log::AccessLog;
use propenso_store::decision::draft::{Sealed, WrittenContext};
use propenso_store::decision::{
    Channel, Context, DecisionError, DecisionId, FieldRules, Keeping, PseudonymKey, Who, Written,
};
use propenso_store::decision_log::DecisionLog;
use propenso_store::decision_log::writer::{DecisionWriter, NotKept};

use crate::VERSION;
use crate::access::caller::Principal;
use crate::request_id::RequestId;
use page::Page;
use policy::ClientRule;
pub use policy::{Mode, RecordSettings};

/// The folder of decisions in a data directory.
const FOLDER: &str = "decisions";

/// Contexts that are remembered: holders times routes times versions, of one process.
const MOST_DESKS: usize = 1_024;

/// Keeps what clients were answered.
#[derive(Debug)]
pub struct Record {
    writer: DecisionWriter,
    accesses: Arc<dyn AccessLog>,
    settings: RecordSettings,
    key: PseudonymKey,
    desks: RwLock<HashMap<DeskKey, Arc<Desk>>>,
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

/// What answers of one kind have in common.
#[derive(Debug, PartialEq, Eq)]
struct DeskKey {
    model: Sha256,
    contract: Sha256,
    version: Option<u32>,
    who: Principal,
    route: &'static str,
}

/// Of what makes the difference nearly always: this is looked for with every answer.
impl Hash for DeskKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.version.hash(hasher);
        self.who.hash(hasher);
        self.route.hash(hasher);
    }
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

/// The same, ready to write.
#[derive(Debug)]
pub struct Desk {
    context: WrittenContext,
    fields: FieldRules,
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
            desks: RwLock::default(),
        }))
    }

    /// Begins the page of one request; nothing where its route keeps none.
    #[must_use]
    pub fn page(self: &Arc<Self>, served: &Served, request: Request<'_>) -> Option<Page> {
        let mode = self.settings.mode_of(request.route);
        if mode == Mode::Off {
            return None;
        }
        let desk = self.desk(served, request).ok()?;
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

    /// Keeps one decision, and names it: before this ends, where that is required; otherwise it has no name where it is not
    /// kept.
    async fn keep_one(
        &self,
        context: &WrittenContext,
        decision: Written,
        mode: Mode,
    ) -> Result<Option<DecisionId>, NotKept> {
        match mode {
            Mode::Required => {
                let (id, receipt) = self.writer.require_one(context, &decision)?;
                drop(decision);
                receipt.kept().await?;
                Ok(Some(id))
            }
            Mode::BestEffort | Mode::Off => Ok(self.writer.offer_one(context, &decision)),
        }
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

    fn desk(&self, served: &Served, request: Request<'_>) -> Result<Arc<Desk>, DecisionError> {
        let contract = served.scorer.contract();
        let key = DeskKey {
            model: served.scorer.model(),
            contract: contract.digest(),
            version: served.version,
            who: request.who.clone(),
            route: request.route,
        };
        let desks = self.desks.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(desk) = desks.get(&key) {
            return Ok(Arc::clone(desk));
        }
        drop(desks);
        let channel = Channel::Route(request.route.to_owned());
        let context = context_of(&served.scorer, served.version, channel, who(request.who));
        let desk = Arc::new(Desk {
            context: WrittenContext::new(&context)?,
            fields: FieldRules::new(contract, self.settings.fields()),
        });
        let mut desks = self.desks.write().unwrap_or_else(PoisonError::into_inner);
        if desks.len() >= MOST_DESKS {
            desks.clear();
        }
        desks.insert(key, Arc::clone(&desk));
        Ok(desk)
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

/// What decisions that come by one way have in common.
fn context_of(scorer: &Scorer, version: Option<u32>, channel: Channel, who: Who) -> Context {
    let contract = scorer.contract();
    let inputs = contract.inputs().iter();
    Context {
        who,
        channel,
        version,
        model: scorer.model(),
        contract: contract.digest(),
        contract_name: contract.name().to_owned(),
        program: VERSION.to_owned(),
        inputs: inputs.map(|input| input.parameter().to_owned()).collect(),
    }
}
