//! The server: a command line, an HTTP face, a configuration. It scores by no other way than
//! [`propenso_scoring::Scorer`].
//!
//! # Map, in reading order
//!
//! - [`cli`]: what can be typed; [`command`]: what each subcommand does
//! - [`settings`]: flags, environment and file, merged once into something ready
//! - [`load`]: a model file and a contract become a scorer
//! - [`http`]: the routes, a file each; [`http::problem`] is every error's form
//! - [`listen`]: connections in, answers out, and a graceful end
//! - [`logging`], [`shutdown`]

#![forbid(unsafe_code)]

pub mod cli;
pub mod command;
pub mod http;
pub mod listen;
pub mod load;
pub mod logging;
pub mod settings;
pub mod shutdown;

/// Name and version, as they are shown to people.
pub const PROGRAM: &str = concat!("propenso ", env!("CARGO_PKG_VERSION"));
