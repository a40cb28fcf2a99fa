//! The model's life without a server: real files, a real database.
//!
//! - [`old_registry`]: a registry that an earlier program wrote
//! - [`served_once`]: a model on its way from arrival to service, loaded once
//! - [`support`]: a registry in a folder of its own

mod old_registry;
mod served_once;
mod support;
