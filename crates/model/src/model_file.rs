//! A model file: read inertly, hashed, and turned into an estimator on demand.

use std::fmt;

use propenso_pickle::{
    Container, Document, ErrorKind as ReadErrorKind, GlobalUse, Limits, Packed, SharedBytes, View,
    archive,
};

use crate::blob::Blob;
use crate::bundle::{self, Company, Pick};
use crate::error::Error;
use crate::estimator::Estimator;
use crate::file_kind::FileKind;
use crate::format::NativeFormat;
use crate::mlflow::{self, Description};
use crate::sha256::Sha256;
use crate::{sklearn, verified};

/// Bytes of a packed file that say whether it is worth unpacking.
const PACKED_HEAD: u64 = 4 << 10;

/// Bytes of a file that are kept to tell what it is if it cannot be read: a block of bz2 fits.
const HEAD: usize = 1 << 20;

/// A file that could be read, whether or not its estimator is supported.
#[derive(Debug)]
pub struct ModelFile {
    content: Content,
    /// Whether it came in a zip archive of its own.
    is_packed: bool,
    /// What MLflow says of it, where it came in a folder of its.
    description: Option<Description>,
    /// What its signature says it is, if it turns out to be no model.
    kind: Option<FileKind>,
    pick: Pick,
    sha256: Sha256,
    n_bytes: usize,
}

#[derive(Debug)]
enum Content {
    /// A pickle, or what fills the same arena.
    Document(Box<Document>),
    /// A library's own format.
    Native {
        format: NativeFormat,
        bytes: SharedBytes,
        limits: Limits,
    },
}

impl ModelFile {
    /// Reads a file's bytes. Their content tells the format. A zip archive that holds one file
    /// stands for that, and one of a folder of MLflow's for the model in it.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when they are nothing that can be read, or exceed the limits;
    /// [`Error::OtherFile`] when they are a file of another kind.
    pub fn read(file: impl Into<Blob>, limits: &Limits) -> Result<Self, Error> {
        let Blob { bytes, sha256 } = file.into();
        let n_bytes = bytes.len();
        let (unpacked, description) = unpack(&bytes, limits)?;
        let is_packed = unpacked.is_some();
        let bytes = unpacked.map_or(bytes, SharedBytes::from);
        let kind = FileKind::of_signature(&bytes);
        let content = match NativeFormat::of(&bytes) {
            Some(format) => Content::Native {
                format,
                bytes,
                limits: *limits,
            },
            None => {
                let head = bytes[..bytes.len().min(HEAD)].to_vec();
                let document = propenso_pickle::read(bytes, limits);
                let document = document.map_err(|error| refusal(error, &head, limits))?;
                Content::Document(Box::new(document))
            }
        };
        Ok(Self {
            content,
            is_packed,
            description,
            kind,
            pick: Pick::Root,
            sha256,
            n_bytes,
        })
    }

    /// The same file, whose model is what its dict, list or tuple has under a key. A file that is the model itself
    /// needs no key, and one is ignored.
    #[must_use]
    pub fn with_key(mut self, key: Option<&str>) -> Self {
        self.pick = key.map_or(Pick::Root, |key| Pick::Key(key.to_owned()));
        self
    }

    /// The same file, whose model is the only one in it, under whatever key it is. For files that were looked at
    /// before, when somebody named the key.
    #[must_use]
    pub fn with_only_model(mut self) -> Self {
        self.pick = Pick::Only;
        self
    }

    /// What the file holds besides its model; `None` for a file that is the model, or that has none to be served.
    #[must_use]
    pub fn company(&self) -> Option<Company> {
        match &self.content {
            Content::Document(document) => {
                let meter = document.meter();
                bundle::company(document.root(&meter))
            }
            Content::Native { .. } => None,
        }
    }

    /// The estimator the file holds.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but [`Error::Read`].
    pub fn estimator(&self) -> Result<Estimator, Error> {
        let mut estimator = self.own_estimator()?;
        if let Some(description) = &self.description {
            description.name(&mut estimator);
        }
        Ok(estimator)
    }

    /// The estimator, by what is in it alone.
    fn own_estimator(&self) -> Result<Estimator, Error> {
        match &self.content {
            Content::Document(document) => {
                let following = self.following();
                let meter = document.meter();
                let root = document.root(&meter);
                if let Some(kind @ FileKind::OtherModel(_)) = self.kind {
                    return Err(Error::OtherFile(kind));
                }
                if !following.is_empty() {
                    let mut objects = vec![name(root)];
                    objects.extend(following);
                    return Err(Error::SeveralObjects { objects });
                }
                let model = bundle::model(root, &self.pick)?;
                sklearn::import(model, self.numpy_generation())
            }
            Content::Native {
                format,
                bytes,
                limits,
            } => format.import(bytes, limits).map_err(|error| {
                // Some formats share their first bytes with what is no model.
                match FileKind::of(bytes, limits) {
                    Some(kind @ (FileKind::OtherModel(_) | FileKind::Settings)) => {
                        Error::OtherFile(kind)
                    }
                    _ => error,
                }
            }),
        }
    }

    /// What the objects are that follow the first: whoever dumps two into one file leaves both there, and
    /// whoever loads it gets one.
    #[must_use]
    pub fn following(&self) -> Vec<String> {
        let Content::Document(document) = &self.content else {
            return Vec::new();
        };
        let meter = document.meter();
        let readable = document.following(&meter).map(name);
        let unreadable = document
            .is_followed_by_unreadable()
            .then(|| "an object that cannot be read".to_owned());
        readable.chain(unreadable).collect()
    }

    /// Content hash of the file as it came.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// Size of the file as it came.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// What kind of file it is: the compression around a pickle and who wrote it, or a library's own
    /// format.
    #[must_use]
    pub fn format(&self) -> Format {
        let is_packed = self.is_packed;
        let is_mlflow = self.description.is_some();
        match &self.content {
            Content::Document(document) if document.container() == Container::Skops => Format {
                container: "zip",
                writer: "skops",
                protocol: None,
                is_packed,
                is_mlflow,
            },
            Content::Document(document) => Format {
                container: document.container().name(),
                writer: if self.is_joblib() { "joblib" } else { "pickle" },
                protocol: Some(document.protocol()),
                is_packed,
                is_mlflow,
            },
            Content::Native { format, .. } => Format {
                container: "none",
                writer: format.name,
                protocol: None,
                is_packed,
                is_mlflow,
            },
        }
    }

    /// Whether joblib wrote it (`pickle.dump` otherwise): told by its array wrappers.
    fn is_joblib(&self) -> bool {
        self.globals()
            .iter()
            .any(|global| global.name == "NumpyArrayWrapper")
    }

    /// `1` or `2`: the numpy generation that wrote it, told by module names. `None` when it holds
    /// no array, and for skops files, which do not tell.
    #[must_use]
    pub fn numpy_generation(&self) -> Option<u8> {
        if matches!(&self.content, Content::Document(document) if document.container() == Container::Skops)
        {
            return None;
        }
        self.globals().iter().find_map(|global| {
            if global.module.starts_with("numpy._core") {
                Some(2)
            } else if global.module.starts_with("numpy.core") {
                Some(1)
            } else {
                None
            }
        })
    }

    /// Every class and function named in the file, in order of first appearance. A library's own
    /// format names none.
    #[must_use]
    pub fn globals(&self) -> &[GlobalUse] {
        match &self.content {
            Content::Document(document) => document.globals(),
            Content::Native { .. } => &[],
        }
    }

    /// Whether bytes follow the pickle's end. One dump leaves none; [`Self::following`] says which objects they
    /// are, if they are any.
    #[must_use]
    pub fn has_trailing_bytes(&self) -> bool {
        match &self.content {
            Content::Document(document) => document.has_trailing_bytes(),
            Content::Native { .. } => false,
        }
    }
}

/// What is in a zip archive, and what is said of it; nothing for what is no archive, or a format that is one itself.
type Unpacked = (Option<Vec<u8>>, Option<Description>);

/// Opens an archive that holds one file, or a folder of MLflow's.
fn unpack(bytes: &[u8], limits: &Limits) -> Result<Unpacked, Error> {
    if !archive::is_zip(bytes) || is_model_archive(bytes) {
        return Ok((None, None));
    }
    let (unpacked, description) = match mlflow::unpack(bytes, limits)? {
        Some((model, description)) => (model, Some(description)),
        None => match unpack_alone(bytes, limits)? {
            Some(model) => (model, None),
            None => return Ok((None, None)),
        },
    };
    if archive::is_zip(&unpacked) && !is_model_archive(&unpacked) {
        return Err(archive::nested().into());
    }
    Ok((Some(unpacked), description))
}

/// The one file that a zip archive holds; `None` for what is none.
fn unpack_alone(bytes: &[u8], limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
    if let Some(kind) = FileKind::of(bytes, limits) {
        return Err(Error::OtherFile(kind));
    }
    let Some(mut packed) = Packed::open(bytes)? else {
        return Ok(None);
    };
    let head = packed.head(PACKED_HEAD)?;
    if NativeFormat::of(&head).is_none() && !propenso_pickle::may_be_read(&head) {
        // What is no model is refused by its beginning, as large as the rest may be.
        return Ok(Some(head));
    }
    Ok(Some(packed.unpack(limits)?))
}

/// Files, each with its name as an archive has it.
pub type PackedFiles = Vec<(String, Vec<u8>)>;

/// The files of a zip archive, each with its name: for whoever can tell the model among them. `None` for what is no
/// archive, or a file of another kind that is one: a model of skops, Keras or MLflow, a document, a workbook.
///
/// # Errors
///
/// [`Error::Read`] for what is damaged, encrypted or packed otherwise, of more than a few files, or beyond the limits.
pub fn packed_files(bytes: &[u8], limits: &Limits) -> Result<Option<PackedFiles>, Error> {
    let is_other = || {
        is_model_archive(bytes) || mlflow::is_packed(bytes) || FileKind::of(bytes, limits).is_some()
    };
    if !archive::is_zip(bytes) || is_other() {
        return Ok(None);
    }
    Ok(Some(archive::unpack_all(bytes, limits)?))
}

/// Whether a zip archive is a model file by itself: of skops, of Keras.
fn is_model_archive(bytes: &[u8]) -> bool {
    NativeFormat::of(bytes).is_some() || propenso_pickle::is_skops(bytes)
}

/// The error of a file that cannot be read: what it is says more than where reading stopped, unless it is a
/// pickle. `head` is its beginning.
fn refusal(error: propenso_pickle::Error, head: &[u8], limits: &Limits) -> Error {
    if let Some(kind) = FileKind::of_signature(head) {
        return Error::OtherFile(kind);
    }
    let is_pickle = !matches!(error.kind(), ReadErrorKind::NotAPickle);
    let is_excessive = matches!(error.kind(), ReadErrorKind::LimitExceeded { .. });
    if is_excessive || (is_pickle && head.starts_with(b"\x80")) {
        return error.into();
    }
    match FileKind::of(head, limits) {
        // Text that begins like a pickle of protocol 0 may be a damaged one.
        Some(kind) if !is_pickle || kind.is_certain() => Error::OtherFile(kind),
        _ => error.into(),
    }
}

/// A class's name, or what kind of value it is.
fn name(value: View<'_>) -> String {
    match value.class() {
        Some(class) => class.name.to_owned(),
        None => value.describe(),
    }
}

/// What kind of file a model came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The compression: `none`, `raw`, `zlib`, ….
    pub container: &'static str,
    /// Who wrote it: `joblib`, `pickle`, `XGBoost JSON`, ….
    pub writer: &'static str,
    /// The pickle protocol, for pickles.
    pub protocol: Option<u8>,
    /// Whether it was alone in a zip archive.
    pub is_packed: bool,
    /// Whether it was in a folder of MLflow's.
    pub is_mlflow: bool,
}

impl Format {
    /// Whether files of this kind were read and their answers compared with the original's.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        verified::FORMATS.contains(&(self.writer, self.container))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_mlflow, self.is_packed) {
            (true, _) => f.write_str("in a folder of MLflow: ")?,
            (false, true) => f.write_str("alone in a zip: ")?,
            (false, false) => {}
        }
        match self.protocol {
            Some(protocol) => write!(f, "{}, {} protocol {protocol}", self.container, self.writer),
            None => f.write_str(self.writer),
        }
    }
}
