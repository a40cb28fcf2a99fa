//! The server: a command line, an HTTP face, a configuration. It scores by no other way than
//! [`propenso_scoring::Scorer`].
//!
//! # Map, in reading order
//!
//! - [`cli`]: what can be typed; [`command`]: what each subcommand does
//! - [`settings`]: flags, environment and file, merged once into something ready
//! - [`load`]: a model file and a contract become a scorer; [`contract_source`]: a contract as it is kept;
//!   [`golden`]: rows with the original's answers
//! - the model's life: [`registry`]: every version and what it does; [`admission`]: the way in, through the
//!   [`gates`]; [`inbox`]: a folder that models are dropped into; [`steward`]: what is served follows the registry
//! - [`live`]: what answers now; [`shadow`]: what is compared with it, as [`opinion`]s in a [`tally`];
//!   [`view`]: versions as JSON; [`background`]: threads that look again and again
//! - [`portfolios`]: whole portfolios that were sent, scored one after the other
//! - [`http`]: the routes, a file each; [`http::problem`] is every error's form
//! - [`listen`]: connections in, answers out, and a graceful end
//! - [`logging`], [`shutdown`]

#![forbid(unsafe_code)]

pub mod admission;
pub mod background;
pub mod blocking;
pub mod cli;
pub mod command;
pub mod contract_source;
pub mod gates;
pub mod golden;
pub mod http;
pub mod inbox;
pub mod listen;
pub mod live;
pub mod load;
pub mod logging;
pub mod opinion;
pub mod portfolios;
pub mod registry;
pub mod serving;
pub mod settings;
pub mod shadow;
pub mod shutdown;
pub mod steward;
pub mod tally;
pub mod view;

/// Name and version, as they are shown to people.
pub const PROGRAM: &str = concat!("propenso ", env!("CARGO_PKG_VERSION"));
