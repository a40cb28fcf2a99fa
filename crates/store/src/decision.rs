//! A decision: what one client was answered, on what, by which model, to whom; and how it is written down so that it can
//! be answered again, be forgotten, and not be changed unseen.
//!
//! Decisions that were answered together are one [`Entry`], a link of a chain: its hash covers the hash of the
//! entry before. What they have in common is their [`Context`], kept once. Of each decision there is a public part, what
//! came out, and a [`Personal`] part, who and on what. The hash covers the *digest* of the personal part, so that
//! it can be forgotten while the chain still holds.
//!
//! ```text
//! context   who asked, by which way, version, model, contract, program
//! entry     chain, place, the hash before; context; id of the first decision; then of each decision:
//!             public     outcome with the bits of its numbers, control group, warnings, row of the file
//!             personal   salt, client, inputs as sent, reasons, counterfactual, request   (or the digest alone)
//! ```
//!
//! - [`id`]: names of decisions; [`pseudonym`]: names of clients that tell nothing; [`request_name`]: names of requests
//! - [`context`]; [`outcome`]; [`personal`] and [`sent`]: the parts; `bytes`: how they are written; `buffers`: where
//! - [`deciding`]: one answer that is about to be kept; [`written`]: the same written down; [`draft`]: an entry before it has its place; [`entry`]: one that has; [`link`]: its hash

mod buffers;
mod bytes;
pub mod context;
pub mod deciding;
pub mod draft;
pub mod entry;
pub mod error;
pub mod id;
pub mod link;
pub mod outcome;
pub mod personal;
pub mod pseudonym;
pub mod request_name;
pub mod sent;
pub mod written;

pub use context::{Channel, Context, Who};
pub use deciding::{Deciding, Keeping};
pub use draft::Draft;
pub use entry::{Decision, Entry};
pub use error::DecisionError;
pub use id::DecisionId;
pub use link::{ChainId, Link};
pub use outcome::{RecordedOutcome, RecordedWarning, RecordedWarnings};
pub use personal::{Personal, PersonalPart};
pub use pseudonym::{Pseudonym, PseudonymKey};
pub use request_name::RequestName;
pub use sent::{FieldRule, FieldRules, Sent};
pub use written::Written;
