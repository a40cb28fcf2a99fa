//! The budget of a decoder's walk.

use std::cell::Cell;

use crate::limits::Limit;
use crate::view_error::ViewError;

/// The steps a decoder may still take over a document.
///
/// Nodes can refer to each other in any way, so a small file can describe an enormous tree. Every
/// look-up and every copied item costs a step; the document's size does not matter.
#[derive(Debug)]
pub struct Meter {
    left: Cell<u64>,
    allowed: u64,
}

impl Meter {
    pub(crate) fn new(allowed: u64) -> Self {
        Self {
            left: Cell::new(allowed),
            allowed,
        }
    }

    pub(crate) fn charge(&self, steps: usize) -> Result<(), ViewError> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let left = self.left.get().checked_sub(steps);
        self.left.set(left.unwrap_or(0));
        left.map(drop).ok_or(ViewError::Limit {
            limit: Limit::DecodeSteps,
            allowed: self.allowed,
        })
    }
}
