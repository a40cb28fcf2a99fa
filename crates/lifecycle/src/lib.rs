//! The model's life: every version, what it is doing, what it must pass on its way in, and what answers now.
//!
//! It knows nothing of HTTP, of the command line, or of the configuration file: whoever serves says what is to be
//! done, and these modules do it.
//!
//! # Map, in reading order
//!
//! - [`contract_source`]: a contract as it is kept; [`load`]: a model file and a contract become a scorer, or a
//!   [`load_error`], in the [`memory`] that there is; [`model_folder`]: MLflow's folder becomes a file; `patience`: the log is told that it takes long; [`golden`]: rows with the original's answers
//! - [`inspection`]: what is known of a model file; [`draft`]: a first contract, from a model and a sample of clients; [`workbench`]: a model that contracts are tried on
//! - [`gates`]: what a model passes on its way in; [`registry`]: every version and what it does; [`verdict`]: what is
//!   said of a version to whoever sent it
//! - [`keys`]: who may call, and what each may do
//! - [`admission`]: the way in, by [`rules`]; [`inbox`]: a folder that models are dropped into
//! - [`served`]: a scorer in service; [`live`]: what answers now; [`fallback`]: that it is not what should; [`shadow`]: what is compared with it, as
//!   [`opinion`]s in a [`tally`]; [`steward`]: what is served follows the registry
//! - [`monitoring`]: what is counted of versions, day by day
//! - [`watched_folder`]: which of the files that are dropped into a folder are complete, of models and of portfolios
//! - [`data_lock`]: who uses a data directory
//! - [`background`]: threads that look again and again; [`private`]: folders and files that are nobody else's;
//!   [`plain_file`]: files where others may put links; [`plain_text`]: texts of others in one line; [`disk_full`]

#![forbid(unsafe_code)]

pub mod admission;
pub mod background;
pub mod contract_source;
pub mod data_lock;
pub mod disk_full;
pub mod draft;
pub mod fallback;
pub mod gates;
pub mod golden;
pub mod inbox;
pub mod inspection;
pub mod keys;
pub mod live;
pub mod load;
pub mod load_error;
pub mod memory;
pub mod model_folder;
pub mod monitoring;
pub mod opinion;
mod patience;
pub mod plain_file;
pub mod plain_text;
pub mod private;
pub mod registry;
pub mod rules;
pub mod served;
pub mod shadow;
pub mod steward;
pub mod tally;
pub mod verdict;
pub mod watched_folder;
pub mod workbench;
