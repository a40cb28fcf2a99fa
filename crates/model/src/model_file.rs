//! A model file: read inertly, hashed, and turned into an estimator on demand.

use std::fmt;
use std::str::FromStr;

use propenso_pickle::{Container, Document, GlobalUse, Limits};
use sha2::Digest;

use crate::bundle::{self, Company, Pick};
use crate::error::Error;
use crate::estimator::Estimator;
use crate::format::NativeFormat;
use crate::{sklearn, verified};

/// A file that could be read, whether or not its estimator is supported.
#[derive(Debug)]
pub struct ModelFile {
    content: Content,
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
        bytes: Vec<u8>,
        limits: Limits,
    },
}

impl ModelFile {
    /// Reads a file's bytes. Which format they are is told by content.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when they are nothing that can be read, or exceed the limits.
    pub fn read(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        let sha256 = Sha256::of(&bytes);
        let n_bytes = bytes.len();
        let content = match NativeFormat::of(&bytes) {
            Some(format) => Content::Native {
                format,
                bytes,
                limits: *limits,
            },
            None => Content::Document(Box::new(propenso_pickle::read(bytes, limits)?)),
        };
        Ok(Self {
            content,
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

    /// What the file keeps its model beside; `None` for a file that is the model, or that has none to be served.
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
        match &self.content {
            Content::Document(document) => {
                let meter = document.meter();
                let model = bundle::model(document.root(&meter), &self.pick)?;
                sklearn::import(model, self.numpy_generation())
            }
            Content::Native {
                format,
                bytes,
                limits,
            } => format.import(bytes, limits),
        }
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
        match &self.content {
            Content::Document(document) if document.container() == Container::Skops => Format {
                container: "zip",
                writer: "skops",
                protocol: None,
            },
            Content::Document(document) => Format {
                container: document.container().name(),
                writer: if self.is_joblib() { "joblib" } else { "pickle" },
                protocol: Some(document.protocol()),
            },
            Content::Native { format, .. } => Format {
                container: "none",
                writer: format.name,
                protocol: None,
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

    /// Whether bytes follow the pickle's end, which no honest writer leaves.
    #[must_use]
    pub fn has_trailing_bytes(&self) -> bool {
        match &self.content {
            Content::Document(document) => document.has_trailing_bytes(),
            Content::Native { .. } => false,
        }
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
        match self.protocol {
            Some(protocol) => write!(f, "{}, {} protocol {protocol}", self.container, self.writer),
            None => f.write_str(self.writer),
        }
    }
}

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The first twelve hexadecimal digits: enough to tell a registry's models apart.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 is written as 64 hexadecimal digits")]
pub struct NotASha256;

impl FromStr for Sha256 {
    type Err = NotASha256;

    fn from_str(text: &str) -> Result<Self, NotASha256> {
        let mut hash = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != hash.len() || !rest.is_empty() {
            return Err(NotASha256);
        }
        for (byte, pair) in hash.iter_mut().zip(pairs) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(NotASha256);
            let value = digit(pair[0])? << 4 | digit(pair[1])?;
            *byte = u8::try_from(value).map_err(|_| NotASha256)?;
        }
        Ok(Self(hash))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}
