//! The budget of a decoder's walk.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::limits::Limit;
use crate::view_error::ViewError;

/// What a decoder may still do with a document.
///
/// Nodes can refer to each other in any way, so a small file can describe an enormous tree. Every
/// look-up and every item copied costs a step. Copied items cost their bytes as well, and of those
/// there are only twice as many as the document has: an honest file's arrays are read once, while a
/// thousand trees that share one array would each become a tree in memory.
///
/// Several threads may walk one document: they share its budget.
#[derive(Debug)]
pub struct Meter {
    steps: Budget,
    bytes: Budget,
}

/// Bytes that may be copied out of a document however small it is.
const SMALL_COPIES: usize = 1 << 20;

impl Meter {
    pub(crate) fn new(steps: u64, document_bytes: usize) -> Self {
        let bytes = document_bytes
            .saturating_mul(2)
            .saturating_add(SMALL_COPIES);
        Self {
            steps: Budget::new(Limit::DecodeSteps, steps),
            bytes: Budget::new(Limit::DecodeBytes, u64::try_from(bytes).unwrap_or(u64::MAX)),
        }
    }

    pub(crate) fn charge(&self, steps: usize) -> Result<(), ViewError> {
        self.steps.charge(steps)
    }

    /// Charges for copying items of some size.
    pub(crate) fn charge_copy(&self, n_items: usize, itemsize: usize) -> Result<(), ViewError> {
        self.steps.charge(n_items)?;
        self.bytes.charge(n_items.saturating_mul(itemsize))
    }
}

#[derive(Debug)]
struct Budget {
    limit: Limit,
    allowed: u64,
    left: AtomicU64,
}

impl Budget {
    fn new(limit: Limit, allowed: u64) -> Self {
        Self {
            limit,
            allowed,
            left: AtomicU64::new(allowed),
        }
    }

    fn charge(&self, amount: usize) -> Result<(), ViewError> {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        let charged = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(amount)
            });
        if charged.is_err() {
            // Nothing more is allowed, however small.
            self.left.store(0, Ordering::Relaxed);
        }
        charged.map(drop).map_err(|_| ViewError::Limit {
            limit: self.limit,
            allowed: self.allowed,
        })
    }
}
