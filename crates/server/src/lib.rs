//! The server: a command line, an HTTP face, a configuration. It scores through [`propenso_scoring::Scorer`] alone, and
//! what happens to models is [`propenso_lifecycle`]'s.
//!
//! # Map, in reading order
//!
//! - [`cli`]: what can be typed; [`command`]: what each subcommand does
//! - [`settings`]: flags, environment and file, merged once into something ready; [`backslash`]: Windows paths in that file
//! - [`profile`]: what may be asked of a run, remembered; [`profiles`]: where those are
//! - [`access`]: who may call, and what each may do
//! - [`figures`]: what is counted and measured; [`traces`]: what became of each request, sent to a collector
//! - [`monitoring`]: what versions answer, by day, taken to the registry
//! - [`request_id`]: names of requests; [`record`]: what was answered is kept; [`decisions`]: it is shown to those who may see it
//! - [`letter`]: what a person is told whom a score was about
//! - [`serving`]: the one path from a question to its answer; [`blocking`], [`background`]: work off the threads of connections;
//!   [`view`]: versions as JSON
//! - [`examinations`]: models that are being examined for somebody who watches
//! - [`workshop`]: contracts in the making
//! - [`jobs`]: whole portfolios that were sent, scored one after the other
//! - [`inbox`]: portfolios that are dropped into a folder, and come back ranked
//! - [`json_cell`]: one value of a JSON body, as a contract takes it
//! - [`limits`]: what may be worked on at a time; [`connections`]: what may be open
//! - [`http`]: the routes, a file each; [`http::problem`] is every error's form
//! - [`listen`]: connections in, answers out, and a graceful end
//! - [`data_archive`]: a data directory as one file, and back
//! - [`logging`], [`panic_report`]; [`shutdown`], [`hangup`]: what the process is asked by signals; [`service_manager`]: what is told who
//!   started it; [`whole_file`]; [`disk_room`]

#![forbid(unsafe_code)]

pub mod access;
pub mod background;
pub mod backslash;
pub mod blocking;
pub mod cli;
pub mod command;
pub mod connections;
pub mod data_archive;
pub mod decisions;
pub mod disk_room;
pub mod examinations;
#[cfg(test)]
mod example;
pub mod figures;
pub mod hangup;
pub mod http;
pub mod inbox;
pub mod jobs;
pub mod json_cell;
pub mod letter;
pub mod limits;
pub mod listen;
pub mod logging;
pub mod monitoring;
pub mod notify;
pub mod open_inference;
pub mod panic_report;
pub mod profile;
pub mod profiles;
pub mod record;
pub mod request_id;
pub mod service_manager;
pub mod serving;
pub mod settings;
pub mod shutdown;
pub mod tls;
pub mod traces;
pub mod view;
pub mod whole_file;
pub mod workshop;

/// Its version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Name and version, as they are shown to people.
pub const PROGRAM: &str = concat!("propenso ", env!("CARGO_PKG_VERSION"));
