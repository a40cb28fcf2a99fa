//! Contexts that were read: pages of thousands of entries have a handful.

use std::collections::HashMap;
use std::sync::Arc;

use propenso_model::Sha256;

use crate::decision::Context;
use crate::error::StoreError;

/// Contexts by their digests.
#[derive(Debug, Default)]
pub(crate) struct Contexts(HashMap<Sha256, Arc<Context>>);

impl Contexts {
    /// Gives the context of a digest, which is read once.
    pub(crate) fn of(&mut self, digest: Sha256, bytes: &[u8]) -> Result<Arc<Context>, StoreError> {
        if let Some(known) = self.0.get(&digest) {
            return Ok(Arc::clone(known));
        }
        let read =
            Context::from_bytes(bytes).map_err(|error| StoreError::row("contexts", error))?;
        let read = Arc::new(read);
        self.0.insert(digest, Arc::clone(&read));
        Ok(read)
    }
}
