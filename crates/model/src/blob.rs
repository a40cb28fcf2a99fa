//! A file as it came: its bytes, and their hash.

use propenso_pickle::SharedBytes;

use crate::sha256::Sha256;

/// A file that is read once and hashed once, whoever looks at it afterwards. Cloning it copies no bytes.
#[derive(Debug, Clone)]
pub struct Blob {
    pub(crate) bytes: SharedBytes,
    pub(crate) sha256: Sha256,
}

impl Blob {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their hash.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::of(&bytes);
        let bytes = SharedBytes::from(bytes);
        Self { bytes, sha256 }
    }
}
