//! A model file: read inertly, hashed, and turned into an estimator on demand.

use std::fmt;

use propenso_pickle::{Container, Document, GlobalUse, Limits};
use sha2::Digest;

use crate::error::Error;
use crate::estimator::Estimator;
use crate::sklearn;

/// A file that could be read, whether or not its estimator is supported.
#[derive(Debug)]
pub struct ModelFile {
    document: Document,
    sha256: Sha256,
    n_bytes: usize,
}

impl ModelFile {
    /// Reads a file's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] when they are no readable pickle or exceed the limits.
    pub fn read(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        let sha256 = Sha256::of(&bytes);
        let n_bytes = bytes.len();
        let document = propenso_pickle::read(bytes, limits)?;
        Ok(Self {
            document,
            sha256,
            n_bytes,
        })
    }

    /// The estimator the file holds.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but [`Error::Read`].
    pub fn estimator(&self) -> Result<Estimator, Error> {
        let meter = self.document.meter();
        sklearn::import(self.document.root(&meter))
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

    /// The compression around the pickle.
    #[must_use]
    pub fn container(&self) -> Container {
        self.document.container()
    }

    /// The pickle protocol.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.document.protocol()
    }

    /// Whether joblib wrote it (`pickle.dump` otherwise): told by its array wrappers.
    #[must_use]
    pub fn is_joblib(&self) -> bool {
        self.globals()
            .iter()
            .any(|global| global.name == "NumpyArrayWrapper")
    }

    /// `1` or `2`: the numpy generation that wrote it, told by module names. `None` when it holds
    /// no array.
    #[must_use]
    pub fn numpy_generation(&self) -> Option<u8> {
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

    /// Every class and function named in the file, in order of first appearance.
    #[must_use]
    pub fn globals(&self) -> &[GlobalUse] {
        self.document.globals()
    }

    /// Whether bytes follow the pickle's end, which no honest writer leaves.
    #[must_use]
    pub fn has_trailing_bytes(&self) -> bool {
        self.document.has_trailing_bytes()
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
