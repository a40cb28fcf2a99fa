//! All that a database keeps. SQL stands here and nowhere else.
//!
//! It knows rows, and not what they mean: whoever keeps something here says how it becomes a row and a row becomes it.
//! It knows nothing of HTTP, and decides nothing. What was acknowledged is kept.
//!
//! # Map, in reading order
//!
//! - [`error`]: why a database could not do something
//! - [`registry`]: versions and their events; [`keys`]: holders and their keys; [`files`]: files by their hash: the rows, and what
//!   is done with them inside one transaction, together [`rows`]
//! - [`store`]: a database, whichever it is; [`condition`]: what it is like
//! - [`sqlite`]: the one that is inside; `postgres`: the one that several machines share; [`url`]: which of them, as somebody
//!   writes it down
//! - [`decision`]: what one client was answered, and how that is written down; [`decision_log`]: where it is kept
//! - [`access_log`]: who has looked at it, which clients are held, what is gone; [`erasure`]: a client is forgotten;
//!   [`retention`]: months are let go
//! - [`once_file`]: a small file that is made once

#![forbid(unsafe_code)]

pub mod access_log;
pub mod condition;
pub mod decision;
pub mod decision_log;
pub mod erasure;
pub mod error;
pub mod files;
pub mod keys;
pub mod once_file;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod registry;
pub mod retention;
pub mod rows;
pub mod sqlite;
pub mod store;
pub mod url;

pub use error::StoreError;
pub use files::FileRows;
pub use keys::KeyRows;
pub use registry::RegistryRows;
pub use rows::Rows;
pub use store::{Alone, Store};
pub use url::{StoreUrl, StoreUrlError};
