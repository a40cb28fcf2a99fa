//! What databases keep, through the crate's face.
//!
//! - `decisions`: decisions are kept, found, forgotten and let go, and what was changed is noticed

mod accesses;
mod decisions;
